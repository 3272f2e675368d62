/* words: what an indicator or a check means and how it is made, and the terms that people meet here. */
#include "web/desk.h"

/* ---- what both have ---- */

/* "H-1, 26 November 2024": the pack's word before the query's own. */
static Str
day_words(const Request *rq, Str text)
{
	int32_t day;
	char date[11];
	if (!str_starts(text, S("H")) || !pack_day(rq->w->pack, text, &day))
		return figure_day(rq->a, text);
	date_format(day, date);
	return arena_fmt(rq->a, "%.*s, %.*s", STR(text), STR(figure_day(rq->a, str_of(date))));
}

/* The pack's own word for a rule or a number, in the person's language. */
static Str
label_words(const Pack *p, Str name)
{
	return name.n ? tr_str(pack_label(p, name)) : name;
}

/* "per TPS: 2", "police: 2, TPS: 10". */
static Str
value_words(const Request *rq, const PackCode *c)
{
	const Pack *p = rq->w->pack;
	AUTO(Buf) b = {.max = 4096};
	buf_fmt(&b, "%.*s", STR(label_words(p, c->rule)));
	if (c->has_amount)
		buf_fmt(&b, "%s%.*s", b.n ? ": " : "", STR(figure_number(rq->a, c->amount)));
	for (size_t i = 0; i < c->n_numbers; i++)
		buf_fmt(&b, "%s%.*s: %.*s", b.n ? ", " : "", STR(label_words(p, c->number[i].name)),
			STR(figure_number(rq->a, c->number[i].value)));
	if (c->after.n)
		buf_fmt(&b, "%s%.*s + %lld", b.n ? " " : "", STR(c->after), (long long)c->days);
	if (c->ends.n)
		buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR(c->ends));
	return b.n && !b.failed ? arena_str(rq->a, buf_str(&b)) : S("");
}

static void
rule_fill(Fill *list, Str name, Str value, bool unverified, Str source)
{
	Fill *f = fill_item(list, "rules");
	fill_text(f, "rule", name);
	fill_text(f, "value", value);
	fill_flag(f, "unverified", unverified);
	fill_text(f, "rule_source", source);
}

/* What the number rests on beside rows: values of the rule pack, each with its source. */
static void
rules_fill(const Request *rq, const Query *q, Fill *f)
{
	const Pack *p = rq->w->pack;
	fill_list(f, "rules");
	for (size_t i = 0; i < q->n_rules; i++) {
		const PackNumber *limit = pack_limit(p, q->rules[i]);
		if (limit)
			rule_fill(f, label_words(p, limit->name), figure_number(rq->a, limit->value),
				limit->unverified, limit->source);
		for (size_t k = 0; k < p->n_codes; k++) {
			const PackCode *c = &p->code[k];
			if (str_eq(c->list, q->rules[i]))
				rule_fill(f, tr_str(c->label), value_words(rq, c), c->unverified, c->source);
		}
	}
}

static void
lines_fill(Fill *f, const char *list, const Given *line, size_t n)
{
	fill_list(f, list);
	for (size_t i = 0; i < n; i++)
		fill_text(fill_item(f, list), "line", line[i].text);
}

static void
query_fill(const Request *rq, const Query *q, Fill *f)
{
	fill_text(f, "title", tr_str(q->title));
	fill_text(f, "name", q->name);
	fill_text(f, "definition", tr_str(q->definition));
	fill_text(f, "owner", str_of(agency_label(q->owner)));
	fill_text(f, "level", str_of(level_words(q->level)));
	fill_text(f, "source", q->source);
	fill_text(f, "sql", str_trim(q->sql));
	fill_text(f, "file", q->file);
	fill_text(f, "board_css", asset_address(S("board.css"), rq->a));
	fill_flag(f, "unverified", query_unverified(q, rq->w->pack) > 0);
	bool any = false;
	fill_list(f, "reads");
	for (size_t i = 0; i < q->n_reads; i++) {
		if (!dataset_open(rq, q->reads[i]))
			continue;
		Fill *item = fill_item(f, "reads");
		fill_flag(item, "more", any);
		any = true;
		fill_text(item, "dataset", q->reads[i]->name);
		fill_text(item, "dataset_title", tr_str(q->reads[i]->title));
	}
	rules_fill(rq, q, f);
	lines_fill(f, "given", q->given, q->n_given);
	lines_fill(f, "expect", q->expect, q->n_expect);
}

