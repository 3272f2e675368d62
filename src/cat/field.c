/* field: a `field NAME TYPE attributes…` line of a dataset: types with their arguments, attributes, repeated fields. */
#include "cat/cat_private.h"

typedef bool (*ArgsFn)(Field *f, Str args, Arena *a, Err *err);

static bool
range_args(Field *f, Str args, Arena *a, Err *err)
{
	(void)a;
	size_t at;
	bool ok = str_find(args, S(".."), &at) && str_int(str_trim(str_slice(args, 0, at)), &f->min) &&
		str_int(str_trim(str_slice(args, at + 2, args.n)), &f->max);
	if (!ok || f->min > f->max || f->min < -NUMBER_MAX || f->max > NUMBER_MAX)
		return err_set(err, E_INPUT, "'%.*s' is no range, write lowest..highest such as 0..100",
			STR(brief(args)));
	return true;
}

static bool
length_args(Field *f, Str args, Arena *a, Err *err)
{
	(void)a;
	return (str_int(args, &f->max) && f->max >= 1 && f->max <= 10000) ||
		err_set(err, E_INPUT, "'%.*s' is no length of a text, 1 to 10000", STR(brief(args)));
}

static bool
places_args(Field *f, Str args, Arena *a, Err *err)
{
	(void)a;
	int64_t n;
	if (!str_int(args, &n) || n < 1 || n > 6)
		return err_set(
			err, E_INPUT, "'%.*s' is no number of decimal places, 1 to 6", STR(brief(args)));
	f->places = (int)n;
	f->min = -NUMBER_MAX;
	f->max = NUMBER_MAX;
	return true;
}

static bool
option_args(Field *f, Str args, Arena *a, Err *err)
{
	if (!list_split(args, f->type == TYPE_ENUM ? ',' : '>', a, &f->option, &f->n_options, err))
		return false;
	for (size_t i = 0; i < f->n_options; i++) {
		if (!option_ok(f->option[i]))
			return err_set(err, E_INPUT,
				"'%.*s' is no option: letters, digits, _ and -, %d at most",
				STR(brief(f->option[i])), NAME_MAX_BYTES);
		for (size_t j = 0; j < i; j++)
			if (loose_eq(f->option[i], f->option[j]))
				return err_set(err, E_INPUT, "option '%.*s' is given twice", STR(f->option[i]));
	}
	return f->n_options >= 2 || err_set(err, E_INPUT, "one option is no choice, give two or more");
}

static bool
level_args(Field *f, Str args, Arena *a, Err *err)
{
	(void)a;
	return level_of(args, &f->level) ||
		err_set(err, E_INPUT,
			"unknown level '%.*s'; one of province, regency, district, village, tps, any",
			STR(brief(args)));
}

static bool
name_args(Field *f, Str args, Arena *a, Err *err)
{
	(void)a;
	*(f->type == TYPE_CODE ? &f->list : &f->ref) = args;
	return name_check(args, f->type == TYPE_CODE ? tr("code list") : tr("dataset"), err);
}

/* In the order of enum Type. */
static const struct TypeForm {
	const char *name, *form;
	ArgsFn args;
} forms[] = {
	[TYPE_ID] = {"id", "id", NULL},
	[TYPE_TEXT] = {"text", "text(n)", length_args},
	[TYPE_INT] = {"int", "int(a..b)", range_args},
	[TYPE_DECIMAL] = {"decimal", "decimal(p)", places_args},
	[TYPE_MONEY] = {"money", "money", NULL},
	[TYPE_BOOL] = {"bool", "bool", NULL},
	[TYPE_DATE] = {"date", "date", NULL},
	[TYPE_INSTANT] = {"instant", "instant", NULL},
	[TYPE_ENUM] = {"enum", "enum(a, b)", option_args},
	[TYPE_STATES] = {"states", "states(a>b>c)", option_args},
	[TYPE_CODE] = {"code", "code(list)", name_args},
	[TYPE_AREA] = {"area", "area(level)", level_args},
	[TYPE_REF] = {"ref", "ref(dataset)", name_args},
	[TYPE_PHONE] = {"phone", "phone", NULL},
	[TYPE_FILE] = {"file", "file", NULL},
};
enum { N_TYPES = sizeof forms / sizeof forms[0] };

