#!/bin/sh
# Every visible message has a translation in each lang/*.po: none missing, empty, fuzzy or unused.
# --missing prints the missing ones as a .po fragment.
set -eu
cd "$(dirname "$0")/.."
missing=${1-}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
header='msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'

# Messages in the sources, then those of the definitions (labels, titles, remedies), one a line.
find src -name '*.c' | LC_ALL=C sort | xgettext --files-from=- --from-code=UTF-8 --language=C --no-wrap --force-po \
	-k -ktr -kerr_set:3 -kerr_hint:2 -kerr_prefix:2 --output="$tmp/src.pot" 2>"$tmp/xgettext" || { cat "$tmp/xgettext"; exit 1; }
sed -i 's/charset=CHARSET/charset=UTF-8/' "$tmp/src.pot"
# Words of the pages, {{"like these"}}.
printf "$header" >"$tmp/pages.pot"
grep -noH '{{"[^"]*"}}' pages/*.html | sed -e 's/\\/&&/g' -e 's/^\([^:]*:[0-9]*\):{{"\(.*\)"}}$/\n#: \1\nmsgid "\2"\nmsgstr ""/' >>"$tmp/pages.pot"
msguniq --no-wrap --use-first "$tmp/pages.pot" -o "$tmp/pages.pot"
printf "$header" >"$tmp/def.pot"
if [ -x build/siap ] && [ -e src/cli/cmd_doc.c ]; then
	build/siap doc --msgids >"$tmp/msgids"
	LC_ALL=C sort -u "$tmp/msgids" | sed -n -e 's/[\\"]/\\&/g' -e 's/.*/\n#: definitions\nmsgid "&"\nmsgstr ""/p' >>"$tmp/def.pot"
fi
msgcat --no-wrap --use-first "$tmp/src.pot" "$tmp/pages.pot" "$tmp/def.pot" -o "$tmp/all.pot"

# Prints file:line: TEXT 'msgid' for each entry of the .po text on stdin; $1 is the file to name when it carries no place.
entries() {
	awk -v file="$1" -v text="$2" '
	function flush() {
		if (id != "") { print (place != "" ? place : file ":1") ": " text " \"" id "\""; n++ }
		place = id = ""; in_id = 0
	}
	{ sub(/^#~ /, "") }
	/^$/ { flush(); next }
	/^#: / { place = $2; next }
	/^msgid / { id = substr($0, 8, length($0) - 8); in_id = 1; next }
	/^msgstr/ { in_id = 0; next }
	in_id && /^"/ { id = id substr($0, 2, length($0) - 2) }
	END { flush(); exit n > 0 }'
}
bad=0
for po in lang/*.po; do
	if [ ! -e "$po" ]; then po=$tmp/id.po; printf "$header" >"$po"; fi
	name=$(basename "$po" .po)
	msgmerge --quiet --no-fuzzy-matching --no-wrap "$po" "$tmp/all.pot" -o "$tmp/merged.po"
	msgattrib --no-wrap --untranslated --no-obsolete "$tmp/merged.po" >"$tmp/untranslated"
	if [ "$missing" = --missing ]; then
		sed '1,/^$/d' "$tmp/untranslated"
		continue
	fi
	entries "$po" "not in lang/$name.po:" <"$tmp/untranslated" || bad=1
	msgattrib --no-wrap --only-fuzzy --no-obsolete "$tmp/merged.po" | entries "$po" "fuzzy in lang/$name.po:" || bad=1
	if [ -e src/cli/cmd_doc.c ] && [ -x build/siap ]; then # without the definitions' messages, theirs look unused
		msgattrib --no-wrap --only-obsolete "$tmp/merged.po" | entries "$po" "unused in lang/$name.po:" || bad=1
	fi
	[ ! -e "lang/$name.po" ] || msgfmt --check-format -o /dev/null "$po" || bad=1
done
exit $bad
