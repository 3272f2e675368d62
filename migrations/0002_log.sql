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

-- Why somebody undid or erased something; NULL for what needs no reason.
ALTER TABLE origin ADD COLUMN why text;
