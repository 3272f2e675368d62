/* file and env: files are whole or not there, and the process's surroundings come in as base.h says. */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[64];
static Arena arena;

static const char *
at(const char *name)
{
	return arena_fmt(&arena, "%s/%s", folder, name).p;
}

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s", "/tmp/siap-test-file-XXXXXX");
	return mkdtemp(folder) && arena_open(&arena, 8 << 20, NULL) ? 0 : -1;
}

/* How many entries the folder has; `remove` takes them away. */
static int
entries(bool remove)
{
	int n = 0;
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (remove && unlink(at(e->d_name)) != 0)
			rmdir(at(e->d_name));
	}
	closedir(d);
	return n;
}

static int
teardown(void **state)
{
	(void)state;
	entries(true);
	arena_close(&arena);
	return rmdir(folder);
}

/* ---- Files ---- */

static void
what_is_written_is_read(void **state)
{
	(void)state;
	char bytes[70000];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	Str all = {bytes, sizeof bytes}, got;
	OK(file_write_atomic(at("f"), all, 0640, &err));
	OK(file_read(at("f"), sizeof bytes, &arena, &got, &err));
	assert_true(str_eq(all, got));
	assert_int_equal(got.p[got.n], 0);
	struct stat st;
	assert_int_equal(stat(at("f"), &st), 0);
	mode_t mask = umask(0);
	umask(mask);
	assert_int_equal(st.st_mode & 0777, 0640 & ~mask);
	OK(file_write_atomic(at("f"), S("new"), 0600, &err)); /* replaces it */
	OK(file_read(at("f"), 100, &arena, &got, &err));
	SAME(got, "new");
	OK(file_write_atomic(at("f"), S(""), 0600, &err));
	OK(file_read(at("f"), 0, &arena, &got, &err));
	SAME(got, "");
	assert_int_equal(entries(false), 1); /* no temporary file stays */
}

static void
renaming_says_what_failed(void **state)
{
	Str got;
	(void)state;
	OK(file_write_atomic(at("old"), S("x"), 0600, &err));
	const char *from = at("old");
	OK(file_rename(from, at("new"), &err));
	assert_false(file_exists(at("old")));
	OK(file_read(at("new"), 10, &arena, &got, &err));
	SAME(got, "x");
	REFUSED(file_rename(from, at("newer"), &err), E_NOTFOUND, "old'");
}

static void
a_relative_name_works(void **state)
{
	(void)state;
	char before[4096];
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(folder), 0);
	bool done = file_write_atomic("here", S("x"), 0600, &err);
	assert_int_equal(chdir(before), 0);
	assert_true(done);
	assert_true(file_exists(at("here")));
}

static void
reading_is_refused_by_name(void **state)
{
	(void)state;
	Str got;
	REFUSED(file_read(at("none"), 10, &arena, &got, &err), E_NOTFOUND, "none'");
	OK(file_write_atomic(at("f"), S("12345"), 0600, &err));
	OK(file_read(at("f"), 5, &arena, &got, &err));
	REFUSED(file_read(at("f"), 4, &arena, &got, &err), E_LIMIT, "larger than the 4 bytes");
	REFUSED(file_read("/dev/zero", 100000, &arena, &got, &err), E_LIMIT, "'/dev/zero'");
	REFUSED(file_read(folder, 10, &arena, &got, &err), E_IO, "cannot read");
	OK(file_read("/proc/self/stat", 10000, &arena, &got, &err)); /* says it has no size */
	assert_true(got.n > 0);
}

static void
a_failed_write_leaves_the_old_file(void **state)
{
	(void)state;
	Str got;
	REFUSED(file_write_atomic(at("none/f"), S("x"), 0600, &err), E_NOTFOUND, "none/f'");
	OK(dir_make(at("folder"), &err));
	REFUSED(file_write_atomic(at("folder"), S("x"), 0600, &err), E_IO, "folder'");
	assert_int_equal(entries(false), 1);
	char path[5000];
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	REFUSED(file_write_atomic(path, S("x"), 0600, &err), E_INPUT, "too long");
	OK(file_write_atomic(at("f"), S("old"), 0600, &err));
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) { /* a limit of 4 KiB: the write starts and cannot end */
		static char big[100000];
		struct rlimit limit = {4096, 4096};
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(2);
		bool done = file_write_atomic(at("f"), (Str){big, sizeof big}, 0600, &err);
		_exit(!done && err.code == E_IO ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(entries(false), 2); /* the temporary file is gone */
	OK(file_read(at("f"), 10, &arena, &got, &err));
	SAME(got, "old");
}

static void
a_full_disk_is_named(void **state)
{
	(void)state;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	REFUSED(fd_write_all(fd, S("x"), &err), E_IO, "the disk is full");
	assert_non_null(strstr(err.hint, "free some space"));
	close(fd);
}

static void
short_writes_are_finished(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) { /* writes far more than a pipe takes at once */
		static char big[1 << 20];
		memset(big, 'y', sizeof big);
		close(ends[0]);
		_exit(fd_write_all(ends[1], (Str){big, sizeof big}, &err) ? 0 : 1);
	}
	close(ends[1]);
	size_t total = 0;
	char part[3000];
	for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;)
		total += (size_t)n;
	close(ends[0]);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(total, 1 << 20);
}

