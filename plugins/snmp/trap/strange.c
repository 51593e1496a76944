/* SPDX-License-Identifier: ISC */
/* Traps that no profile has a rule for. */
#include "plugins/snmp/trap/strange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX   64 /* octets of a value that are shown */
#define SECRET_MIN 3  /* a word shorter than this is in many values by chance */

static const uint32_t community_ids[] = { 1, 3, 6, 1, 6, 3, 18, 1, 4 }; /* snmpTrapCommunity */

static bool
is_secret(const struct snmp_object *o, const struct strange_secrets *secrets)
{
	if (oid_has_prefix(o->ids, o->len, community_ids, sizeof(community_ids) / sizeof(community_ids[0])))
		return true;
	if (o->value.tag != SNMP_OCTETS && o->value.tag != SNMP_OPAQUE)
		return false;
	for (size_t i = 0; i < secrets->count; i++) {
		size_t len = strlen(secrets->words[i]);
		if (o->value.octets.len == 0 ? false
			: len >= SECRET_MIN
			? memmem(o->value.octets.data, o->value.octets.len, secrets->words[i], len) != NULL
			: len == o->value.octets.len &&
			    memcmp(o->value.octets.data, secrets->words[i], len) == 0)
			return true;
	}
	return false;
}

static bool
is_text(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((data[i] < 0x20 || data[i] > 0x7e) && data[i] != '\t' && data[i] != '\r' &&
		    data[i] != '\n')
			return false;
	return true;
}

/* Quoted when it is text, hexadecimal when not. */
static void
write_octets(FILE *out, const uint8_t *data, size_t len)
{
	size_t shown = len < TEXT_MAX ? len : TEXT_MAX;
	bool is_quoted = is_text(data, len);

	fputs(is_quoted ? "STRING: \"" : "HEX: ", out);
	for (size_t i = 0; i < shown; i++) {
		if (!is_quoted)
			fprintf(out, i == 0 ? "%02x" : " %02x", data[i]);
		else if (data[i] < 0x20)
			fprintf(out, "\\x%02x", data[i]);
		else
			fprintf(out, data[i] == '"' || data[i] == '\\' ? "\\%c" : "%c", data[i]);
	}
	fputs(is_quoted ? "\"" : "", out);
	if (shown < len)
		fprintf(out, " and %zu octets more", len - shown);
}

static void
write_value(FILE *out, const struct snmp_value *v)
{
	char oid[OID_TEXT];

	switch (v->tag) {
	case SNMP_INTEGER:
		fprintf(out, "INTEGER: %" PRId64, v->integer);
		break;
	case SNMP_COUNTER32:
		fprintf(out, "Counter32: %" PRIu64, v->natural);
		break;
	case SNMP_GAUGE32:
		fprintf(out, "Gauge32: %" PRIu64, v->natural);
		break;
	case SNMP_TIMETICKS:
		fprintf(out, "Timeticks: %" PRIu64, v->natural);
		break;
	case SNMP_COUNTER64:
		fprintf(out, "Counter64: %" PRIu64, v->natural);
		break;
	case SNMP_OID:
		fprintf(out, "OID: %s", oid_format(v->oid.ids, v->oid.len, oid, sizeof(oid)));
		break;
	case SNMP_IPADDRESS:
		if (v->octets.len == 4) {
			fprintf(out, "IpAddress: %u.%u.%u.%u", v->octets.data[0], v->octets.data[1],
			    v->octets.data[2], v->octets.data[3]);
			break;
		}
		write_octets(out, v->octets.data, v->octets.len);
		break;
	case SNMP_OPAQUE:
		fputs("Opaque ", out);
		write_octets(out, v->octets.data, v->octets.len);
		break;
	case SNMP_OCTETS:
		write_octets(out, v->octets.data, v->octets.len);
		break;
	default:
		fputs("NULL", out);
	}
}

const char *
strange_describe(const struct snmp_object *objects, size_t count, const struct strange_secrets *secrets,
    char *out, size_t size)
{
	FILE *file = fmemopen(out, size, "w");
	char oid[OID_TEXT];
	long whole = 0;

	out[0] = '\0';
	if (file == NULL)
		return out;
	setvbuf(file, NULL, _IONBF, 0);
	for (size_t i = 0; i < count; i++) {
		const struct snmp_object *o = &objects[i];
		fprintf(file, "%s%s = ", i == 0 ? "" : "\n", oid_format(o->ids, o->len, oid, sizeof(oid)));
		if (is_secret(o, secrets))
			fputs("(not shown)", file);
		else
			write_value(file, &o->value);
		if (fflush(file) != 0 || ftell(file) < 0 || (size_t)ftell(file) >= size - 1)
			break;
		whole = ftell(file);
	}
	fclose(file);
	out[whole] = '\0';
	return out;
}

bool
strangers_add(struct strangers *strangers, uint32_t device, struct snmp_oid trap,
    const struct snmp_object *objects, size_t count, const struct strange_secrets *secrets)
{
	char example[STRANGE_EXAMPLE];

	for (size_t i = 0; i < strangers->count; i++) {
		struct strange *s = &strangers->items[i];
		if (s->device == device && oid_compare(s->ids, s->len, trap.ids, trap.len) == 0) {
			s->count++;
			return true;
		}
	}
	if (strangers->count == STRANGE_MAX || trap.len > TOWERD_OID_MAX)
		return false;
	struct strange *s = &strangers->items[strangers->count];
	*s = (struct strange){ .device = device, .len = trap.len, .count = 1 };
	memcpy(s->ids, trap.ids, trap.len * sizeof(*trap.ids));
	s->example = strdup(strange_describe(objects, count, secrets, example, sizeof(example)));
	strangers->count += s->example != NULL;
	return s->example != NULL;
}

void
strangers_clear(struct strangers *strangers)
{
	for (size_t i = 0; i < strangers->count; i++)
		free(strangers->items[i].example);
	strangers->count = 0;
}
