/* roll: the voter roll: what its cells mean, its checks, its column files. Knows no database. */
#ifndef SIAP_ROLL_H
#define SIAP_ROLL_H

#include "base/base.h"
#include "fmt/fmt.h"
#include "link/link.h"
#include "roll/simulate.h"

/* ---- NIK, the number of a person: area of registration (6 digits), day of birth (women: + 40), month, year (2 each), serial (4) ----
 * There is no check digit. The area is the one where the person was registered first: whoever moves keeps the number. */
typedef struct Nik {
	uint64_t number;
	uint32_t area;
	uint8_t day, month, year; /* year: its last two digits */
	bool female;
	uint16_t serial;
} Nik;
typedef enum NikFault {
	NIK_GOOD,
	NIK_EMPTY,
	NIK_ROUNDED,  /* 1.57E+15: a spreadsheet took it for a number */
	NIK_LETTER,
	NIK_LENGTH,   /* not 16 digits */
	NIK_ONE_DIGIT, /* sixteen times the same */
	NIK_PROVINCE, /* no province ever had these first two digits */
	NIK_DATE,     /* no day of any calendar */
	NIK_SERIAL,   /* 0000: never given out; spreadsheets make it of 0001 to 0009 */
	NIK_FAULTS
} NikFault;
/* Blanks, dots, hyphens and apostrophes around and between the digits are left out. *out is filled when the result is NIK_GOOD. */
NikFault nik_read(Str text, Nik *out);
NikFault nik_of(uint64_t number, Nik *out); /* the same of a number as the store has it */
/* What is wrong, in the language of the thread; follows on "the NIK of …: ". */
const char *nik_fault_text(NikFault fault);
/* The day of birth that the number says, in days since 1970-01-01. Of the two centuries the one in which the person is 17 to 120 years
 * old on polling day, of two the later; where none is, the one in which they are 0 to 120. False: neither, or no day of that year (29 February). */
bool nik_birth(const Nik *nik, int32_t polling_day, int32_t *days) MUST;

/* ---- other cells ---- */

/* A date as rolls write it: 17|08|1945, with one of | - / . or blanks between; 1945-08-17; 17 Agustus 1945, also shortened or in English;
 * 17081945; a spreadsheet's number of days since 1899-12-30 (10000 to 60000). False: none of them, no such day, or a year of two digits. */
bool voter_date(Str text, int32_t *days) MUST;
typedef enum Sex { SEX_UNKNOWN, SEX_MALE, SEX_FEMALE } Sex;
/* L, LK, Lk., Laki-laki, Pria, M; P, PR, Perempuan, Wanita, F. False: something else; empty is SEX_UNKNOWN. */
bool voter_sex(Str text, Sex *out) MUST;
typedef enum Marriage { MARRIAGE_UNKNOWN, MARRIAGE_NOT_YET, MARRIAGE_MARRIED, MARRIAGE_ONCE } Marriage;
/* B, belum …; S, sudah, kawin, nikah; P, pernah, cerai …, janda, duda, and K, which some forms print instead of P. False: something else;
 * empty is MARRIAGE_UNKNOWN. */
bool voter_marriage(Str text, Marriage *out) MUST;
/* Whole years from birth to the day, as law counts them: who was born on 29 February is a year older on 1 March. */
int voter_age(int32_t birth, int32_t day);
/* The last day of birth of those who are so many years old on the day. */
int32_t voter_born_by(int years, int32_t day);

/* ---- A version of the roll: one file of sealed slices ----
 * A slice holds up to ROLL_SLICE voters in the order of the imported file, column by column. Each column of each slice is sealed apart
 * (AES-256-GCM under a key derived from the workspace's and the version's random number; nonce: number of the slice and column), bound to
 * its slice, column and number of rows: a column moved, cut, changed, or of another version does not open. A table at the end, sealed
 * like them, says where each is. A file is written beside, synced, and renamed. Numbers are little-endian.
 *
 *   header   "SIAPROLL", u32 1, u32 0, the random number (16 bytes)
 *   slices   their columns one after the other, each followed by its tag (16 bytes). Of numbers: all of them, or one when they are equal.
 *            Of texts: u32 k, how many differ, the first of them empty; u32[k + 1] where each starts; u16 for each voter, or one when
 *            they are equal; the bytes
 *   table    for each slice: u64 where it is, u64 its bytes, u32 rows, u32 its number for nonces, its SHA-256, u32 bytes of each column
 *   sealed   for each slice its print (16 bytes), and a tag that binds header and table too
 *   trailer  u64 where the table is, u32 slices, u32 0, "ROLLSIAP"
 *
 * The SHA-256 of a version is that of header, table, sealed part and trailer: whoever has no key can check it, slice by slice. */
