/* try: the writers' process from its start to the verdict on what it left behind. */
#include "try.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static Tally *
tally_of(Run *r, const char *what)
{
	size_t i = 0;
	while (i < r->n && strcmp(r->tally[i].what, what) != 0)
		i++;
	NEED(i < sizeof r->tally / sizeof *r->tally);
	if (i == r->n)
		r->tally[r->n++] = (Tally){.what = what};
	return &r->tally[i];
}

static pid_t
start(const Plan *p)
{
	fflush(NULL);
	pid_t pid = fork();
	NEED(pid >= 0);
	if (pid == 0)
		writers_run(p);
	return pid;
}

static void
start_guest(Try *t)
{
	int ends[2];
	Plan p = t->plan;
	NEED(pipe2(ends, O_CLOEXEC) == 0);
	p.guest = ends[0];
	p.writers = 8;
	p.rounds = 1;
	p.seed = lot(&t->run->state);
	t->guest = start(&p);
	t->begin = ends[1];
	(void)close(ends[0]);
}

/* Both processes are there before the listener: a process with several threads is not to be doubled. */
void
try_start(Try *t, Run *r, const char *what)
{
	int ends[2];
	site_enter(&r->site);
	t->run = r;
	t->tally = tally_of(r, what);
	t->plan.env = &r->site.env;
	t->plan.ws = r->site.ws;
	t->plan.seed = lot(&r->state);
	t->plan.settles = lot_below(&r->state, 2) == 0;
	t->shim.seed = lot(&r->state);
	NEED(pipe2(ends, O_CLOEXEC) == 0);
	t->plan.out = ends[1];
	t->pid = start(&t->plan);
	if (t->with_guest)
		start_guest(t);
	(void)close(ends[1]);
	ledger_listen(&r->site.ledger, ends[0], t->may_say);
}

bool
try_await(Try *t, size_t n, int64_t us)
{
	const Ledger *l = &t->run->site.ledger;
	int64_t until = clock_us() + us;
	siginfo_t end = {0};
	while (l->acks < n && !end.si_pid && clock_us() < until) {
		NEED(waitid(P_PID, (id_t)t->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0);
		(void)usleep(200);
	}
	return l->acks >= n;
}

static int
await_end(Try *t, pid_t pid)
{
	int status = 0;
	int64_t until = clock_us() + 30000000;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_us() > until) {
			wrong(&t->v, "the writers did not end within 30 s");
			NEED(kill(pid, SIGKILL) == 0);
			until = INT64_MAX;
		}
		(void)usleep(200);
	}
	return status;
}

static void
expect_end(Try *t, int status, int signal, int want)
{
	if (signal ? WIFSIGNALED(status) && WTERMSIG(status) == signal
			   : WIFEXITED(status) && WEXITSTATUS(status) == want)
		return;
	if (WIFSIGNALED(status))
		wrong(&t->v, "the writers were ended by signal %d", WTERMSIG(status));
	else
		wrong(&t->v, "the writers ended with status %d", WEXITSTATUS(status));
}

void
try_end(Try *t, int signal, int status)
{
	expect_end(t, await_end(t, t->pid), signal, status);
	if (t->guest) {
		expect_end(t, await_end(t, t->guest), 0, 0);
		(void)close(t->begin);
	}
	ledger_finish(&t->run->site.ledger);
}

void
try_check(Try *t)
{
	Run *r = t->run;
	Ledger *l = &r->site.ledger;
	if (l->refusal[0])
		wrong(&t->v, "a row was refused: [%s] %s", err_name(l->refused), l->refusal);
	workspace_check(&r->site.env, r->site.ws, l, &t->v);
	if (t->v.verified[0] && !t->v.lost && !t->v.wrong)
		wrong(&t->v, "siap verify finds what this test does not: %s", t->v.verified);
	t->tally->handed += l->handed_now;
	t->tally->tries++;
	t->tally->acks += l->acks;
	t->tally->refusals += l->refusals;
	t->tally->lost += t->v.lost;
	t->tally->wrong += t->v.wrong;
	r->done++;
}

void
try_report(Try *t)
{
	Run *r = t->run;
	if (!t->v.lost && !t->v.wrong)
		return;
	r->failed = true;
	fprintf(stderr, "FAIL %s, try %d: of %zu acknowledged %zu lost, %zu wrong: %s\n",
		t->tally->what, r->done, (size_t)r->site.ledger.acks, t->v.lost, t->v.wrong, t->v.first);
	fprintf(
		stderr, "    again: survive %s %d %llu\n", r->kind, r->tries, (unsigned long long)r->seed);
	site_leave(&r->site); /* what is broken stays broken */
}
