/* template: HTML pages from files, filled with values that are always escaped for the place where they stand. */
#include "fmt/fmt.h"

enum { DEPTH = 16, NODES = 4096, WITHIN = 8 };

typedef enum Place { /* where in the HTML */
	PLACE_TEXT,
	PLACE_TAG,     /* inside <…>, outside quotes: nothing can be filled in */
	PLACE_VALUE,   /* a quoted attribute value */
	PLACE_ADDRESS, /* the same of an attribute that holds an address */
	PLACE_CODE,    /* script, style or a comment: nothing can be filled in */
	PLACE_SCRIPT,  /* a quoted attribute value that is code: likewise */
} Place;
typedef enum NodeKind { NODE_HTML, NODE_VALUE, NODE_WORDS, NODE_EACH, NODE_NONE } NodeKind;
typedef struct Node {
	NodeKind kind;
	Str s; /* HTML, a name, or words to be translated */
	Place place;
	Str file; /* where it stands: the template's own, or a partial */
	int line;
	size_t end; /* of a section: the node behind it */
} Node;
struct Template {
	Str file;
	Node *node;
	size_t n, cap;
	Arena *a;
};

/* ---- reading ---- */

typedef struct Reader {
	Template *t;
	Str file, rest;
	int line;
	Place place;
	char quote;         /* of the attribute value */
	Str until;          /* the end of the code */
	Str tag, word;      /* name of the tag; the last word in it: an attribute's name */
	size_t open[DEPTH]; /* sections that are not closed yet */
	size_t depth;
	Partials parts;
	int within; /* so many partials deep */
} Reader;

static bool
refuse(const Reader *r, Err *err)
{
	return err_prefix(err, "%.*s:%d: ", STR(r->file), r->line);
}

static bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
		c == '_';
}

static bool
same_name(Str s, Str lower)
{
	if (s.n != lower.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]) != lower.p[i])
			return false;
	return true;
}

static Place
attribute_place(Str name)
{
	static const Str address[] = {
		{"href", 4}, {"src", 3}, {"action", 6}, {"formaction", 10}, {"data", 4}, {"poster", 6}};
	if (same_name(str_slice(name, 0, 2), S("on")) || same_name(name, S("style")) ||
		same_name(name, S("srcdoc")))
		return PLACE_SCRIPT;
	for (size_t i = 0; i < sizeof address / sizeof *address; i++)
		if (same_name(name, address[i]))
			return PLACE_ADDRESS;
	return PLACE_VALUE;
}

static void
tag_end(Reader *r)
{
	r->place = PLACE_TEXT;
	if (same_name(r->tag, S("script")) || same_name(r->tag, S("style"))) {
		r->place = PLACE_CODE;
		r->until = same_name(r->tag, S("script")) ? S("</script") : S("</style");
	}
}

/* One character of a tag, the `i`-th of s. */
static void
tag_char(Reader *r, Str s, size_t i)
{
	char c = s.p[i];
	size_t from = i;
	if (c == '>') {
		tag_end(r);
	} else if (c == '"' || c == '\'') {
		r->quote = c;
		r->place = attribute_place(r->word);
	} else if (name_char(c)) {
		while (from && name_char(s.p[from - 1]))
			from--;
		r->word = str_slice(s, from, i + 1);
		if (from && s.p[from - 1] == '<')
			r->tag = r->word;
	}
}

/* Follows the HTML, to know the place of what comes behind it. */
static void
place_follow(Reader *r, Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		Str here = str_slice(s, i, s.n);
		if (c == '\n')
			r->line++;
		if (r->place == PLACE_CODE) {
			if (str_starts(here, r->until)) {
				r->place = PLACE_TAG;
				r->tag = (Str){0};
			}
		} else if (r->place == PLACE_VALUE || r->place == PLACE_ADDRESS ||
			r->place == PLACE_SCRIPT) {
			if (c == r->quote)
				r->place = PLACE_TAG;
		} else if (r->place == PLACE_TAG) {
			tag_char(r, s, i);
		} else if (str_starts(here, S("<!--"))) {
			r->place = PLACE_CODE;
			r->until = S("-->");
		} else if (c == '<') {
			r->place = PLACE_TAG;
			r->tag = r->word = (Str){0};
		}
	}
}

static bool
node_add(Reader *r, NodeKind kind, Str s, Err *err)
{
	if (r->t->n == NODES)
		return err_set(err, E_LIMIT, "a template has at most %d parts", NODES) || refuse(r, err);
	Template *t = r->t;
	if (t->n == t->cap) {
		Node *more = NEW(t->a, Node, t->cap = t->cap ? 2 * t->cap : 64);
		if (t->n)
			memcpy(more, t->node, t->n * sizeof *more);
		t->node = more;
	}
	t->node[t->n++] = (Node){kind, s, r->place, r->file, r->line, 0};
	return true;
}

static bool
name_good(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!name_char(s.p[i]))
			return false;
	return s.n > 0;
}

