/* SPDX-License-Identifier: ISC */
/*
 * sysUpTime counts hundredths in 32 bits. It goes back when the device restarts, and every 497 days. A device that restarted while nobody
 * looked may be further than it was and is still behind our clock; but some agents' uptime is no clock at all (it stands still, or creeps): one that
 * is behind twice in a row is believed no more than that it goes back.
 */
#include "plugins/snmp/poll/uptime.h"

#define SLACK_MS \
	10000 /* and a twentieth of the time that passed: agents count badly, and answers may be repeats of late ones */

bool
uptime_read(struct uptime *uptime, uint32_t ticks, int64_t now_ms)
{
	const struct uptime before = *uptime;
	int64_t passed_ms = now_ms - before.at_ms, slack_ms = SLACK_MS + passed_ms / 20;
	uint32_t advance = ticks - before.ticks; /* over the wrap, too */
	bool is_behind = (int64_t)advance * 10 < passed_ms - slack_ms,
	     is_ahead = (int64_t)advance * 10 > passed_ms + slack_ms;

	uptime->at_ms = now_ms;
	uptime->ticks = ticks;
	if (before.at_ms == 0)
		return false;
	if (passed_ms > slack_ms) /* else it cannot be told */
		uptime->was_slow = is_behind;
	uptime->is_no_clock |= is_behind && before.was_slow;
	if (ticks < before.ticks)
		return is_ahead || is_behind; /* else it wrapped: just when it had to */
	return is_behind && !before.is_no_clock && !before.was_slow;
}
