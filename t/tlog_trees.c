/* tlog_trees: makes random logs and judges what another implementation made; t/tlog_verify.js talks to it, t/slow/tlog.sh runs both.
 *   tlog_trees make SEED COUNT   logs as lines of words, bytes in hexadecimal:
 *     tree NUMBER SIZE ROOT      entry I is "NUMBER:I;" again and again, (7 I + NUMBER) % 50 bytes of it
 *     tile PATH BYTES            also bundles of entries
 *     made inclusion INDEX SIZE HASHES, made consistency OLD SIZE HASHES      HASHES: joined by commas, "-" for none
 *     ask QUESTION VERDICT       many of them about something that was damaged
 *   tlog_trees judge             answers each line QUESTION on stdin with a line VERDICT, "no" or "yes" and what was read:
 *     inclusion INDEX SIZE LEAF ROOT HASHES        consistency OLD OLDROOT SIZE ROOT HASHES
 *     note KEY NOTE              yes:TIME          open KEY NOTE     yes:SIZE:ROOT      (KEY, NOTE, ... as bytes)
 *     key KEY                    yes:NAME:TYPE     path PATH         yes:LEVEL:N:WIDTH
 *     proof TEXT                 yes:INDEX:HASHES:CHECKPOINT
 *     bundle BYTES               yes:ENTRIES:BYTES LEFT */
#include "memlog.h"

#include <inttypes.h>

static Arena arena;
static Hasher *hasher;
static uint64_t chance;

static uint64_t
below(uint64_t most)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (chance >> 33) % most;
}

/* ---- Words ---- */

static Str
hex(Str bytes)
{
	char *text = NEW(&arena, char, 2 * bytes.n + 1);
	hex_encode(bytes.p, bytes.n, text);
	return (Str){text, 2 * bytes.n};
}

static Str
hash_hex(const Sha256 *hash)
{
	return hex((Str){(const char *)hash->b, sizeof hash->b});
}

static Str
hashes_hex(const TreeProof *p)
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < p->n; i++) {
		buf_add(&b, i > 0 ? S(",") : S(""));
		buf_add(&b, hash_hex(&p->hash[i]));
	}
	return p->n > 0 ? arena_str(&arena, buf_str(&b)) : S("-");
}

static Str
word(Str *rest)
{
	Str w;
	str_cut(*rest, ' ', &w, rest);
	return w;
}

static Str
bytes_word(Str *rest)
{
	Str text = word(rest);
	char *bytes = NEW(&arena, char, text.n / 2 + 1);
	NEED(hex_decode(text, bytes, text.n / 2));
	return (Str){bytes, text.n / 2};
}

static uint64_t
number_word(Str *rest)
{
	int64_t n;
	NEED(str_int(word(rest), &n) && n >= 0);
	return (uint64_t)n;
}

static Sha256
hash_word(Str *rest)
{
	Sha256 out;
	NEED(hex_decode(word(rest), out.b, sizeof out.b));
	return out;
}

static TreeProof
hashes_word(Str *rest)
{
	TreeProof p = {.n = 0};
	Str list = word(rest), one;
	while (list.n > 1) {
		str_cut(list, ',', &one, &list);
		NEED(p.n < sizeof p.hash / sizeof *p.hash &&
			hex_decode(one, p.hash[p.n++].b, sizeof(Sha256)));
	}
	return p;
}

/* ---- Verdicts ---- */

static Str
judge_note(Str question, bool open)
{
	Str key = bytes_word(&question), bytes = bytes_word(&question);
	VerifierKey k;
	Note n;
	LogCheckpoint c;
	uint64_t time;
	if (!verifier_parse(key, &arena, &k, NULL))
		return S("no");
	if (open)
		return checkpoint_open(bytes, &k, &arena, &c, NULL, NULL)
			? arena_fmt(&arena, "yes:%" PRIu64 ":%.*s", c.head.size, STR(hash_hex(&c.head.root)))
			: S("no");
	return note_parse(bytes, &arena, &n, NULL) && note_check(&n, &k, &time, NULL)
		? arena_fmt(&arena, "yes:%" PRIu64, time)
		: S("no");
}

