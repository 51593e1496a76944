/* SPDX-License-Identifier: ISC */
/*
 * Groups: power feeders and areas as entities. A group is made with the commit of the import that first names it, and shows from the first
 * member on; so its number is durable before anyone sees it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"

const char *const group_kind_names[] = { "feeder", "area", NULL };

struct groups {
	struct names names[GROUP_KINDS]; /* by kind - 1 */
	struct group **all[GROUP_KINDS]; /* by the number that `names` gave; [0] is not used */
	struct group *narrow;            /* whose area is to be found anew */
};

int
groups_init(struct model *model)
{
	model->groups = calloc(1, sizeof(*model->groups));
	return model->groups == NULL ? -ENOMEM : 0;
}

void
groups_free(struct model *model)
{
	struct groups *groups = model->groups;
	if (groups == NULL)
		return;
	for (unsigned kind = 0; kind < GROUP_KINDS; kind++) {
		for (uint32_t i = 1; groups->all[kind] != NULL && i <= groups->names[kind].count; i++) {
			if (groups->all[kind][i] != NULL)
				free(groups->all[kind][i]->sites);
			free(groups->all[kind][i]);
		}
		free(groups->all[kind]);
		names_fini(&groups->names[kind]);
	}
	free(groups);
}

static struct group *
find(const struct model *model, enum group_kind kind, const char *name)
{
	uint32_t at = names_find(&model->groups->names[kind - 1], name);
	return at == 0 ? NULL : model->groups->all[kind - 1][at];
}

static struct group *
find_shown(const struct model *model, enum group_kind kind, const char *name)
{
	struct group *group = find(model, kind, name);
	return group == NULL || group->site_count == 0 ? NULL : group;
}

struct group *
model_feeder(const struct model *model, const char *name)
{
	return find_shown(model, GROUP_FEEDER, name);
}

struct group *
model_area_group(const struct model *model, const char *area)
{
	return find_shown(model, GROUP_AREA, area);
}

/* `number` 0: the next that is free. */
static int
add(struct model *model, enum group_kind kind, const char *name, uint32_t number, struct group **out)
{
	struct names *names = &model->groups->names[kind - 1];
	uint32_t at, count = names->count;
	int rc = names_number(names, name, &at);
	if (rc < 0)
		return rc;
	/* Room for one more, doubled at each power of two; a name without its group is one that memory did not suffice for. */
	if (names->count > count && (at & (at - 1)) == 0) {
		struct group ***all = &model->groups->all[kind - 1];
		struct group **grown = realloc(*all, at * 2 * sizeof(struct group *));
		if (grown == NULL)
			return -ENOMEM;
		memset(grown + at, 0, at * sizeof(struct group *));
		*all = grown;
	}
	struct group *group = calloc(1, sizeof(*group));
	if (group == NULL)
		return -ENOMEM;
	group->kind = (uint8_t)kind;
	rc = number == 0 ? numbers_new_group(model, &number) : 0;
	group->entity = (struct entity){ number, ENTITY_GROUP };
	if (rc == 0)
		rc = model_text(model, &group->name, name);
	if (rc == 0)
		rc = model_text(model, &group->area, "");
	if (rc == 0)
		rc = numbers_place(model, &group->entity);
	if (rc < 0) {
		intern_drop(model->intern, group->name);
		intern_drop(model->intern, group->area);
		free(group);
		return rc;
	}
	model->groups->all[kind - 1][at] = group;
	*out = group;
	return 0;
}

int
groups_load(struct model *model, uint32_t number, const char *kind, const char *name)
{
	struct group *group;
	for (unsigned i = 0; i < GROUP_KINDS; i++) {
		if (strcmp(kind, group_kind_names[i]) != 0)
			continue;
		int rc = name[0] == '\0' || find(model, i + 1, name) != NULL
		    ? -EUCLEAN
		    : add(model, i + 1, name, number, &group);
		if (rc == 0)
			group->is_durable = true;
		return rc;
	}
	return -EUCLEAN;
}

static int
write_one(struct model *model, enum group_kind kind, const char *name, struct store_txn *txn)
{
	struct group *group = find(model, kind, name);
	int rc = group == NULL && name[0] != '\0' ? add(model, kind, name, 0, &group) : 0;
	if (rc < 0 || group == NULL || group->is_durable || group->import == model->imports)
		return rc;
	group->import = model->imports;
	if (txn != NULL)
		persist_group(txn, group);
	return 0;
}

int
groups_write(struct model *model, const char *feeder, const char *area, struct store_txn *txn)
{
	int rc = write_one(model, GROUP_FEEDER, feeder, txn);
	return rc < 0 ? rc : write_one(model, GROUP_AREA, area, txn);
}

/* The length of the longest area that covers both. */
static size_t
common(const char *a, const char *b)
{
	size_t len = 0;
	for (size_t i = 0;; i++) {
		bool ends_a = a[i] == '\0' || a[i] == '/', ends_b = b[i] == '\0' || b[i] == '/';
		if (ends_a && ends_b)
			len = i;
		if (a[i] != b[i] || a[i] == '\0')
			return len;
	}
}

