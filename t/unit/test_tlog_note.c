/* tlog, notes: published keys, notes and cosigned checkpoints; what is no note, no key, no checkpoint is refused by its line. */
#include "unit.h"

#include "tlog/tlog.h"

static Arena arena;

static int
setup(void **state)
{
	(void)state;
	return arena_open(&arena, 64 << 20, &err) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static VerifierKey
key(const char *text)
{
	VerifierKey k;
	OK(verifier_parse(str_of(text), &arena, &k, &err));
	return k;
}

static Note
note(Str bytes)
{
	Note n;
	OK(note_parse(bytes, &arena, &n, &err));
	return n;
}

static Str
written(const Note *n)
{
	AUTO(Buf) b = {0};
	note_format(n, &b);
	assert_false(b.failed);
	return arena_str(&arena, buf_str(&b));
}

static SignerKey
signer(const char *name, KeyType type, const char *seed_hex)
{
	unsigned char seed[32];
	SignerKey k;
	assert_true(hex_decode(str_of(seed_hex), seed, sizeof seed));
	OK(signer_make(str_of(name), type, seed, &k, &err));
	return k;
}

/* ---- Published keys and notes ---- */

#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define ENOCH "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define PETER_SIGNED             \
	"\xe2\x80\x94 PeterNeumann " \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH_SIGNED          \
	"\xe2\x80\x94 EnochRoot " \
	"rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
#define PROBLEM                                                  \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"

/* golang.org/x/mod/sumdb/note, note_test.go: a note that two signed. */
static void
published_note(void **state)
{
	(void)state;
	VerifierKey peter = key(PETER), enoch = key(ENOCH);
	Str bytes = S(PROBLEM "\n" PETER_SIGNED ENOCH_SIGNED);
	Note n = note(bytes);
	SAME(n.text, PROBLEM);
	assert_int_equal(n.n, 2);
	uint64_t time = 7;
	OK(note_check(&n, &peter, &time, &err));
	assert_int_equal(time, 0);
	OK(note_check(&n, &enoch, NULL, &err));
	assert_true(str_eq(written(&n), bytes));
}

/* The same file's signing key makes the same note: an Ed25519 signature follows from key and text. */
static void
published_signing_key(void **state)
{
	(void)state;
	SignerKey peter = signer("PeterNeumann", KEY_SIGN,
		"810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173");
	AUTO(Buf) b = {0};
	verifier_format(&peter.verifier, &b);
	SAME(buf_str(&b), PETER);
	NoteSignature s;
	OK(note_sign(S(PROBLEM), &peter, 99, &s, &err));
	Note n = {S(PROBLEM), &s, 1};
	SAME(written(&n), PROBLEM "\n" PETER_SIGNED);
}

/* c2sp.org/signed-note, its test vector. */
static void
published_example_key(void **state)
{
	(void)state;
	VerifierKey k = key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
	SAME(k.name, "example.com/foo");
	assert_int_equal(k.type, KEY_SIGN);
	Note n = note(S(
		"This is an example message.\n\n\xe2\x80\x94 example.com/foo "
		"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"));
	OK(note_check(&n, &k, NULL, &err));
}

/* ---- Published checkpoints ---- */

/* A checkpoint of the log arche2025h1.staging.ct.transparency.dev of May 2026: signed by the log twice, once in a way (type 5) that
 * nobody here can check, and cosigned by four witnesses of the public network, each with the public key it announces. */
#define ARCHE      "arche2025h1.staging.ct.transparency.dev"
#define ARCHE_TEXT ARCHE "\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
#define DASH       "\xe2\x80\x94 "
static const char arche[] = ARCHE_TEXT
	"\n" DASH ARCHE
	" zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n" DASH
		ARCHE
	" ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n" DASH
	"transparency.dev/DEV:witness-little-garden "
	"2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n" DASH
	"witness1.smartit.nu/witness1 "
	"pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n" DASH
	"remora.n621.de "
	"2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n" DASH
	"witness.stagemole.eu "
	"Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n";
#define ARCHE_KEY ARCHE "+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
static const char *const arche_witnesses[] = {
	"transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
	"witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
	"remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
	"witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv"};

static void
published_checkpoint(void **state)
{
	(void)state;
	VerifierKey log = key(ARCHE_KEY);
	LogCheckpoint c;
	Note n;
	char root[65];
	OK(checkpoint_open(str_of(arche), &log, &arena, &c, &n, &err));
	SAME(c.origin, ARCHE);
	assert_int_equal(c.head.size, 1432088532);
	hex_encode(c.head.root.b, sizeof c.head.root.b, root);
	assert_string_equal(root, "53b58cefd8ebcf2846679fc65014e933b373c1dc9f171eb5b77468be0702e11a");
	assert_int_equal(n.n, 6);
	for (size_t i = 0; i < 4; i++) {
		VerifierKey witness = key(arche_witnesses[i]);
		uint64_t time;
		assert_int_equal(witness.type, KEY_COSIGN);
		OK(note_check(&n, &witness, &time, &err));
		assert_int_equal(time, 1779573024); /* 23 May 2026 */
	}
	SAME(written(&n), arche);
	AUTO(Buf) text = {0};
	checkpoint_format(&c, &text);
	SAME(buf_str(&text), ARCHE_TEXT);
}

/* Any flipped bit makes it no note, no checkpoint, another log's, or one that somebody did not sign. */
static void
a_flipped_bit_in_a_checkpoint(void **state)
{
	(void)state;
	VerifierKey keys[5] = {key(ARCHE_KEY)};
	for (size_t i = 0; i < 4; i++)
		keys[i + 1] = key(arche_witnesses[i]);
	size_t log_line = (size_t)(strstr(arche, "\xe2\x80\x94 " ARCHE " zTM8") - arche);
	size_t log_line_end =
		log_line + strcspn(arche + log_line, "\n"); /* of the kind that is passed over */
	for (size_t bit = 0; bit < 8 * (sizeof arche - 1); bit++) {
		if (bit / 8 > log_line && bit / 8 < log_line_end)
			continue;
		char bytes[sizeof arche];
		memcpy(bytes, arche, sizeof arche);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		LogCheckpoint c;
		Note n;
		Arena tmp = arena;
		bool all = checkpoint_open((Str){bytes, sizeof arche - 1}, &keys[0], &tmp, &c, &n, &err);
		for (size_t i = 1; all && i < 5; i++)
			all = note_check(&n, &keys[i], NULL, &err);
		if (all)
			fail_msg("bit %zu flipped, in byte %zu: expected a refusal", bit % 8, bit / 8);
	}
}

/* ---- Keys ---- */

/* As TestNewVerifier of the same note_test.go does: no part of a key is a key, nor is any neighbour. */
static void
mangled_keys(void **state)
{
	(void)state;
	VerifierKey k;
	Str text = S(PETER);
	for (size_t from = 0; from <= text.n; from++)
		for (size_t to = from; to <= text.n; to++)
			if ((from > 0 || to < text.n) &&
				verifier_parse(str_slice(text, from, to), &arena, &k, &err))
				fail_msg("expected no key, came '%.*s'", STR(str_slice(text, from, to)));
	for (size_t bit = 0; bit < 8 * text.n; bit++) {
		char bytes[sizeof PETER];
		memcpy(bytes, PETER, sizeof bytes);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		if (verifier_parse(str_of(bytes), &arena, &k, &err))
			fail_msg("expected no key, came '%s'", bytes);
	}
}

static void
keys_say_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "would read name+id+key"},
		{"PeterNeumann", "would read name+id+key"},
		{"PeterNeumann+c74f20a3", "would read name+id+key"},
		{"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its name"},
		{"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its name"},
		{"Peter\xc2\xa0Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its name"},
		{"Peter\xffNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "its name"},
		{"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
			"'c74f20a4' does not fit, 'c74f20a3' would"},
		{"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
			"'C74F20A3' does not fit, 'c74f20a3' would"},
		{"PeterNeumann+c74f20a3+", "33 bytes"},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW=", "33 bytes"},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T-", "33 bytes"},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq\xaf"
		 "LDE4izWy10TW",
			"33 bytes"},
		{PETER "\n", "33 bytes"},
		/* both of note_test.go: a key too long, and an unknown algorithm, each with the id that fits */
		{"PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "33 bytes"},
		{"PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
			"unknown algorithm 101"},
	};
	VerifierKey k;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		REFUSED(verifier_parse(str_of(cases[i].text), &arena, &k, &err), E_INPUT, cases[i].words);
}

