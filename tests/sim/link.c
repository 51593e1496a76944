/* SPDX-License-Identifier: ISC */
/* One MQTT connection with its will. */
#include "tests/sim/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEEPALIVE_S 60
#define CONNECT_S   10

struct link {
	struct mosquitto *client;
	bool is_up, is_gone;
	time_t opened_s, checked_s; /* real time: the broker knows no other */
};

static time_t
now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int
result(int rc)
{
	switch (rc) {
	case MOSQ_ERR_SUCCESS:
		return 0;
	case MOSQ_ERR_NOMEM:
		return -ENOMEM;
	case MOSQ_ERR_PAYLOAD_SIZE:
	case MOSQ_ERR_OVERSIZE_PACKET:
		return -EMSGSIZE;
	case MOSQ_ERR_INVAL:
		return -EINVAL;
	case MOSQ_ERR_ERRNO:
		return errno != 0 ? -errno : -EIO;
	default:
		return -ENOTCONN;
	}
}

static void
on_connect(struct mosquitto *client, void *data, int code)
{
	struct link *link = data;
	(void)client;
	link->is_up = code == 0;
	link->is_gone = code != 0;
}

static void
on_disconnect(struct mosquitto *client, void *data, int code)
{
	struct link *link = data;
	(void)client;
	(void)code;
	link->is_up = false;
	link->is_gone = true;
}

int
link_open(const struct sockaddr_in *broker, const char *client_id, const char *will_topic, const char *will,
    struct link **out)
{
	char host[INET_ADDRSTRLEN];
	struct link *link = calloc(1, sizeof(*link));
	if (link == NULL)
		return -ENOMEM;
	link->client = mosquitto_new(client_id, true, link);
	if (link->client == NULL) {
		free(link);
		return -ENOMEM;
	}
	link->opened_s = now_s();
	mosquitto_connect_callback_set(link->client, on_connect);
	mosquitto_disconnect_callback_set(link->client, on_disconnect);
	mosquitto_max_inflight_messages_set(link->client, 0);
	int rc = MOSQ_ERR_SUCCESS;
	if (will_topic != NULL)
		rc = mosquitto_will_set(link->client, will_topic, (int)strlen(will), will, 1, true);
	inet_ntop(AF_INET, &broker->sin_addr, host, sizeof(host));
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_connect_async(link->client, host, ntohs(broker->sin_port), KEEPALIVE_S);
	if (rc != MOSQ_ERR_SUCCESS) {
		link_cut(link);
		return result(rc);
	}
	*out = link;
	return 0;
}

void
link_cut(struct link *link)
{
	if (link == NULL)
		return;
	/* libmosquitto closes the socket and sends no DISCONNECT: to the broker that is a lost client. */
	mosquitto_destroy(link->client);
	free(link);
}

void
link_leave(struct link *link)
{
	if (mosquitto_disconnect(link->client) != MOSQ_ERR_SUCCESS)
		link->is_gone = true;
}

bool
link_is_up(const struct link *link)
{
	return link != NULL && link->is_up;
}

bool
link_is_gone(const struct link *link)
{
	return link->is_gone;
}

int
link_fd(const struct link *link)
{
	return link->is_gone ? -1 : mosquitto_socket(link->client);
}

short
link_events(const struct link *link)
{
	return mosquitto_want_write(link->client) ? POLLIN | POLLOUT : POLLIN;
}

void
link_run(struct link *link, short revents)
{
	int rc = MOSQ_ERR_SUCCESS;

	if (revents & (POLLIN | POLLHUP | POLLERR))
		rc = mosquitto_loop_read(link->client, 100);
	if (rc == MOSQ_ERR_SUCCESS && revents & POLLOUT)
		rc = mosquitto_loop_write(link->client, 100);
	if (rc == MOSQ_ERR_SUCCESS && now_s() != link->checked_s) {
		link->checked_s = now_s();
		rc = mosquitto_loop_misc(link->client);
	}
	if (rc != MOSQ_ERR_SUCCESS || (!link->is_up && now_s() - link->opened_s > CONNECT_S)) {
		link->is_up = false;
		link->is_gone = true;
	}
}

int
link_publish(struct link *link, const char *topic, const char *payload, bool is_retained)
{
	if (!link_is_up(link))
		return -ENOTCONN;
	return result(
	    mosquitto_publish(link->client, NULL, topic, (int)strlen(payload), payload, 1, is_retained));
}
