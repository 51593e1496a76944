/* SPDX-License-Identifier: ISC */
/*
 * Views that plugins fill with rows by value (towerd/view.h, struct towerd_published_view). Visible to every reader, column by column, but
 * not in the virtual device of a single site: what a plugin tells belongs to the agent.
 */
#ifndef AGENT_VIEW_PUBLISHED_H
#define AGENT_VIEW_PUBLISHED_H

#include "agent/view/view.h"

#define PUBLISHED_ROWS_MAX  100000
#define PUBLISHED_BYTES_MAX 65535 /* text and octets of one row together */

struct published;

/* `declaration` is borrowed until published_free(). NULL: out of memory, or an index that is missing or neither UNSIGNED nor TEXT. */
struct published *published_new(const struct towerd_published_view *declaration);
void published_free(struct published *published);
/* For views_add(), which checks the rest of the declaration. */
const struct view *published_view(const struct published *published);

/*
 * Sets a row: one cell for each column, of the column's type or NONE (not for the index).
 * -EINVAL (a cell's type, their count, an index longer than an OID), -E2BIG (its bytes), -ENOSPC (too many rows), -ENOMEM.
 */
int published_put(struct published *published, const struct towerd_value *cells, size_t count);
/* Removes a row by the cells of its index. -ENOENT, -EINVAL. */
int published_drop(struct published *published, const struct towerd_value *index, size_t count);
size_t published_count(const struct published *published);

#endif
