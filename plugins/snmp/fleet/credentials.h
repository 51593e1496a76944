/* SPDX-License-Identifier: ISC */
/*
 * How to ask a device: SNMP version and community, from its own entry in the inventory or by name from the credentials' file:
 *
 *	plants: { version: 2c, community: secret }
 */
#ifndef PLUGINS_SNMP_CREDENTIALS_H
#define PLUGINS_SNMP_CREDENTIALS_H

#include <towerd/plugin.h>

#include "plugins/snmp/codec/codec.h"

struct credentials;

/*
 * `path` (borrowed) NULL: none. An entry with a fault is left out, and all of a file that others may read or write, each with a log line that
 * tells the place: devices that do not need it are polled all the same. 0 or -ENOMEM; credentials_free() is right after either.
 */
int credentials_load(struct towerd_ctx *ctx, const char *path, struct credentials **out);
void credentials_free(struct credentials *credentials);

struct credential {
	enum codec_version version;
	const char *community;
};
/* Of a device, borrowed from both. -ENOENT, -EINVAL: towerd_fail() has said why, without the device's name and the community. */
int credentials_of(struct towerd_ctx *ctx, const struct credentials *credentials,
    const struct towerd_device *device, struct credential *out);

/* Those of the file, by position; names and texts are borrowed. credentials_named(): -ENOENT; `out` may be NULL. */
size_t credentials_count(const struct credentials *credentials);
const char *credentials_name(const struct credentials *credentials, size_t i);
int credentials_named(const struct credentials *credentials, const char *name, struct credential *out);

#endif
