/* SPDX-License-Identifier: ISC */
/* Who is the cause of whose silence: cases by name, then random graphs against a reference that enumerates. */
#include "agent/alarm/correlate/graph.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cunit_main.h"

static struct graph *graph;
static char inferences[256];

static void
on_inferred(void *arg, uint32_t hub, bool is_down)
{
	(void)arg;
	size_t used = strlen(inferences);
	snprintf(inferences + used, sizeof(inferences) - used, "%u %s;", hub, is_down ? "down" : "up");
}

/* site(3, "1 2|4"): site 3 depends on 1 and 2, or on 4. Ids are the numbers as text; "-" before them: no devices. */
static void
site(uint32_t number, const char *paths)
{
	char text[256], id[16], *rest, *save, *word;
	const char *hubs[64];
	struct graph_path list[16];
	size_t count = 0, used = 0;
	bool is_monitored = paths[0] != '-';

	snprintf(text, sizeof(text), "%s", is_monitored ? paths : paths + 1);
	snprintf(id, sizeof(id), "%u", number);
	for (char *path = strtok_r(text, "|", &rest); path != NULL; path = strtok_r(NULL, "|", &rest)) {
		list[count] = (struct graph_path){ .hubs = &hubs[used] };
		for (word = strtok_r(path, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
			hubs[used++] = word;
			list[count].count++;
		}
		count++;
	}
	struct graph_site s = {
		.number = number, .id = id, .is_monitored = is_monitored, .paths = list, .path_count = count
	};
	CU_ASSERT_EQUAL(graph_set_site(graph, &s), 0);
}

static void
begin(void)
{
	graph_free(graph);
	graph = graph_new(on_inferred, NULL);
	inferences[0] = '\0';
}

static void
end(void)
{
	graph_free(graph);
	graph = NULL;
}

/* All of these are heard at 0, then the silence of each begins at its own number. */
static void
down(uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i <= to; i++) {
		graph_heard(graph, i, 0);
		graph_set_state(graph, i, GRAPH_DOWN, i);
	}
}

