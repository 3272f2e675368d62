/* A part of svc.h, which includes it: accounts, their rights, passwords and sessions. */
#ifndef SIAP_SVC_ACCOUNTS_H
#define SIAP_SVC_ACCOUNTS_H

/* ---- Accounts: who may do what. An account belongs to one agency, has one role, a set of area subtrees, and a set of datasets ---- */
typedef enum Role { ROLE_READER, ROLE_OPERATOR, ROLE_SUPERVISOR, ROLE_MANAGER, ROLES } Role;
typedef enum Verb {
	VERB_READ, VERB_REVEAL, VERB_ENTER, VERB_CLOSE, VERB_IMPORT, VERB_EXPORT, VERB_ATTACH,
	VERB_UNDO, VERB_RESOLVE, VERB_EXPLAIN, VERB_FORGET, VERB_ACCOUNTS, VERBS
} Verb;
enum { AREAS_MOST = 64, DATASETS_MOST = 64 }; /* of an account */
typedef struct Account {
	int64_t id;
	Str handle; /* by which the log speaks of it: a name by lot */
	Str login, name, agency, language; /* language: empty: none chosen */
	Role role;
	Str *area; /* subtrees */
	size_t n_areas;
	Str *dataset; /* empty: all that the agency owns */
	size_t n_datasets;
	int64_t epoch; /* of its rights: the event that set them */
	bool must_change; /* the password, before anything else */
	bool has_totp, closed;
	bool invited; /* it has no password yet */
} Account;
/* Whether the account may do this to rows of the dataset in this area. d == NULL: to anything of the kind (VERB_ACCOUNTS, or whether
 * there is any dataset for it); area empty: anywhere. E_DENIED says why not, and who could; E_NOTFOUND when it must not
 * know that the dataset exists. Pure.
 *
 * Open data is read and exported everywhere. Restricted datasets, private fields and all that changes something need the area, and the
 * dataset among the account's when it has a set. Others' data may be changed by nobody but the secretariat (account_for_other);
 * an operator undoes what it did itself (account_may_undo). A restricted dataset that other agencies may see row by row
 * (visible_by) may be read by them: which rows, account_sees tells. */
bool account_may(const Account *who, Verb verb, const Dataset *d, Str area, Err *err) MUST;
/* The same of VERB_UNDO, for a change that `actor` made. */
bool account_may_undo(const Account *who, const Dataset *d, Str area, Str actor, Err *err) MUST;
/* Whether what the account enters there is on behalf of the dataset's owner: so the secretariat (supervisors of kesbangpol)
 * does, with a paper. Origin.on_behalf_of is then the owner, else empty. */
bool account_for_other(const Account *who, const Dataset *d);
/* One row of a dataset that it may read. visible: the row's value of the field d->visible_by: names of agencies between blanks or commas. */
bool account_sees(const Account *who, const Dataset *d, Str visible);
bool account_shows(const Account *who, const Field *f); /* a private field, to who may VERB_REVEAL there */
/* Whether who may see, close, reset and end the sessions of this account: a manager of the same agency whose areas hold all of its areas;
 * of a manager the areas of `who` lie above. */
bool account_may_manage(const Account *who, const Account *whom, Err *err) MUST;
/* Whether who may give these rights: none above its own. */
bool account_may_grant(const Account *who, const Account *rights, Err *err) MUST;
Str role_name(Role r); /* "reader" "operator" "supervisor" "manager" */
bool role_of(Str name, Role *out) MUST;
const char *role_label(Role r);     /* translated */
const char *verb_label(Verb v);     /* translated: "enter rows" */
const char *agency_label(Str name); /* "KPU", "Bawaslu" */
typedef struct VerbRight { /* what an account may do, and why not */
	bool may;
	const Dataset **dataset; /* with which ones; VERB_ACCOUNTS, VERB_EXPLAIN: none are named */
	size_t n;
	const Dataset **other; /* with which ones on behalf of their owners */
	size_t n_other;
	Err why; /* when it may not: who could is the hint */
} VerbRight;
void account_rights(const Account *who, const Catalog *c, Arena *a, VerbRight out[VERBS]);

