/* SPDX-License-Identifier: ISC */
/* The commands of sim-fleet. ADDRESS is a device's 127.x.y.z, or * for every device. */
#include <errno.h>
#include <string.h>

#include "tests/sim/clock.h"
#include "tests/sim/fleet_inside.h"

int
each_device(struct fleet_context *context, const struct words *words, struct reply *reply, device_fn fn)
{
	struct fleet *fleet = context->fleet;
	uint32_t address;

	if (strcmp(words->at[1], "*") == 0) {
		int rc = 0;
		for (size_t i = 0; rc == 0 && i < fleet->device_count; i++)
			rc = fn(context, fleet->devices[i], words, reply);
		return rc;
	}
	if (!words_ipv4(words->at[1], &address))
		return reply_error(reply, "\"%s\" is no IPv4 address, and not *", words->at[1]);
	struct device *device = fleet_device(fleet, address);
	if (device == NULL)
		return reply_error(reply, "no device at %s", words->at[1]);
	return fn(context, device, words, reply);
}

static int
add_record(void *data, const struct words *words, struct reply *reply)
{
	struct fleet_context *context = data;
	struct record *record;

	int rc = fleet_add_record(context->fleet, words->at[1], words->at[2], &record);
	if (rc == -EEXIST)
		return reply_error(reply, "record %s exists already", words->at[1]);
	if (rc == -ENODATA)
		return reply_error(reply, "%s holds no line that is OID|TAG|VALUE", words->at[2]);
	if (rc < 0)
		return reply_error(reply, "%s: %s", words->at[2], strerror(-rc));
	return reply_ok(reply, "varbinds=%u skipped=%u repeated=%u%s%s", record->count, record->skipped,
	    record->repeated, record->skipped > 0 ? " first-skipped: " : "", record->first_fault);
}

static int
add_devices(struct fleet_context *context, const char *first_word, int64_t count, const char *record_name,
    struct reply *reply)
{
	const struct record *record = fleet_record(context->fleet, record_name);
	uint32_t first;

	if (!words_ipv4(first_word, &first))
		return reply_error(reply, "\"%s\" is no IPv4 address", first_word);
	if (record == NULL)
		return reply_error(reply, "no record is named %s", record_name);
	for (int64_t i = 0; i < count; i++) {
		uint32_t a = first + (uint32_t)i;
		int rc = fleet_add_device(context->fleet, a, record, sim_clock_ms());
		if (rc < 0)
			return reply_error(reply, "%u.%u.%u.%u: %s", a >> 24, a >> 16 & 255, a >> 8 & 255,
			    a & 255,
			    rc == -EINVAL       ? "not in 127.0.0.0/8"
				: rc == -EEXIST ? "taken by another device"
						: strerror(-rc));
	}
	return 0;
}

static int
add_device(void *data, const struct words *words, struct reply *reply)
{
	return add_devices(data, words->at[1], 1, words->at[2], reply);
}

static int
add_device_range(void *data, const struct words *words, struct reply *reply)
{
	int64_t count;
	if (!words_number(words->at[2], 1, 1000000, &count))
		return reply_error(reply, "\"%s\" is no count from 1 to 1000000", words->at[2]);
	return add_devices(data, words->at[1], count, words->at[3], reply);
}

int
parse_oid(const char *word, uint8_t *oid, struct ber_slice *slice, struct reply *reply)
{
	*slice = (struct ber_slice){ oid, ber_oid_parse(word, strlen(word), oid) };
	return slice->size > 0 ? 0 : reply_error(reply, "\"%s\" is no numeric OID", word);
}

int
parse_value(const char *tag, const char *value, uint8_t *body, struct snmprec_item *item, struct reply *reply)
{
	enum snmprec_result result =
	    snmprec_parse_value(tag, strlen(tag), value, strlen(value), body, LINE_ROOM, item);
	return result == SNMPREC_ITEM
	    ? 0
	    : reply_error(reply, "\"%s\" with tag \"%s\": %s", value, tag, snmprec_result_names[result]);
}

int
own_result(int rc, const char *oid, struct reply *reply)
{
	switch (rc) {
	case 0:
		return 0;
	case -ENOENT:
		return reply_error(reply, "the device has nothing at %s", oid);
	case -EINVAL:
		return reply_error(
		    reply, "%s: not a 32-bit number there, or out of its range, or not within a week", oid);
	case -ENOSPC:
		return reply_error(reply, "the device has %d values of its own already", DEVICE_OWN_MAX);
	default:
		return reply_error(reply, "%s: %s", oid, strerror(-rc));
	}
}

