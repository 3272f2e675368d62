/* roll import: rows of CSV files become voters as they stand there, whatever the threads; wrong ones are named by row and column and kept
 * out. All people are made up. */
#include "unit.h"

#include "roll/roll.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/siap-import-XXXXXX";
static Arena arena;
enum { MB = 1 << 20, SLICES = 64 };

/* Each slice as text, a voter a line; put together in the order of their places. */
typedef struct Seen {
	pthread_mutex_t lock;
	uint64_t at[SLICES];
	Buf text[SLICES];
	size_t n, asked;
	uint64_t unknown; /* a polling station that is not there */
	bool full;
} Seen;

static void
voter_put(Buf *b, const RollSlice *s, size_t i)
{
	char day[11] = "";
	if (s->birth[i] != ROLL_NO_DATE)
		date_format(s->birth[i], day);
	buf_fmt(b, "%llu %llu %llu %s %d%d %c %d %d", (unsigned long long)s->nik[i],
		(unsigned long long)s->family[i], (unsigned long long)s->tps[i], day, s->sex[i],
		s->marriage[i], s->card[i] ? s->card[i] : '-', s->disability[i], s->remark[i]);
	for (RollColumn c = ROLL_NAME; c < ROLL_COLUMNS; c++)
		buf_fmt(b, "|%.*s", STR(roll_text(s, c, i)));
	buf_byte(b, '\n');
}

static bool
see_slice(void *ctx, uint64_t at, const RollSlice *s, Err *e)
{
	Seen *seen = ctx;
	pthread_mutex_lock(&seen->lock);
	size_t i = seen->n++;
	pthread_mutex_unlock(&seen->lock);
	if (seen->full || i >= SLICES)
		return err_set(e, E_IO, "the disk is full");
	seen->at[i] = at;
	for (size_t k = 0; k < s->n; k++)
		voter_put(&seen->text[i], s, k);
	return true;
}

static bool
see_place(void *ctx, uint64_t tps, Buf *why)
{
	Seen *seen = ctx;
	seen->asked++;
	if (tps == seen->unknown)
		buf_fmt(why, "there is no such place");
	return tps != seen->unknown;
}

static Str
voters(Seen *seen)
{
	AUTO(Buf) all = {0};
	for (size_t done = 0; done < seen->n; done++) {
		size_t next = SLICES;
		for (size_t i = 0; i < seen->n; i++)
			if (seen->at[i] != UINT64_MAX && (next == SLICES || seen->at[i] < seen->at[next]))
				next = i;
		buf_add(&all, buf_str(&seen->text[next]));
		seen->at[next] = UINT64_MAX;
		buf_close(&seen->text[next]);
	}
	seen->n = 0;
	return arena_str(&arena, buf_str(&all));
}

static const char *
file(const char *name, const char *text)
{
	const char *path = arena_fmt(&arena, "%s/%s", folder, name).p;
	OK(file_write_atomic(path, str_of(text), 0600, &err));
	return path;
}

static RollImport
import(const char *path, int threads, Seen *seen)
{
	pthread_mutex_init(&seen->lock, NULL);
	return (RollImport){
		.path = path, .threads = threads, .slice = see_slice, .place = see_place, .ctx = seen};
}

#define SIDALIH                                                                            \
	"DPID,NKK,NIK,NAMA,TEMPAT LAHIR,TANGGAL LAHIR,STATUS KAWIN,KELAMIN,JALAN/DUSUN,RT,RW," \
	"DISABILITAS,KTP-EL,KETERANGAN,SUMBER DATA,TPS,KODE DESA\n"
#define AHMAD "9915091234567890,9915010101900001,AHMAD,MUARA TEBO,01|01|1990,S,L"

