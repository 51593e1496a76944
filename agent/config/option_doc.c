/* SPDX-License-Identifier: ISC */
/* Options as a Markdown table: a line per option, whatever its depth. */
#include "agent/config/option_doc.h"

#include <inttypes.h>
#include <string.h>

#include <towerd/time.h>

enum { PATH_SIZE = 256, DEPTH_MAX = 8 };

static const char *const type_names[] = {
	[TOWERD_OPT_TEXT] = "text",
	[TOWERD_OPT_BOOL] = "true or false",
	[TOWERD_OPT_INT] = "whole number",
	[TOWERD_OPT_DURATION] = "duration",
	[TOWERD_OPT_SIZE] = "size",
	[TOWERD_OPT_ENUM] = "word",
	[TOWERD_OPT_PATH] = "path",
	[TOWERD_OPT_SECRET] = "secret",
	[TOWERD_OPT_TEXTS] = "texts",
	[TOWERD_OPT_TABLE] = "list of maps",
	[TOWERD_OPT_MAP] = "map of maps",
	[TOWERD_OPT_GROUP] = "map",
	[TOWERD_OPT_PATHS] = "paths",
	[TOWERD_OPT_NODE] = "any",
};

/* How the options of an element are named below their table. */
static const char *const element_marks[] = {
	[TOWERD_OPT_TABLE] = "[].",
	[TOWERD_OPT_MAP] = ".NAME.",
	[TOWERD_OPT_GROUP] = ".",
	[TOWERD_OPT_NODE] = ".", /* its reader may tell what it reads there */
};

/* Texts in a cell: a bar would end it. */
static void
print_cell(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void
print_number(FILE *out, enum towerd_option_type type, int64_t value)
{
	char text[TOWERD_TIME_TEXT];
	if (type == TOWERD_OPT_INT)
		fprintf(out, "%" PRId64, value);
	else
		fputs(type == TOWERD_OPT_DURATION ? towerd_duration_format(value, text)
						  : towerd_size_format(value, text),
		    out);
}

static void
print_accepted(FILE *out, const struct towerd_option *row)
{
	if (row->type == TOWERD_OPT_ENUM) {
		for (size_t i = 0; row->names[i] != NULL; i++)
			fprintf(out, "%s`%s`", i > 0 ? ", " : "", row->names[i]);
		return;
	}
	fputs(type_names[row->type], out);
	if (row->type == TOWERD_OPT_SECRET)
		fprintf(out, ", or `%s-file`", row->name);
	bool has_range =
	    row->type == TOWERD_OPT_INT || row->type == TOWERD_OPT_DURATION || row->type == TOWERD_OPT_SIZE;
	if (!has_range || (row->min == 0 && row->max == 0))
		return;
	fputs(", ", out);
	print_number(out, row->type, row->min);
	if (row->max < row->min) {
		fputs(" or more", out);
		return;
	}
	fputs(" to ", out);
	print_number(out, row->type, row->max);
}

static void
print_default(FILE *out, const struct towerd_option *row)
{
	if (row->required)
		fputs("required", out);
	else if (row->def != NULL)
		fprintf(out, "`%s`", row->def);
	else
		fputs("none", out);
}

/* `path` ends where the name begins. */
static void
print_rows(FILE *out, const struct towerd_option *rows, size_t count, char *path, size_t len, unsigned depth)
{
	for (size_t i = 0; i < count; i++) {
		const struct towerd_option *row = &rows[i];
		const char *mark = row->rows != NULL ? element_marks[row->type] : NULL;
		snprintf(path + len, PATH_SIZE - len, "%s", row->name);
		fprintf(out, "| `%s` | ", path);
		print_accepted(out, row);
		fputs(" | ", out);
		print_default(out, row);
		fputs(" | ", out);
		print_cell(out, row->help != NULL ? row->help : "");
		fputs(" |\n", out);
		size_t below = len + strlen(row->name) + (mark != NULL ? strlen(mark) : 0);
		if (mark == NULL || depth == DEPTH_MAX || below >= PATH_SIZE)
			continue;
		snprintf(path + len, PATH_SIZE - len, "%s%s", row->name, mark);
		print_rows(out, row->rows, row->row_count, path, below, depth + 1);
	}
}

void
option_doc_print(FILE *out, const struct towerd_option *rows, size_t count)
{
	char path[PATH_SIZE] = "";
	fputs("| option | accepted | default | what it is |\n|---|---|---|---|\n", out);
	print_rows(out, rows, count, path, 0, 0);
}

static const char page_head[] =
    "# Options\n"
    "\n"
    "Rendered by `scripts/render-options` from the declarations that also check the file: change those, not "
    "this page.\n"
    "\n"
    "The file is YAML; `towerd -c FILE -t` checks it. Durations are written `500ms`, `30s`, `5m`, `2h`, "
    "`400d`, sizes `512B`, `64KiB`,\n"
    "`20MiB`, `20GiB`. Relative paths start at the folder of the file. A secret may stand in a file of its "
    "own, which others may neither\n"
    "read nor write. `[]` stands for each item of a list, `NAME` for a name of your choice.\n";

void
option_doc_print_head(FILE *out)
{
	fputs(page_head, out);
}

void
option_doc_print_section(
    FILE *out, const char *name, const char *summary, const struct towerd_option *rows, size_t count)
{
	fprintf(out, "\n## %s\n\n", name);
	if (summary != NULL)
		fprintf(out, "%s.\n\n", summary);
	if (count == 0)
		fputs("It has no options.\n", out);
	else
		option_doc_print(out, rows, count);
}
