/* simulate_names: names as frequent as among the candidates of 2024, with a long tail of words made of syllables. */
#include "roll/simulate_private.h"

enum { YEAR_OLD = 1984 }; /* over 40 years old on polling day */
enum { WORD_MOST = 15, KNOWN_MOST = 2000, TAIL = 20000 };
/* Of 1,000 words those that the counts do not hold (fewer than three times among the candidates); at the first place, further on, of single names. */
enum { TAIL_FIRST = 30, TAIL_LATER = 50, TAIL_ALONE = 160, ALONE_MOST = 26 };
/* Words do not come together by chance alone: of 100 names of two words and more so many are names that parents like, of so many. */
enum { LIKED_SHARE = 32, LIKED = 40000 };

typedef struct Word {
	uint8_t n;
	char p[WORD_MOST];
} Word;
/* Walker's method of aliases: one draw, one comparison. */
typedef struct Choice {
	uint32_t n;
	uint32_t *keep, *other; /* keep: of 2^32 */
} Choice;
struct Names {
	Word *known, *tail;
	uint32_t n_known;
	Choice first[2], later[2], alone[2];
};

static Str
word_str(const Word *w)
{
	return (Str){w->p, w->n};
}

/* Words that begin a name and do not end it. */
static bool
is_opening(Str word)
{
	static const Str list[] = {{"MUHAMMAD", 8}, {"ABDUL", 5}, {"NUR", 3}, {"SITI", 4}, {"SRI", 3},
		{"DWI", 3}, {"TRI", 3}, {"NI", 2}, {"LA", 2}, {"ABU", 3}, {"ACH", 3}};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (str_eq(word, list[i]))
			return true;
	return false;
}

static void
choice_make(const uint32_t *weight, uint32_t n, Arena *a, Choice *out)
{
	uint64_t sum = 0;
	*out = (Choice){n, NEW(a, uint32_t, n), NEW(a, uint32_t, n)};
	uint64_t *part = NEW(a, uint64_t, n);
	uint32_t *small = NEW(a, uint32_t, n), *large = NEW(a, uint32_t, n), n_small = 0, n_large = 0;
	for (uint32_t i = 0; i < n; i++)
		sum += weight[i];
	for (uint32_t i = 0; i < n; i++) {
		part[i] = (uint64_t)weight[i] * n;
		out->other[i] = i;
		out->keep[i] = UINT32_MAX;
		if (part[i] < sum)
			small[n_small++] = i;
		else
			large[n_large++] = i;
	}
	while (n_small && n_large) {
		uint32_t s = small[--n_small], l = large[n_large - 1];
		out->keep[s] = (uint32_t)((double)part[s] / (double)sum * 4294967295.0);
		out->other[s] = l;
		part[l] -= sum - part[s];
		if (part[l] < sum) {
			n_large--;
			small[n_small++] = l;
		}
	}
}

static uint32_t
choice_draw(const Choice *c, Dice *d)
{
	uint64_t r = dice_next(d);
	uint32_t i = (uint32_t)((r >> 32) * c->n >> 32);
	return (uint32_t)r <= c->keep[i] ? i : c->other[i];
}

/* A word of two or three syllables; the same number gives the same one. */
static void
tail_word(uint32_t number, Word *out)
{
	static const char *const head[] = {"B", "D", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R",
		"S", "T", "W", "Y", "Z", "C", "SY", "KH", "AN", "IN"};
	static const char *const vowel[] = {"A", "A", "A", "I", "I", "U", "E", "O"};
	static const char *const end[] = {"N", "R", "H", "S", "T", "L", "M", "NI", "NA", "TI", "DI",
		"LA", "RI", "YA", "WAN", "MAN", "TO", "NO", "WATI", "DIN", "SAH", "NTO", "NDRA", ""};
	Dice d = {dice_seed(7, number, 3)};
	Text t = {.n = 0};
	uint32_t n = 1 + (dice_below(&d, 10) < 7);
	for (uint32_t i = 0; i < n; i++) {
		text_add(&t, str_of(head[dice_below(&d, i ? 15 : 22)]));
		text_add(&t, str_of(vowel[dice_below(&d, 8)]));
		if (i + 1 < n && dice_below(&d, 3) == 0)
			text_add(&t, str_of((const char *const[]){"N", "R", "S", "L", "M"}[dice_below(&d, 5)]));
	}
	text_add(&t, str_of(end[dice_below(&d, 24)]));
	if (t.n < 3)
		text_add(&t, S("NA"));
	out->n = (uint8_t)(t.n < WORD_MOST ? t.n : WORD_MOST);
	memcpy(out->p, t.p, out->n);
}

