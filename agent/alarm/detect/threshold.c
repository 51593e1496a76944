/* SPDX-License-Identifier: ISC */
/*
 * Thresholds: the catalogue's rules over readings. Each step of a rule's ladder is a condition of its own, with hysteresis while it is on and
 * a hold before it goes on or off; the alarm's severity is that of the worst step that is on. All that a sensor waits for or has raised
 * is its watch, found by sensor->watch; a sensor without one is normal, and a normal reading ends after a few comparisons.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/detect/threshold_inside.h"
#include "agent/alarm/list/text.h"

#define DEFAULT_HOLD_MS 5000

static uint64_t
states_of(const struct catalogue_kind *kind, const char *names)
{
	uint64_t bits = 0;

	for (int i = 0; kind->kind.states[i] != NULL && i < 64; i++) {
		size_t len = strlen(kind->kind.states[i]);
		for (const char *p = names; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " "))
			if (strcspn(p, " ") == len && strncmp(p, kind->kind.states[i], len) == 0)
				bits |= UINT64_C(1) << i;
	}
	return bits;
}

static void
rule_prepare(const struct alarms *alarms, const struct catalogue_kind *kind, const struct catalogue_rule *row,
    struct rule *rule)
{
	const struct catalogue_rule *other = row == &kind->rules[0] ? &kind->rules[1] : &kind->rules[0];
	bool is_shared = other->when != 0 && strcmp(other->alarm_type, row->alarm_type) == 0;

	rule->row = row;
	rule->number = (unsigned)(row - kind->rules);
	rule->type = alarm_type_find(row->alarm_type);
	rule->qualifier = !is_shared  ? ""
	    : row->when == WHEN_BELOW ? "low"
	    : row->when == WHEN_ABOVE ? "high"
				      : "state";
	rule->hold_ms = row->hold_ms < 0 ? 0 : row->hold_ms > 0 ? row->hold_ms : alarms->settings.hold_ms;
	if (row->when == WHEN_STATE)
		rule->states = states_of(kind, row->states);
	while (rule->steps < CATALOGUE_STEPS && row->severities[rule->steps] != 0)
		rule->steps++;
}

int
thresholds_new(struct alarms *alarms)
{
	struct thresholds *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -ENOMEM;
	alarms->thresholds = t;
	t->kinds = calloc(catalogue_count(), sizeof(*t->kinds));
	if (t->kinds == NULL)
		return -ENOMEM;
	for (unsigned k = 0; k < catalogue_count(); k++) {
		const struct catalogue_kind *kind = catalogue_at(k);
		struct kind_rules *rules = &t->kinds[k];
		for (unsigned r = 0; r < CATALOGUE_RULES && kind->rules[r].when != 0; r++)
			if (alarm_type_find(kind->rules[r].alarm_type) != NULL)
				rule_prepare(alarms, kind, &kind->rules[r], &rules->rules[rules->count++]);
	}
	return 0;
}

/* BELOW, ABOVE: the catalogue's limits, or the site's own. INT64_MIN: none. */
void
threshold_limits(const struct rule *rule, const struct sensor *sensor, int64_t limits[CATALOGUE_STEPS])
{
	const struct site *site = sensor->device->site;

	memcpy(limits, rule->row->limits, sizeof(rule->row->limits));
	for (size_t i = 0; i < site->threshold_count; i++)
		if (site->thresholds[i].kind == sensor->kind && site->thresholds[i].rule == rule->number)
			limits[site->thresholds[i].step] = site->thresholds[i].limit;
}

