/* Papers: what is taken, told by bytes; attached to rows, entries and imports; kept by backups; every change of table or file is named. */
#include "accounts.h"

#include <fcntl.h>
#include <sys/stat.h>

static PaperFile
kept(Desk *d, Str bytes)
{
	PaperFile f = {0};
	OK(d, paper_keep(&d->w, desk_file(d, "paper", bytes), &f, &d->err));
	return f;
}

static const char *
place(Desk *d, const char *dir, const char *hash)
{
	return arena_fmt(&d->a, "%s/files/%.2s/%s", dir, hash, hash + 2).p;
}

/* ---- kinds ---- */

static void
test_kinds(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	static const struct {
		Str bytes;
		const char *kind;
	} taken[] = {
		{{"%PDF-1.7\n", 9}, "pdf"},
		{{"\xff\xd8\xff\xe0more", 8}, "jpg"},
		{{"\x89PNG\r\n\x1a\n", 8}, "png"},
		{{"RIFF\1\0\0\0WEBPVP8 ", 16}, "webp"},
		{{"PK\x03\x04 xl/workbook.xml", 20}, "xlsx"},
		{{"PK\x03\x04 word/document.xml", 22}, "docx"},
		{{"PK\x03\x04__________________________mimetypeapplication/vnd.oasis.opendocument.textPK",
			 79},
			"odt"},
		{{"PK\x03\x04__________________________mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
			 84},
			"ods"},
		{{"tps,diterima\n1571,2\n", 20}, "txt"},
	};
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		PaperFile f = kept(d, taken[i].bytes);
		if (!str_eq(f.kind, str_of(taken[i].kind)))
			fail_msg("expected %s, came %.*s", taken[i].kind, STR(f.kind));
		assert_int_equal(f.bytes, taken[i].bytes.n);
		assert_true(file_exists(place(d, d->ws, f.hash)));
	}
	static const Str refused[] = {{"", 0}, {"MZ\x90\0program", 11}, {"<html><script>", 14},
		{" \n<svg onload=x>", 16}, {"#!/bin/sh\n", 10}, {"a\0b", 3}, {"\xff\xfe text", 7},
		{"PK\x03\x04 any.zip", 12}, {"PK\x03\x04 word/document.xml word/vbaProject.bin", 43}};
	PaperFile f;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		REFUSED(d, paper_keep(&d->w, desk_file(d, "paper", refused[i]), &f, &d->err), E_INPUT);
	size_t n = ((size_t)PAPER_MB << 20) + 1;
	char *large = NEW(&d->a, char, n);
	memset(large, 'x', n);
	REFUSED(d, paper_keep(&d->w, desk_file(d, "paper", (Str){large, n}), &f, &d->err), E_LIMIT);
	assert_non_null(strstr(d->err.text, "16 MB"));
	OK(d, paper_keep(&d->w, desk_file(d, "paper", (Str){large, n - 1}), &f, &d->err));
	gate_close(g);
	desk_close(d);
}

/* ---- attached ---- */

#define INK "tps=1509011001001;item=ink"

static AttachRequest
to_ink(Desk *d, const PaperFile *f, const Account *who, const Origin *by)
{
	return (AttachRequest){.origin = by,
		.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", INK),
		.who = who,
		.hash = arena_str(&d->a, str_of(f->hash)),
		.name = S("C:\\scan\\BA 12.pdf"),
		.note = S("handover of 25 November")};
}

static PaperList
of_ink(Desk *d)
{
	PaperList l = {.dataset = S("delivery"),
		.key = S("1509011001001/ink"),
		.event = workspace_last_event(&d->w)};
	OK(d, papers_list(&d->w, &l, &d->a, &d->err));
	return l;
}

