-- The public log: the tree over the events, and what was signed of it. Level 0 of its tiles are the leaves that events carry.

-- sqlite:
CREATE TABLE log_tile (level integer NOT NULL, tile integer NOT NULL, hashes blob NOT NULL,
	PRIMARY KEY (level, tile)) STRICT, WITHOUT ROWID;
-- postgres:
CREATE TABLE log_tile (level integer NOT NULL, tile bigint NOT NULL, hashes bytea NOT NULL,
	PRIMARY KEY (level, tile));
-- both:
-- Signed notes, with the cosignatures that came in.
CREATE TABLE log_checkpoint (size bigint PRIMARY KEY, at bigint NOT NULL, note text NOT NULL);

-- Rows that are closed, each with its newest event: there its history begins, and whoever puts it back came after that.
-- sqlite:
CREATE TABLE closed_row (
	dataset text NOT NULL, area text NOT NULL, key text NOT NULL, event integer NOT NULL,
	PRIMARY KEY (dataset, area, key)) STRICT, WITHOUT ROWID;
-- postgres:
CREATE TABLE closed_row (
	dataset text NOT NULL, area text NOT NULL, key text NOT NULL, event bigint NOT NULL,
	PRIMARY KEY (dataset, area, key));
-- both:

-- The event of the log (dataset siap.resolve) by which somebody settled it; NULL: it is open.
ALTER TABLE conflict ADD COLUMN resolved bigint;

-- Edits that devices delivered: by its number a repeated one is known again, by its clock one that runs backwards. own: 1, or 0 when
-- it said what stood already, as `event` does. wall, counter: its hybrid logical clock, -1: none. ahead: milliseconds by which
-- that was ahead when it was accepted, if more than five minutes; behind: an earlier event of the device with a later clock; 0: none.
CREATE TABLE device_edit (
	area text NOT NULL, device text NOT NULL, request text NOT NULL, event bigint NOT NULL, own integer NOT NULL,
	wall bigint NOT NULL, counter bigint NOT NULL, ahead bigint NOT NULL, behind bigint NOT NULL,
	PRIMARY KEY (area, device, request, event));
CREATE INDEX device_edit_clock ON device_edit (device, wall, counter);

-- Why somebody undid or erased something; NULL for what needs no reason.
ALTER TABLE origin ADD COLUMN why text;
