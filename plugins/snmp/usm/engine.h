/* SPDX-License-Identifier: ISC */
/*
 * This plugin's own SNMP engine: its ID, made once, and its engineBoots, which every worker that starts counts up (RFC 3414, 2.2.2). A file of
 * the plugin's state folder keeps both; the northbound agent has another folder and another ID.
 */
#ifndef PLUGINS_SNMP_ENGINE_H
#define PLUGINS_SNMP_ENGINE_H

#include <towerd/plugin.h>

#include "plugins/snmp/usm/protocol.h"

struct engine {
	uint8_t id[USM_ENGINE_MAX];
	size_t id_len;
	uint32_t boots; /* of this start */
};

/* Where nothing can be kept (no state folder, a full disk) that is logged, and polling goes on: with a new ID, or boots that will come again. */
void engine_open(struct towerd_ctx *ctx, struct engine *out);

/* Two digits an octet; `out` has room for 2 * len + 1. */
void engine_format(const uint8_t *id, size_t len, char *out);

#endif
