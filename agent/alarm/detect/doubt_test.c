/* SPDX-License-Identifier: ISC */
/* When the list may be wrong, who is told, and when it is right again. */
#include "agent/alarm/list/alarm_fixture.h"

#define SETTLE_MS 10000
#define START_MS  600000

static void
say(struct fixture *f, const char *site, const char *slot, enum towerd_presence presence, const char *reason)
{
	const struct device *device = fixture_device(f, site, slot);
	CU_ASSERT_EQUAL(model_presence(f->model, device->entity.number, presence, reason), 0);
}

static void
all(struct fixture *f, enum towerd_presence presence, const char *reason)
{
	say(f, "NIN-1", "power", presence, reason);
	say(f, "NIN-1", "radio", presence, reason);
	say(f, "NIN-2", "power", presence, reason);
}

static void
settle(struct fixture *f)
{
	fixture_step(f, SETTLE_MS);
	fixture_step(f, 0);
}

static unsigned
doubts(const struct fixture *f)
{
	struct alarm_doubt doubt;
	unsigned count = 0;

	while (alarms_doubt_at(f->alarms, count, &doubt))
		count++;
	return count;
}

static bool
is_listed(const struct fixture *f, const char *source)
{
	const struct alarm *alarm =
	    alarm_find(f->alarms, ENTITY_AGENT_NUMBER, "agent/list-unreliable", source);
	return alarm != NULL;
}

static void
a_lost_broker_is_told_once_and_ends_when_its_last_device_is_known(void)
{
	struct fixture f;
	struct alarm_doubt doubt;
	fixture_start(&f);
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	f.lists[0] = '\0';

	all(&f, TOWERD_PRESENCE_UNKNOWN, "broker lost: it is away");
	fixture_step(&f, SETTLE_MS - 1);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	fixture_step(&f, 1);
	fixture_step(&f, 0);
	CU_ASSERT_TRUE_FATAL(alarms_doubt_at(f.alarms, 0, &doubt));
	CU_ASSERT_STRING_EQUAL(doubt.source, "test");
	CU_ASSERT_STRING_EQUAL(doubt.reason, "test: broker lost: it is away");
	CU_ASSERT_EQUAL(doubt.devices, 3);
	CU_ASSERT_TRUE(is_listed(&f, "test"));
	CU_ASSERT_STRING_EQUAL(f.lists, "[test: broker lost: i]");

	say(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE, NULL);
	say(&f, "NIN-1", "radio", TOWERD_PRESENCE_UNREACHABLE, "no reply");
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 1);
	say(&f, "NIN-2", "power", TOWERD_PRESENCE_REACHABLE, NULL);
	CU_ASSERT_EQUAL(doubts(&f), 1); /* what it has to say comes first */
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	CU_ASSERT_FALSE(is_listed(&f, "test"));
	CU_ASSERT_STRING_EQUAL(f.lists, "[test: broker lost: i][rebuilt]");
	fixture_stop(&f);
}

static void
a_broker_that_is_back_at_once_is_no_news(void)
{
	struct fixture f;
	fixture_start(&f);
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	settle(&f);
	f.lists[0] = '\0';
	for (unsigned i = 0; i < 20; i++) {
		all(&f, TOWERD_PRESENCE_UNKNOWN, "broker lost: it is away");
		fixture_step(&f, 3000);
		all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
		fixture_step(&f, 3000);
	}
	settle(&f);
	CU_ASSERT_STRING_EQUAL(f.lists, "");
	fixture_stop(&f);
}

static void
a_device_that_leaves_the_inventory_is_waited_for_no_more(void)
{
	struct fixture f;
	fixture_start(&f);
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	say(&f, "NIN-2", "power", TOWERD_PRESENCE_UNKNOWN, "broker lost: it is away");
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 1);
	fixture_import(&f, "sites: [{ id: NIN-1, devices: [{ id: power, driver: test }] }]", true);
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	fixture_stop(&f);
}

static void
who_is_not_watched_at_all_is_no_doubt(void)
{
	struct fixture f;
	fixture_start(&f);
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	uint32_t number = fixture_device(&f, "NIN-2", "power")->entity.number;
	CU_ASSERT_EQUAL(model_watch(f.model, number, "address \"nowhere\" is no place"), 0);
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	CU_ASSERT_EQUAL(model_watch(f.model, number, NULL), 0);
	CU_ASSERT_PTR_NULL(model_device(f.model, number)->presence_reason);
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	fixture_stop(&f);
}

