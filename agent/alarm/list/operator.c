/* SPDX-License-Identifier: ISC */
/*
 * An operator's word (RFC 8632, set-operator-state): a promise, so it holds only when it is durable. What happens to the alarm between the
 * request and the commit is written on top, in the order of its own transactions.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/text.h"

struct operation {
	struct alarms *alarms; /* NULL: gone meanwhile */
	LIST_ENTRY(operation) next;
	uint64_t alarm;
	enum operator_state state;
	uint8_t severity; /* that it was said of */
	uint32_t raises;
	int64_t at_ms;
	char actor[128], note[ALARM_TEXT_MAX + 1];
	model_done_fn *done;
	void *arg;
};

/* A worse severity or another raise since then: nobody has said anything of that. */
static bool
is_still_meant(const struct entry *e, const struct operation *o)
{
	return o->state == OPERATOR_NONE || e->alarm.severity == TOWERD_CLEARED ||
	    (e->alarm.severity <= o->severity && e->alarm.raises == o->raises);
}

static void
operation_apply(struct alarms *alarms, struct entry *e, const struct operation *o)
{
	struct alarm *a = &e->alarm;

	operation_add(alarms, e, o->at_ms, o->state, o->actor, o->note);
	if (is_still_meant(e, o)) {
		entry_set_operator(alarms, e, o->state, o->actor, o->note, o->at_ms);
		step_add(alarms, e,
		    &(struct step){ .time_ms = o->at_ms,
			.kind = STEP_OPERATOR,
			.detail = (uint8_t)o->state,
			.name = o->actor });
		chatter_acted(&e->chatter);
		if (alarms->on_operated != NULL)
			alarms->on_operated(alarms, e);
	}
	alarm_row_write(alarms, e);
	if (a->type->is_event && a->severity > TOWERD_CLEARED && o->state != OPERATOR_NONE)
		(void)entry_clear_now(alarms, e, o->state == OPERATOR_ACK ? "acknowledged" : "closed");
}

static void
on_durable(void *arg, int rc, bool final)
{
	struct operation *o = arg;
	struct alarms *alarms = o->alarms;

	if (alarms != NULL)
		LIST_REMOVE(o, next);
	struct entry *e = alarms != NULL ? entry_at(alarms, o->alarm) : NULL;
	if (rc == 0 && e != NULL)
		operation_apply(alarms, e, o);
	if (o->done != NULL)
		o->done(o->arg, rc);
	free(o);
	(void) final; /* a promise is told once */
}

int
alarm_set_operator_state(struct alarms *alarms, uint64_t number, enum operator_state state, const char *actor,
    const char *text, model_done_fn *done, void *arg)
{
	struct entry *e = entry_at(alarms, number);

	if (e == NULL)
		return -ENOENT;
	if (actor == NULL || actor[0] == '\0' || state < OPERATOR_NONE || state > OPERATOR_CLOSED)
		return -EINVAL;
	struct operation *o = calloc(1, sizeof(*o));
	if (o == NULL)
		return -ENOMEM;
	*o = (struct operation){ .alarms = alarms,
		.alarm = number,
		.state = state,
		.severity = e->alarm.severity,
		.raises = e->alarm.raises,
		.at_ms = loop_utc_ms(alarms->loop),
		.done = done,
		.arg = arg };
	text_clean(o->actor, sizeof(o->actor), actor);
	text_clean(o->note, sizeof(o->note), text != NULL ? text : "");
	int rc = announce_operation(alarms, e, state, o->actor, o->note, on_durable, o);
	if (rc < 0) {
		free(o);
		return rc;
	}
	LIST_INSERT_HEAD(&alarms->operations, o, next);
	return 0;
}

void
operations_forget(struct alarms *alarms)
{
	struct operation *o;

	while ((o = LIST_FIRST(&alarms->operations)) != NULL) {
		LIST_REMOVE(o, next);
		o->alarms = NULL;
	}
}
