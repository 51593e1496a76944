/* SPDX-License-Identifier: ISC */
/* A loose reader of MIB files: tokens and definitions. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/mib_inside.h"

#define FILE_MAX  (8 << 20)
#define ENUMS_MAX 512
#define TEXT_MAX  160

struct token {
	const char *text;
	size_t len;
	bool is_string;
};

struct reader {
	struct mib *mib;
	const char *at, *end;
	struct token token, before; /* the last two */
	bool out_of_memory;
};

struct mib *
mib_new(void)
{
	return calloc(1, sizeof(struct mib));
}

void
mib_free(struct mib *mib)
{
	if (mib == NULL)
		return;
	pool_fini(&mib->pool);
	free(mib->definitions);
	free(mib->conventions);
	free(mib->nodes);
	free(mib);
}

static void
skip_comment(struct reader *r)
{
	for (r->at += 2; r->at < r->end && *r->at != '\n'; r->at++)
		if (r->end - r->at >= 2 && r->at[0] == '-' && r->at[1] == '-') {
			r->at += 2;
			return;
		}
}

/* false: the end. */
static bool
next(struct reader *r)
{
	r->before = r->token;
	for (;;) {
		while (r->at < r->end && isspace((unsigned char)*r->at))
			r->at++;
		if (r->end - r->at < 2 || r->at[0] != '-' || r->at[1] != '-')
			break;
		skip_comment(r);
	}
	if (r->at == r->end)
		return false;
	const char *start = r->at;
	if (*start == '"') {
		const char *close = memchr(start + 1, '"', (size_t)(r->end - start - 1));
		r->at = close == NULL ? r->end : close + 1;
		r->token =
		    (struct token){ start + 1, (size_t)((close == NULL ? r->end : close) - start - 1), true };
		return true;
	}
	if (r->end - start >= 3 && memcmp(start, "::=", 3) == 0)
		r->at += 3;
	else if (isalnum((unsigned char)*start))
		while (r->at < r->end &&
		    (isalnum((unsigned char)*r->at) || *r->at == '_' ||
			(*r->at == '-' && r->end - r->at > 1 && r->at[1] != '-')))
			r->at++;
	else
		r->at++;
	r->token = (struct token){ start, (size_t)(r->at - start), false };
	return true;
}

static bool
is(const struct token *token, const char *text)
{
	return !token->is_string && token->len == strlen(text) && memcmp(token->text, text, token->len) == 0;
}

static bool
is_word(const struct token *token)
{
	return token->len > 0 && !token->is_string && isalpha((unsigned char)*token->text);
}

static const char *
keep_text(struct reader *r, const struct token *token)
{
	const char *text = pool_text(&r->mib->pool, token->text, token->len);

	if (text == NULL)
		r->out_of_memory = true;
	return text == NULL ? "" : text;
}

