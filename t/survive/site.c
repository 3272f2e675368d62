/* site: a workspace that is made anew now and then, in a folder or on a server. */
#include "try.h"

#include <sys/wait.h>

enum {
	SAME_WORKSPACE = 6
}; /* tries, one after the other: a workspace survives more than one end */

void
need(bool ok, const Err *err, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "survive: %s: [%s] %s\n", what, err_name(err->code), err->text);
	exit(1);
}

static void
stations_import(Site *s)
{
	Err err = {0};
	AUTO(Arena) a = {0};
	AUTO(Buf) csv = {0};
	AUTO(Workspace) w = {0};
	AUTO(GateP) g = NULL;
	ImportReport report;
	need(arena_open(&a, (size_t)1 << 32, &err) && workspace_open(&s->env, s->ws, &a, &w, &err),
		&err, "open");
	buf_add(&csv, S("tps,number\n"));
	for (int i = 1; i <= STATIONS; i++)
		buf_fmt(&csv, VILLAGE "%03d,%03d\n", i, i);
	const Dataset *tps = survive_dataset(&w.cat, 0);
	ImportOptions o = {.path = arena_fmt(&a, "%s/tps.csv", s->dir).p,
		.datasets = &tps,
		.n_datasets = 1,
		.origin = {.actor = S("survivor"), .source = S("import")}};
	need(file_write_atomic(o.path, buf_str(&csv), 0600, &err) && gate_open(&w, &g, &err) &&
			import_file(&w, g, &o, &a, &report, &err),
		&err, "stations");
}

static void
remove_folder(const char *path)
{
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", path, (char *)NULL);
		_exit(1);
	}
	NEED(pid > 0 && waitpid(pid, NULL, 0) == pid);
}

void
site_leave(Site *s)
{
	if (!s->tries)
		return;
	ledger_close(&s->ledger);
	store_drop(&s->store);
	remove_folder(s->ws);
	s->tries = 0;
}

void
site_enter(Site *s)
{
	Err err = {0};
	if (s->tries == SAME_WORKSPACE)
		site_leave(s);
	if (s->tries++)
		return;
	s->ws = arena_fmt(&s->a, "%s/w%d", s->dir, ++s->made).p;
	s->store = store_new("");
	ledger_open(&s->ledger);
	need(workspace_init_in(&s->env, s->ws, S("pilkada2024"), S(VILLAGE),
			 *s->store.url ? s->store.url : NULL, &err),
		&err, "a new workspace");
	stations_import(s);
}

void
site_open(Site *s)
{
	Err err = {0};
	AUTO(DbP) first = NULL; /* configures the library, before the shim and plain SQLite use it */
	const char *base = getenv("TMPDIR");
	need(arena_open(&s->a, SIZE_MB, &err) && db_open(":memory:", DB_CREATE, &first, &err), &err,
		"memory");
	char *dir = (char *)arena_fmt(&s->a, "%s/siap-survive.XXXXXX", base ? base : "/tmp").p;
	NEED(mkdtemp(dir));
	s->dir = dir;
	s->env = env_real();
	s->env.files = embedded_files;
	s->env.n_files = embedded_count;
	s->env.key_dir = arena_fmt(&s->a, "%s/keys", dir).p;
}

void
site_close(Site *s)
{
	site_leave(s);
	remove_folder(s->dir);
}
