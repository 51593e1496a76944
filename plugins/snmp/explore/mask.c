/* SPDX-License-Identifier: ISC */
/* Masking: by where an object stands, then by what its value looks like. */
#include "plugins/snmp/explore/mask.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEGREES_DECIMALS 4 /* a number with so many may be a latitude: they tell a street */
#define MAC_LEN          6
#define MAC_MAKER_LEN    3 /* of it, who made the card */

struct mask {
	char **secrets;
	size_t secret_count;
	uint8_t *octets; /* the last value shown */
	size_t room;
};

enum rule {
	LEAVE_OUT, /* the object and all below it */
	BLANK,     /* texts become x, numbers 0 */
};

static const struct {
	enum rule rule;
	uint32_t ids[12];
} rules[] = {
	{ BLANK, { 1, 3, 6, 1, 2, 1, 1, 4 } },               /* sysContact */
	{ BLANK, { 1, 3, 6, 1, 2, 1, 1, 5 } },               /* sysName */
	{ BLANK, { 1, 3, 6, 1, 2, 1, 1, 6 } },               /* sysLocation */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 3 } },              /* address translation */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 4 } },              /* IP-MIB: addresses, routes, neighbours */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 6 } },              /* TCP-MIB: connections */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 7 } },              /* UDP-MIB: listeners */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 14 } },             /* OSPF-MIB */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 15 } },             /* BGP4-MIB */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 17, 4, 3 } },       /* BRIDGE-MIB: who is behind which port */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 17, 7, 1, 2 } },    /* the same by VLAN */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 25, 4, 2, 1, 5 } }, /* hrSWRunParameters: passwords stand there */
	{ BLANK, { 1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18 } },    /* ifAlias: customers */
	{ BLANK, { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 11 } }, /* entPhysicalSerialNum */
	{ BLANK, { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 14 } }, /* entPhysicalAlias */
	{ BLANK, { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 15 } }, /* entPhysicalAssetID */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 18 } }, /* entPhysicalUris: geo: is one */
	{ LEAVE_OUT, { 1, 3, 6, 1, 2, 1, 47, 1, 2 } },           /* entLogicalTable: communities */
	{ LEAVE_OUT, { 1, 3, 6, 1, 6, 3, 12 } },      /* SNMP-TARGET-MIB: the operator's managers */
	{ LEAVE_OUT, { 1, 3, 6, 1, 6, 3, 13 } },      /* SNMP-NOTIFICATION-MIB */
	{ LEAVE_OUT, { 1, 3, 6, 1, 6, 3, 15 } },      /* SNMP-USER-BASED-SM-MIB */
	{ LEAVE_OUT, { 1, 3, 6, 1, 6, 3, 16 } },      /* SNMP-VIEW-BASED-ACM-MIB */
	{ LEAVE_OUT, { 1, 3, 6, 1, 6, 3, 18 } },      /* SNMP-COMMUNITY-MIB */
	{ LEAVE_OUT, { 1, 0, 8802, 1, 1, 2, 1, 4 } }, /* LLDP: the neighbours */
};

struct mask *
mask_new(void)
{
	return calloc(1, sizeof(struct mask));
}

void
mask_free(struct mask *mask)
{
	if (mask == NULL)
		return;
	for (size_t i = 0; i < mask->secret_count; i++) {
		explicit_bzero(mask->secrets[i], strlen(mask->secrets[i]));
		free(mask->secrets[i]);
	}
	free(mask->secrets);
	free(mask->octets);
	free(mask);
}

int
mask_secret(struct mask *mask, const char *text)
{
	if (text[0] == '\0')
		return 0;
	char **grown = realloc(mask->secrets, (mask->secret_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	mask->secrets = grown;
	grown[mask->secret_count] = strdup(text);
	if (grown[mask->secret_count] == NULL)
		return -ENOMEM;
	mask->secret_count++;
	return 0;
}

static size_t
length_of(const uint32_t *ids, size_t max)
{
	size_t len = max;

	while (len > 0 && ids[len - 1] == 0)
		len--;
	return len;
}

/* -1: none applies. */
static int
rule_for(const struct snmp_object *object)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (oid_has_prefix(object->ids, object->len, rules[i].ids,
			length_of(rules[i].ids, sizeof(rules[i].ids) / sizeof(rules[i].ids[0]))))
			return (int)rules[i].rule;
	return -1;
}

static bool
is_text(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] < ' ' && !isspace(data[i]))
			return false;
	return true;
}

static bool
holds_secret(const struct mask *mask, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < mask->secret_count; i++) {
		size_t secret_len = strlen(mask->secrets[i]);
		if (secret_len > 0 && memmem(data, len, mask->secrets[i], secret_len) != NULL)
			return true;
	}
	return false;
}

static size_t
digits_at(const uint8_t *data, size_t len, size_t at)
{
	size_t count = 0;

	while (at + count < len && isdigit(data[at + count]))
		count++;
	return count;
}

static void
zero_digits(uint8_t *data, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (isdigit(data[i]))
			data[i] = '0';
}

/* In a text: what looks like degrees ("36.39210"), and addresses of IPv4 ("10.1.2.3"). */
static void
mask_numbers(uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t end = at, parts = 0, last = 0;
		/* a run of numbers with dots between them */
		for (size_t count; (count = digits_at(data, len, end)) > 0;) {
			parts++;
			last = count;
			end += count;
			if (end + 1 >= len || data[end] != '.' || !isdigit(data[end + 1]))
				break;
			end++;
		}
		if (parts == 4 || (parts == 2 && last >= DEGREES_DECIMALS))
			zero_digits(data, at, end);
		at = end > at ? end : at + 1;
	}
}

static void
mask_octets(const struct mask *mask, uint8_t *data, size_t len, bool is_blanked)
{
	if (is_blanked || holds_secret(mask, data, len))
		memset(data, 'x', len);
	else if (is_text(data, len))
		mask_numbers(data, len);
	else if (len == MAC_LEN)
		memset(data + MAC_MAKER_LEN, 0, len - MAC_MAKER_LEN);
}

static bool
copy_octets(struct mask *mask, const struct snmp_value *value)
{
	if (value->octets.len > mask->room) {
		uint8_t *grown = realloc(mask->octets, value->octets.len);
		if (grown == NULL)
			return false;
		mask->octets = grown;
		mask->room = value->octets.len;
	}
	if (value->octets.len > 0)
		memcpy(mask->octets, value->octets.data, value->octets.len);
	return true;
}

bool
mask_object(struct mask *mask, const struct snmp_object *object, struct snmp_object *out)
{
	static const uint8_t documentation[4] = { 192, 0, 2, 1 }; /* RFC 5737 */
	int rule = rule_for(object);

	if (rule == LEAVE_OUT)
		return false;
	*out = *object;
	switch (object->value.tag) {
	case SNMP_IPADDRESS:
		out->value.octets.data = documentation;
		out->value.octets.len = sizeof(documentation);
		return true;
	case SNMP_OCTETS:
		if (!copy_octets(mask, &object->value))
			return false;
		mask_octets(mask, mask->octets, object->value.octets.len, rule == BLANK);
		out->value.octets.data = mask->octets;
		return true;
	default:
		return true;
	}
}
