/* SPDX-License-Identifier: ISC */
/* Settings of one word: a setter per type, and the sentence of every fault. */
#include "support/setting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "towerd/time.h"

const char *const setting_shapes[] = {
	[TOWERD_YAML_SCALAR] = "is a text",
	[TOWERD_YAML_LIST] = "is a list",
	[TOWERD_YAML_MAP] = "is a map",
};

const char *const setting_wanted[] = {
	[TOWERD_OPT_TEXT] = "a text is accepted",
	[TOWERD_OPT_BOOL] = "true or false is accepted",
	[TOWERD_OPT_INT] = "a whole number is accepted",
	[TOWERD_OPT_DURATION] = "a duration such as 500ms, 30s, 5m, 2h or 400d is accepted",
	[TOWERD_OPT_SIZE] = "a size such as 512B, 64KiB, 20MiB or 20GiB is accepted",
	[TOWERD_OPT_ENUM] = "one word is accepted",
	[TOWERD_OPT_PATH] = "a path is accepted",
	[TOWERD_OPT_SECRET] = "a text is accepted",
	[TOWERD_OPT_TEXTS] = "a text or a list of texts is accepted",
	[TOWERD_OPT_PATHS] = "a path or a list of paths is accepted",
	[TOWERD_OPT_TABLE] = "a list of maps is accepted",
	[TOWERD_OPT_MAP] = "a map of maps is accepted",
	[TOWERD_OPT_GROUP] = "a map is accepted",
};

/* `"interval" is "5"; a duration such as 30s is accepted`: what was found, then what would be. */
void
setting_fault(const struct setting *s, const char *found, const char *accepted)
{
	towerd_yaml_fault(s->fill->doc, s->node, s->fill->faults, "%s\"%s\" %s; %s",
	    s->node == NULL ? "the default of " : "", s->row->name, found, accepted);
}

static void
fault_text(const struct setting *s, const char *accepted)
{
	char found[96];
	snprintf(found, sizeof(found), "is \"%.64s\"%s", s->text,
	    s->node != NULL && !s->node->is_plain ? " in quotes" : "");
	setting_fault(s, found, accepted);
}

static void
set_text(const struct setting *s)
{
	*(const char **)s->member = s->text;
}

static void
set_bool(const struct setting *s)
{
	const struct towerd_yaml_node word = {
		.type = TOWERD_YAML_SCALAR, .is_plain = true, .text = s->text
	};
	if (towerd_yaml_bool(s->node != NULL ? s->node : &word, s->member) < 0)
		fault_text(s, setting_wanted[TOWERD_OPT_BOOL]);
}

/* How the types that are a number read and show it. */
struct number_kind {
	int (*parse)(const char *text, int64_t *out);
	const char *(*format)(int64_t value, char *out);
};

static int
parse_int(const char *text, int64_t *out)
{
	const struct towerd_yaml_node word = { .type = TOWERD_YAML_SCALAR, .is_plain = true, .text = text };
	return towerd_yaml_int(&word, out);
}

static const char *
format_int(int64_t value, char *out)
{
	snprintf(out, TOWERD_TIME_TEXT, "%" PRId64, value);
	return out;
}

static const struct number_kind number_kinds[] = {
	[TOWERD_OPT_INT] = { parse_int, format_int },
	[TOWERD_OPT_DURATION] = { towerd_duration_parse, towerd_duration_format },
	[TOWERD_OPT_SIZE] = { towerd_size_parse, towerd_size_format },
};

static void
set_number(const struct setting *s)
{
	const struct towerd_option *row = s->row;
	const struct number_kind *kind = &number_kinds[row->type];
	int64_t value = 0;
	char low[TOWERD_TIME_TEXT], high[TOWERD_TIME_TEXT], accepted[128];

	bool is_quoted_int = row->type == TOWERD_OPT_INT && s->node != NULL && !s->node->is_plain;
	int rc = is_quoted_int ? -EINVAL : kind->parse(s->text, &value);
	if (rc == -EINVAL) {
		fault_text(s, setting_wanted[row->type]);
		return;
	}
	bool is_open = row->max < row->min || (row->min == 0 && row->max == 0); /* no upper bound */
	if (rc == 0 && value >= row->min && (is_open || value <= row->max)) {
		*(int64_t *)s->member = value;
		return;
	}
	kind->format(row->min, low);
	if (is_open)
		snprintf(accepted, sizeof(accepted), "%s or more is accepted", low);
	else
		snprintf(
		    accepted, sizeof(accepted), "%s to %s is accepted", low, kind->format(row->max, high));
	fault_text(s, accepted);
}

static void
set_enum(const struct setting *s)
{
	char accepted[512] = "accepted are:";
	size_t len = strlen(accepted);

	for (int i = 0; s->row->names[i] != NULL; i++) {
		if (strcmp(s->row->names[i], s->text) == 0) {
			*(int *)s->member = i;
			return;
		}
		if (len < sizeof(accepted))
			len += (size_t)snprintf(accepted + len, sizeof(accepted) - len, "%s %s",
			    i > 0 ? "," : "", s->row->names[i]);
	}
	fault_text(s, accepted);
}

void *
setting_memory(const struct setting *s, size_t count, size_t size)
{
	void *memory = arena_array(&s->fill->doc->arena, count, size);
	if (memory == NULL)
		setting_fault(s, "does not fit into memory", "free some");
	return memory;
}

const char *
setting_path(const struct setting *s, const char *path)
{
	struct towerd_yaml *doc = s->fill->doc;
	const char *slash = strrchr(doc->name, '/');
	if (path[0] == '/' || slash == NULL)
		return path;
	size_t folder = (size_t)(slash - doc->name) + 1, len = strlen(path);
	char *joined = setting_memory(s, folder + len + 1, 1);
	if (joined == NULL)
		return NULL;
	memcpy(joined, doc->name, folder);
	memcpy(joined + folder, path, len);
	return joined;
}

static void
set_path(const struct setting *s)
{
	if (s->text[0] == '\0')
		setting_fault(s, "is empty", setting_wanted[TOWERD_OPT_PATH]);
	else
		*(const char **)s->member = setting_path(s, s->text);
}

static void
set_secret(const struct setting *s)
{
	if (s->text[0] == '\0')
		setting_fault(s, "is empty", "a secret is accepted, or leave it out");
	else
		set_text(s);
}

static void (*const scalar_setters[])(const struct setting *s) = {
	[TOWERD_OPT_TEXT] = set_text,
	[TOWERD_OPT_BOOL] = set_bool,
	[TOWERD_OPT_INT] = set_number,
	[TOWERD_OPT_DURATION] = set_number,
	[TOWERD_OPT_SIZE] = set_number,
	[TOWERD_OPT_ENUM] = set_enum,
	[TOWERD_OPT_PATH] = set_path,
	[TOWERD_OPT_SECRET] = set_secret,
};

bool
setting_is_null(const struct towerd_yaml_node *node)
{
	return node->type == TOWERD_YAML_SCALAR && node->is_plain && node->text[0] == '\0';
}

void
setting_set_scalar(struct setting *s)
{
	if (s->node != NULL && (s->node->type != TOWERD_YAML_SCALAR || setting_is_null(s->node))) {
		setting_fault(s, setting_is_null(s->node) ? "has no value" : setting_shapes[s->node->type],
		    setting_wanted[s->row->type]);
		return;
	}
	if (s->node != NULL)
		s->text = s->node->text;
	scalar_setters[s->row->type](s);
}
