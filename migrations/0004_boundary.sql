-- Boundaries of areas, for maps. rings: "x y x y;x y …", each a ring of whole numbers, 100000 to a degree, east and north; few points.
-- event: the row siap.boundary of the log that says which file it came from.
CREATE TABLE boundary (area text PRIMARY KEY, level integer NOT NULL, event bigint NOT NULL, rings text NOT NULL);
CREATE INDEX boundary_level ON boundary (level, area);
