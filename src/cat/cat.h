/* cat: the catalog: datasets, indicators, checks and rule packs read from text files, cross-checked, and everything that is
 * derived from them without a database: values from text, header matching, table definitions, documents. */
#ifndef SIAP_CAT_H
#define SIAP_CAT_H

#include "base/base.h"
#include "fmt/fmt.h"

/* ---- Areas: codes of digits: province 2, regency (kabupaten/kota) 4, district (kecamatan) 6, village (desa/kelurahan) 10, TPS 13 ---- */
typedef enum Level { LEVEL_ANY, LEVEL_PROVINCE, LEVEL_REGENCY, LEVEL_DISTRICT, LEVEL_VILLAGE, LEVEL_TPS } Level;
Str level_name(Level l);                    /* "any" "province" "regency" "district" "village" "tps" */
bool level_of(Str name, Level *out) MUST;
Level area_level(Str code);                 /* by length and digits; LEVEL_ANY when it is no code; "0" is the nation: LEVEL_ANY too */
Str area_lift(Str code, Level level);       /* the ancestor at that level: a prefix; the code itself when it is higher already */
int area_zone(Str code);                    /* minutes east of UTC: 420 WIB, 480 WITA, 540 WIT by province (Keppres 41/1987; 2022 provinces follow their parent) */

bool agency_check(Str name, Err *err) MUST; /* E_INPUT names them all: kpu bawaslu kesbangpol polri tni linmas pemda */

/* ---- Datasets ---- */
typedef enum Type { TYPE_ID, TYPE_TEXT, TYPE_INT, TYPE_DECIMAL, TYPE_MONEY, TYPE_BOOL, TYPE_DATE, TYPE_INSTANT, TYPE_ENUM,
	TYPE_STATES, TYPE_CODE, TYPE_AREA, TYPE_REF, TYPE_PHONE, TYPE_FILE } Type;
bool type_is_int(Type t); /* its values are numbers */
typedef struct Field {
	Str name;          /* column name, [a-z][a-z0-9_]* up to 40, no SQL keyword, no leading underscore */
	Type type;
	int64_t min, max;  /* int, decimal (scaled), money; text: max = code points; decimal: places in `places` */
	int places;
	Str *option;       /* enum and states, in order */
	size_t n_options;
	Str list;          /* code(list) */
	Level level;       /* area(level) */
	Str ref;           /* ref(dataset) */
	bool key, required;
	Str default_text;  /* p == NULL: none */
	Str label;         /* English msgid; default: the name with blanks, capitalised */
	Str unit;
	Str *from;         /* header synonyms, as written */
	size_t n_from;
	Str *private_to;   /* agencies that may see it; n_private == 0: open field */
	size_t n_private;
	bool match;        /* private, and yet rows with the same value find each other: the table has its keyed hash as NAME_match */
	int line;
} Field;
enum { MATCH_MAX = 4 };
typedef struct Example { Str text; Str reason; int line; } Example; /* CSV cells in field order; reason: text after # of a reject */
typedef struct Dataset {
	Str name, title, owner, file;
	Level level;
	bool restricted;
	Str visible_by;    /* field name or empty */
	Str made_by;       /* the command that alone writes its rows; empty: people do */
	Field *field;
	size_t n_fields;
	size_t key[8], n_key; /* indices into field, in order */
	size_t area;       /* the key field of type area that places the row; always there (Citus: every key contains the area) */
	size_t *sorted;    /* field indices by name: canonical JSON order */
	bool has_private;
	size_t n_match;    /* fields with `match`, at most MATCH_MAX */
	Example *example, *reject;
	size_t n_examples, n_rejects;
	Sha256 hash;       /* of the file's bytes */
	Str text;
} Dataset;

/* ---- Indicators, checks, and the views that they share ---- */
/* What a change touches: the changed area lifted to the query's level; that and every area above it; the seats of all units
 * that cover it (datasets unit_area, police_force, army_force), and the areas above it; that and the areas that share a value
 * with it (a check alone: its fourth column, partner, names them); everything. */
