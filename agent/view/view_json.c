/* SPDX-License-Identifier: ISC */
/* A view as a JSON array of rows, for scripts: MIB descriptors as keys, names for numbers, RFC 3339 for dates, null for what is not there. */
#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/view/cell.h"

static void
put_octets(struct towerd_json_writer *out, const char *key, const struct view_column *column,
    const struct towerd_value *value)
{
	char text[CELL_TEXT];
	towerd_json_put_text(out, key, view_cell_text(column, value, text, sizeof(text)));
}

static void
put_enum(struct towerd_json_writer *out, const char *key, const struct view_column *column, int64_t number)
{
	const char *name = cell_name(column, number);
	if (name != NULL)
		towerd_json_put_text(out, key, name);
	else
		towerd_json_put_int(out, key, number);
}

static void
put_date(struct towerd_json_writer *out, const char *key, int64_t utc_ms)
{
	char text[TOWERD_TIME_TEXT];
	towerd_json_put_text(out, key, utc_ms == 0 ? NULL : towerd_time_format(utc_ms, text));
}

static void
put_cell(struct towerd_json_writer *out, const struct view_column *column, const struct towerd_value *value)
{
	const char *key = column->info.name;
	char text[CELL_TEXT];
	switch (value->type) {
	case TOWERD_INTEGER:
	case TOWERD_INSTANT:
	case TOWERD_DURATION:
		towerd_json_put_int(out, key, value->i);
		break;
	case TOWERD_UNSIGNED:
	case TOWERD_COUNTER:
	case TOWERD_COUNTER64:
		towerd_json_put_uint(out, key, value->u);
		break;
	case TOWERD_ENUM:
		put_enum(out, key, column, value->i);
		break;
	case TOWERD_TRUTH:
		towerd_json_put_bool(out, key, value->i != 0);
		break;
	case TOWERD_TEXT:
		towerd_json_put_bytes(out, key, value->text.data, value->text.len);
		break;
	case TOWERD_OCTETS:
	case TOWERD_BITS:
		put_octets(out, key, column, value);
		break;
	case TOWERD_OID:
		cell_print_oid(value, text, sizeof(text));
		towerd_json_put_text(out, key, text);
		break;
	case TOWERD_DATE:
		put_date(out, key, value->i);
		break;
	case TOWERD_NONE:
	case TOWERD_TYPE_COUNT:
		towerd_json_put_null(out, key);
		break;
	}
}

void
view_put_row(const struct view_row *row, struct towerd_json_writer *out)
{
	const struct view *view = row->view;
	for (size_t i = 0; i < view->column_count; i++) {
		if (!view_column_is_visible(&view->columns[i], row->scope))
			continue;
		struct towerd_value value = view_get(row, &view->columns[i]);
		put_cell(out, &view->columns[i], &value);
	}
}

void
view_put_json(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, const char *key, struct towerd_json_writer *out)
{
	struct cell_walk walk;
	towerd_json_open(out, key, '[');
	bool more = cell_walk_begin(&walk, view, scope, filters, count);
	for (; more; more = cell_walk_next(&walk)) {
		towerd_json_open(out, NULL, '{');
		view_put_row(&walk.row, out);
		towerd_json_close(out, '}');
	}
	towerd_json_close(out, ']');
}

void
view_print_json(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, struct towerd_json_writer *out)
{
	view_put_json(view, scope, filters, count, NULL, out);
}
