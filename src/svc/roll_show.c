/* roll_show: voters of a stored version as a person may see them: masked, or whole once the log says who looked at how many of them and what
 * for. */
#include "svc/roll_private.h"

#include "svc/account_private.h"

typedef struct Look {
	WriteTx *tx;
	const RollShow *s;
	const RollVersion *v;
} Look;

/* As of private fields of rows: which voters they were is not kept, their number is. */
static bool
look_work(WriteTx *tx, void *arg, Err *err)
{
	Look *k = arg;
	AUTO(Buf) open = {0};
	char key[24], version[32];
	int64_t event;
	snprintf(key, sizeof key, "%lld", (long long)tx->seq + 1);
	snprintf(version, sizeof version, "roll %lld", (long long)k->v->number);
	JsonOut j = jout_new(&open);
	jout_obj(&j);
	jout_member(&j, S("account"), (Str){0});
	jout_member(&j, S("dataset"), str_of(version));
	jout_member(&j, S("fields"), S("nik name"));
	jout_number(&j, S("rows"), (int64_t)k->s->n);
	jout_member(&j, S("why"), k->s->reveal->why);
	jout_obj_end(&j);
	SystemRow row = {
		.who = k->s->reveal, .kind = S("siap.reveal"), .key = str_of(key), .open = buf_str(&open)};
	return buf_check(&open, err) && log_begin(tx, err) && log_system(tx, &row, &event, err);
}

static bool
look_log(Workspace *w, const RollVersion *v, RollShow *s, Err *err)
{
	Look k = {.s = s, .v = v};
	if (s->n > REVEAL_MOST)
		return err_set(err, E_LIMIT, "1 to %d rows can be looked at in one request", REVEAL_MOST);
	if (!s->gate || !s->gate->writer)
		return err_set(
			err, E_BUSY, "another Siap process serves '%s': private fields are seen there", w->dir);
	return why_check(s->reveal->why, err) && gate_write(s->gate, look_work, &k, false, err);
}

/* ---- cells ---- */

/* The last four digits of a NIK say neither birth date nor place. */
static Str
nik_masked(uint64_t nik, Str written, Arena *a)
{
	if (!nik)
		return written.n ? S("(?)") : S("");
	return arena_fmt(a, "************%04d", (int)(nik % 10000));
}

/* The first letter of each word. */
static Str
name_masked(Str name, Arena *a)
{
	AUTO(Buf) b = {0};
	bool first = true;
	for (size_t i = 0; i < name.n; i++) {
		bool inside = ((unsigned char)name.p[i] & 0xc0) == 0x80;
		if (name.p[i] == ' ') {
			first = true;
		} else if (first || (inside && b.n && b.p[b.n - 1] != '*')) {
			if (first && b.n)
				buf_byte(&b, ' ');
			buf_byte(&b, name.p[i]);
			first = false;
		} else if (b.n && b.p[b.n - 1] != '*') {
			buf_add(&b, S("***"));
		}
	}
	return arena_str(a, buf_str(&b));
}

static void
voter_fill(const RollSlice *s, size_t i, bool whole, Arena *a, RollVoter *out)
{
	Str written = roll_text(s, ROLL_NIK_WRITTEN, i), name = roll_text(s, ROLL_NAME, i);
	out->row = s->first + i;
	out->tps = s->tps[i];
	out->id = arena_str(a, roll_text(s, ROLL_ID, i));
	out->name = whole ? arena_str(a, name) : name_masked(name, a);
	out->nik = !whole ? nik_masked(s->nik[i], written, a)
		: s->nik[i]   ? arena_fmt(a, "%016llu", (unsigned long long)s->nik[i])
					  : arena_str(a, written);
}

static bool
voters_fill(RollFile *f, RollShow *s, Arena *a, Err *err)
{
	AUTO(Arena) tmp = {0};
	const unsigned columns = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_NAME) |
		ROLL_BIT(ROLL_NIK_WRITTEN) | ROLL_BIT(ROLL_ID);
	size_t at = 0, slices = roll_slices(f);
	if (!arena_open(&tmp, ROLL_READ + SIZE_MB, err))
		return false;
	for (size_t i = 0; i < slices && at < s->n; i++) {
		RollSlice slice;
		uint64_t next = i + 1 < slices ? roll_slice_first(f, i + 1) : roll_voters(f);
		if (s->row[at] >= next)
			continue;
		arena_reset(&tmp);
		if (!roll_read(f, i, columns, &tmp, &slice, err))
			return false;
		for (; at < s->n && s->row[at] < next; at++)
			voter_fill(
				&slice, (size_t)(s->row[at] - slice.first), s->reveal != NULL, a, &s->voter[at]);
	}
	return true;
}

bool
roll_show(Workspace *w, RollFile *f, const RollVersion *v, RollShow *s, Arena *a, Err *err)
{
	s->voter = NEW(a, RollVoter, s->n + 1);
	/* Nothing is given out that the log does not say. */
	if (s->reveal && s->n && !look_log(w, v, s, err))
		return false;
	return voters_fill(f, s, a, err);
}
