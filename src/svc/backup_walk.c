/* backup_walk: reads a backup from one end to the other, hands out what is in it, and counts along. */
#include "svc/backup_private.h"

typedef struct Walking {
	BackupIn *in;
	const BackupWalk *walk;
	BackupReport *out;
	Arena a; /* scratch */
	Str table;
	size_t n; /* columns of the table under way; 0: none */
	Cell *cell;
	int64_t events;
	uint64_t file_bytes;
	bool file, ended;
} Walking;

static bool
tell(const Walking *r, uint64_t bytes, Err *err)
{
	const Watch *w = &r->walk->watch;
	if (w->progress)
		w->progress(w->ctx, S("checking"), bytes, backup_size(r->in));
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped");
}

static int64_t
int_of(const json_t *j, const char *name)
{
	return json_integer_value(json_object_get(j, name));
}

static Str
text_of(const json_t *j, const char *name, Arena *a)
{
	return arena_str(a, str_of(json_string_value(json_object_get(j, name))));
}

static bool
read_about(Walking *r, Str bytes, Arena *a, Err *err)
{
	json_t *j;
	if (!json_parse(bytes, SIZE_MB, &j, err))
		return false;
	*r->out = (BackupReport){.id = text_of(j, "id", a),
		.area = text_of(j, "area", a),
		.pack = text_of(j, "pack", a),
		.made = int_of(j, "made"),
		.events = int_of(j, "event"),
		.at = int_of(j, "at"),
		.bytes = backup_size(r->in)};
	bool ok = int_of(j, "v") == 1 || err_set(err, E_INPUT, "this backup was made by a newer Siap");
	ok = ok && (str_eq(r->out->id, backup_id(r->in)) || backup_damaged(r->in, err)) &&
		(!r->walk->about || r->walk->about(r->walk->ctx, j, err));
	json_decref(j);
	return ok;
}

static bool
read_table(Walking *r, Str bytes, Err *err)
{
	enum { COLUMNS_MOST = 64 };
	Str column[COLUMNS_MOST];
	json_t *j;
	if (!json_parse(bytes, SIZE_MB, &j, err))
		return false;
	arena_reset(&r->a);
	const json_t *names = json_object_get(j, "columns");
	r->table = text_of(j, "table", &r->a);
	r->n = json_array_size(names);
	r->cell = NEW(&r->a, Cell, r->n + 1);
	r->file = false;
	bool ok = (r->n > 0 && r->n <= COLUMNS_MOST) || backup_damaged(r->in, err);
	for (size_t i = 0; ok && i < r->n; i++)
		column[i] = str_of(json_string_value(json_array_get(names, i)));
	ok = ok && (!r->walk->table || r->walk->table(r->walk->ctx, r->table, column, r->n, err));
	json_decref(j);
	return ok;
}

static bool
read_row(Walking *r, Str bytes, Err *err)
{
	for (size_t i = 0; i < r->n; i++)
		if (!cell_get(&bytes, &r->cell[i]))
			return backup_damaged(r->in, err);
	if (!r->n || bytes.n)
		return backup_damaged(r->in, err);
	r->out->rows++;
	r->events += str_eq(r->table, S("event"));
	return !r->walk->row || r->walk->row(r->walk->ctx, r->cell, err);
}

static bool
read_end(Walking *r, Str bytes, Err *err)
{
	json_t *j;
	if (!json_parse(bytes, SIZE_MB, &j, err))
		return false;
	bool ok = int_of(j, "rows") == r->out->rows && int_of(j, "files") == r->out->files &&
		int_of(j, "bytes") == (int64_t)r->file_bytes && int_of(j, "events") == r->events &&
		r->events == r->out->events;
	json_decref(j);
	r->ended = true;
	return ok || backup_damaged(r->in, err);
}

static bool
read_record(Walking *r, RecordKind kind, Str bytes, Err *err)
{
	switch (kind) {
	case RECORD_TABLE:
		return read_table(r, bytes, err);
	case RECORD_ROW:
		return read_row(r, bytes, err);
	case RECORD_FILE:
		r->out->files++;
		r->file = true;
		r->n = 0;
		return !r->walk->file || r->walk->file(r->walk->ctx, bytes, err);
	case RECORD_DATA:
		r->file_bytes += bytes.n;
		return (r->file || backup_damaged(r->in, err)) &&
			(!r->walk->data || r->walk->data(r->walk->ctx, bytes, err));
	case RECORD_END:
		return read_end(r, bytes, err);
	default:
		return backup_damaged(r->in, err);
	}
}

bool
backup_walk(BackupIn *in, const BackupWalk *walk, Arena *a, BackupReport *out, Err *err)
{
	Walking r = {.in = in, .walk = walk, .out = out};
	RecordKind kind;
	Str bytes;
	bool more, ok;
	uint64_t told = 0;
	if (!backup_next(in, &kind, &bytes, &more, err))
		return false;
	if (!more || kind != RECORD_ABOUT)
		return backup_damaged(in, err);
	if (!read_about(&r, bytes, a, err) || !arena_open(&r.a, SIZE_MB, err))
		return false;
	for (;;) {
		ok = backup_next(in, &kind, &bytes, &more, err);
		if (!ok || !more)
			break;
		ok = !r.ended ? read_record(&r, kind, bytes, err) : backup_damaged(in, err);
		if (ok && backup_position(in) != told)
			ok = tell(&r, told = backup_position(in), err);
		if (!ok)
			break;
	}
	arena_close(&r.a);
	return ok && (r.ended || backup_damaged(in, err));
}

bool
backup_check(
	const Env *env, const char *path, const Watch *watch, Arena *a, BackupReport *out, Err *err)
{
	BackupIn *in;
	BackupWalk walk = {.watch = *watch};
	if (!backup_open(env, path, &in, err))
		return false;
	bool ok = backup_walk(in, &walk, a, out, err);
	backup_close(in);
	return ok;
}
