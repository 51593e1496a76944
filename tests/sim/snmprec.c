/* SPDX-License-Identifier: ISC */
/* One line of a .snmprec file as an encoded varbind. */
#include "tests/sim/snmprec.h"

#include <string.h>

const char *const snmprec_result_names[] = {
	[SNMPREC_ITEM] = "a record",
	[SNMPREC_NOTHING] = "no record",
	[SNMPREC_NO_BARS] = "not OID|TAG|VALUE",
	[SNMPREC_BAD_OID] = "not an OID",
	[SNMPREC_BAD_TAG] = "unknown tag (2 4 5 6 64 65 66 67 68 70, with x for hexadecimal, e for escapes)",
	[SNMPREC_BAD_VALUE] = "not a value of its tag",
};

struct value {
	const char *at;
	size_t size;
};

/* Each reader writes at most `room` octets of body and returns their count, or -1. */
typedef long (*value_reader)(struct value in, uint8_t *out, size_t room);

/* Digits with an optional sign within [min, max]; max up to 2^64-1, min down to -2^31. */
static bool
read_number(struct value in, int64_t min, uint64_t max, bool *is_negative, uint64_t *magnitude)
{
	size_t i = 0;
	uint64_t v = 0;

	while (in.size > 0 && (in.at[in.size - 1] == ' ' || in.at[in.size - 1] == '\r'))
		in.size--;
	*is_negative = in.size > 0 && in.at[0] == '-';
	if (*is_negative)
		i++;
	if (i == in.size)
		return false;
	for (; i < in.size; i++) {
		unsigned digit = (unsigned)(unsigned char)in.at[i] - '0';
		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*magnitude = v;
	return *is_negative ? v <= (uint64_t)-min : v <= max;
}

static long
read_integer(struct value in, uint8_t *out, size_t room)
{
	bool is_negative;
	uint64_t v;
	if (room < 9 || !read_number(in, INT32_MIN, INT32_MAX, &is_negative, &v))
		return -1;
	return (long)ber_signed(out, is_negative ? -(int64_t)v : (int64_t)v);
}

static long
read_unsigned32(struct value in, uint8_t *out, size_t room)
{
	bool is_negative;
	uint64_t v;
	if (room < 9 || !read_number(in, 0, UINT32_MAX, &is_negative, &v))
		return -1;
	return (long)ber_unsigned(out, v);
}

static long
read_unsigned64(struct value in, uint8_t *out, size_t room)
{
	bool is_negative;
	uint64_t v;
	if (room < 9 || !read_number(in, 0, UINT64_MAX, &is_negative, &v))
		return -1;
	return (long)ber_unsigned(out, v);
}

static long
read_octets(struct value in, uint8_t *out, size_t room)
{
	if (in.size > room)
		return -1;
	memcpy(out, in.at, in.size);
	return (long)in.size;
}

static long
read_null(struct value in, uint8_t *out, size_t room)
{
	(void)in;
	(void)out;
	(void)room;
	return 0;
}

static long
read_oid(struct value in, uint8_t *out, size_t room)
{
	uint8_t oid[BER_OID_MAX];
	size_t size = ber_oid_parse(in.at, in.size, oid);
	if (size == 0 || size > room)
		return -1;
	memcpy(out, oid, size);
	return (long)size;
}

static long
read_address(struct value in, uint8_t *out, size_t room)
{
	if (room < 4)
		return -1;
	unsigned octet = 0, digits = 0, count = 0;
	bool is_dotted = in.size >= 7;
	for (size_t i = 0; is_dotted && i <= in.size; i++) {
		if (i == in.size || in.at[i] == '.') {
			if (digits == 0 || octet > 255 || count == 4)
				is_dotted = false;
			else
				out[count++] = (uint8_t)octet;
			octet = digits = 0;
		} else if (in.at[i] < '0' || in.at[i] > '9' || digits == 3) {
			is_dotted = false;
		} else {
			octet = octet * 10 + (unsigned)(in.at[i] - '0');
			digits++;
		}
	}
	if (is_dotted && count == 4)
		return 4;
	/* Some recorders wrote the four octets themselves. */
	return in.size == 4 ? read_octets(in, out, room) : -1;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

static long
read_hex(struct value in, uint8_t *out, size_t room)
{
	if (in.size > 0 && in.at[in.size - 1] == '\r')
		in.size--;
	if (in.size % 2 != 0 || in.size / 2 > room)
		return -1;
	for (size_t i = 0; i < in.size; i += 2) {
		int high = hex_digit(in.at[i]), low = hex_digit(in.at[i + 1]);
		if (high < 0 || low < 0)
			return -1;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (long)(in.size / 2);
}

static long
read_hex_address(struct value in, uint8_t *out, size_t room)
{
	return read_hex(in, out, room) == 4 ? 4 : -1;
}

/* Python's escapes: \xHH, the one-letter ones, and a backslash before anything else stands for itself. */
static long
read_escaped(struct value in, uint8_t *out, size_t room)
{
	static const char letters[] = "abfnrtv\\'\"", meanings[] = "\a\b\f\n\r\t\v\\'\"";
	size_t size = 0;

	for (size_t i = 0; i < in.size; size++) {
		if (size == room)
			return -1;
		const char *letter;
		if (in.at[i] != '\\' || i + 1 == in.size) {
			out[size] = (uint8_t)in.at[i++];
		} else if (in.at[i + 1] == 'x' && i + 3 < in.size && hex_digit(in.at[i + 2]) >= 0 &&
		    hex_digit(in.at[i + 3]) >= 0) {
			out[size] = (uint8_t)(hex_digit(in.at[i + 2]) << 4 | hex_digit(in.at[i + 3]));
			i += 4;
		} else if (in.at[i + 1] != '\0' && (letter = strchr(letters, in.at[i + 1])) != NULL) {
			out[size] = (uint8_t)meanings[letter - letters];
			i += 2;
		} else {
			out[size] = (uint8_t)in.at[i++];
		}
	}
	return (long)size;
}

static const struct {
	const char *name;
	uint8_t tag;
	value_reader read;
} tags[] = {
	{ "2", BER_INTEGER, read_integer },
	{ "4", BER_OCTETS, read_octets },
	{ "4x", BER_OCTETS, read_hex },
	{ "4e", BER_OCTETS, read_escaped },
	{ "5", BER_NULL, read_null },
	{ "6", BER_OID, read_oid },
	{ "64", BER_IPADDRESS, read_address },
	{ "64x", BER_IPADDRESS, read_hex_address },
	{ "65", BER_COUNTER32, read_unsigned32 },
	{ "66", BER_GAUGE32, read_unsigned32 },
	{ "67", BER_TIMETICKS, read_unsigned32 },
	{ "68", BER_OPAQUE, read_octets },
	{ "68x", BER_OPAQUE, read_hex },
	{ "70", BER_COUNTER64, read_unsigned64 },
};

enum snmprec_result
snmprec_parse_value(const char *tag, size_t tag_size, const char *value, size_t value_size, uint8_t *body,
    size_t body_room, struct snmprec_item *item)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (strlen(tags[i].name) != tag_size || memcmp(tags[i].name, tag, tag_size) != 0)
			continue;
		long size = tags[i].read((struct value){ value, value_size }, body, body_room);
		if (size < 0)
			return SNMPREC_BAD_VALUE;
		item->tag = tags[i].tag;
		item->body = body;
		item->body_size = (size_t)size;
		return SNMPREC_ITEM;
	}
	return SNMPREC_BAD_TAG;
}

enum snmprec_result
snmprec_parse(const char *line, size_t size, uint8_t *body, size_t body_room, struct snmprec_item *item)
{
	if (size == 0 || line[0] == '#' || (size == 1 && line[0] == '\r'))
		return SNMPREC_NOTHING;
	const char *first = memchr(line, '|', size);
	if (first == NULL)
		return SNMPREC_NO_BARS;
	const char *tag = first + 1;
	const char *second = memchr(tag, '|', size - (size_t)(tag - line));
	if (second == NULL)
		return SNMPREC_NO_BARS;
	item->oid_size = ber_oid_parse(line, (size_t)(first - line), item->oid);
	if (item->oid_size == 0)
		return SNMPREC_BAD_OID;
	const char *value = second + 1;
	return snmprec_parse_value(
	    tag, (size_t)(second - tag), value, size - (size_t)(value - line), body, body_room, item);
}
