/* SPDX-License-Identifier: ISC */
/*
 * Builds a YAML tree from libfyaml's events; the one file that includes libfyaml. The tree is our own, so that it is small,
 * lives in one arena, and each refusal has its place and its sentence.
 */
#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/utf8.h"
#include "support/yaml_doc.h"

enum {
	FILE_MAX = 64 << 20,
	DEPTH_MAX = 32,
	FAULTS_MAX = 100, /* of one file; a broken file need not be told in full */
};

/* A document while it is being built. */
struct builder {
	struct towerd_yaml *doc;
	struct towerd_fault_sink *faults;
	struct fy_parser *parser;
	unsigned first_fault;                    /* faults->count at the start */
	const struct towerd_yaml_node **pending; /* items of the collections that are still open */
	size_t pending_count, pending_capacity;
};

/* Refuses what YAML does not allow in a file (YAML 1.2.2, 5.1), before the parser sees it: it would stop at a NUL in silence. */
static int
check_characters(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0; i < len;) {
		uint32_t code;
		size_t octets = utf8_decode(text + i, len - i, &code);
		if (octets == 0) {
			yaml_report(
			    name, line, column, faults, "octet 0x%02x is not UTF-8", (unsigned char)text[i]);
			return -EINVAL;
		}
		bool is_control = (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
		    code == 0x7f || (code >= 0x80 && code < 0xa0 && code != 0x85) || code == 0xfffe ||
		    code == 0xffff;
		if (is_control) {
			yaml_report(name, line, column, faults,
			    "control character 0x%02x is not accepted in a file", code);
			return -EINVAL;
		}
		i += octets;
		bool is_break = code == '\n' || (code == '\r' && (i == len || text[i] != '\n'));
		column = is_break ? 1 : column + 1;
		line += is_break;
	}
	return 0;
}

/* Says why and returns what the builder returns then. */
static int
refuse(struct builder *b, unsigned line, unsigned column, const char *sentence)
{
	yaml_report(b->doc->name, line, column, b->faults, "%s", sentence);
	return -EINVAL;
}

static struct towerd_yaml_node *
add_node(struct builder *b, enum towerd_yaml_type type, const struct fy_mark *mark)
{
	struct towerd_yaml_node *node = arena_alloc(&b->doc->arena, sizeof(*node));
	if (node == NULL)
		return NULL;
	node->type = (uint8_t)type;
	if (mark != NULL) {
		node->line = (unsigned)mark->line + 1;
		node->column = (unsigned)mark->column + 1;
	}
	return node;
}

static int
push(struct builder *b, const struct towerd_yaml_node *node)
{
	if (b->pending_count == b->pending_capacity) {
		size_t capacity = b->pending_capacity == 0 ? 64 : 2 * b->pending_capacity;
		const struct towerd_yaml_node **grown = realloc(b->pending, capacity * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		b->pending = grown;
		b->pending_capacity = capacity;
	}
	b->pending[b->pending_count++] = node;
	return 0;
}

/* Turns what was pushed since `start` into the node's own array. */
static int
take_pending(struct builder *b, size_t start, const struct towerd_yaml_node *const **items)
{
	size_t count = b->pending_count - start;
	const struct towerd_yaml_node **own = arena_array(&b->doc->arena, count, sizeof(*own));
	if (own == NULL)
		return -ENOMEM;
	if (count > 0)
		memcpy(own, b->pending + start, count * sizeof(*own));
	b->pending_count = start;
	*items = own;
	return 0;
}

/* `place` is the key of a value, or the collection: an empty value has no place of its own; a block text begins at its key. */
static int
build_scalar(struct builder *b, struct fy_event *event, const struct towerd_yaml_node *place,
    struct towerd_yaml_node **out)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	struct towerd_yaml_node *node = add_node(b, TOWERD_YAML_SCALAR, mark);
	if (node == NULL)
		return -ENOMEM;
	struct fy_token *token = event->scalar.value;
	enum fy_scalar_style style = token == NULL ? FYSS_PLAIN : fy_scalar_token_get_style(token);
	size_t len = 0;
	const char *text = token == NULL ? "" : fy_token_get_text(token, &len);
	if (text == NULL)
		return -ENOMEM;

	node->is_plain = style == FYSS_PLAIN;
	if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
		node->column -= node->column > 1; /* libfyaml's mark stands behind the quote */
	} else if (place != NULL &&
	    (mark == NULL || (style != FYSS_PLAIN && place->type == TOWERD_YAML_SCALAR))) {
		node->line = place->line;
		node->column = place->column;
	}
	if (memchr(text, '\0', len) != NULL)
		return refuse(b, node->line, node->column, "a text with a NUL in it is not accepted");
	node->text = arena_text(&b->doc->arena, text, len);
	*out = node;
	return node->text == NULL ? -ENOMEM : 0;
}

