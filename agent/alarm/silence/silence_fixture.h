/* SPDX-License-Identifier: ISC */
/* What the tests of silence share: a stepped clock, a real store in a private folder, a model of three sites, and alarms that are active by a list of words. */
#ifndef AGENT_ALARM_SILENCE_SILENCE_FIXTURE_H
#define AGENT_ALARM_SILENCE_SILENCE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <towerd/time.h>

#include "agent/alarm/silence/silence.h"
#include "agent/model/inventory.h"
#include "tests/support/cunit_main.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

struct fixture {
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct silences *silences;
	struct silence_settings settings;
	char dir[128], error[256];
	char heard[1024]; /* extents: "[resource 5]", "[site NIN-1]", "[area x]", "[all]" */
	uint32_t active;  /* the resource that has an alarm; 0: none has */
	unsigned active_cause;
	bool is_done;
	int done_rc;
};

static const char fixture_sites[] =
    "sites:\n"
    "  - { id: NIN-1, area: nineveh/east, devices: [ { id: power, driver: test }, { id: radio, driver: test "
    "} ] }\n"
    "  - { id: NIN-2, area: nineveh/west, devices: [ { id: power, driver: test } ] }\n"
    "  - { id: MSL-1, area: mosul, devices: [ { id: power, driver: test } ] }\n";

static inline void
fixture_changed(void *arg, const struct silence_extent *extent)
{
	struct fixture *f = arg;
	size_t len = strlen(f->heard);
	char *to = f->heard + len;
	size_t size = sizeof(f->heard) - len;

	if (extent->resource != 0)
		snprintf(to, size, "[resource]");
	else if (extent->site != NULL)
		snprintf(to, size, "[site %s]", extent->site);
	else if (extent->area != NULL)
		snprintf(to, size, "[area %s]", extent->area);
	else
		snprintf(to, size, "[all]");
}

static inline bool
fixture_has_alarm(void *arg, uint32_t resource, unsigned cause)
{
	const struct fixture *f = arg;
	return f->active == resource && (cause == 0 || cause == f->active_cause);
}

static inline void
fixture_done(void *arg, int rc)
{
	struct fixture *f = arg;
	f->done_rc = rc;
	f->is_done = true;
}

static inline void
fixture_print_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg;
	printf("%s:%u:%u: %s\n", file, line, column, message);
}

static inline void
fixture_open(struct fixture *f, int64_t utc_ms)
{
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP, .utc_start_ms = utc_ms };
	char path[160];

	f->loop = loop_new(&clock);
	f->scopes = scopes_new();
	snprintf(path, sizeof(path), "%s/towerd.db", f->dir);
	struct store_settings store = { .path = path };
	CU_ASSERT_EQUAL_FATAL(store_open(f->loop, &store, &f->store, f->error, sizeof(f->error)), 0);
	f->model = model_new(f->loop, f->store, f->scopes, NULL);
	CU_ASSERT_EQUAL_FATAL(model_load(f->model, f->error, sizeof(f->error)), 0);
	f->settings.changed = fixture_changed;
	f->settings.has_alarm = fixture_has_alarm;
	f->settings.arg = f;
	f->silences = silences_new(f->loop, f->store, f->scopes, f->model, &f->settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->silences);
	f->error[0] = '\0';
	CU_ASSERT_EQUAL_FATAL(silences_load(f->silences, f->error, sizeof(f->error)), 0);
	silences_start(f->silences);
	f->heard[0] = '\0';
}

static inline void
fixture_close(struct fixture *f)
{
	silences_stop(f->silences);
	model_flush(f->model);
	store_close(f->store);
	silences_free(f->silences);
	model_free(f->model);
	scopes_free(f->scopes);
	loop_free(f->loop);
}

static inline void
fixture_start(struct fixture *f)
{
	struct towerd_fault_sink faults = { fixture_print_fault, f, 0 };
	struct inventory_result result;

	memset(f, 0, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/towerd-silence-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(f->dir));
	fixture_open(f, 0);
	CU_ASSERT_EQUAL_FATAL(inventory_import(f->model, "sites.yaml", fixture_sites, strlen(fixture_sites),
				  false, "test", &faults, &result, fixture_done, f),
	    0);
	while (!f->is_done)
		loop_turn(f->loop, true);
	CU_ASSERT_EQUAL_FATAL(f->done_rc, 0);
}

static inline void
fixture_stop(struct fixture *f)
{
	char command[160];

	fixture_close(f);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* The agent is down for a while. */
static inline void
fixture_restart(struct fixture *f, int64_t down_ms)
{
	int64_t utc_ms = loop_utc_ms(f->loop);

	fixture_close(f);
	fixture_open(f, utc_ms + down_ms);
}

static inline uint32_t
fixture_device(const struct fixture *f, const char *site, const char *slot)
{
	struct device *device = model_device_at(model_site(f->model, site), slot);
	CU_ASSERT_PTR_NOT_NULL_FATAL(device);
	return device->entity.number;
}

/* An alarm's subject; the area is that of the site. */
static inline struct silence_subject
fixture_subject(const struct fixture *f, const char *site, const char *type, int severity)
{
	return (struct silence_subject){ .site = site,
		.area = model_site(f->model, site)->area,
		.device = "power",
		.resource = fixture_device(f, site, "power"),
		.type = alarm_type_find(type),
		.qualifier = "",
		.severity = severity };
}

/* By whom such an alarm is silenced: "shelf a"; "": by nobody. */
static inline const char *
fixture_by(const struct fixture *f, const char *site, const char *type, int severity)
{
	static char by[64];
	struct silence_subject subject = fixture_subject(f, site, type, severity);
	struct silence_verdict verdict;

	by[0] = '\0';
	if (silence_find(f->silences, &subject, &verdict))
		snprintf(by, sizeof(by), "%s %s", silence_kind_names[verdict.kind], verdict.name);
	return by;
}

static inline int
fixture_add(struct fixture *f, const struct silence_request *request)
{
	f->is_done = false;
	f->error[0] = '\0';
	int rc = silence_add(f->silences, request, "uid 7", f->error, sizeof(f->error), fixture_done, f);
	if (rc < 0)
		return rc;
	loop_step(f->loop, 0);
	CU_ASSERT(f->is_done);
	return f->done_rc;
}

/* "type actor object" of each record of silence. */
static inline int
fixture_note(void *arg, const struct store_record *record)
{
	char *text = arg;
	if (strncmp(record->type, "shelf.", 6) == 0 || strncmp(record->type, "window.", 7) == 0 ||
	    strncmp(record->type, "arc.", 4) == 0)
		snprintf(text + strlen(text), 4096 - strlen(text), "%s %s %s\n", record->type, record->actor,
		    record->object);
	return 0;
}

static inline void
fixture_read(void *arg, int rc)
{
	(void)arg;
	CU_ASSERT_EQUAL(rc, 0);
}

static inline const char *
fixture_journal(struct fixture *f)
{
	static char text[4096];

	text[0] = '\0';
	loop_step(f->loop, 0);
	CU_ASSERT_EQUAL(store_read(f->store, 0, 1000, fixture_note, fixture_read, text), 0);
	loop_step(f->loop, 0);
	return text;
}

#endif
