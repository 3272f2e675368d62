/* siap enter: one row, typed. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("enter one row\n"
			  "\n"
			  "siap enter DATASET field=value… [--base EVENT]\n"
			  "  [--device ID [--clock C] [--request R] [--after R]]\n"
			  "\n"
			  "  --base EVENT  the event you saw when you decided: if another came since, both\n"
			  "                are kept and a finding shows the conflict\n"
			  "\n"
			  "For apps and scripts that work without a connection and deliver later:\n"
			  "  --device ID   which device it was typed on\n"
			  "  --request R   the number that the device gave it: delivered twice is taken once\n"
			  "  --clock C     its clock then, milliseconds and a counter: 1732155000000.3\n"
			  "  --after R     instead of --base: the device's own edit before it of this row\n"
			  "\n"
			  "Fields that are not named keep what is there. The fields of a dataset:\n"
			  "siap explain DATASET. Example:\n"
			  "  siap enter delivery tps=1571091002001 item=ink received=2\n");
}

static const char *
outcome_text(Outcome o)
{
	switch (o) {
	case OUTCOME_ADDED:
		return tr("added");
	case OUTCOME_CHANGED:
		return tr("changed");
	case OUTCOME_SAME:
		return tr("nothing new: it was so already");
	case OUTCOME_CONFLICT:
		return tr("entered over a newer change: siap check shows the conflict");
	}
	return "";
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *base_text = NULL, *device = NULL, *clock = NULL, *request = NULL, *after = NULL;
	int64_t base = 0;
	const Opt opts[] = {{"base", .value = &base_text}, {"device", .value = &device},
		{"clock", .value = &clock}, {"request", .value = &request}, {"after", .value = &after}};
	const Dataset *d;
	Str *text;
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 2, .most = 10000}, &argc, argv, err) ||
		!cli_number(cli, "base", base_text, (Range){1, INT64_MAX}, &base, err) ||
		!cli_workspace(cli, err) || !cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_row(cli, d, argc - 1, argv + 1, &text, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	Origin o = {
		.actor = cli->actor, .agency = cli->agency, .source = S("cli"), .device = str_of(device)};
	RowRequest r = {.origin = &o,
		.dataset = d,
		.text = text,
		.base = base,
		.clock = str_of(clock),
		.request = str_of(request),
		.after = str_of(after)};
	if (!gate_enter(gate, &r, err))
		return false;
	cli_say(cli, tr("event %s: %s\n"), show_number(cli, r.event), outcome_text(r.outcome));
	return true;
}

COMMAND(enter, usage, run);
