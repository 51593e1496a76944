/* SPDX-License-Identifier: ISC */
/* The steps of an alarm from observation to announcement, in words. */
#include <inttypes.h>
#include <stdio.h>

#include <towerd/time.h>

#include "agent/alarm/list/inside.h"

const char *const step_names[] = { "raised", "changed", "cleared", "stand", "told", "queued", "operator",
	NULL };

static const char *const stand_words[] = {
	[STAND_FREE] = "may be told",
	[STAND_SHELVED] = "is on a shelf: not told",
	[STAND_MAINTENANCE] = "is in a maintenance window: not told",
	[STAND_CONTROLLED] = "is under repair, its reporting is controlled: not told",
	[STAND_CONSEQUENCE] = "is a consequence: its cause is told instead",
	[STAND_WAITING] = "waits for the verdict on what could have caused it",
	[STAND_UNCONFIRMED] = "waits for a reading that confirms the notification",
	[STAND_CHATTERING] = "comes and goes: held as raised until it is steady",
};

/* "of alarm 12, NIN-HUB-1: …"; what lies outside the reader's scope is not named. */
static void
cause_format(const struct alarms *alarms, uint64_t number, const struct scope *scope, char *out, size_t size)
{
	const struct entry *cause = entry_at(alarms, number);

	if (cause == NULL)
		snprintf(out, size, " (alarm %" PRIu64 ")", number);
	else if (!scope_has_entity(scope, cause->alarm.resource))
		snprintf(out, size, " (an alarm outside your areas)");
	else
		snprintf(out, size, " (alarm %" PRIu64 ", %s%s%s: %s)", number, cause->site_id,
		    cause->site_id[0] != '\0' && cause->slot[0] != '\0' ? "/" : "", cause->slot,
		    cause->alarm.text);
}

char *
step_format(
    const struct alarms *alarms, const struct step *s, const struct scope *scope, char *out, size_t size)
{
	const char *name = s->name != NULL ? s->name : "";
	char more[ALARM_TEXT_MAX + 128] = "", until[TOWERD_TIME_TEXT];

	switch ((enum step_kind)s->kind) {
	case STEP_NONE:
		out[0] = '\0';
		break;
	case STEP_RAISED:
		snprintf(out, size, "raised: %s", alarm_severity_names[s->detail]);
		break;
	case STEP_CHANGED:
		snprintf(out, size, "changed: %s", alarm_severity_names[s->detail]);
		break;
	case STEP_CLEARED:
		snprintf(out, size, "cleared");
		break;
	case STEP_STAND:
		if (s->number != 0)
			cause_format(alarms, s->number, scope, more, sizeof(more));
		else if (name[0] != '\0')
			snprintf(more, sizeof(more), " (%s; until %s)", name,
			    towerd_time_format(s->until_ms, until));
		snprintf(out, size, "%s%s", stand_words[s->detail], more);
		break;
	case STEP_TOLD:
		snprintf(out, size, "told: %s was given %s by record %" PRIu64, name,
		    alarm_severity_names[s->detail], s->number);
		break;
	case STEP_QUEUED:
		snprintf(out, size,
		    "waits in the queue of %s: its budget is spent, or its listener is behind", name);
		break;
	case STEP_OPERATOR:
		snprintf(out, size, "operator: %s", operator_state_names[s->detail]);
		break;
	}
	return out;
}
