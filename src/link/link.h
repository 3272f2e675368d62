/* link: record linkage: how alike two names or numbers are, and which records may be of one person. Pure: no files, no database. */
#ifndef SIAP_LINK_H
#define SIAP_LINK_H

#include "base/base.h"

/* ---- Likeness of two short texts ---- */

enum { LINK_LETTERS = 64 }; /* longer texts are compared by their first 64 letters */

/* A text made ready to be compared with many: bit i of mask[c & 31] is set where letter i is c. The letters of one text and of all that it
 * is compared with are either A to Z and blanks, or digits: within each kind c & 31 differs. */
typedef struct Pattern {
	uint64_t mask[32];
	int n;
} Pattern;
void pattern_make(Str text, Pattern *out);
/* Jaro's likeness of two texts, 0 to 1, raised by Winkler's bonus of 0.1 for each of up to four equal first letters where it is over 0.7.
 * 1 for two empty texts, 0 for an empty one and another. `text` is the one the pattern was made of.
 * Jaro 1989, J. Am. Stat. Ass. 84:414; Winkler 1990, Proc. Section on Survey Research Methods, 354. All letters of a text at once, as bits
 * of a word: each letter of `other` takes the first equal one within the window that none has taken yet. */
double pattern_jaro_winkler(const Pattern *p, Str text, Str other);
/* How many letters must be put in, left out, changed or exchanged with their neighbour to make one text of the other, no letter touched
 * twice ("optimal string alignment"). Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances". */
int pattern_distance(const Pattern *p, Str other);

/* ---- Names ---- */

enum { NAME_MOST = LINK_LETTERS, NAME_TOKENS = 10 };

/* A name as it is compared. text: A to Z, one blank between tokens, titles and fathers taken off, forms of Muhammad and Abdul as one.
 * token[i] starts at at[i]. What does not fit is cut at the end. */
typedef struct Name {
	char text[NAME_MOST];
	uint8_t n, tokens;
	uint8_t at[NAME_TOKENS];
} Name;
/* Any bytes; what is no Latin letter of ASCII separates tokens (blanks, dots, hyphens) or is dropped (apostrophes, digits, others).
 * "H. M. Sjarif, S.Pd." is MUHAMMAD SJARIF, "Nur'aini binti Usman" is NURAINI. A name of titles alone stays as written. */
void name_read(Str written, Name *out);
Str name_text(const Name *n);
Str name_token(const Name *n, size_t i);
/* The name as it sounds, without blanks: what is equal here is one name in other letters, of before or after the spelling of 1972
 * (Soedjono, Sudjono, Sujono; Tjahja, Cahya; Juli, Yuli). oe becomes u, tj c, dj and j y, ch kh, ie i, f and v p, doubled letters one:
 * nj/ny and sj/sy are equal by that. Returns the length. */
size_t name_sound(const Name *n, char out[NAME_MOST]);

/* ---- Records of people, and which of them may be one person ----
 * A set holds what is compared: a number (NIK), a family, birth date, sex, name, birthplace, area. Candidates are pairs that agree on a
 * key (LINK_KEY_...); each is compared field by field in levels, and a model learned from the pairs themselves, without any known
 * answer, says how probable it is that they are one person. Pairs are looked at and forgotten; only the likely ones are kept. */
typedef struct LinkTexts { /* different texts; text i is bytes at[i] to at[i + 1] */
	uint32_t n;
	const uint32_t *at;
	const char *bytes;
} LinkTexts;
typedef struct LinkBatch { /* some rows, column by column; NULL: a column that there is not */
	size_t n;
	const uint64_t *number;  /* up to 16 digits; 0: unknown */
	const uint64_t *family;  /* 0: unknown */
	const uint64_t *area;    /* of 10 digits (village), equal first 6: one district, equal first 4: one regency; 0: unknown */
	const int32_t *birth;    /* days since 1970-01-01, of the years 1 to 9999; INT32_MIN: unknown */
	const uint8_t *sex;      /* 0: unknown */
	const uint16_t *name, *place; /* numbers in names, places */
	LinkTexts names, places; /* as written */
} LinkBatch;
typedef struct LinkSource { /* where rows come from, in pieces that any thread may ask for in any order */
	size_t rows, pieces;
	size_t other;            /* from this row on they are of another list; rows or 0: there is one list only */
	/* The rows of a piece, the first of which is number *first of all. The arena is the thread's, reset after each piece. */
	bool (*read)(void *ctx, size_t piece, Arena *a, LinkBatch *out, size_t *first, Err *err);
	void *ctx;
} LinkSource;
typedef struct LinkSet LinkSet;
/* At most 2^32 - 2 rows. About 40 bytes a row, and some 32 for each different name. */
bool link_open(const LinkSource *source, int threads, LinkSet **out, Err *err) MUST;
void link_close(LinkSet *s); /* NULL allowed */
typedef LinkSet *LinkSetP;
static inline void
LinkSetP_auto(LinkSetP *s)
{
	link_close(*s);
}

