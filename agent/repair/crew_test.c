/* SPDX-License-Identifier: ISC */
/* Signed updates: who may send them, what comes back, and what nobody gets to see. */
#include "agent/repair/fakes.h"

#include "tests/support/cunit_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <towerd/json.h>

#define ID(n)      "6f1e0a52-0000-4000-8000-0000000000" #n
#define NOT_SIGNED "not signed by an enrolled device of this crew"

struct receipt {
	int count;
	char id[64], result[16], state[16], reason[256];
};

static void
keep_receipt(void *arg, const struct towerd_receipt *given)
{
	struct receipt *receipt = arg;

	receipt->count++;
	snprintf(receipt->id, sizeof(receipt->id), "%s", given->id);
	snprintf(receipt->result, sizeof(receipt->result), "%s", given->result);
	snprintf(receipt->state, sizeof(receipt->state), "%s", given->state);
	snprintf(receipt->reason, sizeof(receipt->reason), "%s", given->reason);
}

/* Takes the token. */
static struct receipt
send_as(struct bench *bench, const char *crew, char *token)
{
	struct receipt receipt = { 0 };

	CU_ASSERT_EQUAL(crew_update(bench->repair, crew, token, strlen(token), keep_receipt, &receipt), 0);
	CU_ASSERT_EQUAL(receipt.count, 0);
	bench_wait(bench, 0);
	CU_ASSERT_EQUAL(receipt.count, 1);
	free(token);
	return receipt;
}

static const char *
payload(const char *id, int counter, uint32_t ticket, const char *event)
{
	static char text[512];
	snprintf(text, sizeof(text),
	    "{\"id\":\"%s\",\"counter\":%d,\"t\":\"2026-01-01T00:00:00Z\",\"ticket\":%u,\"event\":\"%s\","
	    "\"note\":\"ok\"}",
	    id, counter, ticket, event);
	return text;
}

/* A bench with ticket 1 assigned to crew-3, which has one device. */
struct scene {
	struct bench bench;
	uint32_t ticket;
	char kid[64], key[96];
};

static void
scene_open(struct scene *scene)
{
	bench_open(&scene->bench);
	enroll_crew(&scene->bench, "crew-3", scene->kid, scene->key);
	scene->ticket = ticket_in(&scene->bench, SITE_A, TICKET_ASSIGNED);
}

static uint64_t
rejects(struct bench *bench, const char *cause)
{
	struct views *views = views_new();
	struct towerd_json_writer w = { 0 };
	struct view_filter filter = { "towerdCrewRejectCause", cause };
	char error[128];
	int64_t count = -1;

	CU_ASSERT_EQUAL(repair_add_views(bench->repair, views), 0);
	view_print_json(
	    views_find(views, "towerdCrewRejectTable"), scopes_all(bench->scopes), &filter, 1, &w);
	struct towerd_json *rows = towerd_json_parse(towerd_json_done(&w), w.len, error, sizeof(error));
	towerd_json_int(towerd_json_get(towerd_json_item(rows, 0), "towerdCrewRejects"), &count);
	towerd_json_free(rows);
	towerd_json_fini(&w);
	views_free(views);
	return (uint64_t)count;
}

