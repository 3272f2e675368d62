/* cat/header: columns of files as people really make them find their fields. */
#include "unit.h"

#include "cat/cat.h"

static Arena arena;
static Dataset set[3];
static Catalog cat = {.dataset = set};
static Pack pack;

static const char *const texts[] = {
	"dataset count\ntitle \"C\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield contest code(contest) key\n"
	"field male int(0..9999) label \"Male voters\" from \"dpt_l, lk\"\nfield total int(0..9999) required from \"dpt_j, jumlah\"\n"
	"field votes int(0..9999) repeat 3 from \"paslon{n}, suara_{n}\"\n",
	"dataset place\ntitle \"P\"\nowner kpu\nlevel tps\nfield tps area(tps) key label \"Polling station\"\n"
	"field number text(3) from \"tps, no_tps\"\nfield village area(village) from \"kode_desa, desa\"\n",
	"dataset stage\ntitle \"S\"\nowner kpu\nlevel any\nfield area area(any) key from \"wilayah, kode\"\nfield stage text(9) key\n"
	"field on_day date from \"tanggal\"\n",
};

static int
set_up(void **state)
{
	(void)state;
	Err e = {0};
	bool ok = arena_open(&arena, 64 << 20, &e);
	for (size_t i = 0; i < 3 && ok; i++)
		ok = dataset_parse(S("d"), str_of(texts[i]), &arena, &set[cat.n_datasets++], &e);
	ok = ok &&
		pack_parse(S("p"), S("pack p\ntitle \"P\"\npoll 2024-11-27\ndefault count.contest x\n"),
			&arena, &pack, &e);
	if (!ok)
		print_error("%s\n", e.text);
	return ok ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* Cuts a header line at its commas. */
static size_t
cells(const char *line, Str *out)
{
	size_t n = 0;
	Str rest = str_of(line);
	for (bool more = true; more;)
		more = str_cut(rest, ',', &out[n++], &rest);
	return n;
}

static int
column_of(const Dataset *d, const char *line, const char *field)
{
	Str header[64];
	HeaderMap map;
	size_t n = cells(line, header);
	OK(header_map(&(Reading){&cat, &pack, 0, &arena}, d, &(Header){header, n}, &map, &err));
	const Field *f = dataset_field(d, str_of(field));
	assert_non_null(f);
	return map.column[f - d->field];
}

#define REAL                                                                                                                      \
	"kode_tps,kode_desa,kab,kec,desa,tps,paslon1,paslon2,paslon3,dpt_l,dpt_p,dpt_j,pengguna_dpt_l,pengguna_dpt_p,pengguna_dpt_j," \
	"suara_sah,suara_tidak_sah,suara_total,n_foto,ts"

static void
the_header_of_a_real_file(void **state)
{
	(void)state;
	Str header[64];
	size_t n = cells(REAL, header);
	HeaderMap map;
	OK(header_map(&(Reading){&cat, &pack, 0, &arena}, &set[0], &(Header){header, n}, &map, &err));
	/* tps contest male total votes_1..3 */
	const int want[] = {0, -1, 9, 11, 6, 7, 8};
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(map.column[i], want[i]);
	assert_int_equal(map.matched, 6);
	assert_int_equal(map.event, -1);
	assert_null(map.missing); /* the pack supplies contest */
	OK(header_map(&(Reading){&cat, NULL, 0, &arena}, &set[0], &(Header){header, n}, &map, &err));
	SAME(map.missing->name, "contest");
	/* The bare column tps holds numbers in such a file: here it feeds another field. */
	OK(header_map(&(Reading){&cat, &pack, 0, &arena}, &set[1], &(Header){header, n}, &map, &err));
	assert_int_equal(map.column[0], 0);
	assert_int_equal(map.column[1], 5);
	assert_int_equal(map.column[2], 1);
}

static void
a_bare_code_column(void **state)
{
	(void)state;
	assert_int_equal(column_of(&set[1], "tps,desa", "tps"), 0);
	assert_int_equal(column_of(&set[1], "tps,desa", "number"), -1);
	assert_int_equal(column_of(&set[1], "a,Polling Station", "tps"), 1);
	assert_int_equal(column_of(&set[1], "code_tps,tps_code,kode_tps", "tps"), 2);
	assert_int_equal(column_of(&set[1], "tps_code,code_tps", "tps"), 1);
	assert_int_equal(column_of(&set[1], "tps,tps_code", "tps"), 1);
	/* from in its order, before the name; the losers are left over without an error. */
	assert_int_equal(column_of(&set[1], "village,desa,kode_desa", "village"), 2);
	assert_int_equal(column_of(&set[1], "village,desa", "village"), 1);
	assert_int_equal(column_of(&set[2], "area,kode,wilayah", "area"), 2);
}

static void
spelling_is_loose(void **state)
{
	(void)state;
	assert_int_equal(column_of(&set[0], "x, MALE  Voters! ,tps", "male"), 1);
	assert_int_equal(column_of(&set[0], "x,DPT-L,tps", "male"), 1);
	assert_int_equal(column_of(&set[0], "Suara (2),tps", "votes_2"), 0);
	assert_int_equal(column_of(&set[0], "Votes 3,tps", "votes_3"), 0);
	assert_int_equal(column_of(&set[0], "malé,tps", "male"), -1);
}

static void
doubts_are_refused(void **state)
{
	(void)state;
	Str header[8];
	HeaderMap map;
	size_t n = cells("tps,male,x,Male", header);
	REFUSED(
		header_map(&(Reading){&cat, &pack, 0, &arena}, &set[0], &(Header){header, n}, &map, &err),
		E_INPUT, "column 'Male' occurs twice: columns 2 and 4");
	n = cells("tps,dpt_l,x,lk", header);
	REFUSED(
		header_map(&(Reading){&cat, &pack, 0, &arena}, &set[0], &(Header){header, n}, &map, &err),
		E_INPUT, "columns 'dpt_l' and 'lk' both hold 'male', keep one of them");
	n = cells("tps,male,x,Male voters", header);
	REFUSED(
		header_map(&(Reading){&cat, &pack, 0, &arena}, &set[0], &(Header){header, n}, &map, &err),
		E_INPUT, "columns 'male' and 'Male voters' both hold 'male', keep one of them");
	n = cells("_event,tps,_event", header);
	REFUSED(
		header_map(&(Reading){&cat, &pack, 0, &arena}, &set[0], &(Header){header, n}, &map, &err),
		E_INPUT, "column '_event' occurs twice: columns 1 and 3");
	n = cells(",tps,, ,--,_event", header); /* blanks may repeat */
	OK(header_map(&(Reading){&cat, &pack, 0, &arena}, &set[0], &(Header){header, n}, &map, &err));
	assert_int_equal(map.event, 5);
	assert_int_equal(map.matched, 1);
	SAME(map.missing->name, "total");
}

static void
recognised_by_its_header(void **state)
{
	(void)state;
	Str header[64];
	const Dataset *found[3];
	assert_int_equal(header_recognise(&(Reading){&cat, &pack, 0, &arena},
						 &(Header){header, cells(REAL, header)}, found, 3),
		2);
	assert_ptr_equal(found[0], &set[1]); /* three of three fields */
	assert_ptr_equal(found[1], &set[0]); /* six of seven */
	assert_int_equal(header_recognise(&(Reading){&cat, &pack, 0, &arena},
						 &(Header){header, cells(REAL, header)}, found, 1),
		1);
	assert_ptr_equal(found[0], &set[1]);
	assert_int_equal(header_recognise(&(Reading){&cat, NULL, 0, &arena},
						 &(Header){header, cells(REAL, header)}, found, 3),
		1);
	assert_int_equal(header_recognise(&(Reading){&cat, &pack, 0, &arena},
						 &(Header){header, cells("wilayah,stage", header)}, found, 3),
		0);
	assert_int_equal(header_recognise(&(Reading){&cat, &pack, 0, &arena},
						 &(Header){header, cells("wilayah,stage,tanggal", header)}, found, 3),
		1);
	assert_ptr_equal(found[0], &set[2]);
	assert_int_equal(header_recognise(&(Reading){&cat, &pack, 0, &arena},
						 &(Header){header, cells("a,b", header)}, found, 3),
		0);
}

/* A .mo file of these pairs; msgids ascend. */
static Str
mo_make(const char *const (*pair)[2], uint32_t n)
{
	Buf b = {0};
	uint32_t head[] = {0x950412de, 0, n, 28, 28 + 8 * n, 0, 0}, at = 28 + 16 * n;
	buf_add(&b, (Str){(char *)head, sizeof head});
	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t i = 0; i < n; i++) {
			uint32_t entry[] = {(uint32_t)strlen(pair[i][side]), at};
			at += entry[0] + 1;
			buf_add(&b, (Str){(char *)entry, sizeof entry});
		}
	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t i = 0; i < n; i++)
			buf_add(&b, (Str){pair[i][side], strlen(pair[i][side]) + 1});
	Str mo = arena_str(&arena, buf_str(&b));
	buf_close(&b);
	return mo;
}

