/* board_snapshot: the board's arrays in one file, so that a cold start reads them instead of asking the database.
 *
 * Layout: a header (magic, catalog hash, event, day, nodes, series, checksum of the rest), then each array in the order of each_array():
 * its bytes in 8, then the array as it stands in memory, padded to 8; an array that is all nought has 0 bytes. The file is a cache of this machine: wrong size, checksum, definitions or an
 * event that the database does not have make it void, never wrong. */
#include "svc/svc_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct SnapHeader {
	char magic[8];
	Sha256 catalog;
	char area[16], day[16];
	int64_t event;
	uint64_t nodes, series, check;
} SnapHeader;

typedef bool (*ArrayFn)(void *ctx, void **array, size_t bytes, Err *err);

/* Every array with its size: writing and reading walk the same list. */
static bool
each_array(Board *b, ArrayFn fn, void *ctx, Err *err)
{
	const struct {
		void **array;
		size_t size;
	} fixed[] = {{(void **)&b->code, 16}, {(void **)&b->parent, 4}, {(void **)&b->end, 4},
		{(void **)&b->level, 1}, {(void **)&b->listed, 1}, {(void **)&b->unmet, 2},
		{(void **)&b->ready, 4}, {(void **)&b->silent, 4}, {(void **)&b->total, 4}};
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (!fn(ctx, fixed[i].array, fixed[i].size * b->n, err))
			return false;
	for (size_t i = 0; i < b->n_series; i++) {
		Series *s = &b->series[i];
		size_t parts = s->query->is_check ? 1 : PARTS;
		void **sum[] = {(void **)&s->need, (void **)&s->have, (void **)&s->heard};
		for (size_t p = 0; p < parts; p++)
			if (!fn(ctx, sum[p], 8 * b->n, err))
				return false;
		for (size_t p = 0; p < parts && s->query->level == LEVEL_ANY; p++)
			if (!fn(ctx, (void **)&s->own[p], 8 * b->n, err))
				return false;
	}
	return true;
}

/* Not against forgers (the file is ours), against cut and flipped bytes: four multiply-and-rotate lanes over 8-byte words. */
static uint64_t
checksum(uint64_t seed, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t lane[4] = {seed ^ 0x9e3779b97f4a7c15u, seed + 0xbf58476d1ce4e5b9u, ~seed, seed ^ n};
	size_t i = 0;
	for (; i + 32 <= n; i += 32)
		for (int k = 0; k < 4; k++) {
			uint64_t v;
			memcpy(&v, p + i + 8 * k, 8);
			lane[k] = (lane[k] ^ v) * 0x94d049bb133111ebu;
			lane[k] ^= lane[k] >> 29;
		}
	for (; i < n; i++)
		lane[i & 3] = (lane[i & 3] ^ p[i]) * 0x94d049bb133111ebu;
	return (lane[0] * 3 ^ lane[1] * 5 ^ lane[2] * 7 ^ lane[3] * 11) * 0xff51afd7ed558ccdu;
}

static size_t
padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* ---- save ---- */

typedef struct Save {
	int fd;
	uint64_t check;
	bool counting; /* first pass: checksum only */
} Save;

static bool
all_nought(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static bool
save_array(void *ctx, void **array, size_t bytes, Err *err)
{
	static const char zero[8];
	Save *s = ctx;
	uint64_t there = all_nought(*array, bytes) ? 0 : bytes;
	if (s->counting) {
		s->check = checksum(s->check, *array, there);
		return true;
	}
	return fd_write_all(s->fd, (Str){(const char *)&there, sizeof there}, err) &&
		fd_write_all(s->fd, (Str){*array, there}, err) &&
		fd_write_all(s->fd, (Str){zero, padded(there) - there}, err);
}

static bool
save_to(const Board *b, int fd, Err *err)
{
	Board copy = *b; /* each_array hands out places to write to; saving only reads them */
	SnapHeader h = {.magic = "SIAPBRD4",
		.catalog = b->w->cat.hash,
		.event = b->event,
		.nodes = b->n,
		.series = b->n_series};
	snprintf(h.area, sizeof h.area, "%.*s", STR(b->w->area));
	snprintf(h.day, sizeof h.day, "%s", b->today);
	Save s = {.fd = fd, .check = (uint64_t)b->event, .counting = true};
	if (!each_array(&copy, save_array, &s, err))
		return false;
	h.check = s.check;
	s.counting = false;
	return fd_write_all(fd, (Str){(char *)&h, sizeof h}, err) &&
		each_array(&copy, save_array, &s, err);
}

bool
board_save(const Board *b, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	const char *tmp = arena_fmt(&a, "%s/board.snap.%d", b->w->dir, (int)getpid()).p;
	const char *path = workspace_path(b->w, &a, "board.snap");
	int fd = fault_here() ? -1 : open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, E_IO, "cannot write '%s': %s", tmp, strerror(errno));
	bool ok = save_to(b, fd, err);
	ok &= close(fd) == 0;
	ok = ok && rename(tmp, path) == 0;
	if (!ok)
		(void)unlink(tmp);
	return ok || (err && err->code)
		? ok
		: err_set(err, E_IO, "cannot write '%s': %s", path, strerror(errno));
}

/* ---- load ---- */

typedef struct Load {
	Str bytes;
	size_t at;
	uint64_t check;
	Arena *a; /* for arrays that are all nought */
} Load;

