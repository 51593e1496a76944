/* SPDX-License-Identifier: ISC */
/* Fills structs from YAML maps by option rows: lists, tables and groups, and the keys that no row knows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/closest.h"
#include "support/secret.h"
#include "support/setting.h"

static void fill_rows(const struct fill *f, const struct towerd_yaml_node *map,
    const struct towerd_option *rows, size_t count, void *target, bool is_required);

/* Adds a text to a list that has room; paths are made ready to be opened. */
static void
add_text(const struct setting *s, const char **items, struct towerd_texts *texts, const char *text)
{
	const char *added = s->row->type == TOWERD_OPT_PATHS ? setting_path(s, text) : text;
	if (added != NULL)
		items[texts->count++] = added;
}

/* The default of a list is written "[a, b]", or "a" for one. */
static void
set_default_texts(const struct setting *s, struct towerd_texts *texts)
{
	const char *p = s->text + (s->text[0] == '[');
	size_t len = strcspn(p, "]"), most = 1;
	for (size_t i = 0; i < len; i++)
		most += p[i] == ',';
	const char **items = setting_memory(s, most, sizeof(*items));
	char *copy = setting_memory(s, len + 1, 1), *rest;
	if (items == NULL || copy == NULL)
		return;
	memcpy(copy, p, len);
	texts->items = items;
	for (char *item = strtok_r(copy, ", ", &rest); item != NULL; item = strtok_r(NULL, ", ", &rest))
		add_text(s, items, texts, item);
}

static void
set_texts(struct setting *s)
{
	const struct towerd_yaml_node *node = s->node;
	struct towerd_texts *texts = s->member;

	*texts = (struct towerd_texts){ 0 };
	if (node == NULL) {
		set_default_texts(s, texts);
		return;
	}
	if (setting_is_null(node))
		return;
	if (node->type == TOWERD_YAML_MAP) {
		setting_fault(s, setting_shapes[node->type], setting_wanted[s->row->type]);
		return;
	}
	bool is_list = node->type == TOWERD_YAML_LIST;
	size_t count = is_list ? node->count : 1;
	const char **items = setting_memory(s, count, sizeof(*items));
	if (items == NULL)
		return;
	texts->items = items;
	for (size_t i = 0; i < count; i++) {
		struct setting item = *s;
		item.node = is_list ? node->items[i] : node;
		bool is_null = setting_is_null(item.node);
		if (is_null || item.node->type != TOWERD_YAML_SCALAR)
			setting_fault(&item,
			    is_null ? "has an item without a value" : "has an item that is not a text",
			    setting_wanted[s->row->type]);
		else
			add_text(s, items, texts, item.node->text);
	}
}

/* A list of maps, or a map of maps whose keys land in the first member. */
static void
set_table(struct setting *s)
{
	const struct towerd_option *row = s->row;
	const struct towerd_yaml_node *node = s->node;
	bool is_map = row->type == TOWERD_OPT_MAP;
	struct towerd_table *table = s->member;

	*table = (struct towerd_table){ 0 };
	if (node == NULL || setting_is_null(node))
		return;
	if (node->type != (is_map ? TOWERD_YAML_MAP : TOWERD_YAML_LIST)) {
		setting_fault(s, setting_shapes[node->type], setting_wanted[row->type]);
		return;
	}
	char *items = setting_memory(s, node->count, row->row_size);
	if (items == NULL)
		return;
	table->items = items;
	for (size_t i = 0; i < node->count; i++) {
		struct setting item = *s;
		item.node = is_map ? yaml_value_at(node, i) : node->items[i];
		bool is_empty = setting_is_null(item.node);
		if (item.node->type != TOWERD_YAML_MAP && !(is_map && is_empty)) {
			setting_fault(&item, "has an item that is not a map", setting_wanted[row->type]);
			continue;
		}
		void *element = items + row->row_size * table->count++;
		if (is_map)
			*(const char **)element = yaml_key_at(node, i)->text;
		fill_rows(s->fill, item.node, row->rows, row->row_count, element, true);
	}
}

