/* row: whole rows of a dataset: defaults and what must be filled, canonical JSON, the key in one text. */
#include "cat/cat_private.h"

enum { ROW_JSON_MAX = 8 * 1024 * 1024 };

static bool
fill(const Reading *r, const Dataset *d, Value *v, size_t i, Err *err)
{
	const Field *f = &d->field[i];
	Str text = r->pack && r->pack->n_presets ? pack_preset(r->pack, d->name, f->name) : (Str){0};
	if (!text.p)
		text = f->default_text;
	if (!text.p)
		return true;
	Reading here = *r;
	here.zone = area_zone(v[d->area].kind == VALUE_TEXT ? v[d->area].s : (Str){0});
	return value_parse(&here, f, text, &v[i], err);
}

bool
row_finish(const Reading *r, const Dataset *d, Value *v, size_t *bad_field, Err *err)
{
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (v[i].kind != VALUE_NULL)
			continue;
		*bad_field = i;
		if (!fill(r, d, v, i, err))
			return false;
		if (v[i].kind == VALUE_NULL && (f->key || f->required))
			return err_set(err, E_INPUT, "'%.*s' must be filled in", STR(tr_str(f->label)));
	}
	return true;
}

void
row_json(const Dataset *d, const Value *v, bool closed, Buf *out)
{
	JsonOut j = jout_new(out);
	jout_obj(&j);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[d->sorted[i]];
		Value value = v[d->sorted[i]];
		if (value.kind == VALUE_NULL || (f->n_private > 0) != closed)
			continue;
		jout_key(&j, f->name);
		if (value.kind == VALUE_INT)
			jout_int(&j, value.i);
		else
			jout_str(&j, value.s);
	}
	jout_obj_end(&j);
}

static bool
value_from_json(const Field *f, const json_t *item, Arena *a, Value *out, Err *err)
{
	*out = (Value){.kind = VALUE_NULL};
	if (json_is_null(item))
		return true;
	if (type_is_int(f->type) && json_is_integer(item)) {
		*out = (Value){.kind = VALUE_INT, .i = json_integer_value(item)};
		return true;
	}
	if (!type_is_int(f->type) && json_is_string(item)) {
		Str s = {json_string_value(item), json_string_length(item)};
		*out = (Value){.kind = VALUE_TEXT, .s = arena_str(a, s)};
		return true;
	}
	if (type_is_int(f->type))
		return err_set(err, E_INPUT, "'%.*s' must be a whole number", STR(f->name));
	return err_set(err, E_INPUT, "'%.*s' must be a text", STR(f->name));
}

bool
row_from_json(const Dataset *d, Str json, Arena *a, Value *v, Err *err)
{
	json_t *root;
	const char *name;
	json_t *item;
	if (!json_parse(json, ROW_JSON_MAX, &root, err))
		return false;
	bool ok = json_is_object(root) || err_set(err, E_INPUT, "a row is a JSON object");
	if (ok) {
		json_object_foreach(root, name, item)
		{
			const Field *f = dataset_field(d, str_of(name));
			ok = !f || value_from_json(f, item, a, &v[f - d->field], err);
			if (!ok)
				break;
		}
	}
	json_decref(root);
	return ok;
}

static void
key_part(Str s, Buf *out)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '/' && s.p[i] != '%')
			continue;
		buf_add(out, str_slice(s, from, i));
		buf_add(out, s.p[i] == '/' ? S("%2F") : S("%25"));
		from = i + 1;
	}
	buf_add(out, str_slice(s, from, s.n));
}

void
row_key(const Dataset *d, const Value *v, Buf *out)
{
	for (size_t k = 0; k < d->n_key; k++) {
		Value value = v[d->key[k]];
		if (k)
			buf_byte(out, '/');
		if (value.kind == VALUE_INT)
			buf_int(out, value.i);
		else if (value.kind == VALUE_TEXT)
			key_part(value.s, out);
	}
}
