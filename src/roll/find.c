/* find: voters by NIK, family card, polling station or name, the name in any spelling. */
#include "roll/roll_private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Word { /* of a name, as written and as it sounds */
	Name one;
	char sound[NAME_MOST];
	size_t n_sound;
	Pattern written, heard;
} Word;
typedef struct Finding {
	const RollSearch *ask;
	Word word[NAME_TOKENS];
	size_t n_words;
	pthread_mutex_t lock;
	Buf hits; /* of RollHit */
} Finding;

static void
word_make(Str token, Word *out)
{
	name_read(token, &out->one);
	out->n_sound = name_sound(&out->one, out->sound);
	pattern_make(name_text(&out->one), &out->written);
	pattern_make((Str){out->sound, out->n_sound}, &out->heard);
}

/* The best that any token of the name can do for a word. */
static double
word_likeness(const Word *w, const Name *name)
{
	double best = 0;
	for (size_t i = 0; i < name->tokens && best < 1; i++) {
		Str token = name_token(name, i);
		Name one = {.n = (uint8_t)token.n, .tokens = 1};
		char sound[NAME_MOST];
		memcpy(one.text, token.p, token.n);
		size_t n = name_sound(&one, sound);
		double written = pattern_jaro_winkler(&w->written, name_text(&w->one), token),
			   heard =
				   pattern_jaro_winkler(&w->heard, (Str){w->sound, w->n_sound}, (Str){sound, n});
		best = written > best ? written : best;
		best = heard > best ? heard : best;
	}
	return best;
}

static double
name_likeness(const Finding *f, Str written)
{
	Name name;
	double sum = 0;
	name_read(written, &name);
	for (size_t i = 0; i < f->n_words; i++) {
		double of_word = word_likeness(&f->word[i], &name);
		if (of_word < 0.8)
			return 0;
		sum += of_word;
	}
	return f->n_words ? sum / (double)f->n_words : 0;
}

enum { LIKE = 90 }; /* of 100 */

static bool
is_wanted(const RollSearch *q, const RollSlice *s, size_t i)
{
	return (!q->nik || s->nik[i] == q->nik) && (!q->family || s->family[i] == q->family) &&
		(!q->tps_to || (s->tps[i] >= q->tps_from && s->tps[i] < q->tps_to));
}

static bool
slice_see(void *ctx, int thread, const RollSlice *s, Err *err)
{
	(void)thread;
	Finding *f = ctx;
	uint32_t last = UINT32_MAX;
	double like = 1;
	bool ok = true;
	for (size_t i = 0; i < s->n && ok; i++) {
		if (!is_wanted(f->ask, s, i))
			continue;
		uint32_t name = f->n_words ? s->text[0][i] : last;
		if (name != last)
			like = name_likeness(f, roll_text(s, ROLL_NAME, i));
		last = name;
		if (like * 100 < LIKE)
			continue;
		RollHit hit = {.row = s->first + i, .tps = s->tps[i], .likeness = (float)like};
		NEED(pthread_mutex_lock(&f->lock) == 0);
		buf_add(&f->hits, (Str){(const char *)&hit, sizeof hit});
		ok = buf_check(&f->hits, err);
		NEED(pthread_mutex_unlock(&f->lock) == 0);
	}
	return ok;
}

static int
best_first(const void *a, const void *b)
{
	const RollHit *x = a, *y = b;
	if (x->likeness > y->likeness || x->likeness < y->likeness)
		return x->likeness > y->likeness ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static unsigned
columns_of(const RollSearch *q)
{
	return ROLL_BIT(ROLL_TPS) | (q->nik ? ROLL_BIT(ROLL_NIK) : 0) |
		(q->family ? ROLL_BIT(ROLL_FAMILY) : 0) | (q->name.n ? ROLL_BIT(ROLL_NAME) : 0);
}

bool
roll_search(const RollFile *file, const RollSearch *q, const RollLook *look, Arena *a,
	RollHits *out, Err *err)
{
	AUTO(Arena) own = {0};
	if (!arena_open(&own, sizeof(Finding) + 4096, err))
		return false;
	Finding *f = NEW(&own, Finding, 1);
	Name asked;
	RollWalk walk = {.columns = columns_of(q),
		.threads = look->threads,
		.see = slice_see,
		.ctx = f,
		.progress = look->progress,
		.progress_ctx = look->ctx,
		.stop = look->stop};
	f->ask = q;
	f->hits.max = (size_t)1 << 36;
	name_read(q->name, &asked);
	for (size_t i = 0; i < asked.tokens; i++)
		word_make(name_token(&asked, i), &f->word[f->n_words++]);
	NEED(pthread_mutex_init(&f->lock, NULL) == 0);
	bool ok = roll_walk(file, &walk, err);
	NEED(pthread_mutex_destroy(&f->lock) == 0);
	*out = (RollHits){.n = f->hits.n / sizeof *out->hit};
	if (ok && out->n) {
		out->hit = NEW(a, RollHit, out->n);
		memcpy(out->hit, f->hits.p, f->hits.n);
		qsort(out->hit, out->n, sizeof *out->hit, best_first);
	}
	buf_close(&f->hits);
	return ok;
}
