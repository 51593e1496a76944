/* SPDX-License-Identifier: ISC */
/* What the rules of a profile are written in: references to objects, literals, maps, and texts with placeholders. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parse.h"

/* Decimal, or hexadecimal with 0x; the whole text. */
static bool
is_number(const char *text, int64_t *out)
{
	bool is_hex = strncmp(text, "0x", 2) == 0;
	char *end;

	if (!isdigit((unsigned char)text[text[0] == '-']))
		return false;
	errno = 0;
	long long value = strtoll(text, &end, is_hex ? 16 : 10);
	if (*end != '\0' || errno != 0)
		return false;
	*out = value;
	return true;
}

struct profile_literal
parser_literal(node_t *node)
{
	struct profile_literal out = { .text = towerd_yaml_text(node) };

	out.is_number = towerd_yaml_is_plain(node) && is_number(out.text, &out.number);
	return out;
}

bool
parser_ref(struct parser *p, node_t *node, const char *text, size_t len, struct profile_ref *out)
{
	struct parser in_table = *p;
	char column[32];

	if (memchr(text, '.', len) != NULL) {
		if (!parser_oid(p, node, text, len, &out->oid))
			return false;
		/* An OID that ends in .0 is a scalar, also when a table's rule looks at it. */
		out->has_index = p->entry.len > 0 && out->oid.ids[out->oid.len - 1] != 0;
		return true;
	}
	if (p->entry.len == 0 || len + 2 > sizeof(column)) {
		parser_fault(p, node, "\"%.*s\" is no OID, and only a table has columns", (int)len, text);
		return false;
	}
	int column_len = snprintf(column, sizeof(column), ".%.*s", (int)len, text);
	in_table.base = p->entry;
	out->has_index = true;
	return parser_oid(&in_table, node, column, (size_t)column_len, &out->oid);
}

node_t *
parser_find_map(struct parser *p, node_t *node)
{
	if (towerd_yaml_type(node) == TOWERD_YAML_MAP)
		return node;
	const char *name = parser_text(p, node, "a map or the name of one");
	if (name == NULL)
		return NULL;
	bool has_maps = p->maps != NULL && towerd_yaml_type(p->maps) == TOWERD_YAML_MAP;
	node_t *map = has_maps ? towerd_yaml_get(p->maps, name) : NULL;
	if (map == NULL || towerd_yaml_type(map) != TOWERD_YAML_MAP) {
		parser_fault(p, node, "no map \"%s\" under `maps:`", name);
		return NULL;
	}
	return map;
}

static bool
state_of(struct parser *p, node_t *node, const struct towerd_kind *kind, int64_t *out)
{
	const char *text = parser_text(p, node, "a state");
	char known[512];
	size_t len = 0;

	for (int64_t i = 0; text != NULL && kind->states[i] != NULL; i++) {
		if (strcmp(kind->states[i], text) == 0) {
			*out = i;
			return true;
		}
		if (len < sizeof(known))
			len += (size_t)snprintf(
			    known + len, sizeof(known) - len, "%s%s", i == 0 ? "" : ", ", kind->states[i]);
	}
	if (text != NULL)
		parser_fault(p, node, "%s has no state \"%s\"; it has: %s", kind->name, text, known);
	return false;
}

static bool
map_value(struct parser *p, node_t *node, const struct towerd_kind *kind, int64_t *out)
{
	bool truth = false;

	if (kind == NULL)
		return parser_int(p, node, out);
	if (kind->value_class == TOWERD_KIND_STATE)
		return state_of(p, node, kind, out);
	if (towerd_yaml_bool(node, &truth) < 0) {
		parser_fault(p, node, "%s is true or false", kind->name);
		return false;
	}
	*out = truth;
	return true;
}

const struct profile_map *
parser_value_map(struct parser *p, node_t *node, const struct towerd_kind *kind)
{
	node_t *pairs = parser_find_map(p, node);

	if (pairs == NULL)
		return NULL;
	size_t count = towerd_yaml_count(pairs);
	struct profile_map *map = parser_take(p, 1, sizeof(*map));
	struct profile_map_entry *entries = parser_take(p, count, sizeof(entries[0]));
	if (map == NULL || entries == NULL)
		return NULL;
	map->entries = entries;
	for (size_t i = 0; i < count; i++) {
		node_t *key = towerd_yaml_key(pairs, i);
		int64_t value;
		if (!map_value(p, towerd_yaml_value(pairs, i), kind, &value))
			continue;
		if (towerd_yaml_is_plain(key) && strcmp(towerd_yaml_text(key), "else") == 0) {
			map->has_otherwise = true;
			map->otherwise = value;
			continue;
		}
		entries[map->count++] = (struct profile_map_entry){ parser_literal(key), value };
	}
	return map;
}

/* One placeholder, without its braces: index, index.2, a column, an OID. */
static bool
read_placeholder(struct parser *p, node_t *node, const char *text, size_t len, struct profile_piece *piece)
{
	static const char word[] = "index";
	const size_t word_len = sizeof(word) - 1;

	if (len < word_len || memcmp(text, word, word_len) != 0) {
		piece->type = PIECE_OBJECT;
		return parser_ref(p, node, text, len, &piece->ref);
	}
	piece->type = PIECE_INDEX;
	if (p->entry.len == 0) {
		parser_fault(p, node, "{index}: only a table has an index");
		return false;
	}
	if (len == word_len)
		return true;
	piece->sub = text[word_len] == '.' ? strtoul(text + word_len + 1, NULL, 10) : 0;
	if (piece->sub > 0 && piece->sub <= TOWERD_OID_MAX)
		return true;
	parser_fault(p, node, "{%.*s}: write {index}, or {index.1} for its first number", (int)len, text);
	return false;
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
