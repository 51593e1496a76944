/* SPDX-License-Identifier: ISC */
/*
 * The list against its reference: random sequences of events do the same to both: the same states, the same announcements in the same order;
 * and when every cause of an alarm has ended, no alarm is left, and nobody holds one.
 *
 * A sequence that differs is made as short as it gets and printed. TOWERD_SEED repeats one; TOWERD_LONG runs five million.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/alarm/list/fake_store.h"
#include "agent/alarm/list/fake_verdicts.h"
#include "agent/alarm/list/inside.h"
#include "agent/alarm/list/reference.h"
#include "agent/model/inventory.h"
#include "tests/support/cunit_main.h"

#define EVENTS_MAX 64
#define RESOURCES  3
#define TYPES      (REFERENCE_KEYS / 2 / RESOURCES)
#define SHORT_MS   20000
#define LONG_COUNT 5000000u

/* So far apart that what falls due by one of them never does so together with what another one began: events come at whole seconds, or a few ms off. */
#define CONFIRM_MS    10300
#define CAUSE_WAIT_MS 20440
#define RECHECK_MS    30170

static const char sites[] =
    "sites:\n"
    "  - { id: NIN-1, kind: fixed, area: nineveh/east, devices: [ { id: power, driver: test } ] }\n"
    "  - { id: NIN-2, kind: fixed, area: nineveh/west, devices: [ { id: power, driver: test } ] }\n";

static const char *const type_names[TYPES] = { "genset/low-fuel", "power/dc-undervoltage",
	"env/tower-tilt-or-vibration", "agent/restarted" };
static const char *const qualifiers[] = { "", "b" };
static const char *const audience_names[REFERENCE_AUDIENCES] = { "nms-0", "nms-1", "nms-2" };
static const char *const notify_names[] = { "all", "raise-and-clear", "severity-level" };
static const char *const record_names[] = { "raise", "change", "clear", "tell", "operator" };
static const char *const clearance_names_of[] = { "any", "cleared", "not-cleared" };
static const int steps_ms[] = { 1, 1999, 2000, 30000, 600000 };

enum event_kind {
	EV_RAISE,
	EV_HINT,
	EV_REWORD,
	EV_CLEAR,
	EV_OPERATE,
	EV_CAUSE,
	EV_SILENCE,
	EV_LOOK,
	EV_PASS,
	EV_OPEN,
	EV_CLOSE,
	EV_LOST,
	EV_PURGE,
	EV_COMPRESS,
	EV_RESTART,
};

struct event {
	enum event_kind kind;
	int key;     /* of an alarm, or an audience */
	int a, b, c; /* as the kind says */
	unsigned d;
};

struct sequence {
	struct event events[EVENTS_MAX];
	int count;
};

/* The real one, and what it announced. */
struct bench {
	struct loop *loop;
	struct scopes *scopes;
	struct store *store;
	struct model *model;
	struct alarms *alarms;
	uint32_t resources[RESOURCES];
	struct reference_type types[TYPES];
	struct reference_note notes[REFERENCE_NOTES];
	int note_count;
	bool has_restart; /* this sequence */
	unsigned touched; /* keys that this sequence knows, a bit for each */
	struct reference reference;
	bool is_open[REFERENCE_AUDIENCES]; /* and what each asks for */
	struct event opened[REFERENCE_AUDIENCES];
	char why[512]; /* the first difference; "": none */
};

static struct bench bench;
static const struct sequence *running;

/* Random numbers: splitmix64. */
static uint64_t random_state;