/* Files in Indonesian are read whatever language the thread speaks, which stays as it was. */
static void
labels_in_indonesian(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"Ink", "Tinta"}, {"Male voters", "Pemilih laki-laki"}, {"small", "kecil"}};
	assert_int_equal(column_of(&set[0], "tps,Pemilih laki-laki", "male"), -1);
	lang_load(S("id"), mo_make(pairs, 3));
	assert_int_equal(column_of(&set[0], "tps,Pemilih laki-laki", "male"), 1);
	SAME(lang_now(), "en");
	assert_true(lang_use(S("id")));
	assert_int_equal(column_of(&set[0], "tps,Male voters", "male"), 1);
	SAME(lang_now(), "id");
	assert_true(lang_use(S("en")));

	Dataset d;
	Pack p;
	Value v;
	OK(dataset_parse(S("d"),
		S("dataset d\ntitle \"D\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield size enum(small, big)\n"
		  "field item code(goods)\n"),
		&arena, &d, &err));
	OK(pack_parse(S("p"),
		S("pack p\ntitle \"P\"\npoll 2024-11-27\ncode goods ink \"Ink\" unverified\n"), &arena, &p,
		&err));
	OK(value_parse(&(Reading){&cat, &p, 420, &arena}, &d.field[1], S("Kecil"), &v, &err));
	SAME(v.s, "small");
	OK(value_parse(&(Reading){&cat, &p, 420, &arena}, &d.field[2], S("TINTA"), &v, &err));
	SAME(v.s, "ink");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_header_of_a_real_file),
	cmocka_unit_test(a_bare_code_column),
	cmocka_unit_test(spelling_is_loose),
	cmocka_unit_test(doubts_are_refused),
	cmocka_unit_test(recognised_by_its_header),
	cmocka_unit_test(labels_in_indonesian),
};
UNIT_MAIN(tests, set_up, tear_down)