/* How it stands in the area that the link came from, or in all of the workspace. */
static bool
standing_fill(Request *rq, Fill *f, size_t series, Err *err)
{
	const PlaceIndex *places;
	const Board *b;
	size_t node = 0;
	Str area = rq_query(rq, "area");
	if (!desk_places(rq, &places, err) || !gate_board(rq->site->gate, &b, err))
		return false;
	if (!area.n || !board_find(b, area, &node)) {
		node = 0;
		area = rq->w->area;
	}
	const Series *s = &b->series[series];
	bool check = series >= b->n_indicators;
	fill_text(f, "area_code", area);
	fill_text(f, "area", place_words(places, area, rq->a));
	fill_text(f, "need", figure_number(rq->a, s->need[node]));
	fill_text(f, "have", check ? S("") : figure_number(rq->a, s->have[node]));
	fill_text(f, "heard", check ? S("") : figure_number(rq->a, s->heard[node]));
	fill_text(f, "share", check ? S("") : figure_share(rq->a, s->have[node], s->need[node]));
	fill_text(
		f, "width", check ? S("") : bar_width(rq->a, figure_parts(s->have[node], s->need[node])));
	fill_flag(f, "any", s->need[node] > 0);
	fill_flag(f, "one", s->need[node] == 1);
	fill_flag(f, "short", !check && s->have[node] < s->need[node]);
	fill_flag(f, "must", s->must);
	fill_text(f, "weight", arena_fmt(rq->a, "%d", s->weight));
	fill_text(f, "left", left_words(rq->w, rq->a, s->due_date));
	gate_board_done(rq->site->gate);
	return true;
}

static bool
indicator(Request *rq, Err *err)
{
	Fill *f = fill_new(rq->a);
	Str name = rq_param(rq, "name");
	const Query *q = catalog_indicator(&rq->w->cat, name);
	if (!q)
		return err_set(err, E_NOTFOUND, "there is no indicator '%.*s'", STR(name)) ||
			err_hint(err, "the words page lists all of them: /words");
	query_fill(rq, q, f);
	fill_text(f, "pillar", pillar_words(q->pillar));
	fill_text(f, "unit", tr_str(q->units));
	fill_text(f, "due_rule", day_words(rq, query_due(q, rq->w->pack)));
	fill_text(f, "opens", day_words(rq, query_opens(q, rq->w->pack)));
	return standing_fill(rq, f, (size_t)(q - rq->w->cat.indicator), err) &&
		page_send(rq, "indicator", f, err);
}
ROUTE(indicator, "GET", "/indicator/{name}", indicator, ROUTE_MEMBER);

static bool
check(Request *rq, Err *err)
{
	Fill *f = fill_new(rq->a);
	Str name = rq_param(rq, "name");
	const Query *q = catalog_check(&rq->w->cat, name);
	if (!q || !check_open(rq, q))
		return err_set(err, E_NOTFOUND, "there is no check '%.*s'", STR(name)) ||
			err_hint(err, "the words page lists all of them: /words");
	query_fill(rq, q, f);
	fill_text(f, "severity", str_of(severity_words(q->severity)));
	fill_text(f, "remedy", tr_str(q->remedy));
	return standing_fill(rq, f, rq->w->cat.n_indicators + (size_t)(q - rq->w->cat.check), err) &&
		page_send(rq, "check", f, err);
}
ROUTE(check, "GET", "/check/{name}", check, ROUTE_MEMBER);

/* ---- all of them ---- */

static void
queries_fill(const Request *rq, Fill *f, const char *list, const Query *q, size_t n)
{
	fill_list(f, list);
	for (size_t i = 0; i < n; i++) {
		if (!check_open(rq, &q[i]))
			continue;
		Fill *item = fill_item(f, list);
		fill_text(item, "name", q[i].name);
		fill_text(item, "label", tr_str(q[i].title));
		fill_text(item, "owner", str_of(agency_label(q[i].owner)));
		fill_text(item, "meaning", q[i].is_check ? tr_str(q[i].remedy) : tr_str(q[i].definition));
	}
}

static bool
words(Request *rq, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("What the words mean")));
	fill_text(f, "board_css", asset_address(S("board.css"), rq->a));
	fill_text(f, "moved_in", pack_label(rq->w->pack, S("moved_in")));
	fill_text(f, "poll", figure_day(rq->a, rq->w->pack->poll));
	queries_fill(rq, f, "indicators", rq->w->cat.indicator, rq->w->cat.n_indicators);
	queries_fill(rq, f, "checks", rq->w->cat.check, rq->w->cat.n_checks);
	return page_send(rq, "words", f, err);
}
ROUTE(words, "GET", "/words", words, ROUTE_MEMBER);
