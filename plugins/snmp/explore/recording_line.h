/* SPDX-License-Identifier: ISC */
/* One object as a line of a recording, such that recording_parse() reads the same object from it. */
#ifndef PLUGINS_SNMP_RECORDING_LINE_H
#define PLUGINS_SNMP_RECORDING_LINE_H

#include "plugins/snmp/codec/object.h"

/*
 * Writes "OID|TAG|VALUE", without a newline. Returns its length as snprintf(3) does: what is not below `size` was cut. 0: a value that recordings
 * have no form for (an exception of v2c).
 */
size_t recording_line(const struct snmp_object *object, char *out, size_t size);

#endif