static void
descriptors_fail_by_name(void **state)
{
	(void)state;
	REFUSED(fd_write_all(-1, S("x"), &err), E_IO, "cannot write");
	REFUSED(fd_sync(-1, &err), E_IO, "cannot bring");
	int fd = open(at("f"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	OK(fd_write_all(fd, S("abc"), &err));
	OK(fd_sync(fd, &err));
	close(fd);
	Str got;
	OK(file_read(at("f"), 10, &arena, &got, &err));
	SAME(got, "abc");
}

static void
folders_are_made_once(void **state)
{
	(void)state;
	struct stat st;
	assert_false(file_exists(at("d")));
	OK(dir_make(at("d"), &err));
	assert_true(file_exists(at("d")));
	assert_int_equal(stat(at("d"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	OK(dir_make(at("d"), &err));                            /* an existing one is fine */
	REFUSED(dir_make(at("e/f"), &err), E_NOTFOUND, "e/f'"); /* one level */
	OK(file_write_atomic(at("file"), S(""), 0600, &err));
	REFUSED(dir_make(at("file"), &err), E_INPUT, "is a file, and a folder is needed");
}

/* ---- Env ---- */

static void
env_gives_time_and_randomness(void **state)
{
	(void)state;
	unsetenv("SIAP_CLOCK");
	Env env = env_real();
	int64_t now = env.now(env.ctx);
	time_t t = time(NULL);
	assert_true(now / 1000 - t <= 2 && t - now / 1000 <= 2);
	unsigned char a[1000] = {0}, b[1000] = {0};
	env.random(env.ctx, a, sizeof a);
	env.random(env.ctx, b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	int count[256] = {0}, kinds = 0;
	for (size_t i = 0; i < sizeof a; i++)
		kinds += count[a[i]]++ == 0;
	assert_true(kinds > 200); /* the last bytes are filled too */
	assert_ptr_equal(env.out, stdout);
	assert_ptr_equal(env.err, stderr);
	assert_null(env.files);
	assert_int_equal(env.n_files, 0);
	assert_null(env.defs_dir);
}

static void
the_demo_clock_stands_still(void **state)
{
	(void)state;
	setenv("SIAP_CLOCK", "2024-11-25T09:10+07:00", 1);
	Env env = env_real();
	assert_true(env.now(env.ctx) == INT64_C(1732500600000));
	assert_true(env.now(env.ctx) == INT64_C(1732500600000));
	setenv("SIAP_CLOCK", "yesterday", 1); /* no instant: the real time */
	env = env_real();
	assert_true(env.now(env.ctx) > INT64_C(1732500600000));
	unsetenv("SIAP_CLOCK");
}

static void
keys_lie_outside_the_workspace(void **state)
{
	(void)state;
	setenv("SIAP_KEYS", "/k", 1);
	setenv("XDG_DATA_HOME", "/x", 1);
	setenv("HOME", "/h", 1);
	assert_string_equal(env_real().key_dir, "/k");
	unsetenv("SIAP_KEYS");
	assert_string_equal(env_real().key_dir, "/x/siap/keys");
	unsetenv("XDG_DATA_HOME");
	assert_string_equal(env_real().key_dir, "/h/.local/share/siap/keys");
	unsetenv("HOME"); /* a service: the account's folder */
	const char *dir = env_real().key_dir;
	assert_non_null(dir);
	assert_true(str_ends(str_of(dir), S("/.local/share/siap/keys")));
}

/* Runs in a child whose output is a terminal of 123 columns, and one whose output is a file. */
static void
the_terminal_is_measured(void **state)
{
	(void)state;
	int status, number, unlocked = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) != 0 ||
		ioctl(master, TIOCGPTN, &number) != 0)
		skip();
	char name[64];
	snprintf(name, sizeof name, "/dev/pts/%d", number);
	for (int terminal = 0; terminal < 2; terminal++) {
		fflush(NULL);
		pid_t pid = fork();
		if (pid == 0) {
			int fd = open(terminal ? name : "/dev/null", O_RDWR | O_NOCTTY);
			struct winsize w = {.ws_col = 123, .ws_row = 40};
			if (fd < 0 || dup2(fd, 1) < 0 || (terminal && ioctl(1, TIOCSWINSZ, &w) != 0))
				_exit(2);
			Env env = env_real();
			_exit(env.out_tty == (terminal == 1) && env.width == (terminal ? 123 : 80) ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	close(master);
}

static void
embedded_files_are_found(void **state)
{
	(void)state;
	const Embedded files[] = {
		{"a", S("1")}, {"areas.txt", S("")}, {"b/c.def", S("3")}, {"z", S("4")}};
	for (size_t n = 0; n <= 4; n++) {
		Env env = {.files = files, .n_files = n};
		for (size_t i = 0; i < 4; i++) {
			Str got = env_file(&env, files[i].path);
			assert_ptr_equal(got.p, i < n ? files[i].bytes.p : NULL);
			assert_int_equal(got.n, i < n ? files[i].bytes.n : 0);
		}
		assert_null(env_file(&env, "b").p);
		assert_null(env_file(&env, "").p);
		assert_null(env_file(&env, "zz").p);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
static const struct CMUnitTest tests[] = {
	T(what_is_written_is_read),
	T(renaming_says_what_failed),
	T(a_relative_name_works),
	T(reading_is_refused_by_name),
	T(a_failed_write_leaves_the_old_file),
	T(a_full_disk_is_named),
	T(short_writes_are_finished),
	T(descriptors_fail_by_name),
	T(folders_are_made_once),
	cmocka_unit_test(env_gives_time_and_randomness),
	cmocka_unit_test(the_demo_clock_stands_still),
	cmocka_unit_test(keys_lie_outside_the_workspace),
	cmocka_unit_test(the_terminal_is_measured),
	cmocka_unit_test(embedded_files_are_found),
};
UNIT_MAIN(tests, NULL, NULL)
