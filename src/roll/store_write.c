/* store_write: writes a version of the roll, slice by slice, from several threads. */
#include "roll/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct WrittenSlice {
	uint64_t at;
	unsigned char print[STORE_PRINT];
	StoreRecord record;
} WrittenSlice;

struct RollWriter {
	Arena mem;
	const char *path, *part;
	int fd;
	StoreHeader header;
	StoreKeys keys;
	pthread_mutex_t lock; /* guards those below */
	uint64_t end;         /* of the file so far */
	uint32_t number;      /* the next slice's */
	Buf slices;           /* of WrittenSlice */
	Arena room[WORK_THREADS];
	bool taken[WORK_THREADS];
};

static bool
put_at(RollWriter *w, const void *p, size_t n, uint64_t at, Err *err)
{
	for (const char *from = p; n;) {
		bool hit = fault_here();
		ssize_t done = hit ? -1 : pwrite(w->fd, from, n, (off_t)at);
		errno = hit ? ENOSPC : errno;
		if (done < 0 && errno != EINTR)
			return file_error(err, "cannot write '%s': %s", w->path);
		if (done > 0) {
			from += done;
			at += (uint64_t)done;
			n -= (size_t)done;
		}
	}
	return true;
}

bool
roll_create(const char *path, const unsigned char key[32], const unsigned char id[16],
	RollWriter **out, Err *err)
{
	AUTO(Arena) mem = {0};
	char hex[33];
	if (file_exists(path))
		return err_set(err, E_CONFLICT, "'%s' exists: a version is never replaced", path);
	if (!arena_open(&mem, (size_t)1 << 16, err))
		return false;
	RollWriter *w = NEW(&mem, RollWriter, 1);
	hex_encode(id, 16, hex);
	w->path = arena_cstr(&mem, str_of(path));
	w->part = arena_fmt(&mem, "%s.%s.tmp", path, hex).p;
	w->header = (StoreHeader){.magic = "SIAPROLL", .format = 1};
	memcpy(w->header.id, id, 16);
	w->slices.max = sizeof(WrittenSlice) * (size_t)STORE_SLICES;
	w->end = sizeof w->header;
	w->fd = fault_here() ? -1 : open(w->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd < 0)
		return file_error(err, "cannot write '%s': %s", path);
	NEED(pthread_mutex_init(&w->lock, NULL) == 0);
	store_keys(key, id, &w->keys);
	w->mem = mem;
	mem = (Arena){0};
	*out = w;
	if (put_at(w, &w->header, sizeof w->header, 0, err))
		return true;
	roll_writer_abandon(w);
	return false;
}

/* Arenas lie in themselves: copied out before they go. */
static void
writer_free(RollWriter *w)
{
	for (size_t i = 0; i < WORK_THREADS; i++)
		arena_close(&w->room[i]);
	if (w->fd >= 0)
		(void)close(w->fd);
	buf_close(&w->slices);
	store_forget(&w->keys);
	NEED(pthread_mutex_destroy(&w->lock) == 0);
	Arena mem = w->mem;
	arena_close(&mem);
}

void
roll_writer_abandon(RollWriter *w)
{
	if (!w)
		return;
	(void)unlink(w->part);
	writer_free(w);
}

/* ---- a slice ---- */

enum { PIECES = 4 };
typedef struct Piece {
	const void *p;
	size_t n;
} Piece;

static const void *
number_column(const RollSlice *s, RollColumn c)
{
	const void *const column[] = {[ROLL_NIK] = s->nik,
		[ROLL_FAMILY] = s->family,
		[ROLL_TPS] = s->tps,
		[ROLL_BIRTH] = s->birth,
		[ROLL_SEX] = s->sex,
		[ROLL_MARRIAGE] = s->marriage,
		[ROLL_CARD] = s->card,
		[ROLL_DISABILITY] = s->disability,
		[ROLL_REMARK] = s->remark};
	return c < ROLL_NAME ? column[c] : s->text[c - ROLL_NAME];
}

