/* SPDX-License-Identifier: ISC */
/* profile draft: a first profile for a device that nobody knows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/profile/draft.h"
#include "plugins/snmp/profile/profile_agent.h"
#include "plugins/snmp/profile/profile_commands.h"
#include "plugins/snmp/profile/recording.h"

struct drafting {
	struct towerd_ctx *ctx;
	struct towerd_out *out;
	const char *walk, *name;
	struct object_set *objects;
	struct mib *mib;
};

/* Names are those of profiles: a-z, 0-9, '-', '.', '_'. */
static bool
is_name(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-._")] == '\0';
}

/* Reads the arguments and the MIB files among them. false: told. */
static bool
take_arguments(struct drafting *d, int argc, const char *const *argv)
{
	for (int i = 0; i + 1 < argc; i += 2) {
		int rc = 0;
		if (strcmp(argv[i], "--walk") == 0 && d->walk == NULL)
			d->walk = argv[i + 1];
		else if (strcmp(argv[i], "--name") == 0 && d->name == NULL && is_name(argv[i + 1]))
			d->name = argv[i + 1];
		else if (strcmp(argv[i], "--mib") == 0)
			rc = mib_load(d->mib, argv[i + 1]);
		else
			d->walk = NULL, argc = 0;
		if (rc < 0) {
			towerd_print_error(d->ctx, d->out, "%s: %s\n", argv[i + 1], strerror(-rc));
			return false;
		}
	}
	if (d->walk != NULL && argc % 2 == 0)
		return true;
	towerd_print_error(d->ctx, d->out,
	    "usage: profile draft %s\na name is made of a-z, 0-9, '-', '.' and '_'\n", PROFILE_DRAFT_USAGE);
	return false;
}

static int
draft(struct drafting *d)
{
	const struct profile_catalogue catalogue = profile_agent_catalogue(d->ctx);
	char *text = NULL;
	size_t len;

	int rc = recording_load(d->objects, d->walk, NULL);
	if (rc < 0) {
		towerd_print_error(d->ctx, d->out, "%s: %s\n", d->walk, strerror(-rc));
		return 1;
	}
	rc = mib_link(d->mib);
	if (rc > 0)
		towerd_print_error(d->ctx, d->out,
		    "%d definitions hang on others that no --mib file has: give those files too\n", rc);
	FILE *stream = rc < 0 ? NULL : open_memstream(&text, &len);
	if (stream == NULL) {
		towerd_print_error(d->ctx, d->out, "profile draft: out of memory\n");
		return 1;
	}
	draft_write(stream, &catalogue, d->objects, d->mib, d->name);
	bool is_whole = fclose(stream) == 0;
	if (is_whole)
		towerd_print(d->ctx, d->out, "%s", text);
	else
		towerd_print_error(d->ctx, d->out, "profile draft: out of memory\n");
	free(text);
	return is_whole ? 0 : 1;
}

int
profile_draft_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct drafting d = { .ctx = ctx, .out = out, .objects = object_set_new(), .mib = mib_new() };
	int status = 1;

	if (d.objects == NULL || d.mib == NULL)
		towerd_print_error(ctx, out, "profile draft: out of memory\n");
	else
		status = take_arguments(&d, argc, argv) ? draft(&d) : 2;
	mib_free(d.mib);
	object_set_free(d.objects);
	return status;
}
