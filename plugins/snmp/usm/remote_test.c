/* SPDX-License-Identifier: ISC */
/* Accesses against an engine in the test, message by message. */
#include "plugins/snmp/usm/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/far_testing.h"
#include "tests/support/cunit_main.h"

#define AUTH_KEY "a key to sign with"
#define PRIV_KEY "a key to hide with"

static const struct access_settings user = { .version = ACCESS_V3,
	.community = "",
	.user = "poller",
	.context = "",
	.auth = USM_AUTH_SHA256,
	.priv = USM_PRIV_AES128,
	.auth_key = AUTH_KEY,
	.priv_key = PRIV_KEY };

struct fixture {
	struct usm *usm;
	struct codec *codec;
	struct access *access;
	struct far far;
	int64_t now_ms;
	uint32_t id;
	uint8_t request[CODEC_REQUEST_MAX], message[CODEC_REQUEST_MAX];
	size_t request_len, id_at;
	int len; /* of the message */
};

static struct fixture *
fixture_new(const struct access_settings *ours, const struct access_settings *theirs)
{
	static const uint32_t ids[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
	const struct snmp_oid oid = { ids, 9 };
	struct fixture *f = calloc(1, sizeof(*f));

	f->usm = usm_testing(1);
	f->codec = codec_new();
	f->id = CODEC_ID_MIN;
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->usm);
	CU_ASSERT_EQUAL_FATAL(access_new(f->usm, ours, &f->access), 0);
	far_init(&f->far, 1, theirs);
	const struct codec_request request = { .version = access_version(f->access),
		.command = CODEC_GET,
		.community = access_community(f->access),
		.oids = &oid,
		.count = 1,
		.room = access_room(f->access) };
	int len = codec_build(&request, f->request, &f->id_at);
	CU_ASSERT_TRUE_FATAL(len > 0);
	f->request_len = (size_t)len;
	return f;
}

static void
fixture_free(struct fixture *f)
{
	access_free(f->access);
	codec_free(f->codec);
	usm_free(f->usm);
	free(f);
}

static void
step(struct fixture *f, int64_t seconds)
{
	f->now_ms += seconds * 1000;
	f->far.time += (uint32_t)seconds;
}

static struct access_opened
open_octets(struct fixture *f, const uint8_t *data, size_t len)
{
	struct access_message message;
	struct access_opened opened;

	CU_ASSERT_EQUAL_FATAL(access_receive(f->codec, data, len, &message), 0);
	access_open(f->access, &message, f->now_ms, &opened);
	return opened;
}

/* One message to the engine, and its answer. */
static struct access_opened
once(struct fixture *f)
{
	f->id++;
	f->len = access_seal(f->access, f->request, f->request_len, f->id_at, f->id, f->now_ms, f->message);
	CU_ASSERT_TRUE_FATAL(f->len > 0);
	CU_ASSERT_TRUE_FATAL(far_answer(&f->far, f->message, (size_t)f->len));
	return open_octets(f, f->far.octets, f->far.len);
}

/* An exchange; `*messages`: how many it took. */
static struct access_opened
ask(struct fixture *f, unsigned *messages)
{
	struct access_opened opened;

	access_begin(f->access);
	*messages = 0;
	do {
		opened = once(f);
		(*messages)++;
	} while (opened.verdict == ACCESS_AGAIN && *messages < 10);
	return opened;
}

static void
every_protocol_makes_messages_that_the_other_side_opens(void)
{
	for (int auth = USM_AUTH_NONE; auth < USM_AUTH_COUNT; auth++) {
		for (int priv = USM_PRIV_NONE; priv < (auth == USM_AUTH_NONE ? 1 : USM_PRIV_COUNT); priv++) {
			struct access_settings settings = user;
			unsigned messages;
			settings.auth = (enum usm_auth)auth;
			settings.priv = (enum usm_priv)priv;
			struct fixture *f = fixture_new(&settings, &settings);
			CU_ASSERT_STRING_EQUAL(access_fault(f->access), "");
			CU_ASSERT_STRING_EQUAL(access_engine(f->access), "");
			struct access_opened opened = ask(f, &messages);
			CU_ASSERT_EQUAL(opened.verdict, ACCESS_ANSWER);
			CU_ASSERT_EQUAL(messages, 2);
			CU_ASSERT_EQUAL(opened.answer.id, f->id);
			CU_ASSERT_EQUAL(opened.answer.count, 1);
			CU_ASSERT_TRUE(opened.is_new_engine && !opened.is_restarted);
			CU_ASSERT_STRING_EQUAL(access_engine(f->access), "800000090566617201");
			opened = ask(f, &messages);
			CU_ASSERT_EQUAL(messages, 1);
			CU_ASSERT_TRUE(opened.verdict == ACCESS_ANSWER && !opened.is_new_engine);
			fixture_free(f);
		}
	}
}

