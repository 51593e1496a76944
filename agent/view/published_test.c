/* SPDX-License-Identifier: ISC */
/* What published views promise: rows by value, in order, for every reader but a single site's. */
#include "agent/view/published.h"

#include <errno.h>
#include <string.h>

#include <towerd/json.h>

#include "tests/support/cunit_main.h"

static const struct towerd_column_info columns[] = {
	{ 1, "peerName", TOWERD_TEXT, TOWERD_COLUMN_INDEX, NULL, NULL, 0 },
	{ 2, "peerNumber", TOWERD_UNSIGNED, TOWERD_COLUMN_INDEX, NULL, NULL, 0 },
	{ 3, "peerTag", TOWERD_OCTETS, 0, NULL, NULL, 0 },
	{ 4, "peerType", TOWERD_OID, 0, NULL, NULL, 0 },
	{ 5, "peerOwner", TOWERD_TEXT, TOWERD_COLUMN_OPERATE, NULL, NULL, 0 },
};
static const struct towerd_published_view declaration = {
	.name = "peerTable", .oid = ".9.1.1", .columns = columns, .column_count = 5, .index_count = 2
};

static int
put(struct published *published, const char *name, uint32_t number, const char *owner)
{
	char tag[] = { 1, (char)0xff };
	uint32_t oid[] = { 1, 3, number };
	struct towerd_value cells[] = {
		towerd_bytes(TOWERD_TEXT, name, strlen(name)),
		{ .type = TOWERD_UNSIGNED, .u = number },
		towerd_bytes(TOWERD_OCTETS, tag, sizeof(tag)),
		towerd_oid(oid, 3),
		owner == NULL ? towerd_int(TOWERD_NONE, 0) : towerd_bytes(TOWERD_TEXT, owner, strlen(owner)),
	};
	return published_put(published, cells, 5);
}

static const char *
as_json(const struct view *view, const struct scope *scope, struct towerd_json_writer *out)
{
	towerd_json_reset(out);
	view_print_json(view, scope, NULL, 0, out);
	return towerd_json_done(out);
}

static void
rows_are_copied_ordered_and_replaced(void)
{
	struct scopes *scopes = scopes_new();
	struct published *published = published_new(&declaration);
	struct towerd_json_writer out = { 0 };
	CU_ASSERT_EQUAL(put(published, "bb", 1, NULL), 0);
	CU_ASSERT_EQUAL(put(published, "a", 2, NULL), 0);
	CU_ASSERT_EQUAL(put(published, "a", 1, "x"), 0);
	CU_ASSERT_EQUAL(put(published, "a", 1, "someone"), 0);
	CU_ASSERT_EQUAL(published_count(published), 3);
	/* SNMP's order of an index of variable length: by length first (RFC 2578, 7.7). */
	CU_ASSERT_STRING_EQUAL(as_json(published_view(published), scopes_all(scopes), &out),
	    "[{\"peerName\":\"a\",\"peerNumber\":1,\"peerTag\":\"01ff\",\"peerType\":\"1.3.1\",\"peerOwner\":"
	    "\"someone\"},"
	    "{\"peerName\":\"a\",\"peerNumber\":2,\"peerTag\":\"01ff\",\"peerType\":\"1.3.2\",\"peerOwner\":"
	    "null},"
	    "{\"peerName\":\"bb\",\"peerNumber\":1,\"peerTag\":\"01ff\",\"peerType\":\"1.3.1\",\"peerOwner\":"
	    "null}]");
	struct towerd_value index[] = { towerd_bytes(TOWERD_TEXT, "a", 1),
		{ .type = TOWERD_UNSIGNED, .u = 2 } };
	CU_ASSERT_EQUAL(published_drop(published, index, 2), 0);
	CU_ASSERT_EQUAL(published_drop(published, index, 2), -ENOENT);
	CU_ASSERT_EQUAL(published_count(published), 2);
	towerd_json_fini(&out);
	published_free(published);
	scopes_free(scopes);
}

static void
a_row_of_another_shape_is_refused(void)
{
	struct published *published = published_new(&declaration);
	struct towerd_value cells[5] = { towerd_bytes(TOWERD_TEXT, "a", 1),
		{ .type = TOWERD_UNSIGNED, .u = 1 } };
	for (size_t i = 2; i < 5; i++)
		cells[i] = towerd_int(TOWERD_NONE, 0);
	CU_ASSERT_EQUAL(published_put(published, cells, 4), -EINVAL);
	cells[2] = towerd_int(TOWERD_INTEGER, 1);
	CU_ASSERT_EQUAL(published_put(published, cells, 5), -EINVAL);
	cells[2] = towerd_int(TOWERD_NONE, 0);
	cells[1] = towerd_int(TOWERD_NONE, 0);
	CU_ASSERT_EQUAL(published_put(published, cells, 5), -EINVAL);
	cells[1] = (struct towerd_value){ .type = TOWERD_UNSIGNED, .u = UINT64_C(1) << 32 };
	CU_ASSERT_EQUAL(published_put(published, cells, 5), -EINVAL);
	cells[1].u = 1;
	char name[TOWERD_OID_MAX] = { 0 };
	cells[0] = towerd_bytes(TOWERD_TEXT, name, sizeof(name));
	CU_ASSERT_EQUAL(published_put(published, cells, 5), -EINVAL);
	cells[0] = towerd_bytes(TOWERD_TEXT, name, sizeof(name) - 2);
	CU_ASSERT_EQUAL(published_put(published, cells, 5), 0);
	published_free(published);
}

static void
a_virtual_device_and_role_read_do_not_see_what_is_not_theirs(void)
{
	static const char *const everything[] = { "*" };
	struct scope_reader reader = { .name = "r", .role = ROLE_READ, .areas = everything, .area_count = 1 };
	struct scopes *scopes = scopes_new();
	struct published *published = published_new(&declaration);
	struct towerd_json_writer out = { 0 };
	put(published, "a", 1, "someone");
	const struct scope *wall = scopes_open(scopes, &reader, false, 0);
	CU_ASSERT_PTR_NULL(strstr(as_json(published_view(published), wall, &out), "someone"));
	CU_ASSERT_PTR_NOT_NULL(strstr(as_json(published_view(published), wall, &out), "peerTag"));
	CU_ASSERT_STRING_EQUAL(
	    as_json(published_view(published), scopes_open(scopes, &reader, false, 0x100), &out), "[]");
	towerd_json_fini(&out);
	published_free(published);
	scopes_free(scopes);
}

static const struct claim claims[] = {
	CLAIM(rows_are_copied_ordered_and_replaced),
	CLAIM(a_row_of_another_shape_is_refused),
	CLAIM(a_virtual_device_and_role_read_do_not_see_what_is_not_theirs),
};

CLAIMS_MAIN("published", claims)
