/* SPDX-License-Identifier: ISC */
/* Groups of members that fail at the same moments: leaders found by time, members held against them. */
#include "agent/alarm/merit/together.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/alarm/table.h"

const struct together_settings together_defaults = {
	.window_ms = 2 * 60 * 1000, .times = 3, .alike = 700, .crowd = 300, .members = 100000
};

#define NONE UINT32_MAX

struct member {
	struct link by_number;
	uint32_t number;
	uint32_t leader, last,
	    next; /* places: who leads it (itself, or NONE yet), of a leader its last member, the next member */
	uint32_t failures, shared;
	uint32_t used, newest; /* of the ring */
	int64_t times[TOGETHER_TIMES];
	/* Of a leader, while another one is held against it: */
	uint32_t visit, visit_time, hits;
};

/* A stretch of time as long as a window: how many failed in it, and which leaders. */
struct stretch {
	struct link by_time;
	int64_t number;
	uint32_t failures, used, size;
	struct led {
		uint32_t leader;
		int64_t at_ms;
	} * leaders;
};

struct together {
	struct together_settings settings;
	struct table by_number, by_time;
	struct member **members;
	size_t count, size;
	size_t at;      /* the next one to put into a group */
	uint32_t visit; /* counts those held against leaders */
	bool has_failed;
};

struct together *
together_new(const struct together_settings *settings)
{
	struct together *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->settings = *settings;
	return t;
}

void
together_free(struct together *t)
{
	struct link *l;

	if (t == NULL)
		return;
	while ((l = table_pop(&t->by_time)) != NULL) {
		struct stretch *stretch = LINKED(l, struct stretch, by_time);
		free(stretch->leaders);
		free(stretch);
	}
	for (size_t i = 0; i < t->count; i++)
		free(t->members[i]);
	free(t->members);
	table_fini(&t->by_time);
	table_fini(&t->by_number);
	free(t);
}

static struct member *
member_find(const struct together *t, uint32_t number)
{
	for (struct link *l = table_first(&t->by_number, hash_number(number)); l != NULL; l = table_next(l))
		if (LINKED(l, struct member, by_number)->number == number)
			return LINKED(l, struct member, by_number);
	return NULL;
}

static struct member *
member_new(struct together *t, uint32_t number)
{
	if (t->count == t->size) {
		size_t size = t->size != 0 ? t->size * 2 : 64;
		struct member **grown = reallocarray(t->members, size, sizeof(struct member *));
		if (grown == NULL)
			return NULL;
		t->members = grown;
		t->size = size;
	}
	struct member *m = calloc(1, sizeof(*m));
	if (m == NULL || table_insert(&t->by_number, hash_number(number), &m->by_number) < 0) {
		free(m);
		return NULL;
	}
	m->number = number;
	m->leader = m->last = m->next = NONE;
	t->members[t->count++] = m;
	return m;
}

static struct stretch *
stretch_find(const struct together *t, int64_t number)
{
	uint64_t hash = hash_number((uint64_t)number);

	for (struct link *l = table_first(&t->by_time, hash); l != NULL; l = table_next(l))
		if (LINKED(l, struct stretch, by_time)->number == number)
			return LINKED(l, struct stretch, by_time);
	return NULL;
}

static struct stretch *
stretch_at(struct together *t, int64_t at_ms)
{
	int64_t number = at_ms / t->settings.window_ms;
	struct stretch *stretch = stretch_find(t, number);

	if (stretch != NULL || (stretch = calloc(1, sizeof(*stretch))) == NULL)
		return stretch;
	stretch->number = number;
	if (table_insert(&t->by_time, hash_number((uint64_t)number), &stretch->by_time) == 0)
		return stretch;
	free(stretch);
	return NULL;
}

int
together_add(struct together *t, uint32_t number, int64_t at_ms)
{
	struct member *m = member_find(t, number);

	if (m == NULL && t->count >= t->settings.members)
		return -ENOSPC;
	if (m == NULL && (m = member_new(t, number)) == NULL)
		return -ENOMEM;
	/* What flaps began once. */
	if (m->used > 0 && at_ms - m->times[m->newest] <= t->settings.window_ms)
		return 0;
	struct stretch *stretch = stretch_at(t, at_ms);
	if (stretch == NULL)
		return -ENOMEM;
	stretch->failures++;
	m->newest = m->used == 0 ? 0 : (m->newest + 1) % TOGETHER_TIMES;
	m->times[m->newest] = at_ms;
	m->used += m->used < TOGETHER_TIMES;
	return 0;
}

static bool
is_crowd(const struct together *t, int64_t at_ms)
{
	const struct stretch *stretch = stretch_find(t, at_ms / t->settings.window_ms);

	return stretch != NULL && stretch->failures > t->settings.crowd;
}

