/* SPDX-License-Identifier: ISC */
/* Alarm reporting control: rows of a resource and a cause, which look at the alarms that they keep quiet and go by themselves when all is well. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/silence/inside.h"

static void
enter(struct silences *silences, struct silence *row, enum arc_event event)
{
	enum arc_state before = row->state;

	row->state = arc_next_state(row->state, event);
	if (row->state != ARC_NALM_QICD || before == ARC_NALM_QICD)
		return;
	row->countdown_ms = loop_now_ms(silences->loop) + silences->settings.arc_countdown_ms;
	silence_wake(silences, silences->settings.arc_countdown_ms);
}

void
arc_look(struct silences *silences, struct silence *row, bool has_alarm)
{
	const struct terms *terms = row->terms;

	if (!has_alarm && silences->settings.has_alarm != NULL)
		has_alarm = silences->settings.has_alarm(
		    silences->settings.arg, terms->request.criteria.resource, terms->probable_cause);
	enter(silences, row, has_alarm ? ARC_PROBLEM : ARC_PROBLEM_FREE);
}

void
arc_begin(struct silences *silences, struct silence *row)
{
	if (row->terms->request.kind != SILENCE_ARC)
		return;
	enter(silences, row, arc_set_event(row->terms->state));
	arc_look(silences, row, false);
}

static void
look_at(struct silences *silences, uint32_t resource, unsigned cause, bool is_active)
{
	struct silence *row = order_get(silences->rows, arc_key(resource, cause));

	if (row != NULL && row->is_durable)
		arc_look(silences, row, is_active);
}

void
arc_alarm_changed(struct silences *silences, const struct silence_subject *subject, bool is_active)
{
	if (subject->type->is_safety || !silences->is_started || silences->is_stopped ||
	    silences->counts[SILENCE_ARC] == 0)
		return;
	look_at(silences, subject->resource, subject->type->probable_cause, is_active);
	look_at(silences, subject->resource, 0, is_active);
}

/* The site and the slot of a resource, so that people can tell whose row it is. */
static void
resource_names(const struct silences *silences, uint32_t resource, struct silence_criteria *out)
{
	const struct entity *entity = model_entity(silences->model, resource);
	const struct site *site = model_site_of(silences->model, resource);

	out->resource = resource;
	out->site = site != NULL ? site->id : NULL;
	if (entity != NULL && entity->kind_of == ENTITY_DEVICE)
		out->device = ((const struct device *)(const void *)entity)->slot;
	else if (entity != NULL && entity->kind_of == ENTITY_SENSOR)
		out->device = ((const struct sensor *)(const void *)entity)->device->slot;
}

/* The end of a row: never later than its bound, and of a timed one not after its interval. */
static int64_t
end_ms(const struct silences *silences, const struct arc_request *request)
{
	int64_t now_ms = loop_utc_ms(silences->loop);
	int64_t until_ms =
	    request->until_ms != 0 ? request->until_ms : now_ms + silences->settings.arc_bound_ms;
	int64_t timed_ms = now_ms + silences->settings.arc_timed_ms;

	return request->state == ARC_NALM_TI && timed_ms < until_ms ? timed_ms : until_ms;
}

/* The row of a resource and a cause, staged or not; NULL: out of memory. */
static struct silence *
row_for(struct silences *silences, const struct terms *terms)
{
	struct silence *row =
	    order_get(silences->rows, arc_key(terms->request.criteria.resource, terms->probable_cause));

	if (row != NULL)
		return row;
	struct terms *first = terms_copy(terms);
	row = first != NULL ? silence_new(silences, first) : NULL;
	return row;
}

static int
row_stage(struct silences *silences, struct change *change, const struct terms *terms, const char *actor)
{
	struct terms *next = terms_copy(terms);
	struct silence *row = next != NULL ? row_for(silences, terms) : NULL;

	if (row == NULL) {
		free(next);
		return -ENOMEM;
	}
	enum arc_state from = row->is_staged ? row->state : ARC_ALM;
	if (arc_next_state(from, arc_set_event(terms->state)) == ARC_REFUSED) {
		free(next);
		return -EPROTO;
	}
	return change_stage(change, row, next, actor, NULL);
}

int
arc_start(struct silences *silences, const struct arc_request *request, const char *actor,
    model_done_fn *done, void *arg)
{
	char name[SILENCE_NAME_MAX];
	struct terms terms = { .request = { .kind = SILENCE_ARC,
				   .name = name,
				   .owner = request->owner,
				   .reason = request->reason,
				   .until_ms = end_ms(silences, request) },
		.probable_cause = request->probable_cause,
		.state = request->state,
		.ticket = request->ticket,
		.made_ms = loop_utc_ms(silences->loop) };

	if (arc_set_event(request->state) == ARC_END || request->resource == 0 || request->owner == NULL ||
	    request->owner[0] == '\0' || request->reason == NULL ||
	    terms.request.until_ms <= loop_utc_ms(silences->loop))
		return -EINVAL;
	if (silences->counts[SILENCE_ARC] >= ARC_ROWS_MAX)
		return -ENOSPC;
	snprintf(name, sizeof(name), "%u.%u", request->resource, request->probable_cause);
	resource_names(silences, request->resource, &terms.request.criteria);
	struct change *change = change_begin(silences, done, arg);
	if (change == NULL)
		return -ENOMEM;
	int rc = row_stage(silences, change, &terms, actor);
	if (rc < 0)
		change_abandon(change);
	else
		rc = change_commit(change);
	return rc;
}

int
arc_renew_ticket(struct silences *silences, uint32_t ticket, int64_t until_ms, const char *actor,
    model_done_fn *done, void *arg)
{
	struct change *change = change_begin(silences, done, arg);
	struct silence *row;
	int count = 0, rc = 0;

	if (change == NULL)
		return -ENOMEM;
	TAILQ_FOREACH(row, &silences->lists[SILENCE_ARC], next)
	{
		if (row->terms->ticket != ticket || !row->is_staged || rc < 0)
			continue;
		struct terms terms = *row->terms;
		terms.request.until_ms =
		    end_ms(silences, &(struct arc_request){ .state = terms.state, .until_ms = until_ms });
		rc = row_stage(silences, change, &terms, actor);
		count++;
	}
	if (rc < 0 || count == 0)
		change_abandon(change);
	else
		rc = change_commit(change);
	return rc < 0 ? rc : count;
}

int
arc_end_ticket(struct silences *silences, uint32_t ticket, const char *actor, const char *why)
{
	struct change *change = change_begin(silences, NULL, NULL);
	struct silence *row, *next;
	int count = 0, rc = 0;
	bool is_staged = false;

	if (change == NULL)
		return -ENOMEM;
	for (row = TAILQ_FIRST(&silences->lists[SILENCE_ARC]); row != NULL && rc == 0; row = next) {
		next = TAILQ_NEXT(row, next);
		if (row->terms->ticket != ticket || !row->is_staged)
			continue;
		count++;
		/* What is on its way is followed by its end: if that fails, this does too. */
		if (row->changes > 0) {
			rc = change_stage(change, row, NULL, actor, why);
			is_staged = true;
		} else {
			silence_end(silences, row, actor, why);
		}
	}
	if (rc < 0 || !is_staged)
		change_abandon(change);
	else
		rc = change_commit(change);
	return rc < 0 ? rc : count;
}

int64_t
arc_countdown_ms(const struct silences *silences)
{
	return silences->settings.arc_countdown_ms;
}

int64_t
arc_timed_ms(const struct silences *silences)
{
	return silences->settings.arc_timed_ms;
}