/* What a column is in the file before it is sealed. */
static size_t
pieces_of(const RollSlice *s, RollColumn c, Piece piece[PIECES])
{
	const char *all = number_column(s, c);
	size_t width = store_width(c), n = 0;
	NEED(all);
	bool equal = memcmp(all, all + width, (s->n - 1) * width) == 0;
	Piece values = {all, equal ? width : s->n * width};
	if (c < ROLL_NAME) {
		piece[n++] = values;
		return n;
	}
	const RollTexts *t = &s->texts[c - ROLL_NAME];
	NEED(t->n >= 1 && t->n <= ROLL_SLICE + 1 && t->at[1] == 0);
	piece[n++] = (Piece){&t->n, sizeof t->n};
	piece[n++] = (Piece){t->at, (t->n + 1) * sizeof *t->at};
	piece[n++] = values;
	piece[n++] = (Piece){t->bytes, t->at[t->n]};
	return n;
}

static size_t
pieces_size(const Piece *piece, size_t n)
{
	size_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += piece[i].n;
	return sum;
}

static void
column_seal(Box *b, const BoxPlace *at, const Piece *piece, size_t n, unsigned char *out)
{
	box_seal(b, at);
	for (size_t i = 0; i < n; i++) {
		box_put(b, piece[i].p, piece[i].n, out);
		out += piece[i].n;
	}
	box_tag(b, out);
}

/* A keyed hash of all columns: the tag of a box that holds nothing and is bound to them. Equal nonces do no harm, for nobody sees such a
 * tag who has no key: it is sealed itself. */
static void
slice_print(Box *b, const RollWriter *w, const RollSlice *s, unsigned char out[STORE_PRINT])
{
	box_seal(b, &(BoxPlace){.key = w->keys.print, .rows = (uint32_t)s->n});
	for (RollColumn c = 0; c < ROLL_COLUMNS; c++) {
		Piece piece[PIECES];
		size_t n = pieces_of(s, c, piece);
		uint64_t size = pieces_size(piece, n);
		box_bind(b, &size, sizeof size);
		for (size_t i = 0; i < n; i++)
			box_bind(b, piece[i].p, piece[i].n);
	}
	box_tag(b, out);
}

/* All columns sealed, one after the other. */
static unsigned char *
slice_seal(Box *b, const RollWriter *w, const RollSlice *s, WrittenSlice *ws, Arena *a)
{
	StoreRecord *r = &ws->record;
	Piece piece[ROLL_COLUMNS][PIECES];
	size_t n[ROLL_COLUMNS];
	r->rows = (uint32_t)s->n;
	for (RollColumn c = 0; c < ROLL_COLUMNS; c++) {
		n[c] = pieces_of(s, c, piece[c]);
		r->size[c] = (uint32_t)(pieces_size(piece[c], n[c]) + STORE_TAG);
		r->bytes += r->size[c];
	}
	unsigned char *out = NEW(a, unsigned char, r->bytes), *at = out;
	for (RollColumn c = 0; c < ROLL_COLUMNS; at += r->size[c++])
		column_seal(b, &(BoxPlace){w->keys.seal, r->number, c, r->rows}, piece[c], n[c], at);
	slice_print(b, w, s, ws->print);
	return out;
}

static size_t
room_take(RollWriter *w, uint32_t *number)
{
	size_t i = 0;
	NEED(pthread_mutex_lock(&w->lock) == 0);
	while (i < WORK_THREADS && w->taken[i])
		i++;
	NEED(i < WORK_THREADS);
	w->taken[i] = true;
	*number = w->number++;
	NEED(pthread_mutex_unlock(&w->lock) == 0);
	return i;
}

static bool
slice_write(RollWriter *w, Arena *a, const RollSlice *s, WrittenSlice *ws, Err *err)
{
	AUTO(Box) b = {0};
	enum { MOST = 16 << 20, TEXTS = ROLL_TEXTS * (ROLL_SLICE + 1) * (ROLL_CELL + 8) };
	if (!a->base && !arena_open(a, MOST + (size_t)TEXTS, err))
		return false;
	arena_keep(a);
	arena_reset(a);
	if (!box_make(&b, err))
		return false;
	unsigned char *sealed = slice_seal(&b, w, s, ws, a);
	ws->record.hash = sha256((Str){(const char *)sealed, ws->record.bytes});
	NEED(pthread_mutex_lock(&w->lock) == 0);
	ws->record.offset = w->end;
	w->end += ws->record.bytes;
	buf_add(&w->slices, (Str){(const char *)ws, sizeof *ws});
	bool kept = !w->slices.failed;
	NEED(pthread_mutex_unlock(&w->lock) == 0);
	if (!kept)
		return err_set(err, E_LIMIT, "no memory for so many voters");
	return put_at(w, sealed, ws->record.bytes, ws->record.offset, err);
}

