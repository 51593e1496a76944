/* SPDX-License-Identifier: ISC */
/* What is asked of a parsed JSON text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/decimal.h"
#include "support/json_value.h"
#include "towerd/json.h"

static bool
is_of(const struct towerd_json *v, enum json_type type)
{
	return v != NULL && v->type == type;
}

void
towerd_json_free(struct towerd_json *root)
{
	free(root);
}

bool
towerd_json_is_object(const struct towerd_json *v)
{
	return is_of(v, JSON_OBJECT);
}

bool
towerd_json_is_null(const struct towerd_json *v)
{
	return is_of(v, JSON_NULL);
}

bool
towerd_json_is_array(const struct towerd_json *v)
{
	return is_of(v, JSON_ARRAY);
}

const struct towerd_json *
towerd_json_get(const struct towerd_json *object, const char *key)
{
	size_t low = 0, high = is_of(object, JSON_OBJECT) ? object->count : 0;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(key, object->children[middle]->key);
		if (order == 0)
			return object->children[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t
towerd_json_count(const struct towerd_json *v)
{
	return v != NULL ? v->count : 0;
}

const struct towerd_json *
towerd_json_item(const struct towerd_json *array, size_t i)
{
	return is_of(array, JSON_ARRAY) && i < array->count ? array->children[i] : NULL;
}

int
towerd_json_each(const struct towerd_json *object,
    int (*fn)(void *arg, const char *key, const struct towerd_json *value), void *arg)
{
	const struct towerd_json *pair = object + 1;
	int rc = 0;

	if (!is_of(object, JSON_OBJECT))
		return 0;
	for (uint32_t i = 0; i < object->count && rc == 0; i++, pair += pair->size)
		rc = fn(arg, pair->key, pair);
	return rc;
}

int
towerd_json_text(const struct towerd_json *v, const char **text, size_t *len)
{
	if (!is_of(v, JSON_TEXT) || strlen(v->text) != v->len)
		return -EINVAL;
	*text = v->text;
	if (len != NULL)
		*len = v->len;
	return 0;
}

int
towerd_json_bool(const struct towerd_json *v, bool *out)
{
	if (!is_of(v, JSON_TRUE) && !is_of(v, JSON_FALSE))
		return -EINVAL;
	*out = v->type == JSON_TRUE;
	return 0;
}

int
towerd_json_int(const struct towerd_json *v, int64_t *out)
{
	/* JSON knows one kind of number: 3, 3.0 and 0.3e1 are the same. */
	if (is_of(v, JSON_INTEGER)) {
		*out = v->integer;
		return 0;
	}
	if (!is_of(v, JSON_REAL))
		return -EINVAL;
	double real = v->real;
	if (real >= 0x1p63 || real < -0x1p63)
		return -ERANGE;
	if ((double)(int64_t)real != real)
		return -EINVAL;
	*out = (int64_t)real;
	return 0;
}

int
towerd_json_decimal(const struct towerd_json *v, unsigned decimals, int64_t *out)
{
	char text[40];
	if (is_of(v, JSON_INTEGER)) {
		snprintf(text, sizeof(text), "%" PRId64, v->integer);
		return decimal_parse(text, decimals, out);
	}
	if (!is_of(v, JSON_REAL))
		return -EINVAL;
	/* The shortest text that reads back as the same number is what the sender wrote: 53.05, not 53.049999999999997. */
	double real = v->real;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real) /* NOLINT(cert-err34-c): our own text */
			break;
	}
	return decimal_parse(text, decimals, out);
}
