/* SPDX-License-Identifier: ISC */
/* All views of the agent by name, each checked when it is added: what is wrong in a declaration is found before anyone reads it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/view/view.h"

struct entry {
	const struct view *view;
	size_t oid_len;
	uint32_t oid[TOWERD_OID_MAX];
};

struct views {
	struct entry **entries; /* by name */
	size_t count;
	char fault[256];
};

struct views *
views_new(void)
{
	return calloc(1, sizeof(struct views));
}

void
views_free(struct views *views)
{
	if (views == NULL)
		return;
	for (size_t i = 0; i < views->count; i++)
		free(views->entries[i]);
	free(views->entries);
	free(views);
}

const char *
views_fault(const struct views *views)
{
	return views->fault;
}

static int __attribute__((format(printf, 4, 5)))
fault(struct views *views, const struct view *view, int rc, const char *format, ...)
{
	int len = snprintf(
	    views->fault, sizeof(views->fault), "view %s: ", view->name == NULL ? "(no name)" : view->name);
	va_list ap;
	va_start(ap, format);
	if (len > 0 && (size_t)len < sizeof(views->fault))
		vsnprintf(views->fault + len, sizeof(views->fault) - (size_t)len, format, ap);
	va_end(ap);
	return rc;
}

/* "1.3.6" after what stands in `oid` already. */
static bool
oid_append(const char *text, uint32_t *oid, size_t *len)
{
	while (*text != '\0') {
		if (*text < '0' || *text > '9' || *len == TOWERD_OID_MAX)
			return false;
		char *end;
		errno = 0;
		unsigned long id = strtoul(text, &end, 10);
		if (errno != 0 || id > UINT32_MAX || (*end != '.' && *end != '\0') ||
		    (*end == '.' && end[1] == '\0'))
			return false;
		oid[(*len)++] = (uint32_t)id;
		text = *end == '.' ? end + 1 : end;
	}
	return true;
}

static int
check_oid(struct views *views, const struct view *view, struct entry *entry)
{
	if (view->oid == NULL)
		return 0;
	bool is_relative = view->oid[0] == '.';
	if ((is_relative && !oid_append(TOWERD_ROOT_OID, entry->oid, &entry->oid_len)) ||
	    !oid_append(view->oid + is_relative, entry->oid, &entry->oid_len) || entry->oid_len == 0)
		return fault(views, view, -EINVAL, "\"%s\" is not an object identifier", view->oid);
	for (size_t i = 0; i < views->count; i++)
		if (views->entries[i]->oid_len == entry->oid_len &&
		    memcmp(views->entries[i]->oid, entry->oid, entry->oid_len * sizeof(entry->oid[0])) == 0)
			return fault(views, view, -EEXIST, "%s is taken by %s", view->oid,
			    views->entries[i]->view->name);
	return 0;
}

static bool
has_getter(const struct view_column *column)
{
	if (column->get != NULL)
		return true;
	if (column->is_value)
		return column->width == sizeof(struct towerd_value);
	if (column->is_text)
		return column->info.type == TOWERD_TEXT || column->info.type == TOWERD_OCTETS;
	return column->width == 1 || column->width == 2 || column->width == 4 || column->width == 8;
}

static bool
name_is_taken(const struct view *view, size_t before, const char *name)
{
	for (size_t i = 0; i < before; i++)
		if (strcmp(view->columns[i].info.name, name) == 0)
			return true;
	return false;
}

static int
check_columns(struct views *views, const struct view *view)
{
	uint32_t last_id = 0;
	bool past_index = false;
	for (size_t i = 0; i < view->column_count; i++) {
		const struct view_column *column = &view->columns[i];
		const struct towerd_column_info *info = &column->info;
		if (info->name == NULL || info->name[0] == '\0')
			return fault(views, view, -EINVAL, "column %zu has no name", i + 1);
		if (name_is_taken(view, i, info->name))
			return fault(views, view, -EINVAL, "two columns are named %s", info->name);
		if (info->type <= TOWERD_NONE || info->type >= TOWERD_TYPE_COUNT)
			return fault(views, view, -EINVAL, "%s has no type", info->name);
		if ((info->flags & TOWERD_COLUMN_LOCAL) != 0 && info->id != 0)
			return fault(views, view, -EINVAL, "%s is local and has the sub-identifier %u",
			    info->name, info->id);
		if ((info->flags & TOWERD_COLUMN_LOCAL) == 0 && info->id <= last_id)
			return fault(views, view, -EINVAL,
			    "%s has the sub-identifier %u after %u: they must ascend", info->name, info->id,
			    last_id);
		if (info->id != 0)
			last_id = info->id;
		bool is_index = (info->flags & TOWERD_COLUMN_INDEX) != 0;
		if (is_index && past_index)
			return fault(views, view, -EINVAL,
			    "%s is of the index and stands after other columns", info->name);
		past_index |= !is_index;
		if (info->type == TOWERD_ENUM && info->names == NULL)
			return fault(views, view, -EINVAL, "%s is an enumeration without names", info->name);
		if (!has_getter(column))
			return fault(views, view, -EINVAL, "%s has neither a getter nor a field", info->name);
	}
	return 0;
}

static size_t
place_of(const struct views *views, const char *name)
{
	size_t low = 0, high = views->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(views->entries[middle]->view->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
check(struct views *views, const struct view *view, struct entry *entry)
{
	if (view->name == NULL || view->name[0] == '\0' || view->columns == NULL || view->column_count == 0)
		return fault(views, view, -EINVAL, "has no name or no columns");
	if (views_find(views, view->name) != NULL)
		return fault(views, view, -EEXIST, "there is one of that name already");
	if (view->seek == NULL && !view->is_scalars)
		return fault(views, view, -EINVAL, "is a table and has no seek");
	int rc = check_columns(views, view);
	return rc < 0 ? rc : check_oid(views, view, entry);
}

int
views_add(struct views *views, const struct view *view)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return -ENOMEM;
	entry->view = view;
	int rc = check(views, view, entry);
	if (rc < 0) {
		free(entry);
		return rc;
	}
	struct entry **entries = realloc(views->entries, (views->count + 1) * sizeof(struct entry *));
	if (entries == NULL) {
		free(entry);
		return -ENOMEM;
	}
	views->entries = entries;
	size_t at = place_of(views, view->name);
	memmove(entries + at + 1, entries + at, (views->count - at) * sizeof(struct entry *));
	entries[at] = entry;
	views->count++;
	return 0;
}

int
views_remove(struct views *views, const struct view *view)
{
	size_t at = place_of(views, view->name);
	if (at == views->count || views->entries[at]->view != view)
		return -ENOENT;
	free(views->entries[at]);
	views->count--;
	memmove(views->entries + at, views->entries + at + 1, (views->count - at) * sizeof(struct entry *));
	return 0;
}

size_t
views_count(const struct views *views)
{
	return views->count;
}

const struct view *
views_at(const struct views *views, size_t i)
{
	return i < views->count ? views->entries[i]->view : NULL;
}

const struct view *
views_find(const struct views *views, const char *name)
{
	size_t at = place_of(views, name);
	return at < views->count && strcmp(views->entries[at]->view->name, name) == 0
	    ? views->entries[at]->view
	    : NULL;
}

size_t
views_oid(const struct views *views, size_t i, uint32_t oid[TOWERD_OID_MAX])
{
	if (i >= views->count)
		return 0;
	memcpy(oid, views->entries[i]->oid, views->entries[i]->oid_len * sizeof(oid[0]));
	return views->entries[i]->oid_len;
}
