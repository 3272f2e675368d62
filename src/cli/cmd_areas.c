/* siap areas: search codes and names. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("search area codes and names\n"
			  "\n"
			  "siap areas [TEXT] [--limit N|--all]\n"
			  "\n"
			  "TEXT is the start of a code or a part of a name. Without a workspace all of\n"
			  "Indonesia is searched.\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *limit_text = NULL;
	bool all = false;
	int64_t limit = 40;
	const Opt opts[] = {{"limit", .value = &limit_text}, {"all", .flag = &all}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!cli_number(cli, "limit", limit_text, (Range){1, 1000000}, &limit, err) ||
		(cli_has_workspace(cli) && !cli_workspace(cli, err)))
		return false;
	AreaSearch s = {.text = str_of(argc ? argv[0] : ""), .max = all ? SIZE_MAX : (size_t)limit};
	if (!areas_find(&cli->env, cli->has_ws ? &cli->ws : NULL, &s, &cli->a, err))
		return false;
	if (s.n == 0) {
		err_set(err, E_NOTFOUND, "no area has '%.*s' in its name or at the start of its code",
			STR(s.text));
		return err_hint(err, "try a shorter part of the name");
	}
	Table t = table_new(cli);
	table_column(&t, tr("code"), COLUMN_LEFT, 0);
	table_column(&t, tr("level"), COLUMN_LEFT, 0);
	table_column(&t, tr("name"), COLUMN_LEFT, 20);
	table_column(&t, tr("within"), COLUMN_LEFT, 10);
	for (size_t i = 0; i < s.n; i++) {
		table_add(&t, arena_cstr(&cli->a, s.area[i].code));
		table_add(&t, show_level(area_level(s.area[i].code)));
		table_add(&t, arena_cstr(&cli->a, s.area[i].name));
		table_add(&t, arena_cstr(&cli->a, s.area[i].within));
	}
	table_print(&t, cli->env.width);
	if (s.n < s.total)
		cli_say(cli, tr("%s of %s areas; more with --all\n"), show_number(cli, (int64_t)s.n),
			show_number(cli, (int64_t)s.total));
	return true;
}

COMMAND(areas, usage, run);
