/* boundary_match: which area each feature of a GeoJSON file is, by the codes and names among its properties. */
#include "svc/boundary_private.h"

/* ---- areas by name ---- */

/* The words before a name that say what it is of: they are written in many ways, or not at all. */
static Str
kind_cut(Str name)
{
	static const Str kind[] = {{"kabupaten ", 10}, {"kab. ", 5}, {"kab ", 4}, {"provinsi ", 9},
		{"propinsi ", 9}, {"prov. ", 6}, {"kecamatan ", 10}, {"kec. ", 5}, {"kec ", 4},
		{"desa ", 5}, {"kelurahan ", 10}, {"kel. ", 5}};
	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
		if (str_starts(name, kind[i]))
			return str_slice(name, kind[i].n, name.n);
	return name;
}

/* Letters and digits, in lower case: "Kabupaten Batang Hari" and "BATANGHARI" are one. */
static Str
name_fold(Str name, Arena *a)
{
	Str low = arena_str(a, str_trim(name));
	char *p = (char *)(uintptr_t)low.p;
	size_t n = 0;
	for (size_t i = 0; i < low.n; i++)
		p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + ('a' - 'A') : p[i]);
	low = kind_cut(low);
	p = (char *)(uintptr_t)low.p;
	for (size_t i = 0; i < low.n; i++) {
		unsigned char c = (unsigned char)p[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
			p[n++] = p[i];
	}
	return (Str){p, n};
}

/* Of a city without the word, as many files have it. */
static Str
city_cut(Str folded)
{
	return str_starts(folded, S("kota")) && folded.n > 4 ? str_slice(folded, 4, folded.n) : folded;
}

typedef struct Known { /* one area */
	Str code, fold;
	Level level;
	size_t next, next_bare; /* the one before it with the same name; itself: none */
} Known;
typedef struct Atlas {
	Known *area; /* in code order */
	size_t n;
	Map by_name, by_bare; /* to the last one of a name */
	Arena *a;
	const BoundaryImport *im;
	Str under;
} Atlas;

static void
name_chain(Map *m, Str key, size_t i, size_t *next)
{
	uint64_t before;
	*next = map_get(m, key, &before) ? (size_t)before : i;
	map_set(m, key, i);
}

