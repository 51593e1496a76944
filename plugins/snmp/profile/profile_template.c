/* SPDX-License-Identifier: ISC */
/* Texts with placeholders, as a profile writes them: labels, instances, qualifiers. */
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

/* One placeholder, without its braces: index, index.2, a column, an OID, via 4: OID. */
static bool
read_placeholder(struct parser *p, node_t *node, const char *text, size_t len, struct profile_piece *piece)
{
	bool is_slice;

	if (!parser_slice(p, node, text, len, &is_slice, &piece->slice))
		return false;
	piece->type = is_slice ? PIECE_INDEX : PIECE_OBJECT;
	return is_slice || parser_ref(p, node, text, len, &piece->ref);
}

void
parser_template(struct parser *p, node_t *node, struct profile_template *out)
{
	const char *text = towerd_yaml_text(node);
	size_t max = 1;

	if (text == NULL) {
		parser_fault(p, node, "a text is wanted here");
		return;
	}
	for (const char *c = text; *c != '\0'; c++)
		max += *c == '{' ? 2 : 0;
	struct profile_piece *pieces = parser_take(p, max, sizeof(pieces[0]));
	if (pieces == NULL)
		return;
	out->pieces = pieces;
	while (*text != '\0') {
		struct profile_piece *piece = &pieces[out->count];
		size_t len = strcspn(text, "{");
		if (len > 0) {
			*piece = (struct profile_piece){ .type = PIECE_TEXT, .text = text, .len = len };
			text += len;
		} else {
			len = strcspn(text, "}");
			if (text[len] == '\0') {
				parser_fault(p, node, "'{' without '}'");
				return;
			}
			if (!read_placeholder(p, node, text + 1, len - 1, piece))
				return;
			text += len + 1;
		}
		out->count++;
	}
}

struct profile_templates
parser_templates(struct parser *p, node_t *node)
{
	struct profile_template *items = parser_take(p, parser_count(node), sizeof(items[0]));

	if (items == NULL)
		return (struct profile_templates){ 0 };
	for (size_t i = 0; i < parser_count(node); i++)
		parser_template(p, parser_item(node, i), &items[i]);
	return (struct profile_templates){ items, parser_count(node) };
}
