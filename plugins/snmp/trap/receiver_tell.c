/* SPDX-License-Identifier: ISC */
/* The receiver's way out: alarms and polls to the agent, answers to informs, and now and then what was counted and listed. */
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/trap/receiver_parts.h"

#define GATHER_MS       50   /* between two tellings: what comes meanwhile is told together */
#define LIST_MS         1000 /* between two tellings of counts and lists */
#define AGAIN_MS        20   /* the agent took no more: later */
#define WAIT_MS         200  /* a device's poll has to wait: then it is looked at again */
#define POLL_GAP_MS     1000 /* between two polls of a device that its traps ask for, doubling … */
#define POLL_GAP_MAX_MS 30000

static const char *const counter_names[RECEIVER_COUNTERS] = {
	[COUNT_RECEIVED] = "traps-received",
	[COUNT_MAPPED] = "traps-mapped",
	[COUNT_UNKNOWN] = "traps-unknown",
	[COUNT_REPEATED] = "informs-repeated",
	[COUNT_ANSWERED] = "informs-answered",
	[COUNT_OVER_RATE] = "traps-over-rate",
	[COUNT_WRONG_COMMUNITY] = "traps-wrong-community",
	[COUNT_WRONG_USER] = "traps-wrong-user",
	[COUNT_STALE] = "traps-stale",
	[COUNT_MALFORMED] = "traps-malformed",
	[COUNT_UNKNOWN_SOURCE] = "traps-unknown-source",
	[COUNT_SHARED] = "traps-of-shared-address",
	[COUNT_FAULTS_LOST] = "trap-alarms-lost",
	[COUNT_KERNEL] = "traps-dropped-by-kernel",
};

static bool
tell(struct receiver *receiver)
{
	const struct message_writer *w = &receiver->scratch;

	return !w->failed && towerd_worker_send(receiver->ctx, 0, w->data, w->len) >= 0;
}

/* Unless it is due sooner already. */
static void
tell_later(struct receiver *receiver, int64_t delay_ms)
{
	int64_t due_ms = towerd_now_ms(receiver->ctx) + delay_ms;

	if (receiver->due_ms != 0 && receiver->due_ms <= due_ms)
		return;
	receiver->due_ms = due_ms;
	towerd_timer_start(receiver->ctx, receiver->due, delay_ms);
}

bool
receiver_may_come(struct receiver *receiver, struct speaker *speaker)
{
	return rate_take(&speaker->rate, &receiver->limit, receiver->now_ms);
}

/* ---- polls */

void
receiver_want_poll(struct receiver *receiver, struct speaker *speaker)
{
	if (speaker->wants_poll)
		return;
	if (receiver->wanting_count == receiver->wanting_room) {
		size_t room = receiver->wanting_room == 0 ? 256 : receiver->wanting_room * 2;
		uint32_t *grown = realloc(receiver->wanting, room * sizeof(*grown));
		if (grown == NULL)
			return;
		receiver->wanting = grown;
		receiver->wanting_room = room;
	}
	receiver->wanting[receiver->wanting_count++] = speaker->device;
	speaker->wants_poll = true;
}

/* One that keeps asking waits longer each time; after a quiet while it is asked for at once again. */
static bool
is_poll_due(struct speaker *speaker, int64_t now_ms)
{
	int64_t since_ms = now_ms - speaker->poll_ms;

	if (speaker->poll_ms != 0 && since_ms < speaker->poll_gap_ms)
		return false;
	bool is_quiet = speaker->poll_ms == 0 || since_ms > 2 * speaker->poll_gap_ms;
	int64_t gap_ms = is_quiet ? POLL_GAP_MS : 2 * speaker->poll_gap_ms;
	speaker->poll_gap_ms = gap_ms < POLL_GAP_MAX_MS ? gap_ms : POLL_GAP_MAX_MS;
	speaker->poll_ms = now_ms;
	return true;
}

/* False: the agent takes no more. */
static bool
tell_polls(struct receiver *receiver)
{
	size_t kept = 0;
	bool is_taken = true;

	for (size_t i = 0; i < receiver->wanting_count; i++) {
		uint32_t device = receiver->wanting[i];
		struct speaker *speaker = speakers_find(receiver->speakers, device);
		if (speaker == NULL)
			continue; /* removed since */
		if (is_taken && is_poll_due(speaker, receiver->now_ms)) {
			message_begin(&receiver->scratch, MESSAGE_POLL_NOW);
			message_put_u32(&receiver->scratch, device);
			is_taken = tell(receiver);
			speaker->wants_poll = !is_taken;
			if (!is_taken)
				speaker->poll_ms = 0;
		}
		if (speaker->wants_poll)
			receiver->wanting[kept++] = device;
	}
	receiver->wanting_count = kept;
	return is_taken;
}

/* ---- alarms */

