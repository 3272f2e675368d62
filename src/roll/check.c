/* check: what is to be looked at in a version of the roll, voter by voter. */
#include "roll/roll_private.h"

#include <stdlib.h>
#include <string.h>

/* A voter who repeats something: a bit for each check that says so. */
typedef struct Marked {
	uint64_t row;
	uint32_t checks;
} Marked;
struct RollChecks {
	const RollFile *f;
	const RollRules *rules;
	RollLook look;
	int32_t born_by_17, born_by_20, born_by_110, born_by_121;
	const Marked *marked; /* by row */
	size_t n_marked;
};

RollCheckText
roll_check_text(RollCheck c)
{
	const RollCheckText text[ROLL_CHECKS] = {
		[CHECK_NIK_EMPTY] = {"nik_empty", tr("no NIK"), tr("ask for the KTP-el, or Dukcapil"),
			ROLL_MUST},
		[CHECK_NIK_FORM] = {"nik_form",
			tr("NIK is no NIK: its length, letters, province or serial"),
			tr("read it off the KTP-el again"), ROLL_MUST},
		[CHECK_NIK_DATE] = {"nik_date", tr("NIK holds no day of birth"),
			tr("read it off the KTP-el again"), ROLL_MUST},
		[CHECK_NIK_AREA] = {"nik_area", tr("NIK of a district that is not known"),
			tr("may be right: districts were split and merged; ask Dukcapil"), ROLL_LOOK_AT},
		[CHECK_BIRTH_EMPTY] = {"birth_empty", tr("no date of birth"),
			tr("take it from the family card"), ROLL_MUST},
		[CHECK_BIRTH_DIFFERS] = {"birth_differs", tr("date of birth is not that of the NIK"),
			tr("compare with the KTP-el; a NIK that is wrong may be right in law"), ROLL_LOOK_AT},
		[CHECK_SEX_DIFFERS] = {"sex_differs", tr("sex is not that of the NIK"),
			tr("compare with the KTP-el; a NIK that is wrong may be right in law"), ROLL_LOOK_AT},
		[CHECK_TOO_YOUNG] = {"too_young", tr("under 17 on polling day, and not married"),
			tr("strike off, or correct date or marital status"), ROLL_MUST},
		[CHECK_CENTURY] = {"century", tr("not born by polling day, or older than 120"),
			tr("correct the year of birth by the KTP-el"), ROLL_MUST},
		[CHECK_VERY_OLD] = {"very_old", tr("110 years or older"),
			tr("see whether this person is alive"), ROLL_LOOK_AT},
		[CHECK_NO_STATION] = {"no_station", tr("no TPS"), tr("assign a TPS"), ROLL_MUST},
		[CHECK_REMOVED] = {"removed", tr("marked to be struck off, yet on the list"),
			tr("strike off, or take the mark away with its reason"), ROLL_MUST},
		[CHECK_TWICE_STATION] = {"twice_station", tr("NIK twice in one TPS"),
			tr("strike one of them off"), ROLL_MUST},
		[CHECK_TWICE_VILLAGE] = {"twice_village", tr("NIK twice in one village"),
			tr("see where the family lives; strike the other off"), ROLL_MUST},
		[CHECK_TWICE_REGENCY] = {"twice_regency", tr("NIK twice in one regency or city"),
			tr("see where this person lives; strike the other off"), ROLL_MUST},
		[CHECK_TWICE_FAR] = {"twice_far", tr("NIK twice, in two regencies or cities"),
			tr("the two KPU settle where this person votes"), ROLL_MUST},
		[CHECK_FAMILY_SPLIT] = {"family_split", tr("family card in two TPS of one village"),
			tr("put the family together (PKPU 7/2024 Article 10)"), ROLL_LOOK_AT},
		[CHECK_DECEASED] = {"deceased", tr("NIK on the list of the deceased"),
			tr("see the certificate of death, then strike off"), ROLL_MUST},
		[CHECK_DECEASED_ALIKE] = {"deceased_alike",
			tr("name and birth date of one of the deceased"),
			tr("see whether it is the same person"), ROLL_LOOK_AT},
		[CHECK_FORCES_ALIKE] = {"forces_alike", tr("name and birth date of one of TNI and Polri"),
			tr("see whether it is the same person"), ROLL_LOOK_AT},
		[CHECK_FORCES] = {"forces", tr("NIK on the list of TNI and Polri"),
			tr("see the member card or the letter of discharge"), ROLL_MUST},
		[CHECK_UNRECORDED] = {"card_unrecorded", tr("KTP-el not recorded"),
			tr("Dukcapil records before polling day"), ROLL_WORK},
		[CHECK_UNRECORDED_YOUNG] = {"card_unrecorded_young", tr("of them 17 to 19 years old"),
			tr("Dukcapil visits the schools"), ROLL_WORK},
	};
	return text[c];
}

/* ---- what repeats ---- */

typedef struct Marking {
	Buf out; /* of Marked */
	const RollFile *f;
} Marking;

