/* Boundaries of areas: which feature is which area, who may take them in, what is kept of them and in the log. */
#include "accounts.h"

typedef struct Ask {
	Desk *d;
	GateP g;
	BoundaryImport im;
	Buf file;
} Ask;

static const Origin surveyor = {
	.actor = {"tester", 6}, .source = {"cli", 3}, .why = {"a survey", 8}};

/* A square of a tenth of a degree; at: how many lie west of it. */
static void
feature(Ask *k, int at, const char *properties)
{
	double west = 101 + at * 0.1;
	buf_fmt(&k->file,
		"%s{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
		"[[[%.2f,-2],[%.2f,-2],[%.2f,-1.9],[%.2f,-1.9],[%.2f,-2]]]}}",
		k->file.n ? "," : "", properties, west, west + 0.1, west + 0.1, west, west);
}

static bool
take(Ask *k, const Account *who)
{
	Desk *d = k->d;
	const char *text = arena_fmt(
		&d->a, "{\"type\":\"FeatureCollection\",\"features\":[%.*s]}", (int)k->file.n, k->file.p)
						   .p;
	BoundaryImport im = {.path = desk_file(d, "in.geojson", str_of(text)),
		.under = k->im.under,
		.level = k->im.level,
		.dry_run = k->im.dry_run,
		.who = who,
		.origin = &surveyor};
	Origin own = surveyor;
	if (who) {
		own.actor = who->login;
		own.agency = who->agency;
		im.origin = &own;
	}
	d->err = (Err){0};
	bool ok = boundaries_import(&d->w, k->g, &im, &d->a, &d->err);
	k->im = im;
	k->im.origin = NULL;
	buf_clear(&k->file);
	return ok;
}

static Ask
asked(void)
{
	Ask k = {0};
	k.d = accounts_desk(&k.g);
	return k;
}

static void
end(Ask *k)
{
	gate_close(k->g);
	buf_close(&k->file);
	desk_close(k->d);
}

/* The areas of a level below one that have a boundary, with a blank between. */
static const char *
drawn(Ask *k, const char *above, Level level)
{
	Desk *d = k->d;
	AUTO(Buf) b = {0};
	BoundaryList l = {.above = str_of(above), .level = level, .most = 1000};
	OK(d, boundaries_read(&d->w, &l, &d->a, &d->err));
	for (size_t i = 0; i < l.n; i++)
		buf_fmt(&b, "%s%.*s", i ? " " : "", STR(l.boundary[i].area));
	return arena_cstr(&d->a, buf_str(&b));
}

/* ---- which area ---- */

static void
test_codes_and_names(void **state)
{
	(void)state;
	Ask k = asked();
	static const struct {
		const char *properties, *code;
		Level level;
	} one[] = {
		{"\"kode\":\"1501\"", "1501", LEVEL_REGENCY},
		{"\"KDPKAB\":\"15.02\",\"KDPPUM\":\"15\"", "1502", LEVEL_REGENCY},
		{"\"code\":1503", "1503", LEVEL_REGENCY},
		{"\"ADM2_PCODE\":\"ID1504\"", "1504", LEVEL_REGENCY},
		{"\"nama\":\"KOTA JAMBI\"", "1571", LEVEL_REGENCY},
		{"\"NAME_1\":\"Jambi\",\"NAME_2\":\"Sungai Penuh\"", "1572", LEVEL_REGENCY},
		{"\"WADMPR\":\"Jambi\",\"WADMKK\":\"Kab. Muaro  Jambi\"", "1505", LEVEL_REGENCY},
		{"\"NAME_1\":\"Jambi\",\"NAME_2\":\"Kota Jambi\",\"NAME_3\":\"Alam Barajo\"", "157109",
			LEVEL_DISTRICT},
		{"\"id\":9,\"iddesa\":\"1571091002\"", "1571091002", LEVEL_VILLAGE},
		{"\"kode_prov\":\"15\",\"kecamatan\":\"Danau Sipin\"", "157110", LEVEL_DISTRICT},
	};
	for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
		feature(&k, (int)i, one[i].properties);
		k.im = (BoundaryImport){0};
		if (!take(&k, NULL))
			fail_msg("%s: %s (%s)", one[i].properties, k.d->err.text, k.d->err.hint);
		Str above = area_lift(str_of(one[i].code), one[i].level - 1);
		size_t at;
		if (!str_find(str_of(drawn(&k, arena_cstr(&k.d->a, above), one[i].level)),
				str_of(one[i].code), &at))
			fail_msg("%s: expected %s, got '%s'", one[i].properties, one[i].code,
				drawn(&k, "15", one[i].level));
		assert_int_equal(k.im.matched[one[i].level], 1);
	}
	end(&k);
}

