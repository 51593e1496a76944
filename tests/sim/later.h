/* SPDX-License-Identifier: ISC */
/* Datagrams that leave later: the answers of slow devices, by their time. */
#ifndef TESTS_SIM_LATER_H
#define TESTS_SIM_LATER_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define LATER_MAX 65536

struct datagram {
	int64_t at_ms;
	struct sockaddr_in to;
	uint32_t from; /* 127.x.y.z, host order */
	size_t size;
	uint8_t octets[];
};

struct later {
	struct datagram **heap; /* the earliest first */
	size_t count, room;
};

/* Copies the datagram. 0, -ENOMEM, -ENOSPC (LATER_MAX are waiting: it is lost). */
int later_put(struct later *later, int64_t at_ms, const struct sockaddr_in *to, uint32_t from,
    const uint8_t *octets, size_t size);

/* The time of the earliest, or SIM_NEVER. */
int64_t later_next_ms(const struct later *later);

/* The earliest, to be freed by the caller; NULL when none is due. */
struct datagram *later_take(struct later *later, int64_t now_ms);

void later_fini(struct later *later);

#endif
