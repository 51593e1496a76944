/* SPDX-License-Identifier: ISC */
/*
 * One receiver of notifications, fed from a durable cursor of the journal. Informs go out in the order of their journal numbers, a small
 * window at a time and never two of one alarm at once. When one is not acknowledged in time, everything not acknowledged is sent again
 * from there on (so the order holds), one at a time with growing pauses until the receiver answers.
 * A cursor moves over what was acknowledged without a gap; after a kill at most the window is repeated, with the same numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"
/* After snmp_agent.h: net-snmp's headers need its configuration first. */
#include <net-snmp/library/large_fd_set.h>

#define CREDIT       64   /* records held in memory */
#define PAUSE_MIN_MS 1000 /* between probes of a dead receiver */
#define PAUSE_MAX_MS 60000
#define CHECK_MS     200 /* how often the library is asked for time-outs */

enum notice_state { NOTICE_WAITING, NOTICE_IN_FLIGHT, NOTICE_DONE };

struct notice {
	uint64_t number,
	    alarm;        /* journal number, 0: not of the journal; the alarm's own, 0 for other records */
	netsnmp_pdu *pdu; /* NULL: nothing to be sent */
	enum notice_state state;
	bool was_sent;
	bool goes_first; /* nothing behind it leaves before it is acknowledged */
};

enum sink_state { SINK_IDLE = 1, SINK_SENDING, SINK_DOWN };

struct sink {
	struct agent_state *agent;
	const struct sink_config *config;
	unsigned cursor;
	void *session; /* single-session API: never on the library's list */
	struct towerd_watch *watch;
	struct towerd_timer *check, *pause;
	struct notice notices[CREDIT]; /* a ring, oldest first */
	unsigned first, count, in_flight;
	uint32_t epoch; /* counts up when what is in flight is given up: late answers to it mean nothing */
	enum sink_state state;
	bool is_pausing; /* down, and the next probe is not due yet */
	int64_t pause_ms;
	uint64_t acknowledged, offered; /* the highest numbers so far */
	uint64_t sent, repeated, timeouts;
};

static void sink_pump(struct sink *sink);

static struct notice *
notice_at(struct sink *sink, unsigned i)
{
	return &sink->notices[(sink->first + i) % CREDIT];
}

static void
sink_show(struct sink *sink)
{
	const char *name = sink->config->name, *address = sink->config->address;
	struct towerd_value number[5];
	const uint64_t values[] = { sink->acknowledged, sink->sent, sink->repeated, sink->timeouts,
		sink->in_flight };
	static const enum towerd_type types[] = { TOWERD_COUNTER64, TOWERD_COUNTER, TOWERD_COUNTER,
		TOWERD_COUNTER, TOWERD_UNSIGNED };

	for (size_t i = 0; i < TOWERD_COUNT(values); i++) {
		number[i].type = types[i];
		number[i].u = values[i];
	}
	const struct towerd_value cells[] = {
		towerd_bytes(TOWERD_TEXT, name, strlen(name)),
		towerd_bytes(TOWERD_TEXT, address, strlen(address)),
		towerd_int(TOWERD_ENUM, sink->state),
		number[0],
		number[1],
		number[2],
		number[3],
		number[4],
	};
	(void)towerd_row_put(sink->agent->ctx, SINK_VIEW, cells, TOWERD_COUNT(cells));
}

static void
sink_enter(struct sink *sink, enum sink_state state)
{
	struct towerd_ctx *ctx = sink->agent->ctx;

	if (state == SINK_DOWN && sink->state != SINK_DOWN)
		towerd_log(ctx, TOWERD_LOG_WARNING,
		    "sink %s at %s does not answer: keeping its place at %llu, probing", sink->config->name,
		    sink->config->address, (unsigned long long)sink->acknowledged);
	if (state != SINK_DOWN && sink->state == SINK_DOWN)
		towerd_log(ctx, TOWERD_LOG_INFO, "sink %s answers again: catching up from %llu",
		    sink->config->name, (unsigned long long)sink->acknowledged);
	sink->state = state;
}

static void
sink_empty(struct sink *sink)
{
	for (; sink->count > 0; sink->count--)
		snmp_free_pdu(notice_at(sink, sink->count - 1)->pdu);
}