/* The statistics office calls Tanjung Jabung Timur 1506 and Barat 1507; the interior ministry the other way round. */
static void
test_other_codes(void **state)
{
	(void)state;
	Ask k = asked();
	Str east = area_name(&k.d->w, S("1507"), &k.d->a);
	feature(&k, 0, arena_fmt(&k.d->a, "\"kode\":\"1506\",\"nama\":\"%.*s\"", STR(east)).p);
	OK(k.d, take(&k, NULL));
	assert_int_equal(k.im.by_name, 1);
	assert_string_equal(drawn(&k, "15", LEVEL_REGENCY), "1507");
	/* A name that is none here does not make a code wrong. */
	feature(&k, 1, "\"kode\":\"1506\",\"nama\":\"Tanjab Barat\"");
	OK(k.d, take(&k, NULL));
	assert_int_equal(k.im.by_name, 0);
	assert_string_equal(drawn(&k, "15", LEVEL_REGENCY), "1506 1507");
	end(&k);
}

static void
test_not_matched(void **state)
{
	(void)state;
	Ask k = asked();
	feature(&k, 0, "\"kode\":\"1501\"");
	feature(&k, 1, "\"nama\":\"Atlantis\"");
	feature(&k, 2, "\"kode\":\"1599\"");
	feature(&k, 3, "\"luas\":12");
	feature(&k, 4, "\"kode\":\"1101\"");
	feature(&k, 5, "\"nama\":\"Jambi\"");
	feature(&k, 6, "\"kode\":\"157109\"");
	k.im.under = S("1501");
	OK(k.d, take(&k, NULL));
	assert_int_equal(k.im.features, 7);
	assert_int_equal(k.im.misses, 2);
	assert_int_equal(k.im.elsewhere, 4);
	assert_int_equal(k.im.miss[0].feature, 2);
	assert_string_equal(k.im.miss[0].why.p, "no area here is called 'Atlantis'");
	assert_string_equal(k.im.miss[1].why.p,
		"it has neither a code nor a name: a property 'code' with the code of its area is right");
	assert_string_equal(drawn(&k, "15", LEVEL_REGENCY), "1501");
	/* Several of one name, and an old code. */
	feature(&k, 0, "\"kode\":\"1502\"");
	feature(&k, 1, "\"desa\":\"Koto Baru\"");
	feature(&k, 2, "\"kode\":\"1599\"");
	k.im = (BoundaryImport){.dry_run = true};
	OK(k.d, take(&k, NULL));
	assert_int_equal(k.im.misses, 2);
	assert_non_null(strstr(k.im.miss[0].why.p, "areas are called 'Koto Baru'"));
	assert_string_equal(k.im.miss[1].why.p, "no area here has the code '1599'");
	/* Nothing at all: the file is refused. */
	feature(&k, 0, "\"kode\":\"1101\"");
	k.im = (BoundaryImport){0};
	REFUSED(k.d, take(&k, NULL), E_INPUT);
	feature(&k, 0, "\"nama\":\"Atlantis\"");
	k.im.under = S("15");
	REFUSED(k.d, take(&k, NULL), E_INPUT);
	assert_string_equal(k.d->err.hint, "feature 1: no area here is called 'Atlantis'");
	/* One area twice: nobody can tell which one is right. */
	feature(&k, 0, "\"kode\":\"1502\"");
	feature(&k, 1, "\"kode\":\"15.02\"");
	REFUSED(k.d, take(&k, NULL), E_INPUT);
	assert_string_equal(k.d->err.text, "feature 2 is the area '1502', and so is feature 1");
	assert_string_equal(drawn(&k, "15", LEVEL_REGENCY), "1501");
	end(&k);
}

