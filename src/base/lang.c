/* lang: translations from GNU .mo files, chosen per thread, because each request has its own language. */
#include "base/base.h"

typedef struct Language {
	Str name;
	const char *mo;         /* NULL: msgids as they are */
	uint32_t n, ids, texts; /* entries; offsets of the two tables of (length, offset) pairs */
} Language;

static Language languages[8] = {{.name = {"en", 2}}};
static size_t n_languages = 1;
static _Thread_local const Language *current = &languages[0];

static uint32_t
word_at(const char *mo, uint32_t offset)
{
	const unsigned char *p = (const unsigned char *)mo + offset;
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const char *
string_at(const Language *l, uint32_t table, uint32_t i)
{
	return l->mo + word_at(l->mo, table + 8 * i + 4);
}

/* Both tables and all their strings lie inside the file, each string ends with a NUL, and msgids ascend. */
static bool
is_sound(const Language *l, size_t size)
{
	if (l->ids > size || l->texts > size || (size - l->ids) / 8 < l->n ||
		(size - l->texts) / 8 < l->n)
		return false;
	for (uint32_t i = 0; i < 2 * l->n; i++) {
		uint32_t entry = i < l->n ? l->ids + 8 * i : l->texts + 8 * (i - l->n);
		uint32_t length = word_at(l->mo, entry), offset = word_at(l->mo, entry + 4);
		if (offset >= size || length >= size - offset || l->mo[offset + length] != '\0')
			return false;
	}
	for (uint32_t i = 1; i < l->n; i++)
		if (strcmp(string_at(l, l->ids, i - 1), string_at(l, l->ids, i)) >= 0)
			return false;
	return true;
}

static bool
mo_read(Str mo, Language *l)
{
	if (mo.n < 28 || mo.n > UINT32_MAX || word_at(mo.p, 0) != 0x950412de ||
		word_at(mo.p, 4) >> 16 > 1)
		return false;
	l->mo = mo.p;
	l->n = word_at(mo.p, 8);
	l->ids = word_at(mo.p, 12);
	l->texts = word_at(mo.p, 16);
	return l->n < UINT32_MAX / 16 && is_sound(l, mo.n);
}

static Language *
lang_find(Str name)
{
	for (size_t i = 0; i < n_languages; i++)
		if (str_eq(languages[i].name, name))
			return &languages[i];
	return NULL;
}

void
lang_load(Str language, Str mo_bytes)
{
	Language l = {.name = language};
	NEED(mo_read(mo_bytes, &l)); /* built with the program: a bad one is our own mistake */
	Language *place = lang_find(language);
	if (!place) {
		NEED(n_languages < sizeof languages / sizeof languages[0]);
		place = &languages[n_languages++];
	}
	*place = l;
}

bool
lang_use(Str language)
{
	const Language *l = lang_find(language);
	if (l)
		current = l;
	return l != NULL;
}

Str
lang_now(void)
{
	return current->name;
}

/* By bytes up to the NUL, as msgfmt sorts (a plural's second form lies behind it). */
static const char *
look_up(Str msgid)
{
	const Language *l = current;
	uint32_t low = 0, high = l->n;
	/* The empty msgid is the file's own header, not a message. */
	if (msgid.n == 0)
		return NULL;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const char *id = string_at(l, l->ids, mid);
		int order = str_cmp(msgid, str_of(id));
		if (order == 0) {
			const char *text = string_at(l, l->texts, mid);
			return *text ? text : NULL;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const char *
tr(const char *msgid)
{
	const char *text = look_up(str_of(msgid));
	return text ? text : msgid;
}

Str
tr_str(Str msgid)
{
	const char *text = look_up(msgid);
	return text ? str_of(text) : msgid;
}
