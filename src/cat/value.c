/* value: a typed value from the text of a cell, and back to text. */
#include "cat/cat_private.h"

bool
type_is_int(Type t)
{
	return t == TYPE_INT || t == TYPE_DECIMAL || t == TYPE_MONEY || t == TYPE_BOOL ||
		t == TYPE_INSTANT;
}

bool
value_eq(Value a, Value b)
{
	if (a.kind != b.kind)
		return false;
	return a.kind == VALUE_NULL || (a.kind == VALUE_INT ? a.i == b.i : str_eq(a.s, b.s));
}

/* ---- numbers ---- */

static void
decimal_print(int64_t v, int places, Buf *out)
{
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v, scale = 1;
	for (int i = 0; i < places; i++)
		scale *= 10;
	buf_fmt(out, "%s%llu", v < 0 ? "-" : "", (unsigned long long)(u / scale));
	if (places)
		buf_fmt(out, ".%0*llu", places, (unsigned long long)(u % scale));
}

static bool
in_range(const Field *f, Str s, int64_t v, Err *err)
{
	if (v >= f->min && v <= f->max)
		return true;
	AUTO(Buf) low = {0}, high = {0};
	decimal_print(f->min, f->places, &low);
	decimal_print(f->max, f->places, &high);
	return err_set(err, E_INPUT, "'%.*s' is out of range, expected %.*s to %.*s", STR(brief(s)),
		STR(buf_str(&low)), STR(buf_str(&high)));
}

static bool
int_value(const Field *f, Str s, int64_t *out, Err *err)
{
	if (number_read(s, out))
		return in_range(f, s, *out, err);
	if (excel_mangled(s))
		return refuse_mangled(s, 0, err);
	return err_set(err, E_INPUT, "'%.*s' is not a whole number", STR(brief(s)));
}

static bool
money_value(const Field *f, Str s, int64_t *out, Err *err)
{
	Str amount = s;
	if (amount.n > 2 && (amount.p[0] == 'R' || amount.p[0] == 'r') &&
		(amount.p[1] == 'p' || amount.p[1] == 'P'))
		amount = str_slice(amount, 2, amount.n);
	if (str_starts(amount, S(".")))
		amount = str_slice(amount, 1, amount.n);
	amount = str_trim(amount);
	/* Whole rupiah: the ,00 of an accounting format says nothing. */
	if (str_ends(amount, S(",00")) || str_ends(amount, S(".00")))
		amount.n -= 3;
	if (number_read(amount, out))
		return in_range(f, s, *out, err);
	if (excel_mangled(s))
		return refuse_mangled(s, 0, err);
	return err_set(err, E_INPUT, "'%.*s' is not an amount in whole rupiah", STR(brief(s)));
}

static bool
decimal_value(const Field *f, Str s, int64_t *out, Err *err)
{
	bool too_fine;
	if (decimal_read(s, f->places, out, &too_fine))
		return in_range(f, s, *out, err);
	if (too_fine)
		return err_set(
			err, E_INPUT, "'%.*s' has more than %d decimal places", STR(brief(s)), f->places);
	if (excel_mangled(s))
		return refuse_mangled(s, 0, err);
	return err_set(err, E_INPUT, "'%.*s' is not a number", STR(brief(s)));
}

