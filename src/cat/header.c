/* header: how the columns of a file map onto the fields of a dataset. */
#include "cat/cat_private.h"

Str
header_norm(Arena *a, Str s)
{
	bool plain = true;
	for (size_t i = 0; i < s.n; i++)
		plain &= (unsigned char)s.p[i] < 0x80;
	Str folded = plain ? s : utf8_fold(a, s);
	char *out = NEW(a, char, folded.n + 1);
	size_t n = 0;
	bool gap = false;
	for (size_t i = 0; i < folded.n; i++) {
		unsigned char c = (unsigned char)folded.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 32);
		if (!(c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			gap = true;
			continue;
		}
		if (gap && n)
			out[n++] = '_';
		gap = false;
		out[n++] = (char)c;
	}
	return (Str){out, n};
}

/* A mapping under way. */
typedef struct Mapping {
	const Dataset *d;
	const Str *header;
	Map columns; /* normalised header -> column */
	int *owner;  /* of each column: field index, -1 */
	int *column; /* of each field */
	Arena tmp;
} Mapping;

static bool
columns_read(Mapping *m, size_t n, int *event, Err *err)
{
	*event = -1;
	for (size_t i = 0; i < n; i++) {
		uint64_t other;
		m->owner[i] = -1;
		Str cell = str_trim(m->header[i]);
		if (str_eq(cell, S("_event"))) {
			if (*event >= 0)
				return err_set(err, E_INPUT, "column '_event' occurs twice: columns %d and %zu",
					*event + 1, i + 1);
			*event = (int)i;
			continue;
		}
		Str norm = header_norm(&m->tmp, cell);
		if (norm.n == 0)
			continue;
		if (map_get(&m->columns, norm, &other))
			return err_set(err, E_INPUT, "column '%.*s' occurs twice: columns %zu and %zu",
				STR(brief(cell)), (size_t)other + 1, i + 1);
		map_set(&m->columns, norm, i);
	}
	return true;
}

/* The free column of that (normalised) name, or -1. */
static int
free_column(const Mapping *m, Str norm)
{
	uint64_t at;
	return map_get(&m->columns, norm, &at) && m->owner[at] < 0 ? (int)at : -1;
}

static void
take_column(Mapping *m, size_t field, int column)
{
	m->column[field] = column;
	m->owner[column] = (int)field;
}

/* A column that holds codes by its name: kode_tps, code_tps, tps_code. It wins over a column of the bare name, which in such files
 * often holds a number or a name. */
static void
code_column(Mapping *m, size_t i)
{
	const Field *f = &m->d->field[i];
	Str names[] = {arena_fmt(&m->tmp, "kode_%.*s", STR(f->name)),
		arena_fmt(&m->tmp, "code_%.*s", STR(f->name)),
		arena_fmt(&m->tmp, "%.*s_code", STR(f->name))};
	for (size_t k = 0; k < sizeof names / sizeof names[0] && m->column[i] < 0; k++) {
		int column = free_column(m, names[k]);
		if (column >= 0 && !dataset_field(m->d, names[k]))
			take_column(m, i, column);
	}
}

typedef enum Rank { BY_NAME, BY_LABEL, BY_SYNONYM } Rank;

/* The k-th name by which the field is known at that rank; empty behind the last. */
static Str
known_as(Mapping *m, const Field *f, Rank rank, size_t k)
{
	if (rank == BY_NAME)
		return k == 0 ? f->name : (Str){0};
	if (rank == BY_LABEL)
		return k == 0 ? header_norm(&m->tmp, f->label)
			: k == 1  ? header_norm(&m->tmp, tr_id(f->label))
					  : (Str){0};
	return k < f->n_from ? header_norm(&m->tmp, f->from[k]) : (Str){0};
}

static bool
field_match(Mapping *m, size_t i, Rank rank, Err *err)
{
	const Field *f = &m->d->field[i];
	Str name;
	for (size_t k = 0; (name = known_as(m, f, rank, k)).n; k++) {
		int column = free_column(m, name);
		if (column < 0)
			continue;
		if (m->column[i] < 0)
			take_column(m, i, column);
		else if (f->type != TYPE_AREA)
			return err_set(err, E_INPUT,
				"columns '%.*s' and '%.*s' both hold '%.*s', keep one of them",
				STR(brief(m->header[m->column[i]])), STR(brief(m->header[column])), STR(f->name));
	}
	return true;
}

