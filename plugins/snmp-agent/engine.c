/* SPDX-License-Identifier: ISC */
/*
 * The life of libnetsnmpagent inside our loop: its settings, its access points, its events.
 *
 * The library is global: it reads files, listens and logs unless told otherwise. Here it gets a configuration and a state folder of its own,
 * no SMUX listener (Debian's build opens 0.0.0.0:199 by default), no MIB files, and access points of our own making, which
 * skip libwrap (it would re-read /etc/hosts.allow for every packet).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "plugins/snmp-agent/snmp_agent.h"
/* After snmp_agent.h: net-snmp's headers need its configuration first. */
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

/* Exported by libnetsnmpmibs, declared in no installed header. */
void init_vacm_vars(void);
void init_vacm_conf(void);
void init_usmConf(void);
void init_snmpEngine(void);
void init_system_mib(void);
void init_sysORTable(void);
void init_snmp_mib(void);

#define APPLICATION    "towerd"
#define PACKETS_A_TURN 64
#define TURN_MS        5 /* large GETBULKs take long: then others have their turn */
#define TICK_MS        1000
#define LINES_A_MINUTE 10
#define BULK_VARBINDS  4000 /* most varbinds in one answer before the 64 KiB of a datagram cut it */

struct access_point {
	struct engine *engine;
	netsnmp_transport *transport;
	netsnmp_session *session;
	void *handle; /* of the single-session API */
	struct towerd_watch *watch;
};

struct engine {
	struct agent_state *agent;
	struct access_point *points;
	size_t point_count;
	struct towerd_timer *tick;
	bool is_initialised;
};

static struct towerd_ctx *log_ctx; /* the library's log callback carries no context of ours */

/* The library logs what is wrong with packets that anyone may send: some lines a minute, the rest is counted. */
static bool
may_log(struct towerd_ctx *ctx)
{
	static int64_t minute;
	static unsigned lines;
	int64_t now = towerd_now_ms(ctx) / 60000;

	if (now != minute)
		lines = 0;
	minute = now;
	if (lines++ < LINES_A_MINUTE)
		return true;
	towerd_count(ctx, "library-messages-left-out", 1);
	return false;
}

static int
engine_log(int major, int minor, void *server_arg, void *client_arg)
{
	static const enum towerd_log_level levels[] = {
		[LOG_EMERG] = TOWERD_LOG_ERROR,
		[LOG_ALERT] = TOWERD_LOG_ERROR,
		[LOG_CRIT] = TOWERD_LOG_ERROR,
		[LOG_ERR] = TOWERD_LOG_WARNING,
		[LOG_WARNING] = TOWERD_LOG_WARNING,
		[LOG_NOTICE] = TOWERD_LOG_DEBUG,
		[LOG_INFO] = TOWERD_LOG_DEBUG,
		[LOG_DEBUG] = TOWERD_LOG_DEBUG,
	};
	const struct snmp_log_message *message = server_arg;

	(void)major;
	(void)minor;
	(void)client_arg;
	if (log_ctx != NULL && message != NULL && message->priority >= 0 && message->priority <= LOG_DEBUG &&
	    may_log(log_ctx))
		towerd_log(log_ctx, levels[message->priority], "net-snmp: %.*s",
		    (int)strcspn(message->msg, "\n"), message->msg);
	return 0;
}

/* A folder below the plugin's own, 0700. */
static int
make_folder(struct towerd_ctx *ctx, const char *name, char *path, size_t size)
{
	const char *base = towerd_setting(ctx, "state-dir");

	if (base == NULL || (size_t)snprintf(path, size, "%s/%s", base, name) >= size)
		return towerd_fail(ctx, -ENAMETOOLONG, "the state folder's path is too long");
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return towerd_fail(ctx, -errno, "cannot create %s: %s", path, strerror(errno));
	return 0;
}

