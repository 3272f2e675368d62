/* rights: who may do what to which rows: one pure decision, which says why not, and who could. */
#include "svc/svc_private.h"

#define BIT(verb) (1u << (verb))

enum {
	MAY_READ = BIT(VERB_READ) | BIT(VERB_REVEAL) | BIT(VERB_EXPORT),
	MAY_OPERATE = MAY_READ | BIT(VERB_ENTER) | BIT(VERB_CLOSE) | BIT(VERB_IMPORT) |
		BIT(VERB_ATTACH) | BIT(VERB_UNDO),
	MAY_SUPERVISE = MAY_OPERATE | BIT(VERB_RESOLVE) | BIT(VERB_EXPLAIN) | BIT(VERB_FORGET),
	MAY_MANAGE = MAY_READ | BIT(VERB_ACCOUNTS),
	/* What the secretariat does for others; undoing only what it did itself. */
	FOR_OTHERS = BIT(VERB_ENTER) | BIT(VERB_IMPORT) | BIT(VERB_ATTACH) | BIT(VERB_UNDO),
};
static const unsigned role_verbs[ROLES] = {MAY_READ, MAY_OPERATE, MAY_SUPERVISE, MAY_MANAGE};

/* ---- names ---- */

static const Str role_names[ROLES] = {
	{"reader", 6}, {"operator", 8}, {"supervisor", 10}, {"manager", 7}};

Str
role_name(Role r)
{
	return role_names[r];
}

bool
role_of(Str name, Role *out)
{
	for (int r = 0; r < ROLES; r++)
		if (str_eq(name, role_names[r])) {
			*out = (Role)r;
			return true;
		}
	return false;
}

const char *
role_label(Role r)
{
	switch (r) {
	case ROLE_READER:
		return tr("reader");
	case ROLE_OPERATOR:
		return tr("operator");
	case ROLE_SUPERVISOR:
		return tr("supervisor");
	default:
		return tr("manager of accounts");
	}
}

const char *
verb_label(Verb v)
{
	switch (v) {
	case VERB_READ:
		return tr("read");
	case VERB_REVEAL:
		return tr("see private fields");
	case VERB_ENTER:
		return tr("enter rows");
	case VERB_CLOSE:
		return tr("take rows away");
	case VERB_IMPORT:
		return tr("import files");
	case VERB_EXPORT:
		return tr("export");
	case VERB_ATTACH:
		return tr("attach papers");
	case VERB_UNDO:
		return tr("undo changes");
	case VERB_RESOLVE:
		return tr("settle conflicts");
	case VERB_EXPLAIN:
		return tr("explain findings");
	case VERB_FORGET:
		return tr("erase private fields");
	default:
		return tr("manage accounts");
	}
}

const char *
agency_label(Str name)
{
	static const struct {
		Str name;
		const char *label;
	} known[] = {{{"kpu", 3}, "KPU"}, {{"bawaslu", 7}, "Bawaslu"},
		{{"kesbangpol", 10}, "Kesbangpol"}, {{"polri", 5}, "Polri"}, {{"tni", 3}, "TNI"},
		{{"linmas", 6}, "Linmas"}, {{"pemda", 5}, "Pemda"}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(name, known[i].name))
			return known[i].label;
	return "Siap";
}

/* ---- areas and datasets ---- */

/* Codes are digits and a parent is a prefix; "0" is all of Indonesia. */
static bool
area_holds(Str subtree, Str area)
{
	return str_eq(subtree, S("0")) || str_starts(area, subtree);
}

static bool
areas_hold(const Account *who, Str area)
{
	for (size_t i = 0; i < who->n_areas; i++)
		if (area_holds(who->area[i], area))
			return true;
	return !area.n && who->n_areas;
}

static bool
set_has(const Account *who, const Dataset *d)
{
	for (size_t i = 0; i < who->n_datasets; i++)
		if (str_eq(who->dataset[i], d->name))
			return true;
	return !who->n_datasets;
}

static bool
is_secretariat(const Account *who)
{
	return who->role == ROLE_SUPERVISOR && str_eq(who->agency, S("kesbangpol"));
}

bool
account_for_other(const Account *who, const Dataset *d)
{
	return is_secretariat(who) && !d->restricted && !str_eq(d->owner, who->agency);
}

bool
account_shows(const Account *who, const Field *f)
{
	for (size_t i = 0; i < f->n_private; i++)
		if (str_eq(f->private_to[i], who->agency))
			return true;
	return false;
}

static bool
shows_any(const Account *who, const Dataset *d)
{
	for (size_t i = 0; i < d->n_fields; i++)
		if (account_shows(who, &d->field[i]))
			return true;
	return false;
}

static bool
knows_of(const Account *who, const Dataset *d)
{
	return !d->restricted || str_eq(d->owner, who->agency) || d->visible_by.n;
}

