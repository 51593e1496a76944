/* SPDX-License-Identifier: ISC */
/* The devices that traps may come from, whom else something was refused of, and how much each may say. */
#include <arpa/inet.h>
#include <string.h>

#include "plugins/snmp/trap/origin.h"
#include "plugins/snmp/trap/speaker.h"
#include "tests/support/cunit_main.h"

static struct in6_addr
host(uint32_t number)
{
	struct in6_addr out = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
	uint32_t net = htonl(number);

	memcpy(out.s6_addr + 12, &net, sizeof(net));
	return out;
}

static void
put(struct speakers *speakers, uint32_t device, uint32_t first, uint32_t second)
{
	struct speaker s = { .device = device,
		.name = (char[]){ "S-1/box" },
		.community = (char[]){ "public" },
		.hosts = { host(first), host(second) },
		.host_count = second == 0 ? 1 : 2 };

	CU_ASSERT_EQUAL_FATAL(speakers_put(speakers, &s), 0);
}

static void
a_device_is_found_by_each_of_its_addresses(void)
{
	struct speakers *speakers = speakers_new();
	struct in6_addr a = host(10), b = host(11), c = host(12);

	put(speakers, 1, 10, 11);
	put(speakers, 2, 11, 0);
	CU_ASSERT_EQUAL(speakers_at(speakers, &a, NULL)->device, 1);
	CU_ASSERT_PTR_NULL(speakers_at(speakers, &c, NULL));
	const struct speaker *one = speakers_at(speakers, &b, NULL), *other = speakers_at(speakers, &b, one);
	CU_ASSERT_EQUAL(one->device + other->device, 3);
	CU_ASSERT_PTR_NULL(speakers_at(speakers, &b, other));
	put(speakers, 1, 12, 0); /* it has moved */
	CU_ASSERT_PTR_NULL(speakers_at(speakers, &a, NULL));
	CU_ASSERT_EQUAL(speakers_at(speakers, &c, NULL)->device, 1);
	CU_ASSERT_EQUAL(speakers_count(speakers), 2);
	speakers_free(speakers);
}

static void
what_polling_has_found_out_outlives_a_change(void)
{
	struct speakers *speakers = speakers_new();

	put(speakers, 1, 10, 0);
	CU_ASSERT_EQUAL(speakers_set_profile(speakers_find(speakers, 1), "ups-mib"), 0);
	CU_ASSERT_EQUAL(speakers_set_engine(speakers, speakers_find(speakers, 1), "8000000001020304"), 0);
	put(speakers, 1, 11, 0);
	CU_ASSERT_STRING_EQUAL(speakers_find(speakers, 1)->profile, "ups-mib");
	CU_ASSERT_EQUAL(speakers_of_engine(speakers, (const uint8_t *)"\x80\0\0\0\1\2\3\4", 8)->device, 1);
	speakers_free(speakers);
}

static void
an_engine_of_two_devices_is_nobodys(void)
{
	struct speakers *speakers = speakers_new();
	const uint8_t engine[] = { 0x80, 0, 0, 0, 1 };

	put(speakers, 1, 10, 0);
	put(speakers, 2, 11, 0);
	speakers_set_engine(speakers, speakers_find(speakers, 1), "8000000001");
	CU_ASSERT_EQUAL(speakers_of_engine(speakers, engine, sizeof(engine))->device, 1);
	speakers_set_engine(speakers, speakers_find(speakers, 2), "8000000001");
	CU_ASSERT_PTR_NULL(speakers_of_engine(speakers, engine, sizeof(engine)));
	speakers_set_engine(speakers, speakers_find(speakers, 1), "not an engine ID");
	CU_ASSERT_EQUAL(speakers_of_engine(speakers, engine, sizeof(engine))->device, 2);
	speakers_remove(speakers, 2);
	CU_ASSERT_PTR_NULL(speakers_of_engine(speakers, engine, sizeof(engine)));
	speakers_free(speakers);
}

static void
many_devices_come_and_go(void)
{
	struct speakers *speakers = speakers_new();

	for (uint32_t i = 1; i <= 5000; i++)
		put(speakers, i, i, 100000 + i);
	for (uint32_t i = 1; i <= 5000; i += 2)
		speakers_remove(speakers, i);
	for (uint32_t i = 1; i <= 5000; i++) {
		struct in6_addr at = host(100000 + i);
		const struct speaker *s = speakers_at(speakers, &at, NULL);
		CU_ASSERT_EQUAL(s == NULL ? 0 : s->device, i % 2 == 0 ? i : 0);
	}
	CU_ASSERT_EQUAL(speakers_count(speakers), 2500);
	speakers_free(speakers);
}

static void
a_rate_allows_a_burst_and_then_so_many_a_second(void)
{
	const struct rate_limit limit = { .a_second = 10, .burst = 5 };
	struct rate rate = { 0 };
	unsigned taken = 0;

	for (unsigned i = 0; i < 100; i++)
		taken += rate_take(&rate, &limit, 1000000);
	CU_ASSERT_EQUAL(taken, 5);
	CU_ASSERT_FALSE(rate_take(&rate, &limit, 1000099));
	CU_ASSERT_TRUE(rate_take(&rate, &limit, 1000100));
	for (taken = 0; taken < 100 && rate_take(&rate, &limit, 2000000); taken++)
		;
	CU_ASSERT_EQUAL(taken, 5);
}

static bool
count_told(void *arg, const struct origin *origin)
{
	unsigned *told = arg;

	for (unsigned i = 0; i < ORIGIN_REASONS; i++)
		*told += origin->fresh[i];
	return true;
}

static void
the_origins_heard_last_are_kept_and_told_once(void)
{
	struct origins *origins = origins_new(8);
	unsigned told = 0;

	for (uint32_t i = 0; i < 100; i++) {
		struct in6_addr from = host(i);
		origins_count(origins, origins_of(origins, &from), ORIGIN_UNKNOWN);
		from = host(7);
		origins_count(origins, origins_of(origins, &from), ORIGIN_COMMUNITY);
	}
	origins_tell(origins, count_told, &told);
	CU_ASSERT_EQUAL(
	    told, 7 + 101); /* seven others, and the one that went on: 100 times the one, once the other */
	told = 0;
	origins_tell(origins, count_told, &told);
	CU_ASSERT_EQUAL(told, 0);
	origins_free(origins);
}

static const struct claim claims[] = {
	CLAIM(a_device_is_found_by_each_of_its_addresses),
	CLAIM(what_polling_has_found_out_outlives_a_change),
	CLAIM(an_engine_of_two_devices_is_nobodys),
	CLAIM(many_devices_come_and_go),
	CLAIM(a_rate_allows_a_burst_and_then_so_many_a_second),
	CLAIM(the_origins_heard_last_are_kept_and_told_once),
};

CLAIMS_MAIN("speaker", claims)
