/* SPDX-License-Identifier: ISC */
/* What a device answers to a request (RFC 3416, 4.2; RFC 1157, 4.1). */
#ifndef TESTS_SIM_ANSWER_H
#define TESTS_SIM_ANSWER_H

#include "tests/sim/device.h"
#include "tests/sim/message.h"
#include "tests/sim/usm.h"

/* Room that an answer may need. */
#define ANSWER_ROOM (DEVICE_LIMIT_MAX + MESSAGE_HEADROOM + USM_TAILROOM)

/* Builds the answer in room[ANSWER_ROOM]; returns its start, *size its size. Counts too_big. */
uint8_t *answer_build(
    struct device *device, const struct request *request, int64_t now_ms, uint8_t *room, size_t *size);

/* The same under version 3: the answer, a report, or authorizationError. NULL without memory. */
uint8_t *answer_build_secured(struct device *device, const struct usm_request *usm,
    const struct request *request, int64_t now_ms, int64_t real_ms, uint8_t *room, size_t *size);

#endif
