-- What link_duckdb.js asks of DuckDB. {file}: the input; other words in braces are put in by the script.

-- name: read_roll
-- A voter roll as `siap roll simulate` writes it.
CREATE TABLE written AS
SELECT DPID::UINTEGER AS id, 0::UTINYINT AS list, NIK AS number, NKK AS family, upper(NAMA) AS name, "TEMPAT LAHIR" AS place,
	KELAMIN AS sex, "KODE DESA" AS village,
	substr("TANGGAL LAHIR", 7, 4) || substr("TANGGAL LAHIR", 4, 2) || substr("TANGGAL LAHIR", 1, 2) AS birth
FROM read_csv('{file}', header = true, all_varchar = true, delim = ',', quote = '"');

-- name: read_rows
-- A small file with the columns of link_rows.c.
CREATE TABLE written AS
SELECT ID::UINTEGER AS id, LIST::UTINYINT AS list, NUMBER AS number, FAMILY AS family, upper(NAME) AS name, upper(PLACE) AS place,
	SEX AS sex, AREA AS village, regexp_replace(BIRTH, '[^0-9]', '', 'g') AS birth
FROM read_csv('{file}', header = true, all_varchar = true, delim = ',', quote = '"');

-- name: clean
-- Titles and fathers off, forms of one name as one, then what it sounds like in the spellings of before and after 1972.
CREATE TABLE tidy AS
WITH
bare AS (
	SELECT *, trim(regexp_replace(regexp_replace(regexp_replace(name,
		',.*$| (BIN|BINTI) .*$| (S\.?PD|S\.?H|S\.?E)\.?$', ''),
		'^((KH|HJ|H|DRS|DRA|DR|IR|NY|TN)\.? +)+', ''),
		'[^A-Z ]', '', 'g')) AS plain
	FROM written),
one AS (
	SELECT *, regexp_replace(plain, '^(MUHAMAD|MOHAMAD|MOHAMMAD|MOHAMMED|MOCHAMAD|MOCHAMMAD|MOHD|MHD|MUH|MOH|MOCH|M) ', 'MUHAMMAD ') AS called
	FROM bare)
SELECT id, list, nullif(number, '') AS number, nullif(family, '') AS family, nullif(called, '') AS name, nullif(place, '') AS place,
	nullif(sex, '') AS sex, nullif(village, '') AS village, nullif(birth, '') AS birth,
	nullif(replace(replace(replace(replace(replace(replace(replace(
		called, 'OE', 'U'), 'DJ', 'J'), 'TJ', 'C'), 'SJ', 'SY'), 'CH', 'KH'), 'IE', 'I'), ' ', ''), '') AS sound
FROM one;
DROP TABLE written;

-- name: frequencies
-- Bits that an equal value is worth by how many have it: the rarer, the more.
CREATE TABLE name_bits AS SELECT name, -log2(count(*) / {rows}::DOUBLE) AS bits FROM tidy WHERE name IS NOT NULL GROUP BY name;
CREATE TABLE birth_bits AS SELECT birth, -log2(count(*) / {rows}::DOUBLE) AS bits FROM tidy WHERE birth IS NOT NULL GROUP BY birth;
CREATE TABLE place_bits AS SELECT place, -log2(count(*) / {rows}::DOUBLE) AS bits FROM tidy WHERE place IS NOT NULL GROUP BY place;
-- Keys are numbers: joins over texts are slower.
CREATE MACRO key(v) AS CASE WHEN v IS NOT NULL THEN hash(v) END;
CREATE TABLE people AS
SELECT id, list, number, name, birth, place, sex, family, village,
	left(number, 6) AS number_area, right(number, 4) AS number_serial,
	key(number) AS number_key, key(family) AS family_key, key(sound) AS sound_key, key(village) AS village_key,
	key(left(village, 6)) AS district_key, key(right(number, 10)) AS tail_key, key(left(sound, 3)) AS three_key,
	key(birth) AS birth_key, key(left(birth, 4)) AS year_key,
	name_bits.bits AS name_bits, birth_bits.bits AS birth_bits, place_bits.bits AS place_bits
FROM tidy LEFT JOIN name_bits USING (name) LEFT JOIN birth_bits USING (birth) LEFT JOIN place_bits USING (place);
DROP TABLE tidy;