static void
times_without_crowds(struct together *t, struct member *m)
{
	m->failures = 0;
	for (uint32_t i = 0; i < m->used; i++)
		if (!is_crowd(t, m->times[i]))
			m->times[m->failures++] = m->times[i];
	m->used = m->failures;
}

struct best {
	uint32_t leader, hits, alike;
};

/* One more failure that the leader had too. How alike they are only grows by it, so the best so far is the best at the end. */
static void
leader_hit(struct together *t, const struct member *m, uint32_t place, uint32_t time, struct best *best)
{
	struct member *leader = t->members[place];

	if (leader->visit != t->visit) {
		leader->visit = t->visit;
		leader->visit_time = NONE;
		leader->hits = 0;
	}
	if (leader->visit_time == time)
		return;
	leader->visit_time = time;
	leader->hits++;
	uint32_t either = m->failures + leader->failures, hits = leader->hits;
	if (hits > either / 2)
		hits = either / 2;
	uint32_t alike = hits * 1000 / (either - hits);
	if (hits >= t->settings.times && alike >= t->settings.alike && alike > best->alike)
		*best = (struct best){ place, hits, alike };
}

static struct best
leader_for(struct together *t, const struct member *m)
{
	struct best best = { .leader = NONE };

	t->visit++;
	for (uint32_t i = 0; i < m->failures; i++)
		for (int64_t near = -1; near <= 1; near++) {
			const struct stretch *s = stretch_find(t, m->times[i] / t->settings.window_ms + near);
			for (uint32_t k = 0; s != NULL && k < s->used; k++)
				if (llabs(s->leaders[k].at_ms - m->times[i]) <= t->settings.window_ms)
					leader_hit(t, m, s->leaders[k].leader, i, &best);
		}
	return best;
}

static int
stretch_lead(struct stretch *s, uint32_t leader, int64_t at_ms)
{
	if (s->used == TOGETHER_LEADERS)
		return 0;
	if (s->used == s->size) {
		uint32_t size = s->size != 0 ? s->size * 2 : 4;
		struct led *grown = reallocarray(s->leaders, size, sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		s->leaders = grown;
		s->size = size;
	}
	s->leaders[s->used++] = (struct led){ leader, at_ms };
	return 0;
}

static void
member_lead(struct together *t, uint32_t place)
{
	struct member *m = t->members[place];

	m->leader = m->last = place;
	for (uint32_t i = 0; i < m->failures; i++)
		if (stretch_lead(stretch_find(t, m->times[i] / t->settings.window_ms), place, m->times[i]) <
		    0)
			t->has_failed = true;
}

static void
member_join(struct together *t, uint32_t place, const struct best *best)
{
	struct member *m = t->members[place], *leader = t->members[best->leader];

	m->leader = best->leader;
	m->shared = best->hits;
	if (best->hits > leader->shared)
		leader->shared = best->hits;
	t->members[leader->last]->next = place;
	leader->last = place;
}

bool
together_step(struct together *t, unsigned members)
{
	for (; members > 0 && t->at < t->count; members--, t->at++) {
		struct member *m = t->members[t->at];
		times_without_crowds(t, m);
		if (m->failures < t->settings.times)
			continue;
		struct best best = leader_for(t, m);
		if (best.leader == NONE)
			member_lead(t, (uint32_t)t->at);
		else
			member_join(t, (uint32_t)t->at, &best);
	}
	return t->at < t->count;
}

bool
together_failed(const struct together *t)
{
	return t->has_failed;
}

static int
group_visit(
    struct together *t, uint32_t leader, int (*fn)(void *arg, const struct together_group *group), void *arg)
{
	struct together_group group = { 0 };

	for (uint32_t i = leader; i != NONE; i = t->members[i]->next)
		group.count++;
	struct together_member *members = calloc(group.count, sizeof(*members));
	if (members == NULL)
		return -ENOMEM;
	group.members = members;
	for (uint32_t i = leader; i != NONE; i = t->members[i]->next, members++) {
		const struct member *m = t->members[i];
		*members = (struct together_member){ m->number, m->failures, m->shared };
		for (uint32_t k = 0; i == leader && k < m->failures; k++)
			if (m->times[k] > group.last_ms)
				group.last_ms = m->times[k];
	}
	int rc = fn(arg, &group);
	free((struct together_member *)group.members);
	return rc;
}

int
together_each(struct together *t, int (*fn)(void *arg, const struct together_group *group), void *arg)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < t->count; i++)
		if (t->members[i]->leader == i && t->members[i]->next != NONE)
			rc = group_visit(t, i, fn, arg);
	return rc;
}
