/* SPDX-License-Identifier: ISC */
/* The number, or the bits, in what a device sends; and what a value is compared with. Runs at every poll. */
#include <ctype.h>
#include <string.h>

#include "plugins/snmp/profile/profile_parts.h"

#define DIGITS_MAX     18 /* of a number in a text */
#define FLOAT_DECIMALS 6
#define FLOAT_MAX      1e12 /* what is larger measures nothing */

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

/* Hexadecimal digits, with 0x or without, and nothing else but spaces between octets. */
static bool
hex_number(const char *text, size_t len, struct profile_number *out)
{
	unsigned digits = 0;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == ' ')
			continue;
		if (!isxdigit(c) || ++digits > 16)
			return false;
		out->digits = out->digits * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return digits > 0;
}

/* "hh:mm", "hh:mm:ss", and days before them: "2 days, 03:04:05", "2d 3:04:05", "2:03:04:05". */
static bool
clock_number(const char *text, size_t len, struct profile_number *out)
{
	static const int64_t seconds[][4] = { { 3600, 60 }, { 3600, 60, 1 }, { 86400, 3600, 60, 1 } };
	int64_t parts[4] = { 0 }, days = 0;
	size_t count = 0;

	for (size_t i = 0; i < len;) {
		int64_t number = 0;
		size_t start = i;
		for (; i < len && isdigit((unsigned char)text[i]) && i - start < 7; i++)
			number = number * 10 + (text[i] - '0');
		if (i == start || count == 4)
			return false;
		if (i < len && (text[i] == ' ' || text[i] == 'd') && count == 0) {
			days = number;
			while (i < len && !isdigit((unsigned char)text[i]))
				i++;
			continue;
		}
		parts[count++] = number;
		if (i < len && text[i++] != ':')
			return false;
	}
	if (count < 2)
		return false;
	out->digits = days * 86400;
	for (size_t i = 0; i < count; i++)
		out->digits += parts[i] * seconds[count - 2][i];
	return true;
}

static bool
octets_number(const uint8_t *data, size_t len, struct profile_number *out)
{
	if (len == 0 || len > sizeof(uint64_t))
		return false;
	for (size_t i = 0; i < len; i++)
		out->digits = out->digits << 8 | data[i];
	return true;
}

/* IEEE 754, the sign's octet first, as SNMP agents send it. */
static bool
float_number(const uint8_t *data, size_t len, struct profile_number *out)
{
	struct profile_number bits = { 0 };
	double value;

	if ((len != sizeof(float) && len != sizeof(double)) || !octets_number(data, len, &bits))
		return false;
	if (len == sizeof(float)) {
		uint32_t word = (uint32_t)bits.digits;
		float narrow;
		memcpy(&narrow, &word, sizeof(narrow));
		value = (double)narrow;
	} else {
		uint64_t word = (uint64_t)bits.digits;
		memcpy(&value, &word, sizeof(value));
	}
	if (!(value > -FLOAT_MAX && value < FLOAT_MAX)) /* nor a NaN */
		return false;
	out->digits = (int64_t)(value * (double)PROFILE_FACTOR_ONE + (value < 0 ? -0.5 : 0.5));
	out->decimals = FLOAT_DECIMALS;
	return true;
}

/*
 * Net-SNMP's numbers in Opaque: 9f and 70 + the type of its draft "Perkins-opaque" that the value would have, its length, the value.
 */
static bool
opaque_number(const struct snmp_value *value, struct profile_number *out)
{
	enum {
		EXTENDED = 0x9f,
		COUNTER64 = 0x76,
		FLOAT = 0x78,
		DOUBLE = 0x79,
		SIGNED64 = 0x7a,
		UNSIGNED64 = 0x7b
	};
	const uint8_t *data = value->octets.data;

	if (value->octets.len < 4 || data[0] != EXTENDED || data[2] != value->octets.len - 3)
		return false;
	size_t len = data[2];
	switch (data[1]) {
	case FLOAT:
	case DOUBLE:
		return float_number(data + 3, len, out);
	case COUNTER64:
	case UNSIGNED64:
		return octets_number(data + 3, len, out);
	case SIGNED64:
		if (!octets_number(data + 3, len, out))
			return false;
		if ((data[3] & 0x80) != 0)
			out->digits -= (wide_int)1 << (8 * len);
		return true;
	default:
		return false;
	}
}

static bool
octets_read(const struct profile_extract *extract, const struct snmp_value *value, struct profile_number *out)
{
	size_t len;
	const char *text;

	if (extract->format == FORMAT_OCTETS)
		return octets_number(value->octets.data, value->octets.len, out);
	if (extract->format == FORMAT_FLOAT)
		return float_number(value->octets.data, value->octets.len, out);
	text = trimmed(value, &len);
	if (extract->character > len)
		return false;
	if (extract->character > 0)
		return text_number(text + extract->character - 1, 1, out);
	if (extract->after != NULL) {
		const char *end = text + len;
		const char *mark = memmem(text, len, extract->after, strlen(extract->after));
		if (mark == NULL)
			return false;
		text = mark + strlen(extract->after);
		while (text < end && isspace((unsigned char)*text))
			text++;
		len = (size_t)(end - text);
	}
	if (extract->format == FORMAT_CLOCK)
		return clock_number(text, len, out);
	return extract->format == FORMAT_HEX ? hex_number(text, len, out) : text_number(text, len, out);
}