bool
roll_writer_add(RollWriter *w, uint64_t at, const RollSlice *s, Err *err)
{
	WrittenSlice ws = {.at = at};
	NEED(s->n <= ROLL_SLICE);
	if (!s->n)
		return true;
	size_t i = room_take(w, &ws.record.number);
	bool ok = slice_write(w, &w->room[i], s, &ws, err);
	NEED(pthread_mutex_lock(&w->lock) == 0);
	w->taken[i] = false;
	NEED(pthread_mutex_unlock(&w->lock) == 0);
	return ok;
}

/* ---- the end ---- */

static int
by_place(const void *a, const void *b)
{
	const WrittenSlice *x = a, *y = b;
	NEED(x == y || x->at != y->at);
	return x->at < y->at ? -1 : x->at > y->at;
}

/* In the order of their places from now on. */
static const WrittenSlice *
slices_sort(RollWriter *w, size_t *n)
{
	WrittenSlice *ws = (WrittenSlice *)w->slices.p;
	*n = w->slices.n / sizeof *ws;
	if (*n)
		qsort(ws, *n, sizeof *ws, by_place);
	return ws;
}

void
roll_writer_print(RollWriter *w, Sha256 *print)
{
	AUTO(Buf) all = {0};
	size_t n;
	const WrittenSlice *ws = slices_sort(w, &n);
	for (size_t i = 0; i < n; i++)
		buf_add(&all, (Str){(const char *)ws[i].print, STORE_PRINT});
	if (all.failed)
		all.n = 0; /* no memory: like no other */
	*print = sha256(buf_str(&all));
}

/* What the version's hash is of: header, table, sealed part, trailer. */
static bool
end_make(RollWriter *w, Arena *a, Str *out, Sha256 *print, Err *err)
{
	AUTO(Box) b = {0};
	size_t n, bound = sizeof w->header;
	const WrittenSlice *ws = slices_sort(w, &n);
	size_t prints = n * STORE_PRINT;
	out->n = bound + n * sizeof(StoreRecord) + prints + STORE_TAG + sizeof(StoreTrailer);
	unsigned char *p = NEW(a, unsigned char, out->n), *print_of = NEW(a, unsigned char, prints + 1);
	out->p = (const char *)p;
	memcpy(p, &w->header, sizeof w->header);
	for (size_t i = 0; i < n; i++, bound += sizeof(StoreRecord)) {
		memcpy(p + bound, &ws[i].record, sizeof(StoreRecord));
		memcpy(print_of + i * STORE_PRINT, ws[i].print, STORE_PRINT);
	}
	if (!box_make(&b, err))
		return false;
	box_seal(&b, &(BoxPlace){w->keys.seal, STORE_TABLE, STORE_TABLE, (uint32_t)n});
	box_bind(&b, p, bound);
	box_put(&b, print_of, prints, p + bound);
	box_tag(&b, p + bound + prints);
	StoreTrailer trailer = {.table = w->end, .slices = (uint32_t)n, .magic = "ROLLSIAP"};
	memcpy(p + bound + prints + STORE_TAG, &trailer, sizeof trailer);
	if (print)
		*print = sha256((Str){(const char *)print_of, prints});
	return true;
}

static bool
end_write(RollWriter *w, Sha256 *hash, Sha256 *print, Err *err)
{
	AUTO(Arena) a = {0};
	Str end;
	size_t head = sizeof w->header;
	if (!arena_open(&a, w->slices.n * 2 + ((size_t)1 << 20), err) ||
		!end_make(w, &a, &end, print, err) || !put_at(w, end.p + head, end.n - head, w->end, err) ||
		!fd_sync(w->fd, err))
		return false;
	*hash = sha256(end);
	if (file_exists(w->path))
		return err_set(err, E_CONFLICT, "'%s' exists: a version is never replaced", w->path);
	return file_rename(w->part, w->path, err);
}

bool
roll_writer_end(RollWriter *w, Sha256 *hash, Sha256 *print, Err *err)
{
	bool ok = end_write(w, hash, print, err);
	if (!ok)
		(void)unlink(w->part);
	writer_free(w);
	return ok;
}
