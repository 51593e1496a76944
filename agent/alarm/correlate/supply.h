/* SPDX-License-Identifier: ISC */
/*
 * Places that fail together: sites on one power feeder, sites of one area. Pure: it counts who has lost its mains, and says when
 * that is an outage of the group rather than of its members.
 *
 * A feeder is out when at least `min` of its members, and at least `share` percent of those whose mains is known, have lost it. An area is out when
 * that is so with `area_share`, and at least two of its feeders are (sites without a feeder count as one): else it is the feeder. An
 * outage ends when none is left or less than half the share. Each change of a member costs O(1).
 */
#ifndef AGENT_ALARM_CORRELATE_SUPPLY_H
#define AGENT_ALARM_CORRELATE_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum supply_kind { SUPPLY_FEEDER, SUPPLY_AREA, SUPPLY_KINDS };

struct supply_settings {     /* 0: the default */
	unsigned min;        /* members; 3 */
	unsigned share;      /* percent of a feeder; 50 */
	unsigned area_share; /* percent of an area; 80 */
	int64_t wait_ms;     /* a member may turn out to be one of many for this long; 30 s */
};

enum supply_change { SUPPLY_BEGAN, SUPPLY_ENDED, SUPPLY_COUNTED }; /* COUNTED: of an outage that goes on */

enum supply_verdict {
	SUPPLY_NONE,   /* the member's own trouble, as far as the group knows */
	SUPPLY_WAIT,   /* it may still become an outage: its mains was lost just now */
	SUPPLY_OUTAGE, /* the group's */
};

struct supply_counts {
	uint32_t members, known, lost, dark; /* mains known; of these lost; of these dark */
	uint32_t feeders;                    /* of an area: out, in it */
	bool is_outage;
	int64_t since_ms;     /* monotonic: when the first of those that lost it did; 0: none */
	int64_t next_dark_ms; /* monotonic: the nearest expected of those not dark; 0: not known */
};

struct supply;

/* `changed` (may be NULL) is called after the change, and must not change the groups. `settings` NULL: defaults. */
struct supply *supply_new(const struct supply_settings *settings,
    void (*changed)(void *arg, uint32_t group, enum supply_change change), void *arg);
void supply_free(struct supply *supply);

/*
 * Puts a site into its feeder and its area, by their numbers (0: none), out of those of before; numbers of feeders and areas are of one space. What
 * is known of its mains goes with it. A group exists while it has members. 0, -ENOMEM: it is in none, -EINVAL: `site` 0, or a number is one
 * group's of the other kind.
 */
int supply_set_site(struct supply *supply, uint32_t site, uint32_t feeder, uint32_t area);
void supply_remove_site(struct supply *supply, uint32_t site);

enum supply_mains { SUPPLY_MAINS_UNKNOWN, SUPPLY_MAINS_PRESENT, SUPPLY_MAINS_LOST };
/* `now_ms`: monotonic, when it was lost. A site that is in no group is nothing. */
void supply_set_mains(struct supply *supply, uint32_t site, enum supply_mains mains, int64_t now_ms);
/* It cannot be reached; counted while its mains is lost. */
void supply_set_dark(struct supply *supply, uint32_t site, bool is_dark);
/* When its reserve is expected to end, monotonic; 0: not known. */
void supply_set_expected(struct supply *supply, uint32_t site, int64_t dark_ms);
/* The counts of outages go on as they are until the next change of a member. */
void supply_set_settings(struct supply *supply, const struct supply_settings *settings);

/* Of one member that has lost its mains; `cause`: the group whose outage it is, the feeder's before the area's; 0: none. */
enum supply_verdict supply_judge(const struct supply *supply, uint32_t site, int64_t now_ms, uint32_t *cause);
/* When SUPPLY_WAIT of this member ends, monotonic; 0: its mains is not lost. */
int64_t supply_wait_end(const struct supply *supply, uint32_t site);
/* The area whose outage takes in this feeder's: none of its members is elsewhere. 0: none. */
uint32_t supply_area_of(const struct supply *supply, uint32_t feeder);

/* O(members): it looks for the next to go dark. -ENOENT: no such group. */
int supply_count(const struct supply *supply, uint32_t group, struct supply_counts *out);
bool supply_is_outage(const struct supply *supply, uint32_t group);
/* Until `fn` returns non-zero; returns that. `fn` must not change the groups. */
int supply_each_member(
    const struct supply *supply, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg);
int
supply_each_lost(const struct supply *supply, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg);

/*
 * "feeder FDR-12: 41 sites on battery, 3 dark, next dark in 2 h 10 min": counts, no name of a site; those that are dark are on battery no more.
 * Returns `out`.
 */
char *supply_text(enum supply_kind kind, const char *name, const struct supply_counts *counts, int64_t now_ms,
    char *out, size_t size);

#endif