static void
mark(Marking *m, const Repeat *v, RollCheck c)
{
	Marked one = {v->row, UINT32_C(1) << c};
	buf_add(&m->out, (Str){(const char *)&one, sizeof one});
}

static uint64_t
nik_key(const RollSlice *s, size_t i)
{
	return s->nik[i];
}

/* How far two polling stations are from each other. */
static RollCheck
apart(uint64_t a, uint64_t b)
{
	static const uint64_t unit[] = {1, 1000, UINT64_C(1000000000)};
	RollCheck c = CHECK_TWICE_STATION;
	for (size_t i = 0; i < 3 && a / unit[i] != b / unit[i]; i++)
		c++;
	return c;
}

/* Each is marked by the nearest of the others, which stands beside it: a file may have one number in all of its rows. */
static void
nik_group(void *ctx, const Repeat *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		RollCheck before = i ? apart(v[i - 1].tps, v[i].tps) : CHECK_TWICE_FAR;
		RollCheck behind = i + 1 < n ? apart(v[i].tps, v[i + 1].tps) : CHECK_TWICE_FAR;
		mark(ctx, &v[i], before < behind ? before : behind);
	}
}

/* Families are looked at within a village: half of the 64 bits are the card's, mixed, the rest the village's. */
static uint64_t
family_key(const RollSlice *s, size_t i)
{
	uint64_t v = s->family[i] ^ (s->tps[i] / 1000) * UINT64_C(0x9e3779b97f4a7c15);
	return s->family[i] && s->tps[i] % 1000 ? v : 0;
}

static void
family_group(void *ctx, const Repeat *v, size_t n)
{
	bool split = false;
	for (size_t i = 1; i < n; i++)
		split |= v[i].tps != v[0].tps && v[i].tps / 1000 == v[0].tps / 1000;
	for (size_t i = 0; split && i < n; i++)
		mark(ctx, &v[i], CHECK_FAMILY_SPLIT);
}

static int
by_row(const void *a, const void *b)
{
	const Marked *x = a, *y = b;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* One of each row, with all its bits. */
static void
marks_take(RollChecks *k, const Buf *b, Arena *a)
{
	size_t n = b->n / sizeof(Marked), to = 0;
	Marked *v = NEW(a, Marked, n + 1);
	if (n)
		memcpy(v, b->p, b->n);
	qsort(v, n, sizeof *v, by_row);
	for (size_t i = 0; i < n; i++) {
		if (to && v[to - 1].row == v[i].row)
			v[to - 1].checks |= v[i].checks;
		else
			v[to++] = v[i];
	}
	k->marked = v;
	k->n_marked = to;
}

static bool
repeats_find(RollChecks *k, Arena *a, Err *err)
{
	Marking m = {.out = {.max = (size_t)1 << 34}, .f = k->f};
	RepeatAsk nik = {nik_key, ROLL_BIT(ROLL_NIK), nik_group, &m},
			  family = {family_key, ROLL_BIT(ROLL_FAMILY), family_group, &m};
	bool ok = roll_repeats(k->f, &nik, &k->look, err) &&
		roll_repeats(k->f, &family, &k->look, err) && buf_check(&m.out, err);
	if (ok)
		marks_take(k, &m.out, a);
	buf_close(&m.out);
	return ok;
}

/* ---- one voter ---- */

static bool
has(const uint64_t *v, size_t n, uint64_t wanted)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (v[mid] < wanted)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo] == wanted;
}

static bool
is_district(const RollRules *r, uint32_t district)
{
	enum { MADE_UP = 99 };
	size_t lo = 0, hi = r->n_districts;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->district[mid] < district)
			lo = mid + 1;
		else
			hi = mid;
	}
	return !r->n_districts || district / 10000 == MADE_UP ||
		(lo < r->n_districts && r->district[lo] == district);
}

#define BIT(c) (UINT32_C(1) << (c))

static uint32_t
written_checks(const RollSlice *s, size_t i)
{
	Nik nik;
	switch (nik_read(roll_text(s, ROLL_NIK_WRITTEN, i), &nik)) {
	case NIK_EMPTY:
		return BIT(CHECK_NIK_EMPTY);
	case NIK_DATE:
		return BIT(CHECK_NIK_DATE);
	default:
		return BIT(CHECK_NIK_FORM);
	}
}

/* A number has two digits of the year: either century will do. */
static bool
is_born(const Nik *nik, int32_t birth)
{
	int32_t day;
	for (int century = 1800; century <= 2000; century += 100)
		if (date_make(century + nik->year, nik->month, nik->day, &day) && day == birth)
			return true;
	return false;
}

static uint32_t
number_checks(const RollChecks *k, const RollSlice *s, size_t i)
{
	Nik nik;
	if (!s->nik[i])
		return written_checks(s, i);
	if (nik_of(s->nik[i], &nik) != NIK_GOOD)
		return BIT(CHECK_NIK_FORM);
	uint32_t found = is_district(k->rules, nik.area) ? 0 : BIT(CHECK_NIK_AREA);
	if (s->birth[i] != ROLL_NO_DATE && !is_born(&nik, s->birth[i]))
		found |= BIT(CHECK_BIRTH_DIFFERS);
	if (s->sex[i] != SEX_UNKNOWN && (s->sex[i] == SEX_FEMALE) != nik.female)
		found |= BIT(CHECK_SEX_DIFFERS);
	return found;
}