typedef enum Scope { SCOPE_AREA, SCOPE_ABOVE, SCOPE_UNIT, SCOPE_KEY, SCOPE_ALL } Scope;
typedef struct Given { Str text; int line; } Given;
typedef struct Planned { const Field *field; Str column; } Planned; /* a column of a view */
typedef enum QueryKind { QUERY_INDICATOR = 1, QUERY_CHECK = 2, QUERY_VIEW = 4 } QueryKind;
typedef struct Query {
	Str name, title, file, owner, source;
	QueryKind kind;
	bool is_check;
	Str pillar, unit, units, due, definition; /* indicator: units: of more than one; due "H-1" (relative to polling day) or a date; definition: one sentence of plain words */
	Str opens;         /* indicator: from this day on (as due) it counts; before, it is shown and not counted. Empty: always */
	bool must;         /* indicator header `must: yes`: counts for "TPS ready" unless the pack says otherwise */
	int weight;        /* within its pillar, default 1 */
	Str severity, remedy; /* check: "must" or "look" */
	Level level;       /* of the rows' areas */
	Scope scope;
	bool depends_clock;
	Str sql;           /* without the header comments */
	const Dataset **reads; /* datasets named in the SQL (words outside comments and strings) or in the views it names */
	size_t n_reads;
	Str *rules;        /* code lists and limits of rule packs named in the SQL (quoted) or in its views */
	size_t n_rules;
	Given *given, *expect;
	size_t n_given, n_expect;
	Str plan;          /* view: header `plans: DATASET FIELD=COLUMN …`, as written; empty: none */
	const Dataset *plans; /* what its rows say of this dataset's: a row for each, whose keys it has in columns of their names, and */
	Planned *planned; /* what these fields are to hold */
	size_t n_planned;
	Sha256 hash;
	Str text;
} Query;

/* ---- Rule packs ---- */
typedef struct PackNumber { Str name; int64_t value; Str source; bool unverified; int line; } PackNumber;
typedef struct PackCode {
	Str list, code, label, rule, starts, ends, source;
	Str set_by;        /* who sets the dates, when not the election's own regulation */
	Str basis;         /* legal basis */
	Str after;         /* relative end: so many days after the end of this code of the same list */
	int64_t amount, days;
	bool has_amount, working; /* working: `days` are working days */
	bool unverified;
	PackNumber *number; /* `number NAME N`: named numbers, as of a security pattern */
	size_t n_numbers;
	int line;
} PackCode;
typedef struct PackDay { Str day, label, source; bool unverified; int line; } PackDay; /* a public holiday */
typedef struct PackText { Str name, value, source; int line; } PackText;
typedef struct Pack {
	Str name, title, file;
	Str poll;          /* polling day, YYYY-MM-DD */
	PackCode *code;    /* `code LIST CODE "Label" [rule WORD] [amount N] [number NAME N]… [start DATE] [end DATE] [set_by "…"] [basis "…"]
	                    * [after CODE days N|working_days N] [source "…"] [unverified]`, file order */
	size_t n_codes;
	Map by_code;       /* "LIST<tab>CODE" -> index in code */
	PackNumber *limit; /* `limit NAME N source "…" [unverified]` */
	size_t n_limits;
	PackDay *holiday;  /* `holiday DATE "Label" [source "…"] [unverified]`; Saturdays and Sundays are none of these */
	size_t n_holidays;
	PackText *label;   /* `label registered "DPT"` */
	size_t n_labels;
	PackText *preset;  /* `default DATASET.FIELD VALUE`: the value when a file has no such column */
	size_t n_presets;
	PackNumber *weight; /* `weight INDICATOR N` */
	size_t n_weights;
	PackNumber *must;  /* `must INDICATOR yes|no` */
	size_t n_must;
	PackText *due;     /* `due INDICATOR H-7`, or a date: instead of the indicator's own */
	size_t n_due;
	PackText *opens;   /* `opens INDICATOR H-3`, or a date: the same for the day from which it counts */
	size_t n_opens;
	Sha256 hash;
	Str text;
} Pack;

