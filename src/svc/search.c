/* search: areas by what people type: codes, names, names with typing errors or in old spelling, "tps 3 rawa sari". */
#include "svc/svc_private.h"

/* Names are compared by their letters and digits alone, folded, and as they are spelled today: tandjoeng is tanjung. What three
 * letters of a name stand side by side is kept in an index: names that share many of them with what is looked for are compared with
 * it letter by letter, and no others. */
enum {
	KEY_MOST = 63,
	SIGNS = 38,
	GRAMS = SIGNS * SIGNS * SIGNS,
	WORDS = 8,
	CLOSE_LOOK = 300,
	SURE = 72
};
typedef struct Place {
	Str code, name, key;
	uint8_t n_grams;
} Place;
struct PlaceIndex {
	Place *place; /* by code */
	size_t n;
	uint32_t *start; /* of each gram, in holds; GRAMS + 1 of them */
	uint32_t *holds; /* places */
};

/* ---- keys ---- */

static void
sign_put(char *out, size_t *n, char c)
{
	char before = *n ? out[*n - 1] : 0;
	if (before == 'o' && c == 'e')
		out[*n - 1] = 'u';
	else if (before == 'd' && c == 'j')
		out[*n - 1] = 'j';
	else if (before == 't' && c == 'j')
		out[*n - 1] = 'c';
	else if (*n < KEY_MOST)
		out[(*n)++] = c;
}

static Str
key_of(Str name, Arena *a)
{
	Str folded = utf8_fold(a, name);
	char *out = NEW(a, char, KEY_MOST + 1);
	size_t n = 0;
	if (str_starts(folded, S("kabupaten ")))
		folded = str_slice(folded, 10, folded.n);
	for (size_t i = 0; i < folded.n; i++) {
		char c = folded.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
			sign_put(out, &n, c);
	}
	return (Str){out, n};
}

static size_t
sign_of(Str key, size_t at) /* the beginning and the end count as a sign, too */
{
	char c = at == 0 || at > key.n ? 0 : key.p[at - 1];
	return c >= 'a' && c <= 'z' ? (size_t)(c - 'a') + 1
		: c >= '0' && c <= '9'  ? (size_t)(c - '0') + 27
		: c                     ? 37
								: 0;
}

/* Each once. */
static size_t
grams_of(Str key, uint32_t out[KEY_MOST])
{
	size_t n = 0;
	for (size_t i = 0; i + 3 <= key.n + 2; i++) {
		uint32_t gram = (uint32_t)((sign_of(key, i) * SIGNS + sign_of(key, i + 1)) * SIGNS +
			sign_of(key, i + 2));
		size_t k = 0;
		while (k < n && out[k] != gram)
			k++;
		if (k == n)
			out[n++] = gram;
	}
	return n;
}

/* ---- making it ---- */

static bool
places_read(Workspace *w, PlaceIndex *x, Arena *a, Err *err)
{
	AUTO(Buf) all = {.max = (size_t)1 << 30};
	Stmt *s;
	bool row;
	if (!svc_stmt(w->db, &w->sql, "area_range", &s, err))
		return false;
	db_set_text(s, "lo", S(""));
	db_set_text(s, "hi", S(":"));
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		Place p = {arena_str(a, db_text(s, 0)), arena_str(a, db_text(s, 1)), {0}, 0};
		p.key = key_of(p.name, a);
		buf_add(&all, (Str){(char *)&p, sizeof p});
	}
	x->n = all.n / sizeof(Place);
	x->place = NEW(a, Place, x->n);
	if (!buf_check(&all, err))
		return false;
	if (x->n)
		memcpy(x->place, all.p, all.n);
	return true;
}

static void
grams_keep(PlaceIndex *x, Arena *a)
{
	uint32_t gram[KEY_MOST], *next;
	size_t total = 0;
	x->start = NEW(a, uint32_t, GRAMS + 1);
	for (size_t i = 0; i < x->n; i++) {
		size_t n = grams_of(x->place[i].key, gram);
		x->place[i].n_grams = (uint8_t)n;
		for (size_t k = 0; k < n; k++, total++)
			x->start[gram[k] + 1]++;
	}
	for (size_t g = 0; g < GRAMS; g++)
		x->start[g + 1] += x->start[g];
	x->holds = NEW(a, uint32_t, total);
	next = NEW(a, uint32_t, GRAMS);
	for (size_t i = 0; i < x->n; i++) {
		size_t n = grams_of(x->place[i].key, gram);
		for (size_t k = 0; k < n; k++)
			x->holds[x->start[gram[k]] + next[gram[k]]++] = (uint32_t)i;
	}
}

bool
place_index_new(Workspace *w, Arena *a, PlaceIndex **out, Err *err)
{
	PlaceIndex *x = NEW(a, PlaceIndex, 1);
	if (!places_read(w, x, a, err))
		return false;
	grams_keep(x, a);
	*out = x;
	return true;
}

/* ---- by code ---- */

