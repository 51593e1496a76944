/* SPDX-License-Identifier: ISC */
/* What traps have come to, on its way to the agent. */
#include "plugins/snmp/trap/outcome.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define REPEAT_MS 1000

struct state {
	bool is_raised, is_hint;
	int severity;
	int64_t expires_ms, device_ms;
	char *text;
};

struct outcome {
	TAILQ_ENTRY(outcome) in_list; /* of those that wait, or of those that were told, the oldest first */
	struct outcome *next;         /* in the hash */
	uint32_t hash, device;
	char *type, *qualifier;
	struct state now, before; /* before: `has_before`, not told yet and the opposite of now */
	bool has_before, is_waiting;
	int64_t told_ms;
};

TAILQ_HEAD(outcome_list, outcome);

struct outcomes {
	struct outcome **slots;
	size_t slot_count, count, max, waiting_count;
	struct outcome_list waiting, told;
};

struct outcomes *
outcomes_new(size_t max)
{
	struct outcomes *outcomes = calloc(1, sizeof(*outcomes));

	if (outcomes == NULL)
		return NULL;
	TAILQ_INIT(&outcomes->waiting);
	TAILQ_INIT(&outcomes->told);
	outcomes->max = max;
	for (outcomes->slot_count = 1; outcomes->slot_count < max; outcomes->slot_count *= 2)
		;
	outcomes->slots = calloc(outcomes->slot_count, sizeof(*outcomes->slots));
	if (outcomes->slots == NULL) {
		free(outcomes);
		return NULL;
	}
	return outcomes;
}

static uint32_t
hash_text(uint32_t hash, const char *text)
{
	do
		hash = (hash ^ (uint8_t)*text) * 16777619u; /* FNV-1a */
	while (*text++ != '\0');
	return hash;
}

static uint32_t
hash_of(const struct towerd_fault *fault)
{
	uint32_t hash = (2166136261u ^ fault->device) * 16777619u;

	return hash_text(hash_text(hash, fault->type), fault->qualifier);
}

static void
outcome_free(struct outcomes *outcomes, struct outcome *o)
{
	struct outcome **at = &outcomes->slots[o->hash & (outcomes->slot_count - 1)];

	while (*at != NULL && *at != o)
		at = &(*at)->next;
	if (*at != NULL)
		*at = o->next;
	TAILQ_REMOVE(o->is_waiting ? &outcomes->waiting : &outcomes->told, o, in_list);
	outcomes->waiting_count -= o->is_waiting;
	outcomes->count--;
	free(o->type);
	free(o->qualifier);
	free(o->now.text);
	free(o->before.text);
	free(o);
}

void
outcomes_free(struct outcomes *outcomes)
{
	struct outcome *o;

	if (outcomes == NULL)
		return;
	while ((o = TAILQ_FIRST(&outcomes->waiting)) != NULL || (o = TAILQ_FIRST(&outcomes->told)) != NULL)
		outcome_free(outcomes, o);
	free(outcomes->slots);
	free(outcomes);
}

static struct outcome *
find(const struct outcomes *outcomes, uint32_t hash, const struct towerd_fault *fault)
{
	struct outcome *o = outcomes->slots[hash & (outcomes->slot_count - 1)];

	while (o != NULL &&
	    (o->hash != hash || o->device != fault->device || strcmp(o->type, fault->type) != 0 ||
		strcmp(o->qualifier, fault->qualifier) != 0))
		o = o->next;
	return o;
}

/* A new one, in the place of the one that was told longest ago when there are too many. */
static struct outcome *
add(struct outcomes *outcomes, uint32_t hash, const struct towerd_fault *fault)
{
	if (outcomes->count == outcomes->max) {
		if (TAILQ_EMPTY(&outcomes->told))
			return NULL;
		outcome_free(outcomes, TAILQ_FIRST(&outcomes->told));
	}
	struct outcome *o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	o->hash = hash;
	o->device = fault->device;
	TAILQ_INSERT_TAIL(&outcomes->told, o, in_list);
	outcomes->count++;
	o->next = outcomes->slots[hash & (outcomes->slot_count - 1)];
	outcomes->slots[hash & (outcomes->slot_count - 1)] = o;
	o->type = strdup(fault->type);
	o->qualifier = strdup(fault->qualifier);
	if (o->type != NULL && o->qualifier != NULL)
		return o;
	outcome_free(outcomes, o);
	return NULL;
}

static bool
says_the_same(const struct state *state, const struct towerd_fault *fault)
{
	return state->is_raised == fault->is_raised && state->severity == fault->severity &&
	    strcmp(state->text, fault->text) == 0;
}

bool
outcomes_put(struct outcomes *outcomes, const struct towerd_fault *fault, int64_t now_ms)
{
	uint32_t hash = hash_of(fault);
	struct outcome *o = find(outcomes, hash, fault);
	bool is_known = o != NULL && o->now.text != NULL;

	if (is_known && says_the_same(&o->now, fault) &&
	    (o->is_waiting ||
		(now_ms - o->told_ms < REPEAT_MS &&
		    (fault->expires_ms == 0 || now_ms - o->told_ms < fault->expires_ms / 2))))
		return true;
	char *text = strdup(fault->text);
	if (o == NULL && text != NULL)
		o = add(outcomes, hash, fault);
	if (o == NULL || text == NULL) {
		free(text);
		return false;
	}
	if (o->is_waiting && o->now.is_raised != fault->is_raised) {
		free(o->before.text);
		o->before = o->now;
		o->has_before = true;
	} else {
		free(o->now.text);
	}
	o->now = (struct state){ fault->is_raised, fault->is_hint, fault->severity, fault->expires_ms,
		fault->device_ms, text };
	if (!o->is_waiting) {
		TAILQ_REMOVE(&outcomes->told, o, in_list);
		TAILQ_INSERT_TAIL(&outcomes->waiting, o, in_list);
		o->is_waiting = true;
		outcomes->waiting_count++;
	}
	return true;
}

size_t
outcomes_waiting(const struct outcomes *outcomes)
{
	return outcomes->waiting_count;
}

static bool
tell_state(const struct outcome *o, const struct state *state,
    bool (*tell)(void *arg, const struct towerd_fault *fault), void *arg)
{
	const struct towerd_fault fault = { .size = sizeof(fault),
		.device = o->device,
		.type = o->type,
		.qualifier = o->qualifier,
		.is_raised = state->is_raised,
		.severity = state->severity,
		.text = state->text,
		.device_ms = state->device_ms,
		.expires_ms = state->expires_ms,
		.is_hint = state->is_hint };
	return tell(arg, &fault);
}

void
outcomes_tell(struct outcomes *outcomes, int64_t now_ms,
    bool (*tell)(void *arg, const struct towerd_fault *fault), void *arg)
{
	struct outcome *o;

	while ((o = TAILQ_FIRST(&outcomes->waiting)) != NULL) {
		if (o->has_before && !tell_state(o, &o->before, tell, arg))
			return;
		free(o->before.text);
		o->before.text = NULL;
		o->has_before = false;
		if (!tell_state(o, &o->now, tell, arg))
			return;
		o->is_waiting = false;
		o->told_ms = now_ms;
		outcomes->waiting_count--;
		TAILQ_REMOVE(&outcomes->waiting, o, in_list);
		TAILQ_INSERT_TAIL(&outcomes->told, o, in_list);
	}
}
