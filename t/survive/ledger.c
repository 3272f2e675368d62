/* ledger: listens to the writers and keeps what they were told is safe. */
#include "survive.h"

void
ledger_open(Ledger *l)
{
	Err err = {0};
	*l = (Ledger){.in = -1};
	if (!arena_open(&l->a, (size_t)1 << 34, &err)) {
		fprintf(stderr, "survive: %s\n", err.text);
		exit(1);
	}
}

void
ledger_close(Ledger *l)
{
	free(l->ack);
	free(l->handed);
	free(l->seen);
	arena_close(&l->a);
}

static void *
more(void *list, size_t n, size_t *room, size_t one)
{
	if (n < *room)
		return list;
	*room = 2 * n + 64;
	list = realloc(list, *room * one);
	NEED(list);
	return list;
}

static bool
is_expected(const Ledger *l, Str sentence)
{
	for (size_t i = 0; l->expected && l->expected[i]; i++)
		if (str_starts(sentence, str_of(l->expected[i])))
			return true;
	return false;
}

static void
take(Ledger *l, const Message *m, Str content)
{
	Handed h;
	switch ((Kind)m->kind) {
	case ACKNOWLEDGED:
		l->ack = more(l->ack, l->n, &l->room, sizeof *l->ack);
		l->ack[l->n++] =
			(Ack){m->event, arena_str(&l->a, content), m->dataset, m->code, m->closing, false};
		l->acks++;
		return;
	case REFUSED:
		l->refused = m->code;
		if (!l->refusal[0] && !is_expected(l, content))
			snprintf(l->refusal, sizeof l->refusal, "%.*s", STR(content));
		l->refusals++;
		return;
	case CHECKPOINT:
		if (!checkpoint_read(content, &h))
			h = (Handed){.size = UINT64_MAX}; /* found to be wrong by the check */
		l->handed = more(l->handed, l->n_handed, &l->room_handed, sizeof h);
		l->handed[l->n_handed++] = h;
		l->handed_now++;
		return;
	case ENDED:
		l->ended = true;
		l->operations = m->event;
		return;
	}
	NEED(false);
}

/* Whole messages only: the last one may lack its end when the writers were killed. */
static bool
get(int fd, void *out, size_t n)
{
	for (char *p = out; n;) {
		ssize_t got = read(fd, p, n);
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

static void *
listen_main(void *arg)
{
	Ledger *l = arg;
	Message m;
	char content[PIPE_BUF];
	while (get(l->in, &m, sizeof m)) {
		NEED(m.bytes <= sizeof content);
		if (!get(l->in, content, m.bytes))
			break;
		take(l, &m, (Str){content, m.bytes});
	}
	return NULL;
}

void
ledger_listen(Ledger *l, int in, const char *const *expected)
{
	l->acks = l->refusals = 0;
	l->handed_now = 0;
	l->ended = false;
	l->operations = 0;
	l->refused = E_OK;
	l->refusal[0] = '\0';
	l->expected = expected;
	l->in = in;
	NEED(pthread_create(&l->listener, NULL, listen_main, l) == 0);
}

void
ledger_finish(Ledger *l)
{
	NEED(pthread_join(l->listener, NULL) == 0);
	(void)close(l->in);
}