static bool
known_read(Str text, Names *n, uint32_t (*count)[2], Err *err)
{
	Str line, word, rest, male, female;
	bool head = false;
	while (text.n) {
		int64_t m, f;
		str_cut(text, '\n', &line, &text);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		bool is_head = !head;
		head = true;
		if (is_head)
			continue;
		if (!str_cut(line, ',', &word, &rest) || !str_cut(rest, ',', &male, &female) ||
			!str_int(male, &m) || !str_int(female, &f) || word.n < 1 || word.n > WORD_MOST ||
			m < 0 || f < 0 || m > 100000 || f > 100000 || n->n_known == KNOWN_MOST)
			return err_set(err, E_INPUT,
				"'demo-data/name_tokens.csv': line '%.*s' is not token,male,female", STR(line));
		Word *w = &n->known[n->n_known];
		w->n = (uint8_t)word.n;
		memcpy(w->p, word.p, word.n);
		count[n->n_known][0] = (uint32_t)m;
		count[n->n_known++][1] = (uint32_t)f;
	}
	return n->n_known > 0 || err_set(err, E_INPUT, "'demo-data/name_tokens.csv' holds no words");
}

bool
names_make(const Env *env, Arena *a, const Names **out, Err *err)
{
	Names *n = NEW(a, Names, 1);
	uint32_t(*count)[2] = (uint32_t(*)[2])NEW(a, uint32_t, 2 * KNOWN_MOST);
	uint32_t *weight = NEW(a, uint32_t, KNOWN_MOST);
	n->known = NEW(a, Word, KNOWN_MOST);
	n->tail = NEW(a, Word, 2 * TAIL);
	if (!known_read(env_file(env, "demo-data/name_tokens.csv"), n, count, err))
		return false;
	for (uint32_t i = 0; i < 2 * TAIL; i++)
		tail_word(i, &n->tail[i]);
	for (int sex = 0; sex < 2; sex++) {
		for (uint32_t i = 0; i < n->n_known; i++)
			weight[i] = count[i][sex] * (is_opening(word_str(&n->known[i])) ? 2 : 1);
		choice_make(weight, n->n_known, a, &n->first[sex]);
		for (uint32_t i = 0; i < n->n_known; i++)
			weight[i] = is_opening(word_str(&n->known[i])) ? 0 : count[i][sex];
		choice_make(weight, n->n_known, a, &n->later[sex]);
		/* Rarely does anybody bear one of the most frequent words alone. */
		for (uint32_t i = 0; i < n->n_known; i++)
			weight[i] = weight[i] < ALONE_MOST ? weight[i] : ALONE_MOST;
		choice_make(weight, n->n_known, a, &n->alone[sex]);
	}
	*out = n;
	return true;
}

/* ---- one name ---- */

static Str
word_draw(const Names *n, const Choice *c, bool female, Dice *d)
{
	uint32_t tail = c == &n->first[female] ? TAIL_FIRST
		: c == &n->later[female]           ? TAIL_LATER
										   : TAIL_ALONE;
	if (dice_below(d, 1000) >= tail)
		return word_str(&n->known[choice_draw(c, d)]);
	/* Some rare words are less rare than others: the square favours the first ones; a third of the words serves both sexes. */
	uint64_t u = dice_next(d) >> 32;
	uint32_t i = (uint32_t)((u * u >> 32) * TAIL >> 32);
	bool other = i % 3 == 0 && (u & 1);
	return word_str(&n->tail[(female != other ? TAIL : 0) + i]);
}

/* 1, 2, 3, 4 words for 16, 55, 25, 4 of 100: the older had fewer. */
static uint32_t
words_draw(int year, Dice *d)
{
	static const uint8_t upto[3][3] = {{30, 84, 98}, {17, 73, 97}, {8, 60, 94}};
	const uint8_t *u = upto[year < 1960 ? 0 : year < 1985 ? 1 : 2];
	uint32_t r = dice_below(d, 100);
	return r < u[0] ? 1 : r < u[1] ? 2 : r < u[2] ? 3 : 4;
}

