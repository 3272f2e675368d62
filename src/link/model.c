/* model: how probable it is that two rows are one person, learned from the candidates themselves.
 *
 * Candidates of one key are a mixture of pairs of one person and pairs of two (Fellegi and Sunter 1969, J. Am. Stat. Ass. 64:1183), in
 * which the levels of the fields are independent but for one fact each (field_context). Its shares are found by expectation and
 * maximisation (Winkler 1988, Proc. Section on Survey Research Methods, 667). Each key has its own mixture: what two people have in
 * common differs between those who share a family card and those who share a name, and so the weights need no correction for frequent
 * names, dates and places besides their levels. What is believed before any pair is seen (EXPECTED) counts as much as PRIOR pairs. */
#include "link/link_private.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 40, PRIOR = 60, CLEAR = 19 };

/* Of pairs that are one person, how often each level is expected. Assumed, as doc/roll-errors.md; the pairs overrule it. */
static const double EXPECTED[LINK_FIELDS][LEVELS_MOST] = {
	[BY_NAME] = {.2, .2, .15, .1, .1, .02, .08, .06, .02, .02, .01, .01, .005, .02},
	[BY_BIRTH] = {.85, .07, .01, .04, .01, .005, .015},
	[BY_NUMBER] = {.7, .08, .06, .02, .03, .05, .06},
	[BY_PLACE] = {.3, .3, .25, .1, .05},
	[BY_SEX] = {.99, .01},
	[BY_AREA] = {.3, .03, .25, .1, .15, .17},
};

static bool
is_unknown(int field, unsigned level)
{
	return level + 1u >= field_levels[field];
}

static unsigned
field_context(LevelPattern p, int field)
{
	switch ((LinkField)field) {
	case BY_NUMBER: /* neighbours have its area in common, who is born on one day its date */
		return (level_of(p, BY_BIRTH) <= BIRTH_HEAPED) +
			2u * (level_of(p, BY_AREA) <= AREA_DISTRICT);
	case BY_PLACE: /* neighbours are born in one place, and so are those whose numbers begin alike */
		return (level_of(p, BY_AREA) <= AREA_VILLAGE) +
			2u * (level_of(p, BY_NUMBER) == NUMBER_NEXT || level_of(p, BY_NUMBER) == NUMBER_STEM);
	case BY_SEX: /* names tell it */
		return level_of(p, BY_NAME) <= NAME_WITHIN;
	case BY_NAME: /* families share tokens */
		return in_family(p);
	case BY_BIRTH: /* a number holds it */
		return level_of(p, BY_NUMBER) == NUMBER_EQUAL;
	case BY_AREA:
		break;
	}
	return 0;
}

static void
shares_add(Shares *s, LevelPattern p, double times)
{
	for (int f = 0; f < LINK_FIELDS; f++) {
		unsigned level = level_of(p, f);
		if (!is_unknown(f, level))
			s->of[f][field_context(p, f)][level] += times;
	}
}

/* out = (seen + prior) as shares of their sum. prior: shares; weight: so many pairs. */
static void
shares_even(const Shares *seen, const Shares *prior, double weight, Shares *out)
{
	for (int f = 0; f < LINK_FIELDS; f++)
		for (int c = 0; c < CONTEXTS; c++) {
			double sum = 0;
			for (int l = 0; l < LEVELS_MOST; l++)
				sum += out->of[f][c][l] = seen->of[f][c][l] + weight * prior->of[f][c][l];
			for (int l = 0; l < LEVELS_MOST; l++)
				out->of[f][c][l] = sum > 0 ? out->of[f][c][l] / sum : 0;
		}
}

static double
pair_odds(const Weights *w, LevelPattern p)
{
	double odds = w->share / (1 - w->share);
	for (int f = 0; f < LINK_FIELDS; f++) {
		unsigned level = level_of(p, f), c = field_context(p, f);
		if (!is_unknown(f, level))
			odds *= w->m.of[f][c][level] / w->u.of[f][c][level];
	}
	return odds;
}

/* What is believed at first, left out what these candidates never have in common. */
static void
believe(const Shares *all, const Shares *belief, Shares *out)
{
	static const Shares nothing;
	Shares seen = {0};
	for (int f = 0; f < LINK_FIELDS; f++)
		for (int c = 0; c < CONTEXTS; c++)
			for (int l = 0; l < LEVELS_MOST; l++)
				seen.of[f][c][l] = all->of[f][c][l] > 0 ? belief->of[f][c][l] : 0;
	shares_even(&seen, &nothing, 0, out);
}