static void
names_that_notes_cannot_hold(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "a b", "a+b", "a\tb", "a\nb", "a\rb", "\x01", "a\xc2\x85",
		"\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xff", "\xc0\xaf", "\xe0\x80\xaf",
		"\xe0\x9f\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"a\xe2\x80"};
	unsigned char seed[32] = {1};
	SignerKey k;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		REFUSED(
			signer_make(str_of(bad[i]), KEY_SIGN, seed, &k, &err), E_INPUT, "cannot name a key");
	REFUSED(signer_make((Str){"a\0b", 3}, KEY_SIGN, seed, &k, &err), E_INPUT, "cannot name a key");
	char longest[NOTE_NAME + 1];
	memset(longest, 'x', sizeof longest);
	OK(signer_make((Str){longest, NOTE_NAME}, KEY_SIGN, seed, &k, &err));
	REFUSED(signer_make((Str){longest, NOTE_NAME + 1}, KEY_SIGN, seed, &k, &err), E_INPUT,
		"1 to 255 bytes");
	static const char *const good[] = {
		"siap/0123", "\xe2\x80\x8b", "\xe2\x80\x94", "\xf0\x9f\x97\xb3", "\xf4\x8f\xbf\xbf", "a=b"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		AUTO(Buf) b = {0};
		VerifierKey again;
		OK(signer_make(str_of(good[i]), KEY_COSIGN, seed, &k, &err));
		verifier_format(&k.verifier, &b);
		OK(verifier_parse(buf_str(&b), &arena, &again, &err));
		SAME(again.name, good[i]);
		assert_int_equal(again.type, KEY_COSIGN);
		assert_memory_equal(again.public_key, k.verifier.public_key, 32);
	}
}

