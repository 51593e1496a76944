/* SPDX-License-Identifier: ISC */
/* What feeders, areas and the paths of sites promise. */
#include "agent/model/model_fixture.h"

static const char city[] =
    "sites:\n"
    "  - { id: HUB, area: n/core }\n"
    "  - { id: A, area: n/east/x, power-feeder: FDR-12, depends-on: [[HUB], [HUB, B]] }\n"
    "  - { id: B, area: n/east/y, power-feeder: FDR-12 }\n"
    "  - { id: C, area: n/eastern, depends-on: [[HUB], [HUB, B]] }\n";

struct heard {
	char text[2048];
};

static void
hear_member(void *arg, struct group *group, struct site *site, bool is_member)
{
	struct heard *heard = arg;
	size_t len = strlen(heard->text);
	snprintf(heard->text + len, sizeof(heard->text) - len, "%s%s %s; ", is_member ? "+" : "-",
	    group->name, site->id);
}

static void
hear_paths(void *arg, struct site *site)
{
	struct heard *heard = arg;
	size_t len = strlen(heard->text);
	snprintf(heard->text + len, sizeof(heard->text) - len, "paths of %s; ", site->id);
}

static void
listen(struct fixture *f, struct heard *heard)
{
	heard->text[0] = '\0';
	struct model_listener listener = { .member = hear_member, .paths = hear_paths, .arg = heard };
	CU_ASSERT_EQUAL_FATAL(model_listen(f->model, &listener), 0);
}

static void
import(struct fixture *f, const char *text, bool prune)
{
	CU_ASSERT_EQUAL_FATAL(fixture_import(f, "sites.yaml", text, prune, NULL), 0);
}

static void
a_feeder_is_an_entity_with_its_sites_as_members(void)
{
	struct fixture f;
	fixture_start(&f, false);
	import(&f, city, false);
	struct group *feeder = model_feeder(f.model, "FDR-12");
	CU_ASSERT_PTR_NOT_NULL_FATAL(feeder);
	CU_ASSERT_EQUAL(feeder->kind, GROUP_FEEDER);
	CU_ASSERT_EQUAL(feeder->site_count, 2);
	CU_ASSERT_STRING_EQUAL(feeder->area, "n/east");
	CU_ASSERT_PTR_EQUAL(model_group_of(f.model, feeder->entity.number), feeder);
	CU_ASSERT_PTR_NULL(model_site_of(f.model, feeder->entity.number));
	CU_ASSERT_PTR_NULL(model_feeder(f.model, "FDR-1"));
	const struct group *area = model_area_group(f.model, "n/east/x");
	CU_ASSERT_PTR_NOT_NULL_FATAL(area);
	CU_ASSERT_EQUAL(area->site_count, 1);
	CU_ASSERT_PTR_NULL(model_area_group(f.model, "n/east")); /* no site is in it, but below it */
	unsigned count = 0;
	for (struct group *g = model_next_group(f.model, 0); g != NULL;
	     g = model_next_group(f.model, g->entity.number))
		count++;
	CU_ASSERT_EQUAL(count, 5);
	fixture_stop(&f);
}

static bool
sees(struct fixture *f, const char *area, const char *feeder)
{
	const struct scope *scope = fixture_scope(f, area, ROLE_READ, LOCATION_NEVER, NULL);
	char name[64];
	snprintf(name, sizeof(name), "\"entPhysicalName\":\"%s\"", feeder);
	bool is_listed = strstr(fixture_json(f, "entPhysicalTable", scope), name) != NULL;
	CU_ASSERT_EQUAL(is_listed, scope_has_entity(scope, model_feeder(f->model, feeder)->entity.number));
	return is_listed;
}

