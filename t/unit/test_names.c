/* names: Indonesian names as they are compared, and as they sound. */
#include "unit.h"

#include "link/link.h"

static void
reads(const char *written, const char *as)
{
	Name n;
	name_read(str_of(written), &n);
	if (!str_eq(name_text(&n), str_of(as)))
		fail_msg("'%s': expected '%s', came '%.*s'", written, as, STR(name_text(&n)));
}

static void
test_read(void **state)
{
	(void)state;
	static const char *const known[][2] = {
		{"slamet", "SLAMET"},
		{"  Siti   Aminah ", "SITI AMINAH"},
		{"H. M. Sjarif, S.Pd.", "MUHAMMAD SJARIF"},
		{"H.M.SYARIF", "MUHAMMAD SYARIF"},
		{"M. Nur", "MUHAMMAD NUR"},
		{"M", "M"},
		{"Nur M", "NUR M"},
		{"Mhd Yusuf", "MUHAMMAD YUSUF"},
		{"Moch. Ali", "MUHAMMAD ALI"},
		{"Ahmad Moh. Zen", "AHMAD MUHAMMAD ZEN"},
		{"Abd. Rahman", "ABDUL RAHMAN"},
		{"Abdoel Moeis", "ABDUL MOEIS"},
		{"Nur'aini binti Usman", "NURAINI"},
		{"Ahmad Bin", "AHMAD"},
		{"Bin Ali", "BIN ALI"},
		{"Hj. Dra. Ratna Dewi, M.Si", "RATNA DEWI"},
		{"Ratna Dewi S.Pd.I M.Pd", "RATNA DEWI"},
		{"RATNA DEWI SPD", "RATNA DEWI"},
		{"Prof. Dr. H. Budi Santoso SH MH", "BUDI SANTOSO"},
		{"Sh Mh", "SH"},
		{"SE", "SE"},
		{"Se Dewi", "SE DEWI"},
		{"Haji", "HAJI"},
		{"H", "H"},
		{", S.Pd", "S PD"},
		{"Al-Amin", "AL AMIN"},
		{"D4di 5usanto", "DDI USANTO"},
		{"Jos\xc3\xa9", "JOS"},
		{"", ""},
		{"...", ""},
		{"12345", ""},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		reads(known[i][0], known[i][1]);
}

static Str
sound(const char *written, char *out)
{
	Name n;
	name_read(str_of(written), &n);
	return (Str){out, name_sound(&n, out)};
}

static void
test_sound(void **state)
{
	(void)state;
	static const char *const alike[][2] = {{"Soedjono", "Sujono"}, {"Sudjono", "Suyono"},
		{"Tjahja", "Cahya"}, {"Djojo", "Joyo"}, {"Sjafrie", "Syafri"}, {"Juli", "Yuli"},
		{"Chairul", "Khairul"}, {"Arief", "Arip"}, {"Muhamad Rizky", "Muh. Rizky"},
		{"Abdul Rahman", "Abdulrahman"}, {"Noerhajati", "Nurhayati"}, {"Pandji", "Panji"},
		{"Njoman", "Nyoman"}, {"Soetjipto", "Sucipto"}, {"Anna", "Ana"}, {"Nova", "Nopa"}};
	static const char *const other[][2] = {
		{"Siti", "Sita"}, {"Ahmad", "Amad"}, {"Budi", "Budiman"}, {"Dewi Sri", "Sri Dewi"}};
	char a[NAME_MOST], b[NAME_MOST];
	for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
		if (!str_eq(sound(alike[i][0], a), sound(alike[i][1], b)))
			fail_msg("%s, %s: expected one sound, came %.*s, %.*s", alike[i][0], alike[i][1],
				STR(sound(alike[i][0], a)), STR(sound(alike[i][1], b)));
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		assert_false(str_eq(sound(other[i][0], a), sound(other[i][1], b)));
}

/* Any bytes: nothing is written outside, what comes out is letters with single blanks, and reading it again changes little: it is a name. */
static void
test_any_bytes(void **state)
{
	(void)state;
	uint64_t seed = 5;
	static const char some[] = "AaBHhJMmSsPdD.,  '-/\0\xc3\xa9TjOoEeIi1(&";
	for (int round = 0; round < 50000; round++) {
		char text[300], *heap, out[NAME_MOST];
		size_t n = 0;
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		for (size_t most = (seed >> 33) % sizeof text; n < most; n++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[n] = some[(seed >> 33) % (sizeof some - 1)];
		}
		heap = test_malloc(n + 1); /* its end is watched */
		memcpy(heap, text, n);
		Name name;
		name_read((Str){heap, n}, &name);
		test_free(heap);
		assert_true(name.n <= NAME_MOST && name.tokens <= NAME_TOKENS);
		for (size_t i = 0; i < name.n; i++)
			assert_true(name.text[i] == ' ' || (name.text[i] >= 'A' && name.text[i] <= 'Z'));
		for (size_t i = 0; i < name.tokens; i++) {
			assert_true(name_token(&name, i).n > 0);
			assert_null(memchr(name_token(&name, i).p, ' ', name_token(&name, i).n));
		}
		assert_true(name_sound(&name, out) <= NAME_MOST);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_sound),
		cmocka_unit_test(test_any_bytes)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
