/* SPDX-License-Identifier: ISC */
/* What all SNMPv3 of a worker process shares. One in a process: Net-SNMP is global. */
#ifndef PLUGINS_SNMP_USM_H
#define PLUGINS_SNMP_USM_H

#include <towerd/plugin.h>

struct usm;

/*
 * Starts the library without its files, logs and sessions, under the engine ID of this plugin's own: made once, kept in the plugin's state folder with
 * its engineBoots, and never the northbound agent's. On failure towerd_fail() has said why; usm_free() is right after either.
 */
int usm_new(struct towerd_ctx *ctx, struct usm **out);
void usm_free(struct usm *usm);

#endif
