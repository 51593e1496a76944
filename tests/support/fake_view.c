/* SPDX-License-Identifier: ISC */
/* The fake host: views from small tables, scopes, and what the plugin publishes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_inside.h"

struct fake_row {
	uint32_t key[TOWERD_OID_MAX];
	size_t key_len;
	const char *site;
	struct towerd_value *cells;
};

void
fake_reader(struct fake_host *host, const char *name, bool may_operate)
{
	*FAKE_ADD(&host->readers) = (struct fake_pair){ may_operate, fake_text(host, name), NULL };
}

void
fake_site(struct fake_host *host, const char *site)
{
	*FAKE_ADD(&host->sites) = fake_text(host, site);
}

static bool
site_is_known(const struct fake_host *host, const char *site)
{
	for (size_t i = 0; i < host->sites.count; i++)
		if (strcmp(host->sites.items[i], site) == 0)
			return true;
	for (size_t i = 0; i < host->devices.count; i++)
		if (strcmp(host->devices.items[i].site, site) == 0)
			return true;
	return false;
}

static const struct fake_pair *
reader_find(const struct fake_host *host, const char *name)
{
	for (size_t i = 0; i < host->readers.count; i++)
		if (strcmp(host->readers.items[i].key, name) == 0)
			return &host->readers.items[i];
	return NULL;
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int
serve_scope_open(struct towerd_ctx *ctx, const struct towerd_scope_request *request)
{
	struct fake_host *host = fake_host_of(ctx);

	if ((request->reader != NULL && reader_find(host, request->reader) == NULL) ||
	    (request->site != NULL && !site_is_known(host, request->site)))
		return -ENOENT;
	for (size_t i = 0; i < host->scopes.count; i++) {
		const struct fake_scope *scope = &host->scopes.items[i];
		if (is_same(scope->site, request->site) && is_same(scope->reader, request->reader) &&
		    scope->is_secure == request->is_secure)
			return (int)i;
	}
	*FAKE_ADD(&host->scopes) = (struct fake_scope){ fake_text(host, request->reader),
		fake_text(host, request->site), request->is_secure };
	return (int)host->scopes.count - 1;
}

unsigned
fake_view(struct fake_host *host, const char *name, const uint32_t *oid, size_t oid_len, bool is_scalars,
    const struct towerd_column_info *columns, size_t column_count)
{
	*FAKE_ADD(&host->tables) = (struct fake_table){
		.info = { sizeof(struct towerd_view_info), name, oid, oid_len, is_scalars, columns,
		    column_count },
	};
	return (unsigned)host->tables.count - 1;
}

static int
key_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

static struct towerd_value
value_copy(struct fake_host *host, struct towerd_value value)
{
	switch (value.type) {
	case TOWERD_TEXT:
	case TOWERD_OCTETS:
	case TOWERD_BITS:
		value.text.data = fake_copy(host, value.text.data, value.text.len);
		break;
	case TOWERD_OID:
		value.oid.ids = fake_copy(host, value.oid.ids, value.oid.len * sizeof(*value.oid.ids));
		break;
	default:
		break;
	}
	return value;
}

static struct towerd_value *
cells_copy(struct fake_host *host, const struct towerd_value *cells, size_t count)
{
	struct towerd_value *copy = fake_alloc(host, count * sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = value_copy(host, cells[i]);
	return copy;
}

void
fake_row(struct fake_host *host, unsigned view, const char *site, const uint32_t *key, size_t key_len,
    const struct towerd_value *cells)
{
	if (view >= host->tables.count || key_len > TOWERD_OID_MAX)
		fake_die("there is no view %u, or the key is too long", view);
	struct fake_table *table = &host->tables.items[view];
	size_t at = 0;
	while (
	    at < table->count && key_compare(table->rows[at].key, table->rows[at].key_len, key, key_len) < 0)
		at++;
	bool is_there =
	    at < table->count && key_compare(table->rows[at].key, table->rows[at].key_len, key, key_len) == 0;
	if (cells == NULL) {
		if (is_there)
			memmove(&table->rows[at], &table->rows[at + 1],
			    (--table->count - at) * sizeof(*table->rows));
		return;
	}
	if (!is_there) {
		table->rows = realloc(table->rows, (table->count + 1) * sizeof(*table->rows));
		if (table->rows == NULL)
			fake_die("out of memory");
		memmove(&table->rows[at + 1], &table->rows[at], (table->count++ - at) * sizeof(*table->rows));
	}
	struct fake_row *row = &table->rows[at];
	memcpy(row->key, key, key_len * sizeof(*key));
	row->key_len = key_len;
	row->site = fake_text(host, site);
	row->cells = cells_copy(host, cells, table->info.column_count);
}

static unsigned
serve_view_count(struct towerd_ctx *ctx)
{
	return (unsigned)fake_host_of(ctx)->tables.count;
}

static int
serve_view_info(struct towerd_ctx *ctx, unsigned view, struct towerd_view_info *info)
{
	const struct fake_host *host = fake_host_of(ctx);

	if (view >= host->tables.count)
		return -ENOENT;
	*info = host->tables.items[view].info;
	return 0;
}

/* The column's position, or -ENOENT: it does not exist for this scope. */
static int
column_find(
    const struct fake_host *host, const struct fake_table *table, const struct fake_scope *scope, uint32_t id)
{
	for (size_t i = 0; i < table->info.column_count; i++) {
		const struct towerd_column_info *column = &table->info.columns[i];
		if (column->id != id || (column->flags & TOWERD_COLUMN_LOCAL) != 0)
			continue;
		if (scope->reader == NULL)
			return (int)i;
		if ((column->flags & TOWERD_COLUMN_LOCATION) != 0 && !scope->is_secure)
			return -ENOENT;
		if ((column->flags & TOWERD_COLUMN_OPERATE) != 0 && !reader_find(host, scope->reader)->device)
			return -ENOENT;
		return (int)i;
	}
	return -ENOENT;
}

