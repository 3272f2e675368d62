/* simulate_places: where made-up voters live: the stations of a plan by village and district, names of places, addresses. */
#include "roll/simulate_private.h"

enum { VILLAGE_VOTERS = 1700, STATIONS_MOST = 999, DISTRICT_MOST = 2000000 };

const Str simulate_cities[] = {{"JAKARTA", 7}, {"MEDAN", 5}, {"PADANG", 6}, {"PALEMBANG", 9},
	{"SURABAYA", 8}, {"BANDUNG", 7}, {"SEMARANG", 8}, {"YOGYAKARTA", 10}, {"MAKASSAR", 8},
	{"SOLO", 4}, {"MALANG", 6}, {"CIREBON", 7}, {"KEBUMEN", 7}, {"WONOGIRI", 8}, {"PACITAN", 7},
	{"SIBOLGA", 7}};
const size_t simulate_cities_n = sizeof simulate_cities / sizeof *simulate_cities;

/* ---- the plan ---- */

typedef struct Lines { /* of the list of areas: code, tab, name; in order of codes */
	Str rest;
} Lines;

static bool
line_next(Lines *l, Str *code, Str *name)
{
	Str line;
	while (l->rest.n) {
		str_cut(l->rest, '\n', &line, &l->rest);
		if (str_cut(line, '\t', code, name))
			return true;
	}
	return false;
}

static uint64_t
digits(Str s)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	return v;
}

/* The villages below an area; out may be NULL. */
static size_t
villages_below(const Env *env, Str area, size_t most, uint64_t *out)
{
	Lines l = {env_file(env, "areas.txt")};
	Str code, name;
	size_t n = 0;
	bool all = str_eq(area, S("0"));
	while (n < most && line_next(&l, &code, &name)) {
		if (code.n != 10 || (!all && !str_starts(code, area)))
			continue;
		if (out)
			out[n] = digits(code);
		n++;
	}
	return n;
}

static uint64_t
village_weight(uint64_t code)
{
	Dice d = {dice_seed(1, code, 1)};
	return 500 + dice_below(&d, 1001);
}

static bool
village_stations(uint64_t code, uint64_t voters, RollPlan *plan, Err *err)
{
	uint64_t n = (voters + ROLL_STATION_MOST - 1) / ROLL_STATION_MOST;
	if (n > STATIONS_MOST)
		return err_set(err, E_LIMIT,
			"village '%llu' would get %llu polling stations, 999 at most: fewer voters, or a larger area",
			(unsigned long long)code, (unsigned long long)n);
	for (uint64_t i = 0; i < n; i++) {
		RollQuota *s = &plan->station[plan->n++];
		uint64_t rows = voters * (i + 1) / n - voters * i / n;
		s->code = code * 1000 + i + 1;
		Dice d = {dice_seed(1, s->code, 2)};
		s->male = (uint32_t)(rows * (480 + dice_below(&d, 47)) / 1000);
		s->female = (uint32_t)rows - s->male;
	}
	return true;
}

bool
roll_plan(const Env *env, Str area, uint64_t voters, Arena *a, RollPlan *out, Err *err)
{
	size_t n = villages_below(env, area, SIZE_MAX, NULL), most = voters / VILLAGE_VOTERS + 1;
	if (n == 0)
		return err_set(err, E_INPUT,
			"'%.*s' is no area with villages: a code such as 15, or 0 for all", STR(area));
	n = n < most ? n : most;
	uint64_t *village = NEW(a, uint64_t, n), sum = 0, at = 0;
	NEED(villages_below(env, area, n, village) == n);
	for (size_t i = 0; i < n; i++)
		sum += village_weight(village[i]);
	*out = (RollPlan){.station = NEW(a, RollQuota, voters / ROLL_STATION_MOST + n + 1)};
	for (size_t i = 0; i < n; i++) {
		uint64_t from = voters * at / sum;
		at += village_weight(village[i]);
		if (!village_stations(village[i], voters * at / sum - from, out, err))
			return false;
	}
	return true;
}

/* ---- places of a plan ---- */

