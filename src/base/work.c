/* work: independent pieces of work shared by several threads. */
#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

typedef struct Work {
	void (*job)(void *ctx, size_t i, int thread);
	void *ctx;
	size_t n;
	atomic_size_t next;
	atomic_int thread;
} Work;

static void *
work_main(void *arg)
{
	Work *w = arg;
	int thread = atomic_fetch_add(&w->thread, 1);
	for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->n;)
		w->job(w->ctx, i, thread);
	return NULL;
}

void
work_share(int threads, size_t n, void (*job)(void *ctx, size_t i, int thread), void *ctx)
{
	pthread_t other[WORK_THREADS];
	Work w = {.job = job, .ctx = ctx, .n = n};
	int started = 0, most = threads < WORK_THREADS ? threads : WORK_THREADS;
	while (started + 1 < most && (size_t)started + 1 < n &&
		pthread_create(&other[started], NULL, work_main, &w) == 0)
		started++;
	work_main(&w);
	for (int i = 0; i < started; i++)
		NEED(pthread_join(other[i], NULL) == 0);
}

int
work_threads(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > WORK_THREADS ? WORK_THREADS : (int)n;
}
