/* SPDX-License-Identifier: ISC */
/* Who belongs to which feeder and area, and the counters that go with it. */
#include "agent/alarm/correlate/group.h"

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
	struct group *of[GROUP_KINDS];
	LIST_ENTRY(member) in[GROUP_KINDS];
	struct part *part; /* NULL: it has no area */
	uint8_t mains;     /* enum group_mains */
	bool is_dark;
	int64_t lost_ms, expected_ms;
};

struct group {
	struct link by_number;
	uint32_t number;
	enum group_kind kind;
	struct counters counters;
	uint32_t feeders; /* of an area: its parts that are out */
	bool is_outage;
	LIST_HEAD(, member) members;
	LIST_HEAD(, part) parts; /* of a feeder by area, of an area by feeder */
};

struct groups {
	struct table by_number, by_site;
	struct group_settings settings;
	void (*changed)(void *arg, uint32_t group, enum group_change change);
	void *arg;
};

struct groups *
groups_new(const struct group_settings *settings,
    void (*changed)(void *arg, uint32_t group, enum group_change change), void *arg)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (groups == NULL)
		return NULL;
	groups->changed = changed;
	groups->arg = arg;
	groups_set_settings(groups, settings);
	return groups;
}

void
groups_set_settings(struct groups *groups, const struct group_settings *settings)
{
	static const struct group_settings defaults = { 3, 50, 80, 30000 };

	groups->settings = settings != NULL ? *settings : defaults;
	struct group_settings *s = &groups->settings;
	s->min = s->min != 0 ? s->min : defaults.min;
	s->share = s->share != 0 ? s->share : defaults.share;
	s->area_share = s->area_share != 0 ? s->area_share : defaults.area_share;
	s->wait_ms = s->wait_ms != 0 ? s->wait_ms : defaults.wait_ms;
}

static struct group *
group_find(const struct groups *groups, uint32_t number)
{
	for (struct link *l = table_first(&groups->by_number, hash_number(number)); l != NULL;
	     l = table_next(l))
		if (LINKED(l, struct group, by_number)->number == number)
			return LINKED(l, struct group, by_number);
	return NULL;
}

static struct member *
member_find(const struct groups *groups, uint32_t site)
{
	for (struct link *l = table_first(&groups->by_site, hash_number(site)); l != NULL; l = table_next(l))
		if (LINKED(l, struct member, by_site)->site == site)
			return LINKED(l, struct member, by_site);
	return NULL;
}

static void
group_free(struct group *group)
{
	struct part *part;

	/* A part is in two lists: its area frees it. */
	while (group->kind == GROUP_AREA && (part = LIST_FIRST(&group->parts)) != NULL) {
		LIST_REMOVE(part, in_area);
		free(part);
	}
	free(group);
}

void
groups_free(struct groups *groups)
{
	struct link *l;

	if (groups == NULL)
		return;
	while ((l = table_pop(&groups->by_site)) != NULL)
		free(LINKED(l, struct member, by_site));
	while ((l = table_pop(&groups->by_number)) != NULL)
		group_free(LINKED(l, struct group, by_number));
	table_fini(&groups->by_site);
	table_fini(&groups->by_number);
	free(groups);
}

static struct group *
group_make(struct groups *groups, uint32_t number, enum group_kind kind)
{
	struct group *group = group_find(groups, number);

	if (group != NULL)
		return group;
	group = calloc(1, sizeof(*group));
	if (group == NULL || table_insert(&groups->by_number, hash_number(number), &group->by_number) < 0) {
		free(group);
		return NULL;
	}
	group->number = number;
	group->kind = kind;
	return group;
}

static void
group_drop_empty(struct groups *groups, struct group *group)
{
	if (group == NULL || !LIST_EMPTY(&group->members))
		return;
	table_remove(&groups->by_number, &group->by_number);
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
	bool is_lost = member->mains == GROUP_MAINS_LOST;

	counters->members += sign;
	counters->known += member->mains != GROUP_MAINS_UNKNOWN ? sign : 0;
	counters->lost += is_lost ? sign : 0;
	counters->dark += is_lost && member->is_dark ? sign : 0;
}

