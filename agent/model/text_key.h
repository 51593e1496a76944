/* SPDX-License-Identifier: ISC */
/* A text as an index of variable length (RFC 2578, 7.7): its length, then its octets; so shorter texts come first. */
#ifndef AGENT_MODEL_TEXT_KEY_H
#define AGENT_MODEL_TEXT_KEY_H

#include <string.h>

#include <towerd/value.h>

struct text_key {
	const uint32_t *ids;
	size_t len;
};

/* Returns the length of the key; the text is shorter than TOWERD_OID_MAX. */
static inline size_t
text_key_of(const char *text, size_t len, uint32_t ids[TOWERD_OID_MAX])
{
	ids[0] = (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		ids[i + 1] = (uint8_t)text[i];
	return len + 1;
}

/* The text's key against any key. */
static inline int
text_key_compare(const char *text, const struct text_key *key)
{
	size_t len = strlen(text);
	if (key->len == 0)
		return 1;
	if (len != key->ids[0])
		return len < key->ids[0] ? -1 : 1;
	for (size_t i = 0; i < len; i++) {
		if (i + 1 == key->len)
			return 1;
		if ((uint8_t)text[i] != key->ids[i + 1])
			return (uint8_t)text[i] < key->ids[i + 1] ? -1 : 1;
	}
	return len + 1 < key->len ? -1 : 0;
}

#endif
