/* SPDX-License-Identifier: ISC */
/*
 * Places that fail together: sites on one power feeder, sites of one area. Pure: it counts who has lost its mains, and says when
 * that is an outage of the group rather than of its members.
 *
 * A feeder is out when at least `min` of its members, and at least `share` percent of those whose mains is known, have lost it. An area is out when
 * that is so with `area_share`, and at least two of its feeders are (sites without a feeder count as one): else it is the feeder. An
 * outage ends when none is left or less than half the share. Each change of a member costs O(1).
 */
#ifndef AGENT_ALARM_CORRELATE_GROUP_H
#define AGENT_ALARM_CORRELATE_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum group_kind { GROUP_FEEDER, GROUP_AREA, GROUP_KINDS };

struct group_settings {      /* 0: the default */
	unsigned min;        /* members; 3 */
	unsigned share;      /* percent of a feeder; 50 */
	unsigned area_share; /* percent of an area; 80 */
	int64_t wait_ms;     /* a member may turn out to be one of many for this long; 30 s */
};

enum group_change { GROUP_BEGAN, GROUP_ENDED, GROUP_COUNTED }; /* COUNTED: of an outage that goes on */

enum group_verdict {
	GROUP_NONE,   /* the member's own trouble, as far as the group knows */
	GROUP_WAIT,   /* it may still become an outage: its mains was lost just now */
	GROUP_OUTAGE, /* the group's */
};

struct group_counts {
	uint32_t members, known, lost, dark; /* mains known; of these lost; of these dark */
	uint32_t feeders;                    /* of an area: out, in it */
	bool is_outage;
	int64_t since_ms;     /* monotonic: when the first of those that lost it did; 0: none */
	int64_t next_dark_ms; /* monotonic: the nearest expected of those not dark; 0: not known */
};

struct groups;

/* `changed` (may be NULL) is called after the change, and must not change the groups. `settings` NULL: defaults. */
struct groups *groups_new(const struct group_settings *settings,
    void (*changed)(void *arg, uint32_t group, enum group_change change), void *arg);
void groups_free(struct groups *groups);

/*
 * Puts a site into its feeder and its area, by their numbers (0: none), out of those of before; numbers of feeders and areas are of one space. What
 * is known of its mains goes with it. A group exists while it has members. 0, -ENOMEM: it is in none, -EINVAL: `site` 0, or a number is one
 * group's of the other kind.
 */
int groups_set_site(struct groups *groups, uint32_t site, uint32_t feeder, uint32_t area);
void groups_remove_site(struct groups *groups, uint32_t site);

enum group_mains { GROUP_MAINS_UNKNOWN, GROUP_MAINS_PRESENT, GROUP_MAINS_LOST };
/* `now_ms`: monotonic, when it was lost. A site that is in no group is nothing. */
void groups_set_mains(struct groups *groups, uint32_t site, enum group_mains mains, int64_t now_ms);
/* It cannot be reached; counted while its mains is lost. */
void groups_set_dark(struct groups *groups, uint32_t site, bool is_dark);
/* When its reserve is expected to end, monotonic; 0: not known. */
void groups_set_expected(struct groups *groups, uint32_t site, int64_t dark_ms);
/* The counts of outages go on as they are until the next change of a member. */
void groups_set_settings(struct groups *groups, const struct group_settings *settings);

/* Of one member that has lost its mains; `cause`: the group whose outage it is, the feeder's before the area's; 0: none. */
enum group_verdict groups_judge(const struct groups *groups, uint32_t site, int64_t now_ms, uint32_t *cause);
/* When GROUP_WAIT of this member ends, monotonic; 0: its mains is not lost. */
int64_t groups_wait_end(const struct groups *groups, uint32_t site);
/* The area whose outage takes in this feeder's: none of its members is elsewhere. 0: none. */
uint32_t groups_area_of(const struct groups *groups, uint32_t feeder);

/* O(members): it looks for the next to go dark. -ENOENT: no such group. */
int group_count(const struct groups *groups, uint32_t group, struct group_counts *out);
bool group_is_outage(const struct groups *groups, uint32_t group);
/* Until `fn` returns non-zero; returns that. `fn` must not change the groups. */
int group_each_member(
    const struct groups *groups, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg);
int
group_each_lost(const struct groups *groups, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg);

/*
 * "feeder FDR-12: 41 sites on battery, 3 dark, next dark in 2 h 10 min": counts, no name of a site; those that are dark are on battery no more.
 * Returns `out`.
 */
char *group_text(enum group_kind kind, const char *name, const struct group_counts *counts, int64_t now_ms,
    char *out, size_t size);

#endif