bool
account_sees(const Account *who, const Dataset *d, Str visible)
{
	if (!d->restricted || str_eq(d->owner, who->agency))
		return true;
	while (d->visible_by.n && visible.n) {
		size_t n = 0;
		while (n < visible.n && visible.p[n] != ' ' && visible.p[n] != ',')
			n++;
		if (str_eq(str_slice(visible, 0, n), who->agency))
			return true;
		visible = str_slice(visible, n + 1, visible.n);
	}
	return false;
}

/* ---- who could ---- */

static const char *
roles_for(Verb verb)
{
	switch (verb) {
	case VERB_READ:
	case VERB_REVEAL:
	case VERB_EXPORT:
		return tr("any account");
	case VERB_RESOLVE:
	case VERB_EXPLAIN:
	case VERB_FORGET:
		return tr("a supervisor");
	case VERB_ACCOUNTS:
		return tr("a manager of accounts");
	default:
		return tr("an operator or a supervisor");
	}
}

static void
agencies_for(const Account *who, Verb verb, const Dataset *d, Buf *out)
{
	if (verb != VERB_REVEAL || !d) {
		buf_fmt(out, "%s", agency_label(d && verb != VERB_ACCOUNTS ? d->owner : who->agency));
		return;
	}
	Account other = *who;
	static const Str all[] = {{"kpu", 3}, {"bawaslu", 7}, {"kesbangpol", 10}, {"polri", 5},
		{"tni", 3}, {"linmas", 6}, {"pemda", 5}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		other.agency = all[i];
		if (shows_any(&other, d))
			buf_fmt(out, "%s%s", out->n ? ", " : "", agency_label(all[i]));
	}
}

/* Returns false, as what refuses does. */
static bool
who_could(const Account *who, Verb verb, const Dataset *d, Str area, Err *err)
{
	AUTO(Buf) agencies = {0};
	agencies_for(who, verb, d, &agencies);
	if (!agencies.n)
		return false;
	if (!area.n)
		return err_hint(err, "who could: %s of %.*s", roles_for(verb), STR(buf_str(&agencies)));
	return err_hint(err, "who could: %s of %.*s with rights for %.*s", roles_for(verb),
		STR(buf_str(&agencies)), STR(area));
}

static bool
outside(const Account *who, Str area, Err *err)
{
	AUTO(Buf) list = {0};
	for (size_t i = 0; i < who->n_areas; i++)
		buf_fmt(&list, "%s%.*s", i ? ", " : "", STR(who->area[i]));
	return err_set(err, E_DENIED, "outside your areas: %.*s is not in %.*s", STR(area),
		list.n ? (int)list.n : 1, list.n ? list.p : "-");
}

/* ---- the decision ---- */

static bool
role_check(const Account *who, Verb verb, Err *err)
{
	return (role_verbs[who->role] & BIT(verb)) ||
		err_set(err, E_DENIED, "as %s you may not %s", role_label(who->role), verb_label(verb));
}

bool
made_check(const Dataset *d, bool made, Err *err)
{
	return made || !d->made_by.n ||
		err_set(err, E_DENIED, "rows of '%.*s' are made by siap %.*s alone", STR(tr_str(d->title)),
			STR(d->made_by));
}

/* Whether the dataset is one that the account has anything to do with by this verb. */
static bool
dataset_check(const Account *who, Verb verb, const Dataset *d, Err *err)
{
	bool own = str_eq(d->owner, who->agency);
	if (verb == VERB_REVEAL && !shows_any(who, d))
		return err_set(err, E_DENIED, "no field of '%.*s' may be seen by %s alone",
			STR(tr_str(d->title)), agency_label(who->agency));
	bool writes = verb != VERB_READ && verb != VERB_EXPORT && verb != VERB_REVEAL;
	if (writes && !made_check(d, false, err))
		return false;
	if (writes && !own && !((FOR_OTHERS & BIT(verb)) && account_for_other(who, d)))
		return err_set(err, E_DENIED, "'%.*s' is kept by %s: you may not %s there",
			STR(tr_str(d->title)), agency_label(d->owner), verb_label(verb));
	return set_has(who, d) ||
		err_set(err, E_DENIED, "'%.*s' is not among the datasets of your account",
			STR(tr_str(d->title)));
}

static bool
state_check(const Account *who, Err *err)
{
	if (who->closed)
		return err_set(err, E_DENIED, "the account '%.*s' is closed", STR(who->login));
	if (who->must_change || who->invited)
		return err_set(err, E_DENIED, "choose a password of your own first");
	return true;
}

bool
account_may(const Account *who, Verb verb, const Dataset *d, Str area, Err *err)
{
	if (!state_check(who, err))
		return false;
	if (verb == VERB_ACCOUNTS)
		d = NULL;
	if (d && !knows_of(who, d))
		return err_set(err, E_NOTFOUND, "there is no dataset '%.*s'", STR(d->name));
	if (!role_check(who, verb, err))
		return who_could(who, verb, d, area, err);
	bool open = (verb == VERB_READ || verb == VERB_EXPORT) && !(d && d->restricted);
	if (open)
		return true;
	if (d && !dataset_check(who, verb, d, err))
		return who_could(who, verb, d, area, err);
	return areas_hold(who, area) || (outside(who, area, err), who_could(who, verb, d, area, err));
}

