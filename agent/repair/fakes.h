/* SPDX-License-Identifier: ISC */
/*
 * What repair stands on, as tests need it: a store that commits or fails on command, a model of two sites, alarms by hand. The loop, the
 * scopes and the orders are the real ones.
 */
#ifndef AGENT_REPAIR_FAKES_H
#define AGENT_REPAIR_FAKES_H

#include "agent/repair/crew.h"
#include "agent/repair/ticket_rules.h"

#define SITE_A 256u /* "NIN-0042", with the devices "power" and "radio" */
#define SITE_B 512u /* "NIN-0043", with nothing that is monitored */
#define MINUTE INT64_C(60000)

struct bench {
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct alarms *alarms;
	struct repair *repair;
};

void bench_open(struct bench *bench);
void bench_close(struct bench *bench);
void bench_restart(struct bench *bench);          /* the agent ends and starts again on the same store */
void bench_wait(struct bench *bench, int64_t ms); /* steps the clock */

/* The store. It commits what was submitted when the loop turns, unless it is held. */
void store_hold(struct store *store, bool is_held);
void store_fail(struct store *store, int rc); /* each commit fails so; 0: no longer */
void store_flush(struct store *store);        /* decides all that was submitted */
size_t store_row_count(const struct store *store, enum store_bucket bucket);
size_t store_record_count(const struct store *store);
const struct store_record *store_record_at(const struct store *store, size_t i);
const struct store_record *store_last(const struct store *store);
bool store_journal_mentions(const struct store *store, const char *text);
char *store_snapshot(const struct store *store); /* all rows as text */

/* The model and the alarms, with what their listeners are to hear. */
void bench_remove(struct bench *bench, uint32_t site); /* from the inventory */
struct site *bench_site(struct bench *bench, uint32_t number);
void bench_presence(struct bench *bench, const char *slot, enum towerd_presence presence); /* at SITE_A */
void bench_alarm(struct bench *bench, uint32_t site, const char *type, int severity); /* CLEARED: clears it */

/* Steps by one line, with the answer kept. */
struct asked {
	int answers;
	enum ticket_result result;
	int rc;
	uint32_t ticket;
	enum ticket_state state;
	char reason[TICKET_REASON_MAX];
};
void keep_answer(void *asked, const struct ticket_answer *answer);
struct asked ask(struct bench *bench, const struct ticket_step *step); /* and waits for the answer */
struct asked ask_operator(struct bench *bench, uint32_t ticket, enum ticket_event event, const char *note);
struct asked
ask_crew(struct bench *bench, uint32_t ticket, enum ticket_event event, const char *id, uint64_t counter);
uint32_t ticket_in(struct bench *bench, uint32_t site,
    enum ticket_state state); /* opens one and leads it there, for crew-3 */

/* Signing, as a phone does. The token is freed by the caller. */
struct evp_pkey_st;
char *sign_hs256(const char *kid, const char *key, const char *payload);
struct evp_pkey_st *es256_key(char *pem, size_t size); /* and its public half */
char *sign_es256(const char *kid, struct evp_pkey_st *key, const char *payload);
char *token_of(const char *header, const char *payload, const char *signature);
void enroll_crew(struct bench *bench, const char *name, char kid[64], char key[96]);

#endif
