/* crew: threads that answer requests with a body: they wait for the disk together, so that many writes share a commit. */
#include "web/web_private.h"

enum { CREW = 32 };
typedef struct Crew {
	pthread_t thread[CREW];
	size_t n;
	pthread_mutex_t lock;
	pthread_cond_t some;
	Request *first, *last;
	bool stop;
	Site *site;
} Crew;

static void *
crew_main(void *arg)
{
	Crew *c = arg;
	(void)pthread_setname_np(pthread_self(), "siap-answers");
	for (;;) {
		pthread_mutex_lock(&c->lock);
		while (!c->first && !c->stop)
			pthread_cond_wait(&c->some, &c->lock);
		Request *rq = c->first;
		if (rq)
			c->first = rq->next;
		pthread_mutex_unlock(&c->lock);
		if (!rq)
			break;
		request_answer(rq);
		MHD_resume_connection(rq->connection);
	}
	return NULL;
}

bool
crew_start(Site *s, Err *err)
{
	Crew *c = NEW(s->a, Crew, 1);
	c->site = s;
	s->crew = c;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->some, NULL);
	for (; c->n < CREW; c->n++)
		if (pthread_create(&c->thread[c->n], NULL, crew_main, c) != 0)
			return err_set(err, E_LIMIT, "cannot start the threads that answer");
	return true;
}

void
crew_stop(Site *s)
{
	Crew *c = s->crew;
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->some);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < c->n; i++)
		pthread_join(c->thread[i], NULL);
	c->n = 0; /* the rest stays: a connection that is still open may bring something to refuse */
}

bool
crew_give(Request *rq)
{
	Crew *c = rq->site->crew;
	rq->next = NULL;
	pthread_mutex_lock(&c->lock);
	if (c->stop) {
		pthread_mutex_unlock(&c->lock);
		return false;
	}
	if (c->first)
		c->last->next = rq;
	else
		c->first = rq;
	c->last = rq;
	pthread_cond_signal(&c->some);
	pthread_mutex_unlock(&c->lock);
	return true;
}
