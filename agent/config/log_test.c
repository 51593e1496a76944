/* SPDX-License-Identifier: ISC */
/* The log: the form of a line, what it escapes, and that a failure that repeats is two lines. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/config/log.h"
#include "tests/support/cunit_main.h"

#include <towerd/json.h>

static int pipe_fds[2];
static int64_t now_ms;

static int64_t
test_clock(void *arg)
{
	(void)arg;
	return now_ms;
}

static void
start(enum towerd_log_level level, enum config_log_format format)
{
	now_ms = INT64_C(1795373153120); /* 2026-11-22T18:45:53.120Z */
	CU_ASSERT_EQUAL_FATAL(pipe(pipe_fds), 0);
	log_start(&(struct log_settings){
	    .level = level, .format = format, .fd = pipe_fds[1], .utc_ms = test_clock });
}

/* All that was logged since start(). */
static const char *
finish(void)
{
	static char text[65536];
	close(pipe_fds[1]);
	size_t len = 0;
	for (ssize_t n; (n = read(pipe_fds[0], text + len, sizeof(text) - 1 - len)) > 0;)
		len += (size_t)n;
	close(pipe_fds[0]);
	text[len] = '\0';
	log_start(&(struct log_settings){ .level = TOWERD_LOG_INFO });
	return text;
}

static void
a_line_has_time_level_object_and_message(void)
{
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	log_write(TOWERD_LOG_WARNING, "site-17/rectifier-2", "no reply for %d s", 15);
	log_write(TOWERD_LOG_INFO, NULL, "ready");
	log_write(TOWERD_LOG_DEBUG, NULL, "not shown");
	CU_ASSERT_STRING_EQUAL(finish(),
	    "2026-11-22T18:45:53.120Z warning site-17/rectifier-2: no reply for 15 s\n"
	    "2026-11-22T18:45:53.120Z info ready\n");
}

static void
a_json_line_is_one_object(void)
{
	start(TOWERD_LOG_DEBUG, CONFIG_LOG_JSON);
	log_write(TOWERD_LOG_ERROR, "store", "said \"full\"\n");
	log_write(TOWERD_LOG_DEBUG, NULL, "x");
	CU_ASSERT_STRING_EQUAL(finish(),
	    "{\"time\":\"2026-11-22T18:45:53.120Z\",\"level\":\"error\",\"object\":\"store\",\"message\":"
	    "\"said "
	    "\\\"full\\\"\\n\"}\n"
	    "{\"time\":\"2026-11-22T18:45:53.120Z\",\"level\":\"debug\",\"message\":\"x\"}\n");
}

static void
nothing_from_outside_breaks_the_line(void)
{
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	log_write(TOWERD_LOG_INFO, "a\nb", "x\r\ny\x1b[31m \xff \xc2\x85 \xe2\x80\xae grün");
	CU_ASSERT_STRING_EQUAL(finish(),
	    "2026-11-22T18:45:53.120Z info a\\x0ab: x\\x0d\\x0ay\\x1b[31m \\xff \\xc2\\x85 \\xe2\\x80\\xae "
	    "grün\n");
}

static void
a_long_message_is_cut_and_stays_one_line(void)
{
	char big[8000];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	log_write(TOWERD_LOG_INFO, big, "%s", big);
	const char *text = finish();
	CU_ASSERT_TRUE(strlen(text) < 4096);
	CU_ASSERT_PTR_EQUAL(strchr(text, '\n'), text + strlen(text) - 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "...: xxx"));
}

static void
a_quoted_text_is_escaped_and_bounded(void)
{
	char out[LOG_QUOTE_MAX], big[500];
	CU_ASSERT_STRING_EQUAL(log_quote(out, "a\"b\0c", 5), "\"a\\x22b\\x00c\"");
	CU_ASSERT_STRING_EQUAL(log_quote(out, "", 0), "\"\"");
	memset(big, 0xff, sizeof(big));
	log_quote(out, big, sizeof(big));
	CU_ASSERT_TRUE(strlen(out) < LOG_QUOTE_MAX);
	CU_ASSERT_STRING_EQUAL(out + strlen(out) - 4, "...\"");
	for (size_t i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "é", 2);
	log_quote(out, big, sizeof(big));
	CU_ASSERT_TRUE(strlen(out) < LOG_QUOTE_MAX);
	CU_ASSERT_PTR_NULL(strstr(out, "\\x")); /* no character was cut in two */
}

