/* nav: the main navigation: where a person may go, where the page at hand belongs, and how many conflicts wait. */
#include "web/data.h"

/* ---- where the page belongs ---- */

typedef enum Section {
	SECTION_BOARD,
	SECTION_MAP,
	SECTION_DATA,
	SECTION_IMPORT,
	SECTION_CHANGES,
	SECTION_CONFLICTS,
	SECTION_HELP,
	SECTION_ACCOUNTS,
	SECTION_ACCOUNT,
	SECTIONS
} Section;
static const struct {
	const char *path;
	Section section;
} belongs[] = {{"/area", SECTION_BOARD}, {"/indicator", SECTION_BOARD}, {"/check", SECTION_BOARD},
	{"/data", SECTION_DATA}, {"/blank", SECTION_DATA}, {"/import", SECTION_IMPORT},
	{"/changes", SECTION_CHANGES}, {"/event", SECTION_CHANGES}, {"/conflicts", SECTION_CONFLICTS},
	{"/help", SECTION_HELP}, {"/words", SECTION_HELP}, {"/accounts", SECTION_ACCOUNTS},
	{"/account", SECTION_ACCOUNT}, {"/password", SECTION_ACCOUNT}};

static Section
section_of(Str path)
{
	if (str_starts(path, S("/area/")) && str_ends(path, S("/map")))
		return SECTION_MAP;
	for (size_t i = 0; i < sizeof belongs / sizeof *belongs; i++) {
		Str top = str_of(belongs[i].path);
		if (str_starts(path, top) && (path.n == top.n || path.p[top.n] == '/'))
			return belongs[i].section;
	}
	return SECTIONS;
}

/* ---- conflicts that wait ---- */

/* Those of the whole workspace, read again when the board has moved on: every page asks. */
enum { WAITING = 100 };
static struct {
	pthread_mutex_t lock;
	int64_t event;
	const Site *site;
	size_t n;
	struct {
		char dataset[64], area[16];
	} row[WAITING];
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool
waiting_read(Request *rq, int64_t event, Err *err)
{
	ConflictList list = {.max = WAITING};
	if (waiting.site == rq->site && waiting.event == event)
		return true;
	if (!conflicts_list(rq->w, &list, rq->a, err))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		snprintf(waiting.row[i].dataset, sizeof waiting.row[i].dataset, "%.*s",
			STR(list.item[i].dataset));
		snprintf(waiting.row[i].area, sizeof waiting.row[i].area, "%.*s", STR(list.item[i].area));
	}
	waiting.n = list.n;
	waiting.event = event;
	waiting.site = rq->site;
	return true;
}

static size_t
waiting_count(const Request *rq)
{
	size_t n = 0;
	for (size_t i = 0; i < waiting.n; i++) {
		const Dataset *d = catalog_dataset(&rq->w->cat, str_of(waiting.row[i].dataset));
		n += d && conflict_concerns(rq, d, str_of(waiting.row[i].area));
	}
	return n;
}

Str
nav_conflicts(Request *rq)
{
	const Board *b;
	Err ignored = {0};
	if (!rq->who || !gate_board(rq->site->gate, &b, &ignored))
		return S("");
	int64_t event = b->event;
	gate_board_done(rq->site->gate);
	pthread_mutex_lock(&waiting.lock);
	size_t n = waiting_read(rq, event, &ignored) ? waiting_count(rq) : 0;
	pthread_mutex_unlock(&waiting.lock);
	return n ? figure_number(rq->a, (int64_t)n) : S("");
}

/* ---- the list ---- */

static bool
may(const Request *rq, Verb verb)
{
	Err ignored;
	return account_may(rq->who, verb, NULL, (Str){0}, &ignored);
}

static void
nav_add(const Request *rq, Fill *f, Section section, const char *label, Str address)
{
	Fill *item = fill_item(f, section <= SECTION_IMPORT ? "nav" : "nav_more");
	bool here = section_of(rq->path) == section;
	fill_text(item, "label", str_of(label));
	fill_text(item, "address", address);
	fill_flag(item, "at", here && str_eq(rq->path, address));
	fill_flag(item, "under", here && !str_eq(rq->path, address));
	fill_flag(item, "counts", section == SECTION_CONFLICTS);
}

void
nav_fill(Request *rq, Fill *f)
{
	bool member = rq->who && !rq->who->must_change;
	fill_flag(f, "member", member);
	fill_flag(f, "outside", !rq->who && !str_eq(rq->path, S("/login")));
	fill_list(f, "nav");
	fill_list(f, "nav_more");
	if (!member)
		return;
	Str home = arena_fmt(rq->a, "/area/%.*s", STR(own_area(rq)));
	fill_text(f, "home", home);
	nav_add(rq, f, SECTION_BOARD, tr("Board"), home);
	nav_add(rq, f, SECTION_MAP, tr("Map"), arena_fmt(rq->a, "%.*s/map", STR(home)));
	nav_add(rq, f, SECTION_DATA, tr("Data"), S("/data"));
	if (may(rq, VERB_IMPORT))
		nav_add(rq, f, SECTION_IMPORT, tr("Import"), S("/import"));
	nav_add(rq, f, SECTION_CHANGES, tr("Changes"), S("/changes"));
	nav_add(rq, f, SECTION_CONFLICTS, tr("Conflicts"), S("/conflicts"));
	if (may(rq, VERB_ACCOUNTS))
		nav_add(rq, f, SECTION_ACCOUNTS, tr("Accounts"), S("/accounts"));
	nav_add(rq, f, SECTION_ACCOUNT, tr("My account"), S("/account"));
	nav_add(rq, f, SECTION_HELP, tr("Help"), S("/help"));
}
