/* SPDX-License-Identifier: ISC */
/* What was told of a device's alarms, and what has changed. */
#include "plugins/snmp/poll/faults.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 1000 /* raised alarms of all lists of a device: more are not told */

/* A raised alarm of a list. */
struct row {
	char *type, *qualifier; /* one piece of memory */
	uint32_t list;
	int severity;
	bool is_there; /* in the walk that is being read */
};

struct faults {
	const struct profile_plan *plan;
	fault_fn *tell;
	void *arg;
	uint8_t *told; /* of each alarm of the plan: 1 + its severity when raised, CLEARED; 0: nothing yet */
	bool *is_read; /* of each list */
	struct row *rows;
	size_t row_count;
	uint32_t list; /* that is being read */
};

#define CLEARED UINT8_MAX

struct faults *
faults_new(const struct profile_plan *plan, fault_fn *tell, void *arg)
{
	struct faults *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->plan = plan;
	f->tell = tell;
	f->arg = arg;
	f->told = calloc(plan->alarm_count + 1, sizeof(*f->told));
	f->is_read = calloc(plan->list_count + 1, sizeof(*f->is_read));
	if (f->told == NULL || f->is_read == NULL) {
		faults_free(f);
		return NULL;
	}
	return f;
}

static void
drop_row(struct faults *f, size_t i)
{
	free(f->rows[i].type);
	f->rows[i] = f->rows[--f->row_count];
}

void
faults_free(struct faults *f)
{
	if (f == NULL)
		return;
	while (f->row_count > 0)
		drop_row(f, f->row_count - 1);
	free(f->rows);
	free(f->told);
	free(f->is_read);
	free(f);
}

/* Rows stay: the ends of those that are gone are told, too. Their severity is none that there is, so each is told again. */
void
faults_forget(struct faults *f)
{
	memset(f->told, 0, f->plan->alarm_count);
	memset(f->is_read, 0, f->plan->list_count * sizeof(*f->is_read));
	for (size_t i = 0; i < f->row_count; i++)
		f->rows[i].severity = -1;
}

bool
faults_are_known(const struct faults *f)
{
	return memchr(f->told, 0, f->plan->alarm_count) == NULL &&
	    memchr(f->is_read, false, f->plan->list_count * sizeof(*f->is_read)) == NULL;
}

static void
tell(
    struct faults *f, const char *type, const char *qualifier, const char *text, int severity, bool is_raised)
{
	const struct towerd_fault fault = { .size = sizeof(fault),
		.type = type,
		.qualifier = qualifier,
		.text = text,
		.severity = severity,
		.is_raised = is_raised };

	f->tell(f->arg, &fault);
}

void
faults_read(struct faults *f, const struct plan_object *object, const struct snmp_value *value)
{
	for (uint32_t i = object->alarm_first; i < object->alarm_first + object->alarm_count; i++) {
		const struct plan_alarm *alarm = &f->plan->alarms[i];
		int severity = 0;
		enum profile_alarm_state state = profile_alarm_state(alarm, value, &severity);
		uint8_t now = state == PROFILE_ALARM_RAISED ? (uint8_t)(1 + severity) : CLEARED;
		if (state == PROFILE_ALARM_NOT_KNOWN || now == f->told[i])
			continue;
		f->told[i] = now;
		tell(f, alarm->type, alarm->qualifier, alarm->text, severity, state == PROFILE_ALARM_RAISED);
	}
}

/* ---- lists */

static struct row *
find_row(struct faults *f, const struct profile_list_alarm *alarm)
{
	for (size_t i = 0; i < f->row_count; i++)
		if (f->rows[i].list == f->list && strcmp(f->rows[i].type, alarm->type) == 0 &&
		    strcmp(f->rows[i].qualifier, alarm->qualifier) == 0)
			return &f->rows[i];
	return NULL;
}

static struct row *
add_row(struct faults *f, const struct profile_list_alarm *alarm)
{
	size_t type_size = strlen(alarm->type) + 1, qualifier_size = strlen(alarm->qualifier) + 1;
	struct row *grown =
	    f->row_count < ROWS_MAX ? realloc(f->rows, (f->row_count + 1) * sizeof(*grown)) : NULL;

	if (grown == NULL)
		return NULL;
	f->rows = grown;
	struct row row = { .type = malloc(type_size + qualifier_size), .list = f->list, .severity = -1 };
	if (row.type == NULL)
		return NULL;
	row.qualifier = row.type + type_size;
	memcpy(row.type, alarm->type, type_size);
	memcpy(row.qualifier, alarm->qualifier, qualifier_size);
	grown[f->row_count] = row;
	return &grown[f->row_count++];
}

/* Of two rows that are one alarm the first counts. */
static void
take_alarm(void *arg, const struct profile_list_alarm *alarm)
{
	struct faults *f = arg;
	struct row *row = find_row(f, alarm);

	if (row == NULL)
		row = add_row(f, alarm);
	if (row == NULL || row->is_there)
		return;
	row->is_there = true;
	if (row->severity == alarm->severity)
		return;
	row->severity = alarm->severity;
	tell(f, alarm->type, alarm->qualifier, alarm->text, alarm->severity, true);
}

void
faults_read_list(struct faults *f, uint32_t list, struct object_set *objects)
{
	f->list = list;
	f->is_read[list] = true;
	for (size_t i = 0; i < f->row_count; i++)
		f->rows[i].is_there = false;
	profile_list_alarms(&f->plan->lists[list], objects, take_alarm, f);
	for (size_t i = f->row_count; i > 0; i--) {
		struct row *row = &f->rows[i - 1];
		if (row->list != list || row->is_there)
			continue;
		tell(f, row->type, row->qualifier, "", 0, false);
		drop_row(f, i - 1);
	}
}
