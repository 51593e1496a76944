/* SPDX-License-Identifier: ISC */
/*
 * The plugin `snmp-agent`: what its files share. libnetsnmpagent is a process-wide library, so there is one of these.
 *
 *   engine.c        the life of libnetsnmpagent: its settings, access points, events
 *   access.c        who asks: communities, their readers, VACM
 *   address.c       addresses of the configuration
 *   table.c         answers GET, GETNEXT and GETBULK from views
 *   varbind.c       a view's value as a varbind
 *   notification.c  a journal record as a notification
 *   sink.c          one receiver of notifications, with its durable cursor
 */
#ifndef PLUGINS_SNMP_AGENT_H
#define PLUGINS_SNMP_AGENT_H

#include <net-snmp/net-snmp-config.h>
/* net-snmp-config.h must come first (its own rule). */
#include <net-snmp/net-snmp-includes.h>

#include <towerd/plugin.h>

struct community_config {
	const char *name, *reader, *source;
	struct towerd_texts exclude;
};

struct sink_config {
	const char *name, *address, *community, *reader;
	int version, type, notify, min_severity;
	int64_t budget, timeout_ms, window;
};

enum sink_type { SINK_INFORM, SINK_TRAP };

struct agent_config {
	struct towerd_texts listen;
	struct towerd_table communities; /* struct community_config */
	struct towerd_table sinks;       /* struct sink_config */
	const char *contact, *name;
	int64_t receive_buffer;
};

struct access;
struct access_point;
struct engine;
struct sink;

struct agent_state {
	struct towerd_ctx *ctx;
	struct engine *engine;
	struct access *access;
	struct sink **sinks;
	size_t sink_count;
};

/* engine.c */
int engine_start(struct agent_state *agent, struct engine **out);
void engine_stop(struct engine *engine);

/* access.c */
int access_start(struct agent_state *agent, struct access **out);
void access_stop(struct access *access);
/* Whether anything is read from this sender at all: it is in the source range of some community. `address` is the transport's. */
bool access_hears(const struct access *access, const void *address, int len);
/* Whether a request may enter: its community is known and its sender is in that community's source range. */
bool access_admits(const struct access *access, const netsnmp_pdu *pdu);
/* The scope in which a request is answered, or -EACCES. */
int access_scope(const struct access *access, const netsnmp_pdu *pdu);
/* Tells the library's VACM who may read what, before init_snmp(): the second line behind the views' scopes. */
void access_configure_vacm(const struct access *access);

/* address.c: whether it is udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT; to listen at, also udp:PORT and udp6:PORT. */
enum address_use { ADDRESS_SEND, ADDRESS_LISTEN };
bool address_is_literal(const char *text, enum address_use use);

/* table.c: registers every view that has an OID. */
int tables_register(struct agent_state *agent);
void tables_unregister(struct agent_state *agent);

/* varbind.c: sets type and value; the name is set already. False: the value cannot be shown (then nothing has changed). */
bool varbind_set(netsnmp_variable_list *vb, const struct towerd_value *value, int64_t now_ms);

/* notification.c: `list` is the receiver's alarm list, of which the row is. NULL when the record is not one that a listener is told by a notification (or out of memory). */
netsnmp_pdu *notification_build(const struct towerd_record *record, const char *list, enum sink_type type);

/* sink.c */
/* Names that cannot be, or are taken; addresses that are none: a sentence, before anything is opened. */
int sinks_check(struct towerd_ctx *ctx, const struct sink_config *sinks, size_t count);
int sink_start(struct agent_state *agent, const struct sink_config *config, struct sink **out);
void sink_stop(struct sink *sink);
unsigned sink_cursor(const struct sink *sink);
void sink_offer(struct sink *sink, const struct towerd_record *record);
/* Records that it has not heard are gone from the journal: it is told to read the list anew, before what comes next. */
void sink_lost(struct sink *sink);
enum { SINK_VIEW }; /* position of towerdSinkTable among the plugin's published views */

#endif
