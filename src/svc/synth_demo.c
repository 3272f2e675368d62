/* synth_demo: the province of Jambi before the election of 27 November 2024, day by day from the 1st to the 20th: what is known of
 * it from demo-data/, the rest made up, gaps planted. Everything enters as imported files, at the hour of the story. */
#include "svc/synth_story.h"

enum { ZONE = 420, LINES_MOST = 1024, AGENDA_MOST = 2048 };

typedef enum Kind {
	KIND_TPS,
	KIND_ROLL,
	KIND_SIGNOFF,
	KIND_SHIPMENT,
	KIND_ROWS,
	KIND_OFFICERS,
	KIND_GUARD,
	KIND_GOODS
} Kind;

typedef struct Arrival { /* one file that comes in */
	int64_t at;
	int day; /* of November */
	Kind kind;
	size_t which; /* course; of rows: the first line */
} Arrival;

typedef struct Line { /* of a file of demo-data/rows */
	const char *dataset, *header;
	Str entered, text; /* when it came, and the cells after that */
} Line;

typedef struct Demo {
	Synth s;
	Story t;
	Arrival *agenda;
	size_t n_agenda;
	Line *line;
	size_t n_lines;
} Demo;

/* ---- the agenda: which file comes when ---- */

static int64_t
moment(int day, int hour, int minute)
{
	char text[48];
	int64_t at;
	snprintf(text, sizeof text, "2024-11-%02dT%02d:%02d", day, hour, minute);
	NEED(instant_parse(str_of(text), ZONE, &at));
	return at;
}

static void
agenda_add(Demo *d, Arrival e)
{
	NEED(d->n_agenda < AGENDA_MOST);
	d->agenda[d->n_agenda++] = e;
}

static bool
line_add(Demo *d, Line line, Err *err)
{
	Arrival e = {.kind = KIND_ROWS, .which = d->n_lines};
	const Line *before = d->n_lines ? &d->line[d->n_lines - 1] : NULL;
	char date[30];
	int64_t day;
	if (d->n_lines == LINES_MOST)
		return err_set(err, E_LIMIT, "more rows than the demo has room for");
	if (!instant_parse(line.entered, ZONE, &e.at))
		return err_set(err, E_INPUT, "'%.*s' is no time", STR(line.entered));
	d->line[d->n_lines++] = line;
	if (before && before->header == line.header && str_eq(before->entered, line.entered))
		return true; /* one file of several lines */
	instant_format(e.at, ZONE, date);
	NEED(str_int((Str){date + 8, 2}, &day));
	e.day = (int)day;
	agenda_add(d, e);
	return true;
}

/* demo-data/rows/DATASET.csv or DATASET-WORD.csv: the first column says when a row was entered, the others are the dataset's own
 * (and a source). */
static bool
rows_read(Demo *d, const Embedded *file, Err *err)
{
	Str name = str_slice(str_of(file->path), S("demo-data/rows/").n, SIZE_MAX), rest = file->bytes,
		text, head, word;
	str_cut(name, '.', &name, &word);
	str_cut(name, '-', &name, &word);
	str_cut(rest, '\n', &text, &rest);
	str_cut(text, ',', &word, &head);
	Line line = {.dataset = arena_cstr(&d->s.a, name), .header = arena_cstr(&d->s.a, head)};
	while (rest.n) {
		str_cut(rest, '\n', &text, &rest);
		str_cut(text, ',', &line.entered, &line.text);
		if (!line_add(d, line, err))
			return err_prefix(err, "%s: ", file->path);
	}
	return true;
}

static int
by_time(const void *x, const void *y)
{
	const Arrival *a = x, *b = y;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->kind != b->kind ? (int)a->kind - (int)b->kind
							  : (a->which > b->which) - (a->which < b->which);
}

