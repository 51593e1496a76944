/* SPDX-License-Identifier: ISC */
/* One MQTT connection with its will. The only user of libmosquitto among the simulators. */
#ifndef TESTS_SIM_LINK_H
#define TESTS_SIM_LINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct link;

/*
 * Begins to connect. The will is QoS 1 and retained; topic NULL: no will. Text is copied.
 * 0, -ENOMEM, or -ECONNREFUSED and the like.
 */
int link_open(const struct sockaddr_in *broker, const char *client_id, const char *will_topic,
    const char *will, struct link **out);

/* Cuts the connection without a goodbye, so that the broker sends the will; frees. NULL is allowed. */
void link_cut(struct link *link);

/* Says goodbye: no will. Then run it until it is gone, and cut it. */
void link_leave(struct link *link);

/* Connected and accepted by the broker. */
bool link_is_up(const struct link *link);

/* It was refused, has ended or never came up in 10 s: nothing but link_cut is left to do. */
bool link_is_gone(const struct link *link);

/* For poll(); -1 when there is none. */
int link_fd(const struct link *link);
short link_events(const struct link *link);
void link_run(struct link *link, short revents);

/* QoS 1. 0 or -ENOTCONN, -ENOMEM, -EMSGSIZE. */
int link_publish(struct link *link, const char *topic, const char *payload, bool is_retained);

#endif