static int
serve_view_read(struct towerd_ctx *ctx, unsigned view, unsigned scope_number, uint32_t id,
    const uint32_t *key, size_t key_len, bool inclusive, struct towerd_cell *cells, size_t max)
{
	const struct fake_host *host = fake_host_of(ctx);
	int count = 0;

	if (view >= host->tables.count || scope_number >= host->scopes.count)
		return -ENOENT;
	const struct fake_table *table = &host->tables.items[view];
	const struct fake_scope *scope = &host->scopes.items[scope_number];
	int column = column_find(host, table, scope, id);
	if (column < 0)
		return column;
	for (size_t i = 0; i < table->count && (size_t)count < max; i++) {
		const struct fake_row *row = &table->rows[i];
		int order = key_compare(row->key, row->key_len, key, key_len);
		if (order < 0 || (order == 0 && !inclusive) || row->cells[column].type == TOWERD_NONE)
			continue;
		if (scope->site != NULL && (row->site == NULL || strcmp(row->site, scope->site) != 0))
			continue;
		cells[count++] = (struct towerd_cell){ row->key, row->key_len, row->cells[column] };
	}
	return count;
}

/* What the plugin publishes. */

static struct fake_published_row *
published_find(struct fake_host *host, unsigned view, const struct towerd_value *index, size_t count)
{
	for (size_t i = 0; i < host->published.count; i++) {
		struct fake_published_row *row = &host->published.items[i];
		bool is_same = row->view == view && row->cells != NULL;
		for (size_t c = 0; is_same && c < count; c++)
			is_same = index[c].type == TOWERD_TEXT
			    ? row->cells[c].text.len == index[c].text.len &&
				memcmp(row->cells[c].text.data, index[c].text.data, index[c].text.len) == 0
			    : row->cells[c].u == index[c].u;
		if (is_same)
			return row;
	}
	return NULL;
}

static int
serve_row_put(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *cells, size_t count)
{
	struct fake_host *host = fake_host_of(ctx);

	if (view >= host->plugin->view_count)
		return -ENOENT;
	const struct towerd_published_view *declared = &host->plugin->views[view];
	if (count != declared->column_count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (cells[i].type != declared->columns[i].type &&
		    (cells[i].type != TOWERD_NONE || i < declared->index_count))
			return -EINVAL;
	struct fake_published_row *row = published_find(host, view, cells, declared->index_count);
	if (row == NULL)
		row = FAKE_ADD(&host->published);
	*row = (struct fake_published_row){ view, cells_copy(host, cells, count), count };
	return 0;
}

static int
serve_row_drop(struct towerd_ctx *ctx, unsigned view, const struct towerd_value *index, size_t count)
{
	struct fake_host *host = fake_host_of(ctx);

	if (view >= host->plugin->view_count || count != host->plugin->views[view].index_count)
		return -EINVAL;
	struct fake_published_row *row = published_find(host, view, index, count);
	if (row == NULL)
		return -ENOENT;
	row->cells = NULL;
	return 0;
}

size_t
fake_published_count(const struct fake_host *host, unsigned view)
{
	size_t count = 0;

	for (size_t i = 0; i < host->published.count; i++)
		count += host->published.items[i].view == view && host->published.items[i].cells != NULL;
	return count;
}

const struct towerd_value *
fake_published(const struct fake_host *host, unsigned view, const char *index)
{
	for (size_t i = 0; i < host->published.count; i++) {
		const struct fake_published_row *row = &host->published.items[i];
		char text[32];
		if (row->view != view || row->cells == NULL)
			continue;
		snprintf(text, sizeof(text), "%" PRIu64, row->cells[0].u);
		if (strcmp(row->cells[0].type == TOWERD_TEXT ? row->cells[0].text.data : text, index) == 0)
			return row->cells;
	}
	return NULL;
}

void
fake_view_services(struct towerd_host *services)
{
	services->scope_open = serve_scope_open;
	services->view_count = serve_view_count;
	services->view_info = serve_view_info;
	services->view_read = serve_view_read;
	services->row_put = serve_row_put;
	services->row_drop = serve_row_drop;
}
