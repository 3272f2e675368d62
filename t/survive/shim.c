/* shim: a SQLite VFS that keeps what was not synced in memory: when the process ends, the power has been cut.
 *
 * Every file has its content as the process sees it (`now`) and the operations that no sync has followed yet. A sync hands these
 * to the real file, in order. Locks and shared memory are those of the real file, content never is: nothing goes around the shim. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512 };

typedef struct Op { /* a write, or (n == 0) a truncation to `at` */
	struct Op *next;
	int64_t at;
	int64_t n;
	unsigned char bytes[];
} Op;

/* One for each path, for as long as the process lives: closing a file syncs nothing. */
typedef struct Disk {
	struct Disk *next;
	char *path;
	unsigned char *now;
	int64_t size, room;
	Op *first, **last; /* not synced */
	/* Of our own, and never closed: closing any descriptor of a file drops the locks that SQLite has on it. */
	int fd;
	bool
		absent; /* deleted, and the folder was not synced: an empty file to those who look after a cut */
} Disk;

typedef struct Handle {
	sqlite3_file base;
	Disk *disk;
	sqlite3_file *real; /* behind this */
} Handle;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all of these */
static Disk *disks;
static Shim how;
static int64_t count;
static bool happened;

static sqlite3_vfs *real; /* the ordinary one */

uint64_t
lot(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15)); /* SplitMix64 */
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t
lot_below(uint64_t *state, int64_t n)
{
	return (int64_t)(lot(state) % (uint64_t)n);
}

/* ---- the disk below ---- */

static void
reach(const Disk *d, const Op *op, int64_t from, int64_t n)
{
	if (op->n == 0)
		NEED(ftruncate(d->fd, op->at) == 0);
	else
		NEED(pwrite(d->fd, op->bytes + from, (size_t)n, op->at + from) == n);
}

static void
forget(Disk *d)
{
	for (Op *op = d->first, *next; op; op = next) {
		next = op->next;
		free(op);
	}
	d->first = NULL;
	d->last = &d->first;
}

static void
sync_disk(Disk *d)
{
	if (how.lies)
		return;
	for (Op *op = d->first; op; op = op->next)
		reach(d, op, 0, op->n);
	forget(d);
}

/* A part of what was not synced: each sector with the probability `keep`. Of several writes to one sector the disk has in the end
 * the last that reached it. */
static void
reach_some(const Disk *d, int keep)
{
	for (const Op *op = d->first; op; op = op->next) {
		int64_t from = 0;
		do {
			int64_t n = SECTOR - (op->at + from) % SECTOR;
			n = n < op->n - from ? n : op->n - from;
			if (lot_below(&how.seed, 1000) < keep)
				reach(d, op, from, n);
			from += n;
		} while (from < op->n);
	}
}

_Noreturn static void
cut(void)
{
	for (const Disk *d = disks; d; d = d->next)
		reach_some(d, how.keep);
	_exit(SHIM_CUT);
}

_Noreturn void
shim_cut(void)
{
	pthread_mutex_lock(&lock);
	cut();
}

/* ---- what was asked to happen ---- */

static ShimEvent
event_now(bool syncing)
{
	bool of_sync = how.event == SHIM_SYNC_FAILS || how.event == SHIM_CUT_SYNC;
	count++;
	if (how.event == SHIM_NOTHING || count < how.at)
		return SHIM_NOTHING;
	if (happened && how.lasting && how.event == SHIM_DISK_FULL)
		return syncing ? SHIM_NOTHING : SHIM_DISK_FULL;
	if (happened && how.lasting)
		return syncing ? SHIM_SYNC_FAILS : of_sync ? SHIM_WRITE_FAILS : how.event;
	if (happened || syncing != of_sync)
		return SHIM_NOTHING;
	happened = true;
	return how.event;
}

int64_t
shim_count(void)
{
	pthread_mutex_lock(&lock);
	int64_t n = count;
	pthread_mutex_unlock(&lock);
	return n;
}

bool
shim_happened(void)
{
	pthread_mutex_lock(&lock);
	bool yes = happened;
	pthread_mutex_unlock(&lock);
	return yes;
}

/* ---- content ---- */

static void
disk_size(Disk *d, int64_t size)
{
	if (size > d->room || !d->now) {
		d->room = 2 * size + SECTOR;
		d->now = realloc(d->now, (size_t)d->room);
		NEED(d->now);
	}
	if (size > d->size)
		memset(d->now + d->size, 0, (size_t)(size - d->size));
	d->size = size;
}