/* The first line that says something, cut. */
static const char *
keep_line(struct reader *r, struct token token)
{
	while (token.len > 0 && isspace((unsigned char)*token.text)) {
		token.text++;
		token.len--;
	}
	const char *newline = memchr(token.text, '\n', token.len);
	if (newline != NULL)
		token.len = (size_t)(newline - token.text);
	while (token.len > 0 && isspace((unsigned char)token.text[token.len - 1]))
		token.len--;
	if (token.len > TEXT_MAX)
		token.len = TEXT_MAX;
	char *line = pool_text(&r->mib->pool, token.text, token.len);
	if (line == NULL) {
		r->out_of_memory = true;
		return "";
	}
	for (char *c = line; *c != '\0'; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	return line;
}

static bool
token_number(const struct token *token, int64_t *out)
{
	int64_t number = 0;

	if (token->is_string || token->len == 0 || token->len > 18)
		return false;
	for (size_t i = 0; i < token->len; i++) {
		if (!isdigit((unsigned char)token->text[i]))
			return false;
		number = number * 10 + (token->text[i] - '0');
	}
	*out = number;
	return true;
}

static bool
has_value(const struct mib_enum *enums, size_t count, int64_t value)
{
	for (size_t i = 0; i < count; i++)
		if (enums[i].value == value)
			return true;
	return false;
}

/* name(1), name(2) … to the closing brace; the opening one has been read. Sizes and ranges give nothing. */
static void
read_enums(struct reader *r, const struct mib_enum **out, size_t *count)
{
	struct mib_enum enums[ENUMS_MAX];
	struct token name = { 0 };
	size_t found = 0;
	int64_t value;

	while (next(r) && !is(&r->token, "}")) {
		if (is(&r->token, "(") && is_word(&r->before))
			name = r->before;
		bool is_negative = is(&r->before, "-");
		if (name.len == 0 || !token_number(&r->token, &value) || found == ENUMS_MAX)
			continue;
		value = is_negative ? -value : value;
		if (!has_value(enums, found, value))
			enums[found++] = (struct mib_enum){ keep_text(r, &name), value };
		name.len = 0;
	}
	const struct mib_enum *kept = pool_copy(&r->mib->pool, enums, found, sizeof(enums[0]));
	if (kept == NULL) {
		r->out_of_memory = true;
		return;
	}
	*out = kept;
	*count = found;
}

/* { parent 3 }, { iso org(3) 6 }: names with a number in brackets count by their number, but for the first. */
static void
read_place(struct reader *r, struct definition *d)
{
	int64_t number;

	while (next(r) && !is(&r->token, "}")) {
		if (token_number(&r->token, &number) && number <= UINT32_MAX && d->sub_count < MIB_SUBS)
			d->subs[d->sub_count++] = (uint32_t)number;
		else if (d->parent == NULL && d->sub_count == 0 && is_word(&r->token))
			d->parent = keep_text(r, &r->token);
	}
}

static struct definition *
add_definition(struct reader *r)
{
	struct mib *mib = r->mib;

	if (mib->count == mib->capacity) {
		size_t capacity = mib->capacity == 0 ? 256 : mib->capacity * 2;
		struct definition *grown = realloc(mib->definitions, capacity * sizeof(grown[0]));
		if (grown == NULL) {
			r->out_of_memory = true;
			return NULL;
		}
		mib->definitions = grown;
		mib->capacity = capacity;
	}
	mib->definitions[mib->count] =
	    (struct definition){ .node = { .units = "", .description = "" }, .type_name = "" };
	return &mib->definitions[mib->count++];
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* From behind the macro's name to its place in the tree. */
static void
read_definition(struct reader *r, const struct token *name, const struct token *macro)
{
	struct definition *d = add_definition(r);
	int64_t number;

	if (d == NULL)
		return;
	d->node.name = keep_text(r, name);
	if (is(macro, "OBJECT-TYPE"))
		d->node.type = ends_with(d->node.name, "Entry") ? MIB_ENTRY : MIB_OBJECT;
	else if (is(macro, "NOTIFICATION-TYPE") || is(macro, "TRAP-TYPE"))
		d->node.type = MIB_NOTIFICATION;
	while (next(r) && !is(&r->token, "::=")) {
		if (is(&r->before, "SYNTAX"))
			d->type_name = keep_text(r, &r->token);
		else if (is(&r->before, "UNITS") && r->token.is_string)
			d->node.units = keep_line(r, r->token);
		else if (is(&r->before, "DESCRIPTION") && r->token.is_string)
			d->node.description = keep_line(r, r->token);
		else if (is(&r->before, "ENTERPRISE"))
			d->parent = keep_text(r, &r->token);
		else if (is(&r->token, "{") && (is(&r->before, "INTEGER") || is(&r->before, "BITS")))
			read_enums(r, &d->node.enums, &d->node.enum_count);
	}
	if (!next(r))
		return;
	if (is(&r->token, "{")) {
		read_place(r, d);
	} else if (token_number(&r->token, &number)) { /* a trap of SMIv1: RFC 3584, 3.1 */
		d->subs[1] = (uint32_t)number;
		d->sub_count = 2;
	}
}

/* Name ::= TEXTUAL-CONVENTION … SYNTAX INTEGER { … }, or Name ::= INTEGER { … }. */
static void
read_convention(struct reader *r, const struct token *name)
{
	struct mib *mib = r->mib;
	struct convention c = { .name = keep_text(r, name) };
	bool is_convention = next(r) && is(&r->token, "TEXTUAL-CONVENTION");

	if (is_convention)
		while (next(r) && !is(&r->before, "SYNTAX"))
			;
	if ((!is(&r->token, "INTEGER") && !is(&r->token, "BITS")) || !next(r) || !is(&r->token, "{"))
		return;
	read_enums(r, &c.enums, &c.enum_count);
	if (mib->convention_count == mib->convention_capacity) {
		size_t capacity = mib->convention_capacity == 0 ? 64 : mib->convention_capacity * 2;
		struct convention *grown = realloc(mib->conventions, capacity * sizeof(grown[0]));
		if (grown == NULL) {
			r->out_of_memory = true;
			return;
		}
		mib->conventions = grown;
		mib->convention_capacity = capacity;
	}
	mib->conventions[mib->convention_count++] = c;
}

static bool
is_macro(const struct token *token)
{
	static const char *const macros[] = { "OBJECT-TYPE", "MODULE-IDENTITY", "OBJECT-IDENTITY",
		"NOTIFICATION-TYPE", "TRAP-TYPE" };

	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
		if (is(token, macros[i]))
			return true;
	return false;
}

int
mib_read(struct mib *mib, const char *text, size_t len)
{
	struct reader r = { .mib = mib, .at = text, .end = text + len, .token = { "", 0, false } };

	while (!r.out_of_memory && next(&r)) {
		const struct token name = r.before, token = r.token;
		const bool is_named = is_word(&name);
		if (is(&token, "IMPORTS")) {
			while (next(&r) && !is(&r.token, ";"))
				;
		} else if (is_named && is_macro(&token)) {
			read_definition(&r, &name, &token);
		} else if (is_named && is(&token, "OBJECT")) { /* … IDENTIFIER ::= { … } */
			if (next(&r) && is(&r.token, "IDENTIFIER"))
				read_definition(&r, &name, &token);
		} else if (is_named && is(&token, "::=") && isupper((unsigned char)*name.text)) {
			read_convention(&r, &name);
		}
	}
	return r.out_of_memory ? -ENOMEM : 0;
}

int
mib_load(struct mib *mib, const char *path)
{
	FILE *f = fopen(path, "re");
	int rc = f == NULL ? -errno : 0;

	if (f == NULL)
		return rc;
	char *text = malloc(FILE_MAX);
	size_t len = text == NULL ? 0 : fread(text, 1, FILE_MAX, f);
	if (text == NULL)
		rc = -ENOMEM;
	else if (ferror(f))
		rc = -EIO;
	else if (len == FILE_MAX)
		rc = -EFBIG;
	else
		rc = mib_read(mib, text, len);
	free(text);
	fclose(f);
	return rc;
}
