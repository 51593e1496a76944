/* SPDX-License-Identifier: ISC */
/* How to ask a device: by community or as a user. Secrets stay here: no message holds one. */
#include "plugins/snmp/fleet/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <towerd/json.h>

#define COMMUNITY_MAX 64
#define ABSENT        (-1)
#define FAULT_TEXT    256
#define WORD          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

/* As written: what is absent is ABSENT or NULL. */
struct written {
	int version, auth, priv;
	const char *community, *user, *context, *auth_key, *priv_key;
};

struct named {
	const char *name;
	struct written written;
};

struct credentials {
	const char *path;
	struct towerd_yaml *doc;
	struct named *items;
	size_t count;
	struct towerd_yaml *device_doc; /* of the device that was asked for last */
};

static const char *const version_names[] = {
	[ACCESS_V1] = "1", [ACCESS_V2C] = "2c", [ACCESS_V3] = "3", NULL
};

static const struct towerd_option rows[] = {
	{ "version", TOWERD_OPT_ENUM, offsetof(struct written, version), .names = version_names,
	    .help = "SNMP version; without it 3 if there is a user, else 2c" },
	{ "community", TOWERD_OPT_SECRET, offsetof(struct written, community), .help = "read community" },
	{ "user", TOWERD_OPT_TEXT, offsetof(struct written, user), .help = "user of version 3" },
	{ "auth", TOWERD_OPT_ENUM, offsetof(struct written, auth), .names = usm_auth_names,
	    .help = "how messages are authenticated" },
	{ "auth-key", TOWERD_OPT_SECRET, offsetof(struct written, auth_key),
	    .help = "pass phrase for authentication" },
	{ "priv", TOWERD_OPT_ENUM, offsetof(struct written, priv), .names = usm_priv_names,
	    .help = "how messages are enciphered" },
	{ "priv-key", TOWERD_OPT_SECRET, offsetof(struct written, priv_key),
	    .help = "pass phrase for privacy" },
	{ "context", TOWERD_OPT_TEXT, offsetof(struct written, context), .help = "contextName of version 3" },
};

const char *const credentials_keys[] = { "credentials", "version", "community", "community-file", "user",
	"auth", "auth-key", "auth-key-file", "priv", "priv-key", "priv-key-file", "context", NULL };

static const struct written nothing = { .version = ABSENT, .auth = ABSENT, .priv = ABSENT };

/* ---- from what is written to what is meant */

/* A sentence about what is wrong, and the key that it is about; NULL: nothing is. */
struct fault {
	const char *key, *sentence;
};

static struct access_settings
settings_of(const struct written *w)
{
	enum access_version guess = w->user != NULL ? ACCESS_V3 : ACCESS_V2C;

	return (struct access_settings){
		.version = w->version == ABSENT ? guess : (enum access_version)w->version,
		.is_version_free = w->version == ABSENT && guess == ACCESS_V2C,
		.community = w->community != NULL ? w->community : "",
		.user = w->user != NULL ? w->user : "",
		.context = w->context != NULL ? w->context : "",
		.auth = w->auth == ABSENT ? USM_AUTH_NONE : usm_auth_at(w->auth),
		.priv = w->priv == ABSENT ? USM_PRIV_NONE : usm_priv_at(w->priv),
		.auth_key = w->auth_key != NULL ? w->auth_key : "",
		.priv_key = w->priv_key != NULL ? w->priv_key : "",
	};
}

static struct fault
check_community(const struct access_settings *s)
{
	static const char *const only_v3 = "is for version 3; `version` says another one";

	if (s->community[0] == '\0')
		return (struct fault){ "version", "1 and 2c need a `community`, 3 a `user`" };
	if (strlen(s->community) > COMMUNITY_MAX)
		return (struct fault){ "community", "is longer than 64 octets" };
	if (s->user[0] != '\0')
		return (struct fault){ "user", only_v3 };
	if (s->auth != USM_AUTH_NONE || s->auth_key[0] != '\0')
		return (struct fault){ s->auth != USM_AUTH_NONE ? "auth" : "auth-key", only_v3 };
	if (s->priv != USM_PRIV_NONE || s->priv_key[0] != '\0')
		return (struct fault){ s->priv != USM_PRIV_NONE ? "priv" : "priv-key", only_v3 };
	return (struct fault){ s->context[0] != '\0' ? "context" : NULL, only_v3 };
}

