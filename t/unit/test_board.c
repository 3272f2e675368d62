/* The board: sums over the tree, incremental updates equal a rebuild bit for bit, snapshots, gaps. */
#include "support.h"

static const char *const village[] = {"1571011001", "1571011002", "1571021002", "1571021004"};

static uint64_t seed = 42;

static uint64_t
dice(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void
add_tps(Desk *d, int each)
{
	AUTO(Buf) b = {0};
	ImportReport r;
	buf_fmt(&b, "tps,number,kind\n");
	for (size_t v = 0; v < 4; v++)
		for (int i = 1; i <= each; i++)
			buf_fmt(&b, "%s%03d,%03d,regular\n", village[v], i, i);
	OK(d, desk_import(d, "tps", buf_str(&b), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].added, 4 * each);
}

static void
equal_to_rebuild(Desk *d, Board *b)
{
	BoardP full = NULL;
	Str difference = {0};
	OK(d, board_rebuild(&d->w, &full, &d->err));
	if (!board_equal(b, full, &difference, &d->a))
		fail_msg("followed board differs from a rebuild: %.*s", STR(difference));
	board_close(full);
}

static void
test_structure(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	Board *b;
	size_t node;
	add_tps(d, 5);
	OK(d, board_open(&d->w, &b, &d->err));
	assert_true(board_find(b, S("1571"), &node));
	assert_int_equal(node, 0);
	assert_int_equal(b->total[0], 20);
	assert_int_equal(b->end[0], b->n);
	assert_true(board_find(b, S("1571011001"), &node));
	assert_int_equal(b->total[node], 5);
	assert_int_equal(b->end[node] - node, 6);
	assert_string_equal(b->code[b->parent[node]], "157101");
	assert_false(board_find(b, S("9999"), &node));
	for (size_t i = 1; i < b->n; i++) {
		assert_true(memcmp(b->code[i - 1], b->code[i], 16) < 0);
		assert_true(b->parent[i] < i && b->end[i] <= b->end[b->parent[i]]);
	}
	board_close(b);
	desk_close(d);
}

static void
test_sums(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	Board *b;
	add_tps(d, 4);
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "roll_count", "tps=1571011001001;total=400;male=200;female=200"));
	OK(d, desk_enter(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=9"));
	gate_close(g);
	OK(d, board_open(&d->w, &b, &d->err));
	for (size_t k = 0; k < b->n_indicators; k++) {
		const Series *s = &b->series[k];
		if (s->query->level != LEVEL_TPS)
			continue;
		int64_t need = 0, have = 0;
		for (size_t i = 0; i < b->n; i++) {
			assert_true(s->have[i] <= s->need[i]); /* nine officers for seven places are seven */
			need += b->level[i] == LEVEL_TPS ? s->need[i] : 0;
			have += b->level[i] == LEVEL_TPS ? s->have[i] : 0;
		}
		assert_int_equal(s->need[0], need);
		assert_int_equal(s->have[0], have);
		if (str_eq(s->query->name, S("roll_final"))) {
			assert_int_equal(s->need[0], 16);
			assert_int_equal(s->have[0], 1);
		}
		if (str_eq(s->query->name, S("officers_filled"))) {
			assert_int_equal(s->need[0], 160);
			assert_int_equal(s->have[0], 7);
		}
	}
	board_close(b);
	desk_close(d);
}

static void
random_change(Desk *d, Gate *g)
{
	static const char *const item[] = {
		"ballot_box", "ink", "booth", "ballot_governor", "roll_copy"};
	static const char *const role[] = {"kpps", "linmas", "ptps"};
	char cells[256], tps[16];
	snprintf(tps, sizeof tps, "%s%03d", village[dice(4)], 1 + (int)dice(6));
	switch (dice(6)) {
	case 0:
		snprintf(cells, sizeof cells, "tps=%s;item=%s;received=%d;damaged=%d", tps, item[dice(5)],
			(int)dice(500), (int)dice(3));
		OK(d, desk_enter(d, g, "delivery", cells));
		break;
	case 1:
		snprintf(cells, sizeof cells, "tps=%s;role=%s;filled=%d", tps, role[dice(3)], (int)dice(9));
		OK(d, desk_enter(d, g, "officer_count", cells));
		break;
	case 2:
		snprintf(cells, sizeof cells, "tps=%s;male=%d;female=%d;total=%d", tps, (int)dice(300),
			(int)dice(300), (int)dice(700));
		OK(d, desk_enter(d, g, "roll_count", cells));
		break;
	case 3:
		snprintf(cells, sizeof cells, "tps=%s;police=%d;linmas=%d;category=safe", tps, (int)dice(3),
			(int)dice(3));
		OK(d, desk_enter(d, g, "security_count", cells));
		break;
	case 4:
		snprintf(cells, sizeof cells, "tps=%s;valid=%d;invalid=%d;ballots_used=%d", tps,
			(int)dice(200), (int)dice(9), (int)dice(210));
		OK(d, desk_enter(d, g, "count_form", cells));
		break;
	default: {
		Str text[64] = {{0}};
		const Dataset *set = catalog_dataset(&d->w.cat, S("delivery"));
		text[dataset_field(set, S("tps")) - set->field] = str_of(tps);
		text[dataset_field(set, S("item")) - set->field] = S("ink");
		Origin o = {.actor = S("tester"), .source = S("cli")};
		Err err;
		RowRequest r = {.origin = &o, .dataset = set, .text = text, .closing = true};
		if (!gate_enter(g, &r, &err))
			assert_int_equal(err.code, E_NOTFOUND);
	}
	}
}

static void
test_follow_equals_rebuild(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	Board *b;
	GateP g = NULL;
	int64_t events, seen = 0;
	add_tps(d, 6);
	OK(d, board_open(&d->w, &b, &d->err));
	OK(d, gate_open(&d->w, &g, &d->err));
	int rounds = *d->store.url ? 25 : 60;
	for (int round = 0; round < rounds; round++) {
		for (uint64_t i = 1 + dice(round % 10 == 9 ? 40 : 4); i > 0; i--)
			random_change(d, g);
		OK(d, board_follow(b, &events, &d->err));
		seen += events;
		equal_to_rebuild(d, b);
	}
	assert_true(seen > 2 * rounds);
	gate_close(g);
	board_close(b);
	desk_close(d);
}

static void
test_new_tps_and_snapshot(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	Board *b, *cold;
	GateP g = NULL;
	Str difference;
	add_tps(d, 6);
	OK(d, board_open(&d->w, &b, &d->err));
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571021002009"));
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->total[0], 25);
	equal_to_rebuild(d, b);
	OK(d, board_save(b, &d->err));
	for (int i = 0; i < 20; i++)
		random_change(d, g);
	OK(d, board_follow(b, NULL, &d->err));
	OK(d, board_open(&d->w, &cold, &d->err));
	assert_true(cold->from_snapshot);
	assert_true(board_equal(cold, b, &difference, &d->a));
	board_close(cold);
	gate_close(g); /* closes with a snapshot of its own only when it followed */
	/* A flipped byte voids the snapshot; the board is rebuilt and right. */
	Str bytes;
	const char *path = arena_fmt(&d->a, "%s/board.snap", d->ws).p;
	OK(d, board_save(b, &d->err));
	OK(d, file_read(path, 1 << 24, &d->a, &bytes, &d->err));
	((char *)bytes.p)[bytes.n / 2] ^= 4;
	OK(d, file_write_atomic(path, bytes, 0600, &d->err));
	OK(d, board_open(&d->w, &cold, &d->err));
	assert_false(cold->from_snapshot);
	assert_true(board_equal(cold, b, &difference, &d->a));
	board_close(cold);
	/* Cut short: the same. */
	OK(d, file_write_atomic(path, str_slice(bytes, 0, bytes.n / 3), 0600, &d->err));
	OK(d, board_open(&d->w, &cold, &d->err));
	assert_false(cold->from_snapshot);
	board_close(cold);
	board_close(b);
	desk_close(d);
}