static void
reopen(struct fixture *f)
{
	int64_t utc_ms = loop_utc_ms(f->loop);
	fixture_close(f);
	fixture_open(f, utc_ms + 60000);
	fixture_step(f, 0);
}

static void
after_a_start_the_list_is_of_before_until_all_were_heard(void)
{
	struct fixture f;
	struct alarm_doubt doubt;
	fixture_start(&f);
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	settle(&f);
	reopen(&f);
	CU_ASSERT_TRUE_FATAL(alarms_doubt_at(f.alarms, 0, &doubt));
	CU_ASSERT_STRING_EQUAL(doubt.source, "start");
	CU_ASSERT_EQUAL(doubt.devices, 3);
	CU_ASSERT_FALSE(is_listed(&f, "start"));
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	settle(&f);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	CU_ASSERT_STRING_EQUAL(f.lists, "[the agent has starte][rebuilt]");
	fixture_stop(&f);
}

static void
who_is_never_heard_is_waited_for_no_longer_than_the_bound(void)
{
	struct fixture f;
	fixture_start(&f);
	reopen(&f);
	say(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE, NULL);
	fixture_step(&f, START_MS - 1);
	CU_ASSERT_EQUAL(doubts(&f), 1);
	fixture_step(&f, 1);
	fixture_step(&f, 0);
	CU_ASSERT_EQUAL(doubts(&f), 0);
	all(&f, TOWERD_PRESENCE_REACHABLE, NULL);
	settle(&f);
	CU_ASSERT_STRING_EQUAL(f.lists, "[the agent has starte][rebuilt]");
	fixture_stop(&f);
}

/* A start with the broker away: one doubt passes into the other, and the end of the first does not say that all is well. */
static void
the_end_of_one_doubt_says_that_another_remains(void)
{
	struct fixture f;
	struct alarm_doubt doubt;
	fixture_start(&f);
	reopen(&f);
	say(&f, "NIN-1", "power", TOWERD_PRESENCE_REACHABLE, NULL);
	say(&f, "NIN-1", "radio", TOWERD_PRESENCE_REACHABLE, NULL);
	say(&f, "NIN-2", "power", TOWERD_PRESENCE_UNKNOWN, "broker lost: it is away");
	settle(&f);
	CU_ASSERT_TRUE_FATAL(alarms_doubt_at(f.alarms, 0, &doubt));
	CU_ASSERT_STRING_EQUAL(doubt.source, "test");
	CU_ASSERT_EQUAL(doubts(&f), 1);
	CU_ASSERT_TRUE(is_listed(&f, "test"));
	fixture_stop(&f);
}

static void
the_view_counts_devices_for_those_alone_who_see_all(void)
{
	struct fixture f;
	static const char *const areas[] = { "nineveh/east" };
	const struct scope_reader reader = {
		.name = "east", .role = ROLE_READ, .areas = areas, .area_count = 1
	};
	struct view_row row;
	fixture_start(&f);
	all(&f, TOWERD_PRESENCE_UNKNOWN, "broker lost: it is away");
	settle(&f);
	const struct view *view = views_find(f.views, "towerdDoubtTable");
	towerd_json_reset(&f.json);
	view_print_json(view, scopes_all(f.scopes), NULL, 0, &f.json);
	CU_ASSERT_PTR_NOT_NULL(strstr(towerd_json_done(&f.json), "\"towerdDoubtDevices\":3"));
	towerd_json_reset(&f.json);
	view_print_json(view, scopes_open(f.scopes, &reader, false, 0), NULL, 0, &f.json);
	const char *text = towerd_json_done(&f.json);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "broker lost"));
	CU_ASSERT_PTR_NULL(strstr(text, "towerdDoubtDevices\":3"));
	uint32_t site = model_site(f.model, "NIN-1")->entity.number;
	CU_ASSERT_FALSE(view_seek(view, scopes_open(f.scopes, &reader, false, site), NULL, 0, true, &row));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_lost_broker_is_told_once_and_ends_when_its_last_device_is_known),
	CLAIM(a_broker_that_is_back_at_once_is_no_news),
	CLAIM(a_device_that_leaves_the_inventory_is_waited_for_no_more),
	CLAIM(who_is_not_watched_at_all_is_no_doubt),
	CLAIM(after_a_start_the_list_is_of_before_until_all_were_heard),
	CLAIM(who_is_never_heard_is_waited_for_no_longer_than_the_bound),
	CLAIM(the_end_of_one_doubt_says_that_another_remains),
	CLAIM(the_view_counts_devices_for_those_alone_who_see_all),
};

CLAIMS_MAIN("doubts", claims)