static void
set_group(struct setting *s)
{
	if (s->node != NULL && s->node->type != TOWERD_YAML_MAP && !setting_is_null(s->node))
		setting_fault(s, setting_shapes[s->node->type], setting_wanted[TOWERD_OPT_GROUP]);
	else
		fill_rows(s->fill, s->node, s->row->rows, s->row->row_count, s->member, s->node != NULL);
}

static void
set_node(struct setting *s)
{
	if (s->node != NULL)
		*(const struct towerd_yaml_node **)s->member = s->node;
}

static void (*const setters[])(struct setting *s) = {
	[TOWERD_OPT_TEXT] = setting_set_scalar,
	[TOWERD_OPT_BOOL] = setting_set_scalar,
	[TOWERD_OPT_INT] = setting_set_scalar,
	[TOWERD_OPT_DURATION] = setting_set_scalar,
	[TOWERD_OPT_SIZE] = setting_set_scalar,
	[TOWERD_OPT_ENUM] = setting_set_scalar,
	[TOWERD_OPT_PATH] = setting_set_scalar,
	[TOWERD_OPT_SECRET] = setting_set_scalar,
	[TOWERD_OPT_TEXTS] = set_texts,
	[TOWERD_OPT_PATHS] = set_texts,
	[TOWERD_OPT_TABLE] = set_table,
	[TOWERD_OPT_MAP] = set_table,
	[TOWERD_OPT_GROUP] = set_group,
	[TOWERD_OPT_NODE] = set_node,
};

/* The file that holds a secret, given as NAME-file. */
static void
set_secret_file(const struct setting *s, const struct towerd_yaml_node *node)
{
	struct towerd_yaml *doc = s->fill->doc;
	if (s->node != NULL) {
		towerd_yaml_fault(doc, node, s->fill->faults,
		    "both \"%s\" and \"%s-file\" are given; one is accepted", s->row->name, s->row->name);
		return;
	}
	if (node->type != TOWERD_YAML_SCALAR || node->text[0] == '\0') {
		towerd_yaml_fault(doc, node, s->fill->faults, "\"%s-file\" %s; a path is accepted",
		    s->row->name,
		    node->type == TOWERD_YAML_SCALAR ? "has no value" : setting_shapes[node->type]);
		return;
	}
	char why[256];
	const char *path = setting_path(s, node->text);
	if (path != NULL && secret_read(&doc->arena, path, s->member, why, sizeof(why)) < 0)
		towerd_yaml_fault(
		    doc, node, s->fill->faults, "\"%s-file\": %s %s", s->row->name, node->text, why);
}

/* The value of NAME-file of a secret, or NULL. */
static const struct towerd_yaml_node *
secret_file_of(const struct towerd_yaml_node *map, const struct towerd_option *row)
{
	char key[128];
	if (row->type != TOWERD_OPT_SECRET || map == NULL)
		return NULL;
	snprintf(key, sizeof(key), "%s-file", row->name);
	return towerd_yaml_get(map, key);
}

/* Rows come from plugins too: a row that makes no sense is a fault of the file's reader, not a crash. */
static bool
makes_sense(const struct towerd_option *row)
{
	if (row->type <= 0 || row->type >= sizeof(setters) / sizeof(setters[0]))
		return false;
	if (row->type == TOWERD_OPT_ENUM)
		return row->names != NULL;
	bool is_table = row->type == TOWERD_OPT_TABLE || row->type == TOWERD_OPT_MAP;
	return !is_table || row->row_size >= sizeof(void *);
}

