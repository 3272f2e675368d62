/* What the files of backup and restore share. */
#ifndef SIAP_BACKUP_PRIVATE_H
#define SIAP_BACKUP_PRIVATE_H

#include "svc/svc_private.h"

/* ---- backup_file.c: records in an encrypted file ---- */
typedef enum RecordKind {
	RECORD_ABOUT = 'A', /* the first: JSON, all three: see backup.c */
	RECORD_TABLE = 'T', /* name and columns; its rows follow */
	RECORD_ROW = 'R',   /* cells */
	RECORD_FILE = 'F',  /* path inside the workspace's folder; its bytes follow */
	RECORD_DATA = 'D',
	RECORD_END = 'E',   /* the last: how many there were of each */
} RecordKind;
enum { RECORD_MOST = 256 << 20 };

typedef struct BackupOut BackupOut;
/* A new file; id: of the workspace whose key this is. */
bool backup_create(const Workspace *w, const char *path, BackupOut **out, Err *err) MUST;
bool backup_add(BackupOut *o, RecordKind kind, Str bytes, Err *err) MUST;
bool backup_finish(BackupOut *o, Err *err) MUST; /* on the disk when it returns; o is gone in any case */
void backup_abandon(BackupOut *o);               /* the file too; NULL allowed */

typedef struct BackupIn BackupIn;
/* Needs the workspace's key in the key folder (E_DENIED names it). E_INPUT: no backup. */
bool backup_open(const Env *env, const char *path, BackupIn **out, Err *err) MUST;
Str backup_id(const BackupIn *in);
/* *more = false: the end, and the file is whole. The bytes live until the next call. E_INPUT names where it is damaged. */
bool backup_next(BackupIn *in, RecordKind *kind, Str *bytes, bool *more, Err *err) MUST;
bool backup_damaged(const BackupIn *in, Err *err); /* E_INPUT, for a record that makes no sense; returns false */
uint64_t backup_position(const BackupIn *in);
uint64_t backup_size(const BackupIn *in);
void backup_close(BackupIn *in); /* NULL allowed */

void cell_put(Buf *out, const Cell *c);
bool cell_get(Str *rest, Cell *out) MUST;

/* ---- backup_walk.c: what is in one ---- */
typedef struct BackupWalk { /* who reads a backup; each may be NULL */
	bool (*about)(void *ctx, json_t *about, Err *err);
	bool (*table)(void *ctx, Str name, const Str *column, size_t n, Err *err);
	bool (*row)(void *ctx, const Cell *cell, Err *err); /* as many as the table has columns */
	bool (*file)(void *ctx, Str path, Err *err);
	bool (*data)(void *ctx, Str bytes, Err *err);
	void *ctx;
	Watch watch; /* phase "checking", by bytes */
} BackupWalk;
/* All of it, in the order in which it was written. out is filled as it goes; at the end its numbers are those that the backup itself
 * states, or it is damaged (E_INPUT). */
bool backup_walk(BackupIn *in, const BackupWalk *walk, Arena *a, BackupReport *out, Err *err) MUST;

#endif
