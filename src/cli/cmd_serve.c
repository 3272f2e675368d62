/* siap serve: the desk in the browser. */
#include "cli/cli.h"
#include "web/web.h"

static const char *
usage(void)
{
	return tr("the desk in the browser\n"
			  "\n"
			  "siap serve [--listen ADDRESS] [--behind-https] [--upload-most MB]\n"
			  "           [--per-address N] [--patience SECONDS] [--log FILE] [--metrics-open]\n"
			  "\n"
			  "  --listen ADDRESS    where to listen (127.0.0.1:8080; port 0: one that is free)\n"
			  "  --behind-https      a proxy in front ends TLS: cookies go over it alone, and all\n"
			  "                      connections come from its address\n"
			  "  --upload-most MB    what the files of one form may take (64)\n"
			  "  --per-address N     connections that one address may have open (256; 0: any)\n"
			  "  --patience SECONDS  how long a request may take to come (30; large ones longer)\n"
			  "  --log FILE          add a line for each request to FILE (without it to stderr,\n"
			  "                      when that is no terminal); without names and addresses\n"
			  "  --metrics-open      /metrics answers everybody, not only this machine\n"
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

enum { UPLOAD_MB = 64, PER_ADDRESS = 256, PATIENCE = 30 };

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	WebOptions o = {.listen = "127.0.0.1:8080", .ready = ready, .ctx = cli};
	const char *upload = NULL, *each = NULL, *patience = NULL;
	int64_t mb = UPLOAD_MB, connections = PER_ADDRESS, seconds = PATIENCE;
	const Opt opts[] = {{"listen", .value = &o.listen}, {"behind-https", .flag = &o.behind_https},
		{"upload-most", .value = &upload}, {"per-address", .value = &each},
		{"patience", .value = &patience}, {"log", .value = &o.log},
		{"metrics-open", .flag = &o.metrics_open}};
	volatile bool *stop = cli_stop_flag();
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 0}, &argc, argv, err) ||
		!cli_number(cli, "upload-most", upload, (Range){1, 1024}, &mb, err) ||
		!cli_number(cli, "per-address", each, (Range){0, 4096}, &connections, err) ||
		!cli_number(cli, "patience", patience, (Range){1, 600}, &seconds, err))
		return false;
	o.upload_most = mb << 20;
	o.per_address = o.behind_https ? 0 : (int)connections;
	o.patience_s = (int)seconds;
	return cli_workspace(cli, err) && gate_open(&cli->ws, &gate, err) &&
		web_serve(&cli->ws, gate, &o, stop, err);
}

COMMAND(serve, usage, run);
