/* view: an area on the board as the commands ready, why and explain see it. */
#include "cli/cli.h"

bool
view_open(Cli *cli, const char *area, View *out, Err *err)
{
	*out = (View){.cli = cli};
	if (!cli_workspace(cli, err) || !cli_area(cli, area, &out->area, err) ||
		!(cli->asof ? board_rebuild : board_open)(&cli->ws, &out->b, err))
		return false;

	out->n_pillars = board_pillars(out->b, out->pillar, sizeof out->pillar / sizeof out->pillar[0]);
	if (board_find(out->b, out->area, &out->node))
		return true;
	/* The whole workspace has a place even when its code is none ("0"). */
	if (str_eq(out->area, cli->ws.area))
		return true;
	view_close(out);
	return err_set(err, E_NOTFOUND, "'%.*s' is not on the board", STR(out->area));
}

void
view_close(View *v)
{
	board_close(v->b);
	v->b = NULL;
}

static const char *
poll_text(Cli *cli)
{
	Str day = cli->ws.pack->poll;
	int64_t left = days_until(cli, day);
	if (left > 1)
		return arena_fmt(
			&cli->a, tr("%s days to polling day %.*s"), show_number(cli, left), STR(day))
			.p;
	if (left < 0)
		return arena_fmt(&cli->a, tr("polling day was %.*s"), STR(day)).p;
	return left ? tr("polling day is tomorrow") : tr("polling day is today");
}

void
view_title(const View *v)
{
	Cli *cli = v->cli;
	cli_say(cli, "%s%.*s, %s%s\n", paint(cli, 'b'), STR(tr_str(cli->ws.pack->title)),
		show_place(cli, v->area), paint(cli, '.'));
	if (cli->asof) {
		at_say(cli, poll_text(cli));
		return;
	}
	int64_t at = workspace_event_time(&cli->ws, v->b->event);
	if (v->b->event > 0)
		cli_say(cli, tr("as of event %s, %s; %s\n"), show_number(cli, v->b->event),
			show_instant(cli, at), poll_text(cli));
	else
		cli_say(cli, tr("nothing entered yet; %s\n"), poll_text(cli));
	cli_clock_say(cli);
}

void
view_json(const View *v, size_t node, JsonOut *j)
{
	Answers an = {.w = &v->cli->ws, .b = v->b, .a = &v->cli->a};
	answers_time(&an);
	answers_json_head(&an, node, j);
}

const char *
view_mark(const View *v, const Query *q)
{
	return query_unverified(q, v->cli->ws.pack) ? " *" : "";
}

const char *
view_pillar_mark(const View *v, Str pillar)
{
	for (size_t i = 0; i < v->b->n_indicators; i++) {
		const Series *s = &v->b->series[i];
		if (str_eq(s->query->pillar, pillar) && s->need[v->node] > 0 && board_counts(v->b, s) &&
			*view_mark(v, s->query))
			return " *";
	}
	return "";
}

static void
waiting_say(const View *v, const Series *s)
{
	Cli *cli = v->cli;
	Str title = tr_str(s->query->title);
	cli_say(cli, tr("not counted before %.*s: %.*s, now %s\n"), STR(s->open_date), STR(title),
		show_percent(cli, s->have[v->node], s->need[v->node]));
}

void
view_notes(const View *v)
{
	bool marked = false;
	for (size_t i = 0; i < v->b->n_indicators; i++) {
		const Series *s = &v->b->series[i];
		if (s->need[v->node] <= 0)
			continue;
		if (!board_counts(v->b, s))
			waiting_say(v, s);
		marked |= *view_mark(v, s->query) != 0;
	}
	if (marked)
		cli_say(v->cli, "%s\n",
			tr("* rests on values that the rule pack marks as unverified: siap explain NAME"));
}

bool
view_tps_list(const View *v)
{
	if (v->b->total[0] > 0)
		return true;
	cli_say(v->cli, "\n%s\n  %s\n  %s\n", tr("there is no list of polling stations yet"),
		tr("import one: siap import tps FILE"),
		tr("an empty form for it: siap doc tps --template"));
	return false;
}

static bool
is_gap(const Series *s, const Board *b, size_t i)
{
	if (s->own[0])
		return s->own[0][i] > s->own[1][i];
	return b->level[i] == s->query->level && s->need[i] > s->have[i];
}

uint64_t
view_gaps(const View *v, const Series *s, uint64_t *silent)
{
	uint64_t n = 0;
	*silent = 0;
	for (size_t i = v->node; i < v->b->end[v->node]; i++) {
		if (!is_gap(s, v->b, i))
			continue;
		n++;
		*silent += (s->own[2] ? s->own[2][i] : s->heard[i]) == 0;
	}
	return n;
}

bool
form_choose(Cli *cli, bool csv, bool json, Form *out, Err *err)
{
	*out = csv ? FORM_CSV : json ? FORM_JSON : FORM_TEXT;
	return !(csv && json) ||
		cli_misuse(cli, err_set(err, E_INPUT, "give --csv or --json, not both"));
}
