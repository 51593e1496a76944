/* SPDX-License-Identifier: ISC */
/* Building an inventory: each value is checked where it is set, so that YAML and CSV refuse the same things in the same words. */
#include "agent/model/inventory_doc.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/model/decimal_text.h"
#include "agent/model/inside.h"
#include "support/decimal.h"
#include "support/utf8.h"

#define CHUNK 65536

struct inventory_chunk {
	struct inventory_chunk *before;
	size_t used, size;
	char room[];
};

struct inventory *
inventory_new(const char *name)
{
	struct inventory *inventory = calloc(1, sizeof(*inventory));
	if (inventory == NULL)
		return NULL;
	inventory->name = strdup(name);
	if (inventory->name == NULL) {
		free(inventory);
		return NULL;
	}
	inventory->users = 1;
	return inventory;
}

void
inventory_free(struct inventory *inventory)
{
	if (inventory == NULL || --inventory->users > 0)
		return;
	for (size_t i = 0; i < inventory->site_count; i++) {
		struct inventory_site *site = &inventory->sites[i];
		for (size_t d = 0; d < site->device_count; d++) {
			free(site->devices[d].keys);
			free(site->devices[d].values);
		}
		free(site->devices);
		free(site->thresholds);
	}
	for (struct inventory_chunk *chunk = inventory->chunks, *before; chunk != NULL; chunk = before) {
		before = chunk->before;
		free(chunk);
	}
	free(inventory->sites);
	free(inventory->by_id);
	free(inventory->name);
	free(inventory);
}

const char *
inventory_copy(struct inventory *inventory, const char *text, size_t len)
{
	struct inventory_chunk *chunk = inventory->chunks;
	if (chunk == NULL || chunk->size - chunk->used <= len) {
		size_t size = len + 1 > CHUNK ? len + 1 : CHUNK;
		chunk = malloc(sizeof(*chunk) + size);
		if (chunk == NULL)
			return NULL;
		*chunk = (struct inventory_chunk){ .before = inventory->chunks, .size = size };
		inventory->chunks = chunk;
	}
	char *copy = chunk->room + chunk->used;
	memcpy(copy, text, len);
	copy[len] = '\0';
	chunk->used += len + 1;
	return copy;
}

/* An array that doubles at each power of two. */
static void *
room(void *array, size_t count, size_t size)
{
	return (count & (count - 1)) != 0 ? array : realloc(array, (count == 0 ? 1 : count * 2) * size);
}

struct inventory_site *
inventory_add_site(struct inventory *inventory, struct inventory_place place)
{
	struct inventory_site *sites = room(inventory->sites, inventory->site_count, sizeof(*sites));
	if (sites == NULL)
		return NULL;
	inventory->sites = sites;
	struct inventory_site *site = &sites[inventory->site_count++];
	*site = (struct inventory_site){ .place = place,
		.id = "",
		.name = "",
		.area = "",
		.power_feeder = "",
		.depends_on = "",
		.covers = "",
		.kind = SITE_FIXED };
	return site;
}

struct inventory_device *
inventory_add_device(struct inventory *inventory, struct inventory_site *site, struct inventory_place place)
{
	(void)inventory;
	struct inventory_device *devices = room(site->devices, site->device_count, sizeof(*devices));
	if (devices == NULL)
		return NULL;
	site->devices = devices;
	struct inventory_device *device = &devices[site->device_count++];
	*device = (struct inventory_device){ .place = place, .slot = "", .driver = "", .address = "" };
	return device;
}

void
inventory_fault(struct inventory_reader *reader, struct inventory_place place, const char *format, ...)
{
	char sentence[512], message[512];
	va_list ap;
	va_start(ap, format);
	vsnprintf(sentence, sizeof(sentence), format, ap);
	va_end(ap);
	utf8_clean(message, sizeof(message), sentence, strlen(sentence), '\0');
	reader->faults->count++;
	if (reader->faults->report != NULL)
		reader->faults->report(
		    reader->faults->arg, reader->inventory->name, place.line, place.column, message);
}