/* A synonym of an area field comes before its bare name, unless another field claims that column by name or label. */
static void
area_synonym(Mapping *m, const Map *claimed, size_t i)
{
	const Field *f = &m->d->field[i];
	for (size_t k = 0; k < f->n_from && m->column[i] < 0; k++) {
		Str name = header_norm(&m->tmp, f->from[k]);
		int column = free_column(m, name);
		uint64_t by;
		if (column >= 0 && (!map_get(claimed, name, &by) || by == i))
			take_column(m, i, column);
	}
}

static bool
fields_match(Mapping *m, Err *err)
{
	const Dataset *d = m->d;
	Map claimed = map_new(&m->tmp);
	for (size_t i = 0; i < d->n_fields; i++) {
		m->column[i] = -1;
		map_set(&claimed, d->field[i].name, i);
	}
	for (size_t i = 0; i < d->n_fields; i++)
		for (size_t k = 0; k < 2; k++) {
			Str label = known_as(m, &d->field[i], BY_LABEL, k);
			if (!map_get(&claimed, label, NULL))
				map_set(&claimed, label, i);
		}
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].type == TYPE_AREA)
			code_column(m, i);
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].type == TYPE_AREA && m->column[i] < 0)
			area_synonym(m, &claimed, i);
	for (Rank rank = BY_NAME; rank <= BY_SYNONYM; rank++)
		for (size_t i = 0; i < d->n_fields; i++) {
			bool done = d->field[i].type == TYPE_AREA && m->column[i] >= 0;
			if (!done && !field_match(m, i, rank, err))
				return false;
		}
	return true;
}

void
header_count(const Reading *r, const Dataset *d, HeaderMap *m)
{
	m->matched = 0;
	m->missing = NULL;
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (m->column[i] >= 0) {
			m->matched++;
			continue;
		}
		bool supplied = f->default_text.p || (r->pack && pack_preset(r->pack, d->name, f->name).p);
		if (!m->missing && !supplied && (f->key || f->required))
			m->missing = f;
	}
}

bool
header_map(const Reading *r, const Dataset *d, const Header *h, HeaderMap *out, Err *err)
{
	*out = (HeaderMap){.column = NEW(r->a, int, d->n_fields)};
	Mapping m = {.d = d, .header = h->cell, .column = out->column, .tmp = *r->a};
	m.owner = NEW(&m.tmp, int, h->n);
	m.columns = map_new(&m.tmp);
	if (!columns_read(&m, h->n, &out->event, err) || !fields_match(&m, err))
		return false;
	header_count(r, d, out);
	return true;
}

/* What the header says about a dataset: share of its fields in parts per 10,000, 0 when it cannot be fed. */
static size_t
share(const Reading *r, const Dataset *d, const Header *h, Arena tmp)
{
	HeaderMap map;
	Reading scratch = *r;
	size_t keys = 0;
	scratch.a = &tmp;
	if (!header_map(&scratch, d, h, &map, NULL) || map.missing)
		return 0;
	for (size_t k = 0; k < d->n_key; k++)
		keys += map.column[d->key[k]] >= 0;
	return map.matched > keys ? map.matched * 10000 / d->n_fields : 0;
}

size_t
header_recognise(const Reading *r, const Header *h, const Dataset **out, size_t max)
{
	const Catalog *c = r->c;
	Arena tmp = *r->a;
	size_t *score = NEW(&tmp, size_t, c->n_datasets), found = 0;
	const Dataset **best = NEW(&tmp, const Dataset *, c->n_datasets);
	for (size_t i = 0; i < c->n_datasets; i++) {
		const Dataset *d = &c->dataset[i];
		size_t s = share(r, d, h, tmp), at = found;
		if (s == 0)
			continue;
		/* Equal shares stay in catalog order. */
		for (; at > 0 && score[at - 1] < s; at--) {
			score[at] = score[at - 1];
			best[at] = best[at - 1];
		}
		score[at] = s;
		best[at] = d;
		found++;
	}
	size_t given = found < max ? found : max;
	for (size_t i = 0; i < given; i++)
		out[i] = best[i];
	return given;
}