static void
a_failure_that_repeats_is_logged_when_it_starts_and_when_it_ends(void)
{
	struct log_episode episode = { 0 };
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	log_episode_end(&episode, "mqtt", "connected");
	for (int i = 0; i < 5; i++, now_ms += 30000)
		log_episode_fail(&episode, TOWERD_LOG_WARNING, "mqtt", "connection refused, attempt %d", i);
	log_episode_end(&episode, "mqtt", "connected");
	log_episode_end(&episode, "mqtt", "connected");
	CU_ASSERT_STRING_EQUAL(finish(),
	    "2026-11-22T18:45:53.120Z warning mqtt: connection refused, attempt 0\n"
	    "2026-11-22T18:48:23.120Z info mqtt: connected (failed 5 times in 150s)\n");
}

static void
a_failure_that_comes_and_goes_is_logged_once_a_minute(void)
{
	struct log_episode episode = { 0 };
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	for (int i = 0; i < 70; i++, now_ms += 1000) {
		log_episode_fail(&episode, TOWERD_LOG_WARNING, "x", "bad payload");
		log_episode_end(&episode, "x", "good again");
	}
	CU_ASSERT_STRING_EQUAL(finish(),
	    "2026-11-22T18:45:53.120Z warning x: bad payload\n"
	    "2026-11-22T18:45:53.120Z info x: good again (failed 1 time in 0s)\n"
	    "2026-11-22T18:46:53.120Z warning x: bad payload\n"
	    "2026-11-22T18:46:53.120Z info x: good again (failed 60 times in 59s)\n");
}

static void
a_failure_that_returns_within_the_minute_and_stays_is_told_after_it(void)
{
	struct log_episode episode = { 0 };
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	log_episode_fail(&episode, TOWERD_LOG_WARNING, "x", "down");
	log_episode_end(&episode, "x", "up");
	for (int i = 0; i < 8; i++) {
		now_ms += 10000;
		log_episode_fail(&episode, TOWERD_LOG_WARNING, "x", "down");
	}
	CU_ASSERT_STRING_EQUAL(finish(),
	    "2026-11-22T18:45:53.120Z warning x: down\n"
	    "2026-11-22T18:45:53.120Z info x: up (failed 1 time in 0s)\n"
	    "2026-11-22T18:46:53.120Z warning x: down\n");
}

static void
a_clock_set_back_does_not_silence_a_failure(void)
{
	struct log_episode episode = { 0 };
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	log_episode_fail(&episode, TOWERD_LOG_WARNING, "x", "down");
	log_episode_end(&episode, "x", "up");
	now_ms -= 86400000;
	log_episode_fail(&episode, TOWERD_LOG_WARNING, "x", "down");
	CU_ASSERT_PTR_NOT_NULL(strstr(finish(), "2026-11-21T18:45:53.120Z warning x: down\n"));
}

static void *
log_a_hundred(void *arg)
{
	for (int i = 0; i < 100; i++)
		log_write(TOWERD_LOG_INFO, arg,
		    "a line of some length, of which no part may stand in another line");
	return NULL;
}

static void
lines_of_two_threads_never_mix(void)
{
	static char names[2][8] = { "first", "second" };
	pthread_t threads[2];
	start(TOWERD_LOG_INFO, CONFIG_LOG_TEXT);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, log_a_hundred, names[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	unsigned lines = 0;
	for (char *line = strtok((char *)(uintptr_t)finish(), "\n"); line != NULL;
	     line = strtok(NULL, "\n"), lines++)
		CU_ASSERT_TRUE(strcmp(line,
				   "2026-11-22T18:45:53.120Z info first: a line of some length, of which no "
				   "part may stand in "
				   "another line") == 0 ||
		    strcmp(line,
			"2026-11-22T18:45:53.120Z info second: a line of some length, of which no part may "
			"stand in "
			"another line") == 0);
	CU_ASSERT_EQUAL(lines, 200);
}

static const struct claim claims[] = {
	CLAIM(a_line_has_time_level_object_and_message),
	CLAIM(a_json_line_is_one_object),
	CLAIM(nothing_from_outside_breaks_the_line),
	CLAIM(a_long_message_is_cut_and_stays_one_line),
	CLAIM(a_quoted_text_is_escaped_and_bounded),
	CLAIM(a_failure_that_repeats_is_logged_when_it_starts_and_when_it_ends),
	CLAIM(a_failure_that_comes_and_goes_is_logged_once_a_minute),
	CLAIM(a_failure_that_returns_within_the_minute_and_stays_is_told_after_it),
	CLAIM(a_clock_set_back_does_not_silence_a_failure),
	CLAIM(lines_of_two_threads_never_mix),
};

CLAIMS_MAIN("log", claims)
