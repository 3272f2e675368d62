/* What the files of the linkage engine share. */
#ifndef SIAP_LINK_PRIVATE_H
#define SIAP_LINK_PRIVATE_H

#include "link/link.h"

#include <pthread.h>

/* The same function for newer processors too, chosen when the program starts. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(SIAP_SAN)
#define LINK_FAST __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define LINK_FAST
#endif

/* Spreads bytes over 64 bits, the same in every process: groups, and so results, do not depend on the run. */
uint64_t link_hash(Str s);
static inline uint64_t
link_mix(uint64_t v)
{
	v ^= v >> 32;
	v *= UINT64_C(0xd6e8feb86659fd93);
	v ^= v >> 32;
	v *= UINT64_C(0xd6e8feb86659fd93);
	return v ^ v >> 32;
}

/* ---- Names and places: each different text once (texts.c) ---- */

/* A text as it is compared; what follows it in memory is padded to 4 bytes. */
typedef struct Entry {
	uint32_t count;    /* rows that have it */
	uint32_t sound;    /* hash of it as it sounds */
	uint16_t three;    /* the first three letters as they sound, five bits each */
	uint8_t n, n_tokens;
	char text[];
} Entry;
enum { SHARDS = 16, SHARD_BITS = 28, SHARD_SHIFT = 60 }; /* of the hash */
typedef struct Shard {
	pthread_mutex_t lock;
	Arena a;           /* entries, one behind the other from `base` on */
	char *base;
	uint32_t used, room; /* in words of 4 bytes */
	uint64_t *slot;    /* while texts are added, a hash table: hash << 32 | place */
	uint32_t slots, n;
	Arena table;
} Shard;
typedef struct Texts {
	Shard shard[SHARDS];
	bool names; /* read with name_read; else letters and digits as they are, in capitals */
} Texts;
/* Numbers: shard in the upper bits, place in it below; 0 is the empty text. */
bool texts_open(Texts *t, size_t rows, bool names, Err *err) MUST;
void texts_close(Texts *t);
typedef struct TextUse { /* as in Row */
	uint32_t number, sound, letters, tokens;
	uint16_t three;
	uint8_t first;
} TextUse;
/* use[i] of text i of `from`, which times[i] more rows have. Any number of threads at a time. Scratch from `tmp`. */
bool texts_add(Texts *t, const LinkTexts *from, const uint32_t *times, TextUse *use, Arena tmp, Err *err) MUST;
void texts_end(Texts *t); /* nothing more is added: what only adding needs is given back */
static inline const Entry *
texts_get(const Texts *t, uint32_t number)
{
	return (const Entry *)(const void *)(t->shard[number >> SHARD_BITS].base +
		(size_t)(number & ((UINT32_C(1) << SHARD_BITS) - 1)) * 4);
}
static inline Str
entry_text(const Entry *e)
{
	return (Str){e->text, e->n};
}

/* ---- Rows (set.c) ---- */
enum { TOKEN_BITS = 27 };
typedef struct Row { /* 40 bytes */
	uint64_t number;   /* a digit in each four bits, the last one lowest; 0: unknown */
	uint64_t birth : 23; /* year << 9 | month << 5 | day; 0: unknown */
	uint64_t area : 24;  /* number in area[] of the set; 0: unknown */
	uint64_t sex : 2;
	uint64_t three : 15; /* as in Entry */
	uint32_t family;   /* hash; 0: unknown */
	uint32_t name, place;
	uint32_t sound;    /* of the name */
	uint32_t letters;  /* of the name: a bit for each that it has, and above bit 26 how long it is */
	uint32_t tokens : TOKEN_BITS; /* of the name: a bit for each of two letters or more */
	uint32_t first : 5; /* letter of the name */
} Row;
typedef struct LinkArea {
	uint64_t code;
	uint32_t district, regency; /* first 6 and 4 of 10 digits; of other codes themselves */
} LinkArea;
typedef struct Model Model;
struct LinkSet {
	Arena a;
	Row *row;
	size_t n, other;
	Texts names, places;
	LinkArea *area;
	uint32_t n_area, areas_most;
	pthread_mutex_t area_lock;
	uint32_t *born;    /* rows by birth date: [(year * 12 + month - 1) * 31 + day - 1] */
	Model *model;      /* after link_run */
	unsigned keys;
};
static inline uint32_t
born_at(uint32_t birth)
{
	return ((birth >> 9) * 12 + (birth >> 5 & 15) - 1) * 31 + (birth & 31) - 1;
}
static inline uint32_t
rows_born(const LinkSet *s, uint32_t birth)
{
	return s->born[born_at(birth)];
}

