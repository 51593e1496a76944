/* SPDX-License-Identifier: ISC */
/* Views on the control socket: see table.h. */
#include <string.h>

#include <towerd/json.h>

#include "agent/control/table.h"
#include "agent/view/cell.h"

static void
write_text(void *arg, const char *text, size_t len)
{
	control_write(arg, text, len);
}

static void
print_json(
    struct control_call *call, const struct view *view, const struct view_filter *filters, size_t count)
{
	struct towerd_json_writer json = { 0 };

	view_print_json(view, call->scope, filters, count, &json);
	if (towerd_json_done(&json) == NULL)
		control_error(call, "out of memory\n");
	else
		control_print_json(call, &json);
	towerd_json_fini(&json);
}

void
control_print_json(struct control_call *call, struct towerd_json_writer *json)
{
	const char *text = towerd_json_done(json);

	if (text == NULL)
		return;
	control_write(call, text, json->len);
	control_write(call, "\n", 1);
}

void
control_print_view(
    struct control_call *call, const struct view *view, const struct view_filter *filters, size_t count)
{
	if (call->want_json)
		print_json(call, view, filters, count);
	else
		view_print_text(view, call->scope, filters, count, write_text, call);
}

bool
control_print_row(
    struct control_call *call, const struct view *view, const struct view_filter *filters, size_t count)
{
	struct cell_walk walk;
	char word[CELL_TEXT], text[CELL_TEXT];

	if (!cell_walk_begin(&walk, view, call->scope, filters, count))
		return false;
	if (call->want_json) {
		print_json(call, view, filters, count);
		return true;
	}
	for (size_t i = 0; i < view->column_count; i++) {
		const struct view_column *column = &view->columns[i];
		if (!view_column_is_visible(column, call->scope))
			continue;
		const struct towerd_value value = view_get(&walk.row, column);
		view_column_word(view, column, word, sizeof(word));
		control_print(call, "%-20s %s%s%s\n", word,
		    view_cell_text(column, &value, text, sizeof(text)),
		    column->info.unit != NULL && column->info.unit[0] != '\0' ? " " : "",
		    column->info.unit != NULL ? column->info.unit : "");
	}
	return true;
}
