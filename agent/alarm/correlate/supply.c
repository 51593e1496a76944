/* SPDX-License-Identifier: ISC */
/* Who belongs to which feeder and area, and the counters that go with it. */
#include "agent/alarm/correlate/supply.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "agent/alarm/table.h"

struct counters {
	uint32_t members, known, lost, dark;
};

/* A feeder's part of an area; feeder NULL: the sites of the area that have none. */
struct part {
	LIST_ENTRY(part) in_feeder, in_area;
	struct group *feeder, *area;
	struct counters counters;
	bool is_out;
};

struct member {
	struct link by_site;
	uint32_t site;
	struct group *of[SUPPLY_KINDS];
	LIST_ENTRY(member) in[SUPPLY_KINDS];
	struct part *part; /* NULL: it has no area */
	uint8_t mains;     /* enum supply_mains */
	bool is_dark;
	int64_t lost_ms, expected_ms;
};

struct group {
	struct link by_number;
	uint32_t number;
	enum supply_kind kind;
	struct counters counters;
	uint32_t feeders; /* of an area: its parts that are out */
	bool is_outage;
	LIST_HEAD(, member) members;
	LIST_HEAD(, part) parts; /* of a feeder by area, of an area by feeder */
};

struct supply {
	struct table by_number, by_site;
	struct supply_settings settings;
	void (*changed)(void *arg, uint32_t group, enum supply_change change);
	void *arg;
};

struct supply *
supply_new(const struct supply_settings *settings,
    void (*changed)(void *arg, uint32_t group, enum supply_change change), void *arg)
{
	struct supply *supply = calloc(1, sizeof(*supply));

	if (supply == NULL)
		return NULL;
	supply->changed = changed;
	supply->arg = arg;
	supply_set_settings(supply, settings);
	return supply;
}

void
supply_set_settings(struct supply *supply, const struct supply_settings *settings)
{
	static const struct supply_settings defaults = { 3, 50, 80, 30000 };

	supply->settings = settings != NULL ? *settings : defaults;
	struct supply_settings *s = &supply->settings;
	s->min = s->min != 0 ? s->min : defaults.min;
	s->share = s->share != 0 ? s->share : defaults.share;
	s->area_share = s->area_share != 0 ? s->area_share : defaults.area_share;
	s->wait_ms = s->wait_ms != 0 ? s->wait_ms : defaults.wait_ms;
}

static struct group *
group_find(const struct supply *supply, uint32_t number)
{
	for (struct link *l = table_first(&supply->by_number, hash_number(number)); l != NULL;
	     l = table_next(l))
		if (LINKED(l, struct group, by_number)->number == number)
			return LINKED(l, struct group, by_number);
	return NULL;
}

static struct member *
member_find(const struct supply *supply, uint32_t site)
{
	for (struct link *l = table_first(&supply->by_site, hash_number(site)); l != NULL; l = table_next(l))
		if (LINKED(l, struct member, by_site)->site == site)
			return LINKED(l, struct member, by_site);
	return NULL;
}

static void
group_free(struct group *group)
{
	struct part *part;

	/* A part is in two lists: its area frees it. */
	while (group->kind == SUPPLY_AREA && (part = LIST_FIRST(&group->parts)) != NULL) {
		LIST_REMOVE(part, in_area);
		free(part);
	}
	free(group);
}

void
supply_free(struct supply *supply)
{
	struct link *l;

	if (supply == NULL)
		return;
	while ((l = table_pop(&supply->by_site)) != NULL)
		free(LINKED(l, struct member, by_site));
	while ((l = table_pop(&supply->by_number)) != NULL)
		group_free(LINKED(l, struct group, by_number));
	table_fini(&supply->by_site);
	table_fini(&supply->by_number);
	free(supply);
}

static struct group *
group_make(struct supply *supply, uint32_t number, enum supply_kind kind)
{
	struct group *group = group_find(supply, number);

	if (group != NULL)
		return group;
	group = calloc(1, sizeof(*group));
	if (group == NULL || table_insert(&supply->by_number, hash_number(number), &group->by_number) < 0) {
		free(group);
		return NULL;
	}
	group->number = number;
	group->kind = kind;
	return group;
}

