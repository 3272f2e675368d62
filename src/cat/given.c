/* given: the lines by which a query proves itself: what is given, what is expected. */
#include "cat/cat_private.h"

static Str
skip_blanks(Str s)
{
	size_t i = 0;
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return str_slice(s, i, s.n);
}

/* The bytes up to the next blank or `stop`. */
static Str
take_until(Str *rest, char stop)
{
	size_t n = 0;
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t' && rest->p[n] != stop)
		n++;
	Str word = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->n);
	return word;
}

static bool
take_value(Str *rest, Arena *a, Str *out, Err *err)
{
	if (rest->n && rest->p[0] == '"') {
		if (!quoted_take(rest, a, out, err))
			return false;
		return rest->n == 0 || rest->p[0] == ' ' || rest->p[0] == '\t' ||
			err_set(err, E_INPUT, "a blank is missing after \"%.*s\"", STR(brief(*out)));
	}
	*out = take_until(rest, ' ');
	return true;
}

/* name=value */
static bool
take_pair(Str *rest, Arena *a, Str *name, Str *value, Err *err)
{
	*name = take_until(rest, '=');
	if (name->n == 0 || rest->n == 0 || rest->p[0] != '=')
		return err_set(err, E_INPUT, "'%.*s' is not written name=value", STR(brief(*name)));
	*rest = str_slice(*rest, 1, rest->n);
	return take_value(rest, a, value, err);
}

static bool
row_take(Str rest, Arena *a, GivenLine *out, Err *err)
{
	size_t n_columns = 0;
	if (!name_check(out->name, tr("dataset"), err))
		return false;
	for (; rest.n; rest = skip_blanks(rest)) {
		Str name, value;
		if (!take_pair(&rest, a, &name, &value, err))
			return false;
		for (size_t i = 0; i < out->n; i++)
			if (str_eq(out->column[i], name))
				return err_set(err, E_INPUT, "field '%.*s' is given twice", STR(brief(name)));
		*VEC_ADD(a, out->column, n_columns) = name;
		*VEC_ADD(a, out->cell, out->n) = value;
	}
	return out->n > 0 || err_set(err, E_INPUT, "a row of '%.*s' without a field", STR(out->name));
}

static bool
today_take(Str rest, Arena *a, GivenLine *out, Err *err)
{
	int32_t days;
	out->kind = GIVEN_TODAY;
	if (!take_pair(&rest, a, &out->name, &out->value, err))
		return false;
	return (skip_blanks(rest).n == 0 && date_parse(out->value, &days)) ||
		err_set(err, E_INPUT, "'today' takes a date such as 2024-11-20, not '%.*s'",
			STR(brief(out->value)));
}

static bool
limit_take(Str rest, Arena *a, GivenLine *out, Err *err)
{
	int64_t n;
	out->kind = GIVEN_LIMIT;
	if (!take_pair(&rest, a, &out->name, &out->value, err))
		return false;
	return (skip_blanks(rest).n == 0 && str_int(out->value, &n)) ||
		err_set(err, E_INPUT, "a limit is written limit NAME=NUMBER");
}

bool
given_parse(Str text, Arena *a, GivenLine *out, Err *err)
{
	*out = (GivenLine){.kind = GIVEN_ROW};
	Str rest = str_trim(text);
	if (str_starts(rest, S("today=")))
		return today_take(rest, a, out, err);
	out->name = take_until(&rest, ' ');
	rest = skip_blanks(rest);
	if (str_eq(out->name, S("pack"))) {
		*out = (GivenLine){.kind = GIVEN_PACK, .name = rest};
		return option_ok(rest) || err_set(err, E_INPUT, "a rule pack is given as pack NAME");
	}
	if (str_eq(out->name, S("limit")))
		return limit_take(rest, a, out, err);
	if (str_eq(out->name, S("area"))) {
		*out = (GivenLine){.kind = GIVEN_AREA, .name = take_until(&rest, ' ')};
		rest = skip_blanks(rest);
		if (!take_value(&rest, a, &out->value, err))
			return false;
		return (str_is_digits(out->name) && out->value.n && skip_blanks(rest).n == 0) ||
			err_set(err, E_INPUT, "an area is given as area CODE \"Name\"");
	}
	return row_take(rest, a, out, err);
}

static bool
count_take(Str *rest, int64_t *out)
{
	*rest = skip_blanks(*rest);
	return str_int(take_until(rest, ' '), out) && *out >= 0;
}

bool
expect_parse(Str text, bool is_check, Arena *a, ExpectLine *out, Err *err)
{
	*out = (ExpectLine){0};
	Str rest = str_trim(text);
	out->none = str_eq(rest, S("none"));
	if (out->none)
		return true;
	out->area = take_until(&rest, ' ');
	if (!str_is_digits(out->area))
		return err_set(err, E_INPUT, "an expected row starts with an area code, not with '%.*s'",
			STR(brief(out->area)));
	if (!is_check) {
		bool ok = count_take(&rest, &out->need) && count_take(&rest, &out->have) &&
			count_take(&rest, &out->heard);
		return (ok && skip_blanks(rest).n == 0) ||
			err_set(err, E_INPUT, "an indicator's row is expected as AREA NEED HAVE HEARD");
	}
	rest = skip_blanks(rest);
	if (!take_value(&rest, a, &out->key, err))
		return false;
	rest = skip_blanks(rest);
	bool more = rest.n > 0;
	if (more && !take_value(&rest, a, &out->detail, err))
		return false;
	return (out->key.n && skip_blanks(rest).n == 0) ||
		err_set(err, E_INPUT, "a check's row is expected as AREA KEY \"detail\"");
}
