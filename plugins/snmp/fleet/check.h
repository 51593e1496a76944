/* SPDX-License-Identifier: ISC */
/* `towerd -t`: the credentials' file and the devices' entries, looked at without a worker. */
#ifndef PLUGINS_SNMP_CHECK_H
#define PLUGINS_SNMP_CHECK_H

#include "plugins/snmp/fleet/credentials.h"

struct check;

/* The files that the options name; their faults go to `faults`. 0, -ENOMEM, or -EINVAL: towerd_fail() has said which option is at fault. check_free() is right after either. */
int check_new(struct towerd_ctx *ctx, struct towerd_fault_sink *faults, struct check **out);
void check_free(struct check *check);
/* As fleet_add() would take it: 0, or towerd_fail() has said which key is at fault. */
int check_device(struct towerd_ctx *ctx, struct check *check, const struct towerd_device *device);

#endif
