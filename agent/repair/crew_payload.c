/* SPDX-License-Identifier: ISC */
/* The payload of a crew's update: {"id":"<uuid>","counter":41,"t":"…","ticket":17,"event":"arrive","note":"…"}. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/repair/inside.h"

static bool
is_uuid(const char *text, size_t len)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (len != UPDATE_ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

/* Each returns what is wrong, or NULL. */

static const char *
read_identity(const struct towerd_json *root, struct crew_payload *payload)
{
	int64_t counter;
	size_t len;

	if (towerd_json_text(towerd_json_get(root, "id"), &payload->update.id, &len) < 0 ||
	    !is_uuid(payload->update.id, len)) {
		payload->update.id = "";
		return "\"id\" is no uuid";
	}
	if (towerd_json_int(towerd_json_get(root, "counter"), &counter) < 0 || counter < 0)
		return "\"counter\" is no number from 0";
	payload->update.counter = (uint64_t)counter;
	return NULL;
}

static const char *
read_step(const struct towerd_json *root, struct crew_payload *payload)
{
	struct ticket_step *step = &payload->step;
	const struct towerd_json *note = towerd_json_get(root, "note");
	const char *text;
	int64_t ticket;
	size_t len;

	if (towerd_json_text(towerd_json_get(root, "t"), &text, &len) < 0 ||
	    towerd_time_parse(text, &step->at_ms) < 0)
		return "\"t\" is no RFC 3339 time";
	if (towerd_json_int(towerd_json_get(root, "ticket"), &ticket) < 0 || ticket < 1 ||
	    ticket > UINT32_MAX)
		return "\"ticket\" is no ticket's number";
	step->ticket = (uint32_t)ticket;
	if (towerd_json_text(towerd_json_get(root, "event"), &text, &len) < 0 ||
	    ticket_event_find(text, &step->event) < 0)
		return "\"event\" is none of confirm, assign, depart, arrive, restored, block, unblock, note";
	if (note != NULL && (towerd_json_text(note, &step->note, &len) < 0 || len > TICKET_NOTE_MAX))
		return "\"note\" is no text of at most 1024 octets";
	return NULL;
}

int
crew_payload_read(const char *text, size_t len, struct crew_payload *payload, char *error, size_t size)
{
	char fault[160];

	*payload = (struct crew_payload){ .step.by = BY_CREW, .step.note = "", .update.id = "" };
	payload->root = towerd_json_parse(text, len, fault, sizeof(fault));
	if (payload->root == NULL) {
		snprintf(error, size, "the payload is not JSON: %s", fault);
		return -EBADMSG;
	}
	const char *why = towerd_json_is_object(payload->root) ? NULL : "no object";
	if (why == NULL)
		why = read_identity(payload->root, payload);
	if (why == NULL)
		why = read_step(payload->root, payload);
	if (why == NULL)
		return 0;
	snprintf(error, size, "in the payload %s", why);
	return -EBADMSG;
}

void
crew_payload_free(struct crew_payload *payload)
{
	towerd_json_free(payload->root);
	payload->root = NULL;
}
