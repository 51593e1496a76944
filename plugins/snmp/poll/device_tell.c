/* SPDX-License-Identifier: ISC */
/* Messages to the agent about a device. */
#include "plugins/snmp/poll/device_tell.h"

#include "plugins/snmp/poll/pace.h"

static struct message_writer *
begin(struct poller *poller, enum message_type type, uint32_t device)
{
	message_begin(&poller->scratch, type);
	message_put_u32(&poller->scratch, device);
	return &poller->scratch;
}

static void
tell_texts(
    struct poller *poller, enum message_type type, uint32_t device, const char *first, const char *second)
{
	struct message_writer *w = begin(poller, type, device);

	message_put_text(w, first);
	message_put_text(w, second);
	(void)poller_tell(poller, w);
}

bool
tell_presence(struct poller *poller, uint32_t device, enum towerd_presence presence, const char *reason)
{
	struct message_writer *w = begin(poller, MESSAGE_PRESENCE, device);

	message_put_u32(w, (uint32_t)presence);
	message_put_text(w, reason);
	return poller_tell(poller, w);
}

void
tell_reject(struct poller *poller, uint32_t device, const char *source, const char *reason)
{
	tell_texts(poller, MESSAGE_REJECT, device, source, reason);
}

void
tell_attribute(struct poller *poller, uint32_t device, const char *name, const char *value)
{
	tell_texts(poller, MESSAGE_ATTRIBUTE, device, name, value);
}

void
tell_plan(struct poller *poller, uint32_t device, uint32_t generation, const struct profile_plan *plan,
    int64_t interval_ms, int64_t paced_ms)
{
	struct message_writer *w = begin(poller, MESSAGE_PLAN, device);
	const struct plan_object *object = plan->objects;

	message_put_u32(w, generation);
	message_put_u32(w, (uint32_t)plan->sensor_count);
	for (size_t i = 0; i < plan->sensor_count; i++) {
		const struct plan_sensor *sensor = &plan->sensors[i];
		while (i >= object->first + object->count)
			object++;
		message_put_u32(w, sensor->decode.kind->number);
		message_put_i64(
		    w, pace_stretch(plan->groups[object->group].interval_ms, interval_ms, paced_ms));
		message_put_text(w, sensor->instance);
		message_put_text(w, sensor->label);
	}
	(void)poller_tell(poller, w);
}

void
tell_fault(struct poller *poller, uint32_t device, const struct towerd_fault *fault)
{
	struct message_writer *w = begin(poller, MESSAGE_FAULT, device);

	message_put_fault(w, fault);
	(void)poller_tell(poller, w);
}

void
tell_sweep(struct poller *poller, uint32_t device, int64_t since_ms)
{
	struct message_writer *w = begin(poller, MESSAGE_SWEEP, device);

	message_put_i64(w, since_ms);
	(void)poller_tell(poller, w);
}

void
tell_learned(struct poller *poller, uint32_t device, struct learned *learned)
{
	char line[LEARNED_TEXT], words[LEARNED_TEXT];

	(void)learned_write(learned, towerd_utc_ms(poller->ctx), line, sizeof(line));
	tell_texts(poller, MESSAGE_LEARNED, device, line, learned_say(learned, words, sizeof(words)));
	learned->is_news = false;
	towerd_count(poller->ctx, "lessons-learned", 1);
}
