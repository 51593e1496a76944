/* SPDX-License-Identifier: ISC */
/* A plugin that needs an option. */
#include <towerd/plugin.h>

struct config {
	const char *device;
};

static const struct towerd_option options[] = {
	{ "device", TOWERD_OPT_TEXT, offsetof(struct config, device), .required = true,
	    .help = "where it stands" },
};

TOWERD_PLUGIN(.name = "test-option", .summary = "needs an option", .config_size = sizeof(struct config),
    TOWERD_LIST(options), );
