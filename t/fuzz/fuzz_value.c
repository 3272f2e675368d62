/* Cells from hostile files: the first byte chooses the field; what is accepted prints and reads back as the same value. */
#include "cat/cat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Arena a;
static Dataset d;
static Pack pack;
static Catalog cat;

static void
make(void)
{
	Err err = {0};
	NEED(arena_open(&a, (size_t)64 << 20, &err));
	NEED(dataset_parse(S("d"),
		S("dataset d\ntitle \"D\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield place area(any)\nfield n int(-5..100000)\n"
		  "field big int(-9007199254740991..9007199254740991)\nfield ratio decimal(6)\nfield cost money\nfield yes_no bool\n"
		  "field day date\nfield at instant\nfield size enum(small, very_large)\nfield state states(a>b>c)\nfield item code(goods)\n"
		  "field who ref(d)\nfield what ref(e)\nfield hp phone\nfield proof file\nfield note text(5)\nfield no id\n"),
		&a, &d, &err));
	NEED(pack_parse(S("p"),
		S("pack p\ntitle \"P\"\npoll 2024-11-27\nsource \"x\"\ncode goods ink \"Ink bottle\"\n"),
		&a, &pack, &err));
	cat = (Catalog){.dataset = &d, .n_datasets = 1, .pack = &pack, .n_packs = 1};
}

/* The cell as an export writes it and an import finds it: formula-safe and quoted on the way. */
static Str
travelled(const Field *f, Value v, Arena *tmp)
{
	AUTO(Buf) plain = {0};
	AUTO(Buf) csv = {0};
	Str *cell = NEW(tmp, Str, d.n_fields);
	value_print(f, v, 420, &plain);
	if (v.kind == VALUE_INT)
		return arena_str(tmp, buf_str(&plain));
	csv_out_text(&csv, buf_str(&plain));
	NEED(example_cells(&d, arena_str(tmp, buf_str(&csv)), tmp, cell, NULL));
	return cell[0];
}

static void
json_round(const Field *f, Value v, Arena *tmp)
{
	AUTO(Buf) json = {0};
	Value *row = NEW(tmp, Value, d.n_fields), *again = NEW(tmp, Value, d.n_fields);
	row[f - d.field] = v;
	row_json(&d, row, false, &json);
	NEED(row_from_json(&d, buf_str(&json), tmp, again, NULL));
	NEED(value_eq(v, again[f - d.field]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at;
	Err err = {0};
	if (!a.base)
		make();
	/* Where bytes enter they are checked to be text. */
	if (size == 0 || !utf8_check((Str){(const char *)data + 1, size - 1}, &at))
		return 0;
	const Field *f = &d.field[data[0] % d.n_fields];
	Arena tmp = a;
	Value v, again;
	if (!value_parse(&(Reading){&cat, &pack, 480, &tmp}, f, (Str){(const char *)data + 1, size - 1},
			&v, &err)) {
		NEED(err.code == E_INPUT && err.text[0] && v.kind == VALUE_NULL);
		return 0;
	}
	NEED(value_parse(&(Reading){&cat, &pack, 540, &tmp}, f, travelled(f, v, &tmp), &again, &err));
	NEED(value_eq(v, again));
	json_round(f, v, &tmp);
	return 0;
}
