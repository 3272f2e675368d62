/* xlsx_book: the small tables of a workbook: which sheets there are, number formats, shared strings. */
#include "fmt/xlsx_private.h"

/* ---- reading a whole part ---- */

static bool
nothing_text(void *ctx, Str text, Err *err)
{
	(void)ctx, (void)text, (void)err;
	return true;
}

static bool
nothing_end(void *ctx, Str name, Err *err)
{
	(void)ctx, (void)name, (void)err;
	return true;
}

static bool
xml_all(CsvSource source, XmlEvents events, Err *err)
{
	Xml *x;
	bool more;
	if (!xml_open(source, events, &x, err))
		return false;
	bool ok = xml_run(x, &more, err);
	xml_close(x);
	return ok;
}

static bool
part_all(Package *p, Str name, uint64_t max, XmlEvents events, Err *err)
{
	PackagePart part;
	if (!package_part(p, name, max, &part, err))
		return false;
	bool ok = xml_all((CsvSource){package_read, &part}, events, err);
	package_part_close(&part);
	return ok || err_prefix(err, "part '%.*s': ", STR(name));
}

/* ---- relationships: which part is what ---- */

typedef struct Relations {
	Book *b;
	Str folder;   /* of the part whose relations these are, with a slash at the end */
	Str workbook; /* out */
	bool top;     /* of the package itself */
} Relations;

/* A target is relative to the part's folder or, with a slash in front, to the package. */
static Str
resolve(Arena *a, Str folder, Str target)
{
	Str up = S("../");
	if (str_starts(target, S("/")))
		return arena_str(a, str_slice(target, 1, target.n));
	while (str_starts(target, up) || str_starts(target, S("./"))) {
		bool parent = str_starts(target, up);
		target = str_slice(target, parent ? 3 : 2, target.n);
		for (bool first = true; parent && folder.n && (first || folder.p[folder.n - 1] != '/');
			 first = false)
			folder.n--;
	}
	return arena_fmt(a, "%.*s%.*s", STR(folder), STR(target));
}

static bool
relation_start(void *ctx, Str name, const char **at, Err *err)
{
	Relations *r = ctx;
	(void)err;
	if (!str_eq(name, S("Relationship")) || str_eq(xml_attribute(at, "TargetMode"), S("External")))
		return true;
	Str type = xml_attribute(at, "Type"), id = xml_attribute(at, "Id"),
		target = xml_attribute(at, "Target");
	if (target.n > 400)
		return true;
	if (r->top) {
		if (str_ends(type, S("/officeDocument")) && !r->workbook.p)
			r->workbook = resolve(&r->b->a, r->folder, target);
	} else if (str_ends(type, S("/worksheet"))) {
		for (size_t i = 0; i < r->b->n_sheets; i++)
			if (str_eq(r->b->sheet[i].relation, id) && !r->b->sheet[i].part.p)
				r->b->sheet[i].part = resolve(&r->b->a, r->folder, target);
	} else if (str_ends(type, S("/sharedStrings")) && !r->b->strings_part.p) {
		r->b->strings_part = resolve(&r->b->a, r->folder, target);
	} else if (str_ends(type, S("/styles")) && !r->b->styles_part.p) {
		r->b->styles_part = resolve(&r->b->a, r->folder, target);
	}
	return true;
}

/* ---- the workbook ---- */

static bool
is_true(Str s)
{
	return str_eq(s, S("1")) || str_eq(s, S("true"));
}

static bool
workbook_start(void *ctx, Str name, const char **at, Err *err)
{
	Book *b = ctx;
	if (str_eq(name, S("workbookPr")))
		b->from_1904 = is_true(xml_attribute(at, "date1904"));
	if (!str_eq(name, S("sheet")))
		return true;
	if (b->n_sheets == XLSX_MAX_SHEETS)
		return err_set(err, E_LIMIT, "the workbook has more than %d sheets", XLSX_MAX_SHEETS);
	Str title = xml_attribute(at, "name"), id = (Str){0}, state = xml_attribute(at, "state");
	for (size_t i = 0; at[i]; i += 2) /* r:id, whatever the prefix */
		if (str_ends(str_of(at[i]), S(":id")))
			id = str_of(at[i + 1]);
	if (title.n > 255 || id.n > 255)
		return err_set(err, E_INPUT, "a sheet's name is longer than 255 bytes");
	b->sheet[b->n_sheets++] = (BookSheet){.name = arena_str(&b->a, title),
		.relation = arena_str(&b->a, id),
		.hidden = str_eq(state, S("hidden")) || str_eq(state, S("veryHidden"))};
	return true;
}

