/* SPDX-License-Identifier: ISC */
/*
 * The modules and the views say the same, in both directions: names, numbers, syntax, units, access, indexes. Ours exactly; of the
 * IETF's the tables that we answer, of which a column may be missing only when it stands in the list below.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mibs/all_views.h"
#include "tests/mibs/mib_reader.h"
#include "tests/support/cunit_main.h"

#define SKIP         77 /* ctest's SKIP_RETURN_CODE */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const own_modules[] = { "TOWERD-SITE-MIB", "TOWERD-LOCATION-MIB", "TOWERD-ALARM-MIB",
	"TOWERD-REPAIR-MIB", "TOWERD-AGENT-MIB" };
static const char *const ietf_modules[] = { "ALARM-MIB", "ITU-ALARM-MIB", "ARC-MIB", "ENTITY-MIB",
	"ENTITY-SENSOR-MIB" };

/* Objects of the standard tables without a column: no variable of our notifications is of these types. */
static const char *const not_instantiated[] = { "alarmActiveVariableCounter32Val",
	"alarmActiveVariableUnsigned32Val", "alarmActiveVariableInteger32Val",
	"alarmActiveVariableIpAddressVal", "alarmActiveVariableOctetStringVal",
	"alarmActiveVariableCounter64Val", "alarmActiveVariableOpaqueVal" };

/* Which syntax a type of ours may have in a module of ours, and which more in the IETF's. */
static const struct {
	const char *own[3], *ietf[3];
} syntaxes[TOWERD_TYPE_COUNT] = {
	[TOWERD_INTEGER] = { { "Integer32" }, { NULL } },
	[TOWERD_UNSIGNED] = { { "Unsigned32", "Gauge32" }, { "Integer32" /* PhysicalIndex */ } },
	[TOWERD_COUNTER] = { { "Counter32" }, { NULL } },
	[TOWERD_COUNTER64] = { { "Counter64" }, { NULL } },
	[TOWERD_ENUM] = { { "Enumeration" }, { NULL } },
	[TOWERD_TRUTH] = { { "TruthValue" }, { NULL } },
	[TOWERD_TEXT] = { { "SnmpAdminString", "TowerdText" }, { "OctetString" } },
	[TOWERD_OCTETS] = { { "OctetString" }, { NULL } },
	[TOWERD_BITS] = { { "Bits" }, { NULL } },
	[TOWERD_OID] = { { "ObjectIdentifier" }, { NULL } },
	[TOWERD_DATE] = { { "DateAndTime" }, { NULL } },
	[TOWERD_INSTANT] = { { "TimeStamp" }, { "TimeTicks" } },
	[TOWERD_DURATION] = { { "TimeTicks" }, { NULL } },
};

static const struct views *views;
static unsigned columns_compared, objects_compared;

static bool
is_own(SmiNode *node)
{
	return strncmp(smiGetNodeModule(node)->name, "TOWERD-", 7) == 0;
}

static void
differ(const char *name, const char *what, const char *mib, const char *view)
{
	fprintf(stderr, "%s: %s: the module says %s, the view %s\n", name, what, mib, view);
	CU_FAIL("a view and its module differ");
}

static bool
is_any_of(SmiType *type, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && names[i] != NULL; i++)
		if (mib_type_is(type, names[i]))
			return true;
	return false;
}

static void
compare_syntax(SmiNode *node, const struct towerd_column_info *column)
{
	SmiType *type = smiGetNodeType(node);
	bool fits = is_any_of(type, syntaxes[column->type].own, COUNT(syntaxes[0].own)) ||
	    (!is_own(node) && is_any_of(type, syntaxes[column->type].ietf, COUNT(syntaxes[0].ietf)));

	/* 190 causes with names of the registry's own: the number is what a manager reads (itu_alarm_mib.c). */
	if (strcmp(column->name, "ituAlarmProbableCause") == 0)
		fits = column->type == TOWERD_INTEGER && mib_type_is(type, "IANAItuProbableCause");
	if (!fits)
		differ(column->name, "syntax", smiRenderType(type, SMI_RENDER_ALL),
		    syntaxes[column->type].own[0]);
}

