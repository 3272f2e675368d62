/* What the files about accounts share. */
#ifndef SIAP_ACCOUNT_PRIVATE_H
#define SIAP_ACCOUNT_PRIVATE_H

#include "svc/svc_private.h"

enum { PASSWORD_HASH = 128 };

/* ---- account.c ---- */
/* *found = false: there is no such account. Texts live in a. */
bool account_read(const LogSource *from, int64_t id, Arena *a, Account *out, bool *found, Err *err) MUST;
/* The same by the statement account_of_login: `login` in small letters. */
bool account_read_login(const LogSource *from, Str login, Arena *a, Account *out, bool *found, Err *err) MUST;
Str login_fold(Str login, Arena *a); /* small letters, without blanks around it */
Str words_join(const Str *word, size_t n, Arena *a); /* with a blank between */
Str *words_cut(Str text, Arena *a, size_t *n);       /* at blanks and commas, sorted, each once */
/* What the log says of an account's rights: canonical JSON. */
void rights_json(const Account *who, Buf *out);

/* ---- account_work.c: what the writer does, also for a process that asks over the local socket ---- */
typedef struct AccountWork {
	Str what;            /* a name of account_works */
	const Origin *origin;
	int64_t by;          /* the account that asks; 0: whoever holds the keys */
	Account account;     /* id; what it shall have */
	Str hash;            /* of a password */
	Str token, fresh;    /* SHA-256 of tokens, in hex */
	Str extra;           /* address, device, sealed secret, codes: as each says */
	int64_t session, to, at;
	bool flag;
	struct AccountWork *next; /* the same is done to these too, all or nothing */
	int64_t id, event, number; /* afterwards */
} AccountWork;
/* Runs it here or in the process that holds the lease. Sessions that are kept in memory are read anew. */
bool account_work(Gate *g, AccountWork *w, Err *err) MUST;
typedef bool (*AccountFn)(WriteTx *tx, AccountWork *w, Err *err);
typedef struct AccountDo {
	Str what;
	AccountFn fn;
} AccountDo;
extern const AccountDo account_works[], login_works[]; /* end with fn NULL */
bool account_run(WriteTx *tx, void *account_work, Err *err) MUST; /* a WriteFn */
/* One statement with parameters id (or account) and another number; for the many that are no more than that. */
bool account_do(WriteTx *tx, const char *statement, int64_t id, Err *err) MUST;
/* E_NOTFOUND. */
bool account_need(WriteTx *tx, int64_t id, Account *out, Err *err) MUST;
/* Sessions but one, invitations; for an account that is closed or gets another password. */
bool account_doors(WriteTx *tx, int64_t id, int64_t but, Err *err) MUST;
/* The facts of a new or changed account: its areas and datasets are there. Sorts and shortens them. */
bool account_facts(WriteTx *tx, Account *of, Err *err) MUST;
bool account_areas(WriteTx *tx, Account *of, Err *err) MUST; /* parts of it; need of tx no more than w, db and tmp */
bool account_datasets(WriteTx *tx, Account *of, Err *err) MUST;
bool login_check(Str login, Err *err) MUST;
bool account_name_check(Str name, Err *err) MUST;

/* ---- account_gate.c ---- */
/* The work of adding the account of a request, whose one-time password is made. room: where its hash stands. */
bool account_add_work(Gate *g, AccountRequest *r, AccountWork *w, char room[PASSWORD_HASH], Err *err) MUST;
void account_works_put(JsonOut *j, AccountWork *first); /* the member `works` of a request on the local socket */

/* ---- password.c ---- */
/* argon2id, 64 MiB, three passes, as a text of its own with salt and cost; NUL-terminated. E_BUSY when too many wait for it. */
bool password_hash(const Env *env, Str password, char out[PASSWORD_HASH], Err *err) MUST;
/* *yes: it is this password. An empty hash costs the same and is never it. */
bool password_is(const Env *env, Str hash, Str password, bool *yes, Err *err) MUST;
bool password_is_old(const Env *env, Str hash); /* made at another cost than today's */
extern _Atomic uint64_t password_work;          /* how many were counted out, so that a test can see that work is the same */

/* ---- tokens ---- */
enum { TOKEN_BYTES = 32 };
/* A random one as 43 characters of base64url, and the hash that is kept of it, in hex. */
void token_make(const Env *env, char token[SESSION_TOKEN], char hash[65]);
bool token_hash(Str token, char hash[65]) MUST; /* false: it has not the form of one */

/* ---- totp.c ---- */
enum { TOTP_SECRET = 20, TOTP_STEP_MS = 30000 };
/* RFC 6238 with HMAC-SHA-1; digits: 6 to 8. */
uint32_t totp_code(const unsigned char *secret, size_t n, int64_t step, int digits);
/* The step whose code this is: now, the one before or after it, and after `used`; 0: none. */
int64_t totp_match(const unsigned char secret[TOTP_SECRET], Str code, int64_t now, int64_t used);
bool totp_seal(Sealer *s, Str handle, const unsigned char secret[TOTP_SECRET], Buf *hex, Err *err) MUST;
bool totp_open(Sealer *s, Str handle, Str hex, unsigned char secret[TOTP_SECRET], Err *err) MUST;
/* Keyed hash of something that is only ever compared: a recovery code, a login, an address. */
void keyed_hash(const Sealer *s, Str kind, Str text, char out[MATCH_HEX]);
typedef struct AccountSecret {
	int64_t id; /* 0: there is none */
	Str password, totp, totp_next, login, handle;
	int64_t step;
	bool closed;
} AccountSecret;
bool account_secret(const LogSource *from, int64_t id, Str login, Arena *a, AccountSecret *out, Err *err) MUST; /* id 0: by login */
/* *step: of the code, 0: it is none of the second factor's. */
bool totp_check(Workspace *w, const AccountSecret *secret, Str sealed, Str code, int64_t *step, Err *err) MUST;
bool recovery_hash(Workspace *w, Str code, char out[MATCH_HEX], Err *err) MUST;

/* ---- session.c ---- */
void sessions_anew(const Workspace *w); /* what is kept of them in memory is read again */

/* ---- login.c ---- */
enum { LOGIN_FREE = 5, ADDRESS_FREE = 20, CODE_MINUTES = 5 };
/* Before a password or code is looked at: E_BUSY while one has to wait; else it counts as a failure already, until the work
 * attempt_good takes that back. So trying at the same time gives no more tries. */
bool attempt_begin(Gate *g, Str login, Str address, Err *err) MUST;

#endif
