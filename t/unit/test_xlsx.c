/* xlsx: workbooks made here part by part are read as a spreadsheet program shows them, hostile ones are refused with the place, and
 * what we write is read back. */
#include "unit.h"

#include "fmt/xlsx_private.h"

#include <fcntl.h>
#include <zip.h>

static Arena arena;
static char *dir;

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define SHEET \
	"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
#define END  "</sheetData></worksheet>"
#define TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define RELS(x)                                                                                    \
	HEAD                                                                                           \
		"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" x \
		"</Relationships>"

typedef struct Parts { /* NULL: the usual one; "": none */
	const char *rels, *workbook, *workbook_rels, *styles, *strings;
	Str sheet;
	const char *extra; /* name of an empty part */
	int extras;        /* so many of them */
} Parts;

static const char styles_usual[] = HEAD
	"<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
	"<numFmt numFmtId=\"165\" formatCode=\"[$-421]dd mmmm yyyy hh:mm\"/>"
	"<numFmt numFmtId=\"166\" formatCode=\"0.00&quot; days&quot;\"/></numFmts>"
	"<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
	"<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/>"
	"<xf numFmtId=\"9\"/><xf numFmtId=\"20\"/><xf numFmtId=\"166\"/></cellXfs></styleSheet>";
static const char strings_usual[] = HEAD
	"<sst><si><t>tps</t></si><si><r><rPr><b/></rPr><t xml:space=\"preserve\">Rawa </t></r><r><t>Sari</t></r>"
	"<rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si><si><t>a_x000D_b_x005F_x0041_</t></si><si><t>#N/A</t></si></sst>";

static void
part_add(zip_t *z, const char *name, const char *given, const char *usual)
{
	const char *text = given ? given : usual;
	if (!*text)
		return;
	zip_source_t *s = zip_source_buffer(z, text, strlen(text), 0);
	assert_true(zip_file_add(z, name, s, ZIP_FL_OVERWRITE) >= 0);
}

