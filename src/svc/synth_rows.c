/* synth_rows: one line of CSV for each row that a made-up election has of the datasets that every polling station fills. */
#include "svc/synth_private.h"

const char *const SYNTH_TPS_HEADER =
	"tps,number,kind,no_internet,no_electricity,hard_access,access_mode,access_hours";
const char *const SYNTH_ROLL_HEADER = "tps,version,male,female,total,decision";
const char *const SYNTH_DELIVERY_HEADER = "tps,item,packed,sent,received,note";
const char *const SYNTH_OFFICER_HEADER = "tps,role,filled,sworn_in,trained,healthy";
const char *const SYNTH_SECURITY_HEADER = "tps,category,police,linmas,reserve";

const char *const SYNTH_SIGNOFF_HEADER =
	"area,version,stations,male,female,total,decision,signed,signed_by";
const char *const SYNTH_SHIPMENT_HEADER =
	"area,item,number,sent,received,sent_on,received_on,waybill";

void
synth_cell(Buf *b, int64_t v)
{
	buf_byte(b, ',');
	if (v >= 0)
		buf_int(b, v);
}

void
synth_tps_row(Synth *s, const SynthStation *st)
{
	static const char *const ways[] = {"boat", "four_wheel_drive", "on_foot"};
	bool hard = st->flags & SYNTH_HARD;
	uint64_t draw = synth_draw(s->plan.seed, str_of(st->code), "way");
	unsigned tenths = hard ? 15 + (unsigned)(draw % 50) : 2 + (unsigned)(draw % 12);
	buf_fmt(&s->line, "%s,%s,regular,%d,%d,%d,%s,%u.%u", st->code, st->code + 10,
		(st->flags & SYNTH_NO_INTERNET) != 0, (st->flags & SYNTH_NO_POWER) != 0, hard,
		hard ? ways[draw % 3] : "road", tenths / 10, tenths % 10);
	synth_line(s);
}

/* An earlier version of a roll: some left since, some came. */
static int
earlier(const Synth *s, const SynthStation *st, const char *version, int final)
{
	int spread = str_eq(str_of(version), S("provisional")) ? 13 : 5;
	if (str_eq(str_of(version), S("final")))
		return final;
	int was = final - spread / 2 +
		(int)(synth_draw(s->plan.seed, str_of(st->code), version) % (unsigned)spread);
	return was > 0 ? was : 0;
}

void
synth_roll_row(Synth *s, const SynthStation *st, const char *version, const char *decision)
{
	int male = earlier(s, st, version, st->male), female = earlier(s, st, version, st->female);
	bool final = str_eq(str_of(version), S("final"));
	buf_fmt(&s->line, "%s,%s,%d,%d,%d,%s", st->code, version, male + (final ? st->misprint : 0),
		female, male + female, decision);
	synth_line(s);
}

void
synth_delivery_row(Synth *s, const SynthStation *st, const SynthGoods *g)
{
	buf_fmt(&s->line, "%s,%.*s", st->code, STR(g->item));
	synth_cell(&s->line, g->packed);
	synth_cell(&s->line, g->sent);
	synth_cell(&s->line, g->received);
	buf_fmt(&s->line, ",%s", g->note);
	synth_line(s);
}

void
synth_officer_row(Synth *s, const SynthStation *st, const SynthOfficers *o)
{
	buf_fmt(&s->line, "%s,%.*s", st->code, STR(o->role));
	synth_cell(&s->line, o->filled);
	synth_cell(&s->line, o->sworn_in);
	synth_cell(&s->line, o->trained);
	synth_cell(&s->line, o->healthy);
	synth_line(s);
}

void
synth_security_row(Synth *s, const SynthStation *st, const SynthGuard *g)
{
	buf_fmt(&s->line, "%s,%.*s", st->code, STR(g->category));
	synth_cell(&s->line, g->police);
	synth_cell(&s->line, g->linmas);
	buf_add(&s->line, S(",0"));
	synth_line(s);
}

