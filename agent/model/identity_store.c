/* SPDX-License-Identifier: ISC */
/* The ledger's row in the store: "0000a301.identity", next to the device's attributes. */
#include <errno.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/model/identity_inside.h"

void
identity_write(struct store_txn *txn, const struct identity *id, const char *by)
{
	struct towerd_json_writer body = { 0 };
	char key[PERSIST_KEY];

	towerd_json_open(&body, NULL, '{');
	if (id->reference != 0 && by == NULL) {
		towerd_json_put_uint(&body, "news-against", id->reference);
		towerd_json_put_int(&body, "news-until", id->news_until_ms);
	}
	towerd_json_open(&body, "boxes", '[');
	for (uint8_t i = 0; i < id->count; i++) {
		const struct identity_box *box = &id->boxes[i];
		towerd_json_open(&body, NULL, '[');
		towerd_json_put_uint(&body, NULL, box->number);
		towerd_json_put_int(&body, NULL, box->since_ms);
		towerd_json_put_text(&body, NULL, by != NULL && i + 1 == id->count ? by : box->by);
		for (int f = 0; f < IDENTITY_FIELDS; f++)
			towerd_json_put_text(&body, NULL, box->fields[f]);
		towerd_json_close(&body, ']');
	}
	towerd_json_close(&body, ']');
	towerd_json_close(&body, '}');
	const char *text = towerd_json_done(&body);
	persist_key(key, id->device->entity.number, "identity");
	if (text != NULL)
		store_put(txn, STORE_DEVICE, key, text, strlen(text));
	towerd_json_fini(&body);
}

static int
load_box(struct identity *id, const struct towerd_json *row)
{
	const char *by, *fields[IDENTITY_FIELDS];
	int64_t number, since_ms;
	size_t len;
	bool ok = towerd_json_int(towerd_json_item(row, 0), &number) == 0 && number > 0 &&
	    number <= UINT32_MAX && towerd_json_int(towerd_json_item(row, 1), &since_ms) == 0 &&
	    towerd_json_text(towerd_json_item(row, 2), &by, &len) == 0;

	for (int f = 0; ok && f < IDENTITY_FIELDS; f++)
		ok = towerd_json_text(towerd_json_item(row, (size_t)f + 3), &fields[f], &len) == 0;
	if (!ok)
		return -EUCLEAN;
	struct identity_box *box = identity_append(id, fields, since_ms, by);
	if (box == NULL)
		return -ENOMEM;
	box->number = (uint32_t)number;
	return 0;
}

/* Its orders and its timer come with identity_placed(), when the whole store is read. */
int
identity_load(struct model *model, struct device *device, const struct towerd_json *row)
{
	const struct towerd_json *boxes = towerd_json_get(row, "boxes");
	struct identity *id = identity_of(model, device);
	int64_t reference = 0;

	if (id == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < towerd_json_count(boxes); i++) {
		int rc = load_box(id, towerd_json_item(boxes, i));
		if (rc < 0)
			return rc;
	}
	if (id->count == 0)
		return -EUCLEAN;
	if (towerd_json_int(towerd_json_get(row, "news-against"), &reference) == 0 &&
	    towerd_json_int(towerd_json_get(row, "news-until"), &id->news_until_ms) < 0)
		return -EUCLEAN;
	id->reference = (uint32_t)reference;
	id->is_unwritten = false;
	/* No longer than it would be if it were new: the clock may have been set meanwhile. */
	int64_t left_ms = id->news_until_ms - loop_utc_ms(model->loop);
	if (left_ms > model->settings.identity_keep_ms)
		left_ms = model->settings.identity_keep_ms;
	id->news_due_ms = loop_now_ms(model->loop) + (left_ms > 0 ? left_ms : 0);
	return 0;
}