static const char *
book(Parts p)
{
	static int count;
	const char *path = arena_fmt(&arena, "%s/%d.xlsx", dir, ++count).p;
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	assert_non_null(z);
	part_add(z, "_rels/.rels", p.rels,
		RELS("<Relationship Id=\"r1\" Type=\"" TYPE
			 "officeDocument\" Target=\"xl/workbook.xml\"/>"));
	part_add(z, "xl/workbook.xml", p.workbook,
		HEAD
		"<workbook xmlns:r=\"x\"><sheets><sheet name=\"Data\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
	part_add(z, "xl/_rels/workbook.xml.rels", p.workbook_rels,
		RELS("<Relationship Id=\"r1\" Type=\"" TYPE "worksheet\" Target=\"worksheets/sheet1.xml\"/>"
			 "<Relationship Id=\"r2\" Type=\"" TYPE "styles\" Target=\"/xl/styles.xml\"/>"
			 "<Relationship Id=\"r3\" Type=\"" TYPE
			 "sharedStrings\" Target=\"../xl/sharedStrings.xml\"/>"));
	part_add(z, "xl/styles.xml", p.styles, styles_usual);
	part_add(z, "xl/sharedStrings.xml", p.strings, strings_usual);
	if (p.sheet.n)
		assert_true(zip_file_add(z, "xl/worksheets/sheet1.xml",
						zip_source_buffer(z, p.sheet.p, p.sheet.n, 0), 0) >= 0);
	for (int i = 0; i < p.extras; i++)
		part_add(z, arena_fmt(&arena, p.extra, i).p, " ", " ");
	assert_int_equal(zip_close(z), 0);
	return path;
}

/* All rows as text: cells ended by |, with the kind in front when it is no text; rows by $. */
static bool
render(const char *path, const char *sheet, Buf *out)
{
	static const char *const kinds[] = {"", "n:", "!", "?"};
	Sheet s;
	CsvRow row;
	bool more = true, ok = sheet_open(path, str_of(sheet), &s, &err);
	buf_clear(out);
	while (ok && (ok = sheet_next(&s, &row, &more, &err)) && more) {
		for (size_t i = 0; i < row.n; i++)
			buf_fmt(out, "%s%.*s|", row.kind ? kinds[row.kind[i]] : "", STR(row.cell[i]));
		buf_byte(out, '$');
	}
	if (s.xlsx && !ok) { /* finished: the same error for ever */
		Err again = {0};
		assert_false(sheet_next(&s, &row, &more, &again));
		assert_false(more);
		assert_string_equal(again.text, err.text);
	}
	sheet_close(&s);
	return ok;
}

static void
reads(const char *rows, const char *want)
{
	AUTO(Buf) out = {0};
	Str xml = arena_fmt(&arena, HEAD SHEET "%s" END, rows);
	OK(render(book((Parts){.sheet = xml}), "", &out));
	SAME(buf_str(&out), want);
}

#define REFUSES(parts, code, words)                          \
	do {                                                     \
		AUTO(Buf) out_ = {0};                                \
		REFUSED(render(book parts, "", &out_), code, words); \
	} while (0)
#define ROWS(x) .sheet = S(HEAD SHEET x END)

/* ---- what is read ---- */

static void
texts(void **state)
{
	(void)state;
	reads(
		"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>na</t><r><t>ma</t></r></is></c></row>"
		"<row r=\"3\"><c r=\"A3\" t=\"s\"><v>1</v></c><c r=\"B3\" t=\"str\"><f>A1&amp;\"x\"</f><v>tpsx</v></c></row>",
		"tps|nama|$Rawa Sari|tpsx|$");
	reads(
		"<row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>b</v></c></row><row><c t=\"s\"><v>2</v></c></row>"
		"<row><c/><c t=\"str\"><v>=1+1</v></c></row>",
		"a|b|$a\rb_x0041_||$|=1+1|$");
	/* Prefixed names, an empty row, and coloured cells beyond the header. */
	reads(
		"<x:row xmlns:x=\"y\" r=\"2\"><x:c r=\"B2\" t=\"str\"><x:v>b</x:v></x:c></x:row><row r=\"4\"><c r=\"A4\" s=\"1\"/></row>"
		"<row r=\"5\"><c r=\"A5\"><v>1</v></c><c r=\"XFD5\" s=\"1\"/></row>",
		"|b|$n:1||$");
	reads("<row><c t=\"b\"><v>1</v></c></row><row><c t=\"b\"><v>0</v></c></row>", "true|$false|$");
	reads("", "");
}

static void
numbers(void **state)
{
	static const char *const cases[][2] = {{"5", "n:5"}, {"5.0", "n:5"}, {"-0", "n:0"},
		{"0.5", "n:0.5"}, {"1571091002001", "n:1571091002001"},
		{"1.571091002001E12", "n:1571091002001"}, {"0.30000000000000004", "n:0.3"},
		{"-1.6101220000000001", "n:-1.610122"}, {"1E-5", "n:0.00001"},
		{"999999999999999", "n:999999999999999"},
		/* a NIK that a spreadsheet has rounded: refused by name in value_parse */
		{"9971091002001230", "n:9.97109100200123E+15"},
		{"1.5710910020012E+15", "n:1.5710910020012E+15"},
		{"1234567890123456789", "n:1.23456789012346E+18"}, {"007", "n:7"}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		reads(arena_fmt(&arena, "<row><c t=\"str\"><v>h</v></c></row><row><c><v>%s</v></c></row>",
				  cases[i][0])
				  .p,
			arena_fmt(&arena, "h|$%s|$", cases[i][1]).p);
	REFUSES(((Parts){ROWS("<row><c t=\"str\"><v>h</v></c></row><row><c><v>0x10</v></c></row>")}),
		E_INPUT, "sheet 'Data', cell A2, column 'h': '0x10' is no number");
	REFUSES(((Parts){ROWS("<row><c><v>1e999</v></c></row>")}), E_INPUT,
		"cell A1: '1e999' is no number");
}

static void
dates(void **state)
{
	static const struct {
		const char *style, *value, *want;
	} cases[] = {{"1", "45623", "2024-11-27"}, {"2", "45623.5", "2024-11-27 12:00:00"},
		{"3", "45621.381944444445", "2024-11-25 09:10:00"}, {"3", "45621", "2024-11-25 00:00:00"},
		{"5", "0.29166666666666669", "07:00:00"}, {"4", "0.5", "50%"}, {"6", "45623", "n:45623"},
		{"1", "1", "1900-01-01"}, {"1", "59", "1900-02-28"}, {"1", "60", "1900-02-29"},
		{"1", "61", "1900-03-01"}, {"1", "2958465", "9999-12-31"}, {"1", "2958466", "n:2958466"},
		{"1", "-1", "n:-1"}, {"1", "0", "n:0"}, {"99", "45623", "n:45623"}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		reads(arena_fmt(&arena,
				  "<row><c t=\"str\"><v>h</v></c></row><row><c s=\"%s\"><v>%s</v></c></row>",
				  cases[i].style, cases[i].value)
				  .p,
			arena_fmt(&arena, "h|$%s|$", cases[i].want).p);
	AUTO(Buf) out = {0};
	OK(render(
		book((Parts){.workbook = HEAD
			"<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"D\" r:id=\"r1\" xmlns:r=\"x\"/></sheets></workbook>",
			ROWS(
				"<row><c t=\"str\"><v>h</v></c></row><row><c s=\"1\"><v>44161</v></c></row><row><c s=\"1\"><v>0</v></c></row>")}),
		"", &out));
	SAME(buf_str(&out), "h|$2024-11-27|$1904-01-01|$");
}

static void
formats(void **state)
{
	(void)state;
	assert_int_equal(format_kind(0, S("General")), NUMBER_PLAIN);
	assert_int_equal(format_kind(0, S("#,##0.00;[Red]-#,##0.00")), NUMBER_PLAIN);
	assert_int_equal(format_kind(0, S("\"Rp\"#,##0")), NUMBER_PLAIN);
	assert_int_equal(format_kind(0, S("0\\d")), NUMBER_PLAIN);
	assert_int_equal(format_kind(0, S("mmm-yy")), NUMBER_DATE);
	assert_int_equal(format_kind(0, S("mmmm")), NUMBER_DATE);
	assert_int_equal(format_kind(0, S("[h]:mm:ss")), NUMBER_TIME);
	assert_int_equal(format_kind(0, S("d/m/yy h:mm")), NUMBER_INSTANT);
	assert_int_equal(format_kind(0, S("h:mm AM/PM")), NUMBER_TIME);
	assert_int_equal(format_kind(0, S("0.0%")), NUMBER_PERCENT);
	assert_int_equal(format_kind(0, S("[Yellow]0")), NUMBER_PLAIN);
	assert_int_equal(format_kind(0, S("\"")), NUMBER_PLAIN);
	assert_int_equal(format_kind(0, S("\\")), NUMBER_PLAIN);
	assert_int_equal(format_kind(22, (Str){0}), NUMBER_INSTANT);
}

static void
errors_and_formulas(void **state)
{
	(void)state;
	reads("<row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>b</v></c><c t=\"str\"><v>c</v></c></row>"
		  "<row><c t=\"e\"><f>NA()</f><v>#N/A</v></c><c><f>1+1</f></c><c t=\"s\"><v>3</v></c></row>"
		  "<row><c><f>1+1</f><v>2</v></c><c t=\"str\"><f>\"\"</f><v></v></c></row>",
		"a|b|c|$!#N/A|?|!#N/A|$n:2|||$");
	REFUSES(((Parts){ROWS("<row><c t=\"str\"><v>a</v></c><c t=\"e\"><v>#REF!</v></c></row>")}),
		E_INPUT, "cell B1: the header holds a formula without a result");
}

static void
sheets(void **state)
{
	static const char two[] = HEAD
		"<workbook xmlns:r=\"x\"><sheets><sheet name=\"_lists\" state=\"hidden\" r:id=\"r9\"/>"
		"<sheet name=\"Data\" r:id=\"r1\"/><sheet name=\"tps\" r:id=\"r2\"/></sheets></workbook>";
	Str *name;
	size_t n;
	AUTO(Buf) out = {0};
	(void)state;
	const char *path = book((Parts){.workbook = two, ROWS("<row><c t=\"str\"><v>a</v></c></row>")});
	OK(xlsx_sheets(path, &arena, &name, &n, &err));
	assert_int_equal(n, 2);
	SAME(name[0], "Data");
	SAME(name[1], "tps");
	OK(render(path, "", &out));
	SAME(buf_str(&out), "a|$");
	REFUSED(render(path, "tps", &out), E_INPUT, "the sheet 'tps' has no part in the workbook");
	REFUSED(render(path, "roll", &out), E_NOTFOUND, "no sheet 'roll'");
}

static void
merged(void **state)
{
	(void)state;
#define MERGED(ref)                                                                                \
	.sheet = S(HEAD                                                                                \
		"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row>"              \
		"<row r=\"2\"><c r=\"A2\"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref=\"" ref \
		"\"/></mergeCells></worksheet>")
	REFUSES(((Parts){MERGED("A1:C1")}), E_INPUT,
		"sheet 'Data': the cells A1:C1 of the header are merged");
	REFUSES(((Parts){MERGED("A1:A2")}), E_INPUT, "are merged");
	AUTO(Buf) out = {0};
	OK(render(book((Parts){MERGED("A2:A3")}), "", &out));
	SAME(buf_str(&out), "a|$n:1|$");
}

/* ---- what is refused ---- */

static void
wrong_files(void **state)
{
	AUTO(Buf) out = {0};
	(void)state;
	const char *path = arena_fmt(&arena, "%s/old.xls", dir).p;
	OK(file_write_atomic(path, S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), 0600, &err));
	REFUSED(render(path, "", &out), E_INPUT, "an old Excel file (.xls)");
	OK(file_write_atomic(path,
		S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"),
		0600, &err));
	REFUSED(render(path, "", &out), E_INPUT, "protected by a password");
	OK(file_write_atomic(path, S("PK\x03\x04 and nothing more"), 0600, &err));
	REFUSED(render(path, "", &out), E_INPUT, "the file is damaged or incomplete");
	/* A download that broke off. */
	Str whole;
	OK(file_read(book((Parts){ROWS("<row><c><v>1</v></c></row>")}), 1 << 20, &arena, &whole, &err));
	OK(file_write_atomic(path, str_slice(whole, 0, whole.n - 40), 0600, &err));
	REFUSED(render(path, "", &out), E_INPUT, "the file is damaged or incomplete");
	REFUSED(
		xlsx_open("/no/such.xlsx", S(""), &(Xlsx *){NULL}, &err), E_NOTFOUND, "there is no file");
	REFUSES(((Parts){.extra = "content.xml", .extras = 1, ROWS("")}), E_INPUT, "in the form .ods");
	REFUSES(((Parts){.extra = "p%d", .extras = XLSX_MAX_ENTRIES, ROWS("")}), E_LIMIT,
		"more than 2048 parts");
}

static void
wrong_parts(void **state)
{
	(void)state;
	REFUSES(((Parts){.rels = "", ROWS("")}), E_NOTFOUND, "no part '_rels/.rels'");
	REFUSES(((Parts){.rels = RELS(""), ROWS("")}), E_INPUT, "names no workbook");
	REFUSES(((Parts){.workbook_rels = "", ROWS("")}), E_NOTFOUND,
		"no part 'xl/_rels/workbook.xml.rels'");
	REFUSES(((Parts){
				.workbook_rels = RELS("<Relationship Id=\"r1\" Type=\"" TYPE
									  "worksheet\" Target=\"file:///x\" TargetMode=\"External\"/>"),
				ROWS("")}),
		E_INPUT, "no visible sheet");
	REFUSES(((Parts){.workbook_rels = RELS("<Relationship Id=\"r1\" Type=\"" TYPE
										   "worksheet\" Target=\"../../../etc/x\"/>"),
				ROWS("")}),
		E_NOTFOUND, "no part 'etc/x'");
	REFUSES(((Parts){.styles = "", ROWS("")}), E_NOTFOUND, "no part 'xl/styles.xml'");
	REFUSES(((Parts){.workbook = HEAD "<workbook><sheets>", ROWS("")}), E_INPUT,
		"part 'xl/workbook.xml': line 1 is not well-formed XML");
	REFUSES(((Parts){.sheet = S(HEAD "<worksheet><sheetData><row>")}), E_INPUT,
		"sheet 'Data': line 1 is not well-formed XML");
}

static void
wrong_rows(void **state)
{
	(void)state;
	REFUSES(((Parts){ROWS("<row r=\"5\"><c><v>1</v></c></row><row r=\"4\"><c><v>1</v></c></row>")}),
		E_INPUT, "row number '4' after row 5");
	REFUSES(((Parts){ROWS("<row r=\"-1\"/>")}), E_INPUT, "row number '-1'");
	REFUSES(((Parts){ROWS("<row r=\"99999999999999999999\"/>")}), E_INPUT, "row number '9999");
	REFUSES(((Parts){ROWS("<row r=\"1048577\"/>")}), E_LIMIT, "row number '1048577'");
	REFUSES(((Parts){ROWS("<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>")}),
		E_INPUT, "cell A1: the cells of the row are not in order");
	REFUSES(
		((Parts){ROWS("<row r=\"1\"><c r=\"A2\"/></row>")}), E_INPUT, "'A2' is no cell of row 1");
	REFUSES(
		((Parts){ROWS("<row r=\"1\"><c r=\"AAAAAAAA1\"/></row>")}), E_INPUT, "is no cell of row 1");
	REFUSES(((Parts){ROWS("<row><c t=\"s\"><v>4</v></c></row>")}), E_INPUT,
		"cell A1: there is no shared string '4'");
	REFUSES(
		((Parts){ROWS("<row><c t=\"s\"><v>-1</v></c></row>")}), E_INPUT, "no shared string '-1'");
	REFUSES(((Parts){ROWS("<row><c t=\"s\"><v>18446744073709551616</v></c></row>")}), E_INPUT,
		"no shared string");
	REFUSES(
		((Parts){ROWS("<row><c t=\"z\"><v>1</v></c></row>")}), E_INPUT, "unknown type of cell 'z'");
	REFUSES(
		((Parts){ROWS("<row><c s=\"-1\"><v>1</v></c></row>")}), E_INPUT, "'-1' is no cell format");
	REFUSES(((Parts){ROWS("<row><c t=\"str\"><v>a_x0000_</v></c></row>")}), E_INPUT,
		"control character");
	REFUSES(((Parts){ROWS("<row><c t=\"str\"><v>\xc2\x85</v></c></row>")}), E_INPUT,
		"control character");
	REFUSES(((Parts){ROWS("<row><c t=\"str\"><v>\xff</v></c></row>")}), E_INPUT, "not well-formed");
	REFUSES(
		((Parts){ROWS("<row><c t=\"str\"><v>h</v></c></row><row><c r=\"C2\"><v>1</v></c></row>")}),
		E_INPUT, "cell C2: the header has only 1 columns");
	/* Text with an index that is not the list's. */
	REFUSES(((Parts){.strings = HEAD "<sst/>", ROWS("<row><c t=\"s\"><v>0</v></c></row>")}),
		E_INPUT, "no shared string '0'");
}

static Str
repeated(const char *before, const char *piece, size_t n, const char *after)
{
	AUTO(Buf) b = {0};
	buf_add(&b, str_of(before));
	for (size_t i = 0; i < n; i++)
		buf_add(&b, str_of(piece));
	buf_add(&b, str_of(after));
	assert_false(b.failed);
	return arena_str(&arena, buf_str(&b));
}

static void
bombs(void **state)
{
	(void)state;
	/* Nothing but blanks: a thousandth of its size in the archive. */
	REFUSES(((Parts){.sheet = repeated(HEAD SHEET "<row><c><v>1</v></c></row>",
						 "<row>                                     </row>", 400000, END)}),
		E_LIMIT, "unpacks to more than 300 times its size");
	REFUSES(((Parts){.sheet = S("<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet/>")}), E_INPUT,
		"a DOCTYPE does not belong");
	REFUSES(
		((Parts){
			.strings =
				"<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><sst><si><t>&lol2;</t></si></sst>",
			ROWS("")}),
		E_INPUT, "part 'xl/sharedStrings.xml': a DOCTYPE does not belong");
	REFUSES(
		((Parts){.workbook = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><workbook/>", ROWS("")}),
		E_INPUT, "a DOCTYPE");
	REFUSES(
		((Parts){.sheet = repeated("", "<a>", 100000, "")}), E_LIMIT, "nested more than 64 deep");
	REFUSES(((Parts){.sheet = repeated("<worksheet><!--", "0123456789", 60000, "--></worksheet>")}),
		E_LIMIT, "a piece of XML is longer than");
	REFUSES(
		((Parts){.sheet = repeated(HEAD SHEET "<row>", "<c><v>1</v></c>", 16384, "</row>" END)}),
		E_LIMIT, "cell SS1: more than 512 columns");
	REFUSES(((Parts){.sheet = repeated(HEAD SHEET "<row><c t=\"str\"><v>", "0123456789", 6554,
						 "</v></c></row>" END)}),
		E_LIMIT, "cell A1: the cell is longer than 65536 bytes");
	/* A short index, a long text, again and again. */
	Str line = repeated("<sst><si><t>", "0123456789", 6000, "</t></si></sst>");
	REFUSES(
		((Parts){.strings = line.p,
			.sheet = repeated(HEAD SHEET "<row>", "<c t=\"s\"><v>0</v></c>", 512, "</row>" END)}),
		E_LIMIT, "cell R1: the row is longer than 1048576 bytes");
	REFUSES(((Parts){.strings = repeated("<sst><si><t>", "0123456789", 6554, "</t></si></sst>").p,
				ROWS("")}),
		E_LIMIT, "shared string 0 is longer than 65536 bytes");
}

/* Each table of a workbook has an end of its own. */
static void
caps(void **state)
{
	(void)state;
	REFUSES(((Parts){.workbook = repeated(HEAD "<workbook xmlns:r=\"x\"><sheets>",
						 "<sheet name=\"Data\" r:id=\"r1\"/>", XLSX_MAX_SHEETS + 1,
						 "</sheets></workbook>")
									 .p,
				ROWS("")}),
		E_LIMIT, "more than 256 sheets");
	REFUSES(((Parts){.styles = repeated(HEAD "<styleSheet><cellXfs>", "<xf numFmtId=\"0\"/>",
						 XLSX_MAX_STYLES + 1, "</cellXfs></styleSheet>")
								   .p,
				ROWS("")}),
		E_LIMIT, "more than 65536 cell formats");
	REFUSES(((Parts){
				.strings = repeated("<sst>", "<si><t>a</t></si>", XLSX_MAX_STRINGS + 1, "</sst>").p,
				ROWS("")}),
		E_LIMIT, "more than");
}

/* ---- what is written ---- */

static void
round_trip(void **state)
{
	const Str texts_kept[] = {S("=1+1"), S("+62"), S("-5"), S("@x"), S("'=x"), S(" a  b "),
		S("1571091002001"), S("007"), S("a\nb"), S("a\rb"), S("_x0041_"), S("<&>\""),
		S("\xe2\x98\x83"), S("\t"), S("1e5")};
	enum { N = sizeof texts_kept / sizeof *texts_kept };
	const char *path = arena_fmt(&arena, "%s/out.xlsx", dir).p;
	XlsxColumn column[] = {{.name = S("text")},
		{.name = S("number"), .format = XLSX_NUMBER, .ranged = true, .max = 9},
		{.name = S("date"), .format = XLSX_DATE, .note = S("a day")},
		{.name = S("at"), .format = XLSX_INSTANT},
		{.name = S("pick"), .option = texts_kept, .n_options = 3}};
	XlsxOut *o;
	Sheet s;
	CsvRow row;
	bool more;
	(void)state;
	OK(xlsx_out_open(path, S("tps"), column, 5, &o, &err));
	for (size_t i = 0; i < N; i++) {
		xlsx_out_text(o, texts_kept[i]);
		xlsx_out_number(o, -1.610122);
		xlsx_out_date(o, 20054, S("2024-11-27"));
		xlsx_out_instant(o, INT64_C(1732500600123), 420, S(""));
		xlsx_out_end(o);
	}
	xlsx_out_date(o, -25600, S("1899-11-29"));
	xlsx_out_end(o);
	OK(xlsx_out_close(o, &err));
	OK(sheet_open(path, S("tps"), &s, &err));
	OK(sheet_next(&s, &row, &more, &err));
	assert_int_equal(row.n, 5);
	for (size_t i = 0; i < N; i++) {
		OK(sheet_next(&s, &row, &more, &err));
		assert_true(more);
		assert_true(str_eq(row.cell[0], texts_kept[i]));
		assert_int_equal(row.kind[0], CELL_TEXT);
		SAME(row.cell[1], "-1.610122");
		SAME(row.cell[2], "2024-11-27");
		SAME(row.cell[3], "2024-11-25 09:10:00.123");
		SAME(row.cell[4], "");
	}
	OK(sheet_next(&s, &row, &more, &err));
	SAME(row.cell[0], "1899-11-29");
	OK(sheet_next(&s, &row, &more, &err));
	assert_false(more);
	sheet_close(&s);
}

static void
unwritable(void **state)
{
	XlsxOut *o;
	const char *path = arena_fmt(&arena, "%s/long.xlsx", dir).p;
	(void)state;
	REFUSED(xlsx_out_open("/no/such/folder.xlsx", S("x"), NULL, 0, &o, &err), E_NOTFOUND,
		"cannot write '/no/such/folder.xlsx'");
	OK(xlsx_out_open(path, S("a name that Excel does not take: too long"), NULL, 0, &o, &err));
	xlsx_out_text(o, repeated("", "x", 32768, ""));
	REFUSED(xlsx_out_close(o, &err), E_LIMIT, "longer than the 32767 characters");
	assert_false(file_exists(path));
	OK(xlsx_out_open(path, S("x"), NULL, 0, &o, &err));
	xlsx_out_abandon(o);
	assert_false(file_exists(path));
}

static int
setup(void **state)
{
	(void)state;
	const char *base = getenv("TMPDIR");
	if (!arena_open(&arena, (size_t)1 << 30, NULL))
		return 1;
	dir = (char *)arena_fmt(&arena, "%s/siap-xlsx.XXXXXX", base ? base : "/tmp").p;
	return mkdtemp(dir) ? 0 : 1;
}

static int
teardown(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", dir, (char *)NULL);
		_exit(1);
	}
	int status;
	bool gone = waitpid(child, &status, 0) == child;
	arena_close(&arena);
	return gone ? 0 : 1;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(texts),
	cmocka_unit_test(numbers),
	cmocka_unit_test(dates),
	cmocka_unit_test(formats),
	cmocka_unit_test(errors_and_formulas),
	cmocka_unit_test(sheets),
	cmocka_unit_test(merged),
	cmocka_unit_test(wrong_files),
	cmocka_unit_test(wrong_parts),
	cmocka_unit_test(wrong_rows),
	cmocka_unit_test(bombs),
	cmocka_unit_test(caps),
	cmocka_unit_test(round_trip),
	cmocka_unit_test(unwritable),
};
UNIT_MAIN(tests, setup, teardown)
