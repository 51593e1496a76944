/* SPDX-License-Identifier: ISC */
/*
 * The one log of the agent: a line names its object, says what happened, why, and what comes next. Text or JSON on standard error; each
 * line is one write(2), so lines of several threads never mix. Control characters and octets that are no UTF-8 are escaped whatever
 * the caller passes; credentials, coordinates and personal data are never passed.
 */
#ifndef AGENT_CONFIG_LOG_H
#define AGENT_CONFIG_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <towerd/plugin.h> /* enum towerd_log_level */

#include "agent/config/config.h"

struct log_settings {
	enum towerd_log_level level;
	enum config_log_format format;
	int fd; /* 0 means standard error */
	/* UTC in milliseconds, by the loop's clock; from any thread. NULL: the system's. */
	int64_t (*utc_ms)(void *arg);
	void *arg;
};

/* Before threads are started, or while they do not log. Until then: info and worse, as text. */
void log_start(const struct log_settings *settings);
bool log_is_on(enum towerd_log_level level);

/* `object`: what the line is about ("site-17/rectifier-2", "ticket 42", "plugin mqtt"); NULL: the agent itself. Any thread. */
void log_write(enum towerd_log_level level, const char *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_vwrite(enum towerd_log_level level, const char *object, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

#define LOG_QUOTE_MAX 128
/* An outside string in quotes, escaped, cut to fit; `out` holds LOG_QUOTE_MAX. Returns `out`. */
const char *log_quote(char *out, const char *text, size_t len);

/*
 * A failure that repeats is logged when it starts and when it ends, with a count. Embedded by whoever watches it, `= { 0 }`; one thread.
 * One that comes and goes in quick succession does not fill the log either: what starts within a minute of the last start that was
 * logged is counted and stays unsaid until that minute has passed.
 */
struct log_episode {
	uint64_t count;   /* failures since the start that was logged, or not yet told */
	int64_t since_ms; /* UTC of the first of them */
	int64_t told_ms;  /* UTC of the last start that was logged; 0: never */
	bool is_failing, is_told;
};

void log_episode_fail(struct log_episode *episode, enum towerd_log_level level, const char *object,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Costs nothing when nothing failed. The line says how often and how long it had failed. */
void log_episode_end(struct log_episode *episode, const char *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
