/* SPDX-License-Identifier: ISC */
/* A device's entry in the inventory, checked, and as its worker is told of it. */
#ifndef PLUGINS_SNMP_ENTRY_H
#define PLUGINS_SNMP_ENTRY_H

#include "plugins/snmp/fleet/credentials.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/wire/wire.h"

struct entry {
	struct wire_address address, answers_from;
	struct access_settings access; /* borrowed until the credentials are asked again */
	int64_t interval_ms;
};

/*
 * Writes MESSAGE_DEVICE, but for what was learned of the device: that is its last text. -EINVAL, -ENOENT: towerd_fail() has said which key is at
 * fault; -ENOMEM.
 */
int entry_describe(struct towerd_ctx *ctx, struct credentials *credentials, const struct wire_source *source,
    const struct towerd_device *device, struct entry *entry, struct message_writer *w);

#endif
