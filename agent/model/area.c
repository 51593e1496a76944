/* SPDX-License-Identifier: ISC */
/* Areas: see area.h. A change of one site costs as many steps as its area has parts. */
#include "agent/model/area.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
compare_area(const void *item, const void *key)
{
	return text_key_compare(((const struct area *)item)->path, key);
}

static struct area *
area_new(struct model *model, const char *path, size_t len, struct area *parent)
{
	struct area *area = calloc(1, sizeof(*area) + len + 1);
	if (area == NULL)
		return NULL;
	memcpy(area->path, path, len);
	uint32_t ids[TOWERD_OID_MAX];
	if (skip_insert(model->area_index, &(struct text_key){ ids, text_key_of(path, len, ids) }, area) <
	    0) {
		free(area);
		return NULL;
	}
	area->parent = parent;
	if (parent != NULL) {
		area->sibling = parent->child;
		parent->child = area;
	}
	return area;
}

static struct area *
child_of(struct model *model, struct area *area, const char *path, size_t len)
{
	for (struct area *child = area->child; child != NULL; child = child->sibling)
		if (strncmp(child->path, path, len) == 0 && child->path[len] == '\0')
			return child;
	return area_new(model, path, len, area);
}

static struct area *
area_find(struct model *model, const char *path)
{
	struct area *area = model->areas;
	for (size_t len = 0; area != NULL && path[len] != '\0';) {
		len += strcspn(path + len, "/");
		area = child_of(model, area, path, len);
		len += path[len] == '/';
	}
	return area;
}

static uint32_t *
count_of(struct area_counts *counts, uint8_t service)
{
	switch (service) {
	case SERVICE_ON_AIR:
		return &counts->on_air;
	case SERVICE_DEGRADED:
		return &counts->degraded;
	case SERVICE_COVERED:
		return &counts->covered;
	case SERVICE_OFF_AIR:
		return &counts->off_air;
	default:
		return &counts->unknown;
	}
}

static void
add_site(struct area_counts *counts, const struct site *site, int by)
{
	uint64_t people = by < 0 ? -(uint64_t)site->population : site->population;
	counts->sites += (uint32_t)by;
	*count_of(counts, site->service) += (uint32_t)by;
	counts->population += people;
	if (site->service == SERVICE_OFF_AIR || site->service == SERVICE_UNKNOWN)
		counts->unserved += people;
}

void
area_count(struct area *area, const struct site *site, int by)
{
	for (; area != NULL; area = area->parent)
		add_site(&area->counts, site, by);
}

int
area_move(struct model *model, struct site *site, const char *path)
{
	struct area *to = NULL;
	if (path != NULL) {
		to = area_find(model, path);
		if (to == NULL)
			return -ENOMEM;
	}
	if (to == site->area_node)
		return 0;
	area_count(site->area_node, site, -1);
	area_count(to, site, 1);
	site->area_node = to;
	return 0;
}

static void
area_free(struct area *area)
{
	for (struct area *child = area->child, *next; child != NULL; child = next) {
		next = child->sibling;
		area_free(child);
	}
	free(area);
}

int
areas_init(struct model *model)
{
	model->area_index = skip_new(compare_area);
	if (model->area_index != NULL)
		model->areas = area_new(model, "", 0, NULL);
	return model->areas == NULL ? -ENOMEM : 0;
}

void
areas_free(struct model *model)
{
	if (model->areas != NULL)
		area_free(model->areas);
	skip_free(model->area_index);
}

static void
add(struct area_counts *sum, const struct area_counts *more)
{
	sum->sites += more->sites;
	sum->on_air += more->on_air;
	sum->degraded += more->degraded;
	sum->covered += more->covered;
	sum->off_air += more->off_air;
	sum->unknown += more->unknown;
	sum->population += more->population;
	sum->unserved += more->unserved;
}

/* An area that the scope covers whole is one number; of others its parts are asked. */
static void
add_visible(const struct area *area, const struct scope *scope, struct area_counts *sum)
{
	if (scope_reaches_area(scope, area->path)) {
		add(sum, &area->counts);
		return;
	}
	for (const struct area *child = area->child; child != NULL; child = child->sibling)
		add_visible(child, scope, sum);
}

bool
area_counts_in(
    const struct model *model, const struct area *area, const struct scope *scope, struct area_counts *out)
{
	*out = (struct area_counts){ 0 };
	if (scope_site(scope) == 0) {
		add_visible(area, scope, out);
		return out->sites > 0;
	}
	const struct site *site = model_site_of(model, scope_site(scope));
	if (site == NULL || !scope_has_entity(scope, site->entity.number) ||
	    !scope_area_covers(area->path, site->area))
		return false;
	add_site(out, site, 1);
	return true;
}