static void
test_sidalih(void **state)
{
	(void)state;
	Seen seen = {0};
	RollImport im = import(
		file("plain.csv",
			SIDALIH "1," AHMAD ",JL. MERDEKA NO 7,003,001,0,S,,dpt,001,1509012001\n"
					"2,,991501410190001,\"SITI, DRA\",,1-2-1991,B,P,,,,2,B,8,dpt,,15.09.01.2001\r\n"
					"\n"
					"3,12,,BUDI,X,,K,,,,,,,U,dpt,TPS 12,1509012001"),
		1, &seen);
	OK(roll_import(&im, &arena, &err));
	assert_int_equal(im.rows, 3);
	assert_int_equal(im.bad, 0);
	SAME(im.unused, "'SUMBER DATA'");
	SAME(voters(&seen),
		"9915010101900001 9915091234567890 1509012001001 1990-01-01 12 S 0 0|AHMAD|MUARA TEBO|JL. "
		"MERDEKA NO 7|003|001||1\n"
		"0 0 1509012001000 1991-02-01 21 B 2 8|SITI, DRA|||||991501410190001|2\n"
		"0 0 1509012001012  03 - 0 255|BUDI|X|||||3\n");
	assert_null(im.errors);
}

/* Other names and orders of columns, another separator, a BOM; the village from elsewhere. */
static void
test_layouts(void **state)
{
	(void)state;
	Seen seen = {0};
	RollImport im = import(
		file("free.csv",
			"\xef\xbb\xbfNo;Nama Lengkap;No. KK;Nomor Induk Kependudukan;Tgl Lahir;L/P;No. TPS\n"
			"1;Siti \"Aminah\";9915091234567890;'9915014101900001;17 Agustus 1945;pr;3\n"),
		2, &seen);
	im.village = S("1509012001");
	OK(roll_import(&im, &arena, &err));
	SAME(voters(&seen),
		"9915014101900001 9915091234567890 1509012001003 1945-08-17 20 - 0 0|Siti "
		"\"Aminah\"||||||1\n");
	im.path = file("code.csv", "nik,nama,kode tps\n9915014101900001,SITI,1509012001003\n");
	OK(roll_import(&im, &arena, &err));
	assert_int_equal(im.bad, 0);
	voters(&seen);
	im.village = S("1509012002");
	OK(roll_import(&im, &arena, &err));
	assert_int_equal(im.bad, 1);
	SAME(im.first[0].text, "its code is of another village");
	im.village = S("15");
	REFUSED(roll_import(&im, &arena, &err), E_INPUT, "'15'");
}

typedef struct WrongRow {
	const char *row, *column, *why;
} WrongRow;

