/* link: a stored version as rows for the linkage engine. */
#include "roll/roll.h"

enum {
	WANTED = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_FAMILY) | ROLL_BIT(ROLL_TPS) |
		ROLL_BIT(ROLL_BIRTH) | ROLL_BIT(ROLL_SEX) | ROLL_BIT(ROLL_NAME) | ROLL_BIT(ROLL_BIRTHPLACE)
};

static LinkTexts
texts_of(const RollSlice *s, RollColumn c)
{
	const RollTexts *t = &s->texts[c - ROLL_NAME];
	return (LinkTexts){t->n, t->at, t->bytes};
}

static bool
slice_read(void *ctx, size_t piece, Arena *a, LinkBatch *out, size_t *first, Err *err)
{
	RollSlice s;
	if (!roll_read(ctx, piece, WANTED, a, &s, err))
		return false;
	uint64_t *village = NEW(a, uint64_t, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		village[i] = s.tps[i] / 1000;
	*first = (size_t)s.first;
	*out = (LinkBatch){.n = s.n,
		.number = s.nik,
		.family = s.family,
		.area = village,
		.birth = s.birth,
		.sex = s.sex,
		.name = s.text[ROLL_NAME - ROLL_NAME],
		.place = s.text[ROLL_BIRTHPLACE - ROLL_NAME],
		.names = texts_of(&s, ROLL_NAME),
		.places = texts_of(&s, ROLL_BIRTHPLACE)};
	return true;
}

LinkSource
roll_source(RollFile *f)
{
	return (LinkSource){
		.rows = (size_t)roll_voters(f), .pieces = roll_slices(f), .read = slice_read, .ctx = f};
}
