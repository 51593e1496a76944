/* SPDX-License-Identifier: ISC */
/* The inventory as YAML (a list of maps under `sites:`). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inventory_doc.h"
#include "support/closest.h"

static const char *const site_keys[] = { "id", "name", "kind", "area", "location", "population",
	"power-feeder", "link-budget", "depends-on", "covers", "thresholds", "devices", NULL };

/* The key that was probably meant; NULL: none is close. */
static const char *
closest_key(const char *key)
{
	const char *best = NULL;
	size_t least = closest_limit(key) + 1;
	for (size_t i = 0; site_keys[i] != NULL; i++) {
		size_t distance = closest_distance(key, site_keys[i]);
		if (distance < least) {
			least = distance;
			best = site_keys[i];
		}
	}
	return best;
}

static struct inventory_place
place_of(const struct towerd_yaml_node *node)
{
	return (struct inventory_place){ towerd_yaml_line(node), towerd_yaml_column(node) };
}

/* The text of a scalar; NULL after a report. */
static const char *
scalar(struct inventory_reader *reader, const char *key, const struct towerd_yaml_node *node)
{
	const char *text = towerd_yaml_text(node);
	if (text == NULL)
		inventory_fault(reader, place_of(node), "%s: a single value is accepted", key);
	return text;
}

static bool
is_a(struct inventory_reader *reader, const char *key, const struct towerd_yaml_node *node,
    enum towerd_yaml_type type)
{
	if (towerd_yaml_type(node) == type)
		return true;
	inventory_fault(
	    reader, place_of(node), "%s: a %s is accepted", key, type == TOWERD_YAML_LIST ? "list" : "map");
	return false;
}

static void
read_location(
    struct inventory_reader *reader, struct inventory_site *site, const struct towerd_yaml_node *node)
{
	if (!is_a(reader, "location", node, TOWERD_YAML_MAP))
		return;
	const char *latitude = "", *longitude = "";
	for (size_t i = 0; i < towerd_yaml_count(node); i++) {
		const char *key = scalar(reader, "location", towerd_yaml_key(node, i));
		const char *text = scalar(reader, "location", towerd_yaml_value(node, i));
		if (key == NULL || text == NULL)
			return;
		if (strcmp(key, "lat") == 0)
			latitude = text;
		else if (strcmp(key, "lon") == 0)
			longitude = text;
		else
			inventory_fault(reader, place_of(towerd_yaml_key(node, i)),
			    "location: unknown key \"%.32s\"; lat and lon are accepted", key);
	}
	inventory_set_location(reader, site, place_of(node), latitude, longitude);
}

static void
read_thresholds(
    struct inventory_reader *reader, struct inventory_site *site, const struct towerd_yaml_node *node)
{
	if (!is_a(reader, "thresholds", node, TOWERD_YAML_MAP))
		return;
	for (size_t i = 0; i < towerd_yaml_count(node); i++) {
		const char *kind = scalar(reader, "thresholds", towerd_yaml_key(node, i));
		const struct towerd_yaml_node *limits = towerd_yaml_value(node, i);
		if (kind == NULL || !is_a(reader, "thresholds", limits, TOWERD_YAML_MAP))
			continue;
		for (size_t k = 0; k < towerd_yaml_count(limits); k++) {
			const char *word = scalar(reader, "thresholds", towerd_yaml_key(limits, k));
			const char *limit = scalar(reader, "thresholds", towerd_yaml_value(limits, k));
			if (word != NULL && limit != NULL)
				inventory_set_threshold(
				    reader, site, place_of(towerd_yaml_key(limits, k)), kind, word, limit);
		}
	}
}

/* The ids of a list, or one id, joined by `mark`, appended to a text that grows. */
static int
append_ids(struct inventory_reader *reader, const char *key, const struct towerd_yaml_node *node,
    const char *mark, char **text)
{
	size_t count = towerd_yaml_type(node) == TOWERD_YAML_LIST ? towerd_yaml_count(node) : 1;
	for (size_t i = 0; i < count; i++) {
		const struct towerd_yaml_node *item =
		    towerd_yaml_type(node) == TOWERD_YAML_LIST ? towerd_yaml_item(node, i) : node;
		const char *id = scalar(reader, key, item);
		char *grown = NULL;
		if (id == NULL || asprintf(&grown, "%s%s%s", *text, i == 0 ? "" : mark, id) < 0)
			return -EINVAL;
		free(*text);
		*text = grown;
	}
	return 0;
}

static void
read_depends(
    struct inventory_reader *reader, struct inventory_site *site, const struct towerd_yaml_node *node)
{
	char *text = strdup("");
	int rc = text == NULL || !is_a(reader, "depends-on", node, TOWERD_YAML_LIST) ? -EINVAL : 0;
	for (size_t i = 0; rc == 0 && i < towerd_yaml_count(node); i++) {
		char *grown = NULL;
		rc = asprintf(&grown, "%s%s", text, i == 0 ? "" : " | ") < 0 ? -ENOMEM : 0;
		if (rc < 0)
			break;
		free(text);
		text = grown;
		rc = append_ids(reader, "depends-on", towerd_yaml_item(node, i), " & ", &text);
	}
	if (rc == 0)
		inventory_set_depends(reader, site, place_of(node), text);
	free(text);
}

