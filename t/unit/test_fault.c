/* fault: in FAULT=1 builds each counted operation fails in turn, and every failure is an Err, never a
 * crash or a leftover; in other builds the environment changes nothing. */
#include "unit.h"

#include "fmt/fmt.h"

#include <dirent.h>

/* 0 done, 1 refused with an error, 2 anything else. */
static int
outcome(bool done)
{
	return done ? 0 : err.code != E_OK && err.text[0] ? 1 : 2;
}

static bool
read_csv(const char *path)
{
	AUTO(CsvP) csv = NULL;
	CsvRow row;
	bool more = true;
	size_t rows = 0;
	if (!csv_open_file(path, &csv, &err))
		return false;
	while (more) {
		if (!csv_next(csv, &row, &more, &err))
			return false;
		rows += more;
	}
	return rows == 2;
}

/* Some of everything that is counted. */
static bool
work(const char *path)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) b = {0};
	Str got;
	Hasher *h;
	if (!arena_open(&a, 1 << 20, &err) || !hasher_open(&h, &err))
		return false;
	hasher_close(h);
	for (int i = 0; i < 40; i++)
		buf_add(&b, S("1571,"));
	buf_add(&b, S("\n1,2\n"));
	if (b.failed)
		return err_set(&err, E_LIMIT, "no memory");
	return file_write_atomic(path, buf_str(&b), 0600, &err) && read_csv(path) &&
		file_read(path, 1000, &a, &got, &err) && str_eq(got, buf_str(&b));
}

/* Runs `work` in a new process with SIAP_FAULT=n; entries left in the folder are counted. */
static int
run(int n, int *left)
{
	char folder[] = "/tmp/siap-test-fault-XXXXXX", path[64], number[16];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/f.csv", folder);
	snprintf(number, sizeof number, "%d", n);
	setenv("SIAP_FAULT", number, 1);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "test_fault", "--work", path, (char *)NULL);
		_exit(3);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unsetenv("SIAP_FAULT");
	*left = 0;
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		*left += e->d_name[0] != '.';
	closedir(d);
	unlink(path);
	assert_int_equal(rmdir(folder), 0); /* no temporary file was left */
	if (!WIFEXITED(status))
		fail_msg("operation %d failing ended the process with status %d", n, status);
	return WEXITSTATUS(status);
}

static void
each_operation_fails_in_turn(void **state)
{
	(void)state;
	int left, n = 1, status;
	while ((status = run(n, &left)) == 1 && n < 200)
		n++;
	assert_int_equal(status, 0); /* past the last one */
	assert_int_equal(left, 1);
#ifdef SIAP_FAULT
	assert_true(n > 12); /* arena, hasher, buffer, open, write, sync, rename, folder, reads */
#else
	assert_int_equal(n, 1);
#endif
	assert_int_equal(run(0, &left), 0); /* not armed */
}

int
main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--work") == 0)
		return outcome(work(argv[2]));
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_operation_fails_in_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
