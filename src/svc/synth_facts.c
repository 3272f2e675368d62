/* synth_facts: the small tables of demo-data/, which travel inside the program, row by row. */
#include "svc/synth_private.h"

typedef struct Bytes { /* of an embedded file, for the CSV reader */
	Str rest;
} Bytes;

static long
bytes_read(void *ctx, char *out, size_t n, Err *err)
{
	Bytes *b = ctx;
	(void)err;
	if (n > b->rest.n)
		n = b->rest.n;
	if (n)
		memcpy(out, b->rest.p, n);
	b->rest = str_slice(b->rest, n, b->rest.n);
	return (long)n;
}

bool
synth_facts(const Env *env, const char *path, SynthFactFn fn, void *ctx, Err *err)
{
	Bytes bytes = {env_file(env, path)};
	AUTO(CsvP) csv = NULL;
	CsvRow row;
	bool more;
	if (!bytes.rest.p)
		return err_set(err, E_BUG, "'%s' is not inside this program", path);
	if (!csv_open_source((CsvSource){bytes_read, &bytes}, &csv, err) ||
		!csv_next(csv, &row, &more, err))
		return err_prefix(err, "%s: ", path);
	for (;;) {
		if (!csv_next(csv, &row, &more, err))
			return err_prefix(err, "%s: ", path);
		if (!more)
			return true;
		if (!fn(ctx, &row, err))
			return err_prefix(err, "%s:%zu: ", path, row.line);
	}
}

bool
synth_number(const CsvRow *row, size_t column, int64_t *out, Err *err)
{
	if (column < row->n && str_int(row->cell[column], out))
		return true;
	return err_set(err, E_INPUT, "column %zu is not a number", column + 1);
}
