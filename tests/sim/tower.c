/* SPDX-License-Identifier: ISC */
/* One simulated portable tower. */
#include "tests/sim/tower.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define RETRY_MS 2000

bool
tower_id_is_valid(const char *id)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t size = strlen(id);
	return size >= 1 && size <= 32 && strspn(id, letters) == size && strchr("._-", id[0]) == NULL;
}

struct tower *
tower_new(const char *id, const char *prefix, const struct sockaddr_in *broker)
{
	struct tower *tower = calloc(1, sizeof(*tower));
	if (tower == NULL)
		return NULL;
	strcpy(tower->id, id);
	strcpy(tower->model, "sim-tower");
	strcpy(tower->software, "1.0");
	strcpy(tower->deployment, "on-air");
	tower->prefix = prefix;
	tower->broker = broker;
	tower->interval_ms = 10000;
	return tower;
}

void
tower_free(struct tower *tower)
{
	if (tower == NULL)
		return;
	link_cut(tower->link);
	link_cut(tower->leaving);
	sensors_fini(&tower->sensors);
	free(tower);
}

static void
write_time(const struct tower *tower, FILE *out)
{
	int64_t utc_ms = sim_clock_utc_ms() + tower->skew_ms;
	time_t seconds = (time_t)(utc_ms / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(out, "\"t\":\"%s.%03dZ\"", text, (int)(utc_ms % 1000));
}

/* PREFIX/site/ID/END */
static void
write_topic(const struct tower *tower, const char *end, char topic[256])
{
	snprintf(topic, 256, "%s/site/%s/%s", tower->prefix, tower->id, end);
}

int
tower_publish_raw(struct tower *tower, const char *topic_end, const char *payload)
{
	char topic[256];
	write_topic(tower, topic_end, topic);
	int rc = link_publish(tower->link, topic, payload, strcmp(topic_end, "status") == 0);
	if (rc == 0)
		tower->published++;
	return rc;
}

/* A payload in the making. */
struct draft {
	char *text;
	size_t size;
	FILE *out;
};

static int
draft_begin(struct draft *draft)
{
	*draft = (struct draft){ 0 };
	draft->out = open_memstream(&draft->text, &draft->size);
	return draft->out == NULL ? -ENOMEM : 0;
}

static int
draft_publish(struct draft *draft, struct tower *tower, const char *topic_end)
{
	int rc = fclose(draft->out) != 0 ? -ENOMEM : tower_publish_raw(tower, topic_end, draft->text);
	free(draft->text);
	return rc;
}

int
tower_publish_status(struct tower *tower)
{
	struct draft draft;
	int rc = draft_begin(&draft);
	if (rc < 0)
		return rc;
	fprintf(draft.out, "{\"online\":true,\"session\":\"%s\",", tower->session);
	write_time(tower, draft.out);
	fputs(",\"model\":", draft.out);
	json_write_text(tower->model, draft.out);
	fputs(",\"software\":", draft.out);
	json_write_text(tower->software, draft.out);
	fputs(",\"deployment\":", draft.out);
	json_write_text(tower->deployment, draft.out);
	putc('}', draft.out);
	return draft_publish(&draft, tower, "status");
}

int
tower_publish_telemetry(struct tower *tower)
{
	struct draft draft;
	int rc = draft_begin(&draft);
	if (rc < 0)
		return rc;
	putc('{', draft.out);
	write_time(tower, draft.out);
	fprintf(draft.out, ",\"seq\":%lld,\"sensors\":", (long long)tower->seq + 1);
	sensors_write(&tower->sensors, sim_clock_ms(), draft.out);
	putc('}', draft.out);
	rc = draft_publish(&draft, tower, "telemetry");
	if (rc == 0)
		tower->seq++;
	return rc;
}

int
tower_publish_position(struct tower *tower)
{
	struct draft draft;
	int rc = draft_begin(&draft);
	if (rc < 0)
		return rc;
	putc('{', draft.out);
	write_time(tower, draft.out);
	fprintf(draft.out, ",\"lat\":%s,\"lon\":%s", tower->position.lat, tower->position.lon);
	if (tower->position.alt[0] != '\0')
		fprintf(draft.out, ",\"alt\":%s", tower->position.alt);
	if (tower->position.accuracy[0] != '\0')
		fprintf(draft.out, ",\"accuracy\":%s", tower->position.accuracy);
	putc('}', draft.out);
	return draft_publish(&draft, tower, "position");
}

int
tower_publish_alarm(struct tower *tower, const char *alarm_id, const char *type, const char *state,
    const char *severity, const char *text)
{
	const char *const fields[][2] = { { "id", alarm_id }, { "type", type }, { "state", state },
		{ "severity", severity }, { "text", text } };
	struct draft draft;
	int rc = draft_begin(&draft);
	if (rc < 0)
		return rc;
	putc('{', draft.out);
	write_time(tower, draft.out);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		fprintf(draft.out, ",\"%s\":", fields[i][0]);
		json_write_text(fields[i][1], draft.out);
	}
	putc('}', draft.out);
	return draft_publish(&draft, tower, "alarm");
}

