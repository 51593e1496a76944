/* SPDX-License-Identifier: ISC */
/* What goes to the kernel beside a datagram: the address that it leaves from, and the size that it is cut to. */
#ifndef TESTS_SIM_CONTROL_H
#define TESTS_SIM_CONTROL_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* For IP_PKTINFO, and when sending also for UDP_SEGMENT. */
struct control {
	_Alignas(struct cmsghdr)
	    uint8_t octets[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};

/* Makes the message leave from the address (host order), and cut into segments of that size unless it is 0. */
void control_put(struct msghdr *header, struct control *control, uint32_t from, size_t segment);

#endif