enum { ROLL_SLICE = 65535, ROLL_CELL = 255 }; /* bytes of a text cell at most */
enum { ROLL_READ = 160 << 20 }; /* of a slice, when all of its texts are as long as can be; far less is touched */
typedef enum RollColumn {
	ROLL_NIK,       /* u64; 0: empty or wrong, then ROLL_NIK_WRITTEN has what was written */
	ROLL_FAMILY,    /* u64, number of the family card; 0: empty or not 16 digits */
	ROLL_TPS,       /* u64, code of 13 digits; of a voter without a TPS number it ends with 000 */
	ROLL_BIRTH,     /* i32, days since 1970-01-01; ROLL_NO_DATE */
	ROLL_SEX,       /* u8, Sex */
	ROLL_MARRIAGE,  /* u8, Marriage */
	ROLL_CARD,      /* u8, KTP-el: 0 unknown, 'S' recorded, 'B' not yet, 'K' as forms print besides */
	ROLL_DISABILITY, /* u8, the form's number */
	ROLL_REMARK,    /* u8, the form's number (keterangan); 255: U, B and others of one letter are in the rule pack's hands */
	ROLL_NAME,      /* from here on texts: numbers in the slice's dictionary of that column */
	ROLL_BIRTHPLACE,
	ROLL_STREET,
	ROLL_RT,
	ROLL_RW,
	ROLL_NIK_WRITTEN, /* only where ROLL_NIK is 0 */
	ROLL_ID,        /* DPID or whatever numbers the rows in the file */
	ROLL_COLUMNS
} RollColumn;
enum { ROLL_TEXTS = ROLL_COLUMNS - ROLL_NAME };
#define ROLL_NO_DATE INT32_MIN
#define ROLL_BIT(column) (1u << (column))
#define ROLL_ALL (ROLL_BIT(ROLL_COLUMNS) - 1)
typedef struct RollTexts { /* different texts of one column in a slice; 0 is the empty one */
	uint32_t n;
	const uint32_t *at; /* n + 1: text i is bytes at[i] to at[i + 1] */
	const char *bytes;
} RollTexts;
typedef struct RollSlice { /* NULL: a column that was not asked for */
	uint64_t first;   /* number of its first voter in the version, from 0 */
	size_t n;
	const uint64_t *nik, *family, *tps;
	const int32_t *birth;
	const uint8_t *sex, *marriage, *card, *disability, *remark;
	const uint16_t *text[ROLL_TEXTS]; /* [c - ROLL_NAME] */
	RollTexts texts[ROLL_TEXTS];
} RollSlice;
static inline Str
roll_text(const RollSlice *s, RollColumn c, size_t i)
{
	const RollTexts *t = &s->texts[c - ROLL_NAME];
	uint32_t k = s->text[c - ROLL_NAME][i];
	return (Str){t->bytes + t->at[k], t->at[k + 1] - t->at[k]};
}

typedef struct RollWriter RollWriter;
/* Writes beside `path`, which must not exist when it ends. id: a random number that no other version has. */
bool roll_create(const char *path, const unsigned char key[32], const unsigned char id[16], RollWriter **out, Err *err) MUST;
/* All columns of s must be there; s->first is not used. Up to WORK_THREADS threads may add, in any order: slices come in the order of
 * `at`, each of which is given once. A slice without voters is left out. */
bool roll_writer_add(RollWriter *w, uint64_t at, const RollSlice *s, Err *err) MUST;
void roll_writer_print(RollWriter *w, Sha256 *print); /* as roll_print, once all slices are added */
/* The file is there under its name, and durable; print (may be NULL) as roll_print. Closes w, also on an error: then nothing is left. E_CONFLICT: path exists. */
bool roll_writer_end(RollWriter *w, Sha256 *hash, Sha256 *print, Err *err) MUST;
void roll_writer_abandon(RollWriter *w); /* removes what there is; NULL allowed */