static uint64_t
random_next(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static int
random_below(int n)
{
	return (int)(random_next() % (uint64_t)n);
}

/* Keys: by resource, type, qualifier. */
static int
key_resource(int key)
{
	return key / 2 / TYPES;
}

static int
key_type(int key)
{
	return key / 2 % TYPES;
}

static struct entry *
key_entry(const struct bench *b, int key)
{
	return entry_find_any(
	    b->alarms, b->resources[key_resource(key)], type_names[key_type(key)], qualifiers[key % 2]);
}

static int
name_index(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int
key_of(const struct bench *b, uint32_t resource, const char *type, const char *qualifier)
{
	for (int r = 0; r < RESOURCES; r++)
		if (b->resources[r] == resource)
			return (r * TYPES + name_index(type_names, TYPES, type)) * 2 +
			    name_index(qualifiers, 2, qualifier);
	return -1;
}

static const char *
text_of(int text)
{
	static const char *const texts[] = { "text 0", "text 1", "text 2" };

	switch (text) {
	case -OPERATOR_ACK:
		return "acknowledged";
	case -OPERATOR_CLOSED:
		return "closed";
	case -100:
		return "purged by tester";
	case -200:
		return "nothing has confirmed it for as long as it holds";
	default:
		return texts[text];
	}
}

static struct fake_verdict
verdict_of(void *arg, const struct entry *e)
{
	const struct bench *b = arg;
	const struct reference *r = &b->reference;
	int key = key_of(b, e->alarm.resource, e->alarm.type->name, e->alarm.qualifier);
	struct fake_verdict verdict = { .is_silenced = r->is_silenced[key], .may_come = r->may_come[key] };

	if (r->facts[key] >= 0)
		verdict.cause = key_entry(b, r->facts[key]);
	if (verdict.cause != NULL && verdict.cause->alarm.severity == TOWERD_CLEARED)
		verdict.cause = NULL;
	return verdict;
}

/* The real list: made, and made again over the same store. */

static const char *
member_of(const char *body, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);
	const char *at = body;

	out[0] = '\0';
	while ((at = strstr(at, name)) != NULL && (at[-1] != '"' || at[len] != '"' || at[len + 1] != ':'))
		at += len;
	if (at == NULL)
		return out;
	at += len + 2;
	at += *at == '"';
	len = strcspn(at, "\",}");
	if (len >= size)
		len = size - 1;
	memcpy(out, at, len);
	out[len] = '\0';
	return out;
}

static void
on_record(void *arg, const char *type, const char *body)
{
	struct bench *b = arg;
	char word[64];

	int record = strncmp(type, "alarm.", 6) == 0 ? name_index(record_names, 5, type + 6) : -1;
	if (record < 0 || b->note_count == REFERENCE_NOTES)
		return;
	struct reference_note *n = &b->notes[b->note_count++];
	*n = (struct reference_note){ .record = record_names[record] };
	n->severity = name_index(
	    alarm_severity_names, TOWERD_CRITICAL + 1, member_of(body, "severity", word, sizeof(word)));
	char qualifier[64], resource[16];
	n->key =
	    key_of(b, (uint32_t)strtoul(member_of(body, "resource", resource, sizeof(resource)), NULL, 10),
		member_of(body, "type", word, sizeof(word)),
		member_of(body, "qualifier", qualifier, sizeof(qualifier)));
	const char *told = strstr(body, "\"told-to\":");
	for (int i = 0; told != NULL && i < REFERENCE_AUDIENCES; i++)
		if (strstr(told, audience_names[i]) != NULL)
			n->told |= 1u << i;
}

static void
print_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg;
	printf("%s:%u:%u: %s\n", file, line, column, message);
}

static void
list_open(struct bench *b)
{
	struct towerd_fault_sink faults = { print_fault, NULL, 0 };
	struct inventory_result result;
	static const struct alarm_settings settings = {
		.confirm_ms = CONFIRM_MS, .cause_wait_ms = CAUSE_WAIT_MS, .recheck_ms = RECHECK_MS
	};
	char error[128];

	b->model = model_new(b->loop, NULL, b->scopes, NULL);
	CU_ASSERT_EQUAL_FATAL(inventory_import(b->model, "sites.yaml", sites, strlen(sites), false, "test",
				  &faults, &result, NULL, NULL),
	    0);
	b->resources[0] = model_device_at(model_site(b->model, "NIN-1"), "power")->entity.number;
	b->resources[1] = model_site(b->model, "NIN-1")->entity.number;
	b->resources[2] = model_device_at(model_site(b->model, "NIN-2"), "power")->entity.number;
	b->alarms = alarms_new(b->loop, b->store, b->scopes, b->model, &settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->alarms);
	CU_ASSERT_EQUAL_FATAL(alarms_load(b->alarms, error, sizeof(error)), 0);
}