/* E_NOTFOUND. Strings live in a. */
bool account_get(Workspace *w, int64_t id, Arena *a, Account *out, Err *err) MUST;
bool account_find(Workspace *w, Str login, Arena *a, Account *out, Err *err) MUST; /* in any case; names the nearest */
typedef struct AccountList {
	const Account *who; /* those that it may manage; NULL: all */
	Str agency, area, text; /* empty: any. area: has rights there or below; text: a part of login or name, in any case */
	Str after;  /* logins behind this one */
	size_t max;
	Account *account; /* afterwards: by login */
	size_t n;
	bool more;
} AccountList;
bool accounts_list(Workspace *w, AccountList *list, Arena *a, Err *err) MUST;

enum { ONE_TIME = 16, LINK_TOKEN = 44, LINK_HOURS = 72 }; /* characters with the NUL */
typedef struct AccountRequest {
	const Account *who;   /* NULL: whoever holds the keys */
	const Origin *origin;
	Account account;      /* id, but when adding; then what it shall have: see each function */
	Str password;         /* when adding: this one, unchecked and for good; only of whoever holds the keys, for rehearsals */
	bool invite;          /* when adding: a link instead of a password */
	int64_t to;           /* of a handing over: the successor */
	int64_t session;      /* to end; 0: all of the account */
	char once[ONE_TIME];  /* afterwards: a password that must be changed at the first log-in, shown once */
	char link[LINK_TOKEN]; /* afterwards: a token for the page of invitations, good for LINK_HOURS */
	int64_t event;        /* afterwards: of its rights; 0: they are as they were */
} AccountRequest;
/* All of these are thread-safe and durable when they return. Each change of rights is a row siap.account of the log, which
 * speaks of the account by a random name. E_DENIED as account_may_manage and account_may_grant; E_INPUT, E_CONFLICT (login taken). */
bool gate_account_add(Gate *g, AccountRequest *r, Err *err) MUST; /* account.id: afterwards */
/* Name, role, areas and datasets become those given. account.epoch: as it was read, E_CONFLICT when rights changed since; 0: whatever. */
bool gate_account_change(Gate *g, AccountRequest *r, Err *err) MUST;
bool gate_account_close(Gate *g, AccountRequest *r, Err *err) MUST; /* its sessions end; the login is not given to anybody else */
bool gate_account_reopen(Gate *g, AccountRequest *r, Err *err) MUST; /* with a new one-time password */
/* A new one-time password; sessions and the second factor are gone, waiting after failures too. */
bool gate_reset(Gate *g, AccountRequest *r, Err *err) MUST;
bool gate_invite(Gate *g, AccountRequest *r, Err *err) MUST; /* the same with a link, by which the person sets a password */
/* An office changes hands: account `to` of the same agency gets role, areas and datasets of the account, which is closed. What `to` had
 * before ends. A manager may hand over its own account. */
bool gate_hand_over(Gate *g, AccountRequest *r, Err *err) MUST;
bool gate_session_end(Gate *g, AccountRequest *r, Err *err) MUST; /* one's own too */
bool gate_language(Gate *g, int64_t account, Str language, Err *err) MUST;

/* ---- Accounts from a file ---- */
typedef struct AccountProblem {
	size_t row; /* 1 = header */
	Str column, value, text;
} AccountProblem;
typedef struct AccountsImport { /* CSV or XLSX with the columns login, name, agency, role, areas, datasets */
	const char *path;
	const Account *who;
	const Origin *origin;
	bool dry_run;
	Watch watch; /* phase "checking", "saving" */
	AccountRequest *made; /* afterwards: one for each row, with its one-time password */
	size_t n;
	AccountProblem *problem; /* afterwards: the first ones */
	size_t n_problems;
	uint64_t problems;
} AccountsImport;
/* All of them or, with E_INPUT, none. Strings live in a. */
bool accounts_import(Workspace *w, Gate *g, AccountsImport *im, Arena *a, Err *err) MUST;