static bool
bool_value(Str s, int64_t *out, Err *err)
{
	static const struct {
		Str word;
		int value;
	} words[] = {{{"1", 1}, 1}, {{"0", 1}, 0}, {{"ya", 2}, 1}, {{"tidak", 5}, 0}, {{"yes", 3}, 1},
		{{"no", 2}, 0}, {{"true", 4}, 1}, {{"false", 5}, 0}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (loose_eq(s, words[i].word)) {
			*out = words[i].value;
			return true;
		}
	return err_set(err, E_INPUT, "'%.*s' is neither yes nor no", STR(brief(s)));
}

/* ---- texts ---- */

static int
level_digits(Level l)
{
	static const int digits[] = {0, 2, 4, 6, 10, 13};
	return digits[l];
}

static bool
area_refuse(const Field *f, Str s, Err *err)
{
	int digits = level_digits(f->level);
	Str level = f->level == LEVEL_TPS ? S("TPS") : tr_str(level_name(f->level));
	if (excel_mangled(s))
		return refuse_mangled(s, digits, err);
	if (!digits)
		return err_set(err, E_INPUT, "'%.*s' is no area code, expected 2, 4, 6, 10 or 13 digits",
			STR(brief(s)));
	return err_set(err, E_INPUT, "'%.*s' is no code of a %.*s, expected %d digits", STR(brief(s)),
		STR(level), digits);
}

static bool
area_fits(const Field *f, Str code)
{
	Level l = area_level(code);
	if (f->level == LEVEL_ANY)
		return l != LEVEL_ANY || str_eq(code, S("0"));
	return l == f->level;
}

static bool
area_value(const Field *f, Str s, Arena *a, Str *out, Err *err)
{
	*out = s;
	if (area_fits(f, s))
		return true;
	char code[14];
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' || s.p[i] == ' ')
			continue;
		if (n == sizeof code)
			return area_refuse(f, s, err);
		code[n++] = s.p[i];
	}
	/* Nothing but digits, dots and blanks; 15.7 is no code, and a decimal of a spreadsheet (1571.0) must not turn into one. */
	if (!area_fits(f, (Str){code, n}) || s.p[0] == '.' || s.p[s.n - 1] == '.' ||
		str_ends(s, S(".0")))
		return area_refuse(f, s, err);
	*out = arena_str(a, (Str){code, n});
	return true;
}

/* 16 digits and more keep only 15 in a spreadsheet, zeros fill the rest. */
static bool
rounded(Str s)
{
	return s.n >= 16 && str_ends(s, S("000")) && str_is_digits(s);
}

static bool
spreadsheet_check(Str s, Err *err)
{
	if (excel_mangled(s))
		return refuse_mangled(s, 0, err);
	if (!rounded(s))
		return true;
	err_set(
		err, E_INPUT, "'%.*s' was rounded by Excel, expected all %zu digits", STR(brief(s)), s.n);
	return err_hint(err, "format the column as text in the source and export again");
}

static bool
text_value(Str s, int64_t most, Str *out, Err *err)
{
	Str plain = csv_unsafe_text(s);
	/* The apostrophe of an export vouches for what follows: it is text. */
	if (plain.n == s.n && (s.p[0] == '=' || s.p[0] == '+' || s.p[0] == '-' || s.p[0] == '@')) {
		err_set(err, E_INPUT, "text must not start with '%c'", s.p[0]);
		return err_hint(err, "put an apostrophe in front: a spreadsheet would run it as a formula");
	}
	if (!spreadsheet_check(s, err))
		return false;
	size_t n = plain.n > (size_t)most ? utf8_length(plain) : plain.n;
	if (n > (size_t)most)
		return err_set(
			err, E_INPUT, "text of %zu characters, at most %lld fit", n, (long long)most);
	*out = plain;
	return true;
}

static bool
id_value(Str s, Str *out, Err *err)
{
	if (!spreadsheet_check(s, err))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '_' || c == '.' || (c == '-' && i > 0);
		if (!ok || i >= 64)
			return err_set(err, E_INPUT,
				"'%.*s' is no identifier: letters, digits, '-', '_' and '.', 64 at most",
				STR(brief(s)));
	}
	*out = s;
	return true;
}

static bool
phone_value(Str s, Arena *a, Str *out, Err *err)
{
	s = csv_unsafe_text(s);
	char number[18];
	size_t n = 0, digits = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < s.n; i++) {
		char c = s.p[i];
		bool digit = c >= '0' && c <= '9', plus = c == '+' && n == 0;
		if (c == ' ' || (c == '-' && n > 0))
			continue;
		ok = (digit || plus) && digits < 16;
		digits += digit;
		if (ok)
			number[n++] = c;
	}
	if (excel_mangled(s))
		return refuse_mangled(s, 0, err);
	if (!ok || digits < 6)
		return err_set(
			err, E_INPUT, "'%.*s' is no phone number, expected 6 to 16 digits", STR(brief(s)));
	*out = n == s.n ? s : arena_str(a, (Str){number, n});
	return true;
}

