/* SPDX-License-Identifier: ISC */
/*
 * Random small topologies, one or two sites of which break: whoever can be heard no more falls silent in any order, a random time apart, and all
 * come back so. However they are seen, each cause is one announcement, its consequences are none, and at the end nobody holds anything.
 * TOWERD_SEED repeats one; TOWERD_LONG runs a hundred times as many.
 */
#include <time.h>

#include "agent/alarm/list/alarm_fixture.h"

#define SITES_MAX 8
#define PATHS_MAX 2
#define HUBS_MAX  2
#define HOLD_MS   30000
#define SHORT_MS  15000
#define LONG_N    20000u

struct topology {
	int count; /* of sites */
	int paths[SITES_MAX];
	int hubs[SITES_MAX][PATHS_MAX];
	int hub[SITES_MAX][PATHS_MAX][HUBS_MAX];
	unsigned broken; /* a bit for each site */
	unsigned down;   /* what of that can be heard no more */
	int expected;    /* announcements */
	int order[2][SITES_MAX], gap_ms[2][SITES_MAX];
};

static struct fixture f;
static uint64_t random_state;

static int
random_below(int n)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (int)((z ^ z >> 31) % (uint64_t)n);
}

static const char *
name_of(int site)
{
	static const char *const names[SITES_MAX] = { "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7" };
	return names[site];
}

/* What cannot be heard when these are broken: each path of a site needs all of its hubs, and one path is enough. */
static unsigned
down_by(const struct topology *t, unsigned broken)
{
	unsigned down = broken, before;

	do {
		before = down;
		for (int s = 0; s < t->count; s++) {
			int blocked = 0;
			for (int p = 0; p < t->paths[s]; p++) {
				bool is_blocked = false;
				for (int h = 0; h < t->hubs[s][p]; h++)
					is_blocked |= (down >> t->hub[s][p][h] & 1) != 0;
				blocked += is_blocked;
			}
			if (t->paths[s] > 0 && blocked == t->paths[s])
				down |= 1u << s;
		}
	} while (down != before);
	return down;
}

/* What breaks below another cause cannot be told from its consequences; of two that would explain each other one is the cause. */
static int
causes_of(const struct topology *t)
{
	int count = 0, explained = 0;

	for (int s = 0; s < t->count; s++) {
		if (!(t->broken >> s & 1))
			continue;
		bool is_explained = (down_by(t, t->broken & ~(1u << s)) >> s & 1) != 0;
		count += !is_explained;
		explained += is_explained;
	}
	return count > 0 ? count : explained > 0 ? 1 : 0;
}

/* Mostly trees and meshes downwards; some sites depend on each other in a ring. */
static void
topology_random(struct topology *t)
{
	memset(t, 0, sizeof(*t));
	t->count = 3 + random_below(SITES_MAX - 2);
	bool has_ring = random_below(4) == 0;
	for (int s = 0; s < t->count; s++) {
		if (has_ring && s < 3) {
			t->paths[s] = t->hubs[s][0] = 1;
			t->hub[s][0][0] = (s + 1) % 3;
			continue;
		}
		t->paths[s] = s == 0 ? 0 : random_below(PATHS_MAX + 1);
		for (int p = 0; p < t->paths[s]; p++) {
			t->hubs[s][p] = 1 + (random_below(4) == 0);
			for (int h = 0; h < t->hubs[s][p]; h++)
				t->hub[s][p][h] = random_below(s);
		}
	}
	for (int i = 1 + random_below(2); i > 0; i--)
		t->broken |= 1u << random_below(t->count);
	t->down = down_by(t, t->broken);
	t->expected = causes_of(t);
	for (int way = 0; way < 2; way++)
		for (int s = 0; s < t->count; s++) {
			int at = random_below(s + 1);
			t->order[way][s] = t->order[way][at];
			t->order[way][at] = s;
			t->gap_ms[way][s] = random_below(3) == 0 ? 0 : random_below(3000);
		}
}

static void
topology_write(const struct topology *t, char *out, size_t size)
{
	size_t at = (size_t)snprintf(out, size, "sites:\n");

	for (int s = 0; s < t->count; s++) {
		at += (size_t)snprintf(out + at, size - at,
		    "  - { id: %s, kind: fixed, area: n/e, devices: [ { id: tx, driver: test } ]",
		    name_of(s));
		for (int p = 0; p < t->paths[s]; p++) {
			at += (size_t)snprintf(out + at, size - at, "%s[%s",
			    p == 0 ? ", depends-on: [ " : ", ", name_of(t->hub[s][p][0]));
			if (t->hubs[s][p] == 2 && t->hub[s][p][1] != t->hub[s][p][0])
				at += (size_t)snprintf(out + at, size - at, ", %s", name_of(t->hub[s][p][1]));
			at += (size_t)snprintf(out + at, size - at, "]");
		}
		at += (size_t)snprintf(out + at, size - at, "%s }\n", t->paths[s] > 0 ? " ]" : "");
	}
}

