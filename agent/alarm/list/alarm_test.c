/* SPDX-License-Identifier: ISC */
/* One alarm from raise to clear: its key, times, texts, records, acknowledgement and explanation. */
#include <errno.h>

#include <towerd/time.h>

#include "agent/alarm/list/alarm_fixture.h"

static struct fixture f;
static uint32_t site, power;

static void
start(void)
{
	fixture_start(&f);
	site = model_site(f.model, "NIN-1")->entity.number;
	power = fixture_device(&f, "NIN-1", "power")->entity.number;
}

static int
raise_fuse(int severity, const char *text)
{
	return alarm_raise(f.alarms, power, "power/fuse-open", "F1", severity, text, 0);
}

static void
a_repeat_that_changes_nothing_costs_nothing(void)
{
	start();
	CU_ASSERT_EQUAL(raise_fuse(0, "F1 is open"), 0);
	CU_ASSERT_EQUAL(raise_fuse(0, "F1 is open"), 0);
	CU_ASSERT_EQUAL(raise_fuse(TOWERD_MINOR, "F1 is open"), 0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "raise power/fuse-open minor\n");
	CU_ASSERT_EQUAL(alarm_clear(f.alarms, power, "power/fuse-open", "F1", NULL, 0), 0);
	CU_ASSERT_EQUAL(alarm_clear(f.alarms, power, "power/fuse-open", "F1", NULL, 0), 0);
	CU_ASSERT_EQUAL(alarm_clear(f.alarms, power, "no/such-type", "", NULL, 0), 0);
	CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "!clear power/fuse-open cleared\n");
	fixture_stop(&f);
}

static void
what_cannot_be_raised_is_refused(void)
{
	static const char long_qualifier[] =
	    "0123456789012345678901234567890123456789012345678901234567890123";
	start();
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, "power/none-such", "", 0, "", 0), -EINVAL);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, "power/fuse-open", "", TOWERD_CRITICAL, "", 0), -EINVAL);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, "power/fuse-open", "", TOWERD_CLEARED, "", 0), -EINVAL);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, "power/fuse-open", "", 77, "", 0), -EINVAL);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, power, "power/fuse-open", long_qualifier, 0, "", 0), -EINVAL);
	CU_ASSERT_EQUAL(alarm_raise(f.alarms, 999999, "power/fuse-open", "", 0, "", 0), -ENOENT);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
a_change_of_severity_is_the_same_alarm_in_a_new_row(void)
{
	start();
	raise_fuse(TOWERD_MINOR, "F1 is open");
	const struct alarm *alarm = alarm_find(f.alarms, power, "power/fuse-open", "F1");
	uint64_t number = alarm->number;
	uint32_t index = alarm->active_index;
	int64_t raised = alarm->raised_ms;
	fixture_step(&f, 10000);
	raise_fuse(TOWERD_MAJOR, "F1 is open");
	CU_ASSERT_PTR_EQUAL(alarm_at(f.alarms, number), alarm);
	CU_ASSERT(alarm->active_index > index);
	CU_ASSERT_EQUAL(alarm->raised_ms, raised);
	CU_ASSERT_EQUAL(alarm->active_ms, raised + 10000);
	fixture_stop(&f);
}

static void
the_site_knows_its_worst_alarm_and_how_many_there_are(void)
{
	start();
	const struct site *s = model_site(f.model, "NIN-1");
	raise_fuse(TOWERD_MINOR, "F1 is open");
	alarm_raise(f.alarms, site, "site/damaged", "", TOWERD_CRITICAL, "the mast is down", 0);
	CU_ASSERT_EQUAL(s->worst_severity, TOWERD_CRITICAL);
	CU_ASSERT_EQUAL(s->alarm_count, 2);
	CU_ASSERT_EQUAL(alarms_worst(f.alarms, s, NULL), TOWERD_CRITICAL);
	alarm_clear(f.alarms, site, "site/damaged", "", NULL, 0);
	CU_ASSERT_EQUAL(s->worst_severity, TOWERD_MINOR);
	alarm_clear(f.alarms, power, "power/fuse-open", "F1", NULL, 0);
	CU_ASSERT_EQUAL(s->worst_severity, 0);
	CU_ASSERT_EQUAL(s->alarm_count, 0);
	CU_ASSERT_EQUAL(model_site(f.model, "NIN-2")->worst_severity, 0);
	fixture_stop(&f);
}

/* What a listener was given live, to be compared with what the journal gives. */
static struct noted {
	uint64_t number;
	struct towerd_alarm_record alarm;
	char site[40], area[40], device[40], type[40], text[300];
} live[16], later[16];
static size_t live_count, later_count;