/* The levels of USM: none, auth, auth and priv; each with its pass phrase. */
static struct fault
check_user(const struct access_settings *s)
{
	if (s->community[0] != '\0')
		return (struct fault){ "community", "is for versions 1 and 2c; version 3 has a `user`" };
	if (s->user[0] == '\0')
		return (struct fault){ "version", "3 needs a `user`" };
	if (strlen(s->user) > USM_USER_MAX)
		return (struct fault){ "user", "is longer than 32 octets" };
	if (strlen(s->context) > USM_CONTEXT_MAX)
		return (struct fault){ "context", "is longer than 32 octets" };
	if (s->auth == USM_AUTH_NONE && s->auth_key[0] != '\0')
		return (struct fault){ "auth-key",
			"is of no use without `auth`: MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512" };
	if (s->auth != USM_AUTH_NONE && s->auth_key[0] == '\0')
		return (struct fault){ "auth", "needs an `auth-key` or `auth-key-file`" };
	if (s->auth != USM_AUTH_NONE && strlen(s->auth_key) < USM_PHRASE_MIN)
		return (
		    struct fault){ "auth-key", "is shorter than 8 octets, which a pass phrase may not be" };
	if (s->priv == USM_PRIV_NONE && s->priv_key[0] != '\0')
		return (struct fault){
			"priv-key",
			"is of no use without `priv`: DES, AES-128, AES-192, AES-256, AES-192-C or AES-256-C"
		};
	if (s->priv != USM_PRIV_NONE && s->auth == USM_AUTH_NONE)
		return (
		    struct fault){ "priv", "needs `auth` too: there is no privacy without authentication" };
	if (s->priv != USM_PRIV_NONE && s->priv_key[0] == '\0')
		return (struct fault){ "priv", "needs a `priv-key` or `priv-key-file`" };
	if (s->priv != USM_PRIV_NONE && strlen(s->priv_key) < USM_PHRASE_MIN)
		return (
		    struct fault){ "priv-key", "is shorter than 8 octets, which a pass phrase may not be" };
	return (struct fault){ NULL, NULL };
}

static struct fault
check(const struct access_settings *settings)
{
	return settings->version == ACCESS_V3 ? check_user(settings) : check_community(settings);
}

/* ---- the file */

/* The place of a key, or of its -file, or of the entry. */
static const struct towerd_yaml_node *
place_of(const struct towerd_yaml_node *entry, const char *key)
{
	const struct towerd_yaml_node *node = towerd_yaml_get(entry, key);
	char file[64];

	snprintf(file, sizeof(file), "%s-file", key);
	if (node == NULL)
		node = towerd_yaml_get(entry, file);
	return node != NULL ? node : entry;
}

static bool
fill_entry(struct credentials *c, const struct towerd_yaml_node *entry, struct named *item,
    struct towerd_fault_sink *faults)
{
	item->written = nothing;
	if (towerd_yaml_options(c->doc, entry, rows, TOWERD_COUNT(rows), &item->written, faults) < 0)
		return false;
	const struct access_settings settings = settings_of(&item->written);
	const struct fault fault = check(&settings);
	if (fault.key != NULL)
		towerd_yaml_fault(c->doc, place_of(entry, fault.key), faults, "%s: \"%s\" %s", item->name,
		    fault.key, fault.sentence);
	return fault.key == NULL;
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
		c->items[c->count].name = towerd_yaml_text(towerd_yaml_key(root, i));
		c->count += fill_entry(c, towerd_yaml_value(root, i), &c->items[c->count], faults);
	}
	return 0;
}

/* A fault of the file as a whole. */
static int
refuse(struct towerd_fault_sink *faults, const char *path, const char *why)
{
	faults->count++;
	faults->report(faults->arg, path, 0, 0, why);
	return 0;
}

int
credentials_load(const char *path, struct towerd_fault_sink *faults, struct credentials **out)
{
	struct credentials *c = calloc(1, sizeof(*c));
	struct stat st;

	*out = c;
	if (c == NULL)
		return -ENOMEM;
	c->path = path;
	if (path == NULL)
		return 0;
	if (stat(path, &st) < 0)
		return refuse(faults, path, strerror(errno));
	if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0)
		return refuse(faults, path, "is not used: others may read or write it; chmod o-rw");
	c->doc = towerd_yaml_load(path, faults);
	return c->doc == NULL ? 0 : fill(c, faults);
}

void
credentials_free(struct credentials *c)
{
	if (c == NULL)
		return;
	free(c->items);
	towerd_yaml_free(c->doc);
	towerd_yaml_free(c->device_doc);
	free(c);
}

