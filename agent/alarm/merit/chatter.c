/* SPDX-License-Identifier: ISC */
/* Whether one alarm chatters or is fleeting. */
#include "agent/alarm/merit/chatter.h"

const struct chatter_settings chatter_defaults = {
	.raises = 3, .window_ms = 60 * 1000, .steady_ms = 10 * 60 * 1000, .fleeting_ms = 10 * 1000
};

static uint32_t
later(uint32_t before_ms, int64_t by_ms)
{
	int64_t sum = (int64_t)before_ms + by_ms;

	return before_ms == UINT32_MAX || sum >= UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

bool
chatter_raised(struct chatter *c, const struct chatter_settings *settings, int64_t now_ms)
{
	const unsigned kept = sizeof(c->before_ms) / sizeof(c->before_ms[0]);
	int64_t passed = now_ms - c->raised_ms;

	for (unsigned i = kept - 1; i > 0; i--)
		c->before_ms[i] = c->is_known ? later(c->before_ms[i - 1], passed) : UINT32_MAX;
	c->before_ms[0] = c->is_known ? later(0, passed) : UINT32_MAX;
	c->raised_ms = c->changed_ms = now_ms;
	c->is_known = true;
	c->was_acted_on = false;
	if (c->is_chattering || c->before_ms[settings->raises - 2] > settings->window_ms)
		return false;
	c->is_chattering = true;
	return true;
}

bool
chatter_cleared(struct chatter *c, const struct chatter_settings *settings, int64_t now_ms)
{
	c->changed_ms = now_ms;
	return c->is_known && !c->was_acted_on && now_ms - c->raised_ms < settings->fleeting_ms;
}

void
chatter_acted(struct chatter *c)
{
	c->was_acted_on = true;
}

int64_t
chatter_steady_ms(const struct chatter *c, const struct chatter_settings *settings)
{
	return c->changed_ms + settings->steady_ms;
}

bool
chatter_settle(struct chatter *c, const struct chatter_settings *settings, int64_t now_ms)
{
	if (!c->is_chattering || now_ms < chatter_steady_ms(c, settings))
		return false;
	*c = (struct chatter){ .changed_ms = c->changed_ms };
	return true;
}

#define HOUR (int64_t)(sizeof(((struct chatter_hour *)0)->minutes) / sizeof(uint16_t))

void
chatter_hour_count(struct chatter_hour *h, int64_t now_ms)
{
	int64_t now = now_ms / 60000, from = now - h->minute > HOUR ? now - HOUR : h->minute;

	while (from < now)
		h->minutes[++from % HOUR] = 0;
	h->minute = now;
	if (h->minutes[now % HOUR] < UINT16_MAX)
		h->minutes[now % HOUR]++;
}

uint32_t
chatter_hour_sum(const struct chatter_hour *h, int64_t now_ms)
{
	uint32_t sum = 0;

	for (int64_t m = now_ms / 60000 - HOUR + 1; m <= h->minute; m++)
		if (m > h->minute - HOUR && m >= 0)
			sum += h->minutes[m % HOUR];
	return sum;
}
