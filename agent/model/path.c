/* SPDX-License-Identifier: ISC */
/*
 * What sites depend on, parsed once: sites whose inventory says the same share one set of paths. A hub knows the sets that name it, so its
 * coming and going costs what depends on it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inside.h"
#include "agent/model/inventory_doc.h"

struct path_set {
	struct site_paths *paths;
	LIST_HEAD(, site) sites;
};

struct hub {
	struct path_set **sets; /* that name it, each once */
	size_t set_count;
};

struct hubs {
	struct names texts, ids;
	struct path_set **sets; /* by number of the text; one without sites stays: they may come back */
	struct hub *hubs;       /* by number of the id */
	uint32_t set_room, hub_room;
};

const struct site_paths *
model_site_paths(const struct site *site)
{
	static const struct site_paths none;
	return site->path_set == NULL ? &none : site->path_set->paths;
}

int
hubs_init(struct model *model)
{
	model->hubs = calloc(1, sizeof(*model->hubs));
	return model->hubs == NULL ? -ENOMEM : 0;
}

static void
set_free(struct path_set *set)
{
	if (set != NULL)
		free(set->paths);
	free(set);
}

void
hubs_free(struct model *model)
{
	struct hubs *hubs = model->hubs;
	if (hubs == NULL)
		return;
	for (uint32_t i = 0; i < hubs->set_room; i++)
		set_free(hubs->sets[i]);
	for (uint32_t i = 0; i < hubs->hub_room; i++)
		free(hubs->hubs[i].sets);
	free(hubs->sets);
	free(hubs->hubs);
	names_fini(&hubs->texts);
	names_fini(&hubs->ids);
	free(hubs);
}

/* An array that has room for index `at`, zeroed beyond what was there. NULL: out of memory, and it stands. */
static void *
room(void *array, uint32_t *have, uint32_t at, size_t size)
{
	if (at < *have)
		return array;
	uint32_t want = *have == 0 ? 16 : *have;
	while (want <= at)
		want *= 2;
	char *grown = realloc(array, want * size);
	if (grown == NULL)
		return NULL;
	memset(grown + *have * size, 0, (want - *have) * size);
	*have = want;
	return grown;
}

/* The hub will tell the set when its site comes or goes. */
static int
hub_note(struct hubs *hubs, uint32_t at, struct path_set *set)
{
	struct hub *all = room(hubs->hubs, &hubs->hub_room, at, sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	hubs->hubs = all;
	struct hub *hub = &all[at];
	if (hub->set_count > 0 && hub->sets[hub->set_count - 1] == set)
		return 0; /* named in two paths of it */
	struct path_set **sets = realloc(hub->sets, (hub->set_count + 1) * sizeof(*sets));
	if (sets == NULL)
		return -ENOMEM;
	hub->sets = sets;
	sets[hub->set_count++] = set;
	return 0;
}

static int
add_hub(struct model *model, struct path_set *set, const char *id, uint32_t path)
{
	uint32_t at, count = set->paths->hub_count;
	struct site_paths *paths = realloc(set->paths, sizeof(*paths) + (count + 1) * sizeof(paths->hubs[0]));
	if (paths == NULL)
		return -ENOMEM;
	set->paths = paths;
	int rc = names_number(&model->hubs->ids, id, &at);
	if (rc == 0)
		rc = hub_note(model->hubs, at, set);
	if (rc < 0)
		return rc;
	paths->hubs[count] =
	    (struct site_hub){ names_at(&model->hubs->ids, at), model_site(model, id), path };
	paths->hub_count = count + 1;
	paths->path_count = path + 1;
	return 0;
}

/* "A | B & C": A alone, or B and C together. */
static int
parse(struct model *model, struct path_set *set, const char *text)
{
	char id[INVENTORY_ID_MAX + 1];
	uint32_t path = 0;
	int rc = 0;
	while (rc == 0 && inventory_next_id(&text, id)) {
		rc = add_hub(model, set, id, path);
		path += text[strspn(text, " ")] == '|';
	}
	return rc;
}

static int
set_of(struct model *model, const char *text, struct path_set **out)
{
	struct hubs *hubs = model->hubs;
	uint32_t at;
	*out = NULL;
	if (text[0] == '\0')
		return 0;
	if (names_number(&hubs->texts, text, &at) < 0)
		return -ENOMEM;
	struct path_set **sets = room(hubs->sets, &hubs->set_room, at, sizeof(struct path_set *));
	if (sets == NULL)
		return -ENOMEM;
	hubs->sets = sets;
	if (sets[at] == NULL) {
		struct path_set *set = calloc(1, sizeof(*set));
		if (set != NULL)
			set->paths = calloc(1, sizeof(*set->paths));
		if (set == NULL || set->paths == NULL) {
			set_free(set);
			return -ENOMEM;
		}
		/* Kept from here on, as far as it comes: hubs point at it. */
		sets[at] = set;
		int rc = parse(model, set, text);
		if (rc < 0)
			return rc;
	}
	*out = sets[at];
	return 0;
}

static void
hub_resolve(struct model *model, const char *id, struct site *site)
{
	uint32_t at = names_find(&model->hubs->ids, id);
	if (at == 0 || at >= model->hubs->hub_room)
		return;
	const struct hub *hub = &model->hubs->hubs[at];
	for (size_t i = 0; i < hub->set_count; i++) {
		struct path_set *set = hub->sets[i];
		bool is_news = false;
		for (uint32_t k = 0; k < set->paths->hub_count; k++) {
			struct site_hub *named = &set->paths->hubs[k];
			if (strcmp(named->id, id) != 0 || named->site == site)
				continue;
			named->site = site;
			is_news = true;
		}
		struct site *dependent;
		if (is_news)
			LIST_FOREACH(dependent, &set->sites, same_paths)
		MODEL_TELL(model, paths, dependent);
	}
}

static void
leave(struct site *site)
{
	if (site->path_set != NULL)
		LIST_REMOVE(site, same_paths);
	site->path_set = NULL;
}

int
paths_place(struct model *model, struct site *site)
{
	struct path_set *set, *before = site->path_set;
	hub_resolve(model, site->id, site);
	int rc = set_of(model, site->depends_on, &set);
	if (rc < 0 || set == before)
		return rc;
	leave(site);
	site->path_set = set;
	if (set != NULL)
		LIST_INSERT_HEAD(&set->sites, site, same_paths);
	MODEL_TELL(model, paths, site);
	return 0;
}

void
paths_unplace(struct model *model, struct site *site)
{
	leave(site);
	hub_resolve(model, site->id, NULL);
}
