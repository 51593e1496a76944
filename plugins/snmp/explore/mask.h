/* SPDX-License-Identifier: ISC */
/*
 * What a recording may not show, so that it can be given away: communities and keys, names and places, addresses, and who talks with whom. A mask
 * keeps the shape (a text stays a text of the same length, an address an address): profiles are written by shapes.
 */
#ifndef PLUGINS_SNMP_MASK_H
#define PLUGINS_SNMP_MASK_H

#include "plugins/snmp/codec/object.h"

struct mask;

struct mask *mask_new(void);
void mask_free(struct mask *mask);
/* No text that holds this one is shown. An empty one is none. Copied. 0 or -ENOMEM. */
int mask_secret(struct mask *mask, const char *text);
/*
 * The object as it may be shown, valid until the next call. False: it may not be shown at all, or there is no memory (when in doubt nothing
 * is shown).
 */
bool mask_object(struct mask *mask, const struct snmp_object *object, struct snmp_object *out);

#endif
