/* SPDX-License-Identifier: ISC */
/* Texts of alarms: what a device said made safe to show, values as people write them. */
#ifndef AGENT_ALARM_LIST_TEXT_H
#define AGENT_ALARM_LIST_TEXT_H

#include <stddef.h>

#include "agent/model/model.h"

/*
 * Copies `text` to `out` (of `size`, at least 8): control characters as \xNN, octets that are not UTF-8 as U+FFFD, cut at a border of
 * characters with "…". Returns `out`.
 */
char *text_clean(char *out, size_t size, const char *text);

/*
 * The same for words of a device. A tower that puts where it stands into a text must not make it public: a number with three or
 * more decimals (a hundred metres, as degrees) becomes "…".
 */
char *text_of_device(char *out, size_t size, const char *text);

/* "46.2 V", "true", "failed" (a state's name). Returns `out`. */
char *text_of_value(char *out, size_t size, const struct towerd_kind *kind, int64_t value);

/* What people call a sensor: its kind's title and, in brackets, its label or instance. Returns `out`. */
char *text_of_sensor(char *out, size_t size, const struct sensor *sensor);

#endif
