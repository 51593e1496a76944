/* SPDX-License-Identifier: ISC */
/* Walking a device for a recording: careful with weak ones, and never without an end. */
#include "plugins/snmp/explore/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/explore/explorer.h"
#include "plugins/snmp/explore/mask.h"
#include "plugins/snmp/explore/recording_line.h"
#include "plugins/snmp/poll/session.h"

#define REPETITIONS 20
#define TRIES       3
#define CHUNK       32768 /* octets of lines in a message */
#define LINE_MAX_   (OID_TEXT + 16 + 2 * 65536)

struct walk {
	struct poller *poller;
	struct session session;
	struct towerd_timer *timer;
	struct mask *mask;
	unsigned repetitions; /* 1: GETNEXT */
	uint32_t root[TOWERD_OID_MAX], cursor[TOWERD_OID_MAX];
	size_t root_len, cursor_len;
	uint32_t asked, recorded, left_out;
	char *line;
	struct message_writer lines;
	bool is_done;
};

static void
send_lines(struct walk *walk)
{
	if (walk->lines.len <= sizeof(uint32_t))
		return;
	message_put_bytes(&walk->lines, "", 1);
	(void)poller_tell(walk->poller, &walk->lines);
	message_begin(&walk->lines, MESSAGE_LINES);
}

static void
finish(struct walk *walk, const char *trouble)
{
	walk->is_done = true;
	session_drop(&walk->session);
	towerd_timer_stop(walk->poller->ctx, walk->timer);
	send_lines(walk);
	explorer_tell_end(walk->poller, walk->left_out, walk->recorded, trouble);
}

static void
ask(struct walk *walk)
{
	session_ask(&walk->session, 0, TRIES, INT64_MAX);
}

static void
give_question(void *arg, struct session_question *question)
{
	struct walk *walk = arg;

	walk->asked++;
	question->command = walk->repetitions > 1 ? CODEC_GETBULK : CODEC_GETNEXT;
	question->repetitions = walk->repetitions;
	question->count = 1;
	question->oids[0] = (struct snmp_oid){ walk->cursor, walk->cursor_len };
}

static void
record(struct walk *walk, const struct snmp_object *object)
{
	struct snmp_object shown;

	if (!mask_object(walk->mask, object, &shown)) {
		walk->left_out++;
		return;
	}
	size_t len = recording_line(&shown, walk->line, LINE_MAX_ - 1);
	if (len == 0 || len >= LINE_MAX_ - 1) {
		walk->left_out++;
		return;
	}
	walk->line[len] = '\n';
	message_put_bytes(&walk->lines, walk->line, len + 1);
	walk->recorded++;
	if (walk->lines.len >= CHUNK)
		send_lines(walk);
}

/* False: this was the last, or the walk is over for another reason. */
static bool
take_object(struct walk *walk, const struct snmp_object *o)
{
	if (o->value.tag >= SNMP_NO_SUCH_OBJECT ||
	    !oid_has_prefix(o->ids, o->len, walk->root, walk->root_len)) {
		finish(walk, "");
		return false;
	}
	if (o->len > TOWERD_OID_MAX || oid_compare(o->ids, o->len, walk->cursor, walk->cursor_len) <= 0) {
		finish(walk, "the device's objects do not go on in order: the rest is missing");
		return false;
	}
	if (walk->recorded + walk->left_out == WALK_OBJECTS_MAX) {
		finish(walk, "it has too many objects: the rest is missing");
		return false;
	}
	memcpy(walk->cursor, o->ids, o->len * sizeof(*o->ids));
	walk->cursor_len = o->len;
	record(walk, o);
	return true;
}

/* SNMPv1 says the end by an error; from others it is a refusal, which fewer repetitions may mend. */
static void
take_error(struct walk *walk, int error)
{
	if (walk->repetitions > 1) {
		walk->repetitions = error == CODEC_TOO_BIG ? walk->repetitions / 2 : 1;
		ask(walk);
	} else if (error == CODEC_NO_SUCH_NAME) {
		finish(walk, "");
	} else {
		finish(walk, "the device answers with an error: the rest is missing");
	}
}

