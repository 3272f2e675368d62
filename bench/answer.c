/* answer: how long a process that holds the board in memory takes for the answer of `siap ready --json`.
 * usage: answer WORKSPACE ANSWERS; writes the answer's bytes to standard output and, on stderr, "board_seconds counting_us cpu_us
 * bytes": the cold start of the board, what is counted once for each board, CPU microseconds and bytes of one answer. */
#include "svc/svc.h"

static Err err;

static void
must(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "answer: %s\n", err.text);
	exit(1);
}

static double
cpu_us(void)
{
	struct timespec t;
	NEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	Arena a;
	Workspace w;
	Board *b;
	Answers an;
	Buf out = {0};
	Env env = env_real();
	int n = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
	if (n < 1)
		return 64;
	env.files = embedded_files;
	env.n_files = embedded_count;
	must(arena_open(&a, (size_t)1 << 32, &err));
	must(workspace_open(&env, argv[1], &a, &w, &err));
	int64_t start = clock_us();
	must(board_open(&w, &b, &err));
	int64_t opened = clock_us();
	answers_new(&w, b, &a, &an);
	int64_t counted = clock_us();
	double cpu = cpu_us();
	for (int i = 0; i < n; i++) {
		buf_clear(&out);
		JsonOut j = jout_new(&out);
		answers_json(&an, 0, 1, &j);
	}
	cpu = (cpu_us() - cpu) / n;
	buf_byte(&out, '\n');
	must(!out.failed);
	fwrite(out.p, 1, out.n, stdout);
	fprintf(stderr, "%.3f %lld %.0f %zu\n", (double)(opened - start) / 1e6,
		(long long)(counted - opened), cpu, out.n);
	board_close(b);
	workspace_close(&w);
	return 0;
}
