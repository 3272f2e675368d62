/* log_row: the open or closed body of an event back into the values of a row, as today's definition has its fields.
 *
 * The log holds canonical JSON that row_json wrote: one object, sorted names, whole numbers and texts. Read here without a tree,
 * because whole histories are. Fields that the definition does not have any more are passed over. */
#include "svc/svc_private.h"

static bool
take(Str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_slice(*s, 1, s->n);
	return true;
}

static char
unescaped(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c; /* the quote and the backslash */
	}
}

/* From behind the opening quote to behind the closing one. Without escapes the text is the log's own bytes. */
static bool
take_text(Str *s, Arena *a, Str *out)
{
	size_t end = 0, n = 0;
	while (end < s->n && s->p[end] != '"')
		end += s->p[end] == '\\' ? 2 : 1;
	if (end >= s->n)
		return false;
	Str raw = str_slice(*s, 0, end);
	*s = str_slice(*s, end + 1, s->n);
	*out = raw;
	if (!raw.n || !memchr(raw.p, '\\', raw.n))
		return true;
	char *text = NEW(a, char, raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '\\' && raw.p[++i] != 'u') {
			c = unescaped(raw.p[i]);
		} else if (c == '\\') { /* only control characters are written so: \u00xx */
			if (!hex_decode(str_slice(raw, i + 3, i + 5), &c, 1))
				return false;
			i += 4;
		}
		text[n++] = c;
	}
	*out = (Str){text, n};
	return true;
}

static bool
take_value(Str *s, Arena *a, Value *out)
{
	size_t n = 0;
	out->kind = VALUE_TEXT;
	if (take(s, '"'))
		return take_text(s, a, &out->s);
	while (n < s->n && s->p[n] != ',' && s->p[n] != '}')
		n++;
	out->kind = VALUE_INT;
	bool ok = str_int(str_slice(*s, 0, n), &out->i);
	*s = str_slice(*s, n, s->n);
	return ok;
}

bool
row_from_log(const Dataset *d, Str json, Arena *a, Value *v)
{
	size_t k = 0; /* both sides are sorted by name */
	Str name;
	memset(v, 0, d->n_fields * sizeof *v);
	if (!take(&json, '{'))
		return false;
	for (bool first = true; !take(&json, '}'); first = false) {
		Value value = {0};
		if ((!first && !take(&json, ',')) || !take(&json, '"') || !take_text(&json, a, &name) ||
			!take(&json, ':') || !take_value(&json, a, &value))
			return false;
		while (k < d->n_fields && str_cmp(d->field[d->sorted[k]].name, name) < 0)
			k++;
		if (k < d->n_fields && str_eq(d->field[d->sorted[k]].name, name))
			v[d->sorted[k]] = value;
	}
	return json.n == 0;
}
