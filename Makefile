# Siap: wildcards, no lists. make | make test | make survive | make SAN=1 | make FAULT=1 | make COV=1 | make fuzz | make bench | make deb
CC       ?= gcc
PACKAGES := sqlite3 libpq jansson libsodium libcrypto libutf8proc libzip expat xlsxwriter libmicrohttpd zlib libqrencode
variant  := $(if $(SAN),-san)$(if $(FAULT),-fault)$(if $(COV),-cov)
B        := build$(if $(variant),/obj$(variant),)
O        := build/obj$(variant)

WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Walloca
HARD  := -fstack-protector-strong -fPIE -fno-strict-aliasing
SAME  := -fdebug-prefix-map=$(CURDIR)=. # the same program wherever it is built
CFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE -g $(WARN) $(if $(CI),-Werror) $(HARD) $(SAME) -Isrc -include tools/banned.h -pthread -MMD -MP $(shell pkg-config --cflags $(PACKAGES))
LDLIBS_ALL := $(shell pkg-config --libs $(PACKAGES)) -lm -pthread
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now
ifdef SAN
CFLAGS_ALL  += -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DSIAP_SAN
LDFLAGS_ALL += -fsanitize=address,undefined
else ifdef COV
CFLAGS_ALL  += -O0 --coverage
LDFLAGS_ALL += --coverage
else
CFLAGS_ALL  += -O2 -D_FORTIFY_SOURCE=2
endif
ifdef FAULT
CFLAGS_ALL  += -DSIAP_FAULT
endif
CFLAGS_ALL += $(CFLAGS)

lib_src  := $(filter-out src/main.c,$(wildcard src/*.c src/*/*.c))
lib_obj  := $(lib_src:%.c=$(O)/%.o) $(O)/embed.o
# What browsers load: our own files and those of the libraries, each once more compressed.
assets   := $(wildcard assets/*) assets/pico.css
embedded := $(assets:%=build/embed/%) $(assets:%=build/embed/%.gz) $(wildcard datasets/*.def indicators/*.sql checks/*.sql views/*.sql rules/*/*.def migrations/*.sql src/*/*.sql pages/*.html demo-data/*.csv demo-data/rows/*.csv) $(patsubst lang/%.po,build/embed/lang/%.mo,$(wildcard lang/*.po)) build/embed/areas.txt
tests    := $(patsubst t/unit/%.c,$(O)/t/%,$(wildcard t/unit/*.c)) $(patsubst t/%.c,$(O)/t/%,$(wildcard t/*.c))
fuzzers  := $(patsubst t/fuzz/%.c,build/fuzz/%,$(wildcard t/fuzz/*.c))
benches  := $(patsubst bench/%.c,$(O)/bench/%,$(wildcard bench/*.c))

all: $(B)/siap

$(B)/siap: $(O)/src/main.o $(lib_obj)
	$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(early) $(CFLAGS_ALL) -c -o $@ $<
# This library's macros use what tools/banned.h poisons: it must be seen before.
%/fmt/xlsx_write.o %/bench/xlsx_write: early := -include xlsxwriter.h

# Embedded files: datasets, indicators, checks, packs, SQL, languages and areas travel inside the binary.
build/embed/embed.S: $(embedded) build/embed/list tools/embed.sh Makefile
	@mkdir -p $(@D)
	tools/embed.sh $(embedded) >$@.tmp && mv $@.tmp $@
build/embed/list: FORCE
	@mkdir -p $(@D)
	@echo '$(embedded)' | cmp -s - $@ || echo '$(embedded)' >$@
$(O)/embed.o: build/embed/embed.S
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<
build/embed/assets/pico.css: node_modules/@picocss/pico/css/pico.min.css
	@mkdir -p $(@D)
	grep -v '^//# sourceMappingURL' $< >$@
build/embed/assets/%: assets/%
	@mkdir -p $(@D)
	cp $< $@
build/embed/%.gz: build/embed/%
	gzip -9nc $< >$@
build/embed/lang/%.mo: lang/%.po
	@mkdir -p $(@D)
	msgfmt --check-format -o $@ $<
build/embed/areas.txt: node_modules/idn-area-data/package.json tools/areas.sh
	@mkdir -p $(@D)
	tools/areas.sh node_modules/idn-area-data/data >$@.tmp && mv $@.tmp $@
node_modules/idn-area-data/package.json node_modules/@picocss/pico/css/pico.min.css &: package-lock.json
	npm ci --no-audit --no-fund --silent
	@touch node_modules/idn-area-data/package.json node_modules/@picocss/pico/css/pico.min.css

# Unit tests: one program per t/unit/*.c, linked with what it needs of everything but main; so are those that scripts of t/ run, t/*.c.
$(O)/libsiap.a: $(lib_obj)
	@rm -f $@
	ar rcs $@ $^
tests: $(tests) $(O)/survive
$(O)/t/%: t/unit/%.c $(O)/libsiap.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -It $(LDFLAGS_ALL) -o $@ $< $(O)/libsiap.a $(LDLIBS_ALL) -lcmocka
# What must survive: one program of all t/survive/*.c, run by scripts of t/slow. N: kills of each kind; SEED: the same ones again.
N    ?= 200
SEED ?= 1
survive_obj := $(patsubst %.c,$(O)/%.o,$(wildcard t/survive/*.c))
$(survive_obj): CFLAGS_ALL += -It
$(O)/survive: $(survive_obj) $(O)/libsiap.a
	$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)
survive: $(O)/survive
	@for s in power_cut kill_writers kill_postgres; do TRIES=$(N) FAULTS=$(N) SEED=$(SEED) SURVIVE=$< t/slow/$$s.sh || exit 1; done
$(O)/t/%: t/%.c $(O)/libsiap.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -It $(LDFLAGS_ALL) -o $@ $< $(O)/libsiap.a $(LDLIBS_ALL)
test: $(tests) $(B)/siap
	./check --quick

# Fuzzers: one per t/fuzz/*.c, everything compiled once with clang's coverage.
FUZZ := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz: $(fuzzers)
build/fuzz/%: build/obj-fuzz/t/fuzz/%.o $(lib_src:%.c=build/obj-fuzz/%.o) build/obj-fuzz/embed.o
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS_ALL)
build/obj-fuzz/%.o: %.c Makefile
	@mkdir -p $(@D)
	clang $(early) -std=gnu17 -D_GNU_SOURCE -g -O1 $(FUZZ) -DSIAP_SAN -Isrc -include tools/banned.h -pthread -MMD -MP $(shell pkg-config --cflags $(PACKAGES)) -c -o $@ $<
build/obj-fuzz/embed.o: build/embed/embed.S
	@mkdir -p $(@D)
	clang -c -o $@ $<

benches: $(benches)
$(O)/bench/%: bench/%.c $(O)/libsiap.a
	@mkdir -p $(@D)
	$(CC) $(early) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(O)/libsiap.a $(LDLIBS_ALL)
bench: $(B)/siap $(benches)
	@for s in bench/*.sh; do echo "== $$s"; $$s || exit 1; done

deb: build/siap
	deploy/deb/build.sh build

clean:
	rm -rf build
.PHONY: all tests test survive fuzz benches bench deb clean FORCE
.SECONDARY:
-include $(shell find $(O) build/obj-fuzz -name '*.d' 2>/dev/null)
