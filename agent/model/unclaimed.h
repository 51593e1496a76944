/* SPDX-License-Identifier: ISC */
/* Sites that speak but are not in the inventory: shown, bounded, never trusted. */
#ifndef AGENT_MODEL_UNCLAIMED_H
#define AGENT_MODEL_UNCLAIMED_H

#include "agent/model/inside.h"
#include "agent/model/text_key.h"

#define UNCLAIMED_MAX    1000
#define UNCLAIMED_ID_MAX 64

struct unclaimed_site {
	char *id, *source;
	int64_t first_ms, last_ms; /* UTC */
	uint64_t times;
};

struct unclaimed {
	struct skip *sites; /* in the order of their table */
};

#endif