typedef struct RollFile RollFile;
/* E_DENIED: another key, or the file was changed; names slice and column. */
bool roll_open(const char *path, const unsigned char key[32], RollFile **out, Err *err) MUST;
void roll_close(RollFile *f); /* NULL allowed */
typedef RollFile *RollFileP;
static inline void
RollFileP_auto(RollFileP *f)
{
	roll_close(*f);
}
uint64_t roll_voters(const RollFile *f);
const Sha256 *roll_hash(const RollFile *f); /* of the version, by its table: roll_read finds whatever else was changed */
/* A keyed hash of what its rows say, slice by slice: equal for the same file imported twice. */
const Sha256 *roll_print(const RollFile *f);
/* The same as roll_hash of a whole file, without its key. E_CONFLICT names the slice that was changed; E_INPUT: it is no such file. */
bool roll_file_hash(const char *path, int threads, Sha256 *out, Err *err) MUST;
size_t roll_slices(const RollFile *f);
uint64_t roll_slice_first(const RollFile *f, size_t slice); /* number of its first voter, without reading it */
/* columns: ROLL_BIT of each that is wanted. What it points to lives in a, which needs room for ROLL_READ bytes. Any number of threads may read. */
bool roll_read(const RollFile *f, size_t slice, unsigned columns, Arena *a, RollSlice *out, Err *err) MUST;

/* ---- Linkage ---- */
typedef struct RollLists {
	RollFile *list, *other; /* other: NULL, or only pairs of one of each are looked for; its rows come behind those of list */
} RollLists;
LinkSource roll_source(RollLists *l); /* for link_open; l and its files must stay while it reads */
typedef struct RollMark { /* where a voter is, without saying who */
	uint64_t row;          /* from 0, as LinkPair has it */
	uint64_t tps;
	Str id;                /* DPID */
} RollMark;
/* Fills tps and id of n rows, and sorts them by row. Texts live in a. */
bool roll_mark(const RollLists *l, RollMark *v, size_t n, Arena *a, Err *err) MUST;

/* ---- Import: rows of a CSV file or a workbook become slices ---- */
enum { ROLL_PROBLEMS = 20, ROLL_PLACES = 1 << 24 }; /* places (roll_writer_add) that a file takes at most */
typedef struct RollProblem {
	uint64_t row;      /* 1: the header */
	Str column, text;  /* column: as the header has it; empty: the row as a whole */
} RollProblem;
typedef struct RollImport {
	const char *path;
	Str village;            /* code of the village of rows that name none; empty: they are wrong */
	int threads;
	uint64_t at;            /* place of the first slice */
	const char *error_file; /* where wrong rows go; NULL: FILE.errors.csv. Made when the first one comes */
	/* Takes a slice, from any of the threads; what it points to lives until it returns. */
	bool (*slice)(void *ctx, uint64_t at, const RollSlice *s, Err *err);
	/* Whether there is such a polling station (13 digits, ending with 000: only the village is known); else why not, in the
	 * language of the thread. Asked once for each, one at a time. */
	bool (*place)(void *ctx, uint64_t tps, Buf *why);
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* bytes; one at a time; may be NULL */
	void *ctx;
	const volatile bool *stop; /* E_BUSY; may be NULL */
	/* Afterwards: */
	uint64_t rows, bad;     /* rows of data; of them wrong, which no slice has */
	RollProblem first[ROLL_PROBLEMS];
	size_t n_first;
	const char *errors;     /* the error file, when there were wrong rows */
	Str unused;             /* headers of columns that mean nothing here, with commas */
} RollImport;
/* The header says what the columns are, in any order and by many names; NIK and name must be there. A row is wrong, and goes to the error
 * file, when a cell cannot be read or is too long, when its place is unknown, when it has more or fewer cells than the header, or when a
 * spreadsheet mangled its NIK. Other wrong NIK are kept as written. Memory does not grow with the file. False: the file cannot
 * be read at all, slice said so, or it was stopped. Strings live in a. */
bool roll_import(RollImport *im, Arena *a, Err *err) MUST;

/* ---- Counts of a version, while it is written or afterwards ---- */
typedef struct RollStation {
	uint64_t tps; /* 0: an empty place of the table */
	uint32_t male, female, all;
	uint32_t file; /* which of several files it came from */
} RollStation;
typedef struct RollCount RollCount;
typedef struct RollSums {
	uint64_t voters, male, female;
	uint64_t nik[NIK_FAULTS]; /* how many, by what is wrong with their NIK */
	uint64_t homeless;        /* without a polling station's number */
	size_t stations;          /* polling stations, and villages of voters without one */
} RollSums;
bool roll_count_new(RollCount **out, Err *err) MUST;
void roll_count_close(RollCount *c); /* NULL allowed */
/* From several threads. file: E_CONFLICT when a polling station came from another file before: it was sent twice, or versions are mixed. */
bool roll_count_add(RollCount *c, const RollSlice *s, uint32_t file, Err *err) MUST;
/* E_CONFLICT's other file, of the station that it was about. */
bool roll_count_twice(const RollCount *c, RollStation *out) MUST;
void roll_count_sums(const RollCount *c, RollSums *out);
const RollStation *roll_count_stations(RollCount *c); /* sums.stations of them, sorted by tps; nothing is added any more */

