/* SPDX-License-Identifier: ISC */
/* Worker processes: how they are started, spoken to and buried; and the worker's own side. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/loop/inside.h"

#define CHILD_SOCKET   3
#define CHILD_REPORT   4    /* until exec */
#define CHILD_GRACE_MS 2000 /* real time */

struct loop_child {
	LIST_ENTRY(loop_child) next;
	struct loop *loop;
	struct loop_owner *owner;
	struct loop_child_calls calls;
	struct loop_stream stream;
	struct loop_watch *watch; /* of pidfd, readable when the process has ended */
	struct loop_timer *grace;
	pid_t pid;
	int pidfd;
	int verdict; /* what on_exit says instead of the wait status when it is negative */
};

/* In the child, between fork and exec: only what is async-signal-safe. */
static void __attribute__((noreturn))
child_exec(const char *const *argv, pid_t parent, int socket_fd, int report_fd)
{
	sigset_t none;

	/* Those two may stand at 3 and 4 in the wrong order: out of the way first. */
	int socket_high = fcntl(socket_fd, F_DUPFD, 10), report_high = fcntl(report_fd, F_DUPFD, 10);
	if (socket_high < 0 || report_high < 0 || dup2(socket_high, CHILD_SOCKET) < 0 ||
	    dup3(report_high, CHILD_REPORT, O_CLOEXEC) < 0 || close_range(CHILD_REPORT + 1, ~0u, 0) < 0)
		_exit(127);
	for (int signo = 1; signo < NSIG; signo++)
		signal(signo, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The signal comes when the thread that forked ends: that is the loop's, which ends last. It may have ended before we asked. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(127);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	int error = errno;
	_exit(write(CHILD_REPORT, &error, sizeof(error)) == sizeof(error) ? 127 : 126);
}

/* Forks and waits for the exec. Returns the pid, or a negative errno. */
static pid_t
child_fork(const char *const *argv, int socket_fd)
{
	sigset_t all, before;
	int report[2], error = 0;
	pid_t parent = getpid();

	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	/* No handler of ours may run in the child, where it would write into our own pipes. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	if (pid == 0)
		child_exec(argv, parent, socket_fd, report[1]);
	int fork_error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(report[1]);

	ssize_t count = 0;
	if (pid > 0)
		while ((count = read(report[0], &error, sizeof(error))) < 0 && errno == EINTR)
			;
	close(report[0]);
	if (pid < 0)
		return -fork_error;
	if (count > 0) { /* an end of file tells of the exec */
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return -error;
	}
	return pid;
}

static void
child_kill(void *arg)
{
	struct loop_child *child = arg;

	kill(child->pid, SIGKILL);
}

static void
child_free(struct loop_child *child)
{
	LIST_REMOVE(child, next);
	loop_stream_close(&child->stream);
	loop_watch_free(child->watch);
	loop_timer_free(child->grace);
	if (child->pidfd >= 0)
		close(child->pidfd);
	free(child);
}

