/* SPDX-License-Identifier: ISC */
/* Whatever octets a worker sends, the frames that come out lie within them and are no longer than allowed. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/loop/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t octets;
static volatile uint8_t sum;

static void
take_message(void *arg, const void *data, size_t len)
{
	(void)arg;
	if (len > LOOP_MESSAGE_MAX)
		abort();
	octets += len + sizeof(uint32_t);
	for (size_t i = 0; i < len; i++)
		sum += ((const uint8_t *)data)[i];
}

static void
take_end(void *arg, int rc)
{
	(void)rc;
	*(bool *)arg = true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct loop *loop;
	bool ended = false;
	int ends[2];

	if (loop == NULL)
		loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP });
	if (size > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return 0;
	octets = 0;
	/* In two parts, so that a frame is also met half. */
	struct loop_stream stream = {
		.loop = loop, .fd = ends[0], .on_message = take_message, .on_close = take_end, .arg = &ended
	};
	if (loop_stream_open(&stream) == 0) {
		if (write(ends[1], data, size / 2) == (ssize_t)(size / 2))
			loop_stream_drain(&stream);
		if (!ended && write(ends[1], data + size / 2, size - size / 2) < 0)
			abort();
	}
	close(ends[1]);
	if (!ended)
		loop_stream_drain(&stream);
	if (!ended || octets > size)
		abort();
	return 0;
}
