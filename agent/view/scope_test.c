/* SPDX-License-Identifier: ISC */
/* What scopes promise. */
#include "agent/view/scope.h"

#include "tests/support/cunit_main.h"

static const struct scope *
open_areas(struct scopes *scopes, const char *name, const char *area, uint32_t site)
{
	const char *areas[] = { area };
	struct scope_reader reader = {
		.name = name, .role = ROLE_READ, .location = LOCATION_SECURE, .areas = areas, .area_count = 1
	};
	return scopes_open(scopes, &reader, false, site);
}

static struct scopes *
three_sites(void)
{
	struct scopes *scopes = scopes_new();
	scopes_set_block(scopes, 1, 0x100, "nineveh/east");
	scopes_set_block(scopes, 2, 0x200, "nineveh/eastern");
	scopes_set_block(scopes, 3, 0x300, "nineveh/east/x");
	scopes_set_block(scopes, 4, 0x100, "nineveh/east"); /* the first site's second block */
	scopes_set_block(scopes, 5, 0x500, "");
	return scopes;
}

static void
an_area_covers_whole_path_parts_only(void)
{
	static const struct {
		const char *pattern, *area;
		bool covers;
	} cases[] = {
		{ "nineveh/east", "nineveh/east", true },
		{ "nineveh/east", "nineveh/east/x", true },
		{ "nineveh/east", "nineveh/eastern", false },
		{ "nineveh/east", "nineveh", false },
		{ "nineveh", "nineveh/east/x", true },
		{ "*", "", true },
		{ "*", "anything", true },
		{ "nineveh", "", false },
		{ "", "nineveh", false },
		{ "", "", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(scope_area_covers(cases[i].pattern, cases[i].area), cases[i].covers);
}

static void
a_walk_over_blocks_meets_those_of_the_areas_alone(void)
{
	struct scopes *scopes = three_sites();
	const struct scope *east = open_areas(scopes, "east", "nineveh/east", 0);
	CU_ASSERT_EQUAL(scope_next_block(east, 1), 1);
	CU_ASSERT_EQUAL(scope_next_block(east, 2), 3);
	CU_ASSERT_EQUAL(scope_next_block(east, 4), 4);
	CU_ASSERT_EQUAL(scope_next_block(east, 5), 0);
	CU_ASSERT_EQUAL(scope_next_block(east, 0xffffff), 0);
	CU_ASSERT_EQUAL(scope_next_block(east, 0xffffffff), 0);
	CU_ASSERT_FALSE(scope_has_entity(east, 0x2ff));
	CU_ASSERT_TRUE(scope_has_entity(east, 0x3ff));
	CU_ASSERT_FALSE(scope_is_all(east));
	const struct scope *all = scopes_all(scopes);
	CU_ASSERT_EQUAL(scope_next_block(all, 2), 2);
	CU_ASSERT_EQUAL(scope_next_block(all, 5), 5);
	CU_ASSERT_TRUE(scope_is_all(all));
	scopes_free(scopes);
}

static void
blocks_far_apart_are_found(void)
{
	struct scopes *scopes = scopes_new();
	static const uint32_t blocks[] = { 1, 63, 64, 4095, 4096, 262143, 262144, 0xffffff };
	const struct scope *reader = open_areas(scopes, "r", "a", 0);
	for (size_t i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(scopes_set_block(scopes, blocks[i], blocks[i] << 8, "a"), 0);
	uint32_t at = 0;
	for (size_t i = 0; i < 8; i++) {
		at = scope_next_block(reader, at + 1);
		CU_ASSERT_EQUAL(at, blocks[i]);
	}
	CU_ASSERT_EQUAL(scope_next_block(reader, at + 1), 0);
	scopes_drop_block(scopes, 4096);
	CU_ASSERT_EQUAL(scope_next_block(reader, 4096), 262143);
	CU_ASSERT_TRUE(scopes_set_block(scopes, 0x1000000, 0x100, "a") < 0);
	scopes_free(scopes);
}

static void
thousands_of_areas_are_told_apart(void)
{
	struct scopes *scopes = scopes_new();
	const struct scope *one = open_areas(scopes, "one", "a/d-777", 0);
	char area[16];
	for (uint32_t i = 1; i <= 3000; i++) {
		snprintf(area, sizeof(area), "a/d-%u", i);
		CU_ASSERT_EQUAL(scopes_set_block(scopes, i, i << 8, area), 0);
	}
	CU_ASSERT_EQUAL(scope_next_block(one, 1), 777);
	CU_ASSERT_EQUAL(scope_next_block(one, 778), 0);
	/* A scope opened afterwards sees the same. */
	CU_ASSERT_EQUAL(scope_next_block(open_areas(scopes, "late", "a/d-2999", 0), 1), 2999);
	scopes_free(scopes);
}

static void
a_virtual_device_sees_its_own_blocks_alone(void)
{
	struct scopes *scopes = three_sites();
	const struct scope *one = open_areas(scopes, "east", "nineveh/east", 0x100);
	CU_ASSERT_EQUAL(scope_next_block(one, 1), 1);
	CU_ASSERT_EQUAL(scope_next_block(one, 2), 4);
	CU_ASSERT_EQUAL(scope_next_block(one, 5), 0);
	CU_ASSERT_FALSE(scope_has_entity(one, 0x300));
	CU_ASSERT_FALSE(scope_has_block(one, 0));
	CU_ASSERT_FALSE(scope_is_all(one));
	CU_ASSERT_FALSE(scope_is_all(open_areas(scopes, "wall", "*", 0x100)));
	scopes_free(scopes);
}

static void
a_virtual_device_outside_the_readers_areas_shows_nothing(void)
{
	struct scopes *scopes = three_sites();
	const struct scope *other = open_areas(scopes, "east", "nineveh/east", 0x200);
	CU_ASSERT_EQUAL(scope_next_block(other, 1), 0);
	CU_ASSERT_FALSE(scope_has_entity(other, 0x200));
	scopes_free(scopes);
}

static void
a_site_that_moves_changes_every_scope_and_the_generation(void)
{
	struct scopes *scopes = three_sites();
	const struct scope *east = open_areas(scopes, "east", "nineveh/east", 0);
	uint64_t before = scopes_generation(scopes);
	scopes_set_block(scopes, 2, 0x200, "nineveh/eastern");
	CU_ASSERT_EQUAL(scopes_generation(scopes), before);
	scopes_set_block(scopes, 2, 0x200, "nineveh/east");
	CU_ASSERT_TRUE(scopes_generation(scopes) > before);
	CU_ASSERT_TRUE(scope_has_block(east, 2));
	scopes_set_block(scopes, 2, 0x200, "basra");
	CU_ASSERT_FALSE(scope_has_block(east, 2));
	scopes_free(scopes);
}

static void
a_site_without_an_area_is_seen_by_the_star_alone(void)
{
	struct scopes *scopes = three_sites();
	CU_ASSERT_TRUE(scope_has_block(open_areas(scopes, "wall", "*", 0), 5));
	CU_ASSERT_FALSE(scope_has_block(open_areas(scopes, "east", "nineveh", 0), 5));
	scopes_free(scopes);
}

static void
a_site_that_is_gone_is_seen_by_nobody_and_comes_back_whole(void)
{
	struct scopes *scopes = three_sites();
	const struct scope *one = open_areas(scopes, "east", "nineveh/east", 0x100);
	scopes_drop_block(scopes, 1);
	scopes_drop_block(scopes, 4);
	CU_ASSERT_EQUAL(scope_next_block(scopes_all(scopes), 1), 2);
	CU_ASSERT_EQUAL(scope_next_block(one, 1), 0);
	scopes_set_block(scopes, 1, 0x100, "nineveh/east");
	scopes_set_block(scopes, 4, 0x100, "nineveh/east");
	CU_ASSERT_EQUAL(scope_next_block(one, 2), 4);
	CU_ASSERT_EQUAL(scope_next_block(one, 5), 0);
	scopes_free(scopes);
}

static void
the_same_request_gives_the_same_scope_and_changed_rights_another(void)
{
	struct scopes *scopes = scopes_new();
	const struct scope *a = open_areas(scopes, "noc", "east", 0);
	CU_ASSERT_PTR_EQUAL(a, open_areas(scopes, "noc", "east", 0));
	CU_ASSERT_PTR_NOT_EQUAL(a, open_areas(scopes, "noc", "west", 0));
	CU_ASSERT_PTR_NOT_EQUAL(a, open_areas(scopes, "noc", "east", 0x100));
	CU_ASSERT_EQUAL(scope_reach(a), scope_reach(open_areas(scopes, "other", "east", 0)));
	const struct scope *many[200];
	for (uint32_t i = 0; i < 200; i++)
		many[i] = open_areas(scopes, "noc", "east", (i + 2) << 8);
	for (uint32_t i = 0; i < 200; i++)
		CU_ASSERT_PTR_EQUAL(many[i], open_areas(scopes, "noc", "east", (i + 2) << 8));
	scopes_free(scopes);
}

static void
positions_are_for_those_who_may_know(void)
{
	static const char *const areas[] = { "*" };
	static const struct {
		enum scope_location location;
		bool is_secure, may;
	} cases[] = {
		{ LOCATION_NEVER, true, false },
		{ LOCATION_SECURE, false, false },
		{ LOCATION_SECURE, true, true },
		{ LOCATION_ALWAYS, false, true },
	};
	struct scopes *scopes = scopes_new();
	for (size_t i = 0; i < 4; i++) {
		struct scope_reader reader = { .name = "r",
			.role = ROLE_READ,
			.location = cases[i].location,
			.areas = areas,
			.area_count = 1 };
		CU_ASSERT_EQUAL(
		    scope_may_locate(scopes_open(scopes, &reader, cases[i].is_secure, 0)), cases[i].may);
	}
	scopes_free(scopes);
}

static const struct claim claims[] = {
	CLAIM(an_area_covers_whole_path_parts_only),
	CLAIM(a_walk_over_blocks_meets_those_of_the_areas_alone),
	CLAIM(blocks_far_apart_are_found),
	CLAIM(thousands_of_areas_are_told_apart),
	CLAIM(a_virtual_device_sees_its_own_blocks_alone),
	CLAIM(a_virtual_device_outside_the_readers_areas_shows_nothing),
	CLAIM(a_site_that_moves_changes_every_scope_and_the_generation),
	CLAIM(a_site_without_an_area_is_seen_by_the_star_alone),
	CLAIM(a_site_that_is_gone_is_seen_by_nobody_and_comes_back_whole),
	CLAIM(the_same_request_gives_the_same_scope_and_changed_rights_another),
	CLAIM(positions_are_for_those_who_may_know),
};

CLAIMS_MAIN("scope", claims)
