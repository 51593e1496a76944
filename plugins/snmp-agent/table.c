/* SPDX-License-Identifier: ISC */
/*
 * Answers GET, GETNEXT and GETBULK from views: one handler for every table and scalar. GETBULK is answered natively, a whole column of
 * repetitions by one read of the view, several times faster than the library's way of one pass per repetition.
 *
 * The library checks access only for the first repetition of a native GETBULK, so this handler checks VACM for whatever it
 * returns: once for a column's subtree, and for each varbind where parts of the subtree are excluded.
 */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"
/* After snmp_agent.h: net-snmp's headers need its configuration first. */
#include <net-snmp/agent/net-snmp-agent-includes.h>

#define BATCH 256

/* One registration: a table's entry, or one scalar. */
struct table {
	struct agent_state *agent;
	unsigned view;
	oid root
	    [TOWERD_OID_MAX]; /* of the entry, or of the scalars' parent: a column's sub-identifier follows */
	size_t root_len;
	uint32_t columns[128]; /* readable ones, ascending */
	size_t column_count;
	netsnmp_handler_registration *registration;
	struct table *next;
};

static struct table *tables;

/* Where a request stands in a table. */
struct place {
	size_t column; /* position in columns; column_count: past the end */
	uint32_t key[TOWERD_OID_MAX];
	size_t key_len;
	bool inclusive;
};

/* The first place after (or at) `name`, which may lie before the table, in it, or behind it. */
static void
place_seek(const struct table *t, const oid *name, size_t len, bool inclusive, struct place *place)
{
	size_t common = len < t->root_len ? len : t->root_len;
	int order = snmp_oid_ncompare(name, common, t->root, common, common);

	*place = (struct place){ .inclusive = true };
	if (order > 0) {
		place->column = t->column_count;
		return;
	}
	if (order < 0 || len <= t->root_len)
		return; /* before the table: its first column from the start */
	oid column = name[t->root_len];
	while (place->column < t->column_count && t->columns[place->column] < column)
		place->column++;
	if (place->column == t->column_count || t->columns[place->column] != column)
		return; /* a column that is not there: the next one from the start */
	for (size_t i = t->root_len + 1; i < len; i++)
		place->key[place->key_len++] = (uint32_t)name[i];
	place->inclusive = inclusive || place->key_len == 0;
}

static void
place_next_column(struct place *place)
{
	place->column++;
	place->key_len = 0;
	place->inclusive = true;
}

static void
place_after(struct place *place, const struct towerd_cell *cell)
{
	memcpy(place->key, cell->key, cell->key_len * sizeof(uint32_t));
	place->key_len = cell->key_len;
	place->inclusive = false;
}

/* How VACM answers for a column: all of it, none of it, or only parts (then each instance is asked for). */
enum column_access { COLUMN_NONE, COLUMN_PARTS, COLUMN_ALL };

static enum column_access
column_access(const struct table *t, uint32_t column, netsnmp_pdu *pdu)
{
	oid name[TOWERD_OID_MAX + 1];

	memcpy(name, t->root, t->root_len * sizeof(oid));
	name[t->root_len] = column;
	switch (netsnmp_acm_check_subtree(pdu, name, t->root_len + 1)) {
	case VACM_SUCCESS:
		return COLUMN_ALL;
	case VACM_SUBTREE_UNKNOWN:
		return COLUMN_PARTS;
	default:
		return COLUMN_NONE;
	}
}

/* Puts a cell into a varbind. False when its name is too long, its value has no form on the wire, or VACM hides it. */
static bool
varbind_fill(const struct table *t, netsnmp_variable_list *vb, uint32_t column,
    const struct towerd_cell *cell, enum column_access access, netsnmp_pdu *pdu, int64_t now_ms)
{
	oid name[MAX_OID_LEN];
	size_t len = t->root_len + 1 + cell->key_len;

	if (len > MAX_OID_LEN)
		return false;
	memcpy(name, t->root, t->root_len * sizeof(oid));
	name[t->root_len] = column;
	for (size_t i = 0; i < cell->key_len; i++)
		name[t->root_len + 1 + i] = cell->key[i];
	if (access != COLUMN_ALL && in_a_view(name, &len, pdu, vb->type) != VACM_SUCCESS)
		return false;
	return varbind_set(vb, &cell->value, now_ms) && snmp_set_var_objid(vb, name, len) == 0;
}

