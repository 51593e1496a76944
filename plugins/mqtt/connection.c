/* SPDX-License-Identifier: ISC */
/*
 * libmosquitto in the loop, without a thread of its own: its socket is watched, its housekeeping is a timer. Only connecting may block (name
 * resolution, certificates), so that one call is made by a worker thread while nobody else touches the handle.
 *
 * The session is persistent (fixed client id): what was published at QoS 1 while the agent was away (crew updates, statuses, alarms) is
 * delivered afterwards. Telemetry and positions are subscribed at QoS 0: old ones are worth nothing.
 */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/mqtt/mqtt.h"

#define MISC_MS        1000
#define CONNACK_MS     10000
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 30000
#define READ_PACKETS   100

enum connection_state { CONNECTION_WAITING, CONNECTION_OPENING, CONNECTION_GREETING, CONNECTION_UP };

/* A connect under way on a thread; meanwhile nobody else touches the client. */
struct attempt {
	struct connection *connection; /* NULL: the plugin has stopped */
	struct mosquitto *client;
	char *host;
	int port, keepalive_s;
	int error; /* errno of the thread, for MOSQ_ERR_ERRNO */
};

struct connection {
	struct mqtt_state *mqtt;
	struct mosquitto *client;
	struct towerd_watch *watch;
	struct towerd_timer *misc, *retry;
	struct attempt *attempt; /* NULL: none under way */
	enum connection_state state;
	bool is_down_logged;
	int64_t backoff_ms, opened_ms;
	char *host;
	int port;
	bool is_tls;
};

static void connection_lost(struct connection *c, const char *reason);

static void
say_status(struct connection *c, const char *what, const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s", what, more);
	towerd_status(c->mqtt->ctx, text);
}

static void
attempt_free(struct attempt *attempt)
{
	free(attempt->host);
	free(attempt);
}

/* After every call into the library: it may have data to write, or another socket. */
static void
connection_sync(struct connection *c)
{
	if (c->watch != NULL)
		towerd_watch_set(c->mqtt->ctx, c->watch,
		    TOWERD_READ | (mosquitto_want_write(c->client) ? TOWERD_WRITE : 0));
}

static void
connection_ready(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct connection *c = arg;
	int rc = MOSQ_ERR_SUCCESS;

	(void)ctx;
	if ((events & TOWERD_READ) != 0)
		rc = mosquitto_loop_read(c->client, READ_PACKETS);
	if (rc == MOSQ_ERR_SUCCESS && (events & TOWERD_WRITE) != 0)
		rc = mosquitto_loop_write(c->client, READ_PACKETS);
	if (rc != MOSQ_ERR_SUCCESS)
		connection_lost(c, mosquitto_strerror(rc));
	else
		connection_sync(c);
}

static void
connection_misc(struct towerd_ctx *ctx, void *arg)
{
	struct connection *c = arg;

	if (c->state == CONNECTION_GREETING && towerd_now_ms(ctx) - c->opened_ms > CONNACK_MS) {
		connection_lost(c, "the broker does not answer CONNECT");
		return;
	}
	int rc = mosquitto_loop_misc(c->client);
	if (rc != MOSQ_ERR_SUCCESS) {
		connection_lost(c, mosquitto_strerror(rc));
		return;
	}
	connection_sync(c);
	towerd_timer_start(ctx, c->misc, MISC_MS);
}

static void
on_connect(struct mosquitto *client, void *arg, int rc)
{
	struct connection *c = arg;
	struct mqtt_state *mqtt = c->mqtt;
	const struct mqtt_config *config = towerd_config(mqtt->ctx);

	if (rc != 0) {
		towerd_log(mqtt->ctx, TOWERD_LOG_WARNING, "the broker refused the connection: %s",
		    mosquitto_connack_string(rc));
		return; /* it closes the connection itself */
	}
	c->state = CONNECTION_UP;
	c->backoff_ms = BACKOFF_MIN_MS;
	c->is_down_logged = false;
	towerd_log(mqtt->ctx, TOWERD_LOG_INFO, "connected to %s", config->broker);
	say_status(c, "connected to", config->broker);
	for (int kind = 0; kind < TOPIC_KINDS; kind++) {
		char filter[256];
		int qos = kind == TOPIC_TELEMETRY || kind == TOPIC_POSITION ? 0 : 1;
		if (topic_filter(config->prefix, (enum topic_kind)kind, filter, sizeof(filter)) == 0)
			(void)mosquitto_subscribe(client, NULL, filter, qos);
	}
}