bool
account_may_undo(const Account *who, const Dataset *d, Str area, Str actor, Err *err)
{
	if (!account_may(who, VERB_UNDO, d, area, err))
		return false;
	bool any = who->role == ROLE_SUPERVISOR && str_eq(d->owner, who->agency);
	if (any || str_eq(actor, who->login))
		return true;
	err_set(err, E_DENIED, "'%.*s' made this change: you may undo your own ones", STR(actor));
	return err_hint(err, "who could: a supervisor of %s with rights for %.*s",
		agency_label(d->owner), STR(area));
}

bool
account_may_draw(const Account *who, Str area, Err *err)
{
	bool office = str_eq(who->agency, S("kesbangpol")) && who->role >= ROLE_SUPERVISOR;
	if (office && !who->must_change && !who->closed && areas_hold(who, area))
		return true;
	if (office && area.n && !areas_hold(who, area))
		outside(who, area, err);
	else
		err_set(err, E_DENIED, "you may not set boundaries of areas");
	return err_hint(err, "who could: a supervisor or manager of %s", agency_label(S("kesbangpol")));
}

/* ---- accounts ---- */

static bool
manager_of(const Account *who, const Account *whom, Err *err)
{
	if (!account_may(who, VERB_ACCOUNTS, NULL, (Str){0}, err))
		return false;
	if (!str_eq(who->agency, whom->agency))
		return err_set(err, E_DENIED, "'%.*s' is an account of %s: its managers look after it",
			STR(whom->login), agency_label(whom->agency));
	for (size_t i = 0; i < whom->n_areas; i++)
		if (!areas_hold(who, whom->area[i])) {
			outside(who, whom->area[i], err);
			return who_could(who, VERB_ACCOUNTS, NULL, whom->area[i], err);
		}
	return true;
}

static bool
lies_above(const Account *who, const Account *whom)
{
	for (size_t i = 0; i < whom->n_areas; i++)
		for (size_t k = 0; k < who->n_areas; k++)
			if (str_eq(who->area[k], whom->area[i]))
				return false;
	return true;
}

bool
account_may_manage(const Account *who, const Account *whom, Err *err)
{
	if (!manager_of(who, whom, err))
		return false;
	if (whom->role != ROLE_MANAGER || lies_above(who, whom))
		return true;
	err_set(err, E_DENIED,
		"'%.*s' manages accounts itself: a manager of the level above looks after it",
		STR(whom->login));
	return err_hint(err, "where there is none: whoever keeps the keys of the workspace");
}

bool
account_may_grant(const Account *who, const Account *rights, Err *err)
{
	if (!manager_of(who, rights, err))
		return false;
	for (size_t i = 0; who->n_datasets && i < rights->n_datasets; i++)
		if (!set_has(who, &(Dataset){.name = rights->dataset[i]}))
			return err_set(err, E_DENIED, "'%.*s' is not among the datasets of your account",
				STR(rights->dataset[i]));
	if (who->n_datasets && !rights->n_datasets)
		return err_set(err, E_DENIED,
			"your account has a set of datasets: name those of them that '%.*s' shall have",
			STR(rights->login));
	return rights->n_areas ||
		err_set(err, E_INPUT, "account '%.*s' needs an area at least", STR(rights->login));
}

/* ---- all of it, for people ---- */

static void
right_look(const Account *who, Verb verb, const Catalog *c, Arena *a, VerbRight *out)
{
	*out = (VerbRight){.dataset = NEW(a, const Dataset *, c->n_datasets + 1),
		.other = NEW(a, const Dataset *, c->n_datasets + 1)};
	out->may = account_may(who, verb, NULL, (Str){0}, &out->why);
	for (size_t i = 0;
		 i < c->n_datasets && out->may && verb != VERB_ACCOUNTS && verb != VERB_EXPLAIN; i++) {
		const Dataset *d = &c->dataset[i];
		Err ignored;
		bool none = verb == VERB_FORGET && !d->has_private; /* there is nothing to erase */
		if (none || !account_may(who, verb, d, (Str){0}, &ignored))
			continue;
		if ((FOR_OTHERS & BIT(verb)) && account_for_other(who, d))
			out->other[out->n_other++] = d;
		else
			out->dataset[out->n++] = d;
	}
	bool all = verb == VERB_ACCOUNTS || verb == VERB_EXPLAIN;
	if (!out->may || all || out->n || out->n_other)
		return;
	out->may = false;
	err_set(&out->why, E_DENIED, "%s keeps no data with which you could %s",
		agency_label(who->agency), verb_label(verb));
}

void
account_rights(const Account *who, const Catalog *c, Arena *a, VerbRight out[VERBS])
{
	for (int v = 0; v < VERBS; v++)
		right_look(who, (Verb)v, c, a, &out[v]);
}
