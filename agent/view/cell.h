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

/*
 * The rows that pass the filters, in order. A filter by the number that comes first in the index is a bound: only the rows behind it are walked. A
 * filter that names no column of the scope lets nothing pass.
 */
struct cell_walk {
	const struct view_filter *filters;
	size_t count;
	const struct view_column *columns[CELL_FILTERS_MAX];
	bool is_bound;
	uint32_t first; /* of the key, when it is bound */
	struct view_row row;
};
bool cell_walk_begin(struct cell_walk *walk, const struct view *view, const struct scope *scope,
    const struct view_filter *filters, size_t count); /* false: there is none */
bool cell_walk_next(struct cell_walk *walk);

#endif
