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
	/* What was handed out says more than the database that is left. */
	if (!keep && !t.v.verified[0])
		expect_loss(r, "    by siap verify", false);
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

/* A change that the writers did not make, in a database that nothing happened to: found here, and by what people have. */
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
	if (!t.v.verified[0])
		expect_loss(r, "    by siap verify", false);
	site_leave(&r->site);
}

/* A checkpoint that was handed out for another log. */
static void
prove_checkpoint(Run *r, const char *what, uint64_t more, unsigned char bit)
{
	Try t = {.plan = {.rows = 500, .rounds = 1}};
	Ledger *l = &r->site.ledger;
	try_start(&t, r, what);
	try_end(&t, 0, 0);
	Handed *middle = &l->handed[l->n_handed / 2];
	bool some = l->n_handed > 1;
	if (some) {
		middle->size += more;
		middle->root.b[31] ^= bit;
	}
	try_check(&t);
	expect_loss(r, what, some && t.v.lost == 0 && t.v.wrong == 1);
	site_leave(&r->site);
}

/* The roots that Certificate Transparency's own tests give for their eight leaves. */
static void
prove_root(Run *r)
{
	static const Str entry[] = {{"", 0}, {"\x00", 1}, {"\x10", 1}, {"\x20\x21", 2}, {"\x30\x31", 2},
		{"\x40\x41\x42\x43", 4}, {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
		{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};
	static const char *const root[] = {
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
	Sha256 leaf[8], got;
	char bytes[17] = {0}, hex[65];
	bool right = true;
	for (size_t i = 0; i < 8; i++) {
		memcpy(bytes + 1, entry[i].p, entry[i].n);
		leaf[i] = sha256((Str){bytes, entry[i].n + 1});
		root_of(leaf, i + 1, &got);
		hex_encode(got.b, 32, hex);
		right &= strcmp(hex, root[i]) == 0;
	}
	expect_loss(r, "the roots of Certificate Transparency's tests", right);
}

void
prove(Run *r, int i)
{
	(void)i;
	if (!r->cluster) {
		prove_root(r);
		prove_plain(r, "OFF", true);
		prove_plain(r, "NORMAL", true);
		prove_plain(r, "FULL", false);
		prove_lies(r, 0, "a disk that never writes");
		prove_lies(r, 500, "a disk that writes half of the sectors");
		prove_change(r, "an event removed in the middle", "DELETE FROM event WHERE seq = 300");
		prove_change(r, "an event without its row",
			"DELETE FROM roll_count WHERE _event = (SELECT max(_event) FROM roll_count)");
		prove_change(r, "a row's key removed", "DELETE FROM row_key WHERE dataset = 'officer'");
		prove_checkpoint(r, "a checkpoint of another root", 0, 1);
		prove_checkpoint(r, "a checkpoint's root at another size", 1, 0);
	}
	prove_change(
		r, "the last event removed", "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)");
	prove_change(r, "a body edited",
		"UPDATE event SET open = open || ' ' WHERE seq = (SELECT max(_event) FROM delivery)");
	prove_change(r, "a row without its event",
		"UPDATE delivery SET received = 5000 WHERE _event = (SELECT max(_event) FROM delivery)");
	prove_checkpoint(r, "a checkpoint of more events", 1000000, 0);
}
