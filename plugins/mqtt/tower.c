/* SPDX-License-Identifier: ISC */
/*
 * A portable tower: its session, its telemetry, position and alarms.
 *
 * What is retained is not live: a retained birth says that a tower was connected once, so it is remembered (its will is recognised by
 * it) but the tower counts as reachable only from its first live message on. A will is acted on only when its session is the live
 * one: wills come late, when the tower is back already. What is wrong in a message is refused piece by piece, never the tower.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "plugins/mqtt/mqtt.h"

#define SESSION_MAX 64
#define KEY_MAX     128 /* "KIND:INSTANCE" */

struct point { /* a sensor key, once it was declared */
	char *key;
	const struct towerd_kind *kind;
	uint32_t sensor;
};

struct tower {
	uint32_t device;
	char site[TOPIC_ID_MAX + 1];
	char session[SESSION_MAX + 1]; /* "" : not known */
	bool is_live;                  /* a live message since we connected */
	bool has_seq;
	int64_t seq;
	struct point *points; /* sorted by key */
	size_t point_count;
};

struct towers {
	struct mqtt_state *mqtt;
	struct tower **items; /* sorted by site */
	size_t count;
};

/* A message being read: who sent it and where to complain. */
struct reading {
	struct towers *towers;
	struct tower *tower;
	const struct message *message;
	const struct towerd_json *json;
	int64_t device_ms; /* 0: it gave no (usable) time */
};

