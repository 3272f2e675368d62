/* fuzz note: what is read as a note, a checkpoint, a key or a proof of an entry is written again as it was; nobody signed it. */
#include "tlog/tlog.h"

static void
same_again(const Buf *written, Str bytes)
{
	NEED(!written->failed && str_eq(buf_str(written), bytes));
}

static void
try_note(Str bytes, Arena *a)
{
	static const unsigned char seed[32] = {1};
	AUTO(Buf) b = {0};
	Err e = {0};
	Note n;
	if (!note_parse(bytes, a, &n, &e)) {
		NEED((e.code == E_INPUT || e.code == E_LIMIT) && e.text[0]);
		return;
	}
	note_format(&n, &b);
	same_again(&b, bytes);
	/* A key that has the name and the id of the first signature, as anybody can make one. */
	for (KeyType type = KEY_SIGN; type <= KEY_COSIGN; type += KEY_COSIGN - KEY_SIGN) {
		SignerKey k;
		LogCheckpoint c;
		NEED(signer_make(n.signature[0].name, type, seed, &k, &e));
		memcpy(k.verifier.id, n.signature[0].id, sizeof k.verifier.id);
		NEED(!note_check(&n, &k.verifier, NULL, &e) && e.code == E_CONFLICT);
		NEED(!checkpoint_open(bytes, &k.verifier, a, &c, NULL, &e));
		/* Signed in earnest it holds, when it is something that this key signs. */
		NoteSignature s;
		uint64_t time;
		if (!note_sign(n.text, &k, 77, &s, &e))
			continue;
		NEED(note_check(&(Note){n.text, &s, 1}, &k.verifier, &time, &e) &&
			time == (type == KEY_COSIGN ? 77 : 0));
	}
}

static void
try_checkpoint(Str text)
{
	AUTO(Buf) b = {0};
	LogCheckpoint c;
	Err e = {0};
	if (!checkpoint_parse(text, &c, &e)) {
		NEED(e.code == E_INPUT && e.text[0]);
		return;
	}
	checkpoint_format(&c, &b);
	same_again(&b, str_slice(text, 0, b.n)); /* extension lines follow */
}

static void
try_key(Str text, Arena *a)
{
	AUTO(Buf) b = {0};
	VerifierKey k;
	Err e = {0};
	if (!verifier_parse(text, a, &k, &e)) {
		NEED(e.code == E_INPUT && e.text[0]);
		return;
	}
	verifier_format(&k, &b);
	same_again(&b, text);
}

static void
try_entry_proof(Str text)
{
	AUTO(Buf) b = {0};
	EntryProof p;
	Err e = {0};
	size_t at;
	if (!entry_proof_parse(text, &p, &e)) {
		NEED((e.code == E_INPUT || e.code == E_LIMIT) && e.text[0]);
		return;
	}
	entry_proof_format(&p, &b);
	if (str_find(text, S("\nextra "), &at) && at == S("c2sp.org/tlog-proof@v1").n)
		NEED(!b.failed && str_ends(text, str_slice(buf_str(&b), at + 1, b.n)));
	else
		same_again(&b, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Arena arena;
	Str text = {(const char *)data, size};
	if (!arena.base)
		NEED(arena_open(&arena, 64 << 20, NULL));
	try_note(text, &arena);
	try_checkpoint(text);
	try_key(text, &arena);
	try_entry_proof(text);
	arena_reset(&arena);
	return 0;
}
