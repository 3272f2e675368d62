/* simulate_mistakes: what goes wrong on one row, at the rates of doc/roll-errors.md. */
#include "roll/simulate_private.h"

const int mistake_rate[MISTAKES] = {
	[MISTAKE_LETTER] = 1200,
	[MISTAKE_SOUND] = 1500,
	[MISTAKE_TOKEN_DROPPED] = 1000,
	[MISTAKE_INITIAL] = 600,
	[MISTAKE_ORDER] = 300,
	[MISTAKE_JOINED] = 300,
	[MISTAKE_FATHER] = 800,
	[MISTAKE_DAY_MONTH] = 200,
	[MISTAKE_DATE_DIGIT] = 400,
	[MISTAKE_YEAR] = 300,
	[MISTAKE_UNKNOWN_DAY] = 500,
	[MISTAKE_BIRTHPLACE] = 3000,
	[MISTAKE_SEX] = 100,
	[MISTAKE_NIK_DIGIT] = 300,
	[MISTAKE_NIK_SWAP] = 200,
	[MISTAKE_NIK_SHORT] = 30,
	[MISTAKE_NIK_MANGLED] = 50,
	[MISTAKE_NIK_EMPTY] = 100,
	[MISTAKE_NIK_OTHER_PERSON] = 5,
	[MISTAKE_FAMILY_NEIGHBOUR] = 300,
	[MISTAKE_FAMILY_EMPTY] = 200,
	[MISTAKE_ADDRESS] = 2000,
	[MISTAKE_MARRIAGE] = 2500,
};

/* ---- texts ---- */

