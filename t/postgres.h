/* A fresh database for a test, where SIAP_TEST_STORE is the address of one on a throw-away server (tools/postgres.sh run). */
#ifndef SIAP_TEST_POSTGRES_H
#define SIAP_TEST_POSTGRES_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"

typedef struct TestStore {
	char name[64], url[512]; /* url: empty where SIAP_TEST_STORE is not set */
} TestStore;

static inline void
store_command(const char *verb, const char *name, const char *more)
{
	DbP db = NULL;
	Err e = {0};
	char sql[256];
	int n = snprintf(sql, sizeof sql, "%s DATABASE %s %s", verb, name, more);
	/* Others make theirs meanwhile, and wait for the same template. */
	if (!db_open(getenv("SIAP_TEST_STORE"), DB_WRITE, &db, &e) ||
		!db_exec(db, S("SET lock_timeout = '120s'"), &e) || !db_exec(db, (Str){sql, (size_t)n}, &e)) {
		fprintf(stderr, "%s: %s (%s)\n", sql, e.text, e.hint);
		exit(1);
	}
	db_close(db);
}

/* more: as for CREATE DATABASE, "" for what Siap wants. */
static inline TestStore
store_new(const char *more)
{
	static int count;
	TestStore s = {0};
	const char *base = getenv("SIAP_TEST_STORE");
	if (!base)
		return s;
	const char *end = strchr(base, '?');
	size_t n = end ? (size_t)(end - base) : strlen(base);
	while (n > 0 && base[n - 1] != '/')
		n--;
	snprintf(s.name, sizeof s.name, "siap_test_%d_%d", (int)getpid(), ++count);
	snprintf(s.url, sizeof s.url, "%.*s%s%s", (int)n, base, s.name, end ? end : "");
	store_command("CREATE", s.name, *more ? more : "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
	return s;
}

static inline void
store_drop(TestStore *s)
{
	if (*s->url)
		store_command("DROP", s->name, "WITH (FORCE)");
	*s = (TestStore){0};
}

#endif
