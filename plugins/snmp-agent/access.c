/* SPDX-License-Identifier: ISC */
/*
 * Who asks: each community, the addresses it is accepted from, the reader that it stands for. Two lines of defence: the scope of
 * that reader (rows, columns and positions, by the views themselves) and VACM (subtrees that the configuration excludes).
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp-agent/snmp_agent.h"

struct network {
	int family;
	uint8_t address[16];
	unsigned bits;
};

struct community {
	const struct community_config *config;
	struct network source;
	unsigned scope;
};

struct access {
	struct agent_state *agent;
	struct community *communities;
	size_t count;
};

static int
network_parse(const char *text, struct network *out)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	out->family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	unsigned longest = out->family == AF_INET6 ? 128 : 32;
	out->bits = longest;
	if (inet_pton(out->family, address, out->address) != 1)
		return -EINVAL;
	if (slash == NULL)
		return 0;
	char *end;
	unsigned long bits = strtoul(slash + 1, &end, 10);
	if (!isdigit((unsigned char)slash[1]) || *end != '\0' || bits > longest)
		return -EINVAL;
	out->bits = (unsigned)bits;
	for (unsigned i = 0; i < longest / 8; i++) { /* "10.1.2.3/8" means 10.0.0.0/8; VACM would refuse it */
		unsigned kept = out->bits <= i * 8 ? 0 : out->bits - i * 8;
		if (kept < 8)
			out->address[i] &= (uint8_t)(0xff00u >> kept);
	}
	return 0;
}

static bool
network_has(const struct network *network, int family, const uint8_t *address)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (family != network->family || memcmp(address, network->address, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ network->address[whole]) >> (8 - rest)) == 0;
}

/* The sender's address. An IPv4 sender at an IPv6 socket counts as IPv4. */
static const uint8_t *
sender(const void *data, int len, int *family)
{
	const netsnmp_indexed_addr_pair *pair = data;
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	const struct sockaddr_in6 *in6 = data;
	if (data == NULL || (len < (int)sizeof(*pair) && len != (int)sizeof(*in6)))
		return NULL;
	/* The library's udp transport gives a pair of addresses, its udp6 one the sender's alone; both begin with the sender's. */
	*family = in6->sin6_family;
	if (*family == AF_INET)
		return (const uint8_t *)&pair->remote_addr.sin.sin_addr;
	if (*family != AF_INET6)
		return NULL;
	const uint8_t *address = (const uint8_t *)&in6->sin6_addr;
	if (memcmp(address, mapped, sizeof(mapped)) != 0)
		return address;
	*family = AF_INET;
	return address + sizeof(mapped);
}

static const struct community *
community_of(const struct access *access, const netsnmp_pdu *pdu)
{
	int family;

	if (pdu->version != SNMP_VERSION_1 && pdu->version != SNMP_VERSION_2c)
		return NULL;
	const uint8_t *address = sender(pdu->transport_data, pdu->transport_data_length, &family);
	for (size_t i = 0; address != NULL && i < access->count; i++) {
		const struct community *c = &access->communities[i];
		if (strlen(c->config->name) == pdu->community_len &&
		    memcmp(c->config->name, pdu->community, pdu->community_len) == 0 &&
		    network_has(&c->source, family, address))
			return c;
	}
	return NULL;
}

bool
access_hears(const struct access *access, const void *data, int len)
{
	int family;
	const uint8_t *address = sender(data, len, &family);

	for (size_t i = 0; address != NULL && i < access->count; i++)
		if (network_has(&access->communities[i].source, family, address))
			return true;
	return false;
}

bool
access_admits(const struct access *access, const netsnmp_pdu *pdu)
{
	return community_of(access, pdu) != NULL;
}

int
access_scope(const struct access *access, const netsnmp_pdu *pdu)
{
	const struct community *c = community_of(access, pdu);
	return c == NULL ? -EACCES : (int)c->scope;
}

static bool
is_community_name(const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		if (!isgraph((unsigned char)*p) || strchr("\"'\\@#", *p) != NULL)
			return false;
	return name[0] != '\0' && strlen(name) <= 64;
}

/* "1.3.6.1" or ".1.3.6.1". */
static bool
is_numeric_oid(const char *text)
{
	unsigned count = 0;

	for (const char *p = text[0] == '.' ? text + 1 : text;; p++) {
		char *end;
		unsigned long id = strtoul(p, &end, 10);
		if (!isdigit((unsigned char)*p) || id > UINT32_MAX || ++count > MAX_OID_LEN)
			return false;
		if (*end == '\0')
			return count >= 2;
		if (*end != '.')
			return false;
		p = end;
	}
}

static int
community_start(struct agent_state *agent, const struct community_config *config, struct community *out)
{
	struct towerd_ctx *ctx = agent->ctx;

	out->config = config;
	if (!is_community_name(config->name))
		return towerd_fail(ctx, -EINVAL,
		    "a community is 1 to 64 printable characters without blanks, quotes, '\\', '#' and '@'");
	if (network_parse(config->source, &out->source) < 0)
		return towerd_fail(
		    ctx, -EINVAL, "community source \"%s\" is not ADDRESS or ADDRESS/BITS", config->source);
	for (size_t i = 0; i < config->exclude.count; i++)
		if (!is_numeric_oid(config->exclude.items[i]))
			return towerd_fail(
			    ctx, -EINVAL, "exclude \"%s\" is not a numeric OID", config->exclude.items[i]);
	struct towerd_scope_request request = { .size = sizeof(request), .reader = config->reader };
	int scope = towerd_scope_open(ctx, &request);
	if (scope < 0)
		return towerd_fail(
		    ctx, scope, "reader \"%s\" of a community is not under `readers:`", config->reader);
	out->scope = (unsigned)scope;
	return 0;
}

int
access_start(struct agent_state *agent, struct access **out)
{
	const struct agent_config *config = towerd_config(agent->ctx);
	const struct community_config *rows = config->communities.items;
	struct access *access = calloc(1, sizeof(*access));

	if (access == NULL)
		return -ENOMEM;
	*out = access;
	access->agent = agent;
	access->communities = calloc(config->communities.count + 1, sizeof(*access->communities));
	if (access->communities == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->communities.count; i++) {
		int rc = community_start(agent, &rows[i], &access->communities[i]);
		if (rc < 0)
			return rc;
		access->count++;
	}
	return 0;
}

void
access_stop(struct access *access)
{
	if (access == NULL)
		return;
	free(access->communities);
	free(access);
}

static void __attribute__((format(printf, 1, 2))) vacm(const char *format, ...)
{
	char line[64 + MAX_OID_LEN * 11]; /* the longest one: "view … excluded OID" */
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	netsnmp_config_remember(line); /* read with the configuration, which init_snmp() does */
}

void
access_configure_vacm(const struct access *access)
{
	for (size_t i = 0; i < access->count; i++) {
		const struct community *c = &access->communities[i];
		const char *token = c->source.family == AF_INET6 ? "com2sec6" : "com2sec";
		char address[INET6_ADDRSTRLEN];

		(void)inet_ntop(c->source.family, c->source.address, address, sizeof(address));
		vacm("%s c%zu %s/%u %s", token, i, address, c->source.bits, c->config->name);
		vacm("group g%zu v1 c%zu", i, i);
		vacm("group g%zu v2c c%zu", i, i);
		vacm("view v%zu included .1", i);
		for (size_t k = 0; k < c->config->exclude.count; k++)
			vacm("view v%zu excluded %s", i, c->config->exclude.items[k]);
		vacm("access g%zu \"\" any noauth exact v%zu none none", i, i);
	}
}