/* ---- what is kept ---- */

static int64_t
newest(Ask *k)
{
	return workspace_last_event(&k->d->w);
}

static void
test_kept(void **state)
{
	(void)state;
	Ask k = asked();
	for (int turn = 0; turn < 3; turn++) {
		feature(&k, 0, "\"kode\":\"1501\"");
		feature(&k, 1, "\"kode\":\"1502\"");
		int64_t before = newest(&k);
		k.im.dry_run = turn == 0;
		OK(k.d, take(&k, NULL));
		assert_int_equal(k.im.matched[LEVEL_REGENCY], 2);
		assert_int_equal(k.im.areas[LEVEL_REGENCY], 11);
		/* A dry run and the same again leave no event. The first event of a log tells what it stands on. */
		assert_int_equal(newest(&k) - before, turn == 1 ? (before ? 1 : 2) : 0);
		assert_int_equal(k.im.event, turn == 1 ? newest(&k) : 0);
		assert_string_equal(drawn(&k, "15", LEVEL_REGENCY), turn ? "1501 1502" : "");
	}
	/* Another one comes beside them, and a changed one in its place. */
	feature(&k, 0, "\"kode\":\"1503\"");
	feature(&k, 5, "\"kode\":\"1501\"");
	OK(k.d, take(&k, NULL));
	assert_string_equal(drawn(&k, "15", LEVEL_REGENCY), "1501 1502 1503");
	assert_string_equal(drawn(&k, "16", LEVEL_REGENCY), "");
	BoundaryList l = {.above = S("15"), .level = LEVEL_REGENCY, .most = 1000};
	OK(k.d, boundaries_read(&k.d->w, &l, &k.d->a, &k.d->err));
	assert_int_equal(l.boundary[0].ring[0].point[0].x, 10150000);
	assert_int_equal(l.boundary[0].ring[0].n, 4);
	end(&k);
}

/* Neighbours with many points are thinned together when they are read for a small picture. */
static void
test_thinned(void **state)
{
	(void)state;
	Ask k = asked();
	AUTO(Buf) west = {0}, east = {0};
	for (int i = 0; i <= 900; i++) {
		double x = 102 + 0.01 * (i % 7) + 0.02 * (i % 11), y = -2 + i / 1000.0;
		buf_fmt(&west, "[%.5f,%.5f],", x, y);
		buf_fmt(&east, "[%.5f,%.5f],", 102 + 0.01 * ((900 - i) % 7) + 0.02 * ((900 - i) % 11),
			-2 + (900 - i) / 1000.0);
	}
	buf_fmt(&k.file,
		"{\"type\":\"Feature\",\"properties\":{\"kode\":\"1501\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[101,-2],%.*s[101,-1.1],[101,-2]]]}},"
		"{\"type\":\"Feature\",\"properties\":{\"kode\":\"1502\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[103,-1.1],%.*s[103,-2],[103,-1.1]]]}}",
		STR(buf_str(&west)), STR(buf_str(&east)));
	OK(k.d, take(&k, NULL));
	assert_true(k.im.points_before > 1800);
	assert_true(k.im.points <= 2 * BOUNDARY_POINTS);
	for (size_t most = 20; most <= 2000; most *= 10) {
		BoundaryList l = {.above = S("15"), .level = LEVEL_REGENCY, .most = most};
		OK(k.d, boundaries_read(&k.d->w, &l, &k.d->a, &k.d->err));
		assert_int_equal(l.n, 2);
		for (size_t i = 0; i < l.n; i++) {
			assert_int_equal(l.boundary[i].n_rings, 1);
			assert_in_range(l.boundary[i].ring[0].n, 3, most < 12 ? 12 : most);
		}
	}
	end(&k);
}

