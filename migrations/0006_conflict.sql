-- 1: a row of a restricted dataset, of whose conflicts no finding tells; NULL: everybody may know.
ALTER TABLE conflict ADD COLUMN restricted bigint;
