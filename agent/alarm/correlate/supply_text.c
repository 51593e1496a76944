/* SPDX-License-Identifier: ISC */
/* What an outage of many places is in one line. */
#include <inttypes.h>
#include <stdio.h>

#include "agent/alarm/correlate/supply.h"

static void
span_text(char out[48], int64_t ms)
{
	int64_t minutes = ms / 60000;

	if (minutes <= 0)
		snprintf(out, 48, "at any moment");
	else if (minutes < 60)
		snprintf(out, 48, "in %" PRId64 " min", minutes);
	else if (minutes < 2880)
		snprintf(out, 48, "in %" PRId64 " h %" PRId64 " min", minutes / 60, minutes % 60);
	else
		snprintf(out, 48, "in %" PRId64 " days", minutes / 1440);
}

char *
supply_text(enum supply_kind kind, const char *name, const struct supply_counts *counts, int64_t now_ms,
    char *out, size_t size)
{
	uint32_t on_battery = counts->lost - counts->dark;
	char sites[80], feeders[48] = "", dark[32] = "", next[80] = "", span[48];

	if (on_battery > 0)
		snprintf(
		    sites, sizeof(sites), "%u site%s on battery", on_battery, on_battery == 1 ? "" : "s");
	else
		snprintf(
		    sites, sizeof(sites), counts->lost > 0 ? "no site on battery" : "no site without mains");
	if (kind == SUPPLY_AREA && counts->feeders > 0)
		snprintf(feeders, sizeof(feeders), "%u feeder%s out, ", counts->feeders,
		    counts->feeders == 1 ? "" : "s");
	if (counts->dark > 0)
		snprintf(dark, sizeof(dark), ", %u dark", counts->dark);
	if (on_battery > 0 && counts->next_dark_ms != 0) {
		span_text(span, counts->next_dark_ms - now_ms);
		snprintf(next, sizeof(next), ", %s dark %s", counts->dark > 0 ? "next" : "first", span);
	}
	snprintf(out, size, "%s %s: %s%s%s%s", kind == SUPPLY_AREA ? "area" : "feeder", name, feeders, sites,
	    dark, next);
	return out;
}
