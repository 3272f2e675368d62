/* progress: one line on a terminal that says how far something is; silence elsewhere. */
#include "cli/cli.h"

void
progress_clear(Progress *p)
{
	if (p->line)
		cli_note(p->cli, "\r\033[K");
	p->line = false;
}

void
progress_show(Progress *p, const char *phase, uint64_t done, uint64_t total)
{
	int64_t now = clock_us();
	if (!str_eq(str_of(p->phase), str_of(phase))) {
		snprintf(p->phase, sizeof p->phase, "%s", phase);
		p->started = now;
		p->first = done;
		p->shown = 0;
	}
	if (!p->cli->env.err_tty || (now - p->shown < 100000 && done < total))
		return;
	p->shown = now;
	p->line = true;
	Arena keep = p->cli->a;
	double seconds = (double)(now - p->started) / 1e6, did = (double)(done - p->first);
	uint64_t part = total ? (done < total ? done : total) * 20 / total : 0;
	cli_note(p->cli, "\r\033[K%-10s ", phase);
	for (uint64_t i = 0; i < 20; i++)
		cli_note(p->cli, "%s", p->cli->utf8 ? i < part ? "█" : "░" : i < part ? "#" : ".");
	cli_note(p->cli, " %s",
		show_percent(p->cli, (int64_t)(done < total ? done : total), (int64_t)total));
	/* A file is checked by its bytes, saved by its rows. */
	if (seconds > 0.2 && p->bytes)
		cli_note(p->cli, "  %s MB/s", show_number(p->cli, (int64_t)(did / seconds / 1e6)));
	else if (seconds > 0.2)
		cli_note(p->cli, tr("  %s rows/s"), show_number(p->cli, (int64_t)(did / seconds)));
	p->cli->a = keep;
}
