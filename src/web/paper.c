/* paper: papers of rows: sent with a form, shown beside a row, opened by whoever may see the row that they are of. */
#include "web/data.h"

#include <sodium.h>

enum { MAC = 16, TICKET = 64 + 1 + 2 * MAC };

/* ---- a paper that comes with a form ---- */

/* Shows that this session sent the file: nobody attaches what somebody else sent by knowing its hash. */
static void
ticket_mac(const Request *rq, Str hash, char hex[2 * MAC + 1])
{
	unsigned char raw[MAC];
	(void)crypto_generichash(raw, sizeof raw, (const unsigned char *)hash.p, hash.n,
		rq->session.secret, sizeof rq->session.secret);
	hex_encode(raw, sizeof raw, hex);
}

static bool
ticket_take(const Request *rq, Str ticket, Str *hash)
{
	char hex[2 * MAC + 1];
	if (ticket.n != TICKET || ticket.p[64] != '.')
		return false;
	*hash = str_slice(ticket, 0, 64);
	ticket_mac(rq, *hash, hex);
	return sodium_memcmp(hex, ticket.p + 65, sizeof hex - 1) == 0;
}

bool
paper_form(const Request *rq, SentPaper *out, Err *err)
{
	const Upload *u = rq_upload(rq, "paper_file");
	Str ticket = rq_form(rq, "paper");
	PaperFile file;
	char hex[2 * MAC + 1];
	*out =
		(SentPaper){.name = rq_form(rq, "paper_name"), .note = str_trim(rq_form(rq, "paper_note"))};
	if (!u) {
		if (!ticket.n || ticket_take(rq, ticket, &out->hash))
			return true;
		out->hash = (Str){0};
		return err_set(
			err, E_INPUT, "the paper was sent before you logged in anew: choose the file again");
	}
	if (!paper_keep(rq->w, u->path, &file, err))
		return false;
	out->hash = arena_str(rq->a, str_of(file.hash));
	out->name = u->name;
	ticket_mac(rq, out->hash, hex);
	out->ticket = arena_fmt(rq->a, "%.*s.%s", STR(out->hash), hex);
	return true;
}

void
paper_fill(const Request *rq, Fill *page, const Dataset *d, const SentPaper *p)
{
	bool other = rq->who && d && account_for_other(rq->who, d);
	Str ticket = p->ticket.n || !p->hash.n ? p->ticket : rq_form(rq, "paper");
	fill_flag(page, "paper_needed", other);
	fill_text(page, "paper_for", other ? str_of(agency_label(d->owner)) : (Str){0});
	fill_text(page, "paper_ticket", ticket);
	fill_text(page, "paper_name", p->hash.n ? p->name : (Str){0});
	fill_text(page, "paper_note", p->note);
}

/* ---- beside a row ---- */

static bool
may_open(const Request *rq, const Dataset *d, const Paper *p)
{
	return !d->has_private || (p->key.n && data_may(rq, VERB_REVEAL, d, p->area));
}

static Str
size_words(const Request *rq, int64_t bytes)
{
	return arena_fmt(rq->a, "%.*s KB", STR(figure_number(rq->a, (bytes + 1023) / 1024)));
}

static void
item_fill(const Request *rq, Fill *f, const Dataset *d, const Paper *p)
{
	Origin o = {.actor = p->actor, .agency = p->agency, .on_behalf_of = p->on_behalf_of};
	fill_text(f, "paper_title", p->note.n ? p->note : p->name.n ? p->name : str_of(tr("paper")));
	fill_text(f, "paper_url",
		may_open(rq, d, p) ? arena_fmt(rq->a, "/paper/%s", p->file.hash) : (Str){0});
	fill_text(f, "paper_kind", p->file.kind);
	fill_text(f, "paper_size", size_words(rq, p->file.bytes));
	fill_text(f, "paper_when", figure_time(rq->a, p->at, data_zone(rq)));
	fill_text(f, "paper_by", data_person(rq, &o));
	fill_text(f, "paper_event", arena_fmt(rq->a, "/event/%lld", (long long)p->event));
	fill_text(f, "paper_batch",
		p->batch ? arena_fmt(rq->a, "/import/%lld", (long long)p->batch) : (Str){0});
}