static void
list_close(struct bench *b)
{
	alarms_stop(b->alarms);
	fake_store_commit(b->store);
	alarms_free(b->alarms);
	model_free(b->model);
}

static void
bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->loop = loop_new(&(struct loop_settings){ .clock = LOOP_CLOCK_STEP });
	b->scopes = scopes_new();
	b->store = fake_store_new(on_record, b);
	for (int t = 0; t < TYPES; t++)
		b->types[t] = (struct reference_type){ .is_safety = alarm_type_find(type_names[t])->is_safety,
			.is_event = alarm_type_find(type_names[t])->is_event };
	reference_init(&b->reference, CONFIRM_MS, CAUSE_WAIT_MS, RECHECK_MS);
	fake_verdicts_from(verdict_of, b);
	list_open(b);
}

static void
bench_close(struct bench *b)
{
	list_close(b);
	fake_store_free(b->store);
	scopes_free(b->scopes);
	loop_free(b->loop);
}

/* Rows are read by a restart alone, and cost more than all the rest: other sequences do without (the linker's --wrap). */
const char *__real_alarm_write_row(struct alarms *alarms, const struct entry *e);
const char *__wrap_alarm_write_row(struct alarms *alarms, const struct entry *e);

const char *
__wrap_alarm_write_row(struct alarms *alarms, const struct entry *e)
{
	return bench.has_restart ? __real_alarm_write_row(alarms, e) : "{}";
}

/* Events, done to both. */

static void
audience_do(struct bench *b, const struct event *e)
{
	static const char *const areas[] = { "nineveh/east" };
	const struct scope_reader east = {
		.name = "east", .role = ROLE_READ, .location = LOCATION_NEVER, .areas = areas, .area_count = 1
	};
	const struct audience_filter filter = { .scope = e->c ? scopes_open(b->scopes, &east, true, 0) : NULL,
		.notify = (enum audience_notify)e->a,
		.min_severity = e->b,
		.budget = e->d };
	unsigned scope = 0;

	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (!e->c || key_resource(k) < 2)
			scope |= 1u << k;
	audience_open(b->alarms, audience_names[e->key], &filter);
	reference_open(&b->reference, e->key, filter.notify, e->b, scope, e->d);
	b->is_open[e->key] = true;
	b->opened[e->key] = *e;
}

/* The agent ends and starts; its listeners come back and ask for the same. */
static void
restart_do(struct bench *b)
{
	list_close(b);
	list_open(b);
	reference_restart(&b->reference);
	for (int i = 0; i < REFERENCE_AUDIENCES; i++)
		if (b->is_open[i]) {
			audience_do(b, &b->opened[i]);
			loop_step(b->loop, 0);
			reference_pass(&b->reference, 0);
		}
}

static void
raise_do(struct bench *b, int key, int severity, int text, bool is_hint)
{
	struct moment moment = moment_now(b->alarms, 0);

	moment.is_hint = is_hint;
	int rc = raise_at(b->alarms, b->resources[key_resource(key)], type_names[key_type(key)],
	    qualifiers[key % 2], severity, text_of(text), &moment);
	CU_ASSERT_EQUAL(rc, 0);
	reference_raise(&b->reference, &b->types[key_type(key)], key, severity, text, is_hint);
}

/* The facts are the reference's; the list finds them when it asks. */
static void
look_do(struct bench *b, int key)
{
	struct entry *e = key_entry(b, key);

	if (reference_is_active(&b->reference, key))
		entry_rejudge(b->alarms, e);
	reference_judge(&b->reference, key);
}

