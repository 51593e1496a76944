/* SPDX-License-Identifier: ISC */
/* Views on the control socket: a table for people, a JSON array for scripts. */
#ifndef AGENT_CONTROL_TABLE_H
#define AGENT_CONTROL_TABLE_H

#include "agent/control/control.h"
#include "agent/view/view.h"

struct towerd_json_writer;
void control_print_json(
    struct control_call *call, struct towerd_json_writer *json); /* what it wrote, and a newline */
void control_print_view(
    struct control_call *call, const struct view *view, const struct view_filter *filters, size_t count);
/* One row, a line for each column; JSON: an array of one. False: there is no such row, and nothing was printed. */
bool control_print_row(
    struct control_call *call, const struct view *view, const struct view_filter *filters, size_t count);

#endif
