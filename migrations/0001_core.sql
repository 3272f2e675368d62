-- The core tables: what C reasons about. Datasets make their own tables (named like the dataset) beside these.

-- Facts of this workspace: id, pack, area, created, catalog (hash of the definitions last opened with).
CREATE TABLE workspace (name text PRIMARY KEY, value text NOT NULL);

-- The frozen area codes of this workspace, levels 1 province to 4 village; TPS are rows of the dataset tps.
CREATE TABLE area (code text PRIMARY KEY, name text NOT NULL, level integer NOT NULL);
CREATE INDEX area_level ON area (level, code);

-- The rule pack as queries see it.
CREATE TABLE rule_limit (name text PRIMARY KEY, value bigint NOT NULL);
-- set_by: who sets the dates; after_code, days, working: an end that counts from the end of another code of the list.
CREATE TABLE rule_code (
	list text NOT NULL, code text NOT NULL, position integer NOT NULL, label text NOT NULL,
	rule text, amount bigint, starts text, ends text, set_by text, after_code text, days bigint, working integer NOT NULL,
	PRIMARY KEY (list, code));
CREATE TABLE rule_number (
	list text NOT NULL, code text NOT NULL, name text NOT NULL, value bigint NOT NULL,
	PRIMARY KEY (list, code, name));
-- Days around polling day, so that queries count days without date functions: number counts all days, worked the
-- working days up to and with this one.
CREATE TABLE rule_day (
	day text PRIMARY KEY, number bigint NOT NULL, worked bigint NOT NULL, working integer NOT NULL);

-- Definitions that events were made with, by hash, kept for ever.
CREATE TABLE definition (hash text PRIMARY KEY, kind text NOT NULL, name text NOT NULL, body text NOT NULL);

-- Who, how and by which definition: shared by all events of one request or one import.
CREATE TABLE origin (
	id integer PRIMARY KEY, actor text NOT NULL, agency text NOT NULL, on_behalf_of text,
	source text NOT NULL, device text, request text NOT NULL, batch integer,
	dataset text NOT NULL, definition text NOT NULL REFERENCES definition (hash));

-- The append-only log. op: 1 put, 2 close. open: canonical JSON; sealed: hash of the closed part and the closed part,
-- encrypted with the row's key; leaf: SHA-256 of the public entry (RFC 6962 leaf hash).
-- sqlite:
CREATE TABLE event (
	seq integer PRIMARY KEY, at integer NOT NULL, origin integer NOT NULL, key text NOT NULL, area text NOT NULL,
	op integer NOT NULL, base integer, undoes integer, device_clock text,
	open text NOT NULL, sealed blob, leaf blob NOT NULL) STRICT;
CREATE TABLE row_key (area text NOT NULL, dataset text NOT NULL, key text NOT NULL, wrapped blob NOT NULL,
	PRIMARY KEY (area, dataset, key)) STRICT, WITHOUT ROWID;
-- postgres:
CREATE TABLE event (
	seq bigint PRIMARY KEY, at bigint NOT NULL, origin integer NOT NULL, key text NOT NULL, area text NOT NULL,
	op integer NOT NULL, base bigint, undoes bigint, device_clock text,
	open text NOT NULL, sealed bytea, leaf bytea NOT NULL);
CREATE TABLE row_key (area text NOT NULL, dataset text NOT NULL, key text NOT NULL, wrapped bytea NOT NULL,
	PRIMARY KEY (area, dataset, key));
-- both:

-- An update that was not based on the newest event of its row: both are in the log, the later one stands.
CREATE TABLE conflict (
	dataset text NOT NULL, key text NOT NULL, area text NOT NULL, event bigint NOT NULL, over bigint NOT NULL,
	PRIMARY KEY (area, dataset, key, event));

-- Imports: validated rows wait in a staging file; applied counts how many are in. state: staged, done, cancelled.
CREATE TABLE import_job (
	id integer PRIMARY KEY, dataset text NOT NULL, file text NOT NULL, content text NOT NULL, at bigint NOT NULL,
	origin integer NOT NULL, rows bigint NOT NULL, applied bigint NOT NULL, position bigint NOT NULL,
	added bigint NOT NULL, changed bigint NOT NULL, same bigint NOT NULL, conflicts bigint NOT NULL,
	state text NOT NULL);

-- Totals of each local day for the areas down to districts, kept for trends: a row where a value is another than the day before.
-- series: an indicator, a check (need: findings), or ready (need: TPS, have: those ready).
CREATE TABLE daily_total (
	area text NOT NULL, series text NOT NULL, day text NOT NULL,
	need bigint NOT NULL, have bigint NOT NULL, heard bigint NOT NULL,
	PRIMARY KEY (area, series, day));
