/* SPDX-License-Identifier: ISC */
/* What a threshold's alarm rests on: for people, and as X.733's thresholdInfo. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/detect/threshold_inside.h"
#include "agent/alarm/list/text.h"

static void
explain_limits(const struct rule *rule, const struct sensor *sensor, char *out, size_t size)
{
	const struct towerd_kind *kind = &catalogue_at(sensor->kind)->kind;
	const struct catalogue_rule *row = rule->row;
	int64_t limits[CATALOGUE_STEPS];
	char value[64];
	size_t at = 0;

	if (row->when == WHEN_STATE)
		snprintf(out, size, "is one of: %s", row->states);
	else if (row->when == WHEN_TRUE || row->when == WHEN_FALSE)
		snprintf(out, size, "is %s", row->when == WHEN_TRUE ? "true" : "false");
	else {
		threshold_limits(rule, sensor, limits);
		at += (size_t)snprintf(out, size, "is %s", row->when == WHEN_BELOW ? "below" : "above");
		for (unsigned i = 0; i < rule->steps && at < size; i++)
			if (limits[i] != INT64_MIN)
				at += (size_t)snprintf(out + at, size - at, " %s (%s: %s),",
				    text_of_value(value, sizeof(value), kind, limits[i]), row->words[i],
				    alarm_severity_names[row->severities[i]]);
		if (at < size)
			snprintf(out + at, size - at, " hysteresis %s",
			    text_of_value(value, sizeof(value), kind, row->hysteresis));
	}
}

void
threshold_explain(
    const struct alarms *alarms, const struct entry *e, void (*line)(void *arg, const char *text), void *arg)
{
	const struct sensor *sensor = model_sensor(alarms->model, e->alarm.resource);
	const struct rule *rule = sensor != NULL ? threshold_rule(alarms, e, sensor) : NULL;
	const struct watch *w = rule != NULL ? threshold_watch(alarms, sensor) : NULL;
	char text[512], name[256], what[256], duration[TOWERD_TIME_TEXT];

	if (w == NULL)
		return;
	const struct towerd_kind *kind = &catalogue_at(sensor->kind)->kind;
	const struct rule_watch *rw = &w->rules[rule - alarms->thresholds->kinds[sensor->kind].rules];
	text_of_sensor(name, sizeof(name), sensor);
	if (sensor->has_value)
		snprintf(text, sizeof(text), "observed: %s reads %s%s", name,
		    text_of_value(what, sizeof(what), kind, sensor->value),
		    sensor->is_stale ? ", and that is stale" : "");
	else
		snprintf(text, sizeof(text), "observed: %s has not been read since the agent started", name);
	line(arg, text);
	explain_limits(rule, sensor, what, sizeof(what));
	snprintf(text, sizeof(text), "rule: %s is raised when %s %s; held for %s before it changes",
	    e->alarm.type->name, kind->name, what, towerd_duration_format(rule->hold_ms, duration));
	line(arg, text);
	if (rw->waiting != 0)
		line(arg, "waiting: the newest reading asks for another severity, which must hold first");
}

/* The step is armed since the alarm was last milder than that: well again by its hysteresis (X.733, 8.1.2.7). */
static int64_t
armed_ms(const struct alarm *alarm, int severity)
{
	struct alarm_change change;

	for (unsigned i = 0; alarm_history_at(alarm, i, &change); i++)
		if (change.severity < severity)
			return change.time_ms;
	return 0;
}

bool
threshold_info(const struct alarms *alarms, const struct entry *e, struct threshold_info *out)
{
	const struct sensor *sensor = model_sensor(alarms->model, e->alarm.resource);
	const struct rule *rule = sensor != NULL ? threshold_rule(alarms, e, sensor) : NULL;
	const struct watch *w = rule != NULL ? threshold_watch(alarms, sensor) : NULL;
	int64_t limits[CATALOGUE_STEPS];

	if (w == NULL || (rule->row->when != WHEN_BELOW && rule->row->when != WHEN_ABOVE))
		return false;
	const struct rule_watch *rw = &w->rules[rule - alarms->thresholds->kinds[sensor->kind].rules];
	int step = threshold_worst(rw->on);
	if (step < 0 || rw->moment[step].ours_ms == 0)
		return false;
	threshold_limits(rule, sensor, limits);
	if (limits[step] == INT64_MIN)
		return false;
	*out = (struct threshold_info){ .kind = &catalogue_at(sensor->kind)->kind,
		.when = rule->row->when,
		.word = rule->row->words[step],
		.limit = limits[step],
		.hysteresis = rule->row->hysteresis,
		.observed = rw->value[step],
		.armed_ms = armed_ms(&e->alarm, rule->row->severities[step]) };
	return true;
}

void
threshold_write(struct alarms *alarms, const struct entry *e, struct towerd_json_writer *w)
{
	struct threshold_info info;
	char armed[TOWERD_TIME_TEXT];

	if (!threshold_info(alarms, e, &info))
		return;
	towerd_json_open(w, "threshold", '{');
	towerd_json_put_text(w, "level", info.word);
	towerd_json_put_text(w, "unit", info.kind->unit);
	towerd_json_put_decimal(w, "observed", info.observed, info.kind->decimals);
	towerd_json_put_decimal(w, "limit", info.limit, info.kind->decimals);
	towerd_json_put_decimal(w, "hysteresis", info.hysteresis, info.kind->decimals);
	if (info.armed_ms > 0)
		towerd_json_put_text(w, "armed", towerd_time_format(info.armed_ms, armed));
	towerd_json_close(w, '}');
}
