/* SPDX-License-Identifier: ISC */
/* Messages between the plugin and its workers, field by field. Both are the same program: numbers are in the host's order. */
#include "plugins/snmp/message.h"

#include <stdlib.h>
#include <string.h>

/* A message may hold secrets: no copy is left behind. */
static void
discard(struct message_writer *w)
{
	if (w->data != NULL)
		explicit_bzero(w->data, w->capacity);
	free(w->data);
}

void
message_put_bytes(struct message_writer *w, const void *data, size_t len)
{
	if (w->failed)
		return;
	if (w->len + len > w->capacity) {
		size_t capacity = (w->len + len) * 2 + 256;
		uint8_t *grown = malloc(capacity);
		if (grown == NULL) {
			w->failed = true;
			return;
		}
		if (w->len > 0)
			memcpy(grown, w->data, w->len);
		discard(w);
		w->data = grown;
		w->capacity = capacity;
	}
	if (len > 0)
		memcpy(w->data + w->len, data, len);
	w->len += len;
}

void
message_begin(struct message_writer *w, enum message_type type)
{
	w->len = 0;
	w->failed = false;
	message_put_u32(w, (uint32_t)type);
}

void
message_put_u32(struct message_writer *w, uint32_t value)
{
	message_put_bytes(w, &value, sizeof(value));
}

void
message_put_i64(struct message_writer *w, int64_t value)
{
	message_put_bytes(w, &value, sizeof(value));
}

void
message_put_text(struct message_writer *w, const char *text)
{
	message_put_bytes(w, text, strlen(text) + 1);
}

void
message_fini(struct message_writer *w)
{
	discard(w);
	*w = (struct message_writer){ 0 };
}

struct message_reader
message_open(const void *data, size_t len)
{
	return (struct message_reader){ .data = data, .len = len };
}

const void *
message_bytes(struct message_reader *r, size_t len)
{
	if (r->failed || len > r->len - r->at) {
		r->failed = true;
		return NULL;
	}
	const void *start = r->data + r->at;
	r->at += len;
	return start;
}

const void *
message_items(struct message_reader *r, uint32_t count, size_t size)
{
	if (count > (r->len - r->at) / size)
		r->failed = true;
	return message_bytes(r, r->failed ? 0 : count * size);
}

uint32_t
message_u32(struct message_reader *r)
{
	const void *data = message_bytes(r, sizeof(uint32_t));
	uint32_t value = 0;

	if (data != NULL)
		memcpy(&value, data, sizeof(value));
	return value;
}

int64_t
message_i64(struct message_reader *r)
{
	const void *data = message_bytes(r, sizeof(int64_t));
	int64_t value = 0;

	if (data != NULL)
		memcpy(&value, data, sizeof(value));
	return value;
}

const char *
message_text(struct message_reader *r)
{
	const char *start = r->failed || r->at == r->len ? NULL : (const char *)r->data + r->at;
	const char *end = start == NULL ? NULL : memchr(start, '\0', r->len - r->at);

	if (end == NULL) {
		r->failed = true;
		return "";
	}
	r->at += (size_t)(end - start) + 1;
	return start;
}

bool
message_is_whole(const struct message_reader *r)
{
	return !r->failed && r->at == r->len;
}

void
message_put_fault(struct message_writer *w, const struct towerd_fault *fault)
{
	message_put_u32(w, fault->is_raised);
	message_put_u32(w, (uint32_t)fault->severity);
	message_put_i64(w, fault->device_ms);
	message_put_i64(w, fault->expires_ms);
	message_put_u32(w, fault->is_hint);
	message_put_text(w, fault->type);
	message_put_text(w, fault->qualifier != NULL ? fault->qualifier : "");
	message_put_text(w, fault->text != NULL ? fault->text : "");
}

bool
message_fault(struct message_reader *r, struct towerd_fault *out)
{
	struct towerd_fault fault = { .size = sizeof(fault) };

	fault.is_raised = message_u32(r) != 0;
	fault.severity = (int)message_u32(r);
	fault.device_ms = message_i64(r);
	fault.expires_ms = message_i64(r);
	fault.is_hint = message_u32(r) != 0;
	fault.type = message_text(r);
	fault.qualifier = message_text(r);
	fault.text = message_text(r);
	if (!message_is_whole(r))
		return false;
	*out = fault;
	return true;
}