/* [A-Za-z0-9][A-Za-z0-9._-]*: a site's id is an MQTT topic level, an SNMP context and a file name as well. */
static bool
is_id(const char *text, size_t max)
{
	size_t len = strlen(text);
	if (len == 0 || len > max || !isalnum((unsigned char)text[0]) || (unsigned char)text[0] > 0x7f)
		return false;
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static bool
is_area(const char *text)
{
	size_t len = strlen(text);
	if (len > INVENTORY_AREA_MAX || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-/") != len)
		return false;
	return len == 0 || (text[0] != '/' && text[len - 1] != '/' && strstr(text, "//") == NULL);
}

static int
set_text(struct inventory_reader *reader, struct inventory_place place, const char *key, const char *text,
    const char **at)
{
	if (strlen(text) > INVENTORY_TEXT_MAX) {
		inventory_fault(reader, place, "%s has %zu octets; at most %d are accepted", key,
		    strlen(text), INVENTORY_TEXT_MAX);
		return -EINVAL;
	}
	const char *copy = inventory_copy(reader->inventory, text, strlen(text));
	if (copy == NULL)
		return -ENOMEM;
	*at = copy;
	return 0;
}

static int
set_id(struct inventory_reader *reader, struct inventory_site *site, struct inventory_place place,
    const char *text)
{
	int rc = set_text(
	    reader, place, "id", text, &site->id); /* also a bad one: the site then is not called nameless */
	if (rc < 0 || is_id(text, INVENTORY_ID_MAX))
		return rc;
	inventory_fault(reader, place,
	    "id \"%.64s\": a letter or digit, then letters, digits, '.', '_' or '-', at most %d in all", text,
	    INVENTORY_ID_MAX);
	return -EINVAL;
}

static int
set_kind(struct inventory_reader *reader, struct inventory_site *site, struct inventory_place place,
    const char *text)
{
	for (int i = 0; site_kind_names[i] != NULL; i++) {
		if (strcmp(site_kind_names[i], text) == 0) {
			site->kind = (enum site_kind)(i + 1);
			return 0;
		}
	}
	inventory_fault(reader, place, "kind \"%.64s\": fixed or portable is accepted", text);
	return -EINVAL;
}

static int
set_area(struct inventory_reader *reader, struct inventory_site *site, struct inventory_place place,
    const char *text)
{
	if (!is_area(text)) {
		inventory_fault(reader, place,
		    "area \"%.80s\": parts of a-z, 0-9, '.', '_' and '-' joined by '/', at most %d octets in "
		    "all",
		    text, INVENTORY_AREA_MAX);
		return -EINVAL;
	}
	return set_text(reader, place, "area", text, &site->area);
}

static int
set_population(struct inventory_reader *reader, struct inventory_site *site, struct inventory_place place,
    const char *text)
{
	int64_t population;
	if (decimal_parse(text, 0, &population) < 0 || population < 0 || population > UINT32_MAX ||
	    strpbrk(text, ".eE") != NULL) {
		inventory_fault(reader, place,
		    "population \"%.64s\": a whole number from 0 to 4294967295 is accepted", text);
		return -EINVAL;
	}
	site->population = (uint32_t)population;
	return 0;
}

static int
set_budget(struct inventory_reader *reader, struct inventory_place place, const char *text, int64_t *out)
{
	if (towerd_size_parse(text, out) == 0 && *out > 0)
		return 0;
	inventory_fault(
	    reader, place, "link-budget \"%.64s\": a size for each day, such as 20MiB, is accepted", text);
	return -EINVAL;
}

int
inventory_set(struct inventory_reader *reader, struct inventory_site *site, struct inventory_place place,
    const char *key, const char *text)
{
	if (strcmp(key, "id") == 0)
		return set_id(reader, site, place, text);
	if (strcmp(key, "kind") == 0)
		return set_kind(reader, site, place, text);
	if (strcmp(key, "area") == 0)
		return set_area(reader, site, place, text);
	if (strcmp(key, "population") == 0)
		return set_population(reader, site, place, text);
	if (strcmp(key, "name") == 0)
		return set_text(reader, place, key, text, &site->name);
	if (strcmp(key, "power-feeder") == 0)
		return set_text(reader, place, key, text, &site->power_feeder);
	if (strcmp(key, "link-budget") == 0)
		return set_budget(reader, place, text, &site->link_budget);
	return -ENOENT;
}

/* The numbers stay out of the message: it may reach a log. */
static int
degrees_of(
    struct inventory_reader *reader, struct inventory_place place, const char *text, int limit, int32_t *out)
{
	int64_t value;
	if (decimal_parse(text, 7, &value) < 0 || value > (int64_t)limit * 10000000 ||
	    value < -(int64_t)limit * 10000000) {
		inventory_fault(reader, place, "location: degrees from -%d to %d are accepted", limit, limit);
		return -EINVAL;
	}
	*out = (int32_t)value;
	return 0;
}

int
inventory_set_location(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *latitude, const char *longitude)
{
	struct towerd_position p = { .size = sizeof(p), .altitude_m = INT32_MIN, .accuracy_m = -1 };
	int rc = degrees_of(reader, place, latitude, 90, &p.latitude_e7);
	int second = degrees_of(reader, place, longitude, 180, &p.longitude_e7);
	if (rc < 0 || second < 0)
		return -EINVAL;
	site->location = p;
	site->has_location = true;
	return 0;
}

static void
name_words(const struct catalogue_kind *kind, char *out, size_t size)
{
	size_t len = 0;
	out[0] = '\0';
	for (unsigned rule = 0; rule < CATALOGUE_RULES && kind->rules[rule].when != 0; rule++) {
		const struct catalogue_rule *r = &kind->rules[rule];
		for (unsigned step = 0; step < CATALOGUE_STEPS && r->severities[step] != 0; step++)
			if ((r->when == WHEN_BELOW || r->when == WHEN_ABOVE) && r->words[step] != NULL &&
			    len < size)
				len += (size_t)snprintf(
				    out + len, size - len, "%s%s", len == 0 ? "" : ", ", r->words[step]);
	}
}

static int
compare_thresholds(const struct model_threshold *a, const struct model_threshold *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->step == b->step ? 0 : a->step < b->step ? -1 : 1;
}

static int
add_threshold(struct inventory_site *site, const struct model_threshold *t)
{
	struct model_threshold *all = room(site->thresholds, site->threshold_count, sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	site->thresholds = all;
	size_t at = site->threshold_count;
	while (at > 0 && compare_thresholds(&all[at - 1], t) > 0)
		at--;
	if (at > 0 && compare_thresholds(&all[at - 1], t) == 0)
		return -EEXIST;
	memmove(all + at + 1, all + at, (site->threshold_count - at) * sizeof(*all));
	all[at] = *t;
	site->threshold_count++;
	return 0;
}

int
inventory_set_threshold(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *name, const char *word, const char *limit)
{
	char words[128];
	struct model_threshold t;
	const struct catalogue_kind *kind = catalogue_find(name);
	if (kind == NULL) {
		inventory_fault(reader, place, "thresholds: the catalogue has no kind \"%.64s\"", name);
		return -EINVAL;
	}
	if (!threshold_find(kind, word, &t)) {
		name_words(kind, words, sizeof(words));
		inventory_fault(reader, place, "thresholds: %s has no \"%.32s\"; accepted: %s", name, word,
		    words[0] == '\0' ? "none" : words);
		return -EINVAL;
	}
	if (decimal_parse(limit, kind->kind.decimals, &t.limit) < 0) {
		inventory_fault(reader, place, "thresholds: \"%.32s\" is not a number", limit);
		return -EINVAL;
	}
	if (t.limit < kind->kind.min || t.limit > kind->kind.max) {
		char low[DECIMAL_TEXT], high[DECIMAL_TEXT];
		inventory_fault(reader, place, "thresholds: %s %s: %.32s is outside %s to %s %s", name, word,
		    limit, decimal_text(kind->kind.min, kind->kind.decimals, low),
		    decimal_text(kind->kind.max, kind->kind.decimals, high), kind->kind.unit);
		return -EINVAL;
	}
	int rc = add_threshold(site, &t);
	if (rc == -EEXIST)
		inventory_fault(reader, place, "thresholds: %s %s is given twice", name, word);
	return rc;
}

bool
inventory_next_id(const char **at, char id[INVENTORY_ID_MAX + 1])
{
	*at += strspn(*at, " |&");
	size_t len = strcspn(*at, " |&");
	if (len == 0)
		return false;
	size_t kept = len > INVENTORY_ID_MAX ? INVENTORY_ID_MAX : len;
	memcpy(id, *at, kept);
	id[kept] = '\0';
	*at += len;
	return true;
}

/* Writes the ids of `text` with single spaces; with marks between them ('|', '&'), or none. */
static int
set_ids(struct inventory_reader *reader, struct inventory_place place, const char *key, const char *text,
    bool has_marks, const char **out)
{
	size_t size = strlen(text) * 2 + 2, len = 0;
	char *line = malloc(size);
	bool wants_id = true;
	int rc = 0;
	if (line == NULL)
		return -ENOMEM;
	line[0] = '\0';
	for (const char *at = text; rc == 0 && *(at += strspn(at, " \t")) != '\0';) {
		char id[INVENTORY_ID_MAX + 2];
		bool is_mark = *at == '|' || *at == '&';
		size_t n = is_mark ? 1 : strcspn(at, " \t|&");
		snprintf(id, sizeof(id), "%.*s", (int)(n < sizeof(id) ? n : sizeof(id) - 1), at);
		if (has_marks && !is_mark && !wants_id) {
			inventory_fault(reader, place, "%s: '|' or '&' is expected before \"%s\"", key, id);
			rc = -EINVAL;
		} else if (is_mark ? wants_id : !is_id(id, INVENTORY_ID_MAX)) {
			inventory_fault(reader, place, "%s: \"%s\" is not the id of a site", key, id);
			rc = -EINVAL;
		}
		wants_id = is_mark;
		len += (size_t)snprintf(line + len, size - len, "%s%s", len == 0 ? "" : " ", id);
		at += n;
	}
	if (rc == 0 && wants_id && len > 0) {
		inventory_fault(reader, place, "%s: ends where the id of a site is expected", key);
		rc = -EINVAL;
	}
	if (rc == 0) {
		*out = inventory_copy(reader->inventory, line, len);
		rc = *out == NULL ? -ENOMEM : 0;
	}
	free(line);
	return rc;
}

int
inventory_set_depends(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *text)
{
	site->depends_place = place;
	return set_ids(reader, place, "depends-on", text, true, &site->depends_on);
}

int
inventory_set_covers(struct inventory_reader *reader, struct inventory_site *site,
    struct inventory_place place, const char *text)
{
	site->covers_place = place;
	if (strpbrk(text, "|&") != NULL) {
		inventory_fault(reader, place, "covers: site ids with spaces between them are accepted");
		return -EINVAL;
	}
	return set_ids(reader, place, "covers", text, false, &site->covers);
}

static int
add_setting(struct inventory_reader *reader, struct inventory_device *device, struct inventory_place place,
    const char *key, const char *text)
{
	if (device->setting_count == INVENTORY_SETTINGS_MAX) {
		inventory_fault(reader, place, "device %s has more than %d settings", device->slot,
		    INVENTORY_SETTINGS_MAX);
		return -EINVAL;
	}
	const char **keys = room(device->keys, device->setting_count, sizeof(*keys));
	if (keys == NULL)
		return -ENOMEM;
	device->keys = keys;
	const char **values = room(device->values, device->setting_count, sizeof(*values));
	if (values == NULL)
		return -ENOMEM;
	device->values = values;
	/* By name, so that the order of a file makes no difference. */
	size_t at = device->setting_count;
	while (at > 0 && strcmp(keys[at - 1], key) > 0)
		at--;
	if (at > 0 && strcmp(keys[at - 1], key) == 0) {
		inventory_fault(reader, place, "%s is given twice", key);
		return -EINVAL;
	}
	const char *copy = NULL, *name = inventory_copy(reader->inventory, key, strlen(key));
	int rc = name == NULL ? -ENOMEM : set_text(reader, place, key, text, &copy);
	if (rc < 0)
		return rc;
	memmove(keys + at + 1, keys + at, (device->setting_count - at) * sizeof(*keys));
	memmove(values + at + 1, values + at, (device->setting_count - at) * sizeof(*values));
	keys[at] = name;
	values[at] = copy;
	device->setting_count++;
	return 0;
}

static int
set_policy(struct inventory_reader *reader, struct inventory_device *device, struct inventory_place place,
    const char *text)
{
	for (uint8_t i = 0; identity_policy_names[i] != NULL; i++)
		if (strcmp(identity_policy_names[i], text) == 0) {
			device->identity_policy = (uint8_t)(i + IDENTITY_ACCEPT);
			return 0;
		}
	inventory_fault(reader, place, "identity \"%.64s\": accept or hold is accepted", text);
	return -EINVAL;
}

int
inventory_set_device(struct inventory_reader *reader, struct inventory_device *device,
    struct inventory_place place, const char *key, const char *text)
{
	bool is_slot = strcmp(key, "id") == 0;
	if (is_slot || strcmp(key, "driver") == 0) {
		if (!is_id(text, INVENTORY_ID_MAX)) {
			inventory_fault(reader, place,
			    "device %s \"%.64s\": a letter or digit, then letters, digits, '.', '_' or '-', "
			    "at most %d in all",
			    key, text, INVENTORY_ID_MAX);
			return -EINVAL;
		}
		return set_text(reader, place, key, text, is_slot ? &device->slot : &device->driver);
	}
	if (strcmp(key, "address") == 0)
		return set_text(reader, place, key, text, &device->address);
	if (strcmp(key, "link-budget") == 0)
		return set_budget(reader, place, text, &device->link_budget);
	if (strcmp(key, "identity") == 0)
		return set_policy(reader, device, place, text);
	if (!is_id(key, 64)) {
		inventory_fault(reader, place, "\"%.64s\" is not the name of a setting", key);
		return -EINVAL;
	}
	return add_setting(reader, device, place, key, text);
}
