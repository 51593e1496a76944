/* SPDX-License-Identifier: ISC */
/* Fills structs from YAML maps by option rows: a setter per type, one sentence shape for every fault. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/closest.h"
#include "support/secret.h"
#include "support/yaml_doc.h"
#include "towerd/option.h"
#include "towerd/time.h"

/* What a run of towerd_yaml_options() carries along. */
struct fill {
	struct towerd_yaml *doc;
	struct towerd_fault_sink *faults;
};

/* One option on its way into its member: its value in the file, or NULL when its default is being set. */
struct setting {
	const struct fill *fill;
	const struct towerd_option *row;
	const struct towerd_yaml_node *node;
	const char *text; /* of a scalar, or the default */
	void *member;
};

static const char *const shapes[] = {
	[TOWERD_YAML_SCALAR] = "is a text",
	[TOWERD_YAML_LIST] = "is a list",
	[TOWERD_YAML_MAP] = "is a map",
};

/* What each type accepts, as the second half of a fault. */
static const char *const wanted[] = {
	[TOWERD_OPT_TEXT] = "a text is accepted",
	[TOWERD_OPT_BOOL] = "true or false is accepted",
	[TOWERD_OPT_INT] = "a whole number is accepted",
	[TOWERD_OPT_DURATION] = "a duration such as 500ms, 30s, 5m, 2h or 400d is accepted",
	[TOWERD_OPT_SIZE] = "a size such as 512B, 64KiB, 20MiB or 20GiB is accepted",
	[TOWERD_OPT_ENUM] = "one word is accepted",
	[TOWERD_OPT_PATH] = "a path is accepted",
	[TOWERD_OPT_SECRET] = "a text is accepted",
	[TOWERD_OPT_TEXTS] = "a text or a list of texts is accepted",
	[TOWERD_OPT_TABLE] = "a list of maps is accepted",
	[TOWERD_OPT_MAP] = "a map of maps is accepted",
	[TOWERD_OPT_GROUP] = "a map is accepted",
};

/* `"interval" is "5"; a duration such as 30s is accepted`: what was found, then what would be. */
static void
fault(const struct setting *s, const char *found, const char *accepted)
{
	towerd_yaml_fault(s->fill->doc, s->node, s->fill->faults, "%s\"%s\" %s; %s",
	    s->node == NULL ? "the default of " : "", s->row->name, found, accepted);
}

static void
fault_text(const struct setting *s, const char *accepted)
{
	char found[96];
	snprintf(found, sizeof(found), "is \"%.64s\"%s", s->text,
	    s->node != NULL && !s->node->is_plain ? " in quotes" : "");
	fault(s, found, accepted);
}

static void
set_text(const struct setting *s)
{
	*(const char **)s->member = s->text;
}

static void
set_bool(const struct setting *s)
{
	const struct towerd_yaml_node word = {
		.type = TOWERD_YAML_SCALAR, .is_plain = true, .text = s->text
	};
	if (towerd_yaml_bool(s->node != NULL ? s->node : &word, s->member) < 0)
		fault_text(s, wanted[TOWERD_OPT_BOOL]);
}

/* How the types that are a number read and show it. */
struct number_kind {
	int (*parse)(const char *text, int64_t *out);
	const char *(*format)(int64_t value, char *out);
};

static int
parse_int(const char *text, int64_t *out)
{
	const struct towerd_yaml_node word = { .type = TOWERD_YAML_SCALAR, .is_plain = true, .text = text };
	return towerd_yaml_int(&word, out);
}

static const char *
format_int(int64_t value, char *out)
{
	snprintf(out, TOWERD_TIME_TEXT, "%" PRId64, value);
	return out;
}

static const struct number_kind number_kinds[] = {
	[TOWERD_OPT_INT] = { parse_int, format_int },
	[TOWERD_OPT_DURATION] = { towerd_duration_parse, towerd_duration_format },
	[TOWERD_OPT_SIZE] = { towerd_size_parse, towerd_size_format },
};

