/* SPDX-License-Identifier: ISC */
/*
 * An alarm as JSON: the body of its records, and its row in the store. A record read back by a cursor must give a listener the same as
 * the live one did, so the body holds all of it; the row adds nothing but the record's number.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/time.h>

#include "agent/alarm/list/inside.h"

#define YEAR_10000_MS INT64_C(253402300800000)

static const char *const event_names[] = { "", "raised", "changed", "cleared", NULL };

void
alarm_row_key(uint64_t number, char out[24])
{
	snprintf(out, 24, "%020" PRIu64, number);
}

static void
put_time(struct towerd_json_writer *w, const char *key, int64_t utc_ms)
{
	char text[TOWERD_TIME_TEXT];

	if (utc_ms > 0 && utc_ms < YEAR_10000_MS) /* a device may claim any */
		towerd_json_put_text(w, key, towerd_time_format(utc_ms, text));
}

struct towerd_alarm_record
alarm_record_of(struct alarms *alarms, const struct entry *e, enum towerd_alarm_event event,
    const struct telling_plan *plan)
{
	const struct alarm *a = &e->alarm;
	const struct site *site = a->site != 0 ? model_site_of(alarms->model, a->site) : NULL;

	return (struct towerd_alarm_record){
		.size = sizeof(struct towerd_alarm_record),
		.event = event,
		.alarm = a->number,
		.resource = a->resource,
		.model = a->model,
		.severity = a->severity,
		.previous = plan->previous != 0 ? plan->previous : a->previous,
		.event_ms = e->event_ms,
		.active_ms = a->active_ms,
		.active_index = a->active_index,
		.site = site != NULL ? site->id : e->site_id,
		.area = site != NULL && site->area != NULL ? site->area : e->area,
		.device = e->slot,
		.type = a->type->name,
		.text = a->text,
		.probable_cause = a->type->probable_cause,
		.event_type = a->type->event_type,
		.ticket = alarms->ticket_at != NULL && a->site != 0
		    ? alarms->ticket_at(alarms->ticket_arg, a->site)
		    : 0,
		.is_told = plan->count > 0,
		.cause = a->cause,
		.consequences = a->consequences,
		.is_backed_up = site != NULL && site->covered_by > 0,
		.stand = alarm_stand_names[a->stand],
	};
}

/* What a record and a row have in common. */
static void
put_alarm(struct alarms *alarms, const struct entry *e, const struct towerd_alarm_record *r)
{
	const struct alarm *a = &e->alarm;
	struct towerd_json_writer *w = &alarms->writer;

	towerd_json_put_uint(w, "alarm", r->alarm);
	towerd_json_put_text(w, "severity", alarm_severity_names[r->severity]);
	towerd_json_put_text(w, "previous", alarm_severity_names[r->previous]);
	towerd_json_put_text(w, "type", r->type);
	towerd_json_put_text(w, "qualifier", a->qualifier);
	towerd_json_put_text(w, "text", r->text);
	towerd_json_put_text(w, "site", r->site);
	towerd_json_put_text(w, "area", r->area);
	towerd_json_put_text(w, "device", r->device);
	put_time(w, "time", r->event_ms);
	put_time(w, "active", r->active_ms);
	put_time(w, "raised", a->raised_ms);
	put_time(w, "received", a->received_ms);
	put_time(w, "claimed", a->claimed_ms);
	put_time(w, "changed", a->changed_ms);
	towerd_json_put_uint(w, "index", r->active_index);
	towerd_json_put_uint(w, "model", r->model);
	towerd_json_put_uint(w, "resource", r->resource);
	towerd_json_put_uint(w, "cause", r->probable_cause);
	towerd_json_put_uint(w, "event-type", r->event_type);
	towerd_json_put_uint(w, "ticket", r->ticket);
	towerd_json_put_text(w, "stand", r->stand);
	if (r->cause != 0)
		towerd_json_put_uint(w, "caused-by", r->cause);
	if (r->consequences != 0)
		towerd_json_put_uint(w, "consequences", r->consequences);
	if (r->is_backed_up) /* X.733, backedUpStatus; by whom is not for records */
		towerd_json_put_bool(w, "backed-up", true);
	if (a->operator_state > OPERATOR_NONE) {
		towerd_json_put_text(w, "operator-state", operator_state_names[a->operator_state]);
		towerd_json_put_text(w, "operator", a->operator_name);
		put_time(w, "operated", a->operator_ms);
	}
	if (alarms->put_details != NULL)
		alarms->put_details(alarms, e, w);
}

