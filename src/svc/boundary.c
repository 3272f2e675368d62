/* boundary: where areas end, for maps: from a GeoJSON file into the workspace, and read again. */
#include "svc/boundary_private.h"

#include <unistd.h>

enum { ARENA_MOST = 2047 << 20 };

/* ---- reading ---- */

static bool
boundary_add(BoundaryList *l, size_t *cap, Stmt *s, Arena *a, Err *err)
{
	if (l->n == *cap) {
		Boundary *more = NEW(a, Boundary, *cap = *cap ? 2 * *cap : 32);
		if (l->n)
			memcpy(more, l->boundary, l->n * sizeof *more);
		l->boundary = more;
	}
	Boundary *b = &l->boundary[l->n++];
	b->area = arena_str(a, db_text(s, 0));
	return geo_rings_get(db_text(s, 1), a, &b->ring, &b->n_rings, err) ||
		err_prefix(err, tr("boundary of '%.*s': "), STR(b->area));
}

static size_t
rings_points(const GeoRing *ring, size_t n)
{
	size_t points = 0;
	for (size_t r = 0; r < n; r++)
		points += ring[r].n;
	return points;
}

/* All together, so that neighbours stay neighbours. */
static void
list_thin(BoundaryList *l, Arena *a)
{
	enum { LEAST = 12 };
	GeoFile g = {.feature = NEW(a, GeoFeature, l->n + 1), .n = l->n};
	for (size_t i = 0; i < l->n; i++) {
		const Boundary *b = &l->boundary[i];
		g.feature[i] = (GeoFeature){
			.ring = b->ring, .n_rings = b->n_rings, .points = rings_points(b->ring, b->n_rings)};
		g.points += g.feature[i].points;
	}
	AUTO(Arena) tmp = {0};
	Err ignored;
	if (g.points <= l->most || !arena_open(&tmp, ARENA_MOST, &ignored))
		return;
	/* Half of them have fewer points than they may have. */
	size_t most = 2 * l->most / l->n;
	geojson_simplify(&g, most > LEAST ? most : LEAST, a, tmp);
	for (size_t i = 0; i < l->n; i++) {
		l->boundary[i].ring = g.feature[i].ring;
		l->boundary[i].n_rings = g.feature[i].n_rings;
	}
}

bool
boundaries_read(Workspace *w, BoundaryList *l, Arena *a, Err *err)
{
	char end[20];
	Str lo, hi;
	Stmt *s;
	bool row = true;
	size_t cap = 0;
	l->boundary = NULL;
	l->n = 0;
	if (l->level <= LEVEL_ANY || l->level >= LEVEL_TPS)
		return true;
	area_range(l->above, end, &lo, &hi);
	if (!svc_stmt(w->db, &w->sql, "boundary_read", &s, err))
		return false;
	db_set_int(s, "level", l->level);
	db_set_text(s, "lo", lo);
	db_set_text(s, "hi", hi);
	while (row) {
		if (!db_step(s, &row, err))
			return false;
		if (row && !boundary_add(l, &cap, s, a, err)) {
			db_reset(s);
			return false;
		}
	}
	if (l->n)
		list_thin(l, a);
	return true;
}

/* ---- what a file says, with few points ---- */

typedef struct Drawing {
	BoundaryImport *im;
	GeoFile geo;
	Str *area; /* of each feature; empty: of none */
	Str *rings;
	Arena *a;
} Drawing;

/* Each level alone: a province runs along the same lines as its regencies, with fewer points. */
static void
level_thin(Drawing *d, Level level, Arena tmp)
{
	GeoFile g = {.feature = NEW(&tmp, GeoFeature, d->geo.n + 1)};
	size_t *at = NEW(&tmp, size_t, d->geo.n + 1);
	for (size_t i = 0; i < d->geo.n; i++)
		if (d->area[i].n && area_level(d->area[i]) == level) {
			at[g.n] = i;
			g.feature[g.n++] = d->geo.feature[i];
		}
	if (g.n)
		geojson_simplify(&g, BOUNDARY_POINTS, d->a, tmp);
	for (size_t i = 0; i < g.n; i++)
		d->geo.feature[at[i]] = g.feature[i];
}

static bool
drawing_thin(Drawing *d, Err *err)
{
	AUTO(Arena) tmp = {0};
	AUTO(Buf) b = {0};
	if (!arena_open(&tmp, ARENA_MOST, err))
		return false;
	for (Level l = LEVEL_PROVINCE; l < LEVEL_TPS; l++)
		level_thin(d, l, tmp);
	for (size_t i = 0; i < d->geo.n; i++) {
		const GeoFeature *f = &d->geo.feature[i];
		if (!d->area[i].n)
			continue;
		buf_clear(&b);
		geo_rings_put(f->ring, f->n_rings, &b);
		if (!buf_check(&b, err))
			return false;
		d->im->points += f->points;
		d->rings[i] = arena_str(d->a, buf_str(&b));
	}
	return true;
}

static bool
drawing_match(Workspace *w, Drawing *d, Arena *report, Err *err)
{
	d->area = NEW(d->a, Str, d->geo.n + 1);
	d->rings = NEW(d->a, Str, d->geo.n + 1);
	if (!boundaries_match(w, d->im, &d->geo, d->area, report, err))
		return false;
	for (size_t i = 0; i < d->geo.n; i++)
		d->im->points_before += d->area[i].n ? d->geo.feature[i].points : 0;
	return drawing_thin(d, err);
}

/* ---- the writer ---- */

static bool
boundary_same(WriteTx *tx, Str area, Str rings, bool *same, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, "boundary_get", &s, err))
		return false;
	db_set_text(s, "area", area);
	if (!db_step(s, &row, err))
		return false;
	*same = row && str_eq(db_text(s, 0), rings);
	if (row)
		db_reset(s);
	return true;
}

