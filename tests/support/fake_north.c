/* SPDX-License-Identifier: ISC */
/* The fake host: crew updates and their receipts; the journal, by cursors. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_inside.h"

/* Crew updates. */

static int
serve_crew_update(struct towerd_ctx *ctx, const char *crew, const char *token, size_t len, uint64_t cookie)
{
	struct fake_host *host = fake_host_of(ctx);

	*FAKE_ADD(&host->updates) =
	    (struct fake_update){ fake_text(host, crew), fake_copy(host, token, len), len, cookie };
	return 0;
}

size_t
fake_update_count(const struct fake_host *host)
{
	return host->updates.count;
}

const struct fake_update *
fake_update_at(const struct fake_host *host, size_t i)
{
	if (i >= host->updates.count)
		fake_die("there is no update %zu", i);
	return &host->updates.items[i];
}

struct fake_answer {
	struct fake_host *host;
	uint64_t cookie;
	struct towerd_receipt receipt;
};

static void
receipt_arrives(void *arg)
{
	struct fake_answer *answer = arg;
	struct fake_host *host = answer->host;

	if (host->is_started && host->plugin->receipt != NULL)
		host->plugin->receipt(&host->agent.ctx, answer->cookie, &answer->receipt);
}

void
fake_receipt(struct fake_host *host, uint64_t cookie, const char *id, const char *result, const char *state,
    const char *reason)
{
	struct fake_answer *answer = fake_alloc(host, sizeof(*answer));

	*answer = (struct fake_answer){
		.host = host,
		.cookie = cookie,
		.receipt = { sizeof(struct towerd_receipt), fake_text(host, id), fake_text(host, result),
		    fake_text(host, state), fake_text(host, reason) },
	};
	fake_later(host, receipt_arrives, answer);
}

/* The journal. */

static bool
cursor_takes(const struct fake_cursor *cursor, const struct towerd_record *record)
{
	bool is_wanted = cursor->types == NULL;

	for (const char *const *type = cursor->types; type != NULL && *type != NULL && !is_wanted; type++)
		is_wanted = strncmp(record->type, *type, strlen(*type)) == 0;
	if (is_wanted && record->alarm != NULL && cursor->min_severity > 0)
		is_wanted = record->alarm->severity == TOWERD_CLEARED ||
		    record->alarm->severity >= cursor->min_severity ||
		    record->alarm->previous >= cursor->min_severity;
	return is_wanted;
}

static void
cursor_pump(struct fake_host *host, unsigned number)
{
	const struct towerd_plugin *plugin = host->plugin;

	if (host->cursors.items[number].is_lost) {
		host->cursors.items[number].is_lost = false;
		if (plugin->journal_lost != NULL)
			plugin->journal_lost(&host->agent.ctx, number);
	}
	while (host->is_started && plugin->journal != NULL) {
		struct fake_cursor *cursor = &host->cursors.items[number];
		if (cursor->in_flight >= cursor->credit || cursor->next >= host->records.count)
			break;
		struct towerd_record record = host->records.items[cursor->next++];
		if (record.number <= cursor->acked || !cursor_takes(cursor, &record))
			continue;
		cursor->in_flight++;
		plugin->journal(&host->agent.ctx, number, &record);
	}
}

static void
records_pump(void *arg)
{
	struct fake_host *host = arg;

	host->is_delivering = false;
	for (unsigned i = 0; i < host->cursors.count; i++)
		cursor_pump(host, i);
}

void
fake_records_pump(struct fake_host *host)
{
	if (host->is_delivering)
		return;
	host->is_delivering = true;
	fake_later(host, records_pump, host);
}

static int
serve_journal_open(
    struct towerd_ctx *ctx, const char *name, const struct towerd_journal_filter *filter, unsigned credit)
{
	struct fake_host *host = fake_host_of(ctx);
	size_t count = 0;

	if (credit == 0 || fake_cursor(host, name) >= 0)
		return -EINVAL;
	while (filter != NULL && filter->types != NULL && filter->types[count] != NULL)
		count++;
	const char **types = NULL;
	if (count > 0) {
		types = fake_alloc(host, (count + 1) * sizeof(*types));
		for (size_t i = 0; i < count; i++)
			types[i] = fake_text(host, filter->types[i]);
	}
	*FAKE_ADD(&host->cursors) = (struct fake_cursor){
		.name = fake_text(host, name),
		.types = types,
		.min_severity = filter == NULL ? 0 : filter->min_severity,
		.credit = credit,
		.next = filter != NULL && filter->from_now ? host->records.count : 0,
	};
	fake_records_pump(host);
	return (int)host->cursors.count - 1;
}

static int
serve_journal_ack(struct towerd_ctx *ctx, unsigned cursor, uint64_t number)
{
	struct fake_host *host = fake_host_of(ctx);

	if (cursor >= host->cursors.count)
		return -ENOENT;
	struct fake_cursor *c = &host->cursors.items[cursor];
	if (number <= c->acked)
		return 0;
	for (size_t i = 0; i < c->next; i++) {
		const struct towerd_record *record = &host->records.items[i];
		if (record->number > c->acked && record->number <= number && cursor_takes(c, record))
			c->in_flight -= c->in_flight > 0;
	}
	c->acked = number;
	fake_records_pump(host);
	return 0;
}

void
fake_record(struct fake_host *host, const struct towerd_record *record)
{
	struct towerd_record *kept = FAKE_ADD(&host->records);

	*kept = *record;
	kept->type = fake_text(host, record->type);
	kept->actor = fake_text(host, record->actor == NULL ? "agent" : record->actor);
	kept->object = fake_text(host, record->object == NULL ? "" : record->object);
	kept->body = fake_text(host, record->body == NULL ? "{}" : record->body);
	if (record->alarm != NULL) {
		struct towerd_alarm_record *alarm = fake_copy(host, record->alarm, sizeof(*alarm));
		alarm->site = fake_text(host, alarm->site);
		alarm->area = fake_text(host, alarm->area);
		alarm->device = fake_text(host, alarm->device);
		alarm->type = fake_text(host, alarm->type);
		alarm->text = fake_text(host, alarm->text);
		kept->alarm = alarm;
	}
	fake_records_pump(host);
}

int
fake_cursor(const struct fake_host *host, const char *name)
{
	for (size_t i = 0; i < host->cursors.count; i++)
		if (strcmp(host->cursors.items[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

uint64_t
fake_acked(const struct fake_host *host, int cursor)
{
	if (cursor < 0 || (size_t)cursor >= host->cursors.count)
		fake_die("there is no cursor %d", cursor);
	return host->cursors.items[cursor].acked;
}

void
fake_journal_lose(struct fake_host *host, int cursor)
{
	if (cursor < 0 || (size_t)cursor >= host->cursors.count)
		fake_die("there is no cursor %d", cursor);
	host->cursors.items[cursor].is_lost = true;
	fake_records_pump(host);
}

void
fake_north_services(struct towerd_host *services)
{
	services->crew_update = serve_crew_update;
	services->journal_open = serve_journal_open;
	services->journal_ack = serve_journal_ack;
}
