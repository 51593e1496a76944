/* SPDX-License-Identifier: ISC */
/*
 * The control socket (unix stream, 0660, group) and the commands that towerctl sends over it. A request is one line of JSON,
 * {"argv":["site","list"],"json":false,"stdin":"…"}; the answer is a stream of JSON lines: {"out":"…"} {"err":"…"} and at last {"exit":0}.
 * The peer's uid (SO_PEERCRED) is the actor in the journal. root and the agent's own user see everything; other members of the
 * group operate but see no positions.
 */
#ifndef AGENT_CONTROL_CONTROL_H
#define AGENT_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/loop/loop.h"
#include "agent/view/scope.h"

struct control;

/* One request, alive until control_exit(). */
struct control_call {
	int argc;                   /* of what follows the command's own words */
	const char *const *argv;
	bool want_json;
	const char *input;          /* what towerctl read from a file or its standard input for this command; "" when nothing */
	size_t input_len;
	const char *actor;          /* "uid 1000" */
	const struct scope *scope;
};

void control_print(struct control_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void control_write(struct control_call *call, const char *text, size_t len);
void control_error(struct control_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends the request. A command may answer later, from another callback; `on_gone` is called when the caller left before. */
void control_exit(struct control_call *call, int status);
void control_on_gone(struct control_call *call, void (*fn)(void *arg), void *arg);

/* A command is a row. `words` are matched greedily: "site list" before "site". */
struct control_command {
	const char *words, *usage, *help;
	bool needs_operate;
	void (*run)(void *arg, struct control_call *call); /* must lead to control_exit(), now or later */
	void *arg;
};

struct control_settings {
	const char *path, *group; /* group NULL or unknown: the agent's own */
};

struct control *control_new(struct loop *loop, struct scopes *scopes, const struct control_settings *settings, char *error, size_t size);
int control_add(struct control *control, const struct control_command *rows, size_t count); /* -EEXIST */
int control_listen(struct control *control, char *error, size_t size);
void control_free(struct control *control);

#endif
