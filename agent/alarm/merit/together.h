/* SPDX-License-Identifier: ISC */
/*
 * Who fails together: from a history of failures (who, when) the groups whose members fail at nearly the same moment again and again, as sites on
 * one power feeder do. One pass over the history, then a pass over the members in steps that a caller may spread.
 *
 * A member joins the group of the first one (its leader) with whom it shares at least `times` failures and at least `alike` permille of all that
 * either of them had. A moment at which more than `crowd` fail says nothing of feeders (a city went dark) and does not count.
 * Bounded: the newest TOGETHER_TIMES failures of at most `members` members; a member is compared with at most
 * TOGETHER_TIMES * 3 * TOGETHER_LEADERS failures of leaders.
 */
#ifndef AGENT_ALARM_MERIT_TOGETHER_H
#define AGENT_ALARM_MERIT_TOGETHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOGETHER_TIMES   16
#define TOGETHER_LEADERS 64 /* looked at in one window of time */

struct together_settings {
	int64_t window_ms; /* failures that are no further apart began together */
	unsigned times, alike, crowd, members;
};
/* Within 2 minutes, 3 times, 700 permille, 300 at once, 100,000 members. */
extern const struct together_settings together_defaults;

struct together;
struct together *together_new(const struct together_settings *settings);
void together_free(struct together *together);

/* In the order of time, nearly: no more than `window_ms` back. 0, -ENOSPC (too many members: this one is left out), -ENOMEM. */
int together_add(struct together *together, uint32_t member, int64_t at_ms);
/* Puts up to `members` members into groups; false: all are. -ENOMEM is found by together_failed(). */
bool together_step(struct together *together, unsigned members);
bool together_failed(const struct together *together);

struct together_member {
	uint32_t member;
	unsigned failures; /* of the newest TOGETHER_TIMES, without those of a crowd */
	unsigned
	    shared; /* of these, how many its leader had too; the leader: the most that another one shares */
};

struct together_group {
	const struct together_member *members; /* the leader first */
	size_t count;
	int64_t last_ms; /* newest failure of its leader */
};

/* Visits the groups of two and more until `fn` returns non-zero; returns that. -ENOMEM. */
int
together_each(struct together *together, int (*fn)(void *arg, const struct together_group *group), void *arg);

#endif