static void
group_drop_empty(struct supply *supply, struct group *group)
{
	if (group == NULL || !LIST_EMPTY(&group->members))
		return;
	table_remove(&supply->by_number, &group->by_number);
	group_free(group);
}

/* A feeder has parts in few areas; the sites of an area without a feeder are its first part. */
static struct part *
part_find(const struct group *feeder, const struct group *area)
{
	struct part *part;

	if (feeder == NULL) {
		part = LIST_FIRST(&area->parts);
		return part != NULL && part->feeder == NULL ? part : NULL;
	}
	LIST_FOREACH(part, &feeder->parts, in_feeder)
	if (part->area == area)
		return part;
	return NULL;
}

static struct part *
part_make(struct group *feeder, struct group *area)
{
	struct part *part = part_find(feeder, area);

	if (part != NULL)
		return part;
	part = calloc(1, sizeof(*part));
	if (part == NULL)
		return NULL;
	part->feeder = feeder;
	part->area = area;
	if (feeder != NULL)
		LIST_INSERT_HEAD(&feeder->parts, part, in_feeder);
	if (LIST_EMPTY(&area->parts) || feeder == NULL)
		LIST_INSERT_HEAD(&area->parts, part, in_area);
	else
		LIST_INSERT_AFTER(LIST_FIRST(&area->parts), part, in_area);
	return part;
}

static void
part_drop_empty(struct part *part)
{
	if (part == NULL || part->counters.members != 0)
		return;
	if (part->feeder != NULL)
		LIST_REMOVE(part, in_feeder);
	LIST_REMOVE(part, in_area);
	free(part);
}

static void
counters_add(struct counters *counters, const struct member *member, uint32_t sign)
{
	bool is_lost = member->mains == SUPPLY_MAINS_LOST;

	counters->members += sign;
	counters->known += member->mains != SUPPLY_MAINS_UNKNOWN ? sign : 0;
	counters->lost += is_lost ? sign : 0;
	counters->dark += is_lost && member->is_dark ? sign : 0;
}

static void
member_count(const struct supply *supply, struct member *member, uint32_t sign)
{
	struct part *part = member->part;

	for (int kind = 0; kind < SUPPLY_KINDS; kind++)
		if (member->of[kind] != NULL)
			counters_add(&member->of[kind]->counters, member, sign);
	if (part == NULL)
		return;
	counters_add(&part->counters, member, sign);
	bool is_out = part->counters.lost > 0 &&
	    (uint64_t)part->counters.lost * 100 >= (uint64_t)supply->settings.share * part->counters.known;
	part->area->feeders += (uint32_t)is_out - (uint32_t)part->is_out;
	part->is_out = is_out;
}

static bool
is_out(const struct supply *supply, const struct group *group)
{
	const struct supply_settings *s = &supply->settings;
	const struct counters *c = &group->counters;
	uint64_t share = group->kind == SUPPLY_FEEDER ? s->share : s->area_share;
	uint64_t lost = (uint64_t)c->lost * 100, whole = share * c->known;

	if (group->is_outage)
		return c->lost > 0 && lost * 2 >= whole;
	return c->lost >= s->min && lost >= whole && (group->kind == SUPPLY_FEEDER || group->feeders >= 2);
}

static void
group_settle(const struct supply *supply, struct group *group)
{
	if (group == NULL)
		return;
	bool was_outage = group->is_outage;
	group->is_outage = is_out(supply, group);
	if (supply->changed == NULL || (!was_outage && !group->is_outage))
		return;
	enum supply_change change = !was_outage ? SUPPLY_BEGAN
	    : group->is_outage                  ? SUPPLY_COUNTED
						: SUPPLY_ENDED;
	supply->changed(supply->arg, group->number, change);
}

static void
member_settle(const struct supply *supply, const struct member *member)
{
	for (int kind = 0; kind < SUPPLY_KINDS; kind++)
		group_settle(supply, member->of[kind]);
}

