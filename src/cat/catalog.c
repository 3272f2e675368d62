/* catalog: finds all definition files, embedded or in a folder that overrides them, reads each, and looks them up by name. */
#include "cat/cat_private.h"

#include <dirent.h>
#include <errno.h>

typedef enum Kind { KIND_DATASET, KIND_INDICATOR, KIND_CHECK, KIND_VIEW, KIND_PACK } Kind;
enum { N_KINDS = KIND_PACK + 1 };
static const struct Place {
	Str folder, ending;
} places[N_KINDS] = {
	[KIND_DATASET] = {{"datasets/", 9}, {".def", 4}},
	[KIND_INDICATOR] = {{"indicators/", 11}, {".sql", 4}},
	[KIND_CHECK] = {{"checks/", 7}, {".sql", 4}},
	[KIND_VIEW] = {{"views/", 6}, {".sql", 4}},
	[KIND_PACK] = {{"rules/", 6}, {"/pack.def", 9}},
};

typedef struct Source {
	Str path;  /* datasets/x.def */
	Str shown; /* the same, or where the overriding file lies */
	Str stem;  /* x */
	Str bytes;
	Kind kind;
} Source;
typedef struct Sources {
	Source *v;
	size_t n, of_kind[N_KINDS];
	Arena *a;
} Sources;

/* What kind of definition lies at that path; false when it is none. */
static bool
path_kind(Str path, Kind *kind, Str *stem)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		const struct Place *p = &places[i];
		if (!str_starts(path, p->folder) || !str_ends(path, p->ending) ||
			path.n <= p->folder.n + p->ending.n)
			continue;
		*kind = (Kind)i;
		*stem = str_slice(path, p->folder.n, path.n - p->ending.n);
		return !memchr(stem->p, '/', stem->n) && stem->p[0] != '.';
	}
	return false;
}

static void
source_put(Sources *s, Str path, Str shown, Str bytes)
{
	Source new = {.path = path, .shown = shown, .bytes = bytes};
	if (!path_kind(path, &new.kind, &new.stem))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].path, path)) {
			s->v[i] = new;
			return;
		}
	*VEC_ADD(s->a, s->v, s->n) = new;
	s->of_kind[new.kind]++;
}

static bool
file_put(Sources *s, const char *dir, Str path, Err *err)
{
	Str shown = arena_fmt(s->a, "%s/%.*s", dir, STR(path)), bytes, stem;
	Kind kind;
	if (!path_kind(path, &kind, &stem) || !file_exists(shown.p))
		return true;
	if (!file_read(shown.p, DEF_MAX_BYTES, s->a, &bytes, err))
		return false;
	source_put(s, path, shown, bytes);
	return true;
}

static bool
folder_put(Sources *s, const char *dir, Kind kind, Err *err)
{
	Str folder = places[kind].folder;
	const char *path = arena_fmt(s->a, "%s/%.*s", dir, STR(folder)).p;
	errno = EIO; /* of a fault */
	DIR *d = fault_here() ? NULL : opendir(path);
	if (!d && errno == ENOENT)
		return true;
	if (!d)
		return err_set(err, E_IO, "cannot list '%s': %s", path, strerror(errno));
	bool ok = true;
	for (const struct dirent *e; ok && (e = readdir(d));) {
		Str name = arena_fmt(
			s->a, "%.*s%s%s", STR(folder), e->d_name, kind == KIND_PACK ? "/pack.def" : "");
		ok = file_put(s, dir, name, err);
	}
	closedir(d);
	return ok;
}

static int
source_order(const void *x, const void *y)
{
	const Source *a = x, *b = y;
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : str_cmp(a->stem, b->stem);
}

static bool
sources_find(const Env *env, Sources *s, Err *err)
{
	for (size_t i = 0; i < env->n_files; i++) {
		Str path = str_of(env->files[i].path);
		source_put(s, path, path, env->files[i].bytes);
	}
	if (env->defs_dir) {
		if (!file_exists(env->defs_dir))
			return err_set(
				err, E_NOTFOUND, "there is no folder '%s' of definitions", env->defs_dir);
		for (size_t i = 0; i < N_KINDS; i++)
			if (!folder_put(s, env->defs_dir, (Kind)i, err))
				return false;
	}
	if (s->n)
		qsort(s->v, s->n, sizeof s->v[0], source_order);
	return true;
}

static bool
stem_check(const Source *s, Str name, Err *err)
{
	if (str_eq(s->stem, name))
		return true;
	err_set(err, E_INPUT, "'%.*s' is declared here, but the file is called '%.*s'", STR(name),
		STR(s->stem));
	return err_at(err, s->shown, 1);
}

