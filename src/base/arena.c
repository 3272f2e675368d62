/* arena: memory by life span, one reserved address range handed out from the front. */
#include "base/base.h"

#include <sys/mman.h>

#ifdef SIAP_SAN
#include <sanitizer/asan_interface.h>
enum { GAP = 32, HEAD = 32, AHEAD = 16 << 20 };

/* Poisoning costs an eighth of a range in real memory. So only its first part is poisoned in advance,
 * the gaps after blocks are poisoned everywhere, and the range's head remembers how far scratch copies
 * of the arena ever got: beyond that nothing has to be taken back. */
static char **
highest(const Arena *a)
{
	return (char **)a->base;
}

static size_t
poisoned_length(const Arena *a)
{
	size_t used = (size_t)(*highest(a) - a->base), all = (size_t)(a->end - a->base);
	size_t n = used > AHEAD ? used : AHEAD;
	return n < all ? n : all;
}

static void
poison_all(Arena *a)
{
	if (!*highest(a))
		*highest(a) = a->base;
	ASAN_POISON_MEMORY_REGION(a->base + HEAD, poisoned_length(a) - HEAD);
	a->at = a->base + HEAD;
}

static void
unpoison_all(const Arena *a)
{
	ASAN_UNPOISON_MEMORY_REGION(a->base, poisoned_length(a));
}

static void
hand_out(const Arena *a, char *p, size_t n)
{
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	ASAN_POISON_MEMORY_REGION(p + n, GAP);
	if (*highest(a) < p + n + GAP)
		*highest(a) = p + n + GAP;
}
#else
enum { GAP = 0 };
#define poison_all(a)     ((void)0)
#define unpoison_all(a)   ((void)0)
#define hand_out(a, p, n) ((void)0)
#endif

enum { PAGE = 4096, KEEP = 4 << 20, LARGE = 1 << 20 };

bool
arena_open(Arena *a, size_t reserve_bytes, Err *err)
{
	*a = (Arena){0};
	size_t n = (reserve_bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (n < reserve_bytes || n == 0)
		return err_set(err, E_LIMIT, "cannot reserve %zu bytes of memory", reserve_bytes);
	void *p = fault_here()
		? MAP_FAILED
		: mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return err_set(err, E_LIMIT, "cannot reserve %zu bytes of memory", reserve_bytes);
	*a = (Arena){.at = p, .end = (char *)p + n, .base = p};
	poison_all(a);
	return true;
}

void
arena_large(const Arena *a)
{
	(void)madvise(a->base, (size_t)(a->end - a->base),
		MADV_HUGEPAGE); /* a wish: without it all works, slower */
}

void
arena_keep(Arena *a)
{
	a->kept = true;
}

void
arena_close(Arena *a)
{
	if (a->base) {
		unpoison_all(a);
		NEED(munmap(a->base, (size_t)(a->end - a->base)) == 0);
	}
	*a = (Arena){0};
}

void
arena_reset(Arena *a)
{
	/* One large request must not keep its memory for ever; small ones reuse theirs. */
	if (!a->kept && a->at - a->base > KEEP)
		(void)madvise(a->base + KEEP, (size_t)(a->end - a->base) - KEEP, MADV_DONTNEED);
	a->at = a->base;
	if (a->base)
		poison_all(a);
}

/* Scratch that was given back may lie here. The whole pages of a large block go back to the system instead, which hands out noughts: a
 * block of which little is used then takes little memory. */
static void *
zeroed(char *p, size_t n, bool kept)
{
	char *first = p + (-(uintptr_t)p & (PAGE - 1)),
		 *last = (char *)((uintptr_t)(p + n) & ~(uintptr_t)(PAGE - 1));
	if (kept || n < LARGE || madvise(first, (size_t)(last - first), MADV_DONTNEED) != 0)
		return memset(p, 0, n);
	memset(p, 0, (size_t)(first - p));
	memset(last, 0, (size_t)(p + n - last));
	return p;
}

void *
arena_alloc(Arena *a, size_t size, size_t align, size_t count)
{
	NEED(a->base && align && (align & (align - 1)) == 0);
	size_t bytes, pad = -(uintptr_t)a->at & (align - 1), room = (size_t)(a->end - a->at);
	NEED(!__builtin_mul_overflow(size, count, &bytes) && bytes <= SIZE_MAX - GAP);
	NEED(room >= pad && room - pad >= bytes + GAP);
	char *p = a->at + pad;
	a->at = p + bytes + GAP;
	hand_out(a, p, bytes);
	return zeroed(p, bytes, a->kept);
}

Str
arena_str(Arena *a, Str s)
{
	char *p = NEW(a, char, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (Str){p, s.n};
}

const char *
arena_cstr(Arena *a, Str s)
{
	return arena_str(a, s).p;
}

Str
arena_fmt(Arena *a, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = fmt ? vsnprintf(NULL, 0, fmt, args) : -1;
	va_end(args);
	NEED(n >= 0);
	char *p = NEW(a, char, (size_t)n + 1);
	NEED(vsnprintf(p, (size_t)n + 1, fmt, again) == n);
	va_end(again);
	return (Str){p, (size_t)n};
}
