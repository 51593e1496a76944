/* SPDX-License-Identifier: ISC */
/* The agent's half of receiving traps: who may send, and what came. */
#include "plugins/snmp/fleet/traps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/fleet/process.h"
#include "plugins/snmp/fleet/trap_lists.h"
#include "plugins/snmp/message.h"
#include "plugins/snmp/snmp.h"
#include "plugins/snmp/sorted.h"
#include "plugins/snmp/trap/listener.h"
#include "plugins/snmp/trap/origin.h"
#include "plugins/snmp/trap/speaker.h"

enum told { TOLD_PROFILE, TOLD_ENGINE, TOLD_COUNT };
static const char *const told_names[TOLD_COUNT] = { [TOLD_PROFILE] = "profile", [TOLD_ENGINE] = "engine-id" };

struct source { /* a device: what the process is told of it, kept so that it can be told again */
	uint32_t device;
	char *name; /* "SITE/SLOT" */
	void *message;
	size_t len;
	char *told[TOLD_COUNT]; /* NULL: not known */
};

struct traps {
	struct towerd_ctx *ctx;
	struct fleet *fleet;
	struct process process;
	struct towerd_timer *listen; /* rings when the devices of this turn are told */
	struct source *sources;      /* sorted by device */
	size_t count;
	struct trap_lists lists;
	struct message_writer scratch;
};

static void
send_scratch(struct traps *traps)
{
	if (!traps->scratch.failed)
		process_send(&traps->process, traps->scratch.data, traps->scratch.len);
}

/* ---- who may send */

static void
source_fini(struct source *source)
{
	if (source->message != NULL)
		explicit_bzero(source->message, source->len); /* secrets */
	free(source->message);
	free(source->name);
	for (unsigned i = 0; i < TOLD_COUNT; i++)
		free(source->told[i]);
}

static struct source *
find_source(const struct traps *traps, uint32_t device)
{
	return sorted_find(traps->sources, traps->count, sizeof(*traps->sources), device);
}

static void
tell_attribute(struct traps *traps, const struct source *source, enum told what)
{
	if (source->told[what] == NULL)
		return;
	message_begin(&traps->scratch, MESSAGE_ATTRIBUTE);
	message_put_u32(&traps->scratch, source->device);
	message_put_text(&traps->scratch, told_names[what]);
	message_put_text(&traps->scratch, source->told[what]);
	send_scratch(traps);
}

static void
tell_source(struct traps *traps, const struct source *source)
{
	process_send(&traps->process, source->message, source->len);
	for (unsigned i = 0; i < TOLD_COUNT; i++)
		tell_attribute(traps, source, (enum told)i);
}

static void
listen_now(struct towerd_ctx *ctx, void *arg)
{
	struct traps *traps = arg;

	(void)ctx;
	message_begin(&traps->scratch, MESSAGE_LISTEN);
	send_scratch(traps);
}

/* The file may have been read anew since: the names in it are looked up each time. */
static void
tell_accesses(struct traps *traps)
{
	const struct snmp_config *config = towerd_config(traps->ctx);
	struct access_settings access;

	for (size_t i = 0; i < config->trap_credentials.count; i++) {
		const char *name = config->trap_credentials.items[i];
		if (credentials_named(fleet_credentials(traps->fleet), name, &access) < 0) {
			towerd_log(traps->ctx, TOWERD_LOG_ERROR,
			    "trap-credentials \"%s\": the credentials' file has none of that name", name);
			continue;
		}
		message_begin(&traps->scratch, MESSAGE_TRAP_ACCESS);
		access_put(&traps->scratch, &access);
		send_scratch(traps);
		explicit_bzero(traps->scratch.data, traps->scratch.len);
	}
}

static void
tell_all(void *arg)
{
	struct traps *traps = arg;

	tell_accesses(traps);
	for (size_t i = 0; i < traps->count; i++)
		tell_source(traps, &traps->sources[i]);
	/* At the start of the agent the devices come in this turn of its loop, after the plugin. */
	towerd_timer_start(traps->ctx, traps->listen, 0);
}

/* The polled address, the one that it answers from, and those of `traps-from`: literal addresses, apart by commas or blanks. Returns how many. */
static int
read_hosts(struct towerd_ctx *ctx, const struct towerd_device *device, const struct entry *entry,
    struct in6_addr *hosts)
{
	const char *from = towerd_device_setting(device, "traps-from");
	int count = 0;

