/* SPDX-License-Identifier: ISC */
/* A simulator run as a child: commands go down a pipe, one answer line comes back for each. */
#ifndef TESTS_SIM_CHILD_H
#define TESTS_SIM_CHILD_H

#include <stdio.h>
#include <sys/types.h>

struct child {
	const char *name; /* borrowed */
	pid_t pid;
	FILE *commands, *answers;
};

/* Starts `path` and waits for its first line, which is kept in greeting[256]. 0, -EPIPE (it ended before), or -errno. */
int
child_start(struct child *child, const char *name, const char *path, const char *const *argv, char *greeting);

/* Sends the command, waits for the answer line in answer[8192] (without "ok "). 0, -EINVAL (it says error), -EPIPE (it is gone). */
int child_ask(struct child *child, const char *command, char *answer);

/* Ends its commands, so that it ends, and waits; kills it when that takes long. */
void child_stop(struct child *child);

#endif
