/* SPDX-License-Identifier: ISC */
/* What the tests of the model share: a model on a stepped clock, with or without a store in a private folder, and imports that wait. */
#ifndef AGENT_MODEL_MODEL_FIXTURE_H
#define AGENT_MODEL_MODEL_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <towerd/json.h>

#include "agent/model/inventory.h"
#include "agent/model/position.h"
#include "tests/support/cunit_main.h"

struct fixture {
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct views *views;
	struct towerd_json_writer json;
	char dir[64], faults[4096], error[256];
	int done_rc;
	bool is_done;
};

static inline void
fixture_report(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	struct fixture *f = arg;
	size_t len = strlen(f->faults);
	snprintf(f->faults + len, sizeof(f->faults) - len, "%s:%u:%u: %s\n", file, line, column, message);
}

static inline void
fixture_open(struct fixture *f)
{
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP };
	f->loop = loop_new(&clock);
	f->scopes = scopes_new();
	if (f->dir[0] != '\0') {
		char path[128];
		snprintf(path, sizeof(path), "%s/towerd.db", f->dir);
		struct store_settings settings = { .path = path };
		CU_ASSERT_EQUAL_FATAL(
		    store_open(f->loop, &settings, &f->store, f->error, sizeof(f->error)), 0);
	}
	f->model = model_new(f->loop, f->store, f->scopes, NULL);
	CU_ASSERT_EQUAL_FATAL(model_load(f->model, f->error, sizeof(f->error)), 0);
	f->views = views_new();
	CU_ASSERT_EQUAL_FATAL(model_add_views(f->model, f->views), 0);
}

static inline void
fixture_close(struct fixture *f)
{
	model_flush(f->model);
	store_close(f->store);
	f->store = NULL;
	views_free(f->views);
	model_free(f->model);
	scopes_free(f->scopes);
	loop_free(f->loop);
}

static inline void
fixture_start(struct fixture *f, bool has_store)
{
	memset(f, 0, sizeof(*f));
	if (has_store) {
		snprintf(f->dir, sizeof(f->dir), "/tmp/towerd-model-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(f->dir));
	}
	fixture_open(f);
}

static inline void
fixture_stop(struct fixture *f)
{
	fixture_close(f);
	towerd_json_fini(&f->json);
	if (f->dir[0] == '\0')
		return;
	static const char *const ends[] = { "", "-wal", "-shm", "-lock", ".lock" };
	char path[128];
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s/towerd.db%s", f->dir, ends[i]);
		unlink(path);
	}
	rmdir(f->dir);
}

static inline void
fixture_done(void *arg, int rc)
{
	struct fixture *f = arg;
	f->done_rc = rc;
	f->is_done = true;
}

/* Until done() came; 10 s are for ever. */
static inline void
fixture_wait(struct fixture *f)
{
	for (unsigned i = 0; i < 10000 && !f->is_done; i++) {
		loop_step(f->loop, 0);
		if (!f->is_done)
			usleep(1000);
	}
	CU_ASSERT_TRUE_FATAL(f->is_done);
}

/* Imports and waits for the commit; the faults are in f->faults. */
static inline int
fixture_import(
    struct fixture *f, const char *name, const char *text, bool prune, struct inventory_result *result)
{
	struct towerd_fault_sink faults = { fixture_report, f, 0 };
	f->faults[0] = '\0';
	f->is_done = false;
	int rc = inventory_import(
	    f->model, name, text, strlen(text), prune, "test", &faults, result, fixture_done, f);
	if (rc == 0)
		fixture_wait(f);
	return rc < 0 ? rc : f->done_rc;
}

static inline const char *
fixture_json(struct fixture *f, const char *view, const struct scope *scope)
{
	towerd_json_reset(&f->json);
	view_print_json(views_find(f->views, view), scope, NULL, 0, &f->json);
	return towerd_json_done(&f->json);
}

static inline const struct scope *
fixture_scope(
    struct fixture *f, const char *area, enum scope_role role, enum scope_location location, const char *site)
{
	const char *areas[] = { area };
	struct scope_reader reader = {
		.name = "reader", .role = role, .location = location, .areas = areas, .area_count = 1
	};
	return scopes_open(
	    f->scopes, &reader, true, site == NULL ? 0 : model_site(f->model, site)->entity.number);
}

static inline uint32_t
fixture_sensor(struct fixture *f, const char *site, const char *slot, const char *kind, const char *instance)
{
	struct towerd_sensor want = { .size = sizeof(want),
		.kind = catalogue_find(kind)->kind.number,
		.instance = instance,
		.label = "label",
		.interval_ms = 60000 };
	uint32_t number = 0;
	const struct device *device = model_device_at(model_site(f->model, site), slot);
	CU_ASSERT_EQUAL_FATAL(model_sensor_declare(f->model, device->entity.number, &want, &number), 0);
	return number;
}

static inline void
fixture_read(struct fixture *f, uint32_t sensor, int64_t value)
{
	struct towerd_reading reading = { .sensor = sensor, .quality = TOWERD_GOOD, .value = value };
	CU_ASSERT_EQUAL(model_observe(f->model, &reading, 1), 1);
}

#endif