static bool
section_open(Reader *r, NodeKind kind, Str name, Err *err)
{
	if (r->depth == DEPTH)
		return err_set(err, E_LIMIT, "sections stand in each other at most %d deep", DEPTH) ||
			refuse(r, err);
	r->open[r->depth++] = r->t->n;
	return node_add(r, kind, name, err);
}

static bool
section_close(Reader *r, Str name, Err *err)
{
	Node *open = r->depth ? &r->t->node[r->open[r->depth - 1]] : NULL;
	if (!open || !str_eq(open->file, r->file) || !str_eq(open->s, name))
		return err_set(err, E_INPUT, "'{{/%.*s}}' closes no section: '{{/%.*s}}' is due", STR(name),
				   STR(open ? open->s : S("nothing"))) ||
			refuse(r, err);
	if (open->place != r->place)
		return err_set(err, E_INPUT,
				   "section '%.*s' must end where it begins: in text, or in the same attribute",
				   STR(name)) ||
			refuse(r, err);
	open->end = r->t->n;
	r->depth--;
	return true;
}

static bool text_read(Reader *r, Str file, Str text, Err *err);

/* Another file in this place, as if its text stood here. */
static bool
partial_read(Reader *r, Str name, Err *err)
{
	Str file = r->file, rest = r->rest, part_file, text;
	int line = r->line;
	if (!name_good(name) || !r->parts.find || !r->parts.find(r->parts.ctx, name, &part_file, &text))
		return err_set(err, E_INPUT, "there is no part '%.*s'", STR(name)) || refuse(r, err);
	if (r->within == WITHIN)
		return err_set(err, E_LIMIT, "parts stand in each other at most %d deep", WITHIN) ||
			refuse(r, err);
	r->within++;
	bool ok = text_read(r, part_file, text, err);
	r->within--;
	r->file = file;
	r->rest = rest;
	r->line = line;
	return ok;
}

/* What stands between {{ and }}. */
static bool
form_read(Reader *r, Str s, Err *err)
{
	char first = s.n ? s.p[0] : 0;
	Str inner = str_slice(s, 1, s.n);
	bool words = s.n > 2 && first == '"' && s.p[s.n - 1] == '"';
	bool section = first == '#' || first == '^' || first == '/';
	if (first == '!')
		return true;
	if (first == '>')
		return partial_read(r, inner, err);
	if (!words && !name_good(section ? inner : s))
		return err_set(err, E_INPUT,
				   "'{{%.*s}}' is unknown: {{name}}, {{\"words\"}}, {{#name}}, {{^name}}, {{/name}}, {{>part}} and {{! a remark}} are known",
				   STR(s)) ||
			refuse(r, err);
	if (r->place == PLACE_CODE || r->place == PLACE_SCRIPT || (r->place == PLACE_TAG && !section))
		return err_set(err, E_INPUT,
				   "'{{%.*s}}' stands where nothing can be filled in: only in text and in quoted attributes it can",
				   STR(s)) ||
			refuse(r, err);
	if (first == '/')
		return section_close(r, inner, err);
	if (section)
		return section_open(r, first == '#' ? NODE_EACH : NODE_NONE, inner, err);
	return words ? node_add(r, NODE_WORDS, str_slice(s, 1, s.n - 1), err)
				 : node_add(r, NODE_VALUE, s, err);
}

/* Sections that begin in a file end in it. */
static bool
text_read(Reader *r, Str file, Str text, Err *err)
{
	size_t at, depth = r->depth;
	r->file = file;
	r->rest = text;
	r->line = 1;
	while (str_find(r->rest, S("{{"), &at)) {
		Str html = str_slice(r->rest, 0, at);
		if (html.n && !node_add(r, NODE_HTML, html, err))
			return false;
		place_follow(r, html);
		r->rest = str_slice(r->rest, at + 2, r->rest.n);
		if (!str_find(r->rest, S("}}"), &at))
			return err_set(err, E_INPUT, "'{{' without '}}'") || refuse(r, err);
		Str form = str_slice(r->rest, 0, at);
		r->rest = str_slice(r->rest, at + 2, r->rest.n);
		if (!form_read(r, form, err))
			return false;
	}
	if (r->depth > depth)
		return err_set(err, E_INPUT, "section '%.*s' is never closed",
				   STR(r->t->node[r->open[r->depth - 1]].s)) ||
			refuse(r, err);
	if (r->rest.n && !node_add(r, NODE_HTML, r->rest, err))
		return false;
	place_follow(r, r->rest);
	return true;
}

bool
template_parse(Str file, Str text, Partials parts, Arena *a, Template **out, Err *err)
{
	Template *t = NEW(a, Template, 1);
	*t = (Template){.file = file, .a = a};
	Reader r = {.t = t, .parts = parts};
	*out = t;
	return text_read(&r, file, text, err);
}

/* ---- values ---- */

typedef struct FillValue {
	Str name;
	Str text;
	Fill *first, *last; /* items of a list */
	bool is_list;
	struct FillValue *next;
} FillValue;
struct Fill {
	Arena *a;
	FillValue *value;
	const Fill *around; /* while it is written: the item or page that it stands in */
	Fill *next;
};

Fill *
fill_new(Arena *a)
{
	Fill *f = NEW(a, Fill, 1);
	f->a = a;
	return f;
}

