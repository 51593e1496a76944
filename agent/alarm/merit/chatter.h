/* SPDX-License-Identifier: ISC */
/*
 * Chatter (EEMUA 191, ISA-18.2): an alarm that is raised again and again within a short time tells people nothing. State of one alarm, a few
 * octets inside its entry. Who holds the entry decides what to do; nothing is hidden here.
 *
 * Chattering: raised `raises` times within `window_ms`; it ends when the alarm was neither raised nor cleared for `steady_ms`.
 * Fleeting: raised and cleared within `fleeting_ms`, and nobody acted on it meanwhile.
 */
#ifndef AGENT_ALARM_MERIT_CHATTER_H
#define AGENT_ALARM_MERIT_CHATTER_H

#include <stdbool.h>
#include <stdint.h>

#define CHATTER_RAISES_MAX 5

struct chatter_settings {
	unsigned raises; /* 2 to CHATTER_RAISES_MAX */
	int64_t window_ms, steady_ms, fleeting_ms;
};
/* 3 within a minute; steady after 10 minutes; fleeting under 10 s. */
extern const struct chatter_settings chatter_defaults;

struct chatter {
	int64_t raised_ms;  /* the newest raise, monotonic */
	int64_t changed_ms; /* the newest raise or clear, monotonic */
	/* How long before raised_ms the earlier raises were, newest first; UINT32_MAX: longer, or never. */
	uint32_t before_ms[CHATTER_RAISES_MAX - 1];
	bool is_chattering, was_acted_on, is_known; /* is_known: it was raised before */
};

/* Tells of a raise. True: from now on it chatters. */
bool chatter_raised(struct chatter *chatter, const struct chatter_settings *settings, int64_t now_ms);
/* Tells of a clear. True: it was fleeting. */
bool chatter_cleared(struct chatter *chatter, const struct chatter_settings *settings, int64_t now_ms);
/* Somebody acknowledged it, or works on it: this raise is not fleeting, however short. */
void chatter_acted(struct chatter *chatter);
/* While it chatters: when it will have been steady for long enough, unless something happens. */
int64_t chatter_steady_ms(const struct chatter *chatter, const struct chatter_settings *settings);
/* Ends the chatter when it has been steady by now; true: it ended. What came before is forgotten. */
bool chatter_settle(struct chatter *chatter, const struct chatter_settings *settings, int64_t now_ms);

/* How often in the last hour, by minutes: up to one minute of the oldest end may be left out. */
struct chatter_hour {
	int64_t minute; /* the newest */
	uint16_t minutes[60];
};
void chatter_hour_count(struct chatter_hour *hour, int64_t now_ms);
uint32_t chatter_hour_sum(const struct chatter_hour *hour, int64_t now_ms);

#endif
