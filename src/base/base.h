/* base: the few things every other file needs: strings, arenas, errors, buffers, time, hashes, maps. */
#ifndef SIAP_BASE_H
#define SIAP_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MUST __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* NEED(cond): an invariant of ours, kept in release builds. When it does not hold the process
 * prints file, line and condition on stderr and aborts: a supervisor restarts it, and nothing
 * acknowledged is lost. Never for bad input: that is an Err. */
#define NEED(cond) ((cond) ? (void)0 : need_failed(#cond, __FILE__, __LINE__))
_Noreturn void need_failed(const char *cond, const char *file, int line);

/* AUTO(Type): closes the variable at scope end by calling Type's `TYPE_auto(Type *)`, e.g.
 * `AUTO(Buf) b = {0};` calls Buf_auto(&b). Declare such a function beside each closable type. */
#define AUTO(T) __attribute__((cleanup(T##_auto))) T

/* ---- Str: bytes and their length, never owned, not NUL-terminated ---- */
typedef struct Str {
	const char *p;
	size_t n;
} Str;
#define S(literal) ((Str){(literal), sizeof(literal) - 1})
#define STR(s) (int)(s).n, (s).p /* for "%.*s" */

Str str_of(const char *c_string);              /* NULL gives an empty Str */
bool str_eq(Str a, Str b);
int str_cmp(Str a, Str b);                     /* by bytes, like memcmp; shorter first on a tie */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
Str str_trim(Str s);                           /* without blanks, tabs, CR, LF at both ends */
Str str_slice(Str s, size_t from, size_t to);  /* clamped to the string */
bool str_cut(Str s, char at, Str *left, Str *right); /* at the first `at`; false: *left = s, *right empty */
bool str_find(Str s, Str part, size_t *at);
bool str_int(Str s, int64_t *out) MUST;        /* whole string, decimal, optional leading '-'; false on overflow or other bytes */
bool str_is_digits(Str s);                     /* one or more 0-9, nothing else */
uint64_t str_hash(Str s);                      /* 64-bit, keyed per process at start-up: never store it */
size_t str_distance(Str a, Str b);             /* Levenshtein, bytes, both at most 63 long (longer: SIZE_MAX): for "did you mean" */

/* ---- Arena: memory by life span ----
 * One reserved address range, handed out from the front. Passing an Arena by value makes
 * scratch memory that is free again when the callee returns. Exhausting the range kills the
 * process (NEED): give caps to input first. Sanitizer builds put a 32-byte poisoned gap after
 * each block, and FAULT builds let the n-th arena_open fail. */
typedef struct Err Err;
typedef struct Arena {
	char *at, *end, *base;
	bool kept;
} Arena;
bool arena_open(Arena *a, size_t reserve_bytes, Err *err) MUST; /* E_LIMIT when refused; memory is touched only as used */
void arena_large(const Arena *a);              /* before it is used: its memory is better had in large pieces (random access to many megabytes) */
void arena_keep(Arena *a);                     /* what was used is not given back to the system before the arena is closed: for work that fills it again and again */
void arena_close(Arena *a);                    /* zero Arena allowed */
void arena_reset(Arena *a);                    /* everything handed out is void; keeps the range */
void *arena_alloc(Arena *a, size_t size, size_t align, size_t count); /* zeroed, never NULL */
#define NEW(a, T, n) ((T *)arena_alloc((a), sizeof(T), _Alignof(T), (n)))
Str arena_str(Arena *a, Str s);                /* a copy, followed by a NUL that is not counted */
const char *arena_cstr(Arena *a, Str s);       /* the same as a C string */
Str arena_fmt(Arena *a, const char *fmt, ...) PRINTF(2, 3);
static inline void Arena_auto(Arena *a) { arena_close(a); }

/* ---- Err: one code, one sentence, one hint ---- */
typedef enum ErrCode {
	E_OK,
	E_INPUT,     /* the caller's data or words are wrong: they can mend it */
	E_NOTFOUND,
	E_CONFLICT,  /* someone else changed it meanwhile */
	E_DENIED,
	E_BUSY,      /* try again: the writer lease or a lock is held */
	E_LIMIT,     /* over a cap of ours */
	E_IO,        /* disk or network, disk full included */
	E_DB,
	E_BUG,
} ErrCode;
struct Err {
	ErrCode code;
	char text[640]; /* lower case, no full stop, subject in quotes, what would be right */
	char hint[320]; /* optional: what to do next */
};
/* Sets code and sentence (translated format, truncated at a UTF-8 boundary; control characters of
 * arguments become '?') and clears the hint; returns false, for `return err_set(...)`.
 * A NULL err is allowed. An earlier error is replaced. */
