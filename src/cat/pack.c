/* pack: one rule pack file: labels, limits, codes, presets, weights, each with its legal source. */
#include "cat/cat_private.h"

typedef struct Making {
	Pack *p;
	Arena *a;
	Str source; /* of a line `source "…"`: holds for the lines after it */
	int line;
} Making;

static bool
read_plain(Making *m, const Line *l, Err *err)
{
	Pack *p = m->p;
	Str k = l->keyword;
	int32_t days;
	if (str_eq(k, S("title")))
		return line_one(l, &p->title, err);
	if (str_eq(k, S("poll")))
		return line_one(l, &p->poll, err) &&
			(date_parse(p->poll, &days) ||
				err_set(err, E_INPUT, "'%.*s' is not a date, expected 2024-11-27",
					STR(brief(p->poll))));
	return line_one(l, &p->name, err) && name_check(p->name, tr("rule pack"), err);
}

static bool
read_source(Making *m, const Line *l, Err *err)
{
	m->source = (Str){0};
	return line_one(l, &m->source, err);
}

/* The words behind a limit: `source "…"` and `unverified`, in any order; one of them must be there, or a source line before. */
static bool
tail_take(const Making *m, const Line *l, size_t from, Str *source, bool *unverified, Err *err)
{
	*source = m->source;
	for (size_t i = from; i < l->n; i++) {
		Str w = l->word[i].text;
		if (str_eq(w, S("unverified")) && !l->word[i].quoted) {
			*unverified = true;
		} else if (str_eq(w, S("source")) && i + 1 < l->n) {
			*source = l->word[++i].text;
		} else {
			return err_set(
				err, E_INPUT, "unknown word '%.*s'; one of source, unverified", STR(brief(w)));
		}
	}
	return source->n > 0 || *unverified ||
		err_set(err, E_INPUT, "'%.*s' needs its source \"…\", or the word unverified",
			STR(l->word[1].text));
}

static bool
read_limit(Making *m, const Line *l, Err *err)
{
	PackNumber n = {.line = m->line};
	if (l->n < 3 || !str_int(l->word[2].text, &n.value))
		return err_set(err, E_INPUT, "a limit is written: limit NAME NUMBER source \"…\"");
	n.name = l->word[1].text;
	if (!name_check(n.name, tr("limit"), err) || !tail_take(m, l, 3, &n.source, &n.unverified, err))
		return false;
	if (pack_limit(m->p, n.name))
		return err_set(err, E_INPUT, "limit '%.*s' is given twice", STR(n.name));
	*VEC_ADD(m->a, m->p->limit, m->p->n_limits) = n;
	return true;
}

static bool
text_add(Making *m, const Line *l, PackText **list, size_t *n, Err *err)
{
	PackText t = {.source = m->source, .line = m->line};
	if (l->n != 3 || l->word[1].has_args || l->word[2].has_args)
		return err_set(err, E_INPUT, "'%.*s' takes a name and a value", STR(l->keyword));
	t.name = l->word[1].text;
	t.value = l->word[2].text;
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*list)[i].name, t.name))
			return err_set(
				err, E_INPUT, "%.*s '%.*s' is given twice", STR(l->keyword), STR(brief(t.name)));
	*VEC_ADD(m->a, *list, *n) = t;
	return true;
}

static bool
read_label(Making *m, const Line *l, Err *err)
{
	return text_add(m, l, &m->p->label, &m->p->n_labels, err) &&
		name_check(l->word[1].text, tr("label"), err);
}

static bool
read_default(Making *m, const Line *l, Err *err)
{
	Str dataset, field;
	if (!text_add(m, l, &m->p->preset, &m->p->n_presets, err))
		return false;
	return (str_cut(l->word[1].text, '.', &dataset, &field) && dataset.n && field.n) ||
		err_set(err, E_INPUT, "a default is written: default DATASET.FIELD VALUE");
}

static bool
number_add(Making *m, const Line *l, int64_t value, Err *err)
{
	bool weight = str_eq(l->keyword, S("weight"));
	PackNumber **list = weight ? &m->p->weight : &m->p->must;
	size_t *n = weight ? &m->p->n_weights : &m->p->n_must;
	PackNumber one = {
		.name = l->word[1].text, .value = value, .source = m->source, .line = m->line};
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*list)[i].name, one.name))
			return err_set(
				err, E_INPUT, "%.*s '%.*s' is given twice", STR(l->keyword), STR(one.name));
	*VEC_ADD(m->a, *list, *n) = one;
	return name_check(one.name, tr("indicator"), err);
}

