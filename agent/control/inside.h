/* SPDX-License-Identifier: ISC */
/* What the files of the control socket know of each other. */
#ifndef AGENT_CONTROL_INSIDE_H
#define AGENT_CONTROL_INSIDE_H

#include <sys/queue.h>
#include <sys/types.h>

#include "agent/control/control.h"

#define CONTROL_REQUEST_MAX (64u << 20)
#define CONTROL_ANSWER_MAX  (256u << 20)
#define CONTROL_ROOM        (1u << 20) /* has_room() while less than this waits */
#define CONTROL_CLIENTS     32

struct control_buffer {
	char *data;
	size_t start, len, capacity;
};
int buffer_append(struct control_buffer *buffer, const char *data, size_t len);
void buffer_fini(struct control_buffer *buffer);

struct client {
	LIST_ENTRY(client) next;
	struct control *control;
	struct loop_watch *watch;
	struct loop_timer *timer; /* it must have sent its request, or taken something, by then */
	struct loop_timer *flush_timer;
	int fd;
	uid_t uid;
	struct control_buffer in, out;
	struct request *request; /* NULL: not complete yet */
	bool is_ending;          /* the answer is complete: close when it has left */
};

/* A request and its call. Owned by the command that runs; `client` is NULL when the caller has left. */
struct request {
	struct control_call call; /* first */
	struct client *client;
	struct control *control;
	struct towerd_json *json;
	const char **argv;
	char *input;
	char actor[32];
	char *pending; /* of one stream, not yet a line of the answer */
	size_t pending_len, pending_capacity;
	bool is_pending_error;
	void (*on_gone)(void *arg);
	void *gone_arg;
	void (*on_room)(void *arg);
	void *room_arg;
};

struct control {
	struct loop *loop;
	struct loop_owner owner;
	struct scopes *scopes;
	struct control_settings settings;
	struct loop_watch *watch;
	int fd;
	struct control_command *commands;
	size_t command_count;
	LIST_HEAD(, client) clients;
	unsigned client_count;
	unsigned calls; /* that run */
};

/* client.c */
void client_new(struct control *control, int fd);
void client_close(struct client *client);
void client_send(struct client *client, const char *data, size_t len);
void client_flush_soon(struct client *client);

/* request.c */
/* Takes a request from the client's input when it is complete, and runs its command. -EAGAIN: not complete; else it was answered. */
int request_take(struct client *client);
void request_flush(struct request *request);
void request_gone(struct request *request);

#endif
