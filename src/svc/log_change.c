/* log_change: what a person decides about the log itself: another signing key, or to go on with a database that does not extend
 * what was signed. Each is an event that everybody sees. */
#include "svc/svc_private.h"

#include <unistd.h>

typedef struct LogChange {
	const Origin *who;
	Str why;
	const TreeHead *lost;
	bool key; /* a new one signs from here on */
	bool forked;
} LogChange;

static bool
checkpoints_drop(WriteTx *tx, Err *err)
{
	Stmt *s;
	return svc_stmt(tx->db, &tx->w->sql, "log_checkpoint_drop", &s, err) && db_run(s, err);
}

static bool
change_work(WriteTx *tx, void *arg, Err *err)
{
	const LogChange *c = arg;
	const VerifierKey *key = &tx->signer->verifier;
	if (c->key) {
		if (!log_signer_new(tx->w, "signing.next", tx->keep, tx->next, err))
			return false;
		*tx->has_next = true;
		key = &tx->next->verifier;
	}
	return (tx->seq || c->key || log_begin(tx, err)) && (!c->forked || checkpoints_drop(tx, err)) &&
		log_facts(tx, &(LogFacts){.who = c->who, .key = key, .lost = c->lost, .why = c->why}, err);
}

bool
gate_rotate(Gate *g, const Origin *who, Str why, Err *err)
{
	LogChange c = {.who = who, .why = why, .key = true};
	if (!why_check(why, err))
		return false;
	Work work = {.fn = change_work, .arg = &c, .alone = true, .sign = true};
	if (!g->writer)
		return socket_log(g, S("rotate"), who, why, err);
	writer_queue(g->writer, &work);
	return writer_await(&work, err);
}

bool
gate_checkpoint(Gate *g, Err *err)
{
	return g->writer ? writer_sign(g->writer, err)
					 : socket_log(g, S("checkpoint"), &(Origin){0}, (Str){0}, err);
}

/* The same with a writer of its own, which asks less of what it finds. */
static bool
change_alone(Workspace *w, WriterMode mode, LogChange *c, Err *err)
{
	Writer *wr;
	if (!writer_open(w, mode, &wr, err))
		return false;
	Work work = {.fn = change_work, .arg = c, .alone = true, .sign = true};
	writer_queue(wr, &work);
	bool ok = writer_await(&work, err);
	writer_close(wr);
	return ok;
}

bool
log_new_key(Workspace *w, const Origin *who, Str why, Err *err)
{
	LogChange c = {.who = who, .why = why, .key = true};
	return why_check(why, err) && change_alone(w, WRITER_NEW_KEY, &c, err);
}

bool
log_accept(Workspace *w, const Origin *who, Str why, TreeHead *lost, Err *err)
{
	AUTO(Arena) a = {0};
	Err reason = {0};
	int64_t events;
	LogSource from = {w->db, &w->sql};
	LogChange c = {.who = who, .why = why};
	if (!why_check(why, err) || !arena_open(&a, SIZE_MB, err))
		return false;
	if (!workspace_newest(w, &events, err))
		return false;
	if (log_check(w, &from, events, lost, &reason))
		return err_set(err, E_INPUT,
			"there is nothing to accept: the log extends the last checkpoint that was signed");
	c.lost = lost->size ? lost : NULL;
	/* Of a fork nothing that was signed can be trusted to be a beginning of it; after a rollback all of it is. */
	c.forked = lost->size <= (uint64_t)events;
	/* A board of events that are no more must not be followed. */
	(void)unlink(workspace_path(w, &a, "board.snap"));
	return change_alone(w, WRITER_ACCEPT, &c, err);
}
