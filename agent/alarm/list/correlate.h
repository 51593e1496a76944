/* SPDX-License-Identifier: ISC */
/*
 * Alarms and what causes them: the list's entries on one side, the graph of backhaul and the supply on the other. What an alarm's cause is is
 * always found anew from the facts; the order in which they came does not matter. Whoever a change bears on is looked at again soon, a bounded number
 * in each turn of the loop.
 */
#ifndef AGENT_ALARM_LIST_CORRELATE_H
#define AGENT_ALARM_LIST_CORRELATE_H

#include <stdbool.h>
#include <stdint.h>

struct alarms;
struct entry;
struct graph;
struct group;
struct site;
struct supply;

int correlation_new(struct alarms *alarms);
void correlation_free(struct alarms *alarms);

/* What the model says: a site is there, has other paths, groups or devices; it is no more. */
void correlate_site(struct alarms *alarms, const struct site *site);
void correlate_site_removed(struct alarms *alarms, const struct site *site);
/* Nothing of the site answers, since then (UTC), and it is no alarm yet; or it is not so any more. */
void correlate_silent(struct alarms *alarms, const struct site *site, int64_t since_ms);
void correlate_answers(struct alarms *alarms, const struct site *site);

/* An entry was raised or cleared: what follows from it for the facts; then, when it is journalled, for others. */
void correlate_note(struct alarms *alarms, const struct entry *entry);
void correlate_spread(struct alarms *alarms, const struct entry *entry);
/* The site of this number, or the group, is looked at again soon. */
void correlate_later(struct alarms *alarms, uint32_t number);
/* All active entries, after the load. */
void correlate_load(struct alarms *alarms);
/* Those who hang below an alarm that is over are asked how they are. */
void correlate_ask_effects(struct alarms *alarms, const struct entry *entry);

enum cause_verdict { CAUSE_NONE, CAUSE_FOUND, CAUSE_WAIT };
/* Sets the entry's cause. FOUND also while the cause that it had is over, and whether it was the only one is being looked at. */
enum cause_verdict correlate(struct alarms *alarms, struct entry *entry);

/* Facts, for those who detect. */
struct supply *correlation_supply(const struct alarms *alarms);
bool correlation_infers(const struct alarms *alarms, uint32_t hub);
/* Sites that depend on it. */
uint32_t correlation_dependents(const struct alarms *alarms, uint32_t hub);

/* cause.c */
/* The alarm that causes this one by the rules, or NULL; `*is_wait`: it may still come. */
struct entry *cause_find(struct alarms *alarms, struct entry *entry, bool *is_wait);
bool cause_is_ruled(const char *type);      /* something may be the cause of it */
bool cause_bears_on_site(const char *type); /* it may be the cause of others at its own site */
struct graph *correlation_graph(const struct alarms *alarms);
/* Asks the devices of a site for a verdict, not twice within a moment. */
void correlation_ask(struct alarms *alarms, uint32_t site);

#endif
