/* json_in: JSON from outside, parsed strictly by jansson after the caps are checked. */
#include "fmt/fmt.h"

enum { DEPTH_MAX = 64 };

/* Where the 65th bracket opens, or n. Brackets inside strings do not count. */
static size_t
too_deep_at(Str s)
{
	unsigned depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (in_string)
			continue;
		else if ((c == '[' || c == '{') && ++depth > DEPTH_MAX)
			return i;
		else if ((c == ']' || c == '}') && depth > 0)
			depth--;
	}
	return s.n;
}

bool
json_parse(Str bytes, size_t max, json_t **out, Err *err)
{
	*out = NULL;
	if (bytes.n > max)
		return err_set(
			err, E_LIMIT, "JSON of %zu bytes is larger than the %zu allowed here", bytes.n, max);
	size_t deep = too_deep_at(bytes);
	if (deep < bytes.n) {
		size_t line = 1, column = 1;
		for (size_t i = 0; i < deep; i++) {
			column = bytes.p[i] == '\n' ? 1 : column + (((unsigned char)bytes.p[i] & 0xc0) != 0x80);
			line += bytes.p[i] == '\n';
		}
		return err_set(err, E_LIMIT, "JSON line %zu, column %zu: nested deeper than %d levels",
			line, column, DEPTH_MAX);
	}
	json_error_t why;
	*out = json_loadb(bytes.n ? bytes.p : "", bytes.n, JSON_REJECT_DUPLICATES, &why);
	if (*out)
		return true;
	return err_set(err, E_INPUT, "JSON line %d, column %d: %s", why.line, why.column, why.text);
}
