/* name: Indonesian names made comparable: titles, fathers, abbreviations, and the spelling before 1972. */
#include "link/link.h"

#include <string.h>

/* ---- words of names ---- */

static const char *const before[] = {"ALM", "ALMH", "BAPAK", "DR", "DRA", "DRG", "DRH", "DRS", "H",
	"HAJI", "HAJJAH", "HJ", "IBU", "IR", "KH", "KYAI", "NN", "NY", "NYONYA", "PROF", "SDR", "SDRI",
	"TN", "TUAN", "UST", "USTAD", "USTADZ", NULL};
static const char *const behind[] = {"ALM", "ALMH", "AMD", "AMKEB", "BA", "BSC", "LC", "MA", "MAG",
	"MBA", "MH", "MHI", "MHUM", "MKES", "MKN", "MKOM", "MM", "MMT", "MPD", "MPDI", "MSC", "MSI",
	"MT", "NERS", "PHD", "SAG", "SE", "SEI", "SFARM", "SH", "SHI", "SHUM", "SHUT", "SIK", "SIKOM",
	"SIP", "SKED", "SKEP", "SKM", "SKOM", "SPD", "SPDI", "SPSI", "SPT", "SSI", "SSN", "SSOS",
	"SSOSI", "SST", "ST", "STP", "STR", "STRKEB", NULL};
static const char *const child_of[] = {"BIN", "BINTI", "BT", "BTE", "BTI", NULL};
static const char *const muhammad[] = {"MHD", "MOCH", "MOCHAMAD", "MOCHAMMAD", "MOH", "MOHAMAD",
	"MOHAMED", "MOHAMMAD", "MOHAMMED", "MOHD", "MUCH", "MUCHAMAD", "MUCHAMMAD", "MUH", "MUHAMAD",
	"MUHAMED", "MUHAMMAD", "MUHAMMED", "MUHD", NULL};
static const char *const abdul[] = {"ABD", "ABDOEL", "ABDL", "ABDUL", NULL};

static bool
is_one_of(Str word, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(word, str_of(*list)))
			return true;
	return false;
}

/* ---- reading ---- */

enum { WORDS = 24, WORD_MOST = 48 };
typedef struct Words {
	char text[WORDS][WORD_MOST];
	size_t length[WORDS];
	bool dotted[WORDS]; /* nothing but a dot stands between it and the next one: S.Pd */
	size_t n;
} Words;

static Str
word(const Words *w, size_t i)
{
	return (Str){w->text[i], w->length[i]};
}

static void
word_letter(Words *w, bool *open, char c)
{
	if (!*open) {
		if (w->n == WORDS)
			return;
		w->length[w->n] = 0;
		w->dotted[w->n++] = false;
		*open = true;
	}
	size_t at = w->n - 1;
	if (w->length[at] < WORD_MOST)
		w->text[at][w->length[at]++] = c;
}

/* What stands behind the first comma is titles, unless nothing stands before it. */
static void
words_read(Str s, Words *w)
{
	bool open = false, full = false;
	for (size_t i = 0; i < s.n && !full; i++) {
		char c = s.p[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c >= 'A' && c <= 'Z') {
			full = !open && w->n == WORDS;
			word_letter(w, &open, c);
		} else if (c == ',' && w->n) {
			break;
		} else if (c == '.' && open) {
			w->dotted[w->n - 1] = true;
			open = false;
		} else if (strchr(" \t.-/_&(", c) && c) {
			if (w->n && c != '.')
				w->dotted[w->n - 1] = false;
			open = false;
		}
	}
}

/* The title that begins at word `at`, dots left out: how many words it takes, 0: none. */
static size_t
title_behind(const Words *w, size_t at)
{
	char all[WORD_MOST];
	size_t n = 0, most = 0;
	for (size_t i = at; i < w->n; i++) {
		Str next = word(w, i);
		if (n + next.n > sizeof all)
			break;
		memcpy(all + n, next.p, next.n);
		n += next.n;
		if (is_one_of((Str){all, n}, behind))
			most = i + 1 - at;
		if (!w->dotted[i])
			break;
	}
	return most;
}

/* How many words are the name itself, from *first on. */
static size_t
core(const Words *w, size_t *first)
{
	size_t from = 0, end = w->n;
	while (from < w->n && is_one_of(word(w, from), before))
		from++;
	for (size_t i = from + 1; i < w->n && end == w->n; i++) {
		size_t at = i;
		while (at < w->n && title_behind(w, at))
			at += title_behind(w, at);
		if (at == w->n || is_one_of(word(w, i), child_of))
			end = i;
	}
	*first = from < w->n ? from : 0;
	return end - *first;
}

static void
name_add(Name *out, Str token)
{
	size_t blank = out->n > 0, room = NAME_MOST - out->n;
	if (out->tokens == NAME_TOKENS || room <= blank || token.n == 0)
		return;
	if (blank)
		out->text[out->n++] = ' ';
	size_t n = token.n < room - blank ? token.n : room - blank;
	out->at[out->tokens++] = out->n;
	memcpy(out->text + out->n, token.p, n);
	out->n = (uint8_t)(out->n + n);
}

void
name_read(Str written, Name *out)
{
	Words w = {.n = 0};
	size_t first, n;
	*out = (Name){.n = 0};
	words_read(written, &w);
	n = core(&w, &first);
	for (size_t i = 0; i < n; i++) {
		Str s = word(&w, first + i);
		bool initial = i == 0 && n > 1 && str_eq(s, S("M"));
		if (initial || is_one_of(s, muhammad))
			s = S("MUHAMMAD");
		else if (is_one_of(s, abdul))
			s = S("ABDUL");
		name_add(out, s);
	}
}

Str
name_text(const Name *n)
{
	return (Str){n->text, n->n};
}

Str
name_token(const Name *n, size_t i)
{
	size_t end = i + 1 < n->tokens ? (size_t)n->at[i + 1] - 1 : n->n;
	return (Str){n->text + n->at[i], end - n->at[i]};
}

/* ---- sound ---- */

static const char pairs[][2][3] = {
	{"OE", "U"}, {"TJ", "C"}, {"DJ", "Y"}, {"CH", "KH"}, {"IE", "I"}};

static void
sound_add(char *out, size_t *n, char c)
{
	c = c == 'J' ? 'Y' : c == 'F' || c == 'V' ? 'P' : c;
	if (*n < NAME_MOST && (*n == 0 || out[*n - 1] != c))
		out[(*n)++] = c;
}

static const char *
pair_sound(Str s, size_t i)
{
	for (size_t k = 0; i + 1 < s.n && k < sizeof pairs / sizeof *pairs; k++)
		if (s.p[i] == pairs[k][0][0] && s.p[i + 1] == pairs[k][0][1])
			return pairs[k][1];
	return NULL;
}

size_t
name_sound(const Name *name, char out[NAME_MOST])
{
	size_t n = 0;
	for (size_t t = 0; t < name->tokens; t++) {
		Str s = name_token(name, t);
		for (size_t i = 0; i < s.n; i++) {
			const char *to = pair_sound(s, i);
			if (!to) {
				sound_add(out, &n, s.p[i]);
				continue;
			}
			for (; *to; to++)
				sound_add(out, &n, *to);
			i++;
		}
	}
	return n;
}
