/* simulate: a made-up roll as a file, and the truth about it as another: districts are made by several threads, and written in order. */
#include "roll/simulate_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUND_ROWS = 200000, ROUND_DISTRICTS = 64 };

static const char header[] =
	"DPID,NKK,NIK,NAMA,TEMPAT LAHIR,TANGGAL LAHIR,STATUS KAWIN,KELAMIN,JALAN/DUSUN,RT,RW,DISABILITAS,"
	"KTP-EL,KETERANGAN,SUMBER DATA,TPS,KODE DESA\n";

typedef struct Pieces { /* of the files: a district each */
	Buf csv[ROUND_DISTRICTS], truth[ROUND_DISTRICTS];
	size_t n;
} Pieces;
typedef struct Output {
	const char *path, *part; /* part: beside it while it is being written */
	int fd;
	bool replace;
} Output;
typedef struct Making {
	const RollMake *what;
	Places places;
	const Names *names;
	Maker *maker; /* one for each thread */
	Pieces pieces[2];
	int filled;     /* which of them is being filled */
	uint32_t first; /* district of its first piece */
	Output csv, truth;
	Err write_err;
	bool write_failed;
} Making;

/* ---- a district ---- */

static void
station_write(Maker *m, const StationPart *part, Twices *t, Buf *csv, Buf *truth)
{
	const People *own = &m->own;
	uint32_t station = own->first_station + (uint32_t)(part - own->part);
	const RollQuota *at = &m->places->station[station];
	const District *district = &m->places->district[own->district];
	uint32_t who = part->first, men = part->twice[0], women = part->twice[1],
			 left = part[1].first - who + men + women;
	uint64_t number = district->before + m->written;
	Dice d = {dice_seed(m->seed, at->code, 4)};
	Row row;
	for (; left; left--) {
		uint64_t person = district->before + who + 1;
		if (dice_below(&d, left) < men + women) {
			bool female = dice_below(&d, men + women) >= men;
			TwiceAt there = {{who, m->village, station}, female,
				{dice_seed(m->seed, at->code, UINT64_C(2000000000) + left)}};
			person = twice_row(m, t, there, &row);
			women -= female;
			men -= !female;
		} else {
			Dice slips = person_dice(own, who, 6);
			row_person(m, own, who, &row);
			mistakes_make((Slip){m, own, who}, &row, &slips, m->made.mistake);
			m->made.mistake[MISTAKE_SEX] +=
				own->person[who].female != own->person[who].written_female;
			m->made.odd_nik += own->person[who].nik_birth != own->person[who].birth ||
				own->person[who].nik_female != own->person[who].female;
			m->made.twins += own->person[who].twin;
			m->made.people++;
			who++;
		}
		row_write(csv, ++number, &row);
		Text line = {.n = 0};
		text_number(&line, number, 0);
		text_add(&line, S(","));
		text_number(&line, person, 0);
		text_add(&line, S("\n"));
		buf_add(truth, text_str(&line));
		m->made.rows++;
		m->written++;
	}
}

static void
district_write(const Making *g, Maker *m, uint32_t district, Buf *csv, Buf *truth)
{
	const Places *p = &g->places;
	PeopleWish wish = {g->what->seed, g->what->duplicates};
	uint32_t near = district_other(p, district, OTHER_NEAR, m->seed),
			 far = district_other(p, district, OTHER_FAR, m->seed);
	Twices t;
	twices_begin(&t);
	m->written = m->family_next = 0;
	people_fill(&m->own, district, wish);
	m->near.district = m->far.district = district;
	if (wish.duplicates && near != district)
		people_fill(&m->near, near, wish);
	if (wish.duplicates && far != district)
		people_fill(&m->far, far, wish);
	for (uint32_t v = p->district[district].from; v < p->district[district].to; v++) {
		m->village = v;
		for (uint32_t s = p->village[v].from; s < p->village[v].to; s++)
			station_write(m, &m->own.part[s - m->own.first_station], &t, csv, truth);
	}
}

/* ---- files ---- */

static bool
output_open(Output *o, const char *path, bool replace, Arena *a, Err *err)
{
	*o = (Output){
		.path = path, .part = arena_fmt(a, "%s.part", path).p, .fd = -1, .replace = replace};
	if (!replace && file_exists(path)) {
		err_set(err, E_CONFLICT, "'%s' exists already", path);
		return err_hint(err, "another name, or --force to replace it");
	}
	o->fd = open(o->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return o->fd >= 0 || file_error(err, "cannot write '%s': %s", path);
}

/* True: the file is whole and has its name. */
static bool
output_close(Output *o, bool ok, Err *err)
{
	if (!o->path)
		return ok;
	if (o->fd >= 0) {
		ok = ok && fd_sync(o->fd, err);
		if (close(o->fd) != 0 && ok)
			ok = file_error(err, "cannot write '%s': %s", o->path);
		ok = ok && file_rename(o->part, o->path, err);
		if (!ok)
			(void)unlink(o->part);
	}
	return ok;
}

static bool
pieces_write(Making *g, Pieces *p, Err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		if (!buf_check(&p->csv[i], err) || !buf_check(&p->truth[i], err) ||
			!fd_write_all(g->csv.fd, buf_str(&p->csv[i]), err) ||
			(g->truth.path && !fd_write_all(g->truth.fd, buf_str(&p->truth[i]), err)))
			return false;
		buf_clear(&p->csv[i]);
		buf_clear(&p->truth[i]);
	}
	p->n = 0;
	return true;
}