static void
note(struct noted *n, uint64_t number, const struct towerd_alarm_record *alarm)
{
	n->number = number;
	n->alarm = *alarm;
	snprintf(n->site, sizeof(n->site), "%s", alarm->site);
	snprintf(n->area, sizeof(n->area), "%s", alarm->area);
	snprintf(n->device, sizeof(n->device), "%s", alarm->device);
	snprintf(n->type, sizeof(n->type), "%s", alarm->type);
	snprintf(n->text, sizeof(n->text), "%s", alarm->text);
}

static void
note_live(void *arg, const struct towerd_record *record)
{
	(void)arg;
	note(&live[live_count++], record->number, record->alarm);
}

static int
note_later(void *arg, const struct store_record *record)
{
	struct towerd_alarm_record alarm;
	struct towerd_json *scratch;

	(void)arg;
	if (strncmp(record->type, "alarm.", 6) != 0)
		return 0;
	CU_ASSERT_EQUAL_FATAL(alarm_record_parse(record, NULL, &alarm, &scratch), 0);
	CU_ASSERT_EQUAL(alarm_record_is_untold(record), !alarm.is_told);
	note(&later[later_count++], record->number, &alarm);
	towerd_json_free(scratch);
	return 0;
}

static bool
is_same(const struct noted *a, const struct noted *b)
{
	const struct towerd_alarm_record *x = &a->alarm, *y = &b->alarm;

	return a->number == b->number && x->size == y->size && x->event == y->event && x->alarm == y->alarm &&
	    x->resource == y->resource && x->model == y->model && x->severity == y->severity &&
	    x->previous == y->previous && x->event_ms == y->event_ms && x->active_ms == y->active_ms &&
	    x->active_index == y->active_index && x->probable_cause == y->probable_cause &&
	    x->event_type == y->event_type && x->ticket == y->ticket && x->is_told == y->is_told &&
	    x->cause == y->cause && x->consequences == y->consequences &&
	    x->is_backed_up == y->is_backed_up && strcmp(x->stand, y->stand) == 0 &&
	    strcmp(a->site, b->site) == 0 && strcmp(a->area, b->area) == 0 &&
	    strcmp(a->device, b->device) == 0 && strcmp(a->type, b->type) == 0 &&
	    strcmp(a->text, b->text) == 0;
}

static void
a_record_read_back_is_the_same_as_the_live_one(void)
{
	struct alarm_listener listener = { .told = note_live };
	start();
	live_count = later_count = 0;
	alarms_listen(f.alarms, &listener);
	raise_fuse(TOWERD_MINOR, "F1 \"Radio\" is open\x01 \xff \xe2\x82\xac");
	raise_fuse(TOWERD_MAJOR, "F1 is open");
	alarm_raise(f.alarms, site, "site/damaged", "", 0, NULL, loop_utc_ms(f.loop) - 5000);
	alarm_raise(f.alarms, ENTITY_AGENT_NUMBER, "agent/overload", "", 0, "busy", 0);
	fixture_step(&f, 3000);
	alarm_clear(f.alarms, power, "power/fuse-open", "F1", "replaced", 0);
	fixture_step(&f, 3000);
	CU_ASSERT_EQUAL(store_read(f.store, 0, 1000, note_later, fixture_done, &f), 0);
	fixture_step(&f, 0);
	CU_ASSERT_EQUAL(live_count, 7); /* raise, change, its tell, raise, raise, clear, its tell */
	CU_ASSERT_EQUAL_FATAL(live_count, later_count);
	for (size_t i = 0; i < live_count; i++)
		CU_ASSERT(is_same(&live[i], &later[i]));
	CU_ASSERT_STRING_EQUAL(live[0].text, "F1 \"Radio\" is open\\x01 \xef\xbf\xbd \xe2\x82\xac");
	CU_ASSERT_STRING_EQUAL(live[0].site, "NIN-1");
	CU_ASSERT_STRING_EQUAL(live[0].area, "nineveh/east");
	CU_ASSERT_STRING_EQUAL(live[0].device, "power");
	CU_ASSERT_EQUAL(live[0].alarm.probable_cause, 110);
	CU_ASSERT_EQUAL(live[0].alarm.event_type, ITU_ENVIRONMENTAL);
	fixture_stop(&f);
}

static void
a_body_that_is_not_an_alarms_is_refused(void)
{
	static const char *const bodies[] = { "", "{}", "[]", "{\"alarm\":1}",
		"{\"alarm\":-1,\"event\":\"raised\",\"severity\":\"minor\"}" };
	struct towerd_alarm_record alarm;
	struct towerd_json *scratch;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct store_record record = { .body = bodies[i] };
		CU_ASSERT_EQUAL(alarm_record_parse(&record, NULL, &alarm, &scratch), -EBADMSG);
	}
}