static int
library_settings(struct towerd_ctx *ctx)
{
	char empty[512], state[512];
	int rc = make_folder(ctx, "net-snmp-empty", empty, sizeof(empty));

	if (rc == 0)
		rc = make_folder(ctx, "net-snmp", state, sizeof(state));
	if (rc < 0)
		return rc;
	/* The library reads its own state only from folders of this path: without it snmpEngineBoots would begin anew at each start. */
	setenv("SNMPCONFPATH", state, 1);
	setenv("MIBDIRS", empty, 1);
	setenv("MIBS", "", 1);
	set_persistent_directory(state);
	netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_PERSISTENT_DIR, state);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_PORTS, "none");
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_MAX_GETBULKRESPONSES, BULK_VARBINDS);
	snmp_disable_log();
	snmp_enable_calllog();
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, engine_log, NULL);
	return 0;
}

/* Gives the library one line of configuration. */
static void __attribute__((format(printf, 1, 2))) configure(const char *format, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	netsnmp_config(line);
}

static int
library_start(struct engine *engine)
{
	struct towerd_ctx *ctx = engine->agent->ctx;
	const struct agent_config *config = towerd_config(ctx);
	char none[] = "-smux"; /* the library wants a writable string */

	int rc = library_settings(ctx);
	if (rc < 0)
		return rc;
	add_to_init_list(none);
	if (init_agent(APPLICATION) != 0)
		return towerd_fail(ctx, -EIO, "libnetsnmpagent does not start");
	init_vacm_vars();
	init_vacm_conf();
	init_usmConf();
	init_snmpEngine();
	init_system_mib();
	init_sysORTable();
	init_snmp_mib();
	access_configure_vacm(engine->agent->access);
	init_snmp(APPLICATION);
	engine->is_initialised = true;
	if (init_master_agent() != 0)
		return towerd_fail(ctx, -EIO, "libnetsnmpagent's master agent does not start");

	const char *name = config->name != NULL ? config->name : towerd_setting(ctx, "name");
	configure("sysName %s", name != NULL ? name : "towerd");
	if (config->contact[0] != '\0')
		configure("sysContact %s", config->contact);
	configure("sysDescr towerd " TOWERD_VERSION);
	configure("sysObjectID " TOWERD_ROOT_OID);
	configure("sysServices 72");
	/* snmpEngineBoots counts this start also when the process is killed before it can save anything (RFC 3414, 2.2.2). */
	snmp_store(APPLICATION);
	return 0;
}

/* Admits, or drops before the agent spends anything on it. Replaces the library's libwrap check. */
static int
pre_parse(netsnmp_session *session, netsnmp_transport *transport, void *data, int len)
{
	const struct access_point *point = session->myvoid;
	struct agent_state *agent = point->engine->agent;

	(void)transport;
	if (access_hears(agent->access, data, len))
		return 1;
	towerd_count(agent->ctx, "refused-requests", 1);
	return 0;
}

