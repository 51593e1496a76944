/* SPDX-License-Identifier: ISC */
/* What the keys of a device's entry mean. */
#include "plugins/snmp/fleet/entry.h"

#include <string.h>

#include <towerd/time.h>

#include "plugins/snmp/snmp.h"

#define INTERVAL_MIN_MS 1000
#define INTERVAL_MAX_MS 86400000

static bool
is_one_of(const char *key, const char *const *keys)
{
	while (*keys != NULL && strcmp(*keys, key) != 0)
		keys++;
	return *keys != NULL;
}

/* Every key of the device's entry must be one that this driver knows. */
static int
check_keys(struct towerd_ctx *ctx, const struct towerd_device *device)
{
	static const char *const known[] = { "profile", "interval", "answers-from", "traps-from", NULL };

	for (size_t i = 0; i < device->setting_count; i++)
		if (!is_one_of(device->keys[i], known) && !is_one_of(device->keys[i], credentials_keys))
			return towerd_fail(ctx, -EINVAL,
			    "unknown key \"%s\": an snmp device has profile, interval, answers-from, "
			    "traps-from and credentials, or in place of what these say version, community, "
			    "user, auth, auth-key, priv, priv-key and context",
			    device->keys[i]);
	return 0;
}

static int
read_addresses(struct towerd_ctx *ctx, const struct wire_source *source, const struct towerd_device *device,
    struct wire_address *address, struct wire_address *answers_from)
{
	const struct snmp_config *config = towerd_config(ctx);
	const char *other = towerd_device_setting(device, "answers-from");

	if (wire_address_parse(device->address, address) < 0)
		return towerd_fail(ctx, -EINVAL,
		    "address \"%s\" is not ADDRESS[:PORT] with a literal address", device->address);
	if (!wire_source_reaches(source, address))
		return towerd_fail(ctx, -EINVAL, "address \"%s\" cannot be polled from `source` %s",
		    device->address, config->source);
	*answers_from = *address;
	struct wire_source host;
	if (wire_source_parse(other, &host) < 0)
		return towerd_fail(ctx, -EINVAL, "answers-from \"%s\" is not a literal address", other);
	if (host.is_set)
		answers_from->host = host.host;
	return 0;
}

static int
read_interval(struct towerd_ctx *ctx, const struct towerd_device *device, int64_t *interval_ms)
{
	const struct snmp_config *config = towerd_config(ctx);
	const char *text = towerd_device_setting(device, "interval");

	*interval_ms = config->interval_ms;
	if (text != NULL &&
	    (towerd_duration_parse(text, interval_ms) < 0 || *interval_ms < INTERVAL_MIN_MS ||
		*interval_ms > INTERVAL_MAX_MS))
		return towerd_fail(ctx, -EINVAL, "interval \"%s\" is not a duration from 1s to 1d", text);
	return 0;
}

static void
put_address(struct message_writer *w, const struct wire_address *address)
{
	message_put_bytes(w, &address->host, sizeof(address->host));
	message_put_u32(w, address->port);
}

int
entry_describe(struct towerd_ctx *ctx, struct credentials *credentials, const struct wire_source *source,
    const struct towerd_device *device, struct entry *entry, struct message_writer *w)
{
	const char *profile = towerd_device_setting(device, "profile");

	int rc = check_keys(ctx, device);
	if (rc == 0)
		rc = read_addresses(ctx, source, device, &entry->address, &entry->answers_from);
	if (rc == 0)
		rc = read_interval(ctx, device, &entry->interval_ms);
	if (rc == 0)
		rc = credentials_of(ctx, credentials, device, &entry->access);
	if (rc < 0)
		return rc;
	message_begin(w, MESSAGE_DEVICE);
	message_put_u32(w, device->number);
	access_put(w, &entry->access);
	put_address(w, &entry->address);
	put_address(w, &entry->answers_from);
	message_put_i64(w, entry->interval_ms);
	message_put_text(w, profile != NULL ? profile : "auto");
	return w->failed ? -ENOMEM : 0;
}
