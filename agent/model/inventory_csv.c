/* SPDX-License-Identifier: ISC */
/*
 * The inventory as CSV (RFC 4180, UTF-8, a line of names first). Columns are those of the YAML form: location.lat and location.lon,
 * thresholds.KIND.WORD, device.id, device.driver, device.address, device.link-budget, device.identity, device.SETTING; depends-on "A | B & C", covers "A B". A line that
 * repeats the id of the line before brings one more device of that site and leaves the other columns empty.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inventory_doc.h"
#include "support/utf8.h"

#define COLUMNS_MAX 128

struct cell {
	struct inventory_place place;
	char *text; /* in the copy that is read */
};

struct csv {
	struct inventory_reader *reader;
	char *at, *end; /* of a copy that cells are cut from */
	unsigned line;
	char *line_start;
	struct cell names[COLUMNS_MAX], cells[COLUMNS_MAX];
	size_t name_count, cell_count;
};

static struct inventory_place
here(const struct csv *csv)
{
	return (struct inventory_place){ csv->line, (unsigned)(csv->at - csv->line_start) + 1 };
}

static void
next_line(struct csv *csv)
{
	csv->line++;
	csv->line_start = csv->at;
}

/* A quoted cell: up to the closing quote, with "" for a quote. Line breaks may stand in it. */
static int
read_quoted(struct csv *csv, struct cell *cell)
{
	char *to = ++csv->at;
	cell->text = to;
	for (;; csv->at++) {
		if (csv->at == csv->end) {
			inventory_fault(csv->reader, cell->place, "a quoted cell does not end");
			return -EINVAL;
		}
		if (*csv->at == '"') {
			if (csv->at + 1 == csv->end || csv->at[1] != '"')
				break;
			csv->at++;
		}
		char c = *csv->at;
		*to++ = c;
		if (c == '\n') {
			csv->line++;
			csv->line_start = csv->at + 1;
		}
	}
	*to = '\0';
	csv->at++;
	if (csv->at < csv->end && strchr(",\r\n", *csv->at) == NULL) {
		inventory_fault(
		    csv->reader, here(csv), "a comma or the end of the line is expected after a quoted cell");
		return -EINVAL;
	}
	return 0;
}

/* A cell, and whether another follows on its line. */
static int
read_cell(struct csv *csv, struct cell *cell)
{
	cell->place = here(csv);
	int rc = 0;
	char *stop;
	if (csv->at < csv->end && *csv->at == '"') {
		rc = read_quoted(csv, cell);
		stop = NULL;
	} else {
		cell->text = csv->at;
		csv->at += strcspn(csv->at, ",\r\n");
		stop = csv->at;
	}
	if (rc < 0)
		return rc;
	bool more = csv->at < csv->end && *csv->at == ',';
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	if (csv->at < csv->end)
		csv->at++;
	if (stop != NULL)
		*stop = '\0';
	return more;
}

static int
read_line(struct csv *csv, struct cell *cells, size_t *count)
{
	*count = 0;
	next_line(csv);
	for (;;) {
		if (*count == COLUMNS_MAX) {
			inventory_fault(csv->reader, here(csv), "a line has more than %d cells", COLUMNS_MAX);
			return -EINVAL;
		}
		int more = read_cell(csv, &cells[(*count)++]);
		if (more <= 0)
			return more;
	}
}

static bool
is_utf8(const char *text, size_t len)
{
	uint32_t code;
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &code);
		if (n == 0 || code == 0)
			return false;
	}
	return true;
}

static const struct cell *
cell_of(const struct csv *csv, const char *name)
{
	for (size_t i = 0; i < csv->name_count && i < csv->cell_count; i++)
		if (strcmp(csv->names[i].text, name) == 0)
			return csv->cells[i].text[0] == '\0' ? NULL : &csv->cells[i];
	return NULL;
}

/* "thresholds.battery.voltage.low": the word is behind the last point. */
static void
set_threshold(struct csv *csv, struct inventory_site *site, const char *name, const struct cell *cell)
{
	char kind[64];
	const char *word = strrchr(name, '.');
	if (word == NULL || (size_t)(word - name) >= sizeof(kind)) {
		inventory_fault(csv->reader, cell->place, "thresholds: thresholds.KIND.WORD is accepted");
		return;
	}
	snprintf(kind, sizeof(kind), "%.*s", (int)(word - name), name);
	inventory_set_threshold(csv->reader, site, cell->place, kind, word + 1, cell->text);
}

