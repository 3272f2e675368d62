/* multipart: a form with files (multipart/form-data, RFC 7578), taken apart while it comes, in pieces of any size. */
#include "web/web_private.h"

enum { HEAD_MOST = 4096, PARTS_MOST = 4096, BOUNDARY_MOST = 70 };
typedef enum State { AT_BOUNDARY, AFTER_BOUNDARY, IN_HEAD, IN_DATA, AT_END } State;

struct Multipart {
	PartSink sink;
	Arena *a;
	Str boundary; /* with the line end and the two dashes before it */
	Buf hold;     /* what cannot be decided yet */
	State state;
	size_t parts;
};

/* The value of `name=` among what follows the semicolons of a header's value; quoted or not. False: not well-formed. */
static bool
param_find(Str header, const char *name, Str *out)
{
	Str first, rest = header;
	*out = (Str){0};
	(void)str_cut(header, ';', &first, &rest);
	while (rest.n) {
		Str key, value;
		rest = str_trim(rest);
		if (!str_cut(rest, '=', &key, &rest))
			return false;
		bool quoted = str_starts(rest, S("\""));
		if (!str_cut(str_slice(rest, quoted, rest.n), quoted ? '"' : ';', &value, &rest) && quoted)
			return false;
		if (quoted && rest.n && !str_starts(str_trim(rest), S(";")))
			return false;
		if (quoted && rest.n)
			(void)str_cut(rest, ';', &first, &rest);
		if (!word_is(str_trim(key), name))
			continue;
		if (out->p)
			return false;
		*out = value;
	}
	return true;
}

bool
multipart_new(Str type, PartSink sink, Arena *a, Multipart **out, Err *err)
{
	Str boundary;
	bool good =
		param_find(type, "boundary", &boundary) && boundary.n > 0 && boundary.n <= BOUNDARY_MOST;
	for (size_t i = 0; good && i < boundary.n; i++)
		good = boundary.p[i] > ' ' && boundary.p[i] != 0x7f;
	if (!good)
		return err_set(err, E_INPUT, "the form does not say how its parts are kept apart");
	Multipart *m = NEW(a, Multipart, 1);
	*m = (Multipart){.sink = sink, .a = a, .boundary = arena_fmt(a, "\r\n--%.*s", STR(boundary))};
	buf_add(&m->hold, S("\r\n")); /* the first boundary has no line before it */
	*out = m;
	return true;
}

void
multipart_close(Multipart *m)
{
	if (m)
		buf_close(&m->hold);
}

static bool
broken(Err *err)
{
	return err_set(err, E_INPUT, "the form is not well-formed: send it again from its page");
}

/* The last part of a path, for some programs send all of it; text without control characters. */
static bool
name_check(Str raw, Str *out, Err *err)
{
	enum { PART_NAME_MOST = 200 };
	size_t at;
	for (size_t i = raw.n; i > 0; i--)
		if (raw.p[i - 1] == '/' || raw.p[i - 1] == '\\') {
			raw = str_slice(raw, i, raw.n);
			break;
		}
	for (size_t i = 0; i < raw.n; i++)
		if ((unsigned char)raw.p[i] < ' ' || raw.p[i] == 0x7f)
			return broken(err);
	*out = raw;
	return (raw.n <= PART_NAME_MOST && utf8_check(raw, &at)) ||
		err_set(err, E_INPUT, "the name of the file is no text of at most 200 bytes: rename it");
}

static bool
head_read(Multipart *m, Str head, Err *err)
{
	Part part = {0};
	Str line, disposition = {0}, file;
	size_t at;
	while (head.n) {
		Str name, value;
		bool more = str_find(head, S("\r\n"), &at);
		line = str_slice(head, 0, more ? at : head.n);
		head = str_slice(head, more ? at + 2 : head.n, head.n);
		if (!str_cut(line, ':', &name, &value))
			return broken(err);
		if (word_is(name, "Content-Disposition")) {
			if (disposition.p)
				return broken(err);
			disposition = str_trim(value);
		} else if (word_is(name, "Content-Type")) {
			part.type = str_trim(value);
		} else if (word_is(name, "Content-Transfer-Encoding")) {
			return broken(err);
		}
	}
	if (!str_starts(disposition, S("form-data;")) || !param_find(disposition, "name", &part.name) ||
		!part.name.n || !utf8_check(part.name, &at) || memchr(part.name.p, '\0', part.name.n) ||
		!param_find(disposition, "filename", &file))
		return broken(err);
	part.is_file = file.p != NULL;
	if (part.is_file && !name_check(file, &part.file, err))
		return false;
	if (part.type.n > 100 || !utf8_check(part.type, &at))
		return broken(err);
	if (++m->parts > PARTS_MOST)
		return err_set(err, E_LIMIT, "a form has at most %d fields", PARTS_MOST);
	return m->sink.begin(m->sink.ctx, &part, err);
}

static void
drop(Buf *b, size_t n)
{
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

static bool
find(Str in, Str what, size_t *at)
{
	const char *p = in.n >= what.n ? memmem(in.p, in.n, what.p, what.n) : NULL;
	*at = p ? (size_t)(p - in.p) : 0;
	return p != NULL;
}

/* One step, if what is held is enough for it. */
static bool
step(Multipart *m, bool *more, Err *err)
{
	Str have = buf_str(&m->hold);
	size_t at, done;
	*more = false;
	switch (m->state) {
	case AT_BOUNDARY:
		if (have.n < m->boundary.n)
			return true;
		if (!str_starts(have, m->boundary))
			return broken(err);
		m->state = AFTER_BOUNDARY;
		drop(&m->hold, m->boundary.n);
		break;
	case AFTER_BOUNDARY:
		if (have.n < 2)
			return true;
		if (!str_starts(have, S("--")) && !str_starts(have, S("\r\n")))
			return broken(err);
		m->state = have.p[0] == '-' ? AT_END : IN_HEAD;
		drop(&m->hold, 2);
		break;
	case IN_HEAD:
		if (!find(have, S("\r\n\r\n"), &at))
			return have.n <= HEAD_MOST || broken(err);
		if (at > HEAD_MOST || !head_read(m, str_slice(have, 0, at), err))
			return at <= HEAD_MOST ? false : broken(err);
		m->state = IN_DATA;
		drop(&m->hold, at + 4);
		break;
	case IN_DATA:
		done = find(have, m->boundary, &at) ? at
			: have.n >= m->boundary.n       ? have.n - (m->boundary.n - 1)
											: 0;
		bool whole = done < have.n && str_starts(str_slice(have, done, have.n), m->boundary);
		if (done && !m->sink.data(m->sink.ctx, str_slice(have, 0, done), err))
			return false;
		drop(&m->hold, done);
		if (!whole)
			return true;
		m->state = AT_BOUNDARY;
		if (!m->sink.end(m->sink.ctx, err))
			return false;
		break;
	case AT_END: /* nothing but a line end */
		return have.n <= 2 && str_starts(S("\r\n"), have) ? true : broken(err);
	}
	*more = true;
	return true;
}

bool
multipart_add(Multipart *m, Str bytes, Err *err)
{
	bool more = true;
	buf_add(&m->hold, bytes);
	if (!buf_check(&m->hold, err))
		return false;
	while (more)
		if (!step(m, &more, err))
			return false;
	return true;
}

bool
multipart_end(Multipart *m, Err *err)
{
	return m->state == AT_END || broken(err);
}
