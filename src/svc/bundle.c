/* bundle: all that can be handed over of a workspace without its keys, in files that open without Siap. */
#include "svc/folder_private.h"

#include <errno.h>
#include <unistd.h>

typedef struct Bundle {
	Workspace *w;
	const BundleAsk *ask;
	Arena *a;
	BundleReport *out;
	FILE *file;
	Buf line;
	uint64_t rows;
} Bundle;

static const char *
path_of(const Bundle *b, Str name)
{
	return arena_fmt(b->a, "%s/%.*s", b->ask->dir, STR(name)).p;
}

/* ---- one file, written as a stream ---- */

static bool
file_begin(Bundle *b, Str name, Err *err)
{
	const char *path = path_of(b, name);
	b->file = fault_here() ? NULL : fopen(path, "wbx");
	return b->file || file_error(err, "cannot write '%s': %s", path);
}

static bool
file_end(Bundle *b, Str name, bool ok, Err *err)
{
	bool whole = fflush(b->file) == 0 && !ferror(b->file) && fsync(fileno(b->file)) == 0;
	whole = fclose(b->file) == 0 && whole;
	b->file = NULL;
	return ok && (whole || file_error(err, "cannot write '%s': %s", path_of(b, name)));
}

static void
file_count(Bundle *b, Str name, uint64_t rows, const Dataset *d)
{
	b->out->file[b->out->n++] = (BundleFile){name, rows, d};
}

/* ---- parts ---- */

static bool
data_put(Bundle *b, const Dataset *d, Err *err)
{
	Str name = arena_fmt(b->a, "data/%.*s.csv", STR(d->name));
	const Watch *w = &b->ask->watch;
	uint64_t rows = 0;
	if (!file_begin(b, name, err))
		return false;
	bool ok = export_dataset(b->w, d, b->w->area, b->file, &rows, err);
	if (!file_end(b, name, ok, err))
		return false;
	file_count(b, name, rows, d);
	if (w->progress)
		w->progress(w->ctx, S("saving"), b->out->n, b->w->cat.n_datasets);
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped");
}

static bool
open_part(void *ctx, EntryMaker *m, const MadeEntry *e, Str entry, Err *err)
{
	Bundle *b = ctx;
	Salts salt;
	char hex[2 * SEAL_SALT + 1];
	(void)entry;
	if (e->restricted)
		return true;
	sealer_salts(&m->sealer, e->seq, &salt);
	hex_encode(salt.open, SEAL_SALT, hex);
	buf_clear(&b->line);
	JsonOut j = jout_new(&b->line);
	jout_obj(&j);
	jout_key(&j, S("seq"));
	jout_int(&j, e->seq);
	jout_text(&j, S("dataset"), e->dataset);
	jout_key(&j, S("open"));
	jout_str(&j, e->open);
	jout_text(&j, S("salt"), str_of(hex));
	jout_obj_end(&j);
	buf_byte(&b->line, '\n');
	b->rows++;
	return buf_check(&b->line, err) &&
		(fwrite(b->line.p, 1, b->line.n, b->file) == b->line.n ||
			file_error(err, "cannot write '%s': %s", "events.jsonl"));
}

static bool
events_put(Bundle *b, Err *err)
{
	AUTO(EntryMaker) maker = {0};
	Str name = S("events.jsonl");
	if (!entry_maker_open(b->w, &maker, err) || !file_begin(b, name, err))
		return false;
	bool ok = entries_each(&maker, 0, b->ask->event, open_part, b, err);
	if (!file_end(b, name, ok, err))
		return false;
	file_count(b, name, b->rows, NULL);
	return true;
}

static bool
definitions_put(Bundle *b, Err *err)
{
	const Catalog *c = &b->w->cat;
	for (size_t i = 0; i < c->n_files; i++) {
		Str name = arena_fmt(b->a, "definitions/%.*s", STR(c->file[i].path));
		if (!folder_put(b->ask->dir, name, c->file[i].text, err))
			return false;
	}
	return true;
}

static bool
log_put(Bundle *b, Err *err)
{
	PublishReport r;
	PublishAsk ask = {path_of(b, S("log")), b->ask->watch};
	Str key;
	if (!log_publish(b->w, &ask, &r, err))
		return false;
	if (r.events != b->ask->event)
		return err_set(err, E_BUSY, "somebody writes to this workspace just now");
	return file_read(path_of(b, S("log/public-key")), 4096, b->a, &key, err) &&
		folder_put(b->ask->dir, S("public-key"), key, err);
}

static bool
parts_put(Bundle *b, Err *err)
{
	const Catalog *c = &b->w->cat;
	if (!dir_make_as(b->ask->dir, 0755, err) || !log_put(b, err) ||
		!dir_make_as(path_of(b, S("data")), 0755, err))
		return false;
	for (size_t i = 0; i < c->n_datasets; i++)
		if (!c->dataset[i].restricted && !data_put(b, &c->dataset[i], err))
			return false;
	return events_put(b, err) && definitions_put(b, err);
}

bool
bundle_write(Workspace *w, const BundleAsk *ask, Arena *a, BundleReport *out, Err *err)
{
	AUTO(Tx) moment = {0}; /* everything is read as of one event */
	Bundle b = {.w = w, .ask = ask, .a = a, .out = out};
	if (file_exists(ask->dir))
		return err_set(err, E_CONFLICT, "'%s' exists: give another name", ask->dir);
	if (!tx_begin(w->db, &moment, err))
		return false;
	if (workspace_last_event(w) != ask->event)
		return err_set(err, E_BUSY, "somebody writes to this workspace just now");
	*out = (BundleReport){.file = NEW(a, BundleFile, w->cat.n_datasets + 1)};
	bool ok = parts_put(&b, err);
	buf_close(&b.line);
	return ok;
}
