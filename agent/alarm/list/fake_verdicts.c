/* SPDX-License-Identifier: ISC */
#include "agent/alarm/list/fake_verdicts.h"

#include <errno.h>

#include "agent/alarm/list/correlate.h"

static struct fake_verdict (*verdict_find)(void *arg, const struct entry *entry);
static void *verdict_arg;

void
fake_verdicts_from(struct fake_verdict (*find)(void *arg, const struct entry *entry), void *arg)
{
	verdict_find = find;
	verdict_arg = arg;
}

enum cause_verdict
correlate(struct alarms *alarms, struct entry *e)
{
	struct fake_verdict verdict = verdict_find(verdict_arg, e);
	struct entry *before = e->cause;

	if (verdict.cause == NULL && before != NULL && before->is_ending)
		return CAUSE_FOUND;
	entry_set_cause(alarms, e, verdict.cause);
	if (before != NULL && before != verdict.cause)
		entry_effect_left(alarms, before);
	if (verdict.cause != NULL)
		return CAUSE_FOUND;
	return verdict.may_come && !entry_is_told(e) ? CAUSE_WAIT : CAUSE_NONE;
}

enum alarm_stand
silenced_stand(struct alarms *alarms, struct entry *e)
{
	(void)alarms;
	return verdict_find(verdict_arg, e).is_silenced ? STAND_SHELVED : STAND_FREE;
}

/* After the load all are judged, as silenced.c does it. */
void
silenced_start(struct alarms *alarms)
{
	struct order_key at = { 0, 0 };
	struct entry *e;

	while ((e = order_seek(alarms->by_number, scopes_all(alarms->scopes), at, false, &at)) != NULL)
		entry_rejudge(alarms, e);
}

int
silenced_new(struct alarms *alarms)
{
	static const struct silence_settings settings = { 0 };

	alarms->silences =
	    silences_new(alarms->loop, alarms->store, alarms->scopes, alarms->model, &settings);
	return alarms->silences != NULL ? 0 : -ENOMEM;
}

/* Nobody asks for the rest here. */

void
silenced_release(struct alarms *alarms, struct entry *e)
{
	(void)alarms;
	(void)e;
}

void
silenced_heard(struct alarms *alarms, const struct entry *e)
{
	(void)alarms;
	(void)e;
}

struct silences *
alarms_silences(struct alarms *alarms)
{
	return alarms->silences;
}

int
correlation_new(struct alarms *alarms)
{
	(void)alarms;
	return 0;
}

void
correlation_free(struct alarms *alarms)
{
	(void)alarms;
}

void
correlate_site(struct alarms *alarms, const struct site *site)
{
	(void)alarms;
	(void)site;
}

void
correlate_site_removed(struct alarms *alarms, const struct site *site)
{
	(void)alarms;
	(void)site;
}

void
correlate_silent(struct alarms *alarms, const struct site *site, int64_t since_ms)
{
	(void)alarms;
	(void)site;
	(void)since_ms;
}

void
correlate_answers(struct alarms *alarms, const struct site *site)
{
	(void)alarms;
	(void)site;
}

void
correlate_note(struct alarms *alarms, const struct entry *e)
{
	(void)alarms;
	(void)e;
}

void
correlate_spread(struct alarms *alarms, const struct entry *e)
{
	(void)alarms;
	(void)e;
}

void
correlate_later(struct alarms *alarms, uint32_t number)
{
	(void)alarms;
	(void)number;
}

void
correlate_load(struct alarms *alarms)
{
	(void)alarms;
}

void
correlate_ask_effects(struct alarms *alarms, const struct entry *e)
{
	(void)alarms;
	(void)e;
}

struct supply *
correlation_supply(const struct alarms *alarms)
{
	(void)alarms;
	return NULL;
}

bool
correlation_infers(const struct alarms *alarms, uint32_t hub)
{
	(void)alarms;
	(void)hub;
	return false;
}

uint32_t
correlation_dependents(const struct alarms *alarms, uint32_t hub)
{
	(void)alarms;
	(void)hub;
	return 0;
}

/* Nothing chatters, and nobody counts. */

int
chattering_new(struct alarms *alarms)
{
	(void)alarms;
	return 0;
}

void
chattering_free(struct alarms *alarms)
{
	(void)alarms;
}

bool
chattering_step(struct alarms *alarms, struct entry *e, enum towerd_alarm_event event)
{
	(void)alarms;
	(void)e;
	(void)event;
	return false;
}

void
chattering_note(struct alarms *alarms, struct entry *e)
{
	(void)alarms;
	(void)e;
}

void
chattering_forget(struct alarms *alarms, struct entry *e)
{
	(void)alarms;
	(void)e;
}

int
figures_new(struct alarms *alarms)
{
	(void)alarms;
	return 0;
}

int
figures_load(struct alarms *alarms)
{
	(void)alarms;
	return 0;
}

void
figures_stop(struct alarms *alarms)
{
	(void)alarms;
}

void
figures_free(struct alarms *alarms)
{
	(void)alarms;
}

void
figures_step(struct alarms *alarms, struct entry *e, enum towerd_alarm_event event)
{
	(void)alarms;
	(void)e;
	(void)event;
}

void
figures_stand(struct alarms *alarms, struct entry *e)
{
	(void)alarms;
	(void)e;
}

void
figures_told(struct alarms *alarms, const struct entry *e, unsigned audience)
{
	(void)alarms;
	(void)e;
	(void)audience;
}

void
figures_audience(struct alarms *alarms, unsigned audience, bool is_open)
{
	(void)alarms;
	(void)audience;
	(void)is_open;
}
