/* other_writer: one more writer beside an import: enters single rows through the local socket until its standard input closes, then
 * prints how long they took: number, median, p99 and longest in milliseconds. */
#include "svc/svc.h"

#include <poll.h>
#include <unistd.h>

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

static bool
stdin_closed(void)
{
	struct pollfd p = {.fd = 0, .events = POLLIN};
	char byte;
	return poll(&p, 1, 0) > 0 && read(0, &byte, 1) <= 0;
}

int
main(int argc, char **argv)
{
	enum { MOST = 1 << 20 };
	Arena a;
	Err err = {0};
	Workspace w;
	Gate *g;
	Env env = env_real();
	if (argc != 3)
		return 64;
	env.files = embedded_files;
	env.n_files = embedded_count;
	int64_t *took = NULL, n = 0;
	if (!arena_open(&a, (size_t)1 << 30, &err) || !workspace_open(&env, argv[1], &a, &w, &err) ||
		!gate_open(&w, &g, &err)) {
		fprintf(stderr, "other_writer: %s\n", err.text);
		return 1;
	}
	if (gate_is_local(g)) {
		fprintf(stderr, "other_writer: started before the import held the workspace\n");
		gate_close(g);
		return 1;
	}
	took = NEW(&a, int64_t, MOST);
	const Dataset *d = catalog_dataset(&w.cat, S("officer_count"));
	Str *text = NEW(&a, Str, d->n_fields);
	Origin o = {.actor = S("bench"), .source = S("web")};
	while (n < MOST && !stdin_closed()) {
		char filled[16];
		snprintf(filled, sizeof filled, "%lld", (long long)(n % 7));
		for (size_t i = 0; i < d->n_fields; i++)
			text[i] = str_eq(d->field[i].name, S("tps")) ? str_of(argv[2])
				: str_eq(d->field[i].name, S("role"))    ? S("kpps")
				: str_eq(d->field[i].name, S("filled"))  ? str_of(filled)
														 : (Str){0};
		int64_t start = clock_us();
		RowRequest r = {.origin = &o, .dataset = d, .text = text};
		if (!gate_enter(g, &r, &err))
			break; /* the import's process has ended */
		took[n++] = clock_us() - start;
	}
	qsort(took, (size_t)n, sizeof *took, by_size);
	if (n == 0) {
		fprintf(stderr, "other_writer: no row entered: %s\n", err.text);
		return 1;
	}
	printf("%lld %.1f %.1f %.1f\n", (long long)n, (double)took[n / 2] / 1e3,
		(double)took[n * 99 / 100] / 1e3, (double)took[n - 1] / 1e3);
	gate_close(g);
	workspace_close(&w);
	arena_close(&a);
	return 0;
}