typedef struct DefinitionFile {
	Str path, text; /* datasets/x.def */
	Sha256 hash;    /* of text */
} DefinitionFile;
typedef struct Catalog {
	Dataset *dataset;  /* sorted by name, as all of these */
	size_t n_datasets;
	Query *indicator;
	size_t n_indicators;
	Query *check;
	size_t n_checks;
	Query *view;       /* named parts of queries: views/NAME.sql */
	size_t n_views;
	Pack *pack;
	size_t n_packs;
	DefinitionFile *file; /* all of them, sorted by path */
	size_t n_files;
	Str manifest;      /* a line "hash in hex, two blanks, path" for each file */
	Sha256 hash;       /* of the manifest: changes when any definition changes */
} Catalog;

/* Reads datasets/X.def, indicators/X.sql, checks/X.sql, views/X.sql, rules/PACK/pack.def from env->files; a file of the same path under
 * env->defs_dir replaces the embedded one, others there are added. Cross-checks: every name resolves, every key has an area,
 * file name = declared name, examples present, given/expect present. The first error is returned as
 * "datasets/x.def:7: unknown type 'itn'; one of id, text(n), …" with E_INPUT. */
bool catalog_load(const Env *env, Arena *a, Catalog *out, Err *err) MUST;
/* One file each, for tests and fuzzers: hostile text in, an error or a structure out. */
bool dataset_parse(Str file, Str text, Arena *a, Dataset *out, Err *err) MUST;
bool query_parse(Str file, Str text, QueryKind kind, Arena *a, Query *out, Err *err) MUST;
bool pack_parse(Str file, Str text, Arena *a, Pack *out, Err *err) MUST;
/* The cells of an example or reject line, one per field; missing ones are empty. cell has n_fields places. */
bool example_cells(const Dataset *d, Str text, Arena *a, Str *cell, Err *err) MUST;
/* A `given` line. GIVEN_ROW: name is the dataset (or the core table conflict), column[i] = cell[i]; GIVEN_PACK: name;
 * GIVEN_LIMIT: name, value; GIVEN_AREA: name is the code, value the area's name; GIVEN_TODAY: value is the date. */
typedef enum GivenKind { GIVEN_ROW, GIVEN_PACK, GIVEN_LIMIT, GIVEN_AREA, GIVEN_TODAY } GivenKind;
typedef struct GivenLine { GivenKind kind; Str name, value; Str *column, *cell; size_t n; } GivenLine;
bool given_parse(Str text, Arena *a, GivenLine *out, Err *err) MUST;
/* An `expect` line: indicator: area need have heard; check: area key and perhaps detail (p == NULL: any). */
typedef struct ExpectLine { bool none; Str area, key, detail; int64_t need, have, heard; } ExpectLine;
bool expect_parse(Str text, bool is_check, Arena *a, ExpectLine *out, Err *err) MUST;
const Dataset *catalog_dataset(const Catalog *c, Str name); /* NULL when absent */
const Query *catalog_indicator(const Catalog *c, Str name);
const Query *catalog_check(const Catalog *c, Str name);
const Query *catalog_view(const Catalog *c, Str name);
const Query *catalog_plan(const Catalog *c, const Dataset *d); /* the view that says what its rows are to hold; NULL: none does */
const Pack *catalog_pack(const Catalog *c, Str name);
const Field *dataset_field(const Dataset *d, Str name);
const PackCode *pack_code(const Pack *p, Str list, Str code);
const PackNumber *pack_limit(const Pack *p, Str name);
/* How many of the pack's values that the query rests on (codes of the lists and limits it names) are unverified. */
size_t query_unverified(const Query *q, const Pack *p);
/* "H-1", "H", "H+3" counted from the pack's polling day, or a date as it stands; false when it is none. */
bool pack_day(const Pack *p, Str text, int32_t *day);
/* The day by which an indicator or check is due, the day from which an indicator counts: the pack's word before the query's own. */
Str query_due(const Query *q, const Pack *p);
Str query_opens(const Query *q, const Pack *p);
/* Whether a day (days since 1970) is a working day: Monday to Friday and no holiday of the pack. */
bool pack_working_day(const Pack *p, int32_t day);
Str pack_label(const Pack *p, Str name);      /* the name itself when the pack has no label */
Str pack_preset(const Pack *p, Str dataset, Str field); /* p == NULL: none */
/* Nearest name for "did you mean": p == NULL when nothing is near. */
Str nearest(Str word, const Str *names, size_t n);

