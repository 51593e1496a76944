/* SPDX-License-Identifier: ISC */
/* A poll, as the files about one see it: poll.c (rounds), poll_read.c (what answers say). */
#ifndef PLUGINS_SNMP_POLL_INSIDE_H
#define PLUGINS_SNMP_POLL_INSIDE_H

#include "plugins/snmp/poll/list_walk.h"
#include "plugins/snmp/poll/poll.h"

struct poll {
	struct shared_plans *plans;
	struct shared_plan *shared;
	struct poll_box *box;
	const struct poll_sink *sink;
	void *arg;
	uint32_t *numbers; /* of the plan's sensors; NULL: not known yet */
	bool *is_lost;     /* objects that the device answers with an error, or not at all; NULL: none */
	struct profile_counter *counters; /* of the sensors that are rates; NULL: none is */
	struct faults *faults;            /* NULL: the plan has neither alarms nor lists */
	struct list_walk *lists;          /* while a round walks them */
	int64_t now_ms;                   /* of what is being read */
	int64_t since_ms;                 /* when it was begun to tell all alarms */
	int64_t *groups_ms;               /* when each group was asked for; NULL: there is one group alone */
	uint32_t lost_count, rounds_lost; /* rounds since something was lost */
	uint32_t at, left;                /* positions: where the round is, how far it goes */
	uint32_t count;                   /* of the request in turn */
	uint32_t size;                    /* objects in a request at most */
	uint32_t choked_at;               /* where `chokes` requests had no answer */
	uint32_t choke_end;               /* as far as smaller ones are tried; 0: none are */
	uint64_t groups;                  /* that this round asks for */
	uint8_t chokes;
	bool has_no_uptime; /* sysUpTime is answered with an error */
	bool is_running;    /* a round has begun and not ended */
	bool is_asked;      /* to tell all alarms, from the next round on */
	bool must_tell;     /* all alarms: this round does, or tries to */
	uint8_t tellings;   /* rounds that tried */
};

/* The objects of an answer without an error. True: the device has restarted. */
bool poll_read_objects(struct poll *poll, const struct codec_answer *answer);
void poll_read_as_unknown(struct poll *poll, uint32_t object);

#endif