static void
a_signed_update_moves_the_ticket_and_gets_its_receipt(void)
{
	struct scene scene;

	scene_open(&scene);
	struct receipt r = send_as(&scene.bench, "crew-3",
	    sign_hs256(scene.kid, scene.key, payload(ID(01), 1, scene.ticket, "arrive")));
	CU_ASSERT_STRING_EQUAL(r.id, ID(01));
	CU_ASSERT_STRING_EQUAL(r.result, "applied");
	CU_ASSERT_STRING_EQUAL(r.state, "on-site");
	CU_ASSERT_STRING_EQUAL(r.reason, "");
	const struct store_record *record = store_last(scene.bench.store);
	CU_ASSERT_STRING_EQUAL(record->actor, "crew crew-3");
	CU_ASSERT_PTR_NOT_NULL(strstr(record->body, scene.kid));
	r = send_as(&scene.bench, "crew-3",
	    sign_hs256(scene.kid, scene.key, payload(ID(01), 1, scene.ticket, "arrive")));
	CU_ASSERT_STRING_EQUAL(r.result, "duplicate");
	CU_ASSERT_STRING_EQUAL(r.state, "on-site");
	r = send_as(&scene.bench, "crew-3",
	    sign_hs256(scene.kid, scene.key, payload(ID(02), 2, scene.ticket, "depart")));
	CU_ASSERT_STRING_EQUAL(r.result, "conflict");
	CU_ASSERT_STRING_EQUAL(r.reason, "ticket 1 is on-site: depart is accepted in assigned");
	r = send_as(&scene.bench, "crew-3",
	    sign_hs256(scene.kid, scene.key, payload(ID(03), 3, scene.ticket, "attest")));
	CU_ASSERT_STRING_EQUAL(r.result, "rejected");
	CU_ASSERT_STRING_EQUAL(r.state, "");
	CU_ASSERT_STRING_EQUAL(r.reason, "attest is for an operator, not for a crew");
	bench_close(&scene.bench);
}

static void
a_phone_whose_key_never_left_it_is_as_good(void)
{
	struct scene scene;
	char pem[512], error[256];
	EVP_PKEY *pair = es256_key(pem, sizeof(pem));

	scene_open(&scene);
	CU_ASSERT_EQUAL(crew_enroll_es256(
			    scene.bench.repair, "crew-3", pem, "uid 1000", NULL, NULL, error, sizeof(error)),
	    0);
	bench_wait(&scene.bench, 0);
	bench_restart(&scene.bench); /* the key is found again */
	char kid[64] = "";
	sscanf(strstr(store_last(scene.bench.store)->body, "\"device\":\""), "\"device\":\"%63[^\"]", kid);
	struct receipt r = send_as(
	    &scene.bench, "crew-3", sign_es256(kid, pair, payload(ID(01), 1, scene.ticket, "depart")));
	CU_ASSERT_STRING_EQUAL(r.result, "applied");
	r = send_as(
	    &scene.bench, "crew-3", sign_es256(scene.kid, pair, payload(ID(02), 2, scene.ticket, "arrive")));
	CU_ASSERT_STRING_EQUAL(r.reason, NOT_SIGNED);
	CU_ASSERT_EQUAL(rejects(&scene.bench, "algorithm"), 1);
	EVP_PKEY_free(pair);
	bench_close(&scene.bench);
}

static void
whoever_cannot_sign_is_told_one_sentence(void)
{
	struct scene scene;
	char other[96], other_kid[64], pem[512];

	scene_open(&scene);
	enroll_crew(&scene.bench, "crew-5", other_kid, other);
	size_t before = store_record_count(scene.bench.store);
	const char *text = payload(ID(01), 1, scene.ticket, "arrive");
	char *unsigned_one = sign_hs256(scene.kid, scene.key, text);
	strrchr(unsigned_one, '.')[1] = '\0';
	EVP_PKEY *pair = es256_key(pem, sizeof(pem));
	char *tokens[] = {
		unsigned_one,
		sign_hs256(scene.kid, other, text),
		sign_hs256("nobody", scene.key, text),
		sign_es256(scene.kid, pair, text),
	};
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		struct receipt r = send_as(&scene.bench, "crew-3", tokens[i]);
		CU_ASSERT_STRING_EQUAL(r.result, "rejected");
		CU_ASSERT_STRING_EQUAL(r.reason, NOT_SIGNED);
		CU_ASSERT_STRING_EQUAL(r.state, "");
		CU_ASSERT_STRING_EQUAL(r.id, ID(01));
	}
	CU_ASSERT_EQUAL(store_record_count(scene.bench.store), before);
	CU_ASSERT_EQUAL(ticket_find(scene.bench.repair, scene.ticket)->state, TICKET_ASSIGNED);
	CU_ASSERT_EQUAL(rejects(&scene.bench, "signature"), 2);
	CU_ASSERT_EQUAL(rejects(&scene.bench, "device"), 1);
	CU_ASSERT_EQUAL(rejects(&scene.bench, "algorithm"), 1);
	EVP_PKEY_free(pair);
	bench_close(&scene.bench);
}

