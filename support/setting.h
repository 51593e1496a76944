/* SPDX-License-Identifier: ISC */
/* One option on its way from the file, or from its default, into the member of a struct. */
#ifndef SUPPORT_SETTING_H
#define SUPPORT_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "support/yaml_doc.h"
#include "towerd/option.h"

/* What a run of towerd_yaml_options() carries along. */
struct fill {
	struct towerd_yaml *doc;
	struct towerd_fault_sink *faults;
};

struct setting {
	const struct fill *fill;
	const struct towerd_option *row;
	const struct towerd_yaml_node *node; /* its value in the file; NULL: its default is being set */
	const char *text;                    /* of a scalar, or the default */
	void *member;
};

extern const char *const setting_shapes[]; /* by type of node: "is a list" */
extern const char *const setting_wanted[]; /* by type of option: "a whole number is accepted" */

/* `"interval" is "5"; a duration such as 30s is accepted`: what was found, then what would be. */
void setting_fault(const struct setting *s, const char *found, const char *accepted);
/* Nothing was written behind the key. */
bool setting_is_null(const struct towerd_yaml_node *node);
/* Sets an option of one word: TEXT to SECRET. */
void setting_set_scalar(struct setting *s);
/* Memory that lives as long as the document; NULL after a report. */
void *setting_memory(const struct setting *s, size_t count, size_t size);
/* A path as it is to be opened: it starts at the folder of the configuration file unless it is absolute. NULL after a report. */
const char *setting_path(const struct setting *s, const char *path);

#endif