bool
papers_fill(Request *rq, Fill *page, const Dataset *d, const RowView *r, Err *err)
{
	PaperList l = {.dataset = d->name, .key = r->key, .event = r->event};
	if (!papers_list(rq->w, &l, rq->a, err))
		return false;
	fill_list(page, "papers");
	for (size_t i = 0; i < l.n; i++)
		item_fill(rq, fill_item(page, "papers"), d, &l.paper[i]);
	fill_flag(page, "may_attach", !r->closed && data_may(rq, VERB_ATTACH, d, r->v[d->area].s));
	fill_flag(page, "papers_private", d->has_private);
	fill_text(page, "attach_url", data_url(rq, d, "paper", r->key));
	return true;
}

static bool
attach(Request *rq, Err *err)
{
	const Dataset *d;
	Str *text;
	RowView r;
	SentPaper p;
	if (!data_dataset(rq, &d, err) || !data_key(rq, d, &text, err) ||
		!data_row(rq, VERB_ATTACH, d, text, &r, err) || !paper_form(rq, &p, err))
		return false;
	if (!p.hash.n)
		return err_set(err, E_INPUT, "no file was chosen: choose the scan or photo of the paper");
	Origin o = data_origin(rq, d, (Str){0});
	AttachRequest a = {.origin = &o,
		.dataset = d,
		.text = text,
		.who = rq->who,
		.hash = p.hash,
		.name = p.name,
		.note = p.note};
	return gate_attach(rq->site->gate, &a, err) &&
		reply_redirect(
			rq, arena_fmt(rq->a, "%.*s?attached=1", STR(data_url(rq, d, "row", r.key))), err);
}
ROUTE(paper_attach, "POST", "/data/{dataset}/paper/{key*}", attach, ROUTE_MEMBER);

/* ---- opening one ---- */

/* Private fields stand on the paper too: opening it is seeing them, and the log says so. */
static bool
reveal(Request *rq, const Dataset *d, const Str *text, Err *err)
{
	Origin o = data_origin(rq, NULL, str_of(tr("opened a paper of the row")));
	const Str *const rows[] = {text};
	RevealRequest r = {.who = rq->who, .origin = &o, .dataset = d, .text = rows, .n = 1};
	return gate_reveal(rq->site->gate, &r, rq->a, err);
}

/* Whether the person may open the file as the paper of this row; err only when something failed. */
static bool
opens(Request *rq, const Paper *p, bool *yes, Err *err)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, p->dataset);
	Err no = {0};
	Str *text;
	RowView r;
	*yes = false;
	if (!d || !may_open(rq, d, p))
		return true;
	if (p->key.n)
		*yes = row_key_cells(d, p->key, rq->a, &text, &no) &&
			data_row(rq, VERB_READ, d, text, &r, &no) &&
			(!d->has_private || reveal(rq, d, text, &no));
	else
		*yes = data_whole(rq, d, p->area);
	return !no.code || status_of(no.code) < 500 || err_set(err, no.code, "%s", no.text);
}

static bool
paper_send(Request *rq, const Paper *p, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) out = {0};
	Str bytes, hash = str_of(p->file.hash);
	if (!arena_open(&a, (size_t)4 * PAPER_MB * SIZE_MB, err) ||
		!paper_read(rq->w, hash, &a, &bytes, err))
		return false;
	buf_add(&out, bytes);
	if (!reply_bytes(rq, MHD_HTTP_OK, paper_media(p->file.kind), &out, err))
		return false;
	reply_header(rq, "Content-Disposition",
		arena_fmt(rq->a, "attachment; filename=\"paper-%.8s.%.*s\"", hash.p, STR(p->file.kind)));
	return true;
}

/* A file that nobody may open and one that is not there are told alike. */
static bool
paper(Request *rq, Err *err)
{
	Str hash = rq_param(rq, "hash");
	PaperList l = {.hash = hash};
	bool yes = false;
	if (hash.n && !papers_list(rq->w, &l, rq->a, err))
		return false;
	for (size_t i = 0; i < l.n; i++) {
		if (!opens(rq, &l.paper[i], &yes, err))
			return false;
		if (yes)
			return paper_send(rq, &l.paper[i], err);
	}
	err_set(err, E_NOTFOUND, "there is no paper of that name which you may open");
	return err_hint(
		err, "papers stand on the page of their row: whoever may see the row may open them");
}
ROUTE_SLOW(paper, "GET", "/paper/{hash}", paper, ROUTE_MEMBER);