static bool
read_weight(Making *m, const Line *l, Err *err)
{
	int64_t value;
	if (l->n != 3 || !str_int(l->word[2].text, &value) || value < 1 || value > 1000)
		return err_set(err, E_INPUT, "a weight is written: weight INDICATOR NUMBER, 1 to 1000");
	return number_add(m, l, value, err);
}

static bool
read_must(Making *m, const Line *l, Err *err)
{
	bool yes = l->n == 3 && str_eq(l->word[2].text, S("yes"));
	if (!yes && !(l->n == 3 && str_eq(l->word[2].text, S("no"))))
		return err_set(err, E_INPUT, "it is written: must INDICATOR yes, or no");
	return number_add(m, l, yes, err);
}

static bool
read_day(Making *m, const Line *l, Err *err)
{
	bool due = str_eq(l->keyword, S("due"));
	PackText **list = due ? &m->p->due : &m->p->opens;
	return text_add(m, l, list, due ? &m->p->n_due : &m->p->n_opens, err) &&
		name_check(l->word[1].text, tr("indicator"), err) &&
		due_check(due ? "due" : "opens", l->word[2].text, err);
}

static bool
read_holiday(Making *m, const Line *l, Err *err)
{
	PackDay d = {.line = m->line};
	int32_t days;
	if (l->n < 3 || !l->word[2].quoted || !date_parse(l->word[1].text, &days))
		return err_set(err, E_INPUT, "a holiday is written: holiday 2024-12-25 \"Label\" …");
	d.day = l->word[1].text;
	d.label = l->word[2].text;
	if (!tail_take(m, l, 3, &d.source, &d.unverified, err))
		return false;
	for (size_t i = 0; i < m->p->n_holidays; i++)
		if (str_eq(m->p->holiday[i].day, d.day))
			return err_set(err, E_INPUT, "holiday '%.*s' is given twice", STR(d.day));
	*VEC_ADD(m->a, m->p->holiday, m->p->n_holidays) = d;
	return true;
}

/* ---- codes ---- */

/* The words that take a text, and where it goes. */
static Str *
code_text(PackCode *c, Str word)
{
	const struct {
		Str word;
		Str *place;
	} places[] = {{S("rule"), &c->rule}, {S("start"), &c->starts}, {S("end"), &c->ends},
		{S("set_by"), &c->set_by}, {S("basis"), &c->basis}, {S("after"), &c->after},
		{S("source"), &c->source}};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (str_eq(word, places[i].word))
			return places[i].place;
	return NULL;
}

static bool
code_text_check(Str word, Str value, Err *err)
{
	int32_t days;
	if (str_eq(word, S("rule")) || str_eq(word, S("after")))
		return option_ok(value) ||
			err_set(
				err, E_INPUT, "'%.*s' takes one word, not '%.*s'", STR(word), STR(brief(value)));
	if (str_eq(word, S("start")) || str_eq(word, S("end")))
		return date_parse(value, &days) ||
			err_set(err, E_INPUT, "'%.*s' is not a date, expected 2024-11-27", STR(brief(value)));
	return value.n > 0 || err_set(err, E_INPUT, "'%.*s' needs a value", STR(word));
}

static bool
code_number(PackCode *c, Str word, Str value, Err *err)
{
	int64_t n;
	if (!str_int(value, &n))
		return err_set(
			err, E_INPUT, "'%.*s' takes a whole number, not '%.*s'", STR(word), STR(brief(value)));
	if (str_eq(word, S("amount"))) {
		c->amount = n;
		c->has_amount = true;
		return true;
	}
	c->working = str_eq(word, S("working_days"));
	c->days = n;
	return (n >= 0 && n <= 1000) ||
		err_set(err, E_INPUT, "'%.*s' takes 0 to 1000, not '%.*s'", STR(word), STR(brief(value)));
}

/* `number NAME N`: one of the code's named numbers. */
static bool
code_named(const Making *m, PackCode *c, Str name, Str value, Err *err)
{
	PackNumber n = {.name = name, .line = m->line};
	if (!name_check(name, tr("number"), err))
		return false;
	if (!str_int(value, &n.value))
		return err_set(
			err, E_INPUT, "'%.*s' takes a whole number, not '%.*s'", STR(name), STR(brief(value)));
	for (size_t i = 0; i < c->n_numbers; i++)
		if (str_eq(c->number[i].name, name))
			return err_set(err, E_INPUT, "number '%.*s' is given twice", STR(name));
	*VEC_ADD(m->a, c->number, c->n_numbers) = n;
	return true;
}

