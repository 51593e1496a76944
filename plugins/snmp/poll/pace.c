/* SPDX-License-Identifier: ISC */
/* A device's interval by the state of its site and of its link. */
#include "plugins/snmp/poll/pace.h"

#define DAY_MS INT64_C(86400000)

void
pace_set(struct pace *pace, bool is_on_battery, bool is_verifying, int64_t bytes_a_day, int64_t now_ms,
    uint64_t octets)
{
	pace->is_on_battery = is_on_battery;
	pace->is_verifying = is_verifying;
	if (pace->bytes_a_day == 0) { /* a budget that changes changes today's, too */
		pace->day_ms = now_ms;
		pace->day_octets = pace->round_octets = octets;
		pace->octets_a_round = 0;
	}
	pace->bytes_a_day = bytes_a_day;
}

/* What is left of the day, shared out evenly among the rounds that it pays for; with nothing left, the next day. */
static int64_t
affordable_ms(struct pace *pace, int64_t now_ms, uint64_t octets)
{
	uint64_t cost = octets - pace->round_octets;

	while (now_ms - pace->day_ms >= DAY_MS) {
		pace->day_ms += DAY_MS;
		pace->day_octets = pace->round_octets;
	}
	if (cost > UINT32_MAX)
		cost = UINT32_MAX;
	pace->octets_a_round = pace->octets_a_round == 0
	    ? (uint32_t)cost
	    : (uint32_t)((pace->octets_a_round * UINT64_C(3) + cost) / 4);
	pace->round_octets = octets;
	int64_t left_ms = pace->day_ms + DAY_MS - now_ms;
	int64_t left = pace->bytes_a_day - (int64_t)(octets - pace->day_octets);
	if (left < (int64_t)pace->octets_a_round)
		return left_ms;
	/* Rounded up: a millisecond too few each time would be a round too many in the end. */
	return (left_ms * pace->octets_a_round + left - 1) / left;
}

int64_t
pace_interval(
    struct pace *pace, const struct snmp_config *config, int64_t interval_ms, int64_t now_ms, uint64_t octets)
{
	pace->is_short = false;
	if (pace->is_verifying)
		interval_ms = interval_ms < config->verify_ms ? interval_ms : config->verify_ms;
	else if (pace->is_on_battery)
		interval_ms *= config->battery_factor;
	if (pace->bytes_a_day == 0)
		return interval_ms;
	int64_t least_ms = affordable_ms(pace, now_ms, octets);
	pace->is_short = least_ms > interval_ms;
	return pace->is_short ? least_ms : interval_ms;
}

int64_t
pace_stretch(int64_t own_ms, int64_t interval_ms, int64_t paced_ms)
{
	if (own_ms == 0)
		return paced_ms;
	return paced_ms > interval_ms ? own_ms * paced_ms / interval_ms : own_ms;
}