static void
put_place(struct towerd_json_writer *w, uint32_t index, int64_t active_ms)
{
	towerd_json_put_uint(w, "index", index);
	put_time(w, "active", active_ms);
}

/* Who is told, and of which row of its list: of a clear, the row that goes. */
static void
put_plan(struct alarms *alarms, const struct entry *e, const struct telling_plan *plan)
{
	const struct alarm *a = &e->alarm;
	struct towerd_json_writer *w = &alarms->writer;

	towerd_json_open(w, "told-to", '{');
	for (unsigned i = 0; i < plan->count; i++) {
		const struct audience *audience = &alarms->audiences[plan->audiences[i]];
		const struct told *told = told_at(e, plan->audiences[i]);
		bool is_clear = a->severity == TOWERD_CLEARED;
		towerd_json_open(w, audience->name, '{');
		put_place(
		    w, is_clear ? told->index : a->active_index, is_clear ? told->active_ms : a->active_ms);
		if (a->cause != 0 || a->consequences != 0) { /* as far as its reader may know */
			towerd_json_put_uint(w, "caused-by", cause_in(e, audience->filter.scope));
			towerd_json_put_uint(w, "consequences", effects_in(e, audience->filter.scope));
		}
		towerd_json_close(w, '}');
	}
	towerd_json_close(w, '}');
}

const char *
alarm_write_json(struct alarms *alarms, const struct entry *e, const struct towerd_alarm_record *record,
    const struct telling_plan *plan, const char *note)
{
	struct towerd_json_writer *w = &alarms->writer;

	towerd_json_reset(w);
	towerd_json_open(w, NULL, '{');
	towerd_json_put_text(w, "event", event_names[record->event]);
	put_alarm(alarms, e, record);
	put_plan(alarms, e, plan);
	if (note != NULL && note[0] != '\0')
		towerd_json_put_text(w, "note", note);
	towerd_json_close(w, '}');
	return towerd_json_done(w);
}

static void
put_held(struct towerd_json_writer *w, const char *name, const struct told *told)
{
	towerd_json_open(w, name, '{');
	put_place(w, told->index, told->active_ms);
	towerd_json_put_text(w, "severity", alarm_severity_names[told->severity]);
	towerd_json_put_uint(w, "journal", told->journal);
	towerd_json_close(w, '}');
}

const char *
alarm_write_row(struct alarms *alarms, const struct entry *e)
{
	const struct telling_plan nobody = { .count = 0 };
	const struct alarm *a = &e->alarm;
	struct towerd_json_writer *w = &alarms->writer;
	struct towerd_alarm_record record = alarm_record_of(alarms, e, TOWERD_ALARM_CHANGED, &nobody);

	towerd_json_reset(w);
	towerd_json_open(w, NULL, '{');
	put_alarm(alarms, e, &record);
	towerd_json_put_uint(w, "journal", a->journal_number);
	put_time(w, "created", a->created_ms);
	towerd_json_put_uint(w, "raises", a->raises);
	if (e->expires_ms > 0)
		towerd_json_put_int(w, "expires-ms", e->expires_ms);
	if (a->operator_note != NULL)
		towerd_json_put_text(w, "operator-note", a->operator_note);
	towerd_json_put_bool(w, "is-hint", e->is_hint);
	towerd_json_open(w, "told", '{');
	for (unsigned i = 0; i < e->told_size; i++)
		if (e->told[i].severity != 0)
			put_held(w, alarms->audiences[i].name, &e->told[i]);
	towerd_json_close(w, '}');
	history_write(w, e);
	towerd_json_close(w, '}');
	return towerd_json_done(w);
}

