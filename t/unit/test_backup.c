/* Backup and restore: the same workspace comes back, from either kind of database into either; whatever is not whole is refused; and
 * nothing half stays behind. */
#include "random.h"
#include "support.h"

#include "svc/backup_private.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- helpers ---- */

typedef struct Place { /* a restored workspace */
	const char *dir;
	TestStore store;
	Workspace w;
} Place;

static const char *
path_of(Desk *d, const char *name)
{
	return arena_fmt(&d->a, "%s/%s", d->dir, name).p;
}

static BackupReport
backup(Desk *d, const char *name)
{
	BackupReport r;
	BackupAsk ask = {.path = path_of(d, name), .force = true};
	OK(d, backup_make(&d->w, &ask, &d->a, &r, &d->err));
	return r;
}

static RestoreReport
restore_to(Desk *d, const char *name, Place *p, bool on_server)
{
	static int number;
	RestoreReport r;
	p->dir = path_of(d, arena_fmt(&d->a, "restored%d", ++number).p);
	p->store = on_server ? store_new("") : (TestStore){0};
	RestoreAsk ask = {
		.path = path_of(d, name), .dir = p->dir, .store = on_server ? p->store.url : NULL};
	OK(d, restore_make(&d->env, &ask, &d->a, &r, &d->err));
	OK(d, workspace_open(&d->env, p->dir, &d->a, &p->w, &d->err));
	return r;
}

static void
place_close(Place *p)
{
	workspace_close(&p->w);
	store_drop(&p->store);
}

/* Every row of every core table, in the order of its columns, then what follows from them. */
static Str
everything(Desk *d, Workspace *w)
{
	AUTO(Buf) out = {0};
	Str *name;
	size_t n;
	Stmt *s;
	OK(d, core_tables(&d->env, &d->a, &name, &n, &d->err));
	assert_true(n > 10);
	for (size_t i = 0; i < n; i++) {
		AUTO(Buf) sql = {0};
		buf_fmt(&sql, "SELECT * FROM %.*s", STR(name[i]));
		OK(d, db_prepare(w->db, buf_str(&sql), &s, &d->err));
		/* By the columns that its key can have. */
		for (int k = 1, n_columns = db_columns(s); k <= n_columns && k <= 4; k++)
			buf_fmt(&sql, "%s%d", k == 1 ? " ORDER BY " : ", ", k);
		OK(d, db_prepare(w->db, buf_str(&sql), &s, &d->err));
		buf_fmt(&out, "# %.*s\n", STR(name[i]));
		dump_rows(d, s, &out);
	}
	buf_add(&out, desk_dump(d, w));
	assert_false(out.failed);
	return arena_str(&d->a, buf_str(&out));
}

static void
same(Str want, Str got)
{
	Str a, b, table = {0};
	while (want.n || got.n) {
		str_cut(want, '\n', &a, &want);
		str_cut(got, '\n', &b, &got);
		table = str_starts(a, S("# ")) ? a : table;
		if (!str_eq(a, b))
			fail_msg("%.*s: was '%.*s', restored '%.*s'", STR(table), STR(a), STR(b));
	}
}

static void
verifies(Desk *d, Workspace *w)
{
	AUTO(Arena) a = {0};
	VerifyReport r;
	OK(d, arena_open(&a, (size_t)1 << 30, &d->err));
	OK(d, log_verify(w, &(VerifyAsk){0}, &a, &r, &d->err));
}

static void
same_board(Desk *d, Workspace *x, Workspace *y)
{
	BoardP one = NULL, other = NULL;
	Str difference = {0};
	OK(d, board_open(x, &one, &d->err));
	OK(d, board_open(y, &other, &d->err));
	if (!board_equal(one, other, &difference, &d->a))
		fail_msg("the board: %.*s", STR(difference));
	board_close(one);
	board_close(other);
}

/* What is in the scratch folder, so that what was left behind shows. */
static Str
listing(Desk *d)
{
	AUTO(Buf) out = {0};
	Str *name = NEW(&d->a, Str, 1000);
	size_t n = 0;
	DIR *dir = opendir(d->dir);
	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir));)
		name[n++] = arena_str(&d->a, str_of(e->d_name));
	closedir(dir);
	sort_str(name, n);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&out, "%.*s\n", STR(name[i]));
	return arena_str(&d->a, buf_str(&out));
}