/* Whatever is wrong with a row is said with its column, and the row is in the error file with its cells. */
static void
test_wrong(void **state)
{
	(void)state;
	static const WrongRow wrong[] = {
		{"1,9,1.57E+15,A,X,01|01|1990,S,L,J,1,1,0,S,,d,1,1509012001", "NIK",
			"a spreadsheet rounded it"},
		{"1,9,9915010101900000,A,X,01|01|1990,S,L,J,1,1,0,S,,d,1,1509012001", "NIK", "0000"},
		{"1," AHMAD ",J,1,1,0,S,,d,1,", "KODE DESA", "the village is missing"},
		{"1," AHMAD ",J,1,1,0,S,,d,1,150901200", "KODE DESA", "no code of a village"},
		{"1," AHMAD ",J,1,1,0,S,,d,9,1509012001", "TPS", "there is no such place"},
		{"1," AHMAD ",J,1,1,0,S,,d,X1,1509012001", "TPS", "no number of a polling station"},
		{"1," AHMAD ",J,1,1,0,X,,d,1,1509012001", "KTP-EL", "none of S, B and K"},
		{"1," AHMAD ",J,1,1,tuna,S,,d,1,1509012001", "DISABILITAS", "no number of the form"},
		{"1,9,9915010101900001,A,X,31|02|1990,S,L,J,1,1,0,S,,d,1,1509012001", "TANGGAL LAHIR",
			"it is no date"},
		{"1,9,9915010101900001,A,X,01|01|1990,S,Q,J,1,1,0,S,,d,1,1509012001", "KELAMIN",
			"none of L and P"},
		{"1,9,9915010101900001,A,X,01|01|1990,Q,L,J,1,1,0,S,,d,1,1509012001", "STATUS KAWIN",
			"none of B, S and P"},
		{"1,9,9915010101900001,,X,01|01|1990,S,L,J,1,1,0,S,,d,1,1509012001", "NAMA",
			"the name is missing"},
		{"1," AHMAD ",J,1", "", "the row has 10 cells, and the header 17"},
		{"1," AHMAD ",J,1,1,0,S,,d,1,1509012001,x,y", "", "the row has 19 cells"},
		{"1," AHMAD ",\"J\"x,1,1,0,S,,d,1,1509012001", "", "text follows the closing quote"},
		{"1,9,9915010101900001,A\xff,X,01|01|1990,S,L,J,1,1,0,S,,d,1,1509012001", "", "UTF-8"},
		{"DPID,NKK,NIK,NAMA,TEMPAT LAHIR,TANGGAL LAHIR,STATUS KAWIN,KELAMIN,JALAN/DUSUN,RT,RW,"
		 "DISABILITAS,KTP-EL,KETERANGAN,SUMBER DATA,TPS,KODE DESA",
			"", "the header again"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		Seen seen = {.unknown = UINT64_C(1509012001009)};
		Str lines;
		size_t at;
		const char *text = arena_fmt(&arena,
			SIDALIH "1," AHMAD ",J,1,1,0,S,,d,1,1509012001\n%s\n3," AHMAD
					",J,1,1,0,S,,d,1,1509012001\n",
			wrong[i].row)
							   .p;
		RollImport im = import(file("wrong.csv", text), 2, &seen);
		OK(roll_import(&im, &arena, &err));
		if (im.rows != 3 || im.bad != 1 || im.n_first != 1 || im.first[0].row != 3 ||
			!str_eq(im.first[0].column, str_of(wrong[i].column)) ||
			!str_find(im.first[0].text, str_of(wrong[i].why), &at))
			fail_msg("%s: expected row 3, '%s': %s; came %zu of %zu, row %zu, '%.*s': %.*s",
				wrong[i].row, wrong[i].column, wrong[i].why, (size_t)im.bad, (size_t)im.rows,
				(size_t)im.first[0].row, STR(im.first[0].column), STR(im.first[0].text));
		Str good = voters(&seen);
		assert_true(str_find(good, S("|1\n"), &at) && str_find(good, S("|3\n"), &at));
		OK(file_read(im.errors, MB, &arena, &lines, &err));
		assert_true(str_starts(lines, S("row,column,reason,remedy,DPID,")));
		assert_true(str_find(lines, S("\n3,"), &at));
	}
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
		ErrCode code;
	} bad[] = {{"", "is empty", E_INPUT}, {"a,b\n1,2\n", "no column 'NIK'", E_INPUT},
		{"nik,x\n1,2\n", "no column 'NAMA'", E_INPUT},
		{"nik,nama,Nama Lengkap\n", "columns 2 'nama' and 3 'Nama Lengkap'", E_INPUT},
		{"nik,nama\n1,\"AB", "ends within a quoted cell", E_INPUT},
		{"\xff\xfen\0i\0", "UTF-16", E_INPUT}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		Seen seen = {0};
		RollImport im = import(file("bad.csv", bad[i].text), 2, &seen);
		REFUSED(roll_import(&im, &arena, &err), bad[i].code, bad[i].why);
		voters(&seen);
	}
	Seen seen = {0};
	RollImport im = import("/nowhere/x.csv", 1, &seen);
	REFUSED(roll_import(&im, &arena, &err), E_NOTFOUND, "/nowhere/x.csv");
}

/* ---- a file of several regions, with line ends, quotes and separators within cells ---- */

