/* SPDX-License-Identifier: ISC */
/* What the commands of sim-fleet share among their files. */
#ifndef TESTS_SIM_FLEET_INSIDE_H
#define TESTS_SIM_FLEET_INSIDE_H

#include "tests/sim/fleet_command.h"
#include "tests/sim/snmprec.h"

/* One device's share of a command: words->at[2…] are its arguments. 0, or -EINVAL with the reply set. */
typedef int (*device_fn)(
    struct fleet_context *context, struct device *device, const struct words *words, struct reply *reply);

/* Runs it for the device at words->at[1], or for every device when that is *. */
int each_device(struct fleet_context *context, const struct words *words, struct reply *reply, device_fn fn);

/* A command about devices: its row names FN_command, which runs fn for each. */
#define DEVICE_COMMAND(fn)                                                            \
	int fn##_command(void *data, const struct words *words, struct reply *reply); \
	int fn##_command(void *data, const struct words *words, struct reply *reply)  \
	{                                                                             \
		return each_device(data, words, reply, fn);                           \
	}

/* oid has BER_OID_MAX octets. 0, or -EINVAL with the reply set. */
int parse_oid(const char *word, uint8_t *oid, struct ber_slice *slice, struct reply *reply);

/* A tag and a value as a .snmprec line has them; body has LINE_ROOM octets. */
int parse_value(
    const char *tag, const char *value, uint8_t *body, struct snmprec_item *item, struct reply *reply);

/* The result of changing a device's own value, told in the reply. */
int own_result(int rc, const char *oid, struct reply *reply);

/* trap_command.c */
int trap_plain_command(void *data, const struct words *words, struct reply *reply);
int trap_v3_command(void *data, const struct words *words, struct reply *reply);

/* count_command.c */
int count_command(void *data, const struct words *words, struct reply *reply);
int spacing_command(void *data, const struct words *words, struct reply *reply);

/* quirk_command.c */
int set_bulk_command(void *data, const struct words *words, struct reply *reply);
int set_most_varbinds_command(void *data, const struct words *words, struct reply *reply);
int set_repeats_command(void *data, const struct words *words, struct reply *reply);
int set_unordered_command(void *data, const struct words *words, struct reply *reply);
int set_endless_command(void *data, const struct words *words, struct reply *reply);
int set_answer_from_command(void *data, const struct words *words, struct reply *reply);
int set_answer_community_command(void *data, const struct words *words, struct reply *reply);
int set_answers_twice_command(void *data, const struct words *words, struct reply *reply);
int set_cut_command(void *data, const struct words *words, struct reply *reply);
int refuse_value_command(void *data, const struct words *words, struct reply *reply);

/* user_command.c */
int user_command(void *data, const struct words *words, struct reply *reply);
int set_engine_command(void *data, const struct words *words, struct reply *reply);
int swap_device_command(void *data, const struct words *words, struct reply *reply);
int move_command(void *data, const struct words *words, struct reply *reply);
int jump_clock_command(void *data, const struct words *words, struct reply *reply);

#endif