static void
who_may_not_see_all_of_a_feeder_sees_nothing_of_it(void)
{
	struct fixture f;
	fixture_start(&f, false);
	import(&f, city, false);
	CU_ASSERT_TRUE(sees(&f, "n/east", "FDR-12"));
	CU_ASSERT_FALSE(sees(&f, "n/east/x", "FDR-12"));
	CU_ASSERT_FALSE(sees(&f, "n/core", "FDR-12"));
	import(&f, "sites: [{ id: C, area: n/eastern, power-feeder: FDR-12 }]", false);
	CU_ASSERT_STRING_EQUAL(model_feeder(f.model, "FDR-12")->area, "n");
	CU_ASSERT_FALSE(sees(&f, "n/east", "FDR-12"));
	CU_ASSERT_TRUE(sees(&f, "n", "FDR-12"));
	import(&f, "sites: [{ id: C, area: n/eastern }, { id: B, area: n/east/y }]", false);
	CU_ASSERT_STRING_EQUAL(model_feeder(f.model, "FDR-12")->area, "n/east/x");
	CU_ASSERT_TRUE(sees(&f, "n/east/x", "FDR-12"));
	import(&f, "sites: [{ id: C, area: m, power-feeder: FDR-12 }]", false);
	CU_ASSERT_STRING_EQUAL(model_feeder(f.model, "FDR-12")->area, "");
	CU_ASSERT_FALSE(sees(&f, "n", "FDR-12"));
	CU_ASSERT_TRUE(sees(&f, "*", "FDR-12"));
	fixture_stop(&f);
}

static void
a_feeder_without_members_is_hidden_and_keeps_its_number(void)
{
	struct fixture f;
	fixture_start(&f, false);
	import(&f, city, false);
	uint32_t number = model_feeder(f.model, "FDR-12")->entity.number;
	import(&f, "sites: [{ id: HUB, area: n/core }]", true);
	CU_ASSERT_PTR_NULL(model_feeder(f.model, "FDR-12"));
	CU_ASSERT_PTR_NULL(model_entity(f.model, number));
	const char *rows = fixture_json(&f, "entPhysicalTable", scopes_all(f.scopes));
	CU_ASSERT_PTR_NULL(strstr(rows, "FDR-12"));
	CU_ASSERT_PTR_NULL(strstr(rows, "n/east"));
	import(&f, city, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(model_feeder(f.model, "FDR-12"));
	CU_ASSERT_EQUAL(model_feeder(f.model, "FDR-12")->entity.number, number);
	CU_ASSERT_TRUE(sees(&f, "n/east", "FDR-12"));
	fixture_stop(&f);
}

static void
numbers_of_groups_survive_a_restart_and_are_nobody_elses(void)
{
	struct fixture f;
	fixture_start(&f, true);
	import(&f, city, false);
	uint32_t feeder = model_feeder(f.model, "FDR-12")->entity.number;
	uint32_t area = model_area_group(f.model, "n/east/x")->entity.number;
	fixture_close(&f);
	fixture_open(&f);
	CU_ASSERT_EQUAL(model_feeder(f.model, "FDR-12")->entity.number, feeder);
	CU_ASSERT_STRING_EQUAL(model_feeder(f.model, "FDR-12")->area, "n/east");
	CU_ASSERT_EQUAL(model_area_group(f.model, "n/east/x")->entity.number, area);
	import(&f, "sites: [{ id: HUB, area: n/core }]", true);
	fixture_close(&f);
	fixture_open(&f);
	CU_ASSERT_PTR_NULL(model_feeder(f.model, "FDR-12"));
	import(&f, "sites: [{ id: Z, area: z, power-feeder: FDR-13 }]", false);
	CU_ASSERT_NOT_EQUAL(model_feeder(f.model, "FDR-13")->entity.number, feeder);
	CU_ASSERT_NOT_EQUAL(model_site(f.model, "Z")->entity.number, area);
	import(&f, city, false);
	CU_ASSERT_EQUAL(model_feeder(f.model, "FDR-12")->entity.number, feeder);
	fixture_stop(&f);
}

static int
forget(void *arg, const char *key, const char *body, size_t len)
{
	(void)body;
	(void)len;
	store_delete(arg, STORE_GROUP, key);
	return 0;
}

static void
a_store_of_before_there_were_groups_gets_them(void)
{
	struct fixture f;
	fixture_start(&f, true);
	import(&f, city, false);
	struct store_txn *txn = store_begin(f.store);
	store_each(f.store, STORE_GROUP, forget, txn);
	store_submit(txn, STORE_KEEP, NULL, NULL);
	fixture_close(&f);
	fixture_open(&f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(model_feeder(f.model, "FDR-12"));
	uint32_t feeder = model_feeder(f.model, "FDR-12")->entity.number;
	fixture_close(&f);
	fixture_open(&f);
	CU_ASSERT_EQUAL(model_feeder(f.model, "FDR-12")->entity.number, feeder);
	fixture_stop(&f);
}

static void
a_listener_hears_of_each_member_that_comes_or_goes(void)
{
	struct fixture f;
	struct heard heard;
	fixture_start(&f, false);
	import(&f, city, false);
	listen(&f, &heard);
	import(&f, "sites: [{ id: B, area: n/east/y, power-feeder: FDR-13 }]", false);
	CU_ASSERT_STRING_EQUAL(heard.text, "-FDR-12 B; +FDR-13 B; ");
	heard.text[0] = '\0';
	import(&f, "sites: [{ id: B, area: n/east/y, power-feeder: FDR-13, name: Beta }]", false);
	CU_ASSERT_STRING_EQUAL(heard.text, "");
	fixture_stop(&f);
}

static void
paths_are_parsed_once_and_hold_their_hubs(void)
{
	struct fixture f;
	fixture_start(&f, false);
	import(&f, city, false);
	const struct site_paths *paths = model_site_paths(model_site(f.model, "A"));
	CU_ASSERT_EQUAL(paths->path_count, 2);
	CU_ASSERT_EQUAL_FATAL(paths->hub_count, 3);
	static const char *const ids[] = { "HUB", "HUB", "B" };
	static const uint32_t of_path[] = { 0, 1, 1 };
	for (uint32_t i = 0; i < 3; i++) {
		CU_ASSERT_STRING_EQUAL(paths->hubs[i].id, ids[i]);
		CU_ASSERT_EQUAL(paths->hubs[i].path, of_path[i]);
		CU_ASSERT_PTR_EQUAL(paths->hubs[i].site, model_site(f.model, ids[i]));
	}
	CU_ASSERT_PTR_EQUAL(paths, model_site_paths(model_site(f.model, "C")));
	CU_ASSERT_EQUAL(model_site_paths(model_site(f.model, "B"))->path_count, 0);
	fixture_stop(&f);
}

static void
who_depends_on_a_hub_hears_of_its_coming_and_going(void)
{
	struct fixture f;
	struct heard heard;
	fixture_start(&f, false);
	import(&f, city, false);
	listen(&f, &heard);
	import(&f, "sites: [{ id: A, area: n/east/x, power-feeder: FDR-12, depends-on: [[HUB]] }]", false);
	CU_ASSERT_STRING_EQUAL(heard.text, "paths of A; ");
	CU_ASSERT_EQUAL(model_site_paths(model_site(f.model, "A"))->path_count, 1);
	/* Against a file that names it, which is checked, only a pruned one can go: here with all that depend on it. */
	heard.text[0] = '\0';
	struct site *c = model_site(f.model, "C");
	import(
	    &f, "sites: [{ id: HUB, area: n/core }, { id: C, area: n/eastern, depends-on: [[HUB]] }]", true);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.text, "paths of C; "));
	CU_ASSERT_PTR_EQUAL(model_site_paths(c)->hubs[0].site, model_site(f.model, "HUB"));
	fixture_stop(&f);
}

