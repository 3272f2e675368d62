/* boundaries: a GeoJSON file with boundaries of areas, checked and taken in from the map of an area. */
#include "web/data.h"
#include "web/desk.h"

/* A file takes some ten times its size while it is read. */
static pthread_mutex_t at_work = PTHREAD_MUTEX_INITIALIZER;

static Str
number(const Request *rq, size_t n)
{
	return n ? figure_number(rq->a, (int64_t)n) : S("");
}

static void
report_fill(const Request *rq, Fill *f, const BoundaryImport *im)
{
	fill_list(f, "levels");
	for (Level l = LEVEL_PROVINCE; l < LEVEL_TPS; l++) {
		if (!im->matched[l])
			continue;
		Fill *item = fill_item(f, "levels");
		fill_text(item, "level", str_of(level_words(l)));
		fill_text(item, "matched", figure_number(rq->a, (int64_t)im->matched[l]));
		fill_text(item, "of", figure_number(rq->a, (int64_t)im->areas[l]));
	}
	fill_list(f, "misses");
	for (size_t i = 0; i < im->n_miss; i++) {
		Fill *item = fill_item(f, "misses");
		fill_text(item, "feature", figure_number(rq->a, (int64_t)im->miss[i].feature));
		fill_text(item, "why", arena_str(rq->a, im->miss[i].why));
	}
	fill_text(f, "missed", number(rq, im->misses));
	fill_text(f, "more", number(rq, im->misses - im->n_miss));
	fill_text(f, "by_name", number(rq, im->by_name));
	fill_text(f, "elsewhere", number(rq, im->elsewhere));
	fill_text(f, "points", number(rq, im->points));
	fill_text(f, "points_before", number(rq, im->points_before));
	fill_text(f, "saved", im->event ? data_int(rq, im->event) : S(""));
	fill_text(f, "number", number(rq, im->event));
	fill_flag(f, "dry", im->dry_run);
}

/* why: what was wrong with a file; im: what became of it. Both NULL: it is asked for. */
static bool
answer(Request *rq, const BoundaryImport *im, const Err *why, Err *err)
{
	AUTO(Desk) d = {0};
	Fill *f = fill_new(rq->a);
	Err no = {0};
	if (!desk_open(rq, &d, err))
		return false;
	desk_fill(&d, f, tr("Boundaries"));
	fill_text(f, "place", place_words(d.places, d.code, rq->a));
	desk_close(&d);
	fill_flag(f, "may", !rq->who || account_may_draw(rq->who, rq_param(rq, "area"), &no));
	fill_text(f, "why_not", arena_str(rq->a, str_of(no.text)));
	fill_text(f, "who_could", arena_str(rq->a, str_of(no.hint)));
	fill_text(f, "what", why ? arena_str(rq->a, str_of(why->text)) : S(""));
	fill_text(f, "hint", why ? arena_str(rq->a, str_of(why->hint)) : S(""));
	fill_text(f, "source", rq_form(rq, "source"));
	fill_flag(f, "report", im && !why);
	if (im)
		report_fill(rq, f, im);
	return page_send_as(rq, why ? status_of(why->code) : MHD_HTTP_OK, "boundaries", f, err);
}

static bool
form(Request *rq, Err *err)
{
	return answer(rq, NULL, NULL, err);
}
ROUTE(boundaries, "GET", "/area/{area}/map/boundaries", form, ROUTE_MEMBER);

static bool
take(Request *rq, BoundaryImport *im, Err *err)
{
	if (pthread_mutex_trylock(&at_work) != 0)
		return err_set(
			err, E_BUSY, "somebody else's boundaries are being taken in: try again shortly");
	bool ok = boundaries_import(rq->w, rq->site->gate, im, rq->a, err);
	pthread_mutex_unlock(&at_work);
	return ok;
}

static bool
upload(Request *rq, Err *err)
{
	const Upload *file = rq_upload(rq, "file");
	Origin origin = data_origin(rq, NULL, str_trim(rq_form(rq, "source")));
	BoundaryImport im = {.path = file ? file->path : NULL,
		.under = rq_param(rq, "area"),
		.who = rq->who,
		.origin = &origin,
		.dry_run = str_eq(rq_form(rq, "step"), S("check"))};
	Err why = {0};
	if (rq->who && !account_may_draw(rq->who, im.under, err))
		return false;
	if (!file)
		err_set(&why, E_INPUT, "no file was chosen: a GeoJSON file is right");
	else if (take(rq, &im, &why))
		return answer(rq, &im, NULL, err);
	return answer(rq, NULL, &why, err);
}
ROUTE(boundaries_upload, "POST", "/area/{area}/map/boundaries", upload, ROUTE_MEMBER);
