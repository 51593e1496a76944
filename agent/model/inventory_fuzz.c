/* SPDX-License-Identifier: ISC */
/* Any bytes as an inventory: YAML, or CSV when the first octet is 'c'. What passes is imported, exported and imported again: unchanged. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
import_twice(const char *name, const char *text, size_t len)
{
	struct loop_settings clock = { .clock = LOOP_CLOCK_STEP };
	struct loop *loop = loop_new(&clock);
	struct scopes *scopes = scopes_new();
	struct model *model = model_new(loop, NULL, scopes, NULL);
	struct towerd_fault_sink faults = { .report = NULL };
	struct inventory_result result = { 0 };
	if (inventory_import(model, name, text, len, false, "fuzz", &faults, NULL, NULL, NULL) < 0)
		abort();
	char *again = inventory_export(model, scopes_all(scopes));
	if (inventory_import(
		model, "again.yaml", again, strlen(again), true, "fuzz", &faults, &result, NULL, NULL) < 0 ||
	    result.added + result.changed + result.removed != 0)
		abort();
	free(again);
	model_free(model);
	scopes_free(scopes);
	loop_free(loop);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const char *name = data[0] == 'c' ? "fuzz.csv" : "fuzz.yaml";
	struct towerd_fault_sink faults = { .report = NULL };
	const char *text = (const char *)data + 1;
	if (inventory_check(name, text, size - 1, &faults) == 0)
		import_twice(name, text, size - 1);
	else if (faults.count == 0)
		abort(); /* refused without a word */
	return 0;
}