static void
erase(Desk *d, Gate *g, const char *cells)
{
	Origin o = {.actor = S("tester"), .source = S("cli"), .why = S("asked to")};
	ForgetRequest r = {.origin = &o,
		.dataset = catalog_dataset(&d->w.cat, S("officer")),
		.text = desk_cells(d, "officer", cells)};
	OK(d, gate_forget(g, &r, &d->err));
}

/* Everything there is: rows that change, close and come back, conflicts, private and erased fields, an import, files. */
static Desk *
desk_full(uint64_t with, int changes)
{
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	seed = with;
	OK(d,
		desk_import(d, "", S("kode_tps,tps,dpt_l,dpt_p,dpt_j\n1571011004001,001,100,110,210\n"),
			(ImportOptions){0}, &r));
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 0; i < changes; i++)
		random_event(d, g);
	for (int i = 1; i <= 3; i++)
		OK(d,
			desk_enter(d, g, "officer",
				arena_fmt(&d->a,
					"tps=1571011004001;role=kpps;seat=%d;name=Sari;nik=990000000000000%d", i, i)
					.p));
	erase(d, g, "tps=1571011004001;role=kpps;seat=2");
	OK(d, gate_settle(g, &d->err)); /* totals of the day */
	gate_close(g);
	const char *const made[] = {"files", "files/ab", "roll"};
	for (size_t i = 0; i < 3; i++)
		OK(d, dir_make(workspace_path(&d->w, &d->a, made[i]), &d->err));
	return d;
}

static void
write_file(Desk *d, const char *name, size_t size)
{
	char *bytes = NEW(&d->a, char, size + 1);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)dice(256);
	OK(d, file_write_atomic(workspace_path(&d->w, &d->a, name), (Str){bytes, size}, 0600, &d->err));
}

static void
same_file(Desk *d, const Place *p, const char *name)
{
	Str was, is;
	OK(d, file_read(workspace_path(&d->w, &d->a, name), 1 << 24, &d->a, &was, &d->err));
	OK(d, file_read(arena_fmt(&d->a, "%s/%s", p->dir, name).p, 1 << 24, &d->a, &is, &d->err));
	assert_true(str_eq(was, is));
}

/* A row into a restored workspace, which has a catalog of its own. */
static int64_t
enter_in(Desk *d, const Place *p, const char *dataset, const char *cells)
{
	Desk there = *d;
	GateP g = NULL;
	there.w = p->w;
	OK(d, gate_open(&there.w, &g, &d->err));
	OK(&there, desk_enter(&there, g, dataset, cells));
	gate_close(g);
	return there.event;
}

/* ---- the same comes back ---- */

static void
test_there_and_back(void **state)
{
	(void)state;
	Desk *d = desk_full(4, 300);
	bool server = getenv("SIAP_TEST_STORE");
	Place p, again;
	write_file(d, "files/ab/one", 200000);
	write_file(d, "files/empty", 0);
	write_file(d, "roll/two.1", 70000);
	assert_int_equal(symlink("/etc/passwd", workspace_path(&d->w, &d->a, "files/link")), 0);
	assert_int_equal(mkfifo(workspace_path(&d->w, &d->a, "files/fifo"), 0600), 0);
	desk_reopen(d);
	Str stood = everything(d, &d->w);
	BackupReport r = backup(d, "b1"), read;
	assert_int_equal(r.files, 4);
	assert_int_equal(r.events, workspace_last_event(&d->w));
	OK(d, backup_check(&d->env, path_of(d, "b1"), &(Watch){0}, &d->a, &read, &d->err));
	assert_true(read.rows == r.rows && read.at == r.at && str_eq(read.id, d->w.id));
	/* Into a folder, from there into the other kind of database where there is one, and from that one again. */
	RestoreReport made = restore_to(d, "b1", &p, false);
	assert_int_equal(made.suspect.code, E_OK);
	assert_int_equal(made.verified.events, r.events);
	same(stood, everything(d, &p.w));
	same_board(d, &d->w, &p.w);
	verifies(d, &p.w);
	same_file(d, &p, "files/ab/one");
	same_file(d, &p, "files/empty");
	same_file(d, &p, "roll/two.1");
	same_file(d, &p, "checkpoint");
	assert_false(file_exists(arena_fmt(&d->a, "%s/files/link", p.dir).p));
	BackupAsk ask = {.path = path_of(d, "b2")};
	OK(d, backup_make(&p.w, &ask, &d->a, &read, &d->err));
	assert_true(read.rows == r.rows && read.files == r.files);
	restore_to(d, "b2", &again, server);
	same(stood, everything(d, &again.w));
	same_board(d, &d->w, &again.w);
	verifies(d, &again.w);
	/* It is a workspace like any other: it goes on, and the one it was made from is then behind. */
	assert_int_equal(enter_in(d, &again, "tps", "tps=1571011004002"), r.events + 1);
	verifies(d, &again.w);
	place_close(&again);
	place_close(&p);
	desk_reopen(d);
	assert_int_equal(d->w.suspect.code, E_CONFLICT);
	desk_close(d);
}

