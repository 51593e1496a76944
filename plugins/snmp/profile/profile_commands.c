/* SPDX-License-Identifier: ISC */
/* profile list and profile test: what profiles there are, and what they make of a recorded walk. */
#include "plugins/snmp/profile/profile_commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>

#include "plugins/snmp/profile/profile_agent.h"
#include "plugins/snmp/profile/profile_report.h"
#include "plugins/snmp/profile/recording.h"

#define DIRS_MAX 16

struct arguments {
	const char *walk, *profile;
	const char *dirs[DIRS_MAX];
	size_t dir_count;
};

/* false: `argv` is not as the usage says. */
static bool
parse_arguments(int argc, const char *const *argv, bool takes_walk, struct arguments *args)
{
	*args = (struct arguments){ 0 };
	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--profile-dir") == 0 && args->dir_count < DIRS_MAX)
			args->dirs[args->dir_count++] = argv[i + 1];
		else if (takes_walk && strcmp(argv[i], "--walk") == 0 && args->walk == NULL)
			args->walk = argv[i + 1];
		else if (takes_walk && strcmp(argv[i], "--profile") == 0 && args->profile == NULL)
			args->profile = argv[i + 1];
		else
			return false;
	}
	return (args->walk != NULL) == takes_walk;
}

struct faults_to {
	struct towerd_ctx *ctx;
	struct towerd_out *out;
};

static void
print_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	const struct faults_to *to = arg;

	if (line == 0)
		towerd_print_error(to->ctx, to->out, "%s: %s\n", file, message);
	else
		towerd_print_error(to->ctx, to->out, "%s:%u:%u: %s\n", file, line, column, message);
}

/* The folders of the command line instead of the agent's. NULL: reported, or out of memory. */
static struct profiles *
load(struct towerd_ctx *ctx, const struct arguments *args, struct towerd_fault_sink *faults)
{
	if (args->dir_count == 0)
		return profiles_of_agent(ctx, faults);
	const struct profile_catalogue catalogue = profile_agent_catalogue(ctx);
	struct profiles *profiles = profiles_new(&catalogue);
	for (size_t i = 0; profiles != NULL && i < args->dir_count; i++)
		profile_agent_load_dir(profiles, args->dirs[i], true, faults);
	if (profiles != NULL)
		profiles_link(profiles, faults);
	return profiles;
}

static void
list_as_json(struct towerd_ctx *ctx, struct towerd_out *out, const struct profiles *profiles)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '[');
	for (size_t i = 0; i < profiles_count(profiles); i++) {
		const struct profile *profile = profiles_at(profiles, i);
		towerd_json_open(&w, NULL, '{');
		towerd_json_put_text(&w, "name", profile_name(profile));
		towerd_json_put_text(&w, "title", profile_title(profile));
		towerd_json_put_bool(&w, "module", profile_is_module(profile));
		towerd_json_put_uint(&w, "rules", profile_sensor_rules(profile));
		towerd_json_put_text(&w, "file", profile_file(profile));
		towerd_json_close(&w, '}');
	}
	towerd_json_close(&w, ']');
	const char *text = towerd_json_done(&w);
	if (text != NULL)
		towerd_print(ctx, out, "%s\n", text);
	towerd_json_fini(&w);
}

int
profile_list_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct faults_to to = { ctx, out };
	struct towerd_fault_sink faults = { .report = print_fault, .arg = &to };
	struct arguments args;

	if (!parse_arguments(argc, argv, false, &args)) {
		towerd_print_error(ctx, out, "usage: profile list %s\n", PROFILE_LIST_USAGE);
		return 2;
	}
	struct profiles *profiles = load(ctx, &args, &faults);
	if (profiles == NULL) {
		towerd_print_error(ctx, out, "profile list: out of memory\n");
		return 1;
	}
	if (towerd_wants_json(ctx, out)) {
		list_as_json(ctx, out, profiles);
	} else {
		towerd_print(ctx, out, "%-24s %-7s %5s  %s\n", "NAME", "TYPE", "RULES", "TITLE");
		for (size_t i = 0; i < profiles_count(profiles); i++) {
			const struct profile *profile = profiles_at(profiles, i);
			towerd_print(ctx, out, "%-24s %-7s %5zu  %s\n", profile_name(profile),
			    profile_is_module(profile) ? "module" : "device", profile_sensor_rules(profile),
			    profile_title(profile));
		}
	}
	profiles_unref(profiles);
	return faults.count == 0 ? 0 : 1;
}

/* false: the profile that the caller named is not there. */
static bool
find_match(struct profile_report *report, const struct profiles *profiles, const char *name,
    struct profile_match *match)
{
	if (name == NULL) {
		profiles_match(profiles, report->objects, match);
		return true;
	}
	const struct profile *profile = profiles_find(profiles, name);
	if (profile == NULL) {
		towerd_print_error(report->ctx, report->out,
		    "no profile \"%s\"; `profile list` shows what there is\n", name);
		return false;
	}
	profiles_match_named(profiles, profile, report->objects, match);
	return true;
}

static int
test_walk(struct profile_report *report, const struct profiles *profiles, const struct arguments *args)
{
	struct profile_match match;
	struct profile_plan *plan = NULL;

	if (!find_match(report, profiles, args->profile, &match))
		return 1;
	profile_report_match(report, &match);
	int rc = profile_plan_new(&match, report->objects, profile_report_left, report, &plan);
	if (rc == 0) {
		profile_report_rules(report, &match, plan);
		rc = profile_report_rest(report, &match, plan);
	}
	if (rc == 0)
		rc = profile_report_sensors(report, plan);
	if (rc < 0)
		towerd_print_error(report->ctx, report->out, "profile test: %s\n", strerror(-rc));
	profile_plan_free(plan);
	return rc < 0 ? 1 : 0;
}

int
profile_test_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out)
{
	struct faults_to to = { ctx, out };
	struct towerd_fault_sink faults = { .report = print_fault, .arg = &to };
	struct profile_report report = { .ctx = ctx, .out = out, .objects = object_set_new() };
	struct recording_stats stats;
	struct arguments args;
	int status = 1;

	if (!parse_arguments(argc, argv, true, &args)) {
		towerd_print_error(ctx, out, "usage: profile test %s\n", PROFILE_TEST_USAGE);
		object_set_free(report.objects);
		return 2;
	}
	struct profiles *profiles = load(ctx, &args, &faults);
	int rc = profiles == NULL || report.objects == NULL
	    ? -ENOMEM
	    : recording_load(report.objects, args.walk, &stats);
	if (rc < 0) {
		towerd_print_error(ctx, out, "%s: %s\n", args.walk, strerror(-rc));
	} else {
		towerd_print_error(ctx, out, "%s: %zu records, %zu of them repeats\n", args.walk,
		    stats.records, stats.repeats);
		if (stats.skipped > 0)
			towerd_print_error(ctx, out, "%s:%u:1: %s; %zu such line%s skipped\n", args.walk,
			    stats.first_skipped, stats.reason, stats.skipped, stats.skipped == 1 ? "" : "s");
		status = test_walk(&report, profiles, &args);
	}
	profile_report_fini(&report);
	profiles_unref(profiles);
	object_set_free(report.objects);
	return status;
}
