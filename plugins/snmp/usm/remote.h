/* SPDX-License-Identifier: ISC */
/*
 * A device's SNMPv3 engine, and the user that we are there: what access.h promises for v3. States: nothing known -> engine ID known (unauthenticated
 * report to a probe), with its time as a first guess -> time known (an authentic message).
 */
#ifndef PLUGINS_SNMP_REMOTE_H
#define PLUGINS_SNMP_REMOTE_H

#include "plugins/snmp/usm/access.h"

struct remote;

int remote_new(struct usm *usm, const struct access_settings *settings, struct remote **out);
void remote_free(struct remote *remote);
/* Of a request of v2c its PDU is sealed. */
int remote_seal(
    struct remote *remote, const uint8_t *request, size_t len, uint32_t id, int64_t now_ms, uint8_t *out);
void remote_open(
    struct remote *remote, const uint8_t *data, size_t len, int64_t now_ms, struct access_opened *out);
void remote_begin(struct remote *remote);
const char *remote_fault(const struct remote *remote);
const char *remote_engine(const struct remote *remote);
const char *remote_hint(const struct remote *remote);

#endif
