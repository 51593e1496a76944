/* SPDX-License-Identifier: ISC */
/* What a simulated tower measures: values by their key ("battery.voltage", "temperature:cabinet"), fixed or on a ramp. */
#ifndef TESTS_SIM_SENSORS_H
#define TESTS_SIM_SENSORS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct sensor {
	char *key;
	char *value; /* as written; NULL: a ramp */
	double from, to;
	int decimals;
	int64_t start_ms, over_ms;
};

struct sensors {
	struct sensor *at;
	size_t count;
};

/* 0, -ENOMEM. */
int sensors_set(struct sensors *sensors, const char *key, const char *value);

/* Also -EINVAL: not two numbers. As many decimals as the longer of both has. */
int sensors_ramp(struct sensors *sensors, const char *key, const char *from, const char *to, int64_t start_ms,
    int64_t over_ms);

/* -ENOENT. */
int sensors_unset(struct sensors *sensors, const char *key);
void sensors_fini(struct sensors *sensors);

/* Writes {"key":value,…}: numbers, true, false and null as they are, all else as a string. */
void sensors_write(const struct sensors *sensors, int64_t now_ms, FILE *out);

/* Writes the text as a JSON string. */
void json_write_text(const char *text, FILE *out);

#endif
