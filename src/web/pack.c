/* pack: answers travel compressed where the browser takes it, and not at all where it has them already. */
#include "web/web_private.h"

#include <zlib.h>

enum { LEVEL = 2, RAW_BITS = -15, GZIP_BITS = 15 + 16, MEMORY = 8 };

bool
takes_gzip(const Request *rq)
{
	Str one, rest = rq_header(rq, "Accept-Encoding");
	while (rest.n) {
		Str name, q;
		(void)str_cut(rest, ',', &one, &rest);
		(void)str_cut(one, ';', &name, &q);
		q = str_trim(q);
		if (word_is(str_trim(name), "gzip"))
			return !str_eq(q, S("q=0")) && !str_starts(q, S("q=0.0"));
	}
	return false;
}

bool
is_packable(const char *type)
{
	static const char *const text[] = {"text/html", "text/csv", "text/plain", "application/json",
		"image/svg+xml", "application/geo+json"};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		if (str_starts(str_of(type), str_of(text[i])))
			return true;
	return false;
}

/* One stream of each kind for each thread: making one costs more than most pages. */
static _Thread_local z_stream kept[2];
static _Thread_local bool made[2];

void
pack_end(void)
{
	for (int i = 0; i < 2; i++)
		if (made[i])
			(void)deflateEnd(&kept[i]);
	made[0] = made[1] = false;
}

static z_stream *
stream(bool raw)
{
	z_stream *z = &kept[raw];
	if (made[raw])
		return deflateReset(z) == Z_OK ? z : NULL;
	made[raw] = deflateInit2(z, LEVEL, Z_DEFLATED, raw ? RAW_BITS : GZIP_BITS, MEMORY,
					Z_DEFAULT_STRATEGY) == Z_OK;
	return made[raw] ? z : NULL;
}

static bool
deflated(bool raw, Str in, Buf *out)
{
	enum { PIECE = 16384 };
	unsigned char piece[PIECE];
	z_stream *z = stream(raw);
	if (!z || in.n > UINT32_MAX)
		return false;
	z->next_in = (unsigned char *)(uintptr_t)in.p;
	z->avail_in = (unsigned)in.n;
	do {
		z->next_out = piece;
		z->avail_out = PIECE;
		int status = deflate(z, raw ? Z_FULL_FLUSH : Z_FINISH);
		if (status == Z_STREAM_ERROR)
			return false;
		buf_add(out, (Str){(char *)piece, PIECE - z->avail_out});
	} while (z->avail_out == 0);
	return !out->failed;
}

bool
pack(Str in, Buf *out)
{
	return deflated(false, in, out);
}

/* ---- put together from parts that were compressed before ---- */

bool
pack_part(Str in, Buf *out, uint32_t *crc)
{
	*crc = (uint32_t)crc32_z(0, (const unsigned char *)in.p, in.n);
	return deflated(true, in, out);
}

void
joint_begin(Joint *j, Buf *out)
{
	*j = (Joint){.out = out};
	buf_add(out, (Str){"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10});
}

void
joint_part(Joint *j, Str packed, size_t plain_n, uint32_t crc)
{
	buf_add(j->out, packed);
	j->crc = (uint32_t)crc32_combine(j->crc, crc, (z_off_t)plain_n);
	j->n += plain_n;
}

/* Stored as it is. */
void
joint_plain(Joint *j, Str text)
{
	NEED(text.n <= UINT16_MAX);
	if (!text.n)
		return; /* and crc32 of no address begins anew */
	uint16_t n = (uint16_t)text.n, not_n = (uint16_t)~n;
	buf_byte(j->out, 0);
	buf_byte(j->out, (char)(n & 0xff));
	buf_byte(j->out, (char)(n >> 8));
	buf_byte(j->out, (char)(not_n & 0xff));
	buf_byte(j->out, (char)(not_n >> 8));
	buf_add(j->out, text);
	j->crc = (uint32_t)crc32_z(j->crc, (const unsigned char *)text.p, text.n);
	j->n += text.n;
}

static void
little(Buf *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		buf_byte(out, (char)(v >> (8 * i)));
}

void
joint_end(Joint *j)
{
	buf_add(j->out, S("\x03\0"));
	little(j->out, j->crc);
	little(j->out, (uint32_t)j->n);
}

/* ---- what the browser has already ---- */

bool
browser_has(const Request *rq, Str tag)
{
	Str one, rest = rq_header(rq, "If-None-Match");
	while (rest.n) {
		(void)str_cut(rest, ',', &one, &rest);
		one = str_trim(one);
		if (str_starts(one, S("W/")))
			one = str_slice(one, 2, one.n);
		if (str_eq(one, tag))
			return true;
	}
	return false;
}
