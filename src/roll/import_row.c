/* import_row: the cells of a row become a voter, or a reason why not. */
#include "roll/import_private.h"

#include <string.h>

static const Str NO_CELL = {"", 0};

/* ---- cells ---- */

static Str
cell_of(const Filler *f, const Str *cell, Use u)
{
	int i = f->im->layout->column[u];
	Str s = i < 0 ? NO_CELL : cell[i];
	if (!s.n)
		return s;
	if ((unsigned char)s.p[0] <= ' ' || (unsigned char)s.p[s.n - 1] <= ' ')
		s = str_trim(s);
	return s.n && s.p[0] == '\'' ? csv_unsafe_text(s) : s;
}

static bool
wrong(const Filler *f, Wrong *w, Use u, const char *why, const char *remedy)
{
	*w = (Wrong){why, remedy, f->im->layout->column[u]};
	return false;
}

static bool
number(Str s, size_t most, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(s.p[i] - '0');
	}
	return s.n && s.n <= most;
}

static bool
nik_cell(Filler *f, const Str *cell, Wrong *w)
{
	Nik nik;
	Str s = cell_of(f, cell, USE_NIK);
	uint16_t *written = &f->text[ROLL_NIK_WRITTEN - ROLL_NAME][f->n];
	NikFault fault = nik_read(s, &nik);
	*written = 0;
	if (fault == NIK_GOOD) {
		f->nik[f->n] = nik.number;
		return true;
	}
	f->nik[f->n] = 0;
	if (fault == NIK_ROUNDED || fault == NIK_SERIAL)
		return wrong(f, w, USE_NIK, nik_fault_text(fault),
			tr("write the NIK as the population register has it, in a column that is text"));
	if (s.n > ROLL_CELL)
		return wrong(f, w, USE_NIK, tr("the cell is too long"), "");
	if (fault != NIK_EMPTY)
		*written = text_table_put(&f->table[ROLL_NIK_WRITTEN - ROLL_NAME], s);
	return true;
}

/* The number of a family card: sixteen digits, in whatever order they come. */
static void
family_cell(Filler *f, const Str *cell)
{
	uint64_t v;
	Str s = cell_of(f, cell, USE_FAMILY);
	f->family[f->n] = s.n == 16 && number(s, 16, &v) ? v : 0;
}

static bool
birth_cell(Filler *f, const Str *cell, Wrong *w)
{
	Str s = cell_of(f, cell, USE_BIRTH);
	f->birth[f->n] = ROLL_NO_DATE;
	return !s.n || voter_date(s, &f->birth[f->n]) ||
		wrong(f, w, USE_BIRTH, tr("it is no date"), tr("write it as 17|08|1945"));
}

/* S, B, K, and words that begin so; a dash is nothing. */
static bool
card_cell(Filler *f, const Str *cell, Wrong *w)
{
	Str s = cell_of(f, cell, USE_CARD);
	char c = s.n ? (char)(s.p[0] & ~0x20) : 0;
	bool none = !s.n || str_eq(s, S("-")) || str_eq(s, S("0"));
	f->card[f->n] = none ? 0 : (uint8_t)c;
	return none || c == 'S' || c == 'B' || c == 'K' ||
		wrong(f, w, USE_CARD, tr("it is none of S, B and K"), tr("S: recorded; B: not yet"));
}

static bool
disability_cell(Filler *f, const Str *cell, Wrong *w)
{
	uint64_t v = 0;
	Str s = cell_of(f, cell, USE_DISABILITY);
	bool none = !s.n || str_eq(s, S("-"));
	if (!none && (!number(s, 3, &v) || v > 255))
		return wrong(f, w, USE_DISABILITY, tr("it is no number of the form"),
			tr("write the number, or nothing"));
	f->disability[f->n] = (uint8_t)v;
	return true;
}

static void
remark_cell(Filler *f, const Str *cell)
{
	uint64_t v = 0;
	Str s = cell_of(f, cell, USE_REMARK);
	f->remark[f->n] = !s.n || str_eq(s, S("-")) ? 0
		: number(s, 3, &v) && v < 255           ? (uint8_t)v
												: 255;
}