static void
member_leave(struct supply *supply, struct member *member)
{
	struct part *part = member->part;

	member_count(supply, member, UINT32_MAX); /* that is -1 */
	member->part = NULL;
	part_drop_empty(part);
	for (int kind = 0; kind < SUPPLY_KINDS; kind++) {
		struct group *group = member->of[kind];
		member->of[kind] = NULL;
		if (group == NULL)
			continue;
		LIST_REMOVE(member, in[kind]);
		group_settle(supply, group);
		group_drop_empty(supply, group);
	}
}

static int
member_join(struct supply *supply, struct member *member, struct group *of[SUPPLY_KINDS])
{
	if (of[SUPPLY_AREA] != NULL) {
		member->part = part_make(of[SUPPLY_FEEDER], of[SUPPLY_AREA]);
		if (member->part == NULL)
			return -ENOMEM;
	}
	for (int kind = 0; kind < SUPPLY_KINDS; kind++) {
		member->of[kind] = of[kind];
		if (of[kind] != NULL)
			LIST_INSERT_HEAD(&of[kind]->members, member, in[kind]);
	}
	member_count(supply, member, 1);
	member_settle(supply, member);
	return 0;
}

static struct member *
member_make(struct supply *supply, uint32_t site)
{
	struct member *member = member_find(supply, site);

	if (member != NULL)
		return member;
	member = calloc(1, sizeof(*member));
	if (member == NULL || table_insert(&supply->by_site, hash_number(site), &member->by_site) < 0) {
		free(member);
		return NULL;
	}
	member->site = site;
	return member;
}

int
supply_set_site(struct supply *supply, uint32_t site, uint32_t feeder, uint32_t area)
{
	const uint32_t numbers[SUPPLY_KINDS] = { [SUPPLY_FEEDER] = feeder, [SUPPLY_AREA] = area };
	struct group *of[SUPPLY_KINDS] = { NULL };
	struct member *member;
	bool is_same = true;
	int rc = 0;

	if (site == 0 || (feeder != 0 && feeder == area))
		return -EINVAL;
	for (int kind = 0; kind < SUPPLY_KINDS; kind++) {
		of[kind] = numbers[kind] != 0 ? group_find(supply, numbers[kind]) : NULL;
		if (of[kind] != NULL && of[kind]->kind != (enum supply_kind)kind)
			return -EINVAL;
	}
	member = member_make(supply, site);
	if (member == NULL)
		return -ENOMEM;
	for (int kind = 0; kind < SUPPLY_KINDS; kind++)
		is_same &= (member->of[kind] != NULL ? member->of[kind]->number : 0) == numbers[kind];
	if (is_same)
		return 0;
	member_leave(supply, member);
	/* Looked up anew: those that it was the last member of are gone. */
	for (int kind = 0; kind < SUPPLY_KINDS; kind++)
		if (numbers[kind] != 0 &&
		    (of[kind] = group_make(supply, numbers[kind], (enum supply_kind)kind)) == NULL)
			rc = -ENOMEM;
	if (rc == 0)
		rc = member_join(supply, member, of);
	for (int kind = 0; kind < SUPPLY_KINDS && rc < 0; kind++)
		if (numbers[kind] != 0)
			group_drop_empty(supply, of[kind]);
	return rc;
}

void
supply_remove_site(struct supply *supply, uint32_t site)
{
	struct member *member = member_find(supply, site);

	if (member == NULL)
		return;
	member_leave(supply, member);
	table_remove(&supply->by_site, &member->by_site);
	free(member);
}

void
supply_set_mains(struct supply *supply, uint32_t site, enum supply_mains mains, int64_t now_ms)
{
	struct member *member = member_find(supply, site);

	if (member == NULL || member->mains == mains)
		return;
	member_count(supply, member, UINT32_MAX);
	member->mains = (uint8_t)mains;
	member->lost_ms = mains == SUPPLY_MAINS_LOST ? now_ms : 0;
	member_count(supply, member, 1);
	member_settle(supply, member);
}

