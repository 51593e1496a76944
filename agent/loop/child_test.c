/* SPDX-License-Identifier: ISC */
/* Worker processes: this program is also its own worker, in several manners. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/loop/loop.h"
#include "tests/support/cunit_main.h"

#define SELF "/proc/self/exe"

/* The worker's side. */

static struct loop_parent *parent;

static void
worker_echo(void *arg, const void *data, size_t len)
{
	(void)arg;
	loop_parent_send(parent, data, len);
}

static void
worker_end(void *arg)
{
	loop_stop(arg);
}

static void
worker_ignore(void *arg)
{
	(void)arg;
}

/* Counts what it holds beside 0 to 3 (and the directory it looks into). */
static void
worker_tell_descriptors(void)
{
	char text[32];
	unsigned count = 0;
	DIR *dir = opendir("/proc/self/fd");

	if (dir == NULL)
		_exit(2);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		long fd = strtol(entry->d_name, NULL, 10); /* 0 for the dots */
		count += fd > 3 && fd != dirfd(dir);
	}
	closedir(dir);
	struct sigaction pipe_action;
	sigset_t mask;
	sigaction(SIGPIPE, NULL, &pipe_action);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	snprintf(text, sizeof(text), "%u %d %d", count, pipe_action.sa_handler == SIG_DFL,
	    sigismember(&mask, SIGTERM));
	uint32_t len = (uint32_t)strlen(text);
	if (write(3, &len, sizeof(len)) < 0 || write(3, text, len) < 0)
		_exit(2);
}

static void
worker_of_a_worker(struct loop *loop)
{
	const char *argv[] = { SELF, "stubborn", NULL };
	struct loop_child_calls calls = { 0 };
	struct loop_child *child = loop_child_spawn(loop, NULL, argv, &calls);
	int pid = child != NULL ? loop_child_pid(child) : 0;

	loop_parent_send(parent, &pid, sizeof(pid));
}

static int
worker_main(const char *manner)
{
	uint32_t huge = LOOP_MESSAGE_MAX + 1;

	if (strcmp(manner, "descriptors") == 0) {
		worker_tell_descriptors();
		return 0;
	}
	if (strcmp(manner, "dies") == 0) {
		uint32_t len = 5;
		if (write(3, &len, sizeof(len)) < 0 || write(3, "adieu", 5) < 0)
			return 2;
		return 42;
	}
	if (strcmp(manner, "oversized") == 0)
		return write(3, &huge, sizeof(huge)) < 0 ? 2 : pause();
	struct loop *loop = loop_new(&(struct loop_settings){ 0 });
	bool stubborn = strcmp(manner, "stubborn") == 0;
	parent = loop_parent_new(loop, NULL, 3, worker_echo, stubborn ? worker_ignore : worker_end, loop);
	if (strcmp(manner, "middle") == 0)
		worker_of_a_worker(loop);
	loop_run(loop);
	loop_parent_free(parent);
	loop_free(loop);
	return 0;
}

/* The agent's side. */

struct nurse {
	struct loop *loop;
	struct loop_child *child;
	size_t messages, octets, wrong;
	char last[64];
	unsigned exits;
	int status;
};

static void
nurse_hears(void *arg, const void *data, size_t len)
{
	struct nurse *nurse = arg;
	const char *text = data;

	CU_ASSERT_EQUAL(nurse->exits, 0);
	nurse->messages++;
	nurse->octets += len;
	for (size_t i = 1; i < len; i++)
		nurse->wrong += len > 1000 && text[i] != text[0];
	size_t kept = len < sizeof(nurse->last) - 1 ? len : sizeof(nurse->last) - 1;
	memcpy(nurse->last, data, kept);
	nurse->last[kept] = '\0';
}

static void
nurse_buries(void *arg, int status)
{
	struct nurse *nurse = arg;

	nurse->exits++;
	nurse->status = status;
	nurse->child = NULL;
}

