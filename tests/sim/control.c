/* SPDX-License-Identifier: ISC */
/* What goes to the kernel beside a datagram. */
#include "tests/sim/control.h"

#include <netinet/udp.h>
#include <string.h>

void
control_put(struct msghdr *header, struct control *control, uint32_t from, size_t segment)
{
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(from) };
	uint16_t segment_size = (uint16_t)segment;

	header->msg_control = control;
	header->msg_controllen = segment > 0 ? sizeof(*control) : CMSG_SPACE(sizeof(info));
	memset(control, 0, sizeof(*control));
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (segment == 0)
		return;
	c = CMSG_NXTHDR(header, c);
	c->cmsg_level = SOL_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(segment_size));
	memcpy(CMSG_DATA(c), &segment_size, sizeof(segment_size));
}
