/* SPDX-License-Identifier: ISC */
/* See arc_rules.h. */
#include "agent/alarm/silence/arc_rules.h"

const char *const arc_state_names[] = { "alm", "nalm", "nalmQI", "nalmTI", "nalmQICD", NULL };
const char *const arc_event_names[] = { "set-nalm", "set-qi", "set-ti", "end", "problem", "problem-free",
	"time", NULL };

#define ALM  ARC_ALM
#define NALM ARC_NALM
#define QI   ARC_NALM_QI
#define TI   ARC_NALM_TI
#define QICD ARC_NALM_QICD
#define NO   ARC_REFUSED

/* From qualified to timed and back there is no way but through nalm or alm. */
/* clang-format off */
static const uint8_t rules[ARC_STATES][ARC_EVENTS] = {
	/*          SET_NALM  SET_QI  SET_TI  END   PROBLEM  PROBLEM_FREE  TIME */
	[ALM]  = {  NALM,     QI,     TI,     ALM,  ALM,     ALM,          ALM  },
	[NALM] = {  NALM,     QI,     TI,     ALM,  NALM,    NALM,         NALM },
	[QI]   = {  NALM,     QI,     NO,     ALM,  QI,      QICD,         QI   },
	[TI]   = {  NALM,     NO,     TI,     ALM,  TI,      TI,           ALM  },
	[QICD] = {  NALM,     QI,     NO,     ALM,  QI,      QICD,         ALM  },
};
/* clang-format on */

enum arc_state
arc_next_state(enum arc_state state, enum arc_event event)
{
	return rules[state][event];
}

enum arc_event
arc_set_event(enum arc_state state)
{
	return state == NALM ? ARC_SET_NALM : state == QI ? ARC_SET_QI : state == TI ? ARC_SET_TI : ARC_END;
}
