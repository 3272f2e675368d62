/* area_text: how ready an area is, as plain text that can be sent as a message; *stars* are bold there. */
#include "web/area.h"

enum { WORST = 5 };

static void
head_put(const Desk *d, Buf *out)
{
	Workspace *w = d->rq->w;
	const Board *b = d->b;
	int64_t left = desk_days_left(w, w->pack->poll);
	Str place = place_words(d->places, d->code, d->a);
	buf_fmt(out, "*%.*s*\n%.*s\n", STR(place), STR(tr_str(w->pack->title)));
	if (b->event > 0)
		buf_fmt(out, tr("as of %s"),
			figure_moment(d->a, workspace_event_time(w, b->event), area_zone(w->area)).p);
	buf_add(out, S("\n"));
	if (left > 0)
		buf_fmt(out, tr("%s days to polling day, %.*s"), figure_number(d->a, left).p,
			STR(figure_day(d->a, w->pack->poll)));
	buf_add(out, S("\n\n*"));
	buf_fmt(out, tr("%s of %s TPS ready"), figure_number(d->a, b->ready[d->node]).p,
		figure_number(d->a, b->total[d->node]).p);
	buf_fmt(out, " (%.*s)*\n", STR(figure_share(d->a, b->ready[d->node], b->total[d->node])));
}

/* The areas with the lowest share, each with what it lacks. */
static void
worst_put(const Desk *d, Buf *out)
{
	const Board *b = d->b;
	size_t worst[WORST], n = 0;
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i]) {
		size_t at = n;
		if (b->total[i] == b->ready[i] || b->level[i] == LEVEL_TPS)
			continue;
		int parts = figure_parts(b->ready[i], b->total[i]);
		while (at && figure_parts(b->ready[worst[at - 1]], b->total[worst[at - 1]]) > parts)
			at--;
		if (at >= WORST)
			continue;
		n += n < WORST;
		memmove(&worst[at + 1], &worst[at], (n - 1 - at) * sizeof *worst);
		worst[at] = i;
	}
	if (n)
		buf_fmt(out, "\n%s\n", tr("Least ready:"));
	for (size_t i = 0; i < n; i++) {
		Str code = arena_str(d->a, str_of(b->code[worst[i]]));
		buf_fmt(out, "%zu. %.*s: %s/%s (%.*s)\n", i + 1, STR(place_name(d->places, code, d->a)),
			figure_number(d->a, b->ready[worst[i]]).p, figure_number(d->a, b->total[worst[i]]).p,
			STR(figure_share(d->a, b->ready[worst[i]], b->total[worst[i]])));
	}
}

static void
findings_put(const Desk *d, Buf *out)
{
	const Board *b = d->b;
	int64_t must = 0, look = 0;
	for (size_t s = b->n_indicators; s < b->n_series; s++)
		*(str_eq(b->series[s].query->severity, S("must")) ? &must : &look) +=
			check_open(d->rq, b->series[s].query) ? b->series[s].need[d->node] : 0;
	buf_add(out, S("\n"));
	buf_fmt(out, tr("Findings that must be mended: %s; to look at: %s\n"),
		figure_number(d->a, must).p, figure_number(d->a, look).p);
	buf_fmt(out, tr("TPS not heard from: %s\n"), figure_number(d->a, b->silent[d->node]).p);
}

void
area_text(const Desk *d, Buf *out)
{
	head_put(d, out);
	buf_add(out, S("\n"));
	for (size_t p = 0; p < d->n_pillars; p++) {
		int score = board_pillar(d->b, d->node, d->pillar[p]);
		buf_fmt(out, "%.*s: %.*s%s\n", STR(pillar_words(d->pillar[p])),
			STR(figure_points(d->a, score)), score < 0 ? "" : "%");
	}
	worst_put(d, out);
	findings_put(d, out);
}
