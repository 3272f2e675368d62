/* query: one .sql file into a Query: its header comments, and a look over its statement. */
#include "cat/cat_private.h"

typedef struct Making {
	Query *q;
	Arena *a;
	Str level, scope, depends, must, weight;
	int line;
} Making;

/* Which header belongs to which kind of file, and whether it may be missing. */
enum {
	IND = QUERY_INDICATOR,
	CHK = QUERY_CHECK,
	VIEW = QUERY_VIEW,
	BOTH = IND | CHK,
	ALL = BOTH | VIEW
};
static const struct QueryHeader {
	Str name;
	int in, needed;
} headers[] = {
	{{"indicator", 9}, IND, IND},
	{{"check", 5}, CHK, CHK},
	{{"view", 4}, VIEW, VIEW},
	{{"title", 5}, ALL, ALL},
	{{"pillar", 6}, BOTH, IND},
	{{"owner", 5}, BOTH, BOTH},
	{{"level", 5}, BOTH, BOTH},
	{{"due", 3}, BOTH, 0},
	{{"opens", 5}, IND, 0},
	{{"unit", 4}, IND, IND},
	{{"units", 5}, IND, 0},
	{{"scope", 5}, BOTH, 0},
	{{"depends", 7}, BOTH, 0},
	{{"must", 4}, IND, 0},
	{{"weight", 6}, IND, 0},
	{{"source", 6}, ALL, ALL},
	{{"definition", 10}, ALL, IND | VIEW},
	{{"severity", 8}, CHK, CHK},
	{{"remedy", 6}, CHK, CHK},
	{{"plans", 5}, VIEW, 0},
	{{"given", 5}, BOTH, BOTH},
	{{"expect", 6}, BOTH, BOTH},
};
enum { N_HEADERS = sizeof headers / sizeof headers[0] };

static Str *
header_place(Making *m, Str name)
{
	Query *q = m->q;
	const struct {
		Str name;
		Str *place;
	} places[] = {{S("indicator"), &q->name}, {S("check"), &q->name}, {S("view"), &q->name},
		{S("title"), &q->title}, {S("pillar"), &q->pillar}, {S("owner"), &q->owner},
		{S("level"), &m->level}, {S("due"), &q->due}, {S("opens"), &q->opens},
		{S("unit"), &q->unit}, {S("units"), &q->units}, {S("scope"), &m->scope},
		{S("depends"), &m->depends}, {S("must"), &m->must}, {S("weight"), &m->weight},
		{S("source"), &q->source}, {S("definition"), &q->definition}, {S("severity"), &q->severity},
		{S("remedy"), &q->remedy}, {S("plans"), &q->plan}};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (str_eq(name, places[i].name))
			return places[i].place;
	return NULL;
}

static bool
header_add(Making *m, Str name, Str value, Err *err)
{
	int kind = (int)m->q->kind;
	Str names[N_HEADERS];
	size_t n = 0;
	bool known = false;
	for (size_t i = 0; i < N_HEADERS; i++)
		if (headers[i].in & kind) {
			known |= str_eq(name, headers[i].name);
			names[n++] = headers[i].name;
		}
	if (!known) {
		if (kind == CHK)
			err_set(err, E_INPUT, "'%.*s' is no header of a check", STR(brief(name)));
		else if (kind == VIEW)
			err_set(err, E_INPUT, "'%.*s' is no header of a view", STR(brief(name)));
		else
			err_set(err, E_INPUT, "'%.*s' is no header of an indicator", STR(brief(name)));
		return unknown(err, nearest(name, names, n));
	}
	if (value.n == 0)
		return err_set(err, E_INPUT, "'%.*s' needs a value", STR(name));
	if (str_eq(name, S("given"))) {
		*VEC_ADD(m->a, m->q->given, m->q->n_given) = (Given){value, m->line};
		return true;
	}
	if (str_eq(name, S("expect"))) {
		*VEC_ADD(m->a, m->q->expect, m->q->n_expect) = (Given){value, m->line};
		return true;
	}
	Str *place = header_place(m, name);
	NEED(place);
	if (place->p)
		return err_set(err, E_INPUT, "'%.*s' is given twice", STR(name));
	*place = value;
	return true;
}