static void
list_do(struct bench *b, const struct event *e)
{
	struct reference *r = &b->reference;
	const struct alarm_filter filter = { .clearance = (unsigned)e->a, .severity = e->b };

	if (e->kind == EV_PURGE)
		CU_ASSERT_EQUAL(alarms_purge(b->alarms, &filter, "tester"), reference_purge(r, e->a, e->b));
	if (e->kind == EV_COMPRESS)
		CU_ASSERT_EQUAL(
		    alarms_compress(b->alarms, &filter, "tester"), reference_compress(r, e->a, e->b));
}

static void
operate_do(struct bench *b, int key, enum operator_state state)
{
	const struct entry *e = key_entry(b, key);

	if (e != NULL)
		CU_ASSERT_EQUAL(
		    alarm_set_operator_state(b->alarms, e->alarm.number, state, "tester", "", NULL, NULL), 0);
	reference_operate(&b->reference, key, state);
}

static void
event_do(struct bench *b, const struct event *e)
{
	struct reference *r = &b->reference;
	const struct reference_alarm *a = &r->alarms[e->key];

	switch (e->kind) {
	case EV_RAISE:
	case EV_HINT:
		raise_do(b, e->key, e->a, e->b, e->kind == EV_HINT);
		break;
	case EV_REWORD:
		if (reference_is_active(r, e->key))
			raise_do(b, e->key, a->severity, e->b, a->is_hint);
		break;
	case EV_CLEAR:
		alarm_clear(b->alarms, b->resources[key_resource(e->key)], type_names[key_type(e->key)],
		    qualifiers[e->key % 2], text_of(e->b), 0);
		reference_clear(r, e->key, e->b);
		break;
	case EV_OPERATE:
		operate_do(b, e->key, (enum operator_state)e->a);
		break;
	case EV_CAUSE:
		r->facts[e->key] = e->a;
		r->may_come[e->key] = e->c;
		look_do(b, e->key);
		break;
	case EV_SILENCE:
		r->is_silenced[e->key] = e->a;
		look_do(b, e->key);
		break;
	case EV_LOOK:
		look_do(b, e->key);
		break;
	case EV_OPEN:
		audience_do(b, e);
		break;
	case EV_CLOSE:
		if (audience_find(b->alarms, audience_names[e->key]) >= 0)
			audience_close(b->alarms, audience_find(b->alarms, audience_names[e->key]));
		reference_close(r, e->key);
		b->is_open[e->key] = false;
		break;
	case EV_LOST:
		if (b->is_open[e->key]) {
			audience_lost(b->alarms, audience_find(b->alarms, audience_names[e->key]));
			reference_lost(r, e->key);
		}
		break;
	case EV_PURGE:
	case EV_COMPRESS:
		list_do(b, e);
		break;
	case EV_RESTART:
		restart_do(b);
		break;
	case EV_PASS:
		break;
	}
	fake_store_commit(b->store);
	loop_step(b->loop, e->kind == EV_PASS ? e->a : 0);
	reference_pass(r, e->kind == EV_PASS ? e->a : 0);
	fake_store_commit(b->store);
}

/* Both, compared. */