static void
set_site_cell(struct csv *csv, struct inventory_site *site, const char *name, const struct cell *cell)
{
	static const char threshold[] = "thresholds.";
	if (strcmp(name, "depends-on") == 0)
		inventory_set_depends(csv->reader, site, cell->place, cell->text);
	else if (strcmp(name, "covers") == 0)
		inventory_set_covers(csv->reader, site, cell->place, cell->text);
	else if (strncmp(name, threshold, sizeof(threshold) - 1) == 0)
		set_threshold(csv, site, name + sizeof(threshold) - 1, cell);
	else
		inventory_set(csv->reader, site, cell->place, name, cell->text);
}

static void
set_location(struct csv *csv, struct inventory_site *site)
{
	const struct cell *latitude = cell_of(csv, "location.lat"), *longitude = cell_of(csv, "location.lon");
	if (latitude == NULL && longitude == NULL)
		return;
	inventory_set_location(csv->reader, site, (latitude == NULL ? longitude : latitude)->place,
	    latitude == NULL ? "" : latitude->text, longitude == NULL ? "" : longitude->text);
}

static bool
is_device_column(const char *name)
{
	return strncmp(name, "device.", 7) == 0;
}

static void
read_row(struct csv *csv, struct inventory_site **current)
{
	const struct cell *id = cell_of(csv, "id");
	bool is_same = *current != NULL && id != NULL && strcmp((*current)->id, id->text) == 0;
	struct inventory_site *site =
	    is_same ? *current : inventory_add_site(csv->reader->inventory, csv->cells[0].place);
	struct inventory_device *device = NULL;
	for (size_t i = 0; site != NULL && i < csv->cell_count; i++) {
		const char *name = csv->names[i].text;
		const struct cell *cell = &csv->cells[i];
		if (cell->text[0] == '\0' || strncmp(name, "location.", 9) == 0 ||
		    (is_same && strcmp(name, "id") == 0))
			continue;
		if (!is_device_column(name)) {
			if (is_same)
				inventory_fault(csv->reader, cell->place,
				    "%s: a further device of a site repeats its id alone", name);
			else
				set_site_cell(csv, site, name, cell);
			continue;
		}
		if (device == NULL)
			device = inventory_add_device(csv->reader->inventory, site, csv->cells[0].place);
		if (device == NULL)
			break;
		inventory_set_device(csv->reader, device, cell->place, name + 7, cell->text);
	}
	if (site != NULL && !is_same)
		set_location(csv, site);
	*current = site;
}

static bool
is_known_column(const char *name)
{
	static const char *const names[] = { "id", "name", "kind", "area", "location.lat", "location.lon",
		"population", "power-feeder", "link-budget", "depends-on", "covers" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return is_device_column(name) || strncmp(name, "thresholds.", 11) == 0;
}

static int
read_names(struct csv *csv)
{
	if (read_line(csv, csv->names, &csv->name_count) < 0)
		return -EINVAL;
	int rc = 0;
	for (size_t i = 0; i < csv->name_count; i++) {
		if (!is_known_column(csv->names[i].text)) {
			inventory_fault(
			    csv->reader, csv->names[i].place, "unknown column \"%.64s\"", csv->names[i].text);
			rc = -EINVAL;
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(csv->names[k].text, csv->names[i].text) == 0) {
				inventory_fault(csv->reader, csv->names[i].place,
				    "column \"%.64s\" is given twice", csv->names[i].text);
				rc = -EINVAL;
				break;
			}
		}
	}
	return rc;
}

static void
read_rows(struct csv *csv)
{
	struct inventory_site *current = NULL;
	if (read_names(csv) < 0)
		return;
	while (csv->at < csv->end) {
		if (read_line(csv, csv->cells, &csv->cell_count) < 0)
			return; /* where cells end is not known any more */
		if (csv->cell_count == 1 && csv->cells[0].text[0] == '\0')
			continue; /* an empty line */
		if (csv->cell_count > csv->name_count) {
			inventory_fault(csv->reader, csv->cells[csv->name_count].place,
			    "a line has %zu cells and there are %zu columns", csv->cell_count,
			    csv->name_count);
			continue;
		}
		read_row(csv, &current);
	}
}

void
inventory_read_csv(struct inventory_reader *reader, const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf"; /* spreadsheets begin their files with it */
	if (len >= 3 && memcmp(text, mark, 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (!is_utf8(text, len)) {
		inventory_fault(reader, (struct inventory_place){ 0, 0 }, "is not UTF-8 text");
		return;
	}
	char *copy = malloc(len + 1);
	struct csv *csv = copy == NULL ? NULL : calloc(1, sizeof(*csv));
	if (csv != NULL) {
		memcpy(copy, text, len);
		copy[len] = '\0';
		csv->reader = reader;
		csv->at = copy;
		csv->end = copy + len;
		read_rows(csv);
	} else {
		inventory_fault(reader, (struct inventory_place){ 0, 0 }, "out of memory");
	}
	free(csv);
	free(copy);
}
