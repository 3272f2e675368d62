/* args: options out of a command line: long ones with a value or as a flag, `--`, and the nearest name for a wrong one. */
#include "cli/cli.h"

const char *const args_global[] = {
	"workspace", "defs", "lang", "as", "agency", "no-color", "help", "version", NULL};

enum { MOST_OPTIONS = 32 };

/* The option that a word names, NULL when it names none; *value is the text after '='. */
static const Opt *
find(const Opt *opt, size_t n, const char *word, const char **value)
{
	*value = NULL;
	if (word[1] != '-') {
		for (size_t i = 0; i < n; i++)
			if (opt[i].letter && word[1] == opt[i].letter && word[2] == '\0')
				return &opt[i];
		return NULL;
	}
	Str name, rest, all = str_of(word + 2);
	if (str_cut(all, '=', &name, &rest))
		*value = rest.p;
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_of(opt[i].name)))
			return &opt[i];
	return NULL;
}

static bool
refuse_unknown(const Opt *opt, size_t n, const char *word, Err *err)
{
	Str names[2 * MOST_OPTIONS], name, rest;
	size_t n_names = 0;
	for (size_t i = 0; i < n; i++)
		names[n_names++] = str_of(opt[i].name);
	for (const char *const *g = args_global; *g; g++)
		names[n_names++] = str_of(*g);
	str_cut(str_of(word), '=', &name, &rest);
	while (str_starts(name, S("-")))
		name = str_slice(name, 1, name.n);
	Str near = nearest(name, names, n_names);
	if (near.p)
		return err_set(
			err, E_INPUT, "unknown option '%s'; did you mean '--%.*s'?", word, STR(near));
	return err_set(err, E_INPUT, "unknown option '%s'", word);
}

static bool
take(const Opt *o, const char *value, bool *seen, Err *err)
{
	if (*seen)
		return err_set(err, E_INPUT, "option '--%s' is given twice: once is enough", o->name);
	*seen = true;
	if (o->flag && value)
		return err_set(err, E_INPUT, "option '--%s' takes no value", o->name);
	if (o->flag)
		*o->flag = true;
	else if (!value || !*value)
		return err_set(err, E_INPUT, "option '--%s' needs a value after it", o->name);
	else
		*o->value = value;
	return true;
}

bool
args_parse(const Opt *opt, size_t n, bool strict, int *argc, char **argv, Err *err)
{
	bool seen[MOST_OPTIONS] = {false};
	NEED(n <= MOST_OPTIONS);
	int kept = 0, i = 0;
	for (; i < *argc; i++) {
		const char *word = argv[i], *value;
		if (strcmp(word, "--") == 0)
			break;
		/* A lone '-' is a file name: standard input or output. */
		if (word[0] != '-' || word[1] == '\0') {
			argv[kept++] = argv[i];
			continue;
		}
		const Opt *o = find(opt, n, word, &value);
		if (!o && strict)
			return refuse_unknown(opt, n, word, err);
		if (!o) {
			argv[kept++] = argv[i];
			continue;
		}
		if (o->value && !value && i + 1 < *argc)
			value = argv[++i];
		if (!take(o, value, &seen[o - opt], err))
			return false;
	}
	if (i < *argc && strict)
		i++;
	while (i < *argc)
		argv[kept++] = argv[i++];
	*argc = kept;
	return true;
}

bool
args_number(const char *name, const char *text, int64_t least, int64_t most, int64_t *out, Err *err)
{
	if (!text)
		return true;
	int64_t v;
	if (!str_int(str_of(text), &v) || v < least || v > most)
		return err_set(err, E_INPUT,
			"option '--%s' is '%s': a whole number from %lld to %lld is expected", name, text,
			(long long)least, (long long)most);
	*out = v;
	return true;
}
