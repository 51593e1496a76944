/* SPDX-License-Identifier: ISC */
/*
 * Alarm models (RFC 3877, alarmModelTable): one per alarm type and probable cause, complete before the first alarm. The number of a model
 * is given once, kept in the store, and never used for another, whatever becomes of the table of types.
 */
#include "agent/alarm/list/alarm_model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/list/inside.h"

struct loading {
	struct alarms *alarms;
	uint32_t largest;
};

static void
model_key(const struct alarm_type *type, char *key, size_t size)
{
	snprintf(key, size, "%s:%u", type->name, type->probable_cause);
}

static bool
is_key_of(const struct alarm_type *type, const char *key)
{
	char name[128];

	if (strncmp(key, type->name, strlen(type->name)) != 0) /* there are as many of both */
		return false;
	model_key(type, name, sizeof(name));
	return strcmp(name, key) == 0;
}

static int
model_read(void *arg, const char *key, const char *body, size_t len)
{
	struct loading *l = arg;
	char digits[16];

	if (len >= sizeof(digits))
		return -EBADMSG;
	memcpy(digits, body, len);
	digits[len] = '\0';
	unsigned long number = strtoul(digits, NULL, 10);
	if (number == 0 || number > UINT32_MAX)
		return -EBADMSG;
	if (number > l->largest)
		l->largest = (uint32_t)number;
	for (unsigned i = 0; i < alarm_type_count(); i++)
		if (is_key_of(alarm_type_at(i), key))
			l->alarms->models.by_type[i] = (uint32_t)number;
	return 0; /* a type that this version does not know: its number stays taken */
}

unsigned
itu_severity(unsigned state)
{
	static const uint8_t perceived[] = { [TOWERD_CLEARED] = 1,
		[TOWERD_INDETERMINATE] = 2,
		[TOWERD_WARNING] = 6,
		[TOWERD_MINOR] = 5,
		[TOWERD_MAJOR] = 4,
		[TOWERD_CRITICAL] = 3 };
	return perceived[state];
}

static int
compare_rows(const void *a, const void *b)
{
	uint32_t x = ((const struct model_row *)a)->number, y = ((const struct model_row *)b)->number;
	return x < y ? -1 : x > y;
}

static int
compare_itu(const void *a, const void *b)
{
	const struct model_state *x = a, *y = b;
	return x->number != y->number ? (x->number < y->number ? -1 : 1) : x->perceived - y->perceived;
}

/* The rows of alarmModelTable and ituAlarmTable: each model's clear state and those that its type uses. */
static int
alarm_models_build_states(struct models *m)
{
	size_t states = TOWERD_CRITICAL * m->count;

	m->states = calloc(states, sizeof(*m->states));
	m->itu_states = calloc(states, sizeof(*m->itu_states));
	if (m->states == NULL || m->itu_states == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < m->count; i++)
		for (unsigned s = TOWERD_CLEARED; s <= TOWERD_CRITICAL; s++)
			if (s == TOWERD_CLEARED || (m->rows[i].type->severities & (1u << s)))
				m->states[m->state_count++] =
				    (struct model_state){ .number = m->rows[i].number,
					    .state = (uint8_t)s,
					    .perceived = (uint8_t)itu_severity(s),
					    .type = m->rows[i].type };
	memcpy(m->itu_states, m->states, m->state_count * sizeof(*m->states));
	qsort(m->itu_states, m->state_count, sizeof(*m->itu_states), compare_itu);
	return 0;
}

int
alarm_models_load(struct alarms *alarms)
{
	struct models *m = &alarms->models;
	struct loading loading = { .alarms = alarms };

	m->count = alarm_type_count();
	m->rows = calloc(m->count, sizeof(*m->rows));
	m->by_type = calloc(m->count, sizeof(*m->by_type));
	if (m->rows == NULL || m->by_type == NULL)
		return -ENOMEM;
	int rc = store_each(alarms->store, STORE_ALARM_MODEL, model_read, &loading);
	if (rc < 0)
		return rc;
	m->first_new = loading.largest + 1;
	for (unsigned i = 0; i < m->count; i++) { /* new types take numbers in the order of the table */
		if (m->by_type[i] == 0)
			m->by_type[i] = ++loading.largest;
		m->rows[i] = (struct model_row){ .number = m->by_type[i], .type = alarm_type_at(i) };
	}
	qsort(m->rows, m->count, sizeof(*m->rows), compare_rows);
	return alarm_models_build_states(m);
}

int
alarm_models_write(struct alarms *alarms)
{
	struct models *m = &alarms->models;
	struct store_txn *txn = NULL;

	for (size_t i = 0; i < m->count; i++) {
		char key[128], body[16];
		if (m->rows[i].number < m->first_new)
			continue;
		if (txn == NULL)
			txn = store_begin(alarms->store);
		model_key(m->rows[i].type, key, sizeof(key));
		int len = snprintf(body, sizeof(body), "%u", m->rows[i].number);
		store_put(txn, STORE_ALARM_MODEL, key, body, (size_t)len);
	}
	if (txn == NULL)
		return 0;
	int64_t now = loop_now_ms(alarms->loop);
	m->changed_ms = now > 0 ? now : 1; /* 0 says never */
	return store_submit(txn, STORE_KEEP, NULL, NULL);
}

void
alarm_models_fini(struct models *models)
{
	free(models->rows);
	free(models->by_type);
	free(models->states);
	free(models->itu_states);
}

uint32_t
alarm_models_number(const struct models *models, const struct alarm_type *type)
{
	return models->by_type[type - alarm_type_at(0)];
}
