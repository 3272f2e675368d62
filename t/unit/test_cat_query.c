/* cat/query, given, pack: indicators, checks and rule packs become structures; each mistake is named with file and line. */
#include "unit.h"

#include "cat/cat.h"

static Arena arena;

static int
open_arena(void **state)
{
	(void)state;
	return arena_open(&arena, 64 << 20, NULL) ? 0 : -1;
}

static int
close_arena(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

#define IND                                                                                                     \
	"-- indicator: delivered\n-- title: T\n-- pillar: logistics\n-- owner: kpu\n-- level: tps\n-- unit: item\n" \
	"-- source: S\n-- definition: D\n"
#define TAIL "-- given: x a=1\n-- expect: none\n"
#define CHK \
	"-- check: c\n-- title: T\n-- owner: bawaslu\n-- level: any\n-- severity: must\n-- remedy: R\n-- source: S\n"

static void
indicator_whole(void **state)
{
	(void)state;
	Query q;
	OK(query_parse(S("f"),
		S(IND
			"-- due: H-1\n-- must: yes\n-- weight: 3\n-- scope: all\n-- depends: clock\n"
			"-- given: delivery tps=1 note=\"a\n--            b: c\"\n--\n-- given: today=2024-11-20\n"
			"-- expect: 1571091002001 9 7 1\nSELECT t.tps -- x\nFROM tps t WHERE :now > 1 ;\n"),
		QUERY_INDICATOR, &arena, &q, &err));
	SAME(q.name, "delivered");
	SAME(q.pillar, "logistics");
	SAME(q.due, "H-1");
	SAME(q.definition, "D");
	SAME(q.units, "item");
	assert_true(q.must && q.weight == 3 && q.scope == SCOPE_ALL && q.depends_clock &&
		q.level == LEVEL_TPS && !q.is_check);
	SAME(q.sql, "SELECT t.tps -- x\nFROM tps t WHERE :now > 1");
	assert_int_equal(q.n_given, 2);
	SAME(q.given[0].text, "delivery tps=1 note=\"a b: c\"");
	assert_int_equal(q.given[0].line, 14);
	assert_int_equal(q.given[1].line, 17);
	assert_int_equal(q.n_expect, 1);
	OK(query_parse(
		S("f"), S(IND "-- units: several\n" TAIL "SELECT 1"), QUERY_INDICATOR, &arena, &q, &err));
	SAME(q.units, "several");
}

static void
check_whole(void **state)
{
	(void)state;
	Query q;
	OK(query_parse(S("f"),
		S(CHK "-- definition: D\n" TAIL
			  "\n-- why\nWITH a AS (SELECT 1) SELECT 'x;--' FROM a /* ; */\n"),
		QUERY_CHECK, &arena, &q, &err));
	SAME(q.severity, "must");
	SAME(q.remedy, "R");
	assert_true(
		q.is_check && q.weight == 1 && !q.must && q.scope == SCOPE_AREA && !q.depends_clock);
	SAME(q.sql, "-- why\nWITH a AS (SELECT 1) SELECT 'x;--' FROM a /* ; */");
}

static const struct {
	const char *text;
	bool is_check;
	const char *want;
} refusals[] = {
	{"-- indicator: x\n-- titel: T\n", false, "f:2: 'titel' is no header of an indicator"},
	{"-- check: x\n-- weight: 2\n", true, "f:2: 'weight' is no header of a check"},
	{"-- indicator: x\n-- remedy: 2\n", false, "f:2: 'remedy' is no header of an indicator"},
	{"-- title:\n", false, "f:1: 'title' needs a value"},
	{"-- title: a\n-- title: b\n", false, "f:2: 'title' is given twice"},
	{"--title: a\n", false, "f:1: a header line is written '-- name: value', not '--title: a'"},
	{"--  title: a\n", false, "f:1: a header line is written '-- name: value', not '--  title: a'"},
	{"-- something\n", false, "f:1: a header line is written '-- name: value', not '-- something'"},
	{"SELECT 1", false, "f:1: the header '-- indicator: …' is missing"},
	{"SELECT 1", true, "f:1: the header '-- check: …' is missing"},
	{"-- indicator: x\n", false, "f:1: the header '-- title: …' is missing"},
	{IND, false, "f:1: the header '-- given: …' is missing"},
	{IND "-- given: x a=1\n", false, "f:1: the header '-- expect: …' is missing"},
	{"-- check: c\n-- title: T\n-- owner: kpu\n-- level: any\n-- source: S\n-- remedy: R\n" TAIL,
		true, "f:1: the header '-- severity: …' is missing"},
	{IND TAIL "-- due: soon\nSELECT 1", false, "f:1: 'due' is H-1, H, H+3 or a date, not 'soon'"},
	{IND TAIL "-- due: H*1\nSELECT 1", false, "f:1: 'due' is H-1, H, H+3 or a date, not 'H*1'"},
	{IND TAIL "-- must: maybe\nSELECT 1", false, "f:1: 'must' is yes or no, not 'maybe'"},
	{IND TAIL "-- scope: unit\nSELECT 1", false, "f:1: 'scope: unit' needs 'level: any'"},
	{IND TAIL "-- weight: 0\nSELECT 1", false,
		"f:1: 'weight' is a whole number from 1 to 1000, not '0'"},
	{CHK TAIL "-- due: 2024-11-31\nSELECT 1", true,
		"f:1: 'due' is H-1, H, H+3 or a date, not '2024-11-31'"},
	{IND TAIL "\n", false, "f:11: the statement is missing"},
	{IND TAIL "DELETE FROM x\n", false,
		"f:11: the statement starts with SELECT or WITH, not with 'DELETE'"},
	{IND TAIL "SELECT 1; SELECT 2\n", false, "f:11: one statement only, without ';' in it"},
	{IND TAIL "SELECT :today\n", false,
		"f:11: the statement uses :now or :today, so it needs the header '-- depends: clock'"},
	{IND "-- given: x a\n-- expect: none\nSELECT 1", false, "f:9: 'a' is not written name=value"},
	{IND "-- given: x\n-- expect: none\nSELECT 1", false, "f:9: a row of 'x' without a field"},
	{IND "-- given: x a=1 a=2\n-- expect: none\nSELECT 1", false, "f:9: field 'a' is given twice"},
	{IND "-- given: x a=\"1\n-- expect: none\nSELECT 1", false,
		"f:9: the quoted text '1' has no closing quote"},
	{IND "-- given: x a=\"1\"b\n-- expect: none\nSELECT 1", false,
		"f:9: a blank is missing after \"1\""},
	{IND "-- given: X a=1\n-- expect: none\nSELECT 1", false,
		"f:9: 'X' is no name for a dataset: a-z, then a-z, 0-9 and _, 40 at most"},
	{IND "-- given: pack\n-- expect: none\nSELECT 1", false,
		"f:9: a rule pack is given as pack NAME"},
	{IND "-- given: limit a=b\n-- expect: none\nSELECT 1", false,
		"f:9: a limit is written limit NAME=NUMBER"},
	{IND "-- given: area x \"Y\"\n-- expect: none\nSELECT 1", false,
		"f:9: an area is given as area CODE \"Name\""},
	{IND "-- given: today=1\n-- expect: none\nSELECT 1", false,
		"f:9: 'today' takes a date such as 2024-11-20, not '1'"},
	{IND "-- given: x a=1\n-- expect: 15 1 2\nSELECT 1", false,
		"f:10: an indicator's row is expected as AREA NEED HAVE HEARD"},
	{IND "-- given: x a=1\n-- expect: 15 1 2 3 4\nSELECT 1", false,
		"f:10: an indicator's row is expected as AREA NEED HAVE HEARD"},
	{IND "-- given: x a=1\n-- expect: Jambi 1 2 3\nSELECT 1", false,
		"f:10: an expected row starts with an area code, not with 'Jambi'"},
	{IND "-- given: x a=1\n-- expect: none\n-- expect: 15 1 2 3\nSELECT 1", false,
		"f:10: 'expect: none' stands alone"},
	{CHK "-- given: x a=1\n-- expect: 15\nSELECT 1", true,
		"f:9: a check's row is expected as AREA KEY \"detail\""},
	{CHK "-- given: x a=1\n-- expect: 15 a b c\nSELECT 1", true,
		"f:9: a check's row is expected as AREA KEY \"detail\""},
};

static void
each_mistake_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		Query q;
		Err e = {0};
		bool done = query_parse(S("f"), str_of(refusals[i].text),
			refusals[i].is_check ? QUERY_CHECK : QUERY_INDICATOR, &arena, &q, &e);
		if (done || e.code != E_INPUT || strcmp(e.text, refusals[i].want) != 0) {
			print_error("%s\nexpected: %s\ncame:     %s\n", refusals[i].text, refusals[i].want,
				done ? "accepted" : e.text);
			fail();
		}
	}
}

