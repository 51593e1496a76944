/* SPDX-License-Identifier: ISC */
/* What the tests of alarms share: an agent from the loop to the alarms on a stepped clock, a store in a private folder, a listener that notes. */
#ifndef AGENT_ALARM_ALARM_FIXTURE_H
#define AGENT_ALARM_ALARM_FIXTURE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <towerd/json.h>

#include "agent/alarm/alarm.h"
#include "agent/model/inventory.h"
#include "tests/support/cunit_main.h"

struct fixture {
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct alarms *alarms;
	int audience; /* "nms": asks for all */
	struct views *views;
	struct towerd_json_writer json;
	struct alarm_settings settings;
	size_t queue_max; /* of the store; 0: its default */
	char dir[128], error[256];
	char told
	    [65536]; /* a line for each record: "raise power/x minor", "!" in front when it was not told, "?" when not durable */
	char lists[512]; /* "[reason]" or "[rebuilt]" */
	uint64_t last_number;
	bool keeps_order; /* numbers of durable records only went up */
	int done_rc;
	bool is_done;
};

static const char fixture_sites[] =
    "sites:\n"
    "  - { id: NIN-1, name: Faziliya, kind: fixed, area: nineveh/east, devices: [ { id: power, driver: test "
    "}, { id: radio, driver: test } ] }\n"
    "  - { id: NIN-2, kind: fixed, area: nineveh/west, devices: [ { id: power, driver: test } ],\n"
    "      thresholds: { \"battery.voltage\": { low: 47.0, critical-low: 44.5 } } }\n";

static inline void
fixture_print_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg;
	printf("%s:%u:%u: %s\n", file, line, column, message);
}

static inline void
fixture_told(void *arg, const struct towerd_record *record)
{
	struct fixture *f = arg;
	size_t len = strlen(f->told);
	const struct towerd_alarm_record *alarm = record->alarm;

	if (record->is_durable && record->number <= f->last_number)
		f->keeps_order = false;
	if (record->is_durable)
		f->last_number = record->number;
	snprintf(f->told + len, sizeof(f->told) - len, "%s%s%s %s %s\n", record->is_durable ? "" : "?",
	    alarm->is_told ? "" : "!", record->type + strlen("alarm."), alarm->type,
	    alarm_severity_names[alarm->severity]);
}

static inline void
fixture_list(void *arg, const char *reason)
{
	struct fixture *f = arg;
	size_t len = strlen(f->lists);
	snprintf(f->lists + len, sizeof(f->lists) - len, "[%.20s]", reason != NULL ? reason : "rebuilt");
}

static inline void
fixture_health(void *arg, const char *reason)
{
	struct fixture *f = arg;
	if (f->alarms != NULL)
		alarms_store_health(f->alarms, reason);
}

static inline void
fixture_open(struct fixture *f, int64_t utc_ms)
{
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP, .utc_start_ms = utc_ms };
	struct alarm_listener listener = { .told = fixture_told, .list = fixture_list, .arg = f };
	char path[160];

	f->loop = loop_new(&clock);
	f->scopes = scopes_new();
	f->views = views_new();
	snprintf(path, sizeof(path), "%s/towerd.db", f->dir);
	struct store_settings settings = {
		.path = path, .queue_max = f->queue_max, .on_health = fixture_health, .arg = f
	};
	CU_ASSERT_EQUAL_FATAL(store_open(f->loop, &settings, &f->store, f->error, sizeof(f->error)), 0);
	f->model = model_new(f->loop, f->store, f->scopes, NULL);
	CU_ASSERT_EQUAL_FATAL(model_load(f->model, f->error, sizeof(f->error)), 0);
	f->alarms = alarms_new(f->loop, f->store, f->scopes, f->model, &f->settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->alarms);
	CU_ASSERT_EQUAL_FATAL(alarms_listen(f->alarms, &listener), 0);
	f->error[0] = '\0';
	CU_ASSERT_EQUAL_FATAL(alarms_load(f->alarms, f->error, sizeof(f->error)), 0);
	f->audience = audience_open(f->alarms, "nms", &(struct audience_filter){ .notify = NOTIFY_ALL });
	CU_ASSERT_FATAL(f->audience >= 0);
	CU_ASSERT_EQUAL_FATAL(alarms_add_views(f->alarms, f->views), 0);
	f->told[0] = f->lists[0] = '\0';
	f->last_number = 0;
	f->keeps_order = true;
}

static inline void
fixture_close(struct fixture *f)
{
	CU_ASSERT(f->keeps_order);
	alarms_stop(f->alarms);
	model_flush(f->model);
	store_close(f->store);
	views_free(f->views);
	alarms_free(f->alarms);
	f->alarms = NULL;
	model_free(f->model);
	scopes_free(f->scopes);
	loop_free(f->loop);
}

