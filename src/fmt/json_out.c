/* json_out: JSON written straight into a buffer; commas are placed here, and misuse ends the process. */
#include "fmt/fmt.h"

JsonOut
jout_new(Buf *b)
{
	return (JsonOut){.b = b};
}

static uint64_t
level(const JsonOut *j)
{
	return (uint64_t)1 << (j->depth - 1);
}

/* Before a key or an array's value. */
static void
comma(JsonOut *j)
{
	if (j->has_item & level(j))
		buf_byte(j->b, ',');
	j->has_item |= level(j);
}

/* Before any value: in an object it needs its key, in an array perhaps a comma. */
static void
begin_value(JsonOut *j)
{
	if (j->depth == 0)
		return;
	bool in_object = j->is_obj & level(j);
	NEED(j->after_key == in_object);
	if (!in_object)
		comma(j);
	j->after_key = false;
}

static void
open_level(JsonOut *j, bool object)
{
	begin_value(j);
	NEED(j->depth < 64);
	j->depth++;
	j->has_item &= ~level(j);
	j->is_obj = object ? j->is_obj | level(j) : j->is_obj & ~level(j);
	buf_byte(j->b, object ? '{' : '[');
}

static void
close_level(JsonOut *j, bool object)
{
	NEED(j->depth > 0 && !j->after_key && ((j->is_obj & level(j)) != 0) == object);
	j->depth--;
	buf_byte(j->b, object ? '}' : ']');
}

void
jout_obj(JsonOut *j)
{
	open_level(j, true);
}

void
jout_obj_end(JsonOut *j)
{
	close_level(j, true);
}

void
jout_arr(JsonOut *j)
{
	open_level(j, false);
}

void
jout_arr_end(JsonOut *j)
{
	close_level(j, false);
}

static void
put_escape(Buf *b, unsigned char c)
{
	static const char letters[] = "btn\0fr"; /* 08..0d; 0b has none */
	char letter = c == '"' || c == '\\' ? (char)c : c >= 8 && c <= 13 ? letters[c - 8] : '\0';
	if (letter)
		buf_add(b, (Str){(char[]){'\\', letter}, 2});
	else
		buf_fmt(b, "\\u%04x", c);
}

static void
put_string(Buf *b, Str s)
{
	buf_byte(b, '"');
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, str_slice(s, from, i));
		put_escape(b, c);
		from = i + 1;
	}
	buf_add(b, str_slice(s, from, s.n));
	buf_byte(b, '"');
}

void
jout_key(JsonOut *j, Str key)
{
	NEED(j->depth > 0 && (j->is_obj & level(j)) && !j->after_key);
	comma(j);
	put_string(j->b, key);
	buf_byte(j->b, ':');
	j->after_key = true;
}

void
jout_str(JsonOut *j, Str s)
{
	begin_value(j);
	put_string(j->b, s);
}

void
jout_int(JsonOut *j, int64_t v)
{
	begin_value(j);
	buf_int(j->b, v);
}

void
jout_bool(JsonOut *j, bool v)
{
	begin_value(j);
	buf_add(j->b, v ? S("true") : S("false"));
}

void
jout_null(JsonOut *j)
{
	begin_value(j);
	buf_add(j->b, S("null"));
}

void
jout_raw(JsonOut *j, Str json)
{
	begin_value(j);
	buf_add(j->b, json);
}

void
jout_text(JsonOut *j, Str key, Str value)
{
	jout_key(j, key);
	if (value.n)
		jout_str(j, value);
	else
		jout_null(j);
}

void
jout_member(JsonOut *j, Str key, Str value)
{
	if (!value.n)
		return;
	jout_key(j, key);
	jout_str(j, value);
}

void
jout_number(JsonOut *j, Str key, int64_t value)
{
	if (!value)
		return;
	jout_key(j, key);
	jout_int(j, value);
}
