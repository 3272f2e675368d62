/* attach: the files of papers, each under the hash of its bytes. What kind one is, is told by its bytes: never by what a sender says. */
#include "svc/svc_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAPER_BYTES ((size_t)PAPER_MB * SIZE_MB)

/* ---- kinds ---- */

typedef struct Kind {
	const char *name, *media;
	bool (*is)(Str bytes);
} Kind;

static bool
has(Str bytes, const char *part)
{
	size_t at;
	return str_find(bytes, str_of(part), &at);
}

static bool
is_pdf(Str b)
{
	return str_starts(b, S("%PDF-"));
}

static bool
is_jpeg(Str b)
{
	return str_starts(b, S("\xff\xd8\xff"));
}

static bool
is_png(Str b)
{
	return str_starts(b, S("\x89PNG\r\n\x1a\n"));
}

static bool
is_webp(Str b)
{
	return str_starts(b, S("RIFF")) && str_eq(str_slice(b, 8, 12), S("WEBP"));
}

/* Names of parts stand uncompressed in a zip file. What holds a program is refused. */
static bool
is_zip(Str b)
{
	return str_starts(b, S("PK\x03\x04")) && !has(b, "vbaProject") && !has(b, "Basic/script");
}

static bool
is_xlsx(Str b)
{
	return is_zip(b) && has(b, "xl/workbook.xml");
}

static bool
is_docx(Str b)
{
	return is_zip(b) && has(b, "word/document.xml");
}

/* OpenDocument begins with its type as the first part. */
static bool
is_open(Str b, const char *type)
{
	enum { FIRST = 30 };
	return is_zip(b) &&
		str_starts(str_slice(b, FIRST, b.n), S("mimetypeapplication/vnd.oasis.opendocument.")) &&
		str_starts(str_slice(b, FIRST + 43, b.n), str_of(type));
}

static bool
is_ods(Str b)
{
	return is_open(b, "spreadsheet");
}

static bool
is_odt(Str b)
{
	return is_open(b, "text");
}

/* Also CSV. Not what a browser or another program would take for more than text. */
static bool
is_text(Str b)
{
	size_t at;
	if (!utf8_check(b, &at) || str_starts(str_trim(b), S("<")) || str_starts(b, S("#!")))
		return false;
	for (size_t i = 0; i < b.n; i++)
		if ((unsigned char)b.p[i] < ' ' && b.p[i] != '\n' && b.p[i] != '\r' && b.p[i] != '\t')
			return false;
	return true;
}

static const Kind kinds[] = {
	{"pdf", "application/pdf", is_pdf},
	{"jpg", "image/jpeg", is_jpeg},
	{"png", "image/png", is_png},
	{"webp", "image/webp", is_webp},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", is_xlsx},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", is_docx},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet", is_ods},
	{"odt", "application/vnd.oasis.opendocument.text", is_odt},
	{"txt", "text/plain; charset=utf-8", is_text},
};

static const Kind *
kind_find(Str bytes)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].is(bytes))
			return &kinds[i];
	return NULL;
}

const char *
paper_media(Str kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(kind, str_of(kinds[i].name)))
			return kinds[i].media;
	return "application/octet-stream";
}

bool
paper_kind(Str bytes, Str *kind, Err *err)
{
	if (!bytes.n)
		return err_set(err, E_INPUT, "the file is empty: choose the scan or photo of the paper");
	const Kind *found = kind_find(bytes);
	if (found) {
		*kind = str_of(found->name);
		return true;
	}
	err_set(err, E_INPUT,
		"this kind of file is not taken as a paper: a PDF, a photo (JPEG, PNG, WebP), XLSX, DOCX, ODS, ODT or text is");
	return err_hint(
		err, "print it to PDF, or photograph the paper; documents with macros are not taken");
}

/* ---- files/ab/cdef…: two levels, so that no folder grows large ---- */

static bool
is_hash(Str hash)
{
	for (size_t i = 0; i < hash.n; i++)
		if (!((hash.p[i] >= '0' && hash.p[i] <= '9') || (hash.p[i] >= 'a' && hash.p[i] <= 'f')))
			return false;
	return hash.n == PAPER_HASH - 1;
}

static const char *
path_of(const Workspace *w, Str hash, Arena *a)
{
	return workspace_path(
		w, a, arena_fmt(a, "files/%.*s/%.*s", 2, hash.p, (int)hash.n - 2, hash.p + 2).p);
}