static void
given_lines(void **state)
{
	(void)state;
	GivenLine g;
	OK(given_parse(S("delivery tps=1571 note=\"two \\\"words\\\"\" at="), &arena, &g, &err));
	assert_int_equal(g.kind, GIVEN_ROW);
	SAME(g.name, "delivery");
	assert_int_equal(g.n, 3);
	SAME(g.column[1], "note");
	SAME(g.cell[0], "1571");
	SAME(g.cell[1], "two \"words\"");
	SAME(g.cell[2], "");
	OK(given_parse(S("pack pilkada2024"), &arena, &g, &err));
	assert_int_equal(g.kind, GIVEN_PACK);
	SAME(g.name, "pilkada2024");
	OK(given_parse(S("limit voters_per_tps=600"), &arena, &g, &err));
	assert_int_equal(g.kind, GIVEN_LIMIT);
	SAME(g.name, "voters_per_tps");
	SAME(g.value, "600");
	OK(given_parse(S("area 1571 \"Kota Jambi\""), &arena, &g, &err));
	assert_int_equal(g.kind, GIVEN_AREA);
	SAME(g.name, "1571");
	SAME(g.value, "Kota Jambi");
	OK(given_parse(S("today=2024-11-20"), &arena, &g, &err));
	assert_int_equal(g.kind, GIVEN_TODAY);
	SAME(g.value, "2024-11-20");
	ExpectLine e;
	OK(expect_parse(S("1571 9 7 1"), false, &arena, &e, &err));
	assert_true(e.need == 9 && e.have == 7 && e.heard == 1 && !e.none);
	OK(expect_parse(S("1571 stage/1571 \"3 < 5\""), true, &arena, &e, &err));
	SAME(e.area, "1571");
	SAME(e.key, "stage/1571");
	SAME(e.detail, "3 < 5");
	OK(expect_parse(S("1571 x"), true, &arena, &e, &err));
	assert_null(e.detail.p);
	OK(expect_parse(S("none"), true, &arena, &e, &err));
	assert_true(e.none);
}