static void
keys_are_those_of_the_rfc(void)
{
	static const struct {
		enum usm_auth auth;
		uint8_t len, key[20], local[20];
	} cases[] = {
		/* RFC 3414, A.3.1 and A.3.2 */
		{ USM_AUTH_MD5, 16,
		    { 0x9f, 0xaf, 0x32, 0x83, 0x88, 0x4e, 0x92, 0x83, 0x4e, 0xbc, 0x98, 0x47, 0xd8, 0xed,
			0xd9, 0x63 },
		    { 0x52, 0x6f, 0x5e, 0xed, 0x9f, 0xcc, 0xe2, 0x6f, 0x89, 0x64, 0xc2, 0x93, 0x07, 0x87,
			0xd8, 0x2b } },
		{ USM_AUTH_SHA1, 20,
		    { 0x9f, 0xb5, 0xcc, 0x03, 0x81, 0x49, 0x7b, 0x37, 0x93, 0x52, 0x89, 0x39, 0xff, 0x78,
			0x8d, 0x5d, 0x79, 0x14, 0x52, 0x11 },
		    { 0x66, 0x95, 0xfe, 0xbc, 0x92, 0x88, 0xe3, 0x62, 0x82, 0x23, 0x5f, 0xc7, 0x15, 0x1f,
			0x12, 0x84, 0x97, 0xb3, 0x8f, 0x3f } },
	};
	static const uint8_t engine[12] = { [11] = 2 };
	struct usm *usm = usm_testing(1);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct usm_key key, local;
		CU_ASSERT_EQUAL_FATAL(library_key(cases[i].auth, "maplesyrup", &key), 0);
		CU_ASSERT_EQUAL(key.len, cases[i].len);
		CU_ASSERT_EQUAL(memcmp(key.octets, cases[i].key, key.len), 0);
		CU_ASSERT_EQUAL_FATAL(
		    library_localise(cases[i].auth, USM_PRIV_NONE, &key, engine, sizeof(engine), &local), 0);
		CU_ASSERT_EQUAL(memcmp(local.octets, cases[i].local, cases[i].len), 0);
	}
	usm_free(usm);
}

static void
a_phrase_that_many_have_is_made_a_key_once(void)
{
	struct usm *usm = usm_testing(1);
	struct usm_master *a = master_get(usm, USM_AUTH_SHA1, AUTH_KEY),
			  *b = master_get(usm, USM_AUTH_SHA1, AUTH_KEY),
			  *c = master_get(usm, USM_AUTH_MD5, AUTH_KEY),
			  *d = master_get(usm, USM_AUTH_SHA1, PRIV_KEY);

	CU_ASSERT_PTR_EQUAL(a, b);
	CU_ASSERT_TRUE(a != c && a != d && c != d);
	master_put(usm, a);
	master_put(usm, c);
	master_put(usm, d);
	CU_ASSERT_PTR_EQUAL(master_get(usm, USM_AUTH_SHA1, AUTH_KEY), b);
	master_put(usm, b);
	master_put(usm, b);
	CU_ASSERT_PTR_NULL(usm->masters);
	usm_free(usm);
}

