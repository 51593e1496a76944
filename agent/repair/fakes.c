/* SPDX-License-Identifier: ISC */
/* A bench for repair: steps asked for in a line, and a model and alarms moved by hand. */
#include "agent/repair/fakes.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alarm/silence/silence.h"
#include "agent/config/log.h"
#include "agent/repair/fakes_inside.h"

const char *const structural_names[] = { "unknown", "intact", "damaged", "destroyed", NULL };

struct model {
	struct site sites[2];
	struct device devices[2];
	struct device *list[2];
	struct model_listener listener;
};

struct alarms {
	struct {
		uint32_t site;
		struct alarm_type type;
		struct alarm alarm;
	} active[8];
	size_t count;
	struct model *model;
	struct alarm_listener listener;
};

/* Model. */

static struct model *
model_of_two_sites(void)
{
	static const struct site site = {
		.entity.kind_of = ENTITY_SITE, .structural = STRUCTURAL_INTACT, .clearance = CLEARANCE_NONE
	};
	struct model *model = calloc(1, sizeof(*model));

	model->sites[0] = model->sites[1] = site;
	model->sites[0].entity.number = SITE_A;
	model->sites[0].id = "NIN-0042";
	model->sites[1].entity.number = SITE_B;
	model->sites[1].id = "NIN-0043";
	model->sites[0].devices = model->list;
	model->sites[0].device_count = 2;
	for (size_t i = 0; i < 2; i++) {
		model->list[i] = &model->devices[i];
		model->devices[i].site = &model->sites[0];
		model->devices[i].slot = i == 0 ? "power" : "radio";
	}
	return model;
}

struct site *
model_site_of(const struct model *model, uint32_t number)
{
	const struct site *site = number == SITE_A ? &model->sites[0]
	    : number == SITE_B                     ? &model->sites[1]
						   : NULL;
	return site != NULL && !site->is_removed ? (struct site *)site : NULL;
}

struct site *
model_site(const struct model *model, const char *id)
{
	return model_site_of(model,
	    strcmp(id, "NIN-0042") == 0       ? SITE_A
		: strcmp(id, "NIN-0043") == 0 ? SITE_B
					      : 0);
}

int
model_listen(struct model *model, const struct model_listener *listener)
{
	model->listener = *listener;
	return 0;
}

void
model_set_tickets(struct model *model, struct site *site, uint32_t open, uint32_t verifying)
{
	(void)model;
	site->open_tickets = open;
	site->verifying = verifying;
}

struct site *
bench_site(struct bench *bench, uint32_t number)
{
	return &bench->model->sites[number == SITE_A ? 0 : 1];
}

void
bench_remove(struct bench *bench, uint32_t number)
{
	struct site *site = bench_site(bench, number);

	site->is_removed = true;
	bench->model->listener.site_removed(bench->model->listener.arg, site);
}

void
bench_presence(struct bench *bench, const char *slot, enum towerd_presence presence)
{
	struct device *device = &bench->model->devices[strcmp(slot, "power") == 0 ? 0 : 1];
	enum towerd_presence before = device->presence;

	device->presence = (uint8_t)presence;
	if (presence == TOWERD_PRESENCE_REACHABLE)
		device->last_seen_ms = loop_utc_ms(bench->loop);
	bench->model->listener.presence(bench->model->listener.arg, device, before);
}

/* Alarms. */

int
alarms_listen(struct alarms *alarms, const struct alarm_listener *listener)
{
	alarms->listener = *listener;
	return 0;
}

void
alarms_set_ticket(struct alarms *alarms, uint32_t (*open_at)(void *arg, uint32_t site), void *arg)
{
	(void)alarms;
	(void)open_at;
	(void)arg;
}

/* Alarm reporting control, which is tested on the real one (repair_whole_test.c). */

struct silences *
alarms_silences(struct alarms *alarms)
{
	(void)alarms;
	return NULL;
}

int
arc_start(struct silences *silences, const struct arc_request *request, const char *actor,
    model_done_fn *done, void *arg)
{
	(void)silences;
	(void)request;
	(void)actor;
	(void)done;
	(void)arg;
	return 0;
}

int
arc_renew_ticket(struct silences *silences, uint32_t ticket, int64_t until_ms, const char *actor,
    model_done_fn *done, void *arg)
{
	(void)silences;
	(void)ticket;
	(void)until_ms;
	(void)actor;
	(void)done;
	(void)arg;
	return 0;
}

int
arc_end_ticket(struct silences *silences, uint32_t ticket, const char *actor, const char *why)
{
	(void)silences;
	(void)ticket;
	(void)actor;
	(void)why;
	return 0;
}

const struct silence *
arc_seek(const struct silences *silences, const struct scope *scope, uint32_t resource,
    unsigned probable_cause, bool inclusive)
{
	(void)silences;
	(void)scope;
	(void)resource;
	(void)probable_cause;
	(void)inclusive;
	return NULL;
}

void
silence_describe(const struct silences *silences, const struct silence *silence, struct silence_info *out)
{
	(void)silences;
	(void)silence;
	(void)out;
}

int
alarms_each_at(const struct alarms *alarms, const struct site *site,
    int (*fn)(void *arg, const struct alarm *alarm), void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < alarms->count && rc == 0; i++)
		if (alarms->active[i].site == site->entity.number)
			rc = fn(arg, &alarms->active[i].alarm);
	return rc;
}

