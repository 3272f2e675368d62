/* SQL text for PostgreSQL: where statements end, and :name parameters as $n, both outside of strings and comments. */
#include <string.h>

#include "db/postgres_private.h"

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool
is_letter(char c)
{
	return is_word(c) && !(c >= '0' && c <= '9');
}

static size_t
find_from(Str s, size_t from, Str what)
{
	size_t at;
	return str_find(str_slice(s, from, s.n), what, &at) ? from + at + what.n : s.n;
}

/* Comments nest in PostgreSQL. */
static size_t
comment_end(Str s, size_t i)
{
	int depth = 0;
	while (i < s.n) {
		Str rest = str_slice(s, i, s.n);
		int step = str_starts(rest, S("/*")) ? 1 : str_starts(rest, S("*/")) ? -1 : 0;
		depth += step;
		i += step ? 2 : 1;
		if (depth == 0)
			break;
	}
	return i;
}

/* $tag$ ... $tag$; the place itself when this is no such quote. */
static size_t
dollar_end(Str s, size_t i)
{
	size_t k = i + 1;
	if (i > 0 && is_word(s.p[i - 1]))
		return i;
	while (k < s.n && is_word(s.p[k]))
		k++;
	if (k >= s.n || s.p[k] != '$' || (k > i + 1 && !is_letter(s.p[i + 1])))
		return i;
	return find_from(s, k + 1, str_slice(s, i, k + 1));
}

/* Where the string, quoted name or comment that begins at i ends; i when none begins there. A doubled quote reads as two
 * strings side by side, which ends at the same place. */
static size_t
quoted_end(Str s, size_t i)
{
	char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
	if (c == '\'' || c == '"')
		return find_from(s, i + 1, (Str){&s.p[i], 1});
	if (c == '-' && next == '-')
		return find_from(s, i, S("\n"));
	if (c == '/' && next == '*')
		return comment_end(s, i);
	return c == '$' ? dollar_end(s, i) : i;
}

size_t
pg_piece(Str sql, bool *says)
{
	size_t i = 0;
	*says = false;
	while (i < sql.n && sql.p[i] != ';') {
		size_t end = quoted_end(sql, i);
		bool comment = end > i && (sql.p[i] == '-' || sql.p[i] == '/');
		*says |= !comment && !memchr(" \t\r\n", sql.p[i], 4);
		i = end > i ? end : i + 1;
	}
	return i < sql.n ? i + 1 : i;
}

static int
name_place(PgText *t, Str name)
{
	for (int i = 0; i < t->n; i++)
		if (str_eq(t->name[i], name))
			return i + 1;
	t->name[t->n++] = name;
	return t->n;
}

PgText
pg_text(Str sql, Arena *a)
{
	size_t colons = 0, n = 0;
	for (size_t i = 0; i < sql.n; i++)
		colons += sql.p[i] == ':';
	PgText t = {.name = NEW(a, Str, colons + 1)};
	Str copy = arena_str(a, sql); /* the names point into it */
	size_t room = sql.n + 12 * colons + 1;
	char *out = NEW(a, char, room);
	for (size_t i = 0; i < copy.n;) {
		size_t end = quoted_end(copy, i);
		bool cast = copy.p[i] == ':' && i + 1 < copy.n && copy.p[i + 1] == ':';
		bool param = copy.p[i] == ':' && i + 1 < copy.n && is_letter(copy.p[i + 1]);
		if (end == i)
			end = i + (cast ? 2 : 1);
		while (param && end < copy.n && is_word(copy.p[end]))
			end++;
		Str part = str_slice(copy, i, end);
		if (param)
			n += (size_t)snprintf(
				out + n, room - n, "$%d", name_place(&t, str_slice(part, 1, part.n)));
		else
			memcpy(out + n, part.p, part.n);
		n += param ? 0 : part.n;
		i = end;
	}
	t.sql = out;
	return t;
}

/* Whether the items of a list are exactly the parameters, in their order. */
static bool
only_params(Str list, const PgText *t)
{
	Str item;
	int n = 0;
	for (bool more = true; more; n++) {
		more = str_cut(list, ',', &item, &list);
		item = str_trim(item);
		if (n >= t->n || !str_starts(item, S(":")) ||
			!str_eq(str_slice(item, 1, item.n), t->name[n]))
			return false;
	}
	return n == t->n;
}

const char *
pg_copy_text(Str sql, const PgText *t, Arena *a)
{
	size_t at;
	if (!str_find(sql, S("VALUES"), &at))
		return NULL;
	Str into = str_trim(str_slice(sql, 0, at)), list = str_trim(str_slice(sql, at + 6, sql.n));
	if (!str_starts(into, S("INSERT INTO ")) || !str_starts(list, S("(")) ||
		!str_ends(list, S(")")) || !only_params(str_slice(list, 1, list.n - 1), t))
		return NULL;
	into = str_slice(into, 12, into.n);
	/* derived SQL */
	return arena_fmt(a, "COPY %.*s FROM STDIN (FORMAT binary)", STR(into)).p;
}