static bool
stations_check(RollPlan plan, Err *err)
{
	for (size_t i = 0; i < plan.n; i++) {
		uint64_t code = plan.station[i].code;
		if (code / UINT64_C(1000000000000) < 1 || code / UINT64_C(10000000000000) > 0)
			return err_set(err, E_INPUT,
				"'%llu' is no code of a polling station: 13 digits are expected",
				(unsigned long long)code);
		if (i && plan.station[i - 1].code >= code)
			return err_set(err, E_INPUT,
				"polling station '%llu' stands behind a larger or equal code",
				(unsigned long long)code);
	}
	return plan.n > 0 || err_set(err, E_INPUT, "there are no polling stations to write a roll for");
}

static void
villages_add(Places *p)
{
	for (uint32_t i = 0; i < p->n_stations; i++) {
		uint64_t code = p->station[i].code / 1000;
		Village *last = p->n_villages ? &p->village[p->n_villages - 1] : NULL;
		if (!last || last->code != code)
			p->village[p->n_villages++] = (Village){.code = code, .from = i, .to = i + 1};
		else
			last->to = i + 1;
	}
}

static bool
districts_add(Places *p, Err *err)
{
	for (uint32_t v = 0; v < p->n_villages; v++) {
		uint32_t code = (uint32_t)(p->village[v].code / 10000);
		if (!p->n_districts || p->district[p->n_districts - 1].code != code)
			p->district[p->n_districts++] = (District){.from = v, .code = code, .before = p->rows};
		District *d = &p->district[p->n_districts - 1];
		d->to = v + 1;
		for (uint32_t s = p->village[v].from; s < p->village[v].to; s++)
			d->rows += (uint64_t)p->station[s].male + p->station[s].female;
		p->rows = d->before + d->rows;
		if (d->rows > DISTRICT_MOST)
			return err_set(err, E_LIMIT,
				"district '%u' would get more than %d voters: fewer voters, or a larger area", code,
				DISTRICT_MOST);
	}
	return true;
}

/* In one province the digits of regency and district stand behind the 99; of several provinces the districts are numbered, for 99 leaves
 * room for no more. */
static void
districts_number(Places *p)
{
	const District *all = p->district;
	bool one = all[0].code / 10000 == all[p->n_districts - 1].code / 10000;
	uint32_t from = 0;
	for (uint32_t d = 0; d < p->n_districts; d++) {
		p->district[d].area = 990000 + (one ? all[d].code % 10000 : d);
		bool ends = d + 1 == p->n_districts || all[d + 1].code / 100 != all[d].code / 100;
		if (!ends)
			continue;
		for (uint32_t k = from; k <= d; k++) {
			p->district[k].regency_from = from;
			p->district[k].regency_to = d + 1;
		}
		from = d + 1;
	}
}

static Str
upper(Arena *a, Str s)
{
	if (str_starts(s, S("Kabupaten ")))
		s = str_slice(s, 10, s.n);
	if (str_starts(s, S("Kota ")))
		s = str_slice(s, 5, s.n);
	Str up = arena_str(a, str_slice(s, 0, 40));
	char *p = (char *)(uintptr_t)up.p;
	for (size_t i = 0; i < up.n; i++)
		p[i] = (char)(p[i] >= 'a' && p[i] <= 'z'                          ? p[i] - 32
				: p[i] == '"' || p[i] == ',' || (unsigned char)p[i] < ' ' ? ' '
																		  : p[i]);
	return up;
}

