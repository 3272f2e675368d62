/* xml_in: a stream of XML as events, for the parts of a spreadsheet: no DOCTYPE, no deep nesting, no endless token. */
#ifndef SIAP_FMT_XML_IN_H
#define SIAP_FMT_XML_IN_H

#include "fmt/fmt.h"

enum { XML_MAX_DEPTH = 64, XML_MAX_TOKEN = 256 * 1024 };
typedef struct Xml Xml;
typedef struct XmlEvents { /* names come without their namespace prefix; false stops with err; text may come in pieces */
	bool (*start)(void *ctx, Str name, const char **attributes, Err *err);
	bool (*end)(void *ctx, Str name, Err *err);
	bool (*text)(void *ctx, Str text, Err *err);
	void *ctx;
} XmlEvents;
bool xml_open(CsvSource source, XmlEvents events, Xml **out, Err *err) MUST;
/* Goes on until an `end` event called xml_pause (*more = true) or the document is over. After an error: the same error. */
bool xml_run(Xml *x, bool *more, Err *err) MUST;
void xml_pause(Xml *x);
void xml_close(Xml *x); /* NULL allowed */
/* The value of the attribute of this local name; p == NULL when there is none. */
Str xml_attribute(const char **attributes, const char *name);

#endif
