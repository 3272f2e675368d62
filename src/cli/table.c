/* table: rows in columns on a terminal, measured in terminal columns, shrunk where allowed until they fit. */
#include "cli/cli.h"

Table
table_new(Cli *cli)
{
	return (Table){.cli = cli};
}

void
table_column(Table *t, const char *head, ColumnKind kind, int least)
{
	NEED(t->n_columns < sizeof t->column / sizeof t->column[0] && t->n_rows == 0 && !t->cell);
	t->column[t->n_columns++] = (Column){head, kind, least};
}

void
table_add(Table *t, const char *cell)
{
	if (t->n_rows == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 256;
		Str *more = NEW(&t->cli->a, Str, cap);
		if (t->cap)
			memcpy(more, t->cell, t->cap * sizeof *more);
		t->cell = more;
		t->cap = cap;
	}
	t->cell[t->n_rows++] = str_of(cell);
}

static size_t
step(Str s, size_t at)
{
	at++;
	while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Where the longest start of s with at most `width` terminal columns ends. */
static size_t
start_of(Str s, size_t width)
{
	size_t keep = 0, next = 0;
	while (next < s.n) {
		next = step(s, next);
		if (utf8_width((Str){s.p, next}) > width)
			break;
		keep = next;
	}
	return keep;
}

Str
text_fit(Cli *cli, Str s, size_t width, size_t tail)
{
	size_t full = utf8_width(s);
	if (full <= width)
		return s;
	if (width < tail + 2)
		tail = 0;
	size_t keep = start_of(s, width ? width - 1 - tail : 0),
		   end = tail ? start_of(s, full - tail) : s.n;
	return arena_fmt(
		&cli->a, "%.*s%s%.*s", (int)keep, s.p, cli->utf8 ? "…" : ".", (int)(s.n - end), s.p + end);
}

void
text_wrap(Cli *cli, Str s, size_t indent)
{
	size_t width = (size_t)cli->env.width > indent + 20 ? (size_t)cli->env.width - indent : 20,
		   column = 0;
	for (Str word; s.n;) {
		str_cut(s, ' ', &word, &s);
		size_t n = utf8_width(word);
		if (column > 0 && column + 1 + n > width) {
			cli_say(cli, "\n%*s", (int)indent, "");
			column = 0;
		}
		cli_say(cli, "%s%.*s", column ? " " : "", STR(word));
		column += n + (column > 0);
	}
	cli_say(cli, "\n");
}

static size_t
lines_of(const Column *c)
{
	size_t n = *c->head != '\0';
	for (const char *p = c->head; *p; p++)
		n += *p == '\n';
	return n;
}

/* 0 when no column has a head. */
static size_t
head_lines(const Table *t)
{
	size_t most = 0;
	for (size_t c = 0; c < t->n_columns; c++)
		most = lines_of(&t->column[c]) > most ? lines_of(&t->column[c]) : most;
	return most;
}

/* Line `line` of `lines`: short heads stand on the last lines. */
static Str
head_line(const Column *c, size_t line, size_t lines)
{
	Str rest = str_of(c->head), part = {0};
	size_t skip = lines - lines_of(c);
	for (size_t i = skip; i <= line; i++)
		str_cut(rest, '\n', &part, &rest);
	return part;
}

enum { BAR_WIDTH = 10 };

/* Widths, and the blanks between columns: two where there is room. */
static int
measure(const Table *t, size_t width, size_t *w)
{
	size_t total = t->n_columns - 1, lines = head_lines(t);
	for (size_t c = 0; c < t->n_columns; c++) {
		w[c] = t->column[c].kind == COLUMN_BAR ? BAR_WIDTH : 0;
		for (size_t i = 0; i < lines; i++) {
			size_t n = utf8_width(head_line(&t->column[c], i, lines));
			w[c] = n > w[c] ? n : w[c];
		}
		for (size_t i = c; i < t->n_rows && t->column[c].kind != COLUMN_BAR; i += t->n_columns) {
			size_t n = utf8_width(t->cell[i]);
			w[c] = n > w[c] ? n : w[c];
		}
		total += w[c];
	}
	if (total + t->n_columns - 1 <= width)
		return 2;
	/* The column that has most to give gives first. */
	while (total > width) {
		size_t best = t->n_columns, most = 0;
		for (size_t c = 0; c < t->n_columns; c++) {
			size_t least = (size_t)t->column[c].least;
			size_t give = least && w[c] > least ? w[c] - least : 0;
			if (give > most) {
				most = give;
				best = c;
			}
		}
		if (best == t->n_columns)
			break;
		w[best]--;
		total--;
	}
	return 1;
}

/* Full only at the whole: eighths rounded down. */
static void
bar(const Cli *cli, Str cell, size_t width, Buf *out)
{
	static const char *const part[] = {"░", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	int64_t share;
	if (!str_int(cell, &share)) {
		buf_fmt(out, "%*s", (int)width, "");
		return;
	}
	size_t eighths = (size_t)share * width * 8 / 10000, full = eighths / 8;
	for (size_t i = 0; i < width; i++)
		buf_add(out,
			cli->utf8      ? str_of(i < full     ? "█"
									 : i == full ? part[eighths % 8]
												 : "░")
				: i < full ? S("#")
						   : S("."));
}

static void
cell_print(const Table *t, size_t c, Str text, size_t width, Buf *out)
{
	const Column *col = &t->column[c];
	Str fit = text_fit(t->cli, text, width, col->kind == COLUMN_NAME ? width / 3 : 0);
	size_t pad = width - utf8_width(fit);
	if (col->kind == COLUMN_RIGHT)
		buf_fmt(out, "%*s", (int)pad, "");
	buf_add(out, fit);
	if (col->kind != COLUMN_RIGHT)
		buf_fmt(out, "%*s", (int)pad, "");
}

static void
line_end(const Table *t, char after, Buf *out)
{
	while (out->n > 0 && out->p[out->n - 1] == ' ')
		out->n--;
	buf_fmt(out, "%s\n", paint(t->cli, after));
}

void
table_print(const Table *t, int width)
{
	size_t w[sizeof t->column / sizeof t->column[0]] = {0};
	NEED(t->n_columns > 0 && t->n_rows % t->n_columns == 0);
	int gap = measure(t, (size_t)width, w);
	AUTO(Buf) out = {0};
	for (size_t i = 0, lines = head_lines(t); i < lines; i++) {
		buf_fmt(&out, "%s", paint(t->cli, 'd'));
		for (size_t c = 0; c < t->n_columns; c++) {
			buf_fmt(&out, "%*s", c ? gap : 0, "");
			cell_print(t, c, head_line(&t->column[c], i, lines), w[c], &out);
		}
		line_end(t, '.', &out);
	}
	for (size_t i = 0; i < t->n_rows; i++) {
		size_t c = i % t->n_columns;
		buf_fmt(&out, "%*s", c ? gap : 0, "");
		if (t->column[c].kind == COLUMN_BAR)
			bar(t->cli, t->cell[i], w[c], &out);
		else
			cell_print(t, c, t->cell[i], w[c], &out);
		if (c + 1 == t->n_columns)
			line_end(t, 0, &out);
		if (c + 1 == t->n_columns && (out.n > 60000 || i + 1 == t->n_rows)) {
			t->cli->starved |= out.failed;
			cli_put(t->cli, buf_str(&out));
			buf_clear(&out);
		}
	}
}
