/* SPDX-License-Identifier: ISC */
/* How urgent the devices of a site are: what alarm and repair know of the site, and what its link may carry. */
#include "agent/model/inside.h"

/* The site's budget is shared evenly by those of its devices that have none of their own. */
static int64_t
budget_of(const struct device *device)
{
	const struct site *site = device->site;
	int64_t sharers = 0;

	if (device->link_budget > 0 || site->link_budget == 0)
		return device->link_budget;
	for (size_t i = 0; i < site->device_count; i++)
		sharers += !site->devices[i]->is_removed && site->devices[i]->link_budget == 0;
	int64_t share = sharers > 0 ? site->link_budget / sharers : site->link_budget;
	return share > 0 ? share : 1; /* 0 would say that there is none */
}

struct towerd_pace
model_pace(const struct device *device)
{
	return (struct towerd_pace){ .size = sizeof(struct towerd_pace),
		.is_on_battery = device->site->is_on_battery,
		.is_verifying = device->site->verifying > 0,
		.bytes_a_day = budget_of(device) };
}
