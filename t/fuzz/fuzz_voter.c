/* fuzz voter: the cells of a roll in any bytes. A name read again is the same name, is of letters and single blanks, and equal names sound
 * equal; likeness does not depend on the side; what is taken for a NIK, a date or a birthday is one. */
#include "roll/roll.h"

static void
name_try(Str text, Name *out)
{
	char sound[NAME_MOST];
	name_read(text, out);
	NEED(out->n <= NAME_MOST && out->tokens <= NAME_TOKENS);
	for (size_t i = 0; i < out->n; i++) {
		char c = out->text[i];
		NEED((c >= 'A' && c <= 'Z') ||
			(c == ' ' && i > 0 && i + 1u < out->n + 1u && out->text[i - 1] != ' '));
	}
	size_t letters = out->tokens ? out->tokens - 1u : 0;
	for (size_t i = 0; i < out->tokens; i++)
		letters += name_token(out, i).n;
	NEED(letters == out->n);
	NEED(name_sound(out, sound) <= NAME_MOST);
}

static void
likeness_try(const Name *a, const Name *b)
{
	Pattern p, q;
	pattern_make(name_text(a), &p);
	pattern_make(name_text(b), &q);
	double like = pattern_jaro_winkler(&p, name_text(a), name_text(b));
	int apart = pattern_distance(&p, name_text(b));
	NEED(like >= 0 && like <= 1);
	NEED(apart == pattern_distance(&q, name_text(a)));
	NEED((apart == 0) == str_eq(name_text(a), name_text(b)));
}

static void
cells_try(Str text)
{
	Nik nik;
	int32_t day;
	Sex sex;
	Marriage marriage;
	char written[11];
	if (nik_read(text, &nik) == NIK_GOOD) {
		NEED(nik.number / UINT64_C(10000000000) == nik.area && nik.number % 10000 == nik.serial);
		if (nik_birth(&nik, 20054, &day))
			NEED(day <= 20054 && voter_age(day, 20054) <= 120);
	}
	if (voter_date(text, &day)) {
		int32_t again;
		date_format(day, written);
		NEED(voter_date(str_of(written), &again) && again == day);
	}
	(void)!voter_sex(text, &sex);
	(void)!voter_marriage(text, &marriage);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str all = {(const char *)data, size}, left, right;
	Name a, b, again;
	if (size > 4096)
		return 0;
	(void)str_cut(all, '\n', &left, &right);
	name_try(left, &a);
	name_try(right, &b);
	name_try(name_text(&a), &again);
	likeness_try(&a, &b);
	cells_try(left);
	cells_try(right);
	return 0;
}