static int
by_key(const void *a, const void *b, void *map)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	int cmp = strcmp(yaml_key_at(map, left)->text, yaml_key_at(map, right)->text);
	return cmp != 0 ? cmp : left < right ? -1 : 1;
}

/* Sorts the keys of a map for look-ups; two of the same meet there. */
static int
order_keys(struct builder *b, struct towerd_yaml_node *map)
{
	uint32_t *order = arena_array(&b->doc->arena, map->count, sizeof(*order));
	if (order == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->count; i++)
		order[i] = i;
	if (map->count > 1)
		qsort_r(order, map->count, sizeof(*order), by_key, map);
	map->order = order;

	for (uint32_t i = 1, first = 0; i < map->count && b->faults->count - b->first_fault < FAULTS_MAX;
	     i++) {
		const struct towerd_yaml_node *key = yaml_key_at(map, order[first]);
		const struct towerd_yaml_node *again = yaml_key_at(map, order[i]);
		if (strcmp(key->text, again->text) != 0)
			first = i;
		else
			yaml_report(b->doc->name, again->line, again->column, b->faults,
			    "key \"%.64s\" is given twice, first in line %u", key->text, key->line);
	}
	return 0;
}

/* The event's node and all below it. */
static int build_node(struct builder *b, struct fy_event *event, unsigned depth,
    const struct towerd_yaml_node *place, struct towerd_yaml_node **out);

/* Builds nodes up to the event `end`: items of a list, or keys and values in turn. */
static int
build_collection(struct builder *b, enum fy_event_type end, unsigned depth, struct towerd_yaml_node *node)
{
	size_t start = b->pending_count;
	struct towerd_yaml_node *key = NULL; /* of a map, while its value is awaited */

	for (;;) {
		struct fy_event *event = fy_parser_parse(b->parser);
		if (event == NULL)
			return -EINVAL;
		if (event->type == end) {
			fy_parser_event_free(b->parser, event);
			break;
		}
		struct towerd_yaml_node *child;
		int rc = build_node(b, event, depth, key != NULL ? key : node, &child);
		fy_parser_event_free(b->parser, event);
		if (rc == 0)
			rc = push(b, child);
		if (rc < 0)
			return rc;
		if (node->type == TOWERD_YAML_MAP && key == NULL) {
			if (child->type != TOWERD_YAML_SCALAR)
				return refuse(
				    b, child->line, child->column, "a list or map as a key is not accepted");
			key = child;
			continue;
		}
		key = NULL;
		static const char *const nulls[] = { "~", "null", "Null", "NULL" };
		for (unsigned i = 0; child->is_plain && i < sizeof(nulls) / sizeof(nulls[0]); i++)
			if (strcmp(child->text, nulls[i]) == 0)
				child->text = "";
	}
	node->count = (uint32_t)(b->pending_count - start);
	int rc = take_pending(b, start, &node->items);
	if (rc == 0 && node->type == TOWERD_YAML_MAP) {
		node->count /= 2;
		rc = order_keys(b, node);
	}
	return rc;
}