/* One word with what belongs to it; *taken: how many words that were. */
static bool
code_word(const Making *m, PackCode *c, const Line *l, size_t i, size_t *taken, Err *err)
{
	Str w = l->word[i].text, next = i + 1 < l->n ? l->word[i + 1].text : (Str){0},
		third = i + 2 < l->n ? l->word[i + 2].text : (Str){0};
	Str *text = code_text(c, w);
	*taken = 2;
	if (str_eq(w, S("unverified")) && !l->word[i].quoted) {
		c->unverified = true;
		*taken = 1;
		return true;
	}
	if (text && i + 1 < l->n) {
		*text = next;
		return code_text_check(w, next, err);
	}
	if (str_eq(w, S("amount")) || str_eq(w, S("days")) || str_eq(w, S("working_days")))
		return code_number(c, w, next, err);
	if (str_eq(w, S("number"))) {
		*taken = 3;
		return code_named(m, c, next, third, err);
	}
	return err_set(err, E_INPUT,
		"unknown word '%.*s'; one of rule, amount, number, start, end, set_by, basis, after, days, working_days, source, unverified",
		STR(brief(w)));
}

static bool
code_words(const Making *m, PackCode *c, const Line *l, Err *err)
{
	size_t taken;
	for (size_t i = 4; i < l->n; i += taken)
		if (!code_word(m, c, l, i, &taken, err))
			return false;
	if (c->after.p && c->ends.p)
		return err_set(err, E_INPUT, "code '%.*s' has an end and a relative end", STR(c->code));
	return true;
}

/* list TAB code, as in by_code; codes and lists are short. */
static Str
code_key(char *out, size_t size, Str list, Str code)
{
	if (!list.n || !code.n || list.n + code.n + 1 > size)
		return (Str){0};
	memcpy(out, list.p, list.n);
	out[list.n] = '\t';
	memcpy(out + list.n + 1, code.p, code.n);
	return (Str){out, list.n + 1 + code.n};
}

static bool
read_code(Making *m, const Line *l, Err *err)
{
	PackCode c = {.source = m->source, .line = m->line};
	char key[2 * NAME_MAX_BYTES + 2];
	if (l->n < 4 || !l->word[3].quoted || l->word[3].text.n == 0)
		return err_set(err, E_INPUT, "a code is written: code LIST CODE \"Label\" …");
	c.list = l->word[1].text;
	c.code = l->word[2].text;
	c.label = l->word[3].text;
	if (!name_check(c.list, tr("code list"), err))
		return false;
	if (!option_ok(c.code))
		return err_set(err, E_INPUT, "'%.*s' is no code: letters, digits, _ and -, %d at most",
			STR(brief(c.code)), NAME_MAX_BYTES);
	if (!code_words(m, &c, l, err))
		return false;
	if (c.source.n == 0 && !c.unverified)
		return err_set(
			err, E_INPUT, "'%.*s' needs its source \"…\", or the word unverified", STR(c.code));
	if (c.starts.p && c.ends.p && str_cmp(c.starts, c.ends) > 0)
		return err_set(err, E_INPUT, "code '%.*s' ends before it starts", STR(c.code));
	Str k = code_key(key, sizeof key, c.list, c.code);
	if (map_get(&m->p->by_code, k, NULL))
		return err_set(
			err, E_INPUT, "code '%.*s' of list '%.*s' is given twice", STR(c.code), STR(c.list));
	map_set(&m->p->by_code, arena_str(m->a, k), m->p->n_codes);
	*VEC_ADD(m->a, m->p->code, m->p->n_codes) = c;
	return true;
}

static const struct Statement {
	Str keyword;
	bool (*read)(Making *m, const Line *l, Err *err);
} statements[] = {
	{{"pack", 4}, read_plain},
	{{"title", 5}, read_plain},
	{{"poll", 4}, read_plain},
	{{"source", 6}, read_source},
	{{"label", 5}, read_label},
	{{"limit", 5}, read_limit},
	{{"default", 7}, read_default},
	{{"weight", 6}, read_weight},
	{{"must", 4}, read_must},
	{{"due", 3}, read_day},
	{{"opens", 5}, read_day},
	{{"holiday", 7}, read_holiday},
	{{"code", 4}, read_code},
};
enum { N_STATEMENTS = sizeof statements / sizeof statements[0] };

static bool
read_line(Making *m, Str raw, Line *l, Err *err)
{
	Str names[N_STATEMENTS];
	if (!line_words(raw, m->a, l, err))
		return false;
	if (l->n == 0)
		return true;
	for (size_t i = 0; i < N_STATEMENTS; i++) {
		if (str_eq(l->keyword, statements[i].keyword))
			return statements[i].read(m, l, err);
		names[i] = statements[i].keyword;
	}
	err_set(err, E_INPUT, "unknown word '%.*s'; one of %.*s", STR(brief(l->keyword)),
		STR(names_join(m->a, names, N_STATEMENTS)));
	return unknown(err, nearest(l->keyword, names, N_STATEMENTS));
}