static void
a_devices_time_is_believed_within_bounds_and_kept_in_any_case(void)
{
	static const struct {
		int64_t off_ms;
		bool is_believed;
	} cases[] = {
		{ -1000, true },
		{ -24 * 3600 * 1000, true },
		{ -24 * 3600 * 1000 - 1, false },
		{ 600 * 1000, true },
		{ 600 * 1000 + 1, false },
		{ INT64_C(1) << 60, false },
		{ -(INT64_C(1) << 60), false },
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now = loop_utc_ms(f.loop), claimed = now + cases[i].off_ms;
		fixture_fault(&f, "power", "power/fuse-open", "F9", true, 0, "F9", claimed);
		const struct alarm *alarm = alarm_find(f.alarms, power, "power/fuse-open", "F9");
		CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
		CU_ASSERT_EQUAL(alarm->raised_ms, cases[i].is_believed ? claimed : now);
		CU_ASSERT_EQUAL(alarm->active_ms, alarm->raised_ms);
		CU_ASSERT_EQUAL(alarm->received_ms, now);
		CU_ASSERT_EQUAL(alarm->claimed_ms, claimed);
		fixture_fault(&f, "power", "power/fuse-open", "F9", false, 0, NULL, 0);
		fixture_step(&f, 5000);
	}
	fixture_stop(&f);
}

static void
devices_report_faults_of_known_types_and_none_that_the_agent_computes(void)
{
	start();
	struct device *device = fixture_device(&f, "NIN-1", "power");
	fixture_fault(&f, "power", "site/door-open", "", true, TOWERD_CRITICAL, "cabinet door", 0);
	const struct alarm *alarm = alarm_find(f.alarms, power, "site/door-open", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_EQUAL(alarm->severity, TOWERD_WARNING); /* all that the type knows */
	uint64_t rejected = device->rejected;
	fixture_fault(&f, "power", "no/such", "", true, 0, NULL, 0);
	fixture_fault(&f, "power", "comms/device-unreachable", "", true, 0, NULL, 0);
	fixture_fault(&f, "power", "agent/storage", "", true, 0, NULL, 0);
	CU_ASSERT_EQUAL(device->rejected, rejected + 3);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	fixture_fault(&f, "power", "site/door-open", "", false, 0, NULL, 0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 0);
	fixture_stop(&f);
}

static void
a_device_that_invents_qualifiers_does_not_fill_the_list(void)
{
	char qualifier[16];
	start();
	for (int i = 0; i < 300; i++) {
		snprintf(qualifier, sizeof(qualifier), "F%d", i);
		fixture_fault(&f, "power", "power/fuse-open", qualifier, true, 0, NULL, 0);
	}
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 256);
	fixture_fault(&f, "power", "power/fuse-open", "F7", false, 0, NULL, 0);
	fixture_fault(&f, "power", "power/fuse-open", "F299", true, 0, NULL, 0);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 256);
	fixture_stop(&f);
}

static void
a_position_in_a_devices_words_is_not_repeated(void)
{
	start();
	fixture_fault(&f, "power", "portable/moved-outside-area", "36.3921,43.2873", true, 0,
	    "now at 36.3921/43.28731, 12.5 km off", 0);
	int seen = 0;
	fixture_step(&f, 10);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 1);
	const char *json = fixture_json(&f, "towerdAlarmTable", scopes_all(f.scopes));
	seen += strstr(json, "36.39") != NULL || strstr(json, "43.28") != NULL;
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "12.5 km off"));
	CU_ASSERT_EQUAL(seen, 0);
	fixture_stop(&f);
}

static void
a_long_text_is_cut_between_characters(void)
{
	char text[600] = "";
	start();
	for (int i = 0; i < 190; i++)
		strcat(text, "\xe2\x82\xac");
	raise_fuse(0, text);
	const struct alarm *alarm = alarm_find(f.alarms, power, "power/fuse-open", "F1");
	size_t len = strlen(alarm->text);
	CU_ASSERT(len <= ALARM_TEXT_MAX && len % 3 == 0);
	CU_ASSERT_STRING_EQUAL(alarm->text + len - 3, "\xe2\x80\xa6");
	fixture_stop(&f);
}