/* The steps of a rule that are true of a value; a step that is on stays on until the value is its hysteresis back inside. */
static unsigned
steps_true(const struct rule *rule, const struct sensor *sensor, unsigned on)
{
	const struct catalogue_rule *row = rule->row;
	int64_t limits[CATALOGUE_STEPS], value = sensor->value;
	unsigned bits = 0;

	switch (row->when) {
	case WHEN_TRUE:
		return value != 0;
	case WHEN_FALSE:
		return value == 0;
	case WHEN_STATE:
		return value >= 0 && value < 64 && (rule->states >> value & 1) != 0;
	case WHEN_BELOW:
	case WHEN_ABOVE:
		break;
	}
	threshold_limits(rule, sensor, limits);
	for (unsigned i = 0; i < rule->steps; i++) {
		int64_t slack = on & (1u << i) ? row->hysteresis : 0;
		if (limits[i] == INT64_MIN)
			continue;
		if (row->when == WHEN_BELOW ? value < limits[i] + slack : value > limits[i] - slack)
			bits |= 1u << i;
	}
	return bits;
}

struct watch *
threshold_watch(const struct alarms *alarms, const struct sensor *sensor)
{
	return sensor->watch != 0 ? alarms->thresholds->watches[sensor->watch] : NULL;
}

static int
watches_grow(struct thresholds *t)
{
	uint32_t size = t->size != 0 ? t->size * 2 : 64;
	struct watch **watches = reallocarray(t->watches, size, sizeof(struct watch *));
	if (watches == NULL)
		return -ENOMEM;
	t->watches = watches;
	uint32_t *free_slots = reallocarray(t->free_slots, size, sizeof(*free_slots));
	if (free_slots == NULL)
		return -ENOMEM;
	t->free_slots = free_slots;
	t->size = size;
	if (t->used == 0)
		t->watches[t->used++] = NULL;
	return 0;
}

static struct watch *
watch_make(struct alarms *alarms, struct sensor *sensor)
{
	struct thresholds *t = alarms->thresholds;

	if (sensor->watch != 0)
		return t->watches[sensor->watch];
	if (t->free_count == 0 && t->used == t->size && watches_grow(t) < 0)
		return NULL;
	struct watch *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->alarms = alarms;
	w->sensor = sensor->entity.number;
	w->slot = t->free_count > 0 ? t->free_slots[--t->free_count] : t->used++;
	t->watches[w->slot] = w;
	sensor->watch = w->slot;
	alarms->stats.watched++;
	return w;
}

static void
watch_free(struct alarms *alarms, struct watch *w)
{
	struct thresholds *t = alarms->thresholds;

	t->watches[w->slot] = NULL;
	t->free_slots[t->free_count++] = w->slot;
	loop_timer_free(w->timer);
	free(w);
	alarms->stats.watched--;
}

static void
watch_drop_idle(struct alarms *alarms, struct watch *w, struct sensor *sensor)
{
	if (w->is_stale)
		return;
	for (unsigned r = 0; r < CATALOGUE_RULES; r++)
		if (w->rules[r].on != 0 || w->rules[r].waiting != 0)
			return;
	sensor->watch = 0;
	watch_free(alarms, w);
}

int
threshold_worst(unsigned on)
{
	return on == 0 ? -1 : 31 - __builtin_clz(on);
}

/* "battery voltage (1): 43.9 V, below 44.5 V (critical-low)". */
static void
raise_text(
    const struct rule *rule, int64_t value, int step, const struct sensor *sensor, char *out, size_t size)
{
	const struct towerd_kind *kind = &catalogue_at(sensor->kind)->kind;
	const struct catalogue_rule *row = rule->row;
	int64_t limits[CATALOGUE_STEPS];
	char name[256], is[64], limit[64];

	text_of_sensor(name, sizeof(name), sensor);
	text_of_value(is, sizeof(is), kind, value);
	threshold_limits(rule, sensor, limits);
	if (row->when == WHEN_TRUE || row->when == WHEN_FALSE)
		snprintf(out, size, "%s: %s", name, rule->type->description);
	else if (row->when == WHEN_STATE || limits[step] == INT64_MIN)
		snprintf(out, size, "%s: %s", name, is);
	else
		snprintf(out, size, "%s: %s, %s %s (%s)", name, is,
		    row->when == WHEN_BELOW ? "below" : "above",
		    text_of_value(limit, sizeof(limit), kind, limits[step]), row->words[step]);
}

