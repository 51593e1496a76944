/* SPDX-License-Identifier: ISC */
/* The commands about profiles; both run without a daemon. */
#ifndef PLUGINS_SNMP_PROFILE_COMMANDS_H
#define PLUGINS_SNMP_PROFILE_COMMANDS_H

#include <towerd/plugin.h>

#define PROFILE_TEST_USAGE  "--walk FILE [--profile NAME] [--profile-dir DIR]… [--json]"
#define PROFILE_LIST_USAGE  "[--profile-dir DIR]… [--json]"

#define PROFILE_DRAFT_USAGE "--walk FILE [--mib FILE]… [--name NAME]"

int profile_draft_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out);
int profile_test_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out);
int profile_list_command(struct towerd_ctx *ctx, int argc, const char *const *argv, struct towerd_out *out);

#endif
