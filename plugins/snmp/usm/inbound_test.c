/* SPDX-License-Identifier: ISC */
/* Notifications from engines in the test. */
#include "plugins/snmp/usm/inbound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/envelope.h"
#include "plugins/snmp/usm/far_testing.h"
#include "plugins/snmp/usm/sender.h"
#include "tests/support/cunit_main.h"

#define SENDERS 3

static const struct access_settings user = { .version = ACCESS_V3,
	.community = "",
	.user = "noc",
	.context = "",
	.auth = USM_AUTH_SHA1,
	.priv = USM_PRIV_AES128,
	.auth_key = "a key to sign with",
	.priv_key = "a key to hide with" };

struct fixture {
	struct usm *usm;
	struct inbound *inbound;
	struct far far;
	int64_t now_ms;
};

static struct fixture *
fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->usm = usm_testing(1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->usm);
	CU_ASSERT_EQUAL_FATAL(inbound_new(f->usm, SENDERS, &f->inbound), 0);
	CU_ASSERT_EQUAL_FATAL(inbound_add_user(f->inbound, &user), 0);
	far_init(&f->far, 1, &user);
	return f;
}

static void
fixture_free(struct fixture *f)
{
	inbound_free(f->inbound);
	CU_ASSERT_PTR_NULL(f->usm->masters);
	usm_free(f->usm);
	free(f);
}

static struct inbound_opened
receive(struct fixture *f)
{
	struct inbound_opened opened;

	CU_ASSERT_TRUE_FATAL(f->far.len > 0);
	CU_ASSERT_EQUAL_FATAL(inbound_open(f->inbound, f->far.octets, f->far.len, f->now_ms, &opened), 0);
	return opened;
}

static struct inbound_opened
trap(struct fixture *f)
{
	far_notify(&f->far, CODEC_TRAP, 7, NULL);
	return receive(f);
}

static void
a_trap_of_an_engine_that_nobody_has_heard_of_is_opened(void)
{
	struct fixture *f = fixture_new();
	struct access_settings other = user;

	other.auth_key = "what another has";
	CU_ASSERT_EQUAL(inbound_add_user(f->inbound, &other), 0); /* of the same name */
	for (uint8_t engine = 1; engine < 10; engine++) {
		far_init(&f->far, engine, engine % 2 ? &user : &other);
		struct inbound_opened opened = trap(f);
		CU_ASSERT_EQUAL(opened.verdict, INBOUND_TRAP);
		CU_ASSERT_EQUAL(opened.notification.pdu, CODEC_TRAP);
		CU_ASSERT_EQUAL(opened.notification.count, 1);
		CU_ASSERT_STRING_EQUAL(opened.user, "noc");
		CU_ASSERT_EQUAL(opened.engine_id_len, f->far.engine_id_len);
		CU_ASSERT_EQUAL(opened.engine_id[8], engine);
		CU_ASSERT_EQUAL(opened.reply_len, 0);
	}
	fixture_free(f);
}

static void
a_replayed_trap_is_stale_and_a_restart_is_not(void)
{
	static const struct {
		uint32_t boots, time;
		enum inbound_verdict verdict;
	} turns[] = { { 5, 1000, INBOUND_TRAP }, { 5, 900, INBOUND_TRAP }, { 5, 849, INBOUND_STALE },
		{ 6, 0, INBOUND_TRAP }, { 5, 1001, INBOUND_STALE }, { 6, 200, INBOUND_TRAP },
		{ 6, 49, INBOUND_STALE }, { 6, 51, INBOUND_TRAP }, { INT32_MAX, 1, INBOUND_REFUSED } };
	struct fixture *f = fixture_new();

	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		f->far.boots = turns[i].boots;
		f->far.time = turns[i].time;
		CU_ASSERT_EQUAL(trap(f).verdict, turns[i].verdict);
	}
	fixture_free(f);
}

static void
what_is_not_a_users_is_refused(void)
{
	struct fixture *f = fixture_new();
	struct access_settings lower = user, stranger = user, wrong = user;

	lower.priv = USM_PRIV_NONE;
	far_init(&f->far, 1, &lower);
	CU_ASSERT_EQUAL(trap(f).verdict, INBOUND_REFUSED);
	stranger.user = "nobody";
	far_init(&f->far, 1, &stranger);
	CU_ASSERT_EQUAL(trap(f).verdict, INBOUND_REFUSED);
	wrong.auth_key = "another key to sign with";
	far_init(&f->far, 1, &wrong);
	CU_ASSERT_EQUAL(trap(f).verdict, INBOUND_REFUSED);
	far_init(&f->far, 1, &user);
	far_set_engine(&f->far, f->usm->engine.id, f->usm->engine.id_len); /* ours is nobody else's */
	CU_ASSERT_EQUAL(trap(f).verdict, INBOUND_REFUSED);
	far_init(&f->far, 1, &user);
	far_notify(&f->far, CODEC_INFORM, 7, NULL); /* an inform whose sender is authoritative is none */
	CU_ASSERT_EQUAL(receive(f).verdict, INBOUND_REFUSED);
	inbound_clear_users(f->inbound);
	CU_ASSERT_EQUAL(trap(f).verdict, INBOUND_REFUSED);
	fixture_free(f);
}