static void
take_answer(void *arg, const struct codec_answer *answer, unsigned about, bool is_late)
{
	struct walk *walk = arg;

	(void)about; /* there is one sort of question */
	if (is_late || walk->is_done)
		return;
	if (answer->error != CODEC_NO_ERROR) {
		take_error(walk, answer->error);
		return;
	}
	if (answer->count == 0) {
		finish(walk, "the device answers without an object: the rest is missing");
		return;
	}
	for (size_t i = 0; i < answer->count; i++)
		if (!take_object(walk, &answer->objects[i]))
			return;
	ask(walk);
}

/* Weak agents lose long answers: the same again with one object at a time. */
static void
take_silence(void *arg, unsigned attempts)
{
	struct walk *walk = arg;

	(void)attempts;
	if (walk->repetitions > 1) {
		walk->repetitions = 1;
		ask(walk);
	} else {
		finish(walk,
		    walk->recorded + walk->left_out == 0
			? "no answer: the device is not there, or the credentials are not its own"
			: "the device fell silent: the rest is missing");
	}
}

static void
take_failure(void *arg, int rc)
{
	struct walk *walk = arg;

	if (!walk->is_done)
		finish(walk, strerror(-rc));
}

static void
take_denial(void *arg, const char *reason)
{
	finish(arg, reason);
}

static const struct session_calls calls = {
	.ask = give_question,
	.answered = take_answer,
	.given_up = take_silence,
	.failed = take_failure,
	.denied = take_denial,
};

static bool
take_root(struct walk *walk, const char *text)
{
	int len = oid_parse(text, strlen(text), walk->root, TOWERD_OID_MAX);

	walk->root_len = walk->cursor_len = len < 0 ? 0 : (size_t)len;
	memcpy(walk->cursor, walk->root, walk->cursor_len * sizeof(*walk->root));
	return len > 1;
}

static bool
take_message(struct walk *walk, struct message_reader *r)
{
	struct wire_address address;
	const void *host = message_bytes(r, sizeof(address.host));

	address.port = (uint16_t)message_u32(r);
	struct access_settings access;
	bool is_sound = access_get(r, &access);
	const char *root = message_text(r);
	uint32_t secrets = message_u32(r);
	if (host == NULL || !is_sound || !take_root(walk, root))
		return false;
	memcpy(&address.host, host, sizeof(address.host));
	for (uint32_t i = 0; i < secrets && !r->failed; i++)
		if (mask_secret(walk->mask, message_text(r)) < 0)
			return false;
	walk->repetitions = access.version == ACCESS_V1 ? 1 : REPETITIONS;
	return message_is_whole(r) && session_set_access(&walk->session, &address, &address, &access) == 0;
}

struct walk *
walk_start(struct poller *poller, struct message_reader *r)
{
	struct walk *walk = calloc(1, sizeof(*walk));

	if (walk != NULL) {
		walk->poller = poller;
		walk->mask = mask_new();
		walk->line = malloc(LINE_MAX_);
		walk->timer = towerd_timer_new(poller->ctx, session_rings, &walk->session);
	}
	if (walk == NULL || walk->mask == NULL || walk->line == NULL || walk->timer == NULL ||
	    session_init(&walk->session, poller, &calls, walk, walk->timer) < 0 || !take_message(walk, r)) {
		explorer_tell_end(poller, 0, 0, "no memory");
		walk_free(walk);
		return NULL;
	}
	message_begin(&walk->lines, MESSAGE_LINES);
	ask(walk);
	return walk;
}

void
walk_free(struct walk *walk)
{
	if (walk == NULL)
		return;
	if (walk->session.poller != NULL)
		session_fini(&walk->session);
	if (walk->timer != NULL)
		towerd_timer_free(walk->poller->ctx, walk->timer);
	mask_free(walk->mask);
	message_fini(&walk->lines);
	free(walk->line);
	free(walk);
}
