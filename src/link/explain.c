/* explain: why two rows are taken for one person, field by field, in words. */
#include "link/link_private.h"

#include <string.h>

static const char *
field_words(int field)
{
	switch ((LinkField)field) {
	case BY_NAME:
		return tr("name");
	case BY_BIRTH:
		return tr("birth date");
	case BY_NUMBER:
		return tr("NIK");
	case BY_PLACE:
		return tr("birthplace");
	case BY_SEX:
		return tr("sex");
	case BY_AREA:
		return tr("address");
	}
	return "";
}

static const char *
name_words(unsigned level)
{
	const char *const words[NAME_LEVELS] = {
		[NAME_RAREST] = tr("equal, and almost nobody else has it"),
		[NAME_RARE] = tr("equal, and rare"),
		[NAME_FREQUENT] = tr("equal, and frequent"),
		[NAME_MOST_FREQUENT] = tr("equal, and very frequent"),
		[NAME_SOUND] = tr("sounds the same in other letters"),
		[NAME_ORDER] = tr("the same words in another order"),
		[NAME_EDIT] = tr("one letter differs"),
		[NAME_WITHIN] = tr("one has words or initials that the other lacks"),
		[NAME_WITHIN_ONE] = tr("only one word in common"),
		[NAME_92] = tr("nearly the same letters"),
		[NAME_88] = tr("many letters in common"),
		[NAME_80] = tr("some letters in common"),
		[NAME_70] = tr("few letters in common"),
		[NAME_OTHER] = tr("another name"),
		[NAME_UNKNOWN] = tr("not known")};
	return words[level < NAME_LEVELS ? level : NAME_UNKNOWN];
}

static const char *
level_words_of(int field, unsigned level)
{
	const char *const birth[] = {tr("equal"), tr("equal, and a day that many have"),
		tr("day and month exchanged"), tr("one digit differs"), tr("the same year"),
		tr("nearly the same year"), tr("another date"), tr("not known")};
	const char *const number[] = {tr("equal"), tr("one digit differs or two are exchanged"),
		tr("equal but for the area"), tr("the serial is equal"),
		tr("one digit of the serial differs"), tr("another serial"), tr("another number"),
		tr("not known")};
	const char *const place[] = {tr("equal, and rare"), tr("equal"), tr("equal, and frequent"),
		tr("alike"), tr("another place"), tr("not known")};
	const char *const sex[] = {tr("equal"), tr("the other sex"), tr("not known")};
	const char *const area[] = {tr("one family card"), tr("one family card, another village"),
		tr("the same village"), tr("the same district"), tr("the same regency"),
		tr("another regency"), tr("not known")};
	switch ((LinkField)field) {
	case BY_NAME:
		return name_words(level);
	case BY_BIRTH:
		return birth[level];
	case BY_NUMBER:
		return number[level];
	case BY_PLACE:
		return place[level < PLACE_LEVELS ? level : PLACE_UNKNOWN];
	case BY_SEX:
		return sex[level < SEX_LEVELS ? level : SEX_NOT_KNOWN];
	case BY_AREA:
		return area[level < AREA_LEVELS ? level : AREA_UNKNOWN];
	}
	return "";
}

bool
link_explain(const LinkSet *s, uint32_t a, uint32_t b, LinkWhy *out)
{
	const Row *p = &s->row[a], *q = &s->row[b];
	static _Thread_local PlaceMemo memo[MEMO];
	Comparer c = {.s = s, .memo = memo};
	*out = (LinkWhy){.key = LINK_KEYS};
	memset(memo, 0, sizeof memo); /* of another set, perhaps */
	for (LinkKey k = 0; k < LINK_KEYS && out->key == LINK_KEYS; k++)
		if (s->keys & LINK_BIT(k) && key_agrees(s, p, q, k))
			out->key = k;
	if (!s->model || out->key == LINK_KEYS)
		return false;
	const Weights *w = &s->model->by_key[out->key];
	LevelPattern pattern = compare_cheap(&c, p, q) | compare_name(&c, p, q);
	for (int f = 0; f < LINK_FIELDS; f++)
		out->reason[f] = (LinkReason){
			field_words(f), level_words_of(f, level_of(pattern, f)), field_bits_of(w, pattern, f)};
	out->prior = w->prior;
	double bits = (double)pattern_bits(w, pattern);
	out->probability = bits_probability(bits);
	out->class = pattern_class(pattern, bits);
	return true;
}
