/* SPDX-License-Identifier: ISC */
/* Labels and instances: templates of a profile, written with the texts of a device. */
#ifndef PLUGINS_SNMP_PROFILE_TEXT_H
#define PLUGINS_SNMP_PROFILE_TEXT_H

#include "plugins/snmp/profile/profile_parts.h"

/* The object of a reference, in the row with this index; NULL: the device has none. */
const struct snmp_object *
profile_ref_find(const struct profile_ref *ref, struct object_set *objects, struct snmp_oid index);

/* This part of an index. false: the index does not have it. */
bool profile_slice_of(const struct profile_slice *slice, struct snmp_oid index, struct snmp_oid *out);

/*
 * Writes the template's text, UTF-8 and without control characters, cut to `size` at a character. false: an object in it is not
 * there or has no text, so another label should be tried; what could be written is in `out` all the same.
 */
bool profile_template_write(const struct profile_template *template, struct object_set *objects,
    struct snmp_oid index, char *out, size_t size);

/* The first of the texts that is whole; else the last one, as far as it goes. */
void profile_texts_write(const struct profile_templates *templates, struct object_set *objects,
    struct snmp_oid index, char *out, size_t size);

#endif
