/* request: what a request says: path, query, form fields, headers, cookies, all decoded and checked where they come in. */
#include "web/web_private.h"

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
		: c >= 'a' && c <= 'f'  ? c - 'a' + 10
		: c >= 'A' && c <= 'F'  ? c - 'A' + 10
								: -1;
}

bool
percent_decode(Str s, bool plus_is_blank, Arena *a, Str *out, Err *err)
{
	char *to = NEW(a, char, s.n + 1);
	size_t n = 0, at;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return err_set(err, E_INPUT,
					"the request has a '%%' that is not followed by two hexadecimal digits");
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		to[n++] = c;
	}
	*out = (Str){to, n};
	return utf8_check(*out, &at) ||
		err_set(err, E_INPUT, "the request holds bytes that are not UTF-8 text");
}

void
percent_encode(Str s, Buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_' || c == '.' || c == '~';
		if (plain)
			buf_byte(out, (char)c);
		else
			buf_fmt(out, "%%%02X", c);
	}
}

enum { PAIRS = 4096 };

bool
pairs_parse(Str text, Arena *a, Pair **out, Err *err)
{
	Pair **last = out;
	size_t n = 0;
	*out = NULL;
	while (text.n) {
		Str pair, name, value;
		str_cut(text, '&', &pair, &text);
		str_cut(pair, '=', &name, &value);
		if (!pair.n)
			continue;
		if (++n > PAIRS)
			return err_set(err, E_LIMIT, "a form has at most %d fields", PAIRS);
		Pair *p = NEW(a, Pair, 1);
		if (!percent_decode(name, true, a, &p->name, err) ||
			!percent_decode(value, true, a, &p->value, err))
			return false;
		*last = p;
		last = &p->next;
	}
	return true;
}

static Str
pair_find(const Pair *p, const char *name)
{
	for (; p; p = p->next)
		if (str_eq(p->name, str_of(name)))
			return p->value;
	return (Str){0};
}

Str
rq_param(const Request *rq, const char *name)
{
	return pair_find(rq->param, name);
}

Str
rq_query(const Request *rq, const char *name)
{
	return pair_find(rq->query, name);
}

Str
rq_form(const Request *rq, const char *name)
{
	return pair_find(rq->form, name);
}

Str
rq_header(const Request *rq, const char *name)
{
	return str_of(MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name));
}

Str
rq_cookie(const Request *rq, const char *name)
{
	return str_of(MHD_lookup_connection_value(rq->connection, MHD_COOKIE_KIND, name));
}

bool
request_begin(Request *rq, Err *err)
{
	Str path, query;
	str_cut(rq->target, '?', &path, &query);
	if (!str_starts(path, S("/")))
		return err_set(err, E_INPUT, "a path begins with '/'");
	return percent_decode(path, false, rq->a, &rq->path, err) &&
		pairs_parse(query, rq->a, &rq->query, err) && route_find(rq, err);
}

bool
request_body(Request *rq, Err *err)
{
	Str type = rq_header(rq, "Content-Type");
	if (rq->uploading)
		return upload_end(rq, err);
	if (!rq->body.n)
		return true;
	if (!buf_check(&rq->body, err))
		return false;
	if (!str_starts(type, S("application/x-www-form-urlencoded")))
		return err_set(err, E_INPUT,
			"a form comes as application/x-www-form-urlencoded, not as '%.*s'", STR(type));
	return pairs_parse(buf_str(&rq->body), rq->a, &rq->form, err);
}
