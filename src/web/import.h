/* What the pages of imports share: a file that waits on the server between their steps, and the thread that works on it. */
#ifndef SIAP_WEB_IMPORT_H
#define SIAP_WEB_IMPORT_H

#include "web/data.h"

enum { IMPORT_ID = 33 }; /* 16 random bytes in hex, with the NUL */
typedef enum JobState { JOB_WAITS, JOB_CHECKS, JOB_CHECKED, JOB_SAVES, JOB_SAVED, JOB_FAILED } JobState;
typedef struct JobView { /* how it stands */
	JobState state;
	uint64_t done, total; /* while it runs; total 0: unknown */
	ImportReport report;  /* of the last run; empty while one runs */
	Err err;
	Str sheet;
	const Dataset *chosen;
	bool assigned; /* a person said what columns feed */
	SentPaper paper; /* that was sent with a step so far */
} JobView;
typedef struct Job Job;
typedef struct JobAsk { /* what to do next */
	bool saves;            /* else it is checked alone */
	Str sheet;             /* of a workbook; p == NULL: as before */
	const Dataset *chosen; /* NULL: what the header is recognised for */
	const ImportUse *use;  /* what a person said of the columns; n_uses == 0: the header says it */
	size_t n_uses;
	bool partial, conflicts;
	SentPaper paper; /* hash empty: the one of before */
} JobAsk; /* what is saved is what was checked: then sheet, chosen and use do not count */
/* A file that came moves into a private folder of its own, and is checked. id: afterwards. */
bool job_new(Request *rq, const char *path, Str name, char id[IMPORT_ID], Err *err) MUST;
/* The visitor's own; E_NOTFOUND. One that waited over a restart comes as JOB_WAITS. To be given back by job_leave. */
bool job_find(Request *rq, Job **out, Err *err) MUST;
void job_leave(Job *job); /* NULL allowed */
typedef Job *JobP;
static inline void
JobP_auto(JobP *job)
{
	job_leave(*job);
}
void job_look(Job *job, Arena *a, JobView *out); /* strings live in a */
Str job_name(const Job *job);          /* as the sender calls the file */
const char *job_path(const Job *job);
bool job_run(Request *rq, Job *job, const JobAsk *ask, Err *err) MUST; /* E_BUSY: it is at work */
bool job_drop(Job *job, Err *err) MUST; /* its files go */
void jobs_forget_old(const Workspace *w); /* files that waited for more than a day go */

#endif
