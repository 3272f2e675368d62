/* line: open connections, and the thread that ends those which keep a request or an answer waiting: a byte now and then is no
 * progress, though the library takes it for some. */
#include "web/web_private.h"

#include <sys/socket.h>
#include <unistd.h>

enum { RATE = 512, LOOK_US = 200000 }; /* bytes a second that the slowest telephone still moves */
static const char LATE[] =
	"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

struct Lines {
	Line line[CONNECTIONS];
	size_t used; /* of the array, from its front */
	Line *free;
	pthread_mutex_t lock; /* guards the list; a line's socket is open as long as it is in use */
	pthread_t thread;
	_Atomic bool stop;
	bool started;
	_Atomic int64_t open;
	int64_t patience_us;
};

void
line_now(Line *l, LineStage stage, int64_t bytes)
{
	if (!l)
		return;
	l->since = clock_us();
	l->bytes = bytes;
	l->stage = stage;
}

void
line_add(Line *l, int64_t bytes)
{
	if (l)
		l->bytes += bytes;
}

Line *
line_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return i ? i->socket_context : NULL;
}

static Line *
line_new(struct Lines *all, int fd)
{
	pthread_mutex_lock(&all->lock);
	Line *l = all->free;
	if (l)
		all->free = l->next;
	else if (all->used < CONNECTIONS)
		l = &all->line[all->used++];
	if (l) {
		line_now(l, LINE_HEAD, 0);
		l->fd = fd;
	}
	pthread_mutex_unlock(&all->lock);
	return l;
}

static void
line_free(struct Lines *all, Line *l)
{
	pthread_mutex_lock(&all->lock);
	l->fd = -1;
	l->next = all->free;
	all->free = l;
	pthread_mutex_unlock(&all->lock);
}

/* Before the first byte, and before the socket is closed. */
void
line_notify(
	void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct Lines *all = ((Site *)cls)->lines;
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		all->open++;
		*context = line_new(all, fd ? fd->connect_fd : -1);
		return;
	}
	all->open--;
	if (*context)
		line_free(all, *context);
	*context = NULL;
}

int64_t
lines_open_now(const Site *s)
{
	return s->lines->open;
}

/* A head has half as long again as the library's own limit for silence; a body and an answer have that, and time by their size. */
static bool
is_late(const struct Lines *all, const Line *l, int64_t now)
{
	int64_t waited = now - l->since, allowed = all->patience_us;
	if (l->stage == LINE_HEAD)
		return waited > allowed + allowed / 2;
	if (l->stage == LINE_BODY || l->stage == LINE_ANSWER)
		return waited > allowed + l->bytes * 1000000 / RATE;
	return false;
}

static void *
lines_main(void *arg)
{
	struct Lines *all = arg;
	(void)pthread_setname_np(pthread_self(), "siap-lines");
	while (!all->stop) {
		int64_t now = clock_us();
		pthread_mutex_lock(&all->lock);
		for (size_t i = 0; i < all->used; i++) {
			Line *l = &all->line[i];
			if (l->fd < 0 || !is_late(all, l, now))
				continue;
			if (l->stage != LINE_ANSWER)
				(void)send(l->fd, LATE, sizeof LATE - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
			(void)shutdown(l->fd, SHUT_RDWR);
			l->stage = LINE_WORK; /* once is enough */
		}
		pthread_mutex_unlock(&all->lock);
		(void)usleep(LOOK_US);
	}
	return NULL;
}

bool
lines_start(Site *s, Err *err)
{
	struct Lines *all = NEW(s->a, struct Lines, 1);
	pthread_mutex_init(&all->lock, NULL);
	all->patience_us = (int64_t)s->patience_s * 1000000;
	s->lines = all;
	all->started = pthread_create(&all->thread, NULL, lines_main, all) == 0;
	return all->started || err_set(err, E_LIMIT, "cannot start the threads that answer");
}

void
lines_stop(Site *s)
{
	struct Lines *all = s->lines;
	if (!all)
		return;
	all->stop = true;
	if (all->started)
		pthread_join(all->thread, NULL);
	pthread_mutex_destroy(&all->lock);
	s->lines = NULL;
}
