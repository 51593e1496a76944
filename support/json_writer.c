/* SPDX-License-Identifier: ISC */
/* Writes JSON into a buffer that grows. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/utf8.h"
#include "towerd/json.h"

/* Makes room for `more` octets and a NUL. */
static bool
has_room(struct towerd_json_writer *w, size_t more)
{
	if (w->failed)
		return false;
	if (w->capacity > more && w->capacity - more > w->len)
		return true;
	size_t capacity = w->capacity == 0 ? 256 : w->capacity;
	while (capacity <= SIZE_MAX / 2 && capacity - w->len <= more)
		capacity *= 2;
	char *grown = capacity - w->len <= more ? NULL : realloc(w->data, capacity);
	if (grown == NULL) {
		w->failed = true;
		return false;
	}
	w->data = grown;
	w->capacity = capacity;
	return true;
}

static void
put(struct towerd_json_writer *w, const char *text, size_t len)
{
	if (!has_room(w, len))
		return;
	memcpy(w->data + w->len, text, len);
	w->len += len;
}

/* Octets that stand in a string as they are; nearly all that we write does, so it is copied in runs. */
static size_t
plain_run(const char *text, size_t len)
{
	size_t run = 0;

	while (run < len && text[run] >= ' ' && text[run] < 0x7f && text[run] != '"' && text[run] != '\\')
		run++;
	return run;
}

/* The escapes of RFC 8259, 7; what is not UTF-8 becomes U+FFFD, an octet at a time. */
static void
put_string(struct towerd_json_writer *w, const char *text, size_t len)
{
	static const char shorts[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};

	/* Nearly always it is one run. */
	if (plain_run(text, len) == len && has_room(w, len + 2)) {
		w->data[w->len] = '"';
		memcpy(w->data + w->len + 1, text, len);
		w->data[w->len + 1 + len] = '"';
		w->len += len + 2;
		return;
	}
	put(w, "\"", 1);
	for (size_t i = 0, octets; i < len; i += octets) {
		uint32_t code;
		char escape[8];
		octets = plain_run(text + i, len - i);
		if (octets > 0) {
			put(w, text + i, octets);
			continue;
		}
		octets = utf8_decode(text + i, len - i, &code);
		if (octets == 0) {
			octets = 1;
			put(w, "\xef\xbf\xbd", 3);
		} else if (code == '"' || code == '\\') {
			put(w, "\\", 1);
			put(w, text + i, 1);
		} else if (code < 0x20 && shorts[code] != '\0') {
			escape[0] = '\\';
			escape[1] = shorts[code];
			put(w, escape, 2);
		} else if (code < 0x20) {
			put(w, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", code));
		} else {
			put(w, text + i, octets);
		}
	}
	put(w, "\"", 1);
}

/* What stands before a value: the comma and the key. */
static void
begin(struct towerd_json_writer *w, const char *key)
{
	if (w->comma)
		put(w, ",", 1);
	w->comma = true;
	if (key == NULL)
		return;
	put_string(w, key, strlen(key));
	put(w, ":", 1);
}

static void
put_value(struct towerd_json_writer *w, const char *key, const char *text)
{
	begin(w, key);
	put(w, text, strlen(text));
}

void
towerd_json_open(struct towerd_json_writer *w, const char *key, char bracket)
{
	begin(w, key);
	put(w, &bracket, 1);
	w->comma = false;
	w->depth++;
}

void
towerd_json_close(struct towerd_json_writer *w, char bracket)
{
	assert(w->depth > 0);
	put(w, &bracket, 1);
	w->comma = true;
	w->depth--;
}

void
towerd_json_put_text(struct towerd_json_writer *w, const char *key, const char *text)
{
	if (text == NULL)
		towerd_json_put_null(w, key);
	else
		towerd_json_put_bytes(w, key, text, strlen(text));
}

void
towerd_json_put_bytes(struct towerd_json_writer *w, const char *key, const char *text, size_t len)
{
	begin(w, key);
	put_string(w, text, len);
}

void
towerd_json_put_int(struct towerd_json_writer *w, const char *key, int64_t value)
{
	if (value >= 0)
		towerd_json_put_uint(w, key, (uint64_t)value);
	else
		towerd_json_put_decimal(w, key, value, 0);
}

void
towerd_json_put_uint(struct towerd_json_writer *w, const char *key, uint64_t value)
{
	char text[24], *digits = text + sizeof(text) - 1;

	*digits = '\0';
	do
		*--digits = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	put_value(w, key, digits);
}

void
towerd_json_put_decimal(struct towerd_json_writer *w, const char *key, int64_t value, unsigned decimals)
{
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, unit = 1;
	char text[48];

	assert(decimals <= 18);
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	int len = snprintf(text, sizeof(text), "%s%" PRIu64, value < 0 ? "-" : "", magnitude / unit);
	if (decimals > 0)
		snprintf(
		    text + len, sizeof(text) - (size_t)len, ".%0*" PRIu64, (int)decimals, magnitude % unit);
	put_value(w, key, text);
}

void
towerd_json_put_bool(struct towerd_json_writer *w, const char *key, bool value)
{
	put_value(w, key, value ? "true" : "false");
}

void
towerd_json_put_null(struct towerd_json_writer *w, const char *key)
{
	put_value(w, key, "null");
}

const char *
towerd_json_done(struct towerd_json_writer *w)
{
	assert(w->depth == 0);
	if (!has_room(w, 0))
		return NULL;
	w->data[w->len] = '\0';
	return w->data;
}

void
towerd_json_reset(struct towerd_json_writer *w)
{
	w->len = 0;
	w->depth = 0;
	w->comma = w->failed = false;
}

void
towerd_json_fini(struct towerd_json_writer *w)
{
	free(w->data);
	*w = (struct towerd_json_writer){ 0 };
}
