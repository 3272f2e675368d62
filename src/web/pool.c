/* pool: what requests and threads need of their own, kept to be used again. */
#include "web/web_private.h"

enum { POOL = 256 };
#define REQUEST_ROOM (256 * SIZE_MB) /* reserved, not touched */

/* ---- requests are used again: making an arena costs more than answering ---- */

static struct {
	pthread_mutex_t lock;
	Request *free;
	size_t n;
	_Atomic int64_t active;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

Request *
request_new(Site *s)
{
	Err ignored = {0};
	pthread_mutex_lock(&pool.lock);
	Request *rq = pool.free;
	if (rq) {
		pool.free = rq->next;
		pool.n--;
	}
	pthread_mutex_unlock(&pool.lock);
	Arena mem = {0};
	if (rq)
		mem = rq->mem;
	else if (!arena_open(&mem, REQUEST_ROOM, &ignored))
		return NULL;
	arena_reset(&mem);
	rq = NEW(&mem, Request, 1);
	*rq = (Request){.site = s, .mem = mem};
	rq->a = &rq->mem;
	pool.active++;
	return rq;
}

void
request_free(Request *rq)
{
	buf_close(&rq->body);
	upload_drop(rq);
	if (rq->response && !rq->shared)
		MHD_destroy_response(rq->response);
	pool.active--;
	pthread_mutex_lock(&pool.lock);
	bool keep = pool.n < POOL;
	if (keep) {
		rq->next = pool.free;
		pool.free = rq;
		pool.n++;
	}
	pthread_mutex_unlock(&pool.lock);
	if (!keep) {
		Arena mem = rq->mem;
		arena_close(&mem);
	}
}

void
pool_close(void)
{
	for (Request *rq = pool.free, *next; rq; rq = next) {
		Arena mem = rq->mem;
		next = rq->next;
		arena_close(&mem);
	}
	pool.free = NULL;
	pool.n = 0;
}

/* ---- one for each thread ---- */

static pthread_key_t worker_key;

static void
worker_close(void *of)
{
	Worker *k = of;
	Arena mem = k->mem;
	pack_end();
	workspace_close(&k->w);
	arena_close(&mem);
}

bool
workers_open(Err *err)
{
	return pthread_key_create(&worker_key, worker_close) == 0 ||
		err_set(err, E_LIMIT, "cannot start the threads that answer");
}

void
workers_close(void)
{
	(void)pthread_key_delete(worker_key);
}

bool
worker_get(Site *s, Worker **out, Err *err)
{
	Worker *k = pthread_getspecific(worker_key);
	Arena mem;
	if (!k) {
		if (!arena_open(&mem, 64 * SIZE_MB, err))
			return false;
		k = NEW(&mem, Worker, 1);
		k->mem = mem;
		if (!workspace_share(s->w, &k->mem, &k->w, err)) {
			arena_close(&mem);
			return false;
		}
		(void)pthread_setspecific(worker_key, k);
	}
	*out = k;
	return true;
}

int64_t
requests_active(void)
{
	return pool.active;
}
