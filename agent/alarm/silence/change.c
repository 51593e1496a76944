/* SPDX-License-Identifier: ISC */
/* Changes on their way to the disk: what a person does is a promise, what ends by itself is kept. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <towerd/json.h>
#include <towerd/time.h>

#include "agent/alarm/silence/inside.h"
#include "agent/config/log.h"

/* One silence in a change: the terms that it gets, NULL: none, it is removed. */
struct step {
	TAILQ_ENTRY(step) next;
	struct silence *silence;
	struct terms *terms;
	struct calendar *calendar;
	bool was_staged;
	char log_line[160];
};

struct change {
	LIST_ENTRY(change) next;
	struct silences *silences; /* NULL: forgotten */
	struct store_txn *txn;
	TAILQ_HEAD(step_list, step) steps;
	model_done_fn *done;
	void *arg;
};

static const struct {
	const char *add, *renew, *remove;
} records[SILENCE_KINDS] = {
	[SILENCE_SHELF] = { "shelf.add", "shelf.renew", "shelf.remove" },
	[SILENCE_WINDOW] = { "window.add", "window.renew", "window.remove" },
	[SILENCE_ARC] = { "arc.start", "arc.renew", "arc.end" },
};

/* The object of a record: the site for a row, whose name says nothing to a person, as "NIN-0042/power". */
static void
object_of(const struct terms *terms, char *object, size_t size)
{
	const struct silence_request *r = &terms->request;

	if (r->kind == SILENCE_ARC && r->criteria.site != NULL)
		snprintf(object, size, "%s%s%s", r->criteria.site, r->criteria.device != NULL ? "/" : "",
		    r->criteria.device != NULL ? r->criteria.device : "");
	else
		snprintf(object, size, "%s %s", silence_kind_names[r->kind], r->name);
}

/* The record, and the row with it. `why` may be NULL. */
static int
txn_write(struct store_txn *txn, const struct terms *terms, const char *type, const char *actor,
    bool is_removed, const char *why)
{
	struct towerd_json_writer w = { 0 };
	char key[SILENCE_KEY], object[128];

	towerd_json_open(&w, NULL, '{');
	terms_write(terms, &w);
	if (why != NULL)
		towerd_json_put_text(&w, "why", why);
	towerd_json_close(&w, '}');
	const char *text = towerd_json_done(&w);
	if (text != NULL) {
		object_of(terms, object, sizeof(object));
		terms_key(terms, key);
		store_journal(txn, type, actor, object, text);
		if (is_removed)
			store_delete(txn, STORE_SILENCE, key);
		else
			store_put(txn, STORE_SILENCE, key, text, strlen(text));
	}
	towerd_json_fini(&w);
	return text != NULL ? 0 : -ENOMEM;
}

struct change *
change_begin(struct silences *silences, model_done_fn *done, void *arg)
{
	struct change *change = calloc(1, sizeof(*change));

	if (change == NULL)
		return NULL;
	*change = (struct change){ .silences = silences, .done = done, .arg = arg };
	TAILQ_INIT(&change->steps);
	change->txn = store_begin(silences->store);
	LIST_INSERT_HEAD(&silences->changes, change, next);
	return change;
}

static void
step_free(struct change *change, struct step *step)
{
	TAILQ_REMOVE(&change->steps, step, next);
	calendar_free(step->calendar);
	free(step->terms);
	free(step);
}

static void
change_free(struct change *change)
{
	struct step *step;

	while ((step = TAILQ_FIRST(&change->steps)) != NULL)
		step_free(change, step);
	if (change->silences != NULL)
		LIST_REMOVE(change, next);
	free(change);
}

/* Neither here nor on its way. */
void
silence_release(struct silences *silences, struct silence *silence)
{
	if (silence->changes == 0 && !silence->is_durable)
		silence_free(silences, silence);
}

int
change_stage(
    struct change *change, struct silence *silence, struct terms *next, const char *actor, const char *why)
{
	const struct terms *terms = next != NULL ? next : silence->terms;
	enum silence_kind kind = terms->request.kind;
	const char *type = next == NULL ? records[kind].remove
	    : silence->is_staged        ? records[kind].renew
					: records[kind].add;
	struct step *step = calloc(1, sizeof(*step));
	char none[128], until[TOWERD_TIME_TEXT];

