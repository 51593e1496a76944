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

const char *
alarm_write_json(struct alarms *alarms, const struct entry *e, enum towerd_alarm_event event, bool is_told,
    const char *note)
{
	const struct alarm *a = &e->alarm;
	struct towerd_json_writer *w = &alarms->writer;
	struct site *site = a->site != 0 ? model_site_of(alarms->model, a->site) : NULL;
	uint32_t ticket =
	    alarms->ticket_at != NULL && a->site != 0 ? alarms->ticket_at(alarms->ticket_arg, a->site) : 0;

	towerd_json_reset(w);
	towerd_json_open(w, NULL, '{');
	towerd_json_put_uint(w, "alarm", a->number);
	towerd_json_put_text(w, "event", event_names[event]);
	towerd_json_put_bool(w, "is-told", is_told);
	towerd_json_put_text(w, "severity", alarm_severity_names[a->severity]);
	towerd_json_put_text(w, "previous", alarm_severity_names[a->previous]);
	towerd_json_put_text(w, "type", a->type->name);
	towerd_json_put_text(w, "qualifier", a->qualifier);
	towerd_json_put_text(w, "text", a->text);
	towerd_json_put_text(w, "site", site != NULL ? site->id : e->site_id);
	towerd_json_put_text(w, "area", site != NULL && site->area != NULL ? site->area : e->area);
	towerd_json_put_text(w, "device", e->slot);
	put_time(w, "time", e->event_ms);
	put_time(w, "active", a->active_ms);
	put_time(w, "raised", a->raised_ms);
	put_time(w, "received", a->received_ms);
	put_time(w, "claimed", a->claimed_ms);
	put_time(w, "changed", a->changed_ms);
	towerd_json_put_uint(w, "index", a->active_index);
	towerd_json_put_uint(w, "model", a->model);
	towerd_json_put_uint(w, "resource", a->resource);
	towerd_json_put_uint(w, "cause", a->type->probable_cause);
	towerd_json_put_uint(w, "event-type", a->type->event_type);
	towerd_json_put_uint(w, "ticket", ticket);
	towerd_json_put_text(w, "told", alarm_severity_names[a->told_severity]);
	if (a->acked_by != NULL) {
		towerd_json_put_text(w, "acknowledged-by", a->acked_by);
		put_time(w, "acknowledged", a->acked_ms);
	}
	if (e->expires_ms > 0)
		towerd_json_put_int(w, "expires-ms", e->expires_ms);
	if (note != NULL && note[0] != '\0')
		towerd_json_put_text(w, "note", note);
	towerd_json_close(w, '}');
	return towerd_json_done(w);
}

/* Reading: each notes in *ok when the member is not there or not what it should be. */

static const char *
get_text(const struct towerd_json *json, const char *key, bool *ok)
{
	const char *text = "";
	*ok = *ok && towerd_json_text(towerd_json_get(json, key), &text, NULL) == 0;
	return text;
}

static int64_t
get_int(const struct towerd_json *json, const char *key, int64_t max, bool *ok)
{
	int64_t value = 0;
	*ok = *ok && towerd_json_int(towerd_json_get(json, key), &value) == 0 && value >= 0 && value <= max;
	return value;
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
	*ok = false;
	return 0;
}

int
alarm_record_parse(
    const struct store_record *record, struct towerd_alarm_record *out, struct towerd_json **scratch)
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
	ok = ok && towerd_json_bool(towerd_json_get(json, "is-told"), &out->is_told) == 0;
	if (!ok || out->event_ms == 0 || out->active_ms == 0) {
		towerd_json_free(json);
		return -EBADMSG;
	}
	*scratch = json;
	return 0;
}