static void
member_count(const struct groups *groups, struct member *member, uint32_t sign)
{
	struct part *part = member->part;

	for (int kind = 0; kind < GROUP_KINDS; kind++)
		if (member->of[kind] != NULL)
			counters_add(&member->of[kind]->counters, member, sign);
	if (part == NULL)
		return;
	counters_add(&part->counters, member, sign);
	bool is_out = part->counters.lost > 0 &&
	    (uint64_t)part->counters.lost * 100 >= (uint64_t)groups->settings.share * part->counters.known;
	part->area->feeders += (uint32_t)is_out - (uint32_t)part->is_out;
	part->is_out = is_out;
}

static bool
is_out(const struct groups *groups, const struct group *group)
{
	const struct group_settings *s = &groups->settings;
	const struct counters *c = &group->counters;
	uint64_t share = group->kind == GROUP_FEEDER ? s->share : s->area_share;
	uint64_t lost = (uint64_t)c->lost * 100, whole = share * c->known;

	if (group->is_outage)
		return c->lost > 0 && lost * 2 >= whole;
	return c->lost >= s->min && lost >= whole && (group->kind == GROUP_FEEDER || group->feeders >= 2);
}

static void
group_settle(const struct groups *groups, struct group *group)
{
	if (group == NULL)
		return;
	bool was_outage = group->is_outage;
	group->is_outage = is_out(groups, group);
	if (groups->changed == NULL || (!was_outage && !group->is_outage))
		return;
	enum group_change change = !was_outage ? GROUP_BEGAN : group->is_outage ? GROUP_COUNTED : GROUP_ENDED;
	groups->changed(groups->arg, group->number, change);
}

static void
member_settle(const struct groups *groups, const struct member *member)
{
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		group_settle(groups, member->of[kind]);
}

static void
member_leave(struct groups *groups, struct member *member)
{
	struct part *part = member->part;

	member_count(groups, member, UINT32_MAX); /* that is -1 */
	member->part = NULL;
	part_drop_empty(part);
	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		struct group *group = member->of[kind];
		member->of[kind] = NULL;
		if (group == NULL)
			continue;
		LIST_REMOVE(member, in[kind]);
		group_settle(groups, group);
		group_drop_empty(groups, group);
	}
}

static int
member_join(struct groups *groups, struct member *member, struct group *of[GROUP_KINDS])
{
	if (of[GROUP_AREA] != NULL) {
		member->part = part_make(of[GROUP_FEEDER], of[GROUP_AREA]);
		if (member->part == NULL)
			return -ENOMEM;
	}
	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		member->of[kind] = of[kind];
		if (of[kind] != NULL)
			LIST_INSERT_HEAD(&of[kind]->members, member, in[kind]);
	}
	member_count(groups, member, 1);
	member_settle(groups, member);
	return 0;
}

static struct member *
member_make(struct groups *groups, uint32_t site)
{
	struct member *member = member_find(groups, site);

	if (member != NULL)
		return member;
	member = calloc(1, sizeof(*member));
	if (member == NULL || table_insert(&groups->by_site, hash_number(site), &member->by_site) < 0) {
		free(member);
		return NULL;
	}
	member->site = site;
	return member;
}

int
groups_set_site(struct groups *groups, uint32_t site, uint32_t feeder, uint32_t area)
{
	const uint32_t numbers[GROUP_KINDS] = { [GROUP_FEEDER] = feeder, [GROUP_AREA] = area };
	struct group *of[GROUP_KINDS] = { NULL };
	struct member *member;
	bool is_same = true;
	int rc = 0;

	if (site == 0 || (feeder != 0 && feeder == area))
		return -EINVAL;
	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		of[kind] = numbers[kind] != 0 ? group_find(groups, numbers[kind]) : NULL;
		if (of[kind] != NULL && of[kind]->kind != (enum group_kind)kind)
			return -EINVAL;
	}
	member = member_make(groups, site);
	if (member == NULL)
		return -ENOMEM;
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		is_same &= (member->of[kind] != NULL ? member->of[kind]->number : 0) == numbers[kind];
	if (is_same)
		return 0;
	member_leave(groups, member);
	/* Looked up anew: those that it was the last member of are gone. */
	for (int kind = 0; kind < GROUP_KINDS; kind++)
		if (numbers[kind] != 0 &&
		    (of[kind] = group_make(groups, numbers[kind], (enum group_kind)kind)) == NULL)
			rc = -ENOMEM;
	if (rc == 0)
		rc = member_join(groups, member, of);
	for (int kind = 0; kind < GROUP_KINDS && rc < 0; kind++)
		if (numbers[kind] != 0)
			group_drop_empty(groups, of[kind]);
	return rc;
}

