/* SPDX-License-Identifier: ISC */
/* The sketch keeps its promises: never too low, error known and bounded, the large ones are there. */
#include "agent/alarm/merit/sketch.h"

#include "tests/support/cunit_main.h"

static const struct sketch_item *
item_of(const struct sketch *s, uint64_t key)
{
	for (uint32_t i = 0; i < s->used; i++)
		if (s->items[i].key == key)
			return &s->items[i];
	return NULL;
}

static void
few_keys_are_exact_and_in_order(void)
{
	static struct sketch s;

	sketch_reset(&s);
	for (uint64_t key = 1; key <= SKETCH_SIZE; key++)
		for (uint64_t n = 0; n < key; n++)
			sketch_add(&s, key, 1, 0, (uint32_t)key + 1000);
	CU_ASSERT_EQUAL(s.used, SKETCH_SIZE);
	for (uint32_t i = 0; i < s.used; i++) {
		CU_ASSERT_EQUAL(s.items[i].key, SKETCH_SIZE - i);
		CU_ASSERT_EQUAL(s.items[i].count, SKETCH_SIZE - i);
		CU_ASSERT_EQUAL(s.items[i].error, 0);
		CU_ASSERT_EQUAL(s.items[i].example, SKETCH_SIZE - i + 1000);
	}
}

static void
of_many_keys_the_large_are_there_and_the_error_is_bounded(void)
{
	enum { KEYS = 5000, EVENTS = 200000 };
	static uint32_t truth[KEYS];
	static struct sketch s;
	uint32_t seed = 11;

	sketch_reset(&s);
	for (uint32_t i = 0; i < EVENTS; i++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t r = seed >> 8, key = r % 4 != 0 ? r / 4 % KEYS : r / 4 % 10; /* ten have a quarter */
		truth[key]++;
		sketch_add(&s, key, 1, 0, 0);
	}
	for (uint32_t i = 0; i < s.used; i++) {
		const struct sketch_item *item = &s.items[i];
		CU_ASSERT_TRUE(item->count >= truth[item->key]);
		CU_ASSERT_TRUE(item->count - item->error <= truth[item->key]);
		CU_ASSERT_TRUE(item->error <= EVENTS / SKETCH_SIZE);
		CU_ASSERT_TRUE(i == 0 || item->count <= s.items[i - 1].count);
	}
	for (uint32_t key = 0; key < 10; key++)
		CU_ASSERT_PTR_NOT_NULL(item_of(&s, key));
}

static void
counts_of_several_sketches_add_up_with_their_errors(void)
{
	static struct sketch s;

	sketch_reset(&s);
	sketch_add(&s, 1, 10, 2, 0);
	sketch_add(&s, 2, 30, 0, 0);
	sketch_add(&s, 1, 25, 1, 0);
	CU_ASSERT_EQUAL(s.items[0].key, 1);
	CU_ASSERT_EQUAL(s.items[0].count, 35);
	CU_ASSERT_EQUAL(s.items[0].error, 3);
}

static void
a_count_stays_at_its_end(void)
{
	static struct sketch s;

	sketch_reset(&s);
	sketch_add(&s, 1, UINT32_MAX - 1, 0, 0);
	sketch_add(&s, 1, 5, 0, 0);
	CU_ASSERT_EQUAL(s.items[0].count, UINT32_MAX);
}

static const struct claim claims[] = {
	CLAIM(few_keys_are_exact_and_in_order),
	CLAIM(of_many_keys_the_large_are_there_and_the_error_is_bounded),
	CLAIM(counts_of_several_sketches_add_up_with_their_errors),
	CLAIM(a_count_stays_at_its_end),
};

CLAIMS_MAIN("sketch", claims)
