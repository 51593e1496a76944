/* SPDX-License-Identifier: ISC */
/* The module as a whole: made, loaded, asked, and what ends or begins by itself. */
#include "agent/alarm/silence/silence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "agent/alarm/silence/inside.h"
#include "agent/config/log.h"

#define COUNTDOWN_MS (10 * INT64_C(60000))
#define TIMED_MS     INT64_C(3600000)
#define BOUND_MS     (8 * INT64_C(3600000))
#define LOOK_MS      (10 * INT64_C(60000)) /* UTC may be set while we wait */

static int64_t
or_default(int64_t value, int64_t otherwise)
{
	return value > 0 ? value : otherwise;
}

static void
timer_rings(void *arg)
{
	silence_tick(arg);
}

struct silences *
silences_new(struct loop *loop, struct store *store, struct scopes *scopes, struct model *model,
    const struct silence_settings *settings)
{
	struct silences *silences = calloc(1, sizeof(*silences));

	if (silences == NULL)
		return NULL;
	silences->loop = loop;
	silences->store = store;
	silences->scopes = scopes;
	silences->model = model;
	silences->settings = *settings;
	silences->settings.arc_countdown_ms = or_default(settings->arc_countdown_ms, COUNTDOWN_MS);
	silences->settings.arc_timed_ms = or_default(settings->arc_timed_ms, TIMED_MS);
	silences->settings.arc_bound_ms = or_default(settings->arc_bound_ms, BOUND_MS);
	silences->owner.name = "alarm";
	for (size_t i = 0; i < SILENCE_KINDS; i++) {
		TAILQ_INIT(&silences->lists[i]);
		TAILQ_INIT(&silences->wide[i]);
	}
	silences->rows = order_new(scopes);
	silences->holders = order_new(scopes);
	silences->timer = loop_timer_new(loop, &silences->owner, timer_rings, silences);
	if (silences->rows != NULL && silences->holders != NULL && silences->timer != NULL)
		return silences;
	silences_free(silences);
	return NULL;
}

void
silences_stop(struct silences *silences)
{
	if (silences == NULL)
		return;
	silences->is_stopped = true;
	loop_timer_stop(silences->timer);
}

void
silences_free(struct silences *silences)
{
	struct silence *silence;

	if (silences == NULL)
		return;
	changes_forget(silences);
	for (size_t i = 0; i < SILENCE_KINDS; i++)
		while ((silence = TAILQ_FIRST(&silences->lists[i])) != NULL)
			silence_free(silences, silence);
	loop_timer_free(silences->timer);
	table_fini(&silences->narrow);
	order_free(silences->rows);
	order_free(silences->holders);
	free(silences);
}

/* Names, in the order of their keys in a table: shorter ones first. */

int
silence_name_compare(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	return a_len != b_len ? (a_len < b_len ? -1 : 1) : strcmp(a, b);
}

