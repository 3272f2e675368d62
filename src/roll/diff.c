/* diff: what became of each voter between two versions: nobody is lost without being named.
 *
 * Voters of both are spread over parts by a hash of what they are found by, first the number, then name and birth date. In a part those
 * of one key stand together and are paired. Who has a partner is a bit for each row. */
#include "roll/roll_private.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 64, PASS_ROWS = 16 << 20, OLD = 0, NEW_ONE = 1 };

typedef struct One { /* a voter as far as it is compared */
	uint64_t key, content, row, tps;
	uint32_t part[ROLL_DIFFERS]; /* hashes of what content is of */
	bool new, removal;
} One;
typedef struct Diff {
	const RollDiffAsk *ask;
	const RollFile *file[2];
	int side;     /* which is read */
	bool by_name; /* the second turn: those whom no number paired */
	size_t pass, passes;
	uint8_t *paired[2];            /* a bit for each row */
	Buf part[WORK_THREADS][PARTS]; /* of One */
	TallyTable table[WORK_THREADS];
	Buf voters; /* of RollFateOf */
	bool failed;
	RollDiff *out;
} Diff;

static uint64_t
mixed(uint64_t v)
{
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return v ^ v >> 32;
}

static uint64_t
text_hash(uint64_t h, Str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return mixed(h);
}

/* ---- voters ---- */

static uint64_t
texts_hash(const RollSlice *s, size_t i, const RollColumn *c, size_t n)
{
	uint64_t h = n;
	for (size_t k = 0; k < n; k++)
		h = text_hash(h, roll_text(s, c[k], i));
	return h;
}

/* Everything but the polling station, the remark and the running number. */
static void
content_read(const RollSlice *s, size_t i, One *out)
{
	static const RollColumn name[] = {ROLL_NAME}, place[] = {ROLL_BIRTHPLACE},
							address[] = {ROLL_STREET, ROLL_RT, ROLL_RW},
							written[] = {ROLL_NIK_WRITTEN};
	const uint64_t part[ROLL_DIFFERS] = {
		[DIFFERS_NIK] = s->nik[i] ? mixed(s->nik[i]) : texts_hash(s, i, written, 1),
		[DIFFERS_FAMILY] = mixed(s->family[i] + 1),
		[DIFFERS_NAME] = texts_hash(s, i, name, 1),
		[DIFFERS_BIRTH] = mixed((uint64_t)(uint32_t)s->birth[i] + 1) ^ texts_hash(s, i, place, 1),
		[DIFFERS_SEX] = s->sex[i],
		[DIFFERS_MARRIAGE] = s->marriage[i],
		[DIFFERS_ADDRESS] = texts_hash(s, i, address, 3),
		[DIFFERS_CARD] = s->card[i],
		[DIFFERS_DISABILITY] = s->disability[i],
	};
	for (int p = 0; p < ROLL_DIFFERS; p++) {
		out->content = mixed(out->content ^ part[p]) + (uint64_t)p;
		out->part[p] = (uint32_t)part[p];
	}
}

uint64_t
roll_alike(Str text, int32_t birth)
{
	Name name;
	char sound[NAME_MOST];
	name_read(text, &name);
	size_t n = name_sound(&name, sound);
	return n ? text_hash((uint64_t)(uint32_t)birth, (Str){sound, n}) | 1 : 0;
}

static uint64_t
key_of(const Diff *d, const RollSlice *s, size_t i)
{
	if (!d->by_name)
		return s->nik[i];
	return s->birth[i] == ROLL_NO_DATE ? 0 : roll_alike(roll_text(s, ROLL_NAME, i), s->birth[i]);
}

static bool
is_paired(const Diff *d, int side, uint64_t row)
{
	return d->paired[side][row / 8] >> (row % 8) & 1;
}

static bool
slice_see(void *ctx, int thread, const RollSlice *s, Err *err)
{
	Diff *d = ctx;
	for (size_t i = 0; i < s->n; i++) {
		uint64_t row = s->first + i;
		if (is_paired(d, d->side, row))
			continue;
		uint64_t key = key_of(d, s, i), hash = mixed(key);
		if (!key || hash / PARTS % d->passes != d->pass)
			continue;
		One v = {.key = key,
			.row = row,
			.tps = s->tps[i],
			.new = d->side == NEW_ONE,
			.removal = d->ask->removal[s->remark[i]]};
		content_read(s, i, &v);
		buf_add(&d->part[thread][hash % PARTS], (Str){(const char *)&v, sizeof v});
	}
	for (size_t p = 0; p < PARTS; p++)
		if (!buf_check(&d->part[thread][p], err))
			return false;
	return true;
}

