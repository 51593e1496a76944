/* SPDX-License-Identifier: ISC */
/* The reference page of options, rendered from the rows that also check and fill them. */
#ifndef AGENT_CONFIG_OPTION_DOC_H
#define AGENT_CONFIG_OPTION_DOC_H

#include <stdio.h>

#include <towerd/option.h>

/* Writes one Markdown table; options of nested maps are named from the top: `log.level`, `sinks[].address`, `readers.NAME.role`. */
void option_doc_print(FILE *out, const struct towerd_option *rows, size_t count);

/* The page that `towerd --print-options` prints and docs/options.md is: its head, then a section for the agent and for each plugin. */
void option_doc_print_head(FILE *out);
/* summary   what it is for, as in the plugin's descriptor; may be NULL */
void option_doc_print_section(
    FILE *out, const char *name, const char *summary, const struct towerd_option *rows, size_t count);

#endif
