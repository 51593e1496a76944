/* SPDX-License-Identifier: ISC */
/*
 * towerctl: hands its arguments to the agent and prints what comes back. It has no commands of its own: the agent has the rows, and plugins
 * bring some that need no agent. Files that a command names are read here, with the caller's rights.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <towerd/json.h>

#include "agent/config/config.h"
#include "agent/host/host.h"

#define SOCKET_DEFAULT "/run/towerd/control.sock"
#define INPUT_MAX      (64u << 20)
#define NO_ANSWER      (-1) /* the agent is not there */
#define UNKNOWN        127  /* the agent has no such command: a plugin may, offline */

struct request {
	const char *socket;
	bool wants_json;
	int argc;
	const char **argv;
	char *input;
	size_t input_len;
	char *refusal; /* what an agent said that has no such command */
};

static const char usage[] =
    "usage: towerctl [--socket S] [--json] COMMAND…\n"
    "  --socket S   the agent's control socket ($TOWERD_SOCKET, else " SOCKET_DEFAULT ")\n"
    "  --json       for scripts\n"
    "  help         list the commands of the agent that runs, and those that need none\n";

/* Input. */

static int
file_read(const char *path, char **text, size_t *len)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	FILE *memory = file == NULL ? NULL : open_memstream(text, len);
	char chunk[1 << 16];
	size_t got, total = 0;
	int rc = file == NULL || memory == NULL ? -errno : 0;

	while (rc == 0 && (got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		total += got;
		if (total > INPUT_MAX)
			rc = -EFBIG;
		else if (fwrite(chunk, 1, got, memory) != got)
			rc = -ENOMEM;
	}
	if (rc == 0 && ferror(file))
		rc = errno == 0 ? -EIO : -errno;
	if (memory != NULL && fclose(memory) != 0 && rc == 0)
		rc = -ENOMEM;
	if (file != NULL && file != stdin)
		fclose(file);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", path, rc == -EFBIG ? "larger than 64 MiB" : strerror(-rc));
	return rc;
}

/* The one argument that names a file, or NULL. */
static const char *
input_path(const struct request *request)
{
	if (request->argc >= 3 && strcmp(request->argv[0], "site") == 0 &&
	    strcmp(request->argv[1], "import") == 0)
		return request->argv[2];
	for (int i = 0; i + 1 < request->argc; i++)
		if (strcmp(request->argv[i], "--public-key") == 0)
			return request->argv[i + 1];
	return NULL;
}

/* The socket. */

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int rc = -errno;
		if (fd >= 0)
			close(fd);
		return rc;
	}
	return fd;
}

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = send(fd, data, len, MSG_NOSIGNAL);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		data += written;
		len -= (size_t)written;
	}
	return 0;
}

static int
request_send(const struct request *request, int fd)
{
	struct towerd_json_writer w = { 0 };

	towerd_json_open(&w, NULL, '{');
	towerd_json_open(&w, "argv", '[');
	for (int i = 0; i < request->argc; i++)
		towerd_json_put_text(&w, NULL, request->argv[i]);
	towerd_json_close(&w, ']');
	towerd_json_put_bool(&w, "json", request->wants_json);
	towerd_json_put_uint(&w, "input", request->input_len);
	towerd_json_close(&w, '}');
	int rc = towerd_json_done(&w) == NULL ? -ENOMEM : write_all(fd, w.data, w.len);
	if (rc == 0)
		rc = write_all(fd, "\n", 1);
	if (rc == 0 && request->input_len > 0)
		rc = write_all(fd, request->input, request->input_len);
	towerd_json_fini(&w);
	return rc;
}

static void
print(const struct towerd_json *text, FILE *stream)
{
	const char *data;
	size_t len;

	if (towerd_json_text(text, &data, &len) == 0)
		fwrite(data, 1, len, stream);
}

/* One line of the answer. Whether it was the last. */
static bool
line_take(struct request *request, const char *line, size_t len, int *status)
{
	char error[128];
	struct towerd_json *json = towerd_json_parse(line, len, error, sizeof(error));
	const struct towerd_json *out, *err, *end;
	int64_t exit_status;
	bool is_last = false;

	if (json == NULL) {
		fprintf(stderr, "the agent's answer cannot be read: %s\n", error);
		*status = 1;
		return true;
	}
	if ((out = towerd_json_get(json, "out")) != NULL) {
		print(out, stdout);
		fflush(stdout); /* also into a pipe: `journal --follow | …` */
	} else if ((err = towerd_json_get(json, "err")) != NULL) {
		const char *text;
		size_t text_len;
		/* Kept: it is told only if no plugin has the command either. */
		if (request->refusal == NULL && towerd_json_text(err, &text, &text_len) == 0)
			request->refusal = strdup(text);
		else
			print(err, stderr);
	} else if ((end = towerd_json_get(json, "exit")) != NULL && towerd_json_int(end, &exit_status) == 0) {
		*status = (int)exit_status;
		is_last = true;
	}
	towerd_json_free(json);
	return is_last;
}

