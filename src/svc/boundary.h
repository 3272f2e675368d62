/* A part of svc.h, which includes it: boundaries of areas, for maps. They come as GeoJSON and are kept with few points. */
#ifndef SIAP_SVC_BOUNDARY_H
#define SIAP_SVC_BOUNDARY_H

enum { BOUNDARY_POINTS = 400, BOUNDARY_MISSES = 20 };
typedef struct Boundary {
	Str area;
	GeoRing *ring;
	size_t n_rings;
} Boundary;
typedef struct BoundaryList {
	Str above;
	Level level;  /* those of this level below that area */
	size_t most;  /* points of all of them together, about */
	Boundary *boundary; /* afterwards: in code order */
	size_t n;
} BoundaryList;
bool boundaries_read(Workspace *w, BoundaryList *list, Arena *a, Err *err) MUST;

/* A feature that is the boundary of no area here. */
typedef struct BoundaryMiss {
	size_t feature; /* in the file, from 1 */
	Str why;        /* translated */
} BoundaryMiss;
typedef struct BoundaryImport {
	const char *path;    /* GeoJSON, see geojson_parse */
	Str under;           /* only areas in it count; empty: the workspace's */
	Level level;         /* LEVEL_ANY: each feature's own */
	const Account *who;  /* whose rights count, at the moment of writing; NULL: whoever holds the keys */
	const Origin *origin; /* its `why` says where the boundaries come from; may be empty */
	bool dry_run;
	/* Afterwards: */
	char hash[65];       /* of the file, SHA-256 */
	size_t features, elsewhere, misses; /* elsewhere: of areas outside `under` */
	BoundaryMiss miss[BOUNDARY_MISSES]; /* the first ones */
	size_t n_miss;
	size_t by_name;      /* whose name says another area than their code: the name counted, for codes of BPS are not those of Kemendagri */
	size_t matched[LEVEL_TPS], areas[LEVEL_TPS]; /* by level: matched, of so many that are there */
	size_t points_before, points;
	int64_t event;       /* the row siap.boundary of the log: hash and count; 0: nothing is other than before, or a dry run */
} BoundaryImport;
/* Each feature is the boundary of one area, which its properties tell: by a code (`kode`, `kd…`, `…code`; dots allowed) or by names (of its own and
 * those above it). Boundaries of other areas stay. E_INPUT names the feature and says what would be right: what is no GeoJSON of areas,
 * two features of one area, a file of which nothing is known here. E_DENIED as account_may_draw. Strings live in a. */
bool boundaries_import(Workspace *w, Gate *g, BoundaryImport *im, Arena *a, Err *err) MUST;
/* Supervisors and managers of the secretariat, in their areas. area empty: anywhere. Pure. */
bool account_may_draw(const Account *who, Str area, Err *err) MUST;

#endif
