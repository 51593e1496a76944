/* SPDX-License-Identifier: ISC */
/* What the list asks of its neighbours, in place of correlate.h's and silenced.c's: the causes and the silences that a test says there are. */
#ifndef AGENT_ALARM_LIST_FAKE_VERDICTS_H
#define AGENT_ALARM_LIST_FAKE_VERDICTS_H

#include "agent/alarm/list/inside.h"

struct fake_verdict {
	struct entry *cause; /* an active one, by the facts; NULL: none */
	bool may_come;       /* it may still */
	bool is_silenced;
};

void fake_verdicts_from(struct fake_verdict (*find)(void *arg, const struct entry *entry), void *arg);

#endif
