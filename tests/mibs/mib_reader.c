/* SPDX-License-Identifier: ISC */
/* See mib_reader.h. */
#include "tests/mibs/mib_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What libsmi read stays with it, for the life of the program. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libsmi\n";
}

static unsigned faults;

static void
on_fault(char *path, int line, int severity, char *message, char *tag)
{
	(void)tag;
	fprintf(stderr, "%s:%d: [%d] %s\n", path == NULL ? "" : path, line, severity, message);
	faults += severity <= 3;
}

bool
mib_reader_start(void)
{
	const char *shared = getenv("TOWERD_SHARED");
	char path[4096];

	snprintf(path, sizeof(path), "%s/mibs/ietf", shared == NULL ? "" : shared);
	if (access(path, R_OK) < 0) {
		printf("skipped: no IETF modules in %s (TOWERD_SHARED)\n", path);
		return false;
	}
	snprintf(path, sizeof(path), "%s/mibs/ietf:%s", shared, TOWERD_MIBS);
	smiInit(NULL);
	smiSetErrorHandler(on_fault);
	smiSetErrorLevel(3);
	return smiSetPath(path) == 0;
}

bool
mib_load(const char *module)
{
	unsigned before = faults;
	return smiLoadModule(module) != NULL && faults == before;
}

SmiNode *
mib_node(const uint32_t *oid, size_t len)
{
	SmiSubid ids[128];

	for (size_t i = 0; i < len && i < 128; i++)
		ids[i] = oid[i];
	SmiNode *node = smiGetNodeByOID((unsigned)len, ids);
	return node != NULL && node->oidlen == len ? node : NULL;
}

bool
mib_node_is_in(SmiNode *node, const char *module)
{
	return strcmp(smiGetNodeModule(node)->name, module) == 0;
}

bool
mib_type_is(SmiType *type, const char *name)
{
	for (; type != NULL; type = smiGetParentType(type))
		if (type->name != NULL && strcmp(type->name, name) == 0)
			return true;
	return false;
}

/* The type or its nearest parent that names numbers. */
static SmiNamedNumber *
first_label(SmiType *type)
{
	for (; type != NULL; type = smiGetParentType(type))
		if (smiGetFirstNamedNumber(type) != NULL)
			return smiGetFirstNamedNumber(type);
	return NULL;
}

const char *
mib_label(SmiType *type, int number)
{
	for (SmiNamedNumber *n = first_label(type); n != NULL; n = smiGetNextNamedNumber(n))
		if (n->value.value.integer32 == number)
			return n->name;
	return NULL;
}

size_t
mib_label_count(SmiType *type)
{
	size_t count = 0;

	for (SmiNamedNumber *n = first_label(type); n != NULL; n = smiGetNextNamedNumber(n))
		count++;
	return count;
}

size_t
mib_index(SmiNode *row, SmiNode **objects, size_t max)
{
	size_t count = 0;

	if (row->indexkind == SMI_INDEX_AUGMENT)
		row = smiGetRelatedNode(row);
	for (SmiElement *e = smiGetFirstElement(row); e != NULL && count < max; e = smiGetNextElement(e))
		objects[count++] = smiGetElementNode(e);
	return count;
}

const char *
mib_label_of(const char *word, char *out, size_t size)
{
	size_t len = 0;
	bool is_first = true;

	for (; *word != '\0' && len + 1 < size; word++) {
		bool is_joint = *word == '-';
		if (is_joint)
			word++;
		/* An abbreviation, as ES256, is a lower-case word: labels begin so (RFC 2578, 7.1.1). */
		bool is_abbreviation = is_first && isupper((unsigned char)word[0]);
		out[len++] = (char)(is_joint ? toupper((unsigned char)*word)
			: is_abbreviation    ? tolower((unsigned char)*word)
					     : *word);
		is_first = is_abbreviation;
	}
	out[len] = '\0';
	return out;
}