static void
tower_connect(struct tower *tower, int64_t now_ms)
{
	uint64_t random = 0;
	char topic[256], will[96], client_id[64];

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = (uint64_t)now_ms;
	snprintf(tower->session, sizeof(tower->session), "%016llx", (unsigned long long)random);
	/* A client of its own for each session: the broker must not end an old connection because a new one came. */
	snprintf(client_id, sizeof(client_id), "%s-%s", tower->id, tower->session);
	snprintf(will, sizeof(will), "{\"online\":false,\"session\":\"%s\"}", tower->session);
	write_topic(tower, "status", topic);
	tower->is_born = false;
	tower->next_connect_ms = now_ms + RETRY_MS;
	if (link_open(tower->broker, client_id, topic, will, &tower->link) < 0)
		tower->link = NULL;
}

static void
be_born(struct tower *tower, int64_t now_ms)
{
	tower->is_born = true;
	(void)tower_publish_status(tower);
	if (tower->position.lat[0] != '\0')
		(void)tower_publish_position(tower);
	tower->next_report_ms = now_ms;
}

void
tower_run(struct tower *tower, int64_t now_ms)
{
	if (tower->leaving != NULL && (link_is_gone(tower->leaving) || now_ms >= tower->leaving_cut_ms)) {
		link_cut(tower->leaving);
		tower->leaving = NULL;
	}
	if (tower->link != NULL && link_is_gone(tower->link)) {
		link_cut(tower->link);
		tower->link = NULL;
		tower->next_connect_ms = now_ms + RETRY_MS;
	}
	if (tower->link == NULL && !tower->is_away && now_ms >= tower->next_connect_ms)
		tower_connect(tower, now_ms);
	if (!link_is_up(tower->link))
		return;
	if (!tower->is_born)
		be_born(tower, now_ms);
	if (!tower->is_silent && now_ms >= tower->next_report_ms) {
		(void)tower_publish_telemetry(tower);
		/* From the plan, not from now: no drift. After a pause there is one report, not all that were missed. */
		tower->next_report_ms += tower->interval_ms;
		if (tower->next_report_ms <= now_ms)
			tower->next_report_ms = now_ms + tower->interval_ms;
	}
}

int64_t
tower_next_ms(const struct tower *tower)
{
	int64_t next_ms = tower->leaving != NULL ? tower->leaving_cut_ms : SIM_NEVER, due_ms = SIM_NEVER;
	if (tower->link == NULL && !tower->is_away)
		due_ms = tower->next_connect_ms;
	else if (link_is_up(tower->link) && !tower->is_silent)
		due_ms = tower->next_report_ms;
	return due_ms < next_ms ? due_ms : next_ms;
}

void
tower_drop(struct tower *tower)
{
	link_cut(tower->link);
	tower->link = NULL;
	tower->is_away = true;
}

void
tower_leave(struct tower *tower)
{
	char goodbye[96];

	tower->is_away = true;
	if (!link_is_up(tower->link)) {
		tower_drop(tower);
		return;
	}
	snprintf(goodbye, sizeof(goodbye), "{\"online\":false,\"session\":\"%s\"}", tower->session);
	(void)tower_publish_raw(tower, "status", goodbye);
	link_leave(tower->link);
	link_cut(tower->leaving);
	tower->leaving = tower->link;
	tower->leaving_cut_ms = SIM_NEVER;
	tower->link = NULL;
}

void
tower_return(struct tower *tower)
{
	if (tower->is_away)
		tower->next_connect_ms = 0;
	tower->is_away = false;
}

int
tower_will_late(struct tower *tower, int64_t cut_ms)
{
	if (!link_is_up(tower->link))
		return -ENOTCONN;
	link_cut(tower->leaving);
	tower->leaving = tower->link;
	tower->leaving_cut_ms = cut_ms;
	tower->link = NULL;
	tower->next_connect_ms = 0;
	return 0;
}
