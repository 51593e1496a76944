/* SPDX-License-Identifier: ISC */
/* The fake host: runs the plugin's commands and keeps what they print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_inside.h"

static void __attribute__((format(printf, 3, 0)))
append(char **text, size_t *len, const char *format, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int more = vsnprintf(NULL, 0, format, again);
	va_end(again);
	*text = realloc(*text, *len + (size_t)more + 1);
	if (*text == NULL)
		fake_die("out of memory");
	vsnprintf(*text + *len, (size_t)more + 1, format, ap);
	*len += (size_t)more;
}

static void __attribute__((format(printf, 2, 0)))
serve_print(struct towerd_out *out, const char *format, va_list ap)
{
	append(&out->out, &out->out_len, format, ap);
}

static void __attribute__((format(printf, 2, 0)))
serve_print_error(struct towerd_out *out, const char *format, va_list ap)
{
	append(&out->err, &out->err_len, format, ap);
}

static bool
serve_wants_json(struct towerd_out *out)
{
	return out->wants_json;
}

static void
serve_exit(struct towerd_out *out, int status)
{
	if (out->status != TOWERD_LATER)
		fake_die("a command ended twice");
	out->status = status;
}

static const struct towerd_command *
command_find(const struct fake_host *host, const char *line)
{
	const struct towerd_command *found = NULL;

	for (size_t i = 0; i < host->plugin->command_count; i++) {
		const struct towerd_command *command = &host->plugin->commands[i];
		size_t len = strlen(command->words);
		if (strncmp(line, command->words, len) == 0 && (line[len] == ' ' || line[len] == '\0') &&
		    (found == NULL || len > strlen(found->words)))
			found = command;
	}
	return found;
}

int
fake_run(struct fake_host *host, const char *line)
{
	enum { ARGS = 64 };
	const char *argv[ARGS + 1] = { NULL };
	int argc = 0;
	const struct towerd_command *command = command_find(host, line);

	free(host->out.out);
	free(host->out.err);
	host->out = (struct towerd_out){ .host = host, .status = TOWERD_LATER };
	if (command == NULL)
		return host->rc = 127;
	char *rest = fake_text(host, line + strlen(command->words)), *save = NULL;
	for (char *word = strtok_r(rest, " ", &save); word != NULL && argc < ARGS;
	     word = strtok_r(NULL, " ", &save))
		if (strcmp(word, "--json") == 0)
			host->out.wants_json = true;
		else
			argv[argc++] = word;
	host->rc = command->run(&host->agent.ctx, argc, argv, &host->out);
	if (host->rc != TOWERD_LATER)
		host->out.status = host->rc;
	return host->out.status;
}

int
fake_exit_status(const struct fake_host *host)
{
	return host->out.status;
}

const char *
fake_out(const struct fake_host *host)
{
	return host->out.out == NULL ? "" : host->out.out;
}

const char *
fake_err(const struct fake_host *host)
{
	return host->out.err == NULL ? "" : host->out.err;
}

void
fake_command_services(struct towerd_host *services)
{
	services->print = serve_print;
	services->print_error = serve_print_error;
	services->wants_json = serve_wants_json;
	services->exit = serve_exit;
}