static void
set_number(const struct setting *s)
{
	const struct towerd_option *row = s->row;
	const struct number_kind *kind = &number_kinds[row->type];
	int64_t value = 0;
	char low[TOWERD_TIME_TEXT], high[TOWERD_TIME_TEXT], accepted[128];

	bool is_quoted_int = row->type == TOWERD_OPT_INT && s->node != NULL && !s->node->is_plain;
	int rc = is_quoted_int ? -EINVAL : kind->parse(s->text, &value);
	if (rc == -EINVAL) {
		fault_text(s, wanted[row->type]);
		return;
	}
	bool is_open = row->max < row->min || (row->min == 0 && row->max == 0); /* no upper bound */
	if (rc == 0 && value >= row->min && (is_open || value <= row->max)) {
		*(int64_t *)s->member = value;
		return;
	}
	kind->format(row->min, low);
	if (is_open)
		snprintf(accepted, sizeof(accepted), "%s or more is accepted", low);
	else
		snprintf(
		    accepted, sizeof(accepted), "%s to %s is accepted", low, kind->format(row->max, high));
	fault_text(s, accepted);
}

static void
set_enum(const struct setting *s)
{
	char accepted[512] = "accepted are:";
	size_t len = strlen(accepted);

	for (int i = 0; s->row->names[i] != NULL; i++) {
		if (strcmp(s->row->names[i], s->text) == 0) {
			*(int *)s->member = i;
			return;
		}
		if (len < sizeof(accepted))
			len += (size_t)snprintf(accepted + len, sizeof(accepted) - len, "%s %s",
			    i > 0 ? "," : "", s->row->names[i]);
	}
	fault_text(s, accepted);
}

/* A path that starts at the folder of the configuration file unless it is absolute; NULL when memory is short. */
static const char *
resolve_path(struct towerd_yaml *doc, const char *path)
{
	const char *slash = strrchr(doc->name, '/');
	if (path[0] == '/' || slash == NULL)
		return path;
	size_t folder = (size_t)(slash - doc->name) + 1, len = strlen(path);
	char *joined = arena_alloc(&doc->arena, folder + len + 1);
	if (joined == NULL)
		return NULL;
	memcpy(joined, doc->name, folder);
	memcpy(joined + folder, path, len);
	return joined;
}

static void
set_path(const struct setting *s)
{
	if (s->text[0] == '\0')
		fault(s, "is empty", wanted[TOWERD_OPT_PATH]);
	else
		*(const char **)s->member = resolve_path(s->fill->doc, s->text);
}

static void
set_secret(const struct setting *s)
{
	if (s->text[0] == '\0')
		fault(s, "is empty", "a secret is accepted, or leave it out");
	else
		set_text(s);
}

static void (*const scalar_setters[])(const struct setting *s) = {
	[TOWERD_OPT_TEXT] = set_text,
	[TOWERD_OPT_BOOL] = set_bool,
	[TOWERD_OPT_INT] = set_number,
	[TOWERD_OPT_DURATION] = set_number,
	[TOWERD_OPT_SIZE] = set_number,
	[TOWERD_OPT_ENUM] = set_enum,
	[TOWERD_OPT_PATH] = set_path,
	[TOWERD_OPT_SECRET] = set_secret,
};

static bool
is_null(const struct towerd_yaml_node *node)
{
	return node->type == TOWERD_YAML_SCALAR && node->is_plain && node->text[0] == '\0';
}

static void
set_scalar(struct setting *s)
{
	if (s->node != NULL && (s->node->type != TOWERD_YAML_SCALAR || is_null(s->node))) {
		fault(s, is_null(s->node) ? "has no value" : shapes[s->node->type], wanted[s->row->type]);
		return;
	}
	if (s->node != NULL)
		s->text = s->node->text;
	scalar_setters[s->row->type](s);
}

static void fill_rows(const struct fill *f, const struct towerd_yaml_node *map,
    const struct towerd_option *rows, size_t count, void *target, bool is_required);

/* The default of a list is written "[a, b]", or "a" for one. */
static void
set_default_texts(const struct setting *s, struct towerd_texts *texts)
{
	const char *p = s->text + (s->text[0] == '[');
	size_t len = strcspn(p, "]"), most = 1;
	for (size_t i = 0; i < len; i++)
		most += p[i] == ',';
	const char **items = arena_array(&s->fill->doc->arena, most, sizeof(*items));
	if (items == NULL)
		return;
	texts->items = items;
	for (const char *end = p + len; p < end;) {
		p += strspn(p, " ");
		size_t item = strcspn(p, ",]");
		if (item > 0)
			items[texts->count++] = arena_text(&s->fill->doc->arena, p, item);
		p += item + 1;
	}
}

