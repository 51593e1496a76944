/* SPDX-License-Identifier: ISC */
/* Prints docs/kinds.md, the catalogue as a page of the manual; a test compares the two. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/model/catalogue.h"

static const char *const severity_names[] = {
	[TOWERD_WARNING] = "warning",
	[TOWERD_MINOR] = "minor",
	[TOWERD_MAJOR] = "major",
	[TOWERD_CRITICAL] = "critical",
};

/* A number of the kind as people write it: 47000 of a kind with 3 decimals is 47. */
static void
print_number(const struct towerd_kind *kind, int64_t value)
{
	unsigned decimals = kind->decimals;
	int64_t one = 1;

	for (; decimals > 0 && value % 10 == 0; decimals--)
		value /= 10;
	for (unsigned i = 0; i < decimals; i++)
		one *= 10;
	printf("%s%" PRId64, value < 0 ? "-" : "", (int64_t)llabs(value / one));
	if (decimals > 0)
		printf(".%0*" PRId64, (int)decimals, (int64_t)llabs(value % one));
}

static void
print_steps(const struct catalogue_kind *kind, const struct catalogue_rule *rule)
{
	for (int i = 0; i < CATALOGUE_STEPS && rule->severities[i] != 0; i++) {
		printf("%s%s `%s`", i == 0 ? " " : ", ", severity_names[rule->severities[i]], rule->words[i]);
		if (rule->limits[i] == INT64_MIN)
			continue;
		printf(rule->when == WHEN_BELOW ? " < " : " > ");
		print_number(&kind->kind, rule->limits[i]);
	}
}

static void
print_rule(const struct catalogue_kind *kind, const struct catalogue_rule *rule)
{
	printf("%s:", rule->alarm_type);
	switch (rule->when) {
	case WHEN_BELOW:
	case WHEN_ABOVE:
		print_steps(kind, rule);
		break;
	case WHEN_TRUE:
	case WHEN_FALSE:
		printf(" %s when %s", severity_names[rule->severities[0]],
		    rule->when == WHEN_TRUE ? "true" : "false");
		break;
	case WHEN_STATE:
		printf(" %s when %s", severity_names[rule->severities[0]], rule->states);
		break;
	}
}

static void
print_values(const struct towerd_kind *kind)
{
	switch (kind->value_class) {
	case TOWERD_KIND_NUMBER:
		printf("%s", kind->unit[0] == '\0' ? "number" : kind->unit);
		break;
	case TOWERD_KIND_TRUTH:
		printf("true, false");
		break;
	case TOWERD_KIND_STATE:
		for (int64_t i = 0; kind->states[i] != NULL; i++)
			printf("%s%s", i == 0 ? "" : ", ", kind->states[i]);
		break;
	}
}

int
main(void)
{
	printf("# Kinds of readings\n\n"
	       "All that towerd can be told of a site, by any device and protocol. A sensor's key is `KIND` "
	       "or `KIND:INSTANCE`. The alarm\n"
	       "column says what is raised by itself; the words in `code` are those of `thresholds:` in the "
	       "inventory, where a word without a\n"
	       "limit here has no default: only the inventory can give one.\n\n"
	       "| kind | what it is | unit or values | alarms |\n|---|---|---|---|\n");
	for (unsigned i = 0; i < catalogue_count(); i++) {
		const struct catalogue_kind *kind = catalogue_at(i);

		printf("| `%s` | %s | ", kind->kind.name, kind->title);
		print_values(&kind->kind);
		printf(" | ");
		for (int r = 0; r < CATALOGUE_RULES && kind->rules[r].when != 0; r++) {
			printf(r == 0 ? "" : "; ");
			print_rule(kind, &kind->rules[r]);
		}
		printf(" |\n");
	}
	return 0;
}
