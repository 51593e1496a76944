/* SPDX-License-Identifier: ISC */
/* Unclaimed sites: see unclaimed.h. A claimed one leaves the list; the others stay until the agent restarts. */
#include "agent/model/unclaimed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
compare(const void *item, const void *key)
{
	return text_key_compare(((const struct unclaimed_site *)item)->id, key);
}

static void
site_free(struct unclaimed_site *site)
{
	if (site == NULL)
		return;
	free(site->id);
	free(site->source);
	free(site);
}

static struct unclaimed *
list_of(struct model *model)
{
	if (model->unclaimed != NULL)
		return model->unclaimed;
	struct unclaimed *list = calloc(1, sizeof(*list));
	if (list == NULL)
		return NULL;
	list->sites = skip_new(compare);
	if (list->sites == NULL) {
		free(list);
		return NULL;
	}
	return model->unclaimed = list;
}

static int
add(struct model *model, struct unclaimed *list, const char *id, const char *source, int64_t utc_ms)
{
	if (skip_count(list->sites) >= UNCLAIMED_MAX) {
		model->stats.unclaimed_dropped++;
		return -ENOSPC;
	}
	struct unclaimed_site *site = calloc(1, sizeof(*site));
	if (site == NULL)
		return -ENOMEM;
	uint32_t ids[TOWERD_OID_MAX];
	struct text_key key = { ids, text_key_of(id, strlen(id), ids) };
	site->id = strdup(id);
	site->source = strndup(source, model_cut(source, MODEL_REASON_MAX));
	site->first_ms = site->last_ms = utc_ms;
	site->times = 1;
	if (site->id == NULL || site->source == NULL || skip_insert(list->sites, &key, site) < 0) {
		site_free(site);
		return -ENOMEM;
	}
	return 0;
}

int
model_unclaimed(struct model *model, const char *id, const char *source)
{
	uint32_t ids[TOWERD_OID_MAX];
	size_t len = strlen(id);
	if (len == 0 || len > UNCLAIMED_ID_MAX)
		return -EINVAL;
	if (model_site(model, id) != NULL)
		return 0;
	struct unclaimed *list = list_of(model);
	if (list == NULL)
		return -ENOMEM;
	int64_t utc_ms = loop_utc_ms(model->loop);
	struct unclaimed_site *site =
	    skip_get(list->sites, &(struct text_key){ ids, text_key_of(id, len, ids) });
	if (site == NULL)
		return add(model, list, id, source == NULL ? "" : source, utc_ms);
	site->last_ms = utc_ms;
	site->times++;
	return 0;
}

void
unclaimed_forget(struct model *model, const char *id)
{
	uint32_t ids[TOWERD_OID_MAX];
	size_t len = strlen(id);
	if (model->unclaimed != NULL && len <= UNCLAIMED_ID_MAX)
		site_free(skip_remove(
		    model->unclaimed->sites, &(struct text_key){ ids, text_key_of(id, len, ids) }));
}

void
unclaimed_free(struct model *model)
{
	if (model->unclaimed == NULL)
		return;
	struct skip *sites = model->unclaimed->sites;
	for (struct unclaimed_site *site; (site = skip_first(sites)) != NULL;)
		unclaimed_forget(model, site->id);
	skip_free(sites);
	free(model->unclaimed);
}
