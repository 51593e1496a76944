/* SPDX-License-Identifier: ISC */
/* Cursors, and the feed that all of them drink from. */
#ifndef AGENT_HOST_CURSORS_H
#define AGENT_HOST_CURSORS_H

#include "agent/host/inside.h"
#include "agent/store/store.h"
#include "agent/view/scope.h"

/* Delivered, and not acknowledged or its acknowledgement not durable: what comes again after a kill. */
struct flight {
	uint64_t number;
	bool is_durable, is_acknowledged;
};

struct cursor {
	struct plugin *plugin;
	unsigned number, credit;
	char *name;   /* "PLUGIN/NAME", as in the store */
	char **types; /* prefixes, NULL at the end; NULL: all */
	char *
	    list; /* the name of its list of alarms, and its number; NULL: it has none, and hears every record */
	int audience;
	const struct scope *scope;
	uint64_t read;       /* durable records up to here were delivered or passed over */
	uint64_t read_from;  /* where the read that is under way began */
	uint64_t early_read; /* the same for records that are not durable yet */
	uint64_t saved;      /* position that the store has, or is about to have */
	uint64_t delivered;
	struct flight *flights; /* at most `credit` */
	unsigned flight_count;
	uint64_t *early; /* acknowledged before they were durable */
	size_t early_count, early_capacity;
	bool is_reading, is_closed, is_lost;
	uint64_t void_to; /* alarms up to this record were lost, and what stands is told anew behind it */
	struct log_episode reading;
};

void cursor_pump(struct cursor *cursor); /* delivers what can be delivered */
bool cursor_save(struct cursor *cursor, struct store_txn *txn);
void cursor_saved(struct cursor *cursor, bool is_durable); /* what cursor_save() wrote */
void cursor_free(struct cursor *cursor);

/* A record that the disk has not taken yet. */
struct early_record {
	TAILQ_ENTRY(early_record) next;
	struct towerd_record record;
	struct towerd_alarm_record alarm;
};

/* feed.c */
const struct early_record *feed_early_after(const struct journal_feed *feed, uint64_t number);
void feed_save_soon(struct journal_feed *feed);
void feed_save_next(
    struct journal_feed *feed); /* as soon as the save before it has ended: somebody waits for it */
void feed_save(struct journal_feed *feed);
void feed_retry_soon(struct journal_feed *feed);

#endif
