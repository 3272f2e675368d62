/* schema: JSON Schema (draft 2020-12) of a dataset's row as row_json writes it: scaled decimals, instants in milliseconds. */
#include "cat/cat_private.h"

static void
text_item(JsonOut *j, const char *key, Str value)
{
	jout_key(j, str_of(key));
	jout_str(j, value);
}

static void
int_item(JsonOut *j, const char *key, int64_t value)
{
	jout_key(j, str_of(key));
	jout_int(j, value);
}

static void
options_add(JsonOut *j, const Field *f, const Pack *pack)
{
	size_t n = f->n_options;
	for (size_t i = 0; f->type == TYPE_CODE && pack && i < pack->n_codes; i++)
		n += str_eq(pack->code[i].list, f->list);
	/* An empty enum would be refused by validators. */
	if (n == 0)
		return;
	jout_key(j, S("enum"));
	jout_arr(j);
	for (size_t i = 0; i < f->n_options; i++)
		jout_str(j, f->option[i]);
	for (size_t i = 0; f->type == TYPE_CODE && pack && i < pack->n_codes; i++)
		if (str_eq(pack->code[i].list, f->list))
			jout_str(j, pack->code[i].code);
	jout_arr_end(j);
}

static const char *
area_pattern(Level l)
{
	switch (l) {
	case LEVEL_ANY:
		return "^(0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$";
	case LEVEL_PROVINCE:
		return "^[0-9]{2}$";
	case LEVEL_REGENCY:
		return "^[0-9]{4}$";
	case LEVEL_DISTRICT:
		return "^[0-9]{6}$";
	case LEVEL_VILLAGE:
		return "^[0-9]{10}$";
	case LEVEL_TPS:
		return "^[0-9]{13}$";
	}
	return "";
}

static void
text_limits(JsonOut *j, const Field *f, const Pack *pack)
{
	switch (f->type) {
	case TYPE_TEXT:
		int_item(j, "minLength", 1);
		int_item(j, "maxLength", f->max);
		break;
	case TYPE_REF:
		int_item(j, "maxLength", 200);
		break;
	case TYPE_ID:
		text_item(j, "pattern", S("^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,63}$"));
		break;
	case TYPE_DATE:
		text_item(j, "pattern", S("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"));
		break;
	case TYPE_PHONE:
		text_item(j, "pattern", S("^\\+?[0-9]{6,16}$"));
		break;
	case TYPE_FILE:
		text_item(j, "pattern", S("^[0-9a-f]{64}$"));
		break;
	case TYPE_AREA:
		text_item(j, "pattern", str_of(area_pattern(f->level)));
		break;
	case TYPE_ENUM:
	case TYPE_STATES:
	case TYPE_CODE:
		options_add(j, f, pack);
		break;
	case TYPE_INT:
	case TYPE_DECIMAL:
	case TYPE_MONEY:
	case TYPE_BOOL:
	case TYPE_INSTANT:
		break;
	}
}

/* What the type alone does not say. */
static void
comment_add(JsonOut *j, const Field *f, Arena tmp)
{
	Str note = type_text(&tmp, f);
	if (f->type == TYPE_DECIMAL)
		note = arena_fmt(&tmp, "%.*s: the number times 10^%d", STR(note), f->places);
	if (f->type == TYPE_INSTANT)
		note = S("instant: milliseconds since 1970-01-01T00:00Z");
	if (f->unit.p)
		note = arena_fmt(&tmp, "%.*s, in %.*s", STR(note), STR(f->unit));
	if (f->n_private)
		note = arena_fmt(&tmp, "%.*s, private", STR(note));
	text_item(j, "$comment", note);
}

static void
field_add(JsonOut *j, const Field *f, const Pack *pack, Arena tmp)
{
	bool number = type_is_int(f->type);
	jout_key(j, f->name);
	jout_obj(j);
	text_item(j, "type", number ? S("integer") : S("string"));
	text_item(j, "title", f->label);
	comment_add(j, f, tmp);
	if (number && f->type != TYPE_INSTANT) {
		int_item(j, "minimum", f->min);
		int_item(j, "maximum", f->type == TYPE_BOOL ? 1 : f->max);
	}
	text_limits(j, f, pack);
	jout_obj_end(j);
}

void
dataset_json_schema(const Dataset *d, const Pack *pack, Buf *out)
{
	Arena tmp;
	if (!arena_open(&tmp, 16 << 20, NULL)) {
		out->failed = true;
		return;
	}
	JsonOut j = jout_new(out);
	jout_obj(&j);
	text_item(&j, "$schema", S("https://json-schema.org/draft/2020-12/schema"));
	text_item(&j, "$id", arena_fmt(&tmp, "urn:siap:dataset:%.*s", STR(d->name)));
	text_item(&j, "title", d->title);
	text_item(&j, "type", S("object"));
	jout_key(&j, S("additionalProperties"));
	jout_bool(&j, false);
	jout_key(&j, S("required"));
	jout_arr(&j);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		bool supplied = f->default_text.p || (pack && pack_preset(pack, d->name, f->name).p);
		if ((f->key || f->required) && !supplied)
			jout_str(&j, f->name);
	}
	jout_arr_end(&j);
	jout_key(&j, S("properties"));
	jout_obj(&j);
	for (size_t i = 0; i < d->n_fields; i++)
		field_add(&j, &d->field[i], pack, tmp);
	jout_obj_end(&j);
	jout_obj_end(&j);
	arena_close(&tmp);
}
