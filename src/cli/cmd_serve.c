/* siap serve: the desk in the browser. */
#include "cli/cli.h"
#include "web/web.h"

static const char *
usage(void)
{
	return tr("the desk in the browser\n"
			  "\n"
			  "siap serve [--listen ADDRESS] [--behind-https]\n"
			  "\n"
			  "  --listen ADDRESS  where to listen (127.0.0.1:8080; port 0: one that is free)\n"
			  "  --behind-https    a proxy in front ends TLS: cookies go over it alone\n"
			  "\n"
			  "Runs until Ctrl-C or SIGTERM, and holds the writer lease: other commands pass\n"
			  "their writes to it. Listen on the loopback address and let a proxy with TLS stand\n"
			  "in front: deploy/ has the settings.\n");
}

static void
ready(void *ctx, const char *address)
{
	Cli *cli = ctx;
	cli_say(cli, tr("ready: %s serves '%s'; Ctrl-C ends it\n"), address, cli->ws.dir);
	(void)fflush(cli->env.out);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	WebOptions o = {.listen = "127.0.0.1:8080", .ready = ready, .ctx = cli};
	const Opt opts[] = {{"listen", .value = &o.listen}, {"behind-https", .flag = &o.behind_https}};
	volatile bool *stop = cli_stop_flag();
	return cli_args(cli, (ArgSpec){OPTS(opts), .most = 0}, &argc, argv, err) &&
		cli_workspace(cli, err) && gate_open(&cli->ws, &gate, err) &&
		web_serve(&cli->ws, gate, &o, stop, err);
}

COMMAND(serve, usage, run);
