/* SPDX-License-Identifier: ISC */
/* Reads JSON by jansson; the one file that includes it. A value of ours is jansson's own, under another name. */
#include "towerd/json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/decimal.h"
#include "support/utf8.h"

enum { DEPTH_MAX = 64 };

static const json_t *
value_of(const struct towerd_json *v)
{
	return (const json_t *)v;
}

static const struct towerd_json *
ours(const json_t *v)
{
	return (const struct towerd_json *)v;
}

/* Where a text goes deeper than DEPTH_MAX, or `len`: jansson would follow 2,048 levels on the stack of whoever calls. */
static size_t
too_deep_at(const char *text, size_t len)
{
	bool in_text = false;
	unsigned depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (in_text && c == '\\')
			i++;
		else if (c == '"')
			in_text = !in_text;
		else if (!in_text && (c == '{' || c == '[') && ++depth > DEPTH_MAX)
			return i;
		else if (!in_text && (c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return len;
}

/* jansson quotes what it stumbled over: the copy stays one line. */
static void
say(char *error, size_t size, unsigned line, unsigned column, const char *what)
{
	char clean[JSON_ERROR_TEXT_LENGTH];
	utf8_clean(clean, sizeof(clean), what, strlen(what), '\0');
	snprintf(error, size, "line %u, column %u: %s", line, column, clean);
}

struct towerd_json *
towerd_json_parse(const char *text, size_t len, char *error, size_t size)
{
	size_t deep = too_deep_at(text, len);
	if (deep < len) {
		unsigned line = 1, column = 1;
		for (size_t i = 0; i < deep; i++) {
			column = text[i] == '\n' ? 1 : column + 1;
			line += text[i] == '\n';
		}
		say(error, size, line, column, "nested deeper than 64 levels");
		return NULL;
	}
	json_error_t found;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &found);
	if (root == NULL)
		say(error, size, found.line > 0 ? (unsigned)found.line : 1,
		    found.column > 0 ? (unsigned)found.column : 1, found.text);
	return (struct towerd_json *)root;
}

void
towerd_json_free(struct towerd_json *root)
{
	json_decref((json_t *)root);
}

bool
towerd_json_is_object(const struct towerd_json *v)
{
	return json_is_object(value_of(v));
}

bool
towerd_json_is_null(const struct towerd_json *v)
{
	return json_is_null(value_of(v));
}

bool
towerd_json_is_array(const struct towerd_json *v)
{
	return json_is_array(value_of(v));
}

const struct towerd_json *
towerd_json_get(const struct towerd_json *object, const char *key)
{
	return ours(json_object_get(value_of(object), key));
}

size_t
towerd_json_count(const struct towerd_json *v)
{
	return json_is_array(value_of(v)) ? json_array_size(value_of(v)) : json_object_size(value_of(v));
}

const struct towerd_json *
towerd_json_item(const struct towerd_json *array, size_t i)
{
	return ours(json_array_get(value_of(array), i));
}

int
towerd_json_each(const struct towerd_json *object,
    int (*fn)(void *arg, const char *key, const struct towerd_json *value), void *arg)
{
	json_t *o = (json_t *)(uintptr_t)object; /* an iterator of jansson could also write */
	int rc = 0;
	for (void *i = json_object_iter(o); i != NULL && rc == 0; i = json_object_iter_next(o, i))
		rc = fn(arg, json_object_iter_key(i), ours(json_object_iter_value(i)));
	return rc;
}

int
towerd_json_text(const struct towerd_json *v, const char **text, size_t *len)
{
	if (!json_is_string(value_of(v)))
		return -EINVAL;
	const char *string = json_string_value(value_of(v));
	size_t length = json_string_length(value_of(v));
	if (strlen(string) != length)
		return -EINVAL;
	*text = string;
	if (len != NULL)
		*len = length;
	return 0;
}

int
towerd_json_bool(const struct towerd_json *v, bool *out)
{
	if (!json_is_boolean(value_of(v)))
		return -EINVAL;
	*out = json_is_true(value_of(v));
	return 0;
}

int
towerd_json_int(const struct towerd_json *v, int64_t *out)
{
	/* JSON knows one kind of number: 3, 3.0 and 0.3e1 are the same. */
	if (json_is_integer(value_of(v))) {
		*out = json_integer_value(value_of(v));
		return 0;
	}
	if (!json_is_real(value_of(v)))
		return -EINVAL;
	double real = json_real_value(value_of(v));
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
	if (json_is_integer(value_of(v))) {
		snprintf(text, sizeof(text), "%" PRId64, (int64_t)json_integer_value(value_of(v)));
		return decimal_parse(text, decimals, out);
	}
	if (!json_is_real(value_of(v)))
		return -EINVAL;
	/* The shortest text that reads back as the same number is what the sender wrote: 53.05, not 53.049999999999997. */
	double real = json_real_value(value_of(v));
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real) /* NOLINT(cert-err34-c): our own text */
			break;
	}
	return decimal_parse(text, decimals, out);
}
