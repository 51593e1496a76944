/* SPDX-License-Identifier: ISC */
/*
 * How to ask a device: by community or as a user, from its own entry in the inventory or by name from the credentials' file:
 *
 *	plants: { version: 2c, community: secret }
 *	radios: { version: 3, user: poller, auth: SHA-256, auth-key: …, priv: AES-128, priv-key-file: radios.priv }
 */
#ifndef PLUGINS_SNMP_CREDENTIALS_H
#define PLUGINS_SNMP_CREDENTIALS_H

#include <towerd/plugin.h>
#include <towerd/yaml.h>

#include "plugins/snmp/usm/access.h"

struct credentials;

/*
 * `path` (borrowed) NULL: none. An entry with a fault is left out, and all of a file that others may read or write, each told to `faults` with its
 * place and without the secret: devices that do not need it are polled all the same. 0 or -ENOMEM; credentials_free() is right after either.
 */
int credentials_load(const char *path, struct towerd_fault_sink *faults, struct credentials **out);
void credentials_free(struct credentials *credentials);
/* Reads the file again. When it has a fault nothing has changed: -EINVAL, and `faults` were told. -ENOMEM. */
int credentials_reload(struct credentials *credentials, struct towerd_fault_sink *faults);

/* A device's keys that are about this; NULL at the end. */
extern const char *const credentials_keys[];
/*
 * Of a device, borrowed from both until the next call. -ENOENT, -EINVAL, -ENOMEM: towerd_fail() has said why, without the device's name and
 * the secret.
 */
int credentials_of(struct towerd_ctx *ctx, struct credentials *credentials,
    const struct towerd_device *device, struct access_settings *out);

/* Those of the file, by position; names and texts are borrowed. credentials_named(): -ENOENT; `out` may be NULL. */
size_t credentials_count(const struct credentials *credentials);
const char *credentials_name(const struct credentials *credentials, size_t i);
int credentials_named(const struct credentials *credentials, const char *name, struct access_settings *out);

#endif
