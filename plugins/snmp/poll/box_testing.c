/* SPDX-License-Identifier: ISC */
/* A box for the tests of polling, on Net-SNMP's own reading and writing of messages. */
#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/net-snmp-includes.h>

#include <string.h>

#include "plugins/snmp/poll/box_testing.h"
#include "plugins/snmp/profile/recording.h"
#include "tests/support/cunit_main.h"

void
box_set(struct box *box, const char *recording)
{
	CU_ASSERT_EQUAL_FATAL(recording_parse(box->objects, recording, strlen(recording), NULL), 0);
}

void
box_init(struct box *box, const char *recording)
{
	*box = (struct box){ .objects = object_set_new(), .community = "public", .only = CODEC_V2C };
	box_set(box, recording);
}

void
box_fini(struct box *box)
{
	object_set_free(box->objects);
}

static void
add(netsnmp_pdu *pdu, const struct snmp_object *o)
{
	const struct snmp_value *v = &o->value;
	struct counter64 big = { (u_long)(v->natural >> 32), (u_long)(v->natural & UINT32_MAX) };
	oid name[MAX_OID_LEN], value[MAX_OID_LEN];
	long number = (long)v->integer;
	const void *body = &number;
	size_t len = sizeof(number);

	for (size_t i = 0; i < o->len; i++)
		name[i] = o->ids[i];
	switch (v->tag) {
	case SNMP_OID:
		for (size_t i = 0; i < v->oid.len; i++)
			value[i] = v->oid.ids[i];
		body = value;
		len = v->oid.len * sizeof(oid);
		break;
	case SNMP_COUNTER64:
		body = &big;
		len = sizeof(big);
		break;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		body = v->octets.data;
		len = v->octets.len;
		break;
	case SNMP_INTEGER:
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
		break;
	case SNMP_NULL:
	case SNMP_NO_SUCH_OBJECT:
	case SNMP_NO_SUCH_INSTANCE:
	case SNMP_END_OF_MIB_VIEW:
		body = NULL;
		len = 0;
	}
	snmp_pdu_add_variable(pdu, name, o->len, (u_char)v->tag, body, len);
}

static size_t
ids_of(const netsnmp_variable_list *vb, uint32_t *ids)
{
	for (size_t i = 0; i < vb->name_length; i++)
		ids[i] = (uint32_t)vb->name[i];
	return vb->name_length;
}

/* The object that a walk finds after `ids`; false: none. Its OID is written over `ids`. */
static bool
next(const struct box *box, uint32_t *ids, size_t *len, struct snmp_object *out)
{
	size_t i = object_set_from(box->objects, ids, *len);

	if (box->is_endless) {
		if (*len < 12) /* ever deeper, then ever on */
			ids[(*len)++] = 1;
		else
			ids[*len - 1]++;
		*out = (struct snmp_object){ ids, *len, { .tag = SNMP_INTEGER, .integer = 1 } };
		return true;
	}
	if (i < object_set_count(box->objects) && !box->is_unordered &&
	    oid_compare(
		object_set_at(box->objects, i)->ids, object_set_at(box->objects, i)->len, ids, *len) == 0)
		i++;
	if (i == object_set_count(box->objects))
		return false;
	*out = *object_set_at(box->objects, i);
	memcpy(ids, out->ids, out->len * sizeof(*ids));
	*len = out->len;
	return true;
}

/* Answers one varbind; an SNMPv1 error, or 0. */
static long
answer_one(struct box *box, const netsnmp_pdu *request, const netsnmp_variable_list *vb, netsnmp_pdu *answer)
{
	uint32_t ids[MAX_OID_LEN];
	char text[OID_TEXT];
	size_t len = ids_of(vb, ids);
	struct snmp_object o = { ids, len, { .tag = SNMP_NO_SUCH_INSTANCE } };

	if (box->is_closed ||
	    (box->refused != NULL && strcmp(oid_format(ids, len, text, sizeof(text)), box->refused) == 0))
		return SNMP_ERR_GENERR;
	const struct snmp_object *found = object_set_find(box->objects, ids, len);
	bool is_there = request->command == SNMP_MSG_GET ? found != NULL : next(box, ids, &len, &o);
	if (request->command == SNMP_MSG_GET && is_there)
		o = *found;
	else if (!is_there && request->command != SNMP_MSG_GET)
		o.value.tag = SNMP_END_OF_MIB_VIEW;
	if (!is_there && request->version == SNMP_VERSION_1)
		return SNMP_ERR_NOSUCHNAME;
	add(answer, &o);
	for (long more = 1; request->command == SNMP_MSG_GETBULK && is_there && more < request->errindex;
	     more++) {
		if (box->is_twice)
			add(answer, &o);
		is_there = next(box, ids, &len, &o);
		if (is_there)
			add(answer, &o);
	}
	return 0;
}

