/* SPDX-License-Identifier: ISC */
/* The commands about who a device is: SNMPv3 users and engines, swapped boxes, moved addresses, clocks that jump. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/clock.h"
#include "tests/sim/fleet_inside.h"

/* RFC 3411, SnmpEngineID: enterprise 99999, which is nobody's. */
#define ENGINE_HEAD "\x80\x01\x86\x9f"
enum { ENGINE_IPV4 = 1, ENGINE_OCTETS = 5 };

static const uint8_t engine_id_oid[] = { 0x2b, 6, 1, 6, 3, 10, 2, 1, 1, 0 }; /* snmpEngineID.0 */

static void
put_be32(uint8_t *out, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * (3 - i)));
}

/* The device's engine; its identity comes from its first address. NULL with the reply set. */
static struct engine *
engine_of(struct device *device, struct reply *reply)
{
	uint8_t id[9] = ENGINE_HEAD;

	id[4] = ENGINE_IPV4;
	put_be32(id + 5, device->address);
	if (device->engine == NULL)
		device->engine = engine_new(id, sizeof(id), sim_clock_real_ms());
	if (device->engine == NULL)
		reply_error(reply, "%s", strerror(ENOMEM));
	return device->engine;
}

static int
add_user(struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct engine *engine = engine_of(device, reply);

	(void)words;
	if (engine == NULL)
		return -EINVAL;
	return engine_add_user(engine, context->credential) == 0
	    ? 0
	    : reply_error(reply, "a device has at most %d users", ENGINE_USERS);
}

static int
remove_user(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	(void)context;
	return device->engine != NULL && engine_remove_user(device->engine, words->at[2]) == 0
	    ? 0
	    : reply_error(reply, "the device has no user %s", words->at[2]);
}

static int
check_password(const char *password, struct reply *reply)
{
	return strlen(password) >= USM_PASSWORD
	    ? 0
	    : reply_error(reply, "a password of at least %d octets", USM_PASSWORD);
}

/* user ADDRESS NAME [AUTH PASSWORD [PRIV PASSWORD]]: made once, however many devices get it. */
static int
read_credential(struct fleet_context *context, const struct words *words, struct reply *reply)
{
	enum usm_auth auth = USM_NO_AUTH;
	enum usm_priv priv = USM_NO_PRIV;
	size_t count = words->count;

	if (count != 3 && count != 5 && count != 7)
		return reply_error(
		    reply, "a user has a name, or AUTH PASSWORD as well, or PRIV PASSWORD too");
	if (strlen(words->at[2]) > USER_NAME_MAX)
		return reply_error(reply, "a name of at most %d octets", USER_NAME_MAX);
	if (count >= 5 && !usm_auth_named(words->at[3], &auth))
		return reply_error(
		    reply, "\"%s\" is none of: MD5 SHA SHA-224 SHA-256 SHA-384 SHA-512", words->at[3]);
	if (count >= 7 && !usm_priv_named(words->at[5], &priv))
		return reply_error(
		    reply, "\"%s\" is none of: DES AES AES-192 AES-256 AES-192-C AES-256-C", words->at[5]);
	if ((count >= 5 && check_password(words->at[4], reply) < 0) ||
	    (count >= 7 && check_password(words->at[6], reply) < 0))
		return -EINVAL;
	context->credential = credential_get(&context->fleet->credentials, words->at[2], auth,
	    count >= 5 ? words->at[4] : NULL, priv, count >= 7 ? words->at[6] : NULL);
	return context->credential != NULL ? 0 : reply_error(reply, "%s", strerror(ENOMEM));
}

int
user_command(void *data, const struct words *words, struct reply *reply)
{
	struct fleet_context *context = data;

	if (words->count == 4 && strcmp(words->at[3], "off") == 0)
		return each_device(context, words, reply, remove_user);
	int rc = read_credential(context, words, reply);
	return rc < 0 ? rc : each_device(context, words, reply, add_user);
}

static int
hex_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* id has ENGINE_ID_MAX octets. 0, or -EINVAL with the reply set. */
static int
parse_engine_id(const char *word, uint8_t *id, size_t *id_size, struct reply *reply)
{
	size_t size = strlen(word);

	bool is_good = size % 2 == 0 && size >= 2 * ENGINE_ID_MIN && size <= 2 * ENGINE_ID_MAX &&
	    strspn(word, "0123456789abcdefABCDEF") == size;
	for (size_t i = 0; is_good && i < size; i += 2)
		id[i / 2] = (uint8_t)(hex_digit(word[i]) << 4 | hex_digit(word[i + 1]));
	*id_size = size / 2;
	return is_good ? 0
		       : reply_error(reply, "\"%s\" is no engine ID: %d to %d octets in hexadecimal", word,
			     ENGINE_ID_MIN, ENGINE_ID_MAX);
}

