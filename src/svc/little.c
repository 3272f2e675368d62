/* little: whole numbers in files of ours, little-endian, whatever the machine. */
#include "svc/svc_private.h"

void
little_put(Buf *b, uint64_t v, size_t bytes)
{
	char c[8];
	NEED(bytes <= sizeof c);
	for (size_t i = 0; i < bytes; i++)
		c[i] = (char)(v >> (8 * i));
	buf_add(b, (Str){c, bytes});
}

uint64_t
little_get(const char *p, size_t bytes)
{
	uint64_t v = 0;
	for (size_t i = bytes; i-- > 0;)
		v = v << 8 | (unsigned char)p[i];
	return v;
}
