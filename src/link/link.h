/* link: record linkage: how alike two names or numbers are, and which records may be of one person. Pure: no files, no database. */
#ifndef SIAP_LINK_H
#define SIAP_LINK_H

#include "base/base.h"

/* ---- Likeness of two short texts ---- */

enum { LINK_LETTERS = 64 }; /* longer texts are compared by their first 64 letters */

/* A text made ready to be compared with many: bit i of mask[c & 31] is set where letter i is c. The letters of one text and of all that it
 * is compared with are either A to Z and blanks, or digits: within each kind c & 31 differs. */
typedef struct Pattern {
	uint64_t mask[32];
	int n;
} Pattern;
void pattern_make(Str text, Pattern *out);
/* Jaro's likeness of two texts, 0 to 1, raised by Winkler's bonus of 0.1 for each of up to four equal first letters where it is over 0.7.
 * 1 for two empty texts, 0 for an empty one and another. `text` is the one the pattern was made of.
 * Jaro 1989, J. Am. Stat. Ass. 84:414; Winkler 1990, Proc. Section on Survey Research Methods, 354. All letters of a text at once, as bits
 * of a word: each letter of `other` takes the first equal one within the window that none has taken yet. */
double pattern_jaro_winkler(const Pattern *p, Str text, Str other);
/* How many letters must be put in, left out, changed or exchanged with their neighbour to make one text of the other, no letter touched
 * twice ("optimal string alignment"). Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances". */
int pattern_distance(const Pattern *p, Str other);

/* ---- Names ---- */

enum { NAME_MOST = LINK_LETTERS, NAME_TOKENS = 10 };

/* A name as it is compared. text: A to Z, one blank between tokens, titles and fathers taken off, forms of Muhammad and Abdul as one.
 * token[i] starts at at[i]. What does not fit is cut at the end. */
typedef struct Name {
	char text[NAME_MOST];
	uint8_t n, tokens;
	uint8_t at[NAME_TOKENS];
} Name;
/* Any bytes; what is no Latin letter of ASCII separates tokens (blanks, dots, hyphens) or is dropped (apostrophes, digits, others).
 * "H. M. Sjarif, S.Pd." is MUHAMMAD SJARIF, "Nur'aini binti Usman" is NURAINI. A name of titles alone stays as written. */
void name_read(Str written, Name *out);
Str name_text(const Name *n);
Str name_token(const Name *n, size_t i);
/* The name as it sounds, without blanks: what is equal here is one name in other letters, of before or after the spelling of 1972
 * (Soedjono, Sudjono, Sujono; Tjahja, Cahya; Juli, Yuli). oe becomes u, tj c, dj and j y, ch kh, ie i, f and v p, doubled letters one:
 * nj/ny and sj/sy are equal by that. Returns the length. */
size_t name_sound(const Name *n, char out[NAME_MOST]);

#endif
