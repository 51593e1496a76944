/* SPDX-License-Identifier: ISC */
/* A plugin of another interface: what stands behind the version could be anything. */
#include <towerd/plugin.h>

extern const struct towerd_plugin towerd_plugin;
__attribute__((visibility("default"))) const struct towerd_plugin towerd_plugin = {
	.size = sizeof(struct towerd_plugin),
	.abi_major = TOWERD_ABI_MAJOR + 1,
	.abi_minor = 3,
	.name = (const char *)1,
};
