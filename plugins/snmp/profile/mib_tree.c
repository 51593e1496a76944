/* SPDX-License-Identifier: ISC */
/* From the definitions of MIB files to a tree: where each hangs, and what it is found by. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/mib_inside.h"

static const struct {
	const char *name;
	uint32_t ids[7];
	size_t len;
} roots[] = {
	{ "iso", { 1 }, 1 },
	{ "org", { 1, 3 }, 2 },
	{ "dod", { 1, 3, 6 }, 3 },
	{ "internet", { 1, 3, 6, 1 }, 4 },
	{ "mgmt", { 1, 3, 6, 1, 2 }, 5 },
	{ "mib-2", { 1, 3, 6, 1, 2, 1 }, 6 },
	{ "transmission", { 1, 3, 6, 1, 2, 1, 10 }, 7 },
	{ "experimental", { 1, 3, 6, 1, 3 }, 5 },
	{ "private", { 1, 3, 6, 1, 4 }, 5 },
	{ "enterprises", { 1, 3, 6, 1, 4, 1 }, 6 },
	{ "snmpV2", { 1, 3, 6, 1, 6 }, 5 },
	{ "snmpModules", { 1, 3, 6, 1, 6, 3 }, 6 },
};

static struct snmp_oid
oid_of(const struct mib *mib, const char *name)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strcmp(roots[i].name, name) == 0)
			return (struct snmp_oid){ roots[i].ids, roots[i].len };
	for (size_t i = 0; i < mib->count; i++)
		if (mib->definitions[i].node.oid.len > 0 && strcmp(mib->definitions[i].node.name, name) == 0)
			return mib->definitions[i].node.oid;
	return (struct snmp_oid){ 0 };
}

/* 1: it has its OID now; 0: its parent has none yet; -ENOMEM. */
static int
place(struct mib *mib, struct definition *d)
{
	const struct snmp_oid parent = d->parent == NULL ? (struct snmp_oid){ 0 } : oid_of(mib, d->parent);

	if ((d->parent != NULL && parent.len == 0) || parent.len + d->sub_count > TOWERD_OID_MAX ||
	    d->sub_count == 0)
		return 0;
	uint32_t *ids = pool_take(&mib->pool, parent.len + d->sub_count, sizeof(ids[0]));
	if (ids == NULL)
		return -ENOMEM;
	if (parent.len > 0)
		memcpy(ids, parent.ids, parent.len * sizeof(ids[0]));
	memcpy(ids + parent.len, d->subs, d->sub_count * sizeof(ids[0]));
	d->node.oid = (struct snmp_oid){ ids, parent.len + d->sub_count };
	return 1;
}

static int
compare_nodes(const void *one, const void *other)
{
	const struct snmp_oid *a = &(*(const struct mib_node *const *)one)->oid;
	const struct snmp_oid *b = &(*(const struct mib_node *const *)other)->oid;

	return oid_compare(a->ids, a->len, b->ids, b->len);
}

static void
take_convention(const struct mib *mib, struct definition *d)
{
	for (size_t i = 0; d->node.enum_count == 0 && i < mib->convention_count; i++)
		if (strcmp(mib->conventions[i].name, d->type_name) == 0) {
			d->node.enums = mib->conventions[i].enums;
			d->node.enum_count = mib->conventions[i].enum_count;
		}
}

int
mib_link(struct mib *mib)
{
	bool has_more = true;
	size_t left = mib->count;

	while (has_more) { /* parents may stand behind their children */
		has_more = false;
		for (size_t i = 0; i < mib->count; i++) {
			struct definition *d = &mib->definitions[i];
			int rc = d->node.oid.len > 0 ? 0 : place(mib, d);
			if (rc < 0)
				return rc;
			has_more = has_more || rc > 0;
			left -= (size_t)rc;
		}
	}
	free(mib->nodes);
	mib->nodes = calloc(mib->count + 1, sizeof(mib->nodes[0]));
	mib->node_count = 0;
	if (mib->nodes == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < mib->count; i++) {
		take_convention(mib, &mib->definitions[i]);
		if (mib->definitions[i].node.oid.len > 0)
			mib->nodes[mib->node_count++] = &mib->definitions[i].node;
	}
	qsort(mib->nodes, mib->node_count, sizeof(mib->nodes[0]), compare_nodes);
	return (int)left;
}

size_t
mib_count(const struct mib *mib)
{
	return mib->node_count;
}

const struct mib_node *
mib_at(const struct mib *mib, size_t i)
{
	return mib->nodes[i];
}

const struct mib_node *
mib_find(const struct mib *mib, const uint32_t *ids, size_t len)
{
	size_t low = 0, high = mib->node_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct snmp_oid *oid = &mib->nodes[middle]->oid;
		int c = oid_compare(oid->ids, oid->len, ids, len);
		if (c == 0)
			return mib->nodes[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