/* Reading: each notes in *ok when the member is not there or not what it should be; `ok` NULL: it may be so, and reads as nothing. */

static const char *
get_text(const struct towerd_json *json, const char *key, bool *ok)
{
	const char *text = "";
	if (towerd_json_text(towerd_json_get(json, key), &text, NULL) < 0 && ok != NULL)
		*ok = false;
	return text;
}

static int64_t
get_int(const struct towerd_json *json, const char *key, int64_t max, bool *ok)
{
	int64_t value;
	if (towerd_json_int(towerd_json_get(json, key), &value) == 0 && value >= 0 && value <= max)
		return value;
	if (ok != NULL)
		*ok = false;
	return 0;
}

static int64_t
get_time(const struct towerd_json *json, const char *key)
{
	const char *text;
	int64_t utc_ms;
	if (towerd_json_text(towerd_json_get(json, key), &text, NULL) < 0 ||
	    towerd_time_parse(text, &utc_ms) < 0)
		return 0;
	return utc_ms;
}

static int
get_name(const struct towerd_json *json, const char *key, const char *const *names, bool *ok)
{
	const char *text = get_text(json, key, ok);
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	if (ok != NULL)
		*ok = false;
	return 0;
}

/* As put_plan() writes it; in a text the quotes would be escaped. */
bool
alarm_record_is_untold(const struct store_record *record)
{
	return strstr(record->body, "\"told-to\":{}") != NULL;
}

int
alarm_record_parse(const struct store_record *record, const char *audience, struct towerd_alarm_record *out,
    struct towerd_json **scratch)
{
	char error[128];
	bool ok = true;
	struct towerd_json *json =
	    towerd_json_parse(record->body, strlen(record->body), error, sizeof(error));

	if (json == NULL)
		return -EBADMSG;
	*out = (struct towerd_alarm_record){ .size = sizeof(*out) };
	out->event = (enum towerd_alarm_event)get_name(json, "event", event_names, &ok);
	out->alarm = (uint64_t)get_int(json, "alarm", INT64_MAX, &ok);
	out->resource = (uint32_t)get_int(json, "resource", UINT32_MAX, &ok);
	out->model = (uint32_t)get_int(json, "model", UINT32_MAX, &ok);
	out->severity = get_name(json, "severity", alarm_severity_names, &ok);
	out->previous = get_name(json, "previous", alarm_severity_names, &ok);
	out->event_ms = get_time(json, "time");
	out->active_ms = get_time(json, "active");
	out->active_index = (uint32_t)get_int(json, "index", UINT32_MAX, &ok);
	out->site = get_text(json, "site", &ok);
	out->area = get_text(json, "area", &ok);
	out->device = get_text(json, "device", &ok);
	out->type = get_text(json, "type", &ok);
	out->text = get_text(json, "text", &ok);
	out->probable_cause = (uint32_t)get_int(json, "cause", UINT32_MAX, &ok);
	out->event_type = (uint32_t)get_int(json, "event-type", UINT32_MAX, &ok);
	out->ticket = (uint32_t)get_int(json, "ticket", UINT32_MAX, &ok);
	out->stand = alarm_stand_names[get_name(json, "stand", alarm_stand_names, NULL)];
	out->cause = (uint64_t)get_int(json, "caused-by", INT64_MAX, NULL);
	out->consequences = (uint32_t)get_int(json, "consequences", UINT32_MAX, NULL);
	(void)towerd_json_bool(towerd_json_get(json, "backed-up"), &out->is_backed_up);
	const struct towerd_json *told_to = towerd_json_get(json, "told-to");
	const struct towerd_json *row = audience != NULL ? towerd_json_get(told_to, audience) : NULL;
	out->is_told = audience != NULL ? row != NULL : towerd_json_count(told_to) > 0;
	if (row != NULL) {
		out->active_index = (uint32_t)get_int(row, "index", UINT32_MAX, &ok);
		out->active_ms = get_time(row, "active");
		out->cause = (uint64_t)get_int(row, "caused-by", INT64_MAX, NULL);
		out->consequences = (uint32_t)get_int(row, "consequences", UINT32_MAX, NULL);
	}
	if (!ok || out->event_ms == 0 || out->active_ms == 0) {
		towerd_json_free(json);
		return -EBADMSG;
	}
	*scratch = json;
	return 0;
}

