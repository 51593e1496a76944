/* SPDX-License-Identifier: ISC */
/* One client of the control socket: its bytes in and out, within their bounds and in time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/config/log.h"
#include "agent/control/inside.h"

#define PATIENCE_MS (60 * INT64_C(1000)) /* of real time */
#define CHUNK       (64u << 10)

int
buffer_append(struct control_buffer *buffer, const char *data, size_t len)
{
	if (buffer->start > 0 && buffer->start + buffer->len + len > buffer->capacity) {
		memmove(buffer->data, buffer->data + buffer->start, buffer->len);
		buffer->start = 0;
	}
	if (buffer->len + len > buffer->capacity) {
		size_t capacity = buffer->capacity == 0 ? 4096 : buffer->capacity;
		while (capacity < buffer->len + len)
			capacity *= 2;
		char *grown = realloc(buffer->data, capacity);
		if (grown == NULL)
			return -ENOMEM;
		buffer->data = grown;
		buffer->capacity = capacity;
	}
	memcpy(buffer->data + buffer->start + buffer->len, data, len);
	buffer->len += len;
	return 0;
}

void
buffer_fini(struct control_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct control_buffer){ 0 };
}

static void
patience_begin(struct client *client)
{
	loop_timer_start(client->timer, PATIENCE_MS * loop_scale(client->control->loop));
}

void
client_close(struct client *client)
{
	struct request *request = client->request;

	LIST_REMOVE(client, next);
	client->control->client_count--;
	loop_watch_free(client->watch);
	loop_timer_free(client->timer);
	loop_timer_free(client->flush_timer);
	close(client->fd);
	buffer_fini(&client->in);
	buffer_fini(&client->out);
	free(client);
	if (request != NULL)
		request_gone(request);
}

static void
patience_ends(void *arg)
{
	struct client *client = arg;

	if (client->request != NULL && client->out.len == 0)
		return; /* it waits for us */
	log_write(TOWERD_LOG_WARNING, "control", "a client of uid %u %s: closed", client->uid,
	    client->request == NULL && !client->is_ending ? "did not send its request"
							  : "does not take its answer");
	client_close(client);
}

/* Writes what the socket takes. False: the client is gone. */
static bool
client_write(struct client *client)
{
	struct control_buffer *out = &client->out;

	while (out->len > 0) {
		ssize_t sent =
		    send(client->fd, out->data + out->start, out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (sent < 0) {
			client_close(client);
			return false;
		}
		out->start += (size_t)sent;
		out->len -= (size_t)sent;
		patience_begin(client);
	}
	if (out->len == 0)
		out->start = 0;
	if (out->len == 0 && client->is_ending) {
		client_close(client);
		return false;
	}
	loop_watch_set(client->watch, out->len > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
	return true;
}

static void
room_tell(struct client *client)
{
	struct request *request = client->request;

	if (request == NULL || request->on_room == NULL || client->out.len >= CONTROL_ROOM)
		return;
	void (*fn)(void *arg) = request->on_room;
	request->on_room = NULL;
	fn(request->room_arg);
}

/* False: the client is gone. */
static bool
client_read(struct client *client)
{
	char chunk[CHUNK];

	ssize_t got = recv(client->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return true;
	if (got <= 0) {
		client_close(client);
		return false;
	}
	if (client->request != NULL || client->is_ending)
		return true; /* one request a connection: what comes behind is not for us */
	if (buffer_append(&client->in, chunk, (size_t)got) < 0) {
		client_close(client);
		return false;
	}
	request_take(client);
	return true;
}

static void
client_ready(void *arg, unsigned events)
{
	struct client *client = arg;

	if ((events & LOOP_WRITE) != 0) {
		if (!client_write(client))
			return;
		room_tell(client);
		return; /* what can be read is told again: telling may have closed the client */
	}
	client_read(client);
}

static void
flush_now(void *arg)
{
	struct client *client = arg;

	if (client->request != NULL)
		request_flush(client->request);
	/* A fast reader takes all of it at once: then nothing else says that there is room. */
	if (client_write(client))
		room_tell(client);
}

void
client_flush_soon(struct client *client)
{
	if (!loop_timer_is_running(client->flush_timer))
		loop_timer_start(client->flush_timer, 0);
}

/* Never closes the client at once: whoever prints may go on printing. */
void
client_send(struct client *client, const char *data, size_t len)
{
	if (client->out.len + len > CONTROL_ANSWER_MAX || buffer_append(&client->out, data, len) < 0) {
		log_write(TOWERD_LOG_WARNING, "control", "an answer for uid %u is larger than %u MiB: cut",
		    client->uid, CONTROL_ANSWER_MAX >> 20);
		client->is_ending = true;
	}
	client_flush_soon(client);
}

void
client_new(struct control *control, int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	struct client *client = NULL;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    control->client_count < CONTROL_CLIENTS)
		client = calloc(1, sizeof(*client));
	if (client == NULL) {
		static const char busy[] = "{\"err\":\"too many clients: try again\\n\"}\n{\"exit\":1}\n";
		send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
		return;
	}
	*client = (struct client){ .control = control, .fd = fd, .uid = peer.uid };
	LIST_INSERT_HEAD(&control->clients, client, next);
	control->client_count++;
	client->watch = loop_watch_new(control->loop, &control->owner, fd, LOOP_READ, client_ready, client);
	client->timer = loop_timer_new(control->loop, &control->owner, patience_ends, client);
	client->flush_timer = loop_timer_new(control->loop, &control->owner, flush_now, client);
	if (client->watch == NULL || client->timer == NULL || client->flush_timer == NULL)
		client_close(client);
	else
		patience_begin(client);
}