int
credentials_reload(struct credentials *c, struct towerd_fault_sink *faults)
{
	unsigned before = faults->count;
	struct credentials *fresh;
	int rc = credentials_load(c->path, faults, &fresh);

	if (rc == 0 && faults->count > before)
		rc = -EINVAL;
	if (rc == 0) {
		const struct credentials old = *c;
		*c = *fresh;
		*fresh = old;
	}
	credentials_free(fresh);
	return rc;
}

static const struct named *
find_named(const struct credentials *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	return NULL;
}

/* ---- a device */

static void
keep_first(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	char *text = arg;

	(void)file;
	(void)line;
	(void)column; /* of a text that nobody wrote */
	if (text[0] == '\0')
		snprintf(text, FAULT_TEXT, "%s", message);
}

static bool
is_word(const char *key, const char *value)
{
	for (size_t i = 0; i < TOWERD_COUNT(rows); i++)
		if (strcmp(rows[i].name, key) == 0 && rows[i].type == TOWERD_OPT_ENUM)
			return value[0] != '\0' && strspn(value, WORD) == strlen(value);
	return false;
}

/* A YAML map of the device's own keys; words stand as people write them, so that a fault quotes them rightly. NULL: no memory. */
static char *
write_map(const struct towerd_device *device)
{
	struct towerd_json_writer quoted = { 0 };
	char *map = NULL;
	size_t size;
	FILE *out = open_memstream(&map, &size);

	if (out == NULL)
		return NULL;
	fputs("{ ", out);
	for (size_t k = 1; credentials_keys[k] != NULL; k++) {
		const char *value = towerd_device_setting(device, credentials_keys[k]);
		if (value == NULL)
			continue;
		towerd_json_reset(&quoted);
		towerd_json_put_text(&quoted, NULL, value);
		const char *text = towerd_json_done(&quoted);
		fprintf(out, "%s: %s, ", credentials_keys[k],
		    is_word(credentials_keys[k], value) || text == NULL ? value : text);
	}
	fputs("}", out);
	towerd_json_fini(&quoted);
	if (fclose(out) == 0)
		return map;
	free(map);
	return NULL;
}

/* The device's own keys in place of the file's, read by the same rows. A path in them starts at the folder of the file. */
static int
overlay(
    struct towerd_ctx *ctx, struct credentials *c, const struct towerd_device *device, struct written *out)
{
	char text[FAULT_TEXT] = "";
	struct towerd_fault_sink faults = { .report = keep_first, .arg = text };
	size_t k = 1;

	while (credentials_keys[k] != NULL && towerd_device_setting(device, credentials_keys[k]) == NULL)
		k++;
	if (credentials_keys[k] == NULL)
		return 0; /* most devices have none of their own */
	char *map = write_map(device);

	towerd_yaml_free(c->device_doc);
	c->device_doc = NULL;
	if (map == NULL)
		return -ENOMEM;
	c->device_doc = towerd_yaml_parse(c->path != NULL ? c->path : "device", map, strlen(map), &faults);
	explicit_bzero(map, strlen(map));
	free(map);
	if (c->device_doc == NULL ||
	    towerd_yaml_options(
		c->device_doc, towerd_yaml_root(c->device_doc), rows, TOWERD_COUNT(rows), out, &faults) < 0)
		return towerd_fail(ctx, -EINVAL, "%s", text);
	return 0;
}

int
credentials_of(struct towerd_ctx *ctx, struct credentials *c, const struct towerd_device *device,
    struct access_settings *out)
{
	const char *name = towerd_device_setting(device, "credentials");
	const struct named *named = name == NULL ? NULL : find_named(c, name);
	struct written written = named != NULL ? named->written : nothing;

	if (name != NULL && named == NULL && c->path == NULL)
		return towerd_fail(
		    ctx, -ENOENT, "credentials \"%s\": the option `credentials` names no file", name);
	if (name != NULL && named == NULL)
		return towerd_fail(
		    ctx, -ENOENT, "credentials \"%s\": %s has none of that name", name, c->path);
	int rc = overlay(ctx, c, device, &written);
	if (rc < 0)
		return rc;
	if (name == NULL && written.community == NULL && written.user == NULL)
		return towerd_fail(ctx, -EINVAL, "it needs `credentials`, `community` or `user`");
	const struct access_settings settings = settings_of(&written);
	const struct fault fault = check(&settings);
	if (fault.key != NULL)
		return towerd_fail(ctx, -EINVAL, "\"%s\" %s", fault.key, fault.sentence);
	*out = settings;
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
credentials_named(const struct credentials *c, const char *name, struct access_settings *out)
{
	const struct named *named = find_named(c, name);

	if (named == NULL)
		return -ENOENT;
	if (out != NULL)
		*out = settings_of(&named->written);
	return 0;
}