/* Each working group sends its files once a day; on the last day before the clock stops at 13:09. */
static void
agenda_day(Demo *d, int day)
{
	bool last = day == STORY_LAST;
	for (size_t c = 0; c < d->t.n_courses; c++) {
		int later = (int)c * 3;
		agenda_add(d, (Arrival){moment(day, 10, 30 + later / 2), day, KIND_OFFICERS, c});
		agenda_add(d, (Arrival){moment(day, last ? 11 : 14, 5 + later), day, KIND_GUARD, c});
		agenda_add(d, (Arrival){moment(day, last ? 12 : 16, 15 + later), day, KIND_GOODS, c});
	}
}

static bool
agenda_make(Demo *d, Err *err)
{
	d->agenda = NEW(&d->s.a, Arrival, AGENDA_MOST);
	d->line = NEW(&d->s.a, Line, LINES_MOST);
	agenda_add(d, (Arrival){moment(1, 7, 30), 1, KIND_TPS, 0});
	agenda_add(d, (Arrival){moment(1, 8, 10), 1, KIND_ROLL, 0});
	agenda_add(d, (Arrival){moment(1, 9, 0), 1, KIND_SIGNOFF, 0});
	agenda_add(d, (Arrival){moment(1, 9, 5), 1, KIND_SHIPMENT, 0});
	for (int day = STORY_FIRST; day <= STORY_LAST; day++)
		agenda_day(d, day);
	for (size_t i = 0; i < d->s.env.n_files; i++)
		if (str_starts(str_of(d->s.env.files[i].path), S("demo-data/rows/")) &&
			!rows_read(d, &d->s.env.files[i], err))
			return false;
	qsort(d->agenda, d->n_agenda, sizeof *d->agenda, by_time);
	return true;
}

/* ---- the files ---- */

static bool
tps_file(Demo *d, Err *err)
{
	if (!synth_file_begin(&d->s, "tps", SYNTH_TPS_HEADER, err))
		return false;
	for (size_t i = 0; i < d->s.plan.n; i++)
		synth_tps_row(&d->s, &d->s.plan.station[i]);
	return synth_file_take(&d->s, S("kpu15"), err);
}

static bool
roll_file(Demo *d, Err *err)
{
	static const char *const versions[] = {"provisional", "revised", "final"};
	if (!synth_file_begin(&d->s, "roll_count", SYNTH_ROLL_HEADER, err))
		return false;
	for (size_t v = 0; v < 3; v++)
		for (size_t i = 0; i < d->s.plan.n; i++) {
			const SynthStation *st = &d->s.plan.station[i];
			if (v < 2 || !(st->flags & SYNTH_NO_ROLL))
				synth_roll_row(&d->s, st, versions[v], v < 2 ? "" : "dibuat untuk latihan");
		}
	return synth_file_take(&d->s, S("kpu15"), err);
}

/* Real is only the decision of Sarolangun; one regency has signed without any. */
static const char *
decision(Synth *s, Str regency)
{
	if (str_eq(regency, S("1503")))
		return "SK 216/2024,2024-09-19,KPU Sarolangun";
	if (str_eq(regency, S("1507")))
		return ",2024-09-20,KPU";
	return arena_fmt(&s->a, "SK %.*s/2024 (made),2024-09-20,KPU", STR(str_slice(regency, 2, 4))).p;
}

static bool
signoff_district(void *ctx, const CsvRow *row, Err *err)
{
	Synth *s = ctx;
	(void)err;
	synth_signoff_row(s, row->cell[0], synth_range(&s->plan, row->cell[0]), ",2024-09-14,PPK");
	return true;
}

static bool
signoff_file(Demo *d, Err *err)
{
	Synth *s = &d->s;
	if (!synth_file_begin(s, "roll_signoff", SYNTH_SIGNOFF_HEADER, err) ||
		!synth_facts(&s->env, "demo-data/districts.csv", signoff_district, s, err))
		return false;
	for (size_t c = 0; c < d->t.n_courses; c++)
		synth_signoff_row(
			s, d->t.course[c].code, d->t.course[c].range, decision(s, d->t.course[c].code));
	synth_signoff_row(s, S("15"), (SynthRange){0, s->plan.n}, ",2024-09-22,KPU Provinsi Jambi");
	return synth_file_take(s, S("kpu15"), err);
}

