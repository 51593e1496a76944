/* SPDX-License-Identifier: ISC */
/* Any octets as JSON: what can be read is written again by our writer, and must read back as the same. */
#include <stdlib.h>
#include <string.h>

#include "towerd/json.h"

static void write_value(struct towerd_json_writer *w, const char *key, const struct towerd_json *v);

static int
write_pair(void *arg, const char *key, const struct towerd_json *value)
{
	write_value(arg, key, value);
	return 0;
}

static void
write_value(struct towerd_json_writer *w, const char *key, const struct towerd_json *v)
{
	const char *text;
	size_t len;
	int64_t n;
	bool b;

	if (towerd_json_is_object(v)) {
		towerd_json_open(w, key, '{');
		towerd_json_each(v, write_pair, w);
		towerd_json_close(w, '}');
	} else if (towerd_json_is_array(v)) {
		towerd_json_open(w, key, '[');
		for (size_t i = 0; i < towerd_json_count(v); i++)
			write_value(w, NULL, towerd_json_item(v, i));
		towerd_json_close(w, ']');
	} else if (towerd_json_text(v, &text, &len) == 0) {
		towerd_json_put_bytes(w, key, text, len);
	} else if (towerd_json_bool(v, &b) == 0) {
		towerd_json_put_bool(w, key, b);
	} else if (towerd_json_int(v, &n) == 0) {
		towerd_json_put_int(w, key, n);
	} else if (towerd_json_decimal(v, 3, &n) == 0) {
		towerd_json_put_decimal(w, key, n, 3);
	} else {
		towerd_json_put_null(w, key);
	}
}

/* A text, read and written. */
static char *
rewrite(const char *text, size_t len)
{
	char error[200] = "";
	struct towerd_json *root = towerd_json_parse(text, len, error, sizeof(error));
	if ((root == NULL) != (error[0] != '\0'))
		abort();
	if (root == NULL)
		return NULL;
	struct towerd_json_writer w = { 0 };
	write_value(&w, NULL, root);
	const char *written = towerd_json_done(&w);
	if (written == NULL)
		abort();
	char *copy = strdup(written);
	towerd_json_fini(&w);
	towerd_json_free(root);
	return copy;
}

/* Whatever octets are put as a text, what is written can be read. */
static void
check_octets(const char *data, size_t size)
{
	struct towerd_json_writer w = { 0 };
	towerd_json_open(&w, NULL, '[');
	towerd_json_put_bytes(&w, NULL, data, size);
	towerd_json_close(&w, ']');
	char *again = rewrite(towerd_json_done(&w), w.len);
	if (again == NULL)
		abort();
	free(again);
	towerd_json_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_octets((const char *)data, size);
	char *first = rewrite((const char *)data, size);
	if (first == NULL)
		return 0;
	/* The first writing rounds: 3.0004 becomes 3.000, which reads as the integer 3. From the second on nothing changes. */
	char *second = rewrite(first, strlen(first));
	char *third = second == NULL ? NULL : rewrite(second, strlen(second));
	if (third == NULL || strcmp(second, third) != 0)
		abort();
	free(first);
	free(second);
	free(third);
	return 0;
}
