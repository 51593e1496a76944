/* SPDX-License-Identifier: ISC */
/* Answers that are longer than what is kept ready for one client. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/control/inside.h"
#include "tests/support/cunit_main.h"

#define MUCH (3u << 20)

static void
go_on(void *arg)
{
	struct control_call *call = arg;

	control_print(call, "the rest\n");
	control_exit(call, 0);
}

static void
print_much(void *arg, struct control_call *call)
{
	static const char line[] = "0123456789012345678901234567890123456789012345678901234567890123456789\n";

	(void)arg;
	for (size_t printed = 0; printed < MUCH; printed += sizeof(line) - 1)
		control_print(call, "%s", line);
	CU_ASSERT_FALSE_FATAL(control_has_room(call, go_on, call));
}

static void
a_reader_that_takes_all_that_waits_at_once_is_told_of_more(void)
{
	static const char request[] = "{\"argv\":[\"much\"],\"json\":false,\"input\":0}\n";
	static const struct control_command much = { .words = "much", .help = "prints", .run = print_much };
	struct loop *loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP });
	struct scopes *scopes = scopes_new();
	struct control *control = control_new(loop, scopes, &(struct control_settings){ .path = "" });
	char chunk[65536], tail[16] = "";
	int ends[2], room = 4 * MUCH;

	CU_ASSERT_EQUAL_FATAL(control_add(control, &much, 1), 0);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	/* As if the reader took it as fast as it is written. Who may not ask for so much room tests less. */
	(void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	client_new(control, ends[0]);
	CU_ASSERT_EQUAL_FATAL(send(ends[1], request, sizeof(request) - 1, MSG_NOSIGNAL), sizeof(request) - 1);
	for (int i = 0; i < 1000 && strcmp(tail, "{\"exit\":0}\n") != 0; i++) {
		loop_step(loop, 1);
		for (ssize_t got; (got = recv(ends[1], chunk, sizeof(chunk), MSG_DONTWAIT)) >= 11;)
			snprintf(tail, sizeof(tail), "%.11s", chunk + got - 11);
	}
	CU_ASSERT_STRING_EQUAL(tail, "{\"exit\":0}\n");
	close(ends[1]);
	control_stop(control);
	control_free(control);
	scopes_free(scopes);
	loop_free(loop);
}

static const struct claim claims[] = {
	CLAIM(a_reader_that_takes_all_that_waits_at_once_is_told_of_more),
};

CLAIMS_MAIN("clients of the control socket", claims)
