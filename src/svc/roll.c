/* roll: the versions of the voter roll in a workspace: their rows, their files, their key. */
#include "svc/roll_private.h"

#include <sodium.h>

const char *const roll_kinds[] = {
	"listed", "updated", "provisional", "revised", "final", "moved_in", "added", NULL};

bool
roll_key(const Workspace *w, unsigned char key[32], Err *err)
{
	static const unsigned char label[] = "siap voter roll";
	unsigned char of_workspace[32];
	if (!workspace_key(w, of_workspace, err))
		return false;
	crypto_generichash(key, 32, label, sizeof label - 1, of_workspace, sizeof of_workspace);
	sodium_memzero(of_workspace, sizeof of_workspace);
	return true;
}

/* ---- rows ---- */

const Dataset *
roll_dataset(const Workspace *w, const char *name)
{
	const Dataset *d = catalog_dataset(&w->cat, str_of(name));
	NEED(d); /* it travels inside the program */
	return d;
}

size_t
roll_field(const Dataset *d, const char *name)
{
	const Field *f = dataset_field(d, str_of(name));
	NEED(f);
	return (size_t)(f - d->field);
}

typedef struct VersionList {
	Arena *a;
	const Dataset *d;
	RollVersion *version;
	size_t n, cap;
} VersionList;

static bool
version_read(void *ctx, const RowView *r, Err *err)
{
	(void)err;
	VersionList *l = ctx;
	if (l->n == l->cap) {
		RollVersion *larger = NEW(l->a, RollVersion, l->cap * 2 + 16);
		if (l->n)
			memcpy(larger, l->version, l->n * sizeof *larger);
		l->version = larger;
		l->cap = l->cap * 2 + 16;
	}
#define TEXT(name)   arena_str(l->a, r->v[roll_field(l->d, name)].s)
#define NUMBER(name) r->v[roll_field(l->d, name)].i
	l->version[l->n++] = (RollVersion){.number = NUMBER("number"),
		.event = r->event,
		.area = TEXT("covers"),
		.kind = TEXT("kind"),
		.sha256 = TEXT("sha256"),
		.source = TEXT("source"),
		.voters = NUMBER("voters"),
		.male = NUMBER("male"),
		.female = NUMBER("female"),
		.wrong = NUMBER("wrong"),
		.stations = NUMBER("stations")};
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const RollVersion *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

bool
roll_versions(Workspace *w, Arena *a, RollVersion **out, size_t *n, Err *err)
{
	VersionList l = {.a = a, .d = roll_dataset(w, "roll_version")};
	RowList rows = {.dataset = l.d};
	if (!rows_each(w, &rows, version_read, &l, err))
		return false;
	if (l.n)
		qsort(l.version, l.n, sizeof *l.version, by_number);
	*out = l.version;
	*n = l.n;
	return true;
}

/* Equal but for capitals. */
static bool
is_word(Str a, Str b)
{
	bool same = a.n == b.n;
	for (size_t i = 0; same && i < a.n; i++) {
		char x = a.p[i], y = b.p[i];
		x = x >= 'A' && x <= 'Z' ? (char)(x - 'A' + 'a') : x;
		y = y >= 'A' && y <= 'Z' ? (char)(y - 'A' + 'a') : y;
		same = x == y;
	}
	return same;
}

bool
roll_kind(const Workspace *w, Str text, Str *kind, Err *err)
{
	AUTO(Buf) all = {0};
	for (size_t i = 0; roll_kinds[i]; i++) {
		*kind = str_of(roll_kinds[i]);
		Str label = pack_label(w->pack, *kind);
		if (is_word(text, *kind) || is_word(text, label))
			return true;
		buf_fmt(&all, "%s%s", i ? ", " : "", roll_kinds[i]);
		if (!str_eq(label, *kind))
			buf_fmt(&all, " (%.*s)", STR(label));
	}
	return err_set(
		err, E_INPUT, "'%.*s' is no version of the roll: %.*s are", STR(text), STR(buf_str(&all)));
}

static bool
none(Str text, size_t n, Err *err)
{
	if (n)
		return err_set(err, E_NOTFOUND,
			"there is no version '%.*s' of the roll; siap roll stats lists them", STR(text));
	err_set(err, E_NOTFOUND, "no voter roll was imported yet");
	return err_hint(err, "siap roll import DPT FILE");
}

static bool
is_wanted(const RollVersion *v, Str text, int64_t number, bool any)
{
	return number ? v->number == number
		: text.n  ? str_eq(v->kind, text)
				  : any || str_eq(v->kind, S("final"));
}

bool
roll_find(Workspace *w, Str text, Arena *a, RollVersion *out, Err *err)
{
	RollVersion *all;
	size_t n, at = 0;
	int64_t number = 0;
	bool is_number = str_int(text, &number) && number > 0;
	if (text.n && !is_number && !roll_kind(w, text, &text, err))
		return false;
	if (!roll_versions(w, a, &all, &n, err))
		return false;
	for (int any = 0; any <= 1 && !at; any++)
		for (size_t i = 0; i < n; i++)
			if (is_wanted(&all[i], text, number, any))
				at = i + 1;
	if (!at)
		return none(text, n, err);
	*out = all[at - 1];
	return true;
}

/* ---- files ---- */

const char *
roll_path(const Workspace *w, const RollVersion *v, Arena *a)
{
	return workspace_path(
		w, a, arena_fmt(a, "roll/%04d-%.*s.roll", (int)v->number, STR(v->kind)).p);
}

bool
roll_is_version(const RollVersion *v, const Sha256 *hash, const char *path, Err *err)
{
	char hex[65];
	hex_encode(hash->b, sizeof hash->b, hex);
	return str_eq(v->sha256, str_of(hex)) ||
		err_set(err, E_CONFLICT,
			"version %lld of the roll is not the file that was imported: '%s' has another hash",
			(long long)v->number, path);
}

bool
roll_open_version(Workspace *w, const RollVersion *v, RollFile **out, Err *err)
{
	AUTO(Arena) a = {0};
	unsigned char key[32];
	RollFile *f;
	if (!arena_open(&a, SIZE_MB, err) || !roll_key(w, key, err))
		return false;
	const char *path = roll_path(w, v, &a);
	bool ok = roll_open(path, key, &f, err);
	sodium_memzero(key, sizeof key);
	if (!ok)
		return false;
	if (roll_is_version(v, roll_hash(f), path, err)) {
		*out = f;
		return true;
	}
	roll_close(f);
	return false;
}
