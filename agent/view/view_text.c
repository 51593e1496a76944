/* SPDX-License-Identifier: ISC */
/* A view as a table with aligned columns, for people. Rows are read twice: once for the widths, once to print. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/view/cell.h"

#define COLUMNS_MAX 64
#define WIDTH_MAX   60 /* a longer cell does not push the others away: it runs over */

struct printer {
	const struct view *view;
	const struct scope *scope;
	const struct view_filter *filters;
	size_t filter_count;
	size_t width[COLUMNS_MAX];
	size_t column_count;
	void (*write)(void *arg, const char *text, size_t len);
	void *arg;
	char line[8192];
	size_t len;
};

/* How many places UTF-8 text takes: code points; good enough for the scripts that sites are named in. */
static size_t
places(const char *text)
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static bool
is_right_aligned(enum towerd_type type)
{
	return type == TOWERD_INTEGER || type == TOWERD_UNSIGNED || type == TOWERD_COUNTER ||
	    type == TOWERD_COUNTER64;
}

static void
append(struct printer *p, const char *text, size_t len)
{
	if (len > sizeof(p->line) - 1 - p->len)
		len = sizeof(p->line) - 1 - p->len;
	memcpy(p->line + p->len, text, len);
	p->len += len;
}

static void
pad(struct printer *p, size_t count)
{
	while (count-- > 0)
		append(p, " ", 1);
}

static void
put(struct printer *p, size_t i, const char *text)
{
	size_t width = places(text), room = p->width[i] > width ? p->width[i] - width : 0;
	bool is_right = is_right_aligned(p->view->columns[i].info.type);
	if (p->len > 0)
		append(p, "  ", 2);
	if (is_right)
		pad(p, room);
	append(p, text, strlen(text));
	if (!is_right)
		pad(p, room);
}

static void
end_line(struct printer *p)
{
	while (p->len > 0 && p->line[p->len - 1] == ' ')
		p->len--;
	p->line[p->len] = '\n';
	p->write(p->arg, p->line, p->len + 1);
	p->len = 0;
}

static bool
is_shown(const struct printer *p, size_t i)
{
	return view_column_is_visible(&p->view->columns[i], p->scope);
}

static const char *
header(const struct printer *p, size_t i, char *out, size_t size)
{
	const struct view_column *column = &p->view->columns[i];
	view_column_word(p->view, column, out, size);
	for (char *c = out; *c != '\0'; c++)
		*c = *c == '-' ? ' ' : (char)toupper((unsigned char)*c);
	size_t len = strlen(out);
	if (column->info.unit != NULL && column->info.unit[0] != '\0' && len < size)
		snprintf(out + len, size - len, " [%s]", column->info.unit);
	return out;
}

static void
each_row(struct printer *p, void (*fn)(struct printer *p, const struct view_row *row))
{
	struct cell_walk walk;
	bool more = cell_walk_begin(&walk, p->view, p->scope, p->filters, p->filter_count);
	for (; more; more = cell_walk_next(&walk))
		fn(p, &walk.row);
}

static void
measure_row(struct printer *p, const struct view_row *row)
{
	char text[CELL_TEXT];
	for (size_t i = 0; i < p->column_count; i++) {
		if (!is_shown(p, i))
			continue;
		struct towerd_value value = view_get(row, &p->view->columns[i]);
		size_t width = places(view_cell_text(&p->view->columns[i], &value, text, sizeof(text)));
		if (width > p->width[i])
			p->width[i] = width < WIDTH_MAX ? width : WIDTH_MAX;
	}
}

static void
print_row(struct printer *p, const struct view_row *row)
{
	char text[CELL_TEXT];
	for (size_t i = 0; i < p->column_count; i++) {
		if (!is_shown(p, i))
			continue;
		struct towerd_value value = view_get(row, &p->view->columns[i]);
		put(p, i, view_cell_text(&p->view->columns[i], &value, text, sizeof(text)));
	}
	end_line(p);
}

void
view_print_text(const struct view *view, const struct scope *scope, const struct view_filter *filters,
    size_t count, void (*write)(void *arg, const char *text, size_t len), void *arg)
{
	char text[CELL_TEXT];
	struct printer p = { .view = view,
		.scope = scope,
		.filters = filters,
		.filter_count = count,
		.write = write,
		.arg = arg };
	p.column_count = view->column_count < COLUMNS_MAX ? view->column_count : COLUMNS_MAX;
	for (size_t i = 0; i < p.column_count; i++)
		p.width[i] = places(header(&p, i, text, sizeof(text)));
	each_row(&p, measure_row);
	for (size_t i = 0; i < p.column_count; i++)
		if (is_shown(&p, i))
			put(&p, i, header(&p, i, text, sizeof(text)));
	end_line(&p);
	each_row(&p, print_row);
}