static int
child_reap(const struct loop_child *child)
{
	int status = 0;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void
child_ended(void *arg, unsigned events)
{
	struct loop_child *child = arg;

	(void)events;
	loop_watch_set(child->watch, 0);
	loop_stream_drain(&child->stream); /* its last words */
	int status = child_reap(child);
	struct loop_child_calls calls = child->calls;
	struct loop *loop = child->loop;
	struct loop_owner *owner = child->owner;
	if (child->verdict < 0)
		status = child->verdict;
	child_free(child);
	struct loop_lap lap = loop_lap_begin();
	calls.on_exit(calls.arg, status);
	loop_lap_end(loop, owner, lap);
}

static void
child_said(void *arg, const void *data, size_t len)
{
	struct loop_child *child = arg;

	child->calls.on_message(child->calls.arg, data, len);
}

static void
child_closed(void *arg, int rc)
{
	struct loop_child *child = arg;

	if (rc < 0) {
		child->verdict = rc;
		child_kill(child);
	} else {
		loop_timer_start(child->grace, CHILD_GRACE_MS * (int64_t)loop_scale(child->loop));
	}
}

static struct loop_child *
child_new(
    struct loop *loop, struct loop_owner *owner, const struct loop_child_calls *calls, pid_t pid, int fd)
{
	struct loop_child *child = calloc(1, sizeof(*child));

	if (child == NULL) {
		close(fd);
		return NULL;
	}
	*child = (struct loop_child){ .loop = loop, .owner = owner, .calls = *calls, .pid = pid };
	child->stream = (struct loop_stream){ .loop = loop,
		.owner = owner,
		.fd = fd,
		.on_message = child_said,
		.on_close = child_closed,
		.arg = child };
	LIST_INSERT_HEAD(&loop->children, child, next);
	child->pidfd = pidfd_open(pid, 0);
	child->grace = loop_timer_new(loop, NULL, child_kill, child);
	if (loop_stream_open(&child->stream) == 0 && child->pidfd >= 0)
		child->watch = loop_watch_new(loop, NULL, child->pidfd, LOOP_READ, child_ended, child);
	if (child->watch == NULL || child->grace == NULL) {
		child_free(child);
		return NULL;
	}
	return child;
}

struct loop_child *
loop_child_spawn(struct loop *loop, struct loop_owner *owner, const char *const *argv,
    const struct loop_child_calls *calls)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return NULL;
	pid_t pid = child_fork(argv, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		errno = -pid;
		return NULL;
	}
	struct loop_child *child = child_new(loop, owner, calls, pid, ends[0]);
	if (child == NULL) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		errno = ENOMEM;
	}
	return child;
}

int
loop_child_send(struct loop_child *child, const void *data, size_t len)
{
	return loop_stream_send(&child->stream, data, len);
}

void
loop_child_stop(struct loop_child *child)
{
	if (child->stream.fd < 0)
		return; /* told already, or dying */
	loop_stream_close(&child->stream);
	child_closed(child, 0);
}

int
loop_child_pid(const struct loop_child *child)
{
	return child->pid;
}

void
loop_children_free(struct loop *loop)
{
	struct loop_child *child, *following;

	for (child = LIST_FIRST(&loop->children); child != NULL; child = following) {
		following = LIST_NEXT(child, next);
		child_kill(child);
		child_reap(child);
		child_free(child);
	}
}

/* The worker's side. */

struct loop_parent {
	struct loop_stream stream;
	void (*on_message)(void *arg, const void *data, size_t len);
	void (*on_close)(void *arg);
	void *arg;
};

static void
parent_said(void *arg, const void *data, size_t len)
{
	struct loop_parent *parent = arg;

	parent->on_message(parent->arg, data, len);
}

static void
parent_closed(void *arg, int rc)
{
	struct loop_parent *parent = arg;

	(void)rc;
	parent->on_close(parent->arg);
}

struct loop_parent *
loop_parent_new(struct loop *loop, struct loop_owner *owner, int fd,
    void (*on_message)(void *arg, const void *data, size_t len), void (*on_close)(void *arg), void *arg)
{
	struct loop_parent *parent = calloc(1, sizeof(*parent));

	if (parent == NULL)
		return NULL;
	*parent = (struct loop_parent){ .on_message = on_message, .on_close = on_close, .arg = arg };
	parent->stream = (struct loop_stream){ .loop = loop,
		.owner = owner,
		.fd = fd,
		.on_message = parent_said,
		.on_close = parent_closed,
		.arg = parent };
	if (loop_stream_open(&parent->stream) < 0) {
		free(parent);
		return NULL;
	}
	return parent;
}

int
loop_parent_send(struct loop_parent *parent, const void *data, size_t len)
{
	return loop_stream_send(&parent->stream, data, len);
}

void
loop_parent_free(struct loop_parent *parent)
{
	if (parent == NULL)
		return;
	loop_stream_close(&parent->stream);
	free(parent);
}