static void
test_empty(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	Place p;
	BackupReport r = backup(d, "b");
	assert_int_equal(r.events, 0);
	restore_to(d, "b", &p, getenv("SIAP_TEST_STORE"));
	same(everything(d, &d->w), everything(d, &p.w));
	assert_int_equal(enter_in(d, &p, "tps", "tps=1571011004002"), 2);
	verifies(d, &p.w);
	place_close(&p);
	desk_close(d);
}

/* ---- older than what was signed ---- */

static void
test_older(void **state)
{
	(void)state;
	Desk *d = desk_full(6, 40);
	Place p;
	GateP g = NULL;
	backup(d, "b");
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 1; i <= 7; i++)
		OK(d, desk_enter(d, g, "tps", arena_fmt(&d->a, "tps=157101100300%d", i).p));
	gate_close(g);
	RestoreReport r = restore_to(d, "b", &p, false);
	assert_int_equal(r.missing, 7);
	assert_int_equal(r.suspect.code, E_CONFLICT);
	assert_non_null(strstr(r.suspect.hint, "accept-rollback"));
	assert_int_equal(p.w.suspect.code, E_CONFLICT);
	REFUSED(d, gate_open(&p.w, &g, &d->err), E_CONFLICT);
	TreeHead lost;
	Origin o = {.actor = S("tester"), .source = S("cli")};
	OK(d, log_accept(&p.w, &o, S("the disk broke"), &lost, &d->err));
	workspace_close(&p.w);
	OK(d, workspace_open(&d->env, p.dir, &d->a, &p.w, &d->err));
	assert_int_equal(p.w.suspect.code, E_OK);
	verifies(d, &p.w);
	place_close(&p);
	desk_close(d);
}

/* ---- whatever is not whole ---- */

static void
refused(Desk *d, Str bytes, const char *what, size_t at)
{
	BackupReport r;
	d->err = (Err){0};
	const char *path = desk_file(d, "broken", bytes);
	if (backup_check(&d->env, path, &(Watch){0}, &d->a, &r, &d->err))
		fail_msg("%s at byte %zu: the backup was taken for whole", what, at);
	if (d->err.code != E_INPUT && d->err.code != E_DENIED)
		fail_msg("%s at byte %zu: [%s] %s", what, at, err_name(d->err.code), d->err.text);
}

