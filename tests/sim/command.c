/* SPDX-License-Identifier: ISC */
/* How every simulator takes commands. */
#include "tests/sim/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
reply_error(struct reply *reply, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(reply->text, sizeof(reply->text), format, list);
	va_end(list);
	return -EINVAL;
}

int
reply_ok(struct reply *reply, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(reply->text, sizeof(reply->text), format, list);
	va_end(list);
	return 0;
}

static int
run_words(const struct command *commands, size_t count, void *context, const struct words *words,
    struct reply *reply)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(commands[i].name, words->at[0]) != 0)
			continue;
		if (words->count - 1 < commands[i].min_words)
			return reply_error(reply, "usage: %s %s", commands[i].name, commands[i].usage);
		return commands[i].run(context, words, reply);
	}
	size_t used = (size_t)snprintf(
	    reply->text, sizeof(reply->text), "unknown command \"%.64s\"; there are:", words->at[0]);
	for (size_t i = 0; i < count && used < sizeof(reply->text); i++)
		used +=
		    (size_t)snprintf(reply->text + used, sizeof(reply->text) - used, " %s", commands[i].name);
	return -EINVAL;
}

int
command_reply(const struct command *commands, size_t count, void *context, char *line, struct reply *reply)
{
	struct words words;
	const char *fault = words_split(line, &words);

	reply->text[0] = '\0';
	if (fault != NULL)
		return reply_error(reply, "%s", fault);
	return words.count == 0 ? -ENODATA : run_words(commands, count, context, &words, reply);
}

void
command_run(const struct command *commands, size_t count, void *context, char *line)
{
	struct reply reply;
	int rc = command_reply(commands, count, context, line, &reply);

	if (rc == -ENODATA)
		return;
	printf("%s%s%s\n", rc < 0 ? "error" : "ok", reply.text[0] == '\0' ? "" : " ", reply.text);
	fflush(stdout);
}

int
line_reader_run(struct line_reader *reader, void (*each)(void *context, char *line), void *context)
{
	ssize_t n = read(reader->fd, reader->text + reader->used, sizeof(reader->text) - reader->used);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -EPIPE;
	reader->used += (size_t)n;
	char *start = reader->text, *end = reader->text + reader->used, *newline;
	while ((newline = memchr(start, '\n', (size_t)(end - start))) != NULL) {
		*newline = '\0';
		each(context, start);
		start = newline + 1;
	}
	reader->used = (size_t)(end - start);
	memmove(reader->text, start, reader->used);
	return reader->used == sizeof(reader->text) ? -EMSGSIZE : 0;
}
