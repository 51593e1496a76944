/* SPDX-License-Identifier: ISC */
/* Parses JSON (RFC 8259) in one pass into one allocation, whose size the text itself tells: a value for each comma and bracket. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/json_plain.h"
#include "support/json_value.h"
#include "support/utf8.h"
#include "towerd/json.h"

#define DEPTH_MAX 64

struct parser {
	const char *at, *end;
	/* The next free ones. */
	struct towerd_json *value;
	const struct towerd_json **child;
	char *text;
	unsigned depth;
	char fault[160]; /* what is wrong at `at` */
};

static bool
fail(struct parser *p, const char *fault)
{
	snprintf(p->fault, sizeof(p->fault), "%s", fault);
	return false;
}

/* The next octet after white space; NUL, which stands nowhere in JSON, at the end. */
static char
peek(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
		p->at++;
	return p->at < p->end ? *p->at : '\0';
}

static bool
take_hex(struct parser *p, uint32_t *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++, p->at++) {
		char c = p->at < p->end ? *p->at : '\0';
		int digit = c >= '0' && c <= '9' ? c - '0'
		    : c >= 'a' && c <= 'f'       ? c - 'a' + 10
		    : c >= 'A' && c <= 'F'       ? c - 'A' + 10
						 : -1;
		if (digit < 0)
			return fail(p, "four hexadecimal digits are expected behind \\u");
		*code = *code << 4 | (uint32_t)digit;
	}
	return true;
}

/* As UTF-8 (RFC 3629, 3): never longer than the escape that it was. */
static void
put_code(struct parser *p, uint32_t code)
{
	static const unsigned char leads[] = { 0x00, 0xc0, 0xe0, 0xf0 };
	int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;

	*p->text++ = (char)(leads[more] | code >> (6 * more));
	while (more-- > 0)
		*p->text++ = (char)(0x80 | (code >> (6 * more) & 0x3f));
}

/* Behind \u: a character, or the two halves of a surrogate pair (RFC 8259, 7). */
static bool
take_code(struct parser *p)
{
	uint32_t code, low = 0;

	if (!take_hex(p, &code))
		return false;
	if (code < 0xd800 || code > 0xdfff) {
		put_code(p, code);
		return true;
	}
	bool is_pair = code < 0xdc00 && p->end - p->at > 2 && p->at[0] == '\\' && p->at[1] == 'u';
	if (is_pair) {
		p->at += 2;
		if (!take_hex(p, &low))
			return false;
	}
	if (low < 0xdc00 || low > 0xdfff)
		return fail(p, "half of a surrogate pair");
	put_code(p, 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00)));
	return true;
}

static bool
take_escape(struct parser *p)
{
	static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	char c = p->at < p->end ? *p->at : '\0';
	const char *name = c != '\0' ? strchr(names, c) : NULL;

	if (name == NULL && c != 'u')
		return fail(p, "no such escape");
	p->at++;
	if (name == NULL)
		return take_code(p);
	*p->text++ = meant[name - names];
	return true;
}

/* At the opening quote. The text is copied without escapes, with a NUL behind it: two quotes make room for that. */
static bool
take_text(struct parser *p, const char **text, size_t *len)
{
	char *begin = p->text;
	uint32_t code;

	p->at++;
	for (size_t run;; p->at += run) {
		run = json_plain_run(p->at, (size_t)(p->end - p->at));
		memcpy(p->text, p->at, run);
		p->text += run;
		p->at += run;
		run = 0;
		if (p->at == p->end)
			return fail(p, "the text ends within quotes");
		if (*p->at == '"')
			break;
		if (*p->at == '\\') {
			p->at++;
			if (!take_escape(p))
				return false;
			continue;
		}
		if ((unsigned char)*p->at < 0x20)
			return fail(p, "a control character within quotes must be escaped");
		run = utf8_decode(p->at, (size_t)(p->end - p->at), &code);
		if (run == 0)
			return fail(p, "not UTF-8");
		memcpy(p->text, p->at, run);
		p->text += run;
	}
	p->at++;
	*text = begin;
	*len = (size_t)(p->text - begin);
	*p->text++ = '\0';
	return true;
}

static bool
take_digits(struct parser *p)
{
	const char *begin = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at > begin;
}

static bool
skip_one_of(struct parser *p, const char *octets)
{
	if (p->at == p->end || *p->at == '\0' || strchr(octets, *p->at) == NULL)
		return false;
	p->at++;
	return true;
}

/* By the grammar of RFC 8259, 6; what it means is strtoll's and strtod's affair, on a copy that ends in NUL. */
static bool
take_number(struct parser *p, struct towerd_json *v)
{
	const char *begin = p->at;

	skip_one_of(p, "-");
	if (!skip_one_of(p, "0") && !take_digits(p))
		return fail(p, "a value is expected");
	bool is_real = false;
	if (skip_one_of(p, ".")) {
		is_real = true;
		if (!take_digits(p))
			return fail(p, "a digit is expected");
	}
	if (skip_one_of(p, "eE")) {
		is_real = true;
		skip_one_of(p, "+-");
		if (!take_digits(p))
			return fail(p, "a digit is expected");
	}
	size_t len = (size_t)(p->at - begin);
	memcpy(p->text, begin, len);
	p->text[len] = '\0'; /* overwritten by the next text */
	errno = 0;
	v->type = is_real ? JSON_REAL : JSON_INTEGER;
	if (is_real)
		v->real = strtod(p->text, NULL);
	else
		v->integer = strtoll(p->text, NULL, 10);
	if (is_real ? isinf(v->real) : errno == ERANGE)
		return fail(
		    p, is_real ? "the number is beyond a double" : "the whole number is beyond 64 bits");
	return true;
}

