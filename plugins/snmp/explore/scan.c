/* SPDX-License-Identifier: ISC */
/* Searching: which address is asked next, how often, and what is told of it. */
#include "plugins/snmp/explore/scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/explore/explorer.h"
#include "plugins/snmp/explore/range.h"
#include "plugins/snmp/poll/discovery.h"
#include "plugins/snmp/poll/session.h"

#define AT_ONCE  256 /* addresses */
#define TICK_MS  20
#define TRIES    2 /* a request that is lost on the way must not hide a box */
#define TEXT_MAX 256

enum stage { FREE, HELLO, LOOK };

/* An address that is being asked. */
struct candidate {
	struct scan *scan;
	struct session session;
	struct towerd_timer *timer;
	enum stage stage;
	struct wire_address address;
	uint32_t access; /* in turn */
	struct discovery *discovery;
	struct learned learned; /* for the time of the look */
	char name[TEXT_MAX];    /* sysName */
};

struct scan {
	struct poller *poller;
	uint8_t *message; /* what the accesses point into */
	size_t message_len;
	struct access_settings *accesses;
	struct range *ranges;
	uint32_t access_count, range_count;
	uint32_t range, at; /* the next address */
	uint32_t asked, answered;
	uint16_t port;
	uint32_t rate;
	int64_t tokens_us; /* a request costs 1,000,000 / rate of them; below 0: wait */
	int64_t tick_ms;
	struct towerd_timer *tick;
	size_t busy;
	struct candidate candidates[AT_ONCE];
};

static const uint32_t hello_ids[][9] = {
	{ 1, 3, 6, 1, 2, 1, 1, 2, 0 }, /* sysObjectID */
	{ 1, 3, 6, 1, 2, 1, 1, 5, 0 }, /* sysName */
};

static void start_next(struct candidate *candidate);

/* ---- what is told */

static void
tell_found(const struct candidate *c)
{
	struct message_writer *w = &c->scan->poller->scratch;

	message_begin(w, MESSAGE_FOUND);
	message_put_bytes(w, &c->address.host, sizeof(c->address.host));
	message_put_u32(w, c->address.port);
	message_put_u32(w, c->access);
	message_put_text(w, discovery_profile(c->discovery));
	message_put_text(w, c->name);
	for (size_t i = DISCOVERY_OBJECT_ID; i <= DISCOVERY_DESCR; i++) {
		char text[TEXT_MAX] = "";
		(void)discovery_attribute(c->discovery, i, text, sizeof(text));
		message_put_text(w, text);
	}
	(void)poller_tell(c->scan->poller, w);
}

/* ---- one address */

static void
finish(struct candidate *c)
{
	session_drop(&c->session);
	towerd_timer_stop(c->scan->poller->ctx, c->timer);
	discovery_free(c->discovery);
	c->discovery = NULL;
	c->stage = FREE;
	c->scan->busy--;
}

static void
ask(struct candidate *c)
{
	session_ask(&c->session, c->stage, TRIES, INT64_MAX);
}

static void
say_hello(struct candidate *c)
{
	const struct access_settings *access = &c->scan->accesses[c->access];

	c->stage = HELLO;
	if (session_set_access(&c->session, &c->address, &c->address, access) < 0)
		finish(c);
	else
		ask(c);
}

static void
look(struct candidate *c)
{
	const struct scan *scan = c->scan;

	c->stage = LOOK;
	c->learned = (struct learned){ 0 };
	c->discovery =
	    discovery_new(scan->poller->profiles, "auto", access_version(c->session.access), &c->learned);
	if (c->discovery == NULL)
		finish(c);
	else
		start_next(c);
}

/* The question that discovery is at; false: what the box is is known, and it is not walked. */
static bool
next_question(struct candidate *c, struct session_question *question)
{
	return discovery_next(c->discovery, question) && discovery_profile(c->discovery)[0] == '\0';
}

static void
start_next(struct candidate *c)
{
	struct session_question question;

	if (next_question(c, &question)) {
		ask(c);
		return;
	}
	tell_found(c);
	finish(c);
}

static void
give_question(void *arg, struct session_question *question)
{
	struct candidate *c = arg;

	c->scan->tokens_us -= 1000000 / c->scan->rate;
	if (c->stage == LOOK && next_question(c, question))
		return;
	question->command = CODEC_GET;
	question->count = TOWERD_COUNT(hello_ids);
	for (size_t i = 0; i < TOWERD_COUNT(hello_ids); i++)
		question->oids[i] = (struct snmp_oid){ hello_ids[i], TOWERD_COUNT(hello_ids[i]) };
}

static void
take_name(struct candidate *c, const struct codec_answer *answer)
{
	c->name[0] = '\0';
	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		if (o->value.tag != SNMP_OCTETS ||
		    oid_compare(o->ids, o->len, hello_ids[1], TOWERD_COUNT(hello_ids[1])) != 0)
			continue;
		size_t len = 0;
		for (; len < o->value.octets.len && len + 1 < sizeof(c->name); len++)
			c->name[len] =
			    isprint(o->value.octets.data[len]) ? (char)o->value.octets.data[len] : ' ';
		c->name[len] = '\0';
	}
}

/* Any answer to a hello is a sign of an agent, an error too: a box need not have a name. */
static void
take_answer(void *arg, const struct codec_answer *answer, unsigned about, bool is_late)
{
	struct candidate *c = arg;

	if (is_late || about != c->stage)
		return;
	if (c->stage == LOOK) {
		discovery_answer(c->discovery, answer);
		start_next(c);
		return;
	}
	c->scan->answered++;
	take_name(c, answer);
	look(c);
}