static bool
never_shipped(const Demo *d, Str regency, Str item)
{
	for (size_t i = 0; i < d->t.n_planted; i++) {
		const Planted *p = &d->t.planted[i];
		if (str_eq(p->kind, S("no_shipment")) && str_eq(p->area, regency) && str_eq(p->item, item))
			return true;
	}
	return false;
}

/* From the printers to the regencies, in October: all that the rule pack owes their stations, districts and themselves. */
static bool
shipment_file(Demo *d, Err *err)
{
	Synth *s = &d->s;
	const PackCode *item[64];
	size_t n = synth_codes(d->t.pack, "logistics", item, 64);
	if (!synth_file_begin(s, "shipment", SYNTH_SHIPMENT_HEADER, err))
		return false;
	for (size_t c = 0; c < d->t.n_courses; c++)
		for (size_t i = 0; i < n; i++) {
			Str code = d->t.course[c].code;
			if (never_shipped(d, code, item[i]->code))
				continue;
			synth_shipment_row(s, item[i], code);
		}
	return synth_file_take(s, S("kpu15"), err);
}

static bool
rows_file(Demo *d, const Arrival *e, Err *err)
{
	const Line *first = &d->line[e->which];
	if (!synth_file_begin(&d->s, first->dataset, first->header, err))
		return false;
	for (const Line *l = first; l < d->line + d->n_lines && l->header == first->header &&
		 str_eq(l->entered, first->entered);
		 l++) {
		buf_add(&d->s.line, l->text);
		synth_line(&d->s);
	}
	return synth_file_take(&d->s, S("desk15"), err);
}

static bool
officers_file(Demo *d, const Arrival *e, const Course *c, Err *err)
{
	SynthOfficers now, before;
	if (!synth_file_begin(&d->s, "officer_count", SYNTH_OFFICER_HEADER, err))
		return false;
	for (size_t i = c->range.from; i < c->range.to; i++)
		for (size_t r = 0; r < d->t.n_roles; r++) {
			if (!story_officers(&d->t, i, r, e->day, &now))
				continue;
			bool known = story_officers(&d->t, i, r, e->day - 1, &before);
			if (!known || memcmp(&now, &before, sizeof now) != 0)
				synth_officer_row(&d->s, &d->s.plan.station[i], &now);
		}
	return synth_file_take(&d->s, arena_fmt(&d->s.a, "kpu%.*s", STR(c->code)), err);
}

static bool
goods_file(Demo *d, const Arrival *e, const Course *c, Err *err)
{
	SynthGoods now, before;
	if (!synth_file_begin(&d->s, "delivery", SYNTH_DELIVERY_HEADER, err))
		return false;
	for (size_t i = c->range.from; i < c->range.to; i++)
		for (size_t k = 0; k < d->t.n_items; k++) {
			if (!story_goods(&d->t, i, k, e->day, &now))
				continue;
			bool known = story_goods(&d->t, i, k, e->day - 1, &before);
			if (!known || now.packed != before.packed)
				synth_delivery_row(&d->s, &d->s.plan.station[i], &now);
		}
	return synth_file_take(&d->s, arena_fmt(&d->s.a, "kpu%.*s", STR(c->code)), err);
}

static bool
guard_file(Demo *d, const Arrival *e, const Course *c, Err *err)
{
	SynthGuard now, before;
	if (!synth_file_begin(&d->s, "security_count", SYNTH_SECURITY_HEADER, err))
		return false;
	for (size_t i = c->range.from; i < c->range.to; i++)
		if (story_guard(&d->t, i, e->day, &now) && !story_guard(&d->t, i, e->day - 1, &before))
			synth_security_row(&d->s, &d->s.plan.station[i], &now);
	return synth_file_take(&d->s, arena_fmt(&d->s.a, "polres%.*s", STR(c->code)), err);
}

