/* SPDX-License-Identifier: ISC */
/* The ledger of a slot: what is heard is gathered, settled as a box of its own, and compared with the one before. See identity.h. */
#include "agent/model/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/identity_inside.h"

#define GATHER_MS     10000 /* nothing more is heard for this long: the news is complete */
#define GATHER_MAX_MS 60000 /* or when this much has passed */

const char *const identity_field_names[] = { "sys-object-id", "serial", "engine-id", "address", NULL };

/* What describes the box alone: of another make, none of it holds unless it is told again. */
static const char *const box_attributes[] = { "serial", "engine-id", "model", "software", "hardware",
	"firmware", "manufacturer" };

static int
field_find(const char *name)
{
	for (int f = 0; f < IDENTITY_OWN; f++)
		if (strcmp(identity_field_names[f], name) == 0)
			return f;
	return -1;
}

bool
identity_is_same(const char *const *a, const char *const *b)
{
	for (int f = 0; f < IDENTITY_OWN; f++)
		if (strcmp(a[f], b[f]) != 0)
			return false;
	return true;
}

struct identity_box *
identity_numbered(struct identity *id, uint32_t number)
{
	for (uint8_t i = 0; number != 0 && i < id->count; i++)
		if (id->boxes[i].number == number)
			return &id->boxes[i];
	return NULL;
}

static void
box_free(struct model *model, struct identity_box *box)
{
	for (int f = 0; f < IDENTITY_FIELDS; f++)
		intern_drop(model->intern, box->fields[f]);
	intern_drop(model->intern, box->by);
}

/* The oldest goes, but not the one that the last is compared with. */
static void
make_room(struct identity *id)
{
	uint8_t oldest = id->boxes[0].number == id->reference ? 1 : 0;

	box_free(id->model, &id->boxes[oldest]);
	id->count--;
	memmove(
	    &id->boxes[oldest], &id->boxes[oldest + 1], (size_t)(id->count - oldest) * sizeof(id->boxes[0]));
}

struct identity_box *
identity_append(struct identity *id, const char *const *fields, int64_t since_ms, const char *by)
{
	struct intern *intern = id->model->intern;
	struct identity_box box = { .number = id->count == 0 ? 1 : identity_last(id)->number + 1,
		.since_ms = since_ms,
		.by = intern_take(intern, by) };
	bool is_whole = box.by != NULL;

	for (int f = 0; f < IDENTITY_FIELDS; f++) {
		box.fields[f] = intern_take(intern, fields[f]);
		is_whole = is_whole && box.fields[f] != NULL;
	}
	if (!is_whole) {
		box_free(id->model, &box);
		return NULL;
	}
	if (id->count == IDENTITY_BOXES)
		make_room(id);
	struct identity_box *boxes = realloc(id->boxes, (size_t)(id->count + 1) * sizeof(*boxes));
	if (boxes == NULL) {
		box_free(id->model, &box);
		return NULL;
	}
	id->boxes = boxes;
	boxes[id->count++] = box;
	id->is_unwritten = true;
	id->generation++;
	return identity_last(id);
}

struct identity *
identity_of(struct model *model, struct device *device)
{
	if (device->identity != NULL)
		return device->identity;
	struct identity *id = calloc(1, sizeof(*id));
	if (id == NULL)
		return NULL;
	id->model = model;
	id->device = device;
	return device->identity = id;
}

void
identity_free(struct device *device)
{
	if (device->identity == NULL)
		return;
	loop_timer_free(device->identity->timer);
	free(device->identity->boxes); /* their texts are the model's */
	free(device->identity);
	device->identity = NULL;
}

/* Writing. */

static void
put_box(struct towerd_json_writer *body, const char *key, const struct identity_box *box)
{
	towerd_json_open(body, key, '{');
	for (int f = 0; f < IDENTITY_FIELDS; f++)
		if (box->fields[f][0] != '\0')
			towerd_json_put_text(body, identity_field_names[f], box->fields[f]);
	towerd_json_close(body, '}');
}

/* A record and the ledger's row. `by`: the row as it will be when that actor has accepted. */
struct store_txn *
identity_record(const struct identity *id, const char *type, const char *event,
    const struct identity_box *was, const char *actor, const char *by)
{
	struct store_txn *txn = store_begin(id->model->store);
	struct towerd_json_writer body = { 0 };
	char object[128];

	snprintf(object, sizeof(object), "%s/%s", id->device->site->id, id->device->slot);
	towerd_json_open(&body, NULL, '{');
	towerd_json_put_text(&body, "event", event);
	if (was != NULL)
		put_box(&body, "was", was);
	put_box(&body, "is", &id->boxes[id->count - 1]);
	towerd_json_close(&body, '}');
	if (towerd_json_done(&body) != NULL)
		store_journal(txn, type, actor, object, towerd_json_done(&body));
	towerd_json_fini(&body);
	identity_write(txn, id, by);
	return txn;
}