/* Drops what is done from the front of the ring and moves the cursor over it. */
static void
sink_settle(struct sink *sink)
{
	uint64_t settled = 0;

	while (sink->count > 0 && notice_at(sink, 0)->state == NOTICE_DONE) {
		struct notice *n = notice_at(sink, 0);
		if (n->number != 0)
			settled = n->number;
		snmp_free_pdu(n->pdu);
		n->pdu = NULL;
		sink->first = (sink->first + 1) % CREDIT;
		sink->count--;
	}
	if (sink->count == 0 && sink->state == SINK_SENDING) {
		sink_enter(sink, SINK_IDLE);
		sink_show(sink);
	}
	if (settled == 0)
		return;
	sink->acknowledged = settled;
	sink_show(sink);
	(void)towerd_journal_ack(sink->agent->ctx, sink->cursor, settled);
}

/* Nobody answers: whatever is in flight is taken back and sent again, after a pause, beginning with the oldest. */
static void
sink_give_up(struct sink *sink)
{
	sink->epoch++;
	sink->in_flight = 0;
	for (unsigned i = 0; i < sink->count; i++)
		if (notice_at(sink, i)->state == NOTICE_IN_FLIGHT)
			notice_at(sink, i)->state = NOTICE_WAITING;
	sink_enter(sink, SINK_DOWN);
	sink->is_pausing = true;
	towerd_timer_start(sink->agent->ctx, sink->pause, sink->pause_ms);
	sink->pause_ms = sink->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : sink->pause_ms * 2;
	sink_show(sink);
}

/* It is reached (again). */
static void
sink_is_well(struct sink *sink)
{
	sink->pause_ms = PAUSE_MIN_MS;
	if (sink->state == SINK_DOWN)
		sink_enter(sink, SINK_SENDING);
}

static void
sink_acknowledged(struct sink *sink, struct notice *n)
{
	if (n->state != NOTICE_IN_FLIGHT)
		return;
	n->state = NOTICE_DONE;
	sink->in_flight--;
	sink_is_well(sink);
	sink_settle(sink);
	sink_pump(sink);
}

/* What the library gives back with an answer: which slot of the ring, and of which epoch. Nothing to free, whatever becomes of the request. */
static void *
flight_pack(uint32_t epoch, unsigned slot)
{
	return (void *)((uintptr_t)epoch << 8 | slot);
}

static int
answered(int op, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *magic)
{
	struct sink *sink = session->myvoid;
	uintptr_t flight = (uintptr_t)magic;

	(void)request;
	if (op == NETSNMP_CALLBACK_OP_RESEND || (uint32_t)(flight >> 8) != sink->epoch)
		return 1;
	if (op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu != NULL && pdu->command == SNMP_MSG_RESPONSE) {
		sink_acknowledged(sink, &sink->notices[flight & 0xff]);
	} else {
		sink->timeouts++;
		sink_give_up(sink);
	}
	return 1;
}

/* Hands one notice to the library; false when it cannot be sent now. */
static bool
notice_send(struct sink *sink, struct notice *n)
{
	netsnmp_pdu *pdu = snmp_clone_pdu(n->pdu);
	unsigned slot = (unsigned)(n - sink->notices);
	bool is_inform = sink->config->type == SINK_INFORM;
	uint32_t epoch = sink->epoch;

	if (pdu == NULL)
		return false;
	/* A repeat of its own number: the one before may still be with the library, and would take the answer to this one. */
	pdu->reqid = snmp_get_next_reqid();
	sink->sent++;
	sink->repeated += n->was_sent;
	n->was_sent = true;
	n->state = is_inform ? NOTICE_IN_FLIGHT : NOTICE_DONE;
	sink->in_flight += is_inform;
	int sent = is_inform ? snmp_sess_async_send(sink->session, pdu, answered, flight_pack(epoch, slot))
			     : snmp_sess_send(sink->session, pdu);
	if (sent != 0) {
		if (!is_inform) /* nobody answers a trap: that it left is all there is to know */
			sink_is_well(sink);
		return true;
	}
	snmp_free_pdu(pdu);
	if (sink->epoch == epoch) { /* the library has not told answered() */
		sink->in_flight -= is_inform;
		n->state = NOTICE_WAITING;
	}
	return false;
}

