/* SPDX-License-Identifier: ISC */
/* One value by one rule: the part of the profile module that runs at every poll. */
#include <ctype.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parts.h"

#define DIGITS_MAX 18 /* of a number in a text */

/* The text without the spaces and NULs around it that agents pad with. */
static const char *
trimmed(const struct snmp_value *value, size_t *len)
{
	const char *text = (const char *)value->octets.data;
	size_t start = 0, end = value->octets.len;

	while (end > start && (isspace((unsigned char)text[end - 1]) || text[end - 1] == '\0'))
		end--;
	while (start < end && isspace((unsigned char)text[start]))
		start++;
	*len = end - start;
	return text + start;
}

/* [+-]digits[.digits], then anything that does not go on like a number ("53.2 V", but not "10.0.0.1" or "1,5"). */
static bool
text_number(const char *text, size_t len, struct profile_number *out)
{
	const char *end = text + len;
	bool is_negative = false, has_point = false;
	unsigned digits = 0;

	*out = (struct profile_number){ 0 };
	if (text < end && (*text == '-' || *text == '+'))
		is_negative = *text++ == '-';
	for (; text < end && (isdigit((unsigned char)*text) || (*text == '.' && !has_point)); text++) {
		if (*text == '.') {
			has_point = true;
			continue;
		}
		if (++digits > DIGITS_MAX)
			return false;
		out->digits = out->digits * 10 + (*text - '0');
		out->decimals += has_point;
	}
	if (is_negative)
		out->digits = -out->digits;
	bool goes_on = end - text >= 2 && (*text == '.' || *text == ',') && isdigit((unsigned char)text[1]);
	return digits > 0 && !goes_on;
}

bool
profile_number_read(const struct snmp_value *value, const char *after, struct profile_number *out)
{
	const char *text;
	size_t len;

	*out = (struct profile_number){ 0 };
	switch (value->tag) {
	case SNMP_INTEGER:
		out->digits = value->integer;
		return true;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_COUNTER64:
		out->digits = (wide_int)value->natural;
		return true;
	case SNMP_OCTETS:
		text = trimmed(value, &len);
		if (after != NULL) {
			const char *end = text + len;
			const char *mark = memmem(text, len, after, strlen(after));
			if (mark == NULL)
				return false;
			text = mark + strlen(after);
			while (text < end && isspace((unsigned char)*text))
				text++;
			len = (size_t)(end - text);
		}
		return text_number(text, len, out);
	default:
		return false;
	}
}

bool
profile_literal_is(const struct profile_literal *literal, const struct snmp_value *value)
{
	struct profile_number number;

	if (value->tag == SNMP_OCTETS) {
		size_t len;
		const char *text = trimmed(value, &len);
		return strlen(literal->text) == len && memcmp(literal->text, text, len) == 0;
	}
	return literal->is_number && profile_number_read(value, NULL, &number) &&
	    number.digits == literal->number;
}

bool
profile_map_find(const struct profile_map *map, const struct snmp_value *value, int64_t *out)
{
	for (size_t i = 0; i < map->count; i++) {
		if (profile_literal_is(&map->entries[i].raw, value)) {
			*out = map->entries[i].value;
			return true;
		}
	}
	if (map->has_otherwise)
		*out = map->otherwise;
	return map->has_otherwise;
}

/* number * multiply / divide, rounded half away from zero. */
static wide_int
scaled(const struct profile_number *number, const struct profile_decode *decode)
{
	wide_int up = number->digits * decode->multiply, down = decode->divide;

	for (unsigned i = 0; i < number->decimals; i++)
		down *= 10;
	wide_int half = up < 0 ? -(down / 2) : down / 2;
	return (up + half) / down;
}

static bool
is_not_known(const struct profile_decode *decode, const struct profile_number *number)
{
	for (size_t i = 0; i < decode->not_known_count; i++)
		if (number->decimals == 0 && number->digits == decode->not_known[i])
			return true;
	return false;
}

enum towerd_quality
profile_decode(const struct profile_decode *decode, const struct snmp_value *raw, int64_t *value)
{
	struct snmp_value field = *raw;
	struct profile_number number = { 0 };

	if (raw->tag == SNMP_NULL || raw->tag >= SNMP_NO_SUCH_OBJECT)
		return TOWERD_UNKNOWN;
	bool is_number = profile_number_read(raw, decode->after, &number);
	if (is_number && is_not_known(decode, &number))
		return TOWERD_UNKNOWN;
	if (decode->mask != 0) {
		if (!is_number || number.decimals != 0 || number.digits < 0)
			return TOWERD_FAULTY;
		number.digits = (wide_int)((uint64_t)number.digits & decode->mask);
		field = (struct snmp_value){ .tag = SNMP_COUNTER64, .natural = (uint64_t)number.digits };
	}
	if (decode->map != NULL)
		return profile_map_find(decode->map, &field, value) ? TOWERD_GOOD : TOWERD_FAULTY;
	if (!is_number)
		return TOWERD_FAULTY;
	if (decode->kind->value_class == TOWERD_KIND_TRUTH) {
		*value = number.digits != 0;
		return TOWERD_GOOD;
	}
	wide_int result = scaled(&number, decode);
	if (result < decode->kind->min || result > decode->kind->max)
		return TOWERD_FAULTY;
	*value = (int64_t)result;
	return TOWERD_GOOD;
}