/* Where a name stands, or would. */
static size_t
name_place(const struct silences *silences, enum silence_kind kind, const char *name)
{
	size_t from = 0, to = silences->counts[kind];

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (silence_name_compare(silences->by_name[kind][middle]->terms->request.name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct order_key
arc_key(uint32_t resource, unsigned probable_cause)
{
	return (struct order_key){ .hi = resource, .lo = probable_cause };
}

struct silence *
silence_at(const struct silences *silences, enum silence_kind kind, const char *name)
{
	size_t i = name_place(silences, kind, name);

	return i < silences->counts[kind] &&
		strcmp(silences->by_name[kind][i]->terms->request.name, name) == 0
	    ? silences->by_name[kind][i]
	    : NULL;
}

/* Into the list of its kind: shelves by their places. */
static void
list_insert(struct silences *silences, struct silence *silence)
{
	struct silence_list *list = &silences->lists[silence->terms->request.kind];
	struct silence *behind = TAILQ_LAST(list, silence_list);

	while (behind != NULL && behind->terms->place > silence->terms->place)
		behind = TAILQ_PREV(behind, silence_list, next);
	if (behind != NULL)
		TAILQ_INSERT_AFTER(list, behind, silence, next);
	else
		TAILQ_INSERT_HEAD(list, silence, next);
}

static int
index_insert(struct silences *silences, struct silence *silence)
{
	enum silence_kind kind = silence->terms->request.kind;
	const struct silence_criteria *criteria = &silence->terms->request.criteria;

	if (kind == SILENCE_ARC)
		return order_insert(silences->rows,
		    arc_key(criteria->resource, silence->terms->probable_cause), criteria->resource, silence);
	if (match_insert(silences, silence) < 0)
		return -ENOMEM;
	size_t i = name_place(silences, kind, silence->terms->request.name);
	struct silence **at = &silences->by_name[kind][i];
	memmove(at + 1, at, (silences->counts[kind] - i) * sizeof(*at));
	*at = silence;
	return 0;
}

struct silence *
silence_new(struct silences *silences, struct terms *terms)
{
	enum silence_kind kind = terms->request.kind;
	struct silence *silence = calloc(1, sizeof(*silence));

	if (silence == NULL) {
		free(terms);
		return NULL;
	}
	silence->terms = terms;
	silence->holder = ++silences->last_holder;
	if (order_insert(silences->holders, (struct order_key){ .lo = silence->holder }, 0, silence) < 0 ||
	    index_insert(silences, silence) < 0) {
		order_remove(silences->holders, (struct order_key){ .lo = silence->holder });
		free(terms);
		free(silence);
		return NULL;
	}
	list_insert(silences, silence);
	silences->counts[kind]++;
	return silence;
}

void
silence_free(struct silences *silences, struct silence *silence)
{
	const struct silence_request *request = &silence->terms->request;
	enum silence_kind kind = request->kind;

	TAILQ_REMOVE(&silences->lists[kind], silence, next);
	order_remove(silences->holders, (struct order_key){ .lo = silence->holder });
	if (kind == SILENCE_ARC) {
		order_remove(
		    silences->rows, arc_key(request->criteria.resource, silence->terms->probable_cause));
	} else {
		match_remove(silences, silence);
		struct silence **at = &silences->by_name[kind][name_place(silences, kind, request->name)];
		memmove(at, at + 1,
		    (size_t)(&silences->by_name[kind][silences->counts[kind] - 1] - at) * sizeof(*at));
	}
	silences->counts[kind]--;
	calendar_free(silence->calendar);
	free(silence->terms);
	free(silence);
}

/* Load. */

struct loading {
	struct silences *silences;
	char *error;
	size_t size;
};

static int
load_row(void *arg, const char *key, const char *body, size_t len)
{
	struct loading *loading = arg;
	struct silences *silences = loading->silences;
	struct terms terms;
	char why[256] = "it is no row of a silence", expected[SILENCE_KEY] = "";

	struct towerd_json *row = towerd_json_parse(body, len, why, sizeof(why));
	int rc = row != NULL ? terms_read(row, &terms) : -EBADMSG;
	if (rc == 0)
		terms_key(&terms, expected);
	if (rc < 0 || strcmp(key, expected) != 0) {
		snprintf(loading->error, loading->size, "the silence %s cannot be read: %s", key, why);
		towerd_json_free(row);
		return -EUCLEAN;
	}
	struct terms *copy = terms_copy(&terms);
	towerd_json_free(row);
	struct silence *silence = copy != NULL ? silence_new(silences, copy) : NULL;
	if (silence == NULL)
		return -ENOMEM;
	silence->is_staged = silence->is_durable = true;
	silence->state = copy->state;
	/* The zone may be gone from the system's database: the window then stays closed, and says so. */
	if (terms_calendar(copy, &silence->calendar, why, sizeof(why)) == -EINVAL)
		log_write(TOWERD_LOG_ERROR, "alarm", "the maintenance window %s stays closed: %s",
		    copy->request.name, why);
	silence_settle(silences, silence);
	return 0;
}

int
silences_load(struct silences *silences, char *error, size_t size)
{
	struct loading loading = { silences, error, size };

	return store_each(silences->store, STORE_SILENCE, load_row, &loading);
}

void
silences_start(struct silences *silences)
{
	struct silence *row;

	silences->is_started = true;
	TAILQ_FOREACH(row, &silences->lists[SILENCE_ARC], next)
	arc_look(silences, row, false);
	silence_tick(silences);
}

/* Asked. */

static void
answer(const struct silence *silence, enum silence_kind kind, struct silence_verdict *out)
{
	const struct silence_request *request = &silence->terms->request;

	*out = (struct silence_verdict){ .kind = kind,
		.holder = silence->holder,
		.name = request->name,
		.owner = request->owner,
		.reason = request->reason,
		.until_ms = kind == SILENCE_WINDOW ? silence->span.end_ms : request->until_ms };
}

static bool
row_answers(const struct silences *silences, uint32_t resource, unsigned cause, struct silence_verdict *out)
{
	const struct silence *row = order_get(silences->rows, arc_key(resource, cause));

	if (row == NULL || !row->is_in_force)
		return false;
	answer(row, SILENCE_ARC, out);
	return true;
}

bool
silence_find(
    const struct silences *silences, const struct silence_subject *subject, struct silence_verdict *out)
{
	*out = (struct silence_verdict){ .kind = SILENCE_NONE };
	if (subject->type->is_safety)
		return false;
	for (enum silence_kind kind = SILENCE_SHELF; kind <= SILENCE_WINDOW; kind++) {
		const struct silence *first = match_first(silences, kind, subject);
		if (first != NULL) {
			answer(first, kind, out);
			return true;
		}
	}
	if (silences->counts[SILENCE_ARC] == 0)
		return false;
	return row_answers(silences, subject->resource, subject->type->probable_cause, out) ||
	    row_answers(silences, subject->resource, 0, out);
}

void
silence_hold(struct silences *silences, uint32_t holder, bool is_held)
{
	struct silence *silence = order_get(silences->holders, (struct order_key){ .lo = holder });

	if (silence == NULL)
		return;
	if (is_held) {
		silence->held++;
		silence->holds++;
	} else if (silence->held > 0) {
		silence->held--;
	}
}

/* What ends or begins by itself. */

void
silence_tell(struct silences *silences, const struct silence *silence)
{
	struct silence_extent extent;

	if (silences->settings.changed == NULL || !silences->is_started || silences->is_stopped)
		return;
	criteria_extent(&silence->terms->request.criteria, &extent);
	silences->settings.changed(silences->settings.arg, &extent);
}

void
silence_settle(struct silences *silences, struct silence *silence)
{
	bool was_in_force = silence->is_in_force;
	int64_t utc_ms = loop_utc_ms(silences->loop);

	silence->is_in_force = silence->is_durable && silence->terms->request.until_ms > utc_ms;
	if (silence->terms->request.kind == SILENCE_WINDOW)
		silence->is_in_force = silence->is_in_force && silence->calendar != NULL &&
		    calendar_at(silence->calendar, utc_ms, &silence->span);
	if (silence->is_in_force != was_in_force)
		silence_tell(silences, silence);
}

static int64_t
earlier(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/* How long until the silence wants to be looked at again; 0: now. */
static int64_t
due_in_ms(const struct silences *silences, const struct silence *silence)
{
	int64_t utc_ms = loop_utc_ms(silences->loop), in_ms = silence->terms->request.until_ms - utc_ms;

	if (silence->calendar != NULL && silence->span.end_ms != 0)
		in_ms = earlier(
		    in_ms, (silence->is_in_force ? silence->span.end_ms : silence->span.begin_ms) - utc_ms);
	if (silence->state == ARC_NALM_QICD)
		in_ms = earlier(in_ms, silence->countdown_ms - loop_now_ms(silences->loop));
	return in_ms > 0 ? in_ms : 0;
}

/* A window without another occurrence ends with its last one. */
static const char *
end_of(const struct silences *silences, const struct silence *silence)
{
	if (silence->terms->request.until_ms <= loop_utc_ms(silences->loop))
		return "its end has come";
	if (silence->calendar != NULL && silence->span.end_ms == 0)
		return "its last occurrence is over";
	if (silence->state == ARC_NALM_QICD && silence->countdown_ms <= loop_now_ms(silences->loop) &&
	    arc_next_state(silence->state, ARC_TIME) == ARC_ALM)
		return "the resource has been well for the count-down";
	return NULL;
}

void
silence_tick(struct silences *silences)
{
	struct silence *silence, *next;
	int64_t in_ms = LOOK_MS;

	if (!silences->is_started || silences->is_stopped)
		return;
	for (size_t kind = SILENCE_SHELF; kind < SILENCE_KINDS; kind++)
		for (silence = TAILQ_FIRST(&silences->lists[kind]); silence != NULL; silence = next) {
			next = TAILQ_NEXT(silence, next);
			/* What is on its way to the disk is looked at again when it has arrived. */
			if (silence->changes > 0 || !silence->is_durable)
				continue;
			silence_settle(silences, silence);
			const char *why = end_of(silences, silence);
			if (why != NULL)
				silence_end(silences, silence, "agent", why);
			else
				in_ms = earlier(in_ms, due_in_ms(silences, silence));
		}
	bool is_empty = true;
	for (size_t kind = SILENCE_SHELF; kind < SILENCE_KINDS; kind++)
		is_empty &= TAILQ_EMPTY(&silences->lists[kind]);
	silences->due_ms = is_empty ? INT64_MAX : loop_now_ms(silences->loop) + in_ms;
	if (!is_empty)
		loop_timer_start(silences->timer, in_ms);
}

void
silence_wake(struct silences *silences, int64_t in_ms)
{
	int64_t due_ms = loop_now_ms(silences->loop) + in_ms;

	if (!silences->is_started || silences->is_stopped || due_ms >= silences->due_ms)
		return;
	silences->due_ms = due_ms;
	loop_timer_start(silences->timer, in_ms);
}
