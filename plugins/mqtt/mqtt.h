/* SPDX-License-Identifier: ISC */
/*
 * The plugin `mqtt`: what its files share.
 *
 *   mqtt.c        options, start and stop, which message goes where
 *   connection.c  libmosquitto in the loop: connect, back off, subscribe, publish
 *   topic.c       "PREFIX/site/SITE/telemetry" and its parts
 *   tower.c       a portable tower: its session, its telemetry, position and alarms
 *   crew.c        crew updates and their receipts
 */
#ifndef PLUGINS_MQTT_H
#define PLUGINS_MQTT_H

#include <towerd/json.h>
#include <towerd/plugin.h>

struct mqtt_config {
	const char *broker, *prefix, *client_id, *username, *password, *ca_file, *cert_file, *key_file;
	int64_t keepalive_ms, telemetry_ms, skew_ms, max_payload;
};

struct connection;
struct towers;
struct crews;

struct mqtt_state {
	struct towerd_ctx *ctx;
	struct connection *connection;
	struct towers *towers;
	struct crews *crews;
};

/* topic.c */
#define TOPIC_ID_MAX 32
enum topic_kind { TOPIC_STATUS, TOPIC_TELEMETRY, TOPIC_POSITION, TOPIC_ALARM, TOPIC_UPDATE, TOPIC_KINDS };
struct topic {
	enum topic_kind kind;
	char id[TOPIC_ID_MAX + 1]; /* of the site or the crew */
};
/* -ENOMSG: not one of ours; -EINVAL: ours, with an id that cannot be one. */
int topic_parse(const char *prefix, const char *text, struct topic *out);
/* The subscription for a kind, all ids: "PREFIX/site/+/status". */
int topic_filter(const char *prefix, enum topic_kind kind, char *out, size_t size);

/* connection.c */
struct message {
	const char *topic;
	const void *payload;
	size_t len;
	bool is_retained;
};
int connection_start(struct mqtt_state *mqtt, struct connection **out);
void connection_stop(struct connection *connection);
/* 0 also when it waits for the next connection; -EAGAIN while one is being made. */
int connection_publish(struct connection *connection, const char *topic, const char *payload);

/* mqtt.c */
void mqtt_message(struct mqtt_state *mqtt, const struct message *message);
void mqtt_broker_lost(struct mqtt_state *mqtt, const char *reason);

/* tower.c */
int towers_start(struct mqtt_state *mqtt, struct towers **out);
void towers_stop(struct towers *towers);
int tower_add(struct towers *towers, const struct towerd_device *device);
void tower_remove(struct towers *towers, uint32_t device);
void tower_message(struct towers *towers, const struct topic *topic, const struct message *message);
/* Nobody can tell how the towers are. */
void towers_broker_lost(struct towers *towers, const char *reason);

/* crew.c */
int crews_start(struct mqtt_state *mqtt, struct crews **out);
void crews_stop(struct crews *crews);
void crew_message(struct crews *crews, const struct topic *topic, const struct message *message);
void crew_receipt(struct crews *crews, uint64_t cookie, const struct towerd_receipt *receipt);

#endif