static void
a_restart_is_told_once_whether_boots_rise_or_go_back(void)
{
	static const struct {
		uint32_t boots, time;
		bool is_restart;
	} turns[] = { { 5, 1060, false }, { 6, 3, true }, { 6, 63, false }, { 2, 10, true },
		{ 2, 400, false }, { 2, 7, true }, { 2, 60, false } };
	struct fixture *f = fixture_new(&user, &user);
	unsigned messages;

	CU_ASSERT_EQUAL(ask(f, &messages).verdict, ACCESS_ANSWER);
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		f->now_ms += 60000;
		f->far.boots = turns[i].boots;
		f->far.time = turns[i].time;
		struct access_opened opened = ask(f, &messages);
		CU_ASSERT_EQUAL(opened.verdict, ACCESS_ANSWER);
		CU_ASSERT_EQUAL(opened.is_restarted, turns[i].is_restart);
		CU_ASSERT_FALSE(opened.is_new_engine);
		opened = ask(f, &messages);
		CU_ASSERT_EQUAL(messages, 1);
		CU_ASSERT_FALSE(opened.is_restarted);
	}
	fixture_free(f);
}

static void
clocks_that_jump_or_lag_cost_one_message(void)
{
	struct fixture *f = fixture_new(&user, &user);
	unsigned messages;

	(void)ask(f, &messages);
	f->far.time += 100000; /* theirs jumps */
	CU_ASSERT_EQUAL(ask(f, &messages).verdict, ACCESS_ANSWER);
	CU_ASSERT_EQUAL(messages, 2);
	f->now_ms += 100000000; /* ours does */
	struct access_opened opened = ask(f, &messages);
	CU_ASSERT_TRUE(opened.verdict == ACCESS_ANSWER && !opened.is_restarted);
	CU_ASSERT_EQUAL(messages, 2);
	for (unsigned i = 0; i < 20; i++) { /* theirs is slow, by a tenth */
		f->now_ms += 1000000;
		f->far.time += 900;
		opened = ask(f, &messages);
		CU_ASSERT_TRUE(opened.verdict == ACCESS_ANSWER && !opened.is_restarted && messages == 1);
	}
	fixture_free(f);
}

static void
another_engine_is_taken_and_told(void)
{
	struct fixture *f = fixture_new(&user, &user);
	unsigned messages;

	(void)ask(f, &messages);
	far_init(&f->far, 2, &user);
	f->far.boots = 1;
	struct access_opened opened = ask(f, &messages);
	CU_ASSERT_EQUAL(opened.verdict, ACCESS_ANSWER);
	CU_ASSERT_TRUE(opened.is_new_engine && !opened.is_restarted);
	CU_ASSERT_STRING_EQUAL(access_engine(f->access), "800000090566617202");
	fixture_free(f);
}

