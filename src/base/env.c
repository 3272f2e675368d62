/* env: the real clock, randomness and terminal, as main.c hands them down; and embedded files by path. */
#include "base/base.h"

#include <errno.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

static int64_t
now_real(void *ctx)
{
	(void)ctx;
	struct timespec t;
	NEED(clock_gettime(CLOCK_REALTIME, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The demo clock stands still: the same commands give the same output on any day. */
static int64_t demo_now;

static int64_t
now_demo(void *ctx)
{
	(void)ctx;
	return demo_now;
}

static void
random_real(void *ctx, void *out, size_t n)
{
	(void)ctx;
	for (char *p = out; n;) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		NEED(got > 0);
		p += got;
		n -= (size_t)got;
	}
}

static int
width_of(FILE *f)
{
	struct winsize w;
	return ioctl(fileno(f), TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

/* A service may run without HOME: then the account's own folder counts. NULL when there is none at all. */
static const char *
home_dir(void)
{
	const char *home = getenv("HOME");
	if (home && *home)
		return home;
	static char text[1024];
	struct passwd account, *found = NULL;
	if (getpwuid_r(getuid(), &account, text, sizeof text, &found) != 0 || !found ||
		!found->pw_dir[0])
		return NULL;
	return found->pw_dir;
}

static const char *
key_dir(void)
{
	static char path[4096];
	const char *own = getenv("SIAP_KEYS"), *data = getenv("XDG_DATA_HOME"), *home = home_dir();
	if (own && *own)
		return own;
	int n = data && *data ? snprintf(path, sizeof path, "%s/siap/keys", data)
		: home            ? snprintf(path, sizeof path, "%s/.local/share/siap/keys", home)
						  : -1;
	return n > 0 && (size_t)n < sizeof path ? path : NULL;
}

Env
env_real(void)
{
	const char *demo = getenv("SIAP_CLOCK");
	bool is_demo = demo && instant_parse(str_of(demo), 0, &demo_now);
	return (Env){
		.now = is_demo ? now_demo : now_real,
		.now_given = is_demo,
		.random = random_real,
		.key_dir = key_dir(),
		.out = stdout,
		.err = stderr,
		.out_tty = isatty(STDOUT_FILENO) == 1,
		.err_tty = isatty(STDERR_FILENO) == 1,
		.width = width_of(stdout),
	};
}

Str
env_file(const Env *env, const char *path)
{
	size_t low = 0, high = env->n_files;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(path, env->files[mid].path);
		if (order == 0)
			return env->files[mid].bytes;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return (Str){NULL, 0};
}
