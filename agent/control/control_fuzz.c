/* SPDX-License-Identifier: ISC */
/* Whatever a client writes to the control socket: no request harms the agent, each has an answer or closes the connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/control/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
echo(void *arg, struct control_call *call)
{
	(void)arg;
	for (int i = 0; i < call->argc; i++)
		control_print(call, "%s\n", call->argv[i]);
	control_write(call, call->input, call->input_len);
	control_exit(call, call->argc);
}

static void
drain(struct loop *loop, int fd)
{
	char chunk[4096];

	for (int i = 0; i < 4; i++)
		loop_turn(loop, false);
	while (recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT) > 0)
		loop_turn(loop, false);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct loop *loop;
	static struct scopes *scopes;
	static struct control *control;
	static const struct control_command command = {
		.words = "echo", .help = "says it again", .run = echo
	};
	int ends[2];

	if (control == NULL) {
		loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_REAL });
		scopes = scopes_new();
		control = control_new(loop, scopes, &(struct control_settings){ .path = "" });
		if (control == NULL || control_add(control, &command, 1) < 0)
			abort();
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		abort();
	client_new(control, ends[0]);
	for (size_t sent = 0; sent < size;) {
		ssize_t n = send(ends[1], data + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			sent += (size_t)n;
		drain(loop, ends[1]);
		if (n < 0 && control->client_count == 0)
			break;
	}
	close(ends[1]);
	while (control->client_count > 0)
		loop_turn(loop, true);
	return 0;
}