/* The same seed and name in two roles are two keys. */
static void
the_type_is_part_of_the_id(void **state)
{
	(void)state;
	unsigned char seed[32] = {1};
	SignerKey a, b;
	OK(signer_make(S("siap/x"), KEY_SIGN, seed, &a, &err));
	OK(signer_make(S("siap/x"), KEY_COSIGN, seed, &b, &err));
	assert_memory_not_equal(a.verifier.id, b.verifier.id, 4);
}

/* ---- Notes ---- */

static void
what_is_no_note(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *words;
	} cases[] = {
		{"", "cut short: its line 1"},
		{"text", "cut short: its line 1"},
		{"text\n", "line 1 of the note: behind the text must be an empty line"},
		{"text\n\n", "line 2 of the note: behind the text"},
		{"\n", "line 1 of the note: behind the text"},
		{"text\n" PETER_SIGNED, "line 2 of the note: behind the text"},
		{"text\n\n\n" PETER_SIGNED "text\n", "line 5 of the note is no signature"},
		{"text\n\n" PETER_SIGNED "\n", "line 4 of the note: behind the text"},
		{"text\n\n" DASH "PeterNeumann x08go/ZJkuBS9UG/", "cut short: its line 3"},
		{"te\001xt\n\n" PETER_SIGNED, "line 1 of the note has the control character 01"},
		{"text\r\n\n" PETER_SIGNED, "line 1 of the note has the control character 0d"},
		{"text\n\ttext\n\n" PETER_SIGNED, "line 2 of the note has the control character 09"},
		{"text\n\xff\n\n" PETER_SIGNED, "line 2 of the note is not UTF-8"},
		{"text\n\xc3\n\n" PETER_SIGNED, "line 2 of the note is not UTF-8"},
		{"\xed\xa0\x80\n\n" PETER_SIGNED, "line 1 of the note is not UTF-8"},
		{"text\n\n- PeterNeumann AAAAAAAA\n", "line 3 of the note is no signature"},
		{"text\n\n\xe2\x80\x94PeterNeumann AAAAAAAA\n", "line 3 of the note is no signature"},
		{"text\n\n" DASH "PeterNeumann\n", "line 3 of the note is no signature"},
		{"text\n\n" DASH " AAAAAAAA\n", "line 3 of the note: '' cannot name a key"},
		{"text\n\n" DASH "Peter+Neumann AAAAAAAA\n",
			"line 3 of the note: 'Peter+Neumann' cannot name a key"},
		{"text\n\n" DASH "Peter\xc2\xa0Neumann AAAAAAAA\n", "cannot name a key"},
		{"text\n\n" DASH "Peter Neumann AAAAAAAA\n", "line 3 of the note: behind 'Peter'"},
		{"text\n\n" DASH "Peter  AAAAAAAA\n", "line 3 of the note: behind 'Peter'"},
		{"text\n\n" DASH "Peter AAAAAAAA \n", "line 3 of the note: behind 'Peter'"},
		{"text\n\n" DASH "Peter \n", "line 3 of the note: behind 'Peter'"},
		{"text\n\n" DASH "Peter AAAAAA==\n",
			"line 3 of the note: behind 'Peter'"}, /* an id, no signature */
		{"text\n\n" DASH "Peter AAAAAAB=\n", "line 3 of the note: behind 'Peter'"}, /* spare bits */
		{"text\n\n" DASH "Peter AAAAAAA\n",
			"line 3 of the note: behind 'Peter'"}, /* padding is missing */
		{"text\n\n" DASH "Peter AAAAAAA==\n",
			"line 3 of the note: behind 'Peter'"}, /* and is too much */
		{"text\n\n" DASH "Peter AAAAAAA_\n", "line 3 of the note: behind 'Peter'"},
		{"text\n\n" PETER_SIGNED DASH "Peter A\n", "line 4 of the note: behind 'Peter'"},
	};
	Note n;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		REFUSED(note_parse(str_of(cases[i].bytes), &arena, &n, &err), E_INPUT, cases[i].words);
	REFUSED(
		note_parse((Str){"a\0\n\n" PETER_SIGNED, 4 + sizeof PETER_SIGNED - 1}, &arena, &n, &err),
		E_INPUT, "control character 00");
	REFUSED(note_parse((Str){NULL, 0}, &arena, &n, &err), E_INPUT, "cut short");
}

