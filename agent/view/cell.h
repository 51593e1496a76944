/* SPDX-License-Identifier: ISC */
/* What the faces for people share inside this folder: names of numbers, object identifiers as text, filters. */
#ifndef AGENT_VIEW_CELL_H
#define AGENT_VIEW_CELL_H

#include "agent/view/view.h"

#define CELL_TEXT        1024 /* a longer cell is cut */
#define CELL_FILTERS_MAX 16

const char *
cell_name(const struct view_column *column, int64_t number); /* of an enumeration; NULL: it has none */
void cell_print_oid(const struct towerd_value *value, char *out, size_t size);

/* The filters' columns; -1 when one names no column of this scope: then no row passes. */
int cell_filters_bind(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, const struct view_column *columns[CELL_FILTERS_MAX]);
bool cell_filters_pass(const struct view_row *row, const struct view_filter *filters, size_t count,
    const struct view_column *const *columns);

#endif
