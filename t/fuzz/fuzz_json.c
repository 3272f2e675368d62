/* fuzz json: what json_parse accepts is written by JsonOut, parsed again, and equal. */
#include "fmt/fmt.h"

static void
write_real(JsonOut *j, const json_t *v)
{
	char text[64];
	size_t n = json_dumpb(v, text, sizeof text, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
	NEED(n > 0 && n <= sizeof text);
	jout_raw(j, (Str){text, n});
}

static void
write_value(JsonOut *j, json_t *v)
{
	if (json_is_object(v)) {
		const char *key;
		json_t *item;
		jout_obj(j);
		json_object_foreach(v, key, item)
		{
			jout_key(j, str_of(key));
			write_value(j, item);
		}
		jout_obj_end(j);
	} else if (json_is_array(v)) {
		jout_arr(j);
		for (size_t i = 0; i < json_array_size(v); i++)
			write_value(j, json_array_get(v, i));
		jout_arr_end(j);
	} else if (json_is_string(v)) {
		jout_str(j, (Str){json_string_value(v), json_string_length(v)});
	} else if (json_is_integer(v)) {
		jout_int(j, json_integer_value(v));
	} else if (json_is_real(v)) {
		write_real(j, v);
	} else if (json_is_null(v)) {
		jout_null(j);
	} else {
		jout_bool(j, json_is_true(v));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *first, *second;
	Err e = {0};
	if (!json_parse((Str){(const char *)data, size}, 1 << 20, &first, &e)) {
		NEED((e.code == E_INPUT || e.code == E_LIMIT) && e.text[0]);
		return 0;
	}
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	write_value(&j, first);
	NEED(j.depth == 0 && !b.failed);
	NEED(json_parse(buf_str(&b), SIZE_MAX, &second, &e));
	NEED(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	return 0;
}
