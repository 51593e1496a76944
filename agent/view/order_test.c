/* SPDX-License-Identifier: ISC */
/* What an ordered index promises: the order, within any scope, through inserts, removals and moves. */
#include "agent/view/order.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/support/cunit_main.h"

static const struct scope *
open_areas(struct scopes *scopes, const char *area, uint32_t site)
{
	const char *areas[] = { area };
	struct scope_reader reader = { .name = "r", .role = ROLE_READ, .areas = areas, .area_count = 1 };
	return scopes_open(scopes, &reader, false, site);
}

static struct scopes *
two_areas(void)
{
	struct scopes *scopes = scopes_new();
	for (uint32_t block = 1; block <= 20; block++)
		scopes_set_block(scopes, block, block << 8, block % 2 == 0 ? "even" : "odd");
	return scopes;
}

/* The keys' low halves of all rows in the scope as "1 2 3 ". */
static const char *
walk(struct order *order, const struct scope *scope)
{
	static char text[512];
	size_t len = 0;
	struct order_key at = { 0, 0 };
	text[0] = '\0';
	for (bool inclusive = true; order_seek(order, scope, at, inclusive, &at) != NULL; inclusive = false)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d ", (int)at.lo);
	return text;
}

static int object;

static void
rows_come_in_the_order_of_their_keys(void)
{
	struct scopes *scopes = two_areas();
	struct order *order = order_new(scopes);
	static const unsigned lows[] = { 5, 1, 9, 3, 7 };
	for (size_t i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(order_insert(order, (struct order_key){ 0, lows[i] }, 0, &object), 0);
	CU_ASSERT_EQUAL(order_insert(order, (struct order_key){ 1, 0 }, 0, &object), 0);
	CU_ASSERT_EQUAL(order_insert(order, (struct order_key){ 0, 5 }, 0, &object), -EEXIST);
	CU_ASSERT_STRING_EQUAL(walk(order, scopes_all(scopes)), "1 3 5 7 9 0 ");
	struct order_key at;
	CU_ASSERT_PTR_NOT_NULL(order_seek(order, scopes_all(scopes), (struct order_key){ 0, 9 }, false, &at));
	CU_ASSERT_EQUAL(at.hi, 1);
	CU_ASSERT_PTR_NULL(order_seek(order, scopes_all(scopes), at, false, &at));
	order_free(order);
	scopes_free(scopes);
}

static void
a_scope_never_meets_a_row_outside_it(void)
{
	struct scopes *scopes = two_areas();
	struct order *order = order_new(scopes);
	const struct scope *even = open_areas(scopes, "even", 0), *site = open_areas(scopes, "even", 4 << 8),
			   *foreign = open_areas(scopes, "even", 3 << 8),
			   *star = open_areas(scopes, "*", 3 << 8);
	for (uint32_t i = 1; i <= 6; i++)
		order_insert(order, (struct order_key){ 0, i }, i << 8 | 7, &object);
	CU_ASSERT_STRING_EQUAL(walk(order, even), "2 4 6 ");
	CU_ASSERT_STRING_EQUAL(walk(order, site), "4 ");
	CU_ASSERT_STRING_EQUAL(walk(order, foreign), "");
	CU_ASSERT_STRING_EQUAL(walk(order, star), "3 ");
	/* Trees that were read follow inserts and removals. */
	order_insert(order, (struct order_key){ 0, 8 }, 8 << 8, &object);
	order_insert(order, (struct order_key){ 0, 9 }, 4 << 8, &object);
	order_insert(order, (struct order_key){ 0, 10 }, 0, &object);
	order_insert(order, (struct order_key){ 0, 11 }, 5, &object); /* the agent's own block */
	CU_ASSERT_PTR_NOT_NULL(order_remove(order, (struct order_key){ 0, 2 }));
	CU_ASSERT_PTR_NULL(order_remove(order, (struct order_key){ 0, 2 }));
	CU_ASSERT_STRING_EQUAL(walk(order, even), "4 6 8 9 10 11 ");
	CU_ASSERT_STRING_EQUAL(walk(order, site), "4 9 10 ");
	CU_ASSERT_STRING_EQUAL(walk(order, foreign), "10 ");
	CU_ASSERT_EQUAL(order_count(order, even), 6);
	CU_ASSERT_EQUAL(order_count(order, site), 3);
	CU_ASSERT_EQUAL(order_count(order, scopes_all(scopes)), 9);
	order_free(order);
	scopes_free(scopes);
}

static void
a_site_that_moves_takes_its_rows_along(void)
{
	struct scopes *scopes = two_areas();
	struct order *order = order_new(scopes);
	const struct scope *even = open_areas(scopes, "even", 0), *site = open_areas(scopes, "even", 2 << 8);
	order_insert(order, (struct order_key){ 0, 2 }, 2 << 8, &object);
	order_insert(order, (struct order_key){ 0, 3 }, 3 << 8, &object);
	CU_ASSERT_STRING_EQUAL(walk(order, even), "2 ");
	CU_ASSERT_STRING_EQUAL(walk(order, site), "2 ");
	scopes_set_block(scopes, 3, 3 << 8, "even");
	scopes_set_block(scopes, 2, 2 << 8, "odd");
	CU_ASSERT_STRING_EQUAL(walk(order, even), "3 ");
	CU_ASSERT_STRING_EQUAL(walk(order, site), "");
	scopes_drop_block(scopes, 3);
	order_insert(order, (struct order_key){ 0, 1 }, 3 << 8, &object);
	CU_ASSERT_STRING_EQUAL(walk(order, even), "");
	CU_ASSERT_STRING_EQUAL(walk(order, open_areas(scopes, "*", 3 << 8)), "");
	order_free(order);
	scopes_free(scopes);
}

/* The same by chance: thousands of steps, each compared with a plain array. */
static void
the_order_agrees_with_a_plain_array(void)
{
	enum { KEYS = 200 };
	bool is_there[KEYS] = { false };
	struct scopes *scopes = two_areas();
	struct order *order = order_new(scopes);
	const struct scope *even = open_areas(scopes, "even", 0);
	unsigned dice = 1;
	for (unsigned step = 0; step < 20000; step++) {
		dice = dice * 1103515245u + 12345u;
		uint32_t i = (dice >> 16) % KEYS;
		struct order_key key = { i / 16, i % 16 };
		if (is_there[i])
			CU_ASSERT_PTR_NOT_NULL_FATAL(order_remove(order, key))
		else
			CU_ASSERT_EQUAL_FATAL(order_insert(order, key, (i % 20 + 1) << 8, &object), 0)
		is_there[i] = !is_there[i];
		uint32_t from = (dice >> 8) % KEYS, want = from;
		bool restricted = (dice & 0x80) != 0;
		while (want < KEYS && (!is_there[want] || (restricted && (want % 20 + 1) % 2 != 0)))
			want++;
		struct order_key at = { 99, 99 };
		void *found = order_seek(order, restricted ? even : scopes_all(scopes),
		    (struct order_key){ from / 16, from % 16 }, true, &at);
		CU_ASSERT_EQUAL_FATAL(found != NULL, want < KEYS);
		CU_ASSERT_TRUE_FATAL(found == NULL || at.hi * 16 + at.lo == want);
	}
	order_free(order);
	scopes_free(scopes);
}

static const struct claim claims[] = {
	CLAIM(rows_come_in_the_order_of_their_keys),
	CLAIM(a_scope_never_meets_a_row_outside_it),
	CLAIM(a_site_that_moves_takes_its_rows_along),
	CLAIM(the_order_agrees_with_a_plain_array),
};

CLAIMS_MAIN("order", claims)
