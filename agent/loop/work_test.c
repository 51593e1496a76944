/* SPDX-License-Identifier: ISC */
/* What threads bring to the loop: posts, work, and how both end. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "agent/loop/loop.h"
#include "tests/support/cunit_main.h"

enum { THREADS = 4, POSTS = 5000 };

static struct loop_owner owner = { .name = "test" };

static struct loop *
step_loop(unsigned threads)
{
	return loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP, .threads = threads });
}

struct poster {
	struct loop *loop;
	pthread_t thread;
	unsigned sent, seen, disorder;
};

struct note {
	struct poster *poster;
	unsigned number;
};

static void
note_arrives(void *arg)
{
	struct note *note = arg;

	if (note->number != note->poster->seen)
		note->poster->disorder++;
	note->poster->seen++;
	free(note);
}

static void *
post_many(void *arg)
{
	struct poster *poster = arg;

	for (; poster->sent < POSTS; poster->sent++) {
		struct note *note = malloc(sizeof(*note));
		*note = (struct note){ poster, poster->sent };
		if (loop_post(poster->loop, &owner, note_arrives, note) < 0)
			free(note);
	}
	return NULL;
}

static void
posts_of_many_threads_arrive_each_in_its_order(void)
{
	struct loop *loop = step_loop(0);
	struct poster posters[THREADS] = { 0 };

	for (int i = 0; i < THREADS; i++) {
		posters[i].loop = loop;
		pthread_create(&posters[i].thread, NULL, post_many, &posters[i]);
	}
	for (int i = 0; i < THREADS; i++)
		while (posters[i].seen < POSTS)
			loop_turn(loop, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(posters[i].thread, NULL);
		CU_ASSERT_EQUAL(posters[i].disorder, 0);
	}
	loop_free(loop);
}

static void
count_up(void *arg)
{
	++*(unsigned *)arg;
}

static void
a_module_that_goes_drops_its_own_posts_alone(void)
{
	struct loop *loop = step_loop(0);
	struct loop_owner other = { .name = "other" };
	unsigned mine = 0, others = 0;

	loop_post(loop, &owner, count_up, &mine);
	loop_post(loop, &other, count_up, &others);
	loop_post(loop, &owner, count_up, &mine);
	loop_post_drop(loop, &owner);
	loop_step(loop, 0);
	CU_ASSERT_EQUAL(mine, 0);
	CU_ASSERT_EQUAL(others, 1);
	loop_free(loop);
}

struct posting {
	struct loop *loop;
	unsigned rounds;
};

static void
post_again(void *arg)
{
	struct posting *posting = arg;

	if (++posting->rounds < 10)
		loop_post(posting->loop, NULL, post_again, posting);
}

static void
what_is_posted_by_a_post_runs_in_a_later_round_of_the_same_step(void)
{
	struct loop *loop = step_loop(0);
	struct posting posting = { loop, 0 };

	loop_post(loop, NULL, post_again, &posting);
	loop_turn(loop, false);
	CU_ASSERT_EQUAL(posting.rounds, 1);
	loop_step(loop, 0);
	CU_ASSERT_EQUAL(posting.rounds, 10);
	loop_free(loop);
}

static void
what_is_posted_and_not_run_is_run_when_the_loop_is_freed(void)
{
	struct loop *loop = step_loop(0);
	unsigned count = 0;

	loop_post(loop, NULL, count_up, &count);
	loop_free(loop);
	CU_ASSERT_EQUAL(count, 1);
}

/* Work. */

struct job {
	sem_t *gate; /* waits for it when not NULL */
	sem_t *begun;
	int result, rc;
	unsigned done;
	pthread_t worker;
};

static int
job_run(void *arg)
{
	struct job *job = arg;

	job->worker = pthread_self();
	if (job->begun != NULL)
		sem_post(job->begun);
	if (job->gate != NULL)
		sem_wait(job->gate);
	return job->result;
}

static void
job_done(void *arg, int rc)
{
	struct job *job = arg;

	job->rc = rc;
	job->done++;
}

static void
work_runs_on_another_thread_and_a_step_waits_for_it(void)
{
	struct loop *loop = step_loop(2);
	struct job jobs[8] = { 0 };

	for (int i = 0; i < 8; i++) {
		jobs[i].result = -i;
		CU_ASSERT_EQUAL(loop_work(loop, &owner, job_run, job_done, &jobs[i]), 0);
	}
	loop_step(loop, 0);
	for (int i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(jobs[i].done, 1);
		CU_ASSERT_EQUAL(jobs[i].rc, -i);
		CU_ASSERT_FALSE(pthread_equal(jobs[i].worker, pthread_self()));
	}
	loop_free(loop);
}