static void
fill_row(const struct fill *f, const struct towerd_yaml_node *map, const struct towerd_option *row,
    void *target, bool is_required)
{
	struct setting s = { .fill = f, .row = row, .member = (char *)target + row->offset };
	if (!makes_sense(row)) {
		towerd_yaml_fault(
		    f->doc, NULL, f->faults, "option \"%s\" is declared wrongly by its reader", row->name);
		return;
	}
	if (map != NULL)
		s.node = towerd_yaml_get(map, row->name);

	const struct towerd_yaml_node *file = secret_file_of(map, row);
	if (file != NULL) {
		set_secret_file(&s, file);
		return;
	}
	if (s.node == NULL && row->required && is_required) {
		towerd_yaml_fault(f->doc, map, f->faults, "\"%s\" is missing: %s", row->name,
		    row->help != NULL ? row->help : "required");
		return;
	}
	unsigned before = f->faults->count;
	s.text = row->def;
	if (s.node != NULL || row->def != NULL || row->type == TOWERD_OPT_GROUP)
		setters[row->type](&s);
	if (s.node != NULL && row->def != NULL && f->faults->count > before &&
	    setters[row->type] == setting_set_scalar) {
		s.node = NULL;
		s.text = row->def;
		setters[row->type](&s);
	}
}

/* Lists what is accepted, or names what was probably meant. */
static void
report_unknown(
    const struct fill *f, const struct towerd_yaml_node *key, const struct towerd_option *rows, size_t count)
{
	char accepted[512] = "", candidate[128], closest[128] = "";
	size_t len = 0, fewest = closest_limit(key->text) + 1;

	for (size_t i = 0; i < count; i++) {
		for (unsigned is_file = 0; is_file <= (rows[i].type == TOWERD_OPT_SECRET); is_file++) {
			snprintf(candidate, sizeof(candidate), "%s%s", rows[i].name, is_file ? "-file" : "");
			if (len < sizeof(accepted))
				len += (size_t)snprintf(accepted + len, sizeof(accepted) - len, "%s%s",
				    len > 0 ? ", " : "", candidate);
			size_t distance = closest_distance(key->text, candidate);
			if (distance < fewest) {
				fewest = distance;
				memcpy(closest, candidate, sizeof(closest));
			}
		}
	}
	if (closest[0] != '\0')
		towerd_yaml_fault(f->doc, key, f->faults, "unknown key \"%.64s\"; did you mean \"%s\"?",
		    key->text, closest);
	else
		towerd_yaml_fault(f->doc, key, f->faults, "unknown key \"%.64s\"; accepted %s: %s", key->text,
		    count == 1 ? "is" : "are", count == 0 ? "none" : accepted);
}

static bool
is_known(const char *key, const struct towerd_option *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(rows[i].name);
		if (strncmp(key, rows[i].name, len) == 0 &&
		    (key[len] == '\0' ||
			(rows[i].type == TOWERD_OPT_SECRET && strcmp(key + len, "-file") == 0)))
			return true;
	}
	return false;
}

/* `map` is a map, a null, or NULL when it is absent; then what is required in it is missed only when it is required itself. */
static void
fill_rows(const struct fill *f, const struct towerd_yaml_node *map, const struct towerd_option *rows,
    size_t count, void *target, bool is_required)
{
	for (size_t i = 0; i < count; i++)
		fill_row(f, map, &rows[i], target, is_required);
	for (size_t i = 0; map != NULL && map->type == TOWERD_YAML_MAP && i < map->count; i++)
		if (!is_known(yaml_key_at(map, i)->text, rows, count))
			report_unknown(f, yaml_key_at(map, i), rows, count);
}

int
towerd_yaml_options(struct towerd_yaml *doc, const struct towerd_yaml_node *map,
    const struct towerd_option *rows, size_t row_count, void *target, struct towerd_fault_sink *faults)
{
	const struct fill f = { .doc = doc, .faults = faults };
	unsigned before = faults->count;

	if (map != NULL && map->type != TOWERD_YAML_MAP && !setting_is_null(map)) {
		towerd_yaml_fault(
		    doc, map, faults, "this %s; a map of options is accepted", setting_shapes[map->type]);
		map = NULL;
	}
	fill_rows(&f, map, rows, row_count, target, true);
	return faults->count > before ? -EINVAL : 0;
}
