/* SPDX-License-Identifier: ISC */
/*
 * A device that answers discovery with any octets: each answer is two octets of length and a message. What is found becomes a plan, which is then polled
 * with the answers that are left.
 */
#include <string.h>

#include "agent/model/catalogue.h"
#include "plugins/snmp/poll/discovery.h"
#include "plugins/snmp/poll/poll.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char profile[] = "profile: p\nmatch: { sysObjectID: 1.3 }\nbase: 1.3.6.1\n"
			      "sensors: [ { oid: .1.0, kind: battery.voltage, label: '{1.3.6.1.2.0}' } ]\n"
			      "tables: [ { entry: .2, unless: { column: 3, is: 0 }, sensors: ["
			      " { column: 2, kind: rectifier.current, label: ['{4}', '{index}'] } ] } ]\n";

struct input {
	const uint8_t *data;
	size_t size;
	struct codec *codec;
};

static const struct towerd_kind *
kind_find(void *arg, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)arg;
	return kind == NULL ? NULL : &kind->kind;
}

static void
report_nothing(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg, (void)file, (void)line, (void)column, (void)message;
}

static struct profiles *
profiles_make(void)
{
	const struct profile_catalogue catalogue = { .kind = kind_find };
	struct towerd_fault_sink faults = { .report = report_nothing };
	struct profiles *profiles = profiles_new(&catalogue);

	(void)profiles_load_text(profiles, "p", profile, strlen(profile), &faults);
	(void)profiles_link(profiles, &faults);
	return profiles;
}

/* The next message that can be read; false: there is none left. */
static bool
take_answer(struct input *in, struct codec_answer *answer)
{
	while (in->size >= 2) {
		size_t len = (size_t)in->data[0] << 8 | in->data[1];
		if (len > in->size - 2)
			len = in->size - 2;
		const uint8_t *start = in->data + 2;
		in->data += 2 + len;
		in->size -= 2 + len;
		if (codec_parse(in->codec, start, len, answer) == 0)
			return true;
	}
	return false;
}

static void
take_reading(void *arg, const struct towerd_reading *reading)
{
	(void)arg, (void)reading;
}

static void
take_unasked(void *arg)
{
	(void)arg;
}

static void
take_fault(void *arg, const struct towerd_fault *fault)
{
	(void)arg, (void)fault;
}

static void
take_sweep(void *arg, int64_t since_ms)
{
	(void)arg, (void)since_ms;
}

static void
poll_it(struct input *in, enum codec_version version, struct profile_plan *plan, struct poll_box *box)
{
	static uint32_t numbers[PLAN_SENSORS_MAX];
	static const struct poll_sink sink = { take_reading, take_unasked, take_fault, take_sweep };
	struct shared_plans plans = { 0 };
	struct poll *poll =
	    poll_new(&plans, shared_plan_take(&plans, plan, version, "public"), box, &sink, NULL);
	struct session_question question;
	struct codec_answer answer;

	for (uint32_t i = 0; i < PLAN_SENSORS_MAX; i++)
		numbers[i] = i + 1;
	(void)poll_take_numbers(poll, numbers);
	poll_begin(poll, 1, 1000, 1000);
	while (take_answer(in, &answer)) {
		poll_late(poll, &answer);
		if (!poll_next(poll))
			poll_begin(poll, 1, 1000, 1000);
		if (!poll_next(poll))
			continue;
		poll_question(poll, &question);
		if (answer.id % 4 == 0)
			poll_choked(poll);
		else
			(void)poll_answer(poll, &answer, 1);
	}
	poll_free(poll);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct profiles *profiles;
	static struct codec *codec;
	struct session_question question;
	struct codec_answer answer;
	struct profile_plan *plan;
	struct poll_box box = { 0 };
	char text[256];

	if (profiles == NULL) {
		profiles = profiles_make();
		codec = codec_new();
	}
	if (size < 1)
		return 0;
	enum codec_version version = data[0] & 1 ? CODEC_V2C : CODEC_V1;
	struct input in = { data + 1, size - 1, codec };
	struct discovery *d = discovery_new(profiles, data[0] & 2 ? "p" : "auto", version, &box.learned);
	while (discovery_next(d, &question) && take_answer(&in, &answer)) {
		if (answer.id % 8 == 0)
			discovery_choked(d);
		else
			discovery_answer(d, &answer);
	}
	(void)discovery_box(d);
	for (size_t i = 0; i < DISCOVERY_ATTRIBUTES; i++)
		(void)discovery_attribute(d, i, text, sizeof(text));
	if (!discovery_next(d, &question) && discovery_plan(d, &plan, text, sizeof(text)) == 0)
		poll_it(&in, version, plan, &box);
	discovery_free(d);
	return 0;
}
