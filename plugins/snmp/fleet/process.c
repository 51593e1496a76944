/* SPDX-License-Identifier: ISC */
/* A worker process that is kept running. */
#include "plugins/snmp/fleet/process.h"

#include <string.h>

#define RESTART_MIN_MS 1000
#define RESTART_MAX_MS 60000

static void
restart_later(struct process *process)
{
	towerd_timer_start(process->ctx, process->restart, process->pause_ms);
	process->pause_ms = process->pause_ms * 2 > RESTART_MAX_MS ? RESTART_MAX_MS : process->pause_ms * 2;
}

static void
spawn(struct towerd_ctx *ctx, void *arg)
{
	struct process *process = arg;

	process->id = towerd_worker_spawn(ctx, process->role);
	process->started_ms = towerd_now_ms(ctx);
	if (process->id >= 0) {
		process->started(process->arg);
		return;
	}
	towerd_log(
	    ctx, TOWERD_LOG_ERROR, "cannot start a %s worker: %s", process->role, strerror(-process->id));
	process->id = -1;
	restart_later(process);
}

int
process_init(
    struct process *process, struct towerd_ctx *ctx, const char *role, void (*started)(void *arg), void *arg)
{
	*process = (struct process){
		.ctx = ctx, .role = role, .id = -1, .pause_ms = RESTART_MIN_MS, .started = started, .arg = arg
	};
	process->restart = towerd_timer_new(ctx, spawn, process);
	if (process->restart == NULL)
		return -ENOMEM;
	spawn(ctx, process);
	return 0;
}

void
process_fini(struct process *process)
{
	if (process->restart != NULL)
		towerd_timer_free(process->ctx, process->restart);
	process->restart = NULL;
}

bool
process_is(const struct process *process, unsigned id)
{
	return process->id == (int)id;
}

void
process_send(struct process *process, const void *data, size_t len)
{
	int rc =
	    process->id < 0 ? -EPIPE : towerd_worker_send(process->ctx, (unsigned)process->id, data, len);

	if (rc >= 0 || rc == -EPIPE)
		return;
	towerd_log(process->ctx, TOWERD_LOG_ERROR, "a %s worker takes no messages (%s): it is stopped",
	    process->role, strerror(-rc));
	towerd_worker_stop(process->ctx, (unsigned)process->id);
}

void
process_ended(struct process *process)
{
	process->id = -1;
	if (towerd_now_ms(process->ctx) - process->started_ms > RESTART_MAX_MS)
		process->pause_ms = RESTART_MIN_MS;
	towerd_log(process->ctx, TOWERD_LOG_WARNING, "a %s worker is started again in %lld ms", process->role,
	    (long long)process->pause_ms);
	restart_later(process);
}
