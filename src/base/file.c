/* file: whole files in and out, safe against crashes, short writes and full disks. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every call to the system goes through one of these, so that FAULT builds can fail it. */
static bool
fault(int as)
{
	bool hit = fault_here();
	if (hit)
		errno = as;
	return hit;
}

bool
file_error(Err *err, const char *what, const char *path)
{
	int e = errno;
	if (e == ENOSPC || e == EDQUOT) {
		err_set(err, E_IO, "the disk is full");
		return err_hint(err,
			"free some space where '%s' lies and do it again; what was saved before is intact",
			path);
	}
	const char *reason = strerrordesc_np(e);
	return err_set(err, e == ENOENT ? E_NOTFOUND : E_IO, what, path, reason ? reason : "?");
}

static int
open_retry(const char *path, int flags, int mode)
{
	int fd;
	do
		fd = fault(EIO) ? -1 : open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static bool
read_all(int fd, const char *path, size_t max, Buf *b, Err *err)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = fault(EIO) ? -1 : read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return file_error(err, "cannot read '%s': %s", path);
		if (n == 0)
			return true;
		if (b->n + (size_t)n > max)
			return err_set(
				err, E_LIMIT, "'%s' is larger than the %zu bytes allowed here", path, max);
		buf_add(b, (Str){chunk, (size_t)n});
		if (b->failed)
			return err_set(err, E_LIMIT, "no memory to read '%s'", path);
	}
}

bool
file_read(const char *path, size_t max, Arena *a, Str *out, Err *err)
{
	int fd = open_retry(path, O_RDONLY, 0);
	if (fd < 0)
		return file_error(err, "cannot read '%s': %s", path);
	AUTO(Buf) b = {.max = SIZE_MAX / 4};
	bool done = read_all(fd, path, max, &b, err);
	close(fd);
	if (done)
		*out = arena_str(a, buf_str(&b));
	return done;
}

static bool
write_bytes(int fd, Str bytes)
{
	while (bytes.n) {
		ssize_t n = fault(ENOSPC) ? -1 : write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return true;
}

static bool
sync_bytes(int fd)
{
	int r;
	do
		r = fault(EIO) ? -1 : fsync(fd);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

bool
fd_write_all(int fd, Str bytes, Err *err)
{
	return write_bytes(fd, bytes) || file_error(err, "cannot write %s: %s", tr("the output"));
}

bool
fd_sync(int fd, Err *err)
{
	return sync_bytes(fd) || file_error(err, "cannot bring %s to the disk: %s", tr("the output"));
}

/* The name is durable only once the folder that holds it is. */
static bool
sync_folder(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 1;
	if (n >= sizeof folder) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(folder, slash ? path : ".", n);
	folder[n] = '\0';
	int fd = open_retry(folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return false;
	bool done = sync_bytes(fd);
	close(fd);
	return done;
}

static bool
write_and_close(int fd, Str bytes)
{
	bool done = write_bytes(fd, bytes) && sync_bytes(fd);
	int e = errno;
	if (close(fd) != 0 && done)
		return false;
	errno = e;
	return done;
}

bool
file_write_atomic(const char *path, Str bytes, int mode, Err *err)
{
	uint64_t unique;
	char temp[4096];
	NEED(getrandom(&unique, sizeof unique, 0) == (ssize_t)sizeof unique);
	int n = snprintf(temp, sizeof temp, "%s.%016llx.tmp", path, (unsigned long long)unique);
	if (n < 0 || (size_t)n >= sizeof temp)
		return err_set(err, E_INPUT, "the path is too long: '%s'", path);
	int fd = open_retry(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	if (fd < 0)
		return file_error(err, "cannot write '%s': %s", path);
	if (!write_and_close(fd, bytes) || fault(EIO) || rename(temp, path) != 0) {
		file_error(err, "cannot write '%s': %s", path);
		unlink(temp);
		return false;
	}
	return sync_folder(path) || file_error(err, "cannot write '%s': %s", path);
}

bool
file_rename(const char *from, const char *to, Err *err)
{
	if (fault(EIO) || rename(from, to) != 0)
		return file_error(err, "cannot rename '%s': %s", from);
	return sync_folder(to) || file_error(err, "cannot write '%s': %s", to);
}

bool
file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

bool
file_is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
dir_make(const char *path, Err *err)
{
	return dir_make_as(path, 0700, err);
}

bool
dir_make_as(const char *path, int mode, Err *err)
{
	if (!fault(EIO) && mkdir(path, (mode_t)mode) == 0)
		return true;
	struct stat st;
	int e = errno;
	if (e == EEXIST && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return true;
		return err_set(err, E_INPUT, "'%s' is a file, and a folder is needed there", path);
	}
	errno = e;
	return file_error(err, "cannot make the folder '%s': %s", path);
}
