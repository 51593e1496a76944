/* SPDX-License-Identifier: ISC */
/* What a device answers to a request (RFC 3416, 4.2; RFC 1157, 4.1). */
#ifndef TESTS_SIM_ANSWER_H
#define TESTS_SIM_ANSWER_H

#include "tests/sim/device.h"
#include "tests/sim/message.h"

/* Room that an answer may need. */
#define ANSWER_ROOM (DEVICE_LIMIT_MAX + MESSAGE_HEADROOM)

/* Builds the answer in room[ANSWER_ROOM]; returns its start, *size its size. Counts too_big. */
uint8_t *answer_build(
    struct device *device, const struct request *request, int64_t now_ms, uint8_t *room, size_t *size);

#endif