bool err_set(Err *err, ErrCode code, const char *fmt, ...) PRINTF(3, 4);
bool err_hint(Err *err, const char *fmt, ...) PRINTF(2, 3); /* returns false too */
bool err_prefix(Err *err, const char *fmt, ...) PRINTF(2, 3); /* puts "file:7: " before the sentence; returns false */
const char *err_name(ErrCode code);            /* "input", "notfound", ... */
int err_exit(ErrCode code);                    /* process exit status, one table: OK 0, INPUT 2, NOTFOUND 3, CONFLICT 4, DENIED 5, BUSY 6, LIMIT 7, IO 8, DB 9, BUG 70 */

/* ---- Buf: growing bytes with a sticky error ----
 * On a failed allocation or past `max` (0 = 1 GiB) `failed` is set and later adds do nothing: test it once at the end. */
typedef struct Buf {
	char *p;
	size_t n, cap, max;
	bool failed;
} Buf;
void buf_add(Buf *b, Str s);
void buf_byte(Buf *b, char c);
void buf_fmt(Buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_int(Buf *b, int64_t v);
void buf_clear(Buf *b);                        /* empty, keeps memory, clears failed */
void buf_close(Buf *b);
bool buf_check(const Buf *b, Err *err) MUST;   /* E_LIMIT when an add failed: what is in it is not whole */
static inline Str buf_str(const Buf *b) { return (Str){b->p, b->n}; }
static inline void Buf_auto(Buf *b) { buf_close(b); }

/* ---- Map: Str -> uint64_t, open addressing, keys not copied, memory from an arena ---- */
typedef struct Map {
	struct MapSlot *slot;
	size_t n, cap; /* cap is a power of two or 0 */
	Arena *a;
} Map;
Map map_new(Arena *a);
void map_set(Map *m, Str key, uint64_t value);
bool map_get(const Map *m, Str key, uint64_t *value); /* value may be NULL */

/* ---- Env: time, randomness, tty, embedded files; main.c fills it, tests replace it ---- */
typedef struct Embedded {
	const char *path;  /* "datasets/tps.def", "migrations/0001_core.sql", "areas.txt", "lang/id.mo", "src/svc/svc.sql", ... */
	Str bytes;
} Embedded;
extern const Embedded embedded_files[]; /* made by tools/embed.sh, sorted by path; only main.c and tests name it */
extern const size_t embedded_count;
typedef struct Env {
	int64_t (*now)(void *ctx);                 /* UTC milliseconds since 1970 */
	bool now_given;                            /* somebody said what time it is (SIAP_CLOCK): that goes before any other clock */
	void (*random)(void *ctx, void *out, size_t n); /* cryptographic */
	void *ctx;
	const Embedded *files;                     /* definitions, migrations, SQL, languages, areas */
	size_t n_files;
	const char *defs_dir;                      /* --defs DIR or NULL: overrides of embedded definitions */
	const char *key_dir;                       /* where workspace keys live, outside any workspace */
	size_t password_bytes;                     /* memory that a password's hash takes; 0: the 64 MiB that all but tests use */
	FILE *out, *err;                           /* what the person sees; libraries never touch them */
	bool out_tty, err_tty;
	int width;                                 /* terminal columns, 80 when unknown */
} Env;
Env env_real(void);                           /* files left empty */
Str env_file(const Env *env, const char *path); /* an embedded file's bytes; empty with p == NULL when there is none */

/* ---- Time: proleptic Gregorian, no time zone database ---- */
bool date_parse(Str s, int32_t *days) MUST;    /* YYYY-MM-DD, 0001..9999, real calendar dates; days since 1970-01-01 */
bool date_make(int year, int month, int day, int32_t *days) MUST; /* year 1..9999; false: no such day */
void date_format(int32_t days, char out[11]);  /* YYYY-MM-DD and NUL */
int date_weekday(int32_t days);                /* 0 = Monday */
/* ISO 8601 with a zone: 2024-11-25T09:10[:11[.123]](Z|+07:00|+0700), a blank may stand for T. Without a zone
 * the offset_minutes given is used. UTC milliseconds. */
bool instant_parse(Str s, int offset_minutes, int64_t *ms) MUST;
void instant_format(int64_t ms, int offset_minutes, char out[30]); /* 2024-11-25T09:10:11.123+07:00; milliseconds only when not 0 */
int64_t clock_us(void);                        /* monotonic microseconds, for measuring */

/* ---- Hybrid logical clocks: order what devices did while they had no connection ----
 * wall: the largest UTC milliseconds known, 0 .. HLC_WALL_MOST; count: tells apart what has the same, 0 .. HLC_COUNT_MOST. Each device
 * keeps one, {0} at first. What was known when something was done has a lower value than it; the wall part is never above the
 * largest physical clock that had a part in it. (But for a full counter, which goes on in the next millisecond.) */
enum { HLC_TEXT = 32 };
#define HLC_WALL_MOST INT64_C(253402300799999) /* the end of the year 9999 */
#define HLC_COUNT_MOST INT64_C(999999999)
typedef struct Hlc {
	int64_t wall, count;
} Hlc;
bool hlc_parse(Str s, Hlc *out) MUST;          /* "1732155000000.3": wall, dot, counter; decimal without leading zeros, so that a value has one text */
void hlc_format(Hlc h, char out[HLC_TEXT]);
int hlc_cmp(Hlc a, Hlc b);                     /* negative, 0, positive */
void hlc_tick(Hlc *clock, int64_t now);        /* something is done here, or sent: *clock is its value; now: the physical clock */
void hlc_receive(Hlc *clock, Hlc from, int64_t now); /* something of another device came, of that value: *clock is above both */

/* ---- Hash and hex ---- */
typedef struct Sha256 { unsigned char b[32]; } Sha256;
typedef struct Hasher Hasher;                  /* one per thread: a reusable EVP context over a pre-fetched SHA-256 */
bool hasher_open(Hasher **out, Err *err) MUST;
void hasher_close(Hasher *h);
void hasher_begin(Hasher *h);
void hasher_add(Hasher *h, Str bytes);
void hasher_end(Hasher *h, Sha256 *out);
Sha256 sha256(Str bytes);                      /* one-shot convenience for cold paths */
void hmac_sha1(Str key, Str bytes, unsigned char out[20]); /* for codes by time (RFC 6238), which are made so everywhere; for nothing else */
void hex_encode(const void *bytes, size_t n, char *out /* 2n+1 */);
bool hex_decode(Str hex, void *out, size_t n) MUST; /* exactly n bytes, lower or upper case */

/* ---- Files: every call passes the fault counter; EINTR and short writes handled ---- */
bool file_read(const char *path, size_t max, Arena *a, Str *out, Err *err) MUST; /* E_NOTFOUND, E_LIMIT over max, E_IO */
bool file_write_atomic(const char *path, Str bytes, int mode, Err *err) MUST; /* temp file beside it, fsync, rename, fsync of the folder */
bool file_rename(const char *from, const char *to, Err *err) MUST; /* durable: the folder is synced too */
/* The sentence for errno. what: a format with one %s for the path and one for the reason; a full disk is named as
 * such. E_IO, for an absent file E_NOTFOUND. Returns false. */
bool file_error(Err *err, const char *what, const char *path);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
bool dir_make(const char *path, Err *err) MUST; /* one level, 0700; an existing folder is fine */
bool dir_make_as(const char *path, int mode, Err *err) MUST; /* the same with this mode */
bool fd_write_all(int fd, Str bytes, Err *err) MUST;
bool fd_sync(int fd, Err *err) MUST;

/* ---- Faults: in FAULT=1 builds the n-th counted operation (arena_open, buffer growth, file call,
 * database call) fails once. SIAP_FAULT=n in the environment arms it; else always false. ---- */
#ifdef SIAP_FAULT
bool fault_here(void);
#else
#define fault_here() false
#endif

/* ---- Work for several threads ---- */
/* Runs job(ctx, i, thread) for each i below n, taken in order by up to `threads` threads, the caller's among them (thread: 0 up to
 * threads - 1, at most WORK_THREADS); returns when all are done. Fewer threads than asked for only make it slower. */
enum { WORK_THREADS = 64 };
void work_share(int threads, size_t n, void (*job)(void *ctx, size_t i, int thread), void *ctx);
int work_threads(void); /* as many as the process may run at a time, at most WORK_THREADS */

/* ---- Sorting ---- */
void sort_str(Str *v, size_t n);               /* by str_cmp */

/* ---- Language: messages are English msgids, shown in the thread's language ---- */
/* tr(msgid): the translation in the current thread's language, or msgid itself. err_set, err_hint and
 * err_prefix call it on their format. Mark other visible literals with tr("...") so that xgettext finds them. */
const char *tr(const char *msgid) __attribute__((format_arg(1)));
Str tr_str(Str msgid);                         /* for labels that come from definition files */
/* lang_use: "id" (from embedded lang/id.mo) or "en" (msgids as they are), for this thread; unknown: false. */
bool lang_use(Str language) MUST;
Str lang_now(void);
void lang_load(Str language, Str mo_bytes);    /* once at start-up, keeps the pointer; a malformed .mo is ignored (NEED) */

#endif
