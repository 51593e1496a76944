/* SPDX-License-Identifier: ISC */
/* Our reading of a message beside Net-SNMP's. A difference is meant when the message has one of the features below, and the difference is that feature's. */
#include "plugins/snmp/codec/difference_testing.h"

#include <string.h>

#include "plugins/snmp/codec/ber.h"
#include "plugins/snmp/codec/library_testing.h"

/* What a message can have that makes the two differ, and how they may. */
enum feature {
	NOT_OURS,
	STATUS_RANGE,
	EMPTY_NAME,
	WIDE_NUMBER,
	STRANGE_TYPE,
	TAKEN_APART,
	ADDRESS_LENGTH,
	EMPTY_OID,
	VARBIND_REST,
	LONG_COMMUNITY,
	COMMUNITY_TYPE,
	TRAP_TYPES,
	EMPTY_COUNTER,
	LONG_ID,
	FEATURES
};
enum outcome { OURS_ALONE = 1, LIBRARY_ALONE = 2, BOTH_DIFFER = 4 };

static const struct {
	const char *name;
	unsigned outcomes;
} differences[FEATURES] = {
	/* Requests, reports and SNMPv3: no device sends us the first in a v1 or v2c message; the last has a reader of its own. */
	[NOT_OURS] = { "not-ours", LIBRARY_ALONE },
	/* Below 0 or above 32,767 there is no error that could be meant. */
	[STATUS_RANGE] = { "status-range", LIBRARY_ALONE },
	/* A varbind must name something. */
	[EMPTY_NAME] = { "empty-name", LIBRARY_ALONE },
	/* INTEGERs of more than 32 bits: the library cuts them off, we hand over what was sent; up to 9 octets, the first of them 0. */
	[WIDE_NUMBER] = { "wide-number", OURS_ALONE | BOTH_DIFFER },
	/* A type that nobody knows costs its value, not the whole answer; BIT STRING, NsapAddress and UInteger32 are such to us. */
	[STRANGE_TYPE] = { "strange-type", OURS_ALONE | BOTH_DIFFER },
	/* The library takes an Opaque apart that holds a number (9f 78 …); we hand over its octets, the profiles take it apart. */
	[TAKEN_APART] = { "opaque-number", OURS_ALONE | BOTH_DIFFER },
	/* An address of another length than 4 is octets like others; as agent-addr it names nobody. */
	[ADDRESS_LENGTH] = { "address-length", OURS_ALONE | BOTH_DIFFER },
	/* An OID of no octets is 0.0; the library makes it 0. */
	[EMPTY_OID] = { "empty-oid", BOTH_DIFFER },
	/* Octets behind a varbind's value. */
	[VARBIND_REST] = { "varbind-rest", OURS_ALONE },
	/* The library takes 256 octets, the last of them wrong; who compares it with ours finds it wrong anyway. */
	[LONG_COMMUNITY] = { "long-community", OURS_ALONE | BOTH_DIFFER },
	/* A community that is an address or an Opaque. */
	[COMMUNITY_TYPE] = { "community-type", LIBRARY_ALONE },
	/* A Counter64 of no octets, which is 0 to the library; a number has one octet at least. */
	[EMPTY_COUNTER] = { "empty-counter", LIBRARY_ALONE },
	/* A sub-identifier of so many octets that the library's 64 bits overflow: what is left of it may be small again. */
	[LONG_ID] = { "long-sub-identifier", LIBRARY_ALONE },
	/* The agent-addr or time of a v1 trap under another type. */
	[TRAP_TYPES] = { "trap-types", OURS_ALONE },
};

/* ---- features: as far as the message can be walked */

static void
note(unsigned *features, enum feature feature, bool is_so)
{
	*features |= is_so ? 1u << feature : 0;
}

static void
note_number(unsigned *features, struct ber body)
{
	int64_t number = 0;
	bool is_number = ber_number(body, &number);

	note(features, WIDE_NUMBER,
	    ber_left(&body) > sizeof(long) || (is_number && (number < INT32_MIN || number > INT32_MAX)));
}

static void
note_oid(unsigned *features, struct ber body)
{
	for (size_t octets = 1; body.at < body.end; octets = (*body.at++ & 0x80) != 0 ? octets + 1 : 1)
		note(features, LONG_ID, octets > 9);
}

static void
note_value(unsigned *features, uint8_t tag, struct ber body)
{
	switch (tag) {
	case SNMP_INTEGER:
		note_number(features, body);
		break;
	case SNMP_OID:
		note(features, EMPTY_OID, ber_left(&body) == 0);
		note_oid(features, body);
		break;
	case SNMP_IPADDRESS:
		note(features, ADDRESS_LENGTH, ber_left(&body) != 4);
		break;
	case SNMP_COUNTER64:
		note(features, EMPTY_COUNTER, ber_left(&body) == 0);
		break;
	case SNMP_OPAQUE:
		note(features, TAKEN_APART, ber_left(&body) > 2 && body.at[0] == 0x9f);
		break;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_OCTETS:
	case SNMP_NULL:
	case SNMP_NO_SUCH_OBJECT:
	case SNMP_NO_SUCH_INSTANCE:
	case SNMP_END_OF_MIB_VIEW:
		break;
	default:
		note(features, STRANGE_TYPE, true);
	}
}

