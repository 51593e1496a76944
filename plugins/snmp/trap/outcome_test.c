/* SPDX-License-Identifier: ISC */
/* What traps have come to: told once, in order, and never lost on the way to a deaf agent. */
#include <stdio.h>
#include <string.h>

#include "plugins/snmp/trap/outcome.h"
#include "tests/support/cunit_main.h"

struct heard {
	char text[1024];
	unsigned count, limit; /* deaf after so many */
};

static bool
hear(void *arg, const struct towerd_fault *fault)
{
	struct heard *heard = arg;
	char line[128];

	if (heard->count == heard->limit)
		return false;
	heard->count++;
	snprintf(line, sizeof(line), "%u %s%s%s; ", fault->device, fault->is_raised ? "+" : "-", fault->type,
	    fault->qualifier);
	if (strlen(heard->text) + strlen(line) < sizeof(heard->text))
		strcat(heard->text, line);
	return true;
}

static bool
put(struct outcomes *outcomes, uint32_t device, const char *type, bool is_raised, int64_t now_ms)
{
	const struct towerd_fault fault = {
		.device = device, .type = type, .qualifier = "", .text = "", .is_raised = is_raised
	};
	return outcomes_put(outcomes, &fault, now_ms);
}

#define TOLD(outcomes, now_ms, expected)                        \
	do {                                                    \
		struct heard heard_ = { .limit = 100000 };      \
		outcomes_tell(outcomes, now_ms, hear, &heard_); \
		CU_ASSERT_STRING_EQUAL(heard_.text, expected);  \
	} while (0)

static void
what_is_said_again_is_told_once_a_second(void)
{
	struct outcomes *outcomes = outcomes_new(16);

	for (unsigned i = 0; i < 1000; i++)
		CU_ASSERT_TRUE(put(outcomes, 1, "site/door-open", true, 1000));
	TOLD(outcomes, 1000, "1 +site/door-open; ");
	CU_ASSERT_TRUE(put(outcomes, 1, "site/door-open", true, 1999));
	TOLD(outcomes, 1999, "");
	CU_ASSERT_TRUE(put(outcomes, 1, "site/door-open", true, 2000));
	TOLD(outcomes, 2000, "1 +site/door-open; ");
	outcomes_free(outcomes);
}

static void
what_changes_before_it_is_told_is_told_as_it_was_and_as_it_is(void)
{
	struct outcomes *outcomes = outcomes_new(16);

	put(outcomes, 1, "a", true, 0);
	put(outcomes, 2, "b", true, 0);
	put(outcomes, 1, "a", false, 0);
	TOLD(outcomes, 0, "1 +a; 1 -a; 2 +b; ");
	for (unsigned i = 0; i < 99; i++)
		put(outcomes, 2, "b", i % 2 == 1, 0);
	TOLD(outcomes, 0, "2 +b; 2 -b; ");
	outcomes_free(outcomes);
}

static void
an_agent_that_does_not_listen_is_told_later(void)
{
	struct outcomes *outcomes = outcomes_new(16);
	struct heard heard = { .limit = 1 };

	put(outcomes, 1, "a", true, 0);
	put(outcomes, 2, "a", true, 0);
	put(outcomes, 2, "a", false, 0);
	outcomes_tell(outcomes, 0, hear, &heard);
	CU_ASSERT_EQUAL(outcomes_waiting(outcomes), 1);
	heard.limit = 2; /* in the middle of one */
	outcomes_tell(outcomes, 0, hear, &heard);
	CU_ASSERT_EQUAL(outcomes_waiting(outcomes), 1);
	heard.limit = 10;
	outcomes_tell(outcomes, 0, hear, &heard);
	CU_ASSERT_STRING_EQUAL(heard.text, "1 +a; 2 +a; 2 -a; ");
	CU_ASSERT_EQUAL(outcomes_waiting(outcomes), 0);
	outcomes_free(outcomes);
}

static void
there_is_room_for_so_many_and_what_was_told_makes_room(void)
{
	struct outcomes *outcomes = outcomes_new(4);

	for (uint32_t device = 1; device <= 4; device++)
		CU_ASSERT_TRUE(put(outcomes, device, "a", true, 0));
	CU_ASSERT_FALSE(put(outcomes, 5, "a", true, 0));
	TOLD(outcomes, 0, "1 +a; 2 +a; 3 +a; 4 +a; ");
	for (uint32_t device = 5; device <= 8; device++)
		CU_ASSERT_TRUE(put(outcomes, device, "a", true, 0));
	TOLD(outcomes, 0, "5 +a; 6 +a; 7 +a; 8 +a; ");
	outcomes_free(outcomes);
}

static const struct claim claims[] = {
	CLAIM(what_is_said_again_is_told_once_a_second),
	CLAIM(what_changes_before_it_is_told_is_told_as_it_was_and_as_it_is),
	CLAIM(an_agent_that_does_not_listen_is_told_later),
	CLAIM(there_is_room_for_so_many_and_what_was_told_makes_room),
};

CLAIMS_MAIN("outcome", claims)
