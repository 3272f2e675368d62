/* cache: pages that many people look at are filled once for each state of the board; what is of one person is put in afterwards. */
#include "web/web_private.h"

enum { SLOTS = 1024, PIECES = 512, PAGE_MOST = 256 * 1024, MARK = 24 };

typedef struct Piece { /* of the page as all have it; own: what stands behind it, OWNS: nothing */
	size_t at, n, packed_at, packed_n;
	uint32_t crc;
	Own own;
} Piece;
typedef struct Slot {
	pthread_rwlock_t lock;
	Sha256 key;
	size_t n; /* 0: empty */
	Piece piece[PIECES];
	Buf plain, packed;
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

void
cache_close(Site *s)
{
	Cache *c = s->cache;
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slot[i]) {
			buf_close(&c->slot[i]->plain);
			buf_close(&c->slot[i]->packed);
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
	buf_fmt(&b,
		"%d%d %.*s %.*s %.*s
				% lld %.*
					s ", rq->who != NULL,
					rq->who
			? (int)rq->who->role
			: 0,
		STR(rq->who ? rq->who->agency : S("")), STR(own_area(rq)), STR(reader_of(rq)),
		(long long)workspace_clock(rq->w), STR(more));
	*out = sha256(buf_str(&b));
	return buf_check(&b, err);
}

/* ---- filling a slot ---- */

typedef struct Cached {
	const char *name;
	FillFn fill;
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
slot_cut(const Cache *c, Slot *s)
{
	Str rest = buf_str(&s->plain);
	for (bool more = true; more;) {
		if (s->n == PIECES)
			return false;
		Piece *p = &s->piece[s->n++];
		size_t n;
		more = mark_find(c, rest, &n, &p->own);
		p->at = (size_t)(rest.p - s->plain.p);
		p->n = n;
		p->packed_at = s->packed.n;
		if (!pack_part(str_slice(rest, 0, n), &s->packed, &p->crc))
			return false;
		p->packed_n = s->packed.n - p->packed_at;
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
		own[OWN_NAME] = own[OWN_CSRF] = own[OWN_CONFLICTS] = S("");
	if (!page->fill(rq, f, err))
		return false;
	rq->marks = own;
	page_common(rq, f);
	rq->marks = NULL;
	return page_print(rq, page->name, f, out, err);
}

static bool
slot_fill(Request *rq, const Cached *page, const Sha256 *key, Slot *s, Err *err)
{
	AUTO(Buf) out = {0};
	if (!marked_fill(rq, page, &out, err))
		return false;
	pthread_rwlock_wrlock(&s->lock);
	Buf old = s->plain;
	s->plain = out;
	s->n = 0;
	buf_clear(&s->packed);
	s->key = *key;
	if (s->plain.n > PAGE_MOST || !slot_cut(rq->site->cache, s))
		s->n = 0; /* then it is filled each time */
	pthread_rwlock_unlock(&s->lock);
	out = old;
	return true;
}

/* ---- answering from it ---- */

static void
slot_write(const Slot *s, const Str own[OWNS], bool gzip, Buf *out)
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
slot_read(Request *rq, Slot *s, const Sha256 *key, const Str own[OWNS], Buf *out)
{
	pthread_rwlock_rdlock(&s->lock);
	bool here = s->n > 0 && memcmp(s->key.b, key->b, sizeof key->b) == 0;
	if (here)
		slot_write(s, own, takes_gzip(rq), out);
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
tag_of(const Request *rq, const Sha256 *key, const Str own[OWNS])
{
	AUTO(Buf) b = {0};
	char hex[2 * sizeof key->b + 1];
	buf_add(&b, (Str){(const char *)key->b, sizeof key->b});
	buf_add(&b, (Str){(const char *)rq->session.secret, sizeof rq->session.secret});
	buf_add(&b, own[OWN_NAME]);
	buf_byte(&b, '\n');
	buf_add(&b, own[OWN_CONFLICTS]);
	buf_byte(&b, '\n');
	buf_add(&b, own[OWN_NOW]);
	Sha256 hash = sha256(buf_str(&b));
	hex_encode(hash.b, sizeof hash.b, hex);
	return arena_fmt(rq->a, "\"%.20s\"", hex);
}

static bool
uncached(Request *rq, const Cached *page, Err *err)
{
	Fill *f = fill_new(rq->a);
	return page->fill(rq, f, err) && page_send(rq, page->name, f, err);
}

bool
page_cached(Request *rq, const char *name, Str more, FillFn fill, Err *err)
{
	const Cached page = {name, fill};
	AUTO(Buf) out = {0};
	Sha256 key;
	Str own[OWNS];
	if (!key_of(rq, name, more, &key, err))
		return false;
	own_escape(rq, own);
	Str tag = tag_of(rq, &key, own);
	if (browser_has(rq, tag))
		return reply_same(rq, tag, err);
	Slot *s = slot_of(rq->site->cache, &key);
	if (!slot_read(rq, s, &key, own, &out)) {
		if (!slot_fill(rq, &page, &key, s, err))
			return false;
		if (!slot_read(rq, s, &key, own, &out))
			return uncached(rq, &page, err);
	}
	rq->packed = takes_gzip(rq);
	return reply_bytes(rq, MHD_HTTP_OK, "text/html; charset=utf-8", &out, err) &&
		reply_tag(rq, tag);
}