static void
what_is_no_token_is_told_what_it_lacks(void)
{
	struct scene scene;

	scene_open(&scene);
	struct receipt r = send_as(&scene.bench, "crew-3", strdup("hello"));
	CU_ASSERT_STRING_EQUAL(r.result, "rejected");
	CU_ASSERT_STRING_EQUAL(r.reason, "not three parts joined by dots");
	CU_ASSERT_STRING_EQUAL(r.id, "");
	r = send_as(&scene.bench, "crew-3",
	    token_of("{\"alg\":\"none\",\"kid\":\"a\"}", payload(ID(01), 1, scene.ticket, "arrive"), ""));
	CU_ASSERT_STRING_EQUAL(r.reason, "\"alg\" is neither HS256 nor ES256");
	CU_ASSERT_EQUAL(rejects(&scene.bench, "form"), 1);
	CU_ASSERT_EQUAL(rejects(&scene.bench, "algorithm"), 1);
	bench_close(&scene.bench);
}

static void
a_signed_payload_that_is_faulty_is_told_its_fault(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "hello", "the payload is not JSON" },
		{ "[]", "in the payload no object" },
		{ "{}", "in the payload \"id\" is no uuid" },
		{ "{\"id\":\"" ID(01) "0\"}", "\"id\" is no uuid" },
		{ "{\"id\":\"../../../../../../etc/passwd-xxxxxxxx\"}", "\"id\" is no uuid" },
		{ "{\"id\":\"" ID(01) "\"}", "\"counter\" is no number from 0" },
		{ "{\"id\":\"" ID(01) "\",\"counter\":-1}", "\"counter\" is no number from 0" },
		{ "{\"id\":\"" ID(01) "\",\"counter\":1.5}", "\"counter\" is no number from 0" },
		{ "{\"id\":\"" ID(01) "\",\"counter\":1,\"t\":\"yesterday\"}", "\"t\" is no RFC 3339 time" },
		{ "{\"id\":\"" ID(01) "\",\"counter\":1,\"t\":\"2026-01-01T00:00:00Z\",\"ticket\":0}",
		    "\"ticket\" is no" },
		{ "{\"id\":\"" ID(
		      01) "\",\"counter\":1,\"t\":\"2026-01-01T00:00:00Z\",\"ticket\":4294967296}",
		    "\"ticket\" is no" },
		{ "{\"id\":\"" ID(01) "\",\"counter\":1,\"t\":\"2026-01-01T00:00:00Z\",\"ticket\":1,"
				      "\"event\":\"explode\"}",
		    "\"event\" is none of" },
		{ "{\"id\":\"" ID(01) "\",\"counter\":1,\"t\":\"2026-01-01T00:00:00Z\",\"ticket\":1,"
				      "\"event\":\"note\",\"note\":7}",
		    "\"note\" is no text" },
	};
	struct scene scene;

	scene_open(&scene);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct receipt r =
		    send_as(&scene.bench, "crew-3", sign_hs256(scene.kid, scene.key, cases[i].text));
		CU_ASSERT_STRING_EQUAL(r.result, "rejected");
		CU_ASSERT_PTR_NOT_NULL(strstr(r.reason, cases[i].says));
	}
	CU_ASSERT_EQUAL(rejects(&scene.bench, "payload"), sizeof(cases) / sizeof(cases[0]));
	bench_close(&scene.bench);
}

static void
keep_rc(void *arg, int rc)
{
	*(int *)arg = rc;
}