/* ---- Values ---- */
typedef struct Reading { /* by what cells are read */
	const Catalog *c;
	const Pack *pack;  /* NULL: no code lists, no presets */
	int zone;          /* minutes east of UTC for times without a zone */
	Arena *a;          /* for texts that had to be made */
} Reading;
typedef enum ValueKind { VALUE_NULL, VALUE_INT, VALUE_TEXT } ValueKind;
typedef struct Value { ValueKind kind; int64_t i; Str s; } Value; /* bool, int, decimal, money, instant: INT; all others TEXT */
bool value_eq(Value a, Value b);
/* From a cell. Blank is VALUE_NULL (required-ness is the row's business: see row_finish). Knows: thousands separators
 * (1.234 and 1,234 in groups of three), ya/tidak/yes/no/true/false/1/0, dates YYYY-MM-DD DD/MM/YYYY DD-MM-YYYY, instants (zone of
 * the area when none is given), area codes with dots or blanks, codes and enum options by code or label in either language and any
 * case, phones (digits, +, blanks, 6..16 digits). Refuses, each with its remedy: Excel-mangled numbers ('1.571E+15', and long
 * identifiers), formula text (= + - @ in text fields), out of range, too long, unknown option (nearest named).
 * The error sentence has subject and remedy, without row and column (the importer adds them).
 * A text in *out lies in `cell`, in the catalog or in `a`: it is valid as long as all three are (nothing is copied needlessly). */
bool value_parse(const Reading *r, const Field *f, Str cell, Value *out, Err *err) MUST;
/* Fills defaults and pack presets, checks required and key fields of a whole row. v has n_fields values. */
bool row_finish(const Reading *r, const Dataset *d, Value *v, size_t *bad_field, Err *err) MUST;
void value_print(const Field *f, Value v, int zone_minutes, Buf *out); /* as a person reads and import takes back: dates, instants with zone, decimals */
/* Canonical JSON (RFC 8785: sorted names, no blanks, integers; NULL omitted) of the open or of the closed (private) fields. */
void row_json(const Dataset *d, const Value *v, bool closed, Buf *out);
/* Sets the fields named in it, leaves the others; names that the definition does not have (any more) are passed over. */
bool row_from_json(const Dataset *d, Str json, Arena *a, Value *v, Err *err) MUST;
void row_key(const Dataset *d, const Value *v, Buf *out); /* key fields joined by '/', '/' and '%' inside as %2F %25 */

/* ---- Headers ---- */
/* How a file's header maps onto a dataset: column[field index] = cell index or -1. Matches field name, label in both languages,
 * and `from` synonyms, after folding case and turning everything but letters and digits into one '_'. */