/* Rows come in the order of numbers: a dependent may be read before its hub. */
static void
a_hub_that_is_placed_later_is_found(void)
{
	struct fixture f;
	fixture_start(&f, true);
	import(&f, "sites: [{ id: A, depends-on: [[Z]] }, { id: Z }]", false);
	CU_ASSERT_PTR_EQUAL(
	    model_site_paths(model_site(f.model, "A"))->hubs[0].site, model_site(f.model, "Z"));
	fixture_close(&f);
	fixture_open(&f);
	const struct site_paths *paths = model_site_paths(model_site(f.model, "A"));
	CU_ASSERT_EQUAL_FATAL(paths->hub_count, 1);
	CU_ASSERT_PTR_EQUAL(paths->hubs[0].site, model_site(f.model, "Z"));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_feeder_is_an_entity_with_its_sites_as_members),
	CLAIM(who_may_not_see_all_of_a_feeder_sees_nothing_of_it),
	CLAIM(a_feeder_without_members_is_hidden_and_keeps_its_number),
	CLAIM(numbers_of_groups_survive_a_restart_and_are_nobody_elses),
	CLAIM(a_store_of_before_there_were_groups_gets_them),
	CLAIM(a_listener_hears_of_each_member_that_comes_or_goes),
	CLAIM(paths_are_parsed_once_and_hold_their_hubs),
	CLAIM(who_depends_on_a_hub_hears_of_its_coming_and_going),
	CLAIM(a_hub_that_is_placed_later_is_found),
};

CLAIMS_MAIN("groups", claims)
