/* finding_words: what the log and the checks say for programs as people read it: codes by their labels, numbers and days as this
 * language writes them. */
#include "web/area.h"

/* A code or option of one of its fields; empty: it is none. */
static Str
code_words(const Desk *d, const Dataset *ds, Str word)
{
	for (size_t k = 0; k < ds->n_fields; k++) {
		const Field *f = &ds->field[k];
		const PackCode *code =
			f->type == TYPE_CODE ? pack_code(d->rq->w->pack, f->list, word) : NULL;
		if (code)
			return tr_str(code->label);
		for (size_t o = 0; (f->type == TYPE_ENUM || f->type == TYPE_STATES) && o < f->n_options;
			 o++)
			if (str_eq(f->option[o], word))
				return tr_str(word);
	}
	return (Str){0};
}

static Str
part_words(const Desk *d, const Query *check, Str word)
{
	Str label = {0};
	for (size_t i = 0; i < check->n_reads && !label.n; i++)
		label = code_words(d, check->reads[i], word);
	return label.n                   ? label
		: str_eq(word, S("tps"))     ? str_of(tr("TPS"))
		: str_eq(word, S("dpt"))     ? S("DPT")
		: str_eq(word, S("missing")) ? str_of(tr("missing"))
		: str_eq(word, S("damaged")) ? str_of(tr("damaged"))
									 : word;
}

static Str
word_words(const Desk *d, const Query *check, Str word)
{
	int64_t number;
	int32_t day;
	if (str_eq(word, S("<>")))
		return S("≠");
	/* Longer ones are codes of places. */
	if (word.n < 13 && (word.n == 1 || word.p[0] != '0') && str_int(word, &number))
		return figure_number(d->a, number);
	if (word.n == 10 && date_parse(word, &day))
		return figure_day(d->a, word);
	return part_words(d, check, word);
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
		buf_fmt(&out, "%s%.*s", out.n ? ", " : "", STR(part_words(d, check, part)));
	}
	return out.failed || !out.n ? S("") : arena_str(d->a, buf_str(&out));
}

Str
row_words(const Desk *d, const Dataset *ds, Str key)
{
	AUTO(Buf) out = {.max = 4000};
	while (key.n) {
		Str part;
		str_cut(key, '/', &part, &key);
		Str label = code_words(d, ds, part);
		buf_fmt(&out, "%s%.*s", out.n ? ", " : "", STR(label.n ? label : part));
	}
	return out.failed || !out.n ? S("") : arena_str(d->a, buf_str(&out));
}

Str
value_words(const Desk *d, const Field *f, Str text)
{
	const PackCode *code = f->type == TYPE_CODE ? pack_code(d->rq->w->pack, f->list, text) : NULL;
	int64_t number;
	if (code)
		return tr_str(code->label);
	if (f->type == TYPE_ENUM || f->type == TYPE_STATES)
		return tr_str(text);
	if (f->type == TYPE_BOOL && text.n)
		return str_of(str_eq(text, S("1")) ? tr("yes") : tr("no"));
	if (f->type == TYPE_INT && str_int(text, &number))
		return figure_number(d->a, number);
	return f->type == TYPE_DATE ? figure_day(d->a, text) : text;
}
