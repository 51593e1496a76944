/* SPDX-License-Identifier: ISC */
/* How to ask a device: SNMP version and community. Secrets stay here: no message holds one. */
#include "plugins/snmp/fleet/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <towerd/yaml.h>

#define COMMUNITY_MAX 64

struct named {
	const char *name;
	int version;
	const char *community;
};

struct credentials {
	const char *path;
	struct towerd_yaml *doc;
	struct named *items;
	size_t count;
};

static const char *const version_names[] = { "1", "2c", NULL };
static const enum codec_version versions[] = { CODEC_V1, CODEC_V2C };

static const struct towerd_option named_options[] = {
	{ "version", TOWERD_OPT_ENUM, offsetof(struct named, version), .def = "2c", .names = version_names,
	    .help = "SNMP version" },
	{ "community", TOWERD_OPT_SECRET, offsetof(struct named, community), .required = true,
	    .help = "read community" },
};

static void
log_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	towerd_log(arg, TOWERD_LOG_ERROR, "%s:%u:%u: %s", file, line, column, message);
}

/* The file's root is the map itself: each key is a name. An entry with a fault is left out. */
static int
fill(struct credentials *c, struct towerd_fault_sink *faults)
{
	const struct towerd_yaml_node *root = towerd_yaml_root(c->doc);

	if (towerd_yaml_type(root) != TOWERD_YAML_MAP) {
		towerd_yaml_fault(
		    c->doc, root, faults, "a map of names is needed: NAME: { version: 2c, community: … }");
		return 0;
	}
	size_t count = towerd_yaml_count(root);
	c->items = calloc(count + 1, sizeof(*c->items));
	if (c->items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct named *item = &c->items[c->count];
		item->name = towerd_yaml_text(towerd_yaml_key(root, i));
		if (towerd_yaml_options(c->doc, towerd_yaml_value(root, i), named_options,
			TOWERD_COUNT(named_options), item, faults) == 0)
			c->count++;
	}
	return 0;
}

int
credentials_load(struct towerd_ctx *ctx, const char *path, struct credentials **out)
{
	struct towerd_fault_sink faults = { .report = log_fault, .arg = ctx };
	struct credentials *c = calloc(1, sizeof(*c));
	struct stat st;

	if (c == NULL)
		return -ENOMEM;
	*out = c;
	c->path = path;
	if (path == NULL)
		return 0;
	if (stat(path, &st) < 0) {
		towerd_log(ctx, TOWERD_LOG_ERROR, "credentials %s: %s", path, strerror(errno));
		return 0;
	}
	if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0) {
		towerd_log(ctx, TOWERD_LOG_ERROR,
		    "credentials %s are not used: others may read or write them; chmod o-rw", path);
		return 0;
	}
	c->doc = towerd_yaml_load(path, &faults);
	return c->doc == NULL ? 0 : fill(c, &faults);
}

void
credentials_free(struct credentials *c)
{
	if (c == NULL)
		return;
	free(c->items);
	towerd_yaml_free(c->doc);
	free(c);
}

static const struct named *
find_named(const struct credentials *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	return NULL;
}

static int
find_version(const char *name, enum codec_version *version)
{
	for (size_t i = 0; version_names[i] != NULL; i++) {
		if (strcmp(version_names[i], name) == 0) {
			*version = versions[i];
			return 0;
		}
	}
	return -EINVAL;
}

int
credentials_of(struct towerd_ctx *ctx, const struct credentials *c, const struct towerd_device *device,
    struct credential *out)
{
	const char *name = towerd_device_setting(device, "credentials"),
		   *version = towerd_device_setting(device, "version"),
		   *community = towerd_device_setting(device, "community");
	struct credential credential = { .version = CODEC_V2C, .community = community };

	if (name != NULL) {
		const struct named *named = find_named(c, name);
		if (named == NULL && c->path == NULL)
			return towerd_fail(
			    ctx, -ENOENT, "credentials \"%s\": the option `credentials` names no file", name);
		if (named == NULL)
			return towerd_fail(
			    ctx, -ENOENT, "credentials \"%s\": %s has none of that name", name, c->path);
		credential.version = versions[named->version];
		if (community == NULL)
			credential.community = named->community;
	}
	if (version != NULL && find_version(version, &credential.version) < 0)
		return towerd_fail(ctx, -EINVAL, "version \"%s\" is neither 1 nor 2c", version);
	if (credential.community == NULL)
		return towerd_fail(ctx, -EINVAL, "it needs `credentials` or `community`");
	if (strlen(credential.community) > COMMUNITY_MAX)
		return towerd_fail(ctx, -EINVAL, "its community is longer than %d octets", COMMUNITY_MAX);
	*out = credential;
	return 0;
}

size_t
credentials_count(const struct credentials *c)
{
	return c->count;
}

const char *
credentials_name(const struct credentials *c, size_t i)
{
	return c->items[i].name;
}

int
credentials_named(const struct credentials *c, const char *name, struct credential *out)
{
	const struct named *named = find_named(c, name);

	if (named == NULL)
		return -ENOENT;
	if (out != NULL)
		*out = (struct credential){ versions[named->version], named->community };
	return 0;
}
