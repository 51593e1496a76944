/* SPDX-License-Identifier: ISC */
/* What the rules of a profile are written in: literals, maps, and references to objects. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "plugins/snmp/profile/profile_parse.h"

/* Decimal, or hexadecimal with 0x; all of `len`. */
static bool
is_number(const char *text, size_t len, int64_t *out)
{
	bool is_hex = len > 2 && strncmp(text, "0x", 2) == 0;
	char *end;

	if (len == 0 || !isdigit((unsigned char)text[text[0] == '-']))
		return false;
	errno = 0;
	long long value = strtoll(text, &end, is_hex ? 16 : 10);
	if (end != text + len || errno != 0)
		return false;
	*out = value;
	return true;
}

/* 5, 5..9, ..9, 5.. */
static bool
is_range(const char *text, struct profile_literal *out)
{
	const char *dots = strstr(text, "..");

	if (dots == NULL)
		return is_number(text, strlen(text), &out->low) && (out->high = out->low, true);
	out->low = INT64_MIN;
	out->high = INT64_MAX;
	bool has_low = dots > text, has_high = dots[2] != '\0';
	return (has_low || has_high) && (!has_low || is_number(text, (size_t)(dots - text), &out->low)) &&
	    (!has_high || is_number(dots + 2, strlen(dots + 2), &out->high)) && out->low <= out->high;
}

struct profile_literal
parser_literal(node_t *node)
{
	struct profile_literal out = { .text = towerd_yaml_text(node) };

	out.is_number = towerd_yaml_is_plain(node) && is_range(out.text, &out);
	out.is_else = towerd_yaml_is_plain(node) && strcmp(out.text, "else") == 0;
	out.is_pattern = strchr(out.text, '*') != NULL;
	return out;
}

const struct profile_literal *
parser_literals(struct parser *p, node_t *node, const char *what, size_t *count)
{
	struct profile_literal *literals = parser_take(p, parser_count(node), sizeof(literals[0]));

	for (size_t i = 0; literals != NULL && i < parser_count(node); i++) {
		node_t *item = parser_item(node, i);
		if (towerd_yaml_type(item) != TOWERD_YAML_SCALAR) {
			parser_fault(
			    p, item, "%s is a number, a range such as 5..9, a text, or a list of them", what);
			return NULL;
		}
		literals[i] = parser_literal(item);
	}
	if (literals != NULL)
		*count = parser_count(node);
	return literals;
}

int64_t
parser_duration(struct parser *p, node_t *node, const char *what)
{
	int64_t ms = 0;

	if (node == NULL)
		return 0;
	const char *text = towerd_yaml_text(node);
	if (text != NULL && towerd_duration_parse(text, &ms) == 0 && ms >= 1000)
		return ms;
	parser_fault(p, node, "%s is a duration of at least 1s, such as 5m", what);
	return 0;
}

/* ".2", ".-1", ".1-2", ".2.text", ".2.rest": what stands behind the word "index"; none: all of it. */
static bool
read_slice(const char *text, size_t len, struct profile_slice *out)
{
	char copy[24];
	char *at = copy;

	*out = (struct profile_slice){ 0 };
	if (len == 0)
		return true;
	if (len >= sizeof(copy) || text[0] != '.')
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)len - 1, text + 1);
	out->first = (int)strtol(at, &at, 10);
	out->last = out->first;
	if (at != copy && *at == '-')
		out->last = (int)strtol(at + 1, &at, 10);
	else if (at != copy && strcmp(at, ".text") == 0)
		out->form = SLICE_TEXT;
	else if (at != copy && strcmp(at, ".rest") == 0)
		out->form = SLICE_REST;
	return (*at == '\0' || out->form != SLICE_NUMBERS) && out->first != 0 &&
	    abs(out->first) <= TOWERD_OID_MAX && out->last != 0 && abs(out->last) <= TOWERD_OID_MAX;
}

bool
parser_slice(
    struct parser *p, node_t *node, const char *text, size_t len, bool *is_slice, struct profile_slice *out)
{
	static const char word[] = "index";
	const size_t word_len = sizeof(word) - 1;

	*is_slice = len >= word_len && memcmp(text, word, word_len) == 0;
	if (!*is_slice)
		return true;
	if (p->entry.len == 0) {
		parser_fault(p, node, "{index}: only a table has an index");
		return false;
	}
	if (read_slice(text + word_len, len - word_len, out))
		return true;
	parser_fault(p, node,
	    "{%.*s}: write {index}, {index.1} for its first number ({index.-1} for its last), {index.1-2}, "
	    "or for a "
	    "text in it {index.1.text}, {index.1.rest}",
	    (int)len, text);
	return false;
}

