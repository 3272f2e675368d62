/* xml_in: expat behind caps: hostile XML ends with a sentence, never with memory. */
#include "fmt/xml_in.h"

#include <expat.h>

enum { CHUNK = 64 * 1024 };

struct Xml {
	Arena arena; /* holds this struct */
	XML_Parser parser;
	CsvSource source;
	XmlEvents events;
	size_t depth, quiet; /* quiet: bytes since the last event */
	bool suspended, finished;
	Err failure;
};

static Str
local_name(const char *name)
{
	const char *colon = strchr(name, ':');
	return str_of(colon ? colon + 1 : name);
}

Str
xml_attribute(const char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return str_of(attributes[i + 1]);
	for (size_t i = 0; attributes[i]; i += 2)
		if (str_eq(local_name(attributes[i]), str_of(name)))
			return str_of(attributes[i + 1]);
	return (Str){0};
}

static void
stop(Xml *x)
{
	if (!x->finished)
		XML_StopParser(x->parser, XML_FALSE);
	x->finished = true;
}

/* Events may still come after a stop: expat finishes what it is at. */
static void
on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	Xml *x = ctx;
	x->quiet = 0;
	if (x->finished)
		return;
	if (++x->depth > XML_MAX_DEPTH) {
		err_set(&x->failure, E_LIMIT, "elements are nested more than %d deep", XML_MAX_DEPTH);
		stop(x);
	} else if (!x->events.start(
				   x->events.ctx, local_name(name), (const char **)attributes, &x->failure)) {
		stop(x);
	}
}

static void
on_end(void *ctx, const XML_Char *name)
{
	Xml *x = ctx;
	x->quiet = 0;
	x->depth--;
	if (!x->finished && !x->events.end(x->events.ctx, local_name(name), &x->failure))
		stop(x);
}

static void
on_text(void *ctx, const XML_Char *text, int n)
{
	Xml *x = ctx;
	x->quiet = 0;
	if (!x->finished && !x->events.text(x->events.ctx, (Str){text, (size_t)n}, &x->failure))
		stop(x);
}

/* Entities can only be declared in a DOCTYPE: without one there is nothing to expand. */
static void
on_doctype(void *ctx, const XML_Char *name, const XML_Char *sys, const XML_Char *pub, int internal)
{
	Xml *x = ctx;
	(void)name, (void)sys, (void)pub, (void)internal;
	if (x->finished)
		return;
	err_set(&x->failure, E_INPUT, "a DOCTYPE does not belong into a spreadsheet");
	stop(x);
}

bool
xml_open(CsvSource source, XmlEvents events, Xml **out, Err *err)
{
	Arena arena;
	*out = NULL;
	if (!arena_open(&arena, 16 * 1024, err))
		return false;
	Xml *x = NEW(&arena, Xml, 1);
	*x = (Xml){.arena = arena, .source = source, .events = events};
	x->parser = fault_here() ? NULL : XML_ParserCreate(NULL);
	if (!x->parser) {
		arena_close(&arena);
		return err_set(err, E_LIMIT, "no memory to read XML");
	}
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	*out = x;
	return true;
}

static enum XML_Status
feed(Xml *x)
{
	if (x->suspended) {
		x->suspended = false;
		return XML_ResumeParser(x->parser);
	}
	char *to = XML_GetBuffer(x->parser, CHUNK);
	if (!to) {
		err_set(&x->failure, E_LIMIT, "no memory to read XML");
		return XML_STATUS_ERROR;
	}
	long n = x->source.read(x->source.ctx, to, CHUNK, &x->failure);
	if (n < 0)
		return XML_STATUS_ERROR;
	x->quiet += (size_t)n;
	if (x->quiet > XML_MAX_TOKEN) { /* expat scans an unfinished token again with each piece */
		err_set(&x->failure, E_LIMIT, "a piece of XML is longer than %d bytes", XML_MAX_TOKEN);
		return XML_STATUS_ERROR;
	}
	return XML_ParseBuffer(x->parser, (int)n, n == 0);
}

bool
xml_run(Xml *x, bool *more, Err *err)
{
	*more = false;
	while (!x->finished) {
		XML_ParsingStatus at;
		enum XML_Status status = feed(x);
		if (status == XML_STATUS_SUSPENDED) {
			*more = x->suspended = true;
			return true;
		}
		XML_GetParsingStatus(x->parser, &at);
		if (status == XML_STATUS_ERROR && !x->failure.code)
			err_set(&x->failure, E_INPUT, "line %lu is not well-formed XML: %s",
				(unsigned long)XML_GetCurrentLineNumber(x->parser),
				XML_ErrorString(XML_GetErrorCode(x->parser)));
		x->finished = x->finished || status == XML_STATUS_ERROR || at.parsing == XML_FINISHED;
	}
	if (x->failure.code && err)
		*err = x->failure;
	return x->failure.code == E_OK;
}

void
xml_pause(Xml *x)
{
	XML_StopParser(x->parser, XML_TRUE);
}

void
xml_close(Xml *x)
{
	if (!x)
		return;
	XML_ParserFree(x->parser);
	Arena arena = x->arena;
	arena_close(&arena);
}
