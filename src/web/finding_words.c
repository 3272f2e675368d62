/* finding_words: key and detail of a finding as people read them: codes by their labels, numbers and days as this language writes them. */
#include "web/area.h"

/* A code or option of a field of what the check reads; NULL: it is none. */
static const char *
code_words(const Desk *d, const Query *check, Str word)
{
	for (size_t i = 0; i < check->n_reads; i++)
		for (size_t k = 0; k < check->reads[i]->n_fields; k++) {
			const Field *f = &check->reads[i]->field[k];
			const PackCode *code =
				f->type == TYPE_CODE ? pack_code(d->rq->w->pack, f->list, word) : NULL;
			if (code)
				return tr_str(code->label).p;
			for (size_t o = 0; (f->type == TYPE_ENUM || f->type == TYPE_STATES) && o < f->n_options;
				 o++)
				if (str_eq(f->option[o], word))
					return tr_str(word).p;
		}
	return str_eq(word, S("tps"))    ? tr("TPS")
		: str_eq(word, S("missing")) ? tr("missing")
		: str_eq(word, S("damaged")) ? tr("damaged")
									 : NULL;
}

static Str
word_words(const Desk *d, const Query *check, Str word)
{
	int64_t number;
	int32_t day;
	const char *label;
	if (str_eq(word, S("<>")))
		return S("≠");
	/* Longer ones are codes of places. */
	if (word.n < 13 && (word.n == 1 || word.p[0] != '0') && str_int(word, &number))
		return figure_number(d->a, number);
	if (word.n == 10 && date_parse(word, &day))
		return figure_day(d->a, word);
	label = code_words(d, check, word);
	return label ? str_of(label) : word;
}

Str
detail_words(const Desk *d, const Query *check, Str detail)
{
	AUTO(Buf) out = {.max = 4000};
	while (detail.n) {
		Str word;
		str_cut(detail, ' ', &word, &detail);
		size_t n = word.n;
		while (n && (word.p[n - 1] == ',' || word.p[n - 1] == ':'))
			n--;
		buf_fmt(&out, "%s%.*s%.*s", out.n ? " " : "",
			STR(word_words(d, check, str_slice(word, 0, n))), STR(str_slice(word, n, word.n)));
	}
	return out.failed || !out.n ? S("") : arena_str(d->a, buf_str(&out));
}

Str
key_words(const Desk *d, const Query *check, Str area, Str key)
{
	AUTO(Buf) out = {.max = 4000};
	if (str_eq(key, area))
		return S("");
	while (key.n) {
		Str part;
		str_cut(key, '/', &part, &key);
		const char *label = code_words(d, check, part);
		buf_fmt(&out, "%s%.*s", out.n ? ", " : "", STR(label ? str_of(label) : part));
	}
	return out.failed || !out.n ? S("") : arena_str(d->a, buf_str(&out));
}