static void __attribute__((format(printf, 2, 3))) differ(struct bench *b, const char *format, ...)
{
	va_list args;

	if (b->why[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(b->why, sizeof(b->why), format, args);
	va_end(args);
}

static const char *
key_name(int key)
{
	static const char *const resources[] = { "NIN-1/power", "NIN-1", "NIN-2/power" };
	static char names[4][80];
	static unsigned next;
	char *name = names[next++ % 4];

	snprintf(name, sizeof(names[0]), "%s %s \"%s\"", resources[key_resource(key)],
	    type_names[key_type(key)], qualifiers[key % 2]);
	return name;
}

static const char *
note_text(const struct reference_note *n)
{
	static char texts[2][128];
	static unsigned next;
	char *text = texts[next++ % 2];

	snprintf(text, sizeof(texts[0]), "%s %s %s, told:%s%s%s", n->record, key_name(n->key),
	    alarm_severity_names[n->severity], n->told & 1 ? " 0" : "", n->told & 2 ? " 1" : "",
	    n->told & 4 ? " 2" : "");
	return text;
}

static void
notes_compare(struct bench *b)
{
	struct reference *r = &b->reference;

	for (int i = 0; i < b->note_count && i < r->note_count; i++) {
		const struct reference_note *is = &b->notes[i], *should = &r->notes[i];
		if (strcmp(is->record, should->record) != 0 || is->key != should->key ||
		    is->severity != should->severity || is->told != should->told)
			differ(b, "announced: %s\n  expected:  %s", note_text(is), note_text(should));
	}
	if (b->note_count > r->note_count)
		differ(b, "announced, and should not: %s", note_text(&b->notes[r->note_count]));
	if (b->note_count < r->note_count)
		differ(b, "not announced: %s", note_text(&r->notes[b->note_count]));
	b->note_count = r->note_count = 0;
}

static void
history_compare(struct bench *b, int key, const struct alarm *is)
{
	const struct reference_alarm *should = &b->reference.alarms[key];
	struct alarm_change change;
	int i = 0;

	for (; alarm_history_at(is, (unsigned)i, &change); i++)
		if (i >= should->change_count || change.severity != should->changes[i].severity ||
		    strcmp(change.text, text_of(should->changes[i].text)) != 0)
			differ(b, "%s: change %d is %s \"%s\"", key_name(key), i,
			    alarm_severity_names[change.severity], change.text);
	if (i != should->change_count)
		differ(b, "%s: %d changes, should be %d", key_name(key), i, should->change_count);
}

static void
told_compare(struct bench *b, int key, const struct alarm *is)
{
	for (int i = 0; i < REFERENCE_AUDIENCES; i++) {
		int audience = audience_find(b->alarms, audience_names[i]);
		int held = audience >= 0 ? audience_holds(b->alarms, audience, is) : 0;
		int should = b->reference.alarms[key].told[i];
		if (held != should)
			differ(b, "%s: audience %d holds %s, should hold %s", key_name(key), i,
			    alarm_severity_names[held], alarm_severity_names[should]);
	}
}

static void
alarm_compare(struct bench *b, int key)
{
	const struct entry *e = key_entry(b, key);
	const struct reference_alarm *should = &b->reference.alarms[key];

	if ((e == NULL) != (should->number == 0))
		differ(b, "%s %s", key_name(key), e == NULL ? "is not there" : "should not be there");
	if (e == NULL || should->number == 0)
		return;
	const struct alarm *is = &e->alarm;
	const struct {
		const char *name;
		long is, should;
	} values[] = {
		{ "severity", is->severity, should->severity },
		{ "operator state", is->operator_state, should->operator_state },
		{ "stand", is->stand, (long)reference_stand(&b->reference, key) },
		{ "raises", is->raises, should->raises },
		{ "consequences", is->consequences, reference_consequences(&b->reference, key) },
		{ "cause",
		    is->cause != 0 && should->cause >= 0 && key_entry(b, should->cause) != NULL
			? is->cause == key_entry(b, should->cause)->alarm.number
			: is->cause != 0,
		    should->cause >= 0 },
	};
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i].is != values[i].should)
			differ(b, "%s: %s is %ld, should be %ld", key_name(key), values[i].name, values[i].is,
			    values[i].should);
	if (strcmp(is->text, text_of(should->text)) != 0)
		differ(b, "%s: text is \"%s\"", key_name(key), is->text);
	told_compare(b, key, is);
	history_compare(b, key, is);
}