/* ---- rounds ---- */

/* The pieces of the round before are written while those of this one are made. */
static void
piece_make(void *ctx, size_t i, int thread)
{
	Making *g = ctx;
	Pieces *p = &g->pieces[g->filled];
	if (i == 0) {
		if (!pieces_write(g, &g->pieces[!g->filled], &g->write_err))
			g->write_failed = true;
		return;
	}
	district_write(
		g, &g->maker[thread], g->first + (uint32_t)i - 1, &p->csv[i - 1], &p->truth[i - 1]);
}

static bool
rounds(Making *g, Err *err)
{
	const RollMake *what = g->what;
	uint32_t next = 0;
	while (next < g->places.n_districts) {
		Pieces *p = &g->pieces[g->filled];
		uint64_t rows = 0;
		g->first = next;
		for (p->n = 0; next < g->places.n_districts && p->n < ROUND_DISTRICTS && rows < ROUND_ROWS;
			 p->n++)
			rows += g->places.district[next++].rows;
		work_share(what->threads, p->n + 1, piece_make, g);
		if (g->write_failed) {
			*err = g->write_err;
			return false;
		}
		if (what->stop && *what->stop)
			return err_set(err, E_BUSY, "stopped: nothing was written");
		if (what->progress)
			what->progress(what->ctx,
				g->places.district[next - 1].before + g->places.district[next - 1].rows,
				g->places.rows);
		g->filled = !g->filled;
	}
	return pieces_write(g, &g->pieces[!g->filled], err);
}

static void
made_add(RollMade *sum, const RollMade *m)
{
	sum->rows += m->rows;
	sum->people += m->people;
	sum->third += m->third;
	sum->odd_nik += m->odd_nik;
	sum->twins += m->twins;
	for (int i = 0; i < TWICE_KINDS; i++)
		sum->twice[i] += m->twice[i];
	for (int i = 0; i < MISTAKES; i++)
		sum->mistake[i] += m->mistake[i];
}

static void
making_room(Making *g, int threads, Arena *a)
{
	g->maker = NEW(a, Maker, (size_t)threads);
	for (int i = 0; i < threads; i++) {
		Maker *m = &g->maker[i];
		*m = (Maker){.names = g->names,
			.places = &g->places,
			.seed = g->what->seed,
			.mangled = g->what->mangled};
		people_room(&m->own, &g->places, a);
		people_room(&m->near, &g->places, a);
		people_room(&m->far, &g->places, a);
		m->own.seed = m->near.seed = m->far.seed = m->seed;
	}
}

static bool
files_make(Making *g, Arena *a, Err *err)
{
	const RollMake *what = g->what;
	bool ok = output_open(&g->csv, what->path, what->replace, a, err) &&
		(!what->truth || output_open(&g->truth, what->truth, what->replace, a, err)) &&
		fd_write_all(g->csv.fd, S(header), err) &&
		(!what->truth || fd_write_all(g->truth.fd, S("DPID,PERSON\n"), err)) && rounds(g, err);
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < ROUND_DISTRICTS; i++) {
			buf_close(&g->pieces[k].csv[i]);
			buf_close(&g->pieces[k].truth[i]);
		}
	ok = output_close(&g->truth, ok, err);
	return output_close(&g->csv, ok, err);
}

bool
roll_make(const Env *env, const RollMake *what, RollMade *out, Err *err)
{
	AUTO(Arena) a = {0};
	RollMake mine = *what;
	mine.threads = what->threads < 1   ? 1
		: what->threads > WORK_THREADS ? WORK_THREADS
									   : what->threads;
	NEED(what->duplicates >= 0 && what->duplicates <= ROLL_DUPLICATES_MOST);
	*out = (RollMade){0};
	if (!arena_open(&a, (size_t)16 << 30, err))
		return false;
	Making *g = NEW(&a, Making, 1);
	g->what = &mine;
	if (!names_make(env, &a, &g->names, err) || !places_make(env, what->plan, &a, &g->places, err))
		return false;
	making_room(g, mine.threads, &a);
	if (!files_make(g, &a, err))
		return false;
	for (int i = 0; i < mine.threads; i++)
		made_add(out, &g->maker[i].made);
	return true;
}
