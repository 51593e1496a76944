/* SPDX-License-Identifier: ISC */
/* The terms of a silence as a block of memory, as a row of the store and the body of a record. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/alarm/silence/inside.h"

const char *const silence_kind_names[] = { "none", "shelf", "window", "arc", NULL };

#define REQUEST(member) offsetof(struct terms, request.member)

/* What is NULL does not stand in the row. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "name", REQUEST(name) },
	{ "site", REQUEST(criteria.site) },
	{ "area", REQUEST(criteria.area) },
	{ "device", REQUEST(criteria.device) },
	{ "type", REQUEST(criteria.type) },
	{ "qualifier", REQUEST(criteria.qualifier) },
	{ "owner", REQUEST(owner) },
	{ "reason", REQUEST(reason) },
	{ "start", REQUEST(start) },
	{ "zone", REQUEST(zone) },
	{ "rule", REQUEST(rule) },
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

/* What is 0 does not stand in the row. */
static const struct {
	const char *name;
	size_t offset;
} times[] = {
	{ "made-ms", offsetof(struct terms, made_ms) },
	{ "from-ms", offsetof(struct terms, from_ms) },
	{ "until-ms", REQUEST(until_ms) },
	{ "duration-ms", REQUEST(duration_ms) },
	{ "place", offsetof(struct terms, place) },
};
#define TIMES (sizeof(times) / sizeof(times[0]))

static const char **
text_of(struct terms *terms, size_t i)
{
	return (const char **)((char *)terms + texts[i].offset);
}

static const char *
text_get(const struct terms *terms, size_t i)
{
	return *(const char *const *)((const char *)terms + texts[i].offset);
}

struct terms *
terms_copy(const struct terms *terms)
{
	size_t size = sizeof(*terms);
	for (size_t i = 0; i < TEXTS; i++)
		size += text_get(terms, i) != NULL ? strlen(text_get(terms, i)) + 1 : 0;
	struct terms *copy = malloc(size);
	if (copy == NULL)
		return NULL;
	*copy = *terms;
	copy->request.before = NULL; /* it was asked for, and became the place */
	char *to = (char *)(copy + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		if (text_get(terms, i) == NULL)
			continue;
		*text_of(copy, i) = to;
		to = stpcpy(to, text_get(terms, i)) + 1;
	}
	return copy;
}

void
terms_key(const struct terms *terms, char key[SILENCE_KEY])
{
	snprintf(key, SILENCE_KEY, "%s/%s", silence_kind_names[terms->request.kind], terms->request.name);
}

void
terms_write(const struct terms *terms, struct towerd_json_writer *w)
{
	const struct silence_request *r = &terms->request;

	towerd_json_put_text(w, "kind", silence_kind_names[r->kind]);
	for (size_t i = 0; i < TEXTS; i++)
		if (text_get(terms, i) != NULL)
			towerd_json_put_text(w, texts[i].name, text_get(terms, i));
	for (size_t i = 0; i < TIMES; i++) {
		int64_t value = *(const int64_t *)((const char *)terms + times[i].offset);
		if (value != 0)
			towerd_json_put_int(w, times[i].name, value);
	}
	if (r->criteria.max_severity != 0)
		towerd_json_put_text(w, "max-severity", alarm_severity_names[r->criteria.max_severity]);
	if (r->criteria.resource != 0)
		towerd_json_put_uint(w, "resource", r->criteria.resource);
	if (r->is_everything)
		towerd_json_put_bool(w, "everything", true);
	if (r->kind != SILENCE_ARC)
		return;
	towerd_json_put_uint(w, "probable-cause", terms->probable_cause);
	towerd_json_put_text(w, "state", arc_state_names[terms->state]);
	if (terms->ticket != 0)
		towerd_json_put_uint(w, "ticket", terms->ticket);
}

/* The number of a word in a list of names; 0: not there. */
static int
name_get(const struct towerd_json *row, const char *member, const char *const *names)
{
	const char *text;
	size_t len;

	if (towerd_json_text(towerd_json_get(row, member), &text, &len) < 0)
		return 0;
	for (int i = 1; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return 0;
}

static uint32_t
number_get(const struct towerd_json *row, const char *member)
{
	int64_t value;

	return towerd_json_int(towerd_json_get(row, member), &value) == 0 && value > 0 && value <= UINT32_MAX
	    ? (uint32_t)value
	    : 0;
}

int
terms_read(const struct towerd_json *row, struct terms *terms)
{
	struct silence_request *r = &terms->request;
	size_t len;

	*terms = (struct terms){ 0 };
	for (size_t i = 0; i < TEXTS; i++)
		(void)towerd_json_text(towerd_json_get(row, texts[i].name), text_of(terms, i), &len);
	for (size_t i = 0; i < TIMES; i++)
		(void)towerd_json_int(
		    towerd_json_get(row, times[i].name), (int64_t *)((char *)terms + times[i].offset));
	r->kind = (enum silence_kind)name_get(row, "kind", silence_kind_names);
	r->criteria.max_severity = name_get(row, "max-severity", alarm_severity_names);
	r->criteria.resource = number_get(row, "resource");
	(void)towerd_json_bool(towerd_json_get(row, "everything"), &r->is_everything);
	terms->probable_cause = number_get(row, "probable-cause");
	terms->state = (enum arc_state)name_get(row, "state", arc_state_names);
	terms->ticket = number_get(row, "ticket");
	bool is_arc = r->kind == SILENCE_ARC, is_window = r->kind == SILENCE_WINDOW;
	return r->kind == SILENCE_NONE || r->name == NULL || strlen(r->name) > SILENCE_NAME_MAX ||
		r->owner == NULL || r->reason == NULL || r->until_ms <= 0 ||
		(is_window && (r->start == NULL || r->zone == NULL)) ||
		(is_arc && (r->criteria.resource == 0 || arc_set_event(terms->state) == ARC_END))
	    ? -EBADMSG
	    : 0;
}

int
terms_calendar(const struct terms *terms, struct calendar **calendar, char *error, size_t size)
{
	const struct silence_request *r = &terms->request;
	const struct calendar_terms calendar_terms = { r->start, r->zone, r->rule, r->duration_ms };

	*calendar = NULL;
	return r->kind == SILENCE_WINDOW
	    ? calendar_new(&calendar_terms, terms->from_ms, r->until_ms, calendar, error, size)
	    : 0;
}
