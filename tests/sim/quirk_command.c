/* SPDX-License-Identifier: ISC */
/* The commands that make a device misbehave as real ones do. */
#include <errno.h>
#include <string.h>

#include "tests/sim/fleet_inside.h"
#include "tests/sim/message.h"

/* The place of the word in a table that ends with NULL; -EINVAL with the reply set when it is not there. */
static int
pick(const char *const *table, const char *word, struct reply *reply)
{
	char list[64] = "";

	for (int i = 0; table[i] != NULL; i++) {
		if (strcmp(table[i], word) == 0)
			return i;
		strcat(strcat(list, i == 0 ? "" : ", "), table[i]);
	}
	return reply_error(reply, "\"%s\" is none of: %s", word, list);
}

static struct quirks *
quirks_of(struct device *device, struct reply *reply)
{
	struct quirks *quirks = device_quirks(device);
	if (quirks == NULL)
		reply_error(reply, "%s", strerror(ENOMEM));
	return quirks;
}

static const char *const switch_words[] = { "off", "on", NULL };
static const char *const bulk_words[] = {
	[BULK_FINE] = "off", [BULK_DROPPED] = "drop", [BULK_REFUSED] = "error", NULL
};
static const char *const endless_words[] = { "off", "grow", "loop", NULL };

/* The device's quirks and what the command's word picks of its table; false with the reply set. */
static bool
take_choice(struct device *device, const struct words *words, const char *const *table, struct reply *reply,
    struct quirks **quirks, int *choice)
{
	*choice = pick(table, words->at[2], reply);
	*quirks = *choice < 0 ? NULL : quirks_of(device, reply);
	return *quirks != NULL;
}

/* The same for a number; "off" is 0. */
static bool
take_number(struct device *device, const struct words *words, int64_t max, struct reply *reply,
    struct quirks **quirks, uint16_t *number)
{
	int64_t value = 0;

	if (strcmp(words->at[2], "off") != 0 && !words_number(words->at[2], 1, max, &value)) {
		reply_error(
		    reply, "\"%s\" is no number from 1 to %lld, and not off", words->at[2], (long long)max);
		return false;
	}
	*quirks = quirks_of(device, reply);
	*number = (uint16_t)value;
	return *quirks != NULL;
}

static int
set_bulk(struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks;
	int choice;

	(void)context;
	if (!take_choice(device, words, bulk_words, reply, &quirks, &choice))
		return -EINVAL;
	quirks->bulk = (enum bulk_quirk)choice;
	return 0;
}

static int
set_most_varbinds(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks;
	uint16_t number;

	(void)context;
	if (!take_number(device, words, 1000, reply, &quirks, &number))
		return -EINVAL;
	quirks->most_varbinds = number;
	return 0;
}

static int
set_repeats(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks;
	int choice;

	(void)context;
	if (!take_choice(device, words, switch_words, reply, &quirks, &choice))
		return -EINVAL;
	quirks->repeats_rows = choice;
	return 0;
}

static int
set_unordered(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks;
	int choice;

	(void)context;
	if (!take_choice(device, words, switch_words, reply, &quirks, &choice))
		return -EINVAL;
	quirks->walk = choice ? WALK_UNORDERED : WALK_SORTED;
	return 0;
}

static int
set_endless(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	static const enum walk_quirk walks[] = { WALK_SORTED, WALK_GROWS, WALK_LOOPS };
	struct quirks *quirks;
	int choice;

	(void)context;
	if (!take_choice(device, words, endless_words, reply, &quirks, &choice))
		return -EINVAL;
	quirks->walk = walks[choice];
	return 0;
}

static int
set_answer_from(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks = quirks_of(device, reply);
	uint32_t address = 0;

	(void)context;
	if (quirks == NULL)
		return -EINVAL;
	if (strcmp(words->at[2], "off") != 0 && (!words_ipv4(words->at[2], &address) || address >> 24 != 127))
		return reply_error(reply, "\"%s\" is no 127.x.y.z, and not off", words->at[2]);
	quirks->answer_from = address;
	return 0;
}

static int
set_answer_community(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks = quirks_of(device, reply);
	const char *community = strcmp(words->at[2], "off") == 0 ? "" : words->at[2];

	(void)context;
	if (quirks == NULL)
		return -EINVAL;
	if (strlen(community) >= sizeof(quirks->answer_community))
		return reply_error(
		    reply, "a community of at most %zu octets", sizeof(quirks->answer_community) - 1);
	strcpy(quirks->answer_community, community);
	return 0;
}

static int
set_answers_twice(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks;
	int choice;

	(void)context;
	if (!take_choice(device, words, switch_words, reply, &quirks, &choice))
		return -EINVAL;
	quirks->answers_twice = choice;
	return 0;
}

static int
set_cut(struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct quirks *quirks;
	uint16_t number;

	(void)context;
	if (!take_number(device, words, DEVICE_LIMIT_MAX, reply, &quirks, &number))
		return -EINVAL;
	quirks->cut_octets = number;
	return 0;
}

static int
refuse_value(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	uint8_t oid[BER_OID_MAX];
	struct ber_slice name;
	int64_t status;

	(void)context;
	if (parse_oid(words->at[2], oid, &name, reply) < 0)
		return -EINVAL;
	if (!words_number(words->at[3], 1, SNMP_INCONSISTENT_NAME, &status))
		return reply_error(
		    reply, "\"%s\" is no error status from 1 to %d", words->at[3], SNMP_INCONSISTENT_NAME);
	return own_result(device_refuse(device, name, (uint8_t)status), words->at[2], reply);
}

DEVICE_COMMAND(set_bulk)
DEVICE_COMMAND(set_most_varbinds)
DEVICE_COMMAND(set_repeats)
DEVICE_COMMAND(set_unordered)
DEVICE_COMMAND(set_endless)
DEVICE_COMMAND(set_answer_from)
DEVICE_COMMAND(set_answer_community)
DEVICE_COMMAND(set_answers_twice)
DEVICE_COMMAND(set_cut)
DEVICE_COMMAND(refuse_value)
