/* tidy: what killed processes left behind: files and folders with the number of their process in their names. */
#include "svc/svc_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Killed, and its parent has not looked yet: in a container perhaps nobody ever does. */
static bool
is_zombie(int64_t pid)
{
	char path[40], text[256];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
	if (fd >= 0)
		(void)close(fd);
	size_t at;
	return n > 0 && str_find((Str){text, (size_t)n}, S(") Z"), &at);
}

bool
is_left_behind(Str name, Str before)
{
	int64_t pid;
	Str left, right;
	if (!str_starts(name, before))
		return false;
	str_cut(str_slice(name, before.n, name.n), '.', &left, &right);
	if (!str_int(left, &pid) || pid <= 0 || pid >= INT32_MAX)
		return false;
	return kill((pid_t)pid, 0) != 0 ? errno == ESRCH : is_zombie(pid);
}

/* What is in an open folder; a link is removed, not followed. */
static void
folder_empty(DIR *dir)
{
	for (const struct dirent *e; (e = readdir(dir));) {
		int fd;
		DIR *below;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			unlinkat(dirfd(dir), e->d_name, 0) == 0)
			continue;
		fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		below = fd >= 0 ? fdopendir(fd) : NULL;
		if (!below && fd >= 0)
			(void)close(fd);
		if (!below)
			continue;
		folder_empty(below);
		(void)closedir(below);
		(void)unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
	}
}

void
folder_remove(const char *path)
{
	if (unlink(path) == 0)
		return;
	DIR *dir = opendir(path);
	if (!dir)
		return; /* nothing is lost with what stays */
	folder_empty(dir);
	(void)closedir(dir);
	(void)rmdir(path);
}

void
tidy(const char *dir, Str before, Arena tmp)
{
	DIR *d = opendir(dir);
	if (!d)
		return; /* nothing is lost with what stays */
	for (const struct dirent *e; (e = readdir(d));) {
		Arena one = tmp;
		if (is_left_behind(str_of(e->d_name), before))
			folder_remove(arena_fmt(&one, "%s/%s", dir, e->d_name).p);
	}
	(void)closedir(d);
}

/* ---- parts: what becomes a file or folder once it is whole ---- */

static const char PART[] = ".siap-part.";

const char *
part_begin(const char *path, Arena *a)
{
	Arena tmp = *a;
	const char *slash = strrchr(path, '/');
	const char *dir = slash ? arena_cstr(&tmp, (Str){path, (size_t)(slash - path) + 1}) : ".";
	Str before = arena_fmt(&tmp, "%s%s", slash ? slash + 1 : path, PART);
	tidy(dir, before, tmp);
	return arena_fmt(a, "%s%s%d", path, PART, (int)getpid()).p;
}
