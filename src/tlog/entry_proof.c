/* entry_proof: that one entry is in a log, as a text that is checked without a network (c2sp.org/tlog-proof). */
#include "tlog/tlog_private.h"

enum { PROOF_MOST = 2 * NOTE_MOST };

static const Str magic = {"c2sp.org/tlog-proof@v1", 22};

void
entry_proof_format(const EntryProof *p, Buf *out)
{
	buf_fmt(out, "%.*s\nindex %llu\n", STR(magic), (unsigned long long)p->index);
	for (size_t i = 0; i < p->proof.n; i++) {
		base64_add(out, (Str){(const char *)p->proof.hash[i].b, sizeof p->proof.hash[i].b});
		buf_byte(out, '\n');
	}
	buf_byte(out, '\n');
	buf_add(out, p->checkpoint);
}

/* The line when it begins with this word, without it. */
static bool
word_cut(Str line, Str word, Str *rest)
{
	*rest = str_slice(line, word.n, line.n);
	return str_starts(line, word);
}

/* Base 64 of anything: read piece by piece, whose last alone may be padded. */
static bool
extra_good(Str s)
{
	char bytes[48];
	size_t n = 0;
	for (Str rest = s; rest.n > 0; rest = str_slice(rest, 64, rest.n))
		if (!base64_read(str_slice(rest, 0, 64), bytes, sizeof bytes, &n) ||
			(rest.n > 64 && n < sizeof bytes))
			return false;
	return n > 0;
}

bool
entry_proof_parse(Str text, EntryProof *out, Err *err)
{
	Str rest = text, line, word;
	EntryProof p = {0};
	size_t number = 2;
	if (text.n > PROOF_MOST)
		return err_set(
			err, E_LIMIT, "the proof has %zu bytes, at most %d are read", text.n, PROOF_MOST);
	if (!line_next(&rest, &line) || !str_eq(line, magic))
		return err_set(err, E_INPUT, "line 1 of the proof must be '%.*s'", STR(magic));
	bool more = line_next(&rest, &line);
	if (more && word_cut(line, S("extra "), &word)) {
		if (!extra_good(word))
			return err_set(
				err, E_INPUT, "line 2 of the proof: behind 'extra' must be bytes in base 64");
		number++;
		more = line_next(&rest, &line);
	}
	if (!more || !word_cut(line, S("index "), &word) || !size_read(word, &p.index))
		return err_set(err, E_INPUT,
			"line %zu of the proof must be 'index' and a number without leading zeros", number);
	while ((more = line_next(&rest, &line)) && line.n > 0) {
		number++;
		if (p.proof.n == TREE_HEIGHT || !base64_hash(line, &p.proof.hash[p.proof.n]))
			return err_set(err, E_INPUT,
				"line %zu of the proof must be one of at most %d hashes, each %d characters of base 64, or empty",
				number, TREE_HEIGHT, HASH_BASE64);
		p.proof.n++;
	}
	if (!more || rest.n == 0)
		return err_set(err, E_INPUT,
			"line %zu of the proof: behind the hashes must be an empty line and a signed checkpoint",
			number + 1);
	p.checkpoint = rest;
	*out = p;
	return true;
}