static bool
take_word(struct parser *p, struct towerd_json *v)
{
	static const struct {
		const char *word;
		enum json_type type;
	} words[] = { { "null", JSON_NULL }, { "true", JSON_TRUE }, { "false", JSON_FALSE } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].word);
		if ((size_t)(p->end - p->at) < len || memcmp(p->at, words[i].word, len) != 0)
			continue;
		p->at += len;
		v->type = words[i].type;
		return true;
	}
	return fail(p, "a value is expected");
}

static bool take_value(struct parser *p, const char *key);

static bool
take_pair(struct parser *p)
{
	const char *key;
	size_t len;

	if (peek(p) != '"')
		return fail(p, "a key in quotes is expected");
	if (!take_text(p, &key, &len))
		return false;
	if (strlen(key) != len)
		return fail(p, "a key must not hold NUL");
	if (peek(p) != ':')
		return fail(p, "':' is expected");
	p->at++;
	return take_value(p, key);
}

static int
by_key(const void *a, const void *b)
{
	const struct towerd_json *const *left = a, *const *right = b;

	return strcmp((*left)->key, (*right)->key);
}

/* An object's children are kept by their keys: so they are found, and so are those given twice. */
static bool
sort_children(struct parser *p, struct towerd_json *v)
{
	qsort(v->children, v->count, sizeof(struct towerd_json *), by_key);
	for (uint32_t i = 1; i < v->count; i++)
		if (strcmp(v->children[i - 1]->key, v->children[i]->key) == 0) {
			snprintf(
			    p->fault, sizeof(p->fault), "key \"%.80s\" is given twice", v->children[i]->key);
			return false;
		}
	return true;
}

/* Behind the opening bracket. */
static bool
take_children(struct parser *p, struct towerd_json *v)
{
	bool is_object = v->type == JSON_OBJECT;
	char closing = is_object ? '}' : ']';

	for (bool is_last = peek(p) == closing; !is_last; v->count++) {
		if (!(is_object ? take_pair(p) : take_value(p, NULL)))
			return false;
		char next = peek(p);
		is_last = next == closing;
		if (!is_last && next != ',')
			return fail(p, is_object ? "',' or '}' is expected" : "',' or ']' is expected");
		p->at += !is_last;
	}
	v->size = (uint32_t)(p->value - v);
	v->children = p->child;
	p->child += v->count;
	const struct towerd_json *child = v + 1;
	for (uint32_t i = 0; i < v->count; i++, child += child->size)
		v->children[i] = child;
	if (is_object && !sort_children(p, v))
		return false;
	p->at++;
	return true;
}

static bool
take_value(struct parser *p, const char *key)
{
	char c = peek(p);
	struct towerd_json *v = p->value;

	if (c != '{' && c != '[' && c != '"' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z'))
		return fail(p, "a value is expected");
	p->value++;
	*v = (struct towerd_json){ .key = key, .size = 1 };
	if (c == '"') {
		v->type = JSON_TEXT;
		return take_text(p, &v->text, &v->len);
	}
	if (c == '{' || c == '[') {
		v->type = c == '{' ? JSON_OBJECT : JSON_ARRAY;
		if (p->depth == DEPTH_MAX)
			return fail(p, "nested deeper than 64 levels");
		p->at++;
		p->depth++;
		bool ok = take_children(p, v);
		p->depth--;
		return ok;
	}
	return c >= 'a' ? take_word(p, v) : take_number(p, v);
}

/* Values that a text can hold at most: each stands behind a bracket or a comma. */
static size_t
values_at_most(const char *text, size_t len)
{
	size_t count = 1;

	for (size_t i = 0; i < len; i++)
		count += text[i] == ',' || text[i] == '[' || text[i] == '{';
	return count;
}

static void
say(const struct parser *p, const char *text, char *error, size_t size)
{
	unsigned line = 1, column = 1;
	char clean[sizeof(p->fault) + 64];

	for (const char *c = text; c < p->at; c++) {
		bool is_inside = ((unsigned char)*c & 0xc0) == 0x80; /* of a character that was counted */
		column = *c == '\n' ? 1 : column + !is_inside;
		line += *c == '\n';
	}
	utf8_clean(clean, sizeof(clean), p->fault, strlen(p->fault), '\0');
	snprintf(error, size, "line %u, column %u: %s", line, column, clean);
}

struct towerd_json *
towerd_json_parse(const char *text, size_t len, char *error, size_t size)
{
	size_t most = values_at_most(text, len);
	struct parser p = { .at = text, .end = text + len };
	struct towerd_json *root = most < UINT32_MAX
	    ? malloc(most * (sizeof(*root) + sizeof(struct towerd_json *)) + len + 1)
	    : NULL;

	if (root == NULL) {
		snprintf(error, size, "line 1, column 1: out of memory");
		return NULL;
	}
	p.value = root;
	p.child = (const struct towerd_json **)(void *)(root + most);
	p.text = (char *)(p.child + most);
	char first = peek(&p);
	bool ok = first == '{' || first == '[' ? take_value(&p, NULL) : fail(&p, "'{' or '[' is expected");
	if (ok && (peek(&p) != '\0' || p.at < p.end))
		ok = fail(&p, "the end of the text is expected");
	if (ok)
		return root;
	say(&p, text, error, size);
	free(root);
	return NULL;
}