static void
a_revoked_device_is_refused_from_that_moment_and_after_a_restart(void)
{
	struct scene scene;
	int rc = 1;

	scene_open(&scene);
	struct repair **repair = &scene.bench.repair;
	CU_ASSERT_EQUAL(crew_revoke(*repair, "crew-3", NULL, "uid 1000", keep_rc, &rc), 0);
	bench_wait(&scene.bench, 0);
	CU_ASSERT_EQUAL(rc, 0);
	for (int i = 0; i < 2; i++) {
		struct receipt r = send_as(&scene.bench, "crew-3",
		    sign_hs256(scene.kid, scene.key, payload(ID(01), 1, scene.ticket, "depart")));
		CU_ASSERT_STRING_EQUAL(r.result, "rejected");
		CU_ASSERT_STRING_EQUAL(r.reason, "the device was revoked");
		bench_restart(&scene.bench);
	}
	CU_ASSERT_EQUAL(crew_revoke(*repair, "crew-3", NULL, "uid 1000", NULL, NULL), -EALREADY);
	CU_ASSERT_EQUAL(crew_revoke(*repair, "crew-9", NULL, "uid 1000", NULL, NULL), -ENOENT);
	CU_ASSERT_EQUAL(crew_revoke(*repair, "crew-3", "nokid", "uid 1000", NULL, NULL), -ENOENT);
	bench_close(&scene.bench);
}

static void
one_device_of_a_crew_may_be_revoked_alone(void)
{
	struct scene scene;
	char kid[64], key[96];

	scene_open(&scene);
	enroll_crew(&scene.bench, "crew-3", kid, key);
	CU_ASSERT_EQUAL(crew_revoke(scene.bench.repair, "crew-3", scene.kid, "uid 1000", NULL, NULL), 0);
	bench_wait(&scene.bench, 0);
	struct receipt r = send_as(&scene.bench, "crew-3",
	    sign_hs256(scene.kid, scene.key, payload(ID(01), 1, scene.ticket, "depart")));
	CU_ASSERT_STRING_EQUAL(r.result, "rejected");
	r = send_as(&scene.bench, "crew-3", sign_hs256(kid, key, payload(ID(02), 1, scene.ticket, "depart")));
	CU_ASSERT_STRING_EQUAL(r.result, "applied");
	bench_close(&scene.bench);
}

static void
a_device_speaks_for_its_own_crew_only(void)
{
	struct scene scene;
	char kid[64], key[96];

	scene_open(&scene);
	enroll_crew(&scene.bench, "crew-5", kid, key);
	struct receipt r =
	    send_as(&scene.bench, "crew-3", sign_hs256(kid, key, payload(ID(01), 1, scene.ticket, "depart")));
	CU_ASSERT_STRING_EQUAL(r.reason, "the device is another crew's");
	r = send_as(&scene.bench, "crew-5", sign_hs256(kid, key, payload(ID(02), 2, scene.ticket, "depart")));
	CU_ASSERT_STRING_EQUAL(r.result, "rejected");
	CU_ASSERT_STRING_EQUAL(r.reason, "ticket 1 is not assigned to crew-5");
	bench_close(&scene.bench);
}

static void
a_full_disk_refuses_updates_enrolments_and_revocations(void)
{
	struct scene scene;
	int rc = 1;

	scene_open(&scene);
	store_fail(scene.bench.store, -ENOSPC);
	char *again = sign_hs256(scene.kid, scene.key, payload(ID(01), 1, scene.ticket, "depart"));
	struct receipt r = send_as(&scene.bench, "crew-3", strdup(again));
	CU_ASSERT_STRING_EQUAL(r.result, "retry");
	CU_ASSERT_STRING_EQUAL(r.id, ID(01));
	CU_ASSERT_PTR_NOT_NULL(strstr(r.reason, "No space left on device"));
	crew_revoke(scene.bench.repair, "crew-3", NULL, "uid 1000", keep_rc, &rc);
	bench_wait(&scene.bench, 0);
	CU_ASSERT_EQUAL(rc, -ENOSPC);
	crew_enroll_hs256(scene.bench.repair, "crew-7", "uid 1000", NULL, NULL);
	bench_wait(&scene.bench, 0);
	CU_ASSERT_FALSE(crew_is_known(scene.bench.repair, "crew-7"));
	store_fail(scene.bench.store, 0);
	r = send_as(&scene.bench, "crew-3", again);
	CU_ASSERT_STRING_EQUAL(r.result, "applied");
	bench_close(&scene.bench);
}

