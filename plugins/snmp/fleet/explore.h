/* SPDX-License-Identifier: ISC */
/*
 * The commands that look: `discover` and `profile record`. Each runs a worker process of its own (explorer.h), gathers what it finds, prints it and
 * ends the worker. One at a time: a search is traffic on links that are thin.
 */
#ifndef PLUGINS_SNMP_EXPLORE_H
#define PLUGINS_SNMP_EXPLORE_H

#include "plugins/snmp/fleet/fleet.h"

struct explore;

#define DISCOVER_USAGE       "RANGE... [--credentials NAME]... [--port N] [--rate N] [--json]"
#define PROFILE_RECORD_USAGE "ADDRESS[:PORT] [--credentials NAME] [--root OID]"

/* `fleet` is borrowed. NULL: no memory. */
struct explore *explore_new(struct towerd_ctx *ctx, struct fleet *fleet);
void explore_free(struct explore *explore);
int explore_discover(struct explore *explore, int argc, const char *const *argv, struct towerd_out *out);
int explore_record(struct explore *explore, int argc, const char *const *argv, struct towerd_out *out);
/* False: it is not this worker's. */
bool explore_message(struct explore *explore, unsigned worker, const void *data, size_t len);
bool explore_worker_exit(struct explore *explore, unsigned worker);

#endif
