/* lines: definition files cut into lines, and a line into words, "quoted strings", arguments in parentheses and comments. */
#include "cat/cat_private.h"

bool
err_at(Err *err, Str file, int line)
{
	return err_prefix(err, "%.*s:%d: ", STR(file), line);
}

bool
text_check(Str file, Str text, Err *err)
{
	size_t at;
	if (text.n > DEF_MAX_BYTES)
		return err_set(err, E_LIMIT, "%.*s: %zu bytes, a definition has %d at most", STR(file),
			text.n, DEF_MAX_BYTES);
	if (utf8_check(text, &at))
		return true;
	int line = 1;
	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	err_set(err, E_INPUT, "bytes that are not UTF-8 text, or a control character");
	return err_at(err, file, line);
}

bool
lines_next(Lines *l, Str *raw)
{
	if (l->rest.n == 0)
		return false;
	str_cut(l->rest, '\n', raw, &l->rest);
	if (str_ends(*raw, S("\r")))
		raw->n--;
	l->number++;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static Str
skip_blanks(Str s)
{
	size_t i = 0;
	while (i < s.n && is_blank(s.p[i]))
		i++;
	return str_slice(s, i, s.n);
}

Str
line_keyword(Str raw)
{
	raw = skip_blanks(raw);
	size_t n = 0;
	while (n < raw.n && !is_blank(raw.p[n]))
		n++;
	return str_slice(raw, 0, n);
}

Str
line_comment(Str raw, Str *comment)
{
	bool inside = false;
	*comment = (Str){0};
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '"')
			inside = !inside;
		if (raw.p[i] != '#' || inside || (i > 0 && !is_blank(raw.p[i - 1])))
			continue;
		*comment = str_trim(str_slice(raw, i + 1, raw.n));
		return str_trim(str_slice(raw, 0, i));
	}
	return str_trim(raw);
}

bool
quoted_take(Str *rest, Arena *a, Str *out, Err *err)
{
	size_t n = 0, i = 1;
	char *text = NEW(a, char, rest->n);
	for (; i < rest->n && rest->p[i] != '"'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n)
			i++;
		text[n++] = rest->p[i];
	}
	if (i >= rest->n)
		return err_set(err, E_INPUT, "the quoted text '%.*s' has no closing quote",
			STR(brief(str_slice(*rest, 1, rest->n))));
	*rest = str_slice(*rest, i + 1, rest->n);
	*out = (Str){text, n};
	return true;
}

static bool
take_args(Str *rest, Word *w, Err *err)
{
	Str inside, after;
	if (!str_cut(str_slice(*rest, 1, rest->n), ')', &inside, &after))
		return err_set(err, E_INPUT, "'%.*s(' has no closing parenthesis", STR(brief(w->text)));
	w->args = str_trim(inside);
	w->has_args = true;
	*rest = after;
	return true;
}

static bool
take_word(Str *rest, Arena *a, Word *w, Err *err)
{
	*w = (Word){0};
	if (rest->p[0] == '"') {
		w->quoted = true;
		if (!quoted_take(rest, a, &w->text, err))
			return false;
	} else {
		size_t n = 0;
		while (n < rest->n && !is_blank(rest->p[n]) && rest->p[n] != '(' && rest->p[n] != '"')
			n++;
		w->text = str_slice(*rest, 0, n);
		*rest = str_slice(*rest, n, rest->n);
		if (n == 0)
			return err_set(err, E_INPUT, "'(' belongs to the word before it, without a blank");
		if (rest->n && rest->p[0] == '(' && !take_args(rest, w, err))
			return false;
	}
	if (rest->n && !is_blank(rest->p[0]))
		return err_set(err, E_INPUT, "a blank is missing after '%.*s'", STR(brief(w->text)));
	return true;
}

bool
line_words(Str raw, Arena *a, Line *out, Err *err)
{
	out->n = 0;
	out->keyword = (Str){0};
	for (Str rest = skip_blanks(raw); rest.n && rest.p[0] != '#'; rest = skip_blanks(rest)) {
		if (out->n == LINE_MAX_WORDS)
			return err_set(err, E_INPUT, "more than %d words in one line", LINE_MAX_WORDS);
		if (!take_word(&rest, a, &out->word[out->n++], err))
			return false;
	}
	if (out->n == 0)
		return true;
	out->keyword = out->word[0].text;
	if (out->word[0].quoted || out->word[0].has_args)
		return err_set(err, E_INPUT, "a line starts with a keyword, not with '%.*s'",
			STR(brief(out->keyword)));
	return true;
}

bool
line_one(const Line *l, Str *out, Err *err)
{
	if (out->p)
		return err_set(err, E_INPUT, "'%.*s' is given twice", STR(l->keyword));
	if (l->n != 2 || l->word[1].has_args || l->word[1].text.n == 0)
		return err_set(err, E_INPUT, "'%.*s' takes one value; put text of several words in quotes",
			STR(l->keyword));
	*out = l->word[1].text;
	return true;
}

bool
list_split(Str s, char at, Arena *a, Str **out, size_t *n, Err *err)
{
	*out = NULL;
	*n = 0;
	for (bool more = true; more;) {
		Str piece;
		more = str_cut(s, at, &piece, &s);
		piece = str_trim(piece);
		if (piece.n == 0)
			return err_set(err, E_INPUT, "an empty place in a list separated by '%c'", at);
		*VEC_ADD(a, *out, *n) = piece;
	}
	return true;
}
