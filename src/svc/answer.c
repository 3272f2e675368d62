/* answer: how ready an area is, made from a board alone: what programs get, from the command line as from a server. */
#include "svc/svc_private.h"

void
points_put(Buf *b, int parts)
{
	if (parts >= 0)
		buf_fmt(b, "%d.%02d", parts / 100, parts % 100);
}

/* ---- what is counted once for a board ---- */

void
answers_time(Answers *an)
{
	instant_format(workspace_event_time(an->w, an->b->event), area_zone(an->w->area), an->as_of);
}

void
answers_new(Workspace *w, const Board *b, Arena *a, Answers *out)
{
	*out = (Answers){.w = w,
		.b = b,
		.a = a,
		.name = NEW(a, Str, b->n),
		.unverified = NEW(a, bool, b->n_indicators + 1)};
	out->n_pillars = board_pillars(b, out->pillar, sizeof out->pillar / sizeof *out->pillar);
	for (size_t s = 0; s < b->n_indicators; s++)
		out->unverified[s] = query_unverified(b->series[s].query, w->pack) > 0;
	answers_time(out);
}

int64_t
answers_findings(const Answers *an, size_t node)
{
	int64_t n = 0;
	for (size_t s = an->b->n_indicators; s < an->b->n_series; s++)
		n += an->b->series[s].need[node];
	return n;
}

/* ---- JSON ---- */

static Str
name_of(Answers *an, size_t node)
{
	Str code = str_of(an->b->code[node]);
	if (!an->name)
		return area_name(an->w, code, an->a);
	if (!an->name[node].p)
		an->name[node] = area_name(an->w, code, an->a);
	return an->name[node];
}

void
answers_json_head(Answers *an, size_t node, JsonOut *j)
{
	Str code = str_of(an->b->code[node]);
	jout_key(j, S("as_of"));
	if (an->b->event > 0)
		jout_str(j, str_of(an->as_of));
	else
		jout_null(j);
	jout_key(j, S("event"));
	jout_int(j, an->b->event);
	jout_key(j, S("area"));
	jout_str(j, code);
	jout_key(j, S("name"));
	jout_str(j, name_of(an, node));
}

static void
indicators_json(const Answers *an, size_t node, JsonOut *j)
{
	const Board *b = an->b;
	jout_key(j, S("indicators"));
	jout_arr(j);
	for (size_t s = 0; s < b->n_indicators; s++) {
		const Series *x = &b->series[s];
		jout_obj(j);
		jout_key(j, S("name"));
		jout_str(j, x->query->name);
		jout_key(j, S("need"));
		jout_int(j, x->need[node]);
		jout_key(j, S("have"));
		jout_int(j, x->have[node]);
		jout_key(j, S("heard"));
		jout_int(j, x->heard[node]);
		jout_key(j, S("counts"));
		jout_bool(j, board_counts(b, x));
		jout_key(j, S("unverified"));
		jout_bool(j, an->unverified[s]);
		jout_obj_end(j);
	}
	jout_arr_end(j);
	jout_key(j, S("findings"));
	jout_obj(j);
	for (size_t s = b->n_indicators; s < b->n_series; s++) {
		jout_key(j, b->series[s].query->name);
		jout_int(j, b->series[s].need[node]);
	}
	jout_obj_end(j);
}

static void
pillars_json(const Answers *an, size_t node, JsonOut *j)
{
	AUTO(Buf) number = {0};
	jout_key(j, S("pillars"));
	jout_obj(j);
	for (size_t p = 0; p < an->n_pillars; p++) {
		buf_clear(&number);
		points_put(&number, board_pillar(an->b, node, an->pillar[p]));
		jout_key(j, an->pillar[p]);
		if (number.n)
			jout_raw(j, buf_str(&number));
		else
			jout_null(j);
	}
	jout_obj_end(j);
}

void
answers_json(Answers *an, size_t node, int64_t depth, JsonOut *j)
{
	const Board *b = an->b;
	jout_obj(j);
	answers_json_head(an, node, j);
	jout_key(j, S("ready"));
	jout_int(j, b->ready[node]);
	jout_key(j, S("total"));
	jout_int(j, b->total[node]);
	jout_key(j, S("not_heard"));
	jout_int(j, b->silent[node]);
	pillars_json(an, node, j);
	indicators_json(an, node, j);
	jout_key(j, S("children"));
	jout_arr(j);
	for (size_t i = node + 1; depth > 0 && i < b->end[node]; i = b->end[i])
		answers_json(an, i, depth - 1, j);
	jout_arr_end(j);
	jout_obj_end(j);
}
