/* account_import: accounts of an office from a table: all of them with one-time passwords, or none and what is wrong with which row. */
#include "svc/account_private.h"

enum { LOGIN, NAME, AGENCY, ROLE, AREAS, DATASETS, COLUMNS, ROWS_MOST = 1000, PROBLEMS_MOST = 50 };

typedef struct Words { /* a column: its name, and other words for it */
	const char *name, *other[4];
} Words;
static const Words columns[COLUMNS] = {{"login", {"akun", "nama pengguna", "username"}},
	{"name", {"nama", "nama lengkap"}}, {"agency", {"instansi", "lembaga"}},
	{"role", {"peran", "tugas"}}, {"areas", {"wilayah", "area", "kode wilayah"}},
	{"datasets", {"dataset", "data"}}};

typedef struct Incoming {
	Workspace *w;
	AccountsImport *im;
	Arena *a;
	Sheet sheet;
	CsvRow row;
	int column[COLUMNS]; /* cells of the file, or -1 */
	Map seen;            /* login -> row */
	WriteTx peek;
} Incoming;

/* ---- the header ---- */

static bool
is_column(const Words *c, Str head)
{
	bool yes = str_eq(head, str_of(c->name));
	for (size_t i = 0; i < sizeof c->other / sizeof *c->other && c->other[i]; i++)
		yes |= str_eq(head, str_of(c->other[i]));
	return yes;
}

static bool
header_read(Incoming *in, Err *err)
{
	bool more;
	if (!sheet_open(in->im->path, (Str){0}, &in->sheet, err) ||
		!sheet_next(&in->sheet, &in->row, &more, err))
		return false;
	if (!more)
		return err_set(err, E_INPUT, "the file is empty: a header line is expected");
	for (int c = 0; c < COLUMNS; c++) {
		in->column[c] = -1;
		for (size_t i = 0; i < in->row.n; i++)
			if (is_column(&columns[c], utf8_fold(in->a, str_trim(in->row.cell[i]))))
				in->column[c] = (int)i;
		if (in->column[c] < 0 && c != DATASETS) {
			err_set(err, E_INPUT, "column '%s' is missing", columns[c].name);
			return err_hint(err, "the header: login,name,agency,role,areas,datasets");
		}
	}
	return true;
}

/* ---- one row ---- */

static Str
cell(const Incoming *in, int c)
{
	int at = in->column[c];
	return at < 0 || (size_t)at >= in->row.n ? (Str){0} : str_trim(in->row.cell[at]);
}

static void
problem_note(Incoming *in, int c, const Err *why)
{
	AccountsImport *im = in->im;
	if (im->problems++ >= PROBLEMS_MOST)
		return;
	im->problem[im->n_problems++] = (AccountProblem){.row = in->row.row,
		.column = str_of(columns[c].name),
		.value = arena_str(in->a, str_slice(cell(in, c), 0, 80)),
		.text = arena_str(in->a, str_of(why->text))};
}

/* Of people's words, in either language. */
static bool
role_read(Str text, Arena *a, Role *out, Err *err)
{
	Str folded = utf8_fold(a, text);
	for (int r = 0; r < ROLES; r++)
		if (str_eq(folded, role_name((Role)r)) || str_eq(folded, str_of(role_label((Role)r)))) {
			*out = (Role)r;
			return true;
		}
	return err_set(err, E_INPUT,
		"there is no role '%.*s'; one of reader, operator, supervisor, manager",
		STR(str_slice(text, 0, 40)));
}

static bool
login_new(Incoming *in, Str login, Err *err)
{
	Account other;
	bool found;
	uint64_t row;
	if (map_get(&in->seen, login, &row))
		return err_set(err, E_INPUT, "row %zu has the same login", (size_t)row);
	map_set(&in->seen, login, in->row.row);
	if (!account_read_login(
			&(LogSource){in->w->db, &in->w->sql}, login, in->a, &other, &found, err))
		return false;
	return !found ||
		err_set(err, E_CONFLICT, "login '%.*s' is taken: logins are given once", STR(login));
}

static bool
column_check(Incoming *in, int c, Account *of, Err *err)
{
	const Account *who = in->im->who;
	switch (c) {
	case LOGIN:
		return login_check(of->login, err) && login_new(in, of->login, err);
	case NAME:
		return account_name_check(of->name, err);
	case AGENCY:
		return agency_check(of->agency, err);
	case ROLE:
		return role_read(cell(in, ROLE), in->a, &of->role, err);
	case AREAS:
		return account_areas(&in->peek, of, err) && (!who || account_may_grant(who, of, err));
	default:
		return account_datasets(&in->peek, of, err);
	}
}

