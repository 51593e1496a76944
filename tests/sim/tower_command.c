/* SPDX-License-Identifier: ISC */
/* The commands of sim-tower. ID is a tower's, or * for every one. */
#include "tests/sim/tower_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One tower's share of a command: words->at[2…] are its arguments. 0, or -EINVAL with the reply set. */
typedef int (*tower_fn)(struct tower *tower, const struct words *words, struct reply *reply);

static struct tower *
find_tower(const struct tower_context *context, const char *id)
{
	for (size_t i = 0; i < context->count; i++)
		if (strcmp(context->towers[i]->id, id) == 0)
			return context->towers[i];
	return NULL;
}

static int
each_tower(struct tower_context *context, const struct words *words, struct reply *reply, tower_fn fn)
{
	if (strcmp(words->at[1], "*") == 0) {
		int rc = 0;
		for (size_t i = 0; rc == 0 && i < context->count; i++)
			rc = fn(context->towers[i], words, reply);
		return rc;
	}
	struct tower *tower = find_tower(context, words->at[1]);
	if (tower == NULL)
		return reply_error(reply, "no tower is named %s", words->at[1]);
	return fn(tower, words, reply);
}

static int
publish_result(const struct tower *tower, int rc, struct reply *reply)
{
	return rc == 0 ? 0 : reply_error(reply, "%s: %s", tower->id, strerror(-rc));
}

static int
copy_text(char *to, size_t room, const char *text, struct reply *reply)
{
	if (strlen(text) >= room)
		return reply_error(reply, "\"%s\" is longer than %zu octets", text, room - 1);
	strcpy(to, text);
	return 0;
}

/* KEY=VALUE of the command `tower`. */
static int
apply_option(struct tower *tower, char *word, struct reply *reply)
{
	char *value = strchr(word, '=');
	if (value == NULL)
		return reply_error(reply, "\"%s\" is not KEY=VALUE", word);
	*value++ = '\0';
	if (strcmp(word, "model") == 0)
		return copy_text(tower->model, sizeof(tower->model), value, reply);
	if (strcmp(word, "software") == 0)
		return copy_text(tower->software, sizeof(tower->software), value, reply);
	if (strcmp(word, "deployment") == 0)
		return copy_text(tower->deployment, sizeof(tower->deployment), value, reply);
	if (strcmp(word, "interval") == 0)
		return words_duration_ms(value, &tower->interval_ms) && tower->interval_ms > 0
		    ? 0
		    : reply_error(reply, "interval=%s is no duration (250ms 20s 2m 1h)", value);
	if (strcmp(word, "start") == 0 && strcmp(value, "away") == 0) {
		tower->is_away = true;
		return 0;
	}
	return reply_error(
	    reply, "\"%s\": there are model= software= deployment= interval= start=away", word);
}

static int
add_tower(void *data, const struct words *words, struct reply *reply)
{
	struct tower_context *context = data;
	const char *id = words->at[1];

	if (!tower_id_is_valid(id))
		return reply_error(reply, "\"%s\" is no id ([A-Za-z0-9][A-Za-z0-9._-]{0,31})", id);
	if (find_tower(context, id) != NULL)
		return reply_error(reply, "tower %s exists already", id);
	struct tower *tower = tower_new(id, context->prefix, &context->broker);
	struct tower **grown = realloc(context->towers, (context->count + 1) * sizeof(*grown));
	if (grown != NULL)
		context->towers = grown;
	int rc = tower == NULL || grown == NULL ? reply_error(reply, "%s", strerror(ENOMEM)) : 0;
	for (size_t i = 2; rc == 0 && i < words->count; i++)
		rc = apply_option(tower, words->at[i], reply);
	if (rc < 0) {
		tower_free(tower);
		return rc;
	}
	context->towers[context->count++] = tower;
	return 0;
}

static int
set_sensor(struct tower *tower, const struct words *words, struct reply *reply)
{
	return publish_result(tower, sensors_set(&tower->sensors, words->at[2], words->at[3]), reply);
}

static int
unset_sensor(struct tower *tower, const struct words *words, struct reply *reply)
{
	return sensors_unset(&tower->sensors, words->at[2]) == 0
	    ? 0
	    : reply_error(reply, "%s has no sensor %s", tower->id, words->at[2]);
}

