/* SPDX-License-Identifier: ISC */
/*
 * What a plugin's context holds of the loop: timers, descriptors, work under way. The same services for the daemon, its workers and the fake
 * host of tests, each of which says where a context keeps it.
 */
#ifndef AGENT_HOST_CTX_LOOP_H
#define AGENT_HOST_CTX_LOOP_H

#include <sys/queue.h>

#include <towerd/plugin.h>

#include "agent/loop/loop.h"

struct ctx_loop {
	struct towerd_ctx *ctx;
	struct loop *loop;
	struct loop_owner *owner;
	LIST_HEAD(, towerd_timer) timers;
	LIST_HEAD(, towerd_watch) watches;
	unsigned jobs; /* work that is under way */
};

/* Each host's own. */
struct ctx_loop *ctx_loop_of(struct towerd_ctx *ctx);

void ctx_loop_fill(struct towerd_host *services); /* timers, watches, work */
void ctx_loop_release(struct ctx_loop *held);     /* timers and watches that are left */

#endif