static int
by_key(const void *a, const void *b)
{
	const One *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->new != y->new)
		return x->new ? 1 : -1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void
sort_job(void *ctx, size_t part, int thread)
{
	(void)thread;
	Diff *d = ctx;
	Buf *all = &d->part[0][part];
	for (size_t t = 1; t < WORK_THREADS; t++) {
		buf_add(all, buf_str(&d->part[t][part]));
		buf_close(&d->part[t][part]);
	}
	if (all->failed)
		d->failed = true;
	else if (all->n)
		qsort(all->p, all->n / sizeof(One), sizeof(One), by_key);
}

/* ---- fates ---- */

static bool
fate_put(Diff *d, const RollFateOf *v, Err *err)
{
	uint32_t *count;
	uint64_t at = v->fate == FATE_NEW ? v->new_tps : v->old_tps;
	d->out->sum[v->fate]++;
	if (!tally_at(&d->table[0], at, &count, err))
		return false;
	count[v->fate]++;
	if (d->ask->list && v->fate != FATE_UNCHANGED)
		buf_add(&d->voters, (Str){(const char *)v, sizeof *v});
	return buf_check(&d->voters, err);
}

static uint16_t
parts_differ(const One *a, const One *b)
{
	unsigned parts = 0;
	for (int p = 0; p < ROLL_DIFFERS; p++)
		parts |= (unsigned)(a->part[p] != b->part[p]) << p;
	return (uint16_t)parts;
}

static bool
pair_put(Diff *d, const One *old, const One *new, Err *err)
{
	RollFate fate = new->removal       ? FATE_STRUCK
		: old->tps != new->tps         ? FATE_MOVED
		: old->content != new->content ? FATE_CHANGED
									   : FATE_UNCHANGED;
	d->paired[OLD][old->row / 8] |= (uint8_t)(1u << (old->row % 8));
	d->paired[NEW_ONE][new->row / 8] |= (uint8_t)(1u << (new->row % 8));
	d->out->by_name += d->by_name;
	RollFateOf v = {old->row, new->row, old->tps, new->tps, fate, parts_differ(old, new)};
	for (int p = 0; p < ROLL_DIFFERS; p++)
		d->out->part[p] += v.parts >> p & 1;
	return fate_put(d, &v, err);
}

/* Two of one key go together best when polling station and content are the same, then the station, then the content, then at all. */
enum { ALIKE_ALL = 3, ALIKE_STATION = 2, ALIKE_CONTENT = 1 };

static int
level_cmp(int level, const One *a, const One *b)
{
	if ((level & ALIKE_STATION) && a->tps != b->tps)
		return a->tps < b->tps ? -1 : 1;
	if ((level & ALIKE_CONTENT) && a->content != b->content)
		return a->content < b->content ? -1 : 1;
	return 0;
}

static int
in_order(int level, const One *a, const One *b)
{
	int c = level_cmp(level, a, b);
	return c ? c : a->row < b->row ? -1 : a->row > b->row;
}

#define ORDER(name, level) \
	static int name(const void *a, const void *b) { return in_order(level, a, b); }
ORDER(by_row_alone, 0)
ORDER(by_content, ALIKE_CONTENT)
ORDER(by_station, ALIKE_STATION)
ORDER(by_both, ALIKE_ALL)

/* Those without a partner come to the front, in order; how many. */
static size_t
left_over(const Diff *d, One *v, size_t n, int level)
{
	static int (*const order[])(const void *, const void *) = {
		by_row_alone, by_content, by_station, by_both};
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		One one = v[i];
		if (is_paired(d, one.new, one.row))
			continue;
		v[i] = v[to];
		v[to++] = one;
	}
	if (to > 1)
		qsort(v, to, sizeof *v, order[level]);
	return to;
}

/* Those of one key: n_old of the old list, then those of the new one. A file may have one number in all of its rows. */
static bool
group_pair(Diff *d, One *v, size_t n_old, size_t n, Err *err)
{
	One *w = v + n_old;
	for (int level = ALIKE_ALL; level >= 0; level--) {
		size_t old = left_over(d, v, n_old, level), new = left_over(d, w, n - n_old, level);
		for (size_t i = 0, k = 0; i < old && k < new;) {
			int c = level_cmp(level, &v[i], &w[k]);
			if (c == 0 && !pair_put(d, &v[i], &w[k], err))
				return false;
			i += c <= 0;
			k += c >= 0;
		}
	}
	return true;
}

static bool
part_pair(Diff *d, Buf *b, Err *err)
{
	One *v = (One *)(void *)b->p;
	size_t n = b->n / sizeof *v;
	for (size_t i = 0, end; i < n; i = end) {
		size_t old = 0;
		for (end = i; end < n && v[end].key == v[i].key; end++)
			old += !v[end].new;
		if (old && old < end - i && !group_pair(d, v + i, old, end - i, err))
			return false;
	}
	return true;
}

