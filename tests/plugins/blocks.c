/* SPDX-License-Identifier: ISC */
/* A plugin that sleeps in its callback, and then says that it failed. */
#include <time.h>

#include <towerd/plugin.h>

static int
poll(struct towerd_ctx *ctx)
{
	const struct timespec second = { .tv_sec = 1 };

	nanosleep(&second, NULL);
	return towerd_fail(ctx, -EAGAIN, "slept well");
}

TOWERD_PLUGIN(.name = "test-blocks", .summary = "holds the loop for a second", .poll = poll, );
