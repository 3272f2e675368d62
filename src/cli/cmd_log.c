/* siap log: what was changed, by whom, when: newest first, or as it comes. */
#include "cli/cli.h"

#include <unistd.h>

static const char *
usage(void)
{
	return tr(
		"what was changed, by whom and when\n"
		"\n"
		"siap log [AREA] [--dataset NAME] [--agency NAME] [--from T] [--until T] [--limit N] [--follow] [--json]\n"
		"\n"
		"  --from T, --until T  a date or time, as 2024-11-20 or 2024-11-20T13:09\n"
		"  --limit N            so many, newest first (20); 0: all, oldest first\n"
		"  --follow             then waits and shows what comes, until Ctrl-C\n"
		"  --json               an object a line\n"
		"\n"
		"All events of one row: siap history DATASET field=value…\n");
}

typedef struct Listing {
	Cli *cli;
	bool json;

	size_t n;
	int64_t last;
} Listing;

static const char *
what(const LogEvent *e)
{
	switch (e->op) {
	case OP_CLOSE:
		return tr("closed");
	case OP_REOPEN:
		return tr("put back");
	case OP_PUT:
		break;
	default:
		return tr("erased");
	}
	return e->undoes ? tr("undone") : e->base ? tr("changed") : tr("added");
}

static void
line_json(Cli *cli, const LogEvent *e)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	char at[30];
	instant_format(e->at, area_zone(cli->ws.area), at);
	const struct {
		Str name;
		int64_t value;
	} number[] = {{S("event"), e->event}, {S("base"), e->base}, {S("undoes"), e->undoes},
		{S("batch"), e->batch}, {S("op"), e->op}};
	const struct {
		Str name, value;
	} text[] = {{S("at"), str_of(at)}, {S("dataset"), e->dataset}, {S("key"), e->key},
		{S("area"), e->area}, {S("actor"), e->actor}, {S("agency"), e->agency},
		{S("on_behalf_of"), e->on_behalf_of}, {S("source"), e->source}, {S("device"), e->device},
		{S("why"), e->why}};
	jout_obj(&j);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
		jout_key(&j, number[i].name);
		jout_int(&j, number[i].value);
	}
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		jout_text(&j, text[i].name, text[i].value);
	jout_key(&j, S("conflict"));
	jout_bool(&j, e->conflict);
	jout_obj_end(&j);
	buf_byte(&b, '\n');
	cli->starved |= b.failed;
	cli_put(cli, b.failed ? (Str){0} : buf_str(&b));
}

static void
line_text(Cli *cli, const LogEvent *e)
{
	cli_say(cli, "%s%8s%s  %s  %-9s %.*s %.*s%s\n", paint(cli, 'b'), show_number(cli, e->event),
		paint(cli, '.'), show_instant(cli, e->at), what(e), STR(e->dataset), STR(e->key),
		e->conflict ? tr("  (over a newer change)") : "");
	cli_say(cli, "          %s%s, %.*s, %.*s", paint(cli, 'd'), show_upper(cli, e->agency),
		STR(e->actor), STR(e->source));
	if (e->on_behalf_of.n)
		cli_say(cli, tr(", on behalf of %s"), show_upper(cli, e->on_behalf_of));
	if (e->batch)
		cli_say(cli, tr(", import %lld"), (long long)e->batch);
	if (e->undoes)
		cli_say(cli, tr(", undoes event %s"), show_number(cli, e->undoes));
	if (e->why.n)
		cli_say(cli, ": %.*s", STR(e->why));
	cli_say(cli, "%s\n", paint(cli, '.'));
}

static void
show(Listing *l, const LogEvent *e)
{
	Arena before = l->cli->a;
	(l->json ? line_json : line_text)(l->cli, e);
	l->cli->a = before;
	l->last = e->event > l->last ? e->event : l->last;
}

static bool
seen(void *ctx, const LogEvent *e, Err *err)
{
	(void)err;
	show(ctx, e);
	return true;
}

static bool
follow(Listing *l, LogFilter *f, Err *err)
{
	volatile bool *stop = cli_stop_flag();
	f->max = 0;
	f->after =
		l->last > workspace_last_event(&l->cli->ws) ? l->last : workspace_last_event(&l->cli->ws);
	while (!*stop) {
		l->last = f->after;
		if (!log_each(&l->cli->ws, f, seen, l, err) || fflush(l->cli->env.out) != 0)
			return false;
		f->after = l->last;
		(void)usleep(300000);
	}
	return true;
}

static bool
filter_read(Cli *cli, const char *from, const char *until, LogFilter *f, Err *err)
{
	int zone = area_zone(cli->ws.area);
	return (!from || cli_instant(cli, from, false, zone, &f->from, err)) &&
		(!until || cli_instant(cli, until, true, zone, &f->upto, err));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *dataset = NULL, *from = NULL, *until = NULL, *limit = NULL;
	bool json = false, wait = false;
	int64_t most = 20;
	const Opt opts[] = {{"dataset", .value = &dataset}, {"from", .value = &from},
		{"until", .value = &until}, {"limit", .value = &limit}, {"follow", .flag = &wait},
		{"json", .flag = &json}};
	LogFilter f = {.from = CLOCK_REAL, .upto = CLOCK_REAL};
	Listing l = {.cli = cli};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!cli_number(cli, "limit", limit, (Range){0, INT64_C(1000000000)}, &most, err) ||
		!cli_workspace(cli, err) || (argc && !cli_area(cli, argv[0], &f.area, err)) ||
		!filter_read(cli, from, until, &f, err))
		return false;
	l.json = json;
	f.dataset = str_of(dataset);
	f.agency = cli->agency; /* the option of every command */
	f.max = (size_t)most;
	if (!log_each(&cli->ws, &f, seen, &l, err))
		return false;
	if (!l.last && !json)
		cli_say(cli, "%s\n", tr("no event fits; the log begins with siap import or siap enter"));
	return !wait || follow(&l, &f, err);
}

COMMAND(log, usage, run);
