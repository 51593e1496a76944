/* SPDX-License-Identifier: ISC */
/* Crew updates: a signed token goes to the agent; its receipt is published after the commit. Only the agent can read the token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/mqtt/mqtt.h"

#define WAITING_MAX \
	4096 /* updates whose receipt is outstanding; beyond it a phone gets none and sends again */

struct waiting {
	uint64_t cookie;
	char crew[TOPIC_ID_MAX + 1];
	struct waiting *next;
};

struct crews {
	struct mqtt_state *mqtt;
	uint64_t next_cookie;
	struct waiting *waiting;
	size_t count;
};

int
crews_start(struct mqtt_state *mqtt, struct crews **out)
{
	struct crews *crews = calloc(1, sizeof(*crews));

	if (crews == NULL)
		return -ENOMEM;
	crews->mqtt = mqtt;
	*out = crews;
	return 0;
}

void
crews_stop(struct crews *crews)
{
	while (crews != NULL && crews->waiting != NULL) {
		struct waiting *w = crews->waiting;
		crews->waiting = w->next;
		free(w);
	}
	free(crews);
}

void
crew_message(struct crews *crews, const struct topic *topic, const struct message *message)
{
	struct towerd_ctx *ctx = crews->mqtt->ctx;
	struct waiting *w = crews->count < WAITING_MAX ? calloc(1, sizeof(*w)) : NULL;

	if (w == NULL) {
		towerd_reject(ctx, 0, message->topic, "too many updates wait for their receipt");
		return;
	}
	w->cookie = ++crews->next_cookie;
	memcpy(w->crew, topic->id, sizeof(w->crew));
	w->next = crews->waiting;
	crews->waiting = w;
	crews->count++;
	int rc = towerd_crew_update(ctx, topic->id, message->payload, message->len, w->cookie);
	if (rc < 0) {
		crews->waiting = w->next;
		crews->count--;
		free(w);
		towerd_reject(
		    ctx, 0, message->topic, "the update could not be taken; the phone will send it again");
	}
}

void
crew_receipt(struct crews *crews, uint64_t cookie, const struct towerd_receipt *receipt)
{
	const struct mqtt_config *config = towerd_config(crews->mqtt->ctx);
	struct waiting **at = &crews->waiting;

	while (*at != NULL && (*at)->cookie != cookie)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	struct waiting *w = *at;
	*at = w->next;
	crews->count--;

	char topic[256];
	struct towerd_json_writer json = { 0 };
	snprintf(topic, sizeof(topic), "%s/crew/%s/ack", config->prefix, w->crew);
	free(w);
	towerd_json_open(&json, NULL, '{');
	towerd_json_put_text(&json, "id", receipt->id);
	towerd_json_put_text(&json, "result", receipt->result);
	if (receipt->state[0] != '\0')
		towerd_json_put_text(&json, "state", receipt->state);
	if (receipt->reason[0] != '\0')
		towerd_json_put_text(&json, "reason", receipt->reason);
	towerd_json_close(&json, '}');
	const char *text = towerd_json_done(&json);
	if (text == NULL || connection_publish(crews->mqtt->connection, topic, text) < 0)
		towerd_count(crews->mqtt->ctx, "receipts-lost", 1);
	towerd_json_fini(&json);
}
