/* verify_bundle: the open parts that a bundle shows, checked against the entries of its log. */
#include "svc/folder_private.h"

enum { LINE_MOST = 1 << 20 };

bool
open_parts_begin(OpenParts *o, const char *path, Err *err)
{
	*o = (OpenParts){.path = path};
	if (!file_exists(path))
		return true;
	o->file = fault_here() ? NULL : fopen(path, "rb");
	if (!o->file)
		return file_error(err, "cannot read '%s': %s", path);
	return arena_open(&o->a, 16 * SIZE_MB, err) && open_parts_next(o, err);
}

void
open_parts_end(OpenParts *o)
{
	if (o->file)
		(void)fclose(o->file);
	arena_close(&o->a);
}

static Str
text_of(const json_t *o, const char *name, Arena *a)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? arena_str(a, (Str){json_string_value(v), json_string_length(v)})
							 : (Str){0};
}

bool
open_parts_next(OpenParts *o, Err *err)
{
	json_t *j;
	arena_reset(&o->a);
	char *line = NEW(&o->a, char, LINE_MOST);
	o->seq = 0;
	if (!fgets(line, LINE_MOST, o->file))
		return !ferror(o->file) || file_error(err, "cannot read '%s': %s", o->path);
	o->line++;
	if (!json_parse(str_trim(str_of(line)), LINE_MOST, &j, err))
		return err_prefix(err, "%s:%lld: ", o->path, (long long)o->line);
	o->seq = json_integer_value(json_object_get(j, "seq"));
	o->dataset = text_of(j, "dataset", &o->a);
	o->open = text_of(j, "open", &o->a);
	o->salt = text_of(j, "salt", &o->a);
	json_decref(j);
	return o->seq > 0 ||
		err_set(err, E_CONFLICT, "%s:%lld: this is no event", o->path, (long long)o->line);
}

bool
open_holds(Str open, Str salt_hex, Str want_hex, Hasher *h)
{
	unsigned char salt[SEAL_SALT];
	Sha256 want, is;
	if (!hex_decode(salt_hex, salt, sizeof salt) || !hex_decode(want_hex, want.b, sizeof want.b))
		return false;
	hasher_begin(h);
	hasher_add(h, (Str){(char *)salt, sizeof salt});
	hasher_add(h, open);
	hasher_end(h, &is);
	return memcmp(want.b, is.b, sizeof is.b) == 0;
}

bool
open_parts_check(OpenParts *o, const EntryFacts *e, Hasher *h, Err *err)
{
	if (o->seq != e->seq)
		return true;
	if (!str_eq(o->dataset, e->dataset) || !open_holds(o->open, o->salt, e->open, h))
		return err_set(err, E_CONFLICT,
			"%s:%lld: what is shown of event %lld is not what its entry was made of", o->path,
			(long long)o->line, (long long)o->seq);
	o->opened++;
	return open_parts_next(o, err);
}
