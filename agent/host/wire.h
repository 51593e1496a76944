/* SPDX-License-Identifier: ISC */
/*
 * The wire between the agent and a worker of a plugin: frames of the loop, whose last octet says what they are. The agent begins with HELLO.
 */
#ifndef AGENT_HOST_WIRE_H
#define AGENT_HOST_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum wire_frame {
	WIRE_MESSAGE = 1, /* of the plugin, as it is */
	WIRE_HELLO,       /* to the worker: the configuration, see below */
	WIRE_COUNT,       /* to the agent: struct wire_count for each counter that grew */
};

/* Followed by the file's name and by its text. The worker reads it as the agent did: what was edited since is not for this run. */
struct wire_hello {
	uint32_t name_len, text_len;
};

struct wire_count {
	char name[40];
	uint64_t add;
};

/* Copies a frame with its kind behind it into `*buffer` (kept for the next one). The length, or -ENOMEM. */
long wire_frame_make(char **buffer, size_t *capacity, enum wire_frame kind, const void *data, size_t len);

#endif