static void
what_the_device_refuses_is_a_reason_and_no_storm(void)
{
	static const struct {
		unsigned stat;
		const char *reason;
	} cases[] = {
		{ 1, "usmStatsUnsupportedSecLevels" },
		{ 2, "usmStatsNotInTimeWindows" },
		{ 3, "usmStatsUnknownUserNames" },
		{ 4, "usmStatsUnknownEngineIDs" },
		{ 5, "usmStatsWrongDigests" },
		{ 6, "usmStatsDecryptionErrors" },
		{ 7, "a report that nobody knows" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = fixture_new(&user, &user);
		unsigned messages;
		(void)ask(f, &messages);
		f->far.stat = cases[i].stat;
		struct access_opened opened = ask(f, &messages);
		CU_ASSERT_EQUAL(opened.verdict, ACCESS_REFUSED);
		CU_ASSERT_PTR_NOT_NULL(strstr(opened.reason, cases[i].reason));
		CU_ASSERT_TRUE(messages <= 4);
		f->far.stat = 0; /* and when it is put right, it goes on */
		CU_ASSERT_EQUAL(ask(f, &messages).verdict, ACCESS_ANSWER);
		fixture_free(f);
	}
}

static void
what_is_not_authentic_is_passed_over(void)
{
	struct fixture *f = fixture_new(&user, &user);
	unsigned messages;

	(void)ask(f, &messages);
	f->far.is_unsigned = true; /* a forger has no key */
	CU_ASSERT_EQUAL(once(f).verdict, ACCESS_IGNORED);
	f->far.stat = 2;
	f->far.boots = 9;
	CU_ASSERT_EQUAL(once(f).verdict, ACCESS_IGNORED);
	f->far.boots = 5;
	f->far.stat = 0;
	f->far.is_unsigned = false;
	(void)once(f); /* each octet of an answer is signed */
	for (size_t i = 0; i < f->far.len; i++) {
		uint8_t copy[2048];
		struct access_message message;
		struct access_opened opened;
		memcpy(copy, f->far.octets, f->far.len);
		copy[i] ^= 0x40;
		if (access_receive(f->codec, copy, f->far.len, &message) < 0)
			continue;
		access_open(f->access, &message, f->now_ms, &opened);
		CU_ASSERT_EQUAL(opened.verdict, ACCESS_IGNORED);
		CU_ASSERT_STRING_EQUAL(
		    opened.counter, message.is_v3 ? "answers-not-authentic" : "answers-of-another-version");
	}
	f->far.is_foreign_id = true;
	CU_ASSERT_EQUAL(once(f).verdict, ACCESS_IGNORED);
	f->far.is_foreign_id = false;
	struct fixture *other = fixture_new(&user, &user); /* another engine, whose keys are right */
	far_init(&other->far, 2, &user);
	CU_ASSERT_EQUAL(ask(other, &messages).verdict, ACCESS_ANSWER);
	struct access_opened opened = open_octets(f, other->far.octets, other->far.len);
	CU_ASSERT_EQUAL(opened.verdict, ACCESS_IGNORED);
	CU_ASSERT_PTR_NOT_NULL(strstr(opened.reason, "another engine"));
	fixture_free(other);
	CU_ASSERT_EQUAL(ask(f, &messages).verdict, ACCESS_ANSWER);
	fixture_free(f);
}

static void
an_engine_at_the_end_of_its_boots_is_refused(void)
{
	struct fixture *f = fixture_new(&user, &user);
	unsigned messages;

	f->far.boots = INT32_MAX;
	struct access_opened opened = ask(f, &messages);
	CU_ASSERT_EQUAL(opened.verdict, ACCESS_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(opened.reason, "engineBoots"));
	fixture_free(f);
}

static void
silence_leads_back_to_discovery_and_is_explained(void)
{
	struct access_settings wrong = user;
	unsigned messages;

	wrong.priv_key = "quite another key";
	struct fixture *f = fixture_new(&wrong, &user);
	CU_ASSERT_STRING_EQUAL(access_hint(f->access), "");
	access_begin(f->access);
	CU_ASSERT_EQUAL(once(f).verdict, ACCESS_AGAIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(access_hint(f->access), "`priv-key`"));
	fixture_free(f);

	f = fixture_new(&user, &user);
	(void)ask(f, &messages);
	CU_ASSERT_STRING_EQUAL(access_hint(f->access), "");
	for (unsigned i = 0; i < 3; i++)
		access_begin(f->access);
	far_init(&f->far, 3, &user); /* it reports nothing unless it is asked who it is */
	CU_ASSERT_EQUAL(ask(f, &messages).verdict, ACCESS_ANSWER);
	CU_ASSERT_EQUAL(messages, 2);
	CU_ASSERT_STRING_EQUAL(access_engine(f->access), "800000090566617203");
	step(f, 60);
	CU_ASSERT_EQUAL(ask(f, &messages).verdict, ACCESS_ANSWER);
	CU_ASSERT_EQUAL(messages, 1);
	fixture_free(f);
}

static void
a_community_is_an_access_as_well(void)
{
	const struct access_settings settings = { .version = ACCESS_V1,
		.community = "public",
		.user = "",
		.context = "",
		.auth_key = "",
		.priv_key = "" };
	struct fixture *f = fixture_new(&settings, &user);
	struct access_opened opened;

	CU_ASSERT_EQUAL(access_version(f->access), CODEC_V1);
	access_set_version(f->access, CODEC_V2C);
	CU_ASSERT_EQUAL(access_version(f->access), CODEC_V2C);
	access_set_version(f->access, CODEC_V1);
	int len = access_seal(f->access, f->request, f->request_len, f->id_at, 0x41424344, 0, f->message);
	CU_ASSERT_EQUAL_FATAL(len, (int)f->request_len);
	f->message[f->id_at - 4] = CODEC_RESPONSE;
	opened = open_octets(f, f->message, (size_t)len);
	CU_ASSERT_EQUAL(opened.verdict, ACCESS_ANSWER);
	CU_ASSERT_EQUAL(opened.answer.id, 0x41424344);
	f->message[8] ^= 1;
	opened = open_octets(f, f->message, (size_t)len);
	CU_ASSERT_EQUAL(opened.verdict, ACCESS_IGNORED);
	CU_ASSERT_STRING_EQUAL(opened.counter, "answers-with-another-community");
	CU_ASSERT_EQUAL(
	    access_seal(f->access, f->request, CODEC_REQUEST_MAX + 1, 0, 1, 0, f->message), -EMSGSIZE);
	fixture_free(f);
}

static void
the_longest_request_with_the_longest_names_fits_a_frame(void)
{
	struct access_settings settings = user;
	unsigned messages;

	settings.user = "12345678901234567890123456789012";
	settings.context = "12345678901234567890123456789012";
	settings.auth = USM_AUTH_SHA512;
	settings.priv = USM_PRIV_DES;
	struct fixture *f = fixture_new(&settings, &settings);
	far_set_engine(&f->far, (const uint8_t *)settings.user, USM_ENGINE_MAX);
	(void)ask(f, &messages);
	uint32_t ids[128] = { 1, 3 };
	struct snmp_oid oids[CODEC_VARBINDS];
	struct codec_request request = {
		.version = CODEC_V2C, .community = "", .oids = oids, .room = access_room(f->access)
	};
	int len = 0, best = 0;
	uint8_t built[CODEC_REQUEST_MAX];
	for (size_t n = 2; n < 60; n++) {
		oids[request.count++] = (struct snmp_oid){ ids, n };
		len = codec_build(&request, built, &f->id_at);
		if (len < 0)
			break;
		best = len;
		memcpy(f->request, built, (size_t)len);
	}
	CU_ASSERT_EQUAL(len, -EMSGSIZE);
	CU_ASSERT_TRUE(best > (int)access_room(f->access) - 100);
	len = access_seal(f->access, f->request, (size_t)best, f->id_at, f->id, 0, f->message);
	CU_ASSERT_TRUE(len > best && len <= CODEC_REQUEST_MAX);
	fixture_free(f);
}

static void
settings_travel_in_a_message_and_unsound_ones_do_not(void)
{
	struct message_writer w = { 0 };
	struct access_settings got, bad = user;
	struct message_reader r;

	message_begin(&w, MESSAGE_DEVICE);
	access_put(&w, &user);
	r = message_open(w.data, w.len);
	(void)message_u32(&r);
	CU_ASSERT_TRUE(access_get(&r, &got) && message_is_whole(&r));
	CU_ASSERT_TRUE(got.version == user.version && got.auth == user.auth && got.priv == user.priv);
	CU_ASSERT_STRING_EQUAL(got.priv_key, PRIV_KEY);
	for (unsigned i = 0; i < 4; i++) {
		bad = user;
		if (i == 0)
			bad.auth = USM_AUTH_NONE;
		else if (i == 1)
			bad.auth = USM_AUTH_COUNT;
		else if (i == 2)
			bad.priv = USM_PRIV_COUNT;
		else
			bad.user = "123456789012345678901234567890123";
		message_begin(&w, MESSAGE_DEVICE);
		access_put(&w, &bad);
		r = message_open(w.data, w.len);
		(void)message_u32(&r);
		CU_ASSERT_FALSE(access_get(&r, &got));
	}
	message_fini(&w);
}

static const struct claim claims[] = {
	CLAIM(every_protocol_makes_messages_that_the_other_side_opens),
	CLAIM(keys_are_those_of_the_rfc),
	CLAIM(a_phrase_that_many_have_is_made_a_key_once),
	CLAIM(a_restart_is_told_once_whether_boots_rise_or_go_back),
	CLAIM(clocks_that_jump_or_lag_cost_one_message),
	CLAIM(another_engine_is_taken_and_told),
	CLAIM(what_the_device_refuses_is_a_reason_and_no_storm),
	CLAIM(what_is_not_authentic_is_passed_over),
	CLAIM(an_engine_at_the_end_of_its_boots_is_refused),
	CLAIM(silence_leads_back_to_discovery_and_is_explained),
	CLAIM(a_community_is_an_access_as_well),
	CLAIM(the_longest_request_with_the_longest_names_fits_a_frame),
	CLAIM(settings_travel_in_a_message_and_unsound_ones_do_not),
};

CLAIMS_MAIN("remote", claims)