/* ---- who may ---- */

static void
test_rights(void **state)
{
	(void)state;
	static const struct {
		const char *agency;
		Role role;
		const char *area;
		bool may;
	} line[] = {{"kesbangpol", ROLE_SUPERVISOR, "15", true},
		{"kesbangpol", ROLE_MANAGER, "15", true}, {"kesbangpol", ROLE_OPERATOR, "15", false},
		{"kesbangpol", ROLE_READER, "15", false}, {"kpu", ROLE_SUPERVISOR, "15", false},
		{"kpu", ROLE_MANAGER, "15", false}, {"kesbangpol", ROLE_SUPERVISOR, "1571", false},
		{"kesbangpol", ROLE_SUPERVISOR, "1501", true}};
	Ask k = asked();
	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		char login[] = {'w', 'h', 'o', (char)('a' + i), 0};
		Account who = made(k.d, k.g, login, line[i].agency, line[i].role, line[i].area);
		feature(&k, (int)i, "\"kode\":\"1501\"");
		k.im.under = S("1501");
		if (line[i].may)
			OK(k.d, take(&k, &who));
		else
			REFUSED(k.d, take(&k, &who), E_DENIED);
	}
	/* The writer looks at the rights of now. */
	Account who = made(k.d, k.g, "sekretaris", "kesbangpol", ROLE_SUPERVISOR, "15");
	AccountRequest r = request(k.d, "sekretaris", "kesbangpol", ROLE_READER, "15");
	r.account.id = who.id;
	OK(k.d, gate_account_change(k.g, &r, &k.d->err));
	feature(&k, 12, "\"kode\":\"1501\"");
	REFUSED(k.d, take(&k, &who), E_DENIED);
	end(&k);
}

/* ---- the log, and backups ---- */

/* What somebody changes in the table behind the log's back is found. */
static void
test_whole(void **state)
{
	(void)state;
	static const char *const change[][2] = {
		{"UPDATE boundary SET rings = replace(rings, '-19', '-18') WHERE area = '1501'",
			"of event "},
		{"UPDATE boundary SET level = 3 WHERE area = '1501'", "of event "},
		{"UPDATE boundary SET level = level + 256 WHERE area = '1501'", "of event "},
		{"UPDATE boundary SET area = '1503' WHERE area = '1501'", "of event "},
		{"DELETE FROM boundary", "of event "},
		{"UPDATE boundary SET event = 1", "names event 1, which brought no boundaries"},
		{"INSERT INTO boundary (area, level, event, rings) SELECT '1504', level, event, rings FROM boundary WHERE area = '1501'",
			"of event "},
	};
	for (size_t i = 0; i <= sizeof change / sizeof *change; i++) {
		Ask k = asked();
		VerifyReport r;
		for (int turn = 0; turn < 2; turn++) {
			feature(&k, turn, "\"kode\":\"1501\"");
			feature(&k, turn + 2, "\"kode\":\"1502\"");
			OK(k.d, take(&k, NULL));
		}
		gate_close(k.g);
		k.g = NULL;
		bool whole = i == sizeof change / sizeof *change;
		if (!whole)
			desk_sql(k.d, change[i][0]);
		k.d->err = (Err){0};
		bool good = log_verify(&k.d->w, &(VerifyAsk){0}, &k.d->a, &r, &k.d->err);
		assert_int_equal(good, whole);
		assert_true(whole || (k.d->err.code == E_CONFLICT && strstr(k.d->err.text, change[i][1])));
		end(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_and_names),
		cmocka_unit_test(test_other_codes),
		cmocka_unit_test(test_not_matched),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_thinned),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