typedef enum LinkKey { /* what candidates agree on; a pair is looked at under the first of its keys */
	LINK_NUMBER,        /* number */
	LINK_BIRTH_LETTERS, /* birth date and the first three letters of the name as it sounds */
	LINK_NAME_YEAR,     /* name as it sounds, year of birth */
	LINK_NAME_AREA,     /* name as it sounds, village */
	LINK_FAMILY,        /* family */
	LINK_BIRTH_DISTRICT, /* birth date, district */
	LINK_TAIL_LETTERS,  /* last ten digits of the number, first three letters of the name */
	LINK_BIRTH,         /* birth date: many pairs */
	LINK_NAME_BIRTH,    /* name as it sounds, birth date */
	LINK_BIRTH_LETTERS_PLACE, /* birth date, first three letters, birthplace */
	LINK_KEYS
} LinkKey;
#define LINK_BIT(key) (1u << (key))
/* For up to some ten million rows. */
#define LINK_TIGHT (LINK_BIT(LINK_BIRTH) - 1)
/* And those who moved, with another name and another number. */
#define LINK_LOOSE (LINK_BIT(LINK_NAME_BIRTH) - 1)
/* Pairs grow with the rows, not with their square: for hundreds of millions. */
#define LINK_LINEAR \
	(LINK_BIT(LINK_NUMBER) | LINK_BIT(LINK_NAME_AREA) | LINK_BIT(LINK_FAMILY) | LINK_BIT(LINK_BIRTH_DISTRICT) | \
		LINK_BIT(LINK_TAIL_LETTERS) | LINK_BIT(LINK_NAME_BIRTH) | LINK_BIT(LINK_BIRTH_LETTERS_PLACE))

typedef enum LinkClass {
	LINK_SAME,     /* likely one person */
	LINK_TWINS,    /* born on one day in one household, other names */
	LINK_SHARED,   /* one number, but neither name nor birth date are alike */
	LINK_HOUSEHOLD, /* one name in one household, other birth dates: father and son */
	LINK_CLASSES
} LinkClass;
typedef struct LinkPair {
	uint32_t a, b;       /* rows, a before b */
	float probability;   /* that they are one person */
	uint8_t key, class;  /* LinkKey, LinkClass */
} LinkPair;
typedef struct LinkOptions {
	unsigned keys;       /* LINK_TIGHT, … */
	int threads;
	double least;        /* pairs of class LINK_SAME are kept from this probability on: 0.5 when 0 */
	uint32_t block_most; /* rows that share a key: larger groups are cut, and it is said; 0: 20,000 */
	bool (*progress)(void *ctx, const char *stage, double part); /* NULL allowed; false: stop (E_BUSY); called by one thread at a time */
	void *ctx;
} LinkOptions;
typedef struct LinkKeyReport {
	uint64_t pairs;      /* candidates first found by this key */
	uint64_t compared;   /* of them those whose names had to be compared letter by letter */
	uint64_t cut_blocks, cut_pairs; /* not looked at, for being of groups larger than block_most */
	uint32_t largest;    /* rows in the largest group */
	double share;        /* learned: part of the candidates that are one person */
} LinkKeyReport;
typedef struct LinkReport {
	LinkKeyReport key[LINK_KEYS];
	uint64_t in_class[LINK_CLASSES];
	double chance;       /* so many pairs of strangers with one name and one birth date are to be expected (the birthday problem) */
	uint64_t coincidences; /* so many pairs with one name and one birth date there are */
	int64_t train_us, pairs_us;
	LinkPair *pair;      /* those that are likely, or of another class than LINK_SAME; in the order of a, then b */
	size_t n;
} LinkReport;
/* Learns and looks at all candidates. The pairs live in `a`. The same for any number of threads and any order of the rows. */
bool link_run(LinkSet *s, const LinkOptions *o, Arena *a, LinkReport *out, Err *err) MUST;

/* Why a pair got its probability: a line for each field. After link_run, with its keys. */
enum { LINK_FIELDS = 6 };
typedef struct LinkReason {
	const char *field, *level; /* in the language of the thread */
	double bits;               /* log2 of how much likelier this is for one person than for two */
} LinkReason;
typedef struct LinkWhy {
	LinkReason reason[LINK_FIELDS];
	double prior; /* bits, by the key that found them */
	double probability;
	LinkKey key;
	LinkClass class;
} LinkWhy;
bool link_explain(const LinkSet *s, uint32_t a, uint32_t b, LinkWhy *out) MUST; /* false: no key of theirs agrees */

/* Groups of rows that pairs of at least this probability tie together: group[i] is the first row of the group of row i. n_rows numbers
 * live in a. Pairs of other classes than LINK_SAME tie nothing. */
uint32_t *link_groups(const LinkSet *s, const LinkPair *pair, size_t n, double least, Arena *a);

#endif
