/* SPDX-License-Identifier: ISC */
/*
 * JSON (RFC 8259), strict: UTF-8 checked, duplicate keys refused, nesting bounded. Part of the support library: agent and
 * plugins link it. A reader over one parsed text, and a writer that appends to a growing buffer.
 */
#ifndef TOWERD_JSON_H
#define TOWERD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct
    towerd_json; /* a value of a parsed text; lives as long as the root that towerd_json_parse() returned */

/*
 * Parses `len` octets that must hold one object or array and nothing else. Returns NULL and a sentence with line and column in `error` (of
 * `size`). A whole number beyond int64_t, or any beyond a double, is a fault of the text.
 */
struct towerd_json *towerd_json_parse(const char *text, size_t len, char *error, size_t size);
void towerd_json_free(struct towerd_json *root);

bool towerd_json_is_object(const struct towerd_json *v);
bool towerd_json_is_array(const struct towerd_json *v);
bool towerd_json_is_null(const struct towerd_json *v);
const struct towerd_json *
towerd_json_get(const struct towerd_json *object, const char *key); /* NULL: not there */
size_t towerd_json_count(const struct towerd_json *v); /* items of an array, pairs of an object, else 0 */
const struct towerd_json *towerd_json_item(const struct towerd_json *array, size_t i);

/* Visits the pairs of an object in the order of the text until `fn` returns non-zero; returns that. */
int towerd_json_each(const struct towerd_json *object,
    int (*fn)(void *arg, const char *key, const struct towerd_json *value), void *arg);

/* Each returns 0, or -EINVAL when the value is of another type (or `v` is NULL), -ERANGE when it does not fit; *out is then untouched. */
int towerd_json_text(
    const struct towerd_json *v, const char **text, size_t *len); /* NUL-terminated; embedded NUL: -EINVAL */
int towerd_json_int(const struct towerd_json *v, int64_t *out);
int towerd_json_bool(const struct towerd_json *v, bool *out);
/* A number as an integer in units of 10^-decimals, rounded half away from zero. */
int towerd_json_decimal(const struct towerd_json *v, unsigned decimals, int64_t *out);

/*
 * Writer. Start with `= { 0 }`; commas and nesting are kept by the writer. After an allocation failure it ignores all further
 * calls and towerd_json_done() returns NULL. A key is given for members of an object, NULL for items of an array and the root.
 * Text that is not UTF-8 is written with U+FFFD for each offending octet: an answer never fails because of a device's bytes.
 */
struct towerd_json_writer {
	char *data;
	size_t len, capacity;
	uint32_t depth;
	bool comma, failed;
};

void towerd_json_open(struct towerd_json_writer *w, const char *key, char bracket); /* '{' or '[' */
void towerd_json_close(struct towerd_json_writer *w, char bracket);                 /* '}' or ']' */
void
towerd_json_put_text(struct towerd_json_writer *w, const char *key, const char *text); /* NULL text: null */
void towerd_json_put_bytes(struct towerd_json_writer *w, const char *key, const char *text, size_t len);
void towerd_json_put_int(struct towerd_json_writer *w, const char *key, int64_t value);
void towerd_json_put_uint(struct towerd_json_writer *w, const char *key, uint64_t value);
void towerd_json_put_decimal(
    struct towerd_json_writer *w, const char *key, int64_t value, unsigned decimals); /* 532,1 -> 53.2 */
void towerd_json_put_bool(struct towerd_json_writer *w, const char *key, bool value);
void towerd_json_put_null(struct towerd_json_writer *w, const char *key);
/* The text so far, NUL-terminated, owned by the writer; NULL after a failure. */
const char *towerd_json_done(struct towerd_json_writer *w);
void towerd_json_reset(struct towerd_json_writer *w); /* keeps the buffer */
void towerd_json_fini(struct towerd_json_writer *w);

#ifdef __cplusplus
}
#endif
#endif
