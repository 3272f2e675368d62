/* proof: that the tests can fail: disks that lie, settings that lose rows, changes in the database. */
#include "try.h"

static void
expect_loss(Run *r, const char *what, bool found)
{
	printf("%-50s %s\n", what, found ? "found" : "NOT FOUND");
	r->failed |= !found;
}

/* Disks that say done and have done nothing. */
static void
prove_lies(Run *r, int keep, const char *what)
{
	Try t = {
		.plan = {.rows = 500, .rounds = 1, .shim = &t.shim}, .shim = {.lies = true, .keep = keep}};
	try_start(&t, r, what);
	try_end(&t, 0, SHIM_CUT);
	size_t acks = r->site.ledger.acks;
	try_check(&t);
	expect_loss(r, what, acks > 0 && t.v.lost > 0 && (keep || t.v.lost == acks));
	site_leave(&r->site);
}

static void
prove_plain(Run *r, const char *synchronous, bool loses)
{
	char what[80];
	size_t n = plain_lost(r->site.dir, synchronous, 200);
	snprintf(what, sizeof what, "synchronous=%s: %zu of 200 commits lost", synchronous, n);
	if (loses)
		expect_loss(r, what, n > 0);
	else if (n > 0) {
		printf("%s, expected none\n", what);
		r->failed = true;
	}
}

/* A change that the writers did not make, in a database that nothing happened to. */
static void
prove_change(Run *r, const char *what, const char *sql)
{
	Try t = {.plan = {.rows = 500, .rounds = 1}};
	AUTO(DbP) db = NULL;
	Err err = {0};
	try_start(&t, r, what);
	try_end(&t, 0, 0);
	const char *path =
		*r->site.store.url ? r->site.store.url : arena_fmt(&r->site.a, "%s/siap.db", r->site.ws).p;
	need(db_open(path, DB_WRITE, &db, &err) && db_exec(db, str_of(sql), &err), &err, sql);
	db_close(db);
	db = NULL;
	try_check(&t);
	expect_loss(r, what, t.v.lost + t.v.wrong > 0);
	site_leave(&r->site);
}

void
prove(Run *r, int i)
{
	(void)i;
	if (!r->cluster) {
		prove_plain(r, "OFF", true);
		prove_plain(r, "NORMAL", true);
		prove_plain(r, "FULL", false);
		prove_lies(r, 0, "a disk that never writes");
		prove_lies(r, 500, "a disk that writes half of the sectors");
	}
	prove_change(
		r, "the last event removed", "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)");
	prove_change(r, "an event removed in the middle", "DELETE FROM event WHERE seq = 300");
	prove_change(r, "a body edited", "UPDATE event SET open = open || ' ' WHERE seq = 300");
	prove_change(r, "a row without its event",
		"UPDATE delivery SET received = 5000 WHERE _event = (SELECT max(_event) FROM delivery)");
	prove_change(r, "an event without its row",
		"DELETE FROM roll_count WHERE _event = (SELECT max(_event) FROM roll_count)");
	prove_change(r, "a row's key removed", "DELETE FROM row_key WHERE dataset = 'officer'");
}