/* What hangs on nothing goes after its time, what hangs on a row stays. */
static void
test_sweep(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	enum { DAY = 24 * 3600 };
	PaperFile shown = kept(d, S("%PDF-1.7 one")), left = kept(d, S("%PDF-1.7 two")),
			  fresh = kept(d, S("%PDF-1.7 three"));
	const char *stray = arena_fmt(&d->a, "%s/files/%.2s/note", d->ws, left.hash).p;
	Account kpu = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	Origin by = origin_by(&kpu);
	AttachRequest r = to_ink(d, &shown, &kpu, &by);
	uint64_t n;
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	OK(d, desk_enter(d, g, "delivery", INK ";received=2"));
	OK(d, gate_attach(g, &r, &d->err));
	OK(d, file_write_atomic(stray, S("x"), 0600, &d->err));
	const char *old[] = {place(d, d->ws, shown.hash), place(d, d->ws, left.hash),
		place(d, d->ws, fresh.hash), stray};
	const struct timespec then[2] = {{time(NULL) - DAY - 60, 0}, {time(NULL) - DAY - 60, 0}};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(utimensat(AT_FDCWD, old[i], then, 0), 0);
	(void)kept(d, S("%PDF-1.7 three")); /* sent again: it waits anew */
	OK(d, papers_sweep(&d->w, DAY, &n, &d->err));
	assert_int_equal(n, 1);
	assert_true(file_exists(old[0]) && !file_exists(old[1]) && file_exists(old[2]));
	assert_true(file_exists(stray)); /* nothing of ours */
	OK(d, papers_sweep(&d->w, 0, &n, &d->err));
	assert_int_equal(n, 1);
	assert_true(file_exists(old[0]) && !file_exists(old[2]));
	gate_close(g);
	desk_close(d);
}

static void
test_attach(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	PaperFile f = kept(d, S("%PDF-1.7 one")), other = kept(d, S("%PDF-1.7 two"));
	Account kpu = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509"),
			far = made(d, g, "kpu.jambi", "kpu", ROLE_OPERATOR, "1571"),
			reader = made(d, g, "kpu.eye", "kpu", ROLE_READER, "15"),
			police = made(d, g, "polda", "polri", ROLE_SUPERVISOR, "15");
	Origin by = origin_by(&kpu);
	AttachRequest r = to_ink(d, &f, &kpu, &by);
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	REFUSED(d, gate_attach(g, &r, &d->err), E_NOTFOUND); /* there is no such row yet */
	OK(d, desk_enter(d, g, "delivery", INK ";received=2"));
	OK(d, gate_attach(g, &r, &d->err));
	int64_t first = r.event;
	REFUSED(d, gate_attach(g, &r, &d->err), E_CONFLICT);
	/* By rights, as they are now. */
	const Account *no[] = {&far, &reader, &police};
	for (size_t i = 0; i < 3; i++) {
		Origin theirs = origin_by(no[i]);
		AttachRequest try = to_ink(d, &other, no[i], &theirs);
		REFUSED(d, gate_attach(g, &try, &d->err), E_DENIED);
	}
	/* What nobody sent cannot be attached, nor what is no hash. */
	static const char *const wrong[] = {
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "../../../etc/passwd",
		"", "FF112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"};
	for (size_t i = 0; i < 4; i++) {
		r.hash = str_of(wrong[i]);
		REFUSED(d, gate_attach(g, &r, &d->err), E_INPUT);
	}
	PaperList l = of_ink(d);
	assert_int_equal(l.n, 1);
	const Paper *p = l.paper;
	assert_int_equal(p->event, first);
	assert_true(str_eq(p->name, S("BA 12.pdf")) && str_eq(p->note, S("handover of 25 November")));
	assert_true(str_eq(p->actor, S("kpu.tebo")) && str_eq(p->file.kind, S("pdf")));
	assert_string_equal(p->file.hash, f.hash);
	/* The log does not say what the sender called the file. */
	assert_int_equal(
		desk_number(d,
			"SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin WHERE o.dataset = 'siap.paper' AND e.area = '1509011001001' AND e.key = 'delivery/1509011001001/ink'"),
		1);
	l = (PaperList){.hash = str_of(f.hash)};
	OK(d, papers_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 1);
	Str bytes;
	OK(d, paper_read(&d->w, str_of(f.hash), &d->a, &bytes, &d->err));
	assert_true(str_eq(bytes, S("%PDF-1.7 one")));
	REFUSED(d, paper_read(&d->w, S("../siap.db"), &d->a, &bytes, &d->err), E_NOTFOUND);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- with what is entered, with what is imported ---- */

static void
test_entered(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	PaperFile f = kept(d, S("%PDF-1.7 one"));
	Account desk = made(d, g, "sekretaris", "kesbangpol", ROLE_SUPERVISOR, "15");
	Origin by = origin_by(&desk);
	by.on_behalf_of = S("kpu");
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	RowRequest r = {.who = &desk,
		.origin = &by,
		.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", INK ";received=2"),
		.paper = S("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")};
	REFUSED(d, gate_enter(g, &r, &d->err), E_INPUT); /* no such paper was sent */
	r.paper = str_of(f.hash);
	r.paper_note = S("letter 12");
	OK(d, gate_enter(g, &r, &d->err));
	PaperList l = of_ink(d);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.paper->about, r.event);
	assert_int_equal(l.paper->event, r.event + 1);
	assert_true(str_eq(l.paper->on_behalf_of, S("kpu")) && str_eq(l.paper->note, S("letter 12")));
	/* The same paper for another figure of the row is shown once. */
	r.text = desk_cells(d, "delivery", INK ";received=1");
	OK(d, gate_enter(g, &r, &d->err));
	assert_int_equal(of_ink(d).n, 1);
	/* An import: its paper is shown with each of its rows. */
	const Dataset *one = catalog_dataset(&d->w.cat, S("delivery"));
	ImportOptions o = {
		.path = desk_file(d, "in.csv", S("tps,item,received\n1509011001001,ink,2\n")),
		.datasets = &one,
		.n_datasets = 1,
		.origin = by,
		.who = &desk};
	ImportReport report;
	REFUSED(d, import_file(&d->w, g, &o, &d->a, &report, &d->err), E_INPUT);
	PaperFile whole = kept(d, S("%PDF-1.7 the whole list"));
	o.paper = str_of(whole.hash);
	OK(d, import_file(&d->w, g, &o, &d->a, &report, &d->err));
	l = of_ink(d);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.paper[0].file.hash, whole.hash);
	assert_true(l.paper[0].batch > 0 && !l.paper[0].key.n);
	l = (PaperList){.batch = l.paper[0].batch};
	OK(d, papers_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 1);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- kept, and watched over ---- */