/* Behind each check by number stands that by name: the same name and birth date may be another person. */
static uint32_t
named_checks(const RollNamed *l, const RollSlice *s, size_t i, RollCheck c)
{
	if (s->nik[i] && has(l->nik, l->n_nik, s->nik[i]))
		return BIT(c);
	if (!l->n_alike || s->birth[i] == ROLL_NO_DATE)
		return 0;
	uint64_t alike = roll_alike(roll_text(s, ROLL_NAME, i), s->birth[i]);
	return alike && has(l->alike, l->n_alike, alike) ? BIT(c + 1) : 0;
}

static uint32_t
age_checks(const RollChecks *k, const RollSlice *s, size_t i)
{
	int32_t birth = s->birth[i];
	if (birth == ROLL_NO_DATE)
		return BIT(CHECK_BIRTH_EMPTY);
	if (birth > k->look.polling_day || birth <= k->born_by_121)
		return BIT(CHECK_CENTURY);
	if (birth <= k->born_by_110)
		return BIT(CHECK_VERY_OLD);
	bool married = s->marriage[i] == MARRIAGE_MARRIED || s->marriage[i] == MARRIAGE_ONCE;
	return birth > k->born_by_17 && !married ? BIT(CHECK_TOO_YOUNG) : 0;
}

static uint32_t
marks_of(const RollChecks *k, uint64_t row)
{
	size_t lo = 0, hi = k->n_marked;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (k->marked[mid].row < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < k->n_marked && k->marked[lo].row == row ? k->marked[lo].checks : 0;
}

uint32_t
roll_checks_of(const RollChecks *k, const RollSlice *s, size_t i)
{
	uint32_t found = number_checks(k, s, i) | age_checks(k, s, i) | marks_of(k, s->first + i);
	if (s->tps[i] % 1000 == 0)
		found |= BIT(CHECK_NO_STATION);
	found |= named_checks(&k->rules->deceased, s, i, CHECK_DECEASED) |
		named_checks(&k->rules->forces, s, i, CHECK_FORCES);
	if (k->rules->removal[s->remark[i]])
		found |= BIT(CHECK_REMOVED);
	if (s->card[i] != 'B')
		return found;
	bool young = s->birth[i] != ROLL_NO_DATE && s->birth[i] > k->born_by_20;
	return found | BIT(CHECK_UNRECORDED) | (young ? BIT(CHECK_UNRECORDED_YOUNG) : 0);
}

/* ---- all of them ---- */

bool
roll_checks_open(const RollFile *f, const RollRules *rules, const RollLook *look, Arena *a,
	RollChecks **out, Err *err)
{
	RollChecks *k = NEW(a, RollChecks, 1);
	*k = (RollChecks){.f = f,
		.rules = rules,
		.look = *look,
		.born_by_17 = voter_born_by(17, look->polling_day),
		.born_by_20 = voter_born_by(20, look->polling_day),
		.born_by_110 = voter_born_by(110, look->polling_day),
		.born_by_121 = voter_born_by(121, look->polling_day)};
	*out = k;
	return repeats_find(k, a, err);
}

typedef struct Counting {
	const RollChecks *k;
	uint32_t of_weight[3]; /* bits of the checks of each */
	TallyTable table[WORK_THREADS];
} Counting;

static bool
checks_see(void *ctx, int thread, const RollSlice *s, Err *err)
{
	Counting *t = ctx;
	uint32_t *count = NULL;
	for (size_t i = 0; i < s->n; i++) {
		if ((!count || s->tps[i] != s->tps[i - 1]) &&
			!tally_at(&t->table[thread], s->tps[i], &count, err))
			return false;
		uint32_t found = roll_checks_of(t->k, s, i);
		count[CHECKED_VOTERS]++;
		count[CHECKED_MUST] += (found & t->of_weight[ROLL_MUST]) != 0;
		count[CHECKED_LOOK] += (found & t->of_weight[ROLL_LOOK_AT]) != 0;
		for (; found; found &= found - 1)
			count[__builtin_ctz(found)]++;
	}
	return true;
}

bool
roll_checks_count(const RollChecks *k, Arena *a, RollTally *out, Err *err)
{
	Counting t = {.k = k};
	RollWalk walk = {.columns = CHECK_COLUMNS,
		.threads = k->look.threads,
		.see = checks_see,
		.ctx = &t,
		.progress = k->look.progress,
		.progress_ctx = k->look.ctx,
		.stop = k->look.stop};
	for (RollCheck c = 0; c < ROLL_CHECKS; c++)
		t.of_weight[roll_check_text(c).weight] |= BIT(c);
	for (size_t i = 0; i < WORK_THREADS; i++)
		t.table[i].width = CHECKED_WIDTH;
	bool ok = roll_walk(k->f, &walk, err);
	return tally_end(t.table, a, out, ok ? err : &(Err){0}) && ok;
}
