/* SPDX-License-Identifier: ISC */
/* How to ask a device: SNMP version and community. Secrets stay here: no message holds one. */
#include "plugins/snmp/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <towerd/yaml.h>

struct named {
	const char *name;
	int version;
	const char *community;
};

struct credentials {
	struct towerd_yaml *doc;
	struct towerd_table table; /* struct named */
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

/* The file's root is the map itself: each key is a name. */
static int
fill(struct credentials *c, struct towerd_fault_sink *faults)
{
	const struct towerd_yaml_node *root = towerd_yaml_root(c->doc);
	size_t count = towerd_yaml_type(root) == TOWERD_YAML_MAP ? towerd_yaml_count(root) : 0;
	struct named *items = calloc(count + 1, sizeof(*items));

	if (items == NULL)
		return -ENOMEM;
	c->table = (struct towerd_table){ items, count };
	if (towerd_yaml_type(root) != TOWERD_YAML_MAP) {
		towerd_yaml_fault(
		    c->doc, root, faults, "a map of names is needed: NAME: { version: 2c, community: … }");
		return -EINVAL;
	}
	int rc = 0;
	for (size_t i = 0; i < count; i++) {
		if (towerd_yaml_options(c->doc, towerd_yaml_value(root, i), named_options,
			TOWERD_COUNT(named_options), &items[i], faults) < 0)
			rc = -EINVAL;
		items[i].name = towerd_yaml_text(towerd_yaml_key(root, i));
	}
	return rc;
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
	if (path == NULL)
		return 0;
	if (stat(path, &st) < 0)
		return towerd_fail(ctx, -errno, "credentials %s: %s", path, strerror(errno));
	if ((st.st_mode & S_IROTH) != 0)
		return towerd_fail(ctx, -EPERM, "credentials %s can be read by everyone: chmod o-r it", path);
	c->doc = towerd_yaml_load(path, &faults);
	int rc = c->doc == NULL ? -EINVAL : fill(c, &faults);
	return rc < 0 ? towerd_fail(ctx, rc, "credentials %s: %u faults", path, faults.count) : 0;
}

void
credentials_free(struct credentials *c)
{
	if (c == NULL)
		return;
	free((void *)(uintptr_t)c->table.items);
	towerd_yaml_free(c->doc);
	free(c);
}

int
credentials_of(struct towerd_ctx *ctx, const struct credentials *credentials,
    const struct towerd_device *device, struct credential *out)
{
	const char *name = towerd_device_setting(device, "credentials"),
		   *version = towerd_device_setting(device, "version"),
		   *community = towerd_device_setting(device, "community");
	const struct named *items = credentials->table.items;

	*out = (struct credential){ .version = CODEC_V2C, .community = community };
	if (name != NULL) {
		size_t i = 0;
		while (i < credentials->table.count && strcmp(items[i].name, name) != 0)
			i++;
		if (i == credentials->table.count)
			return towerd_fail(
			    ctx, -ENOENT, "%s/%s: no credentials \"%s\"", device->site, device->slot, name);
		out->version = versions[items[i].version];
		if (community == NULL)
			out->community = items[i].community;
	}
	for (size_t i = 0; version != NULL; i++) {
		if (version_names[i] == NULL)
			return towerd_fail(ctx, -EINVAL, "%s/%s: version \"%s\" is none of 1 2c",
			    device->site, device->slot, version);
		if (strcmp(version_names[i], version) == 0) {
			out->version = versions[i];
			break;
		}
	}
	if (out->community == NULL || strlen(out->community) > 64)
		return towerd_fail(ctx, -EINVAL,
		    "%s/%s: a community of at most 64 octets is needed (`credentials:` or `community:`)",
		    device->site, device->slot);
	return 0;
}
