/* names: which names a definition may use, what a misspelt one may have meant, and comparing loosely. */
#include "cat/cat_private.h"

/* Reserved in SQLite or PostgreSQL, so that derived statements need no quotes; system columns of both are at the end. Sorted. */
static const char sql_words[] =
	" add all alter analyse analyze and any array as asc asymmetric authorization autoincrement between binary both case cast"
	" check collate collation column commit concurrently constraint create cross current_catalog current_date current_role"
	" current_schema current_time current_timestamp current_user default deferrable delete desc distinct do drop else end"
	" escape except exists false fetch for foreign freeze from full grant group having ilike in index initially inner insert"
	" intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not nothing notnull null"
	" offset on only or order outer overlaps placing primary references returning right select session_user set similar some"
	" symmetric table tablesample then to trailing transaction true union unique update user using values variadic verbose"
	" when where window with"
	" cmax cmin ctid oid rowid tableoid xmax xmin ";
static const char table_words[] =
	" workspace area rule_limit rule_code definition origin event row_key conflict device_edit closed_row import_job migration daily_total log_tile log_checkpoint rule_number rule_day"
	" account account_area account_dataset account_recovery session invitation login_attempt pack "; /* pack: a word of `given` lines */
static const char agency_words[] = " kpu bawaslu kesbangpol polri tni linmas pemda ";

static bool
word_in(const char *words, Str w)
{
	char needle[NAME_MAX_BYTES + 3];
	if (w.n == 0 || w.n > NAME_MAX_BYTES || memchr(w.p, ' ', w.n) || memchr(w.p, '\0', w.n))
		return false;
	int n = snprintf(needle, sizeof needle, " %.*s ", STR(w));
	return n > 0 && strstr(words, needle) != NULL;
}

static bool
name_shaped(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool later = i > 0 && ((c >= '0' && c <= '9') || c == '_');
		if (!(c >= 'a' && c <= 'z') && !later)
			return false;
	}
	return s.n > 0 && s.n <= NAME_MAX_BYTES;
}

bool
name_check(Str name, const char *what, Err *err)
{
	if (!name_shaped(name))
		return err_set(err, E_INPUT,
			"'%.*s' is no name for a %s: a-z, then a-z, 0-9 and _, %d at most", STR(brief(name)),
			what, NAME_MAX_BYTES);
	return true;
}

bool
sql_name_check(Str name, const char *what, Err *err)
{
	if (!name_check(name, what, err))
		return false;
	if (word_in(sql_words, name))
		return err_set(err, E_INPUT, "'%.*s' is a word of SQL, choose another name for the %s",
			STR(name), what);
	return true;
}

bool
name_is_table(Str name)
{
	return word_in(table_words, name);
}

bool
agency_check(Str name, Err *err)
{
	return word_in(agency_words, name) ||
		err_set(err, E_INPUT, "unknown agency '%.*s'; one of%.*s", STR(brief(name)),
			(int)sizeof agency_words - 2, agency_words);
}

bool
option_ok(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && c != '_' && c != '-')
			return false;
	}
	return s.n > 0 && s.n <= NAME_MAX_BYTES;
}

void *
vec_room(Arena *a, const void *v, size_t n, size_t size)
{
	if (n & (n - 1))
		return (void *)v;
	void *room = arena_alloc(a, size, _Alignof(max_align_t), n ? 2 * n : 1);
	if (n)
		memcpy(room, v, n * size);
	return room;
}

Str
names_join(Arena *a, const Str *v, size_t n)
{
	Str out = {0};
	for (size_t i = 0; i < n && i < 12; i++)
		out = i ? arena_fmt(a, "%.*s, %.*s", STR(out), STR(v[i])) : v[i];
	return n > 12 ? arena_fmt(a, "%.*s, …", STR(out)) : out;
}

bool
unknown(Err *err, Str near)
{
	return near.p ? err_hint(err, "did you mean '%.*s'?", STR(near)) : false;
}

Str
nearest(Str word, const Str *names, size_t n)
{
	Str best = {0};
	size_t least = word.n / 3 + 2; /* a third of the letters and one may differ */
	for (size_t i = 0; i < n; i++) {
		size_t d = loose_eq(word, names[i]) ? 0 : str_distance(word, names[i]);
		/* Of equally near ones that of the same length: letters change places more often than they vanish. */
		bool likelier = best.p && d == least && names[i].n == word.n && best.n != word.n;
		if ((d < least || likelier) && d < word.n) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

Str
brief(Str s)
{
	enum { MOST = 60 };
	if (s.n <= MOST)
		return s;
	size_t n = MOST;
	while (n > MOST - 4 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(s, 0, n);
}

/* The next letter, digit or wide byte, small; a run of others counts as one '_'; 0 at the end. */
static unsigned char
loose_next(Str s, size_t *i)
{
	bool gap = false, begun = *i > 0;
	for (; *i < s.n; (*i)++) {
		unsigned char c = (unsigned char)s.p[*i];
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 32);
		bool letter = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (letter && gap && begun)
			return '_';
		if (letter) {
			(*i)++;
			return c;
		}
		gap = true;
	}
	return 0;
}

bool
loose_eq(Str a, Str b)
{
	size_t i = 0, j = 0;
	for (;;) {
		unsigned char x = loose_next(a, &i), y = loose_next(b, &j);
		if (x != y)
			return false;
		if (x == 0)
			return true;
	}
}

Str
tr_id(Str msgid)
{
	Str was = lang_now();
	if (!lang_use(S("id")))
		return msgid;
	Str text = tr_str(msgid);
	NEED(lang_use(was));
	return text;
}