static Str
judge_text(Str kind, Str text)
{
	VerifierKey k;
	EntryProof p;
	int level, width;
	uint64_t n;
	if (str_eq(kind, S("key")) && verifier_parse(text, &arena, &k, NULL))
		return arena_fmt(&arena, "yes:%.*s:%d", STR(hex(k.name)), k.type);
	if (str_eq(kind, S("path")) && tile_path_parse(text, &level, &n, &width))
		return arena_fmt(&arena, "yes:%d:%" PRIu64 ":%d", level, n, width);
	if (str_eq(kind, S("proof")) && entry_proof_parse(text, &p, NULL))
		return arena_fmt(&arena, "yes:%" PRIu64 ":%.*s:%.*s", p.index, STR(hashes_hex(&p.proof)),
			STR(hex(p.checkpoint)));
	if (str_eq(kind, S("bundle"))) {
		Str entry;
		for (n = 0; entry_next(&text, &entry);)
			n++;
		return arena_fmt(&arena, "yes:%" PRIu64 ":%zu", n, text.n);
	}
	return S("no");
}

static Str
judge(Str question)
{
	Str kind = word(&question);
	if (str_eq(kind, S("inclusion"))) {
		uint64_t index = number_word(&question), size = number_word(&question);
		Sha256 leaf = hash_word(&question), root = hash_word(&question);
		TreeProof p = hashes_word(&question);
		return proof_inclusion_check(hasher, &p, index, size, &leaf, &root) ? S("yes") : S("no");
	}
	if (str_eq(kind, S("consistency"))) {
		TreeHead old, now;
		old.size = number_word(&question);
		old.root = hash_word(&question);
		now.size = number_word(&question);
		now.root = hash_word(&question);
		TreeProof p = hashes_word(&question);
		return proof_consistency_check(hasher, &p, &old, &now) ? S("yes") : S("no");
	}
	if (str_eq(kind, S("note")) || str_eq(kind, S("open")))
		return judge_note(question, str_eq(kind, S("open")));
	return judge_text(kind, bytes_word(&question));
}

static void
ask(Str question)
{
	Str verdict = judge(question);
	printf("ask %.*s %.*s\n", STR(question), STR(verdict));
}

/* ---- Damage ---- */

static Str
join(Str a, Str b, Str c)
{
	AUTO(Buf) out = {0};
	buf_add(&out, a);
	buf_add(&out, b);
	buf_add(&out, c);
	return arena_str(&arena, buf_str(&out));
}

/* The text without, or with again, one of its lines. */
static Str
damaged_line(Str text)
{
	size_t from = below(text.n + 1), to;
	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	for (to = from; to < text.n && text.p[to] != '\n';)
		to++;
	to += to < text.n;
	return join(str_slice(text, 0, from),
		below(2) ? S("") : join(str_slice(text, from, to), str_slice(text, from, to), S("")),
		str_slice(text, to, text.n));
}

static Str
damaged(Str text)
{
	static const char special[] = "\n\r\t +=/-.x09AQ\xc2\xa0\xe2\x80\x94\xff\x7f";
	size_t at = below(text.n + 1);
	switch (below(5)) {
	case 0: /* cut short */
		return str_slice(text, 0, at);
	case 1: /* a byte gone */
		return join(str_slice(text, 0, at), S(""), str_slice(text, at + 1, text.n));
	case 2: /* a byte more */
		return join(str_slice(text, 0, at), (Str){special + below(sizeof special - 1), 1},
			str_slice(text, at, text.n));
	case 3:
		return damaged_line(text);
	default: /* a bit flipped */
		text = arena_str(&arena, text);
		if (at < text.n)
			((char *)text.p)[at] ^= (char)(1 << below(8)); /* our own copy */
		return text;
	}
}

static void
damage_hash(Sha256 *hash)
{
	hash->b[below(32)] ^= (unsigned char)(1 << below(8));
}

static void
damage_proof(TreeProof *p)
{
	size_t at = below(p->n + 1);
	switch (below(4)) {
	case 0:
		p->n -= p->n > 0;
		break;
	case 1:
		p->hash[p->n++] = p->hash[at];
		break;
	case 2:
		if (p->n > 1) {
			Sha256 first = p->hash[0];
			p->hash[0] = p->hash[p->n - 1];
			p->hash[p->n - 1] = first;
		}
		break;
	default:
		damage_hash(&p->hash[at]);
	}
}

/* One nearby, seldom one far away. */
static uint64_t
damaged_number(uint64_t n)
{
	switch (below(5)) {
	case 0:
		return below(2 * n + 2);
	case 1:
		return n / 2;
	case 2:
		return n > 0 ? n - 1 : 1;
	case 3:
		return (uint64_t)INT64_MAX - below(3);
	default:
		return n + 1;
	}
}

/* ---- Logs ---- */

static Str
entry_make(uint64_t tree, uint64_t index, char out[96])
{
	size_t n = 0, size = (7 * index + tree) % 50;
	while (n < size)
		n += (size_t)snprintf(out + n, 96 - n, "%" PRIu64 ":%" PRIu64 ";", tree, index);
	return (Str){out, size};
}

