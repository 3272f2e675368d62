/* socket_client: what a process asks of the one that holds the writer lease; the requests are described in socket.c. */
#include "svc/account_private.h"
#include "svc/socket_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection that waits at a socket just being closed is never greeted. */
static bool
greeted(Gate *g)
{
	Str line;
	size_t used;
	Err ignored = {0};
	buf_clear(&g->in);
	bool ok = socket_line_read(g->fd, &g->in, &line, &used, &ignored);
	if (ok)
		socket_line_used(&g->in, used);
	return ok;
}

bool
socket_connect(Gate *g, Err *err)
{
	struct sockaddr_un at;
	int dir = open(g->w->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = false;
	if (dir >= 0 && g->fd >= 0) {
		socket_address(dir, &at);
		ok = connect(g->fd, (struct sockaddr *)&at, sizeof at) == 0;
	}
	if (dir >= 0)
		(void)close(dir);
	if (ok && greeted(g))
		return true;
	if (g->fd >= 0)
		(void)close(g->fd);
	g->fd = -1;
	return err_set(err, E_BUSY, "another Siap process holds '%s' and does not answer", g->w->dir);
}

static void
put_origin(JsonOut *j, const Origin *o)
{
	const struct {
		Str name, value;
	} part[] = {{S("actor"), o->actor}, {S("agency"), o->agency},
		{S("on_behalf_of"), o->on_behalf_of}, {S("source"), o->source}, {S("device"), o->device},
		{S("why"), o->why}};
	jout_key(j, S("origin"));
	jout_obj(j);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		jout_member(j, part[i].name, part[i].value);
	jout_obj_end(j);
	jout_key(j, S("lang"));
	jout_str(j, lang_now());
}

/* The words outlive the answer that they stand in. */
static Str
phase_of(const json_t *answer)
{
	static const Str known[] = {{"events", 6}, {"rows", 4}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(socket_text(answer, "phase"), known[i]))
			return known[i];
	return S("saving");
}

/* Sends the request and reads answers up to the last one, which the caller json_decref's. */
static bool
exchange(Gate *g, Buf *request, const Watch *watch, json_t **answer, Err *err)
{
	if (!socket_line_write(g->fd, request, err))
		return false;
	for (;;) {
		Str line;
		size_t used;
		if (!socket_line_read(g->fd, &g->in, &line, &used, err) ||
			!json_parse(line, LINE_MOST, answer, err))
			return false;
		socket_line_used(&g->in, used);
		if (!json_object_get(*answer, "done"))
			break;
		if (watch->progress)
			watch->progress(watch->ctx, phase_of(*answer), (uint64_t)socket_int(*answer, "done"),
				(uint64_t)socket_int(*answer, "total"));
		json_decref(*answer);
		if (watch->stop && *watch->stop)
			return err_set(
				err, E_BUSY, "stopped waiting: the other Siap process goes on by itself");
	}
	return true;
}

/* Sends the request and reads answers up to the last one, which the caller json_decref's. Several threads may ask: there is one
 * connection, and an answer does not say whose it is. */
static bool
ask(Gate *g, Buf *request, const Watch *watch, json_t **answer, Err *err)
{
	pthread_mutex_lock(&g->lock);
	bool answered = exchange(g, request, watch, answer, err);
	pthread_mutex_unlock(&g->lock);
	if (!answered)
		return false;
	if (json_is_true(json_object_get(*answer, "ok")))
		return true;
	if (err) {
		*err = (Err){.code = (ErrCode)socket_int(*answer, "error")};
		snprintf(err->text, sizeof err->text, "%.*s", STR(socket_text(*answer, "text")));
		snprintf(err->hint, sizeof err->hint, "%.*s", STR(socket_text(*answer, "hint")));
	}
	json_decref(*answer);
	return false;
}

static void
put_who(JsonOut *j, const Account *who)
{
	jout_number(j, S("who"), who ? who->id : 0);
}

static void
put_cells(JsonOut *j, const Dataset *d, const Str *text)
{
	jout_key(j, S("dataset"));
	jout_str(j, d->name);
	jout_key(j, S("cells"));
	jout_obj(j);
	for (size_t i = 0; i < d->n_fields; i++)
		if (text[i].p) {
			jout_key(j, d->field[i].name);
			jout_str(j, text[i]);
		}
	jout_obj_end(j);
}

bool
socket_row(Gate *g, RowRequest *r, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, r->settling ? S("resolve") : r->closing ? S("close") : S("row"));
	jout_key(&j, S("base"));
	jout_int(&j, r->base);
	jout_key(&j, S("fresh"));
	jout_int(&j, r->fresh);
	jout_key(&j, S("made"));
	jout_int(&j, r->made);
	jout_key(&j, S("take"));
	jout_int(&j, r->take);
	jout_member(&j, S("clock"), r->clock);
	jout_member(&j, S("request"), r->request);
	jout_member(&j, S("after"), r->after);
	jout_member(&j, S("paper"), r->paper);
	put_who(&j, r->who);
	put_cells(&j, r->dataset, r->text);
	put_origin(&j, r->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	r->event = socket_int(answer, "event");
	r->outcome = (Outcome)socket_int(answer, "outcome");
	r->settled = socket_int(answer, "settled");
	json_decref(answer);
	return true;
}

bool
socket_undo(Gate *g, UndoRequest *r, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("undo"));
	jout_key(&j, S("event"));
	jout_int(&j, r->event);
	jout_key(&j, S("batch"));
	jout_int(&j, r->batch);
	put_who(&j, r->who);
	put_origin(&j, r->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	r->first = socket_int(answer, "first");
	r->last = socket_int(answer, "last");
	r->removed = socket_int(answer, "removed");
	r->back = socket_int(answer, "back");
	json_decref(answer);
	return true;
}

bool
socket_forget(Gate *g, ForgetRequest *r, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("forget"));
	put_who(&j, r->who);
	put_cells(&j, r->dataset, r->text);
	put_origin(&j, r->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	r->event = socket_int(answer, "event");
	r->lingers = json_is_true(json_object_get(answer, "lingers"));
	json_decref(answer);
	return true;
}

bool
socket_clock(Gate *g, int64_t at, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("clock"));
	if (at != CLOCK_REAL) {
		jout_key(&j, S("at"));
		jout_int(&j, at);
	}
	jout_key(&j, S("lang"));
	jout_str(&j, lang_now());
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	json_decref(answer);
	return true;
}

