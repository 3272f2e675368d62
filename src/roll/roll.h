/* roll: the voter roll: what its cells mean, its checks, its column files. Knows no database. */
#ifndef SIAP_ROLL_H
#define SIAP_ROLL_H

#include "base/base.h"

/* ---- NIK, the number of a person: area of registration (6 digits), day of birth (women: + 40), month, year (2 each), serial (4) ----
 * There is no check digit. The area is the one where the person was registered first: whoever moves keeps the number. */
typedef struct Nik {
	uint64_t number;
	uint32_t area;
	uint8_t day, month, year; /* year: its last two digits */
	bool female;
	uint16_t serial;
} Nik;
typedef enum NikFault {
	NIK_GOOD,
	NIK_EMPTY,
	NIK_ROUNDED,  /* 1.57E+15: a spreadsheet took it for a number */
	NIK_LETTER,
	NIK_LENGTH,   /* not 16 digits */
	NIK_ONE_DIGIT, /* sixteen times the same */
	NIK_PROVINCE, /* no province ever had these first two digits */
	NIK_DATE,     /* no day of any calendar */
	NIK_SERIAL,   /* 0000: never given out; spreadsheets make it of 0001 to 0009 */
	NIK_FAULTS
} NikFault;
/* Blanks, dots, hyphens and apostrophes around and between the digits are left out. *out is filled when the result is NIK_GOOD. */
NikFault nik_read(Str text, Nik *out);
/* What is wrong, in the language of the thread; follows on "the NIK of …: ". */
const char *nik_fault_text(NikFault fault);
/* The day of birth that the number says, in days since 1970-01-01. Of the two centuries the one in which the person is 17 to 120 years
 * old on polling day, of two the later; where none is, the one in which they are 0 to 120. False: neither, or no day of that year (29 February). */
bool nik_birth(const Nik *nik, int32_t polling_day, int32_t *days) MUST;

/* ---- other cells ---- */

/* A date as rolls write it: 17|08|1945, with one of | - / . or blanks between; 1945-08-17; 17 Agustus 1945, also shortened or in English;
 * 17081945; a spreadsheet's number of days since 1899-12-30 (10000 to 60000). False: none of them, no such day, or a year of two digits. */
bool voter_date(Str text, int32_t *days) MUST;
typedef enum Sex { SEX_UNKNOWN, SEX_MALE, SEX_FEMALE } Sex;
/* L, LK, Lk., Laki-laki, Pria, M; P, PR, Perempuan, Wanita, F. False: something else; empty is SEX_UNKNOWN. */
bool voter_sex(Str text, Sex *out) MUST;
typedef enum Marriage { MARRIAGE_UNKNOWN, MARRIAGE_NOT_YET, MARRIAGE_MARRIED, MARRIAGE_ONCE } Marriage;
/* B, belum …; S, sudah, kawin, nikah; P, pernah, cerai …, janda, duda, and K, which some forms print instead of P. False: something else;
 * empty is MARRIAGE_UNKNOWN. */
bool voter_marriage(Str text, Marriage *out) MUST;
/* Whole years from birth to the day, as law counts them: who was born on 29 February is a year older on 1 March. */
int voter_age(int32_t birth, int32_t day);

#endif