/* Nobody there, or nobody who takes this access: the next one. A box that falls silent while it is looked at is told as far as it is known. */
static void
take_silence(void *arg, unsigned attempts)
{
	struct candidate *c = arg;

	(void)attempts;
	if (c->stage == LOOK) {
		tell_found(c);
		finish(c);
	} else if (++c->access < c->scan->access_count) {
		say_hello(c);
	} else {
		finish(c);
	}
}

static void
take_failure(void *arg, int rc)
{
	(void)rc;
	take_silence(arg, 0);
}

static void
take_denial(void *arg, const char *reason)
{
	(void)reason; /* other credentials may be its own */
	take_silence(arg, 0);
}

static const struct session_calls calls = {
	.ask = give_question,
	.answered = take_answer,
	.given_up = take_silence,
	.failed = take_failure,
	.denied = take_denial,
};

/* ---- all of them */

static bool
next_address(struct scan *scan, struct wire_address *out)
{
	if (scan->range == scan->range_count)
		return false;
	const struct range *range = &scan->ranges[scan->range];
	*out = (struct wire_address){ .host = range_at(range, scan->at), .port = scan->port };
	if (++scan->at == range->count) {
		scan->range++;
		scan->at = 0;
	}
	return true;
}

static struct candidate *
free_candidate(struct scan *scan)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (scan->candidates[i].stage == FREE)
			return &scan->candidates[i];
	return NULL;
}

static void
tick(struct towerd_ctx *ctx, void *arg)
{
	struct scan *scan = arg;
	int64_t now_ms = towerd_now_ms(ctx);
	struct candidate *c;

	scan->tokens_us += (now_ms - scan->tick_ms) * 1000;
	scan->tick_ms = now_ms;
	if (scan->tokens_us > TICK_MS * 1000) /* what was not used is not saved up */
		scan->tokens_us = TICK_MS * 1000;
	while (scan->tokens_us > 0 && (c = free_candidate(scan)) != NULL && next_address(scan, &c->address)) {
		scan->asked++;
		scan->busy++;
		c->access = 0;
		say_hello(c);
	}
	if (scan->busy == 0 && scan->range == scan->range_count)
		explorer_tell_end(scan->poller, scan->asked, scan->answered, "");
	else
		towerd_timer_start(ctx, scan->tick, TICK_MS);
}

/* The message is kept: texts in it are used as they are. */
static bool
take_message(struct scan *scan, struct message_reader *r)
{
	scan->rate = message_u32(r);
	scan->port = (uint16_t)message_u32(r);
	scan->access_count = message_u32(r);
	if (r->failed || scan->rate == 0 || scan->rate > SCAN_RATE_MAX || scan->access_count > r->len)
		return false;
	scan->accesses = calloc(scan->access_count + 1, sizeof(*scan->accesses));
	for (uint32_t i = 0; scan->accesses != NULL && i < scan->access_count; i++) {
		if (!access_get(r, &scan->accesses[i]))
			return false;
	}
	scan->range_count = message_u32(r);
	const void *ranges = message_items(r, scan->range_count, sizeof(*scan->ranges));
	if (scan->accesses == NULL || !message_is_whole(r) || scan->access_count == 0)
		return false;
	scan->ranges = calloc(scan->range_count + 1, sizeof(*scan->ranges));
	if (scan->ranges == NULL)
		return false;
	if (ranges != NULL)
		memcpy(scan->ranges, ranges, scan->range_count * sizeof(*scan->ranges));
	return true;
}

static bool
scan_init(struct scan *scan, struct poller *poller, const struct message_reader *r)
{
	scan->poller = poller;
	scan->tick = towerd_timer_new(poller->ctx, tick, scan);
	scan->message = malloc(r->len);
	if (scan->message == NULL || scan->tick == NULL)
		return false;
	scan->message_len = r->len;
	memcpy(scan->message, r->data, r->len);
	struct message_reader kept = { .data = scan->message, .len = r->len, .at = r->at };
	if (!take_message(scan, &kept))
		return false;
	for (size_t i = 0; i < AT_ONCE; i++) {
		struct candidate *c = &scan->candidates[i];
		c->scan = scan;
		c->timer = towerd_timer_new(poller->ctx, session_rings, &c->session);
		if (c->timer == NULL || session_init(&c->session, poller, &calls, c, c->timer) < 0)
			return false;
	}
	return true;
}

struct scan *
scan_start(struct poller *poller, struct message_reader *r)
{
	struct scan *scan = calloc(1, sizeof(*scan));

	if (scan == NULL || !scan_init(scan, poller, r)) {
		explorer_tell_end(poller, 0, 0, "no memory");
		scan_free(scan);
		return NULL;
	}
	scan->tick_ms = towerd_now_ms(poller->ctx);
	towerd_timer_start(poller->ctx, scan->tick, 0);
	return scan;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	for (size_t i = 0; i < AT_ONCE; i++) {
		struct candidate *c = &scan->candidates[i];
		if (c->scan == NULL)
			continue;
		session_fini(&c->session);
		if (c->timer != NULL)
			towerd_timer_free(scan->poller->ctx, c->timer);
		discovery_free(c->discovery);
	}
	if (scan->tick != NULL)
		towerd_timer_free(scan->poller->ctx, scan->tick);
	if (scan->message != NULL)
		explicit_bzero(scan->message, scan->message_len); /* secrets */
	free(scan->message);
	free(scan->accesses);
	free(scan->ranges);
	free(scan);
}