static void
empty_lines_belong_to_the_text(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"\n", "\n\n", "a\n\nb\n", "a\n\n\n", DASH "PeterNeumann AAAAAAAA\n"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		Str bytes = arena_fmt(&arena, "%s\n%s", texts[i], PETER_SIGNED);
		Note n = note(bytes);
		SAME(n.text, texts[i]);
		assert_int_equal(n.n, 1);
		assert_true(str_eq(written(&n), bytes));
	}
}

static void
caps(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	Note n;
	buf_add(&b, S("text\n\n"));
	for (int i = 0; i < NOTE_SIGNATURES; i++)
		buf_add(&b, S(PETER_SIGNED));
	n = note(buf_str(&b));
	assert_int_equal(n.n, NOTE_SIGNATURES);
	buf_add(&b, S(PETER_SIGNED));
	REFUSED(note_parse(buf_str(&b), &arena, &n, &err), E_LIMIT, "101 signatures, at most 100");
	buf_clear(&b);
	size_t text = NOTE_MOST - (sizeof PETER_SIGNED - 1) - 2;
	for (size_t i = 0; i < text; i++)
		buf_byte(&b, 'x');
	buf_add(&b, S("\n\n" PETER_SIGNED));
	assert_int_equal(b.n, NOTE_MOST);
	n = note(buf_str(&b));
	buf_byte(&b, 'x');
	REFUSED(note_parse(buf_str(&b), &arena, &n, &err), E_LIMIT, "65537 bytes, at most 65536");
	SignerKey k =
		signer("x", KEY_SIGN, "00000000000000000000000000000000000000000000000000000000000000ff");
	NoteSignature s;
	REFUSED(note_sign(buf_str(&b), &k, 0, &s, &err), E_LIMIT, "65537 bytes");
}

