/* progress: how far a long piece of work is, in one line of a terminal that goes away again. */
#include "cli/cli.h"

void
progress_clear(Progress *p)
{
	if (p->line)
		cli_note(p->cli, "\r\033[K");
	p->line = false;
}

/* What is no step of all work (a day of the demo, a dataset) names itself. */
static Str
phase_text(Str phase)
{
	return str_eq(phase, S("checking"))  ? str_of(tr("checking"))
		: str_eq(phase, S("saving"))     ? str_of(tr("saving"))
		: str_eq(phase, S("replaying"))  ? str_of(tr("going back"))
		: str_eq(phase, S("events"))     ? str_of(tr("events"))
		: str_eq(phase, S("rows"))       ? str_of(tr("rows"))
		: str_eq(phase, S("entries"))    ? str_of(tr("entries"))
		: str_eq(phase, S("publishing")) ? str_of(tr("publishing"))
										 : phase;
}

void
progress_see(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	Progress *p = ctx;
	int64_t now = clock_us();
	if (!str_eq(p->phase, phase)) {
		p->phase = phase;
		p->first = done;
		p->started = now;
		p->shown = 0;
	}
	if (!p->cli->env.err_tty || (now - p->shown < 100000 && done < total))
		return;
	p->shown = now;
	p->line = true;
	Arena keep = p->cli->a;
	double seconds = (double)(now - p->started) / 1e6, did = (double)(done - p->first);
	uint64_t part = total ? (done < total ? done : total) * 20 / total : 0;
	cli_note(p->cli, "\r\033[K%-10.*s ", STR(phase_text(phase)));
	for (uint64_t i = 0; i < 20; i++)
		cli_note(p->cli, "%s", p->cli->utf8 ? i < part ? "█" : "░" : i < part ? "#" : ".");
	cli_note(p->cli, " %s",
		show_percent(p->cli, (int64_t)(done < total ? done : total), (int64_t)total));
	/* A file is checked by its bytes, saved by its rows. */
	bool bytes = str_eq(phase, S("checking"));
	if (seconds > 0.2 && bytes)
		cli_note(p->cli, "  %s MB/s", show_number(p->cli, (int64_t)(did / seconds / 1e6)));
	else if (seconds > 0.2)
		cli_note(p->cli, tr("  %s rows/s"), show_number(p->cli, (int64_t)(did / seconds)));
	p->cli->a = keep;
}
