/* SPDX-License-Identifier: ISC */
/* What other threads bring to the loop, and the pool of threads that work for it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/loop/inside.h"

#define JOBS_WAITING_MAX 1024

struct loop_note { /* what loop_post() puts in the mailbox */
	struct loop_letter letter;
	void (*fn)(void *arg);
	void *arg;
};

struct loop_job {
	struct loop_letter letter;
	STAILQ_ENTRY(loop_job) next;
	int (*fn)(void *arg);
	void (*done)(void *arg, int rc);
	void *arg;
	int rc;
};

/* The mailbox. */

static void
mailbox_ready(void *arg, unsigned events)
{
	(void)events;
	loop_mailbox_empty(arg);
}

int
loop_mailbox_open(struct loop *loop)
{
	struct loop_mailbox *box = &loop->mailbox;

	pthread_mutex_init(&box->lock, NULL);
	STAILQ_INIT(&box->letters);
	box->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (box->fd < 0)
		return -errno;
	box->watch = loop_watch_new(loop, NULL, box->fd, LOOP_READ, mailbox_ready, loop);
	return box->watch != NULL ? 0 : -ENOMEM;
}

static void
mailbox_ring(struct loop_mailbox *box)
{
	uint64_t one = 1;

	/* Cannot fail but by overflow, and then it is readable anyway. */
	while (write(box->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
loop_mailbox_put(struct loop *loop, struct loop_letter *letter)
{
	struct loop_mailbox *box = &loop->mailbox;

	pthread_mutex_lock(&box->lock);
	bool was_empty = STAILQ_EMPTY(&box->letters);
	STAILQ_INSERT_TAIL(&box->letters, letter, next);
	if (was_empty)
		mailbox_ring(box);
	pthread_mutex_unlock(&box->lock);
}

/*
 * Opens what was there when it began; what comes meanwhile has its turn after the other events. A letter is taken out only when it is
 * opened, so that loop_post_drop() also finds those that are next.
 */
void
loop_mailbox_empty(struct loop *loop)
{
	struct loop_mailbox *box = &loop->mailbox;
	uint64_t count;

	while (read(box->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&box->lock);
	struct loop_letter mark = { .droppable = false };
	STAILQ_INSERT_TAIL(&box->letters, &mark, next);
	struct loop_letter *letter;
	while ((letter = STAILQ_FIRST(&box->letters)) != &mark && !loop->stopping) {
		STAILQ_REMOVE_HEAD(&box->letters, next);
		pthread_mutex_unlock(&box->lock);
		struct loop_owner *owner = letter->owner;
		struct loop_lap lap = loop_lap_begin();
		letter->open(loop, letter);
		loop_lap_end(loop, owner, lap);
		pthread_mutex_lock(&box->lock);
	}
	STAILQ_REMOVE(&box->letters, &mark, loop_letter, next);
	if (!STAILQ_EMPTY(&box->letters))
		mailbox_ring(box);
	pthread_mutex_unlock(&box->lock);
}

void
loop_mailbox_close(struct loop *loop)
{
	struct loop_mailbox *box = &loop->mailbox;

	loop_watch_free(box->watch);
	if (box->fd >= 0)
		close(box->fd);
	pthread_mutex_destroy(&box->lock);
}

static void
note_open(struct loop *loop, struct loop_letter *letter)
{
	struct loop_note *note = (struct loop_note *)letter;
	void (*fn)(void *arg) = note->fn;
	void *arg = note->arg;

	(void)loop;
	free(note);
	fn(arg);
}

int
loop_post(struct loop *loop, struct loop_owner *owner, void (*fn)(void *arg), void *arg)
{
	struct loop_note *note = calloc(1, sizeof(*note));

	if (note == NULL)
		return -ENOMEM;
	*note = (struct loop_note){ { .owner = owner, .open = note_open, .droppable = true }, fn, arg };
	loop_mailbox_put(loop, &note->letter);
	return 0;
}

void
loop_post_drop(struct loop *loop, const struct loop_owner *owner)
{
	struct loop_mailbox *box = &loop->mailbox;
	struct loop_letters kept = STAILQ_HEAD_INITIALIZER(kept);
	struct loop_letter *letter;

	pthread_mutex_lock(&box->lock);
	while ((letter = STAILQ_FIRST(&box->letters)) != NULL) {
		STAILQ_REMOVE_HEAD(&box->letters, next);
		if (letter->droppable && letter->owner == owner)
			free(letter); /* the first member of its note */
		else
			STAILQ_INSERT_TAIL(&kept, letter, next);
	}
	STAILQ_CONCAT(&box->letters, &kept);
	pthread_mutex_unlock(&box->lock);
}

void
loop_expect(struct loop *loop, int change)
{
	atomic_fetch_add(&loop->expected, change);
}

/* The pool. */

void
loop_pool_open(struct loop_pool *pool)
{
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	STAILQ_INIT(&pool->jobs);
}

static void *
pool_thread(void *arg)
{
	struct loop *loop = arg;
	struct loop_pool *pool = &loop->pool;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (STAILQ_EMPTY(&pool->jobs) && !pool->ending)
			pthread_cond_wait(&pool->more, &pool->lock);
		if (pool->ending)
			break;
		struct loop_job *job = STAILQ_FIRST(&pool->jobs);
		STAILQ_REMOVE_HEAD(&pool->jobs, next);
		pool->waiting--;
		pthread_mutex_unlock(&pool->lock);
		job->rc = job->fn(job->arg);
		loop_mailbox_put(loop, &job->letter);
		pthread_mutex_lock(&pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Starts the threads that are missing; one is enough to go on with. */
static int
pool_start(struct loop *loop)
{
	struct loop_pool *pool = &loop->pool;
	unsigned wanted = loop->settings.threads != 0 ? loop->settings.threads : 2;
	sigset_t all, before;

	if (pool->threads == NULL && (pool->threads = calloc(wanted, sizeof(*pool->threads))) == NULL)
		return -ENOMEM;
	/* Signals are the loop thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->started < wanted &&
	    pthread_create(&pool->threads[pool->started], NULL, pool_thread, loop) == 0)
		pthread_setname_np(pool->threads[pool->started++], "towerd-work");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pool->started > 0 ? 0 : -ENOMEM;
}

static void
job_open(struct loop *loop, struct loop_letter *letter)
{
	struct loop_job *job = (struct loop_job *)letter;
	void (*done)(void *arg, int rc) = job->done;
	void *arg = job->arg;
	int rc = job->rc;

	free(job);
	loop_expect(loop, -1);
	done(arg, rc);
}

int
loop_work(struct loop *loop, struct loop_owner *owner, int (*fn)(void *arg), void (*done)(void *arg, int rc),
    void *arg)
{
	struct loop_pool *pool = &loop->pool;

	if (pool_start(loop) < 0)
		return -ENOMEM;
	struct loop_job *job = calloc(1, sizeof(*job));
	if (job == NULL)
		return -ENOMEM;
	*job = (struct loop_job){
		.letter = { .owner = owner, .open = job_open }, .fn = fn, .done = done, .arg = arg
	};

	pthread_mutex_lock(&pool->lock);
	bool has_room = pool->waiting < JOBS_WAITING_MAX && !pool->ending;
	if (has_room) {
		STAILQ_INSERT_TAIL(&pool->jobs, job, next);
		pool->waiting++;
		pthread_cond_signal(&pool->more);
	}
	pthread_mutex_unlock(&pool->lock);
	if (!has_room) {
		free(job);
		return -EAGAIN;
	}
	loop_expect(loop, 1);
	return 0;
}

void
loop_pool_end(struct loop *loop)
{
	struct loop_pool *pool = &loop->pool;

	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->started; i++)
		pthread_join(pool->threads[i], NULL);

	struct loop_job *job;
	while ((job = STAILQ_FIRST(&pool->jobs)) != NULL) {
		STAILQ_REMOVE_HEAD(&pool->jobs, next);
		job->rc = -ECANCELED;
		loop_mailbox_put(loop, &job->letter);
	}
}

void
loop_pool_close(struct loop_pool *pool)
{
	free(pool->threads);
	pthread_cond_destroy(&pool->more);
	pthread_mutex_destroy(&pool->lock);
}