static void
a_crews_name_is_checked(void)
{
	static const char *const names[] = { "", "-x", "a/b", "a b", "x12345678901234567890123456789012",
		"\xc3\xa9" };
	struct bench bench;
	char error[256];

	bench_open(&bench);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CU_ASSERT_EQUAL(crew_enroll_hs256(bench.repair, names[i], "uid 1", NULL, NULL), -EINVAL);
		CU_ASSERT_EQUAL(
		    crew_enroll_es256(bench.repair, names[i], "", "uid 1", NULL, NULL, error, sizeof(error)),
		    -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(strstr(error, "1 to 32 letters"));
	}
	bench_close(&bench);
}

static void
collect(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

static char *
all_views(struct bench *bench, const struct scope *scope)
{
	struct views *views = views_new();
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_EQUAL_FATAL(repair_add_views(bench->repair, views), 0);
	for (size_t i = 0; i < views_count(views); i++) {
		struct towerd_json_writer w = { 0 };
		view_print_text(views_at(views, i), scope, NULL, 0, collect, out);
		view_print_json(views_at(views, i), scope, NULL, 0, &w);
		fputs(towerd_json_done(&w), out);
		towerd_json_fini(&w);
	}
	fclose(out);
	views_free(views);
	return text;
}

static void
no_view_and_no_record_shows_a_key_and_readers_see_no_names(void)
{
	static const char *const everywhere[] = { "*" };
	const struct scope_reader wallboard = {
		.name = "wallboard", .role = ROLE_READ, .areas = everywhere, .area_count = 1
	};
	struct scene scene;

	scene_open(&scene);
	send_as(&scene.bench, "crew-3",
	    sign_hs256(scene.kid, scene.key, payload(ID(01), 1, scene.ticket, "arrive")));
	scopes_set_block(scene.bench.scopes, ENTITY_BLOCK(SITE_A), SITE_A, "nineveh");
	CU_ASSERT_FALSE(store_journal_mentions(scene.bench.store, scene.key));
	char *text = all_views(&scene.bench, scopes_all(scene.bench.scopes));
	CU_ASSERT_PTR_NULL(strstr(text, scene.key));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "crew-3"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "on-site"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, scene.kid));
	free(text);
	text = all_views(&scene.bench, scopes_open(scene.bench.scopes, &wallboard, false, 0));
	CU_ASSERT_PTR_NULL(strstr(text, "crew-3"));
	CU_ASSERT_PTR_NULL(strstr(text, scene.kid));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "on-site"));
	free(text);
	bench_close(&scene.bench);
}

static const struct claim claims[] = {
	CLAIM(a_signed_update_moves_the_ticket_and_gets_its_receipt),
	CLAIM(a_phone_whose_key_never_left_it_is_as_good),
	CLAIM(whoever_cannot_sign_is_told_one_sentence),
	CLAIM(what_is_no_token_is_told_what_it_lacks),
	CLAIM(a_signed_payload_that_is_faulty_is_told_its_fault),
	CLAIM(a_revoked_device_is_refused_from_that_moment_and_after_a_restart),
	CLAIM(one_device_of_a_crew_may_be_revoked_alone),
	CLAIM(a_device_speaks_for_its_own_crew_only),
	CLAIM(a_full_disk_refuses_updates_enrolments_and_revocations),
	CLAIM(a_crews_name_is_checked),
	CLAIM(no_view_and_no_record_shows_a_key_and_readers_see_no_names),
};
CLAIMS_MAIN("crew", claims)