/* A signature of a kind to come, larger than any of ours, is kept as it was. */
static void
long_signatures_of_others(void **state)
{
	(void)state;
	for (size_t size = 125; size < 140; size++) {
		AUTO(Buf) b = {0};
		NoteSignature s = {.name = S("later"), .id = {1, 2, 3, 4}, .n = size};
		char *bytes = NEW(&arena, char, 5000);
		memset(bytes, 0x5a, 5000);
		memcpy(s.bytes, bytes, size < sizeof s.bytes ? size : sizeof s.bytes);
		if (size > sizeof s.bytes) {
			s.n = size * 30;
			s.longer = (Str){bytes, s.n};
		}
		Note n = {S("text\n"), &s, 1};
		Note again = note(written(&n));
		assert_int_equal(again.n, 1);
		assert_int_equal(again.signature[0].n, s.n);
		assert_true(str_eq(written(&again), written(&n)));
		/* and one with the name and the id of a known key is wrong, whatever its size */
		VerifierKey k = key(PETER);
		memcpy(k.id, s.id, sizeof k.id);
		k.name = S("later");
		REFUSED(
			note_check(&again, &k, NULL, &err), E_CONFLICT, "signature of 'later' does not hold");
	}
}

static void
signatures_of_others_and_wrong_ones(void **state)
{
	(void)state;
	VerifierKey peter = key(PETER), enoch = key(ENOCH);
	Note n = note(S(PROBLEM "\n" PETER_SIGNED));
	REFUSED(note_check(&n, &enoch, NULL, &err), E_NOTFOUND, "not signed by 'EnochRoot'");
	/* the name alone, or the id alone, is another key */
	VerifierKey other = peter;
	other.id[3] ^= 1;
	REFUSED(note_check(&n, &other, NULL, &err), E_NOTFOUND, "not signed by 'PeterNeumann'");
	other = peter;
	other.name = S("PeterNeuman");
	REFUSED(note_check(&n, &other, NULL, &err), E_NOTFOUND, "not signed by 'PeterNeuman'");
	/* another text */
	n = note(S("If you think\n\n" PETER_SIGNED));
	REFUSED(note_check(&n, &peter, NULL, &err), E_CONFLICT,
		"signature of 'PeterNeumann' does not hold");
	/* a right one and a wrong one, in either order */
	n = note(S(PROBLEM "\n" PETER_SIGNED DASH "PeterNeumann x08go/ZJkuBS\n"));
	REFUSED(note_check(&n, &peter, NULL, &err), E_CONFLICT,
		"signature of 'PeterNeumann' does not hold");
	n = note(S(PROBLEM "\n" DASH "PeterNeumann x08go/ZJkuBS\n" PETER_SIGNED));
	REFUSED(note_check(&n, &peter, NULL, &err), E_CONFLICT,
		"signature of 'PeterNeumann' does not hold");
	/* the right one twice */
	n = note(S(PROBLEM "\n" PETER_SIGNED PETER_SIGNED));
	OK(note_check(&n, &peter, NULL, &err));
}

/* ---- Cosignatures ---- */

#define LOG_TEXT "siap/demo\n3\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"

static void
cosignatures_state_their_time(void **state)
{
	(void)state;
	SignerKey k = signer("witness.example/kpu", KEY_COSIGN,
		"0102030405060708091011121314151617181920212223242526272829303132");
	static const uint64_t times[] = {0, 1, 1679315147, UINT32_MAX, INT64_MAX};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		NoteSignature s[2];
		uint64_t time = 7;
		OK(note_sign(S(LOG_TEXT), &k, times[i], &s[0], &err));
		assert_int_equal(s[0].n, 72);
		Note n = {S(LOG_TEXT), s, 1};
		Note again = note(written(&n));
		OK(note_check(&again, &k.verifier, &time, &err));
		assert_int_equal(time, times[i]);
		for (size_t bit = 0; bit < 8 * 72; bit++) {
			s[0].bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
			REFUSED(note_check(&n, &k.verifier, NULL, &err), E_CONFLICT, "witness.example/kpu");
			s[0].bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		}
		/* of two, the newest counts */
		OK(note_sign(S(LOG_TEXT), &k, times[i] / 2, &s[1], &err));
		n.n = 2;
		OK(note_check(&n, &k.verifier, &time, &err));
		assert_int_equal(time, times[i]);
	}
	NoteSignature s;
	REFUSED(note_sign(S(LOG_TEXT), &k, (uint64_t)INT64_MAX + 1, &s, &err), E_INPUT,
		"a cosignature's time");
}