/* Announcements since the last call, counted: those of a beginning or a change, and those of an end. */
static void
count_told(int *raises, int *clears)
{
	*raises = *clears = 0;
	for (const char *line = fixture_heard(&f), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (line[0] == '!')
			continue;
		bool is_clear = memcmp(end - strlen("cleared"), "cleared", strlen("cleared")) == 0;
		*raises += !is_clear;
		*clears += is_clear;
	}
}

/* One after the other, those that are down; the others are heard now and then, as by polls. */
static void
each_becomes(const struct topology *t, int way, enum towerd_presence presence)
{
	for (int i = 0; i < t->count; i++) {
		int s = t->order[way][i];
		if (t->down >> s & 1)
			fixture_presence(&f, name_of(s), "tx", presence);
		fixture_step(&f, t->gap_ms[way][i]);
	}
}

static void
print_line(void *arg, const char *text)
{
	(void)arg;
	printf("    %s\n", text);
}

/* Why each that is down was told, or was not. */
static void
print_why(const struct topology *t)
{
	for (int s = 0; s < t->count; s++) {
		const struct site *site = model_site(f.model, name_of(s));
		const struct alarm *alarm =
		    alarm_find(f.alarms, site->entity.number, "comms/site-unreachable", "");
		if (!(t->down >> s & 1))
			continue;
		printf("  %s%s\n", name_of(s), alarm == NULL ? ": no alarm" : "");
		if (alarm != NULL)
			(void)alarm_explain(f.alarms, alarm->number, scopes_all(f.scopes), print_line, NULL);
	}
}

static bool
topology_run(const struct topology *t, char *why, size_t size)
{
	static char text[4096];
	int raises, clears, more, ends;

	audience_acknowledged(f.alarms, f.audience, f.last_number);
	topology_write(t, text, sizeof(text));
	fixture_import(&f, text, true);
	for (int s = 0; s < t->count; s++)
		fixture_presence(&f, name_of(s), "tx", TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 3 * HOLD_MS);
	count_told(&raises, &clears);
	each_becomes(t, 0, TOWERD_PRESENCE_UNREACHABLE);
	fixture_step(&f, 3 * HOLD_MS);
	count_told(&raises, &clears);
	if (raises != t->expected)
		print_why(t);
	each_becomes(t, 1, TOWERD_PRESENCE_REACHABLE);
	fixture_step(&f, 3 * HOLD_MS);
	count_told(&more, &ends);
	size_t left = alarms_active_count(f.alarms);
	int held = 0;
	for (int s = 0; s < t->count; s++) {
		const struct site *site = model_site(f.model, name_of(s));
		const struct alarm *alarm =
		    alarm_find(f.alarms, site->entity.number, "comms/site-unreachable", "");
		held += alarm != NULL && audience_holds(f.alarms, f.audience, alarm) != 0;
	}
	snprintf(why, size,
	    "told of %d beginnings and %d ends, then of %d and %d; %zu left, %d held; expected %d", raises,
	    clears, more, ends, left, held, t->expected);
	return raises == t->expected && clears == 0 && more == 0 && ends == t->expected && left == 0 &&
	    held == 0;
}

static void
topology_print(const struct topology *t, const char *why)
{
	static char text[4096];

	topology_write(t, text, sizeof(text));
	printf("\n%sbroken:", text);
	for (int s = 0; s < t->count; s++)
		if (t->broken >> s & 1)
			printf(" %s", name_of(s));
	for (int way = 0; way < 2; way++) {
		printf("\n%s:", way == 0 ? "silent" : "back");
		for (int i = 0; i < t->count; i++)
			printf(" %s +%d ms",
			    t->down >> t->order[way][i] & 1 ? name_of(t->order[way][i]) : "-",
			    t->gap_ms[way][i]);
	}
	printf("\n%s\n", why);
}

static int64_t
clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
each_cause_is_one_announcement_in_any_order_over_any_topology(void)
{
	const char *seed = getenv("TOWERD_SEED"), *is_long = getenv("TOWERD_LONG");
	uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) << 24;
	int64_t end_ms = clock_ms() + SHORT_MS;
	unsigned count = 0;
	char why[160];

	fixture_start(&f);
	for (bool is_more = true; is_more; count++) {
		struct topology t;
		random_state = first + count;
		topology_random(&t);
		if (!topology_run(&t, why, sizeof(why))) {
			printf("TOWERD_SEED=%llu", (unsigned long long)(first + count));
			topology_print(&t, why);
			CU_FAIL("not one announcement for each cause");
			break;
		}
		is_more = seed != NULL ? false : is_long != NULL ? count + 1 < LONG_N : clock_ms() < end_ms;
	}
	fixture_stop(&f);
	printf("%u topologies from seed %llu on ... ", count, (unsigned long long)first);
}

static const struct claim claims[] = {
	CLAIM(each_cause_is_one_announcement_in_any_order_over_any_topology),
};

CLAIMS_MAIN("causes over random topologies", claims)
