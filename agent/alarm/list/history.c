/* SPDX-License-Identifier: ISC */
/*
 * What became of an alarm: changes of its state, operations on it, and the steps from observation to announcement. Each is a ring of the
 * newest few that grows as it fills, and stands in the alarm's row, so that it is kept as long as the alarm is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/list/inside.h"

#define STEPS_MAX 48

const char *const operator_state_names[] = { "", "none", "ack", "closed", "shelved", "un-shelved", NULL };

struct change {
	int64_t time_ms;
	uint8_t severity;
	const char *text; /* interned, as are all below */
};

struct operation_note {
	int64_t time_ms;
	uint8_t state;
	const char *name, *text;
};

/* The place of the newest item, which is that of the oldest when the ring is full; NULL: out of memory. */
static void *
ring_push(struct ring *r, size_t item, unsigned max)
{
	if (r->count == r->size && r->size < max) {
		unsigned size = r->size == 0 ? 2 : r->size * 2u < max ? r->size * 2u : max;
		void *grown = reallocarray(r->items, size, item);
		if (grown == NULL)
			return NULL;
		memset((char *)grown + r->size * item, 0, (size - r->size) * item);
		r->items = grown;
		r->next = r->count; /* it was never full before: the oldest is the first */
		r->size = (uint16_t)size;
	}
	void *place = (char *)r->items + r->next * item;
	r->next = (uint16_t)((r->next + 1u) % r->size);
	r->count = (uint16_t)(r->count < r->size ? r->count + 1u : r->count);
	return place;
}

/* 0 the newest. */
static void *
ring_at(const struct ring *r, size_t item, unsigned i)
{
	return i >= r->count ? NULL : (char *)r->items + (r->next + 2u * r->size - 1u - i) % r->size * item;
}

static void
put_change(struct alarms *alarms, struct entry *e, const struct change *from)
{
	struct change *c = ring_push(&e->history, sizeof(*c), ALARM_HISTORY_MAX);

	if (c == NULL) {
		alarms->stats.overflow++;
		return;
	}
	intern_drop(alarms->texts, c->text);
	*c = *from;
	c->text = intern_take(alarms->texts, from->text);
}

void
history_add(struct alarms *alarms, struct entry *e)
{
	put_change(alarms, e,
	    &(struct change){ .time_ms = e->event_ms, .severity = e->alarm.severity, .text = e->alarm.text });
}

void
operation_add(struct alarms *alarms, struct entry *e, int64_t time_ms, enum operator_state state,
    const char *name, const char *text)
{
	struct operation_note *o = ring_push(&e->operations, sizeof(*o), ALARM_HISTORY_MAX);

	if (o == NULL) {
		alarms->stats.overflow++;
		return;
	}
	intern_drop(alarms->texts, o->name);
	intern_drop(alarms->texts, o->text);
	*o = (struct operation_note){ .time_ms = time_ms,
		.state = (uint8_t)state,
		.name = intern_take(alarms->texts, name),
		.text = intern_take(alarms->texts, text) };
	operated_index(alarms, e);
}

void
operated_index(struct alarms *alarms, struct entry *e)
{
	struct order_key key = alarm_number_key(e->alarm.number);

	if (e->is_indexed && e->operations.count > 0 && order_get(alarms->operated, key) == NULL &&
	    order_insert(alarms->operated, key, e->alarm.resource, e) < 0)
		alarms->stats.overflow++;
}

void
step_add(struct alarms *alarms, struct entry *e, const struct step *step)
{
	struct step *s = ring_push(&e->steps, sizeof(*s), STEPS_MAX);

	if (s == NULL) {
		alarms->stats.overflow++;
		return;
	}
	intern_drop(alarms->texts, s->name);
	*s = *step;
	s->name = step->name != NULL ? intern_take(alarms->texts, step->name) : NULL;
}

const struct step *
step_at(const struct entry *e, unsigned i)
{
	return ring_at(&e->steps, sizeof(struct step), i);
}

bool
alarm_history_at(const struct alarm *alarm, unsigned i, struct alarm_change *out)
{
	const struct change *c = ring_at(&((const struct entry *)alarm)->history, sizeof(*c), i);

	if (c != NULL)
		*out = (struct alarm_change){ c->time_ms, c->severity, c->text != NULL ? c->text : "" };
	return c != NULL;
}

bool
alarm_operation_at(const struct alarm *alarm, unsigned i, struct alarm_operation *out)
{
	const struct operation_note *o = ring_at(&((const struct entry *)alarm)->operations, sizeof(*o), i);

	if (o != NULL)
		*out = (struct alarm_operation){ o->time_ms, o->state, o->name != NULL ? o->name : "",
			o->text != NULL ? o->text : "" };
	return o != NULL;
}