/* ---- Keys (keys.c) ---- */
/* Hash of the row's key; 0: it has none. Equal keys have equal hashes; key_agrees decides. LINK_KEYS: of all that is in the row. */
uint32_t key_hash(const LinkSet *s, const Row *r, LinkKey k);
bool key_agrees(const LinkSet *s, const Row *a, const Row *b, LinkKey k);
/* The key a pair is looked at under is the first of `keys` that agrees; true: none before k does. */
bool key_is_first(const LinkSet *s, const Row *a, const Row *b, LinkKey k, unsigned keys);

/* ---- Chance (chance.c): how probable it is that two rows at random are equal in a part of a key ---- */
typedef struct Meeting {
	double all; /* pairs of rows */
	double birth, year, letters, name, place, village, district;
} Meeting;
bool meeting_count(const LinkSet *s, Meeting *m, Err *err) MUST; /* letters and areas from a part of the rows */
/* So many pairs of strangers are expected to agree on the key, if its parts have nothing to do with each other (names do not tell the year
 * of birth); -1: nobody can say. */
double meeting_pairs(const Meeting *m, LinkKey k);

/* ---- Comparing (compare.c): a field's level is what two rows have in common there ---- */
typedef enum LinkField { BY_NAME, BY_BIRTH, BY_NUMBER, BY_PLACE, BY_SEX, BY_AREA } LinkField;
enum { /* of each field from most alike to least, the last one: unknown */
	NAME_RAREST = 0, NAME_RARE, NAME_FREQUENT, NAME_MOST_FREQUENT, NAME_SOUND, NAME_ORDER, NAME_EDIT, NAME_WITHIN, NAME_WITHIN_ONE,
	NAME_92, NAME_88, NAME_80, NAME_70, NAME_OTHER, NAME_UNKNOWN, NAME_LEVELS,
	BIRTH_EQUAL = 0, BIRTH_HEAPED, BIRTH_SWAPPED, BIRTH_DIGIT, BIRTH_YEAR, BIRTH_NEAR, BIRTH_OTHER, BIRTH_UNKNOWN, BIRTH_LEVELS,
	NUMBER_EQUAL = 0, NUMBER_DIGIT, NUMBER_OTHER_AREA, NUMBER_SERIAL, NUMBER_NEXT, NUMBER_STEM, NUMBER_OTHER, NUMBER_UNKNOWN,
	NUMBER_LEVELS,
	PLACE_RARE = 0, PLACE_EQUAL, PLACE_FREQUENT, PLACE_ALIKE, PLACE_OTHER, PLACE_UNKNOWN, PLACE_LEVELS,
	SEX_EQUAL = 0, SEX_OTHER, SEX_NOT_KNOWN, SEX_LEVELS,
	AREA_FAMILY = 0, AREA_FAMILY_MOVED, AREA_VILLAGE, AREA_DISTRICT, AREA_REGENCY, AREA_OTHER, AREA_UNKNOWN, AREA_LEVELS,
	LEVELS_MOST = 16
};
/* All six levels in one number: name in the lowest 4 bits, then birth 3, number 3, place 3, sex 2, area 3. */
enum { NAME_SHIFT = 0, BIRTH_SHIFT = 4, NUMBER_SHIFT = 7, PLACE_SHIFT = 10, SEX_SHIFT = 13, AREA_SHIFT = 15, PATTERN_BITS = 18 };
enum { PATTERNS = 1 << PATTERN_BITS, CHEAP = 1 << (PATTERN_BITS - BIRTH_SHIFT) };
typedef uint32_t LevelPattern;
extern const uint8_t field_shift[LINK_FIELDS], field_bits[LINK_FIELDS], field_levels[LINK_FIELDS];
static inline unsigned
level_of(LevelPattern p, int field)
{
	return p >> field_shift[field] & ((1u << field_bits[field]) - 1);
}
typedef struct Comparer { /* one per thread: what was prepared for a name is used for all it is compared with */
	const LinkSet *s;
	const Entry *prepared;
	Pattern pattern;
	struct PlaceMemo *memo;
} Comparer;
enum { MEMO = 4096 };
typedef struct PlaceMemo {
	uint32_t a, b;
	uint8_t level;
} PlaceMemo;
LevelPattern compare_near(const LinkSet *s, const Row *a, const Row *b); /* what stands in the rows: all but place and name */
LevelPattern compare_place(Comparer *c, const Row *a, const Row *b);     /* the place */
LevelPattern compare_cheap(Comparer *c, const Row *a, const Row *b); /* all but the name, whose bits are 0 */
/* The name's level where the names are equal or sound so or one is unknown; NAME_LEVELS: letters must be compared. */
unsigned compare_name_quick(const LinkSet *s, const Row *a, const Row *b);
unsigned compare_name_tokens(const LinkSet *s, const Row *a, const Row *b); /* the level by whole tokens, NAME_LEVELS: by letters */
unsigned compare_name_letters(Comparer *c, const Row *a, const Row *b);
unsigned compare_name(Comparer *c, const Row *a, const Row *b); /* all of these */
/* The most alike that the names can be letter by letter, by which of them they have. */
unsigned compare_name_bound(const Row *a, const Row *b);

