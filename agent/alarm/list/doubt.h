/* SPDX-License-Identifier: ISC */
/*
 * Doubts: why the list of active alarms may be wrong, each by itself: opened by whoever learns of it, ended by whoever has set it right. The first
 * is told as list.unreliable, the end of each as list.rebuilt, which says whether others remain. Their words reach listeners of every
 * area, so they name no site and count none.
 */
#ifndef AGENT_ALARM_LIST_DOUBT_H
#define AGENT_ALARM_LIST_DOUBT_H

#include "agent/alarm/list/deadline.h"

#define DOUBTS_MAX 32 /* sources: drivers, and a few of the agent's own */

struct alarms;

struct doubt {
	const char *source; /* "store", "start", "backup", the driver's name; interned */
	const char *reason; /* interned */
	int64_t since_ms;   /* UTC */
	bool is_open;       /* told as such */
	uint32_t devices;   /* detect/doubt.c: whose alarms it concerns */
	const char *said;   /* why, in their driver's words; interned */
	bool is_mixed;      /* it gives several reasons */
	bool is_bounded;    /* ends when it is due, whoever was not heard by then */
	struct deadline due;
};

struct doubt *doubt_of(struct alarms *alarms, const char *source); /* found or made; NULL: too many */
void doubt_open(struct alarms *alarms, struct doubt *doubt, const char *reason);
/* 0; negative: the store did not take the record, and it is open still. */
int doubt_end(struct alarms *alarms, struct doubt *doubt);
/* The list as it is after a start that nobody doubts. */
int doubts_none(struct alarms *alarms);

#endif