typedef struct Header { const Str *cell; size_t n; } Header;
typedef struct HeaderMap {
	int *column;         /* n_fields */
	int event;           /* column of _event or -1 */
	size_t matched;      /* fields that have a column */
	const Field *missing; /* first key or required field (without default or pack preset) that has none, or NULL */
} HeaderMap;
/* E_INPUT for a header that occurs twice or two columns for one field (names both columns). */
bool header_map(const Reading *r, const Dataset *d, const Header *h, HeaderMap *out, Err *err) MUST;
/* The same of a mapping that a person made: column and event are given, matched and missing afterwards. */
void header_count(const Reading *r, const Dataset *d, HeaderMap *m);
/* Datasets that the header could feed completely (no missing field, and at least one matched field beside the keys), best first
 * (share of the dataset's own fields matched). */
size_t header_recognise(const Reading *r, const Header *h, const Dataset **out, size_t max);

/* ---- Derived documents ---- */
typedef enum Store { STORE_SQLITE, STORE_POSTGRES } Store;
/* CREATE TABLE for the projection: the fields (private ones left out), _event (INTEGER/bigint NOT NULL), _sealed (blob, when the dataset has
 * private fields), NAME_match (text) for each field with `match`, and an index on each of these; PRIMARY KEY (the area key first, then the others); SQLite: STRICT, WITHOUT ROWID. Names in double quotes are not needed: they are checked. */
void dataset_ddl(const Dataset *d, Store store, Buf *out);
void dataset_add_sql(const Dataset *d, Buf *out);    /* INSERT INTO x(open fields…, _event[, _sealed]) VALUES(:f,…); parameters in this order */
void dataset_insert_sql(const Dataset *d, Buf *out); /* the same with ON CONFLICT DO NOTHING */
void dataset_update_sql(const Dataset *d, Buf *out); /* UPDATE x SET all open fields…, _event[, _sealed] WHERE keys: the same parameters at the same positions as in the insert */
void dataset_select_sql(const Dataset *d, Buf *out); /* SELECT open fields…, _event[, _sealed] FROM x WHERE keys = :key… */
/* The same columns of those rows, in any order, whose keys are among n: parameters key after key, each in the order of the key fields. */
void dataset_find_sql(const Dataset *d, size_t n, Buf *out);
void dataset_range_sql(const Dataset *d, Buf *out);  /* the same columns, WHERE area >= :lo AND area < :hi ORDER BY the primary key */
/* The same for lists: at most :most rows in the order of a field, empty ones last, then of the key; sort NULL: of the key alone. after: only
 * those behind a row, whose keys are :after_KEY and whose field is :value, or empty when :none is 1. */
typedef struct ListOrder { const Field *sort; bool descending, after; } ListOrder;
void dataset_list_sql(const Dataset *d, ListOrder o, Buf *out);
void dataset_count_sql(const Dataset *d, Buf *out);  /* how many rows there are from :lo up to, but not with, :hi; it stops at :most */
void dataset_close_sql(const Dataset *d, Buf *out);  /* DELETE FROM x WHERE keys */
/* The rows of areas from :lo up to, but not with, :hi, with the key, open and sealed part of their events behind their columns. */
void dataset_verify_sql(const Dataset *d, Buf *out);
void dataset_json_schema(const Dataset *d, const Pack *pack, Buf *out); /* draft 2020-12; ajv must accept it */
void dataset_template(const Dataset *d, Buf *out);   /* CSV: header of labels, then the examples */
/* An empty form as a workbook: a header of labels with notes, drop-down lists for options and codes, ranges for numbers. */
bool dataset_form(const Dataset *d, const Pack *pack, const char *path, Err *err) MUST;
XlsxColumn field_column(const Field *f, Str name);   /* format and width of a field's column in a workbook */
void dataset_doc(const Catalog *c, const Pack *pack, const Dataset *d, Buf *out); /* Markdown: one section of the dictionary */
void query_doc(const Catalog *c, const Pack *pack, const Query *q, Buf *out);
void pack_doc(const Pack *p, Buf *out);
void catalog_msgids(const Catalog *c, Buf *out);     /* one per line: titles, labels, units, remedies, options, labels of packs and their codes */

#endif
