/* SPDX-License-Identifier: ISC */
/* Repair on what it really stands on: SQLite, the model, the alarms. */
#include "agent/alarm/silence/silence.h"
#include "agent/model/model_fixture.h"
#include "agent/repair/crew.h"

static const char city[] = "sites:\n"
			   "  - id: NIN-0042\n"
			   "    area: nineveh/east\n"
			   "    devices:\n"
			   "      - { id: power, driver: snmp, address: '127.0.0.1:1161' }\n"
			   "      - { id: radio, driver: snmp, address: '127.0.0.1:1162' }\n";

struct whole {
	struct fixture f;
	struct alarms *alarms;
	struct repair *repair;
	struct ticket_answer answer;
	char kid[64], key[96];
	bool is_answered;
};

static void
upper_open(struct whole *w)
{
	w->alarms = alarms_new(w->f.loop, w->f.store, w->f.scopes, w->f.model, NULL);
	CU_ASSERT_EQUAL_FATAL(alarms_load(w->alarms, w->f.error, sizeof(w->f.error)), 0);
	w->repair = repair_new(w->f.loop, w->f.store, w->f.scopes, w->f.model, w->alarms, NULL);
	CU_ASSERT_EQUAL_FATAL(repair_load(w->repair, w->f.error, sizeof(w->f.error)), 0);
	CU_ASSERT_EQUAL_FATAL(repair_add_views(w->repair, w->f.views), 0);
}

static void
lower_close(struct whole *w)
{
	alarms_free(w->alarms);
	store_close(w->f.store);
	w->f.store = NULL;
	views_free(w->f.views);
	w->f.views = NULL;
	repair_free(w->repair);
}

static void
restart(struct whole *w)
{
	lower_close(w);
	fixture_close(&w->f);
	fixture_open(&w->f);
	upper_open(w);
}

static void
answered(void *arg, const struct ticket_answer *answer)
{
	struct whole *w = arg;
	w->answer = *answer;
	w->is_answered = true;
}

static enum ticket_result
step(struct whole *w, uint32_t ticket, enum ticket_event event, const char *note)
{
	const struct ticket_step asked = { .ticket = ticket,
		.event = event,
		.by = BY_OPERATOR,
		.actor = "uid 1000",
		.site = "NIN-0042",
		.crew = "crew-3",
		.note = note };
	w->is_answered = false;
	CU_ASSERT_EQUAL(ticket_step(w->repair, &asked, answered, w), 0);
	while (!w->is_answered)
		loop_turn(w->f.loop, true);
	return w->answer.result;
}

static void
enrolled(void *arg, int rc, const char *kid, const char *key)
{
	struct whole *w = arg;
	CU_ASSERT_EQUAL(rc, 0);
	snprintf(w->kid, sizeof(w->kid), "%s", kid);
	snprintf(w->key, sizeof(w->key), "%s", key);
}

static void
whole_start(struct whole *w)
{
	memset(w, 0, sizeof(*w));
	fixture_start(&w->f, true);
	CU_ASSERT_EQUAL(fixture_import(&w->f, "sites.yaml", city, false, NULL), 0);
	upper_open(w);
	CU_ASSERT_EQUAL(crew_enroll_hs256(w->repair, "crew-3", "uid 1000", enrolled, w), 0);
	loop_step(w->f.loop, 0);
	CU_ASSERT_EQUAL(step(w, 0, EV_OPEN, "mains failed"), TICKET_APPLIED);
}

static void
whole_stop(struct whole *w)
{
	lower_close(w);
	fixture_stop(&w->f);
}

static void
lead_to(struct whole *w, enum ticket_state state)
{
	static const enum ticket_event path[] = { EV_CONFIRM, EV_ASSIGN, EV_DEPART, EV_ARRIVE, EV_RESTORED };
	for (size_t i = 0; ticket_find(w->repair, 1)->state != state && i < 5; i++)
		CU_ASSERT_EQUAL(step(w, 1, path[i], NULL), TICKET_APPLIED);
}

static void
devices_are(struct whole *w, enum towerd_presence presence)
{
	struct site *site = model_site(w->f.model, "NIN-0042");
	for (size_t i = 0; i < site->device_count; i++)
		model_presence(w->f.model, site->devices[i]->entity.number, presence, "test");
}

