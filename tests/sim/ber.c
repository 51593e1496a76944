/* SPDX-License-Identifier: ISC */
/* The part of BER that SNMP v1 and v2c use. */
#include "tests/sim/ber.h"

#include <stdio.h>
#include <string.h>

bool
ber_take(struct ber_slice *in, struct ber_tlv *tlv)
{
	if (in->size < 2)
		return false;
	size_t head = 2, size = in->at[1];
	if (size >= 0x80) {
		size_t octets = size & 0x7f;
		if (octets == 0 || octets > 4 || in->size < 2 + octets)
			return false;
		size = 0;
		for (size_t i = 0; i < octets; i++)
			size = size << 8 | in->at[2 + i];
		head += octets;
	}
	if (size > in->size - head)
		return false;
	*tlv = (struct ber_tlv){ in->at[0], { in->at + head, size }, { in->at, head + size } };
	in->at += head + size;
	in->size -= head + size;
	return true;
}

bool
ber_take_tag(struct ber_slice *in, uint8_t tag, struct ber_tlv *tlv)
{
	return in->size > 0 && in->at[0] == tag && ber_take(in, tlv);
}

bool
ber_integer(struct ber_slice body, int64_t *value)
{
	if (body.size == 0 || body.size > 8)
		return false;
	uint64_t v = body.at[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < body.size; i++)
		v = v << 8 | body.at[i];
	*value = (int64_t)v;
	return true;
}

size_t
ber_head_size(size_t size)
{
	return size < 0x80 ? 2 : size <= 0xff ? 3 : size <= 0xffff ? 4 : 5;
}

uint8_t *
ber_put_head(uint8_t *out, uint8_t tag, size_t size)
{
	*out++ = tag;
	if (size < 0x80) {
		*out++ = (uint8_t)size;
		return out;
	}
	size_t octets = ber_head_size(size) - 2;
	*out++ = (uint8_t)(0x80 | octets);
	while (octets-- > 0)
		*out++ = (uint8_t)(size >> (8 * octets));
	return out;
}

size_t
ber_signed(uint8_t *out, int64_t value)
{
	size_t size = 1;
	while (size < 8 && (value < -((int64_t)1 << (8 * size - 1)) || value >= (int64_t)1 << (8 * size - 1)))
		size++;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)((uint64_t)value >> (8 * (size - 1 - i)));
	return size;
}

size_t
ber_unsigned(uint8_t *out, uint64_t value)
{
	if (value <= INT64_MAX)
		return ber_signed(out, (int64_t)value);
	out[0] = 0; /* else the top bit would be a sign */
	for (size_t i = 0; i < 8; i++)
		out[1 + i] = (uint8_t)(value >> (8 * (7 - i)));
	return 9;
}

uint8_t *
ber_prepend(uint8_t *at, const void *octets, size_t size)
{
	at -= size;
	if (size > 0)
		memcpy(at, octets, size);
	return at;
}

uint8_t *
ber_prepend_head(uint8_t *at, uint8_t tag, size_t size)
{
	at -= ber_head_size(size);
	ber_put_head(at, tag, size);
	return at;
}

uint8_t *
ber_prepend_integer(uint8_t *at, int64_t value)
{
	uint8_t body[8];
	size_t size = ber_signed(body, value);
	return ber_prepend_head(ber_prepend(at, body, size), BER_INTEGER, size);
}

uint8_t *
ber_prepend_octets(uint8_t *at, const void *octets, size_t size)
{
	return ber_prepend_head(ber_prepend(at, octets, size), BER_OCTETS, size);
}

size_t
ber_put_subid(uint8_t *out, uint64_t subid)
{
	size_t size = 1;
	while (subid >> (7 * size) != 0)
		size++;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)((subid >> (7 * (size - 1 - i)) & 0x7f) | (i + 1 < size ? 0x80 : 0));
	return size;
}

size_t
ber_oid_parse(const char *text, size_t text_size, uint8_t *out)
{
	const char *p = text, *end = text + text_size;
	uint64_t first = 0;
	size_t size = 0;
	unsigned count = 0;

	if (p < end && *p == '.')
		p++;
	for (;;) {
		uint64_t subid = 0;
		const char *start = p;
		while (p < end && *p >= '0' && *p <= '9' && subid <= UINT32_MAX)
			subid = subid * 10 + (uint64_t)(*p++ - '0');
		if (p == start || subid > UINT32_MAX || ++count > 128)
			return 0;
		if (count == 1) {
			if (subid > 2)
				return 0;
			first = subid;
		} else if (count == 2) {
			if (first < 2 && subid > 39)
				return 0;
			size += ber_put_subid(out, first * 40 + subid);
		} else {
			size += ber_put_subid(out + size, subid);
		}
		if (p == end)
			return size;
		if (*p++ != '.')
			return 0;
	}
}

void
ber_oid_format(struct ber_slice oid, char *out, size_t room)
{
	uint64_t subid = 0;
	size_t used = 0;
	bool is_first = true;

	out[0] = '\0';
	for (size_t i = 0; i < oid.size && used < room; i++) {
		subid = subid << 7 | (oid.at[i] & 0x7f);
		if (oid.at[i] & 0x80)
			continue;
		int n;
		if (is_first) {
			uint64_t arc = subid < 80 ? subid / 40 : 2;
			n = snprintf(out, room, "%llu.%llu", (unsigned long long)arc,
			    (unsigned long long)(subid - arc * 40));
		} else {
			n = snprintf(out + used, room - used, ".%llu", (unsigned long long)subid);
		}
		used += (size_t)n;
		is_first = false;
		subid = 0;
	}
}

/* Octets of the sub-identifier that starts at `from`. */
static size_t
subid_size(struct ber_slice oid, size_t from)
{
	size_t i = from;
	while (i < oid.size && oid.at[i] & 0x80)
		i++;
	return i - from;
}

int
ber_oid_compare(struct ber_slice a, struct ber_slice b)
{
	size_t both = a.size < b.size ? a.size : b.size, i = 0;
	while (i < both && a.at[i] == b.at[i])
		i++;
	if (i == both)
		return (a.size > b.size) - (a.size < b.size);
	size_t start = i;
	while (start > 0 && a.at[start - 1] & 0x80)
		start--;
	size_t a_octets = subid_size(a, start), b_octets = subid_size(b, start);
	if (a_octets != b_octets)
		return a_octets < b_octets ? -1 : 1;
	return a.at[i] < b.at[i] ? -1 : 1;
}