static void
test_damage(void **state)
{
	(void)state;
	enum { HEAD = 80, SEALED = 65536 + 17 };
	Desk *d = desk_full(7, 30);
	write_file(d, "files/big", 150000);
	backup(d, "b");
	Str whole;
	OK(d, file_read(path_of(d, "b"), 1 << 26, &d->a, &whole, &d->err));
	size_t chunks = (whole.n - HEAD + SEALED - 1) / SEALED;
	assert_true(chunks >= 4);
	/* Cut short: in the head, at and beside each border of chunks, inside them, and by the last byte. */
	const size_t cuts[] = {
		0, 1, 7, 8, 40, 63, 64, 79, HEAD, HEAD + 1, HEAD + 16, HEAD + 17, HEAD + 18};
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
		refused(d, str_slice(whole, 0, cuts[i]), "cut", cuts[i]);
	for (size_t i = 1; i < chunks; i++)
		for (size_t near = 0; near < 3; near++)
			refused(d, str_slice(whole, 0, HEAD + i * SEALED + near - 1), "cut",
				HEAD + i * SEALED + near - 1);
	for (size_t at = HEAD + 999; at < whole.n; at += 9973)
		refused(d, str_slice(whole, 0, at), "cut", at);
	refused(d, str_slice(whole, 0, whole.n - 1), "cut", whole.n - 1);
	/* Any bit: all bytes of the head, samples behind it, each chunk's first and last byte. */
	char *bytes = (char *)(uintptr_t)arena_str(&d->a, whole).p;
	Str broken = {bytes, whole.n};
	for (size_t at = 0; at < whole.n; at += at < HEAD + 40 ? 1 : 2503) {
		bytes[at] ^= (char)(1 << dice(8));
		refused(d, broken, "flipped", at);
		bytes[at] = whole.p[at];
	}
	for (size_t i = 0; i < chunks; i++) {
		size_t last = i + 1 < chunks ? HEAD + (i + 1) * SEALED - 1 : whole.n - 1;
		bytes[last] ^= 1;
		refused(d, broken, "flipped", last);
		bytes[last] = whole.p[last];
	}
	/* Chunks in another order, left out, twice; bytes behind the end. */
	memcpy(bytes + HEAD, whole.p + HEAD + SEALED, SEALED);
	memcpy(bytes + HEAD + SEALED, whole.p + HEAD, SEALED);
	refused(d, broken, "chunks changed places", HEAD);
	memcpy(bytes, whole.p, whole.n);
	memmove(bytes + HEAD + SEALED, whole.p + HEAD + 2 * SEALED, whole.n - HEAD - 2 * SEALED);
	refused(d, (Str){bytes, whole.n - SEALED}, "a chunk left out", HEAD + SEALED);
	memcpy(bytes, whole.p, whole.n);
	char *longer = NEW(&d->a, char, whole.n + SEALED);
	memcpy(longer, whole.p, HEAD + SEALED);
	memcpy(longer + HEAD + SEALED, whole.p + HEAD, whole.n - HEAD);
	refused(d, (Str){longer, whole.n + SEALED}, "a chunk twice", HEAD);
	memcpy(longer, whole.p, whole.n);
	refused(d, (Str){longer, whole.n + 1}, "a byte more", whole.n);
	refused(d,
		S("SIAPBAK2 and more of it, as long as a head is, which it is by now, I think, is it not?"),
		"newer", 7);
	assert_non_null(strstr(d->err.text, "newer"));
	/* The last chunk of another backup of the same workspace. */
	backup(d, "b3");
	Str other;
	OK(d, file_read(path_of(d, "b3"), 1 << 26, &d->a, &other, &d->err));
	size_t last = HEAD + (chunks - 1) * SEALED;
	memcpy(bytes + last, other.p + last,
		whole.n - last < other.n - last ? whole.n - last : other.n - last);
	refused(d, broken, "another backup's end", last);
	/* Restoring such a file leaves nothing. */
	bytes[whole.n / 2] ^= 1;
	desk_file(d, "broken", broken);
	Str before = listing(d);
	RestoreReport r;
	RestoreAsk ask = {.path = path_of(d, "broken"), .dir = path_of(d, "new")};
	REFUSED(d, restore_make(&d->env, &ask, &d->a, &r, &d->err), E_INPUT);
	assert_true(str_eq(before, listing(d)));
	desk_close(d);
}

static void
test_keys(void **state)
{
	(void)state;
	Desk *d = desk_full(8, 10);
	BackupReport r;
	Err *err = &d->err;
	backup(d, "b");
	const char *key = arena_fmt(&d->a, "%s/%.*s.key", d->env.key_dir, STR(d->w.id)).p;
	Str was;
	OK(d, file_read(key, 4096, &d->a, &was, err));
	OK(d,
		file_write_atomic(key,
			S("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"), 0600, err));
	REFUSED(d, backup_check(&d->env, path_of(d, "b"), &(Watch){0}, &d->a, &r, err), E_DENIED);
	assert_non_null(strstr(err->text, "another key"));
	assert_int_equal(unlink(key), 0);
	REFUSED(d, backup_check(&d->env, path_of(d, "b"), &(Watch){0}, &d->a, &r, err), E_DENIED);
	assert_non_null(strstr(err->text, arena_cstr(&d->a, d->w.id)));
	assert_non_null(strstr(err->hint, "siap key restore"));
	OK(d, file_write_atomic(key, was, 0600, err));
	OK(d, backup_check(&d->env, path_of(d, "b"), &(Watch){0}, &d->a, &r, err));
	/* What is private is not to be read in it. */
	Str bytes;
	size_t at;
	OK(d, file_read(path_of(d, "b"), 1 << 26, &d->a, &bytes, err));
	assert_false(str_find(bytes, S("1571011004001"), &at));
	desk_close(d);
}