static int
set_area(struct model *model, struct group *group, const char *area)
{
	if (model_text(model, &group->area, area) < 0)
		return -ENOMEM;
	return scopes_set_block(
	    model->scopes, ENTITY_BLOCK(group->entity.number), group->entity.number, group->area);
}

/* As far as it must be so that the area covers the site too. */
static int
widen(struct model *model, struct group *group, const struct site *site)
{
	if (group->site_count == 1)
		return set_area(model, group, site->area);
	size_t len = common(group->area, site->area);
	if (len == strlen(group->area))
		return 0;
	char *area = strndup(group->area, len);
	int rc = area == NULL ? -ENOMEM : set_area(model, group, area);
	free(area);
	return rc;
}

static void
note_narrow(struct model *model, struct group *group)
{
	if (group->may_be_narrow)
		return;
	group->may_be_narrow = true;
	group->next_narrow = model->groups->narrow;
	model->groups->narrow = group;
}

static void
leave(struct model *model, struct site *site, unsigned kind)
{
	struct group *group = site->groups[kind];
	if (group == NULL)
		return;
	struct site *last = group->sites[--group->site_count];
	group->sites[site->group_at[kind]] = last;
	last->group_at[kind] = site->group_at[kind];
	site->groups[kind] = NULL;
	note_narrow(model, group);
	MODEL_TELL(model, member, group, site, false);
}

static int
join(struct model *model, struct site *site, struct group *group)
{
	if (group->site_count == group->site_capacity) {
		uint32_t capacity = group->site_capacity == 0 ? 4 : group->site_capacity * 2;
		struct site **sites = realloc(group->sites, capacity * sizeof(struct site *));
		if (sites == NULL)
			return -ENOMEM;
		group->sites = sites;
		group->site_capacity = capacity;
	}
	site->group_at[group->kind - 1] = group->site_count;
	site->groups[group->kind - 1] = group;
	group->sites[group->site_count++] = site;
	int rc = widen(model, group, site);
	MODEL_TELL(model, member, group, site, true);
	return rc;
}

static int
place(struct model *model, struct site *site, enum group_kind kind, const char *name)
{
	struct group *group = find(model, kind, name);
	int rc = 0;
	if (group == NULL && name[0] != '\0')
		rc = add(model, kind, name, 0, &group);
	/* Only a store from before there were groups has a site whose group is in no row. */
	if (rc == 0 && group != NULL && !group->is_durable && group->import == 0 && model->store != NULL)
		persist_group(persist_later(model), group);
	if (rc < 0)
		return rc;
	if (group != NULL)
		group->is_durable = true;
	if (site->groups[kind - 1] != group)
		leave(model, site, kind - 1);
	else if (group != NULL) {
		note_narrow(model, group); /* the site's area may be another */
		return widen(model, group, site);
	}
	return group == NULL ? 0 : join(model, site, group);
}

int
groups_place(struct model *model, struct site *site)
{
	int rc = place(model, site, GROUP_FEEDER, site->power_feeder);
	return rc < 0 ? rc : place(model, site, GROUP_AREA, site->area);
}

void
groups_unplace(struct model *model, struct site *site)
{
	for (unsigned kind = 0; kind < GROUP_KINDS; kind++)
		leave(model, site, kind);
}

static void
narrow(struct model *model, struct group *group)
{
	if (group->site_count == 0) {
		scopes_drop_block(model->scopes, ENTITY_BLOCK(group->entity.number));
		return;
	}
	const char *area = group->sites[0]->area;
	size_t len = strlen(area);
	for (uint32_t i = 1; i < group->site_count && len > strlen(group->area); i++) {
		size_t shared = common(area, group->sites[i]->area);
		len = shared < len ? shared : len;
	}
	if (len == strlen(group->area))
		return;
	/* Without the memory it stays as short as it is: seen by fewer than might. */
	char *cut = strndup(area, len);
	if (cut != NULL)
		set_area(model, group, cut);
	free(cut);
}

void
groups_settle(struct model *model)
{
	while (model->groups->narrow != NULL) {
		struct group *group = model->groups->narrow;
		model->groups->narrow = group->next_narrow;
		group->may_be_narrow = false;
		narrow(model, group);
	}
}

struct group *
model_group_of(const struct model *model, uint32_t number)
{
	struct entity *entity = model_entity(model, number);
	return entity == NULL || entity->kind_of != ENTITY_GROUP ? NULL : (struct group *)(void *)entity;
}

struct group *
model_next_group(const struct model *model, uint32_t after)
{
	for (uint32_t block = ENTITY_BLOCK(after) + 1; block < model->block_count; block++) {
		struct group *group = model_group_of(model, block << 8);
		if (group != NULL)
			return group;
	}
	return NULL;
}
