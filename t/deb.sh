#!/bin/sh
# The Debian package: the same bytes each time, nothing missing and nothing anybody may write to, licences of all it holds, a user without
# rights; from what it unpacks a desk is served; and removing it leaves every election where it is.
set -eu
cd "$(dirname "$0")/.."
command -v dpkg-shlibdeps >/dev/null || { echo "dpkg-shlibdeps is not installed: apt-get install dpkg-dev"; exit 77; }
dir=$(mktemp -d)
server=
end() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	wait
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 130' INT TERM
fail() { echo "$*"; exit 1; }
expect() { # what, wanted, got
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# Built twice, by people whose machines differ in what must not matter.
deploy/deb/build.sh "$dir/one" >"$dir/said" 2>&1 || fail "$(cat "$dir/said")"
sleep 1
(umask 077 && mkdir "$dir/elsewhere" && TMPDIR=$dir/elsewhere TZ=Asia/Jakarta LC_ALL=C.UTF-8 SIAP_LANG=id deploy/deb/build.sh "$dir/two") >"$dir/said" 2>&1 ||
	fail "$(cat "$dir/said")"
deb=$(ls "$dir"/one/siap_*.deb)
cmp "$deb" "$dir/two/$(basename "$deb")" || fail "the package differs from build to build"
expect "left in the folder for temporary files" "" "$(ls "$dir/elsewhere")"

root=$dir/root
dpkg-deb --raw-extract "$deb" "$root"
mv "$root/DEBIAN" "$dir/control"
field() { dpkg-deb --field "$deb" "$1"; }
expect "its version" "$(build/siap --version | cut -d' ' -f2)" "$(field Version)"
expect "its architecture" "$(dpkg --print-architecture)" "$(field Architecture)"
# Each library of the program comes from a package that it depends on.
for library in $(objdump -p "$root/usr/bin/siap" | sed -n 's/^ *NEEDED *//p'); do
	package=$(dpkg -S "*/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/$library" 2>/dev/null | head -n 1 | cut -d: -f1)
	case " $(field Depends)," in *" $package "* | *" $package,"*) ;; *) fail "$library comes from '$package', which is not in Depends: $(field Depends)" ;; esac
done

# What stands in it, by whom, with which rights.
dpkg-deb --contents "$deb" >"$dir/contents"
expect "not of root" "" "$(awk '$2 != "root/root"' "$dir/contents")"
expect "rights" "-rw-r--r-- -rwxr-xr-x drwxr-xr-x" "$(cut -d' ' -f1 "$dir/contents" | sort -u | tr '\n' ' ' | sed 's/ $//')"
for file in usr/bin/siap usr/bin/siap-desk usr/lib/siap/backup lib/systemd/system/siap.service lib/systemd/system/siap-backup.service \
	lib/systemd/system/siap-backup.timer etc/default/siap usr/share/doc/siap/deploy.md usr/share/doc/siap/copyright \
	usr/share/doc/siap/changelog.gz usr/share/doc/siap/examples/nginx.conf usr/share/man/man1/siap.1.gz; do
	[ -s "$root/$file" ] || fail "'$file' is not in the package"