/* Backups that only somebody with the key could have made. */
static const char *
forged(Desk *d, const char *migration, RecordKind kind, const char *record)
{
	BackupOut *o;
	const char *path = path_of(d, "forged");
	AUTO(Buf) about = {0};
	unlink(path);
	buf_fmt(&about,
		"{\"area\":\"1571\",\"at\":0,\"event\":0,\"id\":\"%.*s\",\"made\":0,\"migrations\":[\"%s\"],\"pack\":\"pilkada2024\",\"v\":1}",
		STR(d->w.id), migration);
	OK(d, backup_create(&d->w, path, &o, &d->err));
	OK(d, backup_add(o, RECORD_ABOUT, buf_str(&about), &d->err));
	OK(d, backup_add(o, kind, str_of(record), &d->err));
	OK(d,
		backup_add(o, RECORD_END, S("{\"bytes\":0,\"events\":0,\"files\":1,\"rows\":0}"), &d->err));
	OK(d, backup_finish(o, &d->err));
	return path;
}

static void
test_foreign(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	RestoreReport r;
	RestoreAsk ask = {.dir = path_of(d, "new")};
	const struct {
		const char *migration;
		RecordKind kind;
		const char *record, *says;
	} bad[] = {{"0099_later.sql", RECORD_FILE, "checkpoint", "newer Siap"},
		{"0001_core.sql", RECORD_FILE, "../new", "no part of a workspace"},
		{"0001_core.sql", RECORD_FILE, "files/../../new", "no part of a workspace"},
		{"0001_core.sql", RECORD_FILE, "siap.db", "no part of a workspace"},
		{"0001_core.sql", RECORD_FILE, "files/", "no part of a workspace"},
		{"0001_core.sql", RECORD_FILE, "files//x", "no part of a workspace"},
		{"0001_core.sql", RECORD_TABLE, "{\"columns\":[\"a\"],\"table\":\"unheard_of\"}",
			"newer Siap"},
		{"0001_core.sql", RECORD_TABLE, "{\"columns\":[\"a\"],\"table\":\"rule_code\"}",
			"newer Siap"},
		{"0001_core.sql", RECORD_TABLE,
			"{\"columns\":[\"seq) VALUES (1); --\"],\"table\":\"event\"}", "newer Siap"},
		{"0001_core.sql", RECORD_ROW, "x", "damaged"},
		{"0001_core.sql", RECORD_DATA, "x", "damaged"},
		{"0001_core.sql", RECORD_ABOUT, "{}", "damaged"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask.path = forged(d, bad[i].migration, bad[i].kind, bad[i].record);
		Str before = listing(d);
		REFUSED(d, restore_make(&d->env, &ask, &d->a, &r, &d->err), E_INPUT);
		if (!strstr(d->err.text, bad[i].says))
			fail_msg("'%s': expected '…%s…', got '%s'", bad[i].record, bad[i].says, d->err.text);
		assert_true(str_eq(before, listing(d)));
	}
	desk_close(d);
}

/* ---- where nothing may be written over ---- */

static void
test_places(void **state)
{
	(void)state;
	Desk *d = desk_full(9, 10);
	BackupReport r;
	RestoreReport made;
	BackupAsk ask = {.path = path_of(d, "b")};
	OK(d, backup_make(&d->w, &ask, &d->a, &r, &d->err));
	REFUSED(d, backup_make(&d->w, &ask, &d->a, &r, &d->err), E_CONFLICT);
	ask.force = true;
	OK(d, backup_make(&d->w, &ask, &d->a, &r, &d->err));
	ask.path = path_of(d, "not/there");
	REFUSED(d, backup_make(&d->w, &ask, &d->a, &r, &d->err), E_NOTFOUND);
	RestoreAsk to = {.path = path_of(d, "b"), .dir = d->ws};
	REFUSED(d, restore_make(&d->env, &to, &d->a, &made, &d->err), E_CONFLICT);
	to.dir = path_of(d, "full");
	OK(d, dir_make(to.dir, &d->err));
	OK(d, file_write_atomic(arena_fmt(&d->a, "%s/x", to.dir).p, S("x"), 0600, &d->err));
	REFUSED(d, restore_make(&d->env, &to, &d->a, &made, &d->err), E_CONFLICT);
	assert_true(file_exists(arena_fmt(&d->a, "%s/x", to.dir).p));
	to.dir = path_of(d, "b");
	REFUSED(d, restore_make(&d->env, &to, &d->a, &made, &d->err), E_CONFLICT);
	to.dir = path_of(d, "new");
	to.store = "no address";
	REFUSED(d, restore_make(&d->env, &to, &d->a, &made, &d->err), E_INPUT);
	if (*d->store.url) {
		to.store = d->store.url;
		REFUSED(d, restore_make(&d->env, &to, &d->a, &made, &d->err), E_CONFLICT);
		assert_true(workspace_last_event(&d->w) > 0);
	}
	/* An empty folder is as good as none, with a slash behind it too. */
	to.dir = path_of(d, "empty/");
	to.store = NULL;
	OK(d, dir_make(path_of(d, "empty"), &d->err));
	OK(d, restore_make(&d->env, &to, &d->a, &made, &d->err));
	assert_true(file_exists(path_of(d, "empty/siap.db")));
	desk_close(d);
}

/* ---- stopped ---- */

typedef struct Halt {
	volatile bool stop;
	int left;
} Halt;

static void
halt_after(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	Halt *h = ctx;
	(void)phase, (void)done, (void)total;
	h->stop |= h->left-- == 0;
}

static int64_t
tables_in(Desk *d, const char *url)
{
	DbP db = NULL;
	Str *name;
	size_t n;
	OK(d, db_open(url, DB_READ, &db, &d->err));
	OK(d, db_tables(db, &d->a, &name, &n, &d->err));
	db_close(db);
	return (int64_t)n;
}

/* A process that is no more; its parent may not have looked yet. */
static pid_t
gone(bool looked)
{
	pid_t child = fork();
	siginfo_t info;
	if (child == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, looked ? WEXITED : WEXITED | WNOWAIT), 0);
	return child;
}