static void
a_restart_finds_tickets_crews_and_counts(void)
{
	struct whole w;

	whole_start(&w);
	lead_to(&w, TICKET_EN_ROUTE);
	CU_ASSERT_EQUAL(step(&w, 1, EV_BLOCK, "bridge is gone"), TICKET_APPLIED);
	restart(&w);
	const struct ticket *ticket = ticket_find(w.repair, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ticket);
	CU_ASSERT_EQUAL(ticket->state, TICKET_BLOCKED);
	CU_ASSERT_STRING_EQUAL(ticket->reason, "bridge is gone");
	CU_ASSERT_TRUE(crew_is_known(w.repair, "crew-3"));
	const struct site *site = model_site(w.f.model, "NIN-0042");
	CU_ASSERT_EQUAL(site->open_tickets, 1);
	CU_ASSERT_EQUAL(ticket_open_at(w.repair, site->entity.number)->number, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&w.f, "towerdTicketTable", scopes_all(w.f.scopes)),
	    "\"towerdTicketState\":\"blocked\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture_json(&w.f, "towerdCrewTable", scopes_all(w.f.scopes)), w.kid));
	CU_ASSERT_PTR_NULL(strstr(fixture_json(&w.f, "towerdCrewTable", scopes_all(w.f.scopes)), w.key));
	CU_ASSERT_EQUAL(step(&w, 0, EV_OPEN, NULL), TICKET_APPLIED);
	CU_ASSERT_EQUAL(w.answer.ticket, 2);
	whole_stop(&w);
}

static void
real_alarms_refute_and_real_devices_prove_a_claim(void)
{
	struct whole w;

	whole_start(&w);
	uint32_t site = model_site(w.f.model, "NIN-0042")->entity.number;
	devices_are(&w, TOWERD_PRESENCE_REACHABLE);
	lead_to(&w, TICKET_VERIFYING);
	loop_step(w.f.loop, 60000);
	CU_ASSERT_EQUAL(alarm_raise(w.alarms, site, "power/mains-failure", "", TOWERD_MAJOR, "", 0), 0);
	loop_step(w.f.loop, 1000);
	CU_ASSERT_EQUAL(ticket_find(w.repair, 1)->state, TICKET_ASSIGNED);
	CU_ASSERT_STRING_EQUAL(ticket_find(w.repair, 1)->reason, "it did not last: power/mains-failure");
	CU_ASSERT_EQUAL(step(&w, 1, EV_ARRIVE, NULL), TICKET_APPLIED);
	CU_ASSERT_EQUAL(step(&w, 1, EV_RESTORED, NULL), TICKET_APPLIED);
	loop_step(w.f.loop, 60000);
	CU_ASSERT_STRING_EQUAL(ticket_find(w.repair, 1)->waits_for, "power/mains-failure");
	CU_ASSERT_EQUAL(alarm_clear(w.alarms, site, "power/mains-failure", "", "", 0), 0);
	loop_step(w.f.loop, 610000);
	CU_ASSERT_EQUAL(ticket_find(w.repair, 1)->state, TICKET_CLOSED);
	CU_ASSERT_EQUAL(model_site(w.f.model, "NIN-0042")->open_tickets, 0);
	whole_stop(&w);
}

static void
set_done(void *arg, int rc)
{
	*(int *)arg = rc;
}

static void
clearance_of_the_real_site_guards_the_crew(void)
{
	struct whole w;
	int rc = 1;

	whole_start(&w);
	lead_to(&w, TICKET_ASSIGNED);
	struct site *site = model_site(w.f.model, "NIN-0042");
	model_set_clearance(w.f.model, site, CLEARANCE_WITHDRAWN, 0, "uid 1000", "mines", set_done, &rc);
	loop_step(w.f.loop, 0);
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT_EQUAL(step(&w, 1, EV_DEPART, NULL), TICKET_CONFLICT);
	int64_t until_ms = loop_utc_ms(w.f.loop) + 3600000;
	model_set_clearance(w.f.model, site, CLEARANCE_GRANTED, until_ms, "uid 1000", "swept", set_done, &rc);
	loop_step(w.f.loop, 0);
	CU_ASSERT_EQUAL(step(&w, 1, EV_DEPART, NULL), TICKET_APPLIED);
	loop_step(w.f.loop, 3600000);
	CU_ASSERT_EQUAL(step(&w, 1, EV_ARRIVE, NULL), TICKET_CONFLICT);
	whole_stop(&w);
}

static int
format_record(void *arg, const struct store_record *record)
{
	char line[512];

	if (ticket_record_is_of(record, 1) && ticket_record_format(record, line, sizeof(line)) == 0)
		fprintf(arg, "%s\n", line + strlen("2026-01-01T00:00:00.000Z  "));
	return 0;
}

static void
read_done(void *arg, int rc)
{
	(void)arg;
	CU_ASSERT_EQUAL(rc, 0);
}