static void
on_message(struct mosquitto *client, void *arg, const struct mosquitto_message *m)
{
	struct connection *c = arg;
	const struct message message = { .topic = m->topic,
		.payload = m->payload != NULL ? m->payload : "", /* NULL when it is empty */
		.len = m->payloadlen > 0 ? (size_t)m->payloadlen : 0,
		.is_retained = m->retain };

	(void)client;
	mqtt_message(c->mqtt, &message);
}

static int
attempt_run(void *arg)
{
	struct attempt *attempt = arg;

	int rc = mosquitto_connect_async(attempt->client, attempt->host, attempt->port, attempt->keepalive_s);
	attempt->error = errno;
	return rc;
}

static void
attempt_done(struct towerd_ctx *ctx, void *arg, int rc)
{
	struct attempt *attempt = arg;
	struct connection *c = attempt->connection;

	if (c == NULL) {
		mosquitto_destroy(attempt->client);
		attempt_free(attempt);
		return;
	}
	int error = attempt->error;
	c->attempt = NULL;
	attempt_free(attempt);
	int fd = mosquitto_socket(c->client);
	if (rc != MOSQ_ERR_SUCCESS || fd < 0) {
		connection_lost(c, rc == MOSQ_ERR_ERRNO ? strerror(error) : mosquitto_strerror(rc));
		return;
	}
	c->state = CONNECTION_GREETING;
	c->opened_ms = towerd_now_ms(ctx);
	c->watch = towerd_watch_new(ctx, fd, TOWERD_READ | TOWERD_WRITE, connection_ready, c);
	if (c->watch == NULL) {
		connection_lost(c, "out of memory");
		return;
	}
	connection_sync(c);
	towerd_timer_start(ctx, c->misc, MISC_MS);
}

static void
connection_open(struct towerd_ctx *ctx, void *arg)
{
	struct connection *c = arg;
	const struct mqtt_config *config = towerd_config(ctx);
	struct attempt *attempt = calloc(1, sizeof(*attempt));

	if (attempt != NULL)
		attempt->host = strdup(c->host);
	if (attempt == NULL || attempt->host == NULL) {
		free(attempt);
		connection_lost(c, "out of memory");
		return;
	}
	attempt->connection = c;
	attempt->client = c->client;
	attempt->port = c->port;
	attempt->keepalive_s = (int)(config->keepalive_ms / 1000);
	c->attempt = attempt;
	c->state = CONNECTION_OPENING;
	int rc = towerd_work(ctx, attempt_run, attempt_done, attempt);
	if (rc < 0) {
		c->attempt = NULL;
		attempt_free(attempt);
		connection_lost(c, strerror(-rc));
	}
}

/* Waits longer each time, and never as long as its neighbours: after a broker's restart not all come back at once. */
static void
connection_lost(struct connection *c, const char *reason)
{
	struct towerd_ctx *ctx = c->mqtt->ctx;
	bool was_up = c->state == CONNECTION_UP;

	if (c->watch != NULL)
		towerd_watch_free(ctx, c->watch);
	c->watch = NULL;
	towerd_timer_stop(ctx, c->misc);
	c->state = CONNECTION_WAITING;
	if (!c->is_down_logged)
		towerd_log(ctx, TOWERD_LOG_WARNING, "no broker: %s; trying again until it answers", reason);
	say_status(c, "no broker:", reason);
	c->is_down_logged = true;
	towerd_count(ctx, "broker-losses", was_up);
	if (was_up)
		mqtt_broker_lost(c->mqtt, reason);
	towerd_timer_start(ctx, c->retry, c->backoff_ms / 2 + random() % c->backoff_ms);
	c->backoff_ms = c->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : c->backoff_ms * 2;
}