static bool
tell_fault(void *arg, const struct towerd_fault *fault)
{
	struct receiver *receiver = arg;

	message_begin(&receiver->scratch, MESSAGE_FAULT);
	message_put_u32(&receiver->scratch, fault->device);
	message_put_fault(&receiver->scratch, fault);
	return tell(receiver);
}

/* ---- answers */

void
receiver_answer(struct receiver *receiver, struct listener *listener, const struct listener_path *path,
    const uint8_t *data, size_t len)
{
	if (receiver->answer_count == ANSWERS_MAX)
		receiver_tell_due(receiver->ctx, receiver);
	uint8_t *copy = receiver->answer_count == ANSWERS_MAX ? NULL : malloc(len);
	if (copy == NULL)
		return; /* not answered: it comes again */
	memcpy(copy, data, len);
	receiver->answers[receiver->answer_count++] =
	    (struct receiver_answer){ .listener = listener, .path = *path, .data = copy, .len = len };
}

static void
send_answers(struct receiver *receiver)
{
	for (size_t i = 0; i < receiver->answer_count; i++) {
		struct receiver_answer *answer = &receiver->answers[i];
		listener_reply(answer->listener, &answer->path, answer->data, answer->len);
		free(answer->data);
	}
	receiver->counts[COUNT_ANSWERED] += receiver->answer_count;
	receiver->answer_count = 0;
}

/* ---- counts and lists */

static bool
tell_origin(void *arg, const struct origin *origin)
{
	struct receiver *receiver = arg;

	for (uint32_t i = 0; i < ORIGIN_REASONS; i++) {
		if (origin->fresh[i] == 0)
			continue;
		message_begin(&receiver->scratch, MESSAGE_REFUSED);
		message_put_u32(&receiver->scratch, origin->device);
		message_put_bytes(&receiver->scratch, &origin->host, sizeof(origin->host));
		message_put_u32(&receiver->scratch, i);
		message_put_u32(&receiver->scratch, origin->fresh[i]);
		if (!tell(receiver))
			return false;
	}
	return true;
}

static void
tell_strangers(struct receiver *receiver)
{
	char oid[OID_TEXT];

	for (size_t i = 0; i < receiver->strangers->count; i++) {
		const struct strange *s = &receiver->strangers->items[i];
		message_begin(&receiver->scratch, MESSAGE_STRANGE);
		message_put_u32(&receiver->scratch, s->device);
		message_put_u32(&receiver->scratch, s->count);
		message_put_text(&receiver->scratch, oid_format(s->ids, s->len, oid, sizeof(oid)));
		message_put_text(&receiver->scratch, s->example);
		if (!tell(receiver))
			break; /* a list for people: what is missing from it was counted */
	}
	strangers_clear(receiver->strangers);
}

static void
tell_lists(struct receiver *receiver)
{
	for (size_t i = 0; i < receiver->listener_count; i++)
		receiver->counts[COUNT_KERNEL] += listener_dropped(receiver->listeners[i]);
	for (unsigned i = 0; i < RECEIVER_COUNTERS; i++)
		if (receiver->counts[i] > 0)
			towerd_count(receiver->ctx, counter_names[i], receiver->counts[i]);
	memset(receiver->counts, 0, sizeof(receiver->counts));
	origins_tell(receiver->origins, tell_origin, receiver);
	tell_strangers(receiver);
	receiver->listed_ms = receiver->now_ms;
}

static bool
has_counts(const struct receiver *receiver)
{
	for (unsigned i = 0; i < RECEIVER_COUNTERS; i++)
		if (receiver->counts[i] > 0)
			return true;
	return false;
}

/* ---- when */

void
receiver_tell_due(struct towerd_ctx *ctx, void *arg)
{
	struct receiver *receiver = arg;

	receiver->due_ms = 0;
	receiver->now_ms = towerd_now_ms(ctx);
	receiver->told_ms = receiver->now_ms;
	outcomes_tell(receiver->outcomes, receiver->now_ms, tell_fault, receiver);
	bool is_taken = outcomes_waiting(receiver->outcomes) == 0 && tell_polls(receiver);
	if (is_taken)
		send_answers(receiver);
	if (receiver->now_ms - receiver->listed_ms >= LIST_MS)
		tell_lists(receiver);
	if (!is_taken)
		tell_later(receiver, AGAIN_MS);
	else if (receiver->wanting_count > 0 || has_counts(receiver))
		tell_later(receiver, receiver->wanting_count > 0 ? WAIT_MS : LIST_MS);
	receiver->now_ms = 0;
}

void
receiver_drained(void *arg)
{
	struct receiver *receiver = arg;
	int64_t now_ms = towerd_now_ms(receiver->ctx);
	bool has_news = outcomes_waiting(receiver->outcomes) > 0 || receiver->answer_count > 0 ||
	    receiver->wanting_count > 0;

	receiver->now_ms = 0;
	if (has_news && now_ms - receiver->told_ms >= GATHER_MS)
		receiver_tell_due(receiver->ctx, receiver);
	else
		tell_later(receiver, has_news ? GATHER_MS : LIST_MS);
}
