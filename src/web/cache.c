/* cache: pages that many people look at are filled once for each state of the board; what is of one person is put in afterwards. */
#include "web/web_private.h"

enum { SLOTS = 1024, PIECES = 512, PAGE_MOST = 256 * 1024, MARK = 24 };

typedef struct Piece { /* of the page as all have it; own: what stands behind it, OWNS: nothing */
	size_t at, n, packed_at, packed_n;
	uint32_t crc;
	Own own;
} Piece;
typedef struct Pieces {
	size_t n; /* 0: none */
	Piece piece[PIECES];
	Buf plain, packed;
} Pieces;
typedef struct Slot {
	pthread_rwlock_t lock;
	Sha256 key;
	Pieces page;
} Slot;
typedef struct Cache {
	char mark[MARK + 1]; /* nobody can write it into a page, for nobody knows it */
	Slot *slot[SLOTS];
	pthread_mutex_t lock; /* guards the pointers, and the memory they come from */
	Arena mem;
} Cache;

bool
cache_open(Site *s, Err *err)
{
	unsigned char raw[MARK / 2];
	Cache *c = NEW(s->a, Cache, 1);
	if (!arena_open(&c->mem, 64 * SIZE_MB, err))
		return false;
	s->w->env->random(s->w->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, c->mark);
	pthread_mutex_init(&c->lock, NULL);
	s->cache = c;
	return true;
}

static void
pieces_close(Pieces *p)
{
	buf_close(&p->plain);
	buf_close(&p->packed);
}

void
cache_close(Site *s)
{
	Cache *c = s->cache;
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slot[i]) {
			pieces_close(&c->slot[i]->page);
			pthread_rwlock_destroy(&c->slot[i]->lock);
		}
	pthread_mutex_destroy(&c->lock);
	arena_close(&c->mem);
	s->cache = NULL;
}

static Slot *
slot_of(Cache *c, const Sha256 *key)
{
	size_t i = ((size_t)key->b[0] << 8 | key->b[1]) % SLOTS;
	pthread_mutex_lock(&c->lock);
	if (!c->slot[i]) {
		c->slot[i] = NEW(&c->mem, Slot, 1);
		pthread_rwlock_init(&c->slot[i]->lock, NULL);
	}
	pthread_mutex_unlock(&c->lock);
	return c->slot[i];
}

/* Whoever may read of what is closed to others has pages of its own. */
static Str
reader_of(const Request *rq)
{
	const Catalog *c = &rq->w->cat;
	Err ignored;
	for (size_t i = 0; rq->who && i < c->n_datasets; i++)
		if (c->dataset[i].restricted &&
			account_may(rq->who, VERB_READ, &c->dataset[i], (Str){0}, &ignored))
			return rq->who->login;
	return S("");
}

static void
rights_add(const Request *rq, Buf *b)
{
	const Account *who = rq->who;
	if (!who) {
		buf_fmt(b, "%d", rq->visit);
		return;
	}
	buf_fmt(b, "%.*s %d %.*s", STR(who->agency), who->role, STR(reader_of(rq)));
	for (size_t i = 0; i < who->n_areas; i++)
		buf_fmt(b, " %.*s", STR(who->area[i]));
}

/* All that the page follows from, but for what is put in afterwards. */
static bool
key_of(Request *rq, const char *name, Str more, Sha256 *out, Err *err)
{
	AUTO(Buf) b = {0};
	const Board *board;
	if (!gate_board(rq->site->gate, &board, err))
		return false;
	buf_fmt(&b, "%s\n%.*s\n%.*s\n%lld %s\n", name, STR(rq->target), STR(lang_now()),
		(long long)board->event, board->today);
	gate_board_done(rq->site->gate);
	rights_add(rq, &b);
	buf_fmt(&b, "\n%lld\n%.*s", (long long)workspace_clock(rq->w), STR(more));
	*out = sha256(buf_str(&b));
	return buf_check(&b, err);
}

/* ---- filling a slot ---- */

typedef struct Cached {
	const char *name;
	FillFn fill;
	Sha256 key;
	Slot *slot;
	Str own[OWNS];
} Cached;

static bool
mark_find(const Cache *c, Str text, size_t *at, Own *own)
{
	Str mark = {c->mark, MARK};
	const char *p = text.n >= MARK ? memmem(text.p, text.n, mark.p, mark.n) : NULL;
	*at = p ? (size_t)(p - text.p) : text.n;
	*own = p && *at + MARK < text.n ? (Own)(p[MARK] - '0') : OWNS;
	return p != NULL;
}

static bool
pieces_cut(const Cache *c, Pieces *p)
{
	Str rest = buf_str(&p->plain);
	for (bool more = true; more;) {
		if (p->n == PIECES)
			return false;
		Piece *x = &p->piece[p->n++];
		size_t n;
		more = mark_find(c, rest, &n, &x->own);
		x->at = (size_t)(rest.p - p->plain.p);
		x->n = n;
		x->packed_at = p->packed.n;
		if (!pack_part(str_slice(rest, 0, n), &p->packed, &x->crc))
			return false;
		x->packed_n = p->packed.n - x->packed_at;
		rest = str_slice(rest, more ? n + MARK + 1 : n, rest.n);
	}
	return true;
}