/* What two people have in common who have nothing to do with each other: half a pair for what was never seen, and where a context is
 * rare the field's shares in all contexts. */
void
shares_apart(Sample sample, Shares *out)
{
	enum { RARE = 50 };
	Shares all = {0}, both = {0};
	double pairs = 1;
	for (size_t i = 0; i < sample.n; i++) {
		shares_add(&all, sample.seen[i].pattern, sample.seen[i].times);
		pairs += sample.seen[i].times;
	}
	for (int f = 0; f < LINK_FIELDS; f++)
		for (unsigned l = 0; l + 1 < field_levels[f]; l++) {
			double share = 0.5;
			for (int c = 0; c < CONTEXTS; c++)
				share += all.of[f][c][l];
			for (int c = 0; c < CONTEXTS; c++)
				both.of[f][c][l] = share / pairs;
		}
	shares_even(&all, &both, RARE, out);
}

/* Of both kinds of pairs the shares that make the sample likeliest. Where most candidates are of two people, these are not all alike
 * (families, neighbours), and the mixture would call some kind of them one person: so what is believed of one person
 * weighs the more, the more of the other there are. Where two people never agree by chance the other are no kind of people: what looks like
 * one is rows of one person full of mistakes, and two people stay as strangers are. */
static void
mixture_learn(Weights *w, Sample sample, const Shares *one, const Shares *two, const Shares *start)
{
	double pairs = 0, found = 0;
	for (size_t i = 0; i < sample.n; i++)
		pairs += sample.seen[i].times;
	w->m = *one;
	w->u = *start;
	for (int round = 0; round < ROUNDS && pairs > 0; round++) {
		Shares same = {0}, other = {0};
		w->same = (Shares){0};
		found = 0;
		for (size_t i = 0; i < sample.n; i++) {
			LevelPattern p = sample.seen[i].pattern;
			double odds = pair_odds(w, p), part = odds / (1 + odds) * sample.seen[i].times;
			found += part;
			shares_add(&same, p, part);
			if (odds > CLEAR)
				shares_add(&w->same, p, part);
			shares_add(&other, p, sample.seen[i].times - part);
		}
		w->share = (found + 1) / (pairs + 2);
		shares_even(&same, one, PRIOR + (pairs - found) / 2, &w->m);
		shares_even(&other, two, PRIOR + (sample.never ? pairs - found : 0), &w->u);
	}
}

void
shares_expected(Shares *out)
{
	for (int f = 0; f < LINK_FIELDS; f++)
		for (int c = 0; c < CONTEXTS; c++)
			memcpy(out->of[f][c], EXPECTED[f], sizeof EXPECTED[f]);
}

void
shares_found(const Model *m, unsigned keys, Shares *out)
{
	Shares expected, all = {0};
	shares_expected(&expected);
	for (LinkKey k = 0; k < LINK_KEYS; k++)
		for (int f = 0; keys & LINK_BIT(k) && f < LINK_FIELDS; f++)
			for (int c = 0; c < CONTEXTS; c++)
				for (int l = 0; l < LEVELS_MOST; l++)
					all.of[f][c][l] += m->by_key[k].same.of[f][c][l];
	shares_even(&all, &expected, PRIOR, out);
}

/* ---- weights ---- */

/* Within these orders who is less alike never weighs more. */
static const uint8_t orders[][2] = {
	/* field, first level; up to the next one of the field or the last known one */
	{BY_NAME, NAME_RAREST}, {BY_NAME, NAME_SOUND}, {BY_NAME, NAME_EDIT}, {BY_NAME, NAME_92},
	{BY_BIRTH, BIRTH_EQUAL}, {BY_BIRTH, BIRTH_SWAPPED}, {BY_PLACE, PLACE_RARE},
	{BY_SEX, SEX_EQUAL}};

static bool
starts_order(int field, int level)
{
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (orders[i][0] == field && orders[i][1] == level)
			return true;
	return false;
}

static void
weights_even(Weights *w)
{
	for (int f = 0; f < LINK_FIELDS; f++)
		for (int c = 0; c < CONTEXTS; c++) {
			double least = INFINITY;
			for (int l = 0; l + 1 < field_levels[f]; l++) {
				double m = w->m.of[f][c][l], u = w->u.of[f][c][l];
				double bits = m > 0 && u > 0 ? log2(m / u) : 0;
				if (f == BY_NUMBER || f == BY_AREA || starts_order(f, l))
					least = INFINITY;
				if (m > 0 && u > 0)
					least = bits = bits < least ? bits : least;
				w->bits[f][c][l] = bits;
			}
		}
}

