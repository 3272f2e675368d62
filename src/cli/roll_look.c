/* What verbs share that look through a stored version: which one, which area, how far it is. */
#include "cli/roll.h"

static void
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	progress_see(ctx, S("checking"), done, total);
}

bool
roll_look_open(Cli *cli, const char *version, const char *area, RollView *v, Err *err)
{
	*v = (RollView){.cli = cli, .progress = {.cli = cli}};
	if (!cli_workspace(cli, err) || !cli_area(cli, area, &v->area, err) ||
		!roll_find(&cli->ws, str_of(version), &cli->a, &v->version, err) ||
		!roll_open_version(&cli->ws, &v->version, &v->file, err))
		return false;
	NEED(voter_date(cli->ws.pack->poll, &v->look.polling_day));
	v->look.threads = work_threads();
	v->look.progress = on_progress;
	v->look.ctx = &v->progress;
	v->look.stop = cli_stop_flag();
	return true;
}

void
roll_look_close(RollView *v)
{
	progress_clear(&v->progress);
	roll_close(v->file);
	v->file = NULL;
}

/* Digits of the areas below one: 2, 4, 6, 10, 13. */
static size_t
digits_below(Str area)
{
	static const size_t digits[] = {2, 4, 6, 10, 13};
	size_t n = str_eq(area, S("0")) ? 0 : area.n, i = 0;
	while (i < 4 && digits[i] <= n)
		i++;
	return digits[i];
}

RollTally
roll_below(const RollView *v, const RollTally *all)
{
	uint64_t unit = 1, most = 1;
	size_t digits = digits_below(v->area);
	int64_t code = 0;
	for (size_t i = digits; i < 13; i++)
		unit *= 10;
	RollTally sum = roll_tally_sum(all, unit, &v->cli->a);
	if (str_eq(v->area, S("0")) || !str_int(v->area, &code))
		return sum;
	for (size_t i = v->area.n; i < digits; i++)
		most *= 10;
	size_t from = 0, end = sum.n;
	while (from < end && sum.tps[from] / most < (uint64_t)code)
		from++;
	while (end > from && sum.tps[end - 1] / most > (uint64_t)code)
		end--;
	return (RollTally){end - from, sum.width, sum.tps + from, sum.count + from * sum.width};
}

Str
roll_code(const RollView *v, uint64_t code)
{
	return arena_fmt(&v->cli->a, "%0*llu", (int)digits_below(v->area), (unsigned long long)code);
}

void
roll_title(const RollView *v)
{
	Cli *cli = v->cli;
	cli_say(cli, tr("%s, version %s of %s: %s voters\n"), show_place(cli, v->area),
		show_number(cli, v->version.number),
		tr(arena_cstr(&cli->a, pack_label(cli->ws.pack, v->version.kind))),
		show_number(cli, v->version.voters));
}

/* ---- what tells one voter from the next in a village and does not say who it is ---- */

void
roll_nik_masked(Buf *out, const RollSlice *s, size_t i)
{
	if (s->nik[i])
		buf_fmt(out, "%06llu******%04llu", (unsigned long long)(s->nik[i] / UINT64_C(10000000000)),
			(unsigned long long)(s->nik[i] % 10000));
}

void
roll_name_masked(Buf *out, const RollSlice *s, size_t i)
{
	Str name = roll_text(s, ROLL_NAME, i);
	bool open = true;
	for (size_t c = 0; c < name.n; c++) {
		bool letter = name.p[c] != ' ';
		if (letter && open)
			buf_fmt(out, "%c.", name.p[c] >= 'A' && name.p[c] <= 'z' ? name.p[c] : '?');
		open = !letter;
	}
}