/* ---- The model (model.c) ---- */
/* Fields are independent but for a context: a field's levels may depend on a fact or two about those of others. */
enum { CONTEXTS = 4 };
typedef struct Shares {
	double of[LINK_FIELDS][CONTEXTS][LEVELS_MOST];
} Shares;
/* Birth, number and area of a pattern. */
enum { NEAR_BITS = PLACE_SHIFT - BIRTH_SHIFT, NEAR_MOST = 1 << (NEAR_BITS + 3) };
static inline unsigned
near_of(LevelPattern p)
{
	return (p >> BIRTH_SHIFT & ((1u << NEAR_BITS) - 1)) | p >> AREA_SHIFT << NEAR_BITS;
}
typedef struct Weights {
	Shares m, u; /* how often the rows of one person, of two people have it */
	Shares same; /* what the pairs of the sample that are one person have, in pairs */
	double bits[LINK_FIELDS][CONTEXTS][LEVELS_MOST]; /* log2 (m / u), never rising within an order of levels */
	double share, prior; /* part of the candidates that are one person; log2 of its odds */
	float cheap[CHEAP];  /* prior and all fields but name and sex, by pattern >> BIRTH_SHIFT */
	float rest[2][LEVELS_MOST][4]; /* name and sex, by the name's context */
	float placeless[2][NEAR_MOST]; /* the most that prior and fields but name and sex can give where the place is another, the same, by near_of */
	float most[2][4][LEVELS_MOST]; /* the most that a name of this level or any after it can give, with the sex */
} Weights;
struct Model {
	Weights by_key[LINK_KEYS];
};
typedef struct Seen { /* how often a pattern was seen among candidates */
	LevelPattern pattern;
	uint32_t times;
} Seen;
typedef struct Sample {
	const Seen *seen;
	size_t n;
	double share; /* a first guess of the part that is one person */
	bool never;   /* two people never agree on this key by chance */
} Sample;
void shares_expected(Shares *out);                /* of one person, before any pair was seen */
void shares_apart(Sample sample, Shares *out);    /* of strangers, from pairs taken at random */
void shares_found(const Model *m, unsigned keys, Shares *out); /* of one person, from what all keys have found */
/* Learns the weights for the candidates of a key from their patterns alone; same, apart: what is believed of one person and of two. */
void weights_learn(Weights *w, Sample sample, const Shares *same, const Shares *apart);
static inline unsigned
in_family(LevelPattern p)
{
	return p >> AREA_SHIFT <= AREA_FAMILY_MOVED;
}
static inline float
pattern_bits(const Weights *w, LevelPattern p)
{
	return w->cheap[p >> BIRTH_SHIFT] + w->rest[in_family(p)][p & 15][p >> SEX_SHIFT & 3];
}
double field_bits_of(const Weights *w, LevelPattern p, int field); /* what the field adds; 0 when it is not known */
double bits_probability(double bits);
LinkClass pattern_class(LevelPattern p, double bits); /* bits: all the evidence */
uint64_t texts_pairs(const Texts *t); /* of rows that have one text */

/* ---- Candidates (blocks.c): rows grouped by key ---- */
typedef struct Group {
	const uint32_t *row; /* ascending */
	size_t n;
} Group;
typedef struct Blocks {
	size_t parts;        /* pieces that are worked on apart from each other: 1 << bits */
	unsigned bits;
	uint64_t *slot;      /* hash << 32 | row, by part */
	uint64_t *list;      /* the same in the order of rows, while parts are filled */
	size_t *from;        /* [parts + 1] */
	LinkKey key;
	size_t every;        /* only parts that are a multiple of this power of two are filled */
	Arena a;
} Blocks;
/* The rows by each of n keys (b[i].key, the rest noughts or what an earlier call left there, whose memory is used again), in one walk over
 * them. every: 1 for all of them, else a sample of the groups. On an error all of them are closed. */
bool blocks_open(const LinkSet *s, Blocks *b, size_t n, size_t every, int threads, Err *err) MUST;
void blocks_close(Blocks *b);
size_t part_size(const Blocks *b, size_t part);
/* The slots of a part by hash, then row: where they are, or in scratch, which has room for as many. The rows of equal hashes are a group. */
const uint64_t *part_sort(Blocks *b, size_t part, uint64_t *scratch);

#endif
