/* SPDX-License-Identifier: ISC */
/* Reads .snmprec files: one pass over the text, a line that is no record costs that line alone. */
#include "plugins/snmp/profile/recording.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((off_t)256 * 1024 * 1024)

struct text {
	const char *at;
	size_t len;
};

/* Room for one line's OIDs and unescaped octets. */
struct scratch {
	uint32_t ids[TOWERD_OID_MAX], value_ids[TOWERD_OID_MAX];
	uint8_t *octets; /* at least as long as the longest line */
};

/* Cuts off what stands before `mark`; false: there is no mark. */
static bool
cut(struct text *rest, char mark, struct text *field)
{
	const char *end = memchr(rest->at, mark, rest->len);

	if (end == NULL)
		return false;
	*field = (struct text){ rest->at, (size_t)(end - rest->at) };
	rest->len -= field->len + 1;
	rest->at = end + 1;
	return true;
}

static bool
parse_natural(struct text text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!isdigit((unsigned char)text.at[i]))
			return false;
		uint64_t digit = (uint64_t)(text.at[i] - '0');
		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return text.len > 0;
}

static bool
parse_integer(struct text text, int64_t *out)
{
	bool is_negative = text.len > 0 && text.at[0] == '-';
	uint64_t value;

	if (is_negative)
		text = (struct text){ text.at + 1, text.len - 1 };
	if (!parse_natural(text, (uint64_t)INT32_MAX + is_negative, &value))
		return false;
	*out = is_negative ? -(int64_t)value : (int64_t)value;
	return true;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

	return at == NULL ? -1 : (int)(at - digits);
}

static bool
parse_hex(struct text text, uint8_t *out, size_t *len)
{
	if (text.len % 2 != 0)
		return false;
	for (size_t i = 0; i < text.len; i += 2) {
		int high = hex_digit(text.at[i]), low = hex_digit(text.at[i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (uint8_t)(high * 16 + low);
	}
	*len = text.len / 2;
	return true;
}

/* \xHH, \t, \n, \r, \\, \' and \" as snmpsim writes them. */
static bool
parse_escapes(struct text text, uint8_t *out, size_t *len)
{
	static const char names[] = "tnr\\'\"", values[] = "\t\n\r\\'\"";
	size_t used = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '\\') {
			out[used++] = (uint8_t)text.at[i];
			continue;
		}
		if (++i == text.len)
			return false;
		if (text.at[i] == 'x') {
			size_t two;
			if (text.len - i < 3 ||
			    !parse_hex((struct text){ text.at + i + 1, 2 }, &out[used], &two))
				return false;
			used++;
			i += 2;
			continue;
		}
		const char *name = text.at[i] == '\0' ? NULL : strchr(names, text.at[i]);
		if (name == NULL)
			return false;
		out[used++] = (uint8_t)values[name - names];
	}
	*len = used;
	return true;
}

/* Dotted quad, or the four raw octets that some recorders leave. */
static bool
parse_address(struct text text, uint8_t *out, size_t *len)
{
	uint32_t ids[4];

	*len = 4;
	if (oid_parse(text.at, text.len, ids, 4) == 4 && text.at[0] != '.') {
		for (size_t i = 0; i < 4; i++) {
			if (ids[i] > UINT8_MAX)
				return false;
			out[i] = (uint8_t)ids[i];
		}
		return true;
	}
	memcpy(out, text.at, text.len < 4 ? text.len : 4);
	return text.len == 4;
}

static bool
parse_octets(
    struct text text, char form, enum snmp_tag tag, struct scratch *scratch, struct snmp_value *value)
{
	uint8_t *out = scratch->octets;

	value->octets.data = out;
	if (form == 'x')
		return parse_hex(text, out, &value->octets.len);
	if (form == 'e')
		return parse_escapes(text, out, &value->octets.len);
	if (tag == SNMP_IPADDRESS)
		return parse_address(text, out, &value->octets.len);
	value->octets.data = (const uint8_t *)text.at;
	value->octets.len = text.len;
	return true;
}

static bool
parse_value(struct text text, uint64_t tag, char form, struct scratch *scratch, struct snmp_value *value)
{
	int count;

	value->tag = (enum snmp_tag)tag;
	switch (value->tag) {
	case SNMP_INTEGER:
		return parse_integer(text, &value->integer);
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		return parse_octets(text, form, value->tag, scratch, value);
	case SNMP_NULL:
		return true;
	case SNMP_OID:
		count = oid_parse(text.at, text.len, scratch->value_ids, TOWERD_OID_MAX);
		value->oid.ids = scratch->value_ids;
		value->oid.len = count < 0 ? 0 : (size_t)count;
		return count >= 0;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
		return parse_natural(text, UINT32_MAX, &value->natural);
	case SNMP_COUNTER64:
		return parse_natural(text, UINT64_MAX, &value->natural);
	default:
		return false;
	}
}

/* Returns NULL for a record, else why the line is none. */
static const char *
parse_line(struct text line, struct scratch *scratch, struct snmp_object *object)
{
	struct text oid, tag;
	uint64_t number;
	char form = '\0';

	if (!cut(&line, '|', &oid) || !cut(&line, '|', &tag))
		return "not OID|TAG|VALUE";
	int count = oid_parse(oid.at, oid.len, scratch->ids, TOWERD_OID_MAX);
	if (count <= 0)
		return "not an OID";
	if (tag.len > 0 && (tag.at[tag.len - 1] == 'x' || tag.at[tag.len - 1] == 'e'))
		form = tag.at[--tag.len];
	if (!parse_natural(tag, UINT8_MAX, &number))
		return "not a tag";
	object->ids = scratch->ids;
	object->len = (size_t)count;
	return parse_value(line, number, form, scratch, &object->value) ? NULL : "value does not fit its tag";
}

int
recording_parse(struct object_set *set, const char *text, size_t len, struct recording_stats *stats)
{
	struct recording_stats ignored;
	struct text rest = { text, len };
	struct scratch scratch;
	unsigned number = 0;
	int rc = 0;

	if (stats == NULL)
		stats = &ignored;
	*stats = (struct recording_stats){ 0 };
	size_t before = object_set_count(set);
	scratch.octets = malloc(len + 4);
	if (scratch.octets == NULL)
		return -ENOMEM;
	while (rest.len > 0 && rc == 0) {
		struct snmp_object object;
		struct text line;

		if (!cut(&rest, '\n', &line)) {
			line = rest;
			rest.len = 0;
		}
		number++;
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0 || line.at[0] == '#')
			continue;
		const char *reason = parse_line(line, &scratch, &object);
		if (reason == NULL) {
			rc = object_set_add(set, &object);
			stats->records++;
			continue;
		}
		if (stats->skipped++ == 0) {
			stats->first_skipped = number;
			stats->reason = reason;
		}
	}
	free(scratch.octets);
	stats->repeats = before + stats->records - object_set_count(set);
	return rc;
}

static int
read_whole(int fd, char **text, size_t *len)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	*text = malloc((size_t)st.st_size + 1);
	if (*text == NULL)
		return -ENOMEM;
	for (*len = 0; *len < (size_t)st.st_size;) {
		ssize_t n = read(fd, *text + *len, (size_t)st.st_size - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	return 0;
}

int
recording_load(struct object_set *set, const char *path, struct recording_stats *stats)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	char *text = NULL;
	size_t len = 0;
	int rc = read_whole(fd, &text, &len);
	close(fd);
	if (rc == 0)
		rc = recording_parse(set, text, len, stats);
	free(text);
	return rc;
}
