/* SPDX-License-Identifier: ISC */
/* How every simulator takes commands: lines on standard input, for each one line back: "ok …" or "error …". */
#ifndef TESTS_SIM_COMMAND_H
#define TESTS_SIM_COMMAND_H

#include <stddef.h>

#include "tests/sim/words.h"

#define LINE_ROOM 8192

struct reply {
	char text[LINE_ROOM];
};

/* Sets the words after "error "; returns -EINVAL, so that a command can end with it. */
int reply_error(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the words after "ok "; returns 0. */
int reply_ok(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct command {
	const char *name;
	size_t min_words; /* without the name */
	const char *usage;
	int (*run)(void *context, const struct words *words, struct reply *reply);
};

/* Runs the line. 0, -EINVAL, or -ENODATA for an empty one. */
int
command_reply(const struct command *commands, size_t count, void *context, char *line, struct reply *reply);

/* Runs the line and prints the reply on standard output. An empty line prints nothing. */
void command_run(const struct command *commands, size_t count, void *context, char *line);

/* Lines from a descriptor that poll() has shown to be readable. */
struct line_reader {
	int fd;
	size_t used;
	char text[LINE_ROOM];
};

/*
 * Reads once and calls `each` for every whole line. 0, -EPIPE at the end, -EMSGSIZE when a line is longer than LINE_ROOM, or -errno.
 */
int line_reader_run(struct line_reader *reader, void (*each)(void *context, char *line), void *context);

#endif