/* What a row says, without the names that the model knows better. What versions before did not write may be missing. */
static bool
entry_fill(struct alarms *alarms, struct entry *e, const struct towerd_json *json)
{
	struct alarm *a = &e->alarm;
	bool ok = true;

	a->number = (uint64_t)get_int(json, "alarm", INT64_MAX, &ok);
	a->severity = (uint8_t)get_name(json, "severity", alarm_severity_names, &ok);
	a->previous = (uint8_t)get_name(json, "previous", alarm_severity_names, &ok);
	a->active_index = (uint32_t)get_int(json, "index", UINT32_MAX, &ok);
	a->journal_number = (uint64_t)get_int(json, "journal", INT64_MAX, &ok);
	a->active_ms = get_time(json, "active");
	a->raised_ms = get_time(json, "raised");
	a->received_ms = get_time(json, "received");
	a->claimed_ms = get_time(json, "claimed");
	a->changed_ms = get_time(json, "changed");
	a->created_ms = get_time(json, "created");
	a->raises = (uint32_t)get_int(json, "raises", UINT32_MAX, NULL);
	a->stand = (uint8_t)get_name(json, "stand", alarm_stand_names, NULL);
	a->cause = (uint64_t)get_int(json, "caused-by", INT64_MAX, NULL);
	a->is_durable = true;
	e->is_wait_over = a->stand == STAND_FREE; /* what was told once is not waited for again */
	e->event_ms = get_time(json, "time");
	(void)towerd_json_int(towerd_json_get(json, "expires-ms"), &e->expires_ms);
	(void)towerd_json_bool(towerd_json_get(json, "is-hint"), &e->is_hint);
	if (towerd_json_get(json, "operator-state") != NULL)
		entry_set_operator(alarms, e,
		    (enum operator_state)get_name(json, "operator-state", operator_state_names, &ok),
		    get_text(json, "operator", &ok), get_text(json, "operator-note", NULL),
		    get_time(json, "operated"));
	history_read(alarms, e, json);
	ok = ok && entry_set_text(alarms, e, get_text(json, "text", &ok)) == 0;
	return ok && a->number != 0 && a->active_index != 0 && a->active_ms != 0 &&
	    a->severity >= TOWERD_CLEARED;
}

/* The names as of the last record, for what the model no longer knows. */
static bool
entry_rename(struct alarms *alarms, struct entry *e, const struct towerd_json *json)
{
	const char **const names[] = { &e->site_id, &e->area, &e->slot };
	static const char *const keys[] = { "site", "area", "device" };
	bool ok = true;

	for (size_t i = 0; i < 3; i++) {
		const char *copy = intern_take(alarms->texts, get_text(json, keys[i], &ok));
		if (copy == NULL)
			return false;
		intern_drop(alarms->texts, *names[i]);
		*names[i] = copy;
	}
	return ok;
}

struct reading {
	struct alarms *alarms;
	struct entry *entry;
	int rc;
};

