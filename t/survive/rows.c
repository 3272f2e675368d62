/* rows: random rows of several datasets, two of them with private fields. */
#include "survive.h"

static const char *const names[DATASETS] = {
	"tps", "officer", "delivery", "roll_count", "officer_count"};
static const char *const items[] = {"ballot_box", "booth", "ink", "ballot_governor", "form_set"};

const Dataset *
survive_dataset(const Catalog *c, int i)
{
	const Dataset *d = catalog_dataset(c, str_of(names[i]));
	NEED(d && d->n_fields <= CELLS);
	return d;
}

int
survive_dataset_of(Str name)
{
	int i = DATASETS - 1;
	while (i >= 0 && !str_eq(name, str_of(names[i])))
		i--;
	return i;
}

typedef struct Maker {
	const Dataset *d;
	uint64_t *state;
	Row *row;
} Maker;

static void PRINTF(3, 4) cell(Maker *m, const char *field, const char *fmt, ...)
{
	const Field *f = dataset_field(m->d, str_of(field));
	NEED(f);
	va_list v;
	va_start(v, fmt);
	NEED(vsnprintf(m->row->cell[f - m->d->field], CELL, fmt, v) < CELL);
	va_end(v);
}

static int
below(Maker *m, int n)
{
	return (int)lot_below(m->state, n);
}

static unsigned long long
serial(Maker *m)
{
	return (unsigned long long)lot(m->state);
}

static void
make_tps(Maker *m)
{
	cell(m, "number", "%03d", below(m, 1000));
	cell(m, "kind", "%s", below(m, 2) ? "regular" : "special");
	cell(m, "latitude", "-1.%06d", below(m, 1000000));
	cell(m, "longitude", "103.%06d", below(m, 1000000));
	cell(m, "hard_access", "%d", below(m, 2));
	cell(m, "contact", "+62 811 %07d", below(m, 10000000));
}

static void
make_officer(Maker *m)
{
	cell(m, "role", "kpps");
	cell(m, "seat", "%d", 1 + below(m, 4));
	cell(m, "name", "Nama Contoh %llx", serial(m));
	cell(m, "nik", "99%06d%07d1", below(m, 1000000),
		below(m, 10000000)); /* ...000 looks rounded by Excel */
	cell(m, "phone", "+62 812 %07d", below(m, 10000000));
	cell(m, "sworn_in", "2024-11-%02d", 1 + below(m, 30));
	cell(m, "healthy", "%d", below(m, 2));
}

static void
make_delivery(Maker *m)
{
	cell(m, "item", "%s", items[below(m, 5)]);
	cell(m, "packed", "%d", below(m, 1000));
	cell(m, "sent", "%d", below(m, 1000));
	cell(m, "received", "%d", below(m, 1000));
	cell(m, "damaged", "%d", below(m, 10));
	cell(m, "at", "2024-11-25T%02d:%02d+07:00", below(m, 24), below(m, 60));
	cell(m, "note", "catatan %llx", serial(m));
}

static void
make_roll_count(Maker *m)
{
	static const char *const versions[] = {"provisional", "revised", "final"};
	cell(m, "version", "%s", versions[below(m, 3)]);
	cell(m, "male", "%d", below(m, 500));
	cell(m, "female", "%d", below(m, 500));
	cell(m, "total", "%d", below(m, 1000));
	cell(m, "decision", "SK %llx", serial(m));
}

static void
make_officer_count(Maker *m)
{
	cell(m, "role", "%s", below(m, 2) ? "kpps" : "linmas");
	cell(m, "filled", "%d", below(m, 1000));
	cell(m, "sworn_in", "%d", below(m, 1000));
	cell(m, "trained", "%d", below(m, 1000));
}

static void (*const make[DATASETS])(Maker *) = {
	make_tps, make_officer, make_delivery, make_roll_count, make_officer_count};

void
row_choose(const Catalog *c, uint64_t *state, Row *out)
{
	*out = (Row){.dataset = (int)lot_below(state, DATASETS)};
	Maker m = {survive_dataset(c, out->dataset), state, out};
	/* Half of the rows are of few stations, so that several writers meet at one row. */
	cell(&m, "tps", VILLAGE "%03d", 1 + below(&m, below(&m, 2) ? STATIONS : 3));
	make[out->dataset](&m);
	out->closing =
		out->dataset > 0 && below(&m, 8) == 0; /* a closed station would refuse the others' rows */
}

void
row_change(const Catalog *c, uint64_t *state, Row *row)
{
	Row before = *row;
	Maker m = {survive_dataset(c, row->dataset), state, row};
	make[row->dataset](&m);
	for (size_t k = 0; k < m.d->n_key; k++)
		memcpy(row->cell[m.d->key[k]], before.cell[m.d->key[k]], CELL);
}
