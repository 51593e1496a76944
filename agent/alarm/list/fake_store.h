/* SPDX-License-Identifier: ISC */
/* A store in memory in place of store.h's: rows by key, records handed to the test as they are submitted, and everything durable when the test says so. */
#ifndef AGENT_ALARM_LIST_FAKE_STORE_H
#define AGENT_ALARM_LIST_FAKE_STORE_H

#include "agent/store/store.h"

struct store *fake_store_new(void (*on_record)(void *arg, const char *type, const char *body), void *arg);
void fake_store_free(struct store *store);
void fake_store_commit(struct store *store); /* tells whoever waits that it is durable */
size_t fake_store_rows(const struct store *store, enum store_bucket bucket);

#endif