static bool
type_parse(Field *f, const Word *w, Arena *a, Err *err)
{
	Str names[N_TYPES], shown = {0};
	for (size_t i = 0; i < N_TYPES; i++) {
		names[i] = str_of(forms[i].name);
		if (!str_eq(w->text, names[i]) || w->quoted)
			continue;
		f->type = (Type)i;
		if (f->type == TYPE_MONEY)
			f->max = NUMBER_MAX;
		if (!forms[i].args)
			return !w->has_args ||
				err_set(err, E_INPUT, "type '%s' takes nothing in parentheses", forms[i].name);
		return (w->has_args && w->args.n)
			? forms[i].args(f, w->args, a, err)
			: err_set(err, E_INPUT, "type '%s' is written %s", forms[i].name, forms[i].form);
	}
	for (size_t i = 0; i < N_TYPES; i++)
		shown = i ? arena_fmt(a, "%.*s, %s", STR(shown), forms[i].form) : str_of(forms[i].form);
	err_set(err, E_INPUT, "unknown type '%.*s'; one of %.*s", STR(brief(w->text)), STR(shown));
	return unknown(err, nearest(w->text, names, N_TYPES));
}

Str
type_text(Arena *a, const Field *f)
{
	const char *name = forms[f->type].name;
	switch (f->type) {
	case TYPE_TEXT:
		return arena_fmt(a, "%s(%lld)", name, (long long)f->max);
	case TYPE_INT:
		return arena_fmt(a, "%s(%lld..%lld)", name, (long long)f->min, (long long)f->max);
	case TYPE_DECIMAL:
		return arena_fmt(a, "%s(%d)", name, f->places);
	case TYPE_CODE:
		return arena_fmt(a, "%s(%.*s)", name, STR(f->list));
	case TYPE_AREA:
		return arena_fmt(a, "%s(%.*s)", name, STR(level_name(f->level)));
	case TYPE_REF:
		return arena_fmt(a, "%s(%.*s)", name, STR(f->ref));
	case TYPE_ENUM:
	case TYPE_STATES: {
		Str all = f->option[0];
		const char *between = f->type == TYPE_ENUM ? ", " : ">";
		for (size_t i = 1; i < f->n_options; i++)
			all = arena_fmt(a, "%.*s%s%.*s", STR(all), between, STR(f->option[i]));
		return arena_fmt(a, "%s(%.*s)", name, STR(all));
	}
	case TYPE_ID:
	case TYPE_MONEY:
	case TYPE_BOOL:
	case TYPE_DATE:
	case TYPE_INSTANT:
	case TYPE_PHONE:
	case TYPE_FILE:
		break;
	}
	return str_of(name);
}

/* ---- attributes ---- */

static bool
private_parse(Field *f, const Word *w, Arena *a, Err *err)
{
	if (!w->has_args)
		return err_set(err, E_INPUT, "'private' is written private(agency, …)");
	if (!list_split(w->args, ',', a, &f->private_to, &f->n_private, err))
		return false;
	for (size_t i = 0; i < f->n_private; i++)
		if (!agency_check(f->private_to[i], err))
			return false;
	return true;
}

static bool
repeat_parse(Str text, int64_t *repeat, Err *err)
{
	return (str_int(text, repeat) && *repeat >= 2 && *repeat <= 40) ||
		err_set(err, E_INPUT, "repeat takes 2 to 40, not '%.*s'", STR(brief(text)));
}

/* The attributes that take a value behind them. */
static bool
valued_parse(Field *f, Str name, const Word *value, int64_t *repeat, Arena *a, Err *err)
{
	Str *place = str_eq(name, S("default")) ? &f->default_text
		: str_eq(name, S("label"))          ? &f->label
		: str_eq(name, S("unit"))           ? &f->unit
											: NULL;
	if (value->has_args || value->text.n == 0)
		return err_set(err, E_INPUT, "'%.*s' needs a value", STR(name));
	if ((place && place->p) || (str_eq(name, S("from")) && f->n_from) ||
		(str_eq(name, S("repeat")) && *repeat))
		return err_set(err, E_INPUT, "'%.*s' is given twice", STR(name));
	if (str_eq(name, S("repeat")))
		return repeat_parse(value->text, repeat, err);
	if (!place)
		return list_split(value->text, ',', a, &f->from, &f->n_from, err);
	*place = value->text;
	return true;
}

static const Str attribute_names[] = {{"key", 3}, {"required", 8}, {"default", 7}, {"label", 5},
	{"from", 4}, {"unit", 4}, {"private", 7}, {"match", 5}, {"repeat", 6}};
