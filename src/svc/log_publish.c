/* log_publish: the log written as a folder that any web server can hand out: entries, tiles, and last the newest checkpoint. */
#include "svc/folder_private.h"

typedef struct Publishing {
	Workspace *w;
	const PublishAsk *ask;
	PublishReport *out;
	Arena a;
	EntryMaker maker;
	Layout *layout;
	Str note; /* to be published */
	LogCheckpoint c;
} Publishing;

/* What the folder holds already must be a beginning of this log. */
static bool
before_find(Publishing *p, uint64_t *size, Err *err)
{
	const char *path = arena_fmt(&p->a, "%s/checkpoint", p->ask->dir).p;
	Str bytes;
	Note note;
	LogCheckpoint c;
	Sha256 root;
	*size = 0;
	if (!file_exists(path))
		return true;
	if (!file_read(path, NOTE_MOST, &p->a, &bytes, err) || !note_parse(bytes, &p->a, &note, err) ||
		!checkpoint_parse(note.text, &c, err))
		return err_prefix(err, "%s: ", path);
	Tiles *t = tiles_new(&p->a, log_tile, &p->maker.from, p->maker.sealer.hasher, p->c.head.size);
	if (!str_eq(c.origin, p->c.origin) || c.head.size > p->c.head.size)
		root = (Sha256){0};
	else if (!tiles_root(t, c.head.size, &root, err))
		return false;
	if (memcmp(root.b, c.head.root.b, sizeof root.b) != 0) {
		err_set(err, E_CONFLICT,
			"'%s' holds another log, or one from before a rollback: it is not written over",
			p->ask->dir);
		return err_hint(err, "publish to a new folder");
	}
	*size = c.head.size;
	return true;
}

static bool
add(void *ctx, EntryMaker *m, const MadeEntry *e, Str entry, Err *err)
{
	Publishing *p = ctx;
	const Watch *w = &p->ask->watch;
	Sha256 leaf;
	tlog_leaf(m->sealer.hasher, entry, &leaf);
	if (e->leaf.n != sizeof leaf.b || memcmp(e->leaf.p, leaf.b, sizeof leaf.b) != 0)
		return err_set(err, E_CONFLICT,
			"event %lld is not what was logged: it, its origin or its leaf in the tree was changed",
			(long long)e->seq);
	if (w->progress && e->seq % TILE_WIDTH == 0)
		w->progress(w->ctx, S("publishing"), (uint64_t)e->seq, p->c.head.size);
	if (w->stop && *w->stop)
		return err_set(err, E_BUSY, "stopped");
	return layout_add(p->layout, entry, err);
}

static bool
key_put(Publishing *p, Err *err)
{
	AUTO(Buf) text = {0};
	return log_public_key(p->w, &p->a, &text, err) &&
		folder_put(p->ask->dir, S("public-key"), buf_str(&text), err);
}

static bool
publish(Publishing *p, Err *err)
{
	Sha256 root;
	uint64_t before;
	if (!log_newest(p->w, &p->a, &p->note, &p->c, err) || !before_find(p, &before, err))
		return false;
	p->layout->hasher = p->maker.sealer.hasher;
	p->layout->fn = folder_tile_put;
	p->layout->ctx = (void *)p->ask->dir;
	if (!folder_load(p->ask->dir, before, p->layout, err) ||
		!entries_each(&p->maker, (int64_t)before, (int64_t)p->c.head.size, add, p, err) ||
		!layout_end(p->layout, err))
		return false;
	tree_root(&p->layout->edge, p->layout->hasher, &root);
	if (memcmp(root.b, p->c.head.root.b, sizeof root.b) != 0)
		return err_set(err, E_CONFLICT,
			"what the folder would hold is not what was signed: siap verify says where the log was changed");
	*p->out = (PublishReport){(int64_t)p->c.head.size, (int64_t)(p->c.head.size - before)};
	return key_put(p, err) && folder_put(p->ask->dir, S("checkpoint"), p->note, err);
}

bool
log_publish(Workspace *w, const PublishAsk *ask, PublishReport *out, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 16 * SIZE_MB, err))
		return false;
	Publishing p = {.w = w, .ask = ask, .out = out, .layout = NEW(&a, Layout, 1)};
	p.a = a;
	bool ok = entry_maker_open(w, &p.maker, err) && publish(&p, err);
	entry_maker_close(&p.maker);
	layout_close(p.layout);
	return ok;
}