/* Refuses what makes a small file large (anchors, aliases) and what has no meaning here (tags). */
static int
check_plain_node(struct builder *b, const struct fy_event *event)
{
	struct fy_token *alias = NULL, *anchor = NULL, *tag = NULL;

	if (event->type == FYET_ALIAS) {
		alias = event->alias.anchor;
	} else if (event->type == FYET_SCALAR) {
		anchor = event->scalar.anchor;
		tag = event->scalar.tag;
	} else if (event->type == FYET_SEQUENCE_START) {
		anchor = event->sequence_start.anchor;
		tag = event->sequence_start.tag;
	} else {
		anchor = event->mapping_start.anchor;
		tag = event->mapping_start.tag;
	}
	struct fy_token *refused = alias != NULL ? alias : anchor != NULL ? anchor : tag;
	if (refused == NULL)
		return 0;
	const struct fy_mark *mark = fy_token_start_mark(refused);
	unsigned line = mark == NULL ? 0 : (unsigned)mark->line + 1,
		 column = mark == NULL ? 0 : (unsigned)mark->column;
	/* libfyaml's mark of an anchor's or alias's name stands behind the sign. */
	if (alias != NULL)
		return refuse(b, line, column, "an alias (*name) is not accepted: write the value out");
	if (anchor != NULL)
		return refuse(b, line, column, "an anchor (&name) is not accepted: write each value out");
	return refuse(b, line, column + 1, "a tag (!name) is not accepted: the option knows its type");
}

static int
build_node(struct builder *b, struct fy_event *event, unsigned depth, const struct towerd_yaml_node *place,
    struct towerd_yaml_node **out)
{
	int rc = check_plain_node(b, event);
	if (rc < 0)
		return rc;
	if (event->type == FYET_SCALAR)
		return build_scalar(b, event, place, out);

	bool is_map = event->type == FYET_MAPPING_START;
	struct towerd_yaml_node *node =
	    add_node(b, is_map ? TOWERD_YAML_MAP : TOWERD_YAML_LIST, fy_event_start_mark(event));
	if (node == NULL)
		return -ENOMEM;
	if (depth >= DEPTH_MAX)
		return refuse(b, node->line, node->column, "nested deeper than 32 levels");
	*out = node;
	return build_collection(b, is_map ? FYET_MAPPING_END : FYET_SEQUENCE_END, depth + 1, node);
}

/* Only the marks "---" and "..." of the first document are passed over; a second one is refused at its mark or its first node. */
static int
build_document(struct builder *b, struct fy_event *event, unsigned *documents)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	bool is_start = event->type == FYET_DOCUMENT_START;

	if (is_start)
		++*documents;
	else if (event->type == FYET_STREAM_START || event->type == FYET_STREAM_END ||
	    event->type == FYET_DOCUMENT_END)
		return 0;
	if (*documents > 1 && mark != NULL)
		return refuse(b, (unsigned)mark->line + 1, (unsigned)mark->column + 1,
		    "a second document is not accepted: one file holds one");
	if (is_start)
		return 0;
	struct towerd_yaml_node *root;
	int rc = build_node(b, event, 0, NULL, &root);
	if (rc == 0)
		b->doc->root = root;
	return rc;
}

static int
build_stream(struct builder *b)
{
	unsigned documents = 0;
	int rc = 0;

	while (rc == 0) {
		struct fy_event *event = fy_parser_parse(b->parser);
		if (event == NULL)
			return fy_parser_get_stream_error(b->parser) ? -EINVAL : 0;
		rc = build_document(b, event, &documents);
		fy_parser_event_free(b->parser, event);
	}
	return rc;
}

/* An empty file, or one with nothing but null in it, is an empty map. */
static int
settle_root(struct builder *b)
{
	const struct towerd_yaml_node *root = b->doc->root;
	bool is_null = root == NULL ||
	    (root->type == TOWERD_YAML_SCALAR && root->is_plain &&
		(root->text[0] == '\0' || strcmp(root->text, "~") == 0 || strcmp(root->text, "null") == 0));
	if (!is_null)
		return 0;
	struct towerd_yaml_node *map = add_node(b, TOWERD_YAML_MAP, NULL);
	if (map == NULL)
		return -ENOMEM;
	map->line = map->column = 1;
	b->doc->root = map;
	return take_pending(b, b->pending_count, &map->items);
}