	hosts[count++] = entry->address.host;
	if (memcmp(&entry->answers_from.host, &hosts[0], sizeof(hosts[0])) != 0)
		hosts[count++] = entry->answers_from.host;
	for (from = from == NULL ? "" : from; *from != '\0'; from += strspn(from, ", ")) {
		struct in6_addr host;
		size_t len = strcspn(from, ", ");
		if (count == SPEAKER_ADDRESSES || wire_host_parse(from, len, &host) < 0)
			return towerd_fail(ctx, -EINVAL,
			    "traps-from \"%.*s\" is not a literal address, or one of more than %d", (int)len,
			    from, SPEAKER_ADDRESSES - 1);
		from += len;
		if (memcmp(&host, &hosts[0], sizeof(hosts[0])) != 0)
			hosts[count++] = host;
	}
	return count;
}

static int
source_insert(struct traps *traps, const struct source *source)
{
	struct source *old = find_source(traps, source->device);

	if (old != NULL) {
		struct source kept = *source;
		memcpy(kept.told, old->told, sizeof(kept.told));
		memset(old->told, 0, sizeof(old->told));
		source_fini(old);
		*old = kept;
		return 0;
	}
	void *sources = traps->sources;
	struct source *added = sorted_insert(&sources, &traps->count, sizeof(*added), source->device);
	traps->sources = sources;
	if (added == NULL)
		return -ENOMEM;
	*added = *source;
	return 0;
}

int
traps_add(struct traps *traps, const struct towerd_device *device, const struct entry *entry)
{
	struct in6_addr hosts[SPEAKER_ADDRESSES];
	struct source source = { .device = device->number };

	if (traps == NULL)
		return 0;
	int count = read_hosts(traps->ctx, device, entry, hosts);
	if (count < 0)
		return count;
	if (asprintf(&source.name, "%s/%s", device->site, device->slot) < 0)
		return -ENOMEM;
	struct message_writer *w = &traps->scratch;
	message_begin(w, MESSAGE_SENDER);
	message_put_u32(w, device->number);
	access_put(w, &entry->access);
	message_put_u32(w, (uint32_t)count);
	message_put_bytes(w, hosts, (size_t)count * sizeof(hosts[0]));
	message_put_text(w, source.name);
	source.len = w->len;
	source.message = w->failed ? NULL : malloc(w->len);
	if (source.message != NULL)
		memcpy(source.message, w->data, w->len);
	if (!w->failed)
		explicit_bzero(w->data, w->len);
	if (source.message == NULL || source_insert(traps, &source) < 0) {
		source_fini(&source);
		return -ENOMEM;
	}
	tell_source(traps, find_source(traps, device->number));
	return 0;
}

void
traps_remove(struct traps *traps, uint32_t device)
{
	struct source *source = traps == NULL ? NULL : find_source(traps, device);

	if (source == NULL)
		return;
	source_fini(source);
	sorted_remove(traps->sources, &traps->count, sizeof(*source), source);
	message_begin(&traps->scratch, MESSAGE_REMOVE);
	message_put_u32(&traps->scratch, device);
	send_scratch(traps);
}

void
traps_attribute(struct traps *traps, uint32_t device, const char *name, const char *value)
{
	struct source *source = traps == NULL ? NULL : find_source(traps, device);

	for (unsigned i = 0; i < TOLD_COUNT && source != NULL; i++) {
		if (strcmp(name, told_names[i]) != 0)
			continue;
		if (source->told[i] != NULL && strcmp(source->told[i], value) == 0)
			return;
		free(source->told[i]);
		source->told[i] = strdup(value);
		tell_attribute(traps, source, (enum told)i);
	}
}

void
traps_reload(struct traps *traps)
{
	if (traps == NULL)
		return;
	message_begin(&traps->scratch, MESSAGE_RELOAD);
	send_scratch(traps);
	tell_accesses(traps);
}

/* ---- what came */

static void
take_fault(struct traps *traps, struct message_reader *r)
{
	struct towerd_fault fault;
	uint32_t device = message_u32(r);

	if (!message_fault(r, &fault) || find_source(traps, device) == NULL)
		return;
	fault.device = device;
	(void)towerd_fault(traps->ctx, &fault);
	/* What the poll decides must be polled, also when the process dies before it asks for that. */
	if (fault.is_hint)
		fleet_poll_now(traps->fleet, device);
}

static void
take_poll_now(struct traps *traps, struct message_reader *r)
{
	uint32_t device = message_u32(r);

	if (message_is_whole(r))
		fleet_poll_now(traps->fleet, device);
}

static void
take_strange(struct traps *traps, struct message_reader *r)
{
	uint32_t device = message_u32(r), count = message_u32(r);
	const char *trap = message_text(r), *example = message_text(r);

	if (message_is_whole(r))
		trap_lists_strange(&traps->lists, device, count, trap, example, towerd_utc_ms(traps->ctx));
}

