/* SPDX-License-Identifier: ISC */
/* What RFC 8632 shows by examples and counts: who is notified of which status change, what is kept of them, purge and compress. */
#include "agent/alarm/list/alarm_fixture.h"

static const char type[] = "genset/low-fuel";
static const char *const names[] = { "level", "ends", "every" };

static struct fixture f;
static uint32_t power;
static char told[3][256]; /* by audience: " T1 T2 …" */
static int now;           /* T1, T2, … */

static void
on_told(void *arg, const struct towerd_record *record)
{
	const struct store_record journalled = { .number = record->number,
		.time_ms = record->time_ms,
		.type = record->type,
		.actor = record->actor,
		.object = record->object,
		.body = record->body };
	struct towerd_alarm_record alarm;
	struct towerd_json *scratch;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL_FATAL(alarm_record_parse(&journalled, names[i], &alarm, &scratch), 0);
		size_t at = strlen(told[i]);
		if (alarm.is_told)
			snprintf(told[i] + at, sizeof(told[i]) - at, " T%d", now);
		towerd_json_free(scratch);
	}
}

static void
start(void)
{
	fixture_start(&f);
	power = fixture_device(&f, "NIN-1", "power")->entity.number;
}

static void
set(int severity)
{
	int rc = severity == TOWERD_CLEARED ? alarm_clear(f.alarms, power, type, "", NULL, 0)
					    : alarm_raise(f.alarms, power, type, "", severity, NULL, 0);
	CU_ASSERT_EQUAL(rc, 0);
	fixture_step(&f, 5000);
}

/* RFC 8632, notify-severity-level: its example, with level major; beside it the two other ways of notify-status-changes. */
static void
the_example_of_notify_severity_level_is_reproduced(void)
{
	static const int steps[] = { TOWERD_MAJOR, TOWERD_MINOR, TOWERD_WARNING, TOWERD_MINOR, TOWERD_MAJOR,
		TOWERD_CRITICAL, TOWERD_MAJOR, TOWERD_CLEARED };
	static const struct audience_filter filters[] = {
		{ .notify = NOTIFY_SEVERITY_LEVEL, .min_severity = TOWERD_MAJOR },
		{ .notify = NOTIFY_RAISE_AND_CLEAR },
		{ .notify = NOTIFY_ALL },
	};

	start();
	memset(told, 0, sizeof(told));
	for (int i = 0; i < 3; i++)
		CU_ASSERT(audience_open(f.alarms, names[i], &filters[i]) >= 0);
	CU_ASSERT_EQUAL(alarms_listen(f.alarms, &(struct alarm_listener){ .told = on_told }), 0);
	fixture_step(&f, 10);
	for (now = 1; now <= 8; now++)
		set(steps[now - 1]);
	CU_ASSERT_STRING_EQUAL(told[0], " T1 T2 T5 T6 T7 T8");
	CU_ASSERT_STRING_EQUAL(told[1], " T1 T8");
	CU_ASSERT_STRING_EQUAL(told[2], " T1 T2 T3 T4 T5 T6 T7 T8");
	fixture_stop(&f);
}

static unsigned
history_length(const struct alarm *alarm)
{
	struct alarm_change change;
	unsigned i = 0;

	while (alarm_history_at(alarm, i, &change))
		i++;
	return i;
}

static void
the_newest_32_status_changes_are_kept_newest_first(void)
{
	struct alarm_change change;

	start();
	for (int i = 0; i < 50; i++)
		set(i % 2 == 0 ? TOWERD_MINOR : TOWERD_MAJOR);
	const struct alarm *alarm = alarm_find(f.alarms, power, type, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(alarm);
	CU_ASSERT_EQUAL(history_length(alarm), ALARM_HISTORY_MAX);
	for (unsigned i = 0; alarm_history_at(alarm, i, &change); i++)
		CU_ASSERT_EQUAL(change.severity, i % 2 == 0 ? TOWERD_MAJOR : TOWERD_MINOR);
	fixture_stop(&f);
}

/* RFC 8632, compress-alarms and purge-alarms answer how many alarms were concerned. */
static void
purge_and_compress_say_how_many_they_concerned(void)
{
	static const char *const qualifiers[] = { "a", "b", "c", "d" };

	start();
	for (int i = 0; i < 4; i++) {
		alarm_raise(f.alarms, power, type, qualifiers[i], TOWERD_MINOR + i % 2, NULL, 0);
		fixture_step(&f, 5000);
		if (i >= 1)
			alarm_clear(f.alarms, power, type, qualifiers[i], NULL, 0);
		fixture_step(&f, 5000);
	}
	CU_ASSERT_EQUAL(alarms_compress(f.alarms, &(struct alarm_filter){ .type = type }, "uid 7"), 4);
	CU_ASSERT_EQUAL(
	    alarms_compress(f.alarms, &(struct alarm_filter){ .type = type, .qualifier = "b" }, "uid 7"), 1);
	CU_ASSERT_EQUAL(alarms_compress(f.alarms, &(struct alarm_filter){ .resource = 77 }, "uid 7"), 0);
	CU_ASSERT_EQUAL(history_length(alarm_find(f.alarms, power, type, "a")), 1);

	/* Cleared ones by the last severity that they had: "b" and "d" were major, "c" minor. */
	const struct alarm_filter was_major = {
		.type = type, .clearance = CLEARANCE_CLEARED, .severity = TOWERD_MAJOR
	};
	CU_ASSERT_EQUAL(alarms_purge(f.alarms, &was_major, "uid 7"), 2);
	CU_ASSERT_EQUAL(alarms_purge(f.alarms, &was_major, "uid 7"), 0);
	const struct alarm_filter every = { .type = type };
	CU_ASSERT_EQUAL(alarms_purge(f.alarms, &every, "uid 7"), 2);
	fixture_step(&f, 5000);
	CU_ASSERT_PTR_NULL(alarm_find(f.alarms, power, type, "a"));
	fixture_stop(&f);
}

static const struct claim claims[] = {
	CLAIM(the_example_of_notify_severity_level_is_reproduced),
	CLAIM(the_newest_32_status_changes_are_kept_newest_first),
	CLAIM(purge_and_compress_say_how_many_they_concerned),
};

CLAIMS_MAIN("the examples of RFC 8632", claims)
