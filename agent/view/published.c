/* SPDX-License-Identifier: ISC */
/* Rows by value: each row is one allocation that holds its key, its cells and their bytes. */
#include "agent/view/published.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/view/skip.h"

struct row {
	uint32_t *key;
	size_t key_len;
	struct towerd_value cells[];
};

struct key {
	const uint32_t *ids;
	size_t len;
};

struct published {
	struct view view;
	size_t index_count;
	struct skip *rows;
	struct view_column columns[];
};

static int
compare_row(const void *item, const void *key)
{
	const struct row *row = item;
	const struct key *k = key;
	return view_key_compare(row->key, row->key_len, k->ids, k->len);
}

static bool
seek(const struct view *view, struct view_row *at, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct published *published = view->arg;
	if (scope_site(at->scope) != 0)
		return false;
	const struct row *row = skip_seek(published->rows, &(struct key){ key, key_len }, inclusive);
	if (row == NULL)
		return false;
	memcpy(at->key, row->key, row->key_len * sizeof(row->key[0]));
	at->key_len = row->key_len;
	at->object = row;
	return true;
}

static bool
has_index(const struct towerd_published_view *declaration)
{
	if (declaration->index_count == 0 || declaration->index_count > declaration->column_count)
		return false;
	for (size_t i = 0; i < declaration->index_count; i++)
		if (declaration->columns[i].type != TOWERD_UNSIGNED &&
		    declaration->columns[i].type != TOWERD_TEXT)
			return false;
	return true;
}

struct published *
published_new(const struct towerd_published_view *declaration)
{
	if (!has_index(declaration))
		return NULL;
	size_t count = declaration->column_count;
	struct published *published = calloc(1, sizeof(*published) + count * sizeof(published->columns[0]));
	if (published == NULL)
		return NULL;
	published->rows = skip_new(compare_row);
	if (published->rows == NULL) {
		free(published);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		published->columns[i] = (struct view_column){ .info = declaration->columns[i],
			.offset = offsetof(struct row, cells) + i * sizeof(struct towerd_value),
			.width = sizeof(struct towerd_value),
			.is_value = true };
		if (i < declaration->index_count)
			published->columns[i].info.flags |= TOWERD_COLUMN_INDEX;
	}
	published->index_count = declaration->index_count;
	published->view = (struct view){ .name = declaration->name,
		.title = declaration->name,
		.oid = declaration->oid,
		.columns = published->columns,
		.column_count = count,
		.seek = seek,
		.arg = published };
	return published;
}

void
published_free(struct published *published)
{
	if (published == NULL)
		return;
	for (struct row *row; (row = skip_first(published->rows)) != NULL;) {
		skip_remove(published->rows, &(struct key){ row->key, row->key_len });
		free(row);
	}
	skip_free(published->rows);
	free(published);
}

const struct view *
published_view(const struct published *published)
{
	return &published->view;
}

/* The key of an index: numbers as they are, texts with their length in front (RFC 2578, 7.7). */
static int
key_of(const struct published *published, const struct towerd_value *index, uint32_t key[TOWERD_OID_MAX],
    size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < published->index_count; i++) {
		if (index[i].type != published->columns[i].info.type)
			return -EINVAL;
		if (index[i].type == TOWERD_UNSIGNED) {
			if (index[i].u > UINT32_MAX || *len == TOWERD_OID_MAX)
				return -EINVAL;
			key[(*len)++] = (uint32_t)index[i].u;
			continue;
		}
		if (index[i].text.len >= TOWERD_OID_MAX - *len)
			return -EINVAL;
		key[(*len)++] = (uint32_t)index[i].text.len;
		for (size_t c = 0; c < index[i].text.len; c++)
			key[(*len)++] = (uint8_t)index[i].text.data[c];
	}
	return 0;
}

static bool
has_bytes(enum towerd_type type)
{
	return type == TOWERD_TEXT || type == TOWERD_OCTETS || type == TOWERD_BITS;
}

static int
check(const struct published *published, const struct towerd_value *cells, size_t count, size_t *bytes)
{
	*bytes = 0;
	if (count != published->view.column_count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (cells[i].type != published->columns[i].info.type && cells[i].type != TOWERD_NONE)
			return -EINVAL;
		size_t size = has_bytes(cells[i].type) ? cells[i].text.len : 0;
		if (cells[i].type == TOWERD_OID) {
			if (cells[i].oid.len > TOWERD_OID_MAX)
				return -EINVAL;
			size = cells[i].oid.len * sizeof(uint32_t);
		}
		if (size > PUBLISHED_BYTES_MAX || *bytes + size > PUBLISHED_BYTES_MAX)
			return -E2BIG;
		*bytes += size;
	}
	return 0;
}

static struct row *
row_new(const struct key *key, const struct towerd_value *cells, size_t count, size_t bytes)
{
	/* Numbers first: key and object identifiers are aligned where they stand. */
	size_t head = sizeof(struct row) + count * sizeof(cells[0]), numbers = key->len * sizeof(key->ids[0]);
	struct row *row = malloc(head + numbers + bytes);
	if (row == NULL)
		return NULL;
	row->key = (uint32_t *)(void *)((char *)row + head);
	row->key_len = key->len;
	memcpy(row->key, key->ids, numbers);
	memcpy(row->cells, cells, count * sizeof(cells[0]));
	uint32_t *ids = row->key + key->len;
	for (size_t i = 0; i < count; i++) {
		if (cells[i].type != TOWERD_OID || cells[i].oid.len == 0)
			continue;
		memcpy(ids, cells[i].oid.ids, cells[i].oid.len * sizeof(*ids));
		row->cells[i].oid.ids = ids;
		ids += cells[i].oid.len;
	}
	char *text = (char *)ids;
	for (size_t i = 0; i < count; i++) {
		if (!has_bytes(cells[i].type))
			continue;
		if (cells[i].text.len > 0)
			memcpy(text, cells[i].text.data, cells[i].text.len);
		row->cells[i].text.data = text;
		text += cells[i].text.len;
	}
	return row;
}

int
published_put(struct published *published, const struct towerd_value *cells, size_t count)
{
	uint32_t ids[TOWERD_OID_MAX];
	struct key key = { .ids = ids };
	size_t bytes;
	int rc = check(published, cells, count, &bytes);
	if (rc == 0)
		rc = key_of(published, cells, ids, &key.len);
	if (rc < 0)
		return rc;
	struct row *row = row_new(&key, cells, count, bytes);
	if (row == NULL)
		return -ENOMEM;
	struct row *before = skip_replace(published->rows, &key, row);
	if (before != NULL)
		free(before);
	else if (skip_count(published->rows) >= PUBLISHED_ROWS_MAX)
		rc = -ENOSPC;
	else
		rc = skip_insert(published->rows, &key, row);
	if (rc < 0)
		free(row);
	return rc;
}

int
published_drop(struct published *published, const struct towerd_value *index, size_t count)
{
	uint32_t ids[TOWERD_OID_MAX];
	struct key key = { .ids = ids };
	if (count != published->index_count || key_of(published, index, ids, &key.len) < 0)
		return -EINVAL;
	struct row *row = skip_remove(published->rows, &key);
	free(row);
	return row == NULL ? -ENOENT : 0;
}

size_t
published_count(const struct published *published)
{
	return skip_count(published->rows);
}
