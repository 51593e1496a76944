/* SPDX-License-Identifier: ISC */
/* Doubts about the list: see doubt.h. Those of drivers and of a restored backup stand in the list itself too, as agent/list-unreliable. */
#include "agent/alarm/list/doubt.h"

#include <stdio.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

#define COMPLETE  "the list is complete: read it again"
#define OPEN_TEXT "the list is right again as far as %s goes: read it again; still in doubt:"

struct doubt *
doubt_of(struct alarms *alarms, const char *source)
{
	for (unsigned i = 0; i < alarms->doubt_count; i++)
		if (strcmp(alarms->doubts[i].source, source) == 0)
			return &alarms->doubts[i];
	const char *kept = alarms->doubt_count == DOUBTS_MAX ? NULL : intern_take(alarms->texts, source);
	if (kept == NULL)
		return NULL;
	struct doubt *doubt = &alarms->doubts[alarms->doubt_count++];
	doubt->source = kept;
	doubt->reason = intern_take(alarms->texts, "");
	doubt->said = intern_take(alarms->texts, "");
	return doubt;
}

static unsigned
open_count(const struct alarms *alarms)
{
	unsigned count = 0;

	for (unsigned i = 0; i < alarms->doubt_count; i++)
		count += alarms->doubts[i].is_open;
	return count;
}

/* One alarm for one cause: that the agent has started is an event of its own, and a disk that fails is agent/storage. */
static bool
is_listed(const struct doubt *doubt)
{
	return strcmp(doubt->source, "start") != 0 && strcmp(doubt->source, "store") != 0;
}

void
doubt_open(struct alarms *alarms, struct doubt *doubt, const char *reason)
{
	const char *kept = intern_take(alarms->texts, reason);

	if (kept != NULL) {
		intern_drop(alarms->texts, doubt->reason);
		doubt->reason = kept;
	}
	if (doubt->is_open)
		return;
	doubt->is_open = true;
	doubt->since_ms = loop_utc_ms(alarms->loop);
	if (announce_list(alarms, false, doubt->source, reason, open_count(alarms)) < 0)
		alarms->stats.unwritten++;
	if (is_listed(doubt))
		(void)alarm_raise(
		    alarms, ENTITY_AGENT_NUMBER, "agent/list-unreliable", doubt->source, 0, reason, 0);
}

/* "…; still in doubt: mqtt, store". */
static void
rest_text(const struct alarms *alarms, const struct doubt *ended, char *out, size_t size)
{
	size_t at = (size_t)snprintf(out, size, OPEN_TEXT, ended->source);

	for (unsigned i = 0; i < alarms->doubt_count && at < size; i++)
		if (alarms->doubts[i].is_open && &alarms->doubts[i] != ended)
			at += (size_t)snprintf(out + at, size - at, " %s", alarms->doubts[i].source);
}

int
doubt_end(struct alarms *alarms, struct doubt *doubt)
{
	char text[ALARM_TEXT_MAX + 1];

	if (!doubt->is_open)
		return 0;
	unsigned rest = open_count(alarms) - 1;
	if (rest > 0)
		rest_text(alarms, doubt, text, sizeof(text));
	int rc = announce_list(alarms, true, doubt->source, rest > 0 ? text : COMPLETE, rest);
	if (rc < 0)
		return rc;
	doubt->is_open = false;
	if (is_listed(doubt))
		(void)alarm_clear(alarms, ENTITY_AGENT_NUMBER, "agent/list-unreliable", doubt->source,
		    "the list is right again", 0);
	return 0;
}

int
doubts_none(struct alarms *alarms)
{
	return announce_list(alarms, true, "start", COMPLETE, 0);
}

bool
alarms_doubt_at(const struct alarms *alarms, unsigned i, struct alarm_doubt *out)
{
	for (unsigned d = 0; d < alarms->doubt_count; d++) {
		const struct doubt *doubt = &alarms->doubts[d];
		if (!doubt->is_open || i-- > 0)
			continue;
		*out = (struct alarm_doubt){ d + 1, doubt->source, doubt->reason, doubt->since_ms,
			doubt->devices };
		return true;
	}
	return false;
}
