/* SPDX-License-Identifier: ISC */
/*
 * How to ask a device: SNMP version and community, from its own entry in the inventory or by name from the credentials' file:
 *
 *	plants: { version: 2c, community: secret }
 */
#ifndef PLUGINS_SNMP_CREDENTIALS_H
#define PLUGINS_SNMP_CREDENTIALS_H

#include <towerd/plugin.h>

#include "plugins/snmp/codec.h"

struct credentials;

/* `path` NULL: none. A file that the world may read, or with a fault, is refused (each fault is logged with its place). */
int credentials_load(struct towerd_ctx *ctx, const char *path, struct credentials **out);
void credentials_free(struct credentials *credentials);

struct credential {
	enum codec_version version;
	const char *community;
};
/* Of a device; on failure towerd_fail() has said why. */
int credentials_of(struct towerd_ctx *ctx, const struct credentials *credentials,
    const struct towerd_device *device, struct credential *out);

#endif