done
while read -r file; do [ -e "$root/$file" ] || fail "conffile '$file' is not in the package"; done <"$dir/control/conffiles"
(cd "$root" && md5sum --quiet -c "$dir/control/md5sums") || fail "md5sums are not those of the files"
expect "files without their sum" "" "$(cd "$root" && find . -type f | sed 's,^\./,,' | sort | while read -r f; do grep -q "  $f\$" "$dir/control/md5sums" || echo "$f"; done)"
# Programs that units and scripts name, and folders that scripts make.
for program in $(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$root"/lib/systemd/system/*.service); do
	[ -x "$root$program" ] || fail "a unit starts '$program', which is not in the package"
done
for license in "MIT License" "Open Database License" /usr/share/common-licenses/Apache-2.0; do
	grep -q "$license" "$root/usr/share/doc/siap/copyright" || fail "not in copyright: $license"
done
for package in $(node -p 'Object.keys(require("./package.json").dependencies).map((n) => n.replace(/.*\/|\..*/g, "")).join(" ")'); do
	grep -qi "$package" "$root/usr/share/doc/siap/copyright" || fail "'$package' is in the program, but not in copyright"
done
grep -qE '^ ?x$' "$root/usr/share/doc/siap/deploy.md" && fail "deploy.md says nothing"
if command -v groff >/dev/null; then
	gzip -dc "$root/usr/share/man/man1/siap.1.gz" | groff -Kutf8 -man -Tutf8 -ww -z >"$dir/said" 2>&1 && [ ! -s "$dir/said" ] || fail "the manual: $(head "$dir/said")"
fi
for command in $(build/siap help --lang en | sed -n 's/^  \([a-z-]*\)   *[a-z].*/\1/p'); do
	gzip -dc "$root/usr/share/man/man1/siap.1.gz" | tr -d '\\' | grep -q "^.SS $command\$" || fail "the manual does not have '$command'"
done

# A desk from it, with nothing of this folder.
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
siap=$root/usr/bin/siap
cd "$dir"
"$siap" init "$dir/desk" --rules pilkada2024 --area 1571 >/dev/null
"$siap" -w "$dir/desk" serve --listen 127.0.0.1:0 >"$dir/serve" 2>&1 &
server=$!
for i in $(seq 200); do
	grep -q http: "$dir/serve" && break
	kill -0 $server 2>/dev/null || fail "the server ended: $(cat "$dir/serve")"
	sleep 0.1
done
node - "$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$dir/serve")" <<'END' || fail "the desk from the package"
const address = process.argv[2];
(async () => {
	const page = await (await fetch(address + "/")).text(), sheet = page.match(/\/assets\/[0-9a-f]+\/pico\.css/);
	if (!sheet) throw new Error("no page with its style sheet: " + page.slice(0, 1000));
	const css = await fetch(address + sheet[0]);
	if (css.status !== 200 || (await css.text()).length < 10000) throw new Error(`the style sheet: ${css.status}`);
})().catch((e) => { console.log(e); process.exit(1); });
END
kill -TERM $server
wait $server || fail "the server ended with $?: $(cat "$dir/serve")"
server=
cd - >/dev/null

# What its scripts do, with words that only say so, on folders of ours.
mkdir "$dir/bin"
for word in getent adduser systemctl install; do printf '#!/bin/sh\necho "%s $*" >>"%s/did"\n' $word "$dir" >"$dir/bin/$word"; done
printf '#!/bin/sh\nexit 2\n' >"$dir/bin/getent" # nobody of that name
chmod +x "$dir"/bin/*
mkdir -p "$dir/var/lib/siap/desk" "$dir/var/lib/siap-keys" "$dir/var/backups/siap"
echo data >"$dir/var/lib/siap/desk/siap.db"
script() { # name, words
	sed "s,/var/,$dir/var/,g" "$dir/control/$1" >"$dir/script"
	name=$1
	shift
	PATH="$dir/bin:$PATH" sh "$dir/script" "$@" >"$dir/said" 2>&1 || fail "$name $*: $(cat "$dir/said")"
}
script postinst configure ''
grep -q 'adduser --system .*siap$' "$dir/did" || fail "no user is made: $(cat "$dir/did")"
grep -q "install -d -o siap -g siap -m 700 $dir/var/lib/siap $dir/var/lib/siap-keys" "$dir/did" || fail "no folders: $(cat "$dir/did")"
printf '#!/bin/sh\nexit 0\n' >"$dir/bin/getent"
: >"$dir/did"
script postinst configure 0.0.1
! grep -q adduser "$dir/did" || fail "an update makes the user again"
script prerm upgrade 0.0.2
! grep -q 'disable' "$dir/did" || fail "an update ends the desk"
for how in remove purge; do script postrm $how; done
grep -q "kept: $dir/var/lib/siap," "$dir/said" || fail "purge does not say what it keeps: $(cat "$dir/said")"
expect "after purge" data "$(cat "$dir/var/lib/siap/desk/siap.db" 2>/dev/null || true)"
echo "$(basename "$deb"): $(stat -c %s "$deb") bytes, built twice alike, served from; removing it keeps the data"
