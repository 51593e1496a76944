/* SPDX-License-Identifier: ISC */
/* The reference page of options, rendered from the rows that also check and fill them. */
#ifndef AGENT_CONFIG_OPTION_DOC_H
#define AGENT_CONFIG_OPTION_DOC_H

#include <stdio.h>

#include <towerd/option.h>

/* Writes one Markdown table; options of nested maps are named from the top: `log.level`, `sinks[].address`, `readers.NAME.role`. */
void option_doc_print(FILE *out, const struct towerd_option *rows, size_t count);

/* A section of the page: the agent itself, or a plugin. */
struct option_doc_section {
	const char *name, *summary; /* "snmp", "what it is for"; the summary as in the plugin's descriptor */
	const struct towerd_option *rows;
	size_t count;
};

/* Writes the page that `towerd --print-options` prints and docs/options.md is. */
void option_doc_print_page(FILE *out, const struct option_doc_section *sections, size_t count);

#endif