static void
nurse_start(struct nurse *nurse, const char *manner)
{
	const char *argv[] = { SELF, manner, NULL };

	*nurse = (struct nurse){ .loop = loop_new(&(struct loop_settings){ 0 }) };
	struct loop_child_calls calls = { nurse_hears, nurse_buries, nurse };
	nurse->child = loop_child_spawn(nurse->loop, NULL, argv, &calls);
	CU_ASSERT_PTR_NOT_NULL_FATAL(nurse->child);
}

static void
a_child_echoes_small_and_large_messages_whole_and_in_order(void)
{
	struct nurse nurse;
	char *large = malloc(LOOP_MESSAGE_MAX);

	nurse_start(&nurse, "echo");
	memset(large, 'L', LOOP_MESSAGE_MAX);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(loop_child_send(nurse.child, "ping", 4), 0);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(loop_child_send(nurse.child, large, LOOP_MESSAGE_MAX), 0);
	CU_ASSERT_EQUAL(loop_child_send(nurse.child, "", 0), 0);
	CU_ASSERT_EQUAL(loop_child_send(nurse.child, "last", 4), 0);
	CU_ASSERT_EQUAL(loop_child_send(nurse.child, large, LOOP_MESSAGE_MAX + 1), -EMSGSIZE);
	while (nurse.messages < 1005 && nurse.exits == 0)
		loop_turn(nurse.loop, true);
	CU_ASSERT_EQUAL(nurse.octets, 4000 + 3 * (size_t)LOOP_MESSAGE_MAX + 4);
	CU_ASSERT_EQUAL(nurse.wrong, 0);
	CU_ASSERT_STRING_EQUAL(nurse.last, "last");

	loop_child_stop(nurse.child);
	CU_ASSERT_EQUAL(loop_child_send(nurse.child, "late", 4), -EPIPE);
	while (nurse.exits == 0)
		loop_turn(nurse.loop, true);
	CU_ASSERT_TRUE(WIFEXITED(nurse.status) && WEXITSTATUS(nurse.status) == 0);
	free(large);
	loop_free(nurse.loop);
}

static void
a_child_that_does_not_read_fills_its_queue_to_the_bound(void)
{
	struct nurse nurse;
	char *large = calloc(1, LOOP_MESSAGE_MAX);
	size_t sent = 0;

	nurse_start(&nurse, "oversized"); /* which reads nothing */
	while (loop_child_send(nurse.child, large, LOOP_MESSAGE_MAX) == 0)
		sent++;
	CU_ASSERT_EQUAL(loop_child_send(nurse.child, large, LOOP_MESSAGE_MAX), -EAGAIN);
	CU_ASSERT_EQUAL(sent, LOOP_MESSAGES_QUEUED / LOOP_MESSAGE_MAX - 1);
	free(large);
	loop_free(nurse.loop); /* kills it */
}

static void
the_last_words_of_a_child_come_before_its_end(void)
{
	struct nurse nurse;

	nurse_start(&nurse, "dies");
	while (nurse.exits == 0)
		loop_turn(nurse.loop, true);
	CU_ASSERT_EQUAL(nurse.messages, 1);
	CU_ASSERT_STRING_EQUAL(nurse.last, "adieu");
	CU_ASSERT_TRUE(WIFEXITED(nurse.status) && WEXITSTATUS(nurse.status) == 42);
	loop_turn(nurse.loop, false);
	CU_ASSERT_EQUAL(nurse.exits, 1);
	loop_free(nurse.loop);
}

static void
sending_to_one_that_was_killed_raises_no_signal(void)
{
	struct nurse nurse;

	nurse_start(&nurse, "echo");
	kill(loop_child_pid(nurse.child), SIGKILL);
	for (int i = 0; nurse.exits == 0; i++) {
		if (i < 1000)
			loop_child_send(nurse.child, "ping", 4);
		loop_turn(nurse.loop, true);
	}
	CU_ASSERT_TRUE(WIFSIGNALED(nurse.status) && WTERMSIG(nurse.status) == SIGKILL);
	loop_free(nurse.loop);
}