/* xl/workbook.xml -> xl/_rels/workbook.xml.rels; *folder: xl/ */
static Str
relations_of(Arena *a, Str part, Str *folder)
{
	size_t slash = part.n;
	while (slash && part.p[slash - 1] != '/')
		slash--;
	*folder = str_slice(part, 0, slash);
	return arena_fmt(a, "%.*s_rels/%.*s.rels", STR(*folder), STR(str_slice(part, slash, part.n)));
}

/* Strings may fill the cap, each followed by a NUL, in sanitizer builds by a gap. */
#define BOOK_RESERVE ((size_t)512 << 20)

static bool
book_parts(Package *p, Book *b, Err *err)
{
	Relations top = {.b = b, .top = true}, own = {.b = b};
	XmlEvents events = {relation_start, nothing_end, nothing_text, &top};
	if (!part_all(p, S("_rels/.rels"), XLSX_MAX_TABLE, events, err))
		return false;
	if (!top.workbook.p)
		return err_set(
			err, E_INPUT, "the part '_rels/.rels' names no workbook: this is no spreadsheet");
	if (!part_all(p, top.workbook, XLSX_MAX_TABLE,
			(XmlEvents){workbook_start, nothing_end, nothing_text, b}, err))
		return false;
	Str relations = relations_of(&b->a, top.workbook, &own.folder);
	events.ctx = &own;
	return part_all(p, relations, XLSX_MAX_TABLE, events, err);
}

bool
book_open(Package *p, Book *out, Err *err)
{
	*out = (Book){0};
	if (!arena_open(&out->a, BOOK_RESERVE, err))
		return false;
	out->sheet = NEW(&out->a, BookSheet, XLSX_MAX_SHEETS);
	if (book_parts(p, out, err))
		return true;
	book_close(out);
	return false;
}

void
book_close(Book *b)
{
	arena_close(&b->a);
	*b = (Book){0};
}

/* ---- styles: what kind of number a cell format shows ---- */

typedef struct Styles {
	Book *b;
	Map custom; /* numFmtId -> NumberKind */
	size_t n_custom;
	bool in_formats;
} Styles;

static bool
styles_start(void *ctx, Str name, const char **at, Err *err)
{
	Styles *s = ctx;
	Str id = xml_attribute(at, "numFmtId");
	int64_t number = 0;
	uint64_t kind;
	if (str_eq(name, S("cellXfs")))
		s->in_formats = true;
	if (id.n && (!str_int(id, &number) || number < 0 || number > INT32_MAX))
		return err_set(err, E_INPUT, "'%.*s' is no number format", STR(str_slice(id, 0, 40)));
	if (str_eq(name, S("numFmt"))) {
		if (++s->n_custom > XLSX_MAX_STYLES)
			return err_set(err, E_LIMIT, "more than %d number formats", XLSX_MAX_STYLES);
		map_set(&s->custom, arena_str(&s->b->a, id),
			format_kind((int)number, xml_attribute(at, "formatCode")));
	}
	if (!s->in_formats || !str_eq(name, S("xf")))
		return true;
	if (s->b->n_styles == XLSX_MAX_STYLES)
		return err_set(err, E_LIMIT, "more than %d cell formats", XLSX_MAX_STYLES);
	if (!map_get(&s->custom, id, &kind))
		kind = format_kind((int)number, (Str){0});
	s->b->style[s->b->n_styles++] = (uint8_t)kind;
	return true;
}

static bool
styles_end(void *ctx, Str name, Err *err)
{
	Styles *s = ctx;
	(void)err;
	if (str_eq(name, S("cellXfs")))
		s->in_formats = false;
	return true;
}

