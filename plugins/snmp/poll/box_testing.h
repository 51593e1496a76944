/* SPDX-License-Identifier: ISC */
/* For the tests of polling: a box that answers from a recording, with the manners of boxes that one meets. Octets in, octets out. */
#ifndef PLUGINS_SNMP_BOX_TESTING_H
#define PLUGINS_SNMP_BOX_TESTING_H

#include "plugins/snmp/poll/question.h"

#define BOX_ANSWER_MAX 65507

enum box_bulk { BOX_BULK_WORKS, BOX_BULK_DROPS, BOX_BULK_FAILS };

struct box {
	struct object_set *objects;
	const char *community;   /* another one is not answered */
	enum codec_version only; /* CODEC_V1: speaks nothing else */
	bool is_silent;
	bool is_endless;      /* a walk goes on and on below what was asked for */
	bool is_unordered;    /* a walk comes back to what was asked for */
	bool is_swapped;      /* the first two objects of a GETBULK's answer change places */
	bool is_twice;        /* the objects of a GETBULK's answer come twice each */
	enum box_bulk bulk;   /* what becomes of a GETBULK */
	long repetitions_max; /* a GETBULK of more is not answered; 0: no limit */
	size_t takes_max;     /* a request of more varbinds is not answered; 0: no limit */
	const char *drops;    /* a request that names this object is not answered; NULL: none */
	size_t varbinds_max;  /* more of them are tooBig; 0: no limit */
	const char *refused;  /* this object is answered with genErr; NULL: none */
	bool names_none;      /* errors come without their index */
	bool is_closed;       /* every request is answered with genErr */
	unsigned requests;    /* answered so far */
};

/* `recording`: lines of .snmprec. box_fini() afterwards. */
void box_init(struct box *box, const char *recording);
void box_fini(struct box *box);
/* Adds lines of a recording; those for the same objects are replaced. */
void box_set(struct box *box, const char *recording);
/* The answer to a request in `out` (BOX_ANSWER_MAX octets); its length, 0: none. */
size_t box_answer(struct box *box, const uint8_t *request, size_t len, uint8_t *out);
/* The answer to a question by a session's rules; lives until the next one. False: it did not answer. */
bool box_ask(struct box *box, struct codec *codec, enum codec_version version,
    const struct session_question *question, struct codec_answer *answer);

#endif
