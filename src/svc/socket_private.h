/* What both sides of the local socket share: its address, and one JSON object a line. */
#ifndef SIAP_SOCKET_PRIVATE_H
#define SIAP_SOCKET_PRIVATE_H

#include "svc/svc_private.h"

#include <sys/un.h>

enum { LINE_MOST = 1 << 20 };

void socket_address(int dir_fd, struct sockaddr_un *out);
/* The next line, which stays in `in` until socket_line_used. E_IO when the other side is gone, E_LIMIT: too long. */
bool socket_line_read(int fd, Buf *in, Str *line, size_t *used, Err *err) MUST;
void socket_line_used(Buf *in, size_t used);
bool socket_line_write(int fd, Buf *b, Err *err) MUST; /* adds the newline to b */
Str socket_text(const json_t *o, const char *name);    /* a member; p == NULL: it has none */
int64_t socket_int(const json_t *o, const char *name);

#endif
