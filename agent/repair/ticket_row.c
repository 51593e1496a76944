/* SPDX-License-Identifier: ISC */
/* A ticket as a block of memory, as a row of the store, and its steps as records of the journal. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/repair/inside.h"

/* The text members; each has its twin in the row. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "site-id", offsetof(struct ticket, site_id) },
	{ "title", offsetof(struct ticket, title) },
	{ "crew", offsetof(struct ticket, crew) },
	{ "names", offsetof(struct ticket, names) },
	{ "last-note", offsetof(struct ticket, last_note) },
	{ "reason", offsetof(struct ticket, reason) },
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const struct {
	const char *name;
	size_t offset;
} times[] = {
	{ "opened-ms", offsetof(struct ticket, opened_ms) },
	{ "changed-ms", offsetof(struct ticket, changed_ms) },
	{ "due-ms", offsetof(struct ticket, due_ms) },
	{ "eta-ms", offsetof(struct ticket, eta_ms) },
};
#define TIMES (sizeof(times) / sizeof(times[0]))

static const char **
text_of(struct ticket *ticket, size_t i)
{
	return (const char **)((char *)ticket + texts[i].offset);
}

static const char *
text_get(const struct ticket *ticket, size_t i)
{
	const char *text = *(const char *const *)((const char *)ticket + texts[i].offset);
	return text != NULL ? text : "";
}

struct ticket *
ticket_copy(const struct ticket *ticket)
{
	size_t size = sizeof(*ticket);
	for (size_t i = 0; i < TEXTS; i++)
		size += strlen(text_get(ticket, i)) + 1;
	struct ticket *copy = malloc(size);
	if (copy == NULL)
		return NULL;
	*copy = *ticket;
	char *to = (char *)(copy + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		*text_of(copy, i) = to;
		to = stpcpy(to, text_get(ticket, i)) + 1;
	}
	return copy;
}

/* The row. */

void
ticket_row_key(uint32_t number, char key[16])
{
	snprintf(key, 16, "%010" PRIu32, number);
}

static char *
written(struct towerd_json_writer *w)
{
	const char *done = towerd_json_done(w);
	char *text = done != NULL ? strdup(done) : NULL;
	towerd_json_fini(w);
	return text;
}

char *
ticket_row_write(const struct ticket *ticket)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '{');
	towerd_json_put_uint(&w, "site", ticket->site);
	towerd_json_put_text(&w, "state", ticket_state_names[ticket->state]);
	towerd_json_put_text(&w, "before-block", ticket_state_names[ticket->before_block]);
	towerd_json_put_int(&w, "blocked-by", ticket->blocked_by);
	towerd_json_put_bool(&w, "attested", ticket->is_attested);
	towerd_json_put_uint(&w, "updates", ticket->updates);
	for (size_t i = 0; i < TIMES; i++)
		towerd_json_put_int(
		    &w, times[i].name, *(const int64_t *)((const char *)ticket + times[i].offset));
	for (size_t i = 0; i < TEXTS; i++)
		towerd_json_put_text(&w, texts[i].name, text_get(ticket, i));
	towerd_json_close(&w, '}');
	return written(&w);
}

static int
read_state(const struct towerd_json *row, const char *name, uint8_t *state)
{
	const char *text;
	size_t len;

	if (towerd_json_text(towerd_json_get(row, name), &text, &len) < 0)
		return -EBADMSG;
	for (unsigned i = 0; i < TICKET_STATES; i++)
		if (strcmp(text, ticket_state_names[i]) == 0) {
			*state = (uint8_t)i;
			return 0;
		}
	return -EBADMSG;
}

static int
read_number(const struct towerd_json *row, const char *name, int64_t max, int64_t *out)
{
	int rc = towerd_json_int(towerd_json_get(row, name), out);
	return rc < 0 || *out < 0 || *out > max ? -EBADMSG : 0;
}

static int
row_read(const struct towerd_json *row, struct ticket *ticket)
{
	int64_t site, blocked_by, updates;
	size_t len;

	if (read_state(row, "state", &ticket->state) < 0 || ticket->state == TICKET_NONE ||
	    read_state(row, "before-block", &ticket->before_block) < 0 ||
	    read_number(row, "site", UINT32_MAX, &site) < 0 ||
	    read_number(row, "updates", UINT32_MAX, &updates) < 0 ||
	    read_number(row, "blocked-by", BY_AGENT, &blocked_by) < 0 ||
	    towerd_json_bool(towerd_json_get(row, "attested"), &ticket->is_attested) < 0)
		return -EBADMSG;
	ticket->site = (uint32_t)site;
	ticket->updates = (uint32_t)updates;
	ticket->blocked_by = (uint8_t)blocked_by;
	for (size_t i = 0; i < TIMES; i++)
		if (read_number(
			row, times[i].name, INT64_MAX, (int64_t *)((char *)ticket + times[i].offset)) < 0)
			return -EBADMSG;
	for (size_t i = 0; i < TEXTS; i++) {
		const struct towerd_json *text = towerd_json_get(row, texts[i].name);
		bool may_miss = texts[i].offset == offsetof(struct ticket, names); /* of an older version */
		if (towerd_json_text(text, text_of(ticket, i), &len) < 0 && !(may_miss && text == NULL))
			return -EBADMSG;
	}
	return 0;
}

