/* Definition files from hostile hands: the first byte chooses dataset, query, check or pack; what is accepted must be whole. */
#include "cat/cat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is derived from an accepted dataset works: it has keys, its examples split, its JSON Schema is JSON. */
static void
dataset_use(const Dataset *d, Arena *a)
{
	Str *cell = NEW(a, Str, d->n_fields);
	json_t *root;
	NEED(d->n_key > 0 && d->field[d->area].type == TYPE_AREA && d->field[d->area].key);
	for (size_t i = 0; i < d->n_examples; i++)
		NEED(example_cells(d, d->example[i].text, a, cell, NULL));
	for (size_t i = 0; i < d->n_fields; i++)
		NEED(dataset_field(d, d->field[i].name) == &d->field[i]);
	AUTO(Buf) b = {0};
	dataset_json_schema(d, NULL, &b);
	NEED(json_parse(buf_str(&b), 1 << 26, &root, NULL));
	json_decref(root);
	buf_clear(&b);
	dataset_ddl(d, STORE_SQLITE, &b);
	dataset_update_sql(d, &b);
	dataset_template(d, &b);
	dataset_doc(NULL, NULL, d, &b);
	/* The labels of a dataset lead back to its fields. */
	Str *header = NEW(a, Str, d->n_fields);
	HeaderMap map;
	for (size_t i = 0; i < d->n_fields; i++)
		header[i] = d->field[i].label;
	NEED(header_map(&(Reading){NULL, NULL, 0, a}, d, &(Header){header, d->n_fields}, &map, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Arena a;
	Err err = {0};
	if (!a.base && !arena_open(&a, (size_t)256 << 20, NULL))
		return 0;
	arena_reset(&a);
	if (size == 0)
		return 0;
	Str text = {(const char *)data + 1, size - 1};
	union {
		Dataset d;
		Query q;
		Pack p;
	} out;
	bool ok = false;
	switch (data[0] % 4) {
	case 0:
		ok = dataset_parse(S("f"), text, &a, &out.d, &err);
		if (ok)
			dataset_use(&out.d, &a);
		break;
	case 1:
	case 2:
		ok = query_parse(
			S("f"), text, data[0] % 4 == 2 ? QUERY_CHECK : QUERY_INDICATOR, &a, &out.q, &err);
		break;
	default:
		ok = pack_parse(S("f"), text, &a, &out.p, &err);
		for (size_t i = 0; ok && i < out.p.n_codes; i++)
			NEED(pack_code(&out.p, out.p.code[i].list, out.p.code[i].code) == &out.p.code[i]);
	}
	NEED(ok ||
		((err.code == E_INPUT || err.code == E_LIMIT) && err.text[0] == 'f' && err.text[1] == ':'));
	return 0;
}
