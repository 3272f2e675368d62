/* The board under changes of every dataset and at every level of the area tree: what follows a change equals a rebuild, whatever
 * the scope of a query; and what counts only from a day on. */
#include "support.h"

static uint64_t seed = 7;

static uint64_t
dice(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

/* Two regencies of one police unit, and a third. */
static const char *const station[] = {"1501011004001", "1501011004002", "1501012001001",
	"1572011001001", "1572011001002", "1571091002001"};
static const char *const area[] = {
	"15", "1501", "150101", "1501011004", "1572", "157201", "1572011001", "1571", "157109"};
static const char *const word[] = {"Polres Kerinci", "Polresta Jambi", "Kodim"};

/* %s a polling station, %a any area, %u a unit, %d a number below 20, %w which of three words after it. */
static const struct {
	const char *dataset, *cells;
} change[] = {
	{"unit_area", "area=%a;unit=%u"},
	{"police_force", "area=%a;unit=%u;personnel=%d;at_stations=%d;standby=%d"},
	{"army_force", "area=%a;unit=%u;deployed=%d"},
	{"security_count", "tps=%s;category=%wsafe|prone|very_prone;police=%d;linmas=%d"},
	{"roll_signoff", "area=%a;version=%wfinal|revised|provisional;male=%d;female=%d;total=%d"},
	{"roll_count", "tps=%s;version=%wfinal|revised|final;male=%d;female=%d;total=%d"},
	{"shipment", "area=%a;item=%wink|booth|recap_box;number=%d;sent=%d;received=%d;damaged=%d"},
	{"delivery", "tps=%s;item=%wink|booth|ballot_box;packed=%d;sent=%d;received=%d"},
	{"officer_count", "tps=%s;role=%wkpps|linmas|ptps;filled=%d;sworn_in=%d;healthy=%d"},
	{"officer", "tps=%s;role=%wkpps|linmas|ptps;seat=1;nik=990101010180000%w1|2|3"},
	{"officer", "tps=%s;role=kpps;seat=%w1|2|3;nik=990101010180000%w1|2|3;name=N"},
	{"stage", "area=%a;stage=%wplanning|roll|monitors;declared=2024-09-1%w1|2|3"},
	{"stage_date", "area=%a;stage=%wroll|monitors|court_registration;ends=2024-11-1%w1|2|9"},
	{"candidate_pair",
		"area=%a;contest=%wgovernor|regent|regent;number=%d;status=%wadmitted|withdrawn|registered"},
	{"control_total", "area=%a;election=pilgub2024;measure=%wdpt|tps|dpt_l;value=%d"},
};

/* One of "a|b|c" at *p, which moves past them. */
static void
put_choice(Buf *b, const char **p)
{
	uint64_t skip = dice(3);
	size_t n = strcspn(*p, ";");
	Str all = {*p, n}, one = {0}, rest = all;
	for (uint64_t i = 0; i <= skip; i++)
		str_cut(rest, '|', &one, &rest);
	buf_add(b, one);
	*p += n;
}

static const char *
cells_make(Desk *d, const char *p)
{
	AUTO(Buf) b = {0};
	while (*p) {
		if (*p != '%') {
			buf_byte(&b, *p++);
			continue;
		}
		char kind = p[1];
		p += 2;
		if (kind == 's')
			buf_fmt(&b, "%s", station[dice(6)]);
		else if (kind == 'a')
			buf_fmt(&b, "%s", area[dice(9)]);
		else if (kind == 'u')
			buf_fmt(&b, "%s", word[dice(3)]);
		else if (kind == 'd')
			buf_fmt(&b, "%d", (int)dice(20));
		else
			put_choice(&b, &p);
	}
	return arena_cstr(&d->a, buf_str(&b));
}

static void
equal_to_rebuild(Desk *d, Board *b, const char *after)
{
	BoardP full = NULL;
	Str difference = {0};
	OK(d, board_rebuild(&d->w, &full, &d->err));
	if (!board_equal(b, full, &difference, &d->a))
		fail_msg(
			"after %s the followed board differs from a rebuild: %.*s", after, STR(difference));
	board_close(full);
}

static void
stations_add(Desk *d, Gate *g)
{
	for (size_t i = 0; i < sizeof station / sizeof *station; i++)
		OK(d, desk_enter(d, g, "tps", arena_fmt(&d->a, "tps=%s", station[i]).p));
}

static void
close_one(Desk *d, Gate *g, const char *dataset, const char *cells)
{
	RowRequest r = {.closing = true};
	d->err = (Err){0};
	if (!desk_row(d, g, dataset, cells, r))
		assert_int_equal(d->err.code, E_NOTFOUND);
	d->err = (Err){0};
}

static void
every_change_is_followed(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "15");
	Board *b;
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	stations_add(d, g);
	OK(d, board_open(&d->w, &b, &d->err));
	int rounds = *d->store.url ? 60 : 200;
	for (int round = 0; round < rounds; round++) {
		size_t k = dice(sizeof change / sizeof *change);
		const char *cells = cells_make(d, change[k].cells);
		if (dice(8) == 0)
			close_one(d, g, change[k].dataset, cells);
		else
			OK(d, desk_enter(d, g, change[k].dataset, cells));
		OK(d, board_follow(b, NULL, &d->err));
		equal_to_rebuild(d, b, arena_fmt(&d->a, "%s %s", change[k].dataset, cells).p);
	}
	gate_close(g);
	board_close(b);
	desk_close(d);
}

