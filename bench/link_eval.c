/* link_eval: how good a list of likely pairs is, against the truth: precision, recall and F1 over pairs of rows.
 *   link_eval TRUTH.csv PAIRS.csv
 * TRUTH: ID,PERSON and, where two lists are linked, LIST (0 or 1: only pairs across count); IDs are whole numbers of less than 2^32.
 * PAIRS: columns id_a, id_b, probability, and maybe class, of which only `same` counts. Any tool may have written it.
 * Prints a line for each: the threshold (0.50, 0.90, best=T), or groups: all pairs within the groups that pairs of 0.9 and more tie together; then
 * precision, recall, F1, and how many pairs. */
#include "fmt/fmt.h"

#include <stdlib.h>

enum { MOST_IDS = 400000000 };

typedef struct Judged {
	float probability;
	uint32_t a, b;
	bool right;
} Judged;

typedef struct Truth {
	Arena a;
	uint32_t *person; /* by ID; 0: no such row */
	uint8_t *list;
	uint32_t *size[2]; /* rows of a person in each list */
	uint32_t n, people;
	bool two;
	uint64_t pairs;
} Truth;

static void
stop(const Err *err)
{
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static uint32_t
whole(const CsvRow *row, size_t at, uint32_t most)
{
	int64_t v = -1;
	if (at >= row->n || !str_int(row->cell[at], &v) || v < 0 || v > (int64_t)most) {
		fprintf(stderr, "row %zu, cell %zu: not a whole number\n", row->row, at + 1);
		exit(1);
	}
	return (uint32_t)v;
}

static size_t
column(const CsvRow *head, Str name)
{
	for (size_t i = 0; i < head->n; i++)
		if (str_eq(head->cell[i], name))
			return i;
	return SIZE_MAX;
}

static bool
truth_read(const char *path, Truth *t, Err *err)
{
	AUTO(CsvP) csv = NULL;
	CsvRow row;
	bool more;
	if (!arena_open(&t->a, (size_t)MOST_IDS * 16, err) || !csv_open_file(path, &csv, err) ||
		!csv_next(csv, &row, &more, err))
		return false;
	t->two = more && column(&row, S("LIST")) == 2;
	t->person = NEW(&t->a, uint32_t, MOST_IDS);
	t->list = NEW(&t->a, uint8_t, MOST_IDS);
	while (csv_next(csv, &row, &more, err) && more) {
		uint32_t id = whole(&row, 0, MOST_IDS - 1), person = whole(&row, 1, MOST_IDS - 2) + 1;
		t->person[id] = person;
		t->list[id] = t->two ? (uint8_t)whole(&row, 2, 1) : 0;
		t->n = id >= t->n ? id + 1 : t->n;
		t->people = person >= t->people ? person + 1 : t->people;
	}
	return !more;
}

/* Pairs among rows[0] and rows[1] of one person in each list. */
static uint64_t
pairs_of(bool two, uint64_t first, uint64_t second)
{
	return two ? first * second : first * (first - (first > 0)) / 2;
}

static void
truth_count(Truth *t)
{
	for (int l = 0; l < 2; l++)
		t->size[l] = NEW(&t->a, uint32_t, t->people + 1);
	for (uint32_t i = 0; i < t->n; i++)
		if (t->person[i])
			t->size[t->list[i]][t->person[i]]++;
	for (uint32_t p = 0; p < t->people; p++)
		t->pairs += pairs_of(t->two, t->size[0][p], t->size[1][p]);
}

static float
number_of(Str s)
{
	char text[32] = "";
	snprintf(text, sizeof text, "%.*s", STR(s));
	return strtof(text, NULL);
}

static bool
pairs_read(const char *path, const Truth *t, Buf *out, Err *err)
{
	AUTO(CsvP) csv = NULL;
	CsvRow row;
	bool more;
	if (!csv_open_file(path, &csv, err) || !csv_next(csv, &row, &more, err))
		return false;
	size_t a = column(&row, S("id_a")), b = column(&row, S("id_b")),
		   p = column(&row, S("probability")), class = column(&row, S("class"));
	if (!more || a == SIZE_MAX || b == SIZE_MAX || p == SIZE_MAX)
		return err_set(err, E_INPUT, "'%s' has no columns id_a, id_b, probability", path);
	while (csv_next(csv, &row, &more, err) && more) {
		if (class != SIZE_MAX && !str_eq(row.cell[class], S("same")))
			continue;
		Judged j = {.probability = number_of(row.cell[p]),
			.a = whole(&row, a, t->n - 1),
			.b = whole(&row, b, t->n - 1)};
		j.right = t->person[j.a] && t->person[j.a] == t->person[j.b];
		buf_add(out, (Str){(const char *)&j, sizeof j});
	}
	return !more && buf_check(out, err);
}

static int
likelier_first(const void *a, const void *b)
{
	const Judged *p = a, *q = b;
	return p->probability < q->probability ? 1 : p->probability > q->probability ? -1 : 0;
}

/* ---- figures ---- */

static double
f1(uint64_t right, uint64_t said, uint64_t truth)
{
	return said + truth ? 2 * (double)right / (double)(said + truth) : 0;
}

static void
line(const char *what, uint64_t right, uint64_t said, uint64_t truth)
{
	printf("%s %.4f %.4f %.4f %llu\n", what, said ? (double)right / (double)said : 0,
		truth ? (double)right / (double)truth : 0, f1(right, said, truth),
		(unsigned long long)said);
}

static void
at_threshold(const Judged *j, size_t n, float least, uint64_t truth)
{
	char what[16];
	uint64_t right = 0;
	size_t said = 0;
	for (; said < n && j[said].probability >= least; said++)
		right += j[said].right;
	snprintf(what, sizeof what, "%.2f", (double)least);
	line(what, right, said, truth);
}

static void
at_best(const Judged *j, size_t n, uint64_t truth)
{
	char what[32];
	uint64_t right = 0, best_right = 0;
	size_t best = 0;
	for (size_t i = 0; i < n; i++) {
		right += j[i].right;
		if ((i + 1 == n || j[i + 1].probability < j[i].probability) &&
			f1(right, i + 1, truth) > f1(best_right, best, truth)) {
			best = i + 1;
			best_right = right;
		}
	}
	snprintf(what, sizeof what, "best=%.4f", best ? (double)j[best - 1].probability : 1);
	line(what, best_right, best, truth);
}

/* ---- groups ---- */

static uint32_t
group_of(uint32_t *group, uint32_t i)
{
	while (group[i] != i)
		i = group[i] = group[group[i]];
	return i;
}

static int
number_cmp(const void *a, const void *b)
{
	const uint64_t *p = a, *q = b;
	return *p < *q ? -1 : *p > *q;
}

/* Pairs among v[0] to v[n - 1], each with the list in its lowest bit. */
static uint64_t
pairs_among(const Truth *t, const uint64_t *v, size_t n)
{
	uint64_t in[2] = {0};
	for (size_t i = 0; i < n; i++)
		in[v[i] & 1]++;
	return pairs_of(t->two, in[0], in[1]);
}

/* shift: of the part of v that must be equal. */
static uint64_t
pairs_within(const Truth *t, const uint64_t *v, size_t n, int shift)
{
	uint64_t sum = 0;
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && v[to] >> shift == v[from] >> shift;)
			to++;
		sum += pairs_among(t, v + from, to - from);
	}
	return sum;
}

