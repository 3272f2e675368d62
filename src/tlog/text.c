/* text: lines, numbers, base 64, UTF-8 and names, taken only in the one form that is written. */
#include "tlog/tlog_private.h"

#include <sodium.h>

bool
line_next(Str *rest, Str *line)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	if (!end)
		return false;
	*line = (Str){rest->p, (size_t)(end - rest->p)};
	*rest = str_slice(*rest, line->n + 1, rest->n);
	return true;
}

bool
size_read(Str s, uint64_t *out)
{
	int64_t value;
	if (!str_is_digits(s) || (s.n > 1 && s.p[0] == '0') || !str_int(s, &value))
		return false;
	*out = (uint64_t)value;
	return true;
}

enum {
	PIECE = 48,
	PIECE_TEXT = PIECE / 3 * 4
}; /* a multiple of 3 bytes: padding comes only at the end */

static Str
piece_encode(Str piece, char text[PIECE_TEXT + 1])
{
	sodium_bin2base64(text, PIECE_TEXT + 1, (const unsigned char *)piece.p, piece.n,
		sodium_base64_VARIANT_ORIGINAL);
	return str_of(text);
}

void
base64_add(Buf *b, Str bytes)
{
	char text[PIECE_TEXT + 1];
	for (; bytes.n > 0; bytes = str_slice(bytes, PIECE, bytes.n))
		buf_add(b, piece_encode(str_slice(bytes, 0, PIECE), text));
}

bool
base64_read(Str s, void *out, size_t most, size_t *n)
{
	if (sodium_base642bin(out, most, s.p, s.n, NULL, n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	/* libsodium 1.0.18 takes some bytes above 7f for letters: only what is written again as it was is right. */
	char text[PIECE_TEXT + 1];
	Str bytes = {out, *n};
	for (; bytes.n > 0; bytes = str_slice(bytes, PIECE, bytes.n)) {
		Str again = piece_encode(str_slice(bytes, 0, PIECE), text);
		if (!str_starts(s, again))
			return false;
		s = str_slice(s, again.n, s.n);
	}
	return s.n == 0;
}

bool
base64_hash(Str s, Sha256 *out)
{
	size_t n;
	return s.n == HASH_BASE64 && base64_read(s, out->b, sizeof out->b, &n) && n == sizeof out->b;
}

/* Length of the well-formed UTF-8 character at the front and its code, or 0. */
static size_t
character(Str s, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* shorter forms exist below */
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = p[0] < 0x80 ? 1
		: p[0] < 0xc2      ? 0
		: p[0] < 0xe0      ? 2
		: p[0] < 0xf0      ? 3
		: p[0] < 0xf5      ? 4
						   : 0;
	if (n == 0 || n > s.n)
		return 0;
	*code = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
	return *code < least[n] || *code > 0x10ffff || surrogate ? 0 : n;
}

bool
note_text_check(Str s, Err *err)
{
	uint32_t code;
	size_t line = 1, n;
	for (Str rest = s; rest.n > 0; rest = str_slice(rest, n, rest.n)) {
		n = character(rest, &code);
		if (n == 0)
			return err_set(err, E_INPUT, "line %zu of the note is not UTF-8 text", line);
		if (code < 0x20 && code != '\n')
			return err_set(err, E_INPUT,
				"line %zu of the note has the control character %02x: only newlines may be there",
				line, (unsigned)code);
		line += code == '\n';
	}
	if (!str_ends(s, S("\n")))
		return err_set(err, E_INPUT, "the note is cut short: its line %zu lacks its newline", line);
	return true;
}

/* White space as Unicode lists it (property White_Space). */
static bool
blank(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
		c == 0x3000;
}

bool
name_good(Str name)
{
	uint32_t code;
	size_t n;
	for (Str rest = name; rest.n > 0; rest = str_slice(rest, n, rest.n)) {
		n = character(rest, &code);
		if (n == 0 || code < 0x20 || code == '+' || blank(code))
			return false;
	}
	return name.n > 0 && name.n <= NOTE_NAME;
}