/* Every relative end counts from a code of the same list that is not relative itself. */
static bool
after_check(const Pack *p, Err *err)
{
	for (size_t i = 0; i < p->n_codes; i++) {
		const PackCode *c = &p->code[i];
		if (!c->after.p)
			continue;
		const PackCode *from = pack_code(p, c->list, c->after);
		if (from && !from->after.p)
			continue;
		if (from)
			err_set(err, E_INPUT, "'%.*s' counts from '%.*s', which has a relative end itself",
				STR(c->code), STR(c->after));
		else
			err_set(err, E_INPUT, "'%.*s' counts from '%.*s', which is no code of its list",
				STR(c->code), STR(c->after));
		return err_at(err, p->file, c->line);
	}
	return true;
}

bool
pack_parse(Str file, Str text, Arena *a, Pack *out, Err *err)
{
	*out = (Pack){.file = file, .text = text, .by_code = map_new(a)};
	if (!text_check(file, text, err))
		return false;
	Making m = {.p = out, .a = a};
	Lines lines = {.file = file, .rest = text};
	Line *l = NEW(a, Line, 1);
	Str raw;
	while (lines_next(&lines, &raw)) {
		m.line = lines.number;
		if (!read_line(&m, raw, l, err))
			return err_at(err, file, m.line);
	}
	const char *missing = !out->name.p ? "pack"
		: !out->title.p                ? "title"
		: !out->poll.p                 ? "poll"
									   : NULL;
	if (missing) {
		err_set(err, E_INPUT, "a line '%s …' is missing", missing);
		return err_at(err, file, 1);
	}
	out->hash = sha256(text);
	return after_check(out, err);
}

const PackCode *
pack_code(const Pack *p, Str list, Str code)
{
	char key[2 * NAME_MAX_BYTES + 2];
	uint64_t at;
	Str k = code_key(key, sizeof key, list, code);
	return k.p && map_get(&p->by_code, k, &at) ? &p->code[at] : NULL;
}

const PackNumber *
pack_limit(const Pack *p, Str name)
{
	for (size_t i = 0; i < p->n_limits; i++)
		if (str_eq(p->limit[i].name, name))
			return &p->limit[i];
	return NULL;
}

Str
pack_label(const Pack *p, Str name)
{
	for (size_t i = 0; i < p->n_labels; i++)
		if (str_eq(p->label[i].name, name))
			return p->label[i].value;
	return name;
}

Str
pack_preset(const Pack *p, Str dataset, Str field)
{
	for (size_t i = 0; i < p->n_presets; i++) {
		Str name = p->preset[i].name;
		if (name.n == dataset.n + 1 + field.n && name.p[dataset.n] == '.' &&
			str_starts(name, dataset) && str_ends(name, field))
			return p->preset[i].value;
	}
	return (Str){0};
}

size_t
query_unverified(const Query *q, const Pack *p)
{
	size_t n = 0;
	for (size_t r = 0; r < q->n_rules; r++) {
		for (size_t i = 0; i < p->n_codes; i++)
			n += p->code[i].unverified && str_eq(p->code[i].list, q->rules[r]);
		const PackNumber *limit = pack_limit(p, q->rules[r]);
		n += limit && limit->unverified;
	}
	return n;
}

static Str
day_of(const PackText *list, size_t n, Str name, Str otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].name, name))
			return list[i].value;
	return otherwise;
}

Str
query_due(const Query *q, const Pack *p)
{
	return p ? day_of(p->due, p->n_due, q->name, q->due) : q->due;
}

Str
query_opens(const Query *q, const Pack *p)
{
	return p ? day_of(p->opens, p->n_opens, q->name, q->opens) : q->opens;
}

bool
pack_day(const Pack *p, Str text, int32_t *day)
{
	int64_t shift = 0;
	if (!str_starts(text, S("H")))
		return date_parse(text, day);
	Str n = str_slice(text, str_starts(text, S("H+")) ? 2 : 1, text.n);
	if (!date_parse(p->poll, day) || (n.n && !str_int(n, &shift)))
		return false;
	*day += (int32_t)shift;
	return true;
}

bool
pack_working_day(const Pack *p, int32_t day)
{
	char text[11];
	int weekday = (day % 7 + 7 + 4) % 7; /* 1970-01-01 was a Thursday; 0 is Sunday */
	if (weekday == 0 || weekday == 6)
		return false;
	date_format(day, text);
	for (size_t i = 0; i < p->n_holidays; i++)
		if (str_eq(p->holiday[i].day, str_of(text)))
			return false;
	return true;
}
