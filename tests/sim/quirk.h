/* SPDX-License-Identifier: ISC */
/* What is wrong with a device: the pathologies of real agents. A healthy one has none of this. */
#ifndef TESTS_SIM_QUIRK_H
#define TESTS_SIM_QUIRK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bulk_quirk {
	BULK_FINE,
	BULK_DROPPED, /* a GETBULK is not answered */
	BULK_REFUSED, /* it is answered with genErr */
};

enum walk_quirk {
	WALK_SORTED,
	WALK_UNORDERED, /* rows of a column come two and two in the wrong order */
	WALK_GROWS,     /* after the last row of a column comes another one, with the next number */
	WALK_LOOPS,     /* after the last row of a column comes its first again */
};

struct quirks {
	enum bulk_quirk bulk;
	enum walk_quirk walk;
	uint16_t most_varbinds; /* larger requests are dropped; 0: none is */
	uint16_t cut_octets;    /* answers end there; 0: whole */
	bool repeats_rows;      /* each varbind of a GETBULK's answer comes twice */
	bool answers_twice;
	uint32_t answer_from;       /* address, host order; 0: its own */
	char answer_community[256]; /* empty: the request's */
};

#endif
