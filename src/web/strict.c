/* strict: a request's head is refused unless it says one thing only: what two programs could read in two ways is how requests are
 * smuggled past the one that checks them. */
#include "web/web_private.h"

enum { HEADERS = 64, TARGET = 4096, VALUE = 8192, HOST = 255, DIGITS = 15 };

typedef struct Head {
	size_t n, bytes,
		blank; /* headers; what the head takes in the one usual way of writing; empty values */
	size_t hosts, lengths, codings, expects;
	Str host, length, coding, expect, type, content_coding;
	Refusal why;
} Head;

static void
refuse(Head *h, unsigned status, const char *why)
{
	if (!h->why.status)
		h->why = (Refusal){status, why};
}

static bool
is_token(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n > 0;
}

static bool
has_control(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return true;
	return false;
}

bool
word_is(Str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

static void
once(Head *h, size_t *n, Str value, Str *kept, const char *why)
{
	*kept = value;
	if (++*n > 1)
		refuse(h, MHD_HTTP_BAD_REQUEST, why);
}

static enum MHD_Result
on_header(void *ctx, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value,
	size_t value_n)
{
	Head *h = ctx;
	Str name = {key, key_n}, text = {value ? value : "", value ? value_n : 0};
	(void)kind;
	h->n++;
	h->blank += text.n == 0;
	h->bytes += name.n + S(": ").n + text.n + S("\r\n").n;
	if (!is_token(name))
		refuse(h, MHD_HTTP_BAD_REQUEST, "a header's name has other characters than names have");
	if (text.n > VALUE || memchr(text.p, '\0', text.n) || has_control(text))
		refuse(h, MHD_HTTP_BAD_REQUEST, "a header's value has control characters or is too long");
	if (word_is(name, "Host"))
		once(h, &h->hosts, text, &h->host, "two Host headers");
	else if (word_is(name, "Content-Length"))
		once(h, &h->lengths, text, &h->length, "two Content-Length headers");
	else if (word_is(name, "Transfer-Encoding"))
		once(h, &h->codings, text, &h->coding, "two Transfer-Encoding headers");
	else if (word_is(name, "Expect"))
		once(h, &h->expects, text, &h->expect, "two Expect headers");
	else if (word_is(name, "Content-Encoding"))
		h->content_coding = text;
	return MHD_YES;
}

/* Visible ASCII; what else there is comes as %XX. */
static void
target_check(Head *h, Str target)
{
	size_t at;
	if (target.n > TARGET)
		refuse(h, MHD_HTTP_URI_TOO_LONG, "the address is too long");
	if (!str_starts(target, S("/")))
		refuse(h, MHD_HTTP_BAD_REQUEST, "an address begins with '/'");
	for (size_t i = 0; i < target.n; i++)
		if (target.p[i] <= ' ' || target.p[i] == 0x7f || target.p[i] == '#')
			refuse(h, MHD_HTTP_BAD_REQUEST, "the address has characters that must be encoded");
	if (str_find(target, S("%00"), &at))
		refuse(h, MHD_HTTP_BAD_REQUEST, "the address has a NUL");
}

static void
method_check(Head *h, Str method, Str version)
{
	static const char *const known[] = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"};
	if (!str_eq(version, S("HTTP/1.1")) && !str_eq(version, S("HTTP/1.0")))
		refuse(h, MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here");
	if (str_eq(method, S("GET")) || str_eq(method, S("HEAD")) || str_eq(method, S("POST")))
		return;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(method, str_of(known[i])))
			refuse(h, MHD_HTTP_METHOD_NOT_ALLOWED, "pages take GET, HEAD and POST");
	refuse(h, MHD_HTTP_NOT_IMPLEMENTED, "there is no such method");
}

static void
host_check(Head *h, Str version)
{
	bool good = h->host.n > 0 && h->host.n <= HOST;
	for (size_t i = 0; i < h->host.n; i++) {
		char c = h->host.p[i];
		good = good &&
			((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
				(c != '\0' && strchr(".-_:[]", c)));
	}
	if (h->hosts == 0 && !str_eq(version, S("HTTP/1.0")))
		refuse(h, MHD_HTTP_BAD_REQUEST, "the Host header is missing");
	if (h->hosts && !good)
		refuse(h, MHD_HTTP_BAD_REQUEST, "the Host header names no host");
}

static void
body_check(Head *h, Str method, Str version, int64_t *length)
{
	*length = 0;
	bool counted = h->lengths && h->length.n <= DIGITS && str_is_digits(h->length) &&
		str_int(h->length, length);
	if (h->lengths && !counted)
		refuse(h, MHD_HTTP_BAD_REQUEST, "the Content-Length is no number");
	if (h->lengths && h->codings)
		refuse(h, MHD_HTTP_BAD_REQUEST, "both Content-Length and Transfer-Encoding");
	if (h->codings && !word_is(h->coding, "chunked"))
		refuse(h, MHD_HTTP_NOT_IMPLEMENTED, "there is no such Transfer-Encoding");
	if (h->codings && !str_eq(version, S("HTTP/1.1")))
		refuse(h, MHD_HTTP_BAD_REQUEST, "Transfer-Encoding came with HTTP/1.1");
	if (!str_eq(method, S("POST")) && (h->codings || *length > 0))
		refuse(h, MHD_HTTP_BAD_REQUEST, "only POST has a body");
	if (str_eq(method, S("POST")) && !h->codings && !h->lengths)
		refuse(h, MHD_HTTP_LENGTH_REQUIRED, "the Content-Length is missing");
	if (h->content_coding.n && !word_is(h->content_coding, "identity"))
		refuse(h, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "bodies are not compressed");
	if (h->expects && !word_is(h->expect, "100-continue"))
		refuse(h, MHD_HTTP_EXPECTATION_FAILED, "there is no such expectation");
	if (h->codings)
		*length = -1;
}

/* Lines that go on in the next one, blanks at ends, bare line feeds, bytes behind a NUL: the library reads over them, so they show
 * only by the head being longer or shorter than what was read. */
static void
size_check(Head *h, const Request *rq, Str version)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	size_t want = rq->method.n + 1 + rq->target.n + 1 + version.n + 2 + h->bytes + 2;
	if (!i || i->header_size > want || i->header_size + h->blank < want)
		refuse(h, MHD_HTTP_BAD_REQUEST,
			"the head is not written as 'Name: value' in lines that end in CR LF");
}

Refusal
strict_check(const Request *rq, Str version, int64_t *length)
{
	Head h = {0};
	(void)MHD_get_connection_values_n(rq->connection, MHD_HEADER_KIND, on_header, &h);
	if (h.n > HEADERS)
		refuse(&h, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "too many headers");
	method_check(&h, rq->method, version);
	target_check(&h, rq->target);
	host_check(&h, version);
	body_check(&h, rq->method, version, length);
	size_check(&h, rq, version);
	return h.why;
}