/* Who holds it: audiences that are not open (any more) keep what they were told. */
static int
told_load(void *arg, const char *name, const struct towerd_json *row)
{
	struct reading *r = arg;
	bool ok = true;
	struct told told = { .severity = (uint8_t)get_name(row, "severity", alarm_severity_names, &ok),
		.index = (uint32_t)get_int(row, "index", UINT32_MAX, &ok),
		.active_ms = get_time(row, "active"),
		.journal = (uint64_t)get_int(row, "journal", INT64_MAX, &ok) };
	int audience = ok ? audience_named(r->alarms, name) : -EUCLEAN;

	r->rc = audience < 0 ? audience : audience_hold(r->alarms, r->entry, (unsigned)audience, &told);
	return r->rc;
}

static int
entry_load(struct alarms *alarms, const struct towerd_json *json, const struct alarm_type *type)
{
	bool ok = true;
	uint32_t resource = (uint32_t)get_int(json, "resource", UINT32_MAX, &ok);
	struct entry *e = entry_new(alarms, resource, type, get_text(json, "qualifier", &ok));
	struct reading r = { .alarms = alarms, .entry = e };

	if (e == NULL)
		return -ENOMEM;
	int rc = !entry_fill(alarms, e, json) || !ok || !entry_rename(alarms, e, json)
	    ? -EUCLEAN
	    : entry_index(alarms, e);
	if (rc < 0) {
		entry_free(alarms, e);
		return rc;
	}
	const struct towerd_json *told = towerd_json_get(json, "told");
	if (towerd_json_is_object(told))
		(void)towerd_json_each(told, told_load, &r);
	return r.rc;
}

static const struct alarm_type *
type_read(const struct towerd_json *json, bool *ok)
{
	uint32_t cause = (uint32_t)get_int(json, "cause", UINT32_MAX, ok);
	const char *name = get_text(json, "type", ok);
	const struct alarm_type *type = alarm_type_find(name);

	for (unsigned i = 0; type != NULL && i < alarm_type_count(); i++)
		if (strcmp(alarm_type_at(i)->name, name) == 0 && alarm_type_at(i)->probable_cause == cause)
			return alarm_type_at(i);
	return type;
}

struct loading {
	struct alarms *alarms;
	char *error;
	size_t error_size;
};

static int
row_load(void *arg, const char *key, const char *body, size_t len)
{
	struct loading *l = arg;
	char error[128] = "a member is missing or not what it should be";
	struct towerd_json *json = towerd_json_parse(body, len, error, sizeof(error));
	bool ok = json != NULL;
	const struct alarm_type *type = ok ? type_read(json, &ok) : NULL;
	int rc = ok && type != NULL ? entry_load(l->alarms, json, type) : -EUCLEAN;

	towerd_json_free(json);
	if (rc < 0)
		snprintf(l->error, l->error_size, "alarm %s in the store cannot be read: %s", key,
		    rc == -ENOMEM            ? "out of memory"
			: type == NULL && ok ? "its type is not known: was it written by a newer version?"
					     : error);
	return rc;
}

/* Causes are numbers in the rows: only now are all there. One that is gone is none. */
static void
causes_load(struct alarms *alarms)
{
	struct order_key at = { 0, 0 };
	struct entry *e;

	while ((e = order_seek(alarms->by_number, scopes_all(alarms->scopes), at, false, &at)) != NULL) {
		struct entry *cause = e->alarm.cause != 0 ? entry_at(alarms, e->alarm.cause) : NULL;
		e->alarm.cause = 0;
		if (cause != NULL && cause->alarm.severity > TOWERD_CLEARED)
			entry_set_cause(alarms, e, cause);
	}
}

int
alarm_store_load(struct alarms *alarms, char *error, size_t size)
{
	struct loading l = { .alarms = alarms, .error = error, .error_size = size };
	int rc = store_each(alarms->store, STORE_ALARM, row_load, &l);

	if (rc == 0)
		causes_load(alarms);
	return rc;
}
