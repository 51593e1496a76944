/* SPDX-License-Identifier: ISC */
/* Thresholds: which step of which rule of the catalogue a word of the inventory ("low", "critical-high") stands for. */
#include <string.h>

#include "agent/model/inside.h"

bool
threshold_find(const struct catalogue_kind *kind, const char *word, struct model_threshold *out)
{
	for (uint8_t rule = 0; rule < CATALOGUE_RULES && kind->rules[rule].when != 0; rule++) {
		const struct catalogue_rule *r = &kind->rules[rule];
		if (r->when != WHEN_BELOW && r->when != WHEN_ABOVE)
			continue;
		for (uint8_t step = 0; step < CATALOGUE_STEPS && r->severities[step] != 0; step++) {
			if (r->words[step] == NULL || strcmp(r->words[step], word) != 0)
				continue;
			out->kind = (uint16_t)kind->kind.number;
			out->rule = rule;
			out->step = step;
			return true;
		}
	}
	return false;
}
