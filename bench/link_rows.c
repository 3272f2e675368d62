/* link_rows: the linkage engine alone on a small file of any people, for bench/link_small.sh.
 *   link_rows ROWS.csv PAIRS.csv
 * ROWS: ID,PERSON,LIST,NUMBER,FAMILY,AREA,BIRTH,SEX,NAME,PLACE; BIRTH as 1990-12-31 or 19901231, any cell but ID and LIST may be empty,
 * and numbers that are no digits are taken by their hash. PERSON is not read. PAIRS: id_a,id_b,probability,class, from 0.01 on. */
#include "fmt/fmt.h"
#include "link/link.h"

#include <stdlib.h>

enum {
	ID,
	PERSON,
	LIST,
	NUMBER,
	FAMILY,
	AREA,
	BIRTH,
	SEX,
	NAME,
	PLACE,
	CELLS,
	PIECE = 20000,
	MOST = 1000000,
	TEXT = 96
};

typedef struct Someone {
	uint64_t number, family, area;
	int32_t birth;
	uint8_t sex;
	uint32_t id;
	char name[TEXT], place[TEXT];
} Someone;
typedef struct People {
	Arena a;
	Someone *v;
	size_t n, other;
} People;

/* Digits as they are, anything else by its hash: 0 is unknown. */
static uint64_t
number_of(Str s)
{
	int64_t v = 0;
	uint64_t sum;
	if (!s.n || (str_is_digits(s) && s.n <= 16 && str_int(s, &v)))
		return (uint64_t)v;
	Sha256 hash = sha256(s);
	memcpy(&sum, &hash, sizeof sum);
	return sum % UINT64_C(9999999999999999) + 1;
}

static int32_t
birth_of(Str s)
{
	char digit[9] = "";
	size_t n = 0;
	int64_t v = 0;
	int32_t days;
	for (size_t i = 0; i < s.n && n < 8; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digit[n++] = s.p[i];
	if (n < 8 || !str_int((Str){digit, n}, &v) ||
		!date_make((int)(v / 10000), (int)(v / 100 % 100), (int)(v % 100), &days))
		return INT32_MIN;
	return days;
}

static bool
people_read(const char *path, People *p, Err *err)
{
	AUTO(CsvP) csv = NULL;
	CsvRow row;
	bool more;
	if (!arena_open(&p->a, MOST * sizeof(Someone) + ((size_t)1 << 30), err) ||
		!csv_open_file(path, &csv, err) || !csv_next(csv, &row, &more, err))
		return false;
	p->v = NEW(&p->a, Someone, MOST);
	while (csv_next(csv, &row, &more, err) && more) {
		if (row.n != CELLS || p->n == MOST)
			return err_set(err, E_INPUT, "row %zu: not %d cells, or too many rows", row.row, CELLS);
		Someone *s = &p->v[p->n++];
		s->number = number_of(row.cell[NUMBER]);
		s->family = number_of(row.cell[FAMILY]);
		s->area = number_of(row.cell[AREA]);
		s->birth = birth_of(row.cell[BIRTH]);
		s->sex = (uint8_t)number_of(row.cell[SEX]);
		s->id = (uint32_t)number_of(row.cell[ID]);
		snprintf(s->name, TEXT, "%.*s", STR(row.cell[NAME]));
		snprintf(s->place, TEXT, "%.*s", STR(row.cell[PLACE]));
		if (str_eq(row.cell[LIST], S("0")))
			p->other = p->n;
	}
	return !more;
}

static LinkTexts
texts_make(const Someone *v, size_t n, bool places, Arena *a)
{
	uint32_t *at = NEW(a, uint32_t, n + 1);
	char *bytes = NEW(a, char, n *TEXT);
	for (size_t i = 0; i < n; i++) {
		const char *text = places ? v[i].place : v[i].name;
		size_t length = strlen(text);
		memcpy(bytes + at[i], text, length);
		at[i + 1] = at[i] + (uint32_t)length;
	}
	return (LinkTexts){(uint32_t)n, at, bytes};
}

static bool
piece_read(void *ctx, size_t piece, Arena *a, LinkBatch *out, size_t *first, Err *err)
{
	(void)err;
	const People *p = ctx;
	*first = piece * PIECE;
	const Someone *v = p->v + *first;
	size_t n = p->n - *first < PIECE ? p->n - *first : PIECE;
	uint64_t *number = NEW(a, uint64_t, n), *family = NEW(a, uint64_t, n),
			 *area = NEW(a, uint64_t, n);
	int32_t *birth = NEW(a, int32_t, n);
	uint8_t *sex = NEW(a, uint8_t, n);
	uint16_t *which = NEW(a, uint16_t, n);
	for (size_t i = 0; i < n; i++) {
		number[i] = v[i].number;
		family[i] = v[i].family;
		area[i] = v[i].area;
		birth[i] = v[i].birth;
		sex[i] = v[i].sex;
		which[i] = (uint16_t)i;
	}
	*out = (LinkBatch){n, number, family, area, birth, sex, which, which,
		texts_make(v, n, false, a), texts_make(v, n, true, a)};
	return true;
}

static bool
link_people(People *p, const char *path, Err *err)
{
	AUTO(LinkSetP) set = NULL;
	AUTO(Buf) out = {.max = (size_t)1 << 30};
	LinkSource source = {p->n, (p->n + PIECE - 1) / PIECE, p->other, piece_read, p};
	LinkOptions o = {.keys = LINK_LOOSE, .threads = work_threads(), .least = 0.01};
	LinkReport r;
	if (!link_open(&source, o.threads, &set, err) || !link_run(set, &o, &p->a, &r, err))
		return false;
	buf_add(&out, S("id_a,id_b,probability,class\n"));
	for (size_t i = 0; i < r.n; i++)
		buf_fmt(&out, "%u,%u,%.6f,%s\n", p->v[r.pair[i].a].id, p->v[r.pair[i].b].id,
			(double)r.pair[i].probability, r.pair[i].class == LINK_SAME ? "same" : "other");
	return buf_check(&out, err) && file_write_atomic(path, buf_str(&out), 0600, err);
}

int
main(int argc, char **argv)
{
	Err err = {0};
	People p = {0};
	if (argc != 3) {
		fprintf(stderr, "usage: link_rows ROWS.csv PAIRS.csv\n");
		return 64;
	}
	bool ok = people_read(argv[1], &p, &err) && link_people(&p, argv[2], &err);
	arena_close(&p.a);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	return !ok;
}