static void
an_acknowledgement_holds_when_it_is_durable_and_until_it_gets_worse(void)
{
	start();
	raise_fuse(TOWERD_MINOR, "F1 is open");
	const struct alarm *alarm = alarm_find(f.alarms, power, "power/fuse-open", "F1");
	f.is_done = false;
	CU_ASSERT_EQUAL(alarm_set_operator_state(
			    f.alarms, alarm->number, OPERATOR_ACK, "uid 1000", "on my way", fixture_done, &f),
	    0);
	CU_ASSERT_PTR_NULL(alarm->operator_name);
	fixture_step(&f, 0);
	CU_ASSERT(f.is_done && f.done_rc == 0);
	CU_ASSERT_STRING_EQUAL(alarm->operator_name, "uid 1000");
	raise_fuse(TOWERD_MAJOR, "F1 is open");
	CU_ASSERT_PTR_NULL(alarm->operator_name);
	CU_ASSERT_EQUAL(
	    alarm_set_operator_state(f.alarms, 4711, OPERATOR_ACK, "uid 1000", "", fixture_done, &f),
	    -ENOENT);
	CU_ASSERT_EQUAL(
	    alarm_set_operator_state(f.alarms, alarm->number, OPERATOR_ACK, "", "", fixture_done, &f),
	    -EINVAL);

	/* Worse between the request and the commit: what was acknowledged is not what is. */
	uint64_t number = alarm->number;
	raise_fuse(TOWERD_MINOR, "F1 is open");
	alarm_set_operator_state(f.alarms, number, OPERATOR_ACK, "uid 1000", "", fixture_done, &f);
	raise_fuse(TOWERD_MAJOR, "F1 is open");
	fixture_step(&f, 0);
	CU_ASSERT_PTR_NULL(alarm->operator_name);
	fixture_stop(&f);
}

static char lines[4096];

static void
line(void *arg, const char *text)
{
	(void)arg;
	strcat(strcat(lines, text), "\n");
}

static void
why_leads_from_the_reading_to_what_was_told(void)
{
	start();
	uint32_t sensor = fixture_sensor(&f, "NIN-2", "power", "battery.voltage", "");
	fixture_read(&f, sensor, 46000);
	fixture_step(&f, 5000);
	const struct alarm *alarm = alarm_find(f.alarms, sensor, "power/dc-undervoltage", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	fixture_read(&f, sensor, 46200);
	lines[0] = '\0';
	CU_ASSERT_EQUAL(alarm_explain(f.alarms, alarm->number, scopes_all(f.scopes), line, NULL), 0);
	static const char *const said[] = { "observed: battery voltage reads 46.2 V",
		"is below 47 V (low: minor), 45 V (very-low: major), 44.5 V (critical-low: critical),",
		"hysteresis 0.5 V", "held for 5s", "raised: alarm 1, battery voltage: 46 V, below 47 V (low)",
		"changed: cleared to minor", ", durable", "told: nms holds minor since record" };
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(lines, said[i]));
	CU_ASSERT_EQUAL(alarm_explain(f.alarms, 4711, scopes_all(f.scopes), line, NULL), -ENOENT);

	alarm_raise(f.alarms, power, "power/fuse-open", "F1", TOWERD_MINOR, "F1", 0);
	alarm_raise(f.alarms, power, "power/fuse-open", "F1", TOWERD_MAJOR, "F1", 0);
	lines[0] = '\0';
	alarm_explain(f.alarms, alarm_find(f.alarms, power, "power/fuse-open", "F1")->number,
	    scopes_all(f.scopes), line, NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(lines, "not durable yet"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(lines, "not told: nms holds minor: within two seconds of another transition"));
	fixture_stop(&f);
}

static int
count_one(void *arg, const struct alarm *alarm)
{
	(void)alarm;
	return ++*(int *)arg == 2;
}

static void
a_sites_alarms_can_be_visited(void)
{
	int count = 0;
	start();
	raise_fuse(0, "F1");
	alarm_raise(f.alarms, site, "site/damaged", "", 0, NULL, 0);
	alarm_raise(f.alarms, site, "site/unsafe", "", 0, NULL, 0);
	CU_ASSERT_EQUAL(alarms_each_at(f.alarms, model_site(f.model, "NIN-1"), count_one, &count), 1);
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_EQUAL(alarms_each_at(f.alarms, model_site(f.model, "NIN-2"), count_one, &count), 0);
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(a_repeat_that_changes_nothing_costs_nothing),
	CLAIM(what_cannot_be_raised_is_refused),
	CLAIM(a_change_of_severity_is_the_same_alarm_in_a_new_row),
	CLAIM(the_site_knows_its_worst_alarm_and_how_many_there_are),
	CLAIM(a_record_read_back_is_the_same_as_the_live_one),
	CLAIM(a_body_that_is_not_an_alarms_is_refused),
	CLAIM(a_devices_time_is_believed_within_bounds_and_kept_in_any_case),
	CLAIM(devices_report_faults_of_known_types_and_none_that_the_agent_computes),
	CLAIM(a_device_that_invents_qualifiers_does_not_fill_the_list),
	CLAIM(a_position_in_a_devices_words_is_not_repeated),
	CLAIM(a_long_text_is_cut_between_characters),
	CLAIM(an_acknowledgement_holds_when_it_is_durable_and_until_it_gets_worse),
	CLAIM(why_leads_from_the_reading_to_what_was_told),
	CLAIM(a_sites_alarms_can_be_visited),
};

CLAIMS_MAIN("alarm", claims)
