/* origin: who made an event, for whom, through which channel and by which definition: one row for all events of a request. */
#include "svc/svc_private.h"

/* Canonical JSON of the row without its number, which means nothing outside this database: sorted keys, empty ones left out. */
static void
origin_json(const OriginFacts *o, Buf *out)
{
	JsonOut j = jout_new(out);
	jout_obj(&j);
	jout_member(&j, S("actor"), o->actor);
	jout_member(&j, S("agency"), o->agency);
	jout_number(&j, S("batch"), o->batch);
	jout_member(&j, S("dataset"), o->dataset);
	jout_member(&j, S("definition"), o->definition);
	jout_member(&j, S("device"), o->device);
	jout_member(&j, S("on_behalf_of"), o->on_behalf_of);
	jout_member(&j, S("request"), o->request);
	jout_member(&j, S("source"), o->source);
	jout_member(&j, S("why"), o->why);
	jout_obj_end(&j);
}

bool
origin_hash(const OriginFacts *o, Hasher *h, Sha256 *out, Err *err)
{
	AUTO(Buf) json = {0};
	origin_json(o, &json);
	hasher_begin(h);
	hasher_add(h, buf_str(&json));
	hasher_end(h, out);
	return buf_check(&json, err);
}

static bool
origin_insert(WriteTx *tx, int64_t id, const OriginFacts *o, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "origin_insert", &s, err))
		return false;
	db_set_int(s, "id", id);
	db_set_text(s, "actor", o->actor);
	db_set_text(s, "agency", o->agency);
	db_set_text_or_null(s, "on_behalf_of", o->on_behalf_of);
	db_set_text(s, "source", o->source);
	db_set_text_or_null(s, "device", o->device);
	db_set_text(s, "request", o->request);
	if (o->batch)
		db_set_int(s, "batch", o->batch);
	else
		db_set_null(s, "batch");
	db_set_text(s, "dataset", o->dataset);
	db_set_text(s, "definition", o->definition);
	db_set_text_or_null(s, "why", o->why);
	return db_run(s, err);
}

static bool
origin_next(WriteTx *tx, int64_t *id, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, "origin_last", &s, err) || !db_step(s, &row, err))
		return false;
	*id = (row ? db_int(s, 0) : 0) + 1;
	db_reset(s);
	return true;
}

bool
origin_make(WriteTx *tx, const OriginFacts *facts, OriginRow *out, Err *err)
{
	unsigned char raw[16];
	char request[33];
	OriginFacts o = *facts;
	if (!o.request.n) {
		tx->w->env->random(tx->w->env->ctx, raw, sizeof raw);
		hex_encode(raw, sizeof raw, request);
		o.request = str_of(request);
	}
	out->agency = o.agency;
	return origin_next(tx, &out->id, err) && origin_insert(tx, out->id, &o, err) &&
		origin_hash(&o, tx->sealer->hasher, &out->hash, err);
}

bool
origin_for(
	WriteTx *tx, const Origin *who, const Dataset *d, int64_t batch, OriginRow *out, Err *err)
{
	char definition[65];
	hex_encode(d->hash.b, 32, definition);
	return origin_make(tx,
		&(OriginFacts){who->actor, who->agency.n ? who->agency : d->owner, who->on_behalf_of,
			who->source, who->device, (Str){0}, d->name, str_of(definition), who->why, batch},
		out, err);
}

void
origin_read(Stmt *s, int at, OriginFacts *out)
{
	Str *text[] = {&out->actor, &out->agency, &out->on_behalf_of, &out->source, &out->device,
		&out->request, &out->dataset, &out->definition, &out->why};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = db_text(s, at + (int)i);
	out->batch = db_int(s, at + (int)(sizeof text / sizeof *text));
}

bool
origin_load(const LogSource *from, int64_t id, Hasher *h, Arena *a, OriginRow *out, Err *err)
{
	Stmt *s;
	bool row;
	OriginFacts facts;
	if (!svc_stmt(from->db, from->sql, "origin_get", &s, err))
		return false;
	db_set_int(s, "id", id);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return err_set(err, E_DB, "origin %lld is missing: the database is damaged", (long long)id);
	origin_read(s, 0, &facts);
	*out = (OriginRow){.id = id, .agency = arena_str(a, facts.agency)};
	bool ok = origin_hash(&facts, h, &out->hash, err);
	db_reset(s);
	return ok;
}
