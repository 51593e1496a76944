/* SPDX-License-Identifier: ISC */
/*
 * What an audience is to be told and must wait for: when its budget of alarms in ten minutes is spent, or its listener is far behind. The
 * worst goes first, of those the oldest. Never held back: what is critical, what concerns safety, what got better, and every clear. What is
 * cleared while it waits is never told.
 */
#ifndef AGENT_ALARM_LIST_QUEUE_H
#define AGENT_ALARM_LIST_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alarms;
struct entry;
struct queue;

struct queue *queue_new(struct alarms *alarms, unsigned audience);
void queue_free(struct queue *queue);
void queue_set_budget(struct queue *queue, unsigned budget); /* in ten minutes; 0: no bound */
/* Whether the alarm has to wait; then it is in the queue. */
bool queue_holds_back(struct alarms *alarms, unsigned audience, struct entry *entry);
void queue_leave(struct alarms *alarms, unsigned audience, struct entry *entry);
void queue_told(struct alarms *alarms, unsigned audience, struct entry *entry, uint64_t journal_number);
void queue_acknowledged(struct alarms *alarms, unsigned audience, uint64_t journal_number);
size_t queue_length(const struct queue *queue);
unsigned queue_backlog(const struct queue *queue); /* told, and not acknowledged */

#endif
