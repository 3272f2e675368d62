/* search: from what somebody types to the area or TPS that they mean. */
#include "web/desk.h"

enum { HITS = 20, ALIKE = 62, ASKED_MOST = 200 };

static void
standing_fill(const Board *b, Str code, Fill *f, Arena *a)
{
	size_t node;
	bool there = board_find(b, code, &node) && b->total[node] > 0;
	bool tps = code.n == 13;
	fill_text(f, "ready",
		there && tps ? str_of(b->ready[node] ? tr("ready") : tr("not ready"))
			: there  ? arena_fmt(a, tr("%s of %s TPS ready"), figure_number(a, b->ready[node]).p,
						   figure_number(a, b->total[node]).p)
					 : S(""));
}

static void
hit_fill(const PlaceIndex *x, const Board *b, Str code, Fill *f, Arena *a)
{
	fill_text(f, "code", code);
	fill_text(f, "place", place_words(x, code, a));
	fill_text(f, "level", str_of(level_words(area_level(code))));
	fill_text(
		f, "within", within_words(x, code.n == 13 ? area_lift(code, LEVEL_VILLAGE) : code, a));
	standing_fill(b, code, f, a);
}

/* Beside good answers bad ones are noise. */
static bool
worth_showing(const PlaceSearch *s, size_t i)
{
	return !s->sure || s->hit[i].score >= ALIKE;
}

/* TPS with that number in the villages that were found. */
static size_t
tps_fill(const PlaceIndex *x, const Board *b, const PlaceSearch *s, Fill *f, Arena *a)
{
	size_t node, shown = 0;
	for (size_t i = 0; i < s->n; i++) {
		Str code = arena_fmt(a, "%.*s%.*s", STR(s->hit[i].code), STR(s->tps));
		if (code.n != 13 || !worth_showing(s, i) || !board_find(b, code, &node))
			continue;
		hit_fill(x, b, code, fill_item(f, "hits"), a);
		shown++;
	}
	return shown;
}

/* The TPS of a code that was typed only in part. */
static size_t
codes_fill(const PlaceIndex *x, const Board *b, Str digits, Fill *f, Arena *a)
{
	size_t node, shown = 0;
	if (digits.n <= 10 || !board_find(b, str_slice(digits, 0, 10), &node))
		return 0;
	for (size_t i = node + 1; i < b->end[node] && shown < HITS; i = b->end[i]) {
		Str code = arena_str(a, str_of(b->code[i]));
		if (str_starts(code, digits)) {
			hit_fill(x, b, code, fill_item(f, "hits"), a);
			shown++;
		}
	}
	return shown;
}

static Str
digits_of(Str text, Arena *a)
{
	char *out = NEW(a, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= '0' && text.p[i] <= '9')
			out[n++] = text.p[i];
		else if (text.p[i] != '.' && text.p[i] != ' ')
			return (Str){0};
	}
	return (Str){out, n};
}

static void
hits_fill(const PlaceIndex *x, const Board *b, PlaceSearch *s, Fill *f, Arena *a)
{
	Str digits = digits_of(str_trim(s->text), a);
	fill_list(f, "hits");
	size_t stations = s->tps.n ? tps_fill(x, b, s, f, a) : 0,
		   codes = codes_fill(x, b, digits, f, a);
	s->sure |= codes > 0;
	fill_flag(f, "any", stations + codes + s->n > 0);
	for (size_t i = 0; i < s->n; i++)
		if (worth_showing(s, i))
			hit_fill(x, b, s->hit[i].code, fill_item(f, "hits"), a);
}

/* A name is never that long: whole characters of it. */
static Str
asked_of(const Request *rq)
{
	Str all = str_trim(rq_query(rq, "q"));
	size_t n = all.n < ASKED_MOST ? all.n : ASKED_MOST;
	while (n < all.n && n && ((unsigned char)all.p[n] & 0xC0) == 0x80)
		n--;
	return str_slice(all, 0, n);
}

static bool
search(Request *rq, Err *err)
{
	const PlaceIndex *x;
	const Board *b;
	size_t node;
	Fill *f = fill_new(rq->a);
	PlaceSearch s = {.text = asked_of(rq), .max = HITS};
	if (!desk_places(rq, &x, err) || !gate_board(rq->site->gate, &b, err))
		return false;
	Str digits = digits_of(s.text, rq->a);
	bool exact = digits.n && board_find(b, digits, &node);
	if (!exact) {
		place_search(x, &s, rq->a);
		hits_fill(x, b, &s, f, rq->a);
	}
	gate_board_done(rq->site->gate);
	if (exact)
		return reply_redirect(rq, arena_fmt(rq->a, "/area/%.*s", STR(digits)), err);
	fill_text(f, "title", str_of(tr("Search")));
	fill_text(f, "asked", s.text);
	fill_flag(f, "sure", s.sure);
	fill_text(f, "board_css", asset_address(S("board.css"), rq->a));
	return page_send(rq, "search", f, err);
}
ROUTE(search, "GET", "/search", search, ROUTE_MEMBER);
