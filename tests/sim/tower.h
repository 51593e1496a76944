/* SPDX-License-Identifier: ISC */
/* One simulated portable tower: its connection, what it says, and how it misbehaves. */
#ifndef TESTS_SIM_TOWER_H
#define TESTS_SIM_TOWER_H

#include "tests/sim/clock.h"
#include "tests/sim/link.h"
#include "tests/sim/sensors.h"

struct position {
	char lat[24], lon[24], alt[24], accuracy[24]; /* as written; alt and accuracy may be empty */
};

struct tower {
	char id[33];
	char model[64], software[64], deployment[16];
	const char *prefix;               /* of the topics; outlives the tower */
	const struct sockaddr_in *broker; /* outlives the tower */
	struct sensors sensors;
	struct position position;
	char session[17];
	struct link *link;    /* NULL while away, or waiting to connect again */
	struct link *leaving; /* says goodbye, or hangs with a will that comes late */
	int64_t leaving_cut_ms;
	bool is_away; /* on purpose */
	bool is_born; /* has said so on this connection */
	bool is_silent;
	int64_t interval_ms, next_report_ms, next_connect_ms;
	int64_t seq, skew_ms;
	uint64_t published;
};

/* An id as interfaces have it: [A-Za-z0-9][A-Za-z0-9._-]{0,31}. */
bool tower_id_is_valid(const char *id);

struct tower *tower_new(const char *id, const char *prefix, const struct sockaddr_in *broker);
void tower_free(struct tower *tower);

/* Connects when it should and has not, reports when it is time, ends what has left. After every poll. */
void tower_run(struct tower *tower, int64_t now_ms);
int64_t tower_next_ms(const struct tower *tower);

/* Each 0, or -ENOTCONN and other of link_publish; while silent they still speak when told to. */
int tower_publish_status(struct tower *tower);
int tower_publish_telemetry(struct tower *tower);
int tower_publish_position(struct tower *tower);
int tower_publish_alarm(struct tower *tower, const char *alarm_id, const char *type, const char *state,
    const char *severity, const char *text);
int tower_publish_raw(struct tower *tower, const char *topic_end, const char *payload);

void tower_drop(struct tower *tower);   /* cuts the connection: the broker sends the will; stays away */
void tower_leave(struct tower *tower);  /* goodbye; stays away */
void tower_return(struct tower *tower); /* connects again, with a new session */

/* Connects anew while the old connection hangs on until then, when its will is sent: of a session no longer live. */
int tower_will_late(struct tower *tower, int64_t cut_ms);

#endif
