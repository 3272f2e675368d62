/* survive: 64 writers are ended in the middle of their work, again and again; whatever was acknowledged must be there afterwards.
 *   survive power|kill|faults|postgres|proof TRIES SEED [ADDRESS FOLDER]
 * power: the power is cut, at random moments, writes and syncs. kill: SIGKILL. faults: one write or sync fails or tears.
 * postgres: the server of that address and folder (tools/postgres.sh) is ended, half of the times the writers too.
 * proof: that all of these do find what is lost. Prints a table; exits 1 when anything is lost or wrong. */
#include "try.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

/* ---- kinds of ends ---- */

/* The fewer write at once, the more commits they are, and the more often the log goes into the database and begins anew. */
static void
choose_writers(Run *r, Plan *p)
{
	p->writers = lot_below(&r->state, 4) ? WRITERS : 3;
	p->rows = lot_below(&r->state, 3) ? 100 + lot_below(&r->state, 1000) : 0;
}

static const int kept[] = {0, 0, 1000, 30, 500, 970};

static void
try_power(Run *r, int i)
{
	Try t = {0};
	int64_t how = i % 4;
	t.plan.shim = &t.shim;
	t.shim.keep = kept[i % 6];
	choose_writers(r, &t.plan);
	if (how < 2) {
		t.plan.cut_early = lot_below(&r->state, 4) == 0;
		t.plan.cut_after = 1 + lot_below(&r->state, 300000);
	} else {
		t.shim.event = how == 2 ? SHIM_CUT_WRITE : SHIM_CUT_SYNC;
		t.shim.at = 1 + lot_below(&r->state, 3000);
	}
	try_start(&t, r, t.shim.keep ? "power cut, some sectors kept" : "power cut");
	try_end(&t, 0, SHIM_CUT);
	try_check(&t);
	try_report(&t);
}

static void
try_kill(Run *r, int i)
{
	static const char *const gone[] = {
		"the other Siap process closed the connection", "another Siap process holds ", NULL};
	bool guest = i % 3 == 0, early = lot_below(&r->state, 5) == 0;
	Try t = {.with_guest = guest};
	choose_writers(r, &t.plan);
	if (guest) {
		t.plan.rows = 0; /* or the guest would find nobody between two rounds */
		t.may_say = gone;
	}
	try_start(&t, r, guest ? "SIGKILL, beside it a process that passes rows on" : "SIGKILL");
	if ((guest || !early) && !try_await(&t, 1, 20000000))
		wrong(&t.v, "no row was acknowledged within 20 s");
	if (guest)
		NEED(write(t.begin, "", 1) == 1);
	(void)usleep((useconds_t)lot_below(&r->state, 300000));
	NEED(kill(t.pid, SIGKILL) == 0);
	try_end(&t, SIGKILL, 0);
	try_check(&t);
	try_report(&t);
}

/* How many writes and syncs there are without any fault. */
static int64_t
count_operations(Run *r, int64_t rows)
{
	Try t = {.plan = {.rows = rows, .rounds = 1, .shim = &t.shim}};
	try_start(&t, r, "no fault, power cut after the end");
	try_end(&t, 0, SHIM_CUT);
	if (!r->site.ledger.ended)
		wrong(&t.v, "the writers did not come to their end");
	int64_t n = r->site.ledger.operations;
	try_check(&t);
	try_report(&t);
	return n;
}

static void
try_fault(Run *r, int i)
{
	static const char *const names[SHIM_EVENTS] = {NULL, "a write fails", "the disk is full",
		"a write tears", "a sync fails", "power cut in a torn write", "power cut in a sync"};
	static const char *const full[] = {"the disk is full", NULL};
	static const char *const broken[] = {"the database could not be read or written: ", NULL};
	static int64_t operations;
	enum { ROWS = 1500 };
	Ledger *l = &r->site.ledger;
	if (!operations)
		operations = count_operations(r, ROWS);
	Try t = {.plan = {.rows = ROWS, .rounds = 1, .shim = &t.shim}};
	t.plan.writers = lot_below(&r->state, 3) ? WRITERS : 3;
	t.shim.event = SHIM_WRITE_FAILS + i % (SHIM_EVENTS - 1);
	t.shim.at = 1 + lot_below(&r->state, lot_below(&r->state, 4) ? operations : 40);
	t.shim.lasting = t.shim.event < SHIM_CUT_WRITE && i / (SHIM_EVENTS - 1) % 2;
	t.shim.keep = kept[lot_below(&r->state, 6)];
	bool cuts = t.shim.event >= SHIM_CUT_WRITE;
	t.may_say = cuts ? NULL : t.shim.event == SHIM_DISK_FULL ? full : broken;
	try_start(&t, r, names[t.shim.event]);
	try_end(&t, 0, SHIM_CUT);
	if (!cuts && !l->ended)
		wrong(&t.v, "the writers did not come to their end");
	if (!t.shim.lasting && l->refusals > WRITERS) /* one commit for all of them may fail */
		wrong(&t.v, "after one failure %zu rows were refused", (size_t)l->refusals);
	try_check(&t);
	try_report(&t);
}

