/* SPDX-License-Identifier: ISC */
/* The requests of a plan: what is sent at every interval is built once and differs in its id alone. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/poller.h"

static const uint32_t sys_uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };

void
poll_requests_free(struct poll_requests *requests)
{
	for (size_t i = 0; i < requests->count; i++)
		free(requests->items[i].data);
	free(requests->items);
	*requests = (struct poll_requests){ 0 };
}

static int
add_request(struct poll_requests *out, const uint8_t *data, size_t len, const struct poll_request *like)
{
	struct poll_request *grown = realloc(out->items, (out->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return -ENOMEM;
	out->items = grown;
	uint8_t *copy = malloc(len);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, data, len);
	out->items[out->count] = *like;
	out->items[out->count].data = copy;
	out->items[out->count].len = len;
	out->count++;
	return 0;
}

/* One request for the objects from `first` on, as many as the limits and a frame take. Returns how many objects it covers. */
static int
build_one(struct codec *codec, const struct device_settings *settings, const struct profile_plan *plan,
    const struct poll_limits *limits, size_t first, struct poll_requests *out)
{
	struct profile_oid oids[CODEC_VARBINDS];
	uint8_t data[CODEC_REQUEST_MAX];
	struct poll_request made = { .first = (uint32_t)first,
		.has_uptime = first == 0 && limits->has_uptime };

	for (size_t size = limits->size < CODEC_VARBINDS - 1 ? limits->size : CODEC_VARBINDS - 1; size > 0;
	     size /= 2) {
		struct codec_request request = { .version = settings->version,
			.command = CODEC_GET,
			.community = settings->community,
			.oids = oids };
		if (made.has_uptime)
			oids[request.count++] = (struct profile_oid){ sys_uptime, TOWERD_COUNT(sys_uptime) };
		for (made.count = 0; made.count < size && first + made.count < plan->object_count;
		     made.count++)
			if (!limits->is_dead[first + made.count])
				oids[request.count++] = plan->objects[first + made.count].oid;
		int len = request.count == 0 ? 0 : codec_build(codec, &request, data, &made.id_at);
		if (len == -EMSGSIZE)
			continue;
		int rc = len > 0 ? add_request(out, data, (size_t)len, &made) : len;
		return rc < 0 ? rc : (int)made.count;
	}
	return -EMSGSIZE;
}

int
poll_requests_build(struct codec *codec, const struct device_settings *settings,
    const struct profile_plan *plan, const struct poll_limits *limits, struct poll_requests *out)
{
	*out = (struct poll_requests){ 0 };
	for (size_t first = 0; first < plan->object_count;) {
		int covered = build_one(codec, settings, plan, limits, first, out);
		if (covered < 0) {
			poll_requests_free(out);
			return covered;
		}
		first += (size_t)covered;
	}
	return 0;
}