/* Another engine: boots 1, time 0, and to be read at snmpEngineID.0 as well. */
static int
give_engine(struct device *device, const uint8_t *id, size_t id_size, struct reply *reply)
{
	struct engine *engine = engine_of(device, reply);
	struct ber_slice name = { engine_id_oid, sizeof(engine_id_oid) }, value = { id, id_size };

	if (engine == NULL)
		return -EINVAL;
	engine_rename(engine, id, id_size);
	engine->boots = 0;
	engine_reboot(engine, sim_clock_real_ms());
	return own_result(device_set(device, name, BER_OCTETS, value), "snmpEngineID.0", reply);
}

static int
set_engine(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	uint8_t id[ENGINE_ID_MAX];
	size_t size;
	int64_t boots = 1;

	(void)context;
	if (parse_engine_id(words->at[2], id, &size, reply) < 0)
		return -EINVAL;
	if (words->count > 3 && !words_number(words->at[3], 1, INT32_MAX, &boots))
		return reply_error(reply, "\"%s\" is no number of boots from 1 to 2147483647", words->at[3]);
	int rc = give_engine(device, id, size, reply);
	if (rc == 0)
		device->engine->boots = (uint32_t)boots;
	return rc;
}

/* Another box at the same address: what was set on the old one is gone, the community and the users are those of the site. */
static int
swap_device(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	const struct record *record = fleet_record(context->fleet, words->at[2]);
	uint8_t id[ENGINE_ID_MAX] = ENGINE_HEAD;
	size_t size = 13;

	if (record == NULL)
		return reply_error(reply, "no record is named %s", words->at[2]);
	id[4] = ENGINE_OCTETS;
	put_be32(id + 5, device->address);
	put_be32(id + 9, ++context->swap_count);
	if (words->count > 3 && parse_engine_id(words->at[3], id, &size, reply) < 0)
		return -EINVAL;
	device->record = record;
	device->number = context->swap_count;
	device_unset(device, (struct ber_slice){ 0 });
	free(device->quirks);
	device->quirks = NULL;
	device->is_dead = false;
	device->boot_ms = sim_clock_ms();
	return device->engine == NULL && words->count == 3 ? 0 : give_engine(device, id, size, reply);
}

int
move_command(void *data, const struct words *words, struct reply *reply)
{
	struct fleet_context *context = data;
	uint32_t old, new;

	if (!words_ipv4(words->at[1], &old) || !words_ipv4(words->at[2], &new))
		return reply_error(
		    reply, "\"%s\" to \"%s\": not two IPv4 addresses", words->at[1], words->at[2]);
	struct device *device = fleet_device(context->fleet, old);
	if (device == NULL)
		return reply_error(reply, "no device at %s", words->at[1]);
	int rc = fleet_move_device(context->fleet, device, new);
	return rc == 0 ? 0
		       : reply_error(reply, "%s: %s", words->at[2],
			     rc == -EINVAL ? "not in 127.0.0.0/8" : "taken by another device");
}

/* Both of a device's clocks, forward or back; neither goes below its start. */
static int
jump_clock(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	const char *word = words->at[2];
	bool is_back = word[0] == '-';
	int64_t by_ms, now_ms = sim_clock_ms(), real_ms = sim_clock_real_ms();

	(void)context;
	if (!words_duration_ms(word + is_back, &by_ms))
		return reply_error(reply, "\"%s\" is no duration (20s -5m 1h)", word);
	by_ms = is_back ? -by_ms : by_ms;
	device->boot_ms -= by_ms;
	if (device->boot_ms > now_ms)
		device->boot_ms = now_ms;
	if (device->engine == NULL)
		return 0;
	device->engine->start_ms -= by_ms;
	if (device->engine->start_ms > real_ms)
		device->engine->start_ms = real_ms;
	return 0;
}

DEVICE_COMMAND(set_engine)
DEVICE_COMMAND(swap_device)
DEVICE_COMMAND(jump_clock)