static int
set_value(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	uint8_t oid[BER_OID_MAX], body[LINE_ROOM];
	struct ber_slice name;
	struct snmprec_item item;

	(void)context;
	if (parse_oid(words->at[2], oid, &name, reply) < 0 ||
	    parse_value(words->at[3], words->at[4], body, &item, reply) < 0)
		return -EINVAL;
	struct ber_slice value = { item.body, item.body_size };
	return own_result(device_set(device, name, item.tag, value), words->at[2], reply);
}

static int
vary_record(void *data, const struct words *words, struct reply *reply)
{
	struct fleet_context *context = data;
	struct record *record = fleet_record(context->fleet, words->at[1]);
	uint8_t oid[BER_OID_MAX];
	struct ber_slice name;
	int64_t span, period_ms;

	if (record == NULL)
		return reply_error(reply, "no record is named %s", words->at[1]);
	if (parse_oid(words->at[2], oid, &name, reply) < 0)
		return -EINVAL;
	if (!words_number(words->at[3], 0, INT32_MAX, &span))
		return reply_error(reply, "\"%s\" is no number from 0 to 2147483647", words->at[3]);
	if (!words_duration_ms(words->at[4], &period_ms) || period_ms == 0)
		return reply_error(reply, "\"%s\" is no duration (250ms 20s 2m 1h)", words->at[4]);
	int rc = record_vary(record, name, (uint32_t)span, period_ms);
	return rc == 0 ? 0
	    : rc == -ENOMEM
	    ? reply_error(reply, "%s", strerror(ENOMEM))
	    : reply_error(reply, "%s: %s", words->at[2],
		  rc == -ENOENT ? "not in the record" : "not an INTEGER, or too large with the span");
}

static int
unset_value(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	uint8_t oid[BER_OID_MAX];
	struct ber_slice name = { NULL, 0 };

	(void)context;
	if (strcmp(words->at[2], "all") != 0 && parse_oid(words->at[2], oid, &name, reply) < 0)
		return -EINVAL;
	return own_result(device_unset(device, name), words->at[2], reply);
}

static int
hide_value(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	uint8_t oid[BER_OID_MAX];
	struct ber_slice name;

	(void)context;
	if (parse_oid(words->at[2], oid, &name, reply) < 0)
		return -EINVAL;
	return own_result(device_hide(device, name), words->at[2], reply);
}

static int
ramp_value(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	uint8_t oid[BER_OID_MAX];
	struct ber_slice name;
	int64_t from, to, over_ms;

	(void)context;
	if (parse_oid(words->at[2], oid, &name, reply) < 0)
		return -EINVAL;
	if (!words_number(words->at[3], INT32_MIN, UINT32_MAX, &from) ||
	    !words_number(words->at[4], INT32_MIN, UINT32_MAX, &to))
		return reply_error(
		    reply, "\"%s\" to \"%s\": not two 32-bit numbers", words->at[3], words->at[4]);
	if (!words_duration_ms(words->at[5], &over_ms))
		return reply_error(reply, "\"%s\" is no duration (250ms 20s 2m 1h)", words->at[5]);
	return own_result(device_ramp(device, name, from, to, sim_clock_ms(), over_ms), words->at[2], reply);
}

static int
be_dead(struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	(void)reply;
	device->is_dead = strcmp(words->at[0], "dead") == 0;
	return 0;
}

static int
restart(struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	(void)words;
	(void)reply;
	device->boot_ms = sim_clock_ms();
	if (device->engine != NULL)
		engine_reboot(device->engine, sim_clock_real_ms());
	return 0;
}

static int
set_uptime(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	int64_t ticks;
	(void)context;
	if (!words_number(words->at[2], 0, UINT32_MAX, &ticks))
		return reply_error(
		    reply, "\"%s\" is no number of hundredths from 0 to 4294967295", words->at[2]);
	device->boot_ms = sim_clock_ms() - ticks * 10;
	return 0;
}

static int
set_loss(struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	int64_t percent;
	(void)context;
	if (!words_number(words->at[2], 0, 100, &percent))
		return reply_error(reply, "\"%s\" is no percentage from 0 to 100", words->at[2]);
	device->loss_percent = (uint8_t)percent;
	return 0;
}

static int
set_delay(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	return words_duration_ms(words->at[2], &device->delay_ms)
	    ? 0
	    : reply_error(reply, "\"%s\" is no duration (250ms 20s 2m 1h)", words->at[2]);
}

static int
set_community(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	if (strlen(words->at[2]) >= sizeof(device->community))
		return reply_error(reply, "a community of at most %zu octets", sizeof(device->community) - 1);
	strcpy(device->community, words->at[2]);
	return 0;
}