static bool
source_read(const Source *s, Arena *a, Catalog *c, Sha256 *hash, Err *err)
{
	switch (s->kind) {
	case KIND_DATASET: {
		Dataset *d = &c->dataset[c->n_datasets++];
		bool ok = dataset_parse(s->shown, s->bytes, a, d, err) && stem_check(s, d->name, err);
		*hash = d->hash;
		return ok;
	}
	case KIND_PACK: {
		Pack *p = &c->pack[c->n_packs++];
		bool ok = pack_parse(s->shown, s->bytes, a, p, err) && stem_check(s, p->name, err);
		*hash = p->hash;
		return ok;
	}
	case KIND_INDICATOR:
	case KIND_CHECK:
	case KIND_VIEW:
		break;
	}
	Query *q = s->kind == KIND_CHECK ? &c->check[c->n_checks++]
		: s->kind == KIND_VIEW       ? &c->view[c->n_views++]
									 : &c->indicator[c->n_indicators++];
	QueryKind kind = s->kind == KIND_CHECK ? QUERY_CHECK
		: s->kind == KIND_VIEW             ? QUERY_VIEW
										   : QUERY_INDICATOR;
	bool ok = query_parse(s->shown, s->bytes, kind, a, q, err) && stem_check(s, q->name, err);
	*hash = q->hash;
	return ok;
}

bool
catalog_load(const Env *env, Arena *a, Catalog *out, Err *err)
{
	*out = (Catalog){0};
	Sources s = {.a = a};
	if (!sources_find(env, &s, err))
		return false;
	out->dataset = NEW(a, Dataset, s.of_kind[KIND_DATASET]);
	out->indicator = NEW(a, Query, s.of_kind[KIND_INDICATOR]);
	out->check = NEW(a, Query, s.of_kind[KIND_CHECK]);
	out->view = NEW(a, Query, s.of_kind[KIND_VIEW]);
	out->pack = NEW(a, Pack, s.of_kind[KIND_PACK]);
	out->file = NEW(a, DefinitionFile, s.n);
	out->n_files = s.n;
	AUTO(Buf) all = {0};
	for (size_t i = 0; i < s.n; i++) {
		char hex[65];
		DefinitionFile *f = &out->file[i];
		*f = (DefinitionFile){s.v[i].path, s.v[i].bytes, {{0}}};
		if (!source_read(&s.v[i], a, out, &f->hash, err))
			return false;
		hex_encode(f->hash.b, sizeof f->hash.b, hex);
		buf_fmt(&all, "%s  %.*s\n", hex, STR(f->path));
	}
	if (all.failed)
		return err_set(err, E_LIMIT, "the definitions need more memory than there is");
	out->manifest = arena_str(a, buf_str(&all));
	out->hash = sha256(out->manifest);
	return catalog_check_all(out, a, err);
}

/* ---- look-up ---- */

/* All lists are sorted by name, and the name is the first member. */
_Static_assert(
	offsetof(Dataset, name) == 0 && offsetof(Query, name) == 0 && offsetof(Pack, name) == 0,
	"name comes first");

static const void *
find_named(const void *list, size_t n, size_t size, Str name)
{
	for (size_t low = 0, high = n; low < high;) {
		size_t mid = low + (high - low) / 2;
		const char *item = (const char *)list + mid * size;
		int order = str_cmp(name, *(const Str *)(const void *)item);
		if (order == 0)
			return item;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const Dataset *
catalog_dataset(const Catalog *c, Str name)
{
	return find_named(c->dataset, c->n_datasets, sizeof(Dataset), name);
}

const Query *
catalog_indicator(const Catalog *c, Str name)
{
	return find_named(c->indicator, c->n_indicators, sizeof(Query), name);
}

const Query *
catalog_check(const Catalog *c, Str name)
{
	return find_named(c->check, c->n_checks, sizeof(Query), name);
}

const Query *
catalog_view(const Catalog *c, Str name)
{
	return find_named(c->view, c->n_views, sizeof(Query), name);
}

const Query *
catalog_plan(const Catalog *c, const Dataset *d)
{
	for (size_t i = 0; i < c->n_views; i++)
		if (c->view[i].plans == d)
			return &c->view[i];
	return NULL;
}

const Pack *
catalog_pack(const Catalog *c, Str name)
{
	return find_named(c->pack, c->n_packs, sizeof(Pack), name);
}
