/* checkpoint: size and root of a log as the text of a signed note (c2sp.org/tlog-checkpoint). */
#include "tlog/tlog_private.h"

void
checkpoint_format(const LogCheckpoint *c, Buf *out)
{
	buf_fmt(out, "%.*s\n%llu\n", STR(c->origin), (unsigned long long)c->head.size);
	base64_add(out, (Str){(const char *)c->head.root.b, sizeof c->head.root.b});
	buf_byte(out, '\n');
}

/* A tree without leaves has one root only. */
static bool
root_possible(const TreeHead *head)
{
	Sha256 none = sha256(S(""));
	return head->size > 0 || memcmp(none.b, head->root.b, sizeof none.b) == 0;
}

bool
checkpoint_parse(Str text, LogCheckpoint *out, Err *err)
{
	Str rest = text, size, root, extension;
	LogCheckpoint c;
	if (!note_text_check(text, err))
		return false;
	if (!line_next(&rest, &c.origin) || c.origin.n == 0 || c.origin.n > NOTE_NAME)
		return err_set(err, E_INPUT,
			"line 1 of the checkpoint must name the log, with 1 to %d bytes", NOTE_NAME);
	if (!line_next(&rest, &size) || !size_read(size, &c.head.size))
		return err_set(err, E_INPUT,
			"line 2 of the checkpoint must be the size of the log, a number without leading zeros");
	if (!line_next(&rest, &root) || !base64_hash(root, &c.head.root))
		return err_set(err, E_INPUT,
			"line 3 of the checkpoint must be the root, %d characters of base 64", HASH_BASE64);
	if (!root_possible(&c.head))
		return err_set(err, E_INPUT,
			"line 3 of the checkpoint is no root of a log of size 0, which is the SHA-256 of nothing");
	for (size_t number = 4; line_next(&rest, &extension); number++)
		if (extension.n == 0)
			return err_set(err, E_INPUT,
				"line %zu of the checkpoint is empty: only lines with text may be there", number);
	*out = c;
	return true;
}

bool
checkpoint_open(Str note, const VerifierKey *k, Arena *a, LogCheckpoint *out, Note *whole, Err *err)
{
	Note n;
	LogCheckpoint c;
	if (!note_parse(note, a, &n, err) || !checkpoint_parse(n.text, &c, err))
		return false;
	if (!str_eq(c.origin, k->name))
		return err_set(err, E_INPUT, "the checkpoint is of the log '%.*s', not of '%.*s'",
			STR(c.origin), STR(k->name));
	if (!note_check(&n, k, NULL, err))
		return false;
	*out = c;
	if (whole)
		*whole = n;
	return true;
}