static void
compare_labels(SmiNode *node, const struct towerd_column_info *column)
{
	SmiType *type = smiGetNodeType(node);
	int number = column->first_name;
	size_t count = 0;

	for (; column->names[count] != NULL; count++, number++) {
		char label[64];
		const char *found = mib_label(type, number);
		mib_label_of(column->names[count], label, sizeof(label));
		if (found == NULL || strcmp(found, label) != 0)
			differ(column->name, "label", found == NULL ? "nothing" : found, label);
	}
	if (is_own(node) && mib_label_count(type) != count)
		differ(column->name, "labels", "more of them", "fewer");
}

static void
compare_column(const struct views *all, size_t at, const struct towerd_column_info *column)
{
	const struct view *view = views_at(all, at);
	uint32_t oid[TOWERD_OID_MAX];
	size_t len = views_oid(all, at, oid);

	if ((column->flags & TOWERD_COLUMN_LOCAL) != 0)
		return;
	oid[len++] = column->id;
	SmiNode *node = mib_node(oid, len);
	columns_compared++;
	if (node == NULL || strcmp(node->name, column->name) != 0) {
		differ(column->name, view->name, node == NULL ? "nothing" : node->name, "a column");
		return;
	}
	if (node->nodekind != (view->is_scalars ? SMI_NODEKIND_SCALAR : SMI_NODEKIND_COLUMN))
		differ(column->name, "kind", "another", view->is_scalars ? "scalar" : "column");
	bool is_hidden =
	    (column->flags & TOWERD_COLUMN_INDEX) != 0 && (column->flags & TOWERD_COLUMN_READABLE) == 0;
	if ((node->access == SMI_ACCESS_NOT_ACCESSIBLE) != is_hidden ||
	    (is_own(node) && !is_hidden && node->access != SMI_ACCESS_READ_ONLY))
		differ(column->name, "access", is_hidden ? "accessible" : "another",
		    is_hidden ? "not-accessible" : "read-only");
	const char *units = node->units == NULL ? "" : node->units;
	const char *unit = column->unit == NULL ? "" : column->unit;
	if (is_own(node) && strcmp(units, unit) != 0)
		differ(column->name, "units", units, unit);
	compare_syntax(node, column);
	if (column->type == TOWERD_ENUM)
		compare_labels(node, column);
}

static void
compare_index(const struct views *all, size_t at)
{
	const struct view *view = views_at(all, at);
	uint32_t oid[TOWERD_OID_MAX];
	SmiNode *row = mib_node(oid, views_oid(all, at, oid)), *objects[8];

	if (row == NULL || row->nodekind != SMI_NODEKIND_ROW) {
		differ(view->name, "entry", "no row", "a table");
		return;
	}
	if (strcmp(smiGetParentNode(row)->name, view->name) != 0)
		differ(view->name, "name", smiGetParentNode(row)->name, view->name);
	/* Columns stand in the order of their numbers, index objects in that of the key: the same ones, in any order. */
	size_t count = mib_index(row, objects, COUNT(objects)), n = 0;
	for (size_t i = 0; i < view->column_count; i++) {
		const struct towerd_column_info *column = &view->columns[i].info;
		size_t k = 0;
		if ((column->flags & TOWERD_COLUMN_INDEX) == 0)
			continue;
		while (k < count && strcmp(objects[k]->name, column->name) != 0)
			k++;
		if (k == count)
			differ(view->name, "index", "others", column->name);
		n++;
	}
	/* A text in a key has its length in front of it. */
	if (n != count || row->implied)
		differ(view->name, "index", row->implied ? "IMPLIED" : "more of them", "not so");
}