static void
compare(struct bench *b)
{
	size_t active = 0;

	notes_compare(b);
	for (int k = 0; k < REFERENCE_KEYS; k++)
		if (b->touched & 1u << k) {
			alarm_compare(b, k);
			active += reference_is_active(&b->reference, k);
		}
	if (alarms_active_count(b->alarms) != active)
		differ(b, "%zu are active, should be %zu", alarms_active_count(b->alarms), active);
}

/* Everything that could raise an alarm ends, everybody listens, time passes: nothing may be left. */
static void
end_all(struct bench *b)
{
	for (int k = 0; k < REFERENCE_KEYS && b->why[0] == '\0'; k++) {
		if (!(b->touched & 1u << k))
			continue;
		if (b->reference.is_silenced[k])
			event_do(b, &(struct event){ EV_SILENCE, k, false, 0, 0, 0 });
		if (b->reference.alarms[k].number == 0)
			continue;
		enum event_kind kind = b->types[key_type(k)].is_event ? EV_OPERATE : EV_CLEAR;
		event_do(b, &(struct event){ kind, k, OPERATOR_ACK, 1, 0, 0 });
		compare(b);
	}
	for (int i = 0; i < REFERENCE_AUDIENCES; i++) {
		event_do(b, &(struct event){ EV_OPEN, i, NOTIFY_ALL, 0, 0, 0 });
		compare(b);
	}
	for (int i = 0; i < 4; i++) {
		event_do(b, &(struct event){ EV_PASS, 0, 40000, 0, 0, 0 });
		compare(b);
	}
	for (int k = 0; k < REFERENCE_KEYS; k++) {
		const struct entry *e = key_entry(b, k);
		if (e != NULL && (e->alarm.severity != TOWERD_CLEARED || entry_is_told(e)))
			differ(b, "%s is stuck", key_name(k));
	}
	event_do(b, &(struct event){ EV_PURGE, 0, CLEARANCE_ANY, 0, 0, 0 });
	compare(b);
	for (int i = 0; i < REFERENCE_AUDIENCES; i++) {
		audience_acknowledged(b->alarms, audience_find(b->alarms, audience_names[i]), UINT64_MAX);
		event_do(b, &(struct event){ EV_CLOSE, i, 0, 0, 0, 0 });
	}
	for (int k = 0; k < REFERENCE_KEYS; k++) {
		b->reference.facts[k] = -1;
		b->reference.may_come[k] = false;
	}
	if (fake_store_rows(b->store, STORE_ALARM) != 0)
		differ(b, "a row is left in the store");
}

static bool
is_of_alarm(enum event_kind kind)
{
	return kind < EV_PASS;
}

/* How many of its events it took to differ; 0: it does not. */
static int
sequence_run(struct bench *b, const struct sequence *s)
{
	int done = 0;

	b->why[0] = '\0';
	b->reference.is_tie = false;
	b->touched = 0;
	b->has_restart = false;
	for (int i = 0; i < s->count; i++) {
		b->has_restart |= s->events[i].kind == EV_RESTART;
		b->touched |= is_of_alarm(s->events[i].kind) ? 1u << s->events[i].key : 0;
	}
	running = s;
	while (done < s->count && b->why[0] == '\0') {
		event_do(b, &s->events[done++]);
		compare(b);
	}
	if (b->why[0] == '\0')
		end_all(b);
	running = NULL;
	return b->why[0] != '\0' && !b->reference.is_tie ? done : 0;
}

/* Sequences. */

static int
severity_of(int key)
{
	const struct alarm_type *type = alarm_type_find(type_names[key_type(key)]);
	int severity;

	do
		severity = TOWERD_WARNING + random_below(TOWERD_CRITICAL - TOWERD_WARNING + 1);
	while (!(type->severities & 1u << severity));
	return severity;
}

static struct event
event_open(int audience)
{
	return (struct event){ .kind = EV_OPEN,
		.key = audience,
		.a = random_below(3),
		.b = random_below(3) == 0 ? 0 : TOWERD_WARNING + random_below(4),
		.c = random_below(3) == 0,
		.d = random_below(3) == 0 ? 1 + (unsigned)random_below(3) : 0 };
}

