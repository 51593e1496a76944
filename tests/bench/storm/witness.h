/* SPDX-License-Identifier: ISC */
/* Who hears what is told, and holds it against the causes that were planted. */
#ifndef TESTS_BENCH_STORM_WITNESS_H
#define TESTS_BENCH_STORM_WITNESS_H

#include "tests/bench/storm/fleet.h"
#include "tests/bench/storm/scenario.h"

struct root_seen {
	int64_t first_us; /* its first change was given to the agent, monotonic; 0: not yet */
	int64_t told_us;  /* its first raise was durable and told */
	unsigned raises, clears;
};

struct witness {
	const struct scenario *scenario;
	struct root_seen *roots;
	int *root_at;   /* by site: the newest of its causes, by its place in the scenario, -1: none */
	int *next_root; /* by cause: another of the same site */
	uint64_t records, told; /* of alarms; not told ones are journalled all the same */
	uint64_t door;          /* told of doors that chatter */
	uint64_t consequences;  /* told, though they only follow from a cause that was planted */
	uint64_t changes;       /* of causes that were told already: another severity, more below it */
	uint64_t floods;        /* that alarms come faster than people read */
	uint64_t strangers;     /* told, and planted by nobody */
	uint64_t repeated;      /* told not by a newer journal number than the one before */
	uint64_t newest;
	bool is_talking; /* prints what is told and belongs to no cause */
};

void witness_init(struct witness *witness, const struct fleet *fleet, const struct scenario *scenario);
void witness_begin(struct witness *witness); /* another round: forgets what was seen */
void witness_fini(struct witness *witness);
void witness_given(struct witness *witness, const struct change *change);
void witness_told(void *arg, const struct towerd_record *record); /* alarm_listener.told */

struct verdict {
	unsigned planted;
	unsigned missed;               /* never told */
	unsigned repeated;             /* told as raised more than once */
	unsigned stuck;                /* told as raised, not told as cleared */
	double p50_ms, p99_ms, max_ms; /* from its first change to the durable record that was told */
};
struct verdict witness_verdict(const struct witness *witness, enum cause cause);

#endif