static void
an_oversized_frame_is_the_death_of_the_child(void)
{
	struct nurse nurse;

	nurse_start(&nurse, "oversized");
	while (nurse.exits == 0)
		loop_turn(nurse.loop, true);
	CU_ASSERT_EQUAL(nurse.status, -EMSGSIZE);
	loop_free(nurse.loop);
}

static void
a_child_that_ignores_the_close_is_killed(void)
{
	struct nurse nurse;

	nurse_start(&nurse, "stubborn");
	loop_child_stop(nurse.child);
	loop_child_stop(nurse.child);
	while (nurse.exits == 0)
		loop_turn(nurse.loop, true);
	CU_ASSERT_TRUE(WIFSIGNALED(nurse.status) && WTERMSIG(nurse.status) == SIGKILL);
	loop_free(nurse.loop);
}

static void
a_child_holds_four_descriptors_and_default_signals(void)
{
	struct nurse nurse;
	sigset_t term, before;
	int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, as a library might */

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	nurse_start(&nurse, "descriptors");
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	while (nurse.exits == 0)
		loop_turn(nurse.loop, true);
	CU_ASSERT_STRING_EQUAL(nurse.last, "0 1 0");
	loop_free(nurse.loop);
	close(leak);
}

static void
a_program_that_is_not_there_is_an_error_at_once(void)
{
	struct loop *loop = loop_new(&(struct loop_settings){ 0 });
	const char *argv[] = { "/nonexistent/worker", NULL };
	struct loop_child_calls calls = { nurse_hears, nurse_buries, NULL };

	CU_ASSERT_PTR_NULL(loop_child_spawn(loop, NULL, argv, &calls));
	CU_ASSERT_EQUAL(errno, ENOENT);
	loop_turn(loop, false);
	loop_free(loop);
}

/* A zombie whose new parent does not bury it is dead all the same. */
static bool
is_alive(int pid)
{
	char path[64], text[256] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	size_t len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	const char *state = len > 0 ? strrchr(text, ')') : NULL;
	return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

static void
a_child_dies_with_the_agent_however_that_dies(void)
{
	struct nurse nurse;
	int pid = 0;

	nurse_start(&nurse, "middle");
	while (nurse.messages == 0 && nurse.exits == 0)
		loop_turn(nurse.loop, true);
	memcpy(&pid, nurse.last, sizeof(pid));
	CU_ASSERT_TRUE_FATAL(pid > 0);
	CU_ASSERT_TRUE(is_alive(pid));
	kill(loop_child_pid(nurse.child), SIGKILL);
	while (nurse.exits == 0)
		loop_turn(nurse.loop, true);
	for (int i = 0; i < 1000 && is_alive(pid); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	CU_ASSERT_FALSE(is_alive(pid));
	loop_free(nurse.loop);
}

static const struct claim claims[] = {
	CLAIM(a_child_echoes_small_and_large_messages_whole_and_in_order),
	CLAIM(a_child_that_does_not_read_fills_its_queue_to_the_bound),
	CLAIM(the_last_words_of_a_child_come_before_its_end),
	CLAIM(sending_to_one_that_was_killed_raises_no_signal),
	CLAIM(an_oversized_frame_is_the_death_of_the_child),
	CLAIM(a_child_that_ignores_the_close_is_killed),
	CLAIM(a_child_holds_four_descriptors_and_default_signals),
	CLAIM(a_program_that_is_not_there_is_an_error_at_once),
	CLAIM(a_child_dies_with_the_agent_however_that_dies),
};

int
main(int argc, char **argv)
{
	if (argc > 1)
		return worker_main(argv[1]);
	return claims_run("child", claims, sizeof(claims) / sizeof(claims[0]));
}
