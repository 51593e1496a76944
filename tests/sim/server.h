/* SPDX-License-Identifier: ISC */
/* The one UDP socket behind every 127.x.y.z: receives in batches, answers from the address that was asked. */
#ifndef TESTS_SIM_SERVER_H
#define TESTS_SIM_SERVER_H

#include "tests/sim/fleet.h"
#include "tests/sim/later.h"

struct server;

/* Binds `port` (0: any free one) on loopback only. 0 or -errno. */
int server_open(uint16_t port, struct fleet *fleet, struct server **out);
void server_close(struct server *server);

int server_fd(const struct server *server);
uint16_t server_port(const struct server *server);

/* Serves what has come, one batch; then what is due. True when a full batch came, so that more may wait. */
bool server_run(struct server *server, int64_t now_ms);

/* When server_run is to be called at the latest, or SIM_NEVER. */
int64_t server_next_ms(const struct server *server);

/* Sends a datagram of its own from the address. 0 or -errno. */
int server_send(
    struct server *server, uint32_t from, const struct sockaddr_in *to, const uint8_t *octets, size_t size);

#endif