enum { N_ATTRIBUTES = sizeof attribute_names / sizeof attribute_names[0] };

static bool
attribute_parse(Field *f, const Line *l, size_t *i, int64_t *repeat, Arena *a, Err *err)
{
	const Word *w = &l->word[*i];
	bool known = false;
	for (size_t k = 0; k < N_ATTRIBUTES; k++)
		known |= !w->quoted && str_eq(w->text, attribute_names[k]);
	if (!known) {
		err_set(err, E_INPUT, "unknown attribute '%.*s'; one of %.*s", STR(brief(w->text)),
			STR(names_join(a, attribute_names, N_ATTRIBUTES)));
		return unknown(err, nearest(w->text, attribute_names, N_ATTRIBUTES));
	}
	if (str_eq(w->text, S("private")))
		return private_parse(f, w, a, err);
	if (w->has_args)
		return err_set(err, E_INPUT, "'%.*s' takes nothing in parentheses", STR(w->text));
	bool *flag = str_eq(w->text, S("key")) ? &f->key
		: str_eq(w->text, S("required"))   ? &f->required
		: str_eq(w->text, S("match"))      ? &f->match
										   : NULL;
	if (flag) {
		*flag = true;
		return true;
	}
	static const Word none;
	return valued_parse(f, w->text, ++*i < l->n ? &l->word[*i] : &none, repeat, a, err);
}

static Str
label_from_name(Arena *a, Str name)
{
	Str label = arena_str(a, name);
	char *p = (char *)label.p;
	p[0] = (char)(p[0] - 'a' + 'A');
	for (size_t i = 1; i < label.n; i++)
		p[i] = p[i] == '_' ? ' ' : p[i];
	return label;
}

static Str
number_in(Arena *a, Str s, int number)
{
	size_t at;
	if (!str_find(s, S("{n}"), &at))
		return s;
	return arena_fmt(a, "%.*s%d%.*s", (int)at, s.p, number,
		STR(number_in(a, str_slice(s, at + 3, s.n), number)));
}

static bool
field_add(Dataset *d, const Field *f, Arena *a, Err *err)
{
	if (d->n_fields == DEF_MAX_FIELDS)
		return err_set(err, E_INPUT, "more than %d fields", DEF_MAX_FIELDS);
	if (!sql_name_check(f->name, tr("field"), err))
		return false;
	Field *new = VEC_ADD(a, d->field, d->n_fields);
	*new = *f;
	if (!new->label.p)
		new->label = label_from_name(a, f->name);
	return true;
}

static bool
field_repeat(Dataset *d, const Field *f, int64_t repeat, Arena *a, Err *err)
{
	if (f->key)
		return err_set(err, E_INPUT, "a key field cannot be repeated");
	for (int i = 1; i <= repeat; i++) {
		Field one = *f;
		one.name = arena_fmt(a, "%.*s_%d", STR(f->name), i);
		one.label = f->label.p ? number_in(a, f->label, i) : f->label;
		one.from = NEW(a, Str, f->n_from);
		for (size_t k = 0; k < f->n_from; k++)
			one.from[k] = number_in(a, f->from[k], i);
		if (!field_add(d, &one, a, err))
			return false;
	}
	return true;
}

bool
field_parse(Dataset *d, const Line *l, int line, Arena *a, Err *err)
{
	if (l->n < 3 || l->word[1].quoted || l->word[1].has_args)
		return err_set(err, E_INPUT, "a field is written: field NAME TYPE attributes");
	Field f = {.name = l->word[1].text, .line = line};
	int64_t repeat = 0;
	if (!sql_name_check(f.name, tr("field"), err) || !type_parse(&f, &l->word[2], a, err))
		return false;
	for (size_t i = 3; i < l->n; i++)
		if (!attribute_parse(&f, l, &i, &repeat, a, err))
			return false;
	if (f.key && f.n_private)
		return err_set(err, E_INPUT, "a key field cannot be private");
	if (f.match &&
		(!f.n_private || (f.type != TYPE_TEXT && f.type != TYPE_ID && f.type != TYPE_PHONE)))
		return err_set(err, E_INPUT, "'match' is for private fields of type text, id or phone");
	return repeat ? field_repeat(d, &f, repeat, a, err) : field_add(d, &f, a, err);
}