static size_t
place_from(const PlaceIndex *x, Str code)
{
	size_t lo = 0, hi = x->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (str_cmp(x->place[mid].code, code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

Str
place_name(const PlaceIndex *x, Str code, Arena *a)
{
	if (code.n == 13)
		return arena_fmt(a, "TPS %.*s", STR(str_slice(code, 10, 13)));
	size_t i = place_from(x, code);
	return i < x->n && str_eq(x->place[i].code, code) ? x->place[i].name : (Str){0};
}

static void
codes_find(const PlaceIndex *x, PlaceSearch *s, Str digits)
{
	for (size_t i = place_from(x, digits);
		 i < x->n && s->n < s->max && str_starts(x->place[i].code, digits); i++)
		s->hit[s->n++] = (PlaceHit){
			x->place[i].code, x->place[i].name, str_eq(x->place[i].code, digits) ? 100 : 90};
	s->sure = s->n > 0;
}

/* ---- by name ---- */

typedef struct Looking {
	const PlaceIndex *x;
	PlaceSearch *s;
	Arena tmp;
	Str key;      /* of the name */
	size_t words; /* that it was written in */
	Str within;   /* key of an area that it lies in; empty: any */
	Level level;  /* that was named; LEVEL_ANY: none */
	uint8_t *common;
	uint32_t *seen;
	size_t n_seen;
	uint32_t gram[KEY_MOST];
	size_t n_grams;
} Looking;

static int
likeness(Str want, Str have)
{
	size_t longer = want.n > have.n ? want.n : have.n, at;
	if (!longer || !want.n)
		return 0;
	size_t away = str_distance(want, have);
	int same = away >= longer ? 0 : (int)(100 - away * 100 / longer);
	/* A part of a name is a good answer, its beginning a better one. */
	if (want.n >= 3 && str_find(have, want, &at)) {
		int part = (at == 0 ? 80 : 74) + (int)(want.n * 15 / have.n);
		return same > part ? same : part;
	}
	return same;
}

static bool
lies_within(const PlaceIndex *x, Str code, Str key)
{
	for (Level l = LEVEL_PROVINCE; l < LEVEL_VILLAGE; l++) {
		Str above = area_lift(code, l);
		size_t i = place_from(x, above);
		if (above.n < code.n && i < x->n && str_eq(x->place[i].code, above) &&
			likeness(key, x->place[i].key) >= SURE)
			return true;
	}
	return false;
}

static void
hit_put(Looking *k, const Place *p, int score)
{
	PlaceSearch *s = k->s;
	PlaceHit hit = {p->code, p->name, score};
	size_t at = s->n;
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->hit[i].code, p->code))
			return;
	/* What lies higher comes first among equals, then by code. */
	while (at &&
		(s->hit[at - 1].score < score ||
			(s->hit[at - 1].score == score &&
				(s->hit[at - 1].code.n > p->code.n ||
					(s->hit[at - 1].code.n == p->code.n &&
						str_cmp(s->hit[at - 1].code, p->code) > 0)))))
		at--;
	if (at >= s->max)
		return;
	if (s->n < s->max)
		s->n++;
	memmove(&s->hit[at + 1], &s->hit[at], (s->n - 1 - at) * sizeof hit);
	s->hit[at] = hit;
}

static size_t
words_in(Str name)
{
	size_t n = name.n > 0;
	if (str_starts(name, S("Kabupaten ")))
		name = str_slice(name, 10, name.n);
	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == ' ';
	return n;
}

/* In parts of 100: how many of the grams of both are the same. */
static int
shared(const Looking *k, size_t place)
{
	size_t all = k->n_grams + k->x->place[place].n_grams;
	return all ? (int)(200u * k->common[place] / all) : 0;
}

static void
grams_count(Looking *k)
{
	const PlaceIndex *x = k->x;
	k->common = NEW(&k->tmp, uint8_t, x->n);
	k->seen = NEW(&k->tmp, uint32_t, x->n);
	k->n_grams = grams_of(k->key, k->gram);
	for (size_t g = 0; g < k->n_grams; g++)
		for (uint32_t i = x->start[k->gram[g]]; i < x->start[k->gram[g] + 1]; i++)
			if (!k->common[x->holds[i]]++)
				k->seen[k->n_seen++] = x->holds[i];
}

/* By copy: its scratch memory is free again afterwards. */
static void
name_look(Looking k)
{
	size_t of[101] = {0}, looked = 0, enough = 0;
	int least = 100;
	if (!k.key.n || !k.x->n)
		return;
	grams_count(&k);
	for (size_t i = 0; i < k.n_seen; i++)
		of[shared(&k, k.seen[i])]++;
	for (; least > 0 && enough + of[least] <= CLOSE_LOOK; least--)
		enough += of[least];
	for (size_t i = 0; i < k.n_seen && looked < 2 * CLOSE_LOOK; i++) {
		const Place *p = &k.x->place[k.seen[i]];
		int share = shared(&k, k.seen[i]);
		if (share < least || (k.within.n && !lies_within(k.x, p->code, k.within)))
			continue;
		looked++;
		int like = likeness(k.key, p->key), score = like > share ? like : share;
		if (k.level && area_level(p->code) == k.level)
			score += score < 96 ? 4 : 0;
		/* Rawa Sari and Rawasari are two villages. */
		score += like == 100 && words_in(p->name) == k.words;
		hit_put(&k, p, score);
	}
}

/* ---- what was typed ---- */

typedef struct Typed {
	Str word[WORDS];
	size_t n, comma; /* words before the first comma; 0: there is none */
	Str tps;
	Level level;
} Typed;

static Level
level_word(Str w)
{
	static const struct {
		Str word;
		Level level;
	} known[] = {{{"kabupaten", 9}, LEVEL_REGENCY}, {{"kab", 3}, LEVEL_REGENCY},
		{{"regency", 7}, LEVEL_REGENCY}, {{"kecamatan", 9}, LEVEL_DISTRICT},
		{{"kec", 3}, LEVEL_DISTRICT}, {{"district", 8}, LEVEL_DISTRICT},
		{{"kelurahan", 9}, LEVEL_VILLAGE}, {{"kel", 3}, LEVEL_VILLAGE},
		{{"desa", 4}, LEVEL_VILLAGE}, {{"village", 7}, LEVEL_VILLAGE},
		{{"provinsi", 8}, LEVEL_PROVINCE}, {{"prov", 4}, LEVEL_PROVINCE},
		{{"province", 8}, LEVEL_PROVINCE}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(known[i].word, w))
			return known[i].level;
	return LEVEL_ANY;
}

static bool
tps_number(Str w, Arena *a, Str *out)
{
	int64_t n;
	if (!w.n || !str_int(w, &n) || n < 1 || n > 999)
		return false;
	*out = arena_fmt(a, "%03d", (int)n);
	return true;
}

/* Words, but for "tps 3" and words that name a level. */
static void
word_take(Typed *t, Str w, bool *after_tps, Arena *a)
{
	Level level = level_word(w);
	if ((*after_tps && tps_number(w, a, &t->tps)) ||
		(str_starts(w, S("tps")) && tps_number(str_slice(w, 3, w.n), a, &t->tps))) {
		*after_tps = false;
		return;
	}
	*after_tps = str_eq(w, S("tps"));
	if (*after_tps)
		return;
	if (level && t->n == 0)
		t->level = level;
	else if (!level && t->n < WORDS)
		t->word[t->n++] = w;
}

static void
typed_read(Str text, Arena *a, Typed *t)
{
	Str folded = utf8_fold(a, str_slice(text, 0, 200));
	bool after_tps = false;
	size_t from = 0;
	for (size_t i = 0; i <= folded.n; i++) {
		char c = i < folded.n ? folded.p[i] : ' ';
		if (c != ' ' && c != ',' && c != '.' && c != ';' && c != '\t' && c != '(' && c != ')')
			continue;
		if (i > from)
			word_take(t, str_slice(folded, from, i), &after_tps, a);
		if (c == ',' && !t->comma)
			t->comma = t->n;
		from = i + 1;
	}
}

static Str
words_key(const Typed *t, size_t from, size_t to, Arena *a)
{
	AUTO(Buf) b = {.max = 1024};
	for (size_t i = from; i < to; i++) {
		buf_add(&b, t->word[i]);
		buf_byte(&b, ' ');
	}
	return key_of(b.failed || !b.n ? S("") : buf_str(&b), a);
}

static void
names_find(Looking *k, const Typed *t)
{
	Arena *a = &k->tmp;
	if (t->comma && t->comma < t->n) {
		k->key = words_key(t, 0, t->comma, a);
		k->words = t->comma;
		k->within = words_key(t, t->comma, t->n, a);
		name_look(*k);
		k->within = (Str){0};
		if (k->s->n)
			return;
	}
	k->key = words_key(t, 0, t->n, a);
	k->words = t->n;
	name_look(*k);
	if (k->s->n && k->s->hit[0].score >= 90)
		return;
	/* "rawasari kota jambi": what comes behind may be where it lies. */
	for (size_t split = t->n; split-- > 1;) {
		k->key = words_key(t, 0, split, a);
		k->words = split;
		k->within = words_key(t, split, t->n, a);
		name_look(*k);
	}
}

void
place_search(const PlaceIndex *x, PlaceSearch *s, Arena *a)
{
	Str text = str_trim(s->text);
	char digits[16];
	size_t n = 0;
	bool code = text.n > 0;
	Typed typed = {0};
	Looking k = {.x = x, .s = s, .tmp = *a};
	s->n = 0;
	s->sure = false;
	s->tps = (Str){0};
	s->hit = NEW(a, PlaceHit, s->max + 1);
	for (size_t i = 0; i < text.n && code; i++) {
		code = (text.p[i] >= '0' && text.p[i] <= '9') || text.p[i] == '.' || text.p[i] == ' ';
		if (code && text.p[i] >= '0' && n < 13)
			digits[n++] = text.p[i];
	}
	if (code && n) {
		codes_find(x, s, (Str){digits, n});
		return;
	}
	typed_read(text, a, &typed);
	k.tmp = *a;
	k.level = typed.level;
	names_find(&k, &typed);
	s->tps = typed.tps;
	s->sure = s->n && s->hit[0].score >= SURE;
}
