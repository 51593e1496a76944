/* SPDX-License-Identifier: ISC */
/*
 * Acknowledgement: a promise to the operator, so it holds only when it is durable. What happens to the alarm between the request and the
 * commit is written on top, in the order of its own transactions.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/text.h"

struct acknowledgement {
	struct alarms *alarms; /* NULL: gone meanwhile */
	LIST_ENTRY(acknowledgement) next;
	uint64_t alarm;
	uint8_t severity; /* that was acknowledged */
	int64_t at_ms;
	char *actor;
	model_done_fn *done;
	void *arg;
};

static void
on_durable(void *arg, int rc, bool final)
{
	struct acknowledgement *k = arg;
	struct alarms *alarms = k->alarms;

	if (alarms != NULL)
		LIST_REMOVE(k, next);
	struct entry *e = alarms != NULL ? order_get(alarms->by_number, alarm_number_key(k->alarm)) : NULL;
	/* A worse severity since then: nobody has acknowledged that. */
	if (rc == 0 && e != NULL && e->alarm.type->is_event)
		(void)entry_clear_now(alarms, e, "acknowledged");
	else if (rc == 0 && e != NULL && e->alarm.severity <= k->severity) {
		free((char *)e->alarm.acked_by);
		e->alarm.acked_by = k->actor;
		e->alarm.acked_ms = k->at_ms;
		k->actor = NULL;
		alarm_row_write(alarms, e);
		alarm_identity_acknowledged(alarms, e);
	}
	if (k->done != NULL)
		k->done(k->arg, rc);
	free(k->actor);
	free(k);
	(void) final; /* a promise is told once */
}

int
alarm_acknowledge(struct alarms *alarms, uint64_t number, const char *actor, const char *text,
    model_done_fn *done, void *arg)
{
	struct entry *e = order_get(alarms->by_number, alarm_number_key(number));
	char who[128], note[ALARM_TEXT_MAX + 1];

	if (e == NULL || e->alarm.number != number)
		return -ENOENT;
	if (actor == NULL || actor[0] == '\0')
		return -EINVAL;
	text_clean(who, sizeof(who), actor);
	text_clean(note, sizeof(note), text != NULL ? text : "");
	struct acknowledgement *k = calloc(1, sizeof(*k));
	if (k == NULL || (k->actor = strdup(who)) == NULL) {
		free(k);
		return -ENOMEM;
	}
	*k = (struct acknowledgement){ .alarms = alarms,
		.alarm = number,
		.severity = e->alarm.severity,
		.at_ms = loop_utc_ms(alarms->loop),
		.actor = k->actor,
		.done = done,
		.arg = arg };
	int rc = announce_acknowledgement(alarms, e, who, note, on_durable, k);
	if (rc < 0) {
		free(k->actor);
		free(k);
		return rc;
	}
	LIST_INSERT_HEAD(&alarms->acknowledgements, k, next);
	return 0;
}

void
acknowledgements_forget(struct alarms *alarms)
{
	struct acknowledgement *k;

	while ((k = LIST_FIRST(&alarms->acknowledgements)) != NULL) {
		LIST_REMOVE(k, next);
		k->alarms = NULL;
	}
}