/* The alarm follows the steps that are on. `flipped`: the step whose change tells when it happened. */
static void
rule_apply(struct alarms *alarms, const struct rule *rule, struct rule_watch *rw, unsigned before,
    int flipped, const struct sensor *sensor)
{
	int was = threshold_worst(before), is = threshold_worst(rw->on);
	char text[512], name[256], value[64]; /* cut where it is kept, at a border of characters */

	if (was == is)
		return;
	const struct moment *moment = &rw->moment[flipped];
	/* What fails below (memory, a full queue) is counted there; the watch goes on with the truth. */
	if (is >= 0) {
		raise_text(rule, rw->value[flipped], is, sensor, text, sizeof(text));
		(void)raise_at(alarms, sensor->entity.number, rule->type->name, rule->qualifier,
		    rule->row->severities[is], text, moment);
		return;
	}
	struct entry *e = entry_find(alarms, sensor->entity.number, rule->type, rule->qualifier);
	if (e == NULL)
		return;
	text_of_sensor(name, sizeof(name), sensor);
	text_of_value(value, sizeof(value), &catalogue_at(sensor->kind)->kind, rw->value[flipped]);
	snprintf(text, sizeof(text), "%s: %s, well again", name, value);
	(void)entry_clear(alarms, e, text, moment);
}

/* Steps whose hold is over change. Returns when the next is due, 0: none. */
static int64_t
rule_settle(
    struct alarms *alarms, const struct rule *rule, struct rule_watch *rw, const struct sensor *sensor)
{
	int64_t now = loop_now_ms(alarms->loop), next = 0;
	unsigned before = rw->on;
	int flipped = -1;

	for (unsigned i = 0; i < rule->steps; i++) {
		if (!(rw->waiting & (1u << i)))
			continue;
		if (rw->due_ms[i] <= now) {
			rw->on ^= (uint8_t)(1u << i);
			rw->waiting &= (uint8_t) ~(1u << i);
			if (rw->on > before ||
			    flipped < 0) /* raising: the worst step; clearing: the mildest one that changed */
				flipped = (int)i;
		} else if (next == 0 || rw->due_ms[i] < next)
			next = rw->due_ms[i];
	}
	if (flipped >= 0)
		rule_apply(alarms, rule, rw, before, flipped, sensor);
	return next;
}

static void watch_due(void *arg);

static void
watch_settle(struct alarms *alarms, struct watch *w, struct sensor *sensor)
{
	const struct kind_rules *rules = &alarms->thresholds->kinds[sensor->kind];
	int64_t next = 0;

	for (unsigned r = 0; r < rules->count; r++) {
		int64_t due = rule_settle(alarms, &rules->rules[r], &w->rules[r], sensor);
		if (due != 0 && (next == 0 || due < next))
			next = due;
	}
	if (next == 0) {
		watch_drop_idle(alarms, w, sensor);
		return;
	}
	if (w->timer == NULL)
		w->timer = loop_timer_new(alarms->loop, &alarms->owner, watch_due, w);
	if (w->timer != NULL) /* without memory for it the next reading settles it */
		loop_timer_start(w->timer, next - loop_now_ms(alarms->loop));
}

static void
watch_due(void *arg)
{
	struct watch *w = arg;
	struct sensor *sensor = model_sensor(w->alarms->model, w->sensor);

	if (sensor != NULL)
		watch_settle(w->alarms, w, sensor);
}

/* Steps that are to change begin to wait; those that are back stop waiting. */
static void
rule_watch_note(struct alarms *alarms, const struct rule *rule, struct rule_watch *rw, unsigned wanted,
    const struct sensor *sensor)
{
	unsigned changing = wanted ^ rw->on;
	unsigned starting = changing & ~(unsigned)rw->waiting;

	for (unsigned i = 0; i < rule->steps; i++)
		if (starting & (1u << i)) {
			rw->due_ms[i] = loop_now_ms(alarms->loop) + rule->hold_ms;
			rw->moment[i] = (struct moment){ .device_ms = sensor->device_ms,
				.ours_ms = loop_utc_ms(alarms->loop) };
			rw->value[i] = sensor->value;
		}
	rw->waiting = (uint8_t)changing;
}

