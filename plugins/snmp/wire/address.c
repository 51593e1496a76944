/* SPDX-License-Identifier: ISC */
/* Addresses: as text, and as the socket calls want them. */
#include "plugins/snmp/wire/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

int
wire_host_parse(const char *start, size_t len, struct in6_addr *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, start, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) != 1)
		return inet_pton(AF_INET6, text, out) == 1 ? 0 : -EINVAL;
	memcpy(out->s6_addr, mapped_prefix, sizeof(mapped_prefix));
	memcpy(out->s6_addr + sizeof(mapped_prefix), &v4, sizeof(v4));
	return 0;
}

static int
port_parse(const char *text, uint16_t *out)
{
	char *rest;
	unsigned long number = strtoul(text, &rest, 10);

	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || number == 0 || number > 65535)
		return -EINVAL;
	*out = (uint16_t)number;
	return 0;
}

int
wire_address_parse(const char *text, struct wire_address *out)
{
	struct wire_address address = { .port = 161 };
	const char *start = text, *end, *port = NULL;

	if (text[0] == '[') {
		start = text + 1;
		end = strchr(start, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end != NULL && strchr(end + 1, ':') == NULL) /* more colons: an IPv6 address alone */
			port = end + 1;
		else
			end = text + strlen(text);
	}
	if (wire_host_parse(start, (size_t)(end - start), &address.host) < 0 ||
	    (port != NULL && port_parse(port, &address.port) < 0))
		return -EINVAL;
	*out = address;
	return 0;
}

int
wire_source_parse(const char *text, struct wire_source *out)
{
	*out = (struct wire_source){ .is_set = text != NULL };
	return text == NULL ? 0 : wire_host_parse(text, strlen(text), &out->host);
}

bool
wire_source_reaches(const struct wire_source *source, const struct wire_address *to)
{
	return !source->is_set || IN6_IS_ADDR_V4MAPPED(&source->host) == IN6_IS_ADDR_V4MAPPED(&to->host);
}

bool
wire_address_is_same(const struct wire_address *a, const struct wire_address *b)
{
	return a->port == b->port && memcmp(&a->host, &b->host, sizeof(a->host)) == 0;
}

const char *
wire_address_format(const struct wire_address *address, char *out, size_t size)
{
	bool is_v4 = IN6_IS_ADDR_V4MAPPED(&address->host);
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(is_v4 ? AF_INET : AF_INET6, address->host.s6_addr + (is_v4 ? sizeof(mapped_prefix) : 0),
	    host, sizeof(host));
	snprintf(out, size, is_v4 ? "%s:%u" : "[%s]:%u", host, (unsigned)address->port);
	return out;
}

size_t
wire_overhead(const struct wire_address *address)
{
	return IN6_IS_ADDR_V4MAPPED(&address->host) ? 28 : 48;
}

socklen_t
wire_to_socket(int family, const struct wire_address *from, union wire_socket *to)
{
	memset(to, 0, sizeof(*to));
	if (family == AF_INET) {
		to->in.sin_family = AF_INET;
		to->in.sin_port = htons(from->port);
		memcpy(&to->in.sin_addr, from->host.s6_addr + 12, 4);
		return sizeof(to->in);
	}
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = htons(from->port);
	to->in6.sin6_addr = from->host;
	return sizeof(to->in6);
}

void
wire_from_socket(const union wire_socket *from, struct wire_address *to)
{
	if (from->sa.sa_family == AF_INET) {
		memcpy(to->host.s6_addr, mapped_prefix, sizeof(mapped_prefix));
		memcpy(to->host.s6_addr + 12, &from->in.sin_addr, 4);
		to->port = ntohs(from->in.sin_port);
	} else {
		to->host = from->in6.sin6_addr;
		to->port = ntohs(from->in6.sin6_port);
	}
}
