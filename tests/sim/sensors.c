/* SPDX-License-Identifier: ISC */
/* What a simulated tower measures. */
#include "tests/sim/sensors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct sensor *
find(const struct sensors *sensors, const char *key)
{
	for (size_t i = 0; i < sensors->count; i++)
		if (strcmp(sensors->at[i].key, key) == 0)
			return &sensors->at[i];
	return NULL;
}

static struct sensor *
find_or_add(struct sensors *sensors, const char *key)
{
	struct sensor *sensor = find(sensors, key);
	if (sensor != NULL)
		return sensor;
	struct sensor *grown = realloc(sensors->at, (sensors->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	sensors->at = grown;
	char *copy = strdup(key);
	if (copy == NULL)
		return NULL;
	sensor = &grown[sensors->count++];
	*sensor = (struct sensor){ .key = copy };
	return sensor;
}

int
sensors_set(struct sensors *sensors, const char *key, const char *value)
{
	char *copy = strdup(value);
	struct sensor *sensor = copy == NULL ? NULL : find_or_add(sensors, key);
	if (sensor == NULL) {
		free(copy);
		return -ENOMEM;
	}
	free(sensor->value);
	sensor->value = copy;
	return 0;
}

/* A JSON number (RFC 8259, 6) without exponent; *decimals digits stand behind its point. */
static bool
is_number(const char *text, int *decimals)
{
	const char *p = text;
	if (*p == '-')
		p++;
	size_t digits = strspn(p, "0123456789");
	if (digits == 0 || (digits > 1 && *p == '0'))
		return false;
	p += digits;
	*decimals = 0;
	if (*p == '.') {
		*decimals = (int)strspn(++p, "0123456789");
		p += *decimals;
		if (*decimals == 0)
			return false;
	}
	return *p == '\0';
}

int
sensors_ramp(struct sensors *sensors, const char *key, const char *from, const char *to, int64_t start_ms,
    int64_t over_ms)
{
	int from_decimals, to_decimals;
	if (!is_number(from, &from_decimals) || !is_number(to, &to_decimals))
		return -EINVAL;
	struct sensor *sensor = find_or_add(sensors, key);
	if (sensor == NULL)
		return -ENOMEM;
	free(sensor->value);
	sensor->value = NULL;
	sensor->from = strtod(from, NULL);
	sensor->to = strtod(to, NULL);
	sensor->decimals = from_decimals > to_decimals ? from_decimals : to_decimals;
	sensor->start_ms = start_ms;
	sensor->over_ms = over_ms;
	return 0;
}

int
sensors_unset(struct sensors *sensors, const char *key)
{
	struct sensor *sensor = find(sensors, key);
	if (sensor == NULL)
		return -ENOENT;
	free(sensor->key);
	free(sensor->value);
	*sensor = sensors->at[--sensors->count];
	return 0;
}

void
sensors_fini(struct sensors *sensors)
{
	while (sensors->count > 0)
		sensors_unset(sensors, sensors->at[0].key);
	free(sensors->at);
	sensors->at = NULL;
}

void
json_write_text(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			putc(*text, out);
	}
	putc('"', out);
}

static void
write_value(const struct sensor *sensor, int64_t now_ms, FILE *out)
{
	int decimals;

	if (sensor->value == NULL) {
		int64_t spent_ms = now_ms - sensor->start_ms;
		double share = spent_ms >= sensor->over_ms ? 1.0 : (double)spent_ms / (double)sensor->over_ms;
		fprintf(out, "%.*f", sensor->decimals, sensor->from + (sensor->to - sensor->from) * share);
	} else if (is_number(sensor->value, &decimals) || strcmp(sensor->value, "true") == 0 ||
	    strcmp(sensor->value, "false") == 0 || strcmp(sensor->value, "null") == 0) {
		fputs(sensor->value, out);
	} else {
		json_write_text(sensor->value, out);
	}
}

void
sensors_write(const struct sensors *sensors, int64_t now_ms, FILE *out)
{
	putc('{', out);
	for (size_t i = 0; i < sensors->count; i++) {
		if (i > 0)
			putc(',', out);
		json_write_text(sensors->at[i].key, out);
		putc(':', out);
		write_value(&sensors->at[i], now_ms, out);
	}
	putc('}', out);
}
