/* SPDX-License-Identifier: ISC */
/* The head of a draft: what the device is called, how it is recognised, what it says of itself; and its traps. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "plugins/snmp/profile/draft_guess.h"
#include "plugins/snmp/profile/draft_parts.h"

static const uint32_t enterprises[] = { 1, 3, 6, 1, 4, 1 };

const struct snmp_object *
draft_object_at(const struct draft *d, size_t i)
{
	return object_set_at(d->objects, i);
}

/* For a comment: one line, printable, short. */
const char *
draft_value_text(const struct snmp_value *value, char *out, size_t size)
{
	char oid[OID_TEXT];
	size_t len = 0;

	switch (value->tag) {
	case SNMP_INTEGER:
		snprintf(out, size, "%" PRId64, value->integer);
		return out;
	case SNMP_COUNTER32:
	case SNMP_COUNTER64:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
		snprintf(out, size, "%" PRIu64 "%s", value->natural,
		    value->tag == SNMP_TIMETICKS     ? " ticks"
			: value->tag == SNMP_GAUGE32 ? ""
						     : " counted");
		return out;
	case SNMP_OID:
		snprintf(out, size, "%s", oid_format(value->oid.ids, value->oid.len, oid, sizeof(oid)));
		return out;
	case SNMP_OCTETS:
		out[len++] = '"';
		for (size_t i = 0; i < value->octets.len && len + 2 < size; i++)
			out[len++] = isprint(value->octets.data[i]) ? (char)value->octets.data[i] : '?';
		out[len++] = '"';
		out[len] = '\0';
		return out;
	default:
		snprintf(out, size, "nothing");
		return out;
	}
}

const char *
draft_oid_text(const uint32_t *ids, size_t len)
{
	static char text[OID_TEXT];

	return oid_format(ids, len, text, sizeof(text));
}

static const struct snmp_value *
system_value(const struct draft *d, uint32_t number, enum snmp_tag tag)
{
	const uint32_t ids[] = { 1, 3, 6, 1, 2, 1, 1, number, 0 };
	const struct snmp_object *object = object_set_find(d->objects, ids, sizeof(ids) / sizeof(ids[0]));

	return object != NULL && object->value.tag == tag ? &object->value : NULL;
}

/* sysDescr's first words as a profile's name: a-z, 0-9 and '-'. */
static void
make_name(const struct draft *d, char *out, size_t size)
{
	const struct snmp_value *descr = system_value(d, 1, SNMP_OCTETS);
	size_t len = 0;

	for (size_t i = 0; descr != NULL && i < descr->octets.len && len < 24 && len + 1 < size; i++) {
		const unsigned char c = descr->octets.data[i];
		if (c < 0x80 && isalnum(c))
			out[len++] = (char)tolower(c);
		else if (len > 0 && out[len - 1] != '-')
			out[len++] = '-';
	}
	while (len > 0 && out[len - 1] == '-')
		len--;
	out[len] = '\0';
	if (len == 0)
		snprintf(out, size, "draft");
}

/* Net-SNMP's own identifiers, and none at all, say nothing of the device. */
static bool
says_something(const struct snmp_value *id)
{
	static const uint32_t net_snmp[] = { 1, 3, 6, 1, 4, 1, 8072 }, ucd[] = { 1, 3, 6, 1, 4, 1, 2021 };

	return id != NULL && id->oid.len > ENTERPRISE_LEN &&
	    oid_has_prefix(id->oid.ids, id->oid.len, enterprises, ENTERPRISE_LEN - 1) &&
	    !oid_has_prefix(id->oid.ids, id->oid.len, net_snmp, ENTERPRISE_LEN) &&
	    !oid_has_prefix(id->oid.ids, id->oid.len, ucd, ENTERPRISE_LEN);
}

bool
draft_is_of_vendor(const struct snmp_object *object)
{
	return object->len > ENTERPRISE_LEN + 1 &&
	    oid_has_prefix(object->ids, object->len, enterprises, ENTERPRISE_LEN - 1);
}

static void
write_match(struct draft *d)
{
	const struct snmp_value *id = system_value(d, 2, SNMP_OID);

	fprintf(d->out, "match:\n");
	if (says_something(id)) {
		fprintf(d->out, "  - sysObjectID: %s\n", draft_oid_text(id->oid.ids, id->oid.len));
		return;
	}
	for (size_t i = 0; i < object_set_count(d->objects); i++)
		if (draft_is_of_vendor(draft_object_at(d, i))) {
			fprintf(d->out, "  - has: %s # ? its sysObjectID does not say what it is\n",
			    draft_oid_text(draft_object_at(d, i)->ids, ENTERPRISE_LEN));
			return;
		}
	fprintf(
	    d->out, "  - has: 1.3.6.1.2.1.1 # ? every device has it: say what tells this one from others\n");
}

/* The first object for each attribute that the MIB's names speak of. */
static void
write_identity(struct draft *d)
{
	static const char *const attributes[] = { "model", "software", "serial", "manufacturer", "hardware" };
	bool has_identity = false;

	for (size_t a = 0; a < sizeof(attributes) / sizeof(attributes[0]); a++)
		for (size_t i = 0; i < object_set_count(d->objects); i++) {
			const struct snmp_object *object = draft_object_at(d, i);
			const struct mib_node *node = object->len < 2 || object->ids[object->len - 1] != 0
			    ? NULL
			    : mib_find(d->mib, object->ids, object->len - 1);
			const char *what = node == NULL || object->value.tag != SNMP_OCTETS
			    ? NULL
			    : guess_identity(node->name);
			if (what == NULL || strcmp(what, attributes[a]) != 0 || object->value.octets.len == 0)
				continue;
			fprintf(d->out, "%s  %s: %s # %s\n", has_identity ? "" : "\nidentity:\n", what,
			    draft_oid_text(object->ids, object->len), node->name);
			has_identity = true;
			break;
		}
	if (!has_identity)
		fprintf(d->out,
		    "\n# ? identity: which objects say the model, the serial number and the software?\n");
}

void
draft_traps(struct draft *d)
{
	bool has_traps = false;

	for (size_t i = 0; i < mib_count(d->mib); i++) {
		const struct mib_node *node = mib_at(d->mib, i);
		if (node->type != MIB_NOTIFICATION)
			continue;
		fprintf(d->out, "%s  - { trap: %s } # ? %s: %s\n", has_traps ? "" : "\ntraps:\n",
		    draft_oid_text(node->oid.ids, node->oid.len), node->name, node->description);
		has_traps = true;
	}
}

void
draft_head(struct draft *d, const char *name)
{
	const struct snmp_value *descr = system_value(d, 1, SNMP_OCTETS);
	char made[64], text[VALUE_TEXT];

	make_name(d, made, sizeof(made));
	fprintf(d->out,
	    "# A draft: lines with \"# ?\" are guesses, or wait for somebody who knows the device.\n");
	fprintf(
	    d->out, "# sysDescr: %s\n", descr == NULL ? "none" : draft_value_text(descr, text, sizeof(text)));
	fprintf(d->out, "profile: \"%s\"\ntitle: \"%s\" # ? make and model\n", name == NULL ? made : name,
	    name == NULL ? made : name);
	write_match(d);
	write_identity(d);
}
