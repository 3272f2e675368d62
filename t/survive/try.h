/* try: a workspace, the writers in it, their end, and what was found afterwards. */
#ifndef SIAP_SURVIVE_TRY_H
#define SIAP_SURVIVE_TRY_H

#include "survive.h"

typedef struct Tally {
	const char *what;
	size_t tries, acks, handed, refusals, lost, wrong;
} Tally;

typedef struct Site { /* where the workspace is */
	Env env;
	Arena a;
	const char *dir, *ws;
	TestStore store;
	Ledger ledger;
	int tries, made;
} Site;

typedef struct Run {
	const char *kind, *cluster; /* cluster: a server's folder, or NULL */
	int tries, done;
	uint64_t seed, state;
	Site site;
	Tally tally[16];
	size_t n;
	bool failed;
} Run;

typedef struct Try { /* one process of writers */
	Run *run;
	Tally *tally;
	Plan plan;
	Shim shim;
	const char *const *may_say; /* how a refusal begins; NULL-ended. NULL: nothing is refused */
	bool with_guest;            /* some writers more in a process of their own, which passes its rows to the first */
	pid_t pid, guest;
	int begin;                  /* a byte to here, and the guest begins */
	Verdict v;
} Try;

/* ---- site.c ---- */
void site_open(Site *s);
/* The workspace of the last try, or a fresh one with the stations alone. */
void site_enter(Site *s);
void site_leave(Site *s); /* the next try has a fresh one */
void site_close(Site *s);
void need(bool ok, const Err *err, const char *what); /* or the program ends */

/* ---- try.c ---- */
/* The plan is filled in, but for what is by lot. what: the row of the table in which it counts. */
void try_start(Try *t, Run *r, const char *what);
bool try_await(Try *t, size_t acks, int64_t us); /* that many acknowledged; false: too late, or the writers have ended */
/* Waits for the end, which must be by this signal, or with this status. */
void try_end(Try *t, int signal, int status);
void try_check(Try *t);
void try_report(Try *t); /* says what failed */

/* ---- proof.c ---- */
void prove(Run *r, int i);

#endif