/* Whether some view has this object as a column. */
static bool
is_a_column(SmiNode *node)
{
	for (size_t i = 0; i < views_count(views); i++) {
		uint32_t oid[TOWERD_OID_MAX];
		size_t len = views_oid(views, i, oid);
		if (len == 0 || len + 1 != node->oidlen)
			continue;
		bool is_below = true;
		for (size_t k = 0; k < len; k++)
			is_below &= oid[k] == node->oid[k];
		const struct view *view = views_at(views, i);
		for (size_t k = 0; is_below && k < view->column_count; k++)
			if (view->columns[k].info.id == node->oid[len])
				return true;
	}
	return false;
}

static bool
is_answered(SmiNode *row)
{
	uint32_t oid[TOWERD_OID_MAX];

	for (size_t i = 0; i < views_count(views); i++)
		if (mib_node(oid, views_oid(views, i, oid)) == row)
			return true;
	return false;
}

static bool
is_excepted(SmiNode *node)
{
	for (size_t i = 0; i < COUNT(not_instantiated); i++)
		if (strcmp(node->name, not_instantiated[i]) == 0)
			return true;
	return false;
}

static void
compare_objects(const char *module, bool is_ours)
{
	static const SmiNodekind kinds[] = { SMI_NODEKIND_SCALAR, SMI_NODEKIND_COLUMN };
	SmiModule *found = smiGetModule(module);

	for (size_t k = 0; k < COUNT(kinds); k++)
		for (SmiNode *n = smiGetFirstNode(found, kinds[k]); n != NULL;
		     n = smiGetNextNode(n, kinds[k])) {
			bool is_due = is_ours
			    ? n->access != SMI_ACCESS_NOTIFY
			    : kinds[k] == SMI_NODEKIND_COLUMN && is_answered(smiGetParentNode(n)) &&
				n->status == SMI_STATUS_CURRENT && !is_excepted(n);
			objects_compared += is_due;
			if (is_due && !is_a_column(n))
				differ(n->name, module, "an object", "no column");
		}
}

static void
all_modules_load_without_a_fault(void)
{
	for (size_t i = 0; i < COUNT(own_modules); i++)
		CU_ASSERT(mib_load(own_modules[i]));
	for (size_t i = 0; i < COUNT(ietf_modules); i++)
		CU_ASSERT(mib_load(ietf_modules[i]));
}

static void
every_column_is_an_object_of_the_same_name_number_syntax_and_access(void)
{
	for (size_t i = 0; i < views_count(views); i++) {
		const struct view *view = views_at(views, i);
		if (view->oid == NULL)
			continue;
		if (!view->is_scalars)
			compare_index(views, i);
		for (size_t k = 0; k < view->column_count; k++)
			compare_column(views, i, &view->columns[k].info);
	}
	CU_ASSERT(columns_compared > 100);
}

static void
every_object_of_ours_is_a_column(void)
{
	for (size_t i = 0; i < COUNT(own_modules); i++)
		compare_objects(own_modules[i], true);
	CU_ASSERT(objects_compared > 100);
}

static void
every_object_of_a_standard_table_that_we_answer_is_a_column(void)
{
	for (size_t i = 0; i < COUNT(ietf_modules); i++)
		compare_objects(ietf_modules[i], false);
}

int
main(void)
{
	static const struct claim claims[] = {
		CLAIM(all_modules_load_without_a_fault),
		CLAIM(every_column_is_an_object_of_the_same_name_number_syntax_and_access),
		CLAIM(every_object_of_ours_is_a_column),
		CLAIM(every_object_of_a_standard_table_that_we_answer_is_a_column),
	};

	if (!mib_reader_start())
		return SKIP;
	struct all_views *all = all_views_new();
	if (all == NULL)
		return 1;
	views = all_views_registry(all);
	int failed = claims_run("views and modules", claims, COUNT(claims));
	printf("%zu views, %u columns and %u objects compared\n", views_count(views), columns_compared,
	    objects_compared);
	all_views_free(all);
	smiExit();
	return failed;
}
