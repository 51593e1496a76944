/* SPDX-License-Identifier: ISC */
/* OIDs as text, and the ordered set: an array kept in order, its bytes in a pool. */
#include "plugins/snmp/codec/object.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/snmp/codec/pool.h"

struct entry {
	struct snmp_object object; /* first: object_set_at() hands it out */
	size_t order;              /* which came later */
};

struct object_set {
	struct entry *entries;
	size_t count, capacity, added;
	bool is_sorted;
	struct pool pool;
};

int
oid_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (a_len > b_len) - (a_len < b_len);
}

bool
oid_has_prefix(const uint32_t *oid, size_t len, const uint32_t *prefix, size_t prefix_len)
{
	return len >= prefix_len && oid_compare(oid, prefix_len, prefix, prefix_len) == 0;
}

int
oid_parse(const char *text, size_t len, uint32_t *ids, size_t max)
{
	const char *end = text + len;
	size_t count = 0;

	if (text < end && *text == '.')
		text++;
	while (text < end) {
		uint64_t id = 0;
		const char *digits = text;

		for (; text < end && *text >= '0' && *text <= '9'; text++) {
			id = id * 10 + (uint64_t)(*text - '0');
			if (id > UINT32_MAX)
				return -ERANGE;
		}
		if (text == digits)
			return -EINVAL;
		if (count == max)
			return -E2BIG;
		ids[count++] = (uint32_t)id;
		if (text == end)
			break;
		if (*text++ != '.' || text == end)
			return -EINVAL;
	}
	return (int)count;
}

const char *
oid_format(const uint32_t *ids, size_t len, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < len && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, i == 0 ? "%" PRIu32 : ".%" PRIu32, ids[i]);
	return out;
}

struct object_set *
object_set_new(void)
{
	struct object_set *set = calloc(1, sizeof(*set));

	if (set != NULL)
		set->is_sorted = true;
	return set;
}

void
object_set_free(struct object_set *set)
{
	if (set == NULL)
		return;
	pool_fini(&set->pool);
	free(set->entries);
	free(set);
}

void
object_set_clear(struct object_set *set)
{
	set->count = set->added = 0;
	set->is_sorted = true;
	pool_reset(&set->pool);
}

/* What the value points to, copied; false when memory ran out. */
static bool
keep_value(struct object_set *set, struct snmp_value *value)
{
	switch (value->tag) {
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		value->octets.data = pool_copy(&set->pool, value->octets.data, value->octets.len, 1);
		return value->octets.data != NULL;
	case SNMP_OID:
		value->oid.ids =
		    pool_copy(&set->pool, value->oid.ids, value->oid.len, sizeof(value->oid.ids[0]));
		return value->oid.ids != NULL;
	default:
		return true;
	}
}

int
object_set_add(struct object_set *set, const struct snmp_object *object)
{
	if (object->len > TOWERD_OID_MAX)
		return -E2BIG;
	if (set->count == set->capacity) {
		size_t capacity = set->capacity == 0 ? 256 : set->capacity * 2;
		struct entry *entries = realloc(set->entries, capacity * sizeof(entries[0]));
		if (entries == NULL)
			return -ENOMEM;
		set->entries = entries;
		set->capacity = capacity;
	}
	struct entry entry = { .object = *object, .order = set->added };
	entry.object.ids = pool_copy(&set->pool, object->ids, object->len, sizeof(object->ids[0]));
	if (entry.object.ids == NULL || !keep_value(set, &entry.object.value))
		return -ENOMEM;
	if (set->count > 0 && set->is_sorted) {
		const struct snmp_object *last = &set->entries[set->count - 1].object;
		set->is_sorted = oid_compare(last->ids, last->len, object->ids, object->len) < 0;
	}
	set->entries[set->count++] = entry;
	set->added++;
	return 0;
}

static int
compare_entries(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;
	int c = oid_compare(a->object.ids, a->object.len, b->object.ids, b->object.len);

	return c != 0 ? c : (a->order > b->order) - (a->order < b->order);
}

static void
sort(struct object_set *set)
{
	if (set->is_sorted)
		return;
	qsort(set->entries, set->count, sizeof(set->entries[0]), compare_entries);

	size_t kept = 0;
	for (size_t i = 0; i < set->count; i++) {
		const struct snmp_object *object = &set->entries[i].object;
		if (i + 1 < set->count) {
			const struct snmp_object *next = &set->entries[i + 1].object;
			if (oid_compare(object->ids, object->len, next->ids, next->len) == 0)
				continue; /* the later one stays */
		}
		set->entries[kept++] = set->entries[i];
	}
	set->count = kept;
	set->is_sorted = true;
}

size_t
object_set_count(struct object_set *set)
{
	sort(set);
	return set->count;
}

const struct snmp_object *
object_set_at(struct object_set *set, size_t i)
{
	sort(set);
	return i < set->count ? &set->entries[i].object : NULL;
}

size_t
object_set_from(struct object_set *set, const uint32_t *ids, size_t len)
{
	sort(set);
	size_t low = 0, high = set->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct snmp_object *object = &set->entries[middle].object;
		if (oid_compare(object->ids, object->len, ids, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct snmp_object *
object_set_find(struct object_set *set, const uint32_t *ids, size_t len)
{
	const struct snmp_object *object = object_set_at(set, object_set_from(set, ids, len));

	return object != NULL && oid_compare(object->ids, object->len, ids, len) == 0 ? object : NULL;
}