void
supply_set_dark(struct supply *supply, uint32_t site, bool is_dark)
{
	struct member *member = member_find(supply, site);

	if (member == NULL || member->is_dark == is_dark)
		return;
	member_count(supply, member, UINT32_MAX);
	member->is_dark = is_dark;
	member_count(supply, member, 1);
	if (member->mains == SUPPLY_MAINS_LOST)
		member_settle(supply, member);
}

void
supply_set_expected(struct supply *supply, uint32_t site, int64_t dark_ms)
{
	struct member *member = member_find(supply, site);

	if (member != NULL)
		member->expected_ms = dark_ms;
}

enum supply_verdict
supply_judge(const struct supply *supply, uint32_t site, int64_t now_ms, uint32_t *cause)
{
	const struct member *member = member_find(supply, site);
	bool may_become = false;

	*cause = 0;
	if (member == NULL || member->mains != SUPPLY_MAINS_LOST)
		return SUPPLY_NONE;
	for (int kind = 0; kind < SUPPLY_KINDS; kind++) {
		const struct group *group = member->of[kind];
		if (group == NULL)
			continue;
		if (group->is_outage) {
			*cause = group->number;
			return SUPPLY_OUTAGE;
		}
		may_become |= group->counters.members >= supply->settings.min;
	}
	return may_become && now_ms < member->lost_ms + supply->settings.wait_ms ? SUPPLY_WAIT : SUPPLY_NONE;
}

int64_t
supply_wait_end(const struct supply *supply, uint32_t site)
{
	const struct member *member = member_find(supply, site);

	if (member == NULL || member->mains != SUPPLY_MAINS_LOST)
		return 0;
	return member->lost_ms + supply->settings.wait_ms;
}

uint32_t
supply_area_of(const struct supply *supply, uint32_t feeder)
{
	const struct group *group = group_find(supply, feeder);

	if (group == NULL || group->kind != SUPPLY_FEEDER)
		return 0;
	const struct part *part = LIST_FIRST(&group->parts);
	bool is_inside = part != NULL && part->counters.members == group->counters.members;
	return is_inside && part->area->is_outage ? part->area->number : 0;
}

int
supply_count(const struct supply *supply, uint32_t number, struct supply_counts *out)
{
	const struct group *group = group_find(supply, number);
	const struct member *member;

	if (group == NULL)
		return -ENOENT;
	*out = (struct supply_counts){ .members = group->counters.members,
		.known = group->counters.known,
		.lost = group->counters.lost,
		.dark = group->counters.dark,
		.feeders = group->feeders,
		.is_outage = group->is_outage };
	LIST_FOREACH(member, &group->members, in[group->kind])
	{
		if (member->mains != SUPPLY_MAINS_LOST)
			continue;
		if (out->since_ms == 0 || member->lost_ms < out->since_ms)
			out->since_ms = member->lost_ms;
		if (!member->is_dark && member->expected_ms != 0 &&
		    (out->next_dark_ms == 0 || member->expected_ms < out->next_dark_ms))
			out->next_dark_ms = member->expected_ms;
	}
	return 0;
}

bool
supply_is_outage(const struct supply *supply, uint32_t number)
{
	const struct group *group = group_find(supply, number);

	return group != NULL && group->is_outage;
}

static int
each_member(const struct supply *supply, uint32_t number, bool is_lost, int (*fn)(void *arg, uint32_t site),
    void *arg)
{
	const struct group *group = group_find(supply, number);
	const struct member *member;
	int rc;

	if (group == NULL)
		return 0;
	LIST_FOREACH(member, &group->members, in[group->kind])
	if ((!is_lost || member->mains == SUPPLY_MAINS_LOST) && (rc = fn(arg, member->site)) != 0)
		return rc;
	return 0;
}

int
supply_each_member(
    const struct supply *supply, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg)
{
	return each_member(supply, group, false, fn, arg);
}

int
supply_each_lost(const struct supply *supply, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg)
{
	return each_member(supply, group, true, fn, arg);
}
