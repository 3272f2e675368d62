/* store_read: opens a version of the roll and reads its columns. Nothing in the file is trusted before its tag says so. */
#include "roll/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct RollFile {
	Arena mem;
	const char *path;
	int fd;
	uint64_t voters;
	StoreKeys keys;
	Sha256 hash, print;
	const StoreRecord *slice;
	uint64_t *first;
	size_t n;
};

static bool
get_at(int fd, const char *path, void *out, size_t n, uint64_t at, Err *err)
{
	for (char *to = out; n;) {
		bool hit = fault_here();
		ssize_t done = hit ? -1 : pread(fd, to, n, (off_t)at);
		errno = hit ? EIO : errno;
		if (done == 0)
			return err_set(err, E_INPUT, "'%s' ends too early", path);
		if (done < 0 && errno != EINTR)
			return file_error(err, "cannot read '%s': %s", path);
		if (done > 0) {
			to += done;
			at += (uint64_t)done;
			n -= (size_t)done;
		}
	}
	return true;
}

static bool
not_whole(const char *path, Err *err)
{
	return err_set(err, E_INPUT, "'%s' is no version of a voter roll, or not all of it", path);
}

static bool
was_changed(const char *path, Err *err)
{
	err_set(err, E_DENIED, "'%s' does not open: it was changed, or another key sealed it", path);
	return err_hint(err, "siap verify names versions that are not as they were imported");
}

/* ---- the end of the file, which says what is in it ---- */

typedef struct End {
	const char *path;
	int fd;
	uint64_t bytes;
	size_t n, table, prints; /* slices; bytes of the table and of the prints */
	Str all;                 /* header, table, sealed part, trailer */
	const StoreRecord *slice;
} End;

/* The most that a column may take, so that reading one has a bound. */
static size_t
size_most(RollColumn c)
{
	enum { TEXTS = 4 * (ROLL_SLICE + 3) + ROLL_SLICE * (2 + ROLL_CELL) };
	return STORE_TAG + (c < ROLL_NAME ? ROLL_SLICE * store_width(c) : (size_t)TEXTS);
}

/* Slices fill what is between header and table. */
static bool
records_fit(const End *e, uint64_t table)
{
	uint64_t sum = sizeof(StoreHeader);
	for (size_t i = 0; i < e->n; i++) {
		const StoreRecord *r = &e->slice[i];
		uint64_t columns = 0;
		for (RollColumn c = 0; c < ROLL_COLUMNS; c++) {
			if (r->size[c] <= STORE_TAG || r->size[c] > size_most(c))
				return false;
			columns += r->size[c];
		}
		if (!r->rows || r->rows > ROLL_SLICE || columns != r->bytes || r->number >= e->n ||
			r->offset < sizeof(StoreHeader) || r->bytes > table || r->offset > table - r->bytes)
			return false;
		sum += r->bytes;
	}
	return sum == table;
}

static bool
end_sizes(End *e, StoreTrailer *t, Err *err)
{
	struct stat st;
	size_t least = sizeof(StoreHeader) + STORE_TAG + sizeof *t;
	if (fstat(e->fd, &st) != 0)
		return file_error(err, "cannot read '%s': %s", e->path);
	e->bytes = (uint64_t)st.st_size;
	if (!S_ISREG(st.st_mode) || e->bytes < least)
		return not_whole(e->path, err);
	if (!get_at(e->fd, e->path, t, sizeof *t, e->bytes - sizeof *t, err))
		return false;
	e->n = t->slices;
	e->table = e->n * sizeof(StoreRecord);
	e->prints = e->n * STORE_PRINT;
	uint64_t end = e->table + e->prints + STORE_TAG + sizeof *t;
	return (memcmp(t->magic, "ROLLSIAP", sizeof t->magic) == 0 && e->n <= STORE_SLICES &&
			   !t->zero && e->bytes - sizeof(StoreHeader) >= end && t->table == e->bytes - end) ||
		not_whole(e->path, err);
}

static bool
end_read(End *e, Arena *a, Err *err)
{
	StoreTrailer t;
	StoreHeader h;
	if (!end_sizes(e, &t, err) || !get_at(e->fd, e->path, &h, sizeof h, 0, err))
		return false;
	if (memcmp(h.magic, "SIAPROLL", sizeof h.magic) != 0 || h.zero)
		return not_whole(e->path, err);
	if (h.format != 1)
		return err_set(err, E_INPUT, "'%s' was made by a newer Siap", e->path);
	size_t rest = (size_t)(e->bytes - t.table);
	char *all = arena_alloc(a, 1, 8, sizeof h + rest);
	memcpy(all, &h, sizeof h);
	e->all = (Str){all, sizeof h + rest};
	e->slice = (const StoreRecord *)(all + sizeof h);
	if (!get_at(e->fd, e->path, all + sizeof h, rest, t.table, err))
		return false;
	return records_fit(e, t.table) || not_whole(e->path, err);
}

