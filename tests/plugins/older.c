/* SPDX-License-Identifier: ISC */
/* A plugin of interface 1.0: its descriptor ends where that did, and what lies behind it is not the host's to read. */
#include <towerd/plugin.h>

static int
start(struct towerd_ctx *ctx)
{
	towerd_status(ctx, "as before");
	return 0;
}

extern const struct towerd_plugin towerd_plugin;
__attribute__((visibility("default"))) const struct towerd_plugin towerd_plugin = {
	.size = offsetof(struct towerd_plugin, device_pace),
	.abi_major = 1,
	.abi_minor = 0,
	.name = "test-older",
	.summary = "was built for the first interface",
	.start = start,
	.reload = (int (*)(struct towerd_ctx *))1,
};
