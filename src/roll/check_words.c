/* check_words: the checks of the roll by name: how serious each is, what it says and what is to be done. */
#include "roll/roll.h"

static const char *const ids[ROLL_CHECKS] = {
	[CHECK_NIK_EMPTY] = "nik_empty",
	[CHECK_NIK_LENGTH] = "nik_length",
	[CHECK_NIK_MANGLED] = "nik_mangled",
	[CHECK_NIK_LETTERS] = "nik_letters",
	[CHECK_NIK_ONE_DIGIT] = "nik_one_digit",
	[CHECK_NIK_PROVINCE] = "nik_province",
	[CHECK_NIK_DATE] = "nik_date",
	[CHECK_NIK_AREA] = "nik_area",
	[CHECK_BIRTH_NIK] = "birth_nik",
	[CHECK_SEX_NIK] = "sex_nik",
	[CHECK_CENTURY] = "century",
	[CHECK_BIRTH_MISSING] = "birth_missing",
	[CHECK_AGE_UNDER] = "age_under",
	[CHECK_AGE_100] = "age_100",
	[CHECK_AGE_120] = "age_120",
	[CHECK_CARD_MISSING] = "card_missing",
	[CHECK_CARD_SCHOOL] = "card_school",
	[CHECK_CARD_UNKNOWN] = "card_unknown",
	[CHECK_NO_STATION] = "no_station",
	[CHECK_REMOVED_DEAD] = "removed_dead",
	[CHECK_REMOVED_TWICE] = "removed_twice",
	[CHECK_REMOVED_YOUNG] = "removed_young",
	[CHECK_REMOVED_MOVED] = "removed_moved",
	[CHECK_REMOVED_FOREIGN] = "removed_foreign",
	[CHECK_REMOVED_FORCES] = "removed_forces",
	[CHECK_REMOVED_STATION] = "removed_station",
	[CHECK_REMOVED_OTHER] = "removed_other",
	[CHECK_NIK_TWICE_STATION] = "nik_twice_station",
	[CHECK_NIK_TWICE_VILLAGE] = "nik_twice_village",
	[CHECK_NIK_TWICE_REGENCY] = "nik_twice_regency",
	[CHECK_NIK_TWICE_PROVINCE] = "nik_twice_province",
	[CHECK_NIK_TWICE_COUNTRY] = "nik_twice_country",
	[CHECK_FAMILY_SPLIT] = "family_split",
	[CHECK_OVER_LIMIT] = "over_limit",
	[CHECK_DECEASED] = "deceased",
	[CHECK_DECEASED_ALIKE] = "deceased_alike",
	[CHECK_FORCES] = "forces",
	[CHECK_FORCES_ALIKE] = "forces_alike",
};

/* NIK that are wrong may be right in law, and what is only unlikely is for people to look at. */
static const bool musts[ROLL_CHECKS] = {
	[CHECK_NIK_EMPTY] = true,
	[CHECK_NIK_LENGTH] = true,
	[CHECK_NIK_MANGLED] = true,
	[CHECK_NIK_LETTERS] = true,
	[CHECK_NIK_ONE_DIGIT] = true,
	[CHECK_NIK_PROVINCE] = true,
	[CHECK_NIK_DATE] = true,
	[CHECK_CENTURY] = true,
	[CHECK_AGE_UNDER] = true,
	[CHECK_AGE_120] = true,
	[CHECK_NO_STATION] = true,
	[CHECK_REMOVED_DEAD] = true,
	[CHECK_REMOVED_TWICE] = true,
	[CHECK_REMOVED_YOUNG] = true,
	[CHECK_REMOVED_MOVED] = true,
	[CHECK_REMOVED_FOREIGN] = true,
	[CHECK_REMOVED_FORCES] = true,
	[CHECK_REMOVED_STATION] = true,
	[CHECK_REMOVED_OTHER] = true,
	[CHECK_NIK_TWICE_STATION] = true,
	[CHECK_NIK_TWICE_VILLAGE] = true,
	[CHECK_NIK_TWICE_REGENCY] = true,
	[CHECK_NIK_TWICE_PROVINCE] = true,
	[CHECK_NIK_TWICE_COUNTRY] = true,
	[CHECK_OVER_LIMIT] = true,
	[CHECK_DECEASED] = true,
	[CHECK_FORCES] = true,
};