static void
cluster(const Run *r, const char *verb)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
		(void)dup2(nothing, 1); /* its address */
		execl("tools/postgres.sh", "tools/postgres.sh", verb, r->cluster, (char *)NULL);
		_exit(1);
	}
	NEED(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == 0);
}

static void
try_postgres(Run *r, int i)
{
	static const char *const gone[] = {"the connection to the database was lost: ",
		"cannot open database ", "the database server is just starting or ending", NULL};
	Try t = {.may_say = gone};
	Ledger *l = &r->site.ledger;
	bool both = i % 2;
	try_start(
		&t, r, both ? "PostgreSQL and the writers killed" : "PostgreSQL killed, the writers go on");
	if (!try_await(&t, 1, 20000000))
		wrong(&t.v, "no row was acknowledged within 20 s");
	(void)usleep((useconds_t)lot_below(&r->state, 300000));
	bool first = both && lot_below(&r->state, 2);
	if (first)
		NEED(kill(t.pid, SIGKILL) == 0);
	cluster(r, "crash");
	if (both && !first)
		NEED(kill(t.pid, SIGKILL) == 0);
	cluster(r, "again");
	if (!both) {
		/* What the last writers wait for comes by itself. */
		if (!try_await(&t, l->acks + 100, 20000000))
			wrong(&t.v, "the writers did not go on within 20 s");
		(void)kill(t.pid, SIGTERM);
	}
	try_end(&t, both ? SIGKILL : 0, 0);
	try_check(&t);
	try_report(&t);
}

/* ---- all of them ---- */

static void
table(const Run *r)
{
	Tally all = {.what = "all"};
	printf("%-48s %6s %13s %11s %8s %6s %6s\n", r->kind, "tries", "acknowledged", "checkpoints",
		"refused", "lost", "wrong");
	for (size_t i = 0; i <= r->n; i++) {
		const Tally *t = i < r->n ? &r->tally[i] : &all;
		printf("%-48s %6zu %13zu %11zu %8zu %6zu %6zu\n", t->what, t->tries, t->acks, t->handed,
			t->refusals, t->lost, t->wrong);
		all.tries += t->tries;
		all.acks += t->acks;
		all.handed += t->handed;
		all.refusals += t->refusals;
		all.lost += t->lost;
		all.wrong += t->wrong;
	}
	printf("SEED=%llu\n", (unsigned long long)r->seed);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(Run *, int);
	} kinds[] = {{"power", try_power}, {"kill", try_kill}, {"faults", try_fault},
		{"postgres", try_postgres}, {"proof", prove}};
	static Run r;
	enum { KINDS = sizeof kinds / sizeof *kinds };
	int64_t tries = 0, seed = 0;
	size_t k = 0;
	while (argc > 3 && k < KINDS && strcmp(kinds[k].name, argv[1]) != 0)
		k++;
	if ((argc != 4 && argc != 6) || k == KINDS || !str_int(str_of(argv[2]), &tries) || tries < 1 ||
		!str_int(str_of(argv[3]), &seed) || (kinds[k].run == try_postgres && argc != 6)) {
		fprintf(stderr,
			"usage: survive power|kill|faults|postgres|proof TRIES SEED [ADDRESS FOLDER]\n");
		return 64;
	}
	NEED(argc == 6 ? setenv("SIAP_TEST_STORE", argv[4], 1) == 0 : unsetenv("SIAP_TEST_STORE") == 0);
	r.kind = argv[1];
	r.tries = (int)tries;
	r.seed = r.state = (uint64_t)seed;
	r.cluster = argc == 6 ? argv[5] : NULL;
	site_open(&r.site);
	for (int i = 0; i < r.tries; i++)
		kinds[k].run(&r, i);
	site_close(&r.site);
	if (kinds[k].run != prove)
		table(&r);
	return r.failed;
}
