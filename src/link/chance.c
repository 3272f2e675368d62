/* chance: how many pairs of strangers agree on a key by chance alone (the birthday problem, with unequal frequencies). */
#include "link/link_private.h"

#include <stdlib.h>

enum { ROWS_MOST = 200000 };

static double
pairs_of(double n)
{
	return n * (n - 1) / 2;
}

/* Of n things those of one kind: the share of pairs that they are. */
static double
share_of(double pairs, double n)
{
	return n > 1 ? pairs / pairs_of(n) : 0;
}

static void
births_count(const LinkSet *s, Meeting *m)
{
	enum { DAYS = 12 * 31 };
	for (uint32_t year = 0; year < 10000; year++) {
		double of_year = 0;
		for (uint32_t i = 0; i < DAYS; i++) {
			double n = s->born[year * DAYS + i];
			m->birth += pairs_of(n);
			of_year += n;
		}
		m->year += pairs_of(of_year);
	}
}

typedef struct District {
	uint32_t district, rows;
} District;

static int
district_cmp(const void *a, const void *b)
{
	const District *p = a, *q = b;
	return p->district < q->district ? -1 : p->district > q->district;
}

static void
areas_count(const LinkSet *s, const uint32_t *rows, double n, Arena tmp, Meeting *m)
{
	District *d = NEW(&tmp, District, (size_t)s->n_area + 1);
	double of_district = 0;
	for (uint32_t i = 0; i < s->n_area; i++) {
		d[i] = (District){s->area[i + 1].district, rows[i + 1]};
		m->village += share_of(pairs_of(rows[i + 1]), n);
	}
	qsort(d, s->n_area, sizeof *d, district_cmp);
	for (uint32_t i = 0; i < s->n_area; i++) {
		of_district += d[i].rows;
		if (d[i + 1].district == d[i].district && i + 1 < s->n_area)
			continue;
		m->district += share_of(pairs_of(of_district), n);
		of_district = 0;
	}
}

bool
meeting_count(const LinkSet *s, Meeting *m, Err *err)
{
	enum { LETTERS = 1 << 15 };
	AUTO(Arena) a = {0};
	size_t step = s->n / ROWS_MOST + 1;
	double n = 0, all = (double)s->n;
	*m = (Meeting){.all = pairs_of(all)};
	if (!arena_open(&a, ((size_t)s->n_area + 1) * 16 + LETTERS * 4 + (1 << 16), err))
		return false;
	uint32_t *rows = NEW(&a, uint32_t, (size_t)s->n_area + 1);
	uint32_t *letters = NEW(&a, uint32_t, LETTERS);
	for (size_t i = 0; i < s->n; i += step, n++) {
		rows[s->row[i].area]++;
		letters[s->row[i].three & (LETTERS - 1)]++;
	}
	areas_count(s, rows, n, a, m);
	for (size_t i = 1; i < LETTERS; i++)
		m->letters += share_of(pairs_of(letters[i]), n);
	births_count(s, m);
	m->birth = share_of(m->birth, all);
	m->year = share_of(m->year, all);
	m->name = share_of((double)texts_pairs(&s->names), all);
	m->place = share_of((double)texts_pairs(&s->places), all);
	return true;
}

double
meeting_pairs(const Meeting *m, LinkKey k)
{
	switch (k) {
	case LINK_NUMBER:
		return 0;
	case LINK_BIRTH_LETTERS:
		return m->birth * m->letters * m->all;
	case LINK_NAME_YEAR:
		return m->name * m->year * m->all;
	case LINK_NAME_AREA:
		return m->name * m->village * m->all;
	case LINK_BIRTH_DISTRICT:
		return m->birth * m->district * m->all;
	case LINK_BIRTH:
		return m->birth * m->all;
	case LINK_NAME_BIRTH:
		return m->name * m->birth * m->all;
	case LINK_BIRTH_LETTERS_PLACE:
		return m->birth * m->letters * m->place * m->all;
	case LINK_FAMILY:
	case LINK_TAIL_LETTERS:
	case LINK_KEYS:
		break;
	}
	return -1;
}