/* The first two objects of an answer of several change places. */
static void
swap(netsnmp_pdu *answer)
{
	netsnmp_variable_list *first = answer->variables,
			      *second = first == NULL ? NULL : first->next_variable;

	if (second == NULL)
		return;
	first->next_variable = second->next_variable;
	second->next_variable = first;
	answer->variables = second;
}

/* It does not answer what it cannot take. */
static bool
is_choked(const struct box *box, const netsnmp_pdu *request)
{
	size_t count = 0;

	for (const netsnmp_variable_list *vb = request->variables; vb != NULL; vb = vb->next_variable) {
		uint32_t ids[MAX_OID_LEN];
		char text[OID_TEXT];
		count++;
		if (box->drops != NULL &&
		    strcmp(oid_format(ids, ids_of(vb, ids), text, sizeof(text)), box->drops) == 0)
			return true;
	}
	if (box->takes_max > 0 && count > box->takes_max)
		return true;
	return request->command == SNMP_MSG_GETBULK &&
	    (box->bulk == BOX_BULK_DROPS ||
		(box->repetitions_max > 0 && request->errindex > box->repetitions_max));
}

static void
fill(struct box *box, netsnmp_pdu *request, netsnmp_pdu *answer)
{
	size_t count = 0, index = 0;

	for (const netsnmp_variable_list *vb = request->variables; vb != NULL; vb = vb->next_variable)
		count++;
	if (request->command == SNMP_MSG_GETBULK)
		count = (size_t)request->errindex;
	if (box->varbinds_max > 0 && count > box->varbinds_max)
		answer->errstat = SNMP_ERR_TOOBIG;
	if (request->command == SNMP_MSG_GETBULK && box->bulk == BOX_BULK_FAILS)
		answer->errstat = SNMP_ERR_GENERR;
	for (const netsnmp_variable_list *vb = request->variables; vb != NULL && answer->errstat == 0;
	     vb = vb->next_variable) {
		index++;
		answer->errstat = answer_one(box, request, vb, answer);
		answer->errindex = answer->errstat != 0 && !box->names_none ? (long)index : 0;
	}
	if (request->command == SNMP_MSG_GETBULK && box->is_swapped)
		swap(answer);
	if (answer->errstat != 0) {
		snmp_free_varbind(answer->variables);
		answer->variables = snmp_clone_varbind(request->variables);
	}
}

size_t
box_answer(struct box *box, const uint8_t *data, size_t len, uint8_t *out)
{
	netsnmp_session session;
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GET), *answer = snmp_pdu_create(SNMP_MSG_RESPONSE);
	u_char *packet = malloc(BOX_ANSWER_MAX);
	size_t room = BOX_ANSWER_MAX, size = 0;

	snmp_sess_init(&session); /* also makes the library write from the end, as it does by default */
	session.version = SNMP_DEFAULT_VERSION;
	CU_ASSERT_EQUAL_FATAL(snmp_parse(NULL, &session, request, (u_char *)(uintptr_t)data, len), 0);
	if (!box->is_silent && !is_choked(box, request) && request->community_len == strlen(box->community) &&
	    memcmp(request->community, box->community, request->community_len) == 0 &&
	    (box->only == CODEC_V2C || request->version == SNMP_VERSION_1)) {
		box->requests++;
		answer->version = request->version;
		answer->reqid = request->reqid;
		answer->community = netsnmp_memdup(request->community, request->community_len);
		answer->community_len = request->community_len;
		answer->errstat = answer->errindex = 0;
		fill(box, request, answer);
		CU_ASSERT_EQUAL_FATAL(snmp_build(&packet, &room, &size, &session, answer), 0);
		memcpy(out, packet + room - size, size);
	}
	snmp_free_pdu(request);
	snmp_free_pdu(answer);
	free(packet);
	return size;
}

bool
box_ask(struct box *box, struct codec *codec, enum codec_version version,
    const struct session_question *question, struct codec_answer *answer)
{
	static uint8_t octets[BOX_ANSWER_MAX];
	const struct codec_request request = { .version = version,
		.command = question->command,
		.community = "public",
		.oids = question->oids,
		.count = question->count,
		.max_repetitions = question->repetitions };
	uint8_t data[CODEC_REQUEST_MAX];
	size_t id_at;

	int len = codec_build(&request, data, &id_at);
	CU_ASSERT_TRUE_FATAL(len > 0);
	codec_set_id(data, id_at, CODEC_ID_MIN);
	size_t size = box_answer(box, data, (size_t)len, octets);
	if (size == 0)
		return false;
	CU_ASSERT_EQUAL_FATAL(codec_parse(codec, octets, size, answer), 0);
	return true;
}
