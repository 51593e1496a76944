/* SPDX-License-Identifier: ISC */
/* What the ledger says to those above, and an operator's word for the box that stands there. See identity.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/identity_inside.h"

#define TEXT_CUT 26 /* octets of a name in a text */

const struct identity_box *
identity_boxes(const struct device *device, size_t *count)
{
	*count = device->identity == NULL ? 0 : device->identity->count;
	return *count == 0 ? NULL : device->identity->boxes;
}

const struct identity_box *
identity_news(const struct device *device)
{
	return device->identity == NULL ? NULL
					: identity_numbered(device->identity, device->identity->reference);
}

bool
identity_is_held(const struct device *device)
{
	struct identity *id = device->identity;
	return id != NULL && id->reference != 0 && identity_last(id)->by[0] == '\0';
}

/* Long ones are cut, so that each change finds its place in an alarm's text. */
static const char *
cut(const char *text, char out[TEXT_CUT + 3])
{
	size_t len = model_cut(text, TEXT_CUT);

	if (text[0] == '\0')
		return "none";
	snprintf(out, TEXT_CUT + 3, "%.*s%s", (int)len, text, text[len] == '\0' ? "" : "..");
	return out;
}

const char *
identity_news_text(const struct device *device, char *out, size_t size)
{
	const struct identity_box *was = identity_news(device);
	size_t len = 0;

	out[0] = '\0';
	if (was == NULL)
		return out;
	const struct identity_box *is = identity_last(device->identity);
	for (int i = 0; i < IDENTITY_OWN; i++) {
		int f = (i + 1) % IDENTITY_OWN; /* the serial number says most */
		const char *before = was->fields[f], *now = is->fields[f], *comma = len == 0 ? "" : ", ";
		char a[TEXT_CUT + 3], b[TEXT_CUT + 3];
		if (strcmp(before, now) == 0 || len >= size)
			continue;
		/* Whoever knows it may speak to the box as its agent does: it is in towerdIdentityTable, for operators. */
		if (f == IDENTITY_ENGINE_ID)
			len += (size_t)snprintf(out + len, size - len, "%sengine-id is %s", comma,
			    now[0] == '\0'          ? "gone"
				: before[0] == '\0' ? "new"
						    : "another");
		else
			len += (size_t)snprintf(out + len, size - len, "%s%s %s -> %s", comma,
			    identity_field_names[f], cut(before, a), cut(now, b));
	}
	return out;
}

/* Accepting. */

struct acceptance {
	struct identity *id;
	uint32_t box, generation;
	char *actor;
	model_done_fn *done;
	void *arg;
};

static void
accepted(void *arg, int rc, bool final)
{
	struct acceptance *a = arg;
	struct identity *id = a->id;
	struct identity_box *box = rc == 0 ? identity_numbered(id, a->box) : NULL;

	(void) final; /* a promise is either kept or broken */
	if (box != NULL) {
		char why[96];
		(void)model_text(id->model, &box->by, a->actor);
		/* Another may have come meanwhile: that one is news against the accepted one. */
		bool is_last = identity_is_same(box->fields, identity_last(id)->fields);
		if (is_last)
			(void)model_text(id->model, &identity_last(id)->by, a->actor);
		id->reference = is_last ? 0 : box->number;
		id->is_unwritten = id->generation != a->generation;
		identity_write_now(id->device);
		identity_arm(id);
		snprintf(why, sizeof(why), "accepted by %s", a->actor);
		MODEL_TELL(id->model, identity, id->device, is_last ? why : NULL);
	}
	if (a->done != NULL)
		a->done(a->arg, rc);
	free(a->actor);
	free(a);
}

int
identity_accept(struct model *model, struct device *device, const char *actor, model_done_fn *done, void *arg)
{
	struct identity *id = device->identity;
	const struct identity_box *was = identity_news(device);

	if (was == NULL)
		return -EALREADY;
	struct acceptance *a = calloc(1, sizeof(*a));
	if (a == NULL || (a->actor = strdup(actor)) == NULL) {
		free(a);
		return -ENOMEM;
	}
	a->id = id;
	a->box = identity_last(id)->number;
	a->generation = id->generation;
	a->done = done;
	a->arg = arg;
	if (model->store == NULL) {
		accepted(a, 0, true);
		return 0;
	}
	int rc = store_submit(
	    identity_record(id, "device.accept", "accepted", was, actor, actor), STORE_PROMISE, accepted, a);
	if (rc < 0) {
		free(a->actor);
		free(a);
	}
	return rc;
}

void
identity_seen(struct model *model, struct device *device)
{
	(void)model;
	if (identity_news(device) != NULL && !identity_is_held(device))
		identity_news_end(device->identity, "accepted, and seen");
}
