/* SPDX-License-Identifier: ISC */
/*
 * The control socket (unix stream, 0660, group) and the commands that towerctl sends over it. A request is one line of JSON,
 * {"argv":["site","list"],"json":false,"input":N}, and N octets of input behind it; the answer is a stream of JSON lines: {"out":"…"}
 * {"err":"…"} and at last {"exit":0}; 127: there is no such command. The peer's uid (SO_PEERCRED) is the actor in the journal. root and the agent's own user see
 * everything; other members of the group operate but see no positions.
 *
 * Bounds: 32 clients, a request of 64 MiB that comes within a minute, an answer of which 256 MiB wait, and a reader that takes something
 * every minute. Nobody waits for a slow one.
 */
#ifndef AGENT_CONTROL_CONTROL_H
#define AGENT_CONTROL_CONTROL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/loop/loop.h"
#include "agent/view/scope.h"

struct control;

/* One request, alive until control_exit(). */
struct control_call {
	int argc;                /* of what follows the command's own words, without --json */
	const char *const *argv; /* NULL at the end */
	bool want_json;
	const char *
	    input; /* what towerctl read from a file or its standard input for this command; "" when nothing */
	size_t input_len;
	const char *actor; /* "uid 1000" */
	const struct scope *scope;
};

void control_print(struct control_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void control_write(struct control_call *call, const char *text, size_t len);
void control_error(struct control_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void control_vprint(struct control_call *call, bool is_error, const char *format, va_list ap)
    __attribute__((format(printf, 3, 0)));
/* Ends the request. A command may answer later, from another callback; `on_gone` is called when the caller left before. */
void control_exit(struct control_call *call, int status);
void control_on_gone(struct control_call *call, void (*fn)(void *arg), void *arg);
/* For a command that never ends by itself: whether the caller has taken enough to be given more; fn(arg) is called once when it has. */
bool control_has_room(struct control_call *call, void (*fn)(void *arg), void *arg);

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

struct control *
control_new(struct loop *loop, struct scopes *scopes, const struct control_settings *settings);
int control_add(
    struct control *control, const struct control_command *rows, size_t count); /* copied; -EEXIST, -ENOMEM */
int control_listen(struct control *control, char *error, size_t size);
void
control_stop(struct control *control); /* closes the socket and all clients; on_gone() of calls that run */
void control_free(struct control *control); /* after control_stop() and when no call is left */

#endif
