/* xlsx_write: libxlsxwriter alone writes the workbook that bench/xlsx.sh imports: rows of ten cells, one for each TPS code on
 * standard input, to the file named. */
#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>

int
main(int argc, char **argv)
{
	static const char *const head[] = {"tps", "number", "kind", "latitude", "longitude", "border",
		"no_internet", "no_electricity", "hard_access", "disaster_prone"};
	char code[64];
	lxw_workbook_options options = {.constant_memory = LXW_TRUE};
	lxw_workbook *book = argc == 2 ? workbook_new_opt(argv[1], &options) : NULL;
	if (!book) {
		fprintf(stderr, "usage: xlsx_write FILE <CODES\n");
		return 64;
	}
	lxw_worksheet *sheet = workbook_add_worksheet(book, "tps");
	for (lxw_col_t c = 0; c < 10; c++)
		worksheet_write_string(sheet, 0, c, head[c], NULL);
	for (lxw_row_t row = 1; fgets(code, sizeof code, stdin); row++) {
		code[strcspn(code, "\r\n")] = '\0';
		size_t n = strlen(code);
		worksheet_write_string(sheet, row, 0, code, NULL);
		worksheet_write_string(sheet, row, 1, code + (n > 3 ? n - 3 : 0), NULL);
		worksheet_write_string(sheet, row, 2, "regular", NULL);
		worksheet_write_number(sheet, row, 3, -1.5 - (row % 1000) / 1000.0, NULL);
		worksheet_write_number(sheet, row, 4, 103 + (row % 999) / 1000.0, NULL);
		for (lxw_col_t c = 5; c < 10; c++)
			worksheet_write_string(sheet, row, c, (row + c) % 7 ? "no" : "yes", NULL);
	}
	return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