static int
answer_print(struct request *request, int fd)
{
	FILE *stream = fdopen(fd, "r");
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;
	int status = 1;
	bool is_complete = false;

	if (stream == NULL) {
		close(fd);
		return 1;
	}
	while (!is_complete && (len = getline(&line, &capacity, stream)) > 0)
		is_complete = line_take(request, line, (size_t)len, &status);
	if (!is_complete)
		fprintf(stderr, "the agent went away before it had answered\n");
	free(line);
	fclose(stream);
	return status;
}

static int
ask(struct request *request)
{
	const char *path = input_path(request);

	int fd = connect_to(request->socket);
	if (fd < 0) {
		if (asprintf(&request->refusal, "no agent answers at %s: %s\n", request->socket,
			strerror(-fd)) < 0)
			request->refusal = NULL;
		return NO_ANSWER;
	}
	if (path != NULL && file_read(path, &request->input, &request->input_len) < 0) {
		close(fd);
		return 1;
	}
	int rc = request_send(request, fd);
	if (rc < 0 && rc != -EPIPE) { /* a refusal may already be on its way */
		fprintf(stderr, "the request cannot be sent: %s\n", strerror(-rc));
		close(fd);
		return 1;
	}
	return answer_print(request, fd);
}

/* Commands that need no agent. */

static char *
profile_dirs(const struct config *config)
{
	const char *own = getenv("TOWERD_PROFILE_DIR");
	char *joined = NULL;
	size_t len;
	FILE *memory;

	if (own != NULL)
		return strdup(own);
	memory = open_memstream(&joined, &len);
	if (memory == NULL)
		return NULL;
	for (size_t i = 0; i < config->agent.profile_dirs.count; i++)
		fprintf(memory, "%s%s", i > 0 ? ":" : "", config->agent.profile_dirs.items[i]);
	fclose(memory);
	return joined;
}

static int
run_alone(const struct request *request, int *status)
{
	struct towerd_fault_sink faults = { towerd_fault_print, stderr, 0 };
	struct config *config = config_parse("defaults", "", 0, &faults);
	const char *plugins = getenv("TOWERD_PLUGIN_DIR");
	char *profiles = config == NULL ? NULL : profile_dirs(config);
	int rc = -ENOENT;

	if (profiles != NULL && request->argc == 1 && strcmp(request->argv[0], "help") == 0) {
		printf("\nwithout an agent:\n");
		host_print_offline(plugins != NULL ? plugins : config->agent.plugin_dir);
		rc = 0;
		*status = 0;
	} else if (profiles != NULL) {
		rc = host_run_offline(plugins != NULL ? plugins : config->agent.plugin_dir, profiles,
		    request->wants_json, request->argc, request->argv, status);
	}
	free(profiles);
	config_free(config);
	return rc;
}

/* Takes the options out, wherever they stand. False: usage. */
static bool
arguments_take(struct request *request, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			request->wants_json = true;
		else if (strcmp(argv[i], "--socket") == 0 && i + 1 < argc)
			request->socket = argv[++i];
		else if (strncmp(argv[i], "--socket=", strlen("--socket=")) == 0)
			request->socket = argv[i] + strlen("--socket=");
		else
			request->argv[request->argc++] = argv[i];
	}
	return request->argc > 0;
}

int
main(int argc, char **argv)
{
	const char *environment = getenv("TOWERD_SOCKET");
	struct request request = { .socket = environment != NULL ? environment : SOCKET_DEFAULT };
	int status = 1;

	request.argv = calloc((size_t)argc + 1, sizeof(char *));
	if (request.argv == NULL)
		return 1;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("towerctl %s\n", TOWERD_VERSION);
		free(request.argv);
		return 0;
	}
	if (!arguments_take(&request, argc, argv)) {
		fputs(usage, stderr);
		free(request.argv);
		return 2;
	}
	bool is_help = request.argc == 1 &&
	    (strcmp(request.argv[0], "help") == 0 || strcmp(request.argv[0], "--help") == 0);
	if (is_help) {
		fputs(usage, stdout);
		request.argv[0] = "help";
	}
	status = ask(&request);
	bool is_alone = status == NO_ANSWER || status == UNKNOWN || is_help;
	if (is_alone && run_alone(&request, &status) == 0) {
		free(request.refusal);
		request.refusal = NULL;
	}
	if (request.refusal != NULL)
		fputs(request.refusal, stderr);
	if (fflush(stdout) != 0 && status == 0)
		status = 1;
	free(request.refusal);
	free(request.input);
	free(request.argv);
	return status < 0 ? 1 : status;
}