/* n bytes at `at` become `by`. */
static void
text_replace(Text *t, size_t at, size_t n, Str by)
{
	Text old = *t;
	t->n = (uint8_t)at;
	text_add(t, by);
	text_add(t, str_slice(text_str(&old), at + n, old.n));
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char
neighbour_key(char c, Dice *d)
{
	static const char rows[] = "QWERTYUIOP ASDFGHJKL ZXCVBNM ";
	const char *at = strchr(rows, c);
	char left = at > rows ? at[-1] : ' ', right = at[1];
	bool first = dice_below(d, 2);
	char one = first ? left : right, other = first ? right : left;
	return is_letter(one) ? one : is_letter(other) ? other : 'X';
}

static bool
letter_wrong(Text *t, Dice *d)
{
	size_t at = 0, tries = 0;
	do {
		if (t->n == 0 || ++tries > 20)
			return false;
		at = dice_below(d, t->n);
	} while (!is_letter(t->p[at]));
	char by[2] = {t->p[at], t->p[at]};
	switch (dice_below(d, 4)) {
	case 0:
		by[0] = neighbour_key(t->p[at], d);
		text_replace(t, at, 1, (Str){by, 1});
		return true;
	case 1:
		if (t->n < 3)
			return false;
		text_replace(t, at, 1, (Str){NULL, 0});
		return true;
	case 2:
		text_replace(t, at, 1, (Str){by, 2});
		return true;
	default:
		if (at + 1 >= t->n || !is_letter(t->p[at + 1]) || t->p[at] == t->p[at + 1])
			return false;
		by[0] = t->p[at + 1];
		text_replace(t, at, 2, (Str){by, 2});
		return true;
	}
}

/* As heard: letters that name_sound holds for one. Begins somewhere and takes the first place that fits. */
static bool
sound_other(Text *t, Dice *d)
{
	static const Str pair[][2] = {{{"U", 1}, {"OE", 2}}, {{"OE", 2}, {"U", 1}},
		{{"J", 1}, {"DJ", 2}}, {{"DJ", 2}, {"J", 1}}, {{"C", 1}, {"TJ", 2}}, {{"TJ", 2}, {"C", 1}},
		{{"KH", 2}, {"CH", 2}}, {{"SY", 2}, {"SJ", 2}}, {{"F", 1}, {"P", 1}}, {{"P", 1}, {"F", 1}},
		{{"V", 1}, {"F", 1}}, {{"F", 1}, {"V", 1}}, {{"IE", 2}, {"I", 1}}, {{"Y", 1}, {"J", 1}},
		{{"NN", 2}, {"N", 1}}, {{"N", 1}, {"NN", 2}}, {{"L", 1}, {"LL", 2}}, {{"SS", 2}, {"S", 1}},
		{{"MM", 2}, {"M", 1}}, {{"T", 1}, {"TT", 2}}, {{"R", 1}, {"RR", 2}}, {{"AA", 2}, {"A", 1}},
		{{"I", 1}, {"IE", 2}}};
	enum { PAIRS = sizeof pair / sizeof *pair };
	uint32_t from = dice_below(d, PAIRS);
	for (uint32_t k = 0; k < PAIRS; k++) {
		const Str *by = pair[(from + k) % PAIRS];
		size_t at;
		if (!str_find(text_str(t), by[0], &at))
			continue;
		text_replace(t, at, by[0].n, by[1]);
		return true;
	}
	return false;
}

/* ---- words of a name ---- */

/* A word of letters alone, from the least-th on: titles and short forms stay. */
static Str
word_choose(const Text *t, size_t least, Dice *d)
{
	size_t n = text_tokens(t), from = n > least ? least + dice_below(d, (uint32_t)(n - least)) : n;
	for (size_t i = from; i < n; i++) {
		Str word = text_token(t, i);
		if (word.n > 1 && !memchr(word.p, '.', word.n) && !memchr(word.p, ',', word.n))
			return word;
	}
	return (Str){t->p, 0};
}

static bool
token_dropped(Text *t, Dice *d)
{
	Str word = word_choose(t, 0, d);
	size_t at = (size_t)(word.p - t->p), n = text_tokens(t);
	if (n < 2 || word.n == 0 || (n == 2 && memchr(t->p, '.', t->n)))
		return false;
	bool last = at + word.n == t->n;
	text_replace(t, last ? at - 1 : at, word.n + 1, (Str){NULL, 0});
	return true;
}

static bool
token_initial(Text *t, Dice *d)
{
	Str word = word_choose(t, 1, d);
	if (word.n < 2)
		return false;
	text_replace(t, (size_t)(word.p - t->p) + 1, word.n - 1, dice_below(d, 2) ? S(".") : S(""));
	return true;
}

static bool
tokens_exchanged(Text *t, Dice *d)
{
	Str b = word_choose(t, 1, d);
	size_t at = (size_t)(b.p - t->p), from = at > 1 ? at - 1 : 0;
	if (b.n == 0 || at < 2)
		return false;
	while (from > 0 && t->p[from - 1] != ' ')
		from--;
	Str a = {t->p + from, at - 1 - from};
	if (memchr(a.p, '.', a.n) || str_eq(a, b))
		return false;
	Text both = {.n = 0};
	text_add(&both, b);
	text_add(&both, S(" "));
	text_add(&both, a);
	text_replace(t, from, a.n + 1 + b.n, text_str(&both));
	return true;
}

static bool
tokens_joined(Text *t, Dice *d)
{
	Str word = word_choose(t, 1, d);
	size_t at = (size_t)(word.p - t->p);
	if (word.n == 0 || at < 2 || !is_letter(t->p[at - 2]))
		return false;
	text_replace(t, at - 1, 1, (Str){NULL, 0});
	return true;
}

/* The father is the same on each row of a person. */
static bool
father_added(Slip slip, Row *row, Dice *d)
{
	const Person *who = &slip.people->person[slip.who];
	uint32_t head = slip.people->house[who->house].first;
	bool known = who->role == ROLE_CHILD && !slip.people->person[head].female;
	Dice his = person_dice(slip.people, known ? head : slip.who, known ? 0 : 5);
	int year = known ? day_of(slip.people->person[head].birth).year : row->birth.year - 28;
	Text father;
	name_draw(slip.m->names, (NameWish){.year = year}, &his, &father);
	if (memchr(row->name.p, ',', row->name.n) || row->name.n + father.n > 60)
		return false;
	uint32_t r = dice_below(d, 10);
	text_add(&row->name, r < 6 ? who->female ? S(" BINTI ") : S(" BIN ") : S(" "));
	text_add(&row->name, r < 6 ? text_str(&father) : text_token(&father, 0));
	return true;
}

/* ---- dates ---- */

static bool
day_set(Row *row, Day to)
{
	const Day *was = &row->birth;
	if ((to.day == was->day && to.month == was->month && to.year == was->year) || to.year < 1900 ||
		to.year > 2020 || !day_is_real(to))
		return false;
	row->birth = to;
	return true;
}

static bool
date_digit(Row *row, Dice *d)
{
	Day to = row->birth;
	int digit = (int)dice_below(d, 10);
	switch (dice_below(d, 5)) {
	case 0:
		to.day = to.day / 10 * 10 + digit;
		break;
	case 1:
		to.day = to.day % 10 + 10 * (digit % 4);
		break;
	case 2:
		to.month = to.month / 10 * 10 + digit;
		break;
	case 3:
		to.year = to.year / 10 * 10 + digit;
		break;
	default:
		to.year = to.year / 100 * 100 + digit * 10 + to.year % 10;
		break;
	}
	/* Typed wrong, but not so that a child or somebody dead would have come out: that is seen at once. */
	return to.year <= 2007 && day_set(row, to);
}

static bool
date_mistake(Mistake what, Row *row, Dice *d)
{
	Day to = row->birth;
	bool made = false;
	if (what == MISTAKE_DAY_MONTH)
		return day_set(row, (Day){to.year, to.day, to.month});
	if (what == MISTAKE_UNKNOWN_DAY)
		return dice_below(d, 2) ? day_set(row, (Day){to.year, 1, 1})
								: day_set(row, (Day){to.year, 12, 31});
	for (int i = 0; i < 10 && !made; i++) {
		static const int by[] = {-1, 1, -10, 10};
		if (what == MISTAKE_YEAR)
			made = to.year + by[i % 4] <= 2007 &&
				day_set(row, (Day){to.year + by[(dice_below(d, 4))], to.month, to.day});
		else
			made = date_digit(row, d);
	}
	return made;
}

/* ---- numbers ---- */

static void
nik_digits(const Row *row, char digit[16])
{
	uint64_t v = row->nik;
	for (int i = 15; i >= 0; i--, v /= 10)
		digit[i] = (char)('0' + v % 10);
}

static bool
nik_mistake(Mistake what, Slip slip, Row *row, Dice *d)
{
	char digit[16];
	if (row->nik == 0 || row->nik_written.n)
		return false;
	nik_digits(row, digit);
	uint32_t at =
		2 + dice_below(d, 13); /* the 99 in front stays: nobody's real number may come out */
	char was = digit[at];
	switch (what) {
	case MISTAKE_NIK_DIGIT:
		digit[at] = (char)('0' + (digit[at] - '0' + 1 + (int)dice_below(d, 9)) % 10);
		break;
	case MISTAKE_NIK_SWAP:
		for (; at < 14 && digit[at] == digit[at + 1]; at++) {}
		was = digit[at];
		digit[at] = digit[at + 1];
		digit[at + 1] = was;
		break;
	case MISTAKE_NIK_SHORT:
		memmove(digit + at, digit + at + 1, 15 - at);
		text_set(&row->nik_written, (Str){digit, 15});
		return true;
	case MISTAKE_NIK_MANGLED:
		if (dice_below(d, 2)) {
			text_set(&row->nik_written, (Str){digit, 1});
			text_add(&row->nik_written, S("."));
			text_add(&row->nik_written, (Str){digit + 1, 2});
			text_add(&row->nik_written, S("E+15"));
		} else {
			text_set(&row->nik_written, (Str){digit, 12});
			text_add(&row->nik_written, S("0000"));
		}
		return true;
	case MISTAKE_NIK_EMPTY:
		row->nik = 0;
		return true;
	default:
		row->nik = people_nik(slip.people, &slip.people->person[dice_below(d, slip.people->n)]);
		return true;
	}
	uint64_t changed = 0;
	for (int i = 0; i < 16; i++)
		changed = changed * 10 + (uint64_t)(digit[i] - '0');
	if (changed == row->nik ||
		changed % 10000 == 0) /* no serial is 0000: that is a spreadsheet's doing */
		return false;
	row->nik = changed;
	return true;
}

/* ---- where somebody was born, lives, and with whom ---- */

static bool
birthplace_mistake(Slip slip, Row *row, Dice *d)
{
	static const Str shorter[][2] = {{{"MUARA ", 6}, {"MA. ", 4}}, {{"SUNGAI ", 7}, {"SEI ", 4}},
		{{"TANJUNG ", 8}, {"TJ. ", 4}}, {{"KOTA ", 5}, {"KT. ", 4}}, {{"GUNUNG ", 7}, {"GN. ", 4}},
		{{"DESA ", 5}, {"DS. ", 4}}};
	const District *home = &slip.people->places->district[slip.people->district];
	uint32_t way = dice_below(d, 4);
	if (way == 0 && !str_eq(text_str(&row->birthplace), home->regency)) {
		text_set(&row->birthplace, home->regency);
		return true;
	}
	if (way == 1) {
		name_old_spelling(&row->birthplace);
		return true;
	}
	for (size_t i = 0; way == 2 && i < sizeof shorter / sizeof *shorter; i++)
		if (str_starts(text_str(&row->birthplace), shorter[i][0])) {
			text_replace(&row->birthplace, 0, shorter[i][0].n, shorter[i][1]);
			return true;
		}
	return letter_wrong(&row->birthplace, d);
}

static bool
family_neighbour(Slip slip, Row *row, Dice *d)
{
	uint32_t house = slip.people->person[slip.who].house;
	if (slip.people->n_houses < 2 || row->family == 0)
		return false;
	bool before = house > 0 && (house + 1 == slip.people->n_houses || dice_below(d, 2));
	row->family = people_family(slip.people, before ? house - 1 : house + 1);
	return true;
}

static bool
address_mistake(Slip slip, Row *row, Dice *d)
{
	const People *p = slip.people;
	const Village *v = &p->places->village[p->house[p->person[slip.who].house].village];
	Address next;
	switch (dice_below(d, 4)) {
	case 0:
		row->address.rt = 0;
		return true;
	case 1:
		row->address.rw = 0;
		return true;
	case 2:
		row->address.street.n = 0;
		return true;
	default:
		address_make(v, p->seed, (uint32_t)(row->address.rt - 1) * 25 + dice_below(d, 40), &next);
		row->address.street = next.street;
		row->address.rt = row->address.rt ? row->address.rt + 1 : 1;
		return true;
	}
}

static bool
marriage_mistake(Row *row)
{
	row->marriage = row->marriage == 'B' ? 'S' : row->marriage == 'S' ? 'B' : 'S';
	return true;
}

/* ---- all of them ---- */

bool
mistake_make(Mistake what, Slip slip, Row *row, Dice *d)
{
	switch (what) {
	case MISTAKE_LETTER:
		return letter_wrong(&row->name, d);
	case MISTAKE_SOUND:
		return sound_other(&row->name, d);
	case MISTAKE_TOKEN_DROPPED:
		return token_dropped(&row->name, d);
	case MISTAKE_INITIAL:
		return token_initial(&row->name, d);
	case MISTAKE_ORDER:
		return tokens_exchanged(&row->name, d);
	case MISTAKE_JOINED:
		return tokens_joined(&row->name, d);
	case MISTAKE_FATHER:
		return father_added(slip, row, d);
	case MISTAKE_DAY_MONTH:
	case MISTAKE_DATE_DIGIT:
	case MISTAKE_YEAR:
	case MISTAKE_UNKNOWN_DAY:
		return date_mistake(what, row, d);
	case MISTAKE_BIRTHPLACE:
		return birthplace_mistake(slip, row, d);
	case MISTAKE_FAMILY_NEIGHBOUR:
		return family_neighbour(slip, row, d);
	case MISTAKE_FAMILY_EMPTY:
		row->family = 0;
		return true;
	case MISTAKE_ADDRESS:
		return address_mistake(slip, row, d);
	case MISTAKE_MARRIAGE:
		return marriage_mistake(row);
	case MISTAKE_NIK_MANGLED:
		return slip.m->mangled && nik_mistake(what, slip, row, d);
	case MISTAKE_SEX: /* is made where people are: simulate_people.c */
	case MISTAKES:
		return false;
	default:
		return nik_mistake(what, slip, row, d);
	}
}

void
mistakes_make(Slip slip, Row *row, Dice *d, uint64_t *made)
{
	for (int i = 0; i < MISTAKES; i += 2) {
		uint64_t r = dice_next(d);
		for (int k = i; k < i + 2 && k < MISTAKES; k++, r >>= 32)
			if ((uint32_t)r < (uint64_t)mistake_rate[k] * UINT64_C(4294967296) / 100000 &&
				mistake_make((Mistake)k, slip, row, d))
				made[k]++;
	}
}

void
mistake_some(Part part, Slip slip, Row *row, Dice *d)
{
	static const Mistake from[] = {[PART_NAME] = MISTAKE_LETTER,
		[PART_DATE] = MISTAKE_DAY_MONTH,
		[PART_NIK] = MISTAKE_NIK_DIGIT,
		[PART_ANY] = MISTAKE_LETTER};
	static const Mistake upto[] = {[PART_NAME] = MISTAKE_FATHER,
		[PART_DATE] = MISTAKE_YEAR,
		[PART_NIK] = MISTAKE_NIK_SWAP,
		[PART_ANY] = MISTAKE_BIRTHPLACE};
	uint32_t sum = 0;
	for (Mistake k = from[part]; k <= upto[part]; k++)
		sum += (uint32_t)mistake_rate[k];
	for (int tries = 0; tries < 20; tries++) {
		uint32_t r = dice_below(d, sum);
		Mistake k = from[part];
		for (; k < upto[part] && r >= (uint32_t)mistake_rate[k]; k++)
			r -= (uint32_t)mistake_rate[k];
		if (mistake_make(k, slip, row, d))
			return;
	}
}