void
threshold_reading(struct alarms *alarms, struct sensor *sensor)
{
	const struct kind_rules *rules = &alarms->thresholds->kinds[sensor->kind];
	struct watch *w = threshold_watch(alarms, sensor);

	if (rules->count == 0 || sensor->quality != TOWERD_GOOD)
		return;
	for (unsigned r = 0; r < rules->count; r++) {
		unsigned on = w != NULL ? w->rules[r].on : 0;
		unsigned wanted = steps_true(&rules->rules[r], sensor, on);
		if (w == NULL && wanted == 0)
			continue;
		if (w == NULL)
			w = watch_make(alarms, sensor);
		if (w == NULL) {
			alarms->stats.overflow++;
			return;
		}
		rule_watch_note(alarms, &rules->rules[r], &w->rules[r], wanted, sensor);
	}
	if (w != NULL)
		watch_settle(alarms, w, sensor);
}

/* The rule of a sensor's alarm; NULL: none (any more). */
const struct rule *
threshold_rule(const struct alarms *alarms, const struct entry *e, const struct sensor *sensor)
{
	const struct kind_rules *rules = &alarms->thresholds->kinds[sensor->kind];

	for (unsigned r = 0; r < rules->count; r++)
		if (strcmp(rules->rules[r].type->name, e->alarm.type->name) == 0 &&
		    strcmp(rules->rules[r].qualifier, e->alarm.qualifier) == 0)
			return &rules->rules[r];
	return NULL;
}

bool
threshold_load(struct alarms *alarms, const struct entry *e)
{
	struct sensor *sensor = model_sensor(alarms->model, e->alarm.resource);
	const struct rule *rule = sensor != NULL ? threshold_rule(alarms, e, sensor) : NULL;
	struct watch *w = rule != NULL ? watch_make(alarms, sensor) : NULL;

	if (w == NULL)
		return false;
	struct rule_watch *rw = &w->rules[rule - alarms->thresholds->kinds[sensor->kind].rules];
	for (unsigned i = 0; i < rule->steps; i++)
		if (rule->row->severities[i] <= e->alarm.severity)
			rw->on |= (uint8_t)(1u << i);
	if (rw->on == 0) /* the ladder has changed: its mildest step is on, and the first reading decides */
		rw->on = 1;
	return true;
}

/* "limits low 47 V, critical-low 44.5 V, hysteresis 0.5 V". */
void
threshold_forget(struct alarms *alarms, struct sensor *sensor)
{
	struct watch *w = threshold_watch(alarms, sensor);

	sensor->watch = 0;
	if (w != NULL)
		watch_free(alarms, w);
}

bool
watch_is_stale(const struct alarms *alarms, const struct sensor *sensor)
{
	const struct watch *w = threshold_watch(alarms, sensor);
	return w != NULL && w->is_stale;
}

int
watch_set_stale(struct alarms *alarms, struct sensor *sensor, bool is_stale)
{
	struct watch *w = is_stale ? watch_make(alarms, sensor) : threshold_watch(alarms, sensor);

	if (w == NULL)
		return is_stale ? -ENOMEM : 0;
	w->is_stale = is_stale;
	if (!is_stale)
		watch_drop_idle(alarms, w, sensor);
	return 0;
}

void
thresholds_free(struct alarms *alarms)
{
	struct thresholds *t = alarms->thresholds;

	if (t == NULL)
		return;
	for (uint32_t i = 1; i < t->used; i++)
		if (t->watches[i] != NULL) {
			struct sensor *sensor = model_sensor(alarms->model, t->watches[i]->sensor);
			if (sensor != NULL)
				sensor->watch = 0;
			watch_free(alarms, t->watches[i]);
		}
	free(t->watches);
	free(t->free_slots);
	free(t->kinds);
	free(t);
}
