/* A part of svc.h, which includes it: papers: files that are shown for rows. */
#ifndef SIAP_SVC_PAPERS_H
#define SIAP_SVC_PAPERS_H

enum { PAPER_HASH = 65, PAPER_MB = 16, PAPER_NOTE = 200 };
typedef struct PaperFile {
	char hash[PAPER_HASH]; /* SHA-256, in hex */
	Str kind;              /* "pdf": also how a file of that kind ends */
	int64_t bytes;
} PaperFile;
/* Puts a copy of the file at path into the folder files/, durable when it returns; one that is there already is left alone. What it is, its
 * bytes say: PDF, JPEG, PNG, WebP, XLSX, DOCX, ODS, ODT, text. E_INPUT: anything else, or empty; E_LIMIT: over PAPER_MB.
 * It is nobody's paper before it is attached. */
bool paper_keep(const Workspace *w, const char *path, PaperFile *out, Err *err) MUST;
/* Removes files that paper_keep kept at least age_s seconds ago and that hang on no row, and says how many. Only while nobody attaches. */
bool papers_sweep(Workspace *w, int64_t age_s, uint64_t *n, Err *err) MUST;
const char *paper_media(Str kind); /* "application/pdf" */
typedef struct Paper {
	PaperFile file;
	Str name;         /* as the sender called it: for people to read only */
	Str note;         /* what it is, in the person's words; everybody may read it */
	int64_t event, at; /* by which it was attached */
	Str actor, agency, on_behalf_of;
	Str dataset, key, area; /* of the row; key empty: of all rows of */
	int64_t batch;    /* an import */
	int64_t about;    /* the event that it came with; 0: it came later */
} Paper;
typedef struct AttachRequest {
	const Origin *origin;
	const Dataset *dataset;
	const Str *text;    /* n_fields cells, those of the key fields count */
	const Account *who; /* as in RowRequest */
	Str hash;           /* of paper_keep */
	Str name, note;     /* may be empty */
	int64_t event;      /* afterwards */
} AttachRequest;
/* For a row that is there. The log says so by a row siap.paper: hash, kind, size and note, not the name. E_NOTFOUND: no such row;
 * E_CONFLICT: it has this paper already. Thread-safe; by the holder of the lease alone (E_BUSY). */
bool gate_attach(Gate *g, AttachRequest *r, Err *err) MUST;
typedef struct PaperList {
	Str dataset, key; /* of this row, and what came with the import of its newest event; or */
	int64_t event;    /* (that event) */
	Str hash;         /* all places where this file is shown; or */
	int64_t batch;    /* those of this import */
	Paper *paper;     /* afterwards: newest first */
	size_t n;
} PaperList;
enum { PAPERS_MOST = 200 };
/* Of one of the three. Who may see them is not asked. Strings live in a. */
bool papers_list(Workspace *w, PaperList *l, Arena *a, Err *err) MUST;
/* The bytes, up to PAPER_MB; E_NOTFOUND: there is no such file, E_CONFLICT: it is not the one of that hash any more. */
bool paper_read(const Workspace *w, Str hash, Arena *a, Str *out, Err *err) MUST;

#endif
