/* import_header: what the columns of a roll are, by the many names that forms and offices give them. */
#include "roll/import_private.h"

#include <string.h>

/* Small letters and digits alone; a number in front, as forms print it ("3. NIK"), is left out. */
static const char *const names[USES] = {
	[USE_NIK] = "nik nonik nomornik noinduk nomorinduk noindukkependudukan nomorindukkependudukan "
				"noktp nomorktp",
	[USE_FAMILY] = "nkk nokk nomorkk kk kartukeluarga nokartukeluarga nomorkartukeluarga",
	[USE_TPS] = "tps notps nomortps kodetps kdtps tpsid",
	[USE_VILLAGE] = "kodedesa kddesa kodekel kdkel kodekelurahan kdkelurahan kodedesakelurahan "
					"kodedesakel kodekelurahandesa kodekeldesa kodewilayah kdwilayah desaid "
					"villagecode village",
	[USE_BIRTH] = "tanggallahir tgllahir tgllhr tanggal tgl birthdate dateofbirth",
	[USE_SEX] = "jeniskelamin kelamin jk jnskelamin jeniskel lp sex gender",
	[USE_MARRIAGE] = "statuskawin statusperkawinan stskawin status kawin perkawinan statusnikah "
					 "maritalstatus",
	[USE_CARD] = "ktpel ktpelektronik ektp statusktpel statusektp rekamktpel statusrekam "
				 "statusperekaman perekaman",
	[USE_DISABILITY] = "disabilitas difabel jenisdisabilitas disability ragamdisabilitas",
	[USE_REMARK] = "keterangan ket remark note",
	[USE_NAME] = "nama namalengkap namapemilih nmlengkap namapenduduk name",
	[USE_BIRTHPLACE] = "tempatlahir tmptlahir tmplahir tempat tptlahir birthplace",
	[USE_STREET] = "jalandusun alamat jalan dusun alamatjalan jalandusunalamat street address",
	[USE_RT] = "rt nort",
	[USE_RW] = "rw norw",
	[USE_ID] = "dpid id uniqueid idpemilih pemilihid no nomor nourut nomorurut",
};

static Str
letters_of(Str header, char out[64])
{
	size_t n = 0;
	for (size_t i = 0; i < header.n && n < 63; i++) {
		char c = header.p[i];
		c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && n))
			out[n++] = c;
	}
	out[n] = 0;
	return (Str){out, n};
}

static int
use_of(Str letters)
{
	for (int u = 0; letters.n && u < USES; u++) {
		Str word, rest = str_of(names[u]);
		while (rest.n) {
			str_cut(rest, ' ', &word, &rest);
			if (str_eq(word, letters))
				return u;
		}
	}
	return -1;
}

static bool
both(const Layout *l, int first, size_t second, Err *err)
{
	err_set(err, E_INPUT, "columns %d '%.*s' and %zu '%.*s' mean the same", first + 1,
		STR(l->header[first]), second + 1, STR(l->header[second]));
	return err_hint(err, "take one of them out of the file");
}

static bool
needed(const Layout *l, Err *err)
{
	static const Use must[] = {USE_NIK, USE_NAME};
	static const char *const text[] = {"NIK", "NAMA"};
	for (size_t i = 0; i < 2; i++)
		if (l->column[must[i]] < 0) {
			err_set(
				err, E_INPUT, "row 1 has no column '%s': it is no header of a voter roll", text[i]);
			return err_hint(err,
				"the first row names the columns: NKK, NIK, NAMA, TEMPAT LAHIR, TANGGAL LAHIR, … "
				"(siap help roll)");
		}
	return true;
}

bool
layout_read(const Str *cell, size_t n, Arena *a, Layout *out, Str *unused, Err *err)
{
	AUTO(Buf) not_used = {0};
	char letters[64];
	*out = (Layout){.header = NEW(a, Str, n + 1), .n = n};
	for (size_t u = 0; u < USES; u++)
		out->column[u] = -1;
	for (size_t i = 0; i < n; i++) {
		out->header[i] = arena_str(a, str_trim(cell[i]));
		int u = use_of(letters_of(cell[i], letters));
		/* A running number gives way to a number of the voter. */
		bool running = u == USE_ID && letters[0] == 'n';
		if (u >= 0 && out->column[u] >= 0 && !running && u != USE_ID)
			return both(out, out->column[u], i, err);
		if (u >= 0 && (out->column[u] < 0 || !running))
			out->column[u] = (int)i;
		else
			buf_fmt(&not_used, "%s'%.*s'", not_used.n ? ", " : "", STR(out->header[i]));
	}
	*unused = arena_str(a, buf_str(&not_used));
	return buf_check(&not_used, err) && needed(out, err);
}