static void
disk_op(Disk *d, const void *bytes, int64_t n, int64_t at)
{
	Op *op = malloc(sizeof *op + (size_t)n);
	NEED(op);
	*op = (Op){.at = at, .n = n};
	if (n)
		memcpy(op->bytes, bytes, (size_t)n);
	*d->last = op;
	d->last = &op->next;
}

static void
disk_write(Disk *d, const void *bytes, int64_t n, int64_t at)
{
	if (n == 0)
		return;
	if (at + n > d->size)
		disk_size(d, at + n);
	memcpy(d->now + at, bytes, (size_t)n);
	disk_op(d, bytes, n, at);
}

static void
disk_load(Disk *d)
{
	struct stat st;
	forget(d);
	d->fd = open(d->path, O_RDWR | O_CLOEXEC);
	NEED(d->fd >= 0 && fstat(d->fd, &st) == 0);
	d->size = 0;
	disk_size(d, st.st_size);
	for (int64_t at = 0; at < d->size;) {
		ssize_t n = pread(d->fd, d->now + at, (size_t)(d->size - at), at);
		NEED(n > 0);
		at += n;
	}
}

static Disk *
disk_find(const char *path)
{
	Disk *d = disks;
	while (d && strcmp(d->path, path) != 0)
		d = d->next;
	return d;
}

/* The file exists by now. */
static Disk *
disk_get(const char *path)
{
	struct stat ours, there;
	Disk *d = disk_find(path);
	if (!d) {
		d = calloc(1, sizeof *d);
		NEED(d && (d->path = strdup(path)) != NULL);
		d->last = &d->first;
		d->next = disks;
		disks = d;
		disk_load(d);
	}
	NEED(fstat(d->fd, &ours) == 0 && stat(path, &there) == 0);
	if (ours.st_ino != there.st_ino) /* somebody else removed it and made another */
		disk_load(d);
	d->absent = false;
	return d;
}

/* ---- a file's methods ---- */

static Disk *
disk_of(sqlite3_file *f)
{
	return ((Handle *)f)->disk;
}

static sqlite3_file *
real_of(sqlite3_file *f)
{
	return ((Handle *)f)->real;
}

static int
file_close(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xClose(r);
}

static int
file_get(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
	Disk *d = disk_of(f);
	pthread_mutex_lock(&lock);
	int64_t there = d->size - at < n ? d->size - at : n;
	there = there < 0 ? 0 : there;
	memcpy(out, d->now + at, (size_t)there);
	pthread_mutex_unlock(&lock);
	memset((char *)out + there, 0, (size_t)(n - there));
	return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
failed(int code)
{
	errno = code == SQLITE_FULL ? ENOSPC : EIO;
	return code;
}

static int
file_put(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	Disk *d = disk_of(f);
	int rc = SQLITE_OK;
	pthread_mutex_lock(&lock);
	ShimEvent e = event_now(false);
	int part = e == SHIM_NOTHING                       ? n
		: e == SHIM_WRITE_TEARS || e == SHIM_CUT_WRITE ? (int)lot_below(&how.seed, n)
													   : 0;
	disk_write(d, bytes, part, at);
	if (e == SHIM_CUT_WRITE)
		cut();
	if (e != SHIM_NOTHING)
		rc = e == SHIM_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	pthread_mutex_unlock(&lock);
	return rc == SQLITE_OK ? rc : failed(rc);
}

static int
file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	Disk *d = disk_of(f);
	pthread_mutex_lock(&lock);
	ShimEvent e = event_now(false);
	if (e == SHIM_CUT_WRITE)
		cut();
	if (e == SHIM_NOTHING) {
		disk_size(d, size);
		disk_op(d, NULL, 0, size);
	}
	pthread_mutex_unlock(&lock);
	return e == SHIM_NOTHING ? SQLITE_OK : failed(SQLITE_IOERR_TRUNCATE);
}

/* As on Linux: what a failed sync left behind counts as written, sometimes, and no later sync tries it again. */
static void
sync_badly(Disk *d)
{
	reach_some(d, (int)lot_below(&how.seed, 1001));
	if (lot_below(&how.seed, 2))
		forget(d);
}

static int
file_sync(sqlite3_file *f, int flags)
{
	Disk *d = disk_of(f);
	(void)flags;
	pthread_mutex_lock(&lock);
	ShimEvent e = event_now(true);
	if (e == SHIM_CUT_SYNC)
		cut();
	if (e == SHIM_NOTHING)
		sync_disk(d);
	else
		sync_badly(d);
	pthread_mutex_unlock(&lock);
	return e == SHIM_NOTHING ? SQLITE_OK : failed(SQLITE_IOERR_FSYNC);
}