static void __attribute__((format(printf, 2, 3))) refuse(const struct reading *r, const char *format, ...)
{
	char reason[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	towerd_reject(r->towers->mqtt->ctx, r->tower->device, r->message->topic, reason);
}

int
towers_start(struct mqtt_state *mqtt, struct towers **out)
{
	struct towers *towers = calloc(1, sizeof(*towers));

	if (towers == NULL)
		return -ENOMEM;
	towers->mqtt = mqtt;
	*out = towers;
	return 0;
}

static void
tower_free(struct tower *tower)
{
	if (tower == NULL)
		return;
	for (size_t i = 0; i < tower->point_count; i++)
		free(tower->points[i].key);
	free(tower->points);
	free(tower);
}

void
towers_stop(struct towers *towers)
{
	if (towers == NULL)
		return;
	for (size_t i = 0; i < towers->count; i++)
		tower_free(towers->items[i]);
	free(towers->items);
	free(towers);
}

/* Where the tower of a site is, or would be. */
static size_t
towers_place(const struct towers *towers, const char *site)
{
	size_t low = 0, high = towers->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(towers->items[middle]->site, site) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tower *
tower_find(const struct towers *towers, const char *site)
{
	size_t i = towers_place(towers, site);
	return i < towers->count && strcmp(towers->items[i]->site, site) == 0 ? towers->items[i] : NULL;
}

int
tower_add(struct towers *towers, const struct towerd_device *device)
{
	struct towerd_ctx *ctx = towers->mqtt->ctx;
	struct tower *tower = tower_find(towers, device->site);

	if (tower != NULL && tower->device == device->number)
		return 0;
	if (tower != NULL)
		return towerd_fail(
		    ctx, -EEXIST, "%s has two mqtt devices: a site's topics can belong to one", device->site);
	if (strlen(device->site) > TOPIC_ID_MAX)
		return towerd_fail(ctx, -EINVAL, "the site's id is longer than a topic's can be");
	struct tower **grown = realloc(towers->items, (towers->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	towers->items = grown;
	tower = calloc(1, sizeof(*tower));
	if (tower == NULL)
		return -ENOMEM;
	tower->device = device->number;
	strcpy(tower->site, device->site);
	size_t i = towers_place(towers, tower->site);
	memmove(&towers->items[i + 1], &towers->items[i], (towers->count - i) * sizeof(*towers->items));
	towers->items[i] = tower;
	towers->count++;
	return 0;
}

void
tower_remove(struct towers *towers, uint32_t device)
{
	for (size_t i = 0; i < towers->count; i++) {
		if (towers->items[i]->device != device)
			continue;
		tower_free(towers->items[i]);
		towers->count--;
		memmove(
		    &towers->items[i], &towers->items[i + 1], (towers->count - i) * sizeof(*towers->items));
		return;
	}
}

void
towers_broker_lost(struct towers *towers, const char *reason)
{
	char text[128];

	snprintf(text, sizeof(text), "broker lost: %s", reason);
	for (size_t i = 0; i < towers->count; i++) {
		towers->items[i]->is_live = false;
		towers->items[i]->has_seq = false;
		(void)towerd_presence(
		    towers->mqtt->ctx, towers->items[i]->device, TOWERD_PRESENCE_UNKNOWN, text);
	}
}

static void
tower_is_alive(const struct reading *r)
{
	r->tower->is_live = true;
	(void)towerd_presence(r->towers->mqtt->ctx, r->tower->device, TOWERD_PRESENCE_REACHABLE, NULL);
}

static const char *
text_of(const struct towerd_json *object, const char *key)
{
	const char *text;
	size_t len;

	return towerd_json_text(towerd_json_get(object, key), &text, &len) == 0 ? text : NULL;
}

/* The message's own time. One that is far off is told and passed on: the agent keeps both and judges by its own. */
static void
read_time(struct reading *r)
{
	struct towerd_ctx *ctx = r->towers->mqtt->ctx;
	const struct mqtt_config *config = towerd_config(ctx);
	const struct towerd_json *t = towerd_json_get(r->json, "t");
	const char *text = text_of(r->json, "t");

	if (t == NULL)
		return;
	if (text == NULL || towerd_time_parse(text, &r->device_ms) < 0) {
		r->device_ms = 0;
		refuse(r, "\"t\" is not an RFC 3339 time");
		return;
	}
	int64_t off_ms = r->device_ms - towerd_utc_ms(ctx);
	if (off_ms > config->skew_ms || off_ms < -config->skew_ms)
		refuse(r, "its clock is %lld s %s", (long long)((off_ms < 0 ? -off_ms : off_ms) / 1000),
		    off_ms < 0 ? "behind" : "ahead");
}

static void
read_deployment(const struct reading *r)
{
	static const char *const names[] = { [TOWERD_PARKED] = "parked",
		[TOWERD_EN_ROUTE] = "en-route",
		[TOWERD_SET_UP] = "set-up",
		[TOWERD_ON_AIR] = "on-air",
		[TOWERD_DRAINING] = "draining" };
	const char *text = text_of(r->json, "deployment");

	if (text == NULL)
		return;
	for (size_t i = TOWERD_PARKED; i < TOWERD_COUNT(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			(void)towerd_deployment(
			    r->towers->mqtt->ctx, r->tower->device, (enum towerd_deployment)i, r->device_ms);
			return;
		}
	}
	refuse(r, "deployment \"%.32s\" is none of parked en-route set-up on-air draining", text);
}

static void
read_attributes(const struct reading *r)
{
	static const char *const names[] = { "model", "software", "serial" };

	for (size_t i = 0; i < TOWERD_COUNT(names); i++) {
		const char *text = text_of(r->json, names[i]);
		if (text != NULL)
			(void)towerd_attribute(r->towers->mqtt->ctx, r->tower->device, names[i], text);
	}
}

static void
read_birth(const struct reading *r, const char *session)
{
	struct tower *tower = r->tower;

	if (strcmp(tower->session, session) != 0) {
		strcpy(tower->session, session);
		tower->has_seq = false;
	}
	read_attributes(r);
	read_deployment(r);
	if (!r->message->is_retained)
		tower_is_alive(r);
}

static void
read_goodbye(const struct reading *r, const char *session)
{
	struct tower *tower = r->tower;

	if (tower->session[0] != '\0' && strcmp(tower->session, session) != 0) {
		towerd_count(r->towers->mqtt->ctx, "late-wills", 1);
		return;
	}
	strcpy(tower->session, session);
	tower->is_live = false;
	(void)towerd_presence(r->towers->mqtt->ctx, tower->device, TOWERD_PRESENCE_UNREACHABLE,
	    "it said goodbye, or its will came");
}

static void
read_status(struct reading *r)
{
	const char *session = text_of(r->json, "session");
	bool is_online;

	if (towerd_json_bool(towerd_json_get(r->json, "online"), &is_online) < 0) {
		refuse(r, "a status without \"online\": true or false");
		return;
	}
	if (session == NULL || session[0] == '\0' || strlen(session) > SESSION_MAX) {
		refuse(r, "a status without a \"session\" of 1 to %d characters", SESSION_MAX);
		return;
	}
	if (is_online)
		read_birth(r, session);
	else
		read_goodbye(r, session);
}

static int
point_compare(const void *key, const void *item)
{
	return strcmp(key, ((const struct point *)item)->key);
}

/* The sensor of a key, declared when it is new; NULL after a refusal. */
static const struct point *
point_of(const struct reading *r, const char *key)
{
	struct towerd_ctx *ctx = r->towers->mqtt->ctx;
	const struct mqtt_config *config = towerd_config(ctx);
	struct tower *tower = r->tower;
	char name[KEY_MAX];

	struct point *found = tower->points == NULL
	    ? NULL
	    : bsearch(key, tower->points, tower->point_count, sizeof(*found), point_compare);
	if (found != NULL)
		return found;
	const char *colon = strchr(key, ':');
	size_t len = colon != NULL ? (size_t)(colon - key) : strlen(key);
	if (strlen(key) >= KEY_MAX) {
		refuse(r, "a sensor key longer than %d characters", KEY_MAX - 1);
		return NULL;
	}
	memcpy(name, key, len);
	name[len] = '\0';
	const struct towerd_kind *kind = towerd_kind_find(ctx, name);
	if (kind == NULL) {
		refuse(r, "no such kind: \"%.64s\"", key);
		return NULL;
	}
	const struct towerd_sensor sensor = { .size = sizeof(sensor),
		.kind = kind->number,
		.instance = colon != NULL ? colon + 1 : "",
		.label = "",
		.interval_ms = config->telemetry_ms };
	struct point point = { .key = strdup(key), .kind = kind };
	struct point *grown = realloc(tower->points, (tower->point_count + 1) * sizeof(*grown));
	if (grown != NULL)
		tower->points = grown;
	int rc = point.key == NULL || grown == NULL
	    ? -ENOMEM
	    : towerd_sensor(ctx, tower->device, &sensor, &point.sensor);
	if (rc < 0) {
		free(point.key);
		refuse(r, "sensor \"%.64s\" cannot be taken: %s", key, strerror(-rc));
		return NULL;
	}
	size_t i = tower->point_count++;
	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): realloc() kept what was there */
	for (; i > 0 && strcmp(tower->points[i - 1].key, key) > 0; i--)
		tower->points[i] = tower->points[i - 1];
	tower->points[i] = point;
	return &tower->points[i];
}

static int
state_of(const struct towerd_kind *kind, const struct towerd_json *value, int64_t *out)
{
	const char *text;
	size_t len;

	if (towerd_json_text(value, &text, &len) < 0)
		return -EINVAL;
	for (int i = 0; kind->states[i] != NULL; i++) {
		if (strcmp(kind->states[i], text) == 0) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
value_of(const struct towerd_kind *kind, const struct towerd_json *value, int64_t *out)
{
	bool truth;
	int rc;

	switch (kind->value_class) {
	case TOWERD_KIND_NUMBER:
		return towerd_json_decimal(value, kind->decimals, out);
	case TOWERD_KIND_TRUTH:
		rc = towerd_json_bool(value, &truth);
		if (rc == 0)
			*out = truth;
		return rc;
	case TOWERD_KIND_STATE:
		return state_of(kind, value, out);
	}
	return -EINVAL;
}

static int
read_sensor(void *arg, const char *key, const struct towerd_json *value)
{
	struct reading *r = arg;
	const struct point *point = point_of(r, key);

	if (point == NULL)
		return 0;
	struct towerd_reading reading = {
		.sensor = point->sensor, .quality = TOWERD_GOOD, .device_ms = r->device_ms
	};
	if (towerd_json_is_null(value))
		reading.quality = TOWERD_UNKNOWN;
	else if (value_of(point->kind, value, &reading.value) < 0)
		reading.quality = TOWERD_FAULTY;
	if (reading.quality == TOWERD_FAULTY)
		refuse(r, "\"%.64s\" does not hold a value of its kind", key);
	(void)towerd_observe(r->towers->mqtt->ctx, &reading, 1);
	return 0;
}

/* False: this message was seen before (a repeat of QoS 1). */
static bool
read_sequence(struct reading *r)
{
	struct tower *tower = r->tower;
	const struct towerd_json *value = towerd_json_get(r->json, "seq");
	int64_t seq;

	if (value == NULL)
		return true;
	if (towerd_json_int(value, &seq) < 0) {
		refuse(r, "\"seq\" is not a whole number");
		return true;
	}
	if (tower->has_seq && seq == tower->seq) {
		towerd_count(r->towers->mqtt->ctx, "repeats", 1);
		return false;
	}
	if (tower->has_seq && seq != tower->seq + 1)
		refuse(r, "a gap in \"seq\": %lld after %lld", (long long)seq, (long long)tower->seq);
	tower->has_seq = true;
	tower->seq = seq;
	return true;
}

static void
read_telemetry(struct reading *r)
{
	const struct towerd_json *sensors = towerd_json_get(r->json, "sensors");

	if (!towerd_json_is_object(sensors)) {
		refuse(r, "telemetry without an object \"sensors\"");
		return;
	}
	if (r->message->is_retained) {
		refuse(r, "telemetry is retained: it is old, and was left out");
		return;
	}
	if (!read_sequence(r))
		return;
	tower_is_alive(r);
	(void)towerd_json_each(sensors, read_sensor, r);
}

static bool
read_decimal(
    const struct reading *r, const char *key, unsigned decimals, int64_t min, int64_t max, int64_t *out)
{
	int64_t value;

	if (towerd_json_decimal(towerd_json_get(r->json, key), decimals, &value) < 0 || value < min ||
	    value > max)
		return false;
	*out = value;
	return true;
}

static void
read_position(struct reading *r)
{
	int64_t latitude, longitude, altitude = INT32_MIN, accuracy = -1;

	if (!read_decimal(r, "lat", 7, -900000000, 900000000, &latitude) ||
	    !read_decimal(r, "lon", 7, -1800000000, 1800000000, &longitude)) {
		refuse(r, "a position without \"lat\" and \"lon\" on earth"); /* never with its numbers */
		return;
	}
	(void)read_decimal(r, "alt", 0, -1000, 20000, &altitude);
	(void)read_decimal(r, "accuracy", 0, 0, 10000000, &accuracy);
	const struct towerd_position position = { .size = sizeof(position),
		.latitude_e7 = (int32_t)latitude,
		.longitude_e7 = (int32_t)longitude,
		.altitude_m = (int32_t)altitude,
		.accuracy_m = (int32_t)accuracy,
		.device_ms = r->device_ms };
	(void)towerd_position(r->towers->mqtt->ctx, r->tower->device, &position);
	if (!r->message->is_retained)
		tower_is_alive(r);
}

static int
severity_of(const char *text)
{
	static const char *const names[] = { [TOWERD_INDETERMINATE] = "indeterminate",
		[TOWERD_WARNING] = "warning",
		[TOWERD_MINOR] = "minor",
		[TOWERD_MAJOR] = "major",
		[TOWERD_CRITICAL] = "critical" };

	for (int i = TOWERD_INDETERMINATE; text != NULL && i <= TOWERD_CRITICAL; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	return text == NULL ? 0 : -EINVAL;
}

static void
read_alarm(struct reading *r)
{
	const char *state = text_of(r->json, "state"), *type = text_of(r->json, "type"),
		   *id = text_of(r->json, "id");
	int severity = severity_of(text_of(r->json, "severity"));
	bool is_raised = state != NULL && strcmp(state, "raised") == 0;

	if (type == NULL || (!is_raised && (state == NULL || strcmp(state, "cleared") != 0)) ||
	    severity < 0) {
		refuse(r,
		    "an alarm needs \"type\", \"state\" (raised or cleared) and a severity of the standard's "
		    "words");
		return;
	}
	const struct towerd_fault fault = { .size = sizeof(fault),
		.device = r->tower->device,
		.type = type,
		.qualifier = id != NULL ? id : "",
		.is_raised = is_raised,
		.severity = severity,
		.text = text_of(r->json, "text"),
		.device_ms = r->device_ms };
	int rc = towerd_fault(r->towers->mqtt->ctx, &fault);
	if (rc < 0)
		refuse(r, "no such alarm type: \"%.64s\"", type);
	if (!r->message->is_retained)
		tower_is_alive(r);
}

void
tower_message(struct towers *towers, const struct topic *topic, const struct message *message)
{
	static void (*const readers[TOPIC_KINDS])(struct reading * r) = {
		[TOPIC_STATUS] = read_status,
		[TOPIC_TELEMETRY] = read_telemetry,
		[TOPIC_POSITION] = read_position,
		[TOPIC_ALARM] = read_alarm,
	};
	struct towerd_ctx *ctx = towers->mqtt->ctx;
	struct tower *tower = tower_find(towers, topic->id);
	char error[160];

	if (tower == NULL) {
		if (message->len > 0)
			(void)towerd_unclaimed(ctx, topic->id, message->topic);
		return;
	}
	if (message->len == 0)
		return; /* a retained message was deleted */
	struct reading r = { .towers = towers, .tower = tower, .message = message };
	struct towerd_json *root = towerd_json_parse(message->payload, message->len, error, sizeof(error));
	if (root == NULL || !towerd_json_is_object(root)) {
		refuse(&r, "not a JSON object: %s", root == NULL ? error : "an array");
		towerd_json_free(root);
		return;
	}
	r.json = root;
	read_time(&r);
	readers[topic->kind](&r);
	towerd_json_free(root);
}
