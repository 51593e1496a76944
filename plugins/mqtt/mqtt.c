/* SPDX-License-Identifier: ISC */
/* The plugin `mqtt`: portable towers and crews over MQTT (JSON). Options, start and stop, and which message goes where. */
#include <stdio.h>
#include <string.h>

#include "plugins/mqtt/mqtt.h"

static const struct towerd_option options[] = {
	{ "broker", TOWERD_OPT_TEXT, offsetof(struct mqtt_config, broker), .def = "mqtt://127.0.0.1:1883",
	    .help = "the broker: mqtt://HOST[:PORT] or mqtts://HOST[:PORT]" },
	{ "topic-prefix", TOWERD_OPT_TEXT, offsetof(struct mqtt_config, prefix), .def = "towers",
	    .help = "first part of every topic" },
	{ "client-id", TOWERD_OPT_TEXT, offsetof(struct mqtt_config, client_id),
	    .help = "name of the session at the broker, one for each agent; default: towerd-NAME" },
	{ "username", TOWERD_OPT_TEXT, offsetof(struct mqtt_config, username),
	    .help = "login at the broker" },
	{ "password", TOWERD_OPT_SECRET, offsetof(struct mqtt_config, password),
	    .help = "password of the login" },
	{ "tls-ca-file", TOWERD_OPT_PATH, offsetof(struct mqtt_config, ca_file),
	    .help = "certificate authority of an mqtts broker; default: those of the system" },
	{ "tls-cert-file", TOWERD_OPT_PATH, offsetof(struct mqtt_config, cert_file),
	    .help = "client certificate" },
	{ "tls-key-file", TOWERD_OPT_PATH, offsetof(struct mqtt_config, key_file),
	    .help = "key of the client certificate" },
	{ "keepalive", TOWERD_OPT_DURATION, offsetof(struct mqtt_config, keepalive_ms), .def = "30s",
	    .min = 5000, .max = 3600000, .help = "how often the connection is proven alive" },
	{ "telemetry-interval", TOWERD_OPT_DURATION, offsetof(struct mqtt_config, telemetry_ms), .def = "60s",
	    .min = 1000, .max = 86400000,
	    .help = "how often a tower is expected to send telemetry; values get stale by it" },
	{ "clock-skew", TOWERD_OPT_DURATION, offsetof(struct mqtt_config, skew_ms), .def = "10m", .min = 1000,
	    .max = 86400000, .help = "how far a tower's clock may be off before it is counted as wrong" },
	{ "max-payload", TOWERD_OPT_SIZE, offsetof(struct mqtt_config, max_payload), .def = "256KiB",
	    .min = 1024, .max = 16777216, .help = "larger messages are refused" },
};

void
mqtt_message(struct mqtt_state *mqtt, const struct message *message)
{
	struct towerd_ctx *ctx = mqtt->ctx;
	const struct mqtt_config *config = towerd_config(ctx);
	struct topic topic;

	towerd_count(ctx, "messages", 1);
	int rc = topic_parse(config->prefix, message->topic, &topic);
	if (rc < 0) {
		towerd_reject(ctx, 0, message->topic,
		    rc == -EINVAL ? "the id in the topic is not one" : "not a topic of ours");
		return;
	}
	if (message->len > (size_t)config->max_payload) {
		towerd_reject(ctx, 0, message->topic, "the message is larger than max-payload");
		return;
	}
	if (topic.kind == TOPIC_UPDATE)
		crew_message(mqtt->crews, &topic, message);
	else
		tower_message(mqtt->towers, &topic, message);
}

void
mqtt_broker_lost(struct mqtt_state *mqtt, const char *reason)
{
	towers_broker_lost(mqtt->towers, reason);
}

static void
mqtt_stop(struct towerd_ctx *ctx)
{
	struct mqtt_state *mqtt = towerd_state(ctx);

	connection_stop(mqtt->connection);
	crews_stop(mqtt->crews);
	towers_stop(mqtt->towers);
	*mqtt = (struct mqtt_state){ .ctx = ctx };
}

static int
mqtt_start(struct towerd_ctx *ctx)
{
	struct mqtt_state *mqtt = towerd_state(ctx);
	const struct mqtt_config *config = towerd_config(ctx);

	mqtt->ctx = ctx;
	if (config->prefix[0] == '\0' || strlen(config->prefix) > 64 || strpbrk(config->prefix, "+#") != NULL)
		return towerd_fail(ctx, -EINVAL,
		    "topic-prefix \"%s\" is not 1 to 64 characters without + and #", config->prefix);
	int rc = towers_start(mqtt, &mqtt->towers);
	if (rc == 0)
		rc = crews_start(mqtt, &mqtt->crews);
	if (rc == 0)
		rc = connection_start(mqtt, &mqtt->connection);
	return rc;
}

static int
mqtt_device_added(struct towerd_ctx *ctx, const struct towerd_device *device)
{
	struct mqtt_state *mqtt = towerd_state(ctx);
	return tower_add(mqtt->towers, device);
}

static void
mqtt_device_removed(struct towerd_ctx *ctx, uint32_t device)
{
	struct mqtt_state *mqtt = towerd_state(ctx);
	tower_remove(mqtt->towers, device);
}

static void
mqtt_receipt(struct towerd_ctx *ctx, uint64_t cookie, const struct towerd_receipt *receipt)
{
	struct mqtt_state *mqtt = towerd_state(ctx);
	crew_receipt(mqtt->crews, cookie, receipt);
}

TOWERD_PLUGIN(.name = "mqtt", .summary = "portable towers and crews over MQTT",
    .config_size = sizeof(struct mqtt_config), .state_size = sizeof(struct mqtt_state), TOWERD_LIST(options),
    .start = mqtt_start, .stop = mqtt_stop, .device_added = mqtt_device_added,
    .device_removed = mqtt_device_removed, .receipt = mqtt_receipt, );