static void
set_texts(struct setting *s)
{
	struct towerd_texts *texts = s->member;
	if (s->node == NULL) {
		set_default_texts(s, texts);
		return;
	}
	const struct towerd_yaml_node *node = s->node;
	if (is_null(node))
		return;
	bool is_list = node->type == TOWERD_YAML_LIST;
	if (!is_list && node->type != TOWERD_YAML_SCALAR) {
		fault(s, shapes[node->type], wanted[TOWERD_OPT_TEXTS]);
		return;
	}
	size_t count = is_list ? node->count : 1;
	const char **items = arena_array(&s->fill->doc->arena, count, sizeof(*items));
	if (items == NULL)
		return;
	texts->items = items;
	for (size_t i = 0; i < count; i++) {
		struct setting item = *s;
		item.node = is_list ? node->items[i] : node;
		if (item.node->type != TOWERD_YAML_SCALAR || is_null(item.node))
			fault(&item,
			    is_null(item.node) ? "has an item without a value"
					       : "has an item that is not a text",
			    wanted[TOWERD_OPT_TEXT]);
		else
			items[texts->count++] = item.node->text;
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

	if (node == NULL || is_null(node))
		return;
	if (node->type != (is_map ? TOWERD_YAML_MAP : TOWERD_YAML_LIST)) {
		fault(s, shapes[node->type], wanted[row->type]);
		return;
	}
	char *items = arena_array(&s->fill->doc->arena, node->count, row->row_size);
	if (items == NULL)
		return;
	table->items = items;
	for (size_t i = 0; i < node->count; i++) {
		struct setting item = *s;
		item.node = is_map ? node->items[2 * i + 1] : node->items[i];
		bool is_empty = is_null(item.node);
		if (item.node->type != TOWERD_YAML_MAP && !(is_map && is_empty)) {
			fault(&item, "has an item that is not a map", wanted[row->type]);
			continue;
		}
		void *element = items + row->row_size * table->count++;
		if (is_map)
			*(const char **)element = node->items[2 * i]->text;
		fill_rows(s->fill, item.node, row->rows, row->row_count, element, true);
	}
}

static void
set_group(struct setting *s)
{
	if (s->node != NULL && s->node->type != TOWERD_YAML_MAP && !is_null(s->node))
		fault(s, shapes[s->node->type], wanted[TOWERD_OPT_GROUP]);
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
	[TOWERD_OPT_TEXT] = set_scalar,
	[TOWERD_OPT_BOOL] = set_scalar,
	[TOWERD_OPT_INT] = set_scalar,
	[TOWERD_OPT_DURATION] = set_scalar,
	[TOWERD_OPT_SIZE] = set_scalar,
	[TOWERD_OPT_ENUM] = set_scalar,
	[TOWERD_OPT_PATH] = set_scalar,
	[TOWERD_OPT_SECRET] = set_scalar,
	[TOWERD_OPT_TEXTS] = set_texts,
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
		    s->row->name, node->type == TOWERD_YAML_SCALAR ? "has no value" : shapes[node->type]);
		return;
	}
	char why[256];
	const char *path = resolve_path(doc, node->text);
	if (path == NULL || secret_read(&doc->arena, path, s->member, why, sizeof(why)) < 0)
		towerd_yaml_fault(doc, node, s->fill->faults, "\"%s-file\": %s %s", s->row->name, node->text,
		    path == NULL ? "does not fit into memory" : why);
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

static void
fill_row(const struct fill *f, const struct towerd_yaml_node *map, const struct towerd_option *row,
    void *target, bool is_required)
{
	struct setting s = { .fill = f, .row = row, .member = (char *)target + row->offset };
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
	s.text = row->def;
	if (s.node != NULL || row->def != NULL || row->type == TOWERD_OPT_GROUP)
		setters[row->type](&s);
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
		if (!is_known(map->items[2 * i]->text, rows, count))
			report_unknown(f, map->items[2 * i], rows, count);
}

int
towerd_yaml_options(struct towerd_yaml *doc, const struct towerd_yaml_node *map,
    const struct towerd_option *rows, size_t row_count, void *target, struct towerd_fault_sink *faults)
{
	const struct fill f = { .doc = doc, .faults = faults };
	unsigned before = faults->count;

	if (map != NULL && map->type != TOWERD_YAML_MAP && !is_null(map)) {
		towerd_yaml_fault(
		    doc, map, faults, "this %s; a map of options is accepted", shapes[map->type]);
		map = NULL;
	}
	fill_rows(&f, map, rows, row_count, target, true);
	return faults->count > before ? -EINVAL : 0;
}