/* GETNEXT, and GETBULK: fills the request's varbind and, for GETBULK, those that follow it in its chain of repetitions. */
static void
answer_next(struct table *t, netsnmp_agent_request_info *info, netsnmp_request_info *request, unsigned scope)
{
	struct towerd_ctx *ctx = t->agent->ctx;
	netsnmp_pdu *pdu = info->asp->pdu;
	netsnmp_variable_list *vb = request->requestvb;
	struct towerd_cell cells[BATCH];
	bool is_bulk = info->mode == MODE_GETBULK;
	int64_t now_ms = towerd_now_ms(ctx);
	struct place place;
	bool is_full = false;
	netsnmp_variable_list *last = NULL;

	place_seek(t, vb->name, vb->name_length, request->inclusive != 0, &place);
	for (; !is_full && place.column < t->column_count; place_next_column(&place)) {
		uint32_t column = t->columns[place.column];
		enum column_access access = column_access(t, column, pdu);
		while (!is_full && access != COLUMN_NONE) {
			size_t want = is_bulk && request->repeat + 1 < BATCH ? (size_t)request->repeat + 1
			    : is_bulk                                        ? BATCH
									     : 1;
			int got = towerd_view_read(ctx, t->view, scope, column, place.key, place.key_len,
			    place.inclusive, cells, want);
			for (int i = 0; i < got && !is_full; i++) {
				if (!varbind_fill(t, vb, column, &cells[i], access, pdu, now_ms))
					continue;
				last = vb;
				if (is_bulk && request->repeat > 0 && vb->next_variable != NULL) {
					request->repeat--;
					vb = vb->next_variable;
					request->requestvb = vb;
				} else {
					is_full = true;
				}
			}
			if (got <= 0)
				break;
			place_after(&place, &cells[got - 1]);
		}
	}
	/* The table ended before the repetitions: the library goes on behind it, in the next subtree. */
	if (!is_full && last != NULL && vb != last) {
		snmp_set_var_objid(vb, last->name, last->name_length);
		snmp_set_var_typed_value(vb, ASN_PRIV_RETRY, NULL, 0);
	}
}

static void
answer_get(struct table *t, netsnmp_agent_request_info *info, netsnmp_request_info *request, unsigned scope)
{
	netsnmp_variable_list *vb = request->requestvb;
	struct towerd_cell cell;
	struct place place;

	place_seek(t, vb->name, vb->name_length, true, &place);
	bool is_column = place.column < t->column_count && vb->name_length > t->root_len &&
	    t->columns[place.column] == vb->name[t->root_len];
	if (!is_column) {
		netsnmp_request_set_error(request, SNMP_NOSUCHOBJECT);
		return;
	}
	int got = towerd_view_read(t->agent->ctx, t->view, scope, t->columns[place.column], place.key,
	    place.key_len, true, &cell, 1);
	if (got < 0) { /* outside the scope: as if it were not there */
		netsnmp_request_set_error(request, SNMP_NOSUCHOBJECT);
		return;
	}
	bool is_same = got == 1 && place.key_len > 0 && cell.key_len == place.key_len &&
	    memcmp(cell.key, place.key, place.key_len * sizeof(uint32_t)) == 0;
	if (!is_same ||
	    !varbind_fill(t, vb, t->columns[place.column], &cell, COLUMN_ALL, info->asp->pdu,
		towerd_now_ms(t->agent->ctx)))
		netsnmp_request_set_error(request, SNMP_NOSUCHINSTANCE);
}

