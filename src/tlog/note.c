/* note: signed notes (c2sp.org/signed-note) and cosignatures (c2sp.org/tlog-cosignature). */
#include "tlog/tlog_private.h"

#include <sodium.h>

enum { ID = 4, SIGNATURE = 64, TIME = 8 };

static const Str dash = {"\xe2\x80\x94 ", 4}; /* an em dash and a blank */

static Str
signature_bytes(const NoteSignature *s)
{
	return s->n > sizeof s->bytes ? s->longer : (Str){(const char *)s->bytes, s->n};
}

/* "— NAME BASE64", without its newline. */
static bool
signature_parse(Str line, size_t number, Arena *a, NoteSignature *out, Err *err)
{
	Str name, base64;
	if (!str_starts(line, dash) || !str_cut(str_slice(line, dash.n, line.n), ' ', &name, &base64))
		return err_set(err, E_INPUT,
			"line %zu of the note is no signature: it would be an em dash, the key's name and base 64",
			number);
	if (!name_good(name))
		return err_set(err, E_INPUT,
			"line %zu of the note: '%.*s' cannot name a key: 1 to %d bytes without blanks and plus signs can",
			number, STR(name), NOTE_NAME);
	size_t most = base64.n / 4 * 3, n = 0;
	unsigned char *bytes = NEW(a, unsigned char, most + 1);
	if (!base64_read(base64, bytes, most, &n) || n <= ID)
		return err_set(err, E_INPUT,
			"line %zu of the note: behind '%.*s' must be an id of 4 bytes and a signature in base 64",
			number, STR(name));
	*out = (NoteSignature){.name = name, .n = n - ID};
	memcpy(out->id, bytes, ID);
	if (out->n > sizeof out->bytes)
		out->longer = (Str){(char *)bytes + ID, out->n};
	else
		memcpy(out->bytes, bytes + ID, out->n);
	return true;
}

/* Where the signatures begin: behind the last empty line. */
static bool
signatures_find(Str bytes, size_t *at)
{
	for (size_t i = bytes.n; i >= 2; i--)
		if (bytes.p[i - 1] == '\n' && bytes.p[i - 2] == '\n') {
			*at = i;
			return true;
		}
	return false;
}

static size_t
lines_count(Str s)
{
	size_t n = 0;
	for (Str line; line_next(&s, &line);)
		n++;
	return n;
}

bool
note_parse(Str bytes, Arena *a, Note *out, Err *err)
{
	size_t at;
	if (bytes.n > NOTE_MOST)
		return err_set(
			err, E_LIMIT, "the note has %zu bytes, at most %d are read", bytes.n, NOTE_MOST);
	if (!note_text_check(bytes, err))
		return false;
	if (!signatures_find(bytes, &at) || at == bytes.n)
		return err_set(err, E_INPUT,
			"line %zu of the note: behind the text must be an empty line and signatures",
			lines_count(bytes));
	Note note = {.text = str_slice(bytes, 0, at - 1)};
	Str rest = str_slice(bytes, at, bytes.n), line;
	size_t number = lines_count(note.text) + 2;
	note.n = lines_count(rest);
	if (note.n > NOTE_SIGNATURES)
		return err_set(err, E_LIMIT, "the note has %zu signatures, at most %d are read", note.n,
			NOTE_SIGNATURES);
	note.signature = NEW(a, NoteSignature, note.n);
	for (size_t i = 0; line_next(&rest, &line); i++, number++)
		if (!signature_parse(line, number, a, &note.signature[i], err))
			return false;
	*out = note;
	return true;
}

void
note_format(const Note *n, Buf *out)
{
	buf_add(out, n->text);
	buf_byte(out, '\n');
	for (size_t i = 0; i < n->n; i++) {
		const NoteSignature *s = &n->signature[i];
		AUTO(Buf) bytes = {0};
		buf_add(&bytes, (Str){(const char *)s->id, ID});
		buf_add(&bytes, signature_bytes(s));
		out->failed |= bytes.failed;
		buf_add(out, dash);
		buf_add(out, s->name);
		buf_byte(out, ' ');
		base64_add(out, buf_str(&bytes));
		buf_byte(out, '\n');
	}
}

/* What a key of this type signs. */
static bool
message_make(Str text, KeyType type, uint64_t time, Buf *out, Err *err)
{
	if (type == KEY_COSIGN)
		buf_fmt(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
	buf_add(out, text);
	return buf_check(out, err);
}

bool
note_sign(Str text, const SignerKey *k, uint64_t time, NoteSignature *out, Err *err)
{
	KeyType type = k->verifier.type;
	AUTO(Buf) message = {0};
	LogCheckpoint c;
	if (text.n > NOTE_MOST)
		return err_set(
			err, E_LIMIT, "the note has %zu bytes, at most %d are read", text.n, NOTE_MOST);
	if (!(type == KEY_COSIGN ? checkpoint_parse(text, &c, err) : note_text_check(text, err)))
		return false;
	if (type == KEY_COSIGN && time > INT64_MAX)
		return err_set(
			err, E_INPUT, "a cosignature's time must lie between 1970 and 2^63 seconds later");
	if (!message_make(text, type, time, &message, err))
		return false;
	*out = (NoteSignature){.name = k->verifier.name};
	memcpy(out->id, k->verifier.id, ID);
	if (type == KEY_COSIGN)
		for (int i = 0; i < TIME; i++)
			out->bytes[out->n++] = (unsigned char)(time >> 8 * (TIME - 1 - i));
	NEED(crypto_sign_detached(
			 out->bytes + out->n, NULL, (unsigned char *)message.p, message.n, k->secret) == 0);
	out->n += SIGNATURE;
	return true;
}

/* Does the signature hold? `time`: the one it states. */
static bool
signature_holds(Str text, const NoteSignature *s, const VerifierKey *k, uint64_t *time, Err *err)
{
	size_t before = k->type == KEY_COSIGN ? TIME : 0;
	AUTO(Buf) message = {0};
	*time = 0;
	for (size_t i = 0; i < before; i++)
		*time = *time << 8 | s->bytes[i];
	if (s->n == before + SIGNATURE && *time <= INT64_MAX) {
		if (!message_make(text, k->type, *time, &message, err))
			return false;
		if (crypto_sign_verify_detached(
				s->bytes + before, (unsigned char *)message.p, message.n, k->public_key) == 0)
			return true;
	}
	return err_set(err, E_CONFLICT,
		"the signature of '%.*s' does not hold: the text or the signature was changed, or another key made it",
		STR(k->name));
}

bool
note_check(const Note *n, const VerifierKey *k, uint64_t *time, Err *err)
{
	bool found = false;
	LogCheckpoint c;
	uint64_t newest = 0;
	for (size_t i = 0; i < n->n; i++) {
		const NoteSignature *s = &n->signature[i];
		uint64_t stated;
		if (!str_eq(s->name, k->name) || memcmp(s->id, k->id, ID) != 0)
			continue;
		if (!signature_holds(n->text, s, k, &stated, err))
			return false;
		found = true;
		newest = stated > newest ? stated : newest;
	}
	if (!found)
		return err_set(err, E_NOTFOUND, "the note is not signed by '%.*s'", STR(k->name));
	if (k->type == KEY_COSIGN && !checkpoint_parse(n->text, &c, err))
		return false;
	if (time)
		*time = newest;
	return true;
}