static bool
person_cells(Filler *f, const Str *cell, Wrong *w)
{
	Sex sex = SEX_UNKNOWN;
	Marriage marriage = MARRIAGE_UNKNOWN;
	Str s = cell_of(f, cell, USE_SEX), m = cell_of(f, cell, USE_MARRIAGE);
	if (s.n == 1 && (s.p[0] == 'L' || s.p[0] == 'P'))
		sex = s.p[0] == 'L' ? SEX_MALE : SEX_FEMALE;
	else if (!voter_sex(s, &sex))
		return wrong(f, w, USE_SEX, tr("it is none of L and P"), tr("L: male; P: female"));
	if (m.n == 1 && (m.p[0] == 'B' || m.p[0] == 'S'))
		marriage = m.p[0] == 'B' ? MARRIAGE_NOT_YET : MARRIAGE_MARRIED;
	else if (!voter_marriage(m, &marriage))
		return wrong(f, w, USE_MARRIAGE, tr("it is none of B, S and P"),
			tr("B: not married yet; S: married; P: was married"));
	f->sex[f->n] = (uint8_t)sex;
	f->marriage[f->n] = (uint8_t)marriage;
	return true;
}

/* ---- the polling station ---- */

/* 15.09.01.2001, as forms print it, too. */
static bool
code_read(Str s, size_t digits, uint64_t *out)
{
	char plain[16];
	size_t n = 0;
	if (s.n == digits)
		return number(s, digits, out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			continue;
		if (n == digits)
			return false;
		plain[n++] = s.p[i];
	}
	return n == digits && number((Str){plain, n}, digits, out);
}

static bool
village_cell(Filler *f, const Str *cell, uint64_t *village, Wrong *w)
{
	Str s = cell_of(f, cell, USE_VILLAGE);
	*village = f->village;
	if (!s.n && *village)
		return true;
	if (!s.n)
		return wrong(f, w, USE_VILLAGE, tr("the village is missing"),
			tr("fill in its code of 10 digits, name the file by it, or give --village CODE"));
	return code_read(s, 10, village) ||
		wrong(f, w, USE_VILLAGE, tr("it is no code of a village"), tr("write its 10 digits"));
}

/* 1, 001, TPS 001 */
static bool
station_number(Str s, uint64_t *out)
{
	if (s.n > 3 && (s.p[0] | 0x20) == 't' && (s.p[1] | 0x20) == 'p' && (s.p[2] | 0x20) == 's')
		s = str_trim(str_slice(s, 3, s.n));
	return number(s, 3, out);
}

/* A polling station that is not there, or a village of elsewhere, is asked for once and then known. */
static bool
place_known(Filler *f, uint64_t tps, Wrong *w)
{
	Import *im = f->im;
	uint64_t *seen = &f->seen[(tps ^ tps / 1000 * 31) % SEEN];
	if (*seen == tps)
		return true;
	buf_clear(&f->why);
	NEED(pthread_mutex_lock(&im->lock) == 0);
	bool there = im->ask->place(im->ask->ctx, tps, &f->why);
	NEED(pthread_mutex_unlock(&im->lock) == 0);
	if (there)
		*seen = tps;
	else
		buf_byte(&f->why, 0);
	return there ||
		wrong(f, w, im->layout->column[USE_TPS] < 0 ? USE_VILLAGE : USE_TPS,
			f->why.failed ? "?" : f->why.p, "");
}

static bool
place_cells(Filler *f, const Str *cell, Wrong *w)
{
	uint64_t tps = 0, village = 0;
	Str s = cell_of(f, cell, USE_TPS);
	bool whole = s.n >= 13 && code_read(s, 13, &tps);
	if (whole && !cell_of(f, cell, USE_VILLAGE).n)
		village = f->village ? f->village : tps / 1000;
	else if (!village_cell(f, cell, &village, w))
		return false;
	if (whole && tps / 1000 != village)
		return wrong(f, w, USE_TPS, tr("its code is of another village"), "");
	if (!whole && s.n && !station_number(s, &tps))
		return wrong(f, w, USE_TPS, tr("it is no number of a polling station"),
			tr("write its number, 1 to 999, or its code of 13 digits"));
	f->tps[f->n] = whole ? tps : village * 1000 + tps;
	return place_known(f, f->tps[f->n], w);
}

/* ---- texts ---- */

static const struct {
	Use use;
	RollColumn column;
} texts[] = {{USE_NAME, ROLL_NAME}, {USE_BIRTHPLACE, ROLL_BIRTHPLACE}, {USE_STREET, ROLL_STREET},
	{USE_RT, ROLL_RT}, {USE_RW, ROLL_RW}, {USE_ID, ROLL_ID}};
enum { TEXTS = sizeof texts / sizeof *texts };

