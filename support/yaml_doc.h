/* SPDX-License-Identifier: ISC */
/* A YAML document inside: what the builder (yaml.c), the readers (yaml_node.c) and the options (options.c) share. */
#ifndef SUPPORT_YAML_DOC_H
#define SUPPORT_YAML_DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "support/arena.h"
#include "towerd/yaml.h"

struct towerd_yaml_node {
	uint32_t line, column;
	uint8_t type; /* enum towerd_yaml_type */
	bool is_plain;
	uint32_t count; /* items, or pairs */
	union {
		const char *text;
		const struct towerd_yaml_node *const
		    *items; /* of a map: key, value, key, value… as in the file */
	};
	const uint32_t *order; /* of a map: its pairs by key, for look-ups */
};

struct towerd_yaml {
	struct arena arena; /* owns all else */
	const char *name;
	const struct towerd_yaml_node *root;
};

/* Reports a sentence at a place; what would break the line is escaped, a very long sentence is cut. */
void yaml_report(const char *name, unsigned line, unsigned column, struct towerd_fault_sink *faults,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

static inline const struct towerd_yaml_node *
yaml_key_at(const struct towerd_yaml_node *map, size_t pair)
{
	return map->items[2 * pair];
}

static inline const struct towerd_yaml_node *
yaml_value_at(const struct towerd_yaml_node *map, size_t pair)
{
	return map->items[2 * pair + 1];
}

#endif