static int
front(int op, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *magic)
{
	struct access_point *point = session->myvoid;
	struct agent_state *agent = point->engine->agent;

	(void)magic;
	if (op != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		return 1;
	if (!access_admits(agent->access, pdu)) {
		towerd_count(agent->ctx, "refused-requests", 1);
		snmp_increment_statistic(pdu->version == SNMP_VERSION_3 ? STAT_SNMPUNKNOWNSECURITYMODELS
									: STAT_SNMPINBADCOMMUNITYNAMES);
		return 1;
	}
	/* handle_snmp_packet() takes a session of the agent's own as `magic`: NULL for a new request. */
	return handle_snmp_packet(op, session, request, pdu, NULL);
}

static void
point_readable(struct towerd_ctx *ctx, void *arg, unsigned events)
{
	struct access_point *point = arg;
	int fd = point->transport->sock, rc = 0;
	int64_t end_ms = towerd_now_ms(ctx) + TURN_MS;
	netsnmp_large_fd_set ready;

	(void)events;
	netsnmp_large_fd_set_init(&ready, fd + 1);
	for (int i = 0; i < PACKETS_A_TURN && rc == 0 && towerd_now_ms(ctx) < end_ms; i++) {
		NETSNMP_LARGE_FD_SET(fd, &ready);
		rc = snmp_sess_read2(point->handle, &ready);
	}
	netsnmp_large_fd_set_cleanup(&ready);
	netsnmp_check_outstanding_agent_requests();
}

static int
point_open(struct engine *engine, const char *address, struct access_point *point)
{
	struct towerd_ctx *ctx = engine->agent->ctx;
	const struct agent_config *config = towerd_config(ctx);
	netsnmp_session settings;

	if (!address_is_literal(address, ADDRESS_LISTEN))
		return towerd_fail(ctx, -EINVAL,
		    "listen \"%s\" is not udp:ADDRESS:PORT, udp6:[ADDRESS]:PORT, udp:PORT or udp6:PORT",
		    address);
	netsnmp_transport *transport = netsnmp_transport_open_server("snmp", address);
	if (transport == NULL)
		return towerd_fail(ctx, -EADDRNOTAVAIL,
		    "cannot listen on \"%s\": address in use or not of this host", address);
	snmp_sess_init(&settings);
	settings.version = SNMP_DEFAULT_VERSION;
	settings.isAuthoritative = SNMP_SESS_AUTHORITATIVE;
	settings.callback = front;
	settings.myvoid = point;
	point->engine = engine;
	point->transport = transport;
	point->session = snmp_add(&settings, transport, pre_parse, netsnmp_agent_check_parse);
	if (point->session == NULL)
		return towerd_fail(
		    ctx, -ENOMEM, "cannot open \"%s\"", address); /* snmp_add() has closed the transport */
	point->handle = snmp_sess_pointer(point->session);

	int size = config->receive_buffer > INT32_MAX ? INT32_MAX : (int)config->receive_buffer;
	if (setsockopt(transport->sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(transport->sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	int flags = fcntl(transport->sock, F_GETFL);
	if (flags < 0 || fcntl(transport->sock, F_SETFL, flags | O_NONBLOCK) < 0)
		return towerd_fail(
		    ctx, -errno, "cannot make \"%s\" non-blocking: %s", address, strerror(errno));
	point->watch = towerd_watch_new(ctx, transport->sock, TOWERD_READ, point_readable, point);
	if (point->watch == NULL)
		return -ENOMEM;
	towerd_log(ctx, TOWERD_LOG_INFO, "answering at %s", address);
	return 0;
}

static void
tick(struct towerd_ctx *ctx, void *arg)
{
	struct engine *engine = arg;

	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	snmp_store_if_needed();
	towerd_timer_start(ctx, engine->tick, TICK_MS);
}

int
engine_start(struct agent_state *agent, struct engine **out)
{
	const struct agent_config *config = towerd_config(agent->ctx);
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		return -ENOMEM;
	*out = engine;
	engine->agent = agent;
	log_ctx = agent->ctx;
	int rc = library_start(engine);
	if (rc < 0)
		return rc;
	rc = tables_register(agent);
	if (rc < 0)
		return rc;
	engine->points = calloc(config->listen.count, sizeof(*engine->points));
	if (engine->points == NULL && config->listen.count > 0)
		return -ENOMEM;
	for (size_t i = 0; i < config->listen.count; i++) {
		engine->point_count++;
		rc = point_open(engine, config->listen.items[i], &engine->points[i]);
		if (rc < 0)
			return rc;
	}
	engine->tick = towerd_timer_new(agent->ctx, tick, engine);
	if (engine->tick == NULL)
		return -ENOMEM;
	towerd_timer_start(agent->ctx, engine->tick, 0);
	return 0;
}

void
engine_stop(struct engine *engine)
{
	if (engine == NULL)
		return;
	struct towerd_ctx *ctx = engine->agent->ctx;
	if (engine->tick != NULL)
		towerd_timer_free(ctx, engine->tick);
	for (size_t i = 0; i < engine->point_count; i++) {
		if (engine->points[i].watch != NULL)
			towerd_watch_free(ctx, engine->points[i].watch);
		if (engine->points[i].session != NULL)
			snmp_close(engine->points[i].session);
	}
	tables_unregister(engine->agent);
	if (engine->is_initialised) {
		shutdown_master_agent();
		snmp_shutdown(APPLICATION);
		shutdown_agent();
	}
	log_ctx = NULL;
	free(engine->points);
	free(engine);
}