static int
file_bytes(sqlite3_file *f, sqlite3_int64 *out)
{
	pthread_mutex_lock(&lock);
	*out = disk_of(f)->size;
	pthread_mutex_unlock(&lock);
	return SQLITE_OK;
}

static int
file_lock(sqlite3_file *f, int level)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xLock(r, level);
}

static int
file_unlock(sqlite3_file *f, int level)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xUnlock(r, level);
}

static int
file_locked(sqlite3_file *f, int *out)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xCheckReservedLock(r, out);
}

static int
file_control(sqlite3_file *f, int what, void *arg)
{
	sqlite3_file *r = real_of(f);
	if (what == SQLITE_FCNTL_SIZE_HINT) /* would change the real file */
		return SQLITE_OK;
	return r->pMethods->xFileControl(r, what, arg);
}

static int
file_sector(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xSectorSize(r);
}

static int
file_device(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xDeviceCharacteristics(r);
}

static int
shm_map(sqlite3_file *f, int page, int bytes, int extend, void volatile **out)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xShmMap(r, page, bytes, extend, out);
}

static int
shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xShmLock(r, offset, n, flags);
}

static void
shm_barrier(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);
	r->pMethods->xShmBarrier(r);
}

static int
shm_unmap(sqlite3_file *f, int delete)
{
	sqlite3_file *r = real_of(f);
	return r->pMethods->xShmUnmap(r, delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, /* no memory-mapped content */
	.xClose = file_close,
	.xRead = file_get,
	.xWrite = file_put,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_bytes,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_locked,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

/* ---- the file system's methods ---- */

static int
vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	enum { OURS = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL };
	Handle *h = (Handle *)f;
	(void)v;
	if (!name || !(flags & OURS))
		return real->xOpen(real, name, f, flags, out_flags);
	*h = (Handle){.real = (sqlite3_file *)(h + 1)};
	pthread_mutex_lock(&lock);
	const Disk *d = disk_find(name);
	bool gone = d && d->absent && !(flags & SQLITE_OPEN_CREATE);
	int rc = gone ? SQLITE_CANTOPEN : real->xOpen(real, name, h->real, flags, out_flags);
	if (rc == SQLITE_OK) {
		h->disk = disk_get(name);
		h->base.pMethods = &methods;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

/* A deletion is as lasting as its folder; later syncs of the file that follows in its place bring it to the disk too. */
static int
vfs_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	int rc = SQLITE_OK;
	(void)v;
	pthread_mutex_lock(&lock);
	Disk *d = disk_find(name);
	if (!d)
		rc = real->xDelete(real, name, sync_folder);
	else if (d->absent)
		rc = SQLITE_IOERR_DELETE_NOENT;
	else {
		d->absent = true;
		disk_size(d, 0);
		disk_op(d, NULL, 0, 0);
		if (sync_folder)
			sync_disk(d);
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int
vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v;
	pthread_mutex_lock(&lock);
	const Disk *d = disk_find(name);
	bool known = d && flags == SQLITE_ACCESS_EXISTS;
	if (known)
		*out = !d->absent && d->size > 0;
	pthread_mutex_unlock(&lock);
	return known ? SQLITE_OK : real->xAccess(real, name, flags, out);
}

static int
vfs_path(sqlite3_vfs *v, const char *name, int n, char *out)
{
	(void)v;
	return real->xFullPathname(real, name, n, out);
}

static int
vfs_random(sqlite3_vfs *v, int n, char *out)
{
	(void)v;
	return real->xRandomness(real, n, out);
}

static int
vfs_sleep(sqlite3_vfs *v, int us)
{
	(void)v;
	return real->xSleep(real, us);
}

static int
vfs_time(sqlite3_vfs *v, double *out)
{
	(void)v;
	return real->xCurrentTime(real, out);
}

static int
vfs_time_ms(sqlite3_vfs *v, sqlite3_int64 *out)
{
	(void)v;
	return real->xCurrentTimeInt64(real, out);
}

static int
vfs_error(sqlite3_vfs *v, int n, char *out)
{
	(void)v;
	return real->xGetLastError(real, n, out);
}

void
shim_install(const Shim *plan)
{
	static sqlite3_vfs vfs = {
		.iVersion = 2,
		.zName = "survive",
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_path,
		.xRandomness = vfs_random,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_error,
		.xCurrentTimeInt64 = vfs_time_ms,
	};
	NEED(!real && (real = sqlite3_vfs_find(NULL)) != NULL);
	how = *plan;
	vfs.szOsFile = (int)sizeof(Handle) + real->szOsFile;
	vfs.mxPathname = real->mxPathname;
	NEED(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}