void
name_draw(const Names *names, NameWish wish, Dice *d, Text *out)
{
	uint32_t n = words_draw(wish.year, d);
	out->n = 0;
	if (n == 1) {
		text_add(out, word_draw(names, &names->alone[wish.female], wish.female, d));
		return;
	}
	Dice liked;
	if (dice_below(d, 100) <
		LIKED_SHARE) { /* the same number gives the same words; the first ones are liked most */
		uint64_t u = dice_next(d) >> 32;
		liked =
			(Dice){dice_seed(11, (uint32_t)((u * u >> 32) * LIKED >> 32), (uint32_t)wish.female)};
		wish.last = S("");
		d = &liked;
	}
	Str before = word_draw(names, &names->first[wish.female], wish.female, d);
	text_add(out, before);
	for (uint32_t i = 1; i < n; i++) {
		Str next = i + 1 == n && wish.last.n
			? wish.last
			: word_draw(names, &names->later[wish.female], wish.female, d);
		if (str_eq(next, before))
			next = word_draw(names, &names->later[wish.female], wish.female, d);
		text_add(out, S(" "));
		text_add(out, next);
		before = next;
	}
}

/* ---- how people write it ---- */

Str
text_token(const Text *t, size_t i)
{
	Str token = {t->p, 0}, rest = text_str(t);
	for (size_t k = 0; k <= i; k++) {
		if (rest.n == 0)
			return (Str){t->p + t->n, 0};
		str_cut(rest, ' ', &token, &rest);
	}
	return token;
}

size_t
text_tokens(const Text *t)
{
	size_t n = t->n > 0;
	for (size_t i = 0; i < t->n; i++)
		n += t->p[i] == ' ';
	return n;
}

void
name_old_spelling(Text *name)
{
	static const char from[][3] = {"NY", "SY", "KH", "Y", "J", "C", "U"};
	static const char to[][3] = {"NJ", "SJ", "CH", "J", "DJ", "TJ", "OE"};
	Text old = {.n = 0};
	for (size_t i = 0; i < name->n;) {
		size_t k = 0;
		for (; k < 7; k++)
			if (str_starts(str_slice(text_str(name), i, name->n), str_of(from[k])))
				break;
		text_add(&old, k < 7 ? str_of(to[k]) : (Str){name->p + i, 1});
		i += k < 3 ? 2 : 1;
	}
	*name = old;
}

void
name_habits(int year, Dice *d, Text *name)
{
	static const Str form[] = {{"M.", 2}, {"MUH.", 4}, {"MOH.", 4}, {"MOHD.", 5}, {"MHD.", 4},
		{"MUHAMAD", 7}, {"MOHAMMAD", 8}};
	Dice mine = {dice_next(d)};
	if (dice_below(&mine, 100) < (year < 1955 ? 25 : 2))
		name_old_spelling(name);
	if (dice_below(&mine, 100) >= 35 || !str_starts(text_str(name), S("MUHAMMAD ")))
		return;
	Text whole = *name;
	text_set(name, form[dice_below(&mine, 7)]);
	text_add(name, str_slice(text_str(&whole), 8, whole.n));
}

void
name_title_put(NameWish wish, Dice *d, Text *name)
{
	static const char *const behind[] = {", S.PD", ", SE", ", SH", ", S.AG", ", S.KOM", ", A.MD",
		", S.PD.I", ", S.SOS", ", ST", ", SKM"};
	static const Str before[2][3] = {
		{{"H. ", 3}, {"DRS. ", 5}, {"IR. ", 4}}, {{"HJ. ", 4}, {"DRA. ", 5}, {"IR. ", 4}}};
	if (wish.year >= YEAR_OLD || dice_below(d, 10) < 3) {
		text_add(name, str_of(behind[dice_below(d, 10)]));
		return;
	}
	Text whole = *name;
	uint32_t r = dice_below(d, 10);
	text_set(name, before[wish.female][r < 7 ? 0 : r < 9 ? 1 : 2]);
	text_add(name, text_str(&whole));
}

void
name_title(NameWish wish, Dice *d, Text *name)
{
	Dice mine = {dice_next(d)};
	if (dice_below(&mine, 100) < (wish.year < YEAR_OLD ? 6 : 2))
		name_title_put(wish, &mine, name);
}

bool
name_title_cut(Text *name)
{
	static const Str before[] = {{"H. ", 3}, {"HJ. ", 4}, {"DRS. ", 5}, {"DRA. ", 5}, {"IR. ", 4}};
	Str core, behind, all = text_str(name);
	bool cut = str_cut(all, ',', &core, &behind);
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (str_starts(core, before[i])) {
			core = str_slice(core, before[i].n, core.n);
			cut = true;
		}
	Text rest = {.n = 0};
	text_add(&rest, core);
	*name = rest;
	return cut;
}