static inline void
fixture_done(void *arg, int rc)
{
	struct fixture *f = arg;
	f->done_rc = rc;
	f->is_done = true;
}

static inline void
fixture_import(struct fixture *f, const char *text, bool prune)
{
	struct towerd_fault_sink faults = { fixture_print_fault, f, 0 };
	struct inventory_result result;

	f->is_done = false;
	CU_ASSERT_EQUAL_FATAL(inventory_import(f->model, "sites.yaml", text, strlen(text), prune, "test",
				  &faults, &result, fixture_done, f),
	    0);
	while (!f->is_done)
		loop_turn(f->loop, true);
	CU_ASSERT_EQUAL_FATAL(f->done_rc, 0);
}

static inline void
fixture_start(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/towerd-alarm-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(f->dir));
	fixture_open(f, 0);
	fixture_import(f, fixture_sites, false);
	loop_step(f->loop, 10);
	f->told[0] = f->lists[0] = '\0';
}

static inline void
fixture_remove(const char *dir)
{
	char command[160];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	CU_ASSERT_EQUAL(system(command), 0);
}

static inline void
fixture_stop(struct fixture *f)
{
	fixture_close(f);
	towerd_json_fini(&f->json);
	fixture_remove(f->dir);
}

/* Lets time pass, and what was submitted become durable. */
static inline void
fixture_step(struct fixture *f, int64_t ms)
{
	loop_step(f->loop, ms);
}

/* What was told since the last call; the note is emptied. */
static inline const char *
fixture_heard(struct fixture *f)
{
	static char text[sizeof(f->told)];
	loop_step(f->loop, 0);
	memcpy(text, f->told, sizeof(text));
	f->told[0] = '\0';
	return text;
}

static inline struct device *
fixture_device(struct fixture *f, const char *site, const char *slot)
{
	struct device *device = model_device_at(model_site(f->model, site), slot);
	CU_ASSERT_PTR_NOT_NULL_FATAL(device);
	return device;
}

static inline uint32_t
fixture_sensor(struct fixture *f, const char *site, const char *slot, const char *kind, const char *instance)
{
	struct towerd_sensor want = { .size = sizeof(want),
		.kind = catalogue_find(kind)->kind.number,
		.instance = instance,
		.label = "",
		.interval_ms = 60000 };
	uint32_t number = 0;
	int rc;

	while ((rc = model_sensor_declare(
		    f->model, fixture_device(f, site, slot)->entity.number, &want, &number)) == -EAGAIN)
		loop_turn(f->loop, true);
	CU_ASSERT_EQUAL_FATAL(rc, 0);
	return number;
}

static inline void
fixture_read_at(struct fixture *f, uint32_t sensor, int64_t value, int64_t device_ms)
{
	struct towerd_reading reading = {
		.sensor = sensor, .quality = TOWERD_GOOD, .value = value, .device_ms = device_ms
	};
	CU_ASSERT_EQUAL(model_observe(f->model, &reading, 1), 1);
}

static inline void
fixture_read(struct fixture *f, uint32_t sensor, int64_t value)
{
	fixture_read_at(f, sensor, value, 0);
}

static inline void
fixture_fault(struct fixture *f, const char *slot, const char *type, const char *qualifier, bool is_raised,
    int severity, const char *text, int64_t device_ms)
{
	struct towerd_fault fault = { .size = sizeof(fault),
		.device = fixture_device(f, "NIN-1", slot)->entity.number,
		.type = type,
		.qualifier = qualifier,
		.is_raised = is_raised,
		.severity = severity,
		.text = text,
		.device_ms = device_ms };
	(void)model_fault(f->model, &fault);
}

static inline void
fixture_presence(struct fixture *f, const char *site, const char *slot, enum towerd_presence presence)
{
	CU_ASSERT_EQUAL(
	    model_presence(f->model, fixture_device(f, site, slot)->entity.number, presence, "no answer"), 0);
}

static inline const char *
fixture_json(struct fixture *f, const char *view, const struct scope *scope)
{
	towerd_json_reset(&f->json);
	view_print_json(views_find(f->views, view), scope, NULL, 0, &f->json);
	return towerd_json_done(&f->json);
}

static inline const struct scope *
fixture_scope(struct fixture *f, const char *area, const char *site)
{
	const char *areas[] = { area };
	struct scope_reader reader = { .name = "reader",
		.role = ROLE_READ,
		.location = LOCATION_NEVER,
		.areas = areas,
		.area_count = 1 };
	return scopes_open(
	    f->scopes, &reader, true, site == NULL ? 0 : model_site(f->model, site)->entity.number);
}

#endif
