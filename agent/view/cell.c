/* SPDX-License-Identifier: ISC */
/* Cells and columns as people read them, and the filters that they type. */
#include "agent/view/cell.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

/* "towerdSiteTable" -> the length of "towerdSite", when the column's name begins with it. */
static size_t
prefix_of(const struct view *view, const struct view_column *column)
{
	static const char table[] = "Table";
	size_t len = strlen(view->name);
	if (len > sizeof(table) - 1 && strcmp(view->name + len - (sizeof(table) - 1), table) == 0)
		len -= sizeof(table) - 1;
	return strncmp(view->name, column->info.name, len) == 0 && column->info.name[len] != '\0' ? len : 0;
}

const char *
view_column_word(const struct view *view, const struct view_column *column, char *out, size_t size)
{
	size_t len = 0;
	const char *name = column->info.name + prefix_of(view, column);
	for (const char *c = name; *c != '\0' && len + 2 < size; c++) {
		/* A word begins at a capital after a small letter: "UUIDOfSite" is "uuidof-site", "LastSeen" is "last-seen". */
		if (c != name && isupper((unsigned char)*c) && !isupper((unsigned char)c[-1]))
			out[len++] = '-';
		out[len++] = (char)tolower((unsigned char)*c);
	}
	out[len] = '\0';
	return out;
}

const struct view_column *
view_column_find(const struct view *view, const struct scope *scope, const char *name)
{
	char word[64];
	for (size_t i = 0; i < view->column_count; i++) {
		const struct view_column *column = &view->columns[i];
		if (view_column_is_visible(column, scope) &&
		    (strcmp(column->info.name, name) == 0 ||
			strcmp(view_column_word(view, column, word, sizeof(word)), name) == 0))
			return column;
	}
	return NULL;
}

const char *
cell_name(const struct view_column *column, int64_t number)
{
	if (column->info.names == NULL || number < column->info.first_name)
		return NULL;
	int64_t at = number - column->info.first_name;
	for (int64_t i = 0; column->info.names[i] != NULL; i++)
		if (i == at)
			return column->info.names[i];
	return NULL;
}

/* Text of the outside world reaches a terminal: what does not print is shown as what it is, so that it moves no cursor. */
static void
print_text(const char *data, size_t len, char *out, size_t size)
{
	size_t at = 0;
	for (size_t i = 0; i < len && at + 5 < size; i++) {
		unsigned char c = (unsigned char)data[i];
		if (c < 0x20 || c == 0x7f)
			at += (size_t)snprintf(out + at, size - at, "\\x%02x", c);
		else
			out[at++] = (char)c;
	}
	out[at] = '\0';
}

static void
print_octets(const char *data, size_t len, char *out, size_t size)
{
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; i < len && at + 3 < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%02x", (unsigned char)data[i]);
}

void
cell_print_oid(const struct towerd_value *value, char *out, size_t size)
{
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; i < value->oid.len && at + 12 < size; i++)
		at += (size_t)snprintf(
		    out + at, size - at, i == 0 ? "%" PRIu32 : ".%" PRIu32, value->oid.ids[i]);
}

/* The two largest units: "3d 4h", "1h 5m", "12s"; below a second "250ms". */
static void
print_duration(int64_t ms, char *out, size_t size)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };
	const char *sign = ms < 0 ? "-" : "";
	int64_t rest = ms < 0 ? -(ms + (ms == INT64_MIN)) : ms;
	size_t i = 0;
	while (i + 1 < sizeof(units) / sizeof(units[0]) && rest < units[i].ms)
		i++;
	int64_t second = i < 3 ? rest % units[i].ms / units[i + 1].ms : 0;
	if (second != 0)
		snprintf(out, size, "%s%" PRId64 "%s %" PRId64 "%s", sign, rest / units[i].ms, units[i].name,
		    second, units[i + 1].name);
	else
		snprintf(out, size, "%s%" PRId64 "%s", sign, rest / units[i].ms, units[i].name);
}

