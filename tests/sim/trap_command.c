/* SPDX-License-Identifier: ISC */
/* The commands that make a device say something by itself: traps of each version, and informs. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "tests/sim/clock.h"
#include "tests/sim/fleet_inside.h"
#include "tests/sim/trap.h"

/* TRAP-OID [OID TAG VALUE]… from words->at[from] on. `oid` keeps the trap's OID, BER_OID_MAX octets. */
static int
read_trap(const struct device *device, const struct words *words, size_t from, uint8_t *oid,
    struct trap *trap, struct reply *reply)
{
	uint8_t name_octets[BER_OID_MAX], body[LINE_ROOM];
	struct ber_slice name;
	struct snmprec_item item;

	if (parse_oid(words->at[from], oid, &name, reply) < 0)
		return -EINVAL;
	if ((words->count - from - 1) % 3 != 0)
		return reply_error(
		    reply, "varbinds are OID TAG VALUE; %zu words are left", words->count - from - 1);
	trap_begin(trap, device, name, sim_clock_ms());
	for (size_t i = from + 1; i < words->count; i += 3) {
		if (parse_oid(words->at[i], name_octets, &name, reply) < 0 ||
		    parse_value(words->at[i + 1], words->at[i + 2], body, &item, reply) < 0)
			return -EINVAL;
		if (!trap_add(trap, name, item.tag, (struct ber_slice){ item.body, item.body_size }))
			return reply_error(reply, "the trap is longer than %zu octets", sizeof(trap->octets));
	}
	return 0;
}

static int
read_sink(const struct words *words, struct sockaddr_in *to, struct reply *reply)
{
	return words_endpoint(words->at[2], to) && ntohl(to->sin_addr.s_addr) >> 24 == 127
	    ? 0
	    : reply_error(reply, "\"%s\" is no 127.x.y.z:PORT", words->at[2]);
}

static int
send_message(struct fleet_context *context, const struct device *device, const struct words *words,
    const struct sockaddr_in *to, struct ber_slice message, struct reply *reply)
{
	int rc = server_send(context->server, device->address, to, message.at, message.size);
	return rc < 0 ? reply_error(reply, "not sent to %s: %s", words->at[2], strerror(-rc)) : 0;
}

/* trap, trap1 and inform: under the device's community. */
static int
send_plain(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	struct sockaddr_in to;
	struct trap trap;
	uint8_t oid[BER_OID_MAX];

	if (read_sink(words, &to, reply) < 0 || read_trap(device, words, 3, oid, &trap, reply) < 0)
		return -EINVAL;
	struct ber_slice message = strcmp(words->at[0], "trap1") == 0
	    ? trap_end_v1(&trap, device)
	    : trap_end(&trap, device, strcmp(words->at[0], "inform") == 0 ? PDU_INFORM : PDU_TRAP2,
		  ++context->trap_id);
	return send_message(context, device, words, &to, message, reply);
}

static int
send_secured(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply)
{
	const char *name = words->at[3];
	struct sockaddr_in to;
	struct trap trap;
	uint8_t oid[BER_OID_MAX];

	if (read_sink(words, &to, reply) < 0 || read_trap(device, words, 4, oid, &trap, reply) < 0)
		return -EINVAL;
	struct engine_user *user = device->engine == NULL
	    ? NULL
	    : engine_user(device->engine, (struct ber_slice){ (const uint8_t *)name, strlen(name) });
	if (user == NULL)
		return reply_error(reply, "the device has no user %s", name);
	struct ber_slice message =
	    trap_end_v3(&trap, device->engine, user, ++context->trap_id, sim_clock_real_ms());
	return message.size > 0 ? send_message(context, device, words, &to, message, reply)
				: reply_error(reply, "%s", strerror(ENOMEM));
}

int
trap_plain_command(void *data, const struct words *words, struct reply *reply)
{
	return each_device(data, words, reply, send_plain);
}

int
trap_v3_command(void *data, const struct words *words, struct reply *reply)
{
	return each_device(data, words, reply, send_secured);
}