static void
test_ready_and_gaps(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	Board *b;
	GateP g = NULL;
	size_t node;
	add_tps(d, 2);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "roll_count", "tps=1571011001001;total=100;male=50;female=50"));
	for (size_t i = 0; i < d->w.pack->n_codes; i++) {
		const PackCode *c = &d->w.pack->code[i];
		if (str_eq(c->list, S("logistics")))
			OK(d,
				desk_enter(d, g, "delivery",
					arena_fmt(&d->a, "tps=1571011001001;item=%.*s;received=900", STR(c->code)).p));
		if (str_eq(c->list, S("officer")))
			OK(d,
				desk_enter(d, g, "officer_count",
					arena_fmt(&d->a, "tps=1571011001001;role=%.*s;filled=%lld", STR(c->code),
						(long long)c->amount)
						.p));
	}
	OK(d, board_open(&d->w, &b, &d->err));
	assert_int_equal(b->ready[0], 0);
	GapList list = {.area = S("1571"), .max = 3};
	OK(d, gaps_list(b, &list, &d->a, &d->err));
	assert_int_equal(list.n, 3);
	assert_true(list.total > 3);
	/* One must-indicator is left at this TPS: closing it is worth a whole TPS, so it comes first. */
	assert_true(str_eq(list.gap[0].area, S("1571011001001")));
	assert_int_equal(list.gap[0].gain, 10000);
	assert_true(str_eq(list.gap[0].series->query->name, S("security_ready")));
	/* By indicator all are counted, also those that the list has no room for. */
	uint64_t places = 0, makes_ready = 0;
	for (size_t i = 0; i < b->n_indicators; i++) {
		places += list.sum[i].places;
		makes_ready += list.sum[i].makes_ready;
		assert_true(list.sum[i].missing >= (int64_t)list.sum[i].places);
	}
	assert_int_equal(places, list.total);
	assert_int_equal(makes_ready, 1);
	assert_int_equal(list.sum[list.gap[0].series - b->series].makes_ready, 1);
	OK(d, desk_enter(d, g, "security_count", "tps=1571011001001;police=2;linmas=2;category=safe"));
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->ready[0], 1);
	assert_true(board_find(b, S("157102"), &node));
	assert_int_equal(b->ready[node], 0);
	list.max = SIZE_MAX;
	OK(d, gaps_list(b, &list, &d->a, &d->err));
	assert_int_equal(list.n, list.total);
	for (size_t i = 1; i < list.n; i++)
		assert_true(list.gap[i - 1].gain >= list.gap[i].gain);
	gate_close(g);
	board_close(b);
	desk_close(d);
}

static void
test_nation(void **state)
{
	(void)state;
	Desk *d = desk_new("pemilu2024", "0");
	Board *b;
	ImportReport r;
	OK(d, desk_import(d, "tps", S("tps\n1101012001001\n9671101004001\n"), (ImportOptions){0}, &r));
	OK(d, board_open(&d->w, &b, &d->err));
	assert_string_equal(b->code[0], "0");
	assert_int_equal(b->total[0], 2);
	size_t node;
	assert_true(board_find(b, S("11"), &node));
	assert_int_equal(b->parent[node], 0);
	assert_int_equal(b->total[node], 1);
	board_close(b);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_structure),
		cmocka_unit_test(test_sums), cmocka_unit_test(test_follow_equals_rebuild),
		cmocka_unit_test(test_new_tps_and_snapshot), cmocka_unit_test(test_ready_and_gaps),
		cmocka_unit_test(test_nation)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