void
synth_signoff_row(Synth *s, Str area, SynthRange r, const char *rest)
{
	uint64_t male = 0, female = 0;
	for (size_t i = r.from; i < r.to; i++) {
		male += s->plan.station[i].male;
		female += s->plan.station[i].female;
	}
	buf_fmt(&s->line, "%.*s,final,%zu,%llu,%llu,%llu,%s", STR(area), r.to - r.from,
		(unsigned long long)male, (unsigned long long)female, (unsigned long long)(male + female),
		rest);
	synth_line(s);
}

static int64_t
limit_or(const Pack *p, Str name, int64_t otherwise)
{
	const PackNumber *n = pack_limit(p, name);
	return n ? n->value : otherwise;
}

static int64_t
contests(const Pack *p)
{
	const PackCode *all[16];
	return (int64_t)synth_codes(p, "contest", all, 16);
}

int64_t
synth_owed(const Pack *p, const PackCode *item, const SynthStation *st)
{
	int64_t voters = synth_total(st);
	if (str_eq(item->rule, S("per_tps")))
		return item->amount;
	if (str_eq(item->rule, S("per_kind")))
		return item->amount * contests(p);
	if (str_eq(item->rule, S("per_booth")))
		return item->amount * limit_or(p, S("booths_per_tps"), 1);
	if (str_eq(item->rule, S("pct_of_roll")))
		return (voters * (1000 + item->amount) + 999) / 1000;
	if (str_eq(item->rule, S("per_voters")) && item->amount > 0)
		return (voters + item->amount - 1) / item->amount;
	return 0;
}

int64_t
synth_owed_regency(const Synth *s, const PackCode *item, Str regency)
{
	const Pack *p = s->w.pack;
	bool kinds = str_eq(item->rule, S("per_district_kind"));
	if (str_eq(item->rule, S("per_regency")))
		return item->amount;
	if (kinds || str_eq(item->rule, S("per_district")))
		return item->amount * (int64_t)synth_areas(&s->env, regency, LEVEL_DISTRICT) *
			(kinds ? contests(p) : 1);
	if (str_eq(item->rule, S("per_village")))
		return item->amount * (int64_t)synth_areas(&s->env, regency, LEVEL_VILLAGE);
	SynthRange r = synth_range(&s->plan, regency);
	int64_t sum = 0;
	for (size_t i = r.from; i < r.to; i++)
		sum += synth_owed(p, item, &s->plan.station[i]);
	return sum;
}

void
synth_shipment_row(Synth *s, const PackCode *item, Str regency)
{
	long long owed = synth_owed_regency(s, item, regency);
	buf_fmt(&s->line, "%.*s,%.*s,1,%lld,%lld,2024-10-16,2024-10-17,SJ-%.*s-01", STR(regency),
		STR(item->code), owed, owed, STR(regency));
	synth_line(s);
}

static int64_t
number_of(const PackCode *c, Str name, int64_t otherwise)
{
	for (size_t i = 0; i < c->n_numbers; i++)
		if (str_eq(c->number[i].name, name))
			return c->number[i].value;
	return otherwise;
}

int64_t
synth_police(const PackCode *category)
{
	int64_t police = number_of(category, S("police"), 1),
			stations = number_of(category, S("stations"), 1);
	return (police + stations - 1) / stations;
}

size_t
synth_codes(const Pack *p, const char *list, const PackCode **out, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_codes && n < max; i++)
		if (str_eq(p->code[i].list, str_of(list)))
			out[n++] = &p->code[i];
	return n;
}

size_t
synth_items(const Pack *p, const PackCode **out, size_t max)
{
	static const SynthStation some = {.male = 1};
	const PackCode *all[64];
	size_t n = synth_codes(p, "logistics", all, 64), kept = 0;
	for (size_t i = 0; i < n && kept < max; i++)
		if (synth_owed(p, all[i], &some) > 0)
			out[kept++] = all[i];
	return kept;
}