/* Made by another program: the same key signs these bytes as a plain note. */
static NoteSignature
cosigned_elsewhere(const SignerKey *k, const char *message, uint64_t time)
{
	SignerKey plain = *k;
	NoteSignature s;
	plain.verifier.type = KEY_SIGN;
	OK(note_sign(str_of(message), &plain, 0, &s, &err));
	memmove(s.bytes + 8, s.bytes, 64);
	for (int i = 0; i < 8; i++)
		s.bytes[i] = (unsigned char)(time >> (56 - 8 * i));
	s.n = 72;
	return s;
}

/* tlog-cosignature: at most 2^63 - 1. */
static void
cosignatures_of_no_time(void **state)
{
	(void)state;
	SignerKey k =
		signer("w", KEY_COSIGN, "0102030405060708091011121314151617181920212223242526272829303132");
	uint64_t time;
	NoteSignature s =
		cosigned_elsewhere(&k, "cosignature/v1\ntime 9223372036854775807\n" LOG_TEXT, INT64_MAX);
	Note n = {S(LOG_TEXT), &s, 1};
	OK(note_check(&n, &k.verifier, &time, &err));
	s = cosigned_elsewhere(
		&k, "cosignature/v1\ntime 9223372036854775808\n" LOG_TEXT, (uint64_t)INT64_MAX + 1);
	REFUSED(note_check(&n, &k.verifier, &time, &err), E_CONFLICT, "does not hold");
}

static void
only_checkpoints_are_cosigned(void **state)
{
	(void)state;
	SignerKey k =
		signer("w", KEY_COSIGN, "0102030405060708091011121314151617181920212223242526272829303132");
	NoteSignature s;
	REFUSED(note_sign(S(PROBLEM), &k, 1, &s, &err), E_INPUT, "line 2 of the checkpoint");
	s = cosigned_elsewhere(&k, "cosignature/v1\ntime 1\nhello\n", 1);
	Note n = {S("hello\n"), &s, 1};
	REFUSED(note_check(&n, &k.verifier, NULL, &err), E_INPUT, "line 2 of the checkpoint");
}

static void
texts_that_cannot_be_signed(void **state)
{
	(void)state;
	SignerKey k =
		signer("w", KEY_SIGN, "0102030405060708091011121314151617181920212223242526272829303132");
	static const char *const bad[] = {"", "no newline", "a\rb\n", "\xff\n", "tab\t\n"};
	NoteSignature s;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		REFUSED(note_sign(str_of(bad[i]), &k, 0, &s, &err), E_INPUT, "line 1");
}

/* ---- Checkpoints ---- */

#define ROOT "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro="
#define NONE "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" /* SHA-256 of nothing */

static void
what_is_no_checkpoint(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "cut short"},
		{"log\n3\n" ROOT, "cut short: its line 3"},
		{"\n3\n" ROOT "\n", "line 1 of the checkpoint"},
		{"log\n", "line 2 of the checkpoint"},
		{"log\n\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n03\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n00\n" NONE "\n", "line 2 of the checkpoint"},
		{"log\n+3\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n-3\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n 3\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n3 \n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n0x3\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n9223372036854775808\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n18446744073709551617\n" ROOT "\n", "line 2 of the checkpoint"},
		{"log\n3\n", "line 3 of the checkpoint"},
		{"log\n3\n\n", "line 3 of the checkpoint"},
		{"log\n3\n" ROOT " \n", "line 3 of the checkpoint"},
		{"log\n3\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Rp=\n",
			"line 3 of the checkpoint"}, /* spare bits */
		{"log\n3\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro\n", "line 3 of the checkpoint"},
		{"log\n3\nU7WM79jrzyhGZ5_GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n", "line 3 of the checkpoint"},
		{"log\n3\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Q==\n", "line 3 of the checkpoint"},
		{"log\n3\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4RoA\n", "line 3 of the checkpoint"},
		{"log\n0\n" ROOT "\n", "line 3 of the checkpoint is no root of a log of size 0"},
		{"log\n3\n" ROOT "\n\n", "line 4 of the checkpoint is empty"},
		{"log\n3\n" ROOT "\nmore\n\nmore\n", "line 5 of the checkpoint is empty"},
		{"log\r\n3\r\n" ROOT "\r\n", "line 1 of the note has the control character 0d"},
		{"l\xff\n3\n" ROOT "\n", "line 1 of the note is not UTF-8"},
	};
	LogCheckpoint c;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		REFUSED(checkpoint_parse(str_of(cases[i].text), &c, &err), E_INPUT, cases[i].words);
}