/* The page as everybody has it, with marks. */
static bool
marked_fill(Request *rq, const Cached *page, Buf *out, Err *err)
{
	const Cache *c = rq->site->cache;
	Fill *f = fill_new(rq->a);
	Str own[OWNS];
	for (int i = 0; i < OWNS; i++)
		own[i] = arena_fmt(rq->a, "%s%d", c->mark, i);
	if (!rq->who)
		own[OWN_NAME] = own[OWN_CONFLICTS] = S("");
	if (!rq->who && !rq->visit)
		own[OWN_CSRF] = S("");
	if (!page->fill(rq, f, err))
		return false;
	rq->marks = own;
	page_common(rq, f);
	rq->marks = NULL;
	return page_print(rq, page->name, f, out, err);
}

/* What is large, or waits for something, is filled each time. */
static void
slot_keep(const Request *rq, const Cached *x, Pieces *page)
{
	Slot *s = x->slot;
	if (page->plain.n > PAGE_MOST || rq->passing)
		return;
	pthread_rwlock_wrlock(&s->lock);
	Pieces *kept = &s->page;
	Buf plain = kept->plain, packed = kept->packed;
	kept->plain = page->plain;
	kept->packed = page->packed;
	kept->n = page->n;
	memcpy(kept->piece, page->piece, page->n * sizeof *page->piece);
	s->key = x->key;
	pthread_rwlock_unlock(&s->lock);
	page->plain = plain;
	page->packed = packed;
}

/* ---- answering from it ---- */

static void
pieces_write(const Pieces *s, const Str own[OWNS], bool gzip, Buf *out)
{
	Joint joint;
	if (gzip)
		joint_begin(&joint, out);
	for (size_t i = 0; i < s->n; i++) {
		const Piece *p = &s->piece[i];
		Str text = p->own < OWNS ? own[p->own] : (Str){0};
		if (gzip) {
			joint_part(&joint, (Str){s->packed.p + p->packed_at, p->packed_n}, p->n, p->crc);
			joint_plain(&joint, text);
		} else {
			buf_add(out, (Str){s->plain.p + p->at, p->n});
			buf_add(out, text);
		}
	}
	if (gzip)
		joint_end(&joint);
}

static bool
slot_read(Request *rq, const Cached *x, Buf *out)
{
	Slot *s = x->slot;
	pthread_rwlock_rdlock(&s->lock);
	bool here = s->page.n > 0 && memcmp(s->key.b, x->key.b, sizeof s->key.b) == 0;
	if (here)
		pieces_write(&s->page, x->own, takes_gzip(rq), out);
	pthread_rwlock_unlock(&s->lock);
	return here;
}

static void
own_escape(Request *rq, Str own[OWNS])
{
	own_find(rq, own);
	for (int i = 0; i < OWNS; i++) {
		AUTO(Buf) b = {0};
		html_escape(own[i], &b);
		own[i] = arena_str(rq->a, buf_str(&b));
	}
}

/* The same page for the same person within the same minute. */
static Str
tag_of(const Request *rq, const Cached *x)
{
	AUTO(Buf) b = {0};
	char hex[2 * sizeof x->key.b + 1];
	buf_add(&b, (Str){(const char *)x->key.b, sizeof x->key.b});
	buf_add(&b, (Str){(const char *)rq->session.secret, sizeof rq->session.secret});
	buf_add(&b, x->own[OWN_NAME]);
	buf_byte(&b, '\n');
	buf_add(&b, x->own[OWN_CONFLICTS]);
	buf_byte(&b, '\n');
	buf_add(&b, x->own[OWN_NOW]);
	Sha256 hash = sha256(buf_str(&b));
	hex_encode(hash.b, sizeof hash.b, hex);
	return arena_fmt(rq->a, "\"%.20s\"", hex);
}

static bool
fill_now(Request *rq, const Cached *x, Buf *out, Err *err)
{
	Pieces *p = NEW(rq->a, Pieces, 1);
	bool ok = marked_fill(rq, x, &p->plain, err) &&
		(pieces_cut(rq->site->cache, p) ||
			err_set(err, E_LIMIT, "no memory for a page, or it has more than %d forms", PIECES));
	if (ok) {
		pieces_write(p, x->own, takes_gzip(rq), out);
		slot_keep(rq, x, p);
	}
	pieces_close(p);
	return ok;
}

bool
page_cached(Request *rq, const char *name, Str more, FillFn fill, Err *err)
{
	Cached x = {.name = name, .fill = fill};
	AUTO(Buf) out = {0};
	if (!key_of(rq, name, more, &x.key, err))
		return false;
	own_escape(rq, x.own);
	Str tag = tag_of(rq, &x);
	if (browser_has(rq, tag))
		return reply_same(rq, tag, err);
	x.slot = slot_of(rq->site->cache, &x.key);
	if (!slot_read(rq, &x, &out) && !fill_now(rq, &x, &out, err))
		return false;
	rq->packed = takes_gzip(rq);
	return reply_bytes(rq, MHD_HTTP_OK, "text/html; charset=utf-8", &out, err) &&
		(rq->passing || reply_tag(rq, tag));
}