static void
history_drop(struct alarms *alarms, struct entry *e, unsigned from)
{
	struct change *c;

	for (unsigned i = from; (c = ring_at(&e->history, sizeof(*c), i)) != NULL; i++) {
		intern_drop(alarms->texts, c->text);
		*c = (struct change){ 0 };
	}
}

/* RFC 8632, compress-alarms: the newest change alone is left. */
void
history_compress(struct alarms *alarms, struct entry *e)
{
	struct ring *r = &e->history;

	if (r->count < 2)
		return;
	history_drop(alarms, e, 1);
	struct change *first = r->items, *newest = ring_at(r, sizeof(*newest), 0);
	struct change kept = *newest;
	*newest = (struct change){ 0 };
	*first = kept;
	r->count = 1;
	r->next = (uint16_t)(1u % r->size);
}

void
histories_free(struct alarms *alarms, struct entry *e)
{
	const struct step *s;
	struct operation_note *o;

	history_drop(alarms, e, 0);
	for (unsigned i = 0; (o = ring_at(&e->operations, sizeof(*o), i)) != NULL; i++) {
		intern_drop(alarms->texts, o->name);
		intern_drop(alarms->texts, o->text);
	}
	for (unsigned i = 0; (s = step_at(e, i)) != NULL; i++)
		intern_drop(alarms->texts, s->name);
	free(e->history.items);
	free(e->operations.items);
	free(e->steps.items);
}

/* In a row: arrays of arrays, the oldest first; times in ms. */
void
history_write(struct towerd_json_writer *w, const struct entry *e)
{
	const struct change *c;
	const struct operation_note *o;
	const struct step *s;

	towerd_json_open(w, "history", '[');
	for (unsigned i = e->history.count; i > 0; i--) {
		c = ring_at(&e->history, sizeof(*c), i - 1);
		towerd_json_open(w, NULL, '[');
		towerd_json_put_int(w, NULL, c->time_ms);
		towerd_json_put_uint(w, NULL, c->severity);
		towerd_json_put_text(w, NULL, c->text);
		towerd_json_close(w, ']');
	}
	towerd_json_close(w, ']');
	towerd_json_open(w, "operations", '[');
	for (unsigned i = e->operations.count; i > 0; i--) {
		o = ring_at(&e->operations, sizeof(*o), i - 1);
		towerd_json_open(w, NULL, '[');
		towerd_json_put_int(w, NULL, o->time_ms);
		towerd_json_put_uint(w, NULL, o->state);
		towerd_json_put_text(w, NULL, o->name);
		towerd_json_put_text(w, NULL, o->text);
		towerd_json_close(w, ']');
	}
	towerd_json_close(w, ']');
	towerd_json_open(w, "steps", '[');
	for (unsigned i = e->steps.count; i > 0; i--) {
		s = step_at(e, i - 1);
		towerd_json_open(w, NULL, '[');
		towerd_json_put_int(w, NULL, s->time_ms);
		towerd_json_put_uint(w, NULL, s->kind);
		towerd_json_put_uint(w, NULL, s->detail);
		towerd_json_put_uint(w, NULL, s->number);
		towerd_json_put_int(w, NULL, s->until_ms);
		towerd_json_put_text(w, NULL, s->name);
		towerd_json_close(w, ']');
	}
	towerd_json_close(w, ']');
}

static int64_t
item_int(const struct towerd_json *array, size_t i)
{
	int64_t value = 0;
	(void)towerd_json_int(towerd_json_item(array, i), &value);
	return value;
}

static const char *
item_text(const struct towerd_json *array, size_t i)
{
	const char *text = NULL;
	(void)towerd_json_text(towerd_json_item(array, i), &text, NULL);
	return text;
}

/* What cannot be read is left out: no alarm is lost for its history. */
void
history_read(struct alarms *alarms, struct entry *e, const struct towerd_json *row)
{
	const struct towerd_json *list = towerd_json_get(row, "history"), *item;

	for (size_t i = 0; i < towerd_json_count(list); i++) {
		item = towerd_json_item(list, i);
		put_change(alarms, e,
		    &(struct change){ .time_ms = item_int(item, 0),
			.severity = (uint8_t)item_int(item, 1),
			.text = item_text(item, 2) });
	}
	list = towerd_json_get(row, "operations");
	for (size_t i = 0; i < towerd_json_count(list); i++) {
		item = towerd_json_item(list, i);
		operation_add(alarms, e, item_int(item, 0), (enum operator_state)item_int(item, 1),
		    item_text(item, 2), item_text(item, 3));
	}
	list = towerd_json_get(row, "steps");
	for (size_t i = 0; i < towerd_json_count(list); i++) {
		item = towerd_json_item(list, i);
		step_add(alarms, e,
		    &(struct step){ .time_ms = item_int(item, 0),
			.kind = (uint8_t)item_int(item, 1),
			.detail = (uint8_t)item_int(item, 2),
			.number = (uint64_t)item_int(item, 3),
			.until_ms = item_int(item, 4),
			.name = item_text(item, 5) });
	}
}
