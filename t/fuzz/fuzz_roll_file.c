/* fuzz roll file: any bytes are a version of the roll or a refusal that says why; one that opens has columns within their bounds. The first
 * byte says how the rest becomes a file: as it is, or as the columns of a slice that is sealed with the right key, so that what lies behind
 * the seal is read too. */
#include "roll/roll.h"

#include "roll/store_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const unsigned char KEY[32] = {7};

static void
slice_check(const RollSlice *s)
{
	for (RollColumn c = ROLL_NAME; c < ROLL_COLUMNS; c++)
		for (size_t i = 0; i < s->n; i++) {
			Str text = roll_text(s, c, i);
			NEED(text.n <= ROLL_CELL && (!text.n || text.p[text.n - 1] + 1));
		}
	volatile uint64_t sum = 0;
	for (size_t i = 0; i < s->n; i++)
		sum += s->nik[i] + s->family[i] + s->tps[i] + (uint64_t)s->birth[i] + s->sex[i] +
			s->marriage[i] + s->card[i] + s->disability[i] + s->remark[i];
}

static void
file_check(const char *path)
{
	AUTO(Arena) a = {0};
	RollFile *f;
	Err err = {0};
	Sha256 hash;
	if (!roll_file_hash(path, 1, &hash, &err))
		NEED(err.code == E_INPUT || err.code == E_CONFLICT);
	err = (Err){0};
	if (!arena_open(&a, ROLL_READ, &err))
		return;
	if (!roll_open(path, KEY, &f, &err)) {
		NEED(err.code == E_INPUT || err.code == E_DENIED);
		return;
	}
	for (size_t i = 0; i < roll_slices(f); i++) {
		RollSlice s;
		arena_reset(&a);
		if (roll_read(f, i, ROLL_ALL, &a, &s, &err))
			slice_check(&s);
		else
			NEED(err.code == E_DENIED || err.code == E_INPUT);
	}
	roll_close(f);
}

/* A file of one slice: of each column two bytes of length and its contents; all sealed as a writer would. */
static size_t
file_seal(const uint8_t *data, size_t size, unsigned char *out)
{
	StoreHeader h = {.magic = "SIAPROLL", .format = 1};
	StoreRecord r = {.offset = sizeof h, .rows = size ? data[0] : 1};
	StoreKeys keys;
	AUTO(Box) b = {0};
	size_t n = sizeof h, at = 1;
	Err err = {0};
	NEED(box_make(&b, &err));
	store_keys(KEY, h.id, &keys);
	memcpy(out, &h, n);
	for (RollColumn c = 0; c < ROLL_COLUMNS; c++) {
		size_t length = at + 2 <= size ? data[at] | (size_t)data[at + 1] << 8 : 0;
		at += 2;
		length = at + length <= size ? length : at < size ? size - at : 0;
		box_seal(&b, &(BoxPlace){keys.seal, 0, c, r.rows});
		if (length)
			box_put(&b, data + at, length, out + n);
		box_tag(&b, out + n + length);
		r.size[c] = (uint32_t)(length + STORE_TAG);
		r.bytes += r.size[c];
		n += r.size[c];
		at += length;
	}
	StoreTrailer t = {.table = n, .slices = 1, .magic = "ROLLSIAP"};
	unsigned char print[STORE_PRINT] = {0};
	memcpy(out + n, &r, sizeof r);
	box_seal(&b, &(BoxPlace){keys.seal, STORE_TABLE, STORE_TABLE, 1});
	box_bind(&b, &h, sizeof h);
	box_bind(&b, out + n, sizeof r);
	n += sizeof r;
	box_put(&b, print, sizeof print, out + n);
	box_tag(&b, out + n + sizeof print);
	n += sizeof print + STORE_TAG;
	memcpy(out + n, &t, sizeof t);
	return n + sizeof t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char sealed[1 << 17];
	char path[] = "/tmp/siap-fuzz-roll-XXXXXX";
	if (!size || size > 65536)
		return 0;
	const void *bytes = data + 1;
	size_t n = size - 1;
	if (data[0] & 1) {
		n = file_seal(data + 1, size - 1, sealed);
		bytes = sealed;
	}
	int fd = mkstemp(path);
	NEED(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	close(fd);
	file_check(path);
	unlink(path);
	return 0;
}
