/* SPDX-License-Identifier: ISC */
/*
 * Faults that end by themselves: raised by what nothing takes back, such as a trap without a clearing one. Each telling starts the time
 * anew, and so does a restart of the agent, which heard nothing while it was down.
 */
#include <errno.h>

#include "agent/alarm/list/inside.h"

static struct order_key
due_key(const struct entry *e)
{
	return (struct order_key){ .hi = (uint64_t)e->due_ms, .lo = e->alarm.number };
}

static struct entry *
first(struct alarms *alarms)
{
	struct order_key at = { 0, 0 };
	return order_seek(alarms->expiring, scopes_all(alarms->scopes), at, true, &at);
}

static void
clear_due(void *arg)
{
	struct alarms *alarms = arg;
	struct entry *e;

	while ((e = first(alarms)) != NULL) {
		int64_t left_ms = e->due_ms - loop_now_ms(alarms->loop);
		if (left_ms > 0) {
			loop_timer_start(alarms->expiry_timer, left_ms);
			return;
		}
		(void)entry_clear_now(alarms, e, "nothing has confirmed it for as long as it holds");
	}
}

int
expiry_new(struct alarms *alarms)
{
	alarms->expiring = order_new(alarms->scopes);
	alarms->expiry_timer = loop_timer_new(alarms->loop, &alarms->owner, clear_due, alarms);
	return alarms->expiring != NULL && alarms->expiry_timer != NULL ? 0 : -ENOMEM;
}

void
expiry_free(struct alarms *alarms)
{
	loop_timer_free(alarms->expiry_timer);
	order_free(alarms->expiring);
}

void
expiry_forget(struct alarms *alarms, struct entry *e)
{
	if (e->due_ms != 0)
		order_remove(alarms->expiring, due_key(e));
	e->due_ms = 0;
}

void
expiry_start(struct alarms *alarms, struct entry *e)
{
	expiry_forget(alarms, e);
	if (e->expires_ms == 0)
		return;
	e->due_ms = loop_now_ms(alarms->loop) + e->expires_ms;
	if (order_insert(alarms->expiring, due_key(e), e->alarm.resource, e) < 0) {
		e->due_ms = 0;
		alarms->stats.overflow++;
	}
	/* The timer may ring for one that was told again since: it then waits for the next. */
	if (!loop_timer_is_running(alarms->expiry_timer) || first(alarms) == e)
		clear_due(alarms);
}