static void
the_journal_tells_the_history_of_a_ticket(void)
{
	struct whole w;
	char *history;
	size_t size;
	FILE *out = open_memstream(&history, &size);

	whole_start(&w);
	lead_to(&w, TICKET_EN_ROUTE);
	step(&w, 1, EV_CANCEL, "mains came back");
	store_read(w.f.store, 0, 1000, format_record, read_done, out);
	loop_step(w.f.loop, 0);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(history,
	    "none -> reported (open, uid 1000): mains failed\n"
	    "reported -> confirmed (confirm, uid 1000)\n"
	    "confirmed -> assigned (assign to crew-3, uid 1000)\n"
	    "assigned -> en-route (depart, uid 1000)\n"
	    "en-route -> cancelled (cancel, uid 1000): mains came back\n");
	free(history);
	whole_stop(&w);
}

/* What is not reported now: cause and state of each row. */
static const char *
quiet(struct whole *w)
{
	static char text[128];
	const struct silences *silences = alarms_silences(w->alarms);
	const struct scope *all = scopes_all(w->f.scopes);
	const struct silence *row = arc_seek(silences, all, 0, 0, true);
	struct silence_info info;

	text[0] = '\0';
	for (; row != NULL;
	     row = arc_seek(silences, all, info.criteria.resource, info.probable_cause, false)) {
		silence_describe(silences, row, &info);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u:%s ", info.probable_cause,
		    arc_state_names[info.state]);
	}
	return text;
}

static void
what_is_repaired_is_not_reported_while_somebody_is_on_site(void)
{
	struct whole w;

	whole_start(&w);
	uint32_t site = model_site(w.f.model, "NIN-0042")->entity.number;
	devices_are(&w, TOWERD_PRESENCE_REACHABLE);
	CU_ASSERT_EQUAL(alarm_raise(w.alarms, site, "power/mains-failure", "", TOWERD_MAJOR, "", 0), 0);
	CU_ASSERT_EQUAL(alarm_raise(w.alarms, site, "env/smoke", "", 0, "", 0), 0);
	lead_to(&w, TICKET_EN_ROUTE);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "");
	CU_ASSERT_EQUAL(step(&w, 1, EV_ARRIVE, NULL), TICKET_APPLIED);
	loop_step(w.f.loop, 0);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI "); /* of the smoke nobody is kept in the dark */
	restart(&w);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI ");
	CU_ASSERT_EQUAL(step(&w, 1, EV_RESTORED, NULL), TICKET_APPLIED);
	loop_step(w.f.loop, 0);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI ");
	CU_ASSERT_EQUAL(step(&w, 1, EV_REOPEN, NULL), TICKET_APPLIED);
	loop_step(w.f.loop, 0);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "");
	whole_stop(&w);
}

static void
a_ticket_bounds_what_it_keeps_quiet_by_its_due_time(void)
{
	struct whole w;
	char names[32];

	whole_start(&w);
	uint32_t site = model_site(w.f.model, "NIN-0042")->entity.number;
	snprintf(names, sizeof(names), "%u.106 %u.110", site, site);
	CU_ASSERT_EQUAL(alarm_raise(w.alarms, site, "power/mains-failure", "", TOWERD_MAJOR, "", 0), 0);
	lead_to(&w, TICKET_ON_SITE);
	loop_step(w.f.loop, 0);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI ");
	/* It names what it is about, and is due in an hour. */
	struct ticket_step asked = { .ticket = 1,
		.event = EV_NOTE,
		.by = BY_OPERATOR,
		.actor = "uid 1000",
		.note = "the fuses too",
		.names = names,
		.due_ms = loop_utc_ms(w.f.loop) + 3600000 };
	CU_ASSERT_EQUAL(ticket_step(w.repair, &asked, answered, &w), 0);
	loop_step(w.f.loop, 0);
	CU_ASSERT_STRING_EQUAL(ticket_find(w.repair, 1)->names, names);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI 110:nalmQICD ");
	loop_step(w.f.loop, 50 * 60000);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI "); /* the fuses are well */
	asked.names = NULL;
	asked.due_ms = loop_utc_ms(w.f.loop) + 3600000;
	CU_ASSERT_EQUAL(ticket_step(w.repair, &asked, answered, &w), 0);
	loop_step(w.f.loop, 3600000 - 1000);
	CU_ASSERT_STRING_EQUAL(quiet(&w), "106:nalmQI ");
	loop_step(w.f.loop, 1000);
	CU_ASSERT_STRING_EQUAL(quiet(&w), ""); /* unfinished, and due */
	whole_stop(&w);
}

static const struct claim claims[] = {
	CLAIM(what_is_repaired_is_not_reported_while_somebody_is_on_site),
	CLAIM(a_ticket_bounds_what_it_keeps_quiet_by_its_due_time),
	CLAIM(a_restart_finds_tickets_crews_and_counts),
	CLAIM(real_alarms_refute_and_real_devices_prove_a_claim),
	CLAIM(clearance_of_the_real_site_guards_the_crew),
	CLAIM(the_journal_tells_the_history_of_a_ticket),
};
CLAIMS_MAIN("repair_whole", claims)