static bool
alarm_is_in_flight(struct sink *sink, unsigned before, uint64_t alarm)
{
	for (unsigned i = 0; alarm != 0 && i < before; i++)
		if (notice_at(sink, i)->alarm == alarm && notice_at(sink, i)->state == NOTICE_IN_FLIGHT)
			return true;
	return false;
}

/* Sends what may be sent, in order: as far as the window goes, one alone while the receiver is being probed. */
static void
sink_pump(struct sink *sink)
{
	if (sink->is_pausing)
		return;
	unsigned window = sink->state == SINK_DOWN ? 1 : (unsigned)sink->config->window;

	for (unsigned i = 0; i < sink->count && sink->in_flight < window; i++) {
		struct notice *n = notice_at(sink, i);
		if (n->goes_first && n->state == NOTICE_IN_FLIGHT)
			break;
		if (n->state != NOTICE_WAITING)
			continue;
		if (n->pdu == NULL) {
			n->state = NOTICE_DONE;
			continue;
		}
		if (alarm_is_in_flight(sink, i, n->alarm))
			break;
		if (sink->state == SINK_IDLE)
			sink_enter(sink, SINK_SENDING);
		uint32_t epoch = sink->epoch;
		if (!notice_send(sink, n)) {
			if (epoch == sink->epoch)
				sink_give_up(sink);
			return;
		}
		if (n->goes_first && n->state == NOTICE_IN_FLIGHT)
			break;
	}
	if (sink->in_flight > 0)
		towerd_timer_start(sink->agent->ctx, sink->check, CHECK_MS);
	sink_settle(sink);
}

static void
sink_probe(struct towerd_ctx *ctx, void *arg)
{
	struct sink *sink = arg;

	(void)ctx;
	sink->is_pausing = false;
	sink_pump(sink);
}

static void
sink_check(struct towerd_ctx *ctx, void *arg)
{
	struct sink *sink = arg;

	snmp_sess_timeout(sink->session);
	if (sink->in_flight > 0)
		towerd_timer_start(ctx, sink->check, CHECK_MS);
}

static void
sink_readable(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct sink *sink = arg;
	int fd = snmp_sess_transport(sink->session)->sock;
	netsnmp_large_fd_set ready;

	(void)ctx;
	(void)events;
	netsnmp_large_fd_set_init(&ready, fd + 1);
	NETSNMP_LARGE_FD_SET(fd, &ready);
	(void)snmp_sess_read2(sink->session, &ready);
	netsnmp_large_fd_set_cleanup(&ready);
}

void
sink_offer(struct sink *sink, const struct towerd_record *record)
{
	if (sink->count == CREDIT)
		return; /* more than was asked for: it stays in the journal and comes again */
	struct notice *n = notice_at(sink, sink->count++);
	*n = (struct notice){ .number = record->number,
		.alarm = record->alarm != NULL ? record->alarm->alarm : 0 };
	n->pdu = notification_build(record, sink->config->name, (enum sink_type)sink->config->type);
	sink->offered = record->number;
	sink_pump(sink);
}

void
sink_lost(struct sink *sink)
{
	/* The next number is of a record that is gone: it stands for no other notification. */
	const struct towerd_record record = { .size = sizeof(record),
		.number = sink->offered + 1,
		.time_ms = towerd_utc_ms(sink->agent->ctx),
		.is_durable = true, /* it does not come once more */
		.type = "list.rebuilt",
		.body = "{\"reason\":\"more was missed than the journal keeps: read the list again\"}" };

	sink->epoch++; /* what is in flight is of no interest any more */
	sink->in_flight = 0;
	sink_empty(sink);
	struct notice *n = notice_at(sink, sink->count++);
	*n = (struct notice){ .pdu = notification_build(
				  &record, sink->config->name, (enum sink_type)sink->config->type),
		.goes_first = true };
	sink_pump(sink);
}

unsigned
sink_cursor(const struct sink *sink)
{
	return sink->cursor;
}

