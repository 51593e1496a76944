/* SPDX-License-Identifier: ISC */
/* Lines of a recording: texts as they are where they can be, all else in hexadecimal. */
#include "plugins/snmp/explore/recording_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct line {
	char *out;
	size_t size, len;
};

static void __attribute__((format(printf, 2, 3))) put(struct line *line, const char *format, ...)
{
	bool has_room = line->len < line->size;
	va_list ap;

	va_start(ap, format);
	int len = vsnprintf(
	    has_room ? line->out + line->len : NULL, has_room ? line->size - line->len : 0, format, ap);
	va_end(ap);
	line->len += len > 0 ? (size_t)len : 0;
}

static void
put_oid(struct line *line, const uint32_t *ids, size_t len)
{
	char text[OID_TEXT];

	put(line, "%s", oid_format(ids, len, text, sizeof(text)));
}

/* Blanks at the ends would be lost on people who edit the file. */
static bool
is_plain(const struct snmp_value *value)
{
	const uint8_t *data = value->octets.data;
	size_t len = value->octets.len;

	if (value->tag != SNMP_OCTETS || (len > 0 && (data[0] == ' ' || data[len - 1] == ' ')))
		return false;
	for (size_t i = 0; i < len; i++)
		if (data[i] < ' ' || data[i] > '~')
			return false;
	return true;
}

static void
put_octets(struct line *line, const struct snmp_value *value)
{
	const uint8_t *data = value->octets.data;

	if (value->tag == SNMP_IPADDRESS && value->octets.len == 4) {
		put(line, "|%u.%u.%u.%u", data[0], data[1], data[2], data[3]);
	} else if (is_plain(value)) {
		put(line, "|%.*s", (int)value->octets.len, (const char *)data);
	} else {
		put(line, "x|");
		for (size_t i = 0; i < value->octets.len; i++)
			put(line, "%02x", data[i]);
	}
}

size_t
recording_line(const struct snmp_object *object, char *out, size_t size)
{
	struct line line = { out, size, 0 };
	const struct snmp_value *value = &object->value;

	if (size > 0)
		out[0] = '\0';
	put_oid(&line, object->ids, object->len);
	put(&line, "|%u", (unsigned)value->tag);
	switch (value->tag) {
	case SNMP_INTEGER:
		put(&line, "|%" PRId64, value->integer);
		break;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_COUNTER64:
		put(&line, "|%" PRIu64, value->natural);
		break;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		put_octets(&line, value);
		break;
	case SNMP_OID:
		put(&line, "|");
		put_oid(&line, value->oid.ids, value->oid.len);
		break;
	case SNMP_NULL:
		put(&line, "|");
		break;
	default:
		return 0;
	}
	return line.len;
}