static void
ask_inclusion(Tiles *t, const MemLog *log, uint64_t size, const Sha256 *root)
{
	uint64_t index = below(size), asked_size = size;
	TreeProof p;
	NEED(proof_inclusion(t, index, size, &p, NULL));
	printf("made inclusion %" PRIu64 " %" PRIu64 " %.*s\n", index, size, STR(hashes_hex(&p)));
	Sha256 leaf = log->hash[0][index], asked_root = *root;
	for (int i = 0; i < 4; i++) {
		ask(arena_fmt(&arena, "inclusion %" PRIu64 " %" PRIu64 " %.*s %.*s %.*s", index, asked_size,
			STR(hash_hex(&leaf)), STR(hash_hex(&asked_root)), STR(hashes_hex(&p))));
		if (i == 0)
			index = below(2) ? index : damaged_number(index);
		if (i == 1)
			asked_size = damaged_number(size);
		if (i == 2 && below(2))
			damage_proof(&p);
		else if (i == 2)
			damage_hash(below(2) ? &leaf : &asked_root);
	}
}

static void
ask_consistency(Tiles *t, uint64_t size, const Sha256 *root)
{
	TreeHead old = {.size = below(size + 1)}, now = {size, *root};
	TreeProof p;
	NEED(
		proof_consistency(t, old.size, size, &p, NULL) && tiles_root(t, old.size, &old.root, NULL));
	printf("made consistency %" PRIu64 " %" PRIu64 " %.*s\n", old.size, size, STR(hashes_hex(&p)));
	for (int i = 0; i < 4; i++) {
		ask(arena_fmt(&arena, "consistency %" PRIu64 " %.*s %" PRIu64 " %.*s %.*s", old.size,
			STR(hash_hex(&old.root)), now.size, STR(hash_hex(&now.root)), STR(hashes_hex(&p))));
		if (i == 0)
			old.size = below(2) ? old.size : damaged_number(old.size);
		if (i == 1)
			now.size = damaged_number(now.size);
		if (i == 2 && below(2))
			damage_proof(&p);
		else if (i == 2)
			damage_hash(below(2) ? &old.root : &now.root);
	}
}

static void
print_tiles(const MemLog *log, uint64_t tree, uint64_t size)
{
	for (int level = 0; level < MEMLOG_LEVELS; level++) {
		uint64_t tiles = ((size >> 8 * level) + TILE_WIDTH - 1) / TILE_WIDTH;
		uint64_t shown[] = {tiles - 1, below(tiles + 1)};
		for (int i = 0; i < 2; i++) {
			int width = tile_width(size, level, shown[i]);
			if (tiles == 0 || width == 0)
				continue;
			AUTO(Buf) path = {0};
			tile_path(level, shown[i], width, &path);
			printf("tile %.*s %.*s\n", STR(buf_str(&path)),
				STR(hex((Str){(char *)&log->hash[level][shown[i] * TILE_WIDTH],
					(size_t)width * sizeof(Sha256)})));
			ask(join(S("path "), hex(buf_str(&path)), S("")));
			ask(join(S("path "), hex(damaged(buf_str(&path))), S("")));
			if (level > 0)
				continue;
			AUTO(Buf) bundle = {0};
			char entry[96];
			for (uint64_t k = 0; k < (uint64_t)width; k++)
				NEED(entry_add(&bundle, entry_make(tree, shown[i] * TILE_WIDTH + k, entry), NULL));
			buf_clear(&path);
			tile_path(-1, shown[i], width, &path);
			printf("tile %.*s %.*s\n", STR(buf_str(&path)), STR(hex(buf_str(&bundle))));
			ask(join(S("bundle "), hex(damaged(buf_str(&bundle))), S("")));
		}
	}
}

static SignerKey
key_make(Str name, KeyType type)
{
	unsigned char seed[32];
	SignerKey k;
	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (unsigned char)below(256);
	NEED(signer_make(name, type, seed, &k, NULL));
	return k;
}

static Str
key_hex(const SignerKey *k)
{
	AUTO(Buf) b = {0};
	verifier_format(&k->verifier, &b);
	return hex(buf_str(&b));
}

