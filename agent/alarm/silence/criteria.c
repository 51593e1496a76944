/* SPDX-License-Identifier: ISC */
/* Which alarms a shelf or a window is about: criteria that must all hold (RFC 8632, 4.1.1). */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "agent/alarm/silence/inside.h"

#define SITE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-*?"

static bool
is_pattern(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

/* "power/…" with a '*' behind the slash stands for all that begin so. */
static bool
type_matches(const char *pattern, const char *type)
{
	size_t len = strlen(pattern);

	return len > 0 && pattern[len - 1] == '*' ? strncmp(pattern, type, len - 1) == 0
						  : strcmp(pattern, type) == 0;
}

/* The cheapest and the rarest first. */
bool
criteria_match(const struct silence_criteria *c, const struct silence_subject *s)
{
	if (c->resource != 0 && c->resource != s->resource)
		return false;
	if (c->max_severity != 0 && s->severity > c->max_severity)
		return false;
	if (c->site != NULL && strcmp(c->site, s->site) != 0 &&
	    (!is_pattern(c->site) || fnmatch(c->site, s->site, 0) != 0))
		return false;
	return (c->type == NULL || type_matches(c->type, s->type->name)) &&
	    (c->device == NULL || strcmp(c->device, s->device) == 0) &&
	    (c->qualifier == NULL || strcmp(c->qualifier, s->qualifier) == 0) &&
	    (c->area == NULL || scope_area_covers(c->area, s->area));
}

bool
criteria_are_none(const struct silence_criteria *c)
{
	return c->site == NULL && c->area == NULL && c->device == NULL && c->type == NULL &&
	    c->qualifier == NULL && c->max_severity == 0 && c->resource == 0;
}

static int
type_check(const char *pattern, char *error, size_t size)
{
	const struct alarm_type *safety = NULL;
	bool is_any = false;

	for (unsigned i = 0; i < alarm_type_count(); i++) {
		const struct alarm_type *type = alarm_type_at(i);
		if (!type_matches(pattern, type->name))
			continue;
		if (!type->is_safety)
			is_any = true;
		else
			safety = type;
	}
	if (is_any)
		return 0;
	if (safety != NULL)
		snprintf(error, size, "%s is about the safety of people: nothing silences it", safety->name);
	else
		snprintf(error, size,
		    "there is no alarm type \"%.64s\": power/mains-failure is one, and \"power/*\" is all of "
		    "power",
		    pattern);
	return -EINVAL;
}

static int
site_check(const char *pattern, const struct model *model, char *error, size_t size)
{
	if (strspn(pattern, SITE_CHARACTERS) != strlen(pattern) || strlen(pattern) > 64)
		snprintf(error, size, "\"%.64s\" is no site's id, nor a pattern of * and ?", pattern);
	else if (!is_pattern(pattern) && model_site(model, pattern) == NULL)
		snprintf(error, size, "there is no site \"%.64s\"", pattern);
	else
		return 0;
	return -EINVAL;
}

int
criteria_check(const struct silence_criteria *c, const struct model *model, char *error, size_t size)
{
	if (c->site != NULL && site_check(c->site, model, error, size) < 0)
		return -EINVAL;
	if (c->type != NULL && type_check(c->type, error, size) < 0)
		return -EINVAL;
	if (c->max_severity != 0 &&
	    (c->max_severity < TOWERD_INDETERMINATE || c->max_severity > TOWERD_CRITICAL))
		snprintf(
		    error, size, "a severity is one of indeterminate, warning, minor, major and critical");
	else if (c->resource != 0 && (c->type == NULL || c->qualifier == NULL))
		snprintf(error, size, "a single alarm is named by resource, type and qualifier");
	else
		return 0;
	return -EINVAL;
}

void
criteria_extent(const struct silence_criteria *c, struct silence_extent *extent)
{
	*extent = (struct silence_extent){ .resource = c->resource,
		.site = c->site != NULL && !is_pattern(c->site) ? c->site : NULL,
		.area = c->area };
}
