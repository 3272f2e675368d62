/* siap simulate: an election of any size, for tests and measurements. */
#include "cli/cli.h"

#include <sys/resource.h>

static const char *
usage(void)
{
	return tr("make up an election of any size, to test and measure with\n"
			  "\n"
			  "siap simulate DIR [--rules PACK] [--area CODE] [--stations N] [--fill PERCENT]\n"
			  "              [--seed N] [--store URL]\n"
			  "\n"
			  "  DIR             the folder to make\n"
			  "  --rules PACK    the rule pack (pilkada2024)\n"
			  "  --area CODE     a province, regency, district or village (0: all Indonesia)\n"
			  "  --stations N    polling stations; without it as many as the area really has,\n"
			  "                  about: 435,000 in Pilkada 2024, 820,161 in Pemilu 2024\n"
			  "  --fill PERCENT  how many of them have each thing complete (97)\n"
			  "  --seed N        another election with another number (1)\n"
			  "  --store URL     keep the rows in a PostgreSQL database\n"
			  "\n"
			  "Areas are real, all else is made up. No personal data.\n");
}

/* Lines without a table: what is said when all is made needs no memory that could be missing. */
static void
report_say(Cli *cli, const SynthReport *r, int64_t us)
{
	struct rusage used;
	NEED(getrusage(RUSAGE_SELF, &used) == 0);
	const struct {
		const char *what;
		int64_t value;
	} line[] = {{tr("polling stations"), (int64_t)r->stations}, {tr("rows"), (int64_t)r->rows},
		{tr("events"), r->events}, {tr("seconds"), us / 1000000},
		{tr("most memory, MB"), used.ru_maxrss / 1024},
		{tr("size on disk, MB"), r->bytes / 1000000}};
	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		cli_say(cli, "%s: %s\n", line[i].what, show_number(cli, line[i].value));
}

static bool
numbers_read(Cli *cli, Simulation *what, const char *const text[3], Err *err)
{
	int64_t seed = 1, fill = 97;
	if (!cli_number(cli, "stations", text[0], (Range){1, 10000000}, &what->stations, err) ||
		!cli_number(cli, "seed", text[1], (Range){0, INT32_MAX}, &seed, err) ||
		!cli_number(cli, "fill", text[2], (Range){0, 100}, &fill, err))
		return false;
	what->seed = (uint64_t)seed;
	what->fill = (int)fill;
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *rules = "pilkada2024", *area = "0", *number[3] = {NULL, NULL, NULL};
	Simulation what = {0};
	const Opt opts[] = {{"rules", .value = &rules}, {"area", .value = &area},
		{"stations", .value = &number[0]}, {"seed", .value = &number[1]},
		{"fill", .value = &number[2]}, {"store", .value = &what.store}};
	Progress p = {.cli = cli};
	SynthReport r;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 1}, &argc, argv, err) ||
		!numbers_read(cli, &what, number, err))
		return false;
	what.dir = argv[0];
	what.pack = str_of(rules);
	what.area = str_of(area);
	what.watch = (Watch){.progress = progress_see, .ctx = &p, .stop = cli_stop_flag()};
	int64_t start = clock_us();
	bool ok = simulation_make(&cli->env, &what, &r, err);
	progress_clear(&p);
	cli->stopped = !ok && *what.watch.stop;
	if (ok)
		report_say(cli, &r, clock_us() - start);
	return ok;
}

COMMAND(simulate, usage, run);