static int
ramp_sensor(struct tower *tower, const struct words *words, struct reply *reply)
{
	int64_t over_ms;
	if (!words_duration_ms(words->at[5], &over_ms) || over_ms == 0)
		return reply_error(reply, "\"%s\" is no duration (250ms 20s 2m 1h)", words->at[5]);
	int rc =
	    sensors_ramp(&tower->sensors, words->at[2], words->at[3], words->at[4], sim_clock_ms(), over_ms);
	return rc == -EINVAL
	    ? reply_error(reply, "\"%s\" to \"%s\": not two numbers", words->at[3], words->at[4])
	    : publish_result(tower, rc, reply);
}

static int
be_silent(struct tower *tower, const struct words *words, struct reply *reply)
{
	(void)reply;
	tower->is_silent = strcmp(words->at[0], "silence") == 0;
	return 0;
}

static int
drop(struct tower *tower, const struct words *words, struct reply *reply)
{
	(void)words;
	(void)reply;
	tower_drop(tower);
	return 0;
}

static int
leave(struct tower *tower, const struct words *words, struct reply *reply)
{
	(void)words;
	(void)reply;
	tower_leave(tower);
	return 0;
}

static int
come_back(struct tower *tower, const struct words *words, struct reply *reply)
{
	(void)words;
	(void)reply;
	tower_return(tower);
	return 0;
}

static int
late_will(struct tower *tower, const struct words *words, struct reply *reply)
{
	int64_t in_ms;
	if (!words_duration_ms(words->at[2], &in_ms))
		return reply_error(reply, "\"%s\" is no duration (250ms 20s 2m 1h)", words->at[2]);
	return publish_result(tower, tower_will_late(tower, sim_clock_ms() + in_ms), reply);
}

static int
deploy(struct tower *tower, const struct words *words, struct reply *reply)
{
	int rc = copy_text(tower->deployment, sizeof(tower->deployment), words->at[2], reply);
	if (rc < 0 || !link_is_up(tower->link))
		return rc; /* the next birth says it */
	return publish_result(tower, tower_publish_status(tower), reply);
}

static int
report(struct tower *tower, const struct words *words, struct reply *reply)
{
	(void)words;
	return publish_result(tower, tower_publish_telemetry(tower), reply);
}

static int
publish_raw(struct tower *tower, const struct words *words, struct reply *reply)
{
	return publish_result(tower, tower_publish_raw(tower, words->at[2], words->at[3]), reply);
}

static int
leave_gap(struct tower *tower, const struct words *words, struct reply *reply)
{
	int64_t count;
	if (!words_number(words->at[2], -1000000, 1000000, &count))
		return reply_error(reply, "\"%s\" is no count of reports to leave out", words->at[2]);
	tower->seq += count;
	return 0;
}

static int
skew(struct tower *tower, const struct words *words, struct reply *reply)
{
	const char *word = words->at[2];
	bool is_behind = word[0] == '-';
	int64_t ms;
	if (!words_duration_ms(word + is_behind, &ms))
		return reply_error(reply, "\"%s\" is no duration (250ms 20s 2m 1h, or - in front)", word);
	tower->skew_ms = is_behind ? -ms : ms;
	return 0;
}

static int
place(struct tower *tower, const struct words *words, struct reply *reply)
{
	struct position position = { 0 };
	char *const fields[] = { position.lat, position.lon, position.alt, position.accuracy };
	for (size_t i = 2; i < words->count && i < 6; i++)
		if (copy_text(fields[i - 2], sizeof(position.lat), words->at[i], reply) < 0)
			return -EINVAL;
	tower->position = position;
	if (!link_is_up(tower->link))
		return 0; /* the next birth is followed by it */
	return publish_result(tower, tower_publish_position(tower), reply);
}

static int
send_alarm(struct tower *tower, const struct words *words, struct reply *reply)
{
	char *const *at = words->at;
	const char *text = words->count > 6 ? at[6] : "";
	return publish_result(tower, tower_publish_alarm(tower, at[2], at[3], at[4], at[5], text), reply);
}

