/* Made-up voters as a stored version, for tests of what is said about one. Test programs include it once. */
#ifndef SIAP_TEST_VOTERS_H
#define SIAP_TEST_VOTERS_H

#include "roll/roll.h"

#include <string.h>

typedef struct Voter {
	uint64_t nik, family, tps;
	int32_t birth;
	uint8_t sex, marriage, card, remark;
	const char *name, *street, *written; /* written: as ROLL_NIK_WRITTEN; NULL: empty */
	uint32_t id;
} Voter;

/* Women: female 1. The province 99 is that of made-up people. */
static inline uint64_t
voter_nik(uint64_t area, int32_t birth, bool female, uint64_t serial)
{
	char d[11];
	date_format(birth, d);
	uint64_t day = (uint64_t)(d[8] - '0') * 10 + (uint64_t)(d[9] - '0') + (female ? 40 : 0);
	uint64_t month = (uint64_t)(d[5] - '0') * 10 + (uint64_t)(d[6] - '0');
	uint64_t year = (uint64_t)(d[2] - '0') * 10 + (uint64_t)(d[3] - '0');
	return (((area * 100 + day) * 100 + month) * 100 + year) * 10000 + serial;
}

static inline void
voter_texts(RollSlice *s, RollColumn c, const Voter *v, Arena *a)
{
	enum { ROOM = 64 };
	uint32_t *at = NEW(a, uint32_t, s->n + 3), k = 1;
	uint16_t *id = NEW(a, uint16_t, s->n + 1);
	char *bytes = NEW(a, char, s->n * ROOM + 1), number[16];
	for (size_t i = 0; i < s->n; i++) {
		snprintf(number, sizeof number, "%u", v[i].id);
		const char *text = c == ROLL_NAME ? v[i].name
			: c == ROLL_STREET            ? v[i].street
			: c == ROLL_NIK_WRITTEN       ? v[i].written
			: c == ROLL_ID                ? number
										  : NULL;
		if (!text || !*text)
			continue;
		size_t n = strlen(text);
		NEED(n < ROOM);
		memcpy(bytes + at[k], text, n);
		at[k + 1] = at[k] + (uint32_t)n;
		id[i] = (uint16_t)k++;
	}
	s->text[c - ROLL_NAME] = id;
	s->texts[c - ROLL_NAME] = (RollTexts){.n = k, .at = at, .bytes = bytes};
}

static inline void
voters_slice(const Voter *v, size_t n, Arena *a, RollSlice *s)
{
	uint64_t *nik = NEW(a, uint64_t, n), *family = NEW(a, uint64_t, n), *tps = NEW(a, uint64_t, n);
	int32_t *birth = NEW(a, int32_t, n);
	uint8_t *small[5];
	for (size_t c = 0; c < 5; c++)
		small[c] = NEW(a, uint8_t, n);
	for (size_t i = 0; i < n; i++) {
		nik[i] = v[i].nik;
		family[i] = v[i].family;
		tps[i] = v[i].tps;
		birth[i] = v[i].birth;
		small[0][i] = v[i].sex;
		small[1][i] = v[i].marriage;
		small[2][i] = v[i].card;
		small[4][i] = v[i].remark;
	}
	*s = (RollSlice){.n = n,
		.nik = nik,
		.family = family,
		.tps = tps,
		.birth = birth,
		.sex = small[0],
		.marriage = small[1],
		.card = small[2],
		.disability = small[3],
		.remark = small[4]};
	for (RollColumn c = ROLL_NAME; c < ROLL_COLUMNS; c++)
		voter_texts(s, c, v, a);
}

static const unsigned char voters_key[32] = {7, 1};

/* The file at path, in slices of so many; replaces one that is there. */
static inline bool
voters_write(const char *path, const Voter *v, size_t n, size_t each, RollFile **out, Err *why)
{
	static unsigned char id[16];
	AUTO(Arena) a = {0};
	RollWriter *w;
	Sha256 hash;
	(void)remove(path);
	id[0]++;
	if (!roll_create(path, voters_key, id, &w, why))
		return false;
	for (size_t i = 0; i < n; i += each) {
		RollSlice s;
		arena_close(&a);
		NEED(arena_open(&a, (size_t)64 << 20, why));
		voters_slice(v + i, n - i < each ? n - i : each, &a, &s);
		NEED(roll_writer_add(w, i / each, &s, why));
	}
	return roll_writer_end(w, &hash, NULL, why) && roll_open(path, voters_key, out, why);
}

#endif