static int
table_handler(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct table *t = registration->my_reg_void;
	int scope = access_scope(t->agent->access, info->asp->pdu);

	(void)handler;
	for (netsnmp_request_info *r = requests; r != NULL; r = r->next) {
		if (r->processed)
			continue;
		if (info->mode == MODE_GET) {
			if (scope < 0)
				netsnmp_request_set_error(r, SNMP_NOSUCHOBJECT);
			else
				answer_get(t, info, r, (unsigned)scope);
		} else if (info->mode == MODE_GETNEXT || info->mode == MODE_GETBULK) {
			if (scope >= 0)
				answer_next(t, info, r, (unsigned)scope);
		} else {
			netsnmp_request_set_error(r, SNMP_ERR_NOTWRITABLE);
		}
	}
	return SNMP_ERR_NOERROR;
}

/* Registers one subtree that `t` answers: the entry of a table, or one scalar below the parent. */
static int
register_subtree(struct table *t, const char *name, const oid *where, size_t len)
{
	netsnmp_handler_registration *r = netsnmp_create_handler_registration(
	    name, table_handler, where, len, HANDLER_CAN_RONLY | HANDLER_CAN_GETBULK);
	if (r == NULL)
		return -ENOMEM;
	r->my_reg_void = t;
	if (netsnmp_register_handler(r) != MIB_REGISTERED_OK)
		return towerd_fail(t->agent->ctx, -EEXIST, "cannot register %s: its OID is taken", name);
	t->registration = r;
	return 0;
}

static struct table *
table_new(struct agent_state *agent, unsigned view, const struct towerd_view_info *info)
{
	struct table *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->agent = agent;
	t->view = view;
	for (size_t i = 0; i < info->oid_len; i++)
		t->root[i] = info->oid[i];
	t->root_len = info->oid_len;
	t->next = tables;
	tables = t;
	return t;
}

static bool
column_is_readable(const struct towerd_column_info *c)
{
	return c->id != 0 && (c->flags & TOWERD_COLUMN_LOCAL) == 0 &&
	    ((c->flags & TOWERD_COLUMN_INDEX) == 0 || (c->flags & TOWERD_COLUMN_READABLE) != 0);
}

/* A table is one registration; each scalar is one of its own, so that groups of scalars and tables may share a parent. */
static int
register_view(struct agent_state *agent, unsigned view, const struct towerd_view_info *info)
{
	struct table *t = NULL;
	int rc = 0;

	for (size_t i = 0; i < info->column_count && rc == 0; i++) {
		if (!column_is_readable(&info->columns[i]))
			continue;
		if (t == NULL || info->is_scalars)
			t = table_new(agent, view, info);
		if (t == NULL || t->column_count == TOWERD_COUNT(t->columns))
			return -ENOMEM;
		t->columns[t->column_count++] = info->columns[i].id;
		if (info->is_scalars) {
			oid name[TOWERD_OID_MAX + 1];
			memcpy(name, t->root, t->root_len * sizeof(oid));
			name[t->root_len] = info->columns[i].id;
			rc = register_subtree(t, info->columns[i].name, name, t->root_len + 1);
		}
	}
	if (rc == 0 && t != NULL && !info->is_scalars)
		rc = register_subtree(t, info->name, t->root, t->root_len);
	return rc;
}

int
tables_register(struct agent_state *agent)
{
	for (unsigned view = 0; view < towerd_view_count(agent->ctx); view++) {
		struct towerd_view_info info;
		if (towerd_view_info(agent->ctx, view, &info) < 0 || info.oid_len == 0)
			continue;
		int rc = register_view(agent, view, &info);
		if (rc < 0)
			return rc;
	}
	return 0;
}

void
tables_unregister(struct agent_state *agent)
{
	(void)agent;
	while (tables != NULL) {
		struct table *t = tables;
		tables = t->next;
		if (t->registration != NULL)
			netsnmp_unregister_handler(t->registration);
		free(t);
	}
}