static void
tables_fill(Weights *w)
{
	for (LevelPattern q = 0; q < CHEAP; q++) {
		LevelPattern p = q << BIRTH_SHIFT;
		double bits = w->prior;
		for (int f = 0; f < LINK_FIELDS; f++)
			if (f != BY_NAME && f != BY_SEX && !is_unknown(f, level_of(p, f)))
				bits += w->bits[f][field_context(p, f)][level_of(p, f)];
		w->cheap[q] = (float)bits;
	}
	for (unsigned family = 0; family < 2; family++)
		for (unsigned sex = 0; sex < 4; sex++) {
			float most = -INFINITY;
			for (unsigned l = LEVELS_MOST; l-- > 0;) {
				double name = is_unknown(BY_NAME, l) ? 0 : w->bits[BY_NAME][family][l];
				double other = is_unknown(BY_SEX, sex) ? 0 : w->bits[BY_SEX][l <= NAME_WITHIN][sex];
				w->rest[family][l][sex] = (float)(name + other);
				if (l < NAME_UNKNOWN && w->rest[family][l][sex] > most)
					most = w->rest[family][l][sex];
				w->most[family][sex][l] = most;
			}
		}
}

static void
placeless_fill(Weights *w)
{
	for (unsigned near = 0; near < NEAR_MOST; near++)
		w->placeless[0][near] = w->placeless[1][near] = -INFINITY;
	for (LevelPattern q = 0; q < CHEAP; q++) {
		LevelPattern p = q << BIRTH_SHIFT;
		unsigned place = level_of(p, BY_PLACE);
		for (unsigned same = 0; same < 2; same++) {
			float *most = &w->placeless[same][near_of(p)];
			bool can = place == PLACE_UNKNOWN || same == (place < PLACE_ALIKE);
			if (can && w->cheap[q] > *most)
				*most = w->cheap[q];
		}
	}
}

void
weights_learn(Weights *w, Sample sample, const Shares *same, const Shares *apart)
{
	static const Shares nothing;
	Shares all = {0}, one, two, common, start;
	for (size_t i = 0; i < sample.n; i++)
		shares_add(&all, sample.seen[i].pattern, sample.seen[i].times);
	believe(&all, same, &one);
	believe(&all, apart, &two);
	memcpy(two.of[BY_BIRTH][1], one.of[BY_BIRTH][1], sizeof two.of[BY_BIRTH][1]);
	/* At first two people are taken to be like all candidates, as far as these are strangers who met by chance. */
	w->share = sample.share;
	shares_even(&all, &nothing, 0, &common);
	shares_even(&common, &two, sample.share / (1 - sample.share), &start);
	mixture_learn(w, sample, &one, &two, &start);
	w->prior = log2(w->share / (1 - w->share));
	weights_even(w);
	tables_fill(w);
	placeless_fill(w);
}

double
field_bits_of(const Weights *w, LevelPattern p, int field)
{
	unsigned level = level_of(p, field);
	return is_unknown(field, level) ? 0 : w->bits[field][field_context(p, field)][level];
}

double
bits_probability(double bits)
{
	return 1 / (1 + exp2(-bits));
}

/* ---- classes ---- */

LinkClass
pattern_class(LevelPattern p, double bits)
{
	unsigned name = level_of(p, BY_NAME), birth = level_of(p, BY_BIRTH),
			 number = level_of(p, BY_NUMBER);
	bool alike = name <= NAME_88 || name == NAME_UNKNOWN;
	bool born_alike = birth <= BIRTH_YEAR || birth == BIRTH_UNKNOWN;
	if (bits < 0 && number == NUMBER_EQUAL && !alike && !born_alike)
		return LINK_SHARED;
	if (bits >= 0 || number == NUMBER_EQUAL || number == NUMBER_UNKNOWN || !in_family(p))
		return LINK_SAME;
	if (birth <= BIRTH_HEAPED && name > NAME_EDIT && name != NAME_UNKNOWN)
		return LINK_TWINS;
	return name <= NAME_SOUND && birth == BIRTH_OTHER ? LINK_HOUSEHOLD : LINK_SAME;
}
