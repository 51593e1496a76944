/* SPDX-License-Identifier: ISC */
/* `crew …`: who may send updates from the field. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/control/commands.h"
#include "agent/repair/crew.h"

struct crew_answer {
	const struct command_parts *parts;
	struct control_call *call;
};

static struct crew_answer *
answer_new(const struct command_parts *parts, struct control_call *call)
{
	struct crew_answer *answer = malloc(sizeof(*answer));

	if (answer == NULL)
		command_refuse(call, "out of memory");
	else
		*answer = (struct crew_answer){ parts, call };
	return answer;
}

static void
run_list(void *arg, struct control_call *call)
{
	command_list(arg, call, "towerdCrewTable");
}

/* The key is shown once, here, and kept nowhere that anyone can read. */
static void
enrolled(void *arg, int rc, const char *kid, const char *key)
{
	struct crew_answer *answer = arg;
	struct control_call *call = answer->call;

	if (rc < 0) {
		command_refuse(call, "not enrolled: %s", command_reason(answer->parts, rc));
	} else {
		if (call->want_json)
			control_print(call,
			    key != NULL && key[0] != '\0'
				? "{\"kid\":\"%s\",\"alg\":\"HS256\",\"key\":\"%s\"}\n"
				: "{\"kid\":\"%s\",\"alg\":\"ES256\"}\n",
			    kid, key);
		else if (key != NULL && key[0] != '\0')
			control_print(call, "kid %s\nkey %s\n", kid, key);
		else
			control_print(call, "kid %s\n", kid);
		control_exit(call, 0);
	}
	free(answer);
}

static void
run_enroll(void *arg, struct control_call *call)
{
	static const char usage[] = "crew enroll NAME --hs256 | --public-key FILE";
	const struct command_parts *parts = arg;
	bool is_hs256 = call->argc == 2 && strcmp(call->argv[1], "--hs256") == 0;
	bool is_public = call->argc == 3 && strcmp(call->argv[1], "--public-key") == 0;
	char error[256] = "";
	int rc;

	if (!is_hs256 && !is_public) {
		command_usage(call, usage);
		return;
	}
	struct crew_answer *answer = answer_new(parts, call);
	if (answer == NULL)
		return;
	if (is_hs256)
		rc = crew_enroll_hs256(parts->repair, call->argv[0], call->actor, enrolled, answer);
	else
		rc = crew_enroll_es256(parts->repair, call->argv[0], call->input, call->actor, enrolled,
		    answer, error, sizeof(error));
	if (rc >= 0)
		return;
	free(answer);
	if (error[0] == '\0' && rc == -EINVAL)
		command_refuse(call,
		    "\"%s\" is no name of a crew: letters, digits, '.', '_' and '-', at most 32",
		    call->argv[0]);
	else
		command_refuse(
		    call, "not enrolled: %s", error[0] != '\0' ? error : command_reason(parts, rc));
}

static void
revoked(void *arg, int rc)
{
	struct crew_answer *answer = arg;

	if (rc < 0)
		command_refuse(answer->call, "NOT revoked: %s", command_reason(answer->parts, rc));
	else
		control_exit(answer->call, 0);
	free(answer);
}

static void
run_revoke(void *arg, struct control_call *call)
{
	const struct command_parts *parts = arg;

	if (call->argc < 1 || call->argc > 2) {
		command_usage(call, "crew revoke NAME [KID]");
		return;
	}
	struct crew_answer *answer = answer_new(parts, call);
	if (answer == NULL)
		return;
	int rc = crew_revoke(parts->repair, call->argv[0], call->argc == 2 ? call->argv[1] : NULL,
	    call->actor, revoked, answer);
	if (rc >= 0)
		return;
	free(answer);
	command_refuse(call, "NOT revoked: %s",
	    rc == -ENOENT         ? "there is no such crew or device"
		: rc == -EALREADY ? "it was revoked before"
				  : command_reason(parts, rc));
}

static const struct control_command rows[] = {
	{ .words = "crew list",
	    .usage = "[COLUMN=VALUE …]",
	    .help = "crews and their devices",
	    .run = run_list },
	{ .words = "crew enroll",
	    .usage = "NAME --hs256 | --public-key FILE",
	    .help = "enrol a device of a crew: print a fresh key once, or take its public key (PEM or JWK)",
	    .needs_operate = true,
	    .run = run_enroll },
	{ .words = "crew revoke",
	    .usage = "NAME [KID]",
	    .help = "accept nothing more from a crew, or from one of its devices",
	    .needs_operate = true,
	    .run = run_revoke },
};

int
crew_commands_add(struct control *control, struct command_parts *parts)
{
	return COMMANDS_ADD(control, rows, parts);
}