static void
record(struct identity *id, const char *event, const struct identity_box *was)
{
	if (id->model->store == NULL)
		return;
	struct store_txn *txn = identity_record(id, "device.identity", event, was, "agent", NULL);
	persist_attribute(txn, id->device);
	store_submit(txn, STORE_KEEP, NULL, NULL);
	id->is_unwritten = false;
}

void
identity_write_now(struct device *device)
{
	struct identity *id = device->identity;

	if (id == NULL || !id->is_unwritten)
		return;
	id->is_unwritten = false;
	if (id->model->store == NULL)
		return;
	struct store_txn *txn = store_begin(id->model->store);
	identity_write(txn, id, NULL);
	store_submit(txn, STORE_KEEP, NULL, NULL);
}

/* News. */

void
identity_news_end(struct identity *id, const char *why)
{
	id->reference = 0;
	id->is_unwritten = true;
	id->generation++;
	identity_write_now(id->device);
	identity_arm(id);
	MODEL_TELL(id->model, identity, id->device, why);
}

static bool
is_accepting(const struct identity *id)
{
	unsigned policy = id->device->identity_policy;

	if (policy == IDENTITY_DEFAULT)
		policy = id->model->settings.identity_policy;
	return policy != IDENTITY_HOLD;
}

static void
accept_by_policy(struct identity *id)
{
	(void)model_text(id->model, &identity_last(id)->by, "policy");
	id->news_until_ms = loop_utc_ms(id->model->loop) + id->model->settings.identity_keep_ms;
	id->news_due_ms = loop_now_ms(id->model->loop) + id->model->settings.identity_keep_ms;
}

/* The attributes of the old make that the new one did not tell. */
static void
attributes_drop(struct identity *id)
{
	struct device *device = id->device;
	int64_t utc_ms = loop_utc_ms(id->model->loop);

	for (size_t i = 0; i < sizeof(box_attributes) / sizeof(box_attributes[0]); i++) {
		const char *name = box_attributes[i];
		if (attribute_get(device, name)[0] != '\0' &&
		    attribute_told_ms(device, name) < id->since_now_ms - GATHER_MS)
			(void)attribute_put(device, name, "", utc_ms); /* without memory the old one stays */
	}
}

static void
gathered_fields(struct identity *id, const char *fields[IDENTITY_FIELDS])
{
	const struct identity_box *last = identity_last(id);
	bool is_other_make = id->heard[IDENTITY_SYS_OBJECT_ID] != NULL;

	for (int f = 0; f < IDENTITY_OWN; f++) {
		fields[f] = id->heard[f] != NULL ? id->heard[f] : last->fields[f];
		if (is_other_make && id->heard[f] == NULL)
			fields[f] = attribute_get(id->device, identity_field_names[f]);
	}
	fields[IDENTITY_ADDRESS] = id->device->address;
}

static void
gathering_end(struct identity *id)
{
	for (int f = 0; f < IDENTITY_OWN; f++) {
		intern_drop(id->model->intern, id->heard[f]);
		id->heard[f] = NULL;
	}
	id->is_gathering = false;
}

/* What was gathered is another box than the last one, or the same again after all. */
static void
settle(struct identity *id)
{
	struct identity_box was = { 0 };
	const char *fields[IDENTITY_FIELDS];

	if (id->heard[IDENTITY_SYS_OBJECT_ID] != NULL)
		attributes_drop(id);
	gathered_fields(id, fields);
	uint32_t before = identity_last(id)->number;
	bool is_news = !identity_is_same(fields, identity_last(id)->fields) &&
	    identity_append(id, fields, id->since_utc_ms, "") != NULL;
	gathering_end(id);
	if (!is_news)
		return;
	struct identity_box *reference = identity_numbered(id, id->reference != 0 ? id->reference : before);
	const struct identity_box *last = identity_last(id);
	bool is_back = reference != NULL && identity_is_same(reference->fields, last->fields);
	if (reference != NULL)
		was = *reference;
	id->reference = reference == NULL || is_back ? 0 : was.number;
	if (is_back)
		(void)model_text(id->model, &identity_last(id)->by, "returned");
	else if (is_accepting(id))
		accept_by_policy(id);
	record(id, is_back ? "returned" : "changed", reference == NULL ? NULL : &was);
	identity_relist(id);
	MODEL_TELL(id->model, identity, id->device, is_back ? "the box from before is back" : NULL);
}

