/* Named SQL: a file of `-- name: x` blocks. */
#include <string.h>

#include "db/db.h"

static bool
name_good(Str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool later = i > 0 && ((c >= '0' && c <= '9') || c == '_');
		if (!(c >= 'a' && c <= 'z') && !later)
			return false;
	}
	return name.n > 0;
}

/* Takes the next line off *rest; *name is what follows `-- name:`, p == NULL on any other line. */
static Str
line_next(Str *rest, Str *name)
{
	Str line;
	str_cut(*rest, '\n', &line, rest);
	line = str_trim(line);
	bool head = str_starts(line, S("-- name:"));
	*name = head ? str_trim(str_slice(line, strlen("-- name:"), line.n)) : (Str){0};
	return line;
}

static size_t
blocks_count(Str bytes)
{
	size_t n = 0;
	Str name;
	while (bytes.n > 0) {
		line_next(&bytes, &name);
		n += name.p != NULL;
	}
	return n;
}

static bool
block_begin(SqlFile *f, Str file_name, int at, Str name, Err *err)
{
	if (!name_good(name))
		return err_set(err, E_INPUT, "%.*s:%d: '%.*s' is not a statement name: use a-z, 0-9 and _",
			STR(file_name), at, STR(name));
	if (map_get(&f->by_name, name, NULL))
		return err_set(err, E_INPUT,
			"%.*s:%d: statement '%.*s' is in this file already: give each its own name",
			STR(file_name), at, STR(name));
	map_set(&f->by_name, name, f->n++);
	return true;
}

/* Whether the block holds more than blanks and comment lines. */
static bool
block_says_something(Str text)
{
	while (text.n > 0) {
		Str name;
		Str line = line_next(&text, &name);
		if (line.n > 0 && !str_starts(line, S("--")))
			return true;
	}
	return false;
}

static bool
block_end(SqlFile *f, Str file_name, int at, Str text, Err *err)
{
	if (f->n == 0 && block_says_something(text))
		return err_set(err, E_INPUT,
			"%.*s: text stands before the first '-- name:' line: name that statement",
			STR(file_name));
	if (f->n == 0)
		return true;
	if (!block_says_something(text))
		return err_set(err, E_INPUT,
			"%.*s:%d: a '-- name:' line without a statement: write one or remove the name",
			STR(file_name), at);
	f->text[f->n - 1] = str_trim(text);
	return true;
}

bool
sql_file_parse(Str file_name, Str bytes, Arena *a, SqlFile *out, Err *err)
{
	SqlFile f = {.by_name = map_new(a), .text = NEW(a, Str, blocks_count(bytes) + 1)};
	Str rest = bytes, block = {bytes.p, 0};
	int line = 0, head = 0;
	while (rest.n > 0) {
		Str before = rest, name;
		line_next(&rest, &name);
		line++;
		if (!name.p) {
			block.n += before.n - rest.n;
			continue;
		}
		if (!block_end(&f, file_name, head, block, err) ||
			!block_begin(&f, file_name, line, name, err))
			return false;
		block = (Str){rest.p, 0};
		head = line;
	}
	if (!block_end(&f, file_name, head, block, err))
		return false;
	*out = f;
	return true;
}

Str
sql_named(const SqlFile *f, const char *name)
{
	uint64_t i = 0;
	if (!map_get(&f->by_name, str_of(name), &i))
		need_failed(name, __FILE__, __LINE__);
	return f->text[i];
}
