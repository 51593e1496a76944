/* SPDX-License-Identifier: ISC */
/* The walk of one subtree, whatever the device's manners: what to ask next, and what an answer means. Sends nothing itself. */
#ifndef PLUGINS_SNMP_SUBTREE_H
#define PLUGINS_SNMP_SUBTREE_H

#include "plugins/snmp/poll/learned.h"
#include "plugins/snmp/poll/question.h"

#define CHOKES 2 /* questions without an answer until the question is held to be why: answers get lost, too */

struct subtree {
	struct object_set *objects; /* where what is found goes */
	struct learned *learned;
	struct snmp_oid root;
	uint32_t cursor[TOWERD_OID_MAX]; /* where the walk stands */
	size_t cursor_len;
	size_t found, max;    /* objects of this walk: one that goes on is one that never ends */
	unsigned repetitions; /* of a GETBULK; 0: GETNEXT */
	unsigned chokes;
	bool goes_back;      /* its objects come in no order */
	bool is_endless;     /* there are more than `max` of them */
	bool is_shrunk;      /* less is asked for than before: if that is answered, it is a lesson */
	const char *trouble; /* why the walk ended, unless it came to its end */
};

enum subtree_state { SUBTREE_MORE, SUBTREE_DONE };

void subtree_init(struct subtree *s, struct object_set *objects, struct learned *learned,
    enum codec_version version, size_t max);
void subtree_begin(struct subtree *s, struct snmp_oid root);
void subtree_ask(const struct subtree *s, struct session_question *question);
/* SUBTREE_DONE: the walk is over; `trouble` says whether it is whole. */
enum subtree_state subtree_answer(struct subtree *s, const struct codec_answer *answer);
/* There was no answer, and the device lives. */
enum subtree_state subtree_choked(struct subtree *s);

#endif