/* It was held, and the policy is another now. */
static bool
is_policy_due(const struct identity *id)
{
	return identity_is_held(id->device) && is_accepting(id);
}

static void
rings(void *arg)
{
	struct identity *id = arg;
	int64_t now_ms = loop_now_ms(id->model->loop);

	identity_write_now(id->device);
	if (id->is_gathering && now_ms >= id->settle_ms)
		settle(id);
	if (is_policy_due(id)) {
		accept_by_policy(id);
		record(id, "accepted", NULL);
		MODEL_TELL(id->model, identity, id->device, NULL);
	}
	if (id->reference != 0 && identity_last(id)->by[0] != '\0' && now_ms >= id->news_due_ms)
		identity_news_end(id, "accepted, and seen for as long as it is news");
	else
		identity_arm(id);
}

void
identity_arm(struct identity *id)
{
	int64_t due_ms = id->is_gathering ? id->settle_ms : INT64_MAX;

	if (id->reference != 0 && identity_last(id)->by[0] != '\0' && id->news_due_ms < due_ms)
		due_ms = id->news_due_ms;
	if (id->is_unwritten ||
	    is_policy_due(id)) /* not at once: while the store is read it cannot be written */
		due_ms = 0;
	if (due_ms == INT64_MAX || id->device->is_removed) {
		loop_timer_free(id->timer);
		id->timer = NULL;
		return;
	}
	if (id->timer == NULL)
		id->timer = loop_timer_new(id->model->loop, &id->model->owner, rings, id);
	if (id->timer != NULL) /* else with what is heard next */
		loop_timer_start(id->timer, due_ms - loop_now_ms(id->model->loop));
}

/* Hearing. */

static void
gather(struct identity *id, int f, const char *value)
{
	int64_t now_ms = loop_now_ms(id->model->loop);
	const char *heard = intern_take(id->model->intern, value);

	if (heard == NULL)
		return; /* its driver tells it again */
	intern_drop(id->model->intern, id->heard[f]);
	id->heard[f] = heard;
	if (strcmp(heard, identity_last(id)->fields[f]) == 0) { /* back before it was news */
		intern_drop(id->model->intern, heard);
		id->heard[f] = NULL;
	}
	if (!id->is_gathering) {
		id->since_now_ms = now_ms;
		id->since_utc_ms = loop_utc_ms(id->model->loop);
	}
	id->is_gathering = true;
	id->settle_ms = now_ms + GATHER_MS;
	if (id->settle_ms > id->since_now_ms + GATHER_MAX_MS)
		id->settle_ms = id->since_now_ms + GATHER_MAX_MS;
	identity_arm(id);
}

void
identity_hear(struct model *model, struct device *device, const char *name, const char *value)
{
	int f = field_find(name);

	if (f < 0 || value[0] == '\0')
		return;
	struct identity *id = identity_of(model, device);
	if (id == NULL)
		return;
	if (id->count == 0) {
		const char *fields[] = { "", "", "", device->address };
		if (identity_append(id, fields, loop_utc_ms(model->loop), "first") == NULL)
			return;
		identity_list(id);
	}
	struct identity_box *last = identity_last(id);
	const char *believed = id->heard[f] != NULL ? id->heard[f] : last->fields[f];
	if (strcmp(believed, value) == 0)
		return;
	if (last->fields[f][0] != '\0' || id->is_gathering) {
		gather(id, f, value);
		return;
	}
	if (model_text(model, &last->fields[f], value) < 0)
		return;
	id->is_unwritten = true;
	id->generation++;
	identity_relist(id);
}

void
identity_placed(struct device *device)
{
	struct identity *id = device->identity;

	if (id == NULL || id->count == 0)
		return;
	const struct identity_box *last = identity_last(id);
	if (strcmp(last->fields[IDENTITY_ADDRESS], device->address) != 0) {
		const char *fields[IDENTITY_FIELDS];
		memcpy(fields, last->fields, sizeof(fields));
		fields[IDENTITY_ADDRESS] = device->address;
		/* A box that is proposed is so at its new address. */
		(void)identity_append(
		    id, fields, loop_utc_ms(id->model->loop), last->by[0] == '\0' ? "" : "inventory");
	}
	bool is_back = !id->is_listed;
	identity_list(id);
	identity_relist(id);
	if (is_back && id->reference != 0) /* its alarm went with the slot */
		MODEL_TELL(id->model, identity, device, NULL);
	identity_arm(id);
}

void
identity_removed(struct device *device)
{
	struct identity *id = device->identity;

	if (id == NULL || id->count == 0)
		return;
	gathering_end(id);
	identity_unlist(id);
	identity_arm(id);
}
