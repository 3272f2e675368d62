/* value_choice: options of enum and states fields and codes of a rule pack's lists, by code or by label in either language. */
#include "cat/cat_private.h"

static bool
option_read(const Field *f, Str s, Arena tmp, Str *out, Err *err)
{
	for (size_t i = 0; i < f->n_options; i++)
		if (str_eq(s, f->option[i])) {
			*out = f->option[i];
			return true;
		}
	for (size_t i = 0; i < f->n_options; i++)
		if (loose_eq(s, f->option[i]) || loose_eq(s, tr_id(f->option[i]))) {
			*out = f->option[i];
			return true;
		}
	err_set(err, E_INPUT, "unknown option '%.*s'; one of %.*s", STR(brief(s)),
		STR(names_join(&tmp, f->option, f->n_options)));
	return unknown(err, nearest(s, f->option, f->n_options));
}

static bool
code_read(const Pack *p, const Field *f, Str s, Arena tmp, Str *out, Err *err)
{
	const PackCode *exact = pack_code(p, f->list, s);
	if (exact) {
		*out = exact->code;
		return true;
	}
	Str *names = NULL;
	size_t n = 0;
	for (size_t i = 0; i < p->n_codes; i++) {
		const PackCode *c = &p->code[i];
		if (!str_eq(c->list, f->list))
			continue;
		if (loose_eq(s, c->code) || loose_eq(s, c->label) || loose_eq(s, tr_id(c->label))) {
			*out = c->code;
			return true;
		}
		*VEC_ADD(&tmp, names, n) = c->code;
	}
	if (n == 0)
		return err_set(
			err, E_INPUT, "rule pack '%.*s' has no code list '%.*s'", STR(p->name), STR(f->list));
	err_set(err, E_INPUT, "unknown %.*s code '%.*s'; one of %.*s", STR(f->list), STR(brief(s)),
		STR(names_join(&tmp, names, n)));
	return unknown(err, nearest(s, names, n));
}

bool
choice_read(const Pack *p, const Field *f, Str s, Arena tmp, Str *out, Err *err)
{
	if (f->type != TYPE_CODE)
		return option_read(f, s, tmp, out, err);
	if (!p)
		return err_set(err, E_INPUT, "code list '%.*s' comes from a rule pack, and there is none",
			STR(f->list));
	return code_read(p, f, s, tmp, out, err);
}