bool
boundary_digest(const LogSource *from, BoundaryEventFn fn, void *ctx, char hex[65], Err *err)
{
	Hasher *h;
	Stmt *s;
	Sha256 sum;
	bool row = true, ok = true;
	if (!svc_stmt(from->db, from->sql, "boundary_all", &s, err) || !hasher_open(&h, err))
		return false;
	hasher_begin(h);
	while (ok && row) {
		ok = db_step(s, &row, err);
		if (!ok || !row)
			break;
		char level[24];
		snprintf(level, sizeof level, " %lld ", (long long)db_int(s, 1));
		hasher_add(h, db_text(s, 0));
		hasher_add(h, str_of(level));
		hasher_add(h, db_text(s, 3));
		hasher_add(h, S("\n"));
		ok = !fn || fn(ctx, db_text(s, 0), db_int(s, 2), err);
	}
	if (!ok)
		db_reset(s);
	hasher_end(h, &sum);
	hasher_close(h);
	hex_encode(sum.b, 32, hex);
	return ok;
}

static bool
event_before(WriteTx *tx, int64_t *event, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, "boundary_event", &s, err) || !db_step(s, &row, err))
		return false;
	*event = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

/* In the log: the file by its hash, how many areas have another boundary now, and the hash of all boundaries as they are now. */
static bool
boundary_log(WriteTx *tx, const Drawing *d, size_t changed, Err *err)
{
	AUTO(Buf) open = {0};
	JsonOut j = jout_new(&open);
	int64_t base;
	char all[65];
	if (!boundary_digest(&(LogSource){tx->db, &tx->w->sql}, NULL, NULL, all, err) ||
		!event_before(tx, &base, err))
		return false;
	jout_obj(&j);
	jout_member(&j, S("all"), str_of(all));
	jout_number(&j, S("areas"), (int64_t)changed);
	jout_member(&j, S("file"), str_of(d->im->hash));
	jout_obj_end(&j);
	return buf_check(&open, err) && log_begin(tx, err) &&
		log_system(tx,
			&(SystemRow){.who = d->im->origin,
				.kind = S("siap.boundary"),
				.key = S("boundary"),
				.open = buf_str(&open),
				.base = base},
			&d->im->event, err);
}

/* The event's number is known once it is in the log. */
static bool
boundaries_mark(WriteTx *tx, const Drawing *d, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "boundary_mark", &s, err))
		return false;
	db_set_int(s, "event", d->im->event);
	return db_run(s, err);
}

static bool
boundaries_put(WriteTx *tx, const Drawing *d, const bool *same, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "boundary_put", &s, err))
		return false;
	for (size_t i = 0; i < d->geo.n; i++) {
		if (!d->area[i].n || same[i])
			continue;
		db_set_text(s, "area", d->area[i]);
		db_set_int(s, "level", area_level(d->area[i]));
		db_set_int(s, "event", 0);
		db_set_text(s, "rings", d->rings[i]);
		if (!db_run(s, err))
			return false;
	}
	return true;
}

static bool
draw_work(WriteTx *tx, void *arg, Err *err)
{
	Drawing *d = arg;
	Account now;
	size_t changed = 0;
	bool *same = NEW(&tx->tmp, bool, d->geo.n + 1);
	d->im->event = 0;
	if (!rights_now(tx, d->im->who, &now, err))
		return false;
	for (size_t i = 0; i < d->geo.n; i++) {
		if (!d->area[i].n)
			continue;
		if (d->im->who && !account_may_draw(&now, d->area[i], err))
			return false;
		if (!boundary_same(tx, d->area[i], d->rings[i], &same[i], err))
			return false;
		changed += !same[i];
	}
	return !changed ||
		(boundaries_put(tx, d, same, err) && boundary_log(tx, d, changed, err) &&
			boundaries_mark(tx, d, err));
}

/* ---- over the socket: the file goes by way of the workspace's folder ---- */

static bool
draw_elsewhere(Gate *g, Drawing *d, Str bytes, Err *err)
{
	unsigned char raw[8];
	char hex[17];
	g->w->env->random(g->w->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, hex);
	Str name = arena_fmt(d->a, "new-%s.stage", hex);
	const char *path = workspace_path(g->w, d->a, arena_fmt(d->a, "import/%s", name.p).p);
	if (!file_write_atomic(path, bytes, 0600, err))
		return false;
	bool ok = socket_boundaries(g, d->im, name, err);
	(void)unlink(path);
	return ok;
}

/* ---- all of it ---- */

bool
boundaries_import(Workspace *w, Gate *g, BoundaryImport *im, Arena *a, Err *err)
{
	AUTO(Arena) mem = {0};
	Drawing d = {.im = im, .a = &mem};
	Str bytes;
	/* Who asks over the local socket says no more than its number: the writer looks it up. */
	if (im->who && im->who->login.n && !account_may_draw(im->who, im->under, err))
		return false;
	if ((im->origin->why.n && !why_check(im->origin->why, err)) ||
		!arena_open(&mem, ARENA_MOST, err) ||
		!file_read(im->path, GEO_MOST_BYTES, &mem, &bytes, err))
		return false;
	Sha256 hash = sha256(bytes);
	hex_encode(hash.b, 32, im->hash);
	if (!geojson_parse(bytes, &mem, &d.geo, err))
		return false;
	bool ok = drawing_match(w, &d, a, err);
	geojson_close(&d.geo);
	if (!ok || im->dry_run)
		return ok;
	return g->writer ? gate_write(g, draw_work, &d, true, err) : draw_elsewhere(g, &d, bytes, err);
}
