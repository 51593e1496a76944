/* SPDX-License-Identifier: ISC */
/* Reading views: rows within a scope, cells of rows, and batches of one column. */
#include "agent/view/view.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/view/arena.h"

/* For rows that are read one at a time: only the loop thread reads views. */
static struct view_arena single;

struct view_arena *
view_arena_new(void)
{
	struct view_arena *arena = malloc(sizeof(*arena));
	if (arena != NULL)
		arena_reset(arena);
	return arena;
}

void
view_arena_free(struct view_arena *arena)
{
	free(arena);
}

void *
view_scratch(const struct view_row *row, size_t size)
{
	return arena_take(row->arena == NULL ? &single : row->arena, size);
}

struct towerd_value
view_text(const struct view_row *row, const char *format, ...)
{
	struct view_arena *arena = row->arena == NULL ? &single : row->arena;
	char *at = (char *)arena->room + arena->used;
	va_list ap;
	va_start(ap, format);
	int len = vsnprintf(at, ARENA_SIZE - arena->used, format, ap);
	va_end(ap);
	if (len < 0 || arena_take(arena, (size_t)len + 1) == NULL)
		return towerd_int(TOWERD_NONE, 0);
	return towerd_bytes(TOWERD_TEXT, at, (size_t)len);
}

int
view_key_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

bool
view_key_bound(const uint32_t *key, size_t key_len, bool inclusive, uint32_t *bound, size_t parts)
{
	for (size_t i = 0; i < parts; i++)
		bound[i] = i < key_len ? key[i] : 0;
	/* A shorter key comes before every row that it begins; a longer one comes after the row that begins it. */
	if (key_len < parts || (key_len == parts && inclusive))
		return true;
	for (size_t i = parts; i-- > 0;)
		if (++bound[i] != 0)
			return true;
	return false;
}

static bool
seek_scalars(
    const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	uint32_t bound;
	if (!view_key_bound(key, key_len, inclusive, &bound, 1) || bound != 0)
		return false;
	row->key[0] = 0;
	row->key_len = 1;
	row->object = view->arg;
	return true;
}

static bool
row_seek(struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct view *view = row->view;
	return view->seek == NULL ? seek_scalars(view, row, key, key_len, inclusive)
				  : view->seek(view, row, key, key_len, inclusive);
}

bool
view_seek(const struct view *view, const struct scope *scope, const uint32_t *key, size_t key_len,
    bool inclusive, struct view_row *row)
{
	/* The key is not cleared: 512 octets a row would be most of the cost. */
	row->key_len = 0;
	row->object = NULL;
	row->mark = 0;
	row->scope = scope;
	row->view = view;
	row->arena = NULL;
	return row_seek(row, key, key_len, inclusive);
}

bool
view_next(struct view_row *row)
{
	if (row->view->next != NULL)
		return row->view->next(row->view, row);
	uint32_t key[TOWERD_OID_MAX];
	size_t key_len = row->key_len;
	memcpy(key, row->key, key_len * sizeof(key[0]));
	return row_seek(row, key, key_len, false);
}

bool
view_column_is_visible(const struct view_column *column, const struct scope *scope)
{
	if ((column->info.flags & TOWERD_COLUMN_LOCATION) != 0 && !scope_may_locate(scope))
		return false;
	return (column->info.flags & TOWERD_COLUMN_OPERATE) == 0 || scope_role(scope) != ROLE_READ;
}

static bool
is_signed(enum towerd_type type)
{
	return type == TOWERD_INTEGER || type == TOWERD_DATE || type == TOWERD_INSTANT ||
	    type == TOWERD_DURATION;
}

static uint64_t
number_at(const uint8_t *at, size_t width, bool with_sign)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (width) {
	case 1:
		return with_sign ? (uint64_t)(int8_t)*at : *at;
	case 2:
		memcpy(&u16, at, sizeof(u16));
		return with_sign ? (uint64_t)(int16_t)u16 : u16;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		return with_sign ? (uint64_t)(int32_t)u32 : u32;
	default:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	}
}

static struct towerd_value
field_get(const struct view_row *row, const struct view_column *column)
{
	const uint8_t *at = (const uint8_t *)row->object + column->offset;
	struct towerd_value value;
	if (column->is_value) {
		memcpy(&value, at, sizeof(value));
	} else if (column->is_text) {
		const char *text;
		memcpy(&text, at, sizeof(text));
		value = towerd_bytes(
		    column->info.type, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
	} else {
		value.type = column->info.type;
		value.u = number_at(at, column->width, is_signed(column->info.type));
	}
	return value;
}

static inline struct towerd_value
cell_get(const struct view_row *row, const struct view_column *column)
{
	return column->get != NULL ? column->get(row) : field_get(row, column);
}

struct towerd_value
view_get(const struct view_row *row, const struct view_column *column)
{
	if (row->arena == NULL)
		arena_reset(&single);
	if (!view_column_is_visible(column, row->scope))
		return towerd_int(TOWERD_NONE, 0);
	return cell_get(row, column);
}

static const struct view_column *
column_by_id(const struct view *view, uint32_t id)
{
	for (size_t i = 0; id != 0 && i < view->column_count; i++)
		if (view->columns[i].info.id == id)
			return &view->columns[i];
	return NULL;
}

int
view_read(const struct view *view, const struct scope *scope, uint32_t column, const uint32_t *key,
    size_t key_len, bool inclusive, struct view_arena *arena, struct towerd_cell *cells, size_t max)
{
	const struct view_column *c = column_by_id(view, column);
	if (c == NULL || !view_column_is_visible(c, scope))
		return -ENOENT;
	arena_reset(arena);
	struct view_row row;
	if (max == 0 || !view_seek(view, scope, key, key_len, inclusive, &row))
		return 0;
	row.arena = arena;
	size_t n = 0;
	do {
		struct towerd_value value = cell_get(&row, c);
		if (arena->is_full && n > 0)
			break; /* the rest is for the next batch */
		if (value.type == TOWERD_NONE)
			continue;
		uint32_t *copy = arena_take(arena, row.key_len * sizeof(*copy));
		if (copy == NULL)
			break;
		memcpy(copy, row.key, row.key_len * sizeof(*copy));
		cells[n++] = (struct towerd_cell){ .key = copy, .key_len = row.key_len, .value = value };
	} while (n < max && view_next(&row));
	return (int)n;
}