static void
print_date(int64_t utc_ms, char *out, size_t size)
{
	char text[TOWERD_TIME_TEXT];
	snprintf(out, size, "%s", utc_ms == 0 ? "" : towerd_time_format(utc_ms, text));
}

static void
print_name(const struct view_column *column, int64_t number, char *out, size_t size)
{
	const char *name = cell_name(column, number);
	if (name != NULL)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "%" PRId64, number);
}

const char *
view_cell_text(const struct view_column *column, const struct towerd_value *value, char *out, size_t size)
{
	out[0] = '\0';
	switch (value->type) {
	case TOWERD_INTEGER:
		snprintf(out, size, "%" PRId64, value->i);
		break;
	case TOWERD_UNSIGNED:
	case TOWERD_COUNTER:
	case TOWERD_COUNTER64:
		snprintf(out, size, "%" PRIu64, value->u);
		break;
	case TOWERD_ENUM:
		print_name(column, value->i, out, size);
		break;
	case TOWERD_TRUTH:
		snprintf(out, size, "%s", value->i != 0 ? "yes" : "no");
		break;
	case TOWERD_TEXT:
		print_text(value->text.data, value->text.len, out, size);
		break;
	case TOWERD_OCTETS:
	case TOWERD_BITS:
		print_octets(value->text.data, value->text.len, out, size);
		break;
	case TOWERD_OID:
		cell_print_oid(value, out, size);
		break;
	case TOWERD_DATE:
		print_date(value->i, out, size);
		break;
	case TOWERD_INSTANT:
	case TOWERD_DURATION:
		print_duration(value->i, out, size);
		break;
	case TOWERD_NONE:
	case TOWERD_TYPE_COUNT:
		break;
	}
	return out;
}

static bool
passes(const struct cell_walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		char text[CELL_TEXT];
		const char *want = walk->filters[i].text;
		struct towerd_value value = view_get(&walk->row, walk->columns[i]);
		view_cell_text(walk->columns[i], &value, text, sizeof(text));
		size_t len = strlen(want);
		bool is_prefix = len > 0 && want[len - 1] == '*';
		if (is_prefix ? strncmp(text, want, len - 1) != 0 : strcmp(text, want) != 0)
			return false;
	}
	return true;
}

static bool
pass_over(struct cell_walk *walk, bool is_there)
{
	while (is_there && (!walk->is_bound || walk->row.key[0] == walk->first)) {
		if (passes(walk))
			return true;
		is_there = view_next(&walk->row);
	}
	return false;
}

static void
bind_first(struct cell_walk *walk, const struct view *view, size_t i)
{
	const struct towerd_column_info *info = &walk->columns[i]->info;
	char *end;

	if (walk->columns[i] != &view->columns[0] || (info->flags & TOWERD_COLUMN_INDEX) == 0 ||
	    info->type != TOWERD_UNSIGNED || strspn(walk->filters[i].text, "0123456789") == 0)
		return;
	errno = 0;
	unsigned long number = strtoul(walk->filters[i].text, &end, 10);
	walk->is_bound = *end == '\0' && errno == 0 && number <= UINT32_MAX;
	walk->first = (uint32_t)number;
}

bool
cell_walk_begin(struct cell_walk *walk, const struct view *view, const struct scope *scope,
    const struct view_filter *filters, size_t count)
{
	walk->filters = filters;
	walk->count = count;
	walk->is_bound = false;
	if (count > CELL_FILTERS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		walk->columns[i] = view_column_find(view, scope, filters[i].name);
		if (walk->columns[i] == NULL)
			return false;
		bind_first(walk, view, i);
	}
	return pass_over(
	    walk, view_seek(view, scope, &walk->first, walk->is_bound ? 1 : 0, true, &walk->row));
}

bool
cell_walk_next(struct cell_walk *walk)
{
	return pass_over(walk, view_next(&walk->row));
}