static int
send_crew_update(void *data, const struct words *words, struct reply *reply)
{
	struct tower_context *context = data;
	char topic[256];
	snprintf(topic, sizeof(topic), "%s/crew/%s/update", context->prefix, words->at[1]);
	int rc = link_publish(context->crew, topic, words->at[2], false);
	if (rc < 0)
		return reply_error(reply, "crew %s: %s", words->at[1], strerror(-rc));
	context->crew_published++;
	return 0;
}

static int
count_tower(struct tower *tower, const struct words *words, struct reply *reply)
{
	(void)words;
	return reply_ok(reply, "state=%s%s session=%s deployment=%s seq=%lld published=%lu",
	    tower->is_away       ? "away"
		: tower->is_born ? "online"
				 : "connecting",
	    tower->is_silent ? ",silent" : "", tower->session, tower->deployment, (long long)tower->seq,
	    tower->published);
}

static int
count(void *data, const struct words *words, struct reply *reply)
{
	struct tower_context *context = data;
	if (words->count > 1 && strcmp(words->at[1], "*") != 0)
		return each_tower(context, words, reply, count_tower);
	size_t online = 0, away = 0;
	uint64_t published = context->crew_published;
	for (size_t i = 0; i < context->count; i++) {
		const struct tower *tower = context->towers[i];
		online += link_is_up(tower->link) && tower->is_born;
		away += tower->is_away;
		published += tower->published;
	}
	return reply_ok(reply, "towers=%zu online=%zu away=%zu published=%lu crew=%s", context->count, online,
	    away, published, link_is_up(context->crew) ? "up" : "down");
}

/* A command about towers: its row below names the function that runs for each. */
#define TOWER_COMMAND(fn)                                                                   \
	static int fn##_command(void *data, const struct words *words, struct reply *reply) \
	{                                                                                   \
		return each_tower(data, words, reply, fn);                                  \
	}
TOWER_COMMAND(set_sensor)
TOWER_COMMAND(unset_sensor)
TOWER_COMMAND(ramp_sensor)
TOWER_COMMAND(be_silent)
TOWER_COMMAND(drop)
TOWER_COMMAND(leave)
TOWER_COMMAND(come_back)
TOWER_COMMAND(late_will)
TOWER_COMMAND(deploy)
TOWER_COMMAND(report)
TOWER_COMMAND(publish_raw)
TOWER_COMMAND(leave_gap)
TOWER_COMMAND(skew)
TOWER_COMMAND(place)
TOWER_COMMAND(send_alarm)

const struct command tower_commands[] = {
	{ "tower", 1, "ID [model=… software=… deployment=… interval=10s start=away]", add_tower },
	{ "set", 3, "ID KIND[:INSTANCE] VALUE", set_sensor_command },
	{ "unset", 2, "ID KIND[:INSTANCE]", unset_sensor_command },
	{ "ramp", 5, "ID KIND[:INSTANCE] FROM TO DURATION", ramp_sensor_command },
	{ "silence", 1, "ID", be_silent_command },
	{ "speak", 1, "ID", be_silent_command },
	{ "drop", 1, "ID", drop_command },
	{ "leave", 1, "ID", leave_command },
	{ "return", 1, "ID", come_back_command },
	{ "late-will", 2, "ID DURATION", late_will_command },
	{ "deployment", 2, "ID parked|en-route|set-up|on-air|draining", deploy_command },
	{ "report", 1, "ID", report_command },
	{ "raw", 3, "ID status|telemetry|position|alarm PAYLOAD", publish_raw_command },
	{ "gap", 2, "ID COUNT", leave_gap_command },
	{ "skew", 2, "ID [-]DURATION", skew_command },
	{ "position", 3, "ID LAT LON [ALT [ACCURACY]]", place_command },
	{ "alarm", 5, "ID ALARM-ID TYPE raised|cleared SEVERITY [TEXT]", send_alarm_command },
	{ "crew", 2, "CREW TOKEN", send_crew_update },
	{ "count", 0, "[ID]", count },
};
const size_t tower_command_count = sizeof(tower_commands) / sizeof(tower_commands[0]);
