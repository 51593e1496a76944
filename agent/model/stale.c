/* SPDX-License-Identifier: ISC */
/*
 * Staleness: a sweep passes over all blocks once in a period, a sixteenth at a time, so that the cost is even and a reading that stays away
 * is noticed at most a period late. A timer for each of a million sensors would cost more than all readings.
 */
#include <errno.h>

#include "agent/model/inside.h"

#define SLICES           16
#define UNKNOWN_INTERVAL 3 /* a sensor of unknown interval may be silent for so many times the least limit */

/* A sixteenth of the period: from a twentieth of the least limit, at most 15 s for all. */
static int64_t
tick_ms(const struct model *model)
{
	int64_t period_ms = model->settings.stale_min_ms / 20;
	if (period_ms > 15000)
		period_ms = 15000;
	return period_ms < SLICES * 10 ? 10 : period_ms / SLICES;
}

static int64_t
limit_s(const struct model *model, const struct sensor *sensor)
{
	int64_t least_s = (model->settings.stale_min_ms + 999) / 1000;
	if (sensor->interval_s == 0)
		return least_s * UNKNOWN_INTERVAL;
	int64_t limit = (int64_t)sensor->interval_s * model->settings.stale_factor;
	return limit > least_s ? limit : least_s;
}

static void
sweep_block(struct model *model, const struct block *block, int64_t now_s)
{
	for (uint32_t i = 0; i < block->count; i++) {
		if (block->entities[i]->kind_of != ENTITY_SENSOR)
			continue;
		struct sensor *sensor = (struct sensor *)(void *)block->entities[i];
		if (sensor->is_stale || sensor->is_retired ||
		    now_s - sensor->heard_s <= limit_s(model, sensor) || sensor->device->is_removed ||
		    sensor->device->site->is_removed)
			continue;
		sensor->is_stale = true;
		if (sensor->kind == model->cell_kind)
			service_derive(model, sensor->device->site);
		MODEL_TELL(model, stale, sensor);
	}
}

static void
sweep_slice(void *arg)
{
	struct model *model = arg;
	int64_t now_s = loop_now_ms(model->loop) / 1000;
	uint32_t count = model->block_count / SLICES + 1;
	for (uint32_t i = 0; i < count; i++) {
		if (++model->sweep.block >= model->block_count)
			model->sweep.block = 0;
		sweep_block(model, &model->blocks[model->sweep.block], now_s);
	}
	loop_timer_start(model->sweep.timer, tick_ms(model));
}

int
stale_start(struct model *model)
{
	model->sweep.timer = loop_timer_new(model->loop, &model->owner, sweep_slice, model);
	if (model->sweep.timer == NULL)
		return -ENOMEM;
	loop_timer_start(model->sweep.timer, tick_ms(model));
	return 0;
}

void
stale_stop(struct model *model)
{
	loop_timer_free(model->sweep.timer);
}
