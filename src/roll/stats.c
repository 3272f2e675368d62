/* stats: who is on a list, by polling station: sex, age, marital status, disability, KTP-el. */
#include "roll/roll_private.h"

typedef struct Stats {
	int32_t born_by_17, born_by_22, born_by_25, born_by_40, born_by_60;
	TallyTable table[WORK_THREADS];
} Stats;

static RollStat
age_group(const Stats *t, int32_t birth)
{
	return birth == ROLL_NO_DATE || birth > t->born_by_17 ? STAT_AGE_OTHER
		: birth > t->born_by_25                           ? STAT_AGE_17
		: birth > t->born_by_40                           ? STAT_AGE_25
		: birth > t->born_by_60                           ? STAT_AGE_40
														  : STAT_AGE_60;
}

static void
voter_count(const Stats *t, const RollSlice *s, size_t i, uint32_t *count)
{
	RollStat age = age_group(t, s->birth[i]);
	count[STAT_VOTERS]++;
	count[STAT_MALE] += s->sex[i] == SEX_MALE;
	count[STAT_FEMALE] += s->sex[i] == SEX_FEMALE;
	count[age]++;
	count[STAT_FIRST] += age == STAT_AGE_17 && s->birth[i] > t->born_by_22;
	count[STAT_NOT_YET] += s->marriage[i] == MARRIAGE_NOT_YET;
	count[STAT_MARRIED] += s->marriage[i] == MARRIAGE_MARRIED;
	count[STAT_ONCE] += s->marriage[i] == MARRIAGE_ONCE;
	count[STAT_DISABLED] += s->disability[i] != 0;
	count[STAT_UNRECORDED] += s->card[i] == 'B';
	count[STAT_NIK_WRONG] += s->nik[i] == 0;
}

static bool
slice_see(void *ctx, int thread, const RollSlice *s, Err *err)
{
	Stats *t = ctx;
	uint32_t *count = NULL;
	for (size_t i = 0; i < s->n; i++) {
		if ((!count || s->tps[i] != s->tps[i - 1]) &&
			!tally_at(&t->table[thread], s->tps[i], &count, err))
			return false;
		voter_count(t, s, i, count);
	}
	return true;
}

bool
roll_stats(const RollFile *f, const RollLook *look, Arena *a, RollTally *out, Err *err)
{
	int32_t day = look->polling_day;
	Stats t = {voter_born_by(17, day), voter_born_by(22, day), voter_born_by(25, day),
		voter_born_by(40, day), voter_born_by(60, day), {{0}}};
	RollWalk walk = {.columns = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_BIRTH) |
			ROLL_BIT(ROLL_SEX) | ROLL_BIT(ROLL_MARRIAGE) | ROLL_BIT(ROLL_CARD) |
			ROLL_BIT(ROLL_DISABILITY),
		.threads = look->threads,
		.see = slice_see,
		.ctx = &t,
		.progress = look->progress,
		.progress_ctx = look->ctx,
		.stop = look->stop};
	for (size_t i = 0; i < WORK_THREADS; i++)
		t.table[i].width = ROLL_STATS;
	bool ok = roll_walk(f, &walk, err);
	return tally_end(t.table, a, out, ok ? err : &(Err){0}) && ok;
}
