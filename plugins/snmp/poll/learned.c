/* SPDX-License-Identifier: ISC */
/* A device's limits, as numbers, as words for people, and as a line that is kept. */
#include "plugins/snmp/poll/learned.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define FORGOTTEN_AFTER_MS INT64_C(86400000)

enum { FLAG_NO_BULK = 1, FLAG_V1 = 2, FLAG_UNORDERED = 4 };

void
learned_objects(struct learned *learned, size_t count)
{
	if (count == 0 || count > UINT8_MAX || (learned->objects != 0 && learned->objects <= count))
		return;
	learned->objects = (uint8_t)count;
	learned->is_news = true;
}

void
learned_repetitions(struct learned *learned, unsigned repetitions)
{
	if (repetitions == 0) {
		learned->is_news |= !learned->has_no_bulk;
		learned->has_no_bulk = true;
	} else if (repetitions <= UINT8_MAX &&
	    (learned->repetitions == 0 || learned->repetitions > repetitions)) {
		learned->repetitions = (uint8_t)repetitions;
		learned->is_news = true;
	}
}

void
learned_v1(struct learned *learned, bool is_v1)
{
	learned->is_news |= learned->is_v1 != is_v1;
	learned->is_v1 = is_v1;
}

void
learned_unordered(struct learned *learned)
{
	learned->is_news |= !learned->is_unordered;
	learned->is_unordered = true;
}

static void
forget(struct learned *learned)
{
	*learned = (struct learned){ .box = learned->box, .is_news = true };
}

void
learned_expire(struct learned *learned, int64_t utc_ms)
{
	if (learned->since_ms != 0 &&
	    (utc_ms - learned->since_ms > FORGOTTEN_AFTER_MS || learned->since_ms > utc_ms))
		forget(learned);
}

/* FNV-1a: the id itself would be too long to keep at every device. */
bool
learned_box(struct learned *learned, const void *id, size_t len)
{
	const uint8_t *octets = id;
	uint32_t hash = 2166136261u, before = learned->box;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * 16777619u;
	if (before == hash)
		return false;
	learned->box = hash;
	learned->is_news |= learned->since_ms != 0;
	if (before == 0)
		return false;
	forget(learned);
	return true;
}

static void __attribute__((format(printf, 4, 5)))
add(char *out, size_t size, int *len, const char *format, ...)
{
	va_list ap;

	if ((size_t)*len >= size)
		return;
	if (*len > 0)
		*len += snprintf(out + *len, size - (size_t)*len, "; ");
	va_start(ap, format);
	if ((size_t)*len < size)
		*len += vsnprintf(out + *len, size - (size_t)*len, format, ap);
	va_end(ap);
}

const char *
learned_say(const struct learned *learned, char *out, size_t size)
{
	int len = 0;

	out[0] = '\0';
	if (learned->is_v1)
		add(out, size, &len, "SNMPv1 only");
	if (learned->has_no_bulk)
		add(out, size, &len, "no GETBULK");
	else if (learned->repetitions > 0)
		add(out, size, &len, "%u repetitions of a GETBULK", learned->repetitions);
	if (learned->objects > 0)
		add(out, size, &len, "%u object%s a request", learned->objects,
		    learned->objects == 1 ? "" : "s");
	if (learned->is_unordered)
		add(out, size, &len, "walks without order");
	return out;
}

const char *
learned_write(struct learned *learned, int64_t utc_ms, char *out, size_t size)
{
	unsigned flags = (learned->has_no_bulk ? FLAG_NO_BULK : 0) | (learned->is_v1 ? FLAG_V1 : 0) |
	    (learned->is_unordered ? FLAG_UNORDERED : 0);

	out[0] = '\0';
	if (flags == 0 && learned->objects == 0 && learned->repetitions == 0)
		return out;
	if (learned->since_ms == 0)
		learned->since_ms = utc_ms;
	snprintf(out, size, "1 %u %u %u %" PRIx32 " %" PRId64, learned->objects, learned->repetitions, flags,
	    learned->box, learned->since_ms);
	return out;
}

void
learned_read(struct learned *learned, const char *text)
{
	unsigned objects, repetitions, flags;
	uint32_t box;
	int64_t since_ms;

	/* NOLINTNEXTLINE(cert-err34-c): the widths keep each number in range */
	if (sscanf(text, "1 %3u %3u %1u %8" SCNx32 " %18" SCNd64, &objects, &repetitions, &flags, &box,
		&since_ms) != 5 ||
	    objects > UINT8_MAX || repetitions > UINT8_MAX)
		return;
	*learned = (struct learned){ .objects = (uint8_t)objects,
		.repetitions = (uint8_t)repetitions,
		.has_no_bulk = (flags & FLAG_NO_BULK) != 0,
		.is_v1 = (flags & FLAG_V1) != 0,
		.is_unordered = (flags & FLAG_UNORDERED) != 0,
		.box = box,
		.since_ms = since_ms };
}