static void
test_stopped(void **state)
{
	(void)state;
	Desk *d = desk_full(10, 60);
	write_file(d, "files/big", 150000);
	TestStore store = store_new("");
	RestoreReport made;
	BackupReport r;
	int stops = 0;
	bool done = false;
	/* Left by processes that were killed. */
	pid_t child = gone(true), other = gone(false);
	OK(d,
		file_write_atomic(
			path_of(d, arena_fmt(&d->a, "b.siap-part.%d", (int)other).p), S("x"), 0600, &d->err));
	OK(d,
		file_write_atomic(
			path_of(d, arena_fmt(&d->a, "b.siap-part.%d", (int)child).p), S("x"), 0600, &d->err));
	const char *left = path_of(d, arena_fmt(&d->a, "new.siap-part.%d", (int)child).p);
	OK(d, dir_make(left, &d->err));
	OK(d, file_write_atomic(arena_fmt(&d->a, "%s/siap.db", left).p, S("x"), 0600, &d->err));
	backup(d, "b");
	assert_false(file_exists(path_of(d, arena_fmt(&d->a, "b.siap-part.%d", (int)child).p)));
	assert_false(file_exists(path_of(d, arena_fmt(&d->a, "b.siap-part.%d", (int)other).p)));
	waitpid(other, NULL, 0);
	RestoreAsk to = {
		.path = path_of(d, "b"), .dir = path_of(d, "new"), .store = *store.url ? store.url : NULL};
	for (int after = 0; !done; after += *store.url ? 4 : 1) {
		Halt h = {.left = after};
		to.watch = (Watch){halt_after, &h, &h.stop};
		d->err = (Err){0};
		done = restore_make(&d->env, &to, &d->a, &made, &d->err);
		assert_true(done || d->err.code == E_BUSY);
		stops += !done;
		if (done)
			break;
		assert_false(file_exists(to.dir) || file_exists(left));
		if (*store.url)
			assert_int_equal(tables_in(d, store.url), 0);
	}
	assert_true(stops > 3);
	for (int after = 0;; after++) {
		Halt h = {.left = after};
		BackupAsk ask = {.path = path_of(d, "b2"), .watch = {halt_after, &h, &h.stop}};
		Str before = listing(d);
		if (backup_make(&d->w, &ask, &d->a, &r, &d->err))
			break;
		assert_int_equal(d->err.code, E_BUSY);
		assert_true(str_eq(before, listing(d)));
	}
	store_drop(&store);
	desk_close(d);
}

