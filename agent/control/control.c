/* SPDX-License-Identifier: ISC */
/* The control socket: listens, accepts, and holds the rows of the commands. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/config/log.h"
#include "agent/control/inside.h"

static void print_help(void *arg, struct control_call *call);

struct control *
control_new(struct loop *loop, struct scopes *scopes, const struct control_settings *settings)
{
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL)
		return NULL;
	control->loop = loop;
	control->scopes = scopes;
	control->settings = *settings;
	control->owner.name = "control";
	control->fd = -1;
	const struct control_command help = {
		.words = "help", .help = "list the commands", .run = print_help, .arg = control
	};
	if (control_add(control, &help, 1) < 0) {
		control_free(control);
		return NULL;
	}
	return control;
}

static int
by_words(const void *a, const void *b)
{
	return strcmp(((const struct control_command *)a)->words, ((const struct control_command *)b)->words);
}

int
control_add(struct control *control, const struct control_command *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < control->command_count; k++)
			if (strcmp(rows[i].words, control->commands[k].words) == 0)
				return -EEXIST;
	struct control_command *grown =
	    realloc(control->commands, (control->command_count + count) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	control->commands = grown;
	memcpy(grown + control->command_count, rows, count * sizeof(*rows));
	control->command_count += count;
	qsort(grown, control->command_count, sizeof(*grown), by_words);
	return 0;
}

static void
print_help(void *arg, struct control_call *call)
{
	const struct control *control = arg;

	for (size_t i = 0; i < control->command_count; i++) {
		const struct control_command *row = &control->commands[i];
		control_print(call, "  %s%s%s\n      %s\n", row->words,
		    row->usage == NULL || row->usage[0] == '\0' ? "" : " ",
		    row->usage == NULL ? "" : row->usage, row->help);
	}
	control_exit(call, 0);
}

/* The socket. */

static void
accept_ready(void *arg, unsigned events)
{
	struct control *control = arg;

	(void)events;
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		client_new(control, fd);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		log_write(TOWERD_LOG_ERROR, "control", "cannot accept a client: %s", strerror(errno));
}

/* A socket that nobody answers is left over from an agent that was killed. */
static int
path_clear(const struct sockaddr_un *address, char *error, size_t size)
{
	struct stat found;

	if (lstat(address->sun_path, &found) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(found.st_mode)) {
		snprintf(error, size, "%s is there and is no socket", address->sun_path);
		return -EEXIST;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_answered = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
	if (fd >= 0)
		close(fd);
	if (is_answered) {
		snprintf(error, size, "another agent answers at %s", address->sun_path);
		return -EADDRINUSE;
	}
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

/* Made for its owner alone, then opened to the group: at no moment to others. */
static int
socket_open(struct control *control, char *error, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = control->settings.path;

	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(error, size, "the path of the socket has %zu octets; %zu fit", strlen(path),
		    sizeof(address.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	strcpy(address.sun_path, path);
	int rc = path_clear(&address, error, size);
	if (rc < 0)
		return rc;
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->fd < 0)
		return -errno;
	mode_t before = umask(0177);
	rc = bind(control->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(before);
	if (rc < 0)
		return rc;
	const struct group *group =
	    control->settings.group == NULL ? NULL : getgrnam(control->settings.group);
	if (group != NULL && chown(path, (uid_t)-1, group->gr_gid) < 0)
		log_write(TOWERD_LOG_WARNING, "control",
		    "%s cannot be given to the group %s: %s; it stays with the agent's own", path,
		    group->gr_name, strerror(errno));
	return chmod(path, 0660) < 0 || listen(control->fd, CONTROL_CLIENTS) < 0 ? -errno : 0;
}

int
control_listen(struct control *control, char *error, size_t size)
{
	error[0] = '\0';
	int rc = socket_open(control, error, size);
	if (rc == 0) {
		control->watch = loop_watch_new(
		    control->loop, &control->owner, control->fd, LOOP_READ, accept_ready, control);
		rc = control->watch == NULL ? -ENOMEM : 0;
	}
	if (rc < 0 && error[0] == '\0')
		snprintf(error, size, "cannot listen at %s: %s", control->settings.path, strerror(-rc));
	return rc;
}

void
control_stop(struct control *control)
{
	if (control == NULL)
		return;
	loop_watch_free(control->watch);
	control->watch = NULL;
	if (control->fd >= 0) {
		close(control->fd);
		unlink(control->settings.path);
	}
	control->fd = -1;
	while (!LIST_EMPTY(&control->clients))
		client_close(LIST_FIRST(&control->clients));
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	control_stop(control);
	free(control->commands);
	free(control);
}
