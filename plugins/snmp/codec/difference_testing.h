/* SPDX-License-Identifier: ISC */
/* Our reading of a message beside Net-SNMP's: the same, or a difference that has a name. Tests only. */
#ifndef PLUGINS_SNMP_DIFFERENCE_TESTING_H
#define PLUGINS_SNMP_DIFFERENCE_TESTING_H

#include <stddef.h>
#include <stdint.h>

/* NULL: both read the same, or both refuse. Else the name of a difference that is meant (difference_testing.c lists them), or "unknown". */
const char *difference_find(const uint8_t *data, size_t len);

#endif
