/* SPDX-License-Identifier: ISC */
/* From a reference to the object that it means, in the row with this index. */
#include <string.h>

#include "plugins/snmp/profile/profile_text.h"

#define VIA_DEPTH 4 /* how many tables one may lead through to another */

bool
profile_slice_of(const struct profile_slice *slice, struct snmp_oid index, struct snmp_oid *out)
{
	size_t len = index.len;

	if (slice->first == 0) {
		*out = index;
		return len > 0;
	}
	size_t first = slice->first > 0 ? (size_t)slice->first - 1 : len - (size_t)-slice->first;
	size_t last = slice->last > 0 ? (size_t)slice->last - 1 : len - (size_t)-slice->last;
	if (first >= len) /* also when it was counted beyond the beginning */
		return false;
	if (slice->form == SLICE_REST) {
		last = len - 1;
	} else if (slice->form == SLICE_TEXT) {
		if (index.ids[first] > len - first - 1)
			return false;
		last = first + index.ids[first];
		first++;
	}
	if (last >= len || (last < first && slice->form == SLICE_NUMBERS))
		return false;
	*out = (struct snmp_oid){ index.ids + first, last + 1 - first };
	return true;
}

static const struct snmp_object *
find(const struct profile_ref *ref, struct object_set *objects, struct snmp_oid index, unsigned depth);

/* The index that `via` leads to: a part of the row's own, or the number or OID that an object holds. */
static bool
follow(const struct profile_via *via, struct object_set *objects, struct snmp_oid index, unsigned depth,
    uint32_t *number, struct snmp_oid *out)
{
	if (via->ref.oid.len == 0)
		return profile_slice_of(&via->slice, index, out);
	const struct snmp_object *object = find(&via->ref, objects, index, depth + 1);
	if (object == NULL)
		return false;
	if (object->value.tag == SNMP_OID) {
		*out = (struct snmp_oid){ object->value.oid.ids, object->value.oid.len };
		return true;
	}
	struct profile_field field = profile_field_of(&object->value);
	if (!field.has_number || field.number.decimals != 0 || field.number.digits < 0 ||
	    field.number.digits > UINT32_MAX)
		return false;
	*number = (uint32_t)field.number.digits;
	*out = (struct snmp_oid){ number, 1 };
	return true;
}

static const struct snmp_object *
find_below(struct object_set *objects, struct snmp_oid root)
{
	const struct snmp_object *object =
	    object_set_at(objects, object_set_from(objects, root.ids, root.len));

	return object != NULL && oid_has_prefix(object->ids, object->len, root.ids, root.len) ? object : NULL;
}

static const struct snmp_object *
find(const struct profile_ref *ref, struct object_set *objects, struct snmp_oid index, unsigned depth)
{
	uint32_t ids[TOWERD_OID_MAX], number;

	if (!ref->has_index)
		return ref->is_varbind ? find_below(objects, ref->oid)
				       : object_set_find(objects, ref->oid.ids, ref->oid.len);
	if (ref->via != NULL &&
	    (depth == VIA_DEPTH || !follow(ref->via, objects, index, depth, &number, &index)))
		return NULL;
	if (ref->oid.len + index.len > TOWERD_OID_MAX)
		return NULL;
	memcpy(ids, ref->oid.ids, ref->oid.len * sizeof(ids[0]));
	if (index.len > 0)
		memcpy(ids + ref->oid.len, index.ids, index.len * sizeof(ids[0]));
	const struct snmp_object *object = object_set_find(objects, ids, ref->oid.len + index.len);
	return object == NULL && ref->is_varbind ? find_below(objects, ref->oid) : object;
}

const struct snmp_object *
profile_ref_find(const struct profile_ref *ref, struct object_set *objects, struct snmp_oid index)
{
	return find(ref, objects, index, 0);
}

const struct profile_map_entry *
profile_pick(const struct profile_pick *pick, struct object_set *objects, struct snmp_oid index)
{
	if (pick->by.oid.len == 0)
		return &pick->fixed;
	const struct snmp_object *object = profile_ref_find(&pick->by, objects, index);
	if (object == NULL)
		return NULL;
	struct profile_field field = profile_field_of(&object->value);
	return profile_map_find(pick->map, &field);
}

bool
profile_conditions_hold(
    const struct profile_conditions *conditions, struct object_set *objects, struct snmp_oid index)
{
	for (size_t i = 0; i < conditions->count; i++) {
		const struct profile_condition *condition = &conditions->items[i];
		const struct snmp_object *object = profile_ref_find(&condition->ref, objects, index);
		bool is_one = false;
		if (object != NULL) {
			struct profile_field field = profile_field_of(&object->value);
			for (size_t l = 0; l < condition->count && !is_one; l++)
				is_one = profile_literal_is(&condition->literals[l], &field);
		}
		if (is_one == condition->is_negated)
			return false;
	}
	return true;
}
