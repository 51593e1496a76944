/* SPDX-License-Identifier: ISC */
/* A simulator run as a child. */
#include "tests/sim/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/command.h"

static void
exec_child(const char *path, const char *const *argv, int commands, int answers)
{
	/* A terminal's Ctrl-C is for the driver, which then ends its children in order; they must not outlive it either. */
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(commands, STDIN_FILENO);
	dup2(answers, STDOUT_FILENO);
	execv(path, (char *const *)(uintptr_t)argv); /* execv changes none of them */
	dprintf(STDERR_FILENO, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

static int
read_answer(struct child *child, char *line, int room)
{
	if (fgets(line, room, child->answers) == NULL)
		return -EPIPE;
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

int
child_start(struct child *child, const char *name, const char *path, const char *const *argv, char *greeting)
{
	int down[2], up[2];

	*child = (struct child){ .name = name, .pid = -1 };
	if (pipe2(down, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(up, O_CLOEXEC) < 0) {
		int rc = -errno;
		close(down[0]);
		close(down[1]);
		return rc;
	}
	child->pid = fork();
	if (child->pid == 0)
		exec_child(path, argv, down[0], up[1]);
	int rc = child->pid < 0 ? -errno : 0;
	close(down[0]);
	close(up[1]);
	child->commands = fdopen(down[1], "w");
	child->answers = fdopen(up[0], "r");
	if (rc == 0 && (child->commands == NULL || child->answers == NULL))
		rc = -ENOMEM;
	if (rc == 0)
		rc = read_answer(child, greeting, 256);
	if (rc < 0)
		child_stop(child);
	return rc;
}

int
child_ask(struct child *child, const char *command, char *answer)
{
	char line[LINE_ROOM];

	if (fprintf(child->commands, "%s\n", command) < 0 || fflush(child->commands) != 0 ||
	    read_answer(child, line, sizeof(line)) < 0)
		return -EPIPE;
	bool is_error = strncmp(line, "error", 5) == 0;
	const char *text = line + (is_error ? 5 : 2);
	strcpy(answer, *text == ' ' ? text + 1 : text);
	return is_error ? -EINVAL : 0;
}

void
child_stop(struct child *child)
{
	if (child->commands != NULL)
		fclose(child->commands);
	if (child->answers != NULL)
		fclose(child->answers);
	for (int tries = 0; child->pid > 0; tries++) {
		if (waitpid(child->pid, NULL, tries > 200 ? 0 : WNOHANG) != 0)
			break;
		if (tries == 200)
			kill(child->pid, SIGKILL);
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	*child = (struct child){ .name = child->name, .pid = -1 };
}