	if (step == NULL) {
		free(next);
		silence_release(change->silences, silence);
		return -ENOMEM;
	}
	step->silence = silence;
	step->terms = next;
	step->was_staged = silence->is_staged;
	TAILQ_INSERT_TAIL(&change->steps, step, next);
	int rc = next != NULL ? terms_calendar(next, &step->calendar, none, sizeof(none)) : 0;
	if (rc == 0)
		rc = txn_write(change->txn, terms, type, actor, next == NULL, why);
	if (rc < 0) {
		step_free(change, step);
		silence_release(change->silences, silence);
		return rc;
	}
	snprintf(step->log_line, sizeof(step->log_line), "%s by %.40s, until %s", type, actor,
	    towerd_time_format(terms->request.until_ms, until));
	silence->changes++;
	silence->is_staged = next != NULL;
	return 0;
}

static void
step_apply(struct silences *silences, struct step *step)
{
	struct silence *silence = step->silence;
	char object[128];

	object_of(silence->terms, object, sizeof(object));
	log_write(TOWERD_LOG_INFO, object, "%s", step->log_line);
	silence->is_durable = step->terms != NULL;
	if (step->terms != NULL) {
		free(silence->terms);
		silence->terms = step->terms;
		step->terms = NULL;
		calendar_free(silence->calendar);
		silence->calendar = step->calendar;
		step->calendar = NULL;
		arc_begin(silences, silence);
	}
	silence_settle(silences, silence);
}

/* The steps that came after it fail too, and hear of it after it. */
static void
step_drop(struct step *step)
{
	if (step->silence->changes == 0)
		step->silence->is_staged = step->silence->is_durable;
}

static void
change_durable(void *arg, int rc, bool final)
{
	struct change *change = arg;
	struct silences *silences = change->silences;
	struct step *step;

	(void) final; /* of a promise always true */
	TAILQ_FOREACH(step, &change->steps, next)
	{
		if (silences == NULL)
			break;
		step->silence->changes--;
		if (rc == 0)
			step_apply(silences, step);
		else
			step_drop(step);
		silence_release(silences, step->silence);
	}
	model_done_fn *done = change->done;
	void *done_arg = change->arg;
	change_free(change);
	if (silences != NULL)
		silence_tick(silences);
	if (done != NULL)
		done(done_arg, rc);
}

/* Nothing of it was submitted: each silence is as it was before. */
static void
change_undo(struct change *change)
{
	struct step *step;

	TAILQ_FOREACH_REVERSE(step, &change->steps, step_list, next)
	{
		step->silence->changes--;
		step->silence->is_staged = step->was_staged;
		silence_release(change->silences, step->silence);
	}
	change_free(change);
}

void
change_abandon(struct change *change)
{
	store_abandon(change->txn);
	change_undo(change);
}

int
change_commit(struct change *change)
{
	int rc = store_submit(change->txn, STORE_PROMISE, change_durable, change);

	if (rc < 0)
		change_undo(change);
	return rc;
}

void
silence_end(struct silences *silences, struct silence *silence, const char *actor, const char *why)
{
	struct store_txn *txn = store_begin(silences->store);
	char object[128];

	object_of(silence->terms, object, sizeof(object));
	log_write(TOWERD_LOG_INFO, object, "%s: %s", records[silence->terms->request.kind].remove, why);
	/* Without memory or room for it the row stays, and goes after the next start. */
	if (txn_write(txn, silence->terms, records[silence->terms->request.kind].remove, actor, true, why) <
	    0)
		store_abandon(txn);
	else
		(void)store_submit(txn, STORE_KEEP, NULL, NULL);
	silence->is_durable = silence->is_staged = false;
	silence_settle(silences, silence);
	silence_free(silences, silence);
}

void
changes_forget(struct silences *silences)
{
	struct change *change;

	while ((change = LIST_FIRST(&silences->changes)) != NULL) {
		LIST_REMOVE(change, next);
		change->silences = NULL;
	}
}
