/* SPDX-License-Identifier: ISC */
/* The requests of a plan, as large as the device and a frame take. */
#include "plugins/snmp/poll/poll_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t uptime_ids[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
const struct snmp_oid poll_uptime = { uptime_ids, sizeof(uptime_ids) / sizeof(uptime_ids[0]) };

static void
drop_from(struct poll_requests *requests, size_t at)
{
	while (requests->count > at)
		free(requests->items[--requests->count].message.data);
}

void
poll_requests_free(struct poll_requests *requests)
{
	drop_from(requests, 0);
	free(requests->items);
	*requests = (struct poll_requests){ 0 };
}

static int
add_request(struct poll_requests *requests, const uint8_t *data, const struct poll_request *like)
{
	struct poll_request *grown = realloc(requests->items, (requests->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return -ENOMEM;
	requests->items = grown;
	uint8_t *copy = malloc(like->message.len);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, data, like->message.len);
	grown[requests->count] = *like;
	grown[requests->count++].message.data = copy;
	return 0;
}

/* One request for the objects from `first` on, as many as shape and frame take. Returns how many objects it covers. */
static int
build_one(struct poll_requests *requests, size_t first, struct codec *codec, const struct profile_plan *plan,
    const struct poll_shape *shape)
{
	struct snmp_oid oids[CODEC_VARBINDS];
	uint8_t data[CODEC_REQUEST_MAX];
	struct poll_request made = { .first = (uint32_t)first,
		.has_uptime = first == 0 && shape->has_uptime };

	for (size_t size = shape->size < CODEC_VARBINDS ? shape->size : CODEC_VARBINDS - 1; size > 0;
	     size /= 2) {
		struct codec_request request = {
			.version = shape->version,
			.command = CODEC_GET,
			.community = shape->community,
			.oids = oids,
		};
		if (made.has_uptime)
			oids[request.count++] = poll_uptime;
		for (made.count = 0; made.count < size && first + made.count < plan->object_count;
		     made.count++)
			if (!shape->is_lost[first + made.count])
				oids[request.count++] = plan->objects[first + made.count].oid;
		if (request.count == 0)
			return (int)made.count;
		int rc = codec_build(codec, &request, data, &made.message.id_at);
		if (rc == -EMSGSIZE)
			continue;
		made.message.len = rc > 0 ? (size_t)rc : 0;
		rc = rc > 0 ? add_request(requests, data, &made) : rc;
		return rc < 0 ? rc : (int)made.count;
	}
	return -EMSGSIZE;
}

int
poll_requests_build(struct poll_requests *requests, size_t at, size_t first, struct codec *codec,
    const struct profile_plan *plan, const struct poll_shape *shape)
{
	drop_from(requests, at);
	while (first < plan->object_count) {
		int covered = build_one(requests, first, codec, plan, shape);
		if (covered < 0) {
			poll_requests_free(requests);
			return covered;
		}
		first += (size_t)covered;
	}
	return 0;
}

void
poll_request_ask(struct poll_request *request, const struct profile_plan *plan, const bool *is_lost,
    struct session_question *question)
{
	question->command = CODEC_GET;
	question->count = 0;
	question->kept = &request->message;
	if (request->has_uptime)
		question->oids[question->count++] = poll_uptime;
	for (size_t k = request->first; k < request->first + request->count; k++)
		if (!is_lost[k])
			question->oids[question->count++] = plan->objects[k].oid;
}
