-- Files that are shown for a row (key), or for all rows of an import (batch): which, follows from rows siap.paper of the log. They lie in the
-- folder files/ under their SHA-256. about: the event that they came with, 0: they came later. name: as the sender called it.
CREATE TABLE paper (
	event bigint PRIMARY KEY, dataset text NOT NULL, key text NOT NULL, area text NOT NULL, batch bigint NOT NULL, about bigint NOT NULL,
	file text NOT NULL, kind text NOT NULL, bytes bigint NOT NULL, note text NOT NULL, name text NOT NULL);
CREATE INDEX paper_row ON paper (dataset, key);
CREATE INDEX paper_batch ON paper (batch);
CREATE INDEX paper_file ON paper (file);
