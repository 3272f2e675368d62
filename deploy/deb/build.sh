#!/bin/sh
# Makes the Debian package of build/siap: deploy/deb/build.sh FOLDER. The same program, files and SOURCE_DATE_EPOCH (else the last
# commit's time) make the same bytes. Started by `make deb`.
set -eu
cd "$(dirname "$0")/../.."
command -v dpkg-shlibdeps >/dev/null || { echo "dpkg-shlibdeps is not installed: apt-get install dpkg-dev" >&2; exit 1; }
out=$1
version=$(build/siap --version | cut -d' ' -f2)
arch=$(dpkg --print-architecture)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}"
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC SIAP_LANG=en
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
p=$work/siap
doc=$p/usr/share/doc/siap

put() { # mode, from, to
	install -D -m "$1" "$2" "$p/$3"
}
put 755 build/siap usr/bin/siap
strip --strip-unneeded "$p/usr/bin/siap"
put 755 deploy/siap-desk usr/bin/siap-desk
put 755 deploy/backup.sh usr/lib/siap/backup
for unit in siap.service siap-backup.service siap-backup.timer; do put 644 deploy/$unit lib/systemd/system/$unit; done
put 644 deploy/siap.default etc/default/siap
put 644 deploy/nginx.conf usr/share/doc/siap/examples/nginx.conf
put 644 deploy/siap-postgres.conf usr/share/doc/siap/examples/siap-postgres.conf
put 644 deploy/README.md usr/share/doc/siap/deploy.md
for page in README.md SECURITY.md doc/*.md; do put 644 "$page" "usr/share/doc/siap/$(basename "$page")"; done
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"

# The manual is the program's own help, one section for each command.
manual() {
	echo ".TH SIAP 1 \"$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)\" \"siap $version\" \"Siap\""
	printf '.SH NAME\nsiap \\- how ready an election is, and what is still missing\n.SH DESCRIPTION\n.nf\n'
	build/siap help | text
	printf '.fi\n.SH EXIT STATUS\n.nf\n'
	build/siap help exit-codes | text
	printf '.fi\n.SH COMMANDS\n'
	build/siap help | sed -n 's/^  \([a-z-]*\)   *[a-z].*/\1/p' | while read -r command; do
		printf '.SS %s\n.nf\n' "$command"
		build/siap help "$command" | text
		echo .fi
	done
	printf '.SH FILES\n.nf\n/etc/default/siap\n/var/lib/siap/desk\n/var/lib/siap\\-keys\n/usr/share/doc/siap/deploy.md\n.fi\n'
}
text() { sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"; }
mkdir -p "$p/usr/share/man/man1"
manual | gzip -9n >"$p/usr/share/man/man1/siap.1.gz"

quoted() { sed -e 's/[[:space:]]*$//' -e 's/^$/./' -e 's/^/ /' "$1"; } # as a field of the copyright file
{
	cat deploy/deb/copyright
	printf '\nLicense: MIT-pico\n' && quoted node_modules/@picocss/pico/LICENSE.md
	printf '\nLicense: MIT-idn-area-data\n' && quoted node_modules/idn-area-data/LICENSE
	printf '\nLicense: ODbL-1.0\n' && quoted node_modules/idn-area-data/data/LICENSE.md
} >"$doc/copyright"

# Which packages its libraries come from, of these versions or newer.
mkdir "$work/debian"
printf 'Source: siap\n\nPackage: siap\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O siap/usr/bin/siap 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ "$depends" ] || { echo "dpkg-shlibdeps does not say what the program needs" >&2; exit 1; }
mkdir "$p/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@DEPENDS@/$depends/" \
	-e "s/@SIZE@/$(du -k --apparent-size -s "$p" | cut -f1)/" deploy/deb/control >"$p/DEBIAN/control"
echo /etc/default/siap >"$p/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 deploy/deb/$script "$p/DEBIAN/$script"; done
(cd "$p" && find usr lib etc -type f | sort | xargs md5sum) >"$p/DEBIAN/md5sums"

find "$p" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz --build "$p" "$out/siap_${version}_$arch.deb"