int
ticket_row_read(const char *key, const char *body, size_t len, struct ticket **ticket)
{
	struct ticket read = { 0 };
	char error[128], *end;
	unsigned long number = strtoul(key, &end, 10);
	struct towerd_json *row = towerd_json_parse(body, len, error, sizeof(error));
	int rc = row == NULL || end == key || *end != '\0' || number == 0 || number > UINT32_MAX
	    ? -EBADMSG
	    : row_read(row, &read);
	if (rc == 0) {
		read.number = (uint32_t)number;
		*ticket = ticket_copy(&read);
		rc = *ticket != NULL ? 0 : -ENOMEM;
	}
	towerd_json_free(row);
	return rc;
}

/* Records. */

char *
ticket_record_write(const struct ticket *before, const struct ticket *after, const struct ticket_step *step,
    const struct ticket_verdict *verdict, uint64_t counter_before)
{
	struct towerd_json_writer w = { 0 };
	char at[TOWERD_TIME_TEXT];

	towerd_json_open(&w, NULL, '{');
	towerd_json_put_uint(&w, "ticket", after->number);
	towerd_json_put_text(&w, "site", after->site_id);
	towerd_json_put_text(&w, "event", ticket_event_names[step->event]);
	towerd_json_put_text(&w, "from", ticket_state_names[before != NULL ? before->state : TICKET_NONE]);
	towerd_json_put_text(&w, "to", ticket_state_names[after->state]);
	towerd_json_put_text(&w, "crew", after->crew);
	if (step->names != NULL)
		towerd_json_put_text(&w, "names", after->names);
	if (step->note != NULL && step->note[0] != '\0')
		towerd_json_put_text(&w, "note", step->note);
	if (step->at_ms > 0)
		towerd_json_put_text(&w, "at", towerd_time_format(step->at_ms, at));
	if (step->due_ms > 0)
		towerd_json_put_text(&w, "due", towerd_time_format(step->due_ms, at));
	if (step->eta_ms > 0)
		towerd_json_put_text(&w, "eta", towerd_time_format(step->eta_ms, at));
	if (step->update != NULL) {
		towerd_json_put_text(&w, "id", step->update->id);
		towerd_json_put_text(&w, "device", step->update->device);
		towerd_json_put_uint(&w, "counter", step->update->counter);
		if (step->update->counter <= counter_before)
			towerd_json_put_uint(&w, "counter-before", counter_before);
	}
	if (verdict->result != TICKET_APPLIED)
		towerd_json_put_text(&w, "refused", verdict->reason);
	towerd_json_close(&w, '}');
	return written(&w);
}

bool
ticket_record_is_of(const struct store_record *record, uint32_t number)
{
	char object[32];

	snprintf(object, sizeof(object), "ticket %" PRIu32, number);
	return strncmp(record->type, "ticket.", 7) == 0 && strcmp(record->object, object) == 0;
}

static const char *
member(const struct towerd_json *body, const char *name)
{
	const char *text;
	size_t len;
	return towerd_json_text(towerd_json_get(body, name), &text, &len) == 0 ? text : "";
}

/* A note with line breaks or a terminal's control sequences in it could pass for more of the history than it is. */
static void
make_one_line(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
		bool is_c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0; /* U+0080 to U+009F */
		if (is_c1)
			c[0] = c[1] = ' ';
		else if (*c < 0x20 || *c == 0x7f)
			*c = ' ';
	}
}

int
ticket_record_format(const struct store_record *record, char *line, size_t size)
{
	char error[128], time[TOWERD_TIME_TEXT], counter[64] = "";
	int64_t before;

	if (strncmp(record->type, "ticket.", 7) != 0)
		return -EBADMSG;
	struct towerd_json *body =
	    towerd_json_parse(record->body, strlen(record->body), error, sizeof(error));
	if (body == NULL)
		return -EBADMSG;
	const char *from = member(body, "from"), *to = member(body, "to"), *event = member(body, "event");
	const char *refused = member(body, "refused"), *note = member(body, "note"), *at = member(body, "at");
	const char *crew = strcmp(event, "assign") == 0 ? member(body, "crew") : "";
	if (towerd_json_int(towerd_json_get(body, "counter-before"), &before) == 0)
		snprintf(counter, sizeof(counter), " [counter went back from %" PRId64 "]", before);
	bool moves = refused[0] == '\0' && strcmp(from, to) != 0;
	snprintf(line, size, "%s  %s%s%s (%s%s%s, %s%s%s)%s%s%s%s%s",
	    towerd_time_format(record->time_ms, time), from, moves ? " -> " : "", moves ? to : "", event,
	    crew[0] != '\0' ? " to " : "", crew, record->actor, at[0] != '\0' ? ", at " : "", at,
	    refused[0] != '\0' ? " refused: " : "", refused, note[0] != '\0' ? ": " : "", note, counter);
	make_one_line(line);
	towerd_json_free(body);
	return 0;
}