/* A checkpoint that the log signed and two witnesses cosigned, and questions about it, whole and damaged. */
static Str
ask_checkpoint(uint64_t tree, uint64_t size, const Sha256 *root)
{
	Str origin = arena_fmt(&arena, "siap/%" PRIx64, tree);
	SignerKey log = key_make(origin, KEY_SIGN), a = key_make(S("witness.example/a"), KEY_COSIGN),
			  b = key_make(S("saksi-\xc3\xa9"), KEY_COSIGN);
	LogCheckpoint c = {origin, {size, *root}};
	NoteSignature s[3];
	AUTO(Buf) text = {0};
	AUTO(Buf) whole = {0};
	checkpoint_format(&c, &text);
	NEED(note_sign(buf_str(&text), &log, 0, &s[0], NULL) &&
		note_sign(buf_str(&text), &a, below(1u << 31), &s[1], NULL) &&
		note_sign(buf_str(&text), &b, (uint64_t)INT64_MAX - below(9), &s[2], NULL));
	note_format(&(Note){buf_str(&text), s, 3}, &whole);
	Str note = arena_str(&arena, buf_str(&whole));
	ask(join(S("open "), key_hex(&log), join(S(" "), hex(note), S(""))));
	ask(join(S("note "), key_hex(&a), join(S(" "), hex(note), S(""))));
	for (int i = 0; i < 6; i++) {
		const SignerKey *k = i % 3 == 0 ? &log : i % 3 == 1 ? &a : &b;
		ask(join(i % 3 == 0 && below(2) ? S("open ") : S("note "), key_hex(k),
			join(S(" "), hex(damaged(note)), S(""))));
	}
	ask(join(S("key "), key_hex(&b), S("")));
	AUTO(Buf) key = {0};
	verifier_format(&a.verifier, &key);
	ask(join(S("key "), hex(damaged(buf_str(&key))), S("")));
	return note;
}

static void
ask_entry_proof(Tiles *t, uint64_t size, Str note)
{
	EntryProof p = {.index = below(size), .checkpoint = note};
	AUTO(Buf) text = {0};
	NEED(proof_inclusion(t, p.index, size, &p.proof, NULL));
	entry_proof_format(&p, &text);
	ask(join(S("proof "), hex(buf_str(&text)), S("")));
	for (int i = 0; i < 3; i++)
		ask(join(S("proof "), hex(damaged(buf_str(&text))), S("")));
}

static void
tree_make(uint64_t tree, uint64_t size)
{
	MemLog log = memlog_new(&arena, hasher, size);
	char entry[96];
	Sha256 leaf, root;
	for (uint64_t i = 0; i < size; i++) {
		tlog_leaf(hasher, entry_make(tree, i, entry), &leaf);
		memlog_add(&log, &leaf);
	}
	tree_root(&log.edge, hasher, &root);
	printf("tree %" PRIu64 " %" PRIu64 " %.*s\n", tree, size, STR(hash_hex(&root)));
	print_tiles(&log, tree, size);
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, size);
	for (int i = 0; i < 2; i++) {
		ask_consistency(t, size, &root);
		if (size > 0)
			ask_inclusion(t, &log, size, &root);
	}
	Str note = ask_checkpoint(tree, size, &root);
	if (size > 0)
		ask_entry_proof(t, size, note);
}

/* Small, around one tile and two, some thousands; the first ones around 65,536, where the third level of tiles begins. */
static uint64_t
size_choose(uint64_t i)
{
	static const uint64_t large[] = {65535, 65536, 65537, 131073};
	if (i < sizeof large / sizeof *large)
		return large[i];
	switch (i % 10) {
	case 0:
		return 253 + below(7);
	case 1:
		return 509 + below(7);
	case 2:
		return below(3000);
	case 3:
	case 4:
		return below(300);
	default:
		return below(40);
	}
}

int
main(int argc, char **argv)
{
	Err err = {0};
	int64_t seed = 0, count = 0;
	bool make = argc == 4 && strcmp(argv[1], "make") == 0 && str_int(str_of(argv[2]), &seed) &&
		str_int(str_of(argv[3]), &count);
	if (!make && (argc != 2 || strcmp(argv[1], "judge") != 0)) {
		fprintf(stderr, "usage: tlog_trees make SEED COUNT | judge\n");
		return 2;
	}
	NEED(arena_open(&arena, UINT64_C(1) << 30, &err) && hasher_open(&hasher, &err));
	chance = (uint64_t)seed;
	for (uint64_t i = 0; i < (uint64_t)count; i++) {
		tree_make((uint64_t)seed + i, size_choose(i));
		arena_reset(&arena);
	}
	char *line = NULL;
	size_t room = 0;
	for (ssize_t n; !make && (n = getline(&line, &room, stdin)) > 0;) {
		Str verdict = judge((Str){line, (size_t)n - 1});
		printf("%.*s\n", STR(verdict));
		arena_reset(&arena);
	}
	free(line);
	hasher_close(hasher);
	arena_close(&arena);
	return 0;
}
