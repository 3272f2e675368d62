/* siap history: what happened to one row, newest first. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("what happened to one row, newest first: who, when, and what it changed\n"
			  "\n"
			  "siap history DATASET field=value… [--limit N|--all] [--json]\n"
			  "\n"
			  "  --limit N  so many events (20); --all of them\n"
			  "\n"
			  "The words name the key fields of the row; a row that was closed is found too.\n"
			  "Of private fields only is told that they changed. Example:\n"
			  "  siap history delivery tps=1571091002001 item=ink\n");
}

static const char *
verb(const HistoryStep *s)
{
	switch (s->op) {
	case OP_PUT:
		return s->base ? tr("changed") : tr("added");
	case OP_CLOSE:
		return tr("closed");
	case OP_REOPEN:
		return tr("put back");
	case OP_FORGET:
		return tr("private fields erased");
	}
	return "?"; /* of a newer Siap */
}

/* "ani (KPU) for BAWASLU, import 3 of 'in.csv'". */
static const char *
origin_text(Cli *cli, const HistoryStep *s)
{
	const Origin *o = &s->origin;
	const char *who = arena_fmt(&cli->a, "%.*s (%s)", STR(o->actor), show_upper(cli, o->agency)).p;
	if (o->on_behalf_of.n)
		who = arena_fmt(&cli->a, tr("%s for %s"), who, show_upper(cli, o->on_behalf_of)).p;
	if (s->batch)
		return arena_fmt(
			&cli->a, tr("%s, import %lld of '%.*s'"), who, (long long)s->batch, STR(s->file))
			.p;
	return arena_fmt(&cli->a, "%s, %.*s", who, STR(o->source)).p;
}

static void
change_say(Cli *cli, const Change *c)
{
	Str label = tr_str(c->field->label);
	if (c->field->n_private)
		cli_say(cli, tr("  %.*s: changed, private\n"), STR(label));
	else if (!c->from.n)
		cli_say(cli, "  %.*s: %.*s\n", STR(label), STR(c->to));
	else
		cli_say(cli, "  %.*s: %.*s %s %.*s\n", STR(label), STR(c->from), cli->utf8 ? "→" : "->",
			STR(c->to.n ? c->to : str_of(cli->utf8 ? "—" : "-")));
}

static void
step_say(Cli *cli, const HistoryStep *s)
{
	cli_say(cli, tr("%sevent %s%s, %s: %s by %s\n"), paint(cli, 'b'), show_number(cli, s->event),
		paint(cli, '.'), show_instant(cli, s->at), verb(s), origin_text(cli, s));
	if (s->undoes)
		cli_say(
			cli, tr("  undoes event %s: %.*s\n"), show_number(cli, s->undoes), STR(s->origin.why));
	else if (s->origin.why.n)
		cli_say(cli, tr("  reason: %.*s\n"), STR(s->origin.why));
	if (s->over)
		cli_say(cli, tr("  in conflict: based on event %s, but event %s stood by then\n"),
			show_number(cli, s->base), show_number(cli, s->over));
	for (size_t i = 0; i < s->n_changes; i++)
		change_say(cli, &s->change[i]);
	if (s->hidden == HIDDEN_ERASED && s->op != OP_FORGET)
		cli_say(cli, tr("  private fields: erased\n"));
	if (s->hidden == HIDDEN_LOCKED)
		cli_say(cli, tr("  private fields: not compared, the key of the workspace is not here\n"));
}

static void
history_say(Cli *cli, const History *h)
{
	cli_say(cli, "%.*s %.*s: %s%s\n\n", STR(h->dataset->name), STR(h->key),
		show_place(cli, h->area), h->closed ? tr(", closed") : "");
	for (size_t i = 0; i < h->n; i++)
		step_say(cli, &h->step[i]);
	if (h->more)
		cli_say(cli, tr("\nolder events: --all\n"));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *limit = NULL;
	bool all = false, json = false;
	int64_t max = 20;
	const Opt opts[] = {{"limit", .value = &limit}, {"all", .flag = &all}, {"json", .flag = &json}};
	const Dataset *d;
	Str *text;
	AUTO(Buf) out = {0};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 2, .most = 10000}, &argc, argv, err) ||
		!cli_number(cli, "limit", limit, (Range){1, INT32_MAX}, &max, err) ||
		!cli_workspace(cli, err) || !cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_keys(cli, d, argc - 1, argv + 1, &text, err))
		return false;
	History h = {.dataset = d, .text = text, .max = all ? SIZE_MAX : (size_t)max};
	if (!history_walk(&cli->ws, &h, &cli->a, err))
		return false;
	if (!json) {
		history_say(cli, &h);
		return true;
	}
	JsonOut j = jout_new(&out);
	history_json(&cli->ws, &h, &j);
	buf_byte(&out, '\n');
	return cli_flush(cli, &out, err);
}

COMMAND(history, usage, run);
