/* The public log gives nothing private away: neither values, nor that they differ, nor what restricted datasets are about. */
#include "support.h"

static int64_t hand = INT64_C(1732060800000); /* 2024-11-20 07:00 WIB */

static int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static const char SECRET[] = "dataset  secret_incident\n"
							 "title    \"Incident kept secret\"\n"
							 "owner    polri\n"
							 "level    village\n"
							 "restricted\n"
							 "field    area     area(village)  key\n"
							 "field    number   int(1..999)    key\n"
							 "field    what     text(200)      required\n"
							 "field    source   text(100)      private(polri)\n"
							 "example  1571091002, 1, \"stones at the office\", \"Pak X\"\n"
							 "reject   1571091002, 0, \"x\",  # number below 1\n";

static Desk *
desk_at(const char *dir_defs)
{
	Desk *d = desk_new("pilkada2024", "1571091002");
	d->env.now = hand_now;
	hand = INT64_C(1732060800000) + 754321;
	if (dir_defs) {
		OK(d, dir_make(arena_fmt(&d->a, "%s/defs", d->dir).p, &d->err));
		OK(d, dir_make(arena_fmt(&d->a, "%s/defs/datasets", d->dir).p, &d->err));
		(void)desk_file(d, "defs/datasets/secret_incident.def", str_of(dir_defs));
		d->env.defs_dir = arena_fmt(&d->a, "%s/defs", d->dir).p;
	}
	desk_reopen(d);
	return d;
}

static Str
entry_of(Desk *d, int64_t event)
{
	AUTO(Buf) b = {0};
	json_t *j;
	OK(d, log_prove(&d->w, event, &b, &d->err));
	OK(d, json_parse(buf_str(&b), 1 << 20, &j, &d->err));
	Str entry = arena_str(&d->a, str_of(json_string_value(json_object_get(j, "entry"))));
	json_decref(j);
	return entry;
}

/* Every run of 64 hex digits becomes a sharp. */
static Str
without_hashes(Desk *d, Str s)
{
	AUTO(Buf) out = {0};
	unsigned char raw[32];
	for (size_t i = 0; i < s.n;) {
		bool hash = i + 64 <= s.n && hex_decode(str_slice(s, i, i + 64), raw, sizeof raw);
		buf_byte(&out, hash ? '#' : s.p[i]);
		i += hash ? 64 : 1;
	}
	return arena_str(&d->a, buf_str(&out));
}

static bool
says(Str s, const char *part)
{
	size_t at;
	return str_find(s, str_of(part), &at);
}

/* The same story with other private values: told to the last letter alike, but for the hashes. */
static int
story(const char *contact, const char *nik, char out[][512])
{
	Desk *d = desk_at(NULL);
	GateP g = NULL;
	int n = 0;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d,
		desk_enter(d, g, "tps",
			arena_fmt(&d->a, "tps=1571091002001;number=1%s%s", *contact ? ";contact=" : "", contact)
				.p));
	hand += 1000;
	OK(d,
		desk_enter(d, g, "officer",
			arena_fmt(&d->a, "tps=1571091002001;role=kpps;seat=1%s%s", *nik ? ";nik=" : "", nik)
				.p));
	OK(d, desk_enter(d, g, "tps", "tps=1571091002001;number=2"));
	OK(d,
		desk_row(
			d, g, "officer", "tps=1571091002001;role=kpps;seat=1", (RowRequest){.closing = true}));
	OK(d, gate_checkpoint(g, &d->err));
	for (int64_t e = 1; e <= workspace_last_event(&d->w); e++) {
		Str entry = entry_of(d, e), bare = without_hashes(d, entry);
		if (*contact)
			assert_false(says(entry, contact) || says(entry, nik));
		assert_true(bare.n < 512);
		memcpy(out[n++], arena_cstr(&d->a, bare), bare.n + 1);
	}
	gate_close(g);
	desk_close(d);
	return n;
}

static void
test_only_hashes_differ(void **state)
{
	(void)state;
	static char one[16][512], other[16][512], none[16][512];
	int n = story("081234567890", "9900000000000001", one);
	assert_int_equal(n, 5);
	assert_int_equal(story("085700000001", "9900000000000002", other), n);
	assert_int_equal(story("", "", none), n); /* not even whether there is any */
	for (int i = 0; i < n; i++) {
		assert_string_equal(one[i], other[i]);
		assert_string_equal(one[i], none[i]);
	}
	assert_non_null(strstr(one[1], "\"closed\":\"#\""));
}

static void
test_restricted(void **state)
{
	(void)state;
	Desk *d = desk_at(SECRET);
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571091002001"));
	OK(d, desk_enter(d, g, "secret_incident", "area=1571091002;number=1;what=stones;source=Pak X"));
	hand += 60000;
	OK(d, desk_enter(d, g, "secret_incident", "area=1571091002;number=1;what=more stones"));
	OK(d, gate_checkpoint(g, &d->err));
	int64_t last = workspace_last_event(&d->w);
	for (int64_t e = last - 1; e <= last; e++) {
		Str entry = entry_of(d, e);
		assert_false(says(entry, "secret") || says(entry, "1571091002") || says(entry, "stones"));
		assert_true(says(entry, "\"dataset\":\"\"") && says(entry, "\"area\":\"\""));
		assert_true(says(entry, "\"at\":1732060800000")); /* the hour, not the minute */
	}
	Str first = without_hashes(d, entry_of(d, last - 1)),
		second = without_hashes(d, entry_of(d, last));
	assert_int_equal(first.n, second.n);
	assert_true(says(entry_of(d, 2), "\"at\":1732061554321"));
	VerifyReport r;
	OK(d, log_verify(&d->w, &(VerifyAsk){0}, &d->a, &r, &d->err));
	gate_close(g);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_hashes_differ), cmocka_unit_test(test_restricted)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
