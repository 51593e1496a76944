/* SPDX-License-Identifier: ISC */
/* What the world sees of repairs: towerdTicketTable and towerdCrewTable (TOWERD-REPAIR-MIB), and why tokens were refused. */
#include <string.h>

#include "agent/repair/inside.h"

static bool
seek_order(struct order *order, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	uint32_t bound;
	struct order_key at;

	if (!view_key_bound(key, key_len, inclusive, &bound, 1))
		return false;
	row->object = order_seek(order, row->scope, (struct order_key){ 0, bound }, true, &at);
	if (row->object == NULL)
		return false;
	row->key[0] = (uint32_t)at.lo;
	row->key_len = 1;
	return true;
}

/* A time that is not set is not there. */
#define DATE_GETTER(name, type, member)                                             \
	static struct towerd_value name(const struct view_row *row)                 \
	{                                                                           \
		int64_t utc_ms = ((const type *)row->object)->member;               \
		return towerd_int(utc_ms != 0 ? TOWERD_DATE : TOWERD_NONE, utc_ms); \
	}

/* Tickets. */

DATE_GETTER(get_due, struct ticket, due_ms)
DATE_GETTER(get_eta, struct ticket, eta_ms)
DATE_GETTER(get_verify_until, struct ticket, verify_until_ms)

static struct towerd_value
get_attested(const struct view_row *row)
{
	return towerd_int(TOWERD_TRUTH, ((const struct ticket *)row->object)->is_attested);
}

/* While verifying: what it waits for. Else why it is blocked, cancelled, back with the crew, or closed by an operator's word. */
static struct towerd_value
get_reason(const struct view_row *row)
{
	const struct ticket *ticket = row->object;
	const char *text = ticket->waits_for[0] != '\0' ? ticket->waits_for : ticket->reason;
	return towerd_bytes(TOWERD_TEXT, text, strlen(text));
}

#define TICKET(member)      VIEW_FIELD(struct ticket, member)
#define TICKET_TEXT(member) VIEW_TEXT(struct ticket, member)
#define OPERATE             VIEW_FLAGS(TOWERD_COLUMN_OPERATE)