/* ---- rule packs ---- */

#define PACK "pack p\ntitle \"P\"\npoll 2024-11-27\n"

static void
pack_whole(void **state)
{
	(void)state;
	Pack p;
	OK(pack_parse(S("f"),
		S(PACK
			"label registered \"DPT\"\nlimit a 600 source \"X\"\nlimit b -2 unverified\nsource \"law\"\n"
			"limit c 3\nlimit d 4 source \"other\" unverified\n"
			"code logistics ink \"Ink bottle\" rule per_tps amount 2\ncode stage ink \"Other\" start 2024-01-01 end 2024-01-02 unverified\n"
			"default x.contest governor\n"),
		&arena, &p, &err));
	SAME(p.name, "p");
	SAME(p.poll, "2024-11-27");
	SAME(pack_label(&p, S("registered")), "DPT");
	SAME(pack_label(&p, S("moved_in")), "moved_in");
	assert_int_equal(pack_limit(&p, S("a"))->value, 600);
	SAME(pack_limit(&p, S("a"))->source, "X");
	assert_true(pack_limit(&p, S("b"))->unverified && pack_limit(&p, S("b"))->value == -2);
	SAME(pack_limit(&p, S("c"))->source, "law");
	SAME(pack_limit(&p, S("d"))->source, "other");
	assert_null(pack_limit(&p, S("e")));
	const PackCode *c = pack_code(&p, S("logistics"), S("ink"));
	assert_non_null(c);
	SAME(c->label, "Ink bottle");
	SAME(c->rule, "per_tps");
	SAME(c->source, "law");
	assert_true(c->has_amount && c->amount == 2 && !c->unverified);
	c = pack_code(&p, S("stage"), S("ink"));
	assert_true(c && !c->has_amount && c->unverified);
	SAME(c->ends, "2024-01-02");
	assert_null(pack_code(&p, S("stage"), S("pen")));
	assert_null(pack_code(&p, S("stag"), S("eink")));
	SAME(pack_preset(&p, S("x"), S("contest")), "governor");
	assert_null(pack_preset(&p, S("x"), S("contes")).p);
	assert_null(pack_preset(&p, S("x.c"), S("ntest")).p);
	OK(pack_parse(S("f"),
		S(PACK
			"source \"law\"\nholiday 2024-11-28 \"Feast\"\ndue delivered H-2\nopens delivered 2024-11-20\n"
			"code stage a \"A\" set_by \"court\" basis \"UU 1\"\n"
			"code stage b \"B\" after a working_days 14 number police 2 number stations 10\n"),
		&arena, &p, &err));
	c = pack_code(&p, S("stage"), S("a"));
	SAME(c->set_by, "court");
	SAME(c->basis, "UU 1");
	c = pack_code(&p, S("stage"), S("b"));
	SAME(c->after, "a");
	assert_true(c->days == 14 && c->working && c->n_numbers == 2 && c->number[1].value == 10);
	int32_t day;
	assert_true(pack_day(&p, S("H"), &day));
	assert_true(pack_working_day(&p, day));      /* a Wednesday */
	assert_false(pack_working_day(&p, day + 1)); /* the feast */
	assert_true(pack_working_day(&p, day + 2));
	assert_false(pack_working_day(&p, day + 3) || pack_working_day(&p, day + 4));
	Query q = {.name = S("delivered"), .due = S("H-1")}, other = {.name = S("x"), .due = S("H-1")};
	SAME(query_due(&q, &p), "H-2");
	SAME(query_opens(&q, &p), "2024-11-20");
	SAME(query_due(&other, &p), "H-1");
	assert_false(query_opens(&other, &p).n);
}