bool
paper_read(const Workspace *w, Str hash, Arena *a, Str *out, Err *err)
{
	char is[PAPER_HASH];
	if (!is_hash(hash))
		return err_set(err, E_NOTFOUND, "there is no paper '%.*s'", STR(hash));
	const char *path = path_of(w, hash, a);
	if (!file_read(path, PAPER_BYTES, a, out, err))
		return err && err->code == E_NOTFOUND
			? err_set(err, E_NOTFOUND, "the paper %.8s is missing in the folder files/", hash.p)
			: false;
	Sha256 sum = sha256(*out);
	hex_encode(sum.b, sizeof sum.b, is);
	if (str_eq(hash, str_of(is)))
		return true;
	err_set(err, E_CONFLICT,
		"the paper %.8s is not the one that was attached: its bytes were changed", hash.p);
	return err_hint(err, "a backup from before has it as it was");
}

bool
paper_need(const Workspace *w, Str hash, Arena tmp, Err *err)
{
	return (is_hash(hash) && file_exists(path_of(w, hash, &tmp))) ||
		err_set(err, E_INPUT, "there is no such paper: send the file with what is entered");
}

static bool
file_put(const Workspace *w, Str hash, Str bytes, Arena *a, Err *err)
{
	Str there;
	Err ignored;
	const char *folder = workspace_path(w, a, arena_fmt(a, "files/%.*s", 2, hash.p).p);
	if (paper_read(w, hash, a, &there, &ignored)) {
		/* It waits anew to be attached: papers_sweep goes by this time. */
		(void)utimensat(AT_FDCWD, path_of(w, hash, a), NULL, 0);
		return true;
	}
	/* One that is damaged is put right by whoever sends it again. */
	return (dir_make(workspace_path(w, a, "files"), err) && dir_make(folder, err) &&
		file_write_atomic(path_of(w, hash, a), bytes, 0600, err));
}

bool
paper_keep(const Workspace *w, const char *path, PaperFile *out, Err *err)
{
	AUTO(Arena) a = {0};
	Str bytes;
	if (!arena_open(&a, 4 * PAPER_BYTES, err))
		return false;
	if (!file_read(path, PAPER_BYTES, &a, &bytes, err))
		return err && err->code == E_LIMIT
			? err_set(err, E_LIMIT,
				  "a paper has at most %d MB: scan it in grey, or photograph it smaller", PAPER_MB)
			: false;
	if (!paper_kind(bytes, &out->kind, err))
		return false;
	Sha256 sum = sha256(bytes);
	hex_encode(sum.b, sizeof sum.b, out->hash);
	out->bytes = (int64_t)bytes.n;
	return file_put(w, str_of(out->hash), bytes, &a, err);
}

/* ---- files that hang on nothing ---- */

/* Of one folder: named by the first two digits of the hashes. */
static bool
folder_sweep(Workspace *w, DIR *dir, const char *first, int64_t before, uint64_t *n, Err *err)
{
	Stmt *s;
	struct stat st;
	char hash[PAPER_HASH];
	if (!svc_stmt(w->db, &w->sql, "paper_shown", &s, err))
		return false;
	for (const struct dirent *e; (e = readdir(dir));) {
		bool row;
		snprintf(hash, sizeof hash, "%.2s%.62s", first, e->d_name);
		if (strlen(e->d_name) != PAPER_HASH - 3 || !is_hash(str_of(hash)) ||
			fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_mtime > before)
			continue;
		db_set_text(s, "file", str_of(hash));
		if (!db_step(s, &row, err))
			return false;
		if (row)
			db_reset(s);
		else
			*n += unlinkat(dirfd(dir), e->d_name, 0) == 0;
	}
	return true;
}

bool
papers_sweep(Workspace *w, int64_t age_s, uint64_t *n, Err *err)
{
	char path[4096];
	bool ok = true;
	*n = 0;
	for (int i = 0; i < 256 && ok; i++) {
		snprintf(path, sizeof path, "%s/files/%02x", w->dir, i);
		DIR *dir = opendir(path);
		if (!dir)
			continue;
		ok = folder_sweep(w, dir, path + strlen(path) - 2, (int64_t)time(NULL) - age_s, n, err);
		(void)closedir(dir);
	}
	return ok;
}