static const struct view_column ticket_columns[] = {
	VIEW_COLUMN(
	    1, "towerdTicketNumber", TOWERD_UNSIGNED, TICKET(number), VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdTicketSite", TOWERD_TEXT, TICKET_TEXT(site_id)),
	VIEW_COLUMN(3, "towerdTicketSiteNumber", TOWERD_UNSIGNED, TICKET(site)),
	VIEW_COLUMN(4, "towerdTicketState", TOWERD_ENUM, TICKET(state), VIEW_NAMES(ticket_state_names + 1)),
	VIEW_COLUMN(5, "towerdTicketTitle", TOWERD_TEXT, TICKET_TEXT(title)),
	VIEW_COLUMN(6, "towerdTicketCrew", TOWERD_TEXT, TICKET_TEXT(crew), OPERATE),
	VIEW_COLUMN(7, "towerdTicketOpened", TOWERD_DATE, TICKET(opened_ms)),
	VIEW_COLUMN(8, "towerdTicketChanged", TOWERD_DATE, TICKET(changed_ms)),
	VIEW_COLUMN(9, "towerdTicketDue", TOWERD_DATE, .get = get_due),
	VIEW_COLUMN(10, "towerdTicketEta", TOWERD_DATE, .get = get_eta, OPERATE),
	VIEW_COLUMN(11, "towerdTicketVerifyUntil", TOWERD_DATE, .get = get_verify_until),
	VIEW_COLUMN(12, "towerdTicketAttested", TOWERD_TRUTH, .get = get_attested),
	VIEW_COLUMN(13, "towerdTicketReason", TOWERD_TEXT, .get = get_reason, OPERATE),
	VIEW_COLUMN(14, "towerdTicketLastNote", TOWERD_TEXT, TICKET_TEXT(last_note), OPERATE),
	VIEW_COLUMN(15, "towerdTicketUpdates", TOWERD_UNSIGNED, TICKET(updates)),
};

static bool
ticket_seek(
    const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct repair *repair = view->arg;

	if (!seek_order(repair->tickets_order, row, key, key_len, inclusive))
		return false;
	row->object = ((const struct slot *)row->object)->durable;
	return true;
}

/* Crews' devices. */

static const char *const alg_names[] = { "es256", "hs256", NULL }; /* enum jws_alg, as SMI wants its labels */
static const char *const crew_state_names[] = { "enrolled", "revoked", NULL };

static struct towerd_value
get_alg(const struct view_row *row)
{
	const struct crew_device *device = row->object;
	return towerd_int(TOWERD_ENUM, jws_key_alg(device->key));
}

static struct towerd_value
get_crew_state(const struct view_row *row)
{
	const struct crew_device *device = row->object;
	return towerd_int(TOWERD_ENUM, device->revoked_ms != 0 ? 2 : 1);
}

DATE_GETTER(get_revoked, struct crew_device, revoked_ms)
DATE_GETTER(get_last_update, struct crew_device, last_update_ms)

static const struct view_column crew_columns[] = {
	VIEW_COLUMN(1, "towerdCrewIndex", TOWERD_UNSIGNED, VIEW_FIELD(struct crew_device, number),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdCrewName", TOWERD_TEXT, VIEW_TEXT(struct crew_device, crew), OPERATE),
	VIEW_COLUMN(3, "towerdCrewDevice", TOWERD_TEXT, VIEW_TEXT(struct crew_device, kid), OPERATE),
	VIEW_COLUMN(4, "towerdCrewAlgorithm", TOWERD_ENUM, .get = get_alg, VIEW_NAMES(alg_names)),
	VIEW_COLUMN(5, "towerdCrewState", TOWERD_ENUM, .get = get_crew_state, VIEW_NAMES(crew_state_names)),
	VIEW_COLUMN(6, "towerdCrewEnrolled", TOWERD_DATE, VIEW_FIELD(struct crew_device, enrolled_ms)),
	VIEW_COLUMN(7, "towerdCrewRevoked", TOWERD_DATE, .get = get_revoked),
	VIEW_COLUMN(8, "towerdCrewLastUpdate", TOWERD_DATE, .get = get_last_update, OPERATE),
	VIEW_COLUMN(9, "towerdCrewUpdates", TOWERD_COUNTER, VIEW_FIELD(struct crew_device, updates)),
	VIEW_COLUMN(10, "towerdCrewRefused", TOWERD_COUNTER, VIEW_FIELD(struct crew_device, refused)),
	VIEW_COLUMN(0, "enrolledBy", TOWERD_TEXT, VIEW_TEXT(struct crew_device, enrolled_by),
	    VIEW_FLAGS(TOWERD_COLUMN_LOCAL | TOWERD_COLUMN_OPERATE)),
};

static bool
crew_seek(const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct repair *repair = view->arg;
	return seek_order(repair->devices_order, row, key, key_len, inclusive);
}

/* Tokens refused before they reached a ticket, by cause: a row each, always. */

static struct towerd_value
get_cause(const struct view_row *row)
{
	return towerd_int(TOWERD_ENUM, row->key[0]);
}

static const struct view_column reject_columns[] = {
	VIEW_COLUMN(1, "towerdCrewRejectCause", TOWERD_ENUM, .get = get_cause, VIEW_NAMES(crew_reject_names),
	    VIEW_FLAGS(TOWERD_COLUMN_INDEX)),
	VIEW_COLUMN(2, "towerdCrewRejects", TOWERD_COUNTER64, .width = sizeof(uint64_t)),
};

static bool
reject_seek(
    const struct view *view, struct view_row *row, const uint32_t *key, size_t key_len, bool inclusive)
{
	const struct repair *repair = view->arg;
	uint32_t cause;

	if (!view_key_bound(key, key_len, inclusive, &cause, 1) || cause >= CREW_REJECTS)
		return false;
	if (cause == 0)
		cause = 1;
	row->key[0] = cause;
	row->key_len = 1;
	row->object = &repair->rejects[cause];
	return true;
}

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

int
repair_add_views(struct repair *repair, struct views *views)
{
	const struct view declared[REPAIR_VIEWS] = {
		{ "towerdTicketTable", "tickets", ".4.1.1.1", COLUMNS(ticket_columns), false, ticket_seek,
		    NULL, repair },
		{ "towerdCrewTable", "crews", ".4.1.2.1", COLUMNS(crew_columns), false, crew_seek, NULL,
		    repair },
		{ "towerdCrewRejectTable", "refused crew tokens", ".4.1.3.1", COLUMNS(reject_columns), false,
		    reject_seek, NULL, repair },
	};

	for (size_t i = 0; i < REPAIR_VIEWS; i++) {
		repair->views[i] = declared[i];
		int rc = views_add(views, &repair->views[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}