static int
set_version(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	bool is_v1 = strcmp(words->at[2], "1") == 0, is_v3 = strcmp(words->at[2], "3") == 0;
	if (!is_v1 && !is_v3 && strcmp(words->at[2], "2c") != 0)
		return reply_error(
		    reply, "\"%s\": 1 or 3 (answers no other) or 2c (answers all)", words->at[2]);
	device->is_v1_only = is_v1;
	device->is_v3_only = is_v3;
	return 0;
}

static int
set_limit(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	int64_t octets;
	(void)context;
	if (!words_number(words->at[2], 100, DEVICE_LIMIT_MAX, &octets))
		return reply_error(
		    reply, "\"%s\" is no size from 100 to %d octets", words->at[2], DEVICE_LIMIT_MAX);
	device->limit = (uint16_t)octets;
	return 0;
}

DEVICE_COMMAND(set_value)
DEVICE_COMMAND(unset_value)
DEVICE_COMMAND(hide_value)
DEVICE_COMMAND(ramp_value)
DEVICE_COMMAND(be_dead)
DEVICE_COMMAND(restart)
DEVICE_COMMAND(set_uptime)
DEVICE_COMMAND(set_loss)
DEVICE_COMMAND(set_delay)
DEVICE_COMMAND(set_community)
DEVICE_COMMAND(set_version)
DEVICE_COMMAND(set_limit)

const struct command fleet_commands[] = {
	{ "record", 2, "NAME FILE.snmprec", add_record },
	{ "device", 2, "ADDRESS RECORD", add_device },
	{ "devices", 3, "FIRST-ADDRESS COUNT RECORD", add_device_range },
	{ "set", 4, "ADDRESS OID TAG VALUE", set_value_command },
	{ "vary", 4, "RECORD OID SPAN PERIOD", vary_record },
	{ "unset", 2, "ADDRESS OID|all", unset_value_command },
	{ "hide", 2, "ADDRESS OID", hide_value_command },
	{ "ramp", 5, "ADDRESS OID FROM TO DURATION", ramp_value_command },
	{ "dead", 1, "ADDRESS", be_dead_command },
	{ "alive", 1, "ADDRESS", be_dead_command },
	{ "reboot", 1, "ADDRESS", restart_command },
	{ "uptime", 2, "ADDRESS HUNDREDTHS", set_uptime_command },
	{ "loss", 2, "ADDRESS PERCENT", set_loss_command },
	{ "delay", 2, "ADDRESS DURATION", set_delay_command },
	{ "community", 2, "ADDRESS TEXT", set_community_command },
	{ "version", 2, "ADDRESS 1|2c|3", set_version_command },
	{ "limit", 2, "ADDRESS OCTETS", set_limit_command },
	{ "user", 2, "ADDRESS NAME [AUTH PASSWORD [PRIV PASSWORD]]|off", user_command },
	{ "engine", 2, "ADDRESS HEX [BOOTS]", set_engine_command },
	{ "swap", 2, "ADDRESS RECORD [ENGINE-HEX]", swap_device_command },
	{ "move", 2, "ADDRESS NEW-ADDRESS", move_command },
	{ "jump", 2, "ADDRESS [-]DURATION", jump_clock_command },
	{ "no-bulk", 2, "ADDRESS drop|error|off", set_bulk_command },
	{ "max-varbinds", 2, "ADDRESS N|off", set_most_varbinds_command },
	{ "duplicate-oids", 2, "ADDRESS on|off", set_repeats_command },
	{ "unordered", 2, "ADDRESS on|off", set_unordered_command },
	{ "endless", 2, "ADDRESS grow|loop|off", set_endless_command },
	{ "answer-from", 2, "ADDRESS OTHER-ADDRESS|off", set_answer_from_command },
	{ "wrong-community", 2, "ADDRESS TEXT|off", set_answer_community_command },
	{ "duplicate-answers", 2, "ADDRESS on|off", set_answers_twice_command },
	{ "truncate", 2, "ADDRESS OCTETS|off", set_cut_command },
	{ "serve-error", 3, "ADDRESS OID STATUS", refuse_value_command },
	{ "trap", 3, "ADDRESS HOST:PORT TRAP-OID [OID TAG VALUE]…", trap_plain_command },
	{ "trap1", 3, "ADDRESS HOST:PORT TRAP-OID [OID TAG VALUE]…", trap_plain_command },
	{ "trap3", 4, "ADDRESS HOST:PORT USER TRAP-OID [OID TAG VALUE]…", trap_v3_command },
	{ "inform", 3, "ADDRESS HOST:PORT TRAP-OID [OID TAG VALUE]…", trap_plain_command },
	{ "count", 0, "[ADDRESS]", count_command },
	{ "spacing", 1, "ADDRESS", spacing_command },
};
const size_t fleet_command_count = sizeof(fleet_commands) / sizeof(fleet_commands[0]);