/* List and places stand in the same order. A place that is not in the list has no name, and that of its regency stands for it. */
static void
places_name(const Env *env, Arena *a, Places *p)
{
	Lines l = {env_file(env, "areas.txt")};
	Str code, name, regency = S("TANPA NAMA");
	size_t v = 0, d = 0;
	uint32_t regency_code = 0;
	while (line_next(&l, &code, &name)) {
		uint64_t at = digits(code);
		if (code.n == 4) {
			regency = name;
			regency_code = (uint32_t)at;
		}
		while (code.n == 6 && d < p->n_districts && p->district[d].code < at)
			d++;
		if (code.n == 6 && d < p->n_districts && p->district[d].code == at) {
			p->district[d].name = upper(a, name);
			if (regency_code == at / 100)
				p->district[d].regency = upper(a, regency);
		}
		while (code.n == 10 && v < p->n_villages && p->village[v].code < at)
			v++;
		if (code.n == 10 && v < p->n_villages && p->village[v].code == at)
			p->village[v].name = upper(a, name);
	}
	for (d = 0; d < p->n_districts; d++) {
		District *t = &p->district[d];
		t->regency = t->regency.n ? t->regency : S("TANPA NAMA");
		t->name = t->name.n ? t->name : t->regency;
		for (v = t->from; v < t->to; v++)
			if (!p->village[v].name.n)
				p->village[v].name = t->name;
	}
}

bool
places_make(const Env *env, RollPlan plan, Arena *a, Places *out, Err *err)
{
	if (!stations_check(plan, err))
		return false;
	*out = (Places){.station = plan.station, .n_stations = plan.n};
	size_t villages = 1, districts = 1;
	for (size_t i = 1; i < plan.n; i++) {
		villages += plan.station[i].code / 1000 != plan.station[i - 1].code / 1000;
		districts += plan.station[i].code / 10000000 != plan.station[i - 1].code / 10000000;
	}
	out->village = NEW(a, Village, villages);
	out->district = NEW(a, District, districts);
	villages_add(out);
	if (!districts_add(out, err))
		return false;
	districts_number(out);
	places_name(env, a, out);
	return true;
}

/* ---- addresses ---- */

static const char *const street[] = {"MERDEKA", "SUDIRMAN", "DIPONEGORO", "KARTINI", "AHMAD YANI",
	"GATOT SUBROTO", "HASANUDDIN", "IMAM BONJOL", "PATTIMURA", "TEUKU UMAR", "GAJAH MADA", "PEMUDA",
	"VETERAN", "MAWAR", "MELATI", "ANGGREK", "KENANGA", "CEMPAKA", "FLAMBOYAN", "DAHLIA", "MASJID",
	"PASAR", "SEKOLAH", "BALAI DESA", "PUSKESMAS", "LAPANGAN", "KEBUN JERUK", "RAMBUTAN", "MANGGIS",
	"DURIAN", "CENDANA", "JATI", "BERINGIN", "PINANG", "KELAPA", "NUSA INDAH", "BAHAGIA", "HARAPAN",
	"SEJAHTERA", "MAJU", "GOTONG ROYONG", "PERINTIS", "PATRIOT", "DAMAI"};
static const char *const hamlet[] = {"I", "II", "III", "IV", "V", "KRAJAN", "TENGAH", "HULU",
	"HILIR", "BARU", "LAMA", "SUKA MAJU", "SIDO MULYO", "TANJUNG", "MEKAR SARI", "SUMBER REJO"};

void
address_make(const Village *v, uint64_t seed, uint32_t n, Address *out)
{
	Dice d = {dice_seed(
		seed, v->code, n / 6 + UINT64_C(1000000))}; /* six houses in a row have one street */
	bool city = v->code / 100000000 % 100 > 70;
	uint32_t ways = 5 + (uint32_t)(dice_mix(v->code) % 16), way = dice_below(&d, ways);
	uint32_t at = (uint32_t)(dice_seed(seed, v->code, way) >> 33);
	out->street.n = 0;
	if (city || way % 3 == 0) {
		text_add(&out->street, way % 5 == 1 ? S("LRG. ") : S("JL. "));
		text_add(&out->street, str_of(street[at % (sizeof street / sizeof *street)]));
	} else {
		text_add(&out->street, way % 4 == 1 ? S("KP. ") : S("DUSUN "));
		text_add(&out->street, str_of(hamlet[at % (sizeof hamlet / sizeof *hamlet)]));
	}
	if (city) {
		text_add(&out->street, S(" NO "));
		text_number(&out->street, n % 6 * 2 + 1 + dice_below(&d, 60), 0);
	}
	out->rt = (int)(n / 25 % 60) + 1;
	out->rw = (out->rt - 1) / 5 + 1;
}