static void
an_inform_is_answered_and_who_does_not_know_our_engine_is_told(void)
{
	struct fixture *f = fixture_new();
	struct engine *ours = &f->usm->engine;
	struct usm_peer to = { .engine_id = f->far.engine_id, .engine_id_len = f->far.engine_id_len };
	struct envelope reply;

	far_notify(&f->far, CODEC_INFORM, 7, &to); /* another engine than ours */
	struct inbound_opened opened = receive(f);
	CU_ASSERT_EQUAL(opened.verdict, INBOUND_REPORT);
	CU_ASSERT_EQUAL_FATAL(envelope_parse(opened.reply, opened.reply_len, &reply), 0);
	CU_ASSERT_TRUE(envelope_is_from(&reply, ours->id, ours->id_len) && reply.id == 7 && reply.flags == 0);
	CU_ASSERT_EQUAL(reply.boots, ours->boots);

	to = (struct usm_peer){
		.engine_id = ours->id, .engine_id_len = ours->id_len, .boots = ours->boots - 1
	};
	far_notify(&f->far, CODEC_INFORM, 8, &to); /* outside our time window: told with a digest */
	opened = receive(f);
	CU_ASSERT_EQUAL(opened.verdict, INBOUND_REPORT);
	CU_ASSERT_EQUAL_FATAL(envelope_parse(opened.reply, opened.reply_len, &reply), 0);
	CU_ASSERT_TRUE(reply.flags == ENVELOPE_AUTH && reply.boots == ours->boots);

	to.boots = reply.boots;
	to.time = reply.time;
	far_notify(&f->far, CODEC_INFORM, 9, &to);
	opened = receive(f);
	CU_ASSERT_EQUAL(opened.verdict, INBOUND_INFORM);
	CU_ASSERT_EQUAL(opened.notification.count, 1);
	CU_ASSERT_EQUAL_FATAL(envelope_parse(opened.reply, opened.reply_len, &reply), 0);
	CU_ASSERT_TRUE(reply.id == 9 && reply.flags == (ENVELOPE_AUTH | ENVELOPE_PRIV));
	fixture_free(f);
}

static void
only_the_last_used_senders_are_kept(void)
{
	struct senders *senders = senders_new(SENDERS);
	struct sender sender = { .user = senders, .engine_id_len = 5 };

	for (uint8_t i = 0; i < 5; i++) {
		sender.engine_id[4] = i;
		CU_ASSERT_PTR_NOT_NULL(senders_add(senders, &sender));
		sender.engine_id[4] = 0; /* in use all the time */
		CU_ASSERT_PTR_NOT_NULL(senders_find(senders, senders, sender.engine_id, 5));
	}
	for (uint8_t i = 0; i < 5; i++) {
		sender.engine_id[4] = i;
		CU_ASSERT_EQUAL(senders_find(senders, senders, sender.engine_id, 5) != NULL, i == 0 || i > 2);
	}
	CU_ASSERT_PTR_NULL(senders_find(senders, &sender, sender.engine_id, 5)); /* of another user */
	senders_free(senders);
}

static void
an_envelope_that_is_cut_or_forbidden_is_none(void)
{
	struct fixture *f = fixture_new();
	struct envelope envelope;
	uint8_t copy[1024];

	(void)trap(f);
	memcpy(copy, f->far.octets, f->far.len);
	CU_ASSERT_EQUAL_FATAL(envelope_parse(copy, f->far.len, &envelope), 0);
	CU_ASSERT_STRING_EQUAL(envelope.user, "noc");
	CU_ASSERT_TRUE(envelope.boots == 5 && envelope.time == 1000 && envelope.id == 7);
	for (size_t len = 0; len < f->far.len; len++)
		CU_ASSERT_EQUAL(envelope_parse(copy, len, &envelope), -EBADMSG);
	uint8_t *flags = memmem(copy, f->far.len, "\x04\x01\x03", 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(flags);
	flags[2] = ENVELOPE_PRIV; /* privacy without authentication */
	CU_ASSERT_EQUAL(envelope_parse(copy, f->far.len, &envelope), -EBADMSG);
	flags[2] = ENVELOPE_AUTH; /* then the scoped PDU is plain, and this is not */
	CU_ASSERT_EQUAL(envelope_parse(copy, f->far.len, &envelope), -EBADMSG);
	flags[2] = ENVELOPE_AUTH | ENVELOPE_PRIV;
	uint8_t *name = memmem(copy, f->far.len, "noc", 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(name);
	name[1] = '\0';
	CU_ASSERT_EQUAL(envelope_parse(copy, f->far.len, &envelope), -EBADMSG);
	fixture_free(f);
}

static const struct claim claims[] = {
	CLAIM(a_trap_of_an_engine_that_nobody_has_heard_of_is_opened),
	CLAIM(a_replayed_trap_is_stale_and_a_restart_is_not),
	CLAIM(what_is_not_a_users_is_refused),
	CLAIM(an_inform_is_answered_and_who_does_not_know_our_engine_is_told),
	CLAIM(only_the_last_used_senders_are_kept),
	CLAIM(an_envelope_that_is_cut_or_forbidden_is_none),
};

CLAIMS_MAIN("inbound", claims)