static int
file_for_reading(const char *path, Err *err)
{
	int fd = fault_here() ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		file_error(err, "cannot read '%s': %s", path);
	return fd;
}

/* ---- open ---- */

/* The table is what was sealed; prints are behind it. */
static bool
end_open(RollFile *f, const End *e, Arena a, Err *err)
{
	AUTO(Box) b = {0};
	if (!box_make(&b, err))
		return false;
	const unsigned char *all = (const unsigned char *)e->all.p;
	size_t bound = sizeof(StoreHeader) + e->table;
	unsigned char *print = NEW(&a, unsigned char, e->prints + 1);
	box_open(&b, &(BoxPlace){f->keys.seal, STORE_TABLE, STORE_TABLE, (uint32_t)e->n});
	box_bind(&b, all, bound);
	box_put(&b, all + bound, e->prints, print);
	if (!box_check(&b, all + bound + e->prints))
		return was_changed(e->path, err);
	f->print = sha256((Str){(const char *)print, e->prints});
	return true;
}

static bool
file_fill(RollFile *f, const unsigned char key[32], Arena *a, Err *err)
{
	End e = {.path = f->path, .fd = f->fd};
	if (!end_read(&e, a, err))
		return false;
	store_keys(key, ((const StoreHeader *)e.all.p)->id, &f->keys);
	if (!end_open(f, &e, *a, err))
		return false;
	f->hash = sha256(e.all);
	f->slice = e.slice;
	f->n = e.n;
	f->first = NEW(a, uint64_t, e.n + 1);
	for (size_t i = 0; i < e.n; i++) {
		f->first[i] = f->voters;
		f->voters += e.slice[i].rows;
	}
	return true;
}

bool
roll_open(const char *path, const unsigned char key[32], RollFile **out, Err *err)
{
	Arena mem;
	int fd = file_for_reading(path, err);
	if (fd < 0)
		return false;
	if (!arena_open(&mem, (size_t)1 << 29, err)) {
		(void)close(fd);
		return false;
	}
	RollFile *f = NEW(&mem, RollFile, 1);
	f->fd = fd;
	f->path = arena_cstr(&mem, str_of(path));
	bool ok = file_fill(f, key, &mem, err);
	f->mem = mem;
	if (ok)
		*out = f;
	else
		roll_close(f);
	return ok;
}

void
roll_close(RollFile *f)
{
	if (!f)
		return;
	(void)close(f->fd);
	store_forget(&f->keys);
	Arena mem = f->mem; /* f lies in it */
	arena_close(&mem);
}

uint64_t
roll_voters(const RollFile *f)
{
	return f->voters;
}

const Sha256 *
roll_hash(const RollFile *f)
{
	return &f->hash;
}

const Sha256 *
roll_print(const RollFile *f)
{
	return &f->print;
}

size_t
roll_slices(const RollFile *f)
{
	return f->n;
}

uint64_t
roll_slice_first(const RollFile *f, size_t slice)
{
	return f->first[slice];
}

/* ---- read ---- */

typedef struct Column { /* one of a slice, while it is read */
	const RollFile *f;
	size_t slice;
	RollColumn c;
	size_t rows;
	const char *p; /* opened */
	size_t n;
} Column;

static bool
column_damaged(const Column *k, Err *err)
{
	return err_set(err, E_DENIED,
		"'%s' does not open: column %d of slice %zu was changed, or is of another version",
		k->f->path, (int)k->c + 1, k->slice + 1);
}

static bool
column_open(Box *b, Column *k, uint64_t at, Arena *a, Err *err)
{
	const StoreRecord *r = &k->f->slice[k->slice];
	size_t size = r->size[k->c];
	unsigned char *p = arena_alloc(a, 1, 8, size);
	if (!get_at(k->f->fd, k->f->path, p, size, at, err))
		return false;
	box_open(b, &(BoxPlace){k->f->keys.seal, r->number, k->c, r->rows});
	k->p = (const char *)p;
	k->n = size - STORE_TAG;
	box_put(b, p, k->n, p);
	return box_check(b, p + k->n) || column_damaged(k, err);
}

/* One value for each voter, where the file has one for all of them. */
static const void *
spread(const char *value, size_t width, size_t rows, Arena *a)
{
	char *out = arena_alloc(a, 1, 8, rows * width);
	for (size_t i = 0; i < rows; i++)
		memcpy(out + i * width, value, width);
	return out;
}

static const void *
values_read(const Column *k, const char *p, size_t n, Arena *a)
{
	size_t width = store_width(k->c);
	if (n == k->rows * width)
		return p;
	return n == width ? spread(p, width, k->rows, a) : NULL;
}

/* Every text lies in the bytes, has at most ROLL_CELL of them, and the first is empty. */
static bool
texts_hold(const RollTexts *t, size_t bytes)
{
	bool ok = t->at[0] == 0 && t->at[1] == 0 && t->at[t->n] == bytes;
	for (size_t i = 0; i < t->n; i++)
		ok &= t->at[i] <= t->at[i + 1] && t->at[i + 1] - t->at[i] <= ROLL_CELL;
	return ok;
}