static void
take_refused(struct traps *traps, struct message_reader *r)
{
	uint32_t device = message_u32(r);
	struct wire_address address = { 0 };
	const void *host = message_bytes(r, sizeof(address.host));
	uint32_t reason = message_u32(r), count = message_u32(r);
	char text[WIRE_ADDRESS_TEXT];

	if (!message_is_whole(r) || reason >= ORIGIN_REASONS)
		return;
	memcpy(&address.host, host, sizeof(address.host));
	/* Said once, counted for ever; storms name themselves once. */
	if (trap_lists_refused(
		&traps->lists, device, &address.host, reason, count, towerd_utc_ms(traps->ctx))) {
		wire_address_format(&address, text, sizeof(text));
		*strrchr(text, ':') = '\0';
		towerd_reject(traps->ctx, device, text, origin_reasons[reason]);
	}
}

bool
traps_message(struct traps *traps, unsigned worker, const void *data, size_t len)
{
	static void (*const takers[])(struct traps * traps, struct message_reader * r) = {
		[MESSAGE_FAULT] = take_fault,
		[MESSAGE_POLL_NOW] = take_poll_now,
		[MESSAGE_STRANGE] = take_strange,
		[MESSAGE_REFUSED] = take_refused,
	};
	struct message_reader r = message_open(data, len);
	uint32_t type = message_u32(&r);

	if (traps == NULL || !process_is(&traps->process, worker))
		return false;
	if (type < TOWERD_COUNT(takers) && takers[type] != NULL)
		takers[type](traps, &r);
	else
		towerd_count(traps->ctx, "unknown-messages", 1);
	return true;
}

bool
traps_worker_exit(struct traps *traps, unsigned worker)
{
	if (traps == NULL || !process_is(&traps->process, worker))
		return false;
	process_ended(&traps->process);
	return true;
}

/* ---- beginning and end */

static int
check_options(struct towerd_ctx *ctx)
{
	const struct snmp_config *config = towerd_config(ctx);
	struct listener_address listen;
	struct wire_source relay;

	for (size_t i = 0; i < config->traps.count; i++)
		if (listener_address_parse(config->traps.items[i], &listen) < 0)
			return towerd_fail(ctx, -EINVAL,
			    "traps \"%s\" is not udp:PORT, udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT",
			    config->traps.items[i]);
	for (size_t i = 0; i < config->trap_relays.count; i++)
		if (wire_source_parse(config->trap_relays.items[i], &relay) < 0)
			return towerd_fail(ctx, -EINVAL, "trap-relays \"%s\" is not a literal address",
			    config->trap_relays.items[i]);
	return 0;
}

int
traps_start(struct towerd_ctx *ctx, struct fleet *fleet, struct traps **out)
{
	const struct snmp_config *config = towerd_config(ctx);

	if (config->traps.count == 0)
		return 0;
	struct traps *traps = calloc(1, sizeof(*traps));
	if (traps == NULL)
		return -ENOMEM;
	*out = traps;
	traps->ctx = ctx;
	traps->fleet = fleet;
	traps->process.id = -1;
	int rc = check_options(ctx);
	if (rc < 0)
		return rc;
	traps->listen = towerd_timer_new(ctx, listen_now, traps);
	if (traps->listen == NULL)
		return -ENOMEM;
	return process_init(&traps->process, ctx, "trap", tell_all, traps);
}

void
traps_stop(struct traps *traps)
{
	if (traps == NULL)
		return;
	process_fini(&traps->process);
	if (traps->listen != NULL)
		towerd_timer_free(traps->ctx, traps->listen);
	for (size_t i = 0; i < traps->count; i++)
		source_fini(&traps->sources[i]);
	trap_lists_fini(&traps->lists);
	message_fini(&traps->scratch);
	free(traps->sources);
	free(traps);
}

/* ---- commands */

static const char *
name_of(void *arg, uint32_t device)
{
	const struct source *source = find_source(arg, device);
	return source == NULL ? NULL : source->name;
}

static int
is_off(const struct traps *traps, struct towerd_ctx *ctx, struct towerd_out *out)
{
	if (traps != NULL)
		return 0;
	towerd_print_error(
	    ctx, out, "no traps are received: the option `traps` of plugin snmp names no address\n");
	return 1;
}

int
traps_print_unknown(struct traps *traps, struct towerd_ctx *ctx, struct towerd_out *out)
{
	if (is_off(traps, ctx, out))
		return 1;
	trap_lists_print_strange(&traps->lists, ctx, out, name_of, traps);
	return 0;
}

int
traps_print_refused(struct traps *traps, struct towerd_ctx *ctx, struct towerd_out *out)
{
	if (is_off(traps, ctx, out))
		return 1;
	trap_lists_print_refused(&traps->lists, ctx, out, name_of, traps);
	return 0;
}