/* ---- turns ---- */

enum { COMPARED = ROLL_ALL & ~ROLL_BIT(ROLL_ID) };

static bool
pass_run(Diff *d, Err *err)
{
	const RollLook *look = &d->ask->look;
	RollWalk walk = {.columns = COMPARED,
		.threads = look->threads,
		.see = slice_see,
		.ctx = d,
		.progress = look->progress,
		.progress_ctx = look->ctx,
		.stop = look->stop};
	bool ok = true;
	for (d->side = 0; ok && d->side < 2; d->side++)
		ok = roll_walk(d->file[d->side], &walk, err);
	if (ok)
		work_share(look->threads, PARTS, sort_job, d);
	ok = ok && (!d->failed || err_set(err, E_LIMIT, "no memory for so many voters"));
	for (size_t p = 0; p < PARTS; p++) {
		ok = ok && part_pair(d, &d->part[0][p], err);
		for (size_t t = 0; t < WORK_THREADS; t++)
			buf_close(&d->part[t][p]);
	}
	return ok;
}

/* ---- who found nobody ---- */

static bool
alone_see(Diff *d, const RollSlice *s, Err *err)
{
	for (size_t i = 0; i < s->n; i++) {
		uint64_t row = s->first + i;
		if (is_paired(d, d->side, row))
			continue;
		RollFateOf v = d->side == NEW_ONE
			? (RollFateOf){ROLL_NO_ROW, row, 0, s->tps[i], FATE_NEW, 0}
			: (RollFateOf){row, ROLL_NO_ROW, s->tps[i], 0,
				  d->ask->removal[s->remark[i]] ? FATE_REMOVED : FATE_LOST, 0};
		if (!fate_put(d, &v, err))
			return false;
	}
	return true;
}

static bool
alone_find(Diff *d, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, ROLL_READ, err))
		return false;
	for (d->side = 0; d->side < 2; d->side++)
		for (size_t i = 0; i < roll_slices(d->file[d->side]); i++) {
			RollSlice s;
			arena_reset(&a);
			if (!roll_read(
					d->file[d->side], i, ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_REMARK), &a, &s, err) ||
				!alone_see(d, &s, err))
				return false;
		}
	return true;
}

static int
by_row(const void *a, const void *b)
{
	const RollFateOf *x = a, *y = b;
	if (x->old_row != y->old_row)
		return x->old_row < y->old_row ? -1 : 1;
	return x->new_row < y->new_row ? -1 : x->new_row > y->new_row;
}

static bool
diff_run(Diff *d, Err *err)
{
	for (int turn = 0; turn < 2; turn++) {
		d->by_name = turn == 1;
		for (d->pass = 0; d->pass < d->passes; d->pass++)
			if (!pass_run(d, err))
				return false;
	}
	return alone_find(d, err);
}

bool
roll_diff(const RollDiffAsk *ask, Arena *a, RollDiff *out, Err *err)
{
	AUTO(Arena) own = {0};
	uint64_t rows[2] = {roll_voters(ask->old), roll_voters(ask->new)};
	*out = (RollDiff){.n = 0};
	if (!arena_open(&own, sizeof(Diff) + (rows[0] + rows[1]) / 8 + 65536, err))
		return false;
	Diff *d = NEW(&own, Diff, 1);
	d->ask = ask;
	d->out = out;
	d->passes = (size_t)((rows[0] + rows[1]) / PASS_ROWS) + 1;
	d->voters.max = (size_t)1 << 36;
	for (int side = 0; side < 2; side++) {
		d->file[side] = side == OLD ? ask->old : ask->new;
		d->paired[side] = NEW(&own, uint8_t, rows[side] / 8 + 1);
	}
	for (size_t t = 0; t < WORK_THREADS; t++) {
		d->table[t].width = ROLL_FATES;
		for (size_t p = 0; p < PARTS; p++)
			d->part[t][p].max = (size_t)1 << 32;
	}
	bool ok = diff_run(d, err);
	ok = tally_end(d->table, a, &out->tally, ok ? err : &(Err){0}) && ok;
	out->n = d->voters.n / sizeof *out->voter;
	out->voter = ok ? NEW(a, RollFateOf, out->n + 1) : NULL;
	if (ok && out->n) {
		memcpy(out->voter, d->voters.p, d->voters.n);
		qsort(out->voter, out->n, sizeof *out->voter, by_row);
	}
	buf_close(&d->voters);
	return ok;
}
