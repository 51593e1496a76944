/* SPDX-License-Identifier: ISC */
/* A plugin whose worker dies at once, and which says so. */
#include <stdlib.h>
#include <string.h>

#include <towerd/plugin.h>

static int
start(struct towerd_ctx *ctx)
{
	return towerd_worker_spawn(ctx, "abort") < 0 || towerd_worker_spawn(ctx, "refuse") < 0 ? -1 : 0;
}

static void
worker_exit(struct towerd_ctx *ctx, unsigned worker, int status)
{
	(void)status;
	towerd_count(ctx, worker == 0 ? "aborted" : "refused", 1);
}

static int
worker_start(struct towerd_ctx *ctx, const char *role)
{
	if (strcmp(role, "abort") == 0)
		abort();
	return towerd_fail(ctx, -EINVAL, "does not like the role \"%s\"", role);
}

TOWERD_PLUGIN(.name = "test-dies", .summary = "its workers die", .start = start, .worker_exit = worker_exit,
    .worker_start = worker_start, );
