/* SPDX-License-Identifier: ISC */
/* Battery voltage of this host, from the Linux power_supply class (microvolts). The smallest complete plugin: docs/plugins.md walks through it. */
#include <stdlib.h>

#include <towerd/plugin.h>

struct battery_config {
	const char *device;
	const char *path;
};

static const struct towerd_option options[] = {
	{ "device", TOWERD_OPT_TEXT, offsetof(struct battery_config, device), .required = true,
	    .help = "device of the inventory, SITE/SLOT, that the voltage belongs to" },
	{ "path", TOWERD_OPT_PATH, offsetof(struct battery_config, path),
	    .def = "/sys/class/power_supply/BAT0/voltage_now", .help = "file to read" },
};

enum { VOLTAGE };
static const char *const kinds[] = { [VOLTAGE] = "battery.voltage" }; /* millivolts */

static int
battery_poll(struct towerd_ctx *ctx)
{
	const struct battery_config *config = towerd_config(ctx);
	char text[32];

	int rc = towerd_read_file(ctx, config->path, text, sizeof(text));
	if (rc < 0)
		return towerd_fail(ctx, rc, "cannot read %s", config->path);

	char *end;
	long microvolts = strtol(text, &end, 10);
	if (end == text)
		return towerd_fail(ctx, -EBADMSG, "%s holds \"%s\", not microvolts", config->path, text);

	return towerd_report(ctx, config->device, VOLTAGE, microvolts / 1000);
}

TOWERD_PLUGIN(.name = "battery", .summary = "battery voltage of this host",
    .config_size = sizeof(struct battery_config), TOWERD_LIST(options), TOWERD_LIST(kinds),
    .poll = battery_poll, );