static bool
atlas_read(Workspace *w, Atlas *x, Err *err)
{
	Stmt *s;
	bool row;
	size_t cap = 0;
	if (!svc_stmt(w->db, &w->sql, "area_rows", &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (x->n == cap) {
			Known *more = NEW(x->a, Known, cap = cap ? 2 * cap : 256);
			if (x->n)
				memcpy(more, x->area, x->n * sizeof *more);
			x->area = more;
		}
		Known *k = &x->area[x->n];
		*k = (Known){.code = arena_str(x->a, db_text(s, 0)),
			.fold = name_fold(db_text(s, 1), x->a),
			.level = (Level)db_int(s, 2)};
		name_chain(&x->by_name, k->fold, x->n, &k->next);
		name_chain(&x->by_bare, city_cut(k->fold), x->n++, &k->next_bare);
	}
}

static const Known *
area_at(const Atlas *x, Str code)
{
	size_t lo = 0, hi = x->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = str_cmp(x->area[mid].code, code);
		if (order == 0)
			return &x->area[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

typedef struct Named { /* areas of a name: how many, and the first of them */
	const Known *area;
	size_t n;
} Named;

static void
named_in(const Atlas *x, Str fold, bool bare, const Known *like, Named *out)
{
	uint64_t at;
	*out = (Named){0};
	if (!map_get(bare ? &x->by_bare : &x->by_name, fold, &at))
		return;
	for (size_t i = (size_t)at;;) {
		const Known *k = &x->area[i];
		if (str_starts(k->code, like->code) && (!like->level || k->level == like->level)) {
			out->area = k;
			out->n++;
		}
		size_t next = bare ? k->next_bare : k->next;
		if (next == i)
			return;
		i = next;
	}
}

/* like: below its code, of its level; LEVEL_ANY: of any. A city may be meant by its bare name where no regency has it. */
static Named
named(const Atlas *x, Str name, const Known *like)
{
	Arena tmp = *x->a;
	Str fold = name_fold(name, &tmp);
	Named out;
	named_in(x, fold, false, like, &out);
	if (!out.n)
		named_in(x, city_cut(fold), true, like, &out);
	return out;
}

/* ---- properties ---- */

/* What a feature says of itself. */
typedef struct Said {
	Str code;            /* digits; empty: none */
	Str name[LEVEL_TPS]; /* by level; LEVEL_ANY: of itself, whatever it is */
} Said;

static Str
key_fold(const char *key, char room[32])
{
	size_t n = 0;
	for (; *key && n < 31; key++) {
		char c = *key >= 'A' && *key <= 'Z' ? (char)(*key + 32) : *key;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			room[n++] = c;
	}
	return (Str){room, n};
}

/* Spellings of KPU, BIG, BPS, GADM and OCHA. */
static bool
name_key(Str key, Level *level)
{
	static const struct {
		const char *key;
		Level level;
	} known[] = {{"name", LEVEL_ANY}, {"nama", LEVEL_ANY}, {"namobj", LEVEL_ANY},
		{"wadmpr", LEVEL_PROVINCE}, {"nmprov", LEVEL_PROVINCE}, {"provinsi", LEVEL_PROVINCE},
		{"propinsi", LEVEL_PROVINCE}, {"province", LEVEL_PROVINCE}, {"adm1en", LEVEL_PROVINCE},
		{"adm1id", LEVEL_PROVINCE}, {"name1", LEVEL_PROVINCE}, {"wadmkk", LEVEL_REGENCY},
		{"nmkab", LEVEL_REGENCY}, {"kabupaten", LEVEL_REGENCY}, {"kabkot", LEVEL_REGENCY},
		{"kabkota", LEVEL_REGENCY}, {"regency", LEVEL_REGENCY}, {"adm2en", LEVEL_REGENCY},
		{"adm2id", LEVEL_REGENCY}, {"name2", LEVEL_REGENCY}, {"wadmkc", LEVEL_DISTRICT},
		{"nmkec", LEVEL_DISTRICT}, {"kecamatan", LEVEL_DISTRICT}, {"district", LEVEL_DISTRICT},
		{"adm3en", LEVEL_DISTRICT}, {"name3", LEVEL_DISTRICT}, {"wadmkd", LEVEL_VILLAGE},
		{"nmdesa", LEVEL_VILLAGE}, {"desa", LEVEL_VILLAGE}, {"kelurahan", LEVEL_VILLAGE},
		{"desakel", LEVEL_VILLAGE}, {"village", LEVEL_VILLAGE}, {"adm4en", LEVEL_VILLAGE},
		{"name4", LEVEL_VILLAGE}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(key, str_of(known[i].key))) {
			*level = known[i].level;
			return true;
		}
	return false;
}

static bool
code_key(Str key)
{
	static const char *const start[] = {"kode", "kd", "code", "idprov", "idkab", "idkec", "iddesa"};
	for (size_t i = 0; i < sizeof start / sizeof *start; i++)
		if (str_starts(key, str_of(start[i])))
			return true;
	return str_ends(key, S("code")) || str_ends(key, S("kode")) ||
		(key.n == 3 && str_starts(key, S("cc")));
}

/* "15.71.09" and "ID157109" are 157109; empty: it is no code. */
static Str
code_fold(Str text, Arena *a)
{
	Str out = arena_str(a, text);
	char *p = (char *)(uintptr_t)out.p;
	size_t n = 0;
	for (size_t i = str_starts(text, S("ID")) ? 2 : 0; i < text.n; i++) {
		if (text.p[i] >= '0' && text.p[i] <= '9')
			p[n++] = text.p[i];
		else if (text.p[i] != '.' && text.p[i] != ' ')
			return (Str){0};
	}
	out.n = n;
	Level level = area_level(out);
	return level == LEVEL_ANY || level == LEVEL_TPS ? (Str){0} : out;
}

static Str
value_text(const json_t *v, Arena *a)
{
	if (json_is_string(v))
		return (Str){json_string_value(v), json_string_length(v)};
	return json_is_integer(v) ? arena_fmt(a, "%lld", (long long)json_integer_value(v)) : (Str){0};
}

/* Of several codes the longest: the others are of the areas above. */
static void
said_read(const GeoFeature *f, Arena *a, Said *out)
{
	void *i;
	json_t *all = (json_t *)(uintptr_t)f->properties;
	char room[32];
	*out = (Said){0};
	for (i = json_object_iter(all); i; i = json_object_iter_next(all, i)) {
		Str key = key_fold(json_object_iter_key(i), room);
		Str text = str_trim(value_text(json_object_iter_value(i), a)), code = {0};
		Level level;
		if (text.n && text.n <= 200 && name_key(key, &level))
			out->name[level] = text;
		else if (text.n && text.n <= 40 && code_key(key))
			code = code_fold(text, a);
		if (code.n > out->code.n)
			out->code = code;
	}
}

static Level
said_level(const Said *s)
{
	for (Level l = LEVEL_VILLAGE; l > LEVEL_ANY; l--)
		if (s->name[l].n)
			return l;
	return LEVEL_ANY;
}

/* ---- one feature ---- */

/* From the names of those above down to its own: names are unique nowhere else. */
static Named
by_names(const Atlas *x, const Said *s, Level own, Str below)
{
	Known like = {.code = below};
	Named found = {0};
	for (like.level = LEVEL_PROVINCE; like.level < LEVEL_TPS && like.level <= own; like.level++) {
		Str name = s->name[like.level];
		if (!name.n || (like.code.n && area_level(like.code) >= like.level))
			continue;
		found = named(x, name, &like);
		if (found.n == 1)
			like.code = found.area->code;
	}
	return found;
}

/* The area that names tell; a name of no known level is looked for on the level asked for, or on each. */
static Named
by_any_name(const Atlas *x, const Said *s, Level level, Str below)
{
	Level own = said_level(s);
	Known like = {.code = below, .level = level};
	if (own && (!level || own == level))
		return by_names(x, s, own, below);
	return s->name[LEVEL_ANY].n ? named(x, s->name[LEVEL_ANY], &like) : (Named){0};
}

static Str
own_name(const Said *s)
{
	Level own = said_level(s);
	return s->name[LEVEL_ANY].n && !own ? s->name[LEVEL_ANY] : s->name[own];
}

static bool
is_called(const Atlas *x, const Known *k, Str name)
{
	Arena tmp = *x->a;
	Str fold = name_fold(name, &tmp);
	return str_eq(fold, k->fold) || str_eq(city_cut(fold), city_cut(k->fold));
}

static void
miss(BoundaryImport *im, size_t feature, Str why)
{
	if (im->n_miss < BOUNDARY_MISSES)
		im->miss[im->n_miss++] = (BoundaryMiss){feature, why};
	im->misses++;
}

/* Codes of the statistics office are others than those of the interior ministry for the same area: where name and code differ, and
 * the name is that of another area beside it, the name is right. */
static const Known *
code_or_name(const Atlas *x, BoundaryImport *im, const Said *s, const Known *coded)
{
	Str name = own_name(s);
	if (!name.n || is_called(x, coded, name))
		return coded;
	Str beside = coded->level > LEVEL_PROVINCE ? area_lift(coded->code, coded->level - 1) : S("");
	Named other = by_any_name(x, s, coded->level, beside);
	if (other.n != 1)
		return coded;
	im->by_name++;
	return other.area;
}

static const Known *
feature_find(const Atlas *x, BoundaryImport *im, const Said *s, size_t number)
{
	Level named_level = said_level(s);
	bool parent =
		s->code.n && named_level > area_level(s->code); /* the code is that of an area above */
	const Known *coded = s->code.n && !parent ? area_at(x, s->code) : NULL;
	Str below = parent && area_at(x, s->code) ? s->code : S(""), name = own_name(s);
	if (coded)
		return code_or_name(x, im, s, coded);
	Named found = by_any_name(x, s, im->level, below);
	if (found.n == 1)
		return found.area;
	if (found.n)
		miss(im, number,
			arena_fmt(x->a, tr("%zu areas are called '%.*s': its code tells which one is meant"),
				found.n, STR(name)));
	else if (s->code.n && !parent && !str_starts(s->code, x->under))
		im->elsewhere++;
	else if (s->code.n && !parent)
		miss(im, number, arena_fmt(x->a, tr("no area here has the code '%.*s'"), STR(s->code)));
	else if (name.n)
		miss(im, number, arena_fmt(x->a, tr("no area here is called '%.*s'"), STR(name)));
	else
		miss(im, number,
			str_of(tr(
				"it has neither a code nor a name: a property 'code' with the code of its area is right")));
	return NULL;
}

/* ---- all of them ---- */

static bool
nothing_known(const BoundaryImport *im, Err *err)
{
	if (im->elsewhere == im->features)
		err_set(err, E_INPUT, "none of the %zu features lies here", im->features);
	else
		err_set(
			err, E_INPUT, "of none of the %zu features it is known which area it is", im->features);
	if (!im->n_miss)
		return err_hint(err, "the file is of another part of the country");
	return err_hint(err, "feature %zu: %.*s", im->miss[0].feature, STR(im->miss[0].why));
}

static bool
twice(const Known *k, size_t first, size_t second, Err *err)
{
	err_set(err, E_INPUT, "feature %zu is the area '%.*s', and so is feature %zu", second,
		STR(k->code), first);
	return err_hint(err,
		"an area is one feature, a MultiPolygon when it has several parts: dissolve the file by the code of the area");
}

static bool
feature_match(Atlas *x, BoundaryImport *im, const GeoFeature *f, Map *seen, Str *area, Err *err)
{
	Said said;
	uint64_t before;
	said_read(f, x->a, &said);
	const Known *k = feature_find(x, im, &said, f->number);
	*area = (Str){0};
	if (!k)
		return true;
	bool here = str_starts(k->code, x->under) && (!im->level || im->level == k->level);
	if (!here) {
		im->elsewhere++;
		return true;
	}
	if (map_get(seen, k->code, &before))
		return twice(k, (size_t)before, f->number, err);
	map_set(seen, k->code, f->number);
	im->matched[k->level]++;
	*area = k->code;
	return true;
}

bool
boundaries_match(Workspace *w, BoundaryImport *im, const GeoFile *g, Str *area, Arena *a, Err *err)
{
	Atlas x = {.by_name = map_new(a), .by_bare = map_new(a), .a = a, .im = im};
	Map seen = map_new(a);
	size_t matched = 0;
	x.under = im->under.n ? im->under : w->area;
	x.under = str_eq(x.under, S("0")) ? S("") : x.under;
	im->features = g->n;
	if (!atlas_read(w, &x, err))
		return false;
	for (size_t i = 0; i < x.n; i++)
		im->areas[x.area[i].level] += str_starts(x.area[i].code, x.under);
	for (size_t i = 0; i < g->n; i++) {
		if (!feature_match(&x, im, &g->feature[i], &seen, &area[i], err))
			return false;
		matched += area[i].n > 0;
	}
	return matched || nothing_known(im, err);
}
