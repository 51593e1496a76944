/* SPDX-License-Identifier: ISC */
/* A MIB file, a line "===", and a recording: read, and a profile drafted from them; the draft loads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model/catalogue.h"
#include "plugins/snmp/profile/draft.h"
#include "plugins/snmp/profile/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
show_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg;
	fprintf(stderr, "%s:%u:%u: %s\n", file, line, column, message);
}

static const struct towerd_kind *
find_kind(void *arg, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)arg;
	return kind == NULL ? NULL : &kind->kind;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n===\n";
	const uint8_t *middle = memmem(data, size, mark, sizeof(mark) - 1);
	const size_t mib_len = middle == NULL ? size : (size_t)(middle - data);
	const size_t walk_at = middle == NULL ? size : mib_len + sizeof(mark) - 1;
	const struct profile_catalogue catalogue = { .kind = find_kind };
	struct towerd_fault_sink faults = { .report = show_fault };
	struct profiles *profiles = profiles_new(&catalogue);
	struct object_set *objects = object_set_new();
	struct mib *mib = mib_new();
	char *text = NULL;
	size_t len = 0;

	mib_read(mib, (const char *)data, mib_len);
	mib_link(mib);
	recording_parse(objects, (const char *)data + walk_at, size - walk_at, NULL);
	FILE *out = open_memstream(&text, &len);
	draft_write(out, &catalogue, objects, mib, NULL);
	fclose(out);
	if (profiles_load_text(profiles, "draft", text, len, &faults) < 0) {
		fputs(text, stderr);
		abort();
	}
	free(text);
	mib_free(mib);
	object_set_free(objects);
	profiles_unref(profiles);
	return 0;
}