/* ---- Counts of a stored version ---- */
typedef struct RollTally {
	size_t n, width;
	uint64_t *tps;   /* ascending; of a sum: codes of areas */
	uint32_t *count; /* of tps[i]: count[i * width] and the next ones */
} RollTally;
/* By areas: codes of polling stations divided by unit (1000: villages, 10^7: districts, 10^9: regencies, 10^11: provinces). */
RollTally roll_tally_sum(const RollTally *t, uint64_t unit, Arena *a);
typedef struct RollLook { /* how a version is looked through */
	int32_t polling_day;
	int threads;
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* voters; one at a time; may be NULL */
	void *ctx;
	const volatile bool *stop; /* E_BUSY; may be NULL */
} RollLook;
typedef enum RollStat { /* counters of roll_stats */
	STAT_VOTERS, STAT_MALE, STAT_FEMALE,
	STAT_AGE_17, STAT_AGE_25, STAT_AGE_40, STAT_AGE_60, STAT_AGE_OTHER, /* up to 24, 39, 59, and over; below 17 or not known */
	STAT_FIRST,     /* 17 to 21: the first election of their life, or nearly */
	STAT_NOT_YET, STAT_MARRIED, STAT_ONCE,
	STAT_DISABLED,
	STAT_UNRECORDED, /* KTP-el not recorded */
	STAT_NIK_WRONG,
	ROLL_STATS
} RollStat;
/* Who is on the list, by polling station: counts alone. Lives in a. The same for any number of threads. */
bool roll_stats(const RollFile *f, const RollLook *look, Arena *a, RollTally *out, Err *err) MUST;

/* ---- Checks of a version: what to look at, voter by voter ---- */
typedef enum RollCheck {
	CHECK_NIK_EMPTY, CHECK_NIK_FORM, CHECK_NIK_DATE, CHECK_NIK_AREA, CHECK_BIRTH_EMPTY, CHECK_BIRTH_DIFFERS, CHECK_SEX_DIFFERS,
	CHECK_TOO_YOUNG, CHECK_CENTURY, CHECK_VERY_OLD, CHECK_NO_STATION, CHECK_REMOVED, CHECK_TWICE_STATION, CHECK_TWICE_VILLAGE, CHECK_TWICE_REGENCY,
	CHECK_TWICE_FAR, CHECK_FAMILY_SPLIT, CHECK_DECEASED, CHECK_DECEASED_ALIKE, CHECK_FORCES, CHECK_FORCES_ALIKE, CHECK_UNRECORDED, CHECK_UNRECORDED_YOUNG,
	ROLL_CHECKS
} RollCheck;
typedef enum RollWeight { ROLL_MUST, ROLL_LOOK_AT, ROLL_WORK } RollWeight; /* must be mended; may be right all the same; a work-list */
typedef struct RollCheckText {
	const char *id, *title, *remedy; /* title, remedy: in the language of the thread */
	RollWeight weight;
} RollCheckText;
RollCheckText roll_check_text(RollCheck c);
enum { CHECKED_VOTERS = ROLL_CHECKS, CHECKED_MUST, CHECKED_LOOK, CHECKED_WIDTH }; /* counters after those of the checks: voters with any of that weight */
typedef struct RollNamed { /* people to look for */
	const uint64_t *nik, *alike; /* ascending; alike: of names as they sound, and birth dates */
	size_t n_nik, n_alike;
	uint64_t rows, unread; /* unread: with neither a NIK that can be one nor a name with a birth date */
} RollNamed;
/* A CSV file or a workbook with the columns NIK, or name and birth date, or all three, by the names that rolls give them. Lives in a. */
bool roll_named_read(const char *path, Arena *a, RollNamed *out, Err *err) MUST;
typedef struct RollRules {
	bool removal[256];        /* remarks that say: to be struck off */
	const uint32_t *district; /* known ones, six digits, ascending; none: not checked */
	size_t n_districts;
	RollNamed deceased, forces;
} RollRules;
typedef struct RollChecks RollChecks;
/* Looks for voters with one NIK and for split families. rules and f must stay; lives in a. NIK that begin with 99 are made up, and of no
 * known district. */
