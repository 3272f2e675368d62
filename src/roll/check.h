/* Checks of a stored version of the roll, voter by voter. Part of roll.h. */
#ifndef SIAP_ROLL_CHECK_H
#define SIAP_ROLL_CHECK_H

typedef enum RollCheck {
	CHECK_NIK_EMPTY,
	CHECK_NIK_LENGTH,
	CHECK_NIK_MANGLED,
	CHECK_NIK_LETTERS,
	CHECK_NIK_ONE_DIGIT,
	CHECK_NIK_PROVINCE,
	CHECK_NIK_DATE,
	CHECK_NIK_AREA,
	CHECK_BIRTH_NIK,
	CHECK_SEX_NIK,
	CHECK_CENTURY,
	CHECK_BIRTH_MISSING,
	CHECK_AGE_UNDER,
	CHECK_AGE_100,
	CHECK_AGE_120,
	CHECK_CARD_MISSING,
	CHECK_CARD_SCHOOL, /* the same voters as far as they are of school age */
	CHECK_CARD_UNKNOWN,
	CHECK_NO_STATION,
	CHECK_REMOVED_DEAD, /* from here on in the order of the classes of removal */
	CHECK_REMOVED_TWICE,
	CHECK_REMOVED_YOUNG,
	CHECK_REMOVED_MOVED,
	CHECK_REMOVED_FOREIGN,
	CHECK_REMOVED_FORCES,
	CHECK_REMOVED_STATION,
	CHECK_REMOVED_OTHER,
	CHECK_NIK_TWICE_STATION, /* from here on wider and wider */
	CHECK_NIK_TWICE_VILLAGE,
	CHECK_NIK_TWICE_REGENCY,
	CHECK_NIK_TWICE_PROVINCE,
	CHECK_NIK_TWICE_COUNTRY,
	CHECK_FAMILY_SPLIT,
	CHECK_OVER_LIMIT, /* of a polling station: so many voters above the limit; no voter of them is named */
	CHECK_DECEASED,
	CHECK_DECEASED_ALIKE,
	CHECK_FORCES,
	CHECK_FORCES_ALIKE,
	ROLL_CHECKS
} RollCheck;
typedef struct RollCheckWords {
	const char *id;             /* as commands, datasets and pages name it */
	bool must;                  /* the voter cannot stay as they are; else for somebody to look at */
	const char *title, *remedy; /* translated */
} RollCheckWords;
RollCheckWords roll_check_words(RollCheck c);
bool roll_check_find(Str id, RollCheck *out) MUST; /* false: there is none */
/* The class of removal that a rule pack's code is of: dead, twice, young, moved, foreign, forces, station, other. */
bool roll_check_removal(Str rule, RollCheck *out) MUST;

typedef struct RollNamed { /* a list of people to look for */
	const uint64_t *nik, *alike; /* sorted; alike: of name and birth date */
	size_t n_nik, n_alike;
	uint64_t rows, unread; /* unread: with neither a NIK that can be one nor a name with a birth date */
} RollNamed;
/* A CSV file or a workbook with the columns NIK, or name and birth date, or all of them, by the names that rolls give them. Strings live in a. */
bool roll_named_read(const char *path, Arena *a, RollNamed *out, Err *err) MUST;

typedef struct RollChecking {
	const RollFile *file;
	int32_t polling_day;
	uint32_t limit;          /* voters of a polling station; 0: none */
	uint8_t removal[256];    /* by remark: the check that it fails; 0: none (no class of removal is 0) */
	const uint32_t *district; /* known ones, sorted, for CHECK_NIK_AREA; none: it is not looked at */
	size_t n_districts;
	const RollNamed *deceased, *forces; /* NULL: there is no list */
	bool listing;            /* the rows that fail this check are wanted, of polling stations from low up to high */
	RollCheck list;
	uint64_t low, high;
	int threads;
	uint64_t at_once;        /* as in a GatherPlan, for tests; 0 */
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* NULL allowed */
	void *ctx;
	const volatile bool *stop; /* E_BUSY; NULL allowed */
	/* Afterwards, in the arena: */
	const RollStation *station; /* sorted by tps */
	size_t n;
	const uint32_t *found; /* ROLL_CHECKS for each station: so many of its voters */
	const uint32_t *must;  /* for each station: voters with a finding of those that must be mended */
	uint64_t *row;         /* sorted */
	size_t n_rows;
} RollChecking;
/* The same for any number of threads. Memory: a bit for each voter, 160 bytes for each station, 8 for each row listed, and some 200 MB. */
bool roll_check(RollChecking *k, Arena *a, Err *err) MUST;
/* Bytes that roll_check takes of its arena at most. */
size_t roll_check_room(const RollFile *f);

#endif
