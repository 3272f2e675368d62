/* Made-up histories of all datasets, and the rows that come of them as text: for tests that say what must hold after any history.
 * Test programs include it once, beside support.h. */
#ifndef SIAP_TEST_RANDOM_H
#define SIAP_TEST_RANDOM_H

#include "support.h"

static uint64_t seed = 11;

static inline uint64_t
dice(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

/* ---- a random cell of any type ---- */

static inline Str
random_area(Desk *d, Level level)
{
	static const char *const village[] = {"1571011001", "1571011002", "1571021002"};
	Str code = str_of(village[dice(3)]);
	if (level == LEVEL_ANY)
		level = LEVEL_REGENCY + (Level)dice(4);
	return level == LEVEL_TPS ? arena_fmt(&d->a, "%.*s%03d", STR(code), 1 + (int)dice(4))
							  : area_lift(code, level);
}

static inline Str
random_text(Desk *d, const Field *f)
{
	static const char *const word[] = {
		"\"", "\\", "é", "/", "a", "B7", "’", "\\u0041", "{},:", "%"};
	AUTO(Buf) b = {0};
	for (uint64_t n = 1 + dice(4); n > 0; n--)
		buf_add(&b, str_of(word[dice(10)]));
	return f->max < 20 ? S("7") : arena_str(&d->a, buf_str(&b));
}

static inline Str
random_code(Desk *d, const Field *f)
{
	const Pack *p = d->w.pack;
	/* Few of a list are keys, so that the same ones come again. */
	size_t from = f->key ? dice(3) * p->n_codes / 3 : dice(p->n_codes);
	for (size_t at = from, i = 0; i < p->n_codes; i++, at = (at + 1) % p->n_codes)
		if (str_eq(p->code[at].list, f->list))
			return p->code[at].code;
	return (Str){0};
}

static inline Str
random_cell(Desk *d, const Field *f)
{
	switch (f->type) {
	case TYPE_AREA:
		return random_area(d, f->level);
	case TYPE_CODE:
		return random_code(d, f);
	case TYPE_ENUM:
	case TYPE_STATES:
		return f->option[dice(f->n_options)];
	case TYPE_BOOL:
		return dice(2) ? S("1") : S("0");
	case TYPE_DATE:
		return arena_fmt(&d->a, "2024-11-%02d", 1 + (int)dice(30));
	case TYPE_INSTANT:
		return arena_fmt(&d->a, "2024-11-25T%02d:10+07:00", (int)dice(24));
	case TYPE_PHONE:
		return arena_fmt(&d->a, "0812345%05d", (int)dice(100000));
	case TYPE_INT:
	case TYPE_DECIMAL:
	case TYPE_MONEY:
		return arena_fmt(&d->a, "%d", (int)dice(9));
	default:
		return random_text(d, f);
	}
}

/* Half of the tables' keys are few, so that rows change, close and come back. */
static inline void
random_row(Desk *d, Gate *g, const Dataset *set, bool based, bool closing)
{
	Str *text = NEW(&d->a, Str, set->n_fields);
	Origin o = {.actor = S("tester"), .source = S("cli")};
	RowRequest r = {.origin = &o, .dataset = set, .text = text, .closing = closing};
	for (size_t i = 0; i < set->n_fields; i++) {
		const Field *f = &set->field[i];
		if (f->key || (!r.closing && (f->required || dice(3) == 0)))
			text[i] = f->key && f->type == TYPE_TEXT ? S("k") : random_cell(d, f);
	}
	/* On one of its last events, which often is not the newest: then it is in conflict. */
	History h = {.dataset = set, .text = text, .max = 5};
	Err err = {0};
	if (based && history_walk(&d->w, &h, &d->a, &err))
		r.base = h.step[dice(h.n)].event;
	if (!gate_enter(g, &r, &err) && err.code != E_NOTFOUND && err.code != E_INPUT)
		fail_msg("%.*s: %s", STR(set->name), err.text);
}

static inline void
random_event(Desk *d, Gate *g)
{
	const Dataset *set;
	do /* rows that Siap makes stand for files, which nobody makes up */
		set = &d->w.cat.dataset[dice(d->w.cat.n_datasets)];
	while (set->made_by.n);
	bool closing = dice(5) == 0;
	random_row(d, g, set, !closing && dice(2), closing);
}

/* ---- all rows that follow from the log or the definitions, as text ---- */

static inline void
dump_rows(Desk *d, Stmt *s, Buf *out)
{
	bool row;
	for (;;) {
		OK(d, db_step(s, &row, &d->err));
		if (!row)
			return;
		for (int i = 0; i < db_columns(s); i++) {
			buf_fmt(out, "%d:", (int)db_type(s, i));
			if (db_type(s, i) == DB_INT)
				buf_int(out, db_int(s, i));
			else
				buf_add(out, db_text(s, i));
			buf_byte(out, '|');
		}
		buf_byte(out, '\n');
	}
}

static inline Str
desk_dump(Desk *d, Workspace *w)
{
	AUTO(Buf) out = {0};
	Stmt *s;
	for (size_t i = 0; i < w->cat.n_datasets; i++) {
		AUTO(Buf) sql = {0};
		dataset_range_sql(&w->cat.dataset[i], &sql);
		OK(d, db_prepare(w->db, buf_str(&sql), &s, &d->err));
		db_set_text(s, "lo", S(""));
		db_set_text(s, "hi", S(":"));
		buf_fmt(&out, "# %.*s\n", STR(w->cat.dataset[i].name));
		dump_rows(d, s, &out);
	}
	static const char *const core[] = {
		"SELECT dataset, key, area, event, over, COALESCE(resolved, 0) FROM conflict ORDER BY dataset, key, event",
		"SELECT * FROM device_edit ORDER BY event",
		"SELECT code, name, level FROM area ORDER BY code",
		"SELECT name, value FROM rule_limit ORDER BY name",
		"SELECT * FROM rule_code ORDER BY list, code", "SELECT * FROM rule_day ORDER BY day",
		"SELECT * FROM rule_number ORDER BY list, code, name"};
	for (size_t i = 0; i < sizeof core / sizeof *core; i++) {
		OK(d, db_prepare(w->db, str_of(core[i]), &s, &d->err));
		dump_rows(d, s, &out);
	}
	assert_false(out.failed);
	return arena_str(&d->a, buf_str(&out));
}

#endif