static void
pack_overrides(void **state)
{
	(void)state;
	Pack p;
	OK(pack_parse(S("f"), S(PACK "weight delivered 5\nmust delivered no\nmust other yes\n"), &arena,
		&p, &err));
	assert_true(p.n_weights == 1 && p.weight[0].value == 5 && p.n_must == 2 &&
		p.must[0].value == 0 && p.must[1].value == 1);
}

static const struct {
	const char *text, *want;
} pack_refusals[] = {
	{"pakc p\n",
		"f:1: unknown word 'pakc'; one of pack, title, poll, source, label, limit, default, weight, must, due, opens, holiday, …"},
	{"pack p\n", "f:1: a line 'title …' is missing"},
	{"pack p\ntitle P\n", "f:1: a line 'poll …' is missing"},
	{"poll 2024-13-01\n", "f:1: '2024-13-01' is not a date, expected 2024-11-27"},
	{"limit a x source \"y\"\n", "f:1: a limit is written: limit NAME NUMBER source \"…\""},
	{"limit a 1\n", "f:1: 'a' needs its source \"…\", or the word unverified"},
	{"limit a 1 source\n", "f:1: unknown word 'source'; one of source, unverified"},
	{"limit a 1 unverified\nlimit a 2 unverified\n", "f:2: limit 'a' is given twice"},
	{"label a \"b\"\nlabel a \"c\"\n", "f:2: label 'a' is given twice"},
	{"label a\n", "f:1: 'label' takes a name and a value"},
	{"default a b\n", "f:1: a default is written: default DATASET.FIELD VALUE"},
	{"weight a 0\n", "f:1: a weight is written: weight INDICATOR NUMBER, 1 to 1000"},
	{"must a maybe\n", "f:1: it is written: must INDICATOR yes, or no"},
	{"must a yes\nmust a no\n", "f:2: must 'a' is given twice"},
	{"code a b c\n", "f:1: a code is written: code LIST CODE \"Label\" …"},
	{"code a b \"C\"\n", "f:1: 'b' needs its source \"…\", or the word unverified"},
	{"code a b/c \"C\" unverified\n",
		"f:1: 'b/c' is no code: letters, digits, _ and -, 40 at most"},
	{"code a b \"C\" amount x unverified\n", "f:1: 'amount' takes a whole number, not 'x'"},
	{"code a b \"C\" start 1 unverified\n", "f:1: '1' is not a date, expected 2024-11-27"},
	{"code a b \"C\" start 2024-01-02 end 2024-01-01 unverified\n",
		"f:1: code 'b' ends before it starts"},
	{"code a b \"C\" colour red unverified\n",
		"f:1: unknown word 'colour'; one of rule, amount, number, start, end, set_by, basis, after, days, working_days, source, unverified"},
	{"code a b \"C\" source\n",
		"f:1: unknown word 'source'; one of rule, amount, number, start, end, set_by, basis, after, days, working_days, source, unverified"},
	{"code a b \"C\" unverified\ncode a b \"D\" unverified\n",
		"f:2: code 'b' of list 'a' is given twice"},
	{"code a b \"C\" number n 1 number n 2 unverified\n", "f:1: number 'n' is given twice"},
	{"code a b \"C\" number n unverified\n", "f:1: 'n' takes a whole number, not 'unverified'"},
	{"code a b \"C\" after c days 1001 unverified\n", "f:1: 'days' takes 0 to 1000, not '1001'"},
	{"code a b \"C\" end 2024-01-01 after c days 3 unverified\n",
		"f:1: code 'b' has an end and a relative end"},
	{PACK "code a b \"C\" after c days 3 unverified\n",
		"f:4: 'b' counts from 'c', which is no code of its list"},
	{PACK "code a b \"C\" after c days 3 unverified\ncode a c \"C\" after d days 3 unverified\n"
		  "code a d \"D\" unverified\n",
		"f:4: 'b' counts from 'c', which has a relative end itself"},
	{"holiday 2024-12-25 Christmas source \"x\"\n",
		"f:1: a holiday is written: holiday 2024-12-25 \"Label\" …"},
	{"holiday 2024-12-25 \"A\" source \"x\"\nholiday 2024-12-25 \"B\" source \"x\"\n",
		"f:2: holiday '2024-12-25' is given twice"},
	{"due a H-x\n", "f:1: 'due' is H-1, H, H+3 or a date, not 'H-x'"},
	{"opens a H-1\nopens a H-2\n", "f:2: opens 'a' is given twice"},
};

static void
each_mistake_in_a_pack_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pack_refusals / sizeof pack_refusals[0]; i++) {
		Pack p;
		Err e = {0};
		bool done = pack_parse(S("f"), str_of(pack_refusals[i].text), &arena, &p, &e);
		if (done || e.code != E_INPUT || strcmp(e.text, pack_refusals[i].want) != 0) {
			print_error("%s\nexpected: %s\ncame:     %s\n", pack_refusals[i].text,
				pack_refusals[i].want, done ? "accepted" : e.text);
			fail();
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(indicator_whole),
	cmocka_unit_test(check_whole),
	cmocka_unit_test(each_mistake_is_named),
	cmocka_unit_test(given_lines),
	cmocka_unit_test(pack_whole),
	cmocka_unit_test(pack_overrides),
	cmocka_unit_test(each_mistake_in_a_pack_is_named),
};
UNIT_MAIN(tests, open_arena, close_arena)