int
sinks_check(struct towerd_ctx *ctx, const struct sink_config *sinks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct sink_config *config = &sinks[i];
		size_t len = strlen(config->name);
		if (len == 0 || len > TOWERD_LIST_NAME_MAX)
			return towerd_fail(ctx, -EINVAL,
			    "sink \"%s\": its name has %zu octets; it names a list of alarms "
			    "(alarmListName), which has 1 to %d",
			    config->name, len, TOWERD_LIST_NAME_MAX);
		for (size_t k = 0; k < i; k++)
			if (strcmp(sinks[k].name, config->name) == 0)
				return towerd_fail(ctx, -EINVAL,
				    "two sinks are named \"%s\": each has a list of alarms and a place in "
				    "the journal of its own",
				    config->name);
		if (!address_is_literal(config->address, ADDRESS_SEND))
			return towerd_fail(ctx, -EINVAL,
			    "sink %s: address \"%s\" is not udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT",
			    config->name, config->address);
	}
	return 0;
}

static int
sink_open_session(struct sink *sink)
{
	struct towerd_ctx *ctx = sink->agent->ctx;
	const struct sink_config *config = sink->config;
	netsnmp_session settings;

	snmp_sess_init(&settings);
	settings.version = SNMP_VERSION_2c;
	settings.peername = (char *)(uintptr_t)config->address; /* copied by the library */
	settings.community = (u_char *)(uintptr_t)config->community;
	settings.community_len = strlen(config->community);
	settings.retries = 0; /* repeats are ours, in order */
	settings.timeout = (long)config->timeout_ms * 1000;
	settings.myvoid = sink;
	sink->session = snmp_sess_open(&settings);
	if (sink->session == NULL)
		return towerd_fail(
		    ctx, -EADDRNOTAVAIL, "sink %s: cannot open \"%s\"", config->name, config->address);
	sink->watch =
	    towerd_watch_new(ctx, snmp_sess_transport(sink->session)->sock, TOWERD_READ, sink_readable, sink);
	return sink->watch == NULL ? -ENOMEM : 0;
}

static int
sink_open_cursor(struct sink *sink)
{
	static const char *const types[] = { "alarm.", "list.", NULL };
	struct towerd_ctx *ctx = sink->agent->ctx;
	char name[128];
	struct towerd_journal_filter filter = { .size = sizeof(filter),
		.types = types,
		.min_severity = sink->config->min_severity,
		.from_now = true,
		.list = sink->config->name,
		.notify = (enum towerd_notify)sink->config->notify,
		.budget = (unsigned)sink->config->budget };

	struct towerd_scope_request request = { .size = sizeof(request), .reader = sink->config->reader };
	int scope = towerd_scope_open(ctx, &request);
	if (scope < 0)
		return towerd_fail(ctx, scope, "sink %s: reader \"%s\" is not under `readers:`",
		    sink->config->name, sink->config->reader);
	filter.scope = (unsigned)scope;
	snprintf(name, sizeof(name), "sink.%s", sink->config->name);
	/* No more than the window is with the receiver and not saved: so no more is repeated after a kill. */
	int cursor = towerd_journal_open(ctx, name, &filter, (unsigned)sink->config->window);
	if (cursor < 0)
		return towerd_fail(ctx, cursor, "sink %s: cannot open its cursor", sink->config->name);
	sink->cursor = (unsigned)cursor;
	return 0;
}

int
sink_start(struct agent_state *agent, const struct sink_config *config, struct sink **out)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (sink == NULL)
		return -ENOMEM;
	*sink =
	    (struct sink){ .agent = agent, .config = config, .state = SINK_IDLE, .pause_ms = PAUSE_MIN_MS };
	sink->check = towerd_timer_new(agent->ctx, sink_check, sink);
	sink->pause = towerd_timer_new(agent->ctx, sink_probe, sink);
	int rc = sink->check == NULL || sink->pause == NULL ? -ENOMEM : sink_open_session(sink);
	if (rc == 0)
		rc = sink_open_cursor(sink);
	if (rc < 0) {
		sink_stop(sink);
		return rc;
	}
	sink_show(sink);
	*out = sink;
	return 0;
}

void
sink_stop(struct sink *sink)
{
	if (sink == NULL)
		return;
	struct towerd_ctx *ctx = sink->agent->ctx;
	sink->epoch++; /* nothing that the library still says means anything now */
	if (sink->watch != NULL)
		towerd_watch_free(ctx, sink->watch);
	if (sink->session != NULL)
		snmp_sess_close(sink->session);
	if (sink->check != NULL)
		towerd_timer_free(ctx, sink->check);
	if (sink->pause != NULL)
		towerd_timer_free(ctx, sink->pause);
	sink_empty(sink);
	free(sink);
}
