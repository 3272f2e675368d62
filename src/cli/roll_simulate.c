/* siap roll simulate: a made-up voter roll of any size, with the truth about who is in it twice. */
#include "cli/roll.h"
#include "roll/roll.h"

static const char *
usage(void)
{
	return tr("make up a voter roll with its truth, to test and measure with\n"
			  "\n"
			  "siap roll simulate FILE.csv --voters N [--area CODE] [options]\n"
			  "siap roll simulate FILE.csv --board [options]\n"
			  "\n"
			  "  --voters N      how many rows\n"
			  "  --area CODE     a province, regency, district or village; 0: all Indonesia;\n"
			  "                  without it the workspace's area, without a workspace 15\n"
			  "  --board         as many men and women at each polling station as the final\n"
			  "                  roll of the workspace counts there\n"
			  "  --truth FILE    which rows are of one person: DPID,PERSON\n"
			  "  --duplicates N  how many of 10,000 rows repeat a person of another row (110)\n"
			  "  --seed N        another roll with another number (1)\n"
			  "  --mangled       some NIK as spreadsheets spoil them; import refuses the file\n"
			  "  --threads N     the files are the same for any number\n"
			  "  --force         replace files that exist\n"
			  "\n"
			  "Places are real, people are not: every NIK and family card begins with 99. What\n"
			  "goes wrong how often is in doc/roll-errors.md.\n");
}

/* ---- what is asked for ---- */

typedef struct Wish {
	const char *voters, *seed, *duplicates, *threads, *area;
	bool board;
} Wish;

static bool
area_plan(Cli *cli, const Wish *wish, RollPlan *out, Err *err)
{
	int64_t voters = 0;
	Str area = str_of(wish->area ? wish->area : "15");
	if (!cli_number(cli, "voters", wish->voters, (Range){1, 1000000000}, &voters, err))
		return false;
	if (!wish->area && cli_has_workspace(cli)) {
		if (!cli_workspace(cli, err))
			return false;
		area = cli->ws.area;
	}
	return roll_plan(&cli->env, area, (uint64_t)voters, &cli->a, out, err);
}

static bool
wish_read(Cli *cli, const Wish *wish, RollMake *what, Err *err)
{
	int64_t seed = 1, duplicates = 110, threads = work_threads();
	if (!wish->voters == !wish->board)
		return cli_misuse(
			cli, err_set(err, E_INPUT, "how many voters? either --voters N or --board is needed"));
	if (wish->board && wish->area)
		return cli_misuse(cli,
			err_set(err, E_INPUT, "--board is the whole workspace: --area does not go with it"));
	if (!cli_number(cli, "seed", wish->seed, (Range){0, INT32_MAX}, &seed, err) ||
		!cli_number(cli, "duplicates", wish->duplicates, (Range){0, ROLL_DUPLICATES_MOST},
			&duplicates, err) ||
		!cli_number(cli, "threads", wish->threads, (Range){1, WORK_THREADS}, &threads, err))
		return false;
	what->seed = (uint64_t)seed;
	what->duplicates = (int)duplicates;
	what->threads = (int)threads;
	if (!wish->board)
		return area_plan(cli, wish, &what->plan, err);
	return cli_workspace(cli, err) && roll_plan_board(&cli->ws, &cli->a, &what->plan, err);
}

/* ---- what came of it ---- */

static void
made_say(Cli *cli, const RollMade *m, size_t stations, int64_t us)
{
	const struct {
		const char *what;
		uint64_t value;
	} line[] = {{tr("rows"), m->rows}, {tr("people"), m->people},
		{tr("people in two rows or more"), m->rows - m->people - m->third},
		{tr("polling stations"), stations}, {tr("seconds"), (uint64_t)(us / 1000000)}};
	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		cli_say(cli, "%s: %s\n", line[i].what, show_number(cli, (int64_t)line[i].value));
}

static void
seen(void *ctx, uint64_t done, uint64_t total)
{
	progress_see(ctx, S("rows"), done, total);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Wish wish = {0};
	Progress p = {.cli = cli};
	RollMake what = {.progress = seen, .ctx = &p};
	RollMade made;
	const Opt opts[] = {{"voters", .value = &wish.voters}, {"seed", .value = &wish.seed},
		{"duplicates", .value = &wish.duplicates}, {"threads", .value = &wish.threads},
		{"area", .value = &wish.area}, {"board", .flag = &wish.board},
		{"truth", .value = &what.truth}, {"mangled", .flag = &what.mangled},
		{"force", .flag = &what.replace}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 1}, &argc, argv, err) ||
		!wish_read(cli, &wish, &what, err))
		return false;
	what.path = argv[0];
	what.stop = cli_stop_flag();
	int64_t start = clock_us();
	bool ok = roll_make(&cli->env, &what, &made, err);
	progress_clear(&p);
	cli->stopped = !ok && *what.stop;
	if (ok)
		made_say(cli, &made, what.plan.n, clock_us() - start);
	return ok;
}

ROLL_VERB(simulate, usage, run);