static const char *
large_make(size_t rows, size_t wrong_each, Buf *expected)
{
	AUTO(Buf) b = {0};
	buf_add(&b, S("id,nik,nama,alamat,tps\n"));
	for (size_t i = 0; i < rows; i++) {
		bool wrong = wrong_each && i % wrong_each == wrong_each - 1;
		buf_fmt(&b, "%zu,,%s%zu,", i, i % 5 == 0 ? "O\"NEIL " : "A ", i % 1000);
		if (i % 3 == 0)
			buf_fmt(&b, "\"JL. \"\"MAWAR\"\",\n  NO %zu\n\",", i);
		else
			buf_fmt(&b, "JL. MELATI YANG PANJANG SEKALI NO %zu,", i);
		buf_add(&b, wrong ? S("X\n") : S("1509012001001\n"));
		if (wrong)
			continue;
		buf_fmt(expected, "0 0 1509012001001  00 - 0 0|%s%zu||", i % 5 == 0 ? "O\"NEIL " : "A ",
			i % 1000);
		if (i % 3 == 0)
			buf_fmt(expected, "JL. \"MAWAR\",\n  NO %zu||||%zu\n", i, i);
		else
			buf_fmt(expected, "JL. MELATI YANG PANJANG SEKALI NO %zu||||%zu\n", i, i);
	}
	assert_true(!b.failed && !expected->failed);
	const char *path = arena_fmt(&arena, "%s/large.csv", folder).p;
	OK(file_write_atomic(path, buf_str(&b), 0600, &err));
	return path;
}

static void
test_large(void **state)
{
	(void)state;
	AUTO(Buf) expected = {0};
	enum { ROWS = 200000, WRONG = 9999 };
	const char *path = large_make(ROWS, WRONG, &expected);
	for (int threads = 1; threads <= 3; threads++) {
		Seen seen = {0};
		RollImport im = import(path, threads, &seen);
		OK(roll_import(&im, &arena, &err));
		Str got = voters(&seen);
		assert_int_equal(im.rows, ROWS);
		assert_int_equal(im.bad, ROWS / WRONG);
		assert_true(str_eq(got, buf_str(&expected)));
		assert_int_equal(im.n_first, 20);
		for (size_t i = 0; i < im.n_first; i++) /* in the order of the file */
			assert_int_equal(im.first[i].row, (i + 1) * WRONG + 1);
	}
}

static void
test_ends(void **state)
{
	(void)state;
	AUTO(Buf) expected = {0};
	const char *path = large_make(100000, 0, &expected);
	Seen seen = {.full = true};
	RollImport im = import(path, 2, &seen);
	REFUSED(roll_import(&im, &arena, &err), E_IO, "the disk is full");
	const volatile bool stop = true;
	seen.full = false;
	seen.n = 0;
	im.stop = &stop;
	REFUSED(roll_import(&im, &arena, &err), E_BUSY, "stopped");
	assert_int_equal(seen.n, 0);
}

/* Old line ends, which the fast way does not know. */
static void
test_returns(void **state)
{
	(void)state;
	Seen seen = {0};
	RollImport im =
		import(file("old.csv", "nik,nama,tps\r,A,1509012001001\r,B,1509012001002\r"), 2, &seen);
	OK(roll_import(&im, &arena, &err));
	SAME(voters(&seen),
		"0 0 1509012001001  00 - 0 0|A||||||\n0 0 1509012001002  00 - 0 0|B||||||\n");
	assert_int_equal(seen.asked, 2);
}

/* Wrong rows may go to a device: what it allows others stays as it is. */
static void
test_error_device(void **state)
{
	(void)state;
	struct stat before, after;
	Seen seen = {0};
	const char *device = arena_fmt(&arena, "%s/pipe", folder).p;
	assert_int_equal(mkfifo(device, 0622), 0);
	int kept = open(device, O_RDWR | O_CLOEXEC);
	assert_true(kept >= 0 && fchmod(kept, 0622) == 0 && fstat(kept, &before) == 0);
	RollImport im = import(
		file("device.csv", SIDALIH "1," AHMAD ",JL,003,001,0,S,,dpt,x01,1509012001\n"), 1, &seen);
	im.error_file = device;
	OK(roll_import(&im, &arena, &err));
	assert_int_equal(im.bad, 1);
	assert_int_equal(fstat(kept, &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(close(kept), 0);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && arena_open(&arena, 512 * MB, NULL) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	DIR *d = opendir(folder);
	for (const struct dirent *e; d && (e = readdir(d));)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	arena_close(&arena);
	return rmdir(folder);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_sidalih),
	cmocka_unit_test(test_layouts),
	cmocka_unit_test(test_wrong),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_large),
	cmocka_unit_test(test_ends),
	cmocka_unit_test(test_returns),
	cmocka_unit_test(test_error_device),
};
UNIT_MAIN(tests, setup, teardown)