/* false: there is no number in it. */
static bool
number_read(const struct profile_extract *extract, const struct snmp_value *value, struct profile_number *out)
{
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
		return octets_read(extract, value, out);
	case SNMP_OPAQUE:
		return opaque_number(value, out);
	default:
		return false;
	}
}

struct profile_field
profile_field_of(const struct snmp_value *value)
{
	static const struct profile_extract plain = { 0 };
	struct profile_field field = { .value = *value };

	field.has_number = number_read(&plain, value, &field.number);
	return field;
}

/* `*` stands for any characters; case does not matter. */
static bool
pattern_fits(const char *pattern, const char *text, size_t len)
{
	const char *star = NULL;
	size_t at = 0, after_star = 0;

	while (at < len) {
		if (*pattern == '*') {
			star = ++pattern;
			after_star = at;
		} else if (tolower((unsigned char)*pattern) == tolower((unsigned char)text[at])) {
			pattern++;
			at++;
		} else if (star != NULL) {
			pattern = star;
			at = ++after_star;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
text_is(const struct profile_literal *literal, const char *text, size_t len)
{
	if (literal->is_pattern)
		return pattern_fits(literal->text, text, len);
	return strlen(literal->text) == len && memcmp(literal->text, text, len) == 0;
}

static bool
number_is(const struct profile_literal *literal, const struct profile_number *number)
{
	wide_int one = 1;

	if (number->digits >= literal->low && number->digits <= literal->high && number->decimals == 0)
		return true;
	for (unsigned i = 0; i < number->decimals; i++)
		one *= 10;
	return number->digits >= literal->low * one && number->digits <= literal->high * one;
}

bool
profile_literal_is(const struct profile_literal *literal, const struct profile_field *field)
{
	char oid[OID_TEXT];
	const char *text;
	size_t len;

	if (literal->is_else)
		return true;
	switch (field->value.tag) {
	case SNMP_OCTETS:
		text = trimmed(&field->value, &len);
		if (text_is(literal, text, len))
			return true;
		/* "3 alarms" is not 3, but it lies in 1..9. */
		return literal->is_number && literal->low != literal->high && field->has_number &&
		    number_is(literal, &field->number);
	case SNMP_OID:
		oid_format(field->value.oid.ids, field->value.oid.len, oid, sizeof(oid));
		return text_is(literal, oid, strlen(oid));
	default:
		return literal->is_number && field->has_number && number_is(literal, &field->number);
	}
}

bool
profile_literals_have(const struct profile_literal *literals, size_t count, const struct profile_field *field)
{
	for (size_t i = 0; i < count; i++)
		if (profile_literal_is(&literals[i], field) ||
		    (literals[i].is_number && field->has_number && number_is(&literals[i], &field->number)))
			return true;
	return false;
}

const struct profile_map_entry *
profile_map_find(const struct profile_map *map, const struct profile_field *field)
{
	for (size_t i = 0; i < map->count; i++)
		if (profile_literal_is(&map->entries[i].raw, field))
			return &map->entries[i];
	return NULL;
}

static void
set_number(struct profile_field *field, wide_int number)
{
	field->number = (struct profile_number){ .digits = number };
	field->has_number = true;
	field->value = number < 0 ? (struct snmp_value){ .tag = SNMP_INTEGER, .integer = (int64_t)number }
				  : (struct snmp_value){ .tag = SNMP_COUNTER64, .natural = (uint64_t)number };
}

/* BITS (RFC 2578, 7.1.4): an agent may leave out octets at the end in which no bit is set. */
static enum towerd_quality
take_bit(unsigned bit, struct profile_field *field)
{
	const struct snmp_value *value = &field->value;

	if (value->tag != SNMP_OCTETS)
		return TOWERD_FAULTY;
	bool is_set = bit / 8 < value->octets.len && (value->octets.data[bit / 8] & 0x80 >> bit % 8) != 0;
	set_number(field, is_set);
	return TOWERD_GOOD;
}

enum towerd_quality
profile_extract(
    const struct profile_extract *extract, const struct snmp_value *raw, struct profile_field *out)
{
	if (raw->tag == SNMP_NULL || raw->tag >= SNMP_NO_SUCH_OBJECT)
		return TOWERD_UNKNOWN;
	*out = (struct profile_field){ .value = *raw };
	out->has_number = number_read(extract, raw, &out->number);
	if (profile_literals_have(extract->not_known, extract->not_known_count, out))
		return TOWERD_UNKNOWN;
	if (extract->bit != 0)
		return take_bit(extract->bit - 1, out);
	bool is_plain = extract->mask == 0 && extract->sign_bits == 0 && extract->format == FORMAT_TEXT &&
	    extract->character == 0 && extract->after == NULL && raw->tag != SNMP_OPAQUE;
	if (is_plain)
		return TOWERD_GOOD;
	if (!out->has_number)
		return TOWERD_FAULTY;
	if (extract->sign_bits != 0 && out->number.decimals == 0 && out->number.digits >= 0) {
		wide_int range = (wide_int)1 << extract->sign_bits;
		if (out->number.digits >= range / 2 && out->number.digits < range)
			out->number.digits -= range;
	}
	if (extract->mask != 0) {
		if (out->number.decimals != 0 || out->number.digits < 0)
			return TOWERD_FAULTY;
		out->number.digits = (wide_int)((uint64_t)out->number.digits & extract->mask);
	}
	if (out->number.decimals == 0)
		set_number(out, out->number.digits);
	return TOWERD_GOOD;
}