/* "root", "wait 1 2", "5 <- 1 2": the cause and the roots. */
static const char *
judged(uint32_t number, bool is_wait_over)
{
	static char text[256];
	struct graph_judgement j;
	size_t used;

	graph_judge(graph, number, is_wait_over, &j);
	if (j.verdict == GRAPH_ROOT) {
		CU_ASSERT(j.root_count == 1 && j.roots[0] == number && j.cause == 0);
		return "root";
	}
	if (j.verdict == GRAPH_WAIT)
		used = (size_t)snprintf(text, sizeof(text), "wait");
	else
		used = (size_t)snprintf(text, sizeof(text), "%u <-", j.cause);
	for (size_t i = 0; i < j.wait_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %u", j.wait_for[i]);
	for (size_t i = 0; i < j.root_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %u", j.roots[i]);
	return text;
}

static void
a_chain_of_hubs_has_one_root(void)
{
	begin();
	site(1, "");
	site(2, "1");
	site(3, "2");
	site(4, "3");
	down(1, 4);
	CU_ASSERT_STRING_EQUAL(judged(1, false), "root");
	CU_ASSERT_STRING_EQUAL(judged(2, false), "1 <- 1");
	CU_ASSERT_STRING_EQUAL(judged(4, false), "3 <- 1");
	graph_set_state(graph, 2, GRAPH_UP, 10);
	CU_ASSERT_STRING_EQUAL(judged(3, false), "root"); /* its hub was heard after it fell silent */
	CU_ASSERT_STRING_EQUAL(judged(4, false), "3 <- 3");
	end();
}

static void
one_path_of_several_is_enough(void)
{
	begin();
	site(1, "");
	site(2, "");
	site(3, "");
	site(4, "1 | 2 3");
	down(4, 4);
	graph_set_state(graph, 1, GRAPH_DOWN, 1);
	graph_heard(graph, 2, 9);
	graph_heard(graph, 3, 9);
	CU_ASSERT_STRING_EQUAL(judged(4, false), "root");
	graph_set_state(graph, 3, GRAPH_DOWN, 3);
	CU_ASSERT_STRING_EQUAL(judged(4, false), "1 <- 1 3");
	graph_set_state(graph, 1, GRAPH_UP, 11);
	CU_ASSERT_STRING_EQUAL(judged(4, false), "root");
	end();
}

static void
a_verdict_waits_for_hubs_that_may_be_down_and_for_no_others(void)
{
	begin();
	site(1, "");
	site(2, "");
	site(3, "1 2");
	site(4, "1 | 2");
	graph_heard(graph, 1, 2);
	graph_heard(graph, 2, 2);
	graph_set_state(graph, 3, GRAPH_DOWN, 3);
	graph_set_state(graph, 4, GRAPH_DOWN, 4);
	CU_ASSERT_STRING_EQUAL(judged(3, false), "wait 1 2");
	CU_ASSERT_STRING_EQUAL(judged(3, true), "root");
	graph_heard(graph, 1, 4);
	CU_ASSERT_STRING_EQUAL(judged(3, false), "wait 2");
	CU_ASSERT_STRING_EQUAL(
	    judged(4, false), "wait 1 2"); /* heard in that same moment: before or after it? */
	graph_heard(graph, 1, 5);
	CU_ASSERT_STRING_EQUAL(judged(4, false), "root");
	graph_set_state(
	    graph, 1, GRAPH_SUSPECT, 6); /* it answered after they fell silent, and does not now */
	CU_ASSERT_STRING_EQUAL(judged(4, false), "wait 1 2");
	graph_set_state(graph, 2, GRAPH_DOWN, 7);
	CU_ASSERT_STRING_EQUAL(judged(3, false), "2 <- 2");
	CU_ASSERT_STRING_EQUAL(judged(4, false), "wait 1");
	end();
}

static void
of_a_ring_that_nothing_explains_the_first_that_fell_silent_is_the_root(void)
{
	begin();
	site(1, "2");
	site(2, "3");
	site(3, "1");
	site(4, "3"); /* hangs below the ring */
	down(1, 4);
	graph_set_state(graph, 2, GRAPH_DOWN, 0);
	CU_ASSERT_STRING_EQUAL(judged(2, false), "root");
	CU_ASSERT_STRING_EQUAL(judged(1, false), "2 <- 2");
	CU_ASSERT_STRING_EQUAL(judged(3, false), "1 <- 2");
	CU_ASSERT_STRING_EQUAL(judged(4, false), "3 <- 2");
	graph_set_state(graph, 1, GRAPH_DOWN, 0);
	CU_ASSERT_STRING_EQUAL(judged(1, false), "root"); /* at the same time: the lowest number */
	CU_ASSERT_STRING_EQUAL(judged(2, false), "3 <- 1");
	site(5, "");
	site(1, "2 | 5");
	graph_set_state(graph, 5, GRAPH_DOWN, 99);
	CU_ASSERT_STRING_EQUAL(judged(2, false), "3 <- 5"); /* there is something outside: it is that */
	CU_ASSERT_STRING_EQUAL(judged(1, false), "5 <- 5");
	end();
}

static void
a_hub_nobody_hears_is_down_when_all_that_depend_on_it_alone_are(void)
{
	begin();
	site(1, "-");
	for (uint32_t i = 2; i <= 4; i++)
		site(i, "1");
	site(5, "1 | 6");
	site(6, "");
	graph_heard(graph, 6, 50);
	graph_heard(graph, 5, 50);
	down(2, 3);
	CU_ASSERT_FALSE(graph_inferred(graph, 1));
	CU_ASSERT_STRING_EQUAL(judged(2, false), "wait 4");
	down(4, 4);
	CU_ASSERT(graph_inferred(graph, 1));
	CU_ASSERT_STRING_EQUAL(inferences, "1 down;");
	CU_ASSERT_STRING_EQUAL(judged(2, false), "1 <- 1");
	CU_ASSERT_STRING_EQUAL(judged(1, false), "root");
	site(3, "1"); /* the same again: nothing moves */
	CU_ASSERT_STRING_EQUAL(inferences, "1 down;");
	graph_set_state(graph, 4, GRAPH_UP, 60);
	CU_ASSERT_FALSE(graph_inferred(graph, 1));
	CU_ASSERT_STRING_EQUAL(judged(2, false), "root");
	graph_set_state(graph, 4, GRAPH_DOWN, 61);
	site(1, ""); /* it has devices now, and they answer */
	graph_heard(graph, 1, 70);
	CU_ASSERT_FALSE(graph_inferred(graph, 1));
	CU_ASSERT_STRING_EQUAL(judged(4, false), "root");
	CU_ASSERT_STRING_EQUAL(inferences, "1 down;1 up;1 down;1 up;");
	end();
}

static void
two_below_a_hub_that_nobody_hears_prove_nothing(void)
{
	begin();
	site(1, "-");
	site(2, "1");
	site(3, "1");
	down(2, 3);
	CU_ASSERT_FALSE(graph_inferred(graph, 1));
	CU_ASSERT_STRING_EQUAL(judged(2, false), "root");
	end();
}

static void
a_hub_that_is_not_in_the_inventory_yet_is_found_when_it_comes(void)
{
	begin();
	site(2, "1");
	down(2, 2);
	CU_ASSERT_STRING_EQUAL(judged(2, false), "root"); /* nobody will ever say that it is down */
	site(1, "");
	graph_set_state(graph, 1, GRAPH_DOWN, 1);
	CU_ASSERT_STRING_EQUAL(judged(2, false), "1 <- 1");
	CU_ASSERT_EQUAL(graph_dependent_count(graph, 1), 1);
	graph_remove_site(graph, 1);
	CU_ASSERT_STRING_EQUAL(judged(2, false), "root");
	site(1, "");
	CU_ASSERT_EQUAL(graph_dependent_count(graph, 1), 1);
	CU_ASSERT_EQUAL(graph_state(graph, 1), GRAPH_UP);
	end();
}

static void
ids_and_numbers_belong_together(void)
{
	begin();
	site(1, "");
	CU_ASSERT_EQUAL(graph_set_site(graph, &(struct graph_site){ .number = 1, .id = "x" }), -EINVAL);
	CU_ASSERT_EQUAL(graph_set_site(graph, &(struct graph_site){ .number = 2, .id = "1" }), -EINVAL);
	CU_ASSERT_EQUAL(graph_set_site(graph, &(struct graph_site){ .number = 0, .id = "y" }), -EINVAL);
	end();
}

static void
a_site_does_not_depend_on_itself(void)
{
	begin();
	site(1, "1");
	site(2, "2 1");
	down(1, 2);
	CU_ASSERT_STRING_EQUAL(judged(1, false), "root");
	CU_ASSERT_STRING_EQUAL(judged(2, false), "1 <- 1");
	end();
}

static void
with_more_ancestors_than_can_be_looked_at_a_site_is_told(void)
{
	begin();
	site(1, "");
	for (uint32_t i = 2; i <= GRAPH_ANCESTORS_MAX + 1; i++) {
		char path[16];
		snprintf(path, sizeof(path), "%u", i - 1);
		site(i, path);
	}
	down(1, GRAPH_ANCESTORS_MAX + 1);
	CU_ASSERT_STRING_EQUAL(judged(GRAPH_ANCESTORS_MAX, false), "255 <- 1");
	CU_ASSERT_STRING_EQUAL(judged(GRAPH_ANCESTORS_MAX + 1, false), "root");
	end();
}

/* More roots than fit: the chain's own first, then those that fell silent first. */
static void
many_causes_are_named_as_far_as_there_is_room(void)
{
	begin();
	char paths[64] = "";
	for (uint32_t i = 1; i <= 12; i++) {
		site(i, "");
		snprintf(paths + strlen(paths), sizeof(paths) - strlen(paths), "%s%u", i > 1 ? "|" : "", i);
	}
	site(20, paths);
	for (uint32_t i = 1; i <= 12; i++)
		graph_set_state(graph, i, GRAPH_DOWN, 100 - i);
	graph_set_state(graph, 20, GRAPH_DOWN, 100);
	CU_ASSERT_STRING_EQUAL(judged(20, false), "12 <- 12 11 10 9 8 7 6 5");
	end();
}

static int
visit(void *arg, uint32_t number)
{
	char *text = arg;
	snprintf(text + strlen(text), 64 - strlen(text), "%u ", number);
	return 0;
}

static void
each_dependent_and_each_hub_is_visited_once(void)
{
	char text[64] = "";

	begin();
	site(1, "");
	site(3, "1 | 1 2");
	graph_each_dependent(graph, 1, visit, text);
	graph_each_hub(graph, 3, visit, text); /* 2 is not in the inventory */
	CU_ASSERT_STRING_EQUAL(text, "3 1 ");
	site(3, "2");
	CU_ASSERT_EQUAL(graph_dependent_count(graph, 1), 0);
	end();
}

/* The reference. Small numbers, whole matrices, nothing clever. */
#define N 10

static struct world {
	bool is_monitored[N + 1];
	int path_count[N + 1];
	bool path[N + 1][3][N + 1];
	enum graph_state state[N + 1];
	int64_t since[N + 1], heard[N + 1];
} w;

static bool is_down[N + 1], blocked[N + 1], above[N + 1][N + 1], reach[N + 1][N + 1];
static int root_of[N + 1]; /* of a terminal component, or 0 */
static int distance[N + 1], near_root[N + 1], cause[N + 1];

static bool
needs_alone(int s, int hub)
{
	for (int p = 0; p < w.path_count[s]; p++)
		if (!w.path[s][p][hub])
			return false;
	return w.path_count[s] > 0;
}

static bool
earlier(int a, int b)
{
	int64_t a_ms = w.is_monitored[a] ? w.since[a] : INT64_MIN,
		b_ms = w.is_monitored[b] ? w.since[b] : INT64_MIN;
	return a_ms != b_ms ? a_ms < b_ms : a < b;
}

static void
reference(void)
{
	for (int h = 1; h <= N; h++) {
		int alone = 0, silent = 0;
		for (int s = 1; s <= N; s++)
			if (w.is_monitored[s] && needs_alone(s, h)) {
				alone++;
				silent += w.state[s] == GRAPH_DOWN;
			}
		is_down[h] = w.is_monitored[h] ? w.state[h] == GRAPH_DOWN : alone >= 3 && silent == alone;
	}
	memset(above, 0, sizeof(above));
	for (int s = 1; s <= N; s++) {
		blocked[s] = w.path_count[s] > 0;
		for (int p = 0; p < w.path_count[s]; p++) {
			bool is_dead = false;
			for (int h = 1; h <= N; h++)
				is_dead |= w.path[s][p][h] && is_down[h];
			blocked[s] &= is_dead;
		}
		for (int p = 0; p < w.path_count[s]; p++)
			for (int h = 1; h <= N; h++)
				above[s][h] |= blocked[s] && w.path[s][p][h] && is_down[h];
		for (int h = 1; h <= N && !blocked[s]; h++)
			above[s][h] = false;
	}
	memcpy(reach, above, sizeof(reach));
	for (int k = 1; k <= N; k++)
		for (int i = 1; i <= N; i++)
			for (int j = 1; j <= N; j++)
				reach[i][j] |= reach[i][k] && reach[k][j];
	for (int s = 1; s <= N; s++) {
		bool is_terminal = true;
		root_of[s] = s;
		for (int j = 1; j <= N; j++)
			if (reach[s][j]) {
				is_terminal &= reach[j][s];
				if (earlier(j, root_of[s]))
					root_of[s] = j;
			}
		if (!is_terminal)
			root_of[s] = 0;
	}
	for (int s = 1; s <= N; s++) {
		distance[s] = root_of[s] == s ? 0 : 99;
		near_root[s] = root_of[s] == s ? s : 0;
		cause[s] = 0;
	}
	for (int d = 1; d <= N; d++)
		for (int s = 1; s <= N; s++)
			for (int h = 1; h <= N && distance[s] >= d; h++)
				if (above[s][h] && distance[h] == d - 1) {
					bool is_better = cause[s] == 0 ||
					    (near_root[h] != near_root[cause[s]] &&
						earlier(near_root[h], near_root[cause[s]]));
					if (is_better)
						cause[s] = h;
					if (h == N || cause[s] != 0)
						near_root[s] = near_root[cause[s]];
					distance[s] = d;
				}
}

static bool
reference_waits(int s)
{
	if (blocked[s] || w.path_count[s] == 0)
		return false;
	for (int p = 0; p < w.path_count[s]; p++) {
		bool may_be_dead = false;
		for (int h = 1; h <= N; h++) {
			if (!w.path[s][p][h])
				continue;
			if (w.is_monitored[h]) {
				may_be_dead |= w.state[h] != GRAPH_UP || w.heard[h] <= w.since[s];
				continue;
			}
			int alone = 0;
			bool is_witness = false;
			for (int d = 1; d <= N; d++)
				if (w.is_monitored[d] && needs_alone(d, h)) {
					alone++;
					is_witness |= w.heard[d] > w.since[s];
				}
			may_be_dead |= is_down[h] || (alone >= 3 && !is_witness);
		}
		if (!may_be_dead)
			return false;
	}
	return true;
}

static uint32_t seed;

static int
die(int sides)
{
	seed = seed * 1664525u + 1013904223u;
	return (int)((seed >> 16) % (uint32_t)sides);
}

static void
world_make(void)
{
	memset(&w, 0, sizeof(w));
	int spread = 1 + die(N);
	for (int s = 1; s <= N; s++) {
		w.is_monitored[s] = die(5) != 0;
		w.path_count[s] = die(4);
		for (int p = 0; p < w.path_count[s]; p++)
			for (int k = die(3); k >= 0; k--) {
				int h = 1 + die(spread);
				w.path[s][p][h == s ? h % N + 1 : h] = true;
			}
		w.heard[s] = die(8);
		w.since[s] = die(8);
		w.state[s] = w.is_monitored[s] ? (enum graph_state)(die(4) ? GRAPH_DOWN : die(3)) : GRAPH_UP;
	}
}

static void
world_site(int s)
{
	char text[256] = "";
	for (int p = 0; p < w.path_count[s]; p++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", p > 0 ? "|" : "");
		for (int h = 1; h <= N; h++)
			if (w.path[s][p][h])
				snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ", h);
	}
	char marked[260];
	snprintf(marked, sizeof(marked), "%s%s", w.is_monitored[s] ? "" : "-", text);
	site((uint32_t)s, marked);
}

static void
world_apply(void)
{
	int order[N];

	begin();
	for (int i = 0; i < N; i++)
		order[i] = i + 1;
	for (int round = 0; round < 3; round++) {
		for (int i = N - 1; i > 0; i--) {
			int j = die(i + 1), swap = order[i];
			order[i] = order[j];
			order[j] = swap;
		}
		for (int i = 0; i < N; i++) {
			int s = order[i];
			if (round == 0 || die(4) == 0)
				world_site(s);
			if (!w.is_monitored[s])
				continue;
			if (round == 1) /* detours on the way to the same end */
				graph_set_state(graph, (uint32_t)s, (enum graph_state)die(3), -5);
			if (round == 2) {
				graph_heard(graph, (uint32_t)s, w.heard[s]);
				graph_set_state(graph, (uint32_t)s, w.state[s],
				    w.state[s] == GRAPH_UP ? w.heard[s] : w.since[s]);
			}
		}
	}
}

/* One site of the world as it is now against the reference; returns false when they differ. */
static bool
agrees(int s)
{
	struct graph_judgement j, last;
	int steps = 0;

	graph_judge(graph, (uint32_t)s, false, &j);
	if (!blocked[s]) {
		enum graph_verdict verdict = reference_waits(s) ? GRAPH_WAIT : GRAPH_ROOT;
		graph_judge(graph, (uint32_t)s, true, &last);
		return j.verdict == verdict && last.verdict == GRAPH_ROOT && last.roots[0] == (uint32_t)s;
	}
	if (root_of[s] == s)
		return j.verdict == GRAPH_ROOT && j.root_count == 1 && j.roots[0] == (uint32_t)s;
	if (j.verdict != GRAPH_CONSEQUENCE || j.cause != (uint32_t)cause[s] ||
	    j.roots[0] != (uint32_t)near_root[s])
		return false;
	size_t roots = 0;
	for (int r = 1; r <= N; r++)
		if (root_of[r] == r && reach[s][r]) {
			bool is_named = false;
			for (size_t i = 0; i < j.root_count; i++)
				is_named |= j.roots[i] == (uint32_t)r;
			if (!is_named && j.root_count < GRAPH_ROOTS_MAX)
				return false;
			roots++;
		}
	if (j.root_count != (roots < GRAPH_ROOTS_MAX ? roots : GRAPH_ROOTS_MAX))
		return false;
	last = j;
	while (last.verdict == GRAPH_CONSEQUENCE && steps++ <= N)
		graph_judge(graph, last.cause, true, &last);
	return last.verdict == GRAPH_ROOT && last.roots[0] == j.roots[0];
}

static void
random_graphs_are_judged_as_the_reference_does_in_any_order(void)
{
	unsigned wrong = 0, seen[3] = { 0 }, rings = 0, inferred = 0;

	for (uint32_t i = 0; i < 20000; i++) {
		seed = i * 2654435761u + 7;
		world_make();
		reference();
		world_apply();
		for (int s = 1; s <= N; s++) {
			inferred += !w.is_monitored[s] && is_down[s];
			wrong += graph_inferred(graph, (uint32_t)s) != (!w.is_monitored[s] && is_down[s]);
			if (w.is_monitored[s] && w.state[s] != GRAPH_DOWN)
				continue;
			if (!w.is_monitored[s] && !is_down[s])
				continue;
			if (w.is_monitored[s] && !agrees(s))
				wrong++;
			struct graph_judgement j;
			graph_judge(graph, (uint32_t)s, false, &j);
			seen[j.verdict]++;
			rings += blocked[s] && j.verdict == GRAPH_ROOT;
		}
		if (wrong != 0) {
			fprintf(stderr, "\ngraph %u differs\n", i);
			break;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	/* The worlds are of all kinds. */
	CU_ASSERT(seen[GRAPH_ROOT] > 1000 && seen[GRAPH_CONSEQUENCE] > 1000 && seen[GRAPH_WAIT] > 1000);
	CU_ASSERT(rings > 100 && inferred > 100);
	end();
}

static const struct claim claims[] = {
	CLAIM(a_chain_of_hubs_has_one_root),
	CLAIM(one_path_of_several_is_enough),
	CLAIM(a_verdict_waits_for_hubs_that_may_be_down_and_for_no_others),
	CLAIM(of_a_ring_that_nothing_explains_the_first_that_fell_silent_is_the_root),
	CLAIM(a_hub_nobody_hears_is_down_when_all_that_depend_on_it_alone_are),
	CLAIM(two_below_a_hub_that_nobody_hears_prove_nothing),
	CLAIM(a_hub_that_is_not_in_the_inventory_yet_is_found_when_it_comes),
	CLAIM(ids_and_numbers_belong_together),
	CLAIM(a_site_does_not_depend_on_itself),
	CLAIM(with_more_ancestors_than_can_be_looked_at_a_site_is_told),
	CLAIM(many_causes_are_named_as_far_as_there_is_room),
	CLAIM(each_dependent_and_each_hub_is_visited_once),
	CLAIM(random_graphs_are_judged_as_the_reference_does_in_any_order),
};

CLAIMS_MAIN("graph", claims)