/* What a row says, without the names that the model knows better. */
static bool
entry_fill(struct entry *e, const struct towerd_json *json)
{
	struct alarm *a = &e->alarm;
	bool ok = true;

	a->number = (uint64_t)get_int(json, "alarm", INT64_MAX, &ok);
	a->severity = (uint8_t)get_name(json, "severity", alarm_severity_names, &ok);
	a->previous = (uint8_t)get_name(json, "previous", alarm_severity_names, &ok);
	a->told_severity = (uint8_t)get_name(json, "told", alarm_severity_names, &ok);
	a->active_index = (uint32_t)get_int(json, "index", UINT32_MAX, &ok);
	a->journal_number = (uint64_t)get_int(json, "journal", INT64_MAX, &ok);
	a->active_ms = get_time(json, "active");
	a->raised_ms = get_time(json, "raised");
	a->received_ms = get_time(json, "received");
	a->claimed_ms = get_time(json, "claimed");
	a->changed_ms = get_time(json, "changed");
	a->acked_ms = get_time(json, "acknowledged");
	a->is_durable = true;
	e->event_ms = get_time(json, "time");
	if (towerd_json_int(towerd_json_get(json, "expires-ms"), &e->expires_ms) < 0)
		e->expires_ms = 0;
	ok = ok && entry_set_text(e, get_text(json, "text", &ok)) == 0;
	if (a->acked_ms != 0) {
		bool is_named = true;
		a->acked_by = strdup(get_text(json, "acknowledged-by", &is_named));
		ok = ok && a->acked_by != NULL;
	}
	return ok && a->number != 0 && a->active_index != 0 && a->active_ms != 0 &&
	    a->severity >= TOWERD_CLEARED;
}

/* The names as of the last record, for what the model no longer knows. */
static bool
entry_rename(struct entry *e, const struct towerd_json *json)
{
	char **const names[] = { &e->site_id, &e->area, &e->slot };
	static const char *const keys[] = { "site", "area", "device" };
	bool ok = true;

	for (size_t i = 0; i < 3; i++) {
		char *copy = strdup(get_text(json, keys[i], &ok));
		if (copy == NULL)
			return false;
		free(*names[i]);
		*names[i] = copy;
	}
	return ok;
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
	struct alarms *alarms = l->alarms;
	char error[128] = "a member is missing or not what it should be";
	struct towerd_json *json = towerd_json_parse(body, len, error, sizeof(error));
	bool ok = json != NULL;
	uint32_t resource = ok ? (uint32_t)get_int(json, "resource", UINT32_MAX, &ok) : 0;
	uint32_t cause = ok ? (uint32_t)get_int(json, "cause", UINT32_MAX, &ok) : 0;
	const char *name = ok ? get_text(json, "type", &ok) : "";
	const struct alarm_type *type = alarm_type_find(name);
	int rc = 0;

	for (unsigned i = 0; type != NULL && i < alarm_type_count(); i++)
		if (strcmp(alarm_type_at(i)->name, name) == 0 && alarm_type_at(i)->probable_cause == cause)
			type = alarm_type_at(i);
	if (ok && type != NULL) {
		struct entry *e = entry_new(alarms, resource, type, get_text(json, "qualifier", &ok));
		if (e == NULL)
			rc = -ENOMEM;
		else if (!entry_fill(e, json) || !ok || !entry_rename(e, json))
			rc = -EUCLEAN;
		else if (e->alarm.severity == TOWERD_CLEARED)
			e->is_gone = true;
		else
			rc = entry_index(alarms, e);
		if (rc < 0)
			entry_free(e);
		else if (e->is_gone || e->alarm.told_severity != e->alarm.severity)
			throttle_wait(alarms, e);
	} else
		rc = -EUCLEAN;
	towerd_json_free(json);
	if (rc < 0)
		snprintf(l->error, l->error_size, "alarm %s in the store cannot be read: %s", key,
		    rc == -ENOMEM            ? "out of memory"
			: type == NULL && ok ? "its type is not known: was it written by a newer version?"
					     : error);
	return rc;
}

int
alarm_store_load(struct alarms *alarms, char *error, size_t size)
{
	struct loading l = { .alarms = alarms, .error = error, .error_size = size };
	return store_each(alarms->store, STORE_ALARM, row_load, &l);
}