static struct event
event_random(const int *keys, int count)
{
	static const uint8_t odds[] = { [EV_RAISE] = 28,
		[EV_HINT] = 6,
		[EV_REWORD] = 4,
		[EV_CLEAR] = 18,
		[EV_OPERATE] = 5,
		[EV_CAUSE] = 10,
		[EV_SILENCE] = 4,
		[EV_LOOK] = 4,
		[EV_PASS] = 20,
		[EV_OPEN] = 4,
		[EV_CLOSE] = 3,
		[EV_LOST] = 1,
		[EV_PURGE] = 2,
		[EV_COMPRESS] = 2,
		[EV_RESTART] = 1 };
	struct event e = { .kind = EV_RAISE, .key = keys[random_below(count)] };

	for (int left = random_below(112); left >= odds[e.kind]; left -= odds[e.kind++])
		;
	e.b = random_below(3);
	switch (e.kind) {
	case EV_RAISE:
	case EV_HINT:
		e.a = severity_of(e.key);
		break;
	case EV_OPERATE:
		e.a = OPERATOR_NONE + random_below(3);
		break;
	case EV_CAUSE:
		e.a = keys[random_below(count)];
		if (e.a >= e.key || random_below(5) == 0) /* facts have no circles */
			e.a = -1;
		e.c = random_below(3) == 0;
		break;
	case EV_SILENCE:
		e.a = random_below(2);
		break;
	case EV_PASS:
		e.a = steps_ms[random_below(random_below(8) == 0 ? 5 : 4)];
		break;
	case EV_OPEN:
		return event_open(random_below(REFERENCE_AUDIENCES));
	case EV_CLOSE:
	case EV_LOST:
		e.key = random_below(REFERENCE_AUDIENCES);
		break;
	case EV_PURGE:
	case EV_COMPRESS:
		e.a = random_below(3);
		e.b = random_below(2) == 0 ? 0 : TOWERD_MINOR + random_below(3);
		break;
	default:
		break;
	}
	return e;
}

/* Few keys, so that they meet: of half of them the neighbour too. */
static void
sequence_random(struct sequence *s)
{
	int keys[6], count = 0, wanted = 1 + random_below(5);

	while (count < wanted) {
		keys[count++] = random_below(REFERENCE_KEYS);
		if (random_below(2) == 0)
			keys[count] = keys[count - 1] ^ 1, count++;
	}
	s->count = 0;
	for (int i = 0; i < REFERENCE_AUDIENCES; i++)
		if (random_below(4) != 0)
			s->events[s->count++] = event_open(i);
	for (int i = 5 + random_below(36); i > 0; i--)
		s->events[s->count++] = event_random(keys, count);
}

static void
event_print(const struct event *e)
{
	switch (e->kind) {
	case EV_RAISE:
	case EV_HINT:
		printf("  %s %s %s \"%s\"\n", e->kind == EV_HINT ? "hint" : "raise", key_name(e->key),
		    alarm_severity_names[e->a], text_of(e->b));
		break;
	case EV_REWORD:
	case EV_CLEAR:
		printf("  %s %s \"%s\"\n", e->kind == EV_CLEAR ? "clear" : "reword", key_name(e->key),
		    text_of(e->b));
		break;
	case EV_OPERATE:
		printf("  operator says %s of %s\n", operator_state_names[e->a], key_name(e->key));
		break;
	case EV_CAUSE:
		printf("  cause of %s: %s%s\n", key_name(e->key), e->a < 0 ? "none" : key_name(e->a),
		    e->c ? ", or it may still come" : "");
		break;
	case EV_SILENCE:
	case EV_LOOK:
		printf("  %s %s\n",
		    e->kind == EV_LOOK ? "look again at"
			: e->a         ? "silence begins for"
				       : "silence ends for",
		    key_name(e->key));
		break;
	case EV_PASS:
		printf("  %d ms pass\n", e->a);
		break;
	case EV_OPEN:
		printf("  audience %d opens: %s, from %s on, %s, budget %u\n", e->key, notify_names[e->a],
		    alarm_severity_names[e->b], e->c ? "NIN-1 alone" : "everything", e->d);
		break;
	case EV_CLOSE:
	case EV_LOST:
		printf("  audience %d %s\n", e->key,
		    e->kind == EV_CLOSE ? "closes" : "has lost what it was told");
		break;
	case EV_PURGE:
	case EV_COMPRESS:
		printf("  %s %s %s\n", e->kind == EV_PURGE ? "purge" : "compress", clearance_names_of[e->a],
		    e->b != 0 ? alarm_severity_names[e->b] : "");
		break;
	case EV_RESTART:
		printf("  the agent starts anew\n");
		break;
	}
}

