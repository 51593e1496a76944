/* SPDX-License-Identifier: ISC */
/* Where the output of a plugin's command goes. Functions stand for the control socket, so that towerctl does not link the agent. */
#ifndef AGENT_HOST_OUTPUT_H
#define AGENT_HOST_OUTPUT_H

#include "agent/host/inside.h"

struct control_call;

struct towerd_out {
	struct plugin *plugin;
	bool is_offline, wants_json;
	struct control_call *call; /* NULL: towerctl itself, or the caller has left */
	void (*vprint)(struct control_call *call, bool is_error, const char *format, va_list ap);
	void (*end)(struct towerd_out *out, int status); /* frees it */
};

#endif
