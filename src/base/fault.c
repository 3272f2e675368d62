/* fault: in FAULT=1 builds the n-th counted operation fails once, so that tests can walk every error path. */
#include "base/base.h"

#ifdef SIAP_FAULT
#include <pthread.h>
#include <stdatomic.h>

static atomic_long left; /* operations until the failing one; 0 = not armed */
static atomic_long counted;
static pthread_once_t armed = PTHREAD_ONCE_INIT;

/* SIAP_FAULT_COUNT=FILE: how many operations there were, so that a test knows the range of n. */
static void
tell(void)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%ld\n", atomic_load(&counted));
	FILE *f = fopen(getenv("SIAP_FAULT_COUNT"), "we");
	if (f) {
		fwrite(text, 1, (size_t)n, f);
		fclose(f);
	}
}

static void
arm(void)
{
	const char *text = getenv("SIAP_FAULT");
	if (getenv("SIAP_FAULT_COUNT"))
		(void)atexit(tell);
	int64_t n = 0;
	if (text && str_int(str_of(text), &n) && n > 0)
		atomic_store(&left, (long)n);
}

bool
fault_here(void)
{
	NEED(pthread_once(&armed, arm) == 0);
	atomic_fetch_add(&counted, 1);
	/* Counting below zero is harmless: only the step from 1 to 0 fails. */
	return atomic_load(&left) > 0 && atomic_fetch_sub(&left, 1) == 1;
}
#endif