static void
in_groups(Truth *t, const Judged *j, size_t n)
{
	uint32_t *group = NEW(&t->a, uint32_t, t->n);
	uint64_t *v = NEW(&t->a, uint64_t, t->n);
	size_t rows = 0;
	for (uint32_t i = 0; i < t->n; i++)
		group[i] = i;
	for (size_t i = 0; i < n && j[i].probability >= 0.9F; i++) {
		uint32_t x = group_of(group, j[i].a), y = group_of(group, j[i].b);
		group[x < y ? y : x] = x < y ? x : y;
	}
	for (uint32_t i = 0; i < t->n; i++)
		if (t->person[i])
			v[rows++] =
				(uint64_t)group_of(group, i) << 32 | (uint64_t)t->person[i] << 1 | t->list[i];
	qsort(v, rows, sizeof *v, number_cmp);
	line("groups", pairs_within(t, v, rows, 1), pairs_within(t, v, rows, 32), t->pairs);
}

int
main(int argc, char **argv)
{
	Err err = {0};
	Truth t = {0};
	AUTO(Buf) found = {.max = (size_t)16 << 30};
	if (argc != 3) {
		fprintf(stderr, "usage: link_eval TRUTH.csv PAIRS.csv\n");
		return 64;
	}
	if (!truth_read(argv[1], &t, &err) || !pairs_read(argv[2], &t, &found, &err))
		stop(&err);
	truth_count(&t);
	size_t n = found.n / sizeof(Judged);
	Judged *j = NEW(&t.a, Judged, n + 1);
	memcpy(j, found.p, found.n);
	qsort(j, n, sizeof *j, likelier_first);
	at_threshold(j, n, 0.5F, t.pairs);
	at_threshold(j, n, 0.9F, t.pairs);
	at_best(j, n, t.pairs);
	in_groups(&t, j, n);
	arena_close(&t.a);
	return 0;
}
