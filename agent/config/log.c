/* SPDX-License-Identifier: ISC */
/* The log: a line is made on the stack and leaves by one write. */
#include "agent/config/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "support/utf8.h"

enum {
	LINE_SIZE = 4096, /* PIPE_BUF: up to here a write to a pipe is whole */
	MESSAGE_SIZE = 2048,
	OBJECT_SIZE = 256,
	QUIET_MS = 60000,
};

static const char *const level_names[] = {
	[TOWERD_LOG_ERROR] = "error",
	[TOWERD_LOG_WARNING] = "warning",
	[TOWERD_LOG_INFO] = "info",
	[TOWERD_LOG_DEBUG] = "debug",
};

static int64_t
system_utc_ms(void *arg)
{
	(void)arg;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct log_settings settings = {
	.level = TOWERD_LOG_INFO, .fd = STDERR_FILENO, .utc_ms = system_utc_ms
};

void
log_start(const struct log_settings *wanted)
{
	settings = *wanted;
	if (settings.fd == 0)
		settings.fd = STDERR_FILENO;
	if (settings.utc_ms == NULL)
		settings.utc_ms = system_utc_ms;
}

bool
log_is_on(enum towerd_log_level level)
{
	return level <= settings.level;
}

static void
write_line(const char *line, size_t len)
{
	ssize_t written = write(settings.fd, line, len);
	(void)written; /* there is nobody left to tell */
}

static void
write_text(enum towerd_log_level level, const char *time, const char *object, const char *message)
{
	char line[LINE_SIZE], clean[MESSAGE_SIZE], named[OBJECT_SIZE] = "";

	utf8_clean(clean, sizeof(clean), message, strlen(message), '\0');
	if (object != NULL)
		utf8_clean(named, sizeof(named), object, strlen(object), '\0');
	int len = snprintf(line, sizeof(line), "%s %s %s%s%s\n", time, level_names[level], named,
	    object != NULL ? ": " : "", clean);
	write_line(line, (size_t)len);
}

static bool
write_json(enum towerd_log_level level, const char *time, const char *object, const char *message)
{
	struct towerd_json_writer w = { 0 };
	towerd_json_open(&w, NULL, '{');
	towerd_json_put_text(&w, "time", time);
	towerd_json_put_text(&w, "level", level_names[level]);
	if (object != NULL)
		towerd_json_put_bytes(&w, "object", object, strnlen(object, OBJECT_SIZE));
	towerd_json_put_text(&w, "message", message);
	towerd_json_close(&w, '}');
	bool is_whole = towerd_json_done(&w) != NULL;
	if (is_whole) {
		w.data[w.len] = '\n'; /* in the place of the NUL */
		write_line(w.data, w.len + 1);
	}
	towerd_json_fini(&w);
	return is_whole;
}

void
log_vwrite(enum towerd_log_level level, const char *object, const char *format, va_list args)
{
	if (!log_is_on(level))
		return;
	char message[MESSAGE_SIZE], time[TOWERD_TIME_TEXT];
	vsnprintf(message, sizeof(message), format, args);
	towerd_time_format(settings.utc_ms(settings.arg), time);
	/* A line that no memory is left to escape is written as text rather than not at all. */
	if (settings.format != CONFIG_LOG_JSON || !write_json(level, time, object, message))
		write_text(level, time, object, message);
}

void
log_write(enum towerd_log_level level, const char *object, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	log_vwrite(level, object, format, args);
	va_end(args);
}

const char *
log_quote(char *out, const char *text, size_t len)
{
	out[0] = '"';
	size_t used = utf8_clean(out + 1, LOG_QUOTE_MAX - 2, text, len, '"');
	memcpy(out + 1 + used, "\"", 2);
	return out;
}

void
log_episode_fail(
    struct log_episode *episode, enum towerd_log_level level, const char *object, const char *format, ...)
{
	int64_t now_ms = settings.utc_ms(settings.arg);

	if (episode->count++ == 0)
		episode->since_ms = now_ms;
	episode->is_failing = true;
	/* A clock that was set back must not keep the log quiet. */
	bool is_quiet =
	    episode->told_ms != 0 && now_ms >= episode->told_ms && now_ms - episode->told_ms < QUIET_MS;
	if (episode->is_told || is_quiet)
		return;
	episode->is_told = true;
	episode->told_ms = now_ms;
	va_list args;
	va_start(args, format);
	log_vwrite(level, object, format, args);
	va_end(args);
}

void
log_episode_end(struct log_episode *episode, const char *object, const char *format, ...)
{
	if (!episode->is_failing)
		return;
	episode->is_failing = false;
	if (!episode->is_told)
		return;
	char what[MESSAGE_SIZE - 128], lasted[TOWERD_TIME_TEXT];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	int64_t ms = settings.utc_ms(settings.arg) - episode->since_ms;
	towerd_duration_format(ms < 1000 ? 0 : ms / 1000 * 1000, lasted);
	log_write(TOWERD_LOG_INFO, object, "%s (failed %" PRIu64 " time%s in %s)", what, episode->count,
	    episode->count == 1 ? "" : "s", lasted);
	episode->count = 0;
	episode->is_told = false;
}