static const char *
title_of(RollCheck c)
{
	const char *const text[ROLL_CHECKS] = {
		[CHECK_NIK_EMPTY] = tr("NIK is empty"),
		[CHECK_NIK_LENGTH] = tr("NIK has not 16 digits"),
		[CHECK_NIK_MANGLED] = tr("NIK was spoiled by a spreadsheet"),
		[CHECK_NIK_LETTERS] = tr("NIK holds something else than digits"),
		[CHECK_NIK_ONE_DIGIT] = tr("NIK is one digit repeated"),
		[CHECK_NIK_PROVINCE] = tr("NIK of no province"),
		[CHECK_NIK_DATE] = tr("NIK with an impossible birth date"),
		[CHECK_NIK_AREA] = tr("NIK of a district that is not known"),
		[CHECK_BIRTH_NIK] = tr("Birth date is not that of the NIK"),
		[CHECK_SEX_NIK] = tr("Sex is not that of the NIK"),
		[CHECK_CENTURY] = tr("Birth date in the wrong century"),
		[CHECK_BIRTH_MISSING] = tr("Birth date is missing"),
		[CHECK_AGE_UNDER] = tr("Under 17 on polling day and not married"),
		[CHECK_AGE_100] = tr("100 years or older"),
		[CHECK_AGE_120] = tr("Older than 120 years"),
		[CHECK_CARD_MISSING] = tr("KTP-el not recorded"),
		[CHECK_CARD_SCHOOL] = tr("KTP-el not recorded, 17 or 18 years old"),
		[CHECK_CARD_UNKNOWN] = tr("KTP-el: not stated whether it is recorded"),
		[CHECK_NO_STATION] = tr("No TPS number"),
		[CHECK_REMOVED_DEAD] = tr("Still listed: struck off as dead"),
		[CHECK_REMOVED_TWICE] = tr("Still listed: struck off as listed twice"),
		[CHECK_REMOVED_YOUNG] = tr("Still listed: struck off as under age"),
		[CHECK_REMOVED_MOVED] = tr("Still listed: struck off as moved away"),
		[CHECK_REMOVED_FOREIGN] = tr("Still listed: struck off as a foreigner"),
		[CHECK_REMOVED_FORCES] = tr("Still listed: struck off as TNI or Polri"),
		[CHECK_REMOVED_STATION] = tr("Still listed: struck off as of another TPS"),
		[CHECK_REMOVED_OTHER] = tr("Still listed: struck off for another reason"),
		[CHECK_NIK_TWICE_STATION] = tr("NIK twice in one TPS"),
		[CHECK_NIK_TWICE_VILLAGE] = tr("NIK twice in one village"),
		[CHECK_NIK_TWICE_REGENCY] = tr("NIK twice in one regency"),
		[CHECK_NIK_TWICE_PROVINCE] = tr("NIK twice in the province"),
		[CHECK_NIK_TWICE_COUNTRY] = tr("NIK in two provinces"),
		[CHECK_FAMILY_SPLIT] = tr("Family split over two TPS of one village"),
		[CHECK_OVER_LIMIT] = tr("More voters than a TPS may have"),
		[CHECK_DECEASED] = tr("On the list of the deceased"),
		[CHECK_DECEASED_ALIKE] = tr("Name and birth date of one of the deceased"),
		[CHECK_FORCES] = tr("On the list of TNI and Polri"),
		[CHECK_FORCES_ALIKE] = tr("Name and birth date of one of TNI and Polri"),
	};
	return text[c];
}

