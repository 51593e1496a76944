/* SPDX-License-Identifier: ISC */
/* Reading a YAML tree, and the faults that are found while doing so. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/decimal.h"
#include "support/utf8.h"
#include "support/yaml_doc.h"

void
towerd_fault_print(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	/* A fault of the file as a whole stands at its first character: the form is the same for every reader. */
	fprintf(arg, "%s:%u:%u: %s\n", file, line > 0 ? line : 1, column > 0 ? column : 1, message);
}

static void
report(const char *name, unsigned line, unsigned column, struct towerd_fault_sink *faults, const char *format,
    va_list args)
{
	char sentence[1024], clean[1024];

	vsnprintf(sentence, sizeof(sentence), format, args);
	utf8_clean(clean, sizeof(clean), sentence, strlen(sentence), '\0');
	faults->count++;
	if (faults->report != NULL)
		faults->report(faults->arg, name, line, column, clean);
}

void
yaml_report(const char *name, unsigned line, unsigned column, struct towerd_fault_sink *faults,
    const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report(name, line, column, faults, format, args);
	va_end(args);
}

void
towerd_yaml_fault(const struct towerd_yaml *doc, const struct towerd_yaml_node *node,
    struct towerd_fault_sink *faults, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report(
	    doc->name, node != NULL ? node->line : 0, node != NULL ? node->column : 0, faults, format, args);
	va_end(args);
}

const char *
towerd_yaml_name(const struct towerd_yaml *doc)
{
	return doc->name;
}

const struct towerd_yaml_node *
towerd_yaml_root(const struct towerd_yaml *doc)
{
	return doc->root;
}

enum towerd_yaml_type
towerd_yaml_type(const struct towerd_yaml_node *node)
{
	return (enum towerd_yaml_type)node->type;
}

unsigned
towerd_yaml_line(const struct towerd_yaml_node *node)
{
	return node->line;
}

unsigned
towerd_yaml_column(const struct towerd_yaml_node *node)
{
	return node->column;
}

const char *
towerd_yaml_text(const struct towerd_yaml_node *node)
{
	return node->type == TOWERD_YAML_SCALAR ? node->text : NULL;
}

bool
towerd_yaml_is_plain(const struct towerd_yaml_node *node)
{
	return node->type == TOWERD_YAML_SCALAR && node->is_plain;
}

size_t
towerd_yaml_count(const struct towerd_yaml_node *node)
{
	return node->type == TOWERD_YAML_SCALAR ? 0 : node->count;
}

const struct towerd_yaml_node *
towerd_yaml_item(const struct towerd_yaml_node *list, size_t i)
{
	return list->type == TOWERD_YAML_LIST && i < list->count ? list->items[i] : NULL;
}

const struct towerd_yaml_node *
towerd_yaml_key(const struct towerd_yaml_node *map, size_t i)
{
	return map->type == TOWERD_YAML_MAP && i < map->count ? yaml_key_at(map, i) : NULL;
}

const struct towerd_yaml_node *
towerd_yaml_value(const struct towerd_yaml_node *map, size_t i)
{
	return map->type == TOWERD_YAML_MAP && i < map->count ? yaml_value_at(map, i) : NULL;
}

const struct towerd_yaml_node *
towerd_yaml_get(const struct towerd_yaml_node *map, const char *key)
{
	size_t low = 0, high = map->type == TOWERD_YAML_MAP ? map->count : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int cmp = strcmp(yaml_key_at(map, map->order[middle])->text, key);
		if (cmp == 0)
			return yaml_value_at(map, map->order[middle]);
		if (cmp < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int
towerd_yaml_int(const struct towerd_yaml_node *node, int64_t *out)
{
	if (!towerd_yaml_is_plain(node))
		return -EINVAL;
	const char *p = node->text;
	p += *p == '-' || *p == '+';
	if (*p == '\0' || p[strspn(p, "0123456789")] != '\0')
		return -EINVAL;
	return decimal_parse(node->text, 0, out);
}

int
towerd_yaml_decimal(const struct towerd_yaml_node *node, unsigned decimals, int64_t *out)
{
	return towerd_yaml_is_plain(node) ? decimal_parse(node->text, decimals, out) : -EINVAL;
}

int
towerd_yaml_bool(const struct towerd_yaml_node *node, bool *out)
{
	/* The words of YAML 1.2 (10.3.2): "no" and "off" are texts. */
	static const char *const words[2][3] = { { "false", "False", "FALSE" }, { "true", "True", "TRUE" } };

	for (unsigned i = 0; towerd_yaml_is_plain(node) && i < 6; i++) {
		if (strcmp(node->text, words[i / 3][i % 3]) == 0) {
			*out = i >= 3;
			return 0;
		}
	}
	return -EINVAL;
}
