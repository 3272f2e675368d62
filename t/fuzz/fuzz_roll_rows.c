/* fuzz roll rows: any bytes as a CSV roll. What is taken in is within its bounds, rows are taken in or wrong, and two threads see what one sees. */
#include "roll/roll.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Seen {
	pthread_mutex_t lock;
	uint64_t rows, sum;
} Seen;

static bool
slice_see(void *ctx, uint64_t at, const RollSlice *s, Err *err)
{
	Seen *seen = ctx;
	uint64_t sum = 0;
	(void)at;
	(void)err;
	NEED(s->n > 0 && s->n <= ROLL_SLICE);
	for (size_t i = 0; i < s->n; i++) {
		NEED(s->sex[i] <= SEX_FEMALE && s->marriage[i] <= MARRIAGE_ONCE);
		NEED(s->nik[i] < UINT64_C(10000000000000000) && s->tps[i] < UINT64_C(10000000000000));
		NEED(roll_text(s, ROLL_NAME, i).n > 0);
		for (RollColumn c = ROLL_NAME; c < ROLL_COLUMNS; c++) {
			Str text = roll_text(s, c, i);
			NEED(text.n <= ROLL_CELL && !memchr(text.p, 0, text.n));
			sum += text.n * (uint64_t)(c + 1);
		}
		sum += s->nik[i] ^ s->family[i] ^ s->tps[i];
	}
	pthread_mutex_lock(&seen->lock);
	seen->rows += s->n;
	seen->sum += sum;
	pthread_mutex_unlock(&seen->lock);
	return true;
}

static bool
place_see(void *ctx, uint64_t tps, Buf *why)
{
	(void)ctx;
	if (tps % 7 == 3)
		buf_fmt(why, "no such place");
	return tps % 7 != 3;
}

static bool
take(const char *path, int threads, Seen *seen, RollImport *im)
{
	Arena a;
	Err err = {0};
	*seen = (Seen){.rows = 0};
	NEED(pthread_mutex_init(&seen->lock, NULL) == 0);
	NEED(arena_open(&a, (size_t)64 << 20, &err));
	*im = (RollImport){.path = path,
		.village = S("1571091002"),
		.threads = threads,
		.slice = slice_see,
		.place = place_see,
		.ctx = seen};
	bool ok = roll_import(im, &a, &err);
	NEED(ok || err.code != E_OK);
	if (ok)
		NEED(seen->rows + im->bad == im->rows);
	arena_close(&a);
	NEED(pthread_mutex_destroy(&seen->lock) == 0);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char header[] = "NIK,NAMA,TANGGAL LAHIR,KELAMIN,STATUS KAWIN,TPS,NKK\n";
	char path[] = "/tmp/siap-fuzz-roll-XXXXXX.csv", errors[64];
	Seen one, two;
	RollImport im;
	Err err = {0};
	AUTO(Buf) b = {.max = 1 << 22};
	if (size && data[0] % 4) /* mostly rows below a header that is right */
		buf_add(&b, S(header));
	buf_add(&b, (Str){(const char *)data, size});
	int fd = mkstemps(path, 4);
	NEED(fd >= 0 && close(fd) == 0);
	NEED(file_write_atomic(path, buf_str(&b), 0600, &err));
	snprintf(errors, sizeof errors, "%s.errors.csv", path);
	bool ok = take(path, 1, &one, &im);
	uint64_t bad = im.bad;
	NEED(take(path, 2, &two, &im) == ok);
	NEED(!ok || (one.rows == two.rows && one.sum == two.sum && bad == im.bad));
	NEED(unlink(path) == 0);
	if (access(errors, F_OK) == 0)
		NEED(unlink(errors) == 0);
	return 0;
}