static unsigned
features_of(const uint8_t *data, size_t len)
{
	struct ber in = { data, data + len }, message, community, pdu, part, list, varbind;
	unsigned features = 0;
	int64_t version, number;
	uint8_t tag;

	if (!ber_take_tag(&in, BER_SEQUENCE, &message) || !ber_take_number(&message, &version))
		return 0;
	note(&features, NOT_OURS, version == 3);
	if (!ber_take(&message, &tag, &community))
		return features;
	note(&features, COMMUNITY_TYPE, tag != SNMP_OCTETS);
	note(&features, LONG_COMMUNITY, ber_left(&community) >= 256);
	if (!ber_take(&message, &tag, &pdu))
		return features;
	note(&features, NOT_OURS,
	    tag != CODEC_RESPONSE && tag != CODEC_TRAP_V1 && tag != CODEC_TRAP && tag != CODEC_INFORM);
	/* Three numbers in front, or five of several types. */
	for (unsigned i = 0; i < (tag == CODEC_TRAP_V1 ? 5 : 3); i++) {
		uint8_t type;
		if (!ber_take(&pdu, &type, &part))
			return features;
		note_value(&features, type, part);
		if (tag == CODEC_TRAP_V1) {
			note(&features, TRAP_TYPES,
			    (i == 1 && type != SNMP_IPADDRESS) || (i == 4 && type != SNMP_TIMETICKS));
			note(&features, ADDRESS_LENGTH, i == 1 && ber_left(&part) != 4);
		}
		if (tag != CODEC_TRAP_V1 && i > 0 && ber_number(part, &number))
			note(&features, STATUS_RANGE, number < 0 || number > INT16_MAX);
	}
	if (!ber_take(&pdu, &tag, &list))
		return features;
	while (ber_take(&list, &tag, &varbind) && ber_take(&varbind, &tag, &part)) {
		note(&features, EMPTY_NAME, ber_left(&part) == 0);
		note_oid(&features, part);
		if (!ber_take(&varbind, &tag, &part))
			break;
		note_value(&features, tag, part);
		note(&features, VARBIND_REST, ber_left(&varbind) > 0);
	}
	return features;
}

/* ---- the same? */

static bool
is_same_oid(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	return oid_compare(a, a_len, b, b_len) == 0;
}

static bool
is_same_value(const struct snmp_value *a, const struct snmp_value *b)
{
	if (a->tag != b->tag)
		return false;
	switch (a->tag) {
	case SNMP_INTEGER:
		return a->integer == b->integer;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_COUNTER64:
		return a->natural == b->natural;
	case SNMP_OID:
		return is_same_oid(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len);
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		return a->octets.len == b->octets.len &&
		    (a->octets.len == 0 || memcmp(a->octets.data, b->octets.data, a->octets.len) == 0);
	default:
		return true;
	}
}

static bool
is_same(const struct codec_answer *a, const struct codec_answer *b)
{
	const struct codec_trap_v1 *s = &a->trap, *t = &b->trap;

	if (a->version != b->version || a->pdu != b->pdu || a->community_len != b->community_len ||
	    (a->community_len > 0 && memcmp(a->community, b->community, a->community_len) != 0) ||
	    a->count != b->count)
		return false;
	if (a->pdu == CODEC_TRAP_V1
		? !is_same_oid(s->enterprise.ids, s->enterprise.len, t->enterprise.ids, t->enterprise.len) ||
		    memcmp(s->agent, t->agent, sizeof(s->agent)) != 0 || s->generic != t->generic ||
		    s->specific != t->specific || s->uptime != t->uptime
		: a->id != b->id || a->error != b->error || a->error_index != b->error_index)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!is_same_oid(
			a->objects[i].ids, a->objects[i].len, b->objects[i].ids, b->objects[i].len) ||
		    !is_same_value(&a->objects[i].value, &b->objects[i].value))
			return false;
	return true;
}

const char *
difference_find(const uint8_t *data, size_t len)
{
	static struct answer_room our_room, library_room;
	struct codec_answer ours, theirs;
	int our_rc = answer_parse(&our_room, data, len, &ours),
	    their_rc = library_parse(&library_room, data, len, &theirs);

	if (our_rc < 0 && their_rc < 0)
		return NULL;
	if (our_rc == 0 && their_rc == 0 && is_same(&ours, &theirs))
		return NULL;
	enum outcome outcome = our_rc < 0 ? LIBRARY_ALONE : their_rc < 0 ? OURS_ALONE : BOTH_DIFFER;
	unsigned features = features_of(data, len);
	for (unsigned i = 0; i < FEATURES; i++)
		if ((features & 1u << i) != 0 && (differences[i].outcomes & outcome) != 0)
			return differences[i].name;
	return outcome == LIBRARY_ALONE ? "unknown: we refuse it"
	    : outcome == OURS_ALONE     ? "unknown: the library refuses it"
					: "unknown: it is not read the same";
}
