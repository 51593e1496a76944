/* SPDX-License-Identifier: ISC */
/*
 * Faults that end by themselves: raised by what nothing takes back, such as a trap without a clearing one. Each telling starts the time
 * anew, and so does a restart of the agent, which heard nothing while it was down.
 */
#include <errno.h>

#include "agent/alarm/list/inside.h"

static void
expired(void *arg, struct deadline *deadline)
{
	(void)entry_clear_now(
	    arg, LINKED(deadline, struct entry, expiry), "nothing has confirmed it for as long as it holds");
}

int
expiry_new(struct alarms *alarms)
{
	alarms->expiries = deadlines_new(alarms->loop, &alarms->owner, expired, alarms);
	return alarms->expiries != NULL ? 0 : -ENOMEM;
}

void
expiry_free(struct alarms *alarms)
{
	deadlines_free(alarms->expiries);
}

void
expiry_forget(struct alarms *alarms, struct entry *e)
{
	deadline_clear(alarms->expiries, &e->expiry);
}

void
expiry_start(struct alarms *alarms, struct entry *e)
{
	expiry_forget(alarms, e);
	if (e->expires_ms != 0 &&
	    deadline_set(alarms->expiries, &e->expiry, loop_now_ms(alarms->loop) + e->expires_ms) < 0)
		alarms->stats.overflow++;
}
