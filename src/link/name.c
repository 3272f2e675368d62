/* name: Indonesian names made comparable: titles, fathers, abbreviations, and the spelling before 1972. */
#include "link/link.h"

#include <pthread.h>
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

/* ---- finding words: by their letters as one number, five bits each ---- */

enum {
	BEFORE = 1,
	BEHIND = 2,
	CHILD_OF = 4,
	MUHAMMAD = 8,
	ABDUL = 16,
	TABLE = 512,
	CODE_LETTERS = 12
};
typedef struct Known {
	uint64_t code;
	unsigned kinds;
} Known;
static Known known[TABLE];
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static Known *
known_slot(uint64_t code)
{
	size_t i = (size_t)(code * UINT64_C(0x9e3779b97f4a7c15) >> 55);
	while (known[i].code && known[i].code != code)
		i = (i + 1) % TABLE;
	return &known[i];
}

static void
known_add(const char *const *list, unsigned kind)
{
	for (; *list; list++) {
		uint64_t code = 0;
		for (const char *c = *list; *c; c++)
			code = code << 5 | (*c & 31);
		NEED(strlen(*list) <= CODE_LETTERS);
		Known *k = known_slot(code);
		k->code = code;
		k->kinds |= kind;
	}
}

static void
known_fill(void)
{
	known_add(before, BEFORE);
	known_add(behind, BEHIND);
	known_add(child_of, CHILD_OF);
	known_add(muhammad, MUHAMMAD);
	known_add(abdul, ABDUL);
}

/* ---- reading ---- */

enum { WORDS = 24, WORD_MOST = 48 };
typedef struct Words {
	char letters[WORDS * WORD_MOST];
	uint64_t code[WORDS]; /* 0: too long to be known */
	uint16_t at[WORDS];
	uint8_t length[WORDS];
	bool dotted[WORDS]; /* nothing but a dot stands between it and the next one: S.Pd */
	size_t n, used;
} Words;

static Str
word(const Words *w, size_t i)
{
	return (Str){w->letters + w->at[i], w->length[i]};
}

static unsigned
kinds(const Words *w, size_t i)
{
	return w->code[i] ? known_slot(w->code[i])->kinds : 0;
}

static void
word_letter(Words *w, bool *open, char c)
{
	if (!*open) {
		if (w->n == WORDS)
			return;
		w->length[w->n] = 0;
		w->code[w->n] = 0;
		w->at[w->n] = (uint16_t)w->used;
		w->dotted[w->n++] = false;
		*open = true;
	}
	size_t at = w->n - 1;
	if (w->length[at] == WORD_MOST)
		return;
	w->letters[w->used++] = c;
	w->length[at]++;
	bool fits = w->length[at] == 1 || (w->code[at] && w->length[at] <= CODE_LETTERS);
	w->code[at] = fits ? w->code[at] << 5 | (c & 31) : 0;
}

static bool
is_separator(char c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '.':
	case '-':
	case '/':
	case '_':
	case '&':
	case '(':
		return true;
	default:
		return false;
	}
}

/* What stands behind the first comma is titles, unless nothing stands before it. */
static void
words_read(Str s, Words *w)
{
	bool open = false, full = false;
	w->n = w->used = 0;
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
		} else if (is_separator(c)) {
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
	uint64_t code = 0;
	size_t n = 0, most = 0;
	for (size_t i = at; i < w->n; i++) {
		n += w->length[i];
		if (n > CODE_LETTERS)
			break;
		code = code << (5 * w->length[i]) | w->code[i];
		if (known_slot(code)->kinds & BEHIND)
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
	while (from < w->n && kinds(w, from) & BEFORE)
		from++;
	for (size_t i = from + 1; i < w->n && end == w->n; i++) {
		size_t at = i, took;
		while (at < w->n && (took = title_behind(w, at)) > 0)
			at += took;
		if (at == w->n || kinds(w, i) & CHILD_OF)
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

/* Most names hold nothing but themselves: no word that means something, no dot, no initial M. */
static bool
is_plain(const Words *w)
{
	unsigned all = w->n > 1 && w->length[0] == 1;
	for (size_t i = 0; i < w->n; i++)
		all |= kinds(w, i) | w->dotted[i];
	return !all;
}

static void
name_put(const Words *w, size_t i, bool many, Name *out)
{
	Str s = word(w, i);
	unsigned kind = kinds(w, i);
	if ((many && str_eq(s, S("M"))) || kind & MUHAMMAD)
		s = S("MUHAMMAD");
	else if (kind & ABDUL)
		s = S("ABDUL");
	name_add(out, s);
}

void
name_read(Str written, Name *out)
{
	Words w;
	size_t first = 0;
	NEED(pthread_once(&known_once, known_fill) == 0);
	out->n = out->tokens = 0;
	words_read(written, &w);
	bool plain = is_plain(&w);
	size_t n = plain ? w.n : core(&w, &first);
	for (size_t i = 0; i < n; i++)
		if (plain)
			name_add(out, word(&w, i));
		else
			name_put(&w, first + i, i == 0 && n > 1, out);
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

static void
sound_add(char *out, size_t *n, char c)
{
	c = c == 'J' ? 'Y' : c == 'F' || c == 'V' ? 'P' : c;
	if (*n < NAME_MOST && (*n == 0 || out[*n - 1] != c))
		out[(*n)++] = c;
}

/* What two letters sound like, in one or two; NULL: as they are written. */
static const char *
pair_sound(char c, char next)
{
	switch (c) {
	case 'O':
		return next == 'E' ? "U" : NULL;
	case 'T':
		return next == 'J' ? "C" : NULL;
	case 'D':
		return next == 'J' ? "Y" : NULL;
	case 'C':
		return next == 'H' ? "KH" : NULL;
	case 'I':
		return next == 'E' ? "I" : NULL;
	default:
		return NULL;
	}
}

size_t
name_sound(const Name *name, char out[NAME_MOST])
{
	size_t n = 0;
	for (size_t t = 0; t < name->tokens; t++) {
		Str s = name_token(name, t);
		for (size_t i = 0; i < s.n; i++) {
			const char *to = i + 1 < s.n ? pair_sound(s.p[i], s.p[i + 1]) : NULL;
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
