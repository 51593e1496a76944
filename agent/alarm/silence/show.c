/* SPDX-License-Identifier: ISC */
/* Shelves, windows and rows as they are shown, in the order of tables, to those who may see them. */
#include <string.h>

#include "agent/alarm/silence/inside.h"
#include "agent/model/text_key.h"

static int64_t
remaining_ms(const struct silences *silences, const struct silence *silence)
{
	int64_t left_ms = silence->state == ARC_NALM_QICD
	    ? silence->countdown_ms - loop_now_ms(silences->loop)
	    : silence->state == ARC_NALM_TI ? silence->terms->request.until_ms - loop_utc_ms(silences->loop)
					    : 0;

	return left_ms > 0 ? left_ms : 0;
}

void
silence_describe(const struct silences *silences, const struct silence *silence, struct silence_info *out)
{
	const struct terms *terms = silence->terms;
	const struct silence_request *r = &terms->request;

	*out = (struct silence_info){ .kind = r->kind,
		.name = r->name,
		.owner = r->owner,
		.reason = r->reason,
		.criteria = r->criteria,
		.made_ms = terms->made_ms,
		.until_ms = r->until_ms,
		.held = silence->held,
		.holds = silence->holds,
		.is_in_force = silence->is_in_force,
		.start = r->start,
		.zone = r->zone,
		.rule = r->rule,
		.duration_ms = r->duration_ms,
		.probable_cause = terms->probable_cause,
		.state = silence->state,
		.ticket = terms->ticket,
		.remaining_ms = remaining_ms(silences, silence) };
	if (r->kind == SILENCE_WINDOW)
		out->next_ms = silence->is_in_force ? silence->span.end_ms : silence->span.begin_ms;
}

unsigned
silence_position(const struct silences *silences, const struct silence *silence)
{
	const struct silence *each;
	unsigned position = 0;

	TAILQ_FOREACH(each, &silences->lists[silence->terms->request.kind], next)
	{
		position += each->is_durable;
		if (each == silence)
			break;
	}
	return position;
}

const struct silence *
silence_seek(
    const struct silences *silences, enum silence_kind kind, const uint32_t *key, size_t len, bool inclusive)
{
	const struct text_key bound = { key, len };
	size_t from = 0, to = silences->counts[kind];

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = text_key_compare(silences->by_name[kind][middle]->terms->request.name, &bound);
		if (order < 0 || (order == 0 && !inclusive))
			from = middle + 1;
		else
			to = middle;
	}
	while (from < silences->counts[kind] && !silences->by_name[kind][from]->is_durable)
		from++;
	return from < silences->counts[kind] ? silences->by_name[kind][from] : NULL;
}

const struct silence *
silence_get(const struct silences *silences, enum silence_kind kind, const char *name)
{
	const struct silence *silence = silence_at(silences, kind, name);

	return silence != NULL && silence->is_durable ? silence : NULL;
}

const struct silence *
arc_seek(const struct silences *silences, const struct scope *scope, uint32_t resource,
    unsigned probable_cause, bool inclusive)
{
	struct order_key at = arc_key(resource, probable_cause);
	const struct silence *row = order_seek(silences->rows, scope, at, inclusive, &at);

	while (row != NULL && !row->is_durable)
		row = order_seek(silences->rows, scope, at, false, &at);
	return row;
}

bool
silence_is_visible(const struct silences *silences, const struct silence *silence, const struct scope *scope)
{
	const struct silence_criteria *c = &silence->terms->request.criteria;
	struct silence_extent extent;

	if (scope_is_all(scope))
		return true;
	criteria_extent(c, &extent);
	if (extent.resource != 0)
		return scope_has_entity(scope, extent.resource);
	if (extent.site != NULL) {
		const struct site *site = model_site(silences->model, extent.site);
		return site != NULL && scope_has_entity(scope, site->entity.number);
	}
	return scope_site(scope) == 0 && scope_reaches_area(scope, extent.area != NULL ? extent.area : "");
}