static void
read_covers(struct inventory_reader *reader, struct inventory_site *site, const struct towerd_yaml_node *node)
{
	char *text = strdup("");
	if (text != NULL && is_a(reader, "covers", node, TOWERD_YAML_LIST) &&
	    append_ids(reader, "covers", node, " ", &text) == 0)
		inventory_set_covers(reader, site, place_of(node), text);
	free(text);
}

static void
read_device(struct inventory_reader *reader, struct inventory_site *site, const struct towerd_yaml_node *node)
{
	if (!is_a(reader, "devices", node, TOWERD_YAML_MAP))
		return;
	struct inventory_device *device = inventory_add_device(reader->inventory, site, place_of(node));
	for (size_t i = 0; device != NULL && i < towerd_yaml_count(node); i++) {
		const char *key = scalar(reader, "devices", towerd_yaml_key(node, i));
		const char *text = key == NULL ? NULL : scalar(reader, key, towerd_yaml_value(node, i));
		if (text != NULL)
			inventory_set_device(reader, device, place_of(towerd_yaml_value(node, i)), key, text);
	}
}

static void
read_devices(
    struct inventory_reader *reader, struct inventory_site *site, const struct towerd_yaml_node *node)
{
	if (!is_a(reader, "devices", node, TOWERD_YAML_LIST))
		return;
	for (size_t i = 0; i < towerd_yaml_count(node); i++)
		read_device(reader, site, towerd_yaml_item(node, i));
}

static void
read_scalar(struct inventory_reader *reader, struct inventory_site *site,
    const struct towerd_yaml_node *key_node, const struct towerd_yaml_node *node)
{
	const char *key = towerd_yaml_text(key_node);
	const char *text = towerd_yaml_text(node);
	if (text == NULL || inventory_set(reader, site, place_of(node), key, text) != -ENOENT) {
		if (text == NULL)
			scalar(reader, key, node);
		return;
	}
	const char *near = closest_key(key);
	if (near != NULL)
		inventory_fault(
		    reader, place_of(key_node), "unknown key \"%.64s\": did you mean \"%s\"?", key, near);
	else
		inventory_fault(reader, place_of(key_node), "unknown key \"%.64s\"", key);
}

static void
read_site(struct inventory_reader *reader, const struct towerd_yaml_node *node)
{
	static const struct {
		const char *key;
		void (*read)(struct inventory_reader *reader, struct inventory_site *site,
		    const struct towerd_yaml_node *node);
	} parts[] = { { "location", read_location }, { "thresholds", read_thresholds },
		{ "depends-on", read_depends }, { "covers", read_covers }, { "devices", read_devices } };
	if (!is_a(reader, "sites", node, TOWERD_YAML_MAP))
		return;
	struct inventory_site *site = inventory_add_site(reader->inventory, place_of(node));
	for (size_t i = 0; site != NULL && i < towerd_yaml_count(node); i++) {
		const char *key = scalar(reader, "a key", towerd_yaml_key(node, i));
		size_t part = 0;
		while (key != NULL && part < sizeof(parts) / sizeof(parts[0]) &&
		    strcmp(parts[part].key, key) != 0)
			part++;
		if (key == NULL)
			continue;
		if (part < sizeof(parts) / sizeof(parts[0]))
			parts[part].read(reader, site, towerd_yaml_value(node, i));
		else
			read_scalar(reader, site, towerd_yaml_key(node, i), towerd_yaml_value(node, i));
	}
}

void
inventory_read_yaml(struct inventory_reader *reader, const char *text, size_t len)
{
	struct towerd_yaml *doc = towerd_yaml_parse(reader->inventory->name, text, len, reader->faults);
	if (doc == NULL)
		return;
	const struct towerd_yaml_node *root = towerd_yaml_root(doc);
	if (is_a(reader, "the inventory", root, TOWERD_YAML_MAP)) {
		for (size_t i = 0; i < towerd_yaml_count(root); i++) {
			const char *key = scalar(reader, "a key", towerd_yaml_key(root, i));
			if (key != NULL && strcmp(key, "sites") != 0)
				inventory_fault(reader, place_of(towerd_yaml_key(root, i)),
				    "unknown key \"%.64s\": sites is accepted", key);
		}
		const struct towerd_yaml_node *sites = towerd_yaml_get(root, "sites");
		/* `sites:` with nothing behind it is an empty inventory. */
		bool is_empty =
		    sites == NULL || (towerd_yaml_is_plain(sites) && towerd_yaml_text(sites)[0] == '\0');
		if (!is_empty && is_a(reader, "sites", sites, TOWERD_YAML_LIST))
			for (size_t i = 0; i < towerd_yaml_count(sites); i++)
				read_site(reader, towerd_yaml_item(sites, i));
	}
	towerd_yaml_free(doc);
}
