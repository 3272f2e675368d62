/* unit: what unit tests share: readable failures, functions that must abort, a main that reruns one
 * test by name. */
#ifndef SIAP_T_UNIT_H
#define SIAP_T_UNIT_H

#include "base/base.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static Err err __attribute__((unused));

/* Prints the error that a test did not expect. */
#define OK(call)                                                              \
	do {                                                                      \
		err = (Err){0};                                                       \
		if (!(call)) {                                                        \
			print_error("%s: %s: %s\n", #call, err_name(err.code), err.text); \
			fail();                                                           \
		}                                                                     \
	} while (0)
/* The call fails with this code and a sentence that holds these words. */
#define REFUSED(call, want, words)                                                                \
	do {                                                                                          \
		err = (Err){0};                                                                           \
		bool done_ = (call);                                                                      \
		if (done_ || err.code != (want) || !strstr(err.text, words)) {                            \
			print_error("%s: expected %s: ...%s..., came %s: %s\n", #call, err_name(want), words, \
				done_ ? "success" : err_name(err.code), err.text);                                \
			fail();                                                                               \
		}                                                                                         \
	} while (0)
#define SAME(str, text)                                                           \
	do {                                                                          \
		Str got_ = (str), want_ = str_of(text);                                   \
		if (!str_eq(got_, want_)) {                                               \
			print_error("expected '%.*s', came '%.*s'\n", STR(want_), STR(got_)); \
			fail();                                                               \
		}                                                                         \
	} while (0)
/* The function ends the process by abort(). */
#define ABORTS(f) assert_true(aborts_(f))

static inline bool
aborts_(void (*f)(void))
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		signal(SIGABRT, SIG_DFL);
		f();
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* `build/obj/t/test_csv quoted_*` runs the tests of that name alone. */
#define UNIT_MAIN(tests, setup, teardown)                      \
	int main(int argc, char **argv)                            \
	{                                                          \
		if (argc > 1)                                          \
			cmocka_set_test_filter(argv[1]);                   \
		return cmocka_run_group_tests(tests, setup, teardown); \
	}

#endif
