/* backup_file: a file of records that only the workspace's key opens, and that says when any of it was changed or is missing.
 *
 * Layout: "SIAPBAK1", the workspace's id (32 hex digits, so that it is known which key is needed), the header of libsodium's secretstream
 * (XChaCha20-Poly1305, 24 bytes), BLAKE2b-128 of all before under the backup's key; then chunks of 64 KiB of records, each encrypted
 * and 17 bytes longer, the last one shorter and tagged final. The stream's counter tells chunks that were left out, doubled or
 * moved. The backup's key is BLAKE2b-256 of a label under the workspace's key. A record is its kind (1 byte), its length (4, little-endian)
 * and its bytes. */
#include "svc/backup_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define STREAM(name) crypto_secretstream_xchacha20poly1305_##name
enum {
	CHUNK = 64 * 1024,
	SEALED = CHUNK + STREAM(ABYTES),
	ID = 32,
	CHECK = 16,
	STREAM_AT = 8 + ID,
	CHECK_AT = STREAM_AT + STREAM(HEADERBYTES),
	HEAD = CHECK_AT + CHECK,
	RECORD_HEAD = 5
};
static const char MAGIC[] = "SIAPBAK1";

typedef struct Head {
	unsigned char bytes[HEAD];
} Head;

static bool
key_of(const Env *env, Str id, unsigned char out[32], Err *err)
{
	static const unsigned char label[] = "siap backup v1";
	unsigned char key[32];
	Workspace w = {.env = env, .id = id};
	NEED(sodium_init() >= 0);
	if (!workspace_key(&w, key, err))
		return false;
	crypto_generichash(out, 32, label, sizeof label - 1, key, sizeof key);
	sodium_memzero(key, sizeof key);
	return true;
}

static void
head_check(const Head *h, const unsigned char key[32], unsigned char out[CHECK])
{
	crypto_generichash(out, CHECK, h->bytes, CHECK_AT, key, 32);
}

/* ---- out ---- */

struct BackupOut {
	Arena mem;
	int fd;
	const char *path;
	STREAM(state) state;
	Buf plain;
	unsigned char *sealed;
};

static bool
chunk_write(BackupOut *o, Str plain, bool last, Err *err)
{
	unsigned long long n;
	NEED(STREAM(push)(&o->state, o->sealed, &n, (const unsigned char *)plain.p, plain.n, NULL, 0,
			 last ? STREAM(TAG_FINAL) : STREAM(TAG_MESSAGE)) == 0);
	return fd_write_all(o->fd, (Str){(const char *)o->sealed, n}, err);
}

/* Full chunks go out; the last one is written at the end, even when it is empty. */
static bool
chunks_write(BackupOut *o, Err *err)
{
	size_t at = 0;
	if (!buf_check(&o->plain, err))
		return false;
	for (; o->plain.n - at > CHUNK; at += CHUNK)
		if (!chunk_write(o, (Str){o->plain.p + at, CHUNK}, false, err))
			return false;
	if (at)
		memmove(o->plain.p, o->plain.p + at, o->plain.n - at);
	o->plain.n -= at;
	return true;
}

static bool
head_write(BackupOut *o, const Workspace *w, Err *err)
{
	Head h;
	unsigned char key[32];
	NEED(w->id.n == ID);
	if (!key_of(w->env, w->id, key, err))
		return false;
	memcpy(h.bytes, MAGIC, 8);
	memcpy(h.bytes + 8, w->id.p, ID);
	NEED(STREAM(init_push)(&o->state, h.bytes + STREAM_AT, key) == 0);
	head_check(&h, key, h.bytes + CHECK_AT);
	sodium_memzero(key, sizeof key);
	return fd_write_all(o->fd, (Str){(const char *)h.bytes, HEAD}, err);
}

bool
backup_create(const Workspace *w, const char *path, BackupOut **out, Err *err)
{
	Arena mem;
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	BackupOut *o = NEW(&mem, BackupOut, 1);
	*o = (BackupOut){.path = arena_cstr(&mem, str_of(path)),
		.plain = {.max = RECORD_MOST + CHUNK + RECORD_HEAD}};
	o->sealed = NEW(&mem, unsigned char, SEALED);
	o->mem = mem;
	o->fd = fault_here() ? (errno = EIO, -1)
						 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (o->fd < 0)
		file_error(err, "cannot write '%s': %s", path);
	else if (head_write(o, w, err)) {
		*out = o;
		return true;
	}
	backup_abandon(o);
	return false;
}