/* false: it could not be looked at. What is wrong with it is a problem. */
static bool
line_read(Incoming *in, Err *err)
{
	AccountRequest *r = &in->im->made[in->im->n];
	Account *of = &r->account;
	uint64_t before = in->im->problems;
	*r = (AccountRequest){.who = in->im->who, .origin = in->im->origin};
	of->login = login_fold(cell(in, LOGIN), in->a);
	of->name = arena_str(in->a, cell(in, NAME));
	of->agency = utf8_fold(in->a, cell(in, AGENCY));
	of->area = words_cut(arena_str(in->a, cell(in, AREAS)), in->a, &of->n_areas);
	of->dataset = words_cut(arena_str(in->a, cell(in, DATASETS)), in->a, &of->n_datasets);
	for (int c = 0; c < COLUMNS; c++) {
		Err why = {0};
		if (column_check(in, c, of, &why))
			continue;
		if (why.code == E_DB || why.code == E_IO) {
			*err = why;
			return false;
		}
		problem_note(in, c, &why);
	}
	in->im->n += in->im->problems == before;
	return true;
}

static bool
looked_on(Incoming *in, Str phase, uint64_t done, uint64_t total, Err *err)
{
	const Watch *w = &in->im->watch;
	if (w->progress)
		w->progress(w->ctx, phase, done, total);
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped: nothing was taken in");
}

static bool
rows_read(Incoming *in, uint64_t *rows, Err *err)
{
	bool more;
	for (*rows = 0;; ++*rows) {
		if (!sheet_next(&in->sheet, &in->row, &more, err))
			return false;
		if (!more)
			return *rows || err_set(err, E_INPUT, "the file has no row below its header");
		if (*rows == ROWS_MOST)
			return err_set(err, E_LIMIT, "at most %d accounts in one file", ROWS_MOST);
		if (!looked_on(in, S("checking"), *rows, 0, err) || !line_read(in, err))
			return false;
	}
}

/* ---- all of them ---- */

static bool
all_add(Incoming *in, Gate *g, Err *err)
{
	AccountsImport *im = in->im;
	AccountWork *w = NEW(in->a, AccountWork, im->n + 1);
	for (size_t i = 0; i < im->n; i++) {
		if (!looked_on(in, S("saving"), i, im->n, err) ||
			!account_add_work(g, &im->made[i], &w[i], NEW(in->a, char, PASSWORD_HASH), err))
			return false;
		w[i].next = i + 1 < im->n ? &w[i + 1] : NULL;
	}
	if (!account_work(g, w, err))
		return false;
	for (size_t i = 0; i < im->n; i++) {
		im->made[i].account.id = w[i].id;
		im->made[i].event = w[i].event;
	}
	return true;
}

bool
accounts_import(Workspace *w, Gate *g, AccountsImport *im, Arena *a, Err *err)
{
	Incoming in = {.w = w, .im = im, .a = a, .seen = map_new(a)};
	uint64_t rows = 0;
	AUTO(Arena) scratch = {0};
	im->made = NEW(a, AccountRequest, ROWS_MOST + 1);
	im->problem = NEW(a, AccountProblem, PROBLEMS_MOST);
	im->n = im->n_problems = 0;
	im->problems = 0;
	if (!arena_open(&scratch, 64 * SIZE_MB, err))
		return false;
	in.peek = (WriteTx){.w = w, .db = w->db, .tmp = scratch};
	bool ok = (!im->who || account_may(im->who, VERB_ACCOUNTS, NULL, (Str){0}, err)) &&
		header_read(&in, err) && rows_read(&in, &rows, err);
	sheet_close(&in.sheet);
	if (!ok)
		return false;
	if (im->problems) {
		im->n = 0;
		return err_set(err, E_INPUT, "%llu things are wrong in %llu rows; no account was made",
			(unsigned long long)im->problems, (unsigned long long)rows);
	}
	/* Their words stand in the scratch until here. */
	for (size_t i = 0; i < im->n; i++) {
		Account *of = &im->made[i].account;
		of->area = words_cut(words_join(of->area, of->n_areas, a), a, &of->n_areas);
		of->dataset = words_cut(words_join(of->dataset, of->n_datasets, a), a, &of->n_datasets);
	}
	if (im->dry_run || all_add(&in, g, err))
		return true;
	im->n = 0;
	return false;
}
