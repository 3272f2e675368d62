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
	fflush(NULL);
	t->pid = fork();
	NEED(t->pid >= 0);
	if (t->pid == 0) {
		(void)close(ends[0]);
		t->plan.out = ends[1];
		writers_run(&t->plan);
	}
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

void
try_end(Try *t, int signal, int want)
{
	int status = 0;
	int64_t until = clock_us() + 30000000;
	while (waitpid(t->pid, &status, WNOHANG) == 0) {
		if (clock_us() > until) {
			wrong(&t->v, "the writers did not end within 30 s");
			NEED(kill(t->pid, SIGKILL) == 0);
			until = INT64_MAX;
		}
		(void)usleep(200);
	}
	ledger_finish(&t->run->site.ledger);
	if (signal ? WIFSIGNALED(status) && WTERMSIG(status) == signal
			   : WIFEXITED(status) && WEXITSTATUS(status) == want)
		return;
	if (WIFSIGNALED(status))
		wrong(&t->v, "the writers were ended by signal %d", WTERMSIG(status));
	else
		wrong(&t->v, "the writers ended with status %d", WEXITSTATUS(status));
}

void
try_check(Try *t)
{
	Run *r = t->run;
	Ledger *l = &r->site.ledger;
	if (l->refusal[0])
		wrong(&t->v, "a row was refused: [%s] %s", err_name(l->refused), l->refusal);
	workspace_check(&r->site.env, r->site.ws, l, &t->v);
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