/* The header line at the front of *rest with its indented continuation lines, joined by blanks. */
static bool
header_take(Lines *l, Making *m, bool *more, Err *err)
{
	Str raw, name, value, next;
	*more = false;
	if (!str_starts(l->rest, S("--")) || !lines_next(l, &raw))
		return true;
	*more = true;
	m->line = l->number;
	Str text = str_slice(raw, 2, raw.n);
	if (str_trim(text).n == 0)
		return true;
	if (text.p[0] != ' ' || (text.n > 1 && (text.p[1] == ' ' || text.p[1] == '\t')) ||
		!str_cut(text, ':', &name, &value))
		return err_set(
			err, E_INPUT, "a header line is written '-- name: value', not '%.*s'", STR(brief(raw)));
	value = str_trim(value);
	while (str_starts(l->rest, S("--  ")) || str_starts(l->rest, S("--\t"))) {
		if (!lines_next(l, &next))
			break;
		value = arena_fmt(m->a, "%.*s %.*s", STR(value), STR(str_trim(str_slice(next, 2, next.n))));
	}
	return header_add(m, str_trim(name), value, err);
}

/* ---- the statement ---- */

/* Past the comment or quoted text at sql[at]; at itself when there is none. */
static size_t
sql_skip(Str sql, size_t at)
{
	char c = sql.p[at], d = at + 1 < sql.n ? sql.p[at + 1] : '\0';
	size_t end;
	Str rest = str_slice(sql, at + 1, sql.n);
	if (c == '-' && d == '-')
		return str_find(rest, S("\n"), &end) ? at + 1 + end : sql.n;
	if (c == '/' && d == '*') {
		rest = str_slice(sql, at + 2, sql.n);
		return str_find(rest, S("*/"), &end) ? at + 4 + end : sql.n;
	}
	if (c == '\'' || c == '"')
		return str_find(rest, (Str){&sql.p[at], 1}, &end) ? at + 2 + end : sql.n;
	return at;
}

static bool
word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool
sql_word(Str sql, size_t *at, Str *word, char *before)
{
	size_t i = *at;
	*before = i > 0 && i <= sql.n ? sql.p[i - 1] : ' ';
	while (i < sql.n) {
		size_t past = sql_skip(sql, i), from = i;
		if (past == i && word_byte(sql.p[i])) {
			while (i < sql.n && word_byte(sql.p[i]))
				i++;
			*word = str_slice(sql, from, i);
			*before = from > 0 ? sql.p[from - 1] : ' ';
			*at = i;
			return true;
		}
		i = past == i ? i + 1 : past;
	}
	*at = i;
	return false;
}

static bool
statement_check(const Query *q, Err *err)
{
	Str word;
	char before;
	size_t at = 0;
	bool clock = false, first = true;
	while (sql_word(q->sql, &at, &word, &before)) {
		if (first && !str_eq(word, S("SELECT")) && !str_eq(word, S("WITH")))
			return err_set(err, E_INPUT,
				"the statement starts with SELECT or WITH, not with '%.*s'", STR(brief(word)));
		first = false;
		clock |= before == ':' && (str_eq(word, S("now")) || str_eq(word, S("today")));
	}
	if (first)
		return err_set(err, E_INPUT, "the statement is missing");
	for (size_t i = 0; i < q->sql.n;) {
		size_t past = sql_skip(q->sql, i);
		if (past == i && q->sql.p[i] == ';')
			return err_set(err, E_INPUT, "one statement only, without ';' in it");
		i = past == i ? i + 1 : past;
	}
	return !clock || q->depends_clock ||
		err_set(err, E_INPUT,
			"the statement uses :now or :today, so it needs the header '-- depends: clock'");
}

static bool
one_of(Str word, const char *what, Str a, Str b, Err *err)
{
	return str_eq(word, a) || str_eq(word, b) ||
		err_set(err, E_INPUT, "'%s' is %.*s or %.*s, not '%.*s'", what, STR(a), STR(b),
			STR(brief(word)));
}

bool
due_check(const char *what, Str due, Err *err)
{
	int64_t days;
	int32_t date;
	bool relative = str_starts(due, S("H")) &&
		(due.n == 1 ||
			((due.p[1] == '-' || due.p[1] == '+') && str_is_digits(str_slice(due, 2, due.n)) &&
				str_int(str_slice(due, 2, due.n), &days) && days <= 1000));
	return relative || date_parse(due, &date) ||
		err_set(err, E_INPUT, "'%s' is H-1, H, H+3 or a date, not '%.*s'", what, STR(brief(due)));
}

static bool
scope_read(Str word, Scope *out, Err *err)
{
	static const Str names[] = {[SCOPE_AREA] = {"area", 4},
		[SCOPE_ABOVE] = {"above", 5},
		[SCOPE_UNIT] = {"unit", 4},
		[SCOPE_KEY] = {"key", 3},
		[SCOPE_ALL] = {"all", 3}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq(word, names[i])) {
			*out = (Scope)i;
			return true;
		}
	return err_set(
		err, E_INPUT, "'scope' is area, above, unit, key or all, not '%.*s'", STR(brief(word)));
}