bool
styles_parse(CsvSource source, Book *b, Err *err)
{
	Styles s = {.b = b, .custom = map_new(&b->a)};
	b->style = NEW(&b->a, uint8_t, XLSX_MAX_STYLES);
	b->n_styles = 0;
	return xml_all(source, (XmlEvents){styles_start, styles_end, nothing_text, &s}, err);
}

/* ---- shared strings ---- */

typedef struct Strings {
	Book *b;
	Buf text;
	bool in_text;
	int phonetic; /* within rPh: how it is pronounced, no part of the text */
} Strings;

static bool
strings_start(void *ctx, Str name, const char **at, Err *err)
{
	Strings *s = ctx;
	(void)at, (void)err;
	if (str_eq(name, S("si")))
		buf_clear(&s->text);
	s->phonetic += str_eq(name, S("rPh"));
	s->in_text = str_eq(name, S("t")) && !s->phonetic;
	return true;
}

static bool
strings_text(void *ctx, Str text, Err *err)
{
	Strings *s = ctx;
	if (!s->in_text)
		return true;
	buf_add(&s->text, text);
	if (!s->text.failed && s->text.n <= CSV_MAX_CELL)
		return true;
	return err_set(
		err, E_LIMIT, "shared string %zu is longer than %d bytes", s->b->n_strings, CSV_MAX_CELL);
}

static bool
string_keep(Strings *s, Err *err)
{
	Book *b = s->b;
	size_t at, n = b->n_strings;
	s->text.n = unescape_text(s->text.p, s->text.n);
	if (n == XLSX_MAX_STRINGS)
		return err_set(err, E_LIMIT, "more than %d shared strings", XLSX_MAX_STRINGS);
	b->string_bytes += s->text.n;
	if (b->string_bytes > XLSX_MAX_STRING_BYTES)
		return err_set(
			err, E_LIMIT, "shared strings of more than %d MB", XLSX_MAX_STRING_BYTES >> 20);
	if (!utf8_check(buf_str(&s->text), &at))
		return err_set(err, E_INPUT, "shared string %zu holds a control character", n);
	if (n % STRING_BLOCK == 0)
		b->string[n / STRING_BLOCK] = NEW(&b->a, Str, STRING_BLOCK);
	b->string[n / STRING_BLOCK][n % STRING_BLOCK] = arena_str(&b->a, buf_str(&s->text));
	b->n_strings++;
	return true;
}

static bool
strings_end(void *ctx, Str name, Err *err)
{
	Strings *s = ctx;
	s->in_text = false;
	s->phonetic -= str_eq(name, S("rPh"));
	return !str_eq(name, S("si")) || string_keep(s, err);
}

bool
strings_parse(CsvSource source, Book *b, Err *err)
{
	Strings s = {.b = b};
	b->string = NEW(&b->a, Str *, XLSX_MAX_STRINGS / STRING_BLOCK + 1);
	b->n_strings = b->string_bytes = 0;
	bool ok = xml_all(source, (XmlEvents){strings_start, strings_end, strings_text, &s}, err);
	buf_close(&s.text);
	return ok;
}

bool
book_string(const Book *b, size_t i, Str *out)
{
	if (i >= b->n_strings)
		return false;
	*out = b->string[i / STRING_BLOCK][i % STRING_BLOCK];
	return true;
}

/* ---- the two in their parts ---- */

typedef bool (*PartParse)(CsvSource source, Book *b, Err *err);

static bool
part_parse(Package *p, Str name, PartParse parse, Book *b, Err *err)
{
	PackagePart part;
	uint64_t max = parse == strings_parse ? 4 * (uint64_t)XLSX_MAX_STRING_BYTES : XLSX_MAX_TABLE;
	if (!name.p)
		return true;
	if (!package_part(p, name, max, &part, err))
		return false;
	bool ok = parse((CsvSource){package_read, &part}, b, err);
	package_part_close(&part);
	return ok || err_prefix(err, "part '%.*s': ", STR(name));
}

bool
book_read_styles(Package *p, Book *b, Err *err)
{
	return part_parse(p, b->styles_part, styles_parse, b, err);
}

bool
book_read_strings(Package *p, Book *b, Err *err)
{
	return part_parse(p, b->strings_part, strings_parse, b, err);
}