const struct profile_via *
parser_via(struct parser *p, node_t *node, const char *text, size_t len, const struct profile_via *before)
{
	struct profile_via *via = parser_take(p, 1, sizeof(*via));
	bool is_slice;

	if (via == NULL || !parser_slice(p, node, text, len, &is_slice, &via->slice))
		return NULL;
	if (is_slice)
		return via;
	if (!parser_ref(p, node, text, len, &via->ref))
		return NULL;
	if (before != NULL) {
		via->ref.via = before;
		via->ref.has_index = true;
	}
	return via;
}

/* "via 4: OID", "via 4: via OID: OID": each leads to the index for what stands behind its colon. */
static bool
read_via_ref(struct parser *p, node_t *node, const char *text, size_t len, struct profile_ref *out)
{
	static const char word[] = "via ";
	const struct profile_via *via = NULL;

	while (len >= sizeof(word) && memcmp(text, word, sizeof(word) - 1) == 0) {
		const char *colon = memchr(text, ':', len);
		if (colon == NULL) {
			parser_fault(p, node, "\"%.*s\": write {via COLUMN: OID}", (int)len, text);
			return false;
		}
		const char *from = text + sizeof(word) - 1;
		via = parser_via(p, node, from, (size_t)(colon - from), via);
		if (via == NULL)
			return false;
		len -= (size_t)(colon + 1 - text);
		text = colon + 1;
		for (; len > 0 && *text == ' '; text++)
			len--;
	}
	if (!parser_oid(p, node, text, len, &out->oid))
		return false;
	out->has_index = true;
	out->via = via;
	return true;
}

bool
parser_ref(struct parser *p, node_t *node, const char *text, size_t len, struct profile_ref *out)
{
	struct parser in_table = *p;
	char column[32];

	if (len > 4 && memcmp(text, "via ", 4) == 0)
		return read_via_ref(p, node, text, len, out);
	if (memchr(text, '.', len) != NULL) {
		if (!parser_oid(p, node, text, len, &out->oid))
			return false;
		/* An OID that ends in .0 is a scalar, also when a table's rule looks at it. */
		out->has_index = p->entry.len > 0 && out->oid.ids[out->oid.len - 1] != 0;
		out->is_varbind = p->is_trap;
		return true;
	}
	if (p->entry.len == 0 || len + 2 > sizeof(column)) {
		parser_fault(p, node, "\"%.*s\" is no OID, and only a table has columns", (int)len, text);
		return false;
	}
	int column_len = snprintf(column, sizeof(column), ".%.*s", (int)len, text);
	in_table.base = p->entry;
	out->has_index = true;
	out->is_varbind = p->is_trap;
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

bool
parser_kind_value(struct parser *p, node_t *node, const void *arg, struct profile_map_entry *entry)
{
	const struct towerd_kind *kind = arg;
	bool truth = false;

	if (kind->value_class == TOWERD_KIND_STATE)
		return state_of(p, node, kind, &entry->value);
	if (towerd_yaml_bool(node, &truth) < 0) {
		parser_fault(p, node, "%s is true or false", kind->name);
		return false;
	}
	entry->value = truth;
	return true;
}

bool
parser_whole_number(struct parser *p, node_t *node, const void *arg, struct profile_map_entry *entry)
{
	(void)arg;
	return parser_int(p, node, &entry->value);
}

const struct profile_map *
parser_value_map(struct parser *p, node_t *node, map_value_fn *read, const void *arg)
{
	node_t *pairs = parser_find_map(p, node);

	if (pairs == NULL)
		return NULL;
	size_t count = towerd_yaml_count(pairs);
	struct profile_map *map = parser_take(p, 1, sizeof(*map));
	struct profile_map_entry *entries = parser_take(p, count, sizeof(entries[0]));
	struct profile_map_entry otherwise = { 0 };
	if (map == NULL || entries == NULL)
		return NULL;
	map->entries = entries;
	for (size_t i = 0; i < count; i++) {
		struct profile_map_entry entry = { .raw = parser_literal(towerd_yaml_key(pairs, i)) };
		if (!read(p, towerd_yaml_value(pairs, i), arg, &entry))
			continue;
		if (entry.raw.is_else)
			otherwise = entry;
		else
			entries[map->count++] = entry;
	}
	if (otherwise.raw.is_else)
		entries[map->count++] = otherwise;
	return map;
}