static bool
text_read(const Column *k, RollSlice *out, Arena *a)
{
	uint32_t n;
	if (k->n < sizeof n)
		return false;
	memcpy(&n, k->p, sizeof n);
	RollTexts *t = &out->texts[k->c - ROLL_NAME];
	size_t starts = sizeof n * ((size_t)n + 2);
	if (!n || n > ROLL_SLICE + 1 || k->n < starts)
		return false;
	*t = (RollTexts){.n = n, .at = (const uint32_t *)(const void *)k->p + 1};
	size_t rest = k->n - starts, bytes = t->at[n];
	if (bytes > rest || !texts_hold(t, bytes))
		return false;
	t->bytes = k->p + k->n - bytes;
	const uint16_t *id = values_read(k, k->p + starts, rest - bytes, a);
	uint16_t most = 0;
	for (size_t i = 0; id && i < k->rows; i++)
		most = id[i] > most ? id[i] : most;
	out->text[k->c - ROLL_NAME] = id;
	return id && most < n;
}

static bool
column_read(const Column *k, RollSlice *out, Arena *a)
{
	if (k->c >= ROLL_NAME)
		return text_read(k, out, a);
	const void *v = values_read(k, k->p, k->n, a);
	const uint64_t **const number[] = {&out->nik, &out->family, &out->tps};
	const uint8_t **const small[] = {
		&out->sex, &out->marriage, &out->card, &out->disability, &out->remark};
	if (k->c <= ROLL_TPS)
		*number[k->c] = v;
	else if (k->c == ROLL_BIRTH)
		out->birth = v;
	else
		*small[k->c - ROLL_SEX] = v;
	return v != NULL;
}

bool
roll_read(const RollFile *f, size_t slice, unsigned columns, Arena *a, RollSlice *out, Err *err)
{
	AUTO(Box) b = {0};
	NEED(slice < f->n);
	const StoreRecord *r = &f->slice[slice];
	uint64_t at = r->offset;
	*out = (RollSlice){.first = f->first[slice], .n = r->rows};
	if (!box_make(&b, err))
		return false;
	for (RollColumn c = 0; c < ROLL_COLUMNS; at += r->size[c++]) {
		Column k = {.f = f, .slice = slice, .c = c, .rows = r->rows};
		if (!(columns & ROLL_BIT(c)))
			continue;
		if (!column_open(&b, &k, at, a, err))
			return false;
		if (!column_read(&k, out, a))
			return column_damaged(&k, err);
	}
	return true;
}

/* ---- without the key ---- */

typedef struct HashWork {
	End e;
	atomic_size_t wrong; /* the first slice that was changed, from 1; 0: none */
	atomic_bool failed;
	Err err; /* of the one that failed */
} HashWork;

static bool
slice_hash(const End *e, const StoreRecord *r, Sha256 *out, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, r->bytes + ((size_t)1 << 16), err))
		return false;
	char *p = arena_alloc(&a, 1, 8, r->bytes);
	if (!get_at(e->fd, e->path, p, r->bytes, r->offset, err))
		return false;
	*out = sha256((Str){p, r->bytes});
	return true;
}

static void
hash_job(void *ctx, size_t i, int thread)
{
	(void)thread;
	HashWork *w = ctx;
	Sha256 hash;
	Err err = {0};
	if (w->failed)
		return;
	if (!slice_hash(&w->e, &w->e.slice[i], &hash, &err)) {
		if (!atomic_exchange(&w->failed, true))
			w->err = err;
		return;
	}
	size_t seen = w->wrong;
	if (memcmp(&hash, &w->e.slice[i].hash, sizeof hash) == 0)
		return;
	while ((!seen || seen > i + 1) && !atomic_compare_exchange_weak(&w->wrong, &seen, i + 1))
		;
}

static bool
hash_all(HashWork *w, int threads, Arena *a, Sha256 *out, Err *err)
{
	if (!end_read(&w->e, a, err))
		return false;
	work_share(threads, w->e.n, hash_job, w);
	if (w->failed)
		return err_set(err, w->err.code, "%s", w->err.text);
	if (w->wrong)
		return err_set(err, E_CONFLICT, "'%s' was changed: slice %zu is not as it was written",
			w->e.path, (size_t)w->wrong);
	*out = sha256(w->e.all);
	return true;
}

bool
roll_file_hash(const char *path, int threads, Sha256 *out, Err *err)
{
	AUTO(Arena) a = {0};
	HashWork w = {.e = {.path = path}};
	w.e.fd = file_for_reading(path, err);
	if (w.e.fd < 0)
		return false;
	bool ok = arena_open(&a, (size_t)1 << 29, err) && hash_all(&w, threads, &a, out, err);
	(void)close(w.e.fd);
	return ok;
}