/* The last of all, for a dictionary keeps what was put into it. */
static bool
text_cells(Filler *f, const Str *cell, Wrong *w)
{
	Str text[TEXTS];
	for (size_t i = 0; i < TEXTS; i++) {
		text[i] = cell_of(f, cell, texts[i].use);
		if (text[i].n > ROLL_CELL)
			return wrong(f, w, texts[i].use, tr("the cell is too long"), "");
	}
	if (!text[0].n)
		return wrong(f, w, USE_NAME, tr("the name is missing"), "");
	for (size_t i = 0; i < TEXTS; i++) {
		size_t c = texts[i].column - ROLL_NAME;
		f->text[c][f->n] = text_table_put(&f->table[c], text[i]);
	}
	return true;
}

/* ---- rows ---- */

/* Two files were put together, header and all. */
static bool
is_header(const Filler *f, const Str *cell)
{
	const Layout *l = f->im->layout;
	return str_eq(cell_of(f, cell, USE_NIK), l->header[l->column[USE_NIK]]);
}

void
filler_refuse(Filler *f, const Wrong *w, const Str *cell, size_t n)
{
	f->found.rows++;
	findings_add(&f->found, f->im, w, cell, n);
}

bool
filler_row(Filler *f, const Str *cell, size_t n)
{
	Wrong w = {.column = -1};
	char why[160];
	if (n != f->im->layout->n) {
		snprintf(
			why, sizeof why, tr("the row has %zu cells, and the header %zu"), n, f->im->layout->n);
		w.why = why;
		w.remedy = tr("the file may have been cut off, or a cell holds a separator without quotes");
		filler_refuse(f, &w, cell, n);
		return true;
	}
	family_cell(f, cell);
	remark_cell(f, cell);
	if (place_cells(f, cell, &w) && person_cells(f, cell, &w) && birth_cell(f, cell, &w) &&
		card_cell(f, cell, &w) && disability_cell(f, cell, &w) && nik_cell(f, cell, &w) &&
		text_cells(f, cell, &w)) {
		f->found.rows++;
		f->n++;
		return f->n < ROLL_SLICE || filler_flush(f);
	}
	if (is_header(f, cell))
		w = (Wrong){tr("it is the header again: two files were put together"),
			tr("import each file on its own"), -1};
	filler_refuse(f, &w, cell, n);
	return true;
}

bool
filler_flush(Filler *f)
{
	Err err = {0};
	RollSlice s = {.n = f->n,
		.nik = f->nik,
		.family = f->family,
		.tps = f->tps,
		.birth = f->birth,
		.sex = f->sex,
		.marriage = f->marriage,
		.card = f->card,
		.disability = f->disability,
		.remark = f->remark};
	for (size_t c = 0; c < ROLL_TEXTS; c++) {
		s.text[c] = f->text[c];
		s.texts[c] = (RollTexts){f->table[c].n, f->table[c].at, f->table[c].bytes};
	}
	NEED(f->at < f->end);
	bool ok = !f->n || f->im->ask->slice(f->im->ask->ctx, f->at++, &s, &err);
	f->n = 0;
	for (size_t c = 0; c < ROLL_TEXTS; c++)
		text_table_clear(&f->table[c]);
	return ok || import_fail(f->im, &err);
}

bool
filler_open(Filler *f, Import *im, Err *err)
{
	const size_t rows = ROLL_SLICE,
				 texts_bytes = (size_t)ROLL_TEXTS * ROLL_SLICE * (ROLL_CELL + 16);
	*f = (Filler){.im = im};
	if (!arena_open(&f->mem, texts_bytes + ((size_t)16 << 20), err))
		return false;
	Arena *a = &f->mem;
	f->nik = NEW(a, uint64_t, rows);
	f->family = NEW(a, uint64_t, rows);
	f->tps = NEW(a, uint64_t, rows);
	f->birth = NEW(a, int32_t, rows);
	uint8_t **small[] = {&f->sex, &f->marriage, &f->card, &f->disability, &f->remark};
	for (size_t i = 0; i < sizeof small / sizeof *small; i++)
		*small[i] = NEW(a, uint8_t, rows);
	for (size_t c = 0; c < ROLL_TEXTS; c++) {
		f->text[c] = NEW(a, uint16_t, rows);
		text_table_new(&f->table[c], a);
	}
	return !im->ask->village.n || code_read(im->ask->village, 10, &f->village) ||
		err_set(err, E_INPUT, "'%.*s' is no code of a village: it has 10 digits",
			STR(im->ask->village));
}

void
filler_close(Filler *f)
{
	arena_close(&f->mem);
	buf_close(&f->why);
	Findings_auto(&f->found);
}
