/* socket_line: one JSON object a line, and the address of the socket: what both sides of the local socket share. */
#include "svc/socket_private.h"

#include <errno.h>
#include <sys/socket.h>

/* A path through the folder's descriptor: socket names are at most 107 bytes, folders may be deeper. */
void
socket_address(int dir_fd, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/siap.sock", dir_fd);
}

static bool
closed(Err *err)
{
	err_set(err, E_IO, "the other Siap process closed the connection");
	return err_hint(err, "do it again: what was saved stays, and nothing is taken twice");
}

bool
socket_line_read(int fd, Buf *in, Str *line, size_t *used, Err *err)
{
	for (;;) {
		const char *end = in->n ? memchr(in->p, '\n', in->n) : NULL;
		if (end) {
			*line = (Str){in->p, (size_t)(end - in->p)};
			*used = line->n + 1;
			return true;
		}
		if (in->n > LINE_MOST)
			return err_set(err, E_LIMIT, "a message on the local socket is too long");
		char chunk[16384];
		ssize_t n = fault_here() ? -1 : recv(fd, chunk, sizeof chunk, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return closed(err);
		buf_add(in, (Str){chunk, (size_t)n});
		if (!buf_check(in, err))
			return false;
	}
}

void
socket_line_used(Buf *in, size_t used)
{
	memmove(in->p, in->p + used, in->n - used);
	in->n -= used;
}

bool
socket_line_write(int fd, Buf *b, Err *err)
{
	buf_byte(b, '\n');
	if (b->failed)
		return err_set(err, E_LIMIT, "a message on the local socket is too long");
	for (size_t at = 0; at < b->n;) {
		ssize_t n = fault_here() ? -1 : send(fd, b->p + at, b->n - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return closed(err);
		at += (size_t)n;
	}
	return true;
}

Str
socket_text(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? (Str){json_string_value(v), json_string_length(v)} : (Str){0};
}

int64_t
socket_int(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}