static bool
headers_read(Making *m, Err *err)
{
	Query *q = m->q;
	int64_t weight = 1;
	const char *what = q->kind == QUERY_CHECK ? tr("check")
		: q->kind == QUERY_VIEW               ? tr("view")
											  : tr("indicator");
	if (!name_check(q->name, what, err))
		return false;
	if (q->kind == QUERY_VIEW)
		return true;
	if (!agency_check(q->owner, err))
		return false;
	if (!level_of(m->level, &q->level))
		return err_set(err, E_INPUT,
			"unknown level '%.*s'; one of province, regency, district, village, tps, any",
			STR(brief(m->level)));
	if ((q->pillar.p && !name_check(q->pillar, tr("pillar"), err)) ||
		(q->due.p && !due_check("due", q->due, err)) ||
		(q->opens.p && !due_check("opens", q->opens, err)) ||
		(m->scope.p && !scope_read(m->scope, &q->scope, err)) ||
		(m->depends.p && !one_of(m->depends, "depends", S("clock"), S("clock"), err)) ||
		(m->must.p && !one_of(m->must, "must", S("yes"), S("no"), err)) ||
		(q->severity.p && !one_of(q->severity, "severity", S("must"), S("look"), err)))
		return false;
	if (m->weight.p && (!str_int(m->weight, &weight) || weight < 1 || weight > 1000))
		return err_set(err, E_INPUT, "'weight' is a whole number from 1 to 1000, not '%.*s'",
			STR(brief(m->weight)));
	q->weight = (int)weight;
	if (!q->units.n)
		q->units = q->unit;
	/* Only rows at more than one level have areas above them that are their own. */
	if ((q->scope == SCOPE_ABOVE || q->scope == SCOPE_UNIT) && q->level != LEVEL_ANY)
		return err_set(err, E_INPUT, "'scope: %.*s' needs 'level: any'", STR(m->scope));
	if (q->scope == SCOPE_KEY && (q->kind != QUERY_CHECK || q->level == LEVEL_ANY))
		return err_set(err, E_INPUT, "'scope: key' is for checks at one level");
	q->depends_clock = m->depends.p != NULL;
	q->must = str_eq(m->must, S("yes"));
	return true;
}

static bool
headers_present(Making *m, Err *err)
{
	const Query *q = m->q;
	for (size_t i = 0; i < N_HEADERS; i++) {
		if (!(headers[i].needed & (int)q->kind))
			continue;
		Str name = headers[i].name;
		bool there = str_eq(name, S("given")) ? q->n_given > 0
			: str_eq(name, S("expect"))       ? q->n_expect > 0
											  : header_place(m, name)->p != NULL;
		if (!there)
			return err_set(err, E_INPUT, "the header '-- %.*s: …' is missing", STR(name));
	}
	return true;
}

static bool
tests_check(Making *m, Err *err)
{
	const Query *q = m->q;
	Arena tmp = *m->a;
	GivenLine given;
	ExpectLine expect;
	for (size_t i = 0; i < q->n_given; i++) {
		m->line = q->given[i].line;
		if (!given_parse(q->given[i].text, &tmp, &given, err))
			return false;
	}
	for (size_t i = 0; i < q->n_expect; i++) {
		m->line = q->expect[i].line;
		if (!expect_parse(q->expect[i].text, q->is_check, &tmp, &expect, err))
			return false;
		if (expect.none && q->n_expect > 1)
			return err_set(err, E_INPUT, "'expect: none' stands alone");
	}
	return true;
}

bool
query_parse(Str file, Str text, QueryKind kind, Arena *a, Query *out, Err *err)
{
	*out = (Query){.file = file, .text = text, .kind = kind, .is_check = kind == QUERY_CHECK};
	if (!text_check(file, text, err))
		return false;
	Making m = {.q = out, .a = a};
	Lines l = {.file = file, .rest = text};
	for (bool more = true; more;)
		if (!header_take(&l, &m, &more, err))
			return err_at(err, file, m.line);
	m.line = 1;
	if (!headers_present(&m, err) || !headers_read(&m, err) || !tests_check(&m, err))
		return err_at(err, file, m.line);
	out->sql = str_trim(l.rest);
	while (str_ends(out->sql, S(";")))
		out->sql = str_trim(str_slice(out->sql, 0, out->sql.n - 1));
	if (!statement_check(out, err))
		return err_at(err, file, l.number + 1);
	out->hash = sha256(text);
	return true;
}