bool
backup_add(BackupOut *o, RecordKind kind, Str bytes, Err *err)
{
	if (bytes.n > RECORD_MOST)
		return err_set(err, E_LIMIT, "a row of %zu bytes is too long for a backup", bytes.n);
	buf_byte(&o->plain, (char)kind);
	little_put(&o->plain, bytes.n, 4);
	buf_add(&o->plain, bytes);
	return chunks_write(o, err);
}

bool
backup_finish(BackupOut *o, Err *err)
{
	bool ok = chunk_write(o, buf_str(&o->plain), true, err) && fd_sync(o->fd, err);
	if (!ok) {
		backup_abandon(o);
		return false;
	}
	/* Whoever reads it back shall read the disk. */
	(void)posix_fadvise(o->fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(o->fd);
	o->fd = -1;
	backup_abandon(o);
	return true;
}

void
backup_abandon(BackupOut *o)
{
	if (!o)
		return;
	if (o->fd >= 0) {
		(void)close(o->fd);
		(void)unlink(o->path);
	}
	sodium_memzero(&o->state, sizeof o->state);
	buf_close(&o->plain);
	Arena mem = o->mem;
	arena_close(&mem);
}

/* ---- in ---- */

struct BackupIn {
	Arena mem;
	int fd;
	const char *path;
	Head head;
	STREAM(state) state;
	Buf plain; /* opened and not used yet, from `at` on */
	size_t at;
	unsigned char *sealed, *open;
	bool last; /* the final chunk is opened */
	uint64_t position, size;
};

Str
backup_id(const BackupIn *in)
{
	return (Str){(const char *)in->head.bytes + 8, ID};
}

uint64_t
backup_position(const BackupIn *in)
{
	return in->position;
}

uint64_t
backup_size(const BackupIn *in)
{
	return in->size;
}

bool
backup_damaged(const BackupIn *in, Err *err)
{
	err_set(err, E_INPUT, "'%s' is damaged: from byte %lld on it is not as it was written",
		in->path, (long long)in->position);
	return err_hint(
		err, "take another backup; siap restore --check FILE tells whether one is whole");
}

static bool
bytes_read(BackupIn *in, void *out, size_t n, size_t *got, Err *err)
{
	for (*got = 0; *got < n;) {
		ssize_t r = fault_here() ? (errno = EIO, -1) : read(in->fd, (char *)out + *got, n - *got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return file_error(err, "cannot read '%s': %s", in->path);
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return true;
}

/* Behind the final chunk nothing may stand. */
static bool
chunk_read(BackupIn *in, Err *err)
{
	size_t n, more = 0;
	unsigned long long plain;
	unsigned char tag, byte;
	if (in->last)
		return backup_damaged(in, err);
	if (!bytes_read(in, in->sealed, SEALED, &n, err))
		return false;
	if (n < STREAM(ABYTES) ||
		STREAM(pull)(&in->state, in->open, &plain, &tag, in->sealed, n, NULL, 0) != 0)
		return backup_damaged(in, err);
	in->position += n;
	in->last = tag == STREAM(TAG_FINAL);
	if (in->last && !bytes_read(in, &byte, 1, &more, err))
		return false;
	if (more)
		return backup_damaged(in, err);
	if (in->at)
		memmove(in->plain.p, in->plain.p + in->at, in->plain.n - in->at);
	in->plain.n -= in->at;
	in->at = 0;
	buf_add(&in->plain, (Str){(const char *)in->open, plain});
	return buf_check(&in->plain, err);
}

static bool
want(BackupIn *in, size_t n, Err *err)
{
	while (in->plain.n - in->at < n)
		if (!chunk_read(in, err))
			return false;
	return true;
}

bool
backup_next(BackupIn *in, RecordKind *kind, Str *bytes, bool *more, Err *err)
{
	while (in->plain.n == in->at && !in->last)
		if (!chunk_read(in, err))
			return false;
	*more = in->plain.n > in->at;
	if (!*more)
		return true;
	if (!want(in, RECORD_HEAD, err))
		return false;
	size_t n = (size_t)little_get(in->plain.p + in->at + 1, 4);
	if (n > RECORD_MOST)
		return backup_damaged(in, err);
	if (!want(in, RECORD_HEAD + n, err))
		return false;
	*kind = (RecordKind)in->plain.p[in->at];
	*bytes = (Str){in->plain.p + in->at + RECORD_HEAD, n};
	in->at += RECORD_HEAD + n;
	return true;
}

static bool
key_there(BackupIn *in, const Env *env, Err *err)
{
	Arena tmp = in->mem;
	Str id = backup_id(in);
	if (file_exists(arena_fmt(&tmp, "%s/%.*s.key", env->key_dir, STR(id)).p))
		return true;
	err_set(err, E_DENIED, "the key of workspace %.*s, which this backup is of, is not in '%s'",
		STR(id), env->key_dir);
	return err_hint(err,
		"bring it back with 'siap key restore FILE', or copy the file %.*s.key there", STR(id));
}

static bool
head_read(BackupIn *in, const Env *env, Err *err)
{
	unsigned char key[32], check[CHECK], raw[ID / 2];
	size_t n;
	struct stat st;
	if (!bytes_read(in, in->head.bytes, HEAD, &n, err))
		return false;
	if (n < 8 || memcmp(in->head.bytes, MAGIC, 7) != 0)
		return err_set(err, E_INPUT, "'%s' is no backup of a workspace", in->path);
	if (in->head.bytes[7] != MAGIC[7])
		return err_set(err, E_INPUT, "'%s' was made by a newer Siap", in->path);
	if (n < HEAD || !hex_decode(backup_id(in), raw, sizeof raw))
		return backup_damaged(in, err);
	if (fstat(in->fd, &st) == 0)
		in->size = (uint64_t)st.st_size;
	if (!key_there(in, env, err) || !key_of(env, backup_id(in), key, err))
		return false;
	head_check(&in->head, key, check);
	bool ok = sodium_memcmp(check, in->head.bytes + CHECK_AT, CHECK) == 0 &&
		STREAM(init_pull)(&in->state, in->head.bytes + STREAM_AT, key) == 0;
	sodium_memzero(key, sizeof key);
	in->position = HEAD;
	return ok ||
		err_set(err, E_DENIED,
			"the key of workspace %.*s does not open '%s': it is another key, or the file was changed",
			STR(backup_id(in)), in->path);
}

bool
backup_open(const Env *env, const char *path, BackupIn **out, Err *err)
{
	Arena mem;
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	BackupIn *in = NEW(&mem, BackupIn, 1);
	*in = (BackupIn){.path = arena_cstr(&mem, str_of(path)),
		.plain = {.max = (size_t)RECORD_MOST + 2 * CHUNK + RECORD_HEAD}};
	in->sealed = NEW(&mem, unsigned char, SEALED);
	in->open = NEW(&mem, unsigned char, CHUNK);
	in->mem = mem;
	in->fd = fault_here() ? (errno = EIO, -1) : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		file_error(err, "cannot read '%s': %s", path);
	else if (head_read(in, env, err)) {
		*out = in;
		return true;
	}
	backup_close(in);
	return false;
}

void
backup_close(BackupIn *in)
{
	if (!in)
		return;
	if (in->fd >= 0)
		(void)close(in->fd);
	sodium_memzero(&in->state, sizeof in->state);
	buf_close(&in->plain);
	Arena mem = in->mem;
	arena_close(&mem);
}

/* ---- cells ---- */

void
cell_put(Buf *out, const Cell *c)
{
	static const char letter[] = {
		[DB_NULL] = 'n', [DB_INT] = 'i', [DB_TEXT] = 't', [DB_BLOB] = 'b'};
	NEED(c->type != DB_REAL); /* no table of ours has any */
	buf_byte(out, letter[c->type]);
	if (c->type == DB_INT)
		little_put(out, (uint64_t)c->i, 8);
	if (c->type == DB_TEXT || c->type == DB_BLOB) {
		little_put(out, c->s.n, 4);
		buf_add(out, c->s);
	}
}

static bool
take(Str *rest, size_t n, Str *out)
{
	*out = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->n);
	return out->n == n;
}

bool
cell_get(Str *rest, Cell *out)
{
	Str kind, number;
	if (!take(rest, 1, &kind))
		return false;
	bool text = *kind.p == 't', blob = *kind.p == 'b';
	*out = (Cell){.type = text ? DB_TEXT : blob ? DB_BLOB : *kind.p == 'i' ? DB_INT : DB_NULL};
	if (out->type == DB_NULL)
		return *kind.p == 'n';
	if (!take(rest, out->type == DB_INT ? 8 : 4, &number))
		return false;
	uint64_t v = little_get(number.p, number.n);
	out->i = out->type == DB_INT ? (int64_t)v : 0;
	return out->type == DB_INT || take(rest, v, &out->s);
}
