/* SPDX-License-Identifier: ISC */
/* Addresses of UDP. Those of IPv4 are IPv6-mapped ones here, also when the socket is an IPv4 one. */
#ifndef PLUGINS_SNMP_ADDRESS_H
#define PLUGINS_SNMP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct wire_address {
	struct in6_addr host; /* IPv4: mapped */
	uint16_t port;
};

/* The first `len` octets: a literal address, IPv4 or IPv6, without a port. -EINVAL. */
int wire_host_parse(const char *text, size_t len, struct in6_addr *out);
/* "127.0.0.1", "127.0.0.1:1161", "[::1]:161", "::1"; default port 161. -EINVAL: not a literal address. */
int wire_address_parse(const char *text, struct wire_address *out);
bool wire_address_is_same(const struct wire_address *a, const struct wire_address *b);
#define WIRE_ADDRESS_TEXT 64
/* "127.0.0.1:161", "[::1]:161". Returns `out`. */
const char *wire_address_format(const struct wire_address *address, char *out, size_t size);
/* Octets of the headers of IP and UDP that a datagram to or from there has. */
size_t wire_overhead(const struct wire_address *address);

/* The address of this host that the socket is bound to: at a port that the host chooses. */
struct wire_source {
	bool is_set; /* false: any */
	struct in6_addr host;
};
/* A literal address without a port; NULL: any. -EINVAL. */
int wire_source_parse(const char *text, struct wire_source *out);
/* False: one is of IPv4, the other of IPv6. */
bool wire_source_reaches(const struct wire_source *source, const struct wire_address *to);

/* As the socket calls want it; the family is the socket's. Returns its length. */
union wire_socket {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};
socklen_t wire_to_socket(int family, const struct wire_address *from, union wire_socket *to);
void wire_from_socket(const union wire_socket *from, struct wire_address *to);

#endif
