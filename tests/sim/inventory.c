/* SPDX-License-Identifier: ISC */
/* The towerd inventory (YAML) that matches a scenario. */
#include "tests/sim/inventory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* Always quoted: an id such as 1e5 or no would else be a number or a boolean. */
static void
write_text(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void
write_field(const char *name, const char *value, FILE *out)
{
	if (value == NULL)
		return;
	fprintf(out, "    %s: ", name);
	write_text(value, out);
	putc('\n', out);
}

/* A+B: both. */
static void
write_path(const char *path, FILE *out)
{
	char hubs[256], *rest = hubs, *hub;
	const char *gap = "";

	snprintf(hubs, sizeof(hubs), "%s", path);
	fputs("      - [", out);
	while ((hub = strsep(&rest, "+")) != NULL) {
		fputs(gap, out);
		write_text(hub, out);
		gap = ", ";
	}
	fputs("]\n", out);
}

static void
write_devices(const struct scenario *scenario, const struct scenario_site *site, FILE *out)
{
	if (site->device_count == 0 && !site->is_portable)
		return;
	fputs("    devices:\n", out);
	for (size_t i = 0; i < site->device_count; i++)
		fprintf(out,
		    "      - { id: \"%s\", driver: snmp, address: \"%s:%u\", version: \"2c\", community: "
		    "\"public\", profile: auto }\n",
		    site->devices[i].record, site->devices[i].address, ntohs(scenario->fleet.sin_port));
	if (site->is_portable)
		fputs("      - { id: \"tower\", driver: mqtt }\n", out);
}

int
inventory_write(const struct scenario *scenario, FILE *out)
{
	fprintf(out, "# Written by sim-city from %s\nsites:\n", scenario->file);
	for (size_t i = 0; i < scenario->site_count; i++) {
		const struct scenario_site *site = &scenario->sites[i];
		fputs("  - id: ", out);
		write_text(site->id, out);
		putc('\n', out);
		write_field("name", site->name, out);
		fprintf(out, "    kind: %s\n", site->is_portable ? "portable" : "fixed");
		write_field("area", site->area, out);
		if (site->lat != NULL)
			fprintf(out, "    location: { lat: %s, lon: %s }\n", site->lat, site->lon);
		if (site->population != NULL)
			fprintf(out, "    population: %s\n", site->population);
		write_field("power-feeder", site->feeder, out);
		if (site->hub_count > 0)
			fputs("    depends-on:\n", out);
		for (size_t j = 0; j < site->hub_count; j++)
			write_path(site->hubs[j], out);
		if (site->cover_count > 0)
			fputs("    covers: [", out);
		for (size_t j = 0; j < site->cover_count; j++) {
			fputs(j > 0 ? ", " : "", out);
			write_text(site->covers[j], out);
		}
		if (site->cover_count > 0)
			fputs("]\n", out);
		write_devices(scenario, site, out);
	}
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