/* Says what the parser found; only the first, since it guesses from there on. */
static void
report_parser(struct builder *b, struct fy_diag *diag)
{
	void *iterator = NULL;
	const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);
	if (error == NULL || error->msg == NULL)
		refuse(b, 0, 0, "not YAML");
	else
		yaml_report(b->doc->name, (unsigned)error->line, (unsigned)error->column, b->faults,
		    "not YAML: %s", error->msg);
}

static int
build(struct builder *b, const char *text, size_t len)
{
	struct fy_diag_cfg diag_config;
	fy_diag_cfg_default(&diag_config);
	diag_config.fp = NULL; /* it would print to standard error */
	struct fy_diag *diag = fy_diag_create(&diag_config);
	if (diag == NULL)
		return -ENOMEM;
	fy_diag_set_collect_errors(diag, true);
	const struct fy_parse_cfg config = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE,
		.diag = diag };

	int rc = -ENOMEM;
	b->parser = fy_parser_create(&config);
	if (b->parser != NULL && fy_parser_set_string(b->parser, text, len) == 0) {
		rc = build_stream(b);
		if (rc == 0)
			rc = settle_root(b);
		if (rc == -EINVAL && b->faults->count == b->first_fault)
			report_parser(b, diag);
	}
	if (rc == -ENOMEM)
		refuse(b, 0, 0, "not enough memory to read it");
	fy_parser_destroy(b->parser);
	fy_diag_destroy(diag);
	return b->faults->count > b->first_fault ? -EINVAL : 0;
}

struct towerd_yaml *
towerd_yaml_parse(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults)
{
	if (len > FILE_MAX) {
		yaml_report(name, 0, 0, faults, "larger than 64 MiB");
		return NULL;
	}
	if (check_characters(name, text, len, faults) < 0)
		return NULL;
	struct towerd_yaml *doc = calloc(1, sizeof(*doc));
	if (doc != NULL)
		doc->name = arena_text(&doc->arena, name, strlen(name));
	if (doc == NULL || doc->name == NULL) {
		yaml_report(name, 0, 0, faults, "not enough memory to read it");
		towerd_yaml_free(doc);
		return NULL;
	}
	struct builder b = { .doc = doc, .faults = faults, .first_fault = faults->count };
	int rc = build(&b, text, len);
	free(b.pending);
	if (rc < 0) {
		towerd_yaml_free(doc);
		return NULL;
	}
	return doc;
}

/* The octets of a file, to be freed by the caller; NULL after a report. */
static char *
read_whole(const char *path, size_t *len, struct towerd_fault_sink *faults)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0) {
		yaml_report(path, 0, 0, faults, "cannot be read: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	char *text = NULL;
	if (!S_ISREG(st.st_mode))
		yaml_report(path, 0, 0, faults, "is not a file");
	else if (st.st_size > FILE_MAX)
		yaml_report(path, 0, 0, faults, "larger than 64 MiB");
	else if ((text = malloc((size_t)st.st_size + 1)) == NULL)
		yaml_report(path, 0, 0, faults, "not enough memory to read it");

	size_t have = 0;
	while (text != NULL && have < (size_t)st.st_size) {
		ssize_t n = read(fd, text + have, (size_t)st.st_size - have);
		if (n < 0) {
			yaml_report(path, 0, 0, faults, "cannot be read: %s", strerror(errno));
			free(text);
			text = NULL;
		}
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	close(fd);
	*len = have;
	return text;
}

struct towerd_yaml *
towerd_yaml_load(const char *path, struct towerd_fault_sink *faults)
{
	size_t len;
	char *text = read_whole(path, &len, faults);
	if (text == NULL)
		return NULL;
	struct towerd_yaml *doc = towerd_yaml_parse(path, text, len, faults);
	free(text);
	return doc;
}

void
towerd_yaml_free(struct towerd_yaml *doc)
{
	if (doc == NULL)
		return;
	arena_fini(&doc->arena);
	free(doc);
}
