/* SPDX-License-Identifier: ISC */
/* Prints what a profile makes of a recording. */
#include "plugins/snmp/profile/profile_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#define GROUP_DEPTH 9 /* as many sub-identifiers name a subtree that was left: 1.3.6.1.4.1.12148.10.3 */

static const uint32_t system_group[] = { 1, 3, 6, 1, 2, 1, 1 };
static const char *const quality_names[] = {
	[TOWERD_GOOD] = "good", [TOWERD_UNKNOWN] = "unknown", [TOWERD_FAULTY] = "faulty"
};

#define say(report, ...) towerd_print_error((report)->ctx, (report)->out, __VA_ARGS__)

/* sysDescr or sysObjectID, for a person. */
static const char *
system_text(struct object_set *objects, uint32_t object, char *out, size_t size)
{
	const uint32_t ids[] = { 1, 3, 6, 1, 2, 1, 1, object, 0 };
	const struct snmp_object *found = object_set_find(objects, ids, sizeof(ids) / sizeof(ids[0]));

	if (found == NULL)
		snprintf(out, size, "none");
	else if (found->value.tag == SNMP_OID)
		oid_format(found->value.oid.ids, found->value.oid.len, out, size);
	else if (found->value.tag == SNMP_OCTETS)
		snprintf(out, size, "\"%.*s\"", (int)found->value.octets.len,
		    (const char *)found->value.octets.data);
	else
		snprintf(out, size, "of another type");
	for (char *c = out; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return out;
}

void
profile_report_match(struct profile_report *report, const struct profile_match *match)
{
	char object_id[OID_TEXT], descr[200];

	say(report, "sysObjectID %s, sysDescr %s\n",
	    system_text(report->objects, 2, object_id, sizeof(object_id)),
	    system_text(report->objects, 1, descr, sizeof(descr)));
	if (match->count == 0)
		say(report, "recognised nothing: no profile fits\n");
	for (size_t i = 0; i < match->count; i++)
		say(report, "recognised %s: %s (%s)\n", profile_name(match->profiles[i]),
		    profile_title(match->profiles[i]), profile_file(match->profiles[i]));
}

void
profile_report_left(void *arg, const struct profile *profile, struct snmp_oid oid, const char *reason)
{
	struct profile_report *report = arg;

	if (report->left_count == report->left_capacity) {
		size_t capacity = report->left_capacity == 0 ? 128 : report->left_capacity * 2;
		struct report_left *left = realloc(report->left, capacity * sizeof(left[0]));
		if (left == NULL)
			return; /* a report that is short of a line is still one */
		report->left = left;
		report->left_capacity = capacity;
	}
	/* The OID is that of an object of the set, which outlives the report. */
	report->left[report->left_count++] = (struct report_left){ profile, oid, reason };
}

void
profile_report_fini(struct profile_report *report)
{
	free(report->left);
}

static int
compare_left(const void *one, const void *other)
{
	const struct report_left *a = one, *b = other;

	return oid_compare(a->oid.ids, a->oid.len, b->oid.ids, b->oid.len);
}

static int
compare_object(const void *oid, const void *object)
{
	const struct snmp_oid *a = oid, *b = &((const struct plan_object *)object)->oid;

	return oid_compare(a->ids, a->len, b->ids, b->len);
}

/* One line for each object that no rule has read after all. */
static void
say_left(struct profile_report *report, const struct profile_plan *plan)
{
	char text[OID_TEXT];

	if (report->left_count > 0)
		qsort(report->left, report->left_count, sizeof(report->left[0]), compare_left);
	for (size_t i = 0; i < report->left_count; i++) {
		const struct report_left *left = &report->left[i];
		if (i > 0 && compare_left(left, left - 1) == 0)
			continue;
		if (bsearch(&left->oid, plan->objects, plan->object_count, sizeof(plan->objects[0]),
			compare_object) != NULL)
			continue;
		say(report, "left %s (%s): %s\n",
		    oid_format(left->oid.ids, left->oid.len, text, sizeof(text)), profile_name(left->profile),
		    left->reason);
	}
}

struct rest {
	struct profile_report *report;
	struct snmp_oid group;
	size_t count;
	size_t at; /* in report->objects */
};

static void
say_group(struct rest *rest)
{
	char text[OID_TEXT];

	if (rest->count > 0)
		say(rest->report, "left %s: %zu object%s that no rule reads\n",
		    oid_format(rest->group.ids, rest->group.len, text, sizeof(text)), rest->count,
		    rest->count == 1 ? "" : "s");
	rest->count = 0;
}

static void
count_object(struct rest *rest, const struct snmp_object *object)
{
	size_t len = object->len < GROUP_DEPTH ? object->len : GROUP_DEPTH;

	if (oid_has_prefix(
		object->ids, object->len, system_group, sizeof(system_group) / sizeof(system_group[0])))
		return;
	if (rest->count == 0 || rest->group.len != len ||
	    !oid_has_prefix(object->ids, len, rest->group.ids, len)) {
		say_group(rest);
		rest->group = (struct snmp_oid){ object->ids, len };
	}
	rest->count++;
}

/* Counts what stands before `root`, and passes over what is below it. */
static int
pass(void *arg, struct snmp_oid root, bool is_scalar)
{
	struct rest *rest = arg;
	struct object_set *objects = rest->report->objects;
	size_t from = object_set_from(objects, root.ids, root.len);

	(void)is_scalar;
	for (; rest->at < from; rest->at++)
		count_object(rest, object_set_at(objects, rest->at));
	while (rest->at < object_set_count(objects)) {
		const struct snmp_object *object = object_set_at(objects, rest->at);
		if (!oid_has_prefix(object->ids, object->len, root.ids, root.len))
			break;
		rest->at++;
	}
	return 0;
}

int
profile_report_rest(
    struct profile_report *report, const struct profile_match *match, const struct profile_plan *plan)
{
	struct rest rest = { .report = report };

	say_left(report, plan);
	int rc = profile_match_walks(match, pass, &rest);

	for (; rc == 0 && rest.at < object_set_count(report->objects); rest.at++)
		count_object(&rest, object_set_at(report->objects, rest.at));
	say_group(&rest);
	say(report, "sensors: %zu, from %zu of %zu objects\n", plan->sensor_count, plan->object_count,
	    object_set_count(report->objects));
	return rc;
}

static void
put_raw(struct towerd_json_writer *w, const struct snmp_value *value)
{
	char text[OID_TEXT];

	switch (value->tag) {
	case SNMP_INTEGER:
		towerd_json_put_int(w, "raw", value->integer);
		break;
	case SNMP_COUNTER32:
	case SNMP_GAUGE32:
	case SNMP_TIMETICKS:
	case SNMP_COUNTER64:
		towerd_json_put_uint(w, "raw", value->natural);
		break;
	case SNMP_OCTETS:
	case SNMP_IPADDRESS:
	case SNMP_OPAQUE:
		towerd_json_put_bytes(w, "raw", (const char *)value->octets.data, value->octets.len);
		break;
	case SNMP_OID:
		towerd_json_put_text(
		    w, "raw", oid_format(value->oid.ids, value->oid.len, text, sizeof(text)));
		break;
	default:
		towerd_json_put_null(w, "raw");
	}
}

static void
put_value(
    struct towerd_json_writer *w, const struct towerd_kind *kind, enum towerd_quality quality, int64_t value)
{
	bool is_state = kind->value_class == TOWERD_KIND_STATE;
	unsigned decimals = kind->decimals;

	for (; quality == TOWERD_GOOD && decimals > 0 && value % 10 == 0; decimals--)
		value /= 10; /* 53.2, not 53.200 */
	if (quality != TOWERD_GOOD || is_state)
		towerd_json_put_null(w, "value");
	else if (kind->value_class == TOWERD_KIND_TRUTH)
		towerd_json_put_bool(w, "value", value != 0);
	else
		towerd_json_put_decimal(w, "value", value, decimals);
	towerd_json_put_text(w, "unit", kind->unit);
	towerd_json_put_text(w, "state", is_state && quality == TOWERD_GOOD ? kind->states[value] : NULL);
	towerd_json_put_text(w, "quality", quality_names[quality]);
}

/* One reading of a counter gives no rate. */
static enum towerd_quality
decode(const struct plan_sensor *sensor, const struct snmp_value *raw, int64_t *value)
{
	return sensor->is_rate ? TOWERD_UNKNOWN : profile_decode(&sensor->decode, raw, value);
}

static void
put_sensor(struct towerd_json_writer *w, const char *oid, const struct plan_sensor *sensor,
    const struct snmp_value *raw)
{
	int64_t value = 0;
	enum towerd_quality quality = decode(sensor, raw, &value);

	towerd_json_open(w, NULL, '{');
	towerd_json_put_text(w, "oid", oid);
	towerd_json_put_text(w, "kind", sensor->decode.kind->name);
	towerd_json_put_text(w, "instance", sensor->instance);
	towerd_json_put_text(w, "label", sensor->label);
	put_raw(w, raw);
	put_value(w, sensor->decode.kind, quality, value);
	towerd_json_close(w, '}');
}

/* "53.2 V", "ok", "true", or why there is no value. */
static const char *
value_text(const struct towerd_kind *kind, enum towerd_quality quality, int64_t value, char *out, size_t size)
{
	int64_t one = 1;

	for (unsigned i = 0; i < kind->decimals; i++)
		one *= 10;
	if (quality != TOWERD_GOOD)
		return quality == TOWERD_UNKNOWN ? "(not known)" : "(faulty)";
	if (kind->value_class == TOWERD_KIND_STATE)
		return kind->states[value];
	if (kind->value_class == TOWERD_KIND_TRUTH)
		return value != 0 ? "true" : "false";
	if (one == 1)
		snprintf(out, size, "%" PRId64 " %s", value, kind->unit);
	else
		snprintf(out, size, "%s%" PRId64 ".%0*" PRId64 " %s", value < 0 ? "-" : "",
		    (int64_t)llabs(value / one), (int)kind->decimals, (int64_t)llabs(value % one),
		    kind->unit);
	return out;
}

static void
print_sensor(struct profile_report *report, const char *oid, const struct plan_sensor *sensor,
    const struct snmp_value *raw)
{
	int64_t value = 0;
	enum towerd_quality quality = decode(sensor, raw, &value);
	char text[64];

	towerd_print(report->ctx, report->out, "%-24s %-20s %-18s %-32s %s\n", sensor->decode.kind->name,
	    sensor->instance,
	    sensor->is_rate ? "(a rate)"
			    : value_text(sensor->decode.kind, quality, value, text, sizeof(text)),
	    sensor->label, oid);
}

int
profile_report_sensors(struct profile_report *report, const struct profile_plan *plan)
{
	struct towerd_json_writer w = { 0 };
	bool is_json = towerd_wants_json(report->ctx, report->out);

	if (is_json)
		towerd_json_open(&w, NULL, '[');
	else
		towerd_print(report->ctx, report->out, "%-24s %-20s %-18s %-32s %s\n", "KIND", "INSTANCE",
		    "VALUE", "LABEL", "OID");
	for (size_t i = 0; i < plan->object_count; i++) {
		const struct plan_object *object = &plan->objects[i];
		const struct snmp_object *found =
		    object_set_find(report->objects, object->oid.ids, object->oid.len);
		char oid[OID_TEXT];

		oid_format(object->oid.ids, object->oid.len, oid, sizeof(oid));
		for (uint32_t s = object->first; s < object->first + object->count; s++)
			if (is_json)
				put_sensor(&w, oid, &plan->sensors[s], &found->value);
			else
				print_sensor(report, oid, &plan->sensors[s], &found->value);
	}
	if (!is_json)
		return 0;
	towerd_json_close(&w, ']');
	const char *text = towerd_json_done(&w);
	if (text != NULL)
		towerd_print(report->ctx, report->out, "%s\n", text);
	towerd_json_fini(&w);
	return text == NULL ? -ENOMEM : 0;
}
