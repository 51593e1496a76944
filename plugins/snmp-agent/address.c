/* SPDX-License-Identifier: ISC */
/* Addresses of the configuration. They are literal: a name would be resolved inside the library, which blocks. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"

static bool
is_port(const char *text, unsigned long lowest)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return false;
	unsigned long port = strtoul(text, NULL, 10);
	return port >= lowest && port <= UINT16_MAX;
}

bool
address_is_literal(const char *text, enum address_use use)
{
	char address[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	bool is_v6 = strncmp(text, "udp6:", 5) == 0, is_listener = use == ADDRESS_LISTEN;
	unsigned long lowest = is_listener ? 0 : 1; /* 0: any that is free */

	if (!is_v6 && strncmp(text, "udp:", 4) != 0)
		return false;
	const char *start = text + (is_v6 ? 5 : 4);
	if (is_listener && is_port(start, lowest))
		return true; /* at every address of this host */
	if (is_v6 && *start++ != '[')
		return false;
	const char *end = strchr(start, is_v6 ? ']' : ':');
	if (end == NULL || (size_t)(end - start) >= sizeof(address))
		return false;
	memcpy(address, start, (size_t)(end - start));
	address[end - start] = '\0';
	if (is_v6 && *++end != ':')
		return false;
	return inet_pton(is_v6 ? AF_INET6 : AF_INET, address, bytes) == 1 && is_port(end + 1, lowest);
}
