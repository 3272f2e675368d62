/* roll_reveal: NIK and names of voters of a stored version are given out only when the log says so first. */
#include "svc/account_private.h"
#include "svc/roll_private.h"

typedef struct Look {
	const RollReveal *r;
} Look;

/* As of private fields of rows: which voters they were is not kept, their number is. */
static bool
look_work(WriteTx *tx, void *arg, Err *err)
{
	const RollReveal *r = ((Look *)arg)->r;
	AUTO(Buf) open = {0};
	char key[24], version[32];
	int64_t event;
	snprintf(key, sizeof key, "%lld", (long long)tx->seq + 1);
	snprintf(version, sizeof version, "roll %lld", (long long)r->version->number);
	JsonOut j = jout_new(&open);
	jout_obj(&j);
	jout_member(&j, S("account"), (Str){0});
	jout_member(&j, S("dataset"), str_of(version));
	jout_member(&j, S("fields"), S("nik name"));
	jout_number(&j, S("rows"), (int64_t)r->n);
	jout_member(&j, S("why"), r->origin->why);
	jout_obj_end(&j);
	SystemRow row = {
		.who = r->origin, .kind = S("siap.reveal"), .key = str_of(key), .open = buf_str(&open)};
	return buf_check(&open, err) && log_begin(tx, err) && log_system(tx, &row, &event, err);
}

bool
roll_reveal(Gate *g, const RollReveal *r, Err *err)
{
	Look k = {r};
	if (!g->writer)
		return err_set(err, E_BUSY,
			"another Siap process serves '%s': private fields are seen there", g->w->dir);
	if (!why_check(r->origin->why, err))
		return false;
	if (r->n > REVEAL_MOST)
		return err_set(err, E_LIMIT,
			"%zu voters are too many to be seen at once, %d at most: a smaller --area", r->n,
			REVEAL_MOST);
	return r->n == 0 || gate_write(g, look_work, &k, false, err);
}
