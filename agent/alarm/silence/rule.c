/* SPDX-License-Identifier: ISC */
/* Shelves and windows as people make them: checked, staged, shown. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/silence/inside.h"

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
/* Room for a million between two neighbours, and for twenty more between any two of these. */
#define PLACE_GAP  (INT64_C(1) << 40)
#define PLACE_STEP (INT64_C(1) << 20)

static int __attribute__((format(printf, 4, 5)))
refuse(char *error, size_t size, int rc, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error, size, format, ap);
	va_end(ap);
	return rc;
}

static bool
is_text(const char *text)
{
	if (text == NULL || text[strspn(text, " \t")] == '\0' || strlen(text) > SILENCE_TEXT_MAX)
		return false;
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		if (*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

static int
until_check(
    const struct silences *silences, enum silence_kind kind, int64_t until_ms, char *error, size_t size)
{
	int64_t in_ms = until_ms - loop_utc_ms(silences->loop);
	int64_t most_ms = kind == SILENCE_SHELF ? SHELF_LENGTH_MAX : WINDOW_LENGTH_MAX;
	char most[TOWERD_TIME_TEXT];

	if (until_ms <= 0)
		return refuse(error, size, -EINVAL, "a %s has an end", silence_kind_names[kind]);
	if (in_ms <= 0)
		return refuse(
		    error, size, -EINVAL, "the end of a %s lies before it", silence_kind_names[kind]);
	if (in_ms > most_ms)
		return refuse(error, size, -EINVAL, "a %s ends within %s; it can be renewed",
		    silence_kind_names[kind], towerd_duration_format(most_ms, most));
	return 0;
}

static int
request_check(const struct silences *silences, const struct silence_request *r, char *error, size_t size)
{
	bool is_none = criteria_are_none(&r->criteria);

	if (r->name == NULL || r->name[0] == '\0' || strlen(r->name) > SILENCE_NAME_MAX ||
	    strspn(r->name, NAME_CHARACTERS) != strlen(r->name) || strchr("._-", r->name[0]) != NULL)
		return refuse(error, size, -EINVAL,
		    "a name has up to %d letters, digits, '.', '_' and '-', and begins with a letter or "
		    "digit",
		    SILENCE_NAME_MAX);
	if (!is_text(r->owner) || !is_text(r->reason))
		return refuse(error, size, -EINVAL,
		    "a %s has an owner and a reason, each a line of up to %d octets",
		    silence_kind_names[r->kind], SILENCE_TEXT_MAX);
	if (is_none && !r->is_everything)
		return refuse(error, size, -EINVAL,
		    "a %s without criteria silences everything: say so (--all), or say what it is about",
		    silence_kind_names[r->kind]);
	if (!is_none && r->is_everything)
		return refuse(error, size, -EINVAL, "either everything (--all), or what the criteria say");
	int rc = criteria_check(&r->criteria, silences->model, error, size);
	return rc < 0 ? rc : until_check(silences, r->kind, r->until_ms, error, size);
}

/* The place of a new shelf. */
static int
place_find(const struct silences *silences, const struct silence_request *r, int64_t *place, char *error,
    size_t size)
{
	const struct silence_list *list = &silences->lists[r->kind];
	const struct silence *last = TAILQ_LAST(list, silence_list);

	if (r->kind != SILENCE_SHELF || r->before == NULL) {
		*place = last != NULL ? last->terms->place + PLACE_GAP : PLACE_GAP;
		return 0;
	}
	struct silence *before = silence_at(silences, SILENCE_SHELF, r->before);
	if (before == NULL || !before->is_staged)
		return refuse(error, size, -ENOENT, "there is no shelf \"%.64s\"", r->before);
	const struct silence *previous = TAILQ_PREV(before, silence_list, next);
	int64_t from = previous != NULL ? previous->terms->place : before->terms->place - PLACE_GAP;
	int64_t gap = before->terms->place - from;
	if (gap < 2)
		return refuse(error, size, -ENOSPC,
		    "there is no room between the shelves %s and %s: remove one and "
		    "add it again",
		    previous != NULL ? previous->terms->request.name : "", r->before);
	*place = from + (gap / 2 < PLACE_STEP ? gap / 2 : PLACE_STEP);
	return 0;
}

static int
failure(const struct silences *silences, int rc, char *error, size_t size)
{
	const char *trouble = store_trouble(silences->store);

	return refuse(
	    error, size, rc, "it cannot be recorded: %s", trouble != NULL ? trouble : strerror(-rc));
}

/* One silence, one change. */
static int
change_one(struct silences *silences, struct silence *silence, struct terms *next, const char *actor,
    char *error, size_t size, model_done_fn *done, void *arg)
{
	struct change *change = change_begin(silences, done, arg);

	if (change == NULL) {
		free(next);
		silence_release(silences, silence);
		return failure(silences, -ENOMEM, error, size);
	}
	int rc = change_stage(change, silence, next, actor, NULL);
	if (rc < 0)
		change_abandon(change);
	else
		rc = change_commit(change);
	return rc < 0 ? failure(silences, rc, error, size) : 0;
}

int
silence_add(struct silences *silences, const struct silence_request *request, const char *actor, char *error,
    size_t size, model_done_fn *done, void *arg)
{
	struct terms terms = { .request = *request };
	struct calendar *calendar;

	error[0] = '\0';
	int rc = request_check(silences, request, error, size);
	if (rc < 0)
		return rc;
	const char *kind = silence_kind_names[request->kind];
	struct silence *there = silence_at(silences, request->kind, request->name);
	if (there != NULL)
		return there->is_staged
		    ? refuse(error, size, -EEXIST, "there is a %s \"%s\" already", kind, request->name)
		    : refuse(error, size, -EBUSY, "the %s \"%s\" is being removed", kind, request->name);
	if (silences->counts[SILENCE_SHELF] + silences->counts[SILENCE_WINDOW] >= SILENCE_RULES_MAX)
		return refuse(
		    error, size, -ENOSPC, "%d shelves and windows are kept, and no more", SILENCE_RULES_MAX);
	rc = place_find(silences, request, &terms.place, error, size);
	if (rc < 0)
		return rc;
	terms.made_ms = terms.from_ms = loop_utc_ms(silences->loop);
	rc = terms_calendar(&terms, &calendar, error, size);
	if (rc < 0)
		return rc;
	calendar_free(calendar);
	struct terms *first = terms_copy(&terms), *next = terms_copy(&terms);
	struct silence *silence = first != NULL && next != NULL ? silence_new(silences, first) : NULL;
	if (silence == NULL) {
		if (next == NULL)
			free(first);
		free(next);
		return failure(silences, -ENOMEM, error, size);
	}
	return change_one(silences, silence, next, actor, error, size, done, arg);
}

/* One that is there, and of which nothing is on its way; NULL: refused with *rc. */
static struct silence *
steady(const struct silences *silences, enum silence_kind kind, const char *name, int *rc, char *error,
    size_t size)
{
	struct silence *silence = silence_at(silences, kind, name);

	*rc = 0;
	if (silence == NULL || !silence->is_staged)
		*rc =
		    refuse(error, size, -ENOENT, "there is no %s \"%.64s\"", silence_kind_names[kind], name);
	else if (silence->changes > 0)
		*rc = refuse(error, size, -EBUSY, "another change of the %s \"%s\" is being written",
		    silence_kind_names[kind], name);
	return *rc == 0 ? silence : NULL;
}

int
silence_renew(struct silences *silences, enum silence_kind kind, const char *name, int64_t until_ms,
    const char *actor, char *error, size_t size, model_done_fn *done, void *arg)
{
	struct calendar *calendar;
	int rc;

	error[0] = '\0';
	struct silence *silence = steady(silences, kind, name, &rc, error, size);
	if (silence == NULL)
		return rc;
	rc = until_check(silences, kind, until_ms, error, size);
	if (rc < 0)
		return rc;
	struct terms terms = *silence->terms;
	terms.request.until_ms = until_ms;
	terms.from_ms = loop_utc_ms(silences->loop);
	rc = terms_calendar(&terms, &calendar, error, size);
	if (rc < 0)
		return rc;
	calendar_free(calendar);
	struct terms *next = terms_copy(&terms);
	if (next == NULL)
		return failure(silences, -ENOMEM, error, size);
	return change_one(silences, silence, next, actor, error, size, done, arg);
}

int
silence_remove(struct silences *silences, enum silence_kind kind, const char *name, const char *actor,
    char *error, size_t size, model_done_fn *done, void *arg)
{
	int rc;

	error[0] = '\0';
	struct silence *silence = steady(silences, kind, name, &rc, error, size);
	return silence != NULL ? change_one(silences, silence, NULL, actor, error, size, done, arg) : rc;
}

bool
silence_shelf_of(
    const struct silences *silences, uint32_t resource, const char *type, const char *qualifier, char *name)
{
	const struct silence *silence;

	TAILQ_FOREACH(silence, &silences->lists[SILENCE_SHELF], next)
	{
		const struct silence_criteria *c = &silence->terms->request.criteria;
		if (!silence->is_staged || c->resource == 0 || c->resource != resource ||
		    strcmp(c->type, type) != 0 || strcmp(c->qualifier, qualifier) != 0)
			continue;
		strcpy(name, silence->terms->request.name);
		return true;
	}
	return false;
}
