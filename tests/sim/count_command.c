/* SPDX-License-Identifier: ISC */
/* The commands that tell what the devices have been through. */
#include <string.h>
#include <time.h>

#include "tests/sim/clock.h"
#include "tests/sim/fleet_inside.h"

static int
count_fleet(struct fleet_context *context, struct reply *reply)
{
	struct device_counts sum = { 0 };
	struct timespec cpu;

	for (size_t i = 0; i < context->fleet->device_count; i++) {
		const struct device_counts *one = &context->fleet->devices[i]->counts;
		sum.requests += one->requests;
		sum.answers += one->answers;
		sum.lost += one->lost;
		sum.refused += one->refused;
		sum.too_big += one->too_big;
		sum.choked += one->choked;
		sum.reports += one->reports;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return reply_ok(reply,
	    "requests=%lu answers=%lu lost=%lu refused=%lu too-big=%lu choked=%lu reports=%lu malformed=%lu "
	    "unknown-address=%lu devices=%zu cpu-us=%lld",
	    sum.requests, sum.answers, sum.lost, sum.refused, sum.too_big, sum.choked, sum.reports,
	    context->fleet->malformed, context->fleet->unknown_address, context->fleet->device_count,
	    (long long)cpu.tv_sec * 1000000 + cpu.tv_nsec / 1000);
}

static int
count_device(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	(void)words;
	const struct device_counts *one = &device->counts;
	return reply_ok(reply,
	    "requests=%lu answers=%lu lost=%lu refused=%lu too-big=%lu choked=%lu reports=%lu", one->requests,
	    one->answers, one->lost, one->refused, one->too_big, one->choked, one->reports);
}

int
count_command(void *data, const struct words *words, struct reply *reply)
{
	if (words->count < 2 || strcmp(words->at[1], "*") == 0)
		return count_fleet(data, reply);
	return each_device(data, words, reply, count_device);
}

/* Over all devices that answer at once: the others are asked when they deserve it. */
struct evenness {
	int64_t widest_ms, together_ms;
	uint64_t distances;
	uint32_t least, most, widest_address;
	size_t devices;
};

/* Adds the device and begins its next window. What it has been waiting for until now counts as well. */
static void
add_spacing(struct evenness *all, struct device *device, int64_t now_ms)
{
	struct spacing *one = &device->spacing;
	int64_t waiting_ms = one->asked_ms == 0 ? 0 : now_ms - one->asked_ms;
	int64_t widest_ms = waiting_ms > one->widest_ms ? waiting_ms : one->widest_ms;

	if (!device->is_dead && device->delay_ms == 0) {
		if (widest_ms > all->widest_ms) {
			all->widest_ms = widest_ms;
			all->widest_address = device->address;
		}
		if (all->devices++ == 0 || one->distances < all->least)
			all->least = one->distances;
		if (one->distances > all->most)
			all->most = one->distances;
		all->distances += one->distances;
		all->together_ms += one->together_ms;
	}
	*one = (struct spacing){ .asked_ms = one->asked_ms };
}

int
spacing_command(void *data, const struct words *words, struct reply *reply)
{
	struct fleet_context *context = data;
	struct fleet *fleet = context->fleet;
	struct evenness all = { 0 };
	uint32_t address;
	struct device *device;

	if (strcmp(words->at[1], "*") == 0) {
		for (size_t i = 0; i < fleet->device_count; i++)
			add_spacing(&all, fleet->devices[i], sim_clock_ms());
	} else if (words_ipv4(words->at[1], &address) && (device = fleet_device(fleet, address)) != NULL) {
		add_spacing(&all, device, sim_clock_ms());
	} else {
		return reply_error(reply, "no device at %s", words->at[1]);
	}
	return reply_ok(reply, "widest-ms=%lld at=%u.%u.%u.%u mean-ms=%lld least=%u most=%u devices=%zu",
	    (long long)all.widest_ms, all.widest_address >> 24, all.widest_address >> 16 & 255,
	    all.widest_address >> 8 & 255, all.widest_address & 255,
	    (long long)(all.distances == 0 ? 0 : all.together_ms / (int64_t)all.distances), all.least,
	    all.most, all.devices);
}
