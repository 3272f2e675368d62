/* xlsx_zip: the archive that a spreadsheet is: parts by name, streamed, with caps against bombs. */
#include "fmt/xlsx_private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { HEAD = 64 * 1024 };
#define OLE "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

struct Package {
	Arena arena; /* holds this struct */
	zip_t *zip;
};

/* ---- what kind of file it is ---- */

/* The first bytes of a regular file; a pipe is left alone. */
static Str
file_head(const char *path, char *buf, size_t n, uint64_t *size)
{
	struct stat st = {0};
	Str head = {buf, 0};
	*size = 0;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return head;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, buf, n) : -1;
	if (fd >= 0)
		(void)close(fd);
	*size = (uint64_t)st.st_size;
	head.n = got > 0 ? (size_t)got : 0;
	return head;
}

bool
file_is_xlsx(const char *path)
{
	char buf[8];
	uint64_t size;
	Str head = file_head(path, buf, sizeof buf, &size);
	return str_starts(head, S("PK\x03\x04")) || str_starts(head, S(OLE));
}

/* An OLE file is an old .xls, or an .xlsx in an encrypted envelope. */
static bool
refuse_ole(const char *path, Str head, Err *err)
{
	static const char envelope[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	if (memmem(head.p, head.n, envelope, sizeof envelope - 1)) {
		err_set(err, E_INPUT, "'%s' is protected by a password", path);
		return err_hint(err, "remove the password in the spreadsheet program and save it again");
	}
	err_set(
		err, E_INPUT, "'%s' is an old Excel file (.xls), not a workbook in the form .xlsx", path);
	return err_hint(
		err, "open it in the spreadsheet program and save it as 'Excel workbook (.xlsx)'");
}

static bool
check_file(const char *path, Err *err)
{
	Arena tmp;
	uint64_t size;
	if (!arena_open(&tmp, 2 * HEAD, err))
		return false;
	Str head = file_head(path, NEW(&tmp, char, HEAD), HEAD, &size);
	bool ok = true;
	if (str_starts(head, S(OLE)))
		ok = refuse_ole(path, head, err);
	else if (size > XLSX_MAX_FILE)
		ok = err_set(err, E_LIMIT, "'%s' is larger than %d MB; save its sheets as CSV UTF-8", path,
			XLSX_MAX_FILE >> 20);
	arena_close(&tmp);
	return ok;
}

/* A disk that fails is not the file's fault. */
static bool
disk_failed(int why)
{
	return why == ZIP_ER_OPEN || why == ZIP_ER_READ || why == ZIP_ER_SEEK || why == ZIP_ER_MEMORY;
}

static bool
damaged(Str part, int why, Err *err)
{
	return err_set(err, disk_failed(why) ? E_IO : E_INPUT,
		"the part '%.*s' of the workbook is damaged or cannot be read", STR(part));
}

static bool
check_entries(const char *path, zip_t *z, Err *err)
{
	const char *kind = zip_name_locate(z, "xl/workbook.bin", 0) >= 0 ? ".xlsb"
		: zip_name_locate(z, "content.xml", 0) >= 0                  ? ".ods"
																	 : NULL;
	if (kind) {
		err_set(err, E_INPUT, "'%s' is a workbook in the form %s, not .xlsx", path, kind);
		return err_hint(
			err, "open it in the spreadsheet program and save it as 'Excel workbook (.xlsx)'");
	}
	if (zip_get_num_entries(z, 0) > XLSX_MAX_ENTRIES)
		return err_set(err, E_LIMIT, "'%s' has more than %d parts", path, XLSX_MAX_ENTRIES);
	return true;
}

bool
package_open(const char *path, Package **out, Err *err)
{
	Arena arena;
	int why = 0;
	*out = NULL;
	if (!file_exists(path))
		return err_set(err, E_NOTFOUND, "there is no file '%s'", path);
	if (!check_file(path, err) || !arena_open(&arena, 16 * 1024, err))
		return false;
	Package *p = NEW(&arena, Package, 1);
	p->arena = arena;
	p->zip = fault_here() ? (why = ZIP_ER_READ, NULL) : zip_open(path, ZIP_RDONLY, &why);
	*out = p;
	if (p->zip && check_entries(path, p->zip, err))
		return true;
	if (!p->zip) {
		err_set(err, disk_failed(why) ? E_IO : E_INPUT,
			"'%s' cannot be read as a workbook: the file is damaged or incomplete", path);
		err_hint(err, "copy or download it again, or save it again in the spreadsheet program");
	}
	package_close(p);
	*out = NULL;
	return false;
}

void
package_close(Package *p)
{
	if (!p)
		return;
	if (p->zip)
		zip_discard(p->zip);
	Arena arena = p->arena;
	arena_close(&arena);
}

/* ---- parts ---- */

bool
package_part(Package *p, Str name, uint64_t max, PackagePart *out, Err *err)
{
	char path[512];
	zip_stat_t st;
	*out = (PackagePart){.name = name, .max = max};
	zip_int64_t at = -1;
	if (name.n < sizeof path) {
		snprintf(path, sizeof path, "%.*s", STR(name));
		at = zip_name_locate(p->zip, path, ZIP_FL_NOCASE);
	}
	if (at < 0 || zip_stat_index(p->zip, (zip_uint64_t)at, 0, &st) != 0)
		return err_set(
			err, E_NOTFOUND, "the workbook has no part '%.*s': it is damaged", STR(name));
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE) {
		err_set(err, E_INPUT, "the workbook is protected by a password");
		return err_hint(err, "remove the password in the spreadsheet program and save it again");
	}
	out->packed = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0;
	out->total = st.valid & ZIP_STAT_SIZE ? st.size : 0;
	bool fault = fault_here();
	out->file = fault ? NULL : zip_fopen_index(p->zip, (zip_uint64_t)at, 0);
	return out->file ||
		damaged(name, fault ? ZIP_ER_READ : zip_error_code_zip(zip_get_error(p->zip)), err);
}

/* What the archive says of sizes may be a lie: what comes out counts. */
long
package_read(void *part, char *out, size_t n, Err *err)
{
	PackagePart *p = part;
	bool fault = fault_here();
	zip_int64_t got = fault ? -1 : zip_fread(p->file, out, n);
	if (got < 0) {
		(void)damaged(
			p->name, fault ? ZIP_ER_READ : zip_error_code_zip(zip_file_get_error(p->file)), err);
		return -1;
	}
	p->bytes += (uint64_t)got;
	if (p->bytes > p->max) {
		err_set(err, E_LIMIT, "the part '%.*s' of the workbook is larger than %llu MB",
			STR(p->name), (unsigned long long)(p->max >> 20));
		return -1;
	}
	if (p->bytes > XLSX_RATIO_FREE && p->bytes / XLSX_MAX_RATIO > p->packed) {
		err_set(err, E_LIMIT, "the part '%.*s' unpacks to more than %d times its size",
			STR(p->name), XLSX_MAX_RATIO);
		return -1;
	}
	return (long)got;
}

void
package_part_close(PackagePart *part)
{
	if (part->file)
		(void)zip_fclose(part->file);
	part->file = NULL;
}