/* mqtt://HOST[:PORT] or mqtts://HOST[:PORT]; an IPv6 address in brackets. */
static int
broker_parse(struct connection *c, const char *url)
{
	static const struct {
		const char *scheme;
		bool is_tls;
		int port;
	} schemes[] = { { "mqtt://", false, 1883 }, { "mqtts://", true, 8883 } };
	const char *host = NULL;

	for (size_t i = 0; i < TOWERD_COUNT(schemes); i++) {
		if (strncmp(url, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
			continue;
		host = url + strlen(schemes[i].scheme);
		c->is_tls = schemes[i].is_tls;
		c->port = schemes[i].port;
	}
	if (host == NULL)
		return -EINVAL;
	bool is_bracketed = host[0] == '[';
	const char *end = is_bracketed ? strchr(host, ']') : host + strcspn(host, ":/");
	if (end == NULL || end == host + is_bracketed)
		return -EINVAL;
	c->host = strndup(host + is_bracketed, (size_t)(end - host) - is_bracketed);
	if (c->host == NULL)
		return -ENOMEM;
	end += is_bracketed;
	if (*end == ':') {
		char *rest;
		long port = strtol(end + 1, &rest, 10);
		if (rest == end + 1 || port < 1 || port > 65535)
			return -EINVAL;
		c->port = (int)port;
		end = rest;
	}
	return *end == '\0' || strcmp(end, "/") == 0 ? 0 : -EINVAL;
}

static int
connection_settings(struct connection *c)
{
	struct towerd_ctx *ctx = c->mqtt->ctx;
	const struct mqtt_config *config = towerd_config(ctx);
	int rc = MOSQ_ERR_SUCCESS;

	mosquitto_connect_callback_set(c->client, on_connect);
	mosquitto_message_callback_set(c->client, on_message);
	if (config->username != NULL)
		rc = mosquitto_username_pw_set(c->client, config->username, config->password);
	if (rc == MOSQ_ERR_SUCCESS && c->is_tls)
		rc = mosquitto_tls_set(c->client, config->ca_file,
		    config->ca_file == NULL ? "/etc/ssl/certs" : NULL, config->cert_file, config->key_file,
		    NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		return towerd_fail(
		    ctx, -EINVAL, "cannot use the TLS or login settings: %s", mosquitto_strerror(rc));
	return 0;
}

int
connection_start(struct mqtt_state *mqtt, struct connection **out)
{
	struct towerd_ctx *ctx = mqtt->ctx;
	const struct mqtt_config *config = towerd_config(ctx);
	struct connection *c = calloc(1, sizeof(*c));
	char id[64];

	if (c == NULL)
		return -ENOMEM;
	*out = c;
	c->mqtt = mqtt;
	c->backoff_ms = BACKOFF_MIN_MS;
	int rc = broker_parse(c, config->broker);
	if (rc < 0)
		return towerd_fail(ctx, rc, "broker \"%s\" is not mqtt://HOST[:PORT] or mqtts://HOST[:PORT]",
		    config->broker);
	const char *name = towerd_setting(ctx, "name");
	snprintf(id, sizeof(id), "towerd-%s", name != NULL ? name : "agent");
	mosquitto_lib_init();
	c->client = mosquitto_new(config->client_id != NULL ? config->client_id : id, false, c);
	c->misc = towerd_timer_new(ctx, connection_misc, c);
	c->retry = towerd_timer_new(ctx, connection_open, c);
	if (c->client == NULL || c->misc == NULL || c->retry == NULL)
		return -ENOMEM;
	rc = connection_settings(c);
	if (rc == 0)
		towerd_timer_start(ctx, c->retry, 0);
	return rc;
}

void
connection_stop(struct connection *c)
{
	if (c == NULL)
		return;
	struct towerd_ctx *ctx = c->mqtt->ctx;

	if (c->watch != NULL)
		towerd_watch_free(ctx, c->watch);
	if (c->misc != NULL)
		towerd_timer_free(ctx, c->misc);
	if (c->retry != NULL)
		towerd_timer_free(ctx, c->retry);
	if (c->attempt != NULL) {
		c->attempt->connection =
		    NULL; /* attempt_done() comes all the same, and releases the client */
	} else if (c->client != NULL) {
		if (c->state == CONNECTION_UP) {
			mosquitto_disconnect(c->client);
			(void)mosquitto_loop_write(c->client, READ_PACKETS);
		}
		mosquitto_destroy(c->client);
	}
	free(c->host);
	free(c);
}

int
connection_publish(struct connection *c, const char *topic, const char *payload)
{
	if (c->attempt != NULL)
		return -EAGAIN; /* the client belongs to the thread that connects */
	int rc = mosquitto_publish(c->client, NULL, topic, (int)strlen(payload), payload, 1, false);

	connection_sync(c);
	return rc == MOSQ_ERR_SUCCESS || rc == MOSQ_ERR_NO_CONN ? 0 : -EIO;
}
