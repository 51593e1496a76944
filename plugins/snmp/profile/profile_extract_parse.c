/* SPDX-License-Identifier: ISC */
/* How a number is taken out of what a device sends, as a profile writes it: `format:`, `mask:`, `bit:`, `not-known:`. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

#define BIT_LAST 2047 /* of BITS: 256 octets */

static uint64_t
read_mask(struct parser *p, node_t *node)
{
	struct profile_literal mask = { 0 };

	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR)
		mask = parser_literal(node);
	if (mask.is_number && mask.low == mask.high && mask.low > 0)
		return (uint64_t)mask.low;
	parser_fault(p, node, "a mask is a positive number such as 0x40");
	return 0;
}

/* A whole number from `low` to `high`, else `low` after a report. */
static unsigned
read_small(struct parser *p, node_t *node, const char *what, int64_t low, int64_t high)
{
	int64_t number;

	if (towerd_yaml_type(node) == TOWERD_YAML_SCALAR && towerd_yaml_int(node, &number) == 0 &&
	    number >= low && number <= high)
		return (unsigned)number;
	parser_fault(p, node, "%s is a number from %d to %d", what, (int)low, (int)high);
	return (unsigned)low;
}

static enum profile_format
read_format(struct parser *p, node_t *node)
{
	static const char *const names[] = {
		[FORMAT_TEXT] = "text",
		[FORMAT_HEX] = "hex",
		[FORMAT_OCTETS] = "octets",
		[FORMAT_CLOCK] = "clock",
		[FORMAT_FLOAT] = "float",
	};
	const char *text = towerd_yaml_text(node);

	for (size_t i = 0; text != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], text) == 0)
			return (enum profile_format)i;
	parser_fault(p, node, "`format:` is text, hex, octets, clock or float");
	return FORMAT_TEXT;
}

void
parser_extract(struct parser *p, const struct extract_nodes *nodes, struct profile_extract *out)
{
	if (nodes->mask != NULL)
		out->mask = read_mask(p, nodes->mask);
	if (nodes->bit != NULL)
		out->bit = read_small(p, nodes->bit, "a bit", 0, BIT_LAST) + 1;
	if (nodes->mask != NULL && nodes->bit != NULL)
		parser_fault(
		    p, nodes->bit, "`mask:` is for numbers, `bit:` for BITS in an octet string; take one");
	if (nodes->character != NULL)
		out->character = read_small(p, nodes->character, "a character", 1, BIT_LAST);
	if (nodes->sign != NULL)
		out->sign_bits = read_small(p, nodes->sign, "`sign-bits:`", 2, 63);
	if (nodes->format != NULL)
		out->format = read_format(p, nodes->format);
	if (nodes->after != NULL)
		out->after = parser_text(p, nodes->after, "`after:`");
	if (nodes->not_known != NULL)
		out->not_known = parser_literals(p, nodes->not_known, "`not-known:`", &out->not_known_count);
}