static void
tables_read(const json_t *tables, Arena *a, RebuildReport *out)
{
	out->n_parts = json_array_size(tables);
	out->part = NEW(a, RebuildPart, out->n_parts + 1);
	for (size_t i = 0; i < out->n_parts; i++) {
		const json_t *t = json_array_get(tables, i);
		int64_t n[4];
		for (size_t k = 0; k < 4; k++)
			n[k] = json_integer_value(json_array_get(t, k + 1));
		Str name = str_of(json_string_value(json_array_get(t, 0)));
		out->part[i] = (RebuildPart){arena_str(a, name), n[0], n[1], n[2], n[3]};
	}
}

bool
socket_rebuild(Gate *g, const RebuildAsk *wanted, Arena *a, RebuildReport *out, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("rebuild"));
	jout_key(&j, S("datasets"));
	jout_arr(&j);
	for (size_t i = 0; i < wanted->n; i++)
		jout_str(&j, wanted->datasets[i]->name);
	jout_arr_end(&j);
	jout_key(&j, S("lang"));
	jout_str(&j, lang_now());
	jout_obj_end(&j);
	if (!ask(g, &b, &wanted->watch, &answer, err))
		return false;
	*out = (RebuildReport){
		.events = socket_int(answer, "events"), .resumed = socket_int(answer, "resumed")};
	tables_read(json_object_get(answer, "tables"), a, out);
	json_decref(answer);
	return true;
}

static void
put_part(JsonOut *j, const Batch *b)
{
	const char *name = strrchr(b->staged, '/');
	jout_obj(j);
	jout_key(j, S("dataset"));
	jout_str(j, b->d->name);
	jout_key(j, S("content"));
	jout_str(j, b->content);
	jout_key(j, S("staged"));
	jout_str(j, str_of(name ? name + 1 : b->staged));
	jout_key(j, S("rows"));
	jout_int(j, (int64_t)b->rows);
	jout_obj_end(j);
}

bool
socket_apply(Gate *g, Batches *batches, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("apply"));
	jout_key(&j, S("file"));
	jout_str(&j, batches->file);
	jout_key(&j, S("parts"));
	jout_arr(&j);
	for (size_t i = 0; i < batches->n; i++)
		put_part(&j, &batches->part[i]);
	jout_arr_end(&j);
	put_who(&j, batches->who);
	jout_number(&j, S("epoch"), batches->who ? batches->who->epoch : 0);
	jout_member(&j, S("paper"), batches->paper);
	put_origin(&j, batches->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &batches->watch, &answer, err))
		return false;
	for (size_t i = 0; i < batches->n; i++) {
		const json_t *n = json_array_get(json_object_get(answer, "parts"), i);
		Batch *part = &batches->part[i];
		part->job = (Job){.rows = (int64_t)part->rows,
			.applied = (int64_t)part->rows,
			.added = json_integer_value(json_array_get(n, 0)),
			.changed = json_integer_value(json_array_get(n, 1)),
			.same = json_integer_value(json_array_get(n, 2)),
			.conflicts = json_integer_value(json_array_get(n, 3)),
			.id = json_integer_value(json_array_get(n, 4))};
	}
	json_decref(answer);
	return true;
}

bool
socket_boundaries(Gate *g, BoundaryImport *im, Str staged, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_member(&j, S("do"), S("boundaries"));
	jout_member(&j, S("staged"), staged);
	jout_member(&j, S("under"), im->under);
	jout_number(&j, S("level"), im->level);
	put_who(&j, im->who);
	put_origin(&j, im->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	im->event = socket_int(answer, "event");
	json_decref(answer);
	return true;
}

bool
socket_log(Gate *g, Str what, const Origin *who, Str why, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, what);
	jout_text(&j, S("why"), why);
	put_origin(&j, who);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	json_decref(answer);
	return true;
}

bool
socket_account(Gate *g, AccountWork *first, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	size_t i = 0;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("account"));
	account_works_put(&j, first);
	put_origin(&j, first->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	for (AccountWork *w = first; w; w = w->next, i++) {
		const json_t *n = json_array_get(json_object_get(answer, "works"), i);
		w->id = json_integer_value(json_array_get(n, 0));
		w->event = json_integer_value(json_array_get(n, 1));
	}
	json_decref(answer);
	return true;
}
