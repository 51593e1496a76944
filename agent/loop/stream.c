/* SPDX-License-Identifier: ISC */
/* Whole messages over a stream socket: each with its length before it. Both ends of a worker process use it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/loop/inside.h"

#define READ_AT_ONCE (256u << 10) /* octets, then others have their turn */

/* Makes room for `more` octets at the end. */
static int
buffer_reserve(struct loop_buffer *buffer, size_t more)
{
	/* Moved only when that frees as much as it moves: a long queue is not copied at every turn. */
	if (buffer->start + buffer->len + more > buffer->capacity && buffer->start >= buffer->len) {
		if (buffer->len > 0)
			memmove(buffer->data, buffer->data + buffer->start, buffer->len);
		buffer->start = 0;
	}
	if (buffer->start + buffer->len + more <= buffer->capacity)
		return 0;
	size_t capacity = buffer->capacity != 0 ? buffer->capacity : 4096;
	while (capacity < buffer->start + buffer->len + more)
		capacity *= 2;
	char *data = realloc(buffer->data, capacity);
	if (data == NULL)
		return -ENOMEM;
	buffer->data = data;
	buffer->capacity = capacity;
	return 0;
}

static void
buffer_add(struct loop_buffer *buffer, const void *data, size_t len)
{
	if (len > 0)
		memcpy(buffer->data + buffer->start + buffer->len, data, len);
	buffer->len += len;
}

static void
buffer_take(struct loop_buffer *buffer, size_t len)
{
	buffer->start += len;
	buffer->len -= len;
	if (buffer->len == 0)
		buffer->start = 0;
}

/* One that once held a large message does not keep its memory for ever. */
static void
buffer_shrink(struct loop_buffer *buffer)
{
	if (buffer->len > 0 || buffer->capacity <= READ_AT_ONCE)
		return;
	free(buffer->data);
	*buffer = (struct loop_buffer){ 0 };
}

static void
stream_end(struct loop_stream *stream, int rc)
{
	loop_stream_close(stream);
	stream->on_close(stream->arg, rc);
}

/* Hands over the messages that are whole. Returns 0, or -ECANCELED when the stream was closed meanwhile (and may be gone). */
static int
stream_deliver(struct loop_stream *stream, const bool *gone)
{
	uint32_t len;

	while (stream->in.len >= sizeof(len)) {
		const char *data = stream->in.data + stream->in.start;
		memcpy(&len, data, sizeof(len));
		if (len > LOOP_MESSAGE_MAX) {
			stream_end(stream, -EMSGSIZE);
			return -ECANCELED;
		}
		if (stream->in.len < sizeof(len) + len)
			break;
		struct loop *loop = stream->loop;
		struct loop_owner *owner = stream->owner;
		struct loop_lap lap = loop_lap_begin();
		stream->on_message(stream->arg, data + sizeof(len), len);
		loop_lap_end(loop, owner, lap);
		if (*gone)
			return -ECANCELED;
		buffer_take(&stream->in, sizeof(len) + len);
	}
	buffer_shrink(&stream->in);
	return 0;
}

/* Reads once. Returns octets, 0 at the end of file, or a negative errno. */
static ssize_t
stream_fill(struct loop_stream *stream)
{
	if (buffer_reserve(&stream->in, READ_AT_ONCE) < 0)
		return -ENOMEM;
	ssize_t count;
	do
		count = recv(stream->fd, stream->in.data + stream->in.start + stream->in.len, READ_AT_ONCE,
		    MSG_DONTWAIT);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	stream->in.len += (size_t)count;
	return count;
}

/* Returns false when there is nothing more to read now, or ever. */
static bool
stream_read(struct loop_stream *stream)
{
	bool gone = false;
	ssize_t count = stream_fill(stream);

	if (count == -EAGAIN)
		return false;
	if (count <= 0) {
		/* A peer that died with our message unread resets the connection: an end like any other. */
		stream_end(stream, count == -ECONNRESET ? 0 : (int)count);
		return false;
	}
	stream->gone = &gone;
	if (stream_deliver(stream, &gone) < 0)
		return false;
	stream->gone = NULL;
	return true;
}

/* Sends what waits. Returns 0 or a negative errno. */
static int
stream_flush(struct loop_stream *stream)
{
	while (stream->out.len > 0) {
		ssize_t count = send(stream->fd, stream->out.data + stream->out.start, stream->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno == EAGAIN)
			break;
		if (count < 0)
			return -errno;
		buffer_take(&stream->out, (size_t)count);
	}
	buffer_shrink(&stream->out);
	loop_watch_set(stream->watch, stream->out.len > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
	return 0;
}

static void
stream_ready(void *arg, unsigned events)
{
	struct loop_stream *stream = arg;

	/* A peer that no longer reads is noticed here, but what it wrote before is still read. */
	if ((events & LOOP_WRITE) != 0 && stream_flush(stream) < 0) {
		buffer_take(&stream->out, stream->out.len);
		loop_watch_set(stream->watch, LOOP_READ);
	}
	if ((events & LOOP_READ) != 0)
		stream_read(stream);
}

int
loop_stream_open(struct loop_stream *stream)
{
	/* The owner is counted per message. */
	stream->watch = loop_watch_new(stream->loop, NULL, stream->fd, LOOP_READ, stream_ready, stream);
	if (stream->watch != NULL)
		return 0;
	loop_stream_close(stream);
	return -ENOMEM;
}

int
loop_stream_send(struct loop_stream *stream, const void *data, size_t len)
{
	uint32_t header = (uint32_t)len;

	if (stream->fd < 0)
		return -EPIPE;
	if (len > LOOP_MESSAGE_MAX)
		return -EMSGSIZE;
	if (stream->out.len + sizeof(header) + len > LOOP_MESSAGES_QUEUED)
		return -EAGAIN;
	if (buffer_reserve(&stream->out, sizeof(header) + len) < 0)
		return -ENOMEM;
	buffer_add(&stream->out, &header, sizeof(header));
	buffer_add(&stream->out, data, len);
	/* Sent when the loop comes round, together with what else is queued until then. */
	loop_watch_set(stream->watch, LOOP_READ | LOOP_WRITE);
	return 0;
}

void
loop_stream_drain(struct loop_stream *stream)
{
	while (stream->fd >= 0 && stream_read(stream))
		;
}

void
loop_stream_close(struct loop_stream *stream)
{
	if (stream->fd < 0)
		return;
	loop_watch_free(stream->watch);
	stream->watch = NULL;
	close(stream->fd);
	stream->fd = -1;
	free(stream->in.data);
	free(stream->out.data);
	stream->in = stream->out = (struct loop_buffer){ 0 };
	if (stream->gone != NULL)
		*stream->gone = true;
	stream->gone = NULL;
}
