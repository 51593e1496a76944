/* SPDX-License-Identifier: ISC */
/* The requests of a plan: every object once, in order, within the shape and a frame. */
#include "plugins/snmp/poll/poll_request.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cunit_main.h"

#define OBJECTS 100

static uint32_t ids[OBJECTS][TOWERD_OID_MAX];
static struct plan_object objects[OBJECTS];
static bool is_lost[OBJECTS];

static struct profile_plan
plan_of(size_t count, size_t oid_len)
{
	memset(is_lost, 0, sizeof(is_lost));
	for (size_t i = 0; i < count; i++) {
		ids[i][0] = 1;
		ids[i][1] = 3;
		for (size_t k = 2; k < oid_len; k++)
			ids[i][k] = UINT32_MAX; /* five octets each */
		ids[i][oid_len - 1] = (uint32_t)i;
		objects[i] = (struct plan_object){ .oid = { ids[i], oid_len } };
	}
	return (struct profile_plan){ .objects = objects, .object_count = count };
}

/* Every object from `first` on is covered once, in order, and no request is too long. */
static void
check(const struct poll_requests *requests, size_t first, size_t count, size_t size)
{
	for (size_t i = 0; i < requests->count; i++) {
		const struct poll_request *r = &requests->items[i];
		CU_ASSERT_EQUAL(r->first, first);
		CU_ASSERT_TRUE(r->count > 0 && r->count <= size);
		CU_ASSERT_TRUE(r->message.len <= CODEC_REQUEST_MAX);
		CU_ASSERT_EQUAL(r->has_uptime, first == 0);
		first += r->count;
	}
	CU_ASSERT_EQUAL(first, count);
}

static void
every_object_is_asked_for_once(void)
{
	static const struct {
		size_t objects, oid_len, size, requests;
	} cases[] = {
		{ 1, 10, 24, 1 },
		{ 24, 10, 24, 1 },
		{ 25, 10, 24, 2 },
		{ 100, 10, 24, 5 },
		{ 100, 10, 1, 100 },
		{ 100, 10, 1000, 4 }, /* not more than a request may have, nor than a frame takes */
		{ 100, 100, 24, 50 },
	};
	struct codec *codec = codec_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct poll_requests requests = { 0 };
		struct profile_plan plan = plan_of(cases[i].objects, cases[i].oid_len);
		const struct poll_shape shape = { CODEC_V2C, "public", is_lost, cases[i].size,
			.has_uptime = true };
		CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
		check(&requests, 0, cases[i].objects, cases[i].size);
		CU_ASSERT_TRUE(requests.count >= cases[i].requests);
		poll_requests_free(&requests);
	}
	codec_free(codec);
}

static void
the_requests_before_a_place_stay(void)
{
	struct codec *codec = codec_new();
	struct profile_plan plan = plan_of(60, 10);
	struct poll_shape shape = { CODEC_V1, "public", is_lost, 20, .has_uptime = true };
	struct poll_requests requests = { 0 };

	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
	CU_ASSERT_EQUAL(requests.count, 3);
	const uint8_t *kept = requests.items[0].message.data;
	shape.size = 5;
	CU_ASSERT_EQUAL(poll_requests_build(&requests, 1, 20, codec, &plan, &shape), 0);
	CU_ASSERT_EQUAL(requests.count, 9);
	CU_ASSERT_PTR_EQUAL(requests.items[0].message.data, kept);
	check(&requests, 0, 60, 20);
	poll_requests_free(&requests);
	codec_free(codec);
}

static void
lost_objects_are_not_asked_for(void)
{
	struct codec *codec = codec_new();
	struct profile_plan plan = plan_of(10, 10);
	struct poll_shape shape = { CODEC_V2C, "public", is_lost, 5, .has_uptime = false };
	struct poll_requests requests = { 0 };

	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
	size_t whole = requests.items[0].message.len;
	is_lost[1] = true;
	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
	CU_ASSERT_TRUE(requests.items[0].message.len < whole);
	memset(is_lost, true, 5);
	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
	CU_ASSERT_EQUAL(requests.count, 1);
	CU_ASSERT_EQUAL(requests.items[0].first, 5);
	memset(is_lost, true, 10);
	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
	CU_ASSERT_EQUAL(requests.count, 0);
	shape.has_uptime = true;
	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), 0);
	CU_ASSERT_EQUAL(requests.count, 1); /* sysUpTime alone */
	poll_requests_free(&requests);
	codec_free(codec);
}

static void
an_object_that_fits_no_frame_is_an_error(void)
{
	static char community[CODEC_REQUEST_MAX];
	struct codec *codec = codec_new();
	struct profile_plan plan = plan_of(2, TOWERD_OID_MAX);
	const struct poll_shape shape = { CODEC_V2C, community, is_lost, 5, .has_uptime = false };
	struct poll_requests requests = { 0 };

	memset(community, 'c', sizeof(community) - 100);
	CU_ASSERT_EQUAL(poll_requests_build(&requests, 0, 0, codec, &plan, &shape), -EMSGSIZE);
	CU_ASSERT_EQUAL(requests.count, 0);
	poll_requests_free(&requests);
	codec_free(codec);
}

static const struct claim claims[] = {
	CLAIM(every_object_is_asked_for_once),
	CLAIM(the_requests_before_a_place_stay),
	CLAIM(lost_objects_are_not_asked_for),
	CLAIM(an_object_that_fits_no_frame_is_an_error),
};

CLAIMS_MAIN("poll_request", claims)