static FillValue *
value_find(const Fill *f, Str name)
{
	for (FillValue *v = f->value; v; v = v->next)
		if (str_eq(v->name, name))
			return v;
	return NULL;
}

static FillValue *
value_add(Fill *f, const char *name)
{
	FillValue *v = NEW(f->a, FillValue, 1);
	v->name = str_of(name);
	NEED(!value_find(f, v->name));
	v->next = f->value;
	f->value = v;
	return v;
}

void
fill_text(Fill *f, const char *name, Str text)
{
	value_add(f, name)->text = text;
}

void
fill_flag(Fill *f, const char *name, bool yes)
{
	fill_text(f, name, yes ? S("1") : S(""));
}

void
fill_list(Fill *f, const char *name)
{
	value_add(f, name)->is_list = true;
}

Fill *
fill_item(Fill *f, const char *name)
{
	FillValue *v = value_find(f, str_of(name));
	Fill *item = fill_new(f->a);
	NEED(v && v->is_list);
	if (v->last)
		v->last->next = item;
	else
		v->first = item;
	v->last = item;
	return item;
}

/* ---- writing ---- */

/* U+202A to U+202E and U+2066 to U+2069 turn the direction of all that follows, also of what others wrote. */
static bool
turns_direction(Str s, size_t i)
{
	if (s.n - i < 3 || (unsigned char)s.p[i] != 0xe2)
		return false;
	unsigned char b = (unsigned char)s.p[i + 1], c = (unsigned char)s.p[i + 2];
	return (b == 0x80 && c >= 0xaa && c <= 0xae) || (b == 0x81 && c >= 0xa6 && c <= 0xa9);
}

void
html_escape(Str s, Buf *out)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool turns = turns_direction(s, i);
		Str as = turns       ? S("\xef\xbf\xbd")
			: s.p[i] == '&'  ? S("&amp;")
			: s.p[i] == '<'  ? S("&lt;")
			: s.p[i] == '>'  ? S("&gt;")
			: s.p[i] == '"'  ? S("&quot;")
			: s.p[i] == '\'' ? S("&#39;")
							 : (Str){0};
		if (!as.n)
			continue;
		buf_add(out, str_slice(s, from, i));
		buf_add(out, as);
		i += turns ? 2 : 0;
		from = i + 1;
	}
	buf_add(out, str_slice(s, from, s.n));
}

/* A path, or an address of the web or of mail: never a script. */
static bool
address_good(Str s)
{
	size_t colon, slash;
	if (str_starts(s, S("https://")) || str_starts(s, S("http://")) || str_starts(s, S("mailto:")))
		return true;
	return !str_find(s, S(":"), &colon) || (str_find(s, S("/"), &slash) && slash < colon);
}

static void
put(Str s, Place place, Buf *out)
{
	html_escape(place == PLACE_ADDRESS && !address_good(s) ? S("#") : s, out);
}

static const FillValue *
look_up(const Fill *f, Str name)
{
	const FillValue *v = NULL;
	for (; f && !v; f = f->around)
		v = value_find(f, name);
	return v;
}

static bool nodes_put(const Template *t, size_t from, size_t to, const Fill *f, Buf *out, Err *err);

static bool
section_put(const Template *t, const Node *n, const FillValue *v, const Fill *f, Buf *out, Err *err)
{
	size_t from = (size_t)(n - t->node) + 1;
	bool some = v->is_list ? v->first != NULL : v->text.n > 0;
	if (n->kind == NODE_NONE || !v->is_list)
		return some == (n->kind == NODE_NONE) || nodes_put(t, from, n->end, f, out, err);
	for (Fill *item = v->first; item; item = item->next) {
		item->around = f;
		if (!nodes_put(t, from, n->end, item, out, err))
			return false;
	}
	return true;
}

static bool
node_put(const Template *t, const Node *n, const Fill *f, Buf *out, Err *err)
{
	if (n->kind == NODE_HTML) {
		buf_add(out, n->s);
		return true;
	}
	if (n->kind == NODE_WORDS) {
		put(tr_str(n->s), n->place, out);
		return true;
	}
	const FillValue *v = look_up(f, n->s);
	if (!v || (n->kind == NODE_VALUE && v->is_list))
		return err_set(err, E_BUG, "%.*s:%d: '%.*s' is %s", STR(n->file), n->line, STR(n->s),
			v ? tr("a list: it wants a section") : tr("nothing that the page was given"));
	if (n->kind != NODE_VALUE)
		return section_put(t, n, v, f, out, err);
	put(v->text, n->place, out);
	return true;
}

static bool
nodes_put(const Template *t, size_t from, size_t to, const Fill *f, Buf *out, Err *err)
{
	for (size_t i = from; i < to;) {
		const Node *n = &t->node[i];
		if (!node_put(t, n, f, out, err))
			return false;
		i = n->end ? n->end : i + 1;
	}
	return true;
}

bool
template_fill(const Template *t, const Fill *f, Buf *out, Err *err)
{
	return nodes_put(t, 0, t->n, f, out, err) && buf_check(out, err);
}
