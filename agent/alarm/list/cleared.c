/* SPDX-License-Identifier: ISC */
/* Alarms cleared since the start: a ring of alarmClearMaximum; the one cleared first goes first (RFC 3877, alarmClearTable). */
#include <errno.h>
#include <stdlib.h>

#include "agent/alarm/list/inside.h"

static void
cleared_drop_first(struct alarms *alarms)
{
	struct cleared *c = TAILQ_FIRST(&alarms->cleared);

	TAILQ_REMOVE(&alarms->cleared, c, next);
	order_remove(alarms->cleared_order, c->key);
	alarms->cleared_count--;
	free(c);
}

int
cleared_add(struct alarms *alarms, const struct entry *e)
{
	struct cleared *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -ENOMEM;
	c->index = e->alarm.active_index;
	c->resource = e->alarm.resource;
	c->site = e->alarm.site;
	c->model = e->alarm.model;
	c->severity = e->alarm.previous;
	c->cleared_ms = e->event_ms;
	c->key = alarm_time_key(c->cleared_ms, c->index);
	while (alarms->cleared_count >= alarms->settings.clear_keep)
		cleared_drop_first(alarms);
	int rc = order_insert(alarms->cleared_order, c->key, c->resource, c);
	if (rc < 0) {
		free(c);
		return rc;
	}
	TAILQ_INSERT_TAIL(&alarms->cleared, c, next);
	alarms->cleared_count++;
	return 0;
}

void
cleared_free(struct alarms *alarms)
{
	while (alarms->cleared_count > 0)
		cleared_drop_first(alarms);
}