struct promise {
	struct loop *loop;
	bool kept;
};

static void
promise_kept(void *arg)
{
	struct promise *promise = arg;

	promise->kept = true;
	loop_expect(promise->loop, -1);
}

static void *
promise_keep(void *arg)
{
	struct promise *promise = arg;

	loop_post(promise->loop, NULL, promise_kept, promise);
	return NULL;
}

static void
a_step_waits_for_what_a_thread_of_ones_own_has_promised(void)
{
	struct loop *loop = step_loop(0);
	struct promise promise = { loop, false };
	pthread_t thread;

	loop_expect(loop, 1);
	pthread_create(&thread, NULL, promise_keep, &promise);
	loop_step(loop, 0);
	CU_ASSERT_TRUE(promise.kept);
	pthread_join(thread, NULL);
	loop_free(loop);
}

static void
the_1025th_waiting_job_is_refused(void)
{
	enum { WAITING = 1024 };
	struct loop *loop = step_loop(1);
	sem_t gate, begun;
	sem_init(&gate, 0, 0);
	sem_init(&begun, 0, 0);
	struct job running = { .gate = &gate, .begun = &begun }, refused = { 0 };
	struct job *waiting = calloc(WAITING, sizeof(*waiting));
	unsigned done = 0;

	CU_ASSERT_EQUAL(loop_work(loop, &owner, job_run, job_done, &running), 0);
	sem_wait(&begun);
	for (int i = 0; i < WAITING; i++)
		CU_ASSERT_EQUAL(loop_work(loop, &owner, job_run, job_done, &waiting[i]), 0);
	CU_ASSERT_EQUAL(loop_work(loop, &owner, job_run, job_done, &refused), -EAGAIN);
	sem_post(&gate);
	loop_step(loop, 0);
	for (int i = 0; i < WAITING; i++)
		done += waiting[i].done;
	CU_ASSERT_EQUAL(done, WAITING);
	CU_ASSERT_EQUAL(refused.done, 0);
	loop_free(loop);
	free(waiting);
	sem_destroy(&gate);
	sem_destroy(&begun);
}

/* Gives loop_free() the time to tell the pool that it ends. */
static void *
open_gate_soon(void *arg)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	sem_post(arg);
	return NULL;
}

static void
when_the_loop_is_freed_running_work_ends_and_waiting_work_is_cancelled(void)
{
	struct loop *loop = step_loop(1);
	sem_t gate, begun;
	sem_init(&gate, 0, 0);
	sem_init(&begun, 0, 0);
	struct job first = { .gate = &gate, .begun = &begun, .result = 7 }, second = { .result = 8 };

	loop_work(loop, &owner, job_run, job_done, &first);
	loop_work(loop, &owner, job_run, job_done, &second);
	sem_wait(&begun);
	loop_stop(loop); /* must not keep the ends from being told */
	pthread_t opener;
	pthread_create(&opener, NULL, open_gate_soon, &gate);
	loop_free(loop);
	pthread_join(opener, NULL);
	CU_ASSERT_EQUAL(first.done, 1);
	CU_ASSERT_EQUAL(first.rc, 7);
	CU_ASSERT_EQUAL(second.done, 1);
	CU_ASSERT_EQUAL(second.rc, -ECANCELED);
	sem_destroy(&gate);
	sem_destroy(&begun);
}

static const struct claim claims[] = {
	CLAIM(posts_of_many_threads_arrive_each_in_its_order),
	CLAIM(a_module_that_goes_drops_its_own_posts_alone),
	CLAIM(what_is_posted_by_a_post_runs_in_a_later_round_of_the_same_step),
	CLAIM(what_is_posted_and_not_run_is_run_when_the_loop_is_freed),
	CLAIM(work_runs_on_another_thread_and_a_step_waits_for_it),
	CLAIM(a_step_waits_for_what_a_thread_of_ones_own_has_promised),
	CLAIM(the_1025th_waiting_job_is_refused),
	CLAIM(when_the_loop_is_freed_running_work_ends_and_waiting_work_is_cancelled),
};

CLAIMS_MAIN("work", claims)