/* ---- while others write ---- */

typedef struct Client {
	Desk *d;
	Gate *g;
	int number;
	_Atomic bool *stop;
	int rows;
} Client;

static void *
client_main(void *arg)
{
	Client *c = arg;
	const Dataset *set = catalog_dataset(&c->d->w.cat, S("tps"));
	Origin o = {.actor = S("client"), .source = S("web")};
	for (; !*c->stop && c->rows < 900; c->rows++) {
		Str text[32] = {{0}};
		char tps[32];
		Err err;
		snprintf(tps, sizeof tps, "157101100%d%03d", 1 + c->number, 1 + c->rows);
		text[dataset_field(set, S("tps")) - set->field] = str_of(tps);
		RowRequest r = {.origin = &o, .dataset = set, .text = text};
		if (!gate_enter(c->g, &r, &err))
			return "failed";
	}
	return NULL;
}

static void
test_while_others_write(void **state)
{
	(void)state;
	enum { CLIENTS = 4, BACKUPS = 4 };
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	Client c[CLIENTS];
	pthread_t t[CLIENTS];
	_Atomic bool stop = false;
	int64_t events[BACKUPS];
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = (Client){d, g, i, &stop, 0};
		assert_int_equal(pthread_create(&t[i], NULL, client_main, &c[i]), 0);
	}
	while (workspace_last_event(&d->w) < 20)
		usleep(1000);
	for (int i = 0; i < BACKUPS; i++) {
		OK(d, gate_checkpoint(g, &d->err));
		events[i] = backup(d, arena_fmt(&d->a, "b%d", i).p).events;
	}
	stop = true;
	for (int i = 0; i < CLIENTS; i++) {
		void *failed;
		pthread_join(t[i], &failed);
		assert_null(failed);
	}
	gate_close(g);
	desk_reopen(d);
	for (int i = 0; i < BACKUPS; i++) {
		Place p;
		assert_true(i == 0 || events[i] > events[i - 1]);
		RestoreReport r = restore_to(d, arena_fmt(&d->a, "b%d", i).p, &p, false);
		if (r.missing != workspace_last_event(&d->w) - events[i])
			fail_msg("backup %d of %lld events, %lld were signed: %lld missing (%s)", i,
				(long long)events[i], (long long)workspace_last_event(&d->w), (long long)r.missing,
				r.suspect.text);
		/* One row an event, but for the first. */
		assert_int_equal(r.verified.rows, events[i] - 1);
		place_close(&p);
	}
	desk_close(d);
}

/* ---- definitions that changed since ---- */

static void
test_definitions_changed(void **state)
{
	(void)state;
	Desk *d = desk_full(12, 30);
	Place p;
	backup(d, "b");
	int64_t events = workspace_last_event(&d->w);
	const char *defs = path_of(d, "defs"), *sets = path_of(d, "defs/datasets");
	OK(d, dir_make(defs, &d->err));
	OK(d, dir_make(sets, &d->err));
	OK(d,
		file_write_atomic(path_of(d, "defs/datasets/gadget.def"),
			S("dataset gadget\ntitle \"Gadgets\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield n int(0..9)\n"
			  "example 1571091002001, 1\nreject 1571091002001, -1 # below 0\n"),
			0600, &d->err));
	d->env.defs_dir = defs;
	/* The restored one gains the event that says so when it is opened, like any workspace. */
	RestoreReport r = restore_to(d, "b", &p, getenv("SIAP_TEST_STORE"));
	assert_int_equal(r.backup.events, events);
	assert_int_equal(workspace_last_event(&p.w), events + 1);
	verifies(d, &p.w);
	enter_in(d, &p, "gadget", "tps=1571011004001;n=3");
	verifies(d, &p.w);
	place_close(&p);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_empty), cmocka_unit_test(test_older), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_keys), cmocka_unit_test(test_foreign), cmocka_unit_test(test_places),
		cmocka_unit_test(test_stopped), cmocka_unit_test(test_while_others_write),
		cmocka_unit_test(test_definitions_changed)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
