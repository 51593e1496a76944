/* SPDX-License-Identifier: ISC */
/* One request: from its bytes to the command's row, and what the command prints back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <towerd/json.h>

#include "agent/control/inside.h"

#define LINE_MAX_LEN    (1u << 20)  /* of the request's JSON */
#define PIECE           (48u << 10) /* of text in one line of the answer */
#define WORDS           64
#define CONTROL_UNKNOWN 127 /* towerctl then looks for a command that needs no agent */

static struct request *
request_of(struct control_call *call)
{
	return (struct request *)call;
}

static void
request_free(struct request *request)
{
	towerd_json_free(request->json);
	free(request->argv);
	free(request->input);
	free(request->pending);
	free(request);
}

/* Output. */

static void
send_line(struct client *client, const char *key, const char *text, size_t len)
{
	struct towerd_json_writer line = { 0 };

	towerd_json_open(&line, NULL, '{');
	towerd_json_put_bytes(&line, key, text, len);
	towerd_json_close(&line, '}');
	if (towerd_json_done(&line) != NULL) {
		client_send(client, line.data, line.len);
		client_send(client, "\n", 1);
	}
	towerd_json_fini(&line);
}

/* A character's octets stay together. */
static size_t
piece_of(const char *text, size_t len)
{
	if (len <= PIECE)
		return len;
	size_t cut = PIECE;
	while (cut > PIECE - 4 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return cut;
}

void
request_flush(struct request *request)
{
	const char *text = request->pending;
	size_t left = request->pending_len;

	request->pending_len = 0;
	while (left > 0 && request->client != NULL && !request->client->is_ending) {
		size_t len = piece_of(text, left);
		send_line(request->client, request->is_pending_error ? "err" : "out", text, len);
		text += len;
		left -= len;
	}
}

static void
request_write(struct request *request, bool is_error, const char *text, size_t len)
{
	if (request->client == NULL || len == 0)
		return;
	if (request->is_pending_error != is_error || request->pending_len + len > 2 * PIECE)
		request_flush(request);
	request->is_pending_error = is_error;
	if (request->pending_len + len > request->pending_capacity) {
		size_t capacity = request->pending_len + len + PIECE;
		char *grown = realloc(request->pending, capacity);
		if (grown == NULL)
			return;
		request->pending = grown;
		request->pending_capacity = capacity;
	}
	memcpy(request->pending + request->pending_len, text, len);
	request->pending_len += len;
	client_flush_soon(request->client);
}

void
control_write(struct control_call *call, const char *text, size_t len)
{
	request_write(request_of(call), false, text, len);
}

void
control_vprint(struct control_call *call, bool is_error, const char *format, va_list ap)
{
	char small[1024], *text = small;
	va_list again;

	va_copy(again, ap);
	int len = vsnprintf(small, sizeof(small), format, ap);
	if (len >= (int)sizeof(small) && (len = vasprintf(&text, format, again)) < 0)
		text = NULL;
	va_end(again);
	if (text != NULL && len > 0)
		request_write(request_of(call), is_error, text, (size_t)len);
	if (text != small)
		free(text);
}

void
control_print(struct control_call *call, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	control_vprint(call, false, format, ap);
	va_end(ap);
}

void
control_error(struct control_call *call, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	control_vprint(call, true, format, ap);
	va_end(ap);
}

void
control_exit(struct control_call *call, int status)
{
	struct request *request = request_of(call);
	struct client *client = request->client;
	char line[32];

	request->control->calls--;
	if (client != NULL) {
		request_flush(request);
		client_send(
		    client, line, (size_t)snprintf(line, sizeof(line), "{\"exit\":%d}\n", status & 0xff));
		client->is_ending = true;
		client->request = NULL;
	}
	request_free(request);
}

void
control_on_gone(struct control_call *call, void (*fn)(void *arg), void *arg)
{
	struct request *request = request_of(call);

	request->on_gone = fn;
	request->gone_arg = arg;
}

bool
control_has_room(struct control_call *call, void (*fn)(void *arg), void *arg)
{
	struct request *request = request_of(call);

	if (request->client == NULL || request->client->out.len < CONTROL_ROOM)
		return true;
	request->on_room = fn;
	request->room_arg = arg;
	return false;
}

/* The caller left. The command goes on to its end and prints to nobody. */
void
request_gone(struct request *request)
{
	request->client = NULL;
	request->on_room = NULL;
	if (request->on_gone != NULL)
		request->on_gone(request->gone_arg);
}

/* Input. */

static const struct scope *
scope_of(const struct control *control, uid_t uid)
{
	static const char *const everywhere[] = { "*" };
	static const struct scope_reader group = { .name = "control",
		.role = ROLE_OPERATE,
		.location = LOCATION_NEVER,
		.areas = everywhere,
		.area_count = 1 };

	return uid == 0 || uid == geteuid() ? scopes_all(control->scopes)
					    : scopes_open(control->scopes, &group, false, 0);
}

/* How many of the words in front are the command's own; 0: it is another. */
static int
words_match(const char *words, int argc, const char *const *argv)
{
	int used = 0;

	for (const char *at = words; *at != '\0'; used++) {
		size_t len = strcspn(at, " ");
		if (used >= argc || strlen(argv[used]) != len || strncmp(at, argv[used], len) != 0)
			return 0;
		at += len + (at[len] == ' ');
	}
	return used;
}

static void
say_unknown(struct request *request)
{
	struct control_call *call = &request->call;
	const struct control *control = request->control;
	bool is_group = false;

	for (size_t i = 0; call->argc > 0 && i < control->command_count; i++) {
		const char *words = control->commands[i].words;
		size_t len = strlen(call->argv[0]);
		if (strncmp(words, call->argv[0], len) != 0 || words[len] != ' ')
			continue;
		if (is_group)
			control_error(call, ", %s", words);
		else
			control_error(call, "\"%s\" alone says too little: %s", call->argv[0], words);
		is_group = true;
	}
	if (is_group)
		control_error(call, "\n");
	else
		control_error(call, "there is no command \"%s\": `towerctl help` lists them\n",
		    call->argc > 0 ? call->argv[0] : "");
	control_exit(call, CONTROL_UNKNOWN);
}

static void
request_run(struct request *request)
{
	const struct control *control = request->control;
	struct control_call *call = &request->call;
	const struct control_command *found = NULL;
	int words = 0;

	for (size_t i = 0; i < control->command_count; i++) {
		int used = words_match(control->commands[i].words, call->argc, call->argv);
		if (used > words) {
			words = used;
			found = &control->commands[i];
		}
	}
	if (found == NULL) {
		say_unknown(request);
		return;
	}
	call->argc -= words;
	call->argv += words;
	if (found->needs_operate && scope_role(call->scope) < ROLE_OPERATE) {
		control_error(call, "%s: %s may only read\n", found->words, call->actor);
		control_exit(call, 1);
		return;
	}
	found->run(found->arg, call);
}

static int
argv_take(struct request *request, const struct towerd_json *argv)
{
	size_t count = towerd_json_count(argv), kept = 0;

	if (!towerd_json_is_array(argv) || count > WORDS)
		return -EINVAL;
	request->argv = calloc(count + 1, sizeof(char *));
	if (request->argv == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		size_t len;
		if (towerd_json_text(towerd_json_item(argv, i), &request->argv[kept], &len) < 0)
			return -EINVAL;
		kept++;
	}
	request->call.argc = (int)kept;
	request->call.argv = request->argv;
	return 0;
}

static void
refuse(struct client *client, const char *reason)
{
	send_line(client, "err", reason, strlen(reason));
	client_send(client, "{\"exit\":2}\n", strlen("{\"exit\":2}\n"));
	client->is_ending = true;
}

static struct request *
request_parse(struct client *client, const char *line, size_t len, int64_t *input_len)
{
	struct request *request = calloc(1, sizeof(*request));
	char error[128] = "";

	if (request == NULL)
		return NULL;
	request->client = client;
	request->control = client->control;
	request->json = towerd_json_parse(line, len, error, sizeof(error));
	const struct towerd_json *json = request->json;
	const struct towerd_json *input = json == NULL ? NULL : towerd_json_get(json, "input");
	*input_len = 0;
	if (json == NULL || argv_take(request, towerd_json_get(json, "argv")) < 0 ||
	    (input != NULL && towerd_json_int(input, input_len) < 0) || *input_len < 0 ||
	    *input_len > (int64_t)CONTROL_REQUEST_MAX) {
		request_free(request);
		return NULL;
	}
	towerd_json_bool(towerd_json_get(json, "json"), &request->call.want_json);
	snprintf(request->actor, sizeof(request->actor), "uid %u", client->uid);
	request->call.actor = request->actor;
	request->call.scope = scope_of(client->control, client->uid);
	request->call.input = "";
	if (request->call.scope != NULL)
		return request;
	request_free(request);
	return NULL;
}

int
request_take(struct client *client)
{
	struct control_buffer *in = &client->in;
	const char *text = in->data + in->start;
	size_t searched = in->len < LINE_MAX_LEN ? in->len : LINE_MAX_LEN;
	const char *end = memchr(text, '\n', searched);
	int64_t input_len;

	if (end == NULL && in->len < LINE_MAX_LEN)
		return -EAGAIN;
	size_t line_len = end == NULL ? 0 : (size_t)(end - text);
	struct request *request = end == NULL ? NULL : request_parse(client, text, line_len, &input_len);
	if (request == NULL) {
		refuse(client,
		    "this is not a request of towerctl: do towerctl and towerd come from one version?\n");
		return 0;
	}
	if (in->len < line_len + 1 + (size_t)input_len) {
		request_free(request); /* parsed again when the rest is here: requests with input are few */
		return -EAGAIN;
	}
	if (input_len > 0) {
		request->input = malloc((size_t)input_len + 1);
		if (request->input == NULL) {
			request_free(request);
			refuse(client, "out of memory\n");
			return 0;
		}
		memcpy(request->input, text + line_len + 1, (size_t)input_len);
		request->input[input_len] = '\0';
		request->call.input = request->input;
		request->call.input_len = (size_t)input_len;
	}
	buffer_fini(in);
	client->request = request;
	client->control->calls++;
	request_run(request);
	return 0;
}
