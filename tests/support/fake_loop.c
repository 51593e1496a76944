/* SPDX-License-Identifier: ISC */
/* The fake host: time and workers, over the real loop with a stepped clock. Timers, descriptors and work are the daemon's own. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_inside.h"

#define WAIT_TURNS 5000 /* of a millisecond */

struct fake_letter { /* a message on its way */
	struct fake_ctx *from;
	unsigned to; /* a worker; unless `from` is one */
	void *data;
	size_t len;
};

void
fake_later(struct fake_host *host, void (*fn)(void *arg), void *arg)
{
	if (loop_post(host->loop, &host->owner, fn, arg) < 0)
		fake_die("out of memory");
}

/* Time. */

void
fake_step(struct fake_host *host, int64_t ms)
{
	loop_step(host->loop, ms);
}

bool
fake_wait(struct fake_host *host, bool (*is_true)(void *arg), void *arg)
{
	for (int i = 0; i < WAIT_TURNS; i++) {
		loop_step(host->loop, 0);
		if (is_true(arg))
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

int64_t
fake_now_ms(struct fake_host *host)
{
	return loop_now_ms(host->loop);
}

int64_t
fake_utc_ms(struct fake_host *host)
{
	return loop_utc_ms(host->loop);
}

static int64_t
serve_now_ms(struct towerd_ctx *ctx)
{
	return loop_now_ms(fake_host_of(ctx)->loop);
}

static int64_t
serve_utc_ms(struct towerd_ctx *ctx)
{
	return loop_utc_ms(fake_host_of(ctx)->loop);
}

struct ctx_loop *
ctx_loop_of(struct towerd_ctx *ctx)
{
	return &fake_ctx_of(ctx)->held;
}

/* Workers: contexts of their own in this process, messages through the loop. */

struct fake_ctx *
fake_ctx_new(struct fake_host *host, int worker)
{
	struct fake_ctx *ctx = fake_alloc(host, sizeof(*ctx));

	*ctx = (struct fake_ctx){
		.ctx = { fake_services(true), host->config, fake_alloc(host, host->plugin->state_size) },
		.host = host,
		.worker = worker,
		.is_alive = true,
		.held = { .ctx = &ctx->ctx, .loop = host->loop, .owner = &host->owner },
	};
	return ctx;
}

static struct fake_ctx *
worker_at(struct fake_host *host, unsigned worker)
{
	if (worker >= host->workers.count || !host->workers.items[worker]->is_alive)
		return NULL;
	return host->workers.items[worker];
}

static void
message_arrives(void *arg)
{
	struct fake_letter *letter = arg;
	struct fake_host *host = letter->from->host;
	const struct towerd_plugin *plugin = host->plugin;

	if (letter->from->worker >= 0) {
		if (letter->from->is_alive && host->is_started && plugin->worker_message != NULL)
			plugin->worker_message(
			    &host->agent.ctx, (unsigned)letter->from->worker, letter->data, letter->len);
	} else {
		struct fake_ctx *to = worker_at(host, letter->to);
		if (to != NULL && plugin->worker_receive != NULL)
			plugin->worker_receive(&to->ctx, letter->data, letter->len);
	}
}

static int
serve_worker_send(struct towerd_ctx *ctx, unsigned worker, const void *data, size_t len)
{
	struct fake_ctx *from = fake_ctx_of(ctx);
	struct fake_host *host = from->host;

	if (len > LOOP_MESSAGE_MAX)
		return -EMSGSIZE;
	if (from->worker < 0 && worker_at(host, worker) == NULL)
		return -EPIPE;
	void *copy = fake_copy(host, data, len);
	if (from->worker >= 0 && !host->is_started) { /* a lone worker */
		*FAKE_ADD(&host->sent) = (struct fake_message){ copy, len };
		return 0;
	}
	struct fake_letter *letter = fake_alloc(host, sizeof(*letter));
	*letter = (struct fake_letter){ from, worker, copy, len };
	fake_later(host, message_arrives, letter);
	return 0;
}

struct fake_birth {
	struct fake_ctx *ctx;
	const char *role;
};

static void
worker_begins(void *arg)
{
	struct fake_birth *birth = arg;
	struct fake_host *host = birth->ctx->host;

	if (!birth->ctx->is_alive)
		return;
	host->rc = host->plugin->worker_start == NULL
	    ? 0
	    : host->plugin->worker_start(&birth->ctx->ctx, birth->role);
	if (host->rc < 0)
		fake_worker_kill(host, (unsigned)birth->ctx->worker, 1 << 8);
}

static int
serve_worker_spawn(struct towerd_ctx *ctx, const char *role)
{
	struct fake_host *host = fake_host_of(ctx);
	struct fake_birth *birth = fake_alloc(host, sizeof(*birth));
	int number = (int)host->workers.count;

	*birth = (struct fake_birth){ fake_ctx_new(host, number), fake_text(host, role) };
	*FAKE_ADD(&host->workers) = birth->ctx;
	fake_later(host, worker_begins, birth);
	return number;
}

struct fake_death {
	struct fake_host *host;
	unsigned worker;
	int status;
};

static void
worker_is_gone(void *arg)
{
	struct fake_death *death = arg;

	if (death->host->is_started && death->host->plugin->worker_exit != NULL)
		death->host->plugin->worker_exit(&death->host->agent.ctx, death->worker, death->status);
}

void
fake_worker_kill(struct fake_host *host, unsigned worker, int status)
{
	struct fake_ctx *ctx = worker_at(host, worker);
	struct fake_death *death = fake_alloc(host, sizeof(*death));

	if (ctx == NULL)
		fake_die("there is no worker %u", worker);
	ctx->is_alive = false;
	ctx_loop_release(&ctx->held);
	*death = (struct fake_death){ host, worker, status };
	fake_later(host, worker_is_gone, death);
}

static void
serve_worker_stop(struct towerd_ctx *ctx, unsigned worker)
{
	struct fake_host *host = fake_host_of(ctx);

	if (worker_at(host, worker) != NULL)
		fake_worker_kill(host, worker, 0);
}

void
fake_workers_end(struct fake_host *host)
{
	for (size_t i = 0; i < host->workers.count; i++) {
		host->workers.items[i]->is_alive = false;
		ctx_loop_release(&host->workers.items[i]->held);
	}
}

struct towerd_ctx *
fake_worker(struct fake_host *host, unsigned worker)
{
	struct fake_ctx *ctx = worker_at(host, worker);

	return ctx == NULL ? NULL : &ctx->ctx;
}

size_t
fake_worker_count(const struct fake_host *host)
{
	size_t count = 0;

	for (size_t i = 0; i < host->workers.count; i++)
		count += host->workers.items[i]->is_alive;
	return count;
}

int
fake_worker_start(struct fake_host *host, const char *role)
{
	struct fake_ctx *ctx = fake_ctx_new(host, (int)host->workers.count);

	if (host->is_started)
		fake_die("a lone worker is for a host that was made and not started");
	*FAKE_ADD(&host->workers) = ctx;
	return host->rc =
		   host->plugin->worker_start == NULL ? 0 : host->plugin->worker_start(&ctx->ctx, role);
}

void
fake_worker_receive(struct fake_host *host, const void *data, size_t len)
{
	struct fake_ctx *ctx = worker_at(host, 0);

	if (ctx == NULL || host->plugin->worker_receive == NULL)
		fake_die("there is no worker that receives");
	host->plugin->worker_receive(&ctx->ctx, data, len);
}

size_t
fake_sent_count(const struct fake_host *host)
{
	return host->sent.count;
}

const void *
fake_sent_at(const struct fake_host *host, size_t i, size_t *len)
{
	if (i >= host->sent.count)
		fake_die("there is no message %zu", i);
	*len = host->sent.items[i].len;
	return host->sent.items[i].data;
}

void
fake_loop_services(struct towerd_host *services)
{
	services->now_ms = serve_now_ms;
	services->utc_ms = serve_utc_ms;
	ctx_loop_fill(services);
	services->worker_spawn = serve_worker_spawn;
	services->worker_send = serve_worker_send;
	services->worker_stop = serve_worker_stop;
}