static void
what_is_a_checkpoint(void **state)
{
	(void)state;
	static const struct {
		const char *text, *origin;
		uint64_t size;
	} cases[] = {
		{"log\n0\n" NONE "\n", "log", 0},
		{"log\n1\n" NONE "\n", "log", 1}, /* no tree has this root, but who could know */
		{"log\n9223372036854775807\n" ROOT "\n", "log", INT64_MAX},
		{"a log + more\n3\n" ROOT "\nextension\n\xe2\x80\x94 another\n", "a log + more", 3},
	};
	LogCheckpoint c;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		OK(checkpoint_parse(str_of(cases[i].text), &c, &err));
		SAME(c.origin, cases[i].origin);
		assert_int_equal(c.head.size, cases[i].size);
	}
}

static void
checkpoints_of_others(void **state)
{
	(void)state;
	static const char seed[] = "0102030405060708091011121314151617181920212223242526272829303132";
	SignerKey ours = signer("siap/demo", KEY_SIGN, seed),
			  theirs = signer("siap/other", KEY_SIGN, seed),
			  stolen = signer("siap/demo", KEY_SIGN,
				  "ff02030405060708091011121314151617181920212223242526272829303132");
	LogCheckpoint c = {S("kept"), {7, {{0}}}};
	NoteSignature s;
	Note n = {S(LOG_TEXT), &s, 1};
	OK(note_sign(n.text, &ours, 0, &s, &err));
	OK(checkpoint_open(written(&n), &ours.verifier, &arena, &c, NULL, &err));
	SAME(c.origin, "siap/demo");
	REFUSED(checkpoint_open(written(&n), &theirs.verifier, &arena, &c, NULL, &err), E_INPUT,
		"is of the log 'siap/demo', not of 'siap/other'");
	REFUSED(checkpoint_open(written(&n), &stolen.verifier, &arena, &c, NULL, &err), E_NOTFOUND,
		"not signed by 'siap/demo'");
	/* a forger who has name and id, but no key */
	memcpy(stolen.verifier.id, ours.verifier.id, 4);
	REFUSED(checkpoint_open(written(&n), &stolen.verifier, &arena, &c, NULL, &err), E_CONFLICT,
		"does not hold");
	REFUSED(checkpoint_open(S(LOG_TEXT), &ours.verifier, &arena, &c, NULL, &err), E_INPUT,
		"behind the text");
	n.text = S("no checkpoint\n");
	OK(note_sign(n.text, &ours, 0, &s, &err));
	REFUSED(checkpoint_open(written(&n), &ours.verifier, &arena, &c, NULL, &err), E_INPUT,
		"line 2 of the checkpoint");
	SAME(c.origin, "siap/demo"); /* what was there stays when one is refused */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(published_note),
	cmocka_unit_test(published_signing_key),
	cmocka_unit_test(published_example_key),
	cmocka_unit_test(published_checkpoint),
	cmocka_unit_test(a_flipped_bit_in_a_checkpoint),
	cmocka_unit_test(mangled_keys),
	cmocka_unit_test(keys_say_what_is_wrong),
	cmocka_unit_test(names_that_notes_cannot_hold),
	cmocka_unit_test(the_type_is_part_of_the_id),
	cmocka_unit_test(what_is_no_note),
	cmocka_unit_test(empty_lines_belong_to_the_text),
	cmocka_unit_test(caps),
	cmocka_unit_test(long_signatures_of_others),
	cmocka_unit_test(signatures_of_others_and_wrong_ones),
	cmocka_unit_test(cosignatures_state_their_time),
	cmocka_unit_test(cosignatures_of_no_time),
	cmocka_unit_test(only_checkpoints_are_cosigned),
	cmocka_unit_test(texts_that_cannot_be_signed),
	cmocka_unit_test(what_is_no_checkpoint),
	cmocka_unit_test(what_is_a_checkpoint),
	cmocka_unit_test(checkpoints_of_others),
};
UNIT_MAIN(tests, setup, teardown)
