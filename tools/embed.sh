#!/bin/sh
# Helper of make: writes assembly on stdout that places the given files in the binary, with a table `embedded_files` sorted by path.
# A file under build/embed/ is known by its path below that folder.
set -eu
printf '.section .rodata\n'
i=0
list=$(for f in "$@"; do printf '%s %s\n' "${f#build/embed/}" "$f"; done | LC_ALL=C sort)
printf '%s\n' "$list" | while read -r name file; do
	printf 'n%d: .asciz "%s"\n.balign 8\nb%d: .incbin "%s"\ne%d: .byte 0\n' "$i" "$name" "$i" "$file" "$i"
	i=$((i + 1))
done
printf '.section .data.rel.ro,"aw"\n.balign 8\n.globl embedded_files\nembedded_files:\n'
printf '%s\n' "$list" | { while read -r name file; do
	printf '.quad n%d, b%d, e%d - b%d\n' "$i" "$i" "$i" "$i"
	i=$((i + 1))
done
printf '.globl embedded_count\n.balign 8\nembedded_count: .quad %d\n' "$i"; }
printf '.section .note.GNU-stack,"",@progbits\n'