/* ---- Passwords and the second factor ---- */
/* At least 10 characters, not the login, none that everybody tries first: E_INPUT. */
bool password_check(Str password, Str login, Err *err) MUST;
uint64_t password_hashes(void); /* how many were counted out by this process, for monitoring */
typedef struct PasswordRequest {
	int64_t account;
	Str before, password; /* before: the one until now */
	int64_t session;      /* stays; the others end */
	Str address;          /* for waiting after failures, as at log-in */
} PasswordRequest;
bool gate_password(Gate *g, const PasswordRequest *r, Err *err) MUST; /* E_DENIED: not the one until now */
/* The account for which a link is good; E_NOTFOUND: for none by now. Strings live in a. */
bool invitation_find(Workspace *w, Str link, Arena *a, Account *out, Err *err) MUST;
bool gate_invitation_take(Gate *g, Str link, Str password, Err *err) MUST;
enum { RECOVERY_CODES = 10, RECOVERY_CODE = 12, TOTP_TEXT = 33 };
/* A new secret, which counts once it is confirmed by a code. text: in base 32, for people and the address otpauth://totp/… */
bool gate_totp_begin(Gate *g, int64_t account, char text[TOTP_TEXT], Err *err) MUST;
typedef struct TotpRequest {
	int64_t account, session; /* session: stays; the others end */
	Str code;
	char recovery[RECOVERY_CODES][RECOVERY_CODE]; /* afterwards: each good for one log-in, shown once */
} TotpRequest;
bool gate_totp_confirm(Gate *g, TotpRequest *r, Err *err) MUST; /* E_DENIED: not the code of now */
bool gate_totp_end(Gate *g, const PasswordRequest *r, Err *err) MUST; /* with the password until now */

/* ---- Sessions of the browser ---- */
enum { SESSION_TOKEN = 44 }; /* characters with the NUL: 32 random bytes, base64url */
enum { SESSION_IDLE_HOURS = 8, SESSION_DAYS = 7 };
typedef struct Session {
	Account account;
	int64_t id;
	unsigned char secret[32]; /* for tokens in forms; other for each session */
} Session;
/* Who shows this token; E_DENIED: nobody by now. Strings live in a. Quick: sessions are kept in memory once they were read. */
bool session_find(Workspace *w, Str token, Arena *a, Session *out, Err *err) MUST;
typedef struct LoginRequest {
	Str login, password;
	Str address; /* where it comes from: failures are counted for it and for the login, known or not */
	Str device;  /* a few words for the list of sessions: "Chrome, Android" */
	Str token;   /* when a code was asked for: the one given then, and */
	Str code;    /* that code, or a recovery code */
	char fresh[SESSION_TOKEN]; /* afterwards: always a new one */
	bool needs_code;           /* afterwards: the token is good for gate_login with a code alone, five minutes */
} LoginRequest;
/* E_DENIED: not this login and password, whichever it is, in the same time; E_BUSY after five failures: says for how many minutes. */
bool gate_login(Gate *g, LoginRequest *r, Err *err) MUST;
bool gate_logout(Gate *g, Str token, Err *err) MUST;
typedef struct SessionRow {
	int64_t id, made, seen; /* times */
	Str device;
} SessionRow;
bool sessions_list(Workspace *w, int64_t account, Arena *a, SessionRow **out, size_t *n, Err *err) MUST; /* newest first */
/* Writes down when sessions were last used, and forgets what has ended. To be called about once a minute. */
bool gate_sessions(Gate *g, Err *err) MUST;

/* ---- Private fields of rows, for somebody who may see them ---- */
typedef struct RevealedRow {
	Str key;
	Str *text; /* n_fields cells as a person reads them; empty, but for private fields that the account's agency may see */
	bool hidden; /* they do not open: erased */
} RevealedRow;
enum { REVEAL_MOST = 1000 };
typedef struct RevealRequest {
	const Account *who;   /* NULL: whoever holds the keys sees all of them */
	const Origin *origin; /* its `why` in 1 to 300 characters */
	const Dataset *dataset;
	const Str *const *text; /* n rows of n_fields cells, those of the key fields count */
	size_t n;
	RevealedRow *row; /* afterwards */
	int64_t event;    /* afterwards: the row siap.reveal, restricted, by which the log says so, once for all of them */
} RevealRequest;
/* E_NOTFOUND: no such row, or none that the account may know of; E_DENIED. Thread-safe; by the holder of the lease alone (E_BUSY).
 * Strings live in a. */
bool gate_reveal(Gate *g, RevealRequest *r, Arena *a, Err *err) MUST;

#endif