static void
differs(Desk *d, const char *dir, Workspace *w, const char *words)
{
	AUTO(Arena) a = {0};
	VerifyReport r;
	(void)dir;
	OK(d, arena_open(&a, (size_t)1 << 30, &d->err));
	REFUSED(d, log_verify(w, &(VerifyAsk){.threads = 1}, &a, &r, &d->err), E_CONFLICT);
	if (!strstr(d->err.text, words))
		fail_msg("expected '%s' in '%s'", words, d->err.text);
}

static void
test_kept(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	PaperFile f = kept(d, S("%PDF-1.7 one"));
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	OK(d, desk_enter(d, g, "delivery", INK ";received=2"));
	AttachRequest r = to_ink(d, &f, NULL, &keeper);
	OK(d, gate_attach(g, &r, &d->err));
	gate_close(g);
	verifies(d);
	/* A backup has it; the copy is whole, and verified with it. */
	BackupReport saved;
	RestoreReport back;
	const char *file = arena_fmt(&d->a, "%s/b.siap", d->dir).p,
			   *dir = arena_fmt(&d->a, "%s/back", d->dir).p;
	OK(d, backup_make(&d->w, &(BackupAsk){.path = file}, &d->a, &saved, &d->err));
	OK(d, restore_make(&d->env, &(RestoreAsk){.path = file, .dir = dir}, &d->a, &back, &d->err));
	Workspace w;
	Str bytes;
	OK(d, workspace_open(&d->env, dir, &d->a, &w, &d->err));
	PaperList l = {.hash = str_of(f.hash)};
	OK(d, papers_list(&w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 1);
	OK(d, paper_read(&w, str_of(f.hash), &d->a, &bytes, &d->err));
	/* Bytes that were changed, and a file that is gone. */
	OK(d, file_write_atomic(place(d, dir, f.hash), S("%PDF-1.7 two"), 0600, &d->err));
	differs(d, dir, &w, "is not the one that was attached");
	assert_int_equal(unlink(place(d, dir, f.hash)), 0);
	differs(d, dir, &w, "is missing");
	workspace_close(&w);
	/* Whoever sends a damaged one again puts it right. */
	OK(d, file_write_atomic(place(d, d->ws, f.hash), S("damaged"), 0600, &d->err));
	(void)kept(d, S("%PDF-1.7 one"));
	verifies(d);
	/* The table. */
	desk_sql(d, "UPDATE paper SET note = 'another'");
	differs(d, d->ws, &d->w, "the table of papers");
	desk_sql(d, "UPDATE paper SET note = 'handover of 25 November', key = '1509011001002/ink'");
	differs(d, d->ws, &d->w, "the table of papers");
	desk_sql(d, "UPDATE paper SET key = '1509011001001/ink', area = '1571'");
	differs(d, d->ws, &d->w, "the table of papers");
	desk_sql(d, "DELETE FROM paper");
	differs(d, d->ws, &d->w, "the table of papers");
	desk_close(d);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds), cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_attach), cmocka_unit_test(test_entered), cmocka_unit_test(test_kept)};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