bool roll_checks_open(const RollFile *f, const RollRules *rules, const RollLook *look, Arena *a, RollChecks **out, Err *err) MUST;
/* How many voters each check has, by polling station; CHECKED_WIDTH counters. */
bool roll_checks_count(const RollChecks *k, Arena *a, RollTally *out, Err *err) MUST;
enum { CHECK_COLUMNS = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_FAMILY) | ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_BIRTH) | ROLL_BIT(ROLL_SEX) |
	ROLL_BIT(ROLL_MARRIAGE) | ROLL_BIT(ROLL_CARD) | ROLL_BIT(ROLL_REMARK) | ROLL_BIT(ROLL_NAME) | ROLL_BIT(ROLL_NIK_WRITTEN) };
/* Which checks voter i of the slice has, a bit for each; the slice has CHECK_COLUMNS. */
uint32_t roll_checks_of(const RollChecks *k, const RollSlice *s, size_t i);

/* ---- What became of each voter between two versions ----
 * Old voters = unchanged + changed + moved + struck + removed + lost; new voters = unchanged + changed + moved + struck + new. */
typedef enum RollFate {
	FATE_UNCHANGED,
	FATE_CHANGED, /* same polling station, something else differs */
	FATE_MOVED,   /* another polling station */
	FATE_STRUCK,  /* on the new list with a mark that says: to be struck off */
	FATE_REMOVED, /* not on the new list, and the old one had such a mark */
	FATE_LOST,    /* not on the new list, and nobody said why */
	FATE_NEW,
	ROLL_FATES
} RollFate;
typedef enum RollDiffers { /* birth: date and place */
	DIFFERS_NIK, DIFFERS_FAMILY, DIFFERS_NAME, DIFFERS_BIRTH, DIFFERS_SEX, DIFFERS_MARRIAGE, DIFFERS_ADDRESS, DIFFERS_CARD, DIFFERS_DISABILITY,
	ROLL_DIFFERS
} RollDiffers;
#define ROLL_NO_ROW UINT64_MAX
typedef struct RollFateOf {
	uint64_t old_row, new_row; /* from 0; ROLL_NO_ROW */
	uint64_t old_tps, new_tps;
	RollFate fate;
	uint16_t parts; /* of a pair: what differs, a bit for each RollDiffers */
} RollFateOf;
typedef struct RollDiffAsk {
	const RollFile *old, *new;
	const bool *removal; /* [256] remarks that say: to be struck off */
	RollLook look;
	bool list;           /* fill out->voter: all but the unchanged */
} RollDiffAsk;
typedef struct RollDiff {
	uint64_t sum[ROLL_FATES];
	uint64_t part[ROLL_DIFFERS]; /* pairs in which this differs */
	uint64_t by_name;    /* pairs that no number, but name and birth date have found */
	RollTally tally;     /* ROLL_FATES counters, by old polling station, of new voters by the new one */
	RollFateOf *voter;   /* by old row, then new row */
	size_t n;
} RollDiff;
/* A voter of one list is that of the other with the same NIK; who finds none so, with the same name (as it sounds) and birth date.
 * Of several with one NIK those of one polling station and alike in all else belong together first. Some 88 bytes a voter; lists over 16 million are read
 * several times instead. Lives in a. */
bool roll_diff(const RollDiffAsk *ask, Arena *a, RollDiff *out, Err *err) MUST;

/* ---- Finding voters ---- */
typedef struct RollSearch { /* all that is given must hold */
	uint64_t nik, family;      /* 0: any */
	uint64_t tps_from, tps_to; /* polling stations from, and before; tps_to 0: any */
	Str name;                  /* empty: any; else each of its words is like one of the voter's, in any order */
} RollSearch;
typedef struct RollHit {
	uint64_t row, tps;
	float likeness; /* of the name; 1: equal, or none was asked for */
} RollHit;
typedef struct RollHits {
	RollHit *hit; /* the most alike first, then by row */
	size_t n;
} RollHits;
/* Reads only the columns that are asked for: of 2.7 million voters a NIK takes some hundredths of a second, a name some tenths. A word is like another by
 * Jaro-Winkler as written or as it sounds (name_sound), 0.8 at least, 0.9 in the mean. Lives in a. */
bool roll_search(const RollFile *f, const RollSearch *q, const RollLook *look, Arena *a, RollHits *out, Err *err) MUST;

#endif