static void
sequence_print(const struct sequence *s)
{
	for (int i = 0; i < s->count; i++)
		event_print(&s->events[i]);
	fflush(stdout);
}

static int
sequence_run_alone(const struct sequence *s)
{
	bench_open(&bench);
	int done = sequence_run(&bench, s);
	bench_close(&bench);
	return done;
}

/* Leaves out one event after the other, as long as it still differs. */
static void
sequence_shrink(struct sequence *s)
{
	for (int i = s->count - 1; i >= 0; i--) {
		struct sequence less = *s;
		memmove(&less.events[i], &less.events[i + 1],
		    (size_t)(--less.count - i) * sizeof(less.events[0]));
		if (sequence_run_alone(&less) == 0)
			continue;
		*s = less;
		i = s->count;
	}
}

static void
sequence_failed(struct sequence *s, uint64_t seed)
{
	printf("\nsequence %llu (TOWERD_SEED=%llu repeats it) differs: %s\n", (unsigned long long)seed,
	    (unsigned long long)seed, bench.why);
	bench_close(&bench);
	if (sequence_run_alone(s) == 0) {
		printf("only after the ones before it; all of its events:\n");
		sequence_print(s);
		return;
	}
	sequence_shrink(s);
	(void)sequence_run_alone(s);
	printf("the shortest of it:\n");
	sequence_print(s);
	printf("  %s\n", bench.why);
}

/* An address sanitizer ends the process: it says what ran. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void
on_death(void)
{
	if (running != NULL)
		sequence_print(running);
}

static int64_t
clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
random_sequences_do_the_same_to_the_list_and_to_its_reference(void)
{
	const char *seed = getenv("TOWERD_SEED"), *is_long = getenv("TOWERD_LONG");
	uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) << 24;
	int64_t end_ms = clock_ms() + SHORT_MS;
	unsigned count = 0, ties = 0;
	struct sequence s;

	bench_open(&bench);
	for (bool is_more = true; is_more; count++) {
		random_state = first + count;
		sequence_random(&s);
		if (sequence_run(&bench, &s) != 0) {
			sequence_failed(&s, first + count);
			CU_FAIL("they differ");
			return;
		}
		if (bench.why[0] != '\0') { /* not comparable: things fell due together */
			ties++;
			bench_close(&bench);
			bench_open(&bench);
		}
		if (is_long != NULL && (count + 1) % 100000 == 0)
			fprintf(stderr, "%u sequences\n", count + 1);
		is_more = seed != NULL ? false
		    : is_long != NULL  ? count + 1 < LONG_COUNT
				       : clock_ms() < end_ms;
	}
	bench_close(&bench);
	printf(
	    "%u sequences from seed %llu on, %u not comparable ... ", count, (unsigned long long)first, ties);
}

static const struct claim claims[] = {
	CLAIM(random_sequences_do_the_same_to_the_list_and_to_its_reference),
};

int
main(void)
{
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(on_death);
	return claims_run("the list and its reference", claims, sizeof(claims) / sizeof(claims[0]));
}