void
groups_remove_site(struct groups *groups, uint32_t site)
{
	struct member *member = member_find(groups, site);

	if (member == NULL)
		return;
	member_leave(groups, member);
	table_remove(&groups->by_site, &member->by_site);
	free(member);
}

void
groups_set_mains(struct groups *groups, uint32_t site, enum group_mains mains, int64_t now_ms)
{
	struct member *member = member_find(groups, site);

	if (member == NULL || member->mains == mains)
		return;
	member_count(groups, member, UINT32_MAX);
	member->mains = (uint8_t)mains;
	member->lost_ms = mains == GROUP_MAINS_LOST ? now_ms : 0;
	member_count(groups, member, 1);
	member_settle(groups, member);
}

void
groups_set_dark(struct groups *groups, uint32_t site, bool is_dark)
{
	struct member *member = member_find(groups, site);

	if (member == NULL || member->is_dark == is_dark)
		return;
	member_count(groups, member, UINT32_MAX);
	member->is_dark = is_dark;
	member_count(groups, member, 1);
	if (member->mains == GROUP_MAINS_LOST)
		member_settle(groups, member);
}

void
groups_set_expected(struct groups *groups, uint32_t site, int64_t dark_ms)
{
	struct member *member = member_find(groups, site);

	if (member != NULL)
		member->expected_ms = dark_ms;
}

enum group_verdict
groups_judge(const struct groups *groups, uint32_t site, int64_t now_ms, uint32_t *cause)
{
	const struct member *member = member_find(groups, site);
	bool may_become = false;

	*cause = 0;
	if (member == NULL || member->mains != GROUP_MAINS_LOST)
		return GROUP_NONE;
	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		const struct group *group = member->of[kind];
		if (group == NULL)
			continue;
		if (group->is_outage) {
			*cause = group->number;
			return GROUP_OUTAGE;
		}
		may_become |= group->counters.members >= groups->settings.min;
	}
	return may_become && now_ms < member->lost_ms + groups->settings.wait_ms ? GROUP_WAIT : GROUP_NONE;
}

int64_t
groups_wait_end(const struct groups *groups, uint32_t site)
{
	const struct member *member = member_find(groups, site);

	if (member == NULL || member->mains != GROUP_MAINS_LOST)
		return 0;
	return member->lost_ms + groups->settings.wait_ms;
}

uint32_t
groups_area_of(const struct groups *groups, uint32_t feeder)
{
	const struct group *group = group_find(groups, feeder);

	if (group == NULL || group->kind != GROUP_FEEDER)
		return 0;
	const struct part *part = LIST_FIRST(&group->parts);
	bool is_inside = part != NULL && part->counters.members == group->counters.members;
	return is_inside && part->area->is_outage ? part->area->number : 0;
}

int
group_count(const struct groups *groups, uint32_t number, struct group_counts *out)
{
	const struct group *group = group_find(groups, number);
	const struct member *member;

	if (group == NULL)
		return -ENOENT;
	*out = (struct group_counts){ .members = group->counters.members,
		.known = group->counters.known,
		.lost = group->counters.lost,
		.dark = group->counters.dark,
		.feeders = group->feeders,
		.is_outage = group->is_outage };
	LIST_FOREACH(member, &group->members, in[group->kind])
	{
		if (member->mains != GROUP_MAINS_LOST)
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
group_is_outage(const struct groups *groups, uint32_t number)
{
	const struct group *group = group_find(groups, number);

	return group != NULL && group->is_outage;
}

static int
each_member(const struct groups *groups, uint32_t number, bool is_lost, int (*fn)(void *arg, uint32_t site),
    void *arg)
{
	const struct group *group = group_find(groups, number);
	const struct member *member;
	int rc;

	if (group == NULL)
		return 0;
	LIST_FOREACH(member, &group->members, in[group->kind])
	if ((!is_lost || member->mains == GROUP_MAINS_LOST) && (rc = fn(arg, member->site)) != 0)
		return rc;
	return 0;
}

int
group_each_member(const struct groups *groups, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg)
{
	return each_member(groups, group, false, fn, arg);
}

int
group_each_lost(const struct groups *groups, uint32_t group, int (*fn)(void *arg, uint32_t site), void *arg)
{
	return each_member(groups, group, true, fn, arg);
}