static bool
load_array(void *ctx, void **array, size_t bytes, Err *err)
{
	Load *l = ctx;
	uint64_t there = 0;
	if (l->bytes.n - l->at >= sizeof there)
		memcpy(&there, l->bytes.p + l->at, sizeof there);
	l->at += sizeof there;
	if (l->at > l->bytes.n || (there != 0 && there != bytes) || l->bytes.n - l->at < padded(there))
		return err_set(err, E_NOTFOUND, "the snapshot is cut short");
	*array = there ? (void *)(l->bytes.p + l->at) : NEW(l->a, int64_t, bytes / 8 + 1);
	l->check = checksum(l->check, *array, there);
	l->at += padded(there);
	return true;
}

static bool
load_into(Board *b, Str bytes, Err *err)
{
	SnapHeader h;
	int64_t newest;
	char area[16];
	if (bytes.n < sizeof h)
		return err_set(err, E_NOTFOUND, "the snapshot is cut short");
	memcpy(&h, bytes.p, sizeof h);
	memset(area, 0, sizeof area);
	snprintf(area, sizeof area, "%.*s", STR(b->w->area));
	if (memcmp(h.magic, "SIAPBRD4", 8) != 0 || memcmp(&h.catalog, &b->w->cat.hash, 32) != 0 ||
		h.series != b->n_series || memcmp(h.area, area, sizeof area) != 0 || h.nodes > UINT32_MAX)
		return err_set(err, E_NOTFOUND, "the snapshot is of other definitions");
	if (!board_newest(b, &newest, err))
		return false;
	if (h.event > newest)
		return err_set(err, E_NOTFOUND, "the snapshot is newer than the database");
	b->n = h.nodes;
	b->event = h.event;
	memcpy(b->today, h.day, sizeof b->today); /* by that day, until board_open looks at the clock */
	b->today[sizeof b->today - 1] = 0;
	Load l = {.bytes = bytes, .at = sizeof h, .check = (uint64_t)h.event, .a = &b->a};
	if (!each_array(b, load_array, &l, err))
		return false;
	if (l.check != h.check || l.at != bytes.n)
		return err_set(err, E_NOTFOUND, "the snapshot is damaged");
	/* A check has no have and heard; the arrays stay absent as in a rebuilt board of one element. */
	for (size_t i = b->n_indicators; i < b->n_series; i++)
		b->series[i].have = b->series[i].heard = NEW(&b->a, int64_t, 1);
	return true;
}

/* The file's bytes become the arrays: mapped privately, so that only pages that change are copied. Snapshots are replaced by renaming,
 * never cut in place, so a mapped one stays whole. */
static bool
map_file(Board *b, const char *path, Err *err)
{
	struct stat st;
	int fd = fault_here() ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, E_NOTFOUND, "there is no snapshot");
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		void *p = mmap(
			NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, fd, 0);
		if (p != MAP_FAILED) {
			b->map = p;
			b->map_bytes = (size_t)st.st_size;
		}
	}
	(void)close(fd);
	return b->map || err_set(err, E_NOTFOUND, "the snapshot cannot be read");
}

void
board_unmap(Board *b)
{
	if (b->map)
		NEED(munmap(b->map, b->map_bytes) == 0);
	b->map = NULL;
}

bool
board_load(const Workspace *w, Board **out, Err *err)
{
	Board *b;
	AUTO(Arena) tmp = {0};
	if (!arena_open(&tmp, SIZE_MB, err))
		return false;
	const char *path = workspace_path(w, &tmp, "board.snap");
	if (!file_exists(path))
		return err_set(err, E_NOTFOUND, "there is no snapshot");
	if (!board_new(w, &b, err))
		return false;
	if (map_file(b, path, err) && load_into(b, (Str){b->map, b->map_bytes}, err)) {
		b->from_snapshot = true;
		*out = b;
		return true;
	}
	board_close(b);
	return false;
}

/* ---- equality ---- */

typedef struct Arrays {
	void *p[512];
	size_t bytes[512], n;
} Arrays;

static bool
list_array(void *ctx, void **array, size_t bytes, Err *err)
{
	Arrays *l = ctx;
	(void)err;
	NEED(l->n < 512);
	l->p[l->n] = *array;
	l->bytes[l->n++] = bytes;
	return true;
}

bool
board_equal(const Board *x, const Board *y, Str *difference, Arena *a)
{
	Arrays *lx = NEW(a, Arrays, 1), *ly = NEW(a, Arrays, 1);
	Board cx = *x, cy = *y;
	if (x->n != y->n || x->n_series != y->n_series || x->event != y->event) {
		*difference = arena_fmt(a, "nodes %zu and %zu, series %zu and %zu, event %lld and %lld",
			x->n, y->n, x->n_series, y->n_series, (long long)x->event, (long long)y->event);
		return false;
	}
	if (!each_array(&cx, list_array, lx, NULL) || !each_array(&cy, list_array, ly, NULL))
		return false;
	for (size_t i = 0; i < lx->n; i++) {
		size_t at = 0;
		if (memcmp(lx->p[i], ly->p[i], lx->bytes[i]) == 0)
			continue;
		while (((char *)lx->p[i])[at] == ((char *)ly->p[i])[at])
			at++;
		size_t node = at * x->n / lx->bytes[i];
		*difference = arena_fmt(a, "array %zu differs at area %s", i, x->code[node]);
		return false;
	}
	return true;
}