static const char *
remedy_of(RollCheck c)
{
	const char *ask = tr("Look at the KTP-el or family card; ask Disdukcapil for the NIK."),
			   *import = tr("Make the column text in the spreadsheet, fill it anew, import again."),
			   *strike =
				   tr("Leave the voter out of the list, or take the code back with its paper."),
			   *twice =
				   tr("Keep the row of the place where the voter lives; strike the other off."),
			   *paper = tr("Strike off with the document that proves it."),
			   *record = tr("Give the list to Disdukcapil: recording in the village or school."),
			   *same = tr("Look whether it is the same person before anything is struck off.");
	const char *const text[ROLL_CHECKS] = {
		[CHECK_NIK_EMPTY] = ask,
		[CHECK_NIK_LENGTH] = ask,
		[CHECK_NIK_MANGLED] = import,
		[CHECK_NIK_LETTERS] = ask,
		[CHECK_NIK_ONE_DIGIT] = ask,
		[CHECK_NIK_PROVINCE] = ask,
		[CHECK_NIK_DATE] = ask,
		[CHECK_NIK_AREA] = tr("A hint only: districts split, and who moves keeps the NIK."),
		[CHECK_BIRTH_NIK] = tr("Look at the KTP-el; some NIK differ and are right in law."),
		[CHECK_SEX_NIK] = tr("Look at the KTP-el; some NIK differ and are right in law."),
		[CHECK_CENTURY] = tr("Correct the year of birth by the KTP-el."),
		[CHECK_BIRTH_MISSING] = tr("Fill in the birth date by the KTP-el."),
		[CHECK_AGE_UNDER] = tr("Strike off, or correct birth date or marital status."),
		[CHECK_AGE_100] = tr("Visit, or ask the family: alive, and the year right?"),
		[CHECK_AGE_120] = tr("Correct the year of birth, or strike off with the document."),
		[CHECK_CARD_MISSING] = record,
		[CHECK_CARD_SCHOOL] = record,
		[CHECK_CARD_UNKNOWN] = tr("Fill in the KTP-el column by Disdukcapil's data."),
		[CHECK_NO_STATION] = tr("Give the voter a TPS of the village."),
		[CHECK_REMOVED_DEAD] = strike,
		[CHECK_REMOVED_TWICE] = strike,
		[CHECK_REMOVED_YOUNG] = strike,
		[CHECK_REMOVED_MOVED] = strike,
		[CHECK_REMOVED_FOREIGN] = strike,
		[CHECK_REMOVED_FORCES] = strike,
		[CHECK_REMOVED_STATION] =
			tr("Leave the voter out here, and see that the right TPS has them."),
		[CHECK_REMOVED_OTHER] = strike,
		[CHECK_NIK_TWICE_STATION] = twice,
		[CHECK_NIK_TWICE_VILLAGE] = twice,
		[CHECK_NIK_TWICE_REGENCY] = twice,
		[CHECK_NIK_TWICE_PROVINCE] = twice,
		[CHECK_NIK_TWICE_COUNTRY] = twice,
		[CHECK_FAMILY_SPLIT] = tr("Put the family into one TPS, as PKPU 7/2024 Ps 10 asks."),
		[CHECK_OVER_LIMIT] = tr("Split the TPS, or move families to a neighbouring one."),
		[CHECK_DECEASED] = paper,
		[CHECK_DECEASED_ALIKE] = same,
		[CHECK_FORCES] = paper,
		[CHECK_FORCES_ALIKE] = same,
	};
	return text[c];
}

RollCheckWords
roll_check_words(RollCheck c)
{
	NEED(c < ROLL_CHECKS);
	return (RollCheckWords){ids[c], musts[c], title_of(c), remedy_of(c)};
}

bool
roll_check_find(Str id, RollCheck *out)
{
	for (RollCheck c = 0; c < ROLL_CHECKS; c++)
		if (str_eq(id, str_of(ids[c]))) {
			*out = c;
			return true;
		}
	return false;
}

bool
roll_check_removal(Str rule, RollCheck *out)
{
	for (RollCheck c = CHECK_REMOVED_DEAD; c <= CHECK_REMOVED_OTHER; c++)
		if (str_eq(rule, str_slice(str_of(ids[c]), sizeof "removed_" - 1, SIZE_MAX))) {
			*out = c;
			return true;
		}
	return false;
}