int
alarms_worst(const struct alarms *alarms, const struct site *site, bool (*but)(const struct alarm *alarm))
{
	int worst = 0;

	for (size_t i = 0; i < alarms->count; i++)
		if (alarms->active[i].site == site->entity.number &&
		    alarms->active[i].alarm.severity > worst &&
		    (but == NULL || !but(&alarms->active[i].alarm)))
			worst = alarms->active[i].alarm.severity;
	return worst;
}

void
bench_alarm(struct bench *bench, uint32_t site, const char *type, int severity)
{
	struct alarms *alarms = bench->alarms;
	size_t i = 0;

	while (i < alarms->count &&
	    (alarms->active[i].site != site || strcmp(alarms->active[i].type.name, type) != 0))
		i++;
	if (severity == TOWERD_CLEARED) {
		alarms->active[i] = alarms->active[--alarms->count];
	} else {
		alarms->count += i == alarms->count;
		alarms->active[i].site = site;
		alarms->active[i].type.name = type;
		alarms->active[i].alarm.qualifier = "";
		alarms->active[i].alarm.severity = (uint8_t)severity;
	}
	for (i = 0; i < alarms->count; i++)
		alarms->active[i].alarm.type = &alarms->active[i].type;
	const struct towerd_alarm_record alarm = { .size = sizeof(alarm),
		.site = bench_site(bench, site)->id };
	const struct towerd_record record = { .size = sizeof(record), .is_durable = true, .alarm = &alarm };
	alarms->listener.told(alarms->listener.arg, &record);
}

/* The bench. */

static void
start_repair(struct bench *bench)
{
	char error[256] = "";

	bench->repair =
	    repair_new(bench->loop, bench->store, bench->scopes, bench->model, bench->alarms, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench->repair);
	CU_ASSERT_EQUAL_FATAL(repair_load(bench->repair, error, sizeof(error)), 0);
}

void
bench_open(struct bench *bench)
{
	const struct loop_settings settings = { .clock = LOOP_CLOCK_STEP };
	const struct log_settings quiet = { .level = TOWERD_LOG_ERROR };

	log_start(&quiet);
	*bench = (struct bench){
		.loop = loop_new(&settings), .scopes = scopes_new(), .model = model_of_two_sites()
	};
	bench->store = fake_store_new(bench->loop);
	bench->alarms = calloc(1, sizeof(*bench->alarms));
	bench->alarms->model = bench->model;
	start_repair(bench);
}

void
bench_close(struct bench *bench)
{
	repair_free(bench->repair);
	fake_store_free(bench->store);
	free(bench->alarms);
	free(bench->model);
	scopes_free(bench->scopes);
	loop_free(bench->loop);
}

void
bench_restart(struct bench *bench)
{
	store_flush(bench->store);
	repair_free(bench->repair);
	for (size_t i = 0; i < 2; i++)
		bench->model->sites[i].open_tickets = 0;
	start_repair(bench);
}

void
bench_wait(struct bench *bench, int64_t ms)
{
	loop_step(bench->loop, ms);
}

/* Steps. */

void
keep_answer(void *arg, const struct ticket_answer *answer)
{
	struct asked *asked = arg;

	asked->answers++;
	asked->result = answer->result;
	asked->rc = answer->rc;
	asked->ticket = answer->ticket;
	asked->state = answer->state;
	snprintf(asked->reason, sizeof(asked->reason), "%s", answer->reason);
}

struct asked
ask(struct bench *bench, const struct ticket_step *step)
{
	struct asked asked = { 0 };

	CU_ASSERT_EQUAL(ticket_step(bench->repair, step, keep_answer, &asked), 0);
	CU_ASSERT_EQUAL(asked.answers, 0); /* never from inside */
	bench_wait(bench, 0);
	CU_ASSERT_EQUAL(asked.answers, 1);
	return asked;
}

struct asked
ask_operator(struct bench *bench, uint32_t ticket, enum ticket_event event, const char *note)
{
	const struct ticket_step step = { .ticket = ticket,
		.event = event,
		.by = BY_OPERATOR,
		.actor = "uid 1000",
		.crew = event == EV_ASSIGN ? "crew-3" : NULL,
		.note = note };
	return ask(bench, &step);
}

struct asked
ask_crew(struct bench *bench, uint32_t ticket, enum ticket_event event, const char *id, uint64_t counter)
{
	const struct ticket_update update = { .id = id, .device = "phone", .counter = counter };
	const struct ticket_step step = { .ticket = ticket,
		.event = event,
		.by = BY_CREW,
		.actor = "crew crew-3",
		.crew = "crew-3",
		.at_ms = INT64_C(1767225600000),
		.update = &update };
	return ask(bench, &step);
}

uint32_t
ticket_in(struct bench *bench, uint32_t site, enum ticket_state state)
{
	static const enum ticket_event path[] = { EV_CONFIRM, EV_ASSIGN, EV_DEPART, EV_ARRIVE, EV_RESTORED };
	struct ticket_step open = { .event = EV_OPEN,
		.by = BY_OPERATOR,
		.actor = "uid 1000",
		.site = bench_site(bench, site)->id,
		.note = "mains failed" };
	char kid[64], key[96];

	if (!crew_is_known(bench->repair, "crew-3"))
		enroll_crew(bench, "crew-3", kid, key);
	uint32_t ticket = ask(bench, &open).ticket;
	for (size_t i = 0;
	     i < sizeof(path) / sizeof(path[0]) && ticket_find(bench->repair, ticket)->state != state; i++)
		CU_ASSERT_EQUAL(ask_operator(bench, ticket, path[i], NULL).result, TICKET_APPLIED);
	CU_ASSERT_EQUAL(ticket_find(bench->repair, ticket)->state, state);
	return ticket;
}
