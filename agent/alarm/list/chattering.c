/* SPDX-License-Identifier: ISC */
/*
 * Alarms that come and go (merit/chatter.h): while one chatters it is held as raised: whoever does not hold it is told of it once, and of a worse
 * severity; neither its clears nor its raises are told until it has been steady, and then it is told as it is. Nothing is hidden without a
 * record: "alarm.chatter" says when it began, and each such alarm is proposed for a shelf (towerdShelfProposalTable). Safety types are never held.
 */
#include <errno.h>
#include <stdlib.h>

#include "agent/alarm/list/inside.h"

void
chattering_forget(struct alarms *alarms, struct entry *e)
{
	struct proposal *p = e->proposal;

	if (p == NULL)
		return;
	e->proposal = NULL;
	deadline_clear(alarms->steadies, &p->steady);
	order_remove(alarms->proposals, alarm_number_key(e->alarm.number));
	free(p);
}

/* From here on until it is steady. Without memory it is told as any other. */
static void
chattering_begin(struct alarms *alarms, struct entry *e)
{
	struct proposal *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return;
	p->entry = e;
	p->since_ms = loop_utc_ms(alarms->loop);
	if (order_insert(alarms->proposals, alarm_number_key(e->alarm.number), e->alarm.resource, p) < 0) {
		free(p);
		return;
	}
	for (unsigned i = 1; i < alarms->chatter.raises; i++) /* those that made it one */
		chatter_hour_count(&p->hour, loop_now_ms(alarms->loop));
	e->proposal = p;
}

static void
steady_due(void *arg, struct deadline *deadline)
{
	struct alarms *alarms = arg;
	struct entry *e = LINKED(deadline, struct proposal, steady)->entry;

	(void)chatter_settle(&e->chatter, &alarms->chatter, loop_now_ms(alarms->loop));
	chattering_forget(alarms, e);
	entry_rejudge(alarms, e);
}

static void
chattering_raised(struct alarms *alarms, struct entry *e, int64_t now_ms)
{
	const struct chatter_settings *settings = &alarms->chatter;

	(void)chatter_settle(&e->chatter, settings, now_ms); /* of what is not held nobody says so in time */
	if (chatter_raised(&e->chatter, settings, now_ms)) {
		merit_chattered(alarms->merit);
		if (!e->alarm.type->is_safety)
			chattering_begin(alarms, e);
	}
	if (e->proposal != NULL)
		chatter_hour_count(&e->proposal->hour, now_ms);
}

bool
chattering_step(struct alarms *alarms, struct entry *e, enum towerd_alarm_event event)
{
	const struct chatter_settings *settings = &alarms->chatter;
	int64_t now_ms = loop_now_ms(alarms->loop);
	bool is_fleeting = false;

	if (event == TOWERD_ALARM_CHANGED)
		return false;
	if (event == TOWERD_ALARM_RAISED)
		chattering_raised(alarms, e, now_ms);
	else
		is_fleeting = chatter_cleared(&e->chatter, settings, now_ms);
	if (e->proposal != NULL &&
	    deadline_set(alarms->steadies, &e->proposal->steady, chatter_steady_ms(&e->chatter, settings)) <
		0)
		chattering_forget(alarms, e); /* better told than held for ever */
	return is_fleeting;
}

/* After its raise was journalled, the record of what is done with it from now on; once. */
void
chattering_note(struct alarms *alarms, struct entry *e)
{
	if (e->proposal == NULL || e->proposal->is_noted)
		return;
	e->proposal->is_noted = true;
	(void)announce_note(alarms, e, "alarm.chatter");
}

int
chattering_new(struct alarms *alarms)
{
	const struct alarm_settings *settings = &alarms->settings;

	alarms->chatter = chatter_defaults;
	if (settings->chatter_raises != 0)
		alarms->chatter.raises = settings->chatter_raises;
	if (settings->chatter_window_ms != 0)
		alarms->chatter.window_ms = settings->chatter_window_ms;
	if (settings->steady_ms != 0)
		alarms->chatter.steady_ms = settings->steady_ms;
	alarms->steadies = deadlines_new(alarms->loop, &alarms->owner, steady_due, alarms);
	alarms->proposals = order_new(alarms->scopes);
	return alarms->steadies != NULL && alarms->proposals != NULL ? 0 : -ENOMEM;
}

void
chattering_free(struct alarms *alarms)
{
	deadlines_free(alarms->steadies);
	order_free(alarms->proposals);
}
