/* SPDX-License-Identifier: ISC */
/* A plugin that cannot start. */
#include <towerd/plugin.h>

static int
start(struct towerd_ctx *ctx)
{
	return towerd_fail(ctx, -ENODEV, "there is no modem at /dev/nothing");
}

TOWERD_PLUGIN(.name = "test-start", .summary = "cannot start", .start = start, );