static bool
file_value(Str s, Arena *a, Str *out, Err *err)
{
	unsigned char bytes[32];
	char *hex = NEW(a, char, 65);
	if (!hex_decode(s, bytes, sizeof bytes))
		return err_set(err, E_INPUT,
			"'%.*s' is no file, expected the 64 hexadecimal digits of its SHA-256", STR(brief(s)));
	hex_encode(bytes, sizeof bytes, hex);
	*out = (Str){hex, 64};
	return true;
}

/* A reference is the other row's key as row_key writes it; where that key is one area, it is read as people write areas. */
static const Field *
ref_area(const Catalog *c, const Field *f)
{
	const Dataset *d = c ? catalog_dataset(c, f->ref) : NULL;
	return d && d->n_key == 1 ? &d->field[d->area] : NULL;
}

bool
value_parse(const Reading *r, const Field *f, Str cell, Value *out, Err *err)
{
	Str s = str_trim(cell);
	*out = (Value){.kind = VALUE_NULL};
	if (s.n == 0)
		return true;
	bool ok = false;
	switch (f->type) {
	case TYPE_INT:
		ok = int_value(f, s, &out->i, err);
		break;
	case TYPE_AREA:
		ok = area_value(f, s, r->a, &out->s, err);
		break;
	case TYPE_ENUM:
	case TYPE_STATES:
	case TYPE_CODE:
		ok = choice_read(r->pack, f, s, *r->a, &out->s, err);
		break;
	case TYPE_TEXT:
		ok = text_value(s, f->max, &out->s, err);
		break;
	case TYPE_ID:
		ok = id_value(s, &out->s, err);
		break;
	case TYPE_DECIMAL:
		ok = decimal_value(f, s, &out->i, err);
		break;
	case TYPE_MONEY:
		ok = money_value(f, s, &out->i, err);
		break;
	case TYPE_BOOL:
		ok = bool_value(s, &out->i, err);
		break;
	case TYPE_DATE:
		ok = date_read(s, r->a, &out->s) ||
			err_set(err, E_INPUT, "'%.*s' is not a date, expected 2024-11-27 or 27/11/2024",
				STR(brief(s)));
		break;
	case TYPE_INSTANT:
		ok = instant_read(s, r->zone, *r->a, &out->i) ||
			err_set(err, E_INPUT,
				"'%.*s' is not a time, expected 2024-11-27 07:00 or 2024-11-27T07:00+07:00",
				STR(brief(s)));
		break;
	case TYPE_REF: {
		const Field *area = ref_area(r->c, f);
		ok = area ? area_value(area, s, r->a, &out->s, err) : text_value(s, 200, &out->s, err);
		break;
	}
	case TYPE_PHONE:
		ok = phone_value(s, r->a, &out->s, err);
		break;
	case TYPE_FILE:
		ok = file_value(s, r->a, &out->s, err);
		break;
	}
	if (!ok)
		*out = (Value){.kind = VALUE_NULL};
	else
		out->kind = type_is_int(f->type) ? VALUE_INT : VALUE_TEXT;
	return ok;
}

void
value_print(const Field *f, Value v, int zone_minutes, Buf *out)
{
	char text[30];
	if (v.kind == VALUE_NULL)
		return;
	if (v.kind == VALUE_TEXT) {
		buf_add(out, v.s);
		return;
	}
	switch (f->type) {
	case TYPE_BOOL:
		buf_add(out, v.i ? str_of(tr("yes")) : str_of(tr("no")));
		break;
	case TYPE_DECIMAL:
		decimal_print(v.i, f->places, out);
		break;
	case TYPE_INSTANT:
		instant_format(v.i, zone_minutes, text);
		buf_add(out, str_of(text));
		break;
	default:
		buf_int(out, v.i);
	}
}