static bool
arrival_file(Demo *d, const Arrival *e, Err *err)
{
	const Course *c = e->kind == KIND_ROWS ? NULL : &d->t.course[e->which];
	switch (e->kind) {
	case KIND_TPS:
		return tps_file(d, err);
	case KIND_ROLL:
		return roll_file(d, err);
	case KIND_SIGNOFF:
		return signoff_file(d, err);
	case KIND_SHIPMENT:
		return shipment_file(d, err);
	case KIND_ROWS:
		return rows_file(d, e, err);
	case KIND_OFFICERS:
		return officers_file(d, e, c, err);
	case KIND_GUARD:
		return guard_file(d, e, c, err);
	case KIND_GOODS:
		return goods_file(d, e, c, err);
	}
	return true;
}

/* ---- who may log in ---- */

const DemoAccount demo_accounts[] = {
	{"sekretaris", "Sekretariat Desk Pilkada", "kesbangpol", ROLE_SUPERVISOR, "15"},
	{"gubernur", "Kantor Gubernur", "pemda", ROLE_READER, "15"},
	{"kpu.tebo", "Operator KPU Tebo", "kpu", ROLE_OPERATOR, "1509"},
	{"bawaslu", "Bawaslu Provinsi", "bawaslu", ROLE_SUPERVISOR, "15"},
	{"polda.ops", "Biro Operasi Polda", "polri", ROLE_OPERATOR, "15"},
	{"admin", "Pengelola akun Kesbangpol", "kesbangpol", ROLE_MANAGER, "15"},
	{"kpu.admin", "Pengelola akun KPU", "kpu", ROLE_MANAGER, "15"}, {0}};

static bool
accounts_make(Demo *d, Err *err)
{
	Origin o = {.actor = S("siap"), .source = S("siap"), .why = S("dibuat untuk latihan")};
	for (const DemoAccount *one = demo_accounts; one->login; one++) {
		Str area = str_of(one->area);
		AccountRequest r = {.origin = &o,
			.account = {.login = str_of(one->login),
				.name = str_of(one->name),
				.agency = str_of(one->agency),
				.role = one->role,
				.area = &area,
				.n_areas = 1},
			.password = str_of(DEMO_PASSWORD)};
		if (!gate_account_add(d->s.gate, &r, err))
			return false;
	}
	return true;
}

/* ---- all of it ---- */

static bool
days_play(Demo *d, Err *err)
{
	Synth *s = &d->s;
	s->expected = s->plan.n * (1 + 3 + d->t.n_items + 3 * d->t.n_roles + 1) * 103 / 100;
	for (size_t i = 0; i < d->n_agenda; i++) {
		const Arrival *e = &d->agenda[i];
		if (i && d->agenda[i - 1].day != e->day && !synth_day_end(s, err))
			return false;
		if (!i || d->agenda[i - 1].day != e->day)
			s->phase = arena_fmt(&s->a, "2024-11-%02d", e->day);
		if (s->watch->stop && *s->watch->stop)
			return err_set(err, E_BUSY, "stopped: nothing is left of the demo");
		Arena keep = s->a;
		clock_set(&s->w, e->at);
		if (!arrival_file(d, e, err))
			return false;
		s->a = keep;
	}
	return gate_clock(s->gate, moment(STORY_LAST, 13, 9), err) && accounts_make(d, err) &&
		synth_day_end(s, err);
}

bool
demo_make(const Env *env, const SynthNew *what, const Watch *watch, SynthReport *out, Err *err)
{
	AUTO(Arena) mem = {0};
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	Demo *d = NEW(&mem, Demo, 1);
	bool ok = synth_begin(&d->s, env, what, watch, err) && jambi_plan(&d->s, &d->t, err) &&
		agenda_make(d, err) && days_play(d, err);
	return synth_end(&d->s, ok, out, err);
}
