/* SPDX-License-Identifier: ISC */
/* The reference page of options, rendered from the rows that also check and fill them. */
#ifndef AGENT_CONFIG_OPTION_DOC_H
#define AGENT_CONFIG_OPTION_DOC_H

#include <stdio.h>

#include <towerd/option.h>

/* Writes one Markdown table; options of nested maps are named from the top: `log.level`, `sinks[].address`, `readers.NAME.role`. */
void option_doc_print(FILE *out, const struct towerd_option *rows, size_t count);

#endif