static const Series *
series_of(const Board *b, const char *name)
{
	for (size_t i = 0; i < b->n_series; i++)
		if (str_eq(b->series[i].query->name, str_of(name)))
			return &b->series[i];
	fail_msg("no series '%s'", name);
	return NULL;
}

/* A unit's plan at its seat is measured against polling stations of another regency. */
static void
a_unit_crosses_regencies(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "15");
	Board *b;
	GateP g = NULL;
	size_t seat;
	OK(d, gate_open(&d->w, &g, &d->err));
	stations_add(d, g);
	OK(d, desk_enter(d, g, "unit_area", "area=1501;unit=Polres Kerinci"));
	OK(d, desk_enter(d, g, "unit_area", "area=1572;unit=Polres Kerinci"));
	OK(d, desk_enter(d, g, "police_force", "area=1501;unit=Polres Kerinci;at_stations=3"));
	OK(d, board_open(&d->w, &b, &d->err));
	assert_true(board_find(b, S("1501"), &seat));
	const Series *s = series_of(b, "police_planned");
	assert_int_equal(s->need[seat], 1); /* five safe stations: 2 police for 10 */
	OK(d, desk_enter(d, g, "security_count", "tps=1572011001001;category=very_prone"));
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(s->need[seat], 3);
	assert_int_equal(s->have[seat], 3);
	gate_close(g);
	board_close(b);
	desk_close(d);
}

static int64_t fixed_now;

static int64_t
fixed_clock(void *ctx)
{
	(void)ctx;
	return fixed_now;
}

/* `delivered` counts from H-3, 24 Nov 2024: before, neither readiness nor the pillar's score nor the gaps know it. */
static void
what_counts_from_a_day_on(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	Board *b;
	GateP g = NULL;
	d->env.now = fixed_clock;
	fixed_now = INT64_C(1732406400000); /* 24 Nov 2024, 07:00 WIB */
	fixed_now -= 8 * 3600000;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571091002001"));
	OK(d, board_open(&d->w, &b, &d->err));
	const Series *s = series_of(b, "delivered");
	assert_string_equal(s->open_date.p, "2024-11-24");
	assert_false(board_counts(b, s));
	uint16_t before = b->unmet[b->n - 1];
	GapList list = {.area = S("1571091002"), .max = 100};
	OK(d, gaps_list(b, &list, &d->a, &d->err));
	uint64_t gaps = list.total;
	OK(d, board_save(b, &d->err));
	board_close(b);
	fixed_now += 8 * 3600000; /* the next morning, by way of yesterday's snapshot */
	OK(d, board_open(&d->w, &b, &d->err));
	assert_true(b->from_snapshot);
	s = series_of(b, "delivered");
	assert_true(board_counts(b, s));
	assert_int_equal(b->unmet[b->n - 1], before + 1);
	OK(d, gaps_list(b, &list, &d->a, &d->err));
	assert_int_equal(list.total, gaps + 1);
	equal_to_rebuild(d, b, "midnight");
	/* A process that stays open over midnight sees it too. */
	fixed_now -= 8 * 3600000;
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->unmet[b->n - 1], before);
	gate_close(g);
	board_close(b);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_is_followed),
		cmocka_unit_test(a_unit_crosses_regencies),
		cmocka_unit_test(what_counts_from_a_day_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
