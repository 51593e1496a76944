/* SPDX-License-Identifier: ISC */
/* Finding out what a device is: probes, a match, scalars and walks, a plan. */
#include "plugins/snmp/poll/discovery.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBES      8     /* in one GETNEXT, until it is answered with an error */
#define REPETITIONS 20    /* of a GETBULK */
#define OBJECTS_MAX 50000 /* of one device: a walk that goes on is one that never ends */
#define SCALARS     20    /* in one GET, until the device says tooBig */

struct discovery {
	const struct profiles *profiles;
	const char *profile;
	enum codec_version version;
	struct object_set *objects;
	size_t probe_at, probe_count, probe_size; /* asked now: probe_count from probe_at on */
	bool has_match;
	struct profile_match match;
	struct snmp_oid *scalars, *walks;
	size_t scalar_at, scalar_count, scalar_size; /* of a GET */
	size_t walk_at, walk_count;
	uint32_t cursor[TOWERD_OID_MAX]; /* where the walk stands */
	size_t cursor_len;
	unsigned repetitions;
	int error; /* ends the discovery: -EFBIG, the walk does not end; -ENOMEM */
	char name[256];
};

struct discovery *
discovery_new(const struct profiles *profiles, const char *profile, enum codec_version version)
{
	struct discovery *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->profiles = profiles;
	d->profile = profile;
	d->version = version;
	d->probe_size = PROBES;
	d->scalar_size = SCALARS;
	d->repetitions = REPETITIONS;
	d->objects = object_set_new();
	if (d->objects == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

void
discovery_free(struct discovery *d)
{
	if (d == NULL)
		return;
	object_set_free(d->objects);
	free(d->scalars);
	free(d->walks);
	free(d);
}

static int
add_walk(void *arg, struct snmp_oid root, bool is_scalar)
{
	struct discovery *d = arg;
	struct snmp_oid **list = is_scalar ? &d->scalars : &d->walks;
	size_t *count = is_scalar ? &d->scalar_count : &d->walk_count;
	struct snmp_oid *grown = realloc(*list, (*count + 1) * sizeof(*grown));

	if (grown == NULL)
		return -ENOMEM;
	*list = grown;
	grown[(*count)++] = root;
	return 0;
}

static void
walk_start(struct discovery *d)
{
	if (d->walk_at == d->walk_count)
		return;
	d->cursor_len = d->walks[d->walk_at].len;
	memcpy(d->cursor, d->walks[d->walk_at].ids, d->cursor_len * sizeof(uint32_t));
}

static bool
is_auto(const struct discovery *d)
{
	return strcmp(d->profile, "auto") == 0;
}

static void
find_match(struct discovery *d)
{
	const struct profile *named = is_auto(d) ? NULL : profiles_find(d->profiles, d->profile);

	d->has_match = true;
	if (named != NULL)
		profiles_match_named(d->profiles, named, d->objects, &d->match);
	else if (is_auto(d))
		profiles_match(d->profiles, d->objects, &d->match);
	for (size_t i = 0; i < d->match.count; i++) {
		size_t len = strlen(d->name);
		snprintf(d->name + len, sizeof(d->name) - len, "%s%s", i == 0 ? "" : "+",
		    profile_name(d->match.profiles[i]));
	}
	d->error = profile_match_walks(&d->match, add_walk, d);
	walk_start(d);
}

bool
discovery_next(struct discovery *d, struct session_question *question)
{
	size_t probes = profiles_probe_count(d->profiles);

	question->kept = NULL;
	if (d->probe_at < probes) {
		d->probe_count = probes - d->probe_at < d->probe_size ? probes - d->probe_at : d->probe_size;
		for (size_t i = 0; i < d->probe_count; i++)
			question->oids[i] = profiles_probe(d->profiles, d->probe_at + i);
		question->command = CODEC_GETNEXT;
		question->count = d->probe_count;
		return true;
	}
	if (!d->has_match)
		find_match(d);
	if (d->error < 0 || (d->scalar_at == d->scalar_count && d->walk_at == d->walk_count))
		return false;
	if (d->scalar_at < d->scalar_count) {
		size_t left = d->scalar_count - d->scalar_at;
		question->command = CODEC_GET;
		question->count = left < d->scalar_size ? left : d->scalar_size;
		memcpy(question->oids, &d->scalars[d->scalar_at], question->count * sizeof(*question->oids));
		return true;
	}
	question->command = d->version == CODEC_V1 ? CODEC_GETNEXT : CODEC_GETBULK;
	question->count = 1;
	question->oids[0] = (struct snmp_oid){ d->cursor, d->cursor_len };
	question->repetitions = d->repetitions;
	return true;
}

static void
probe_answer(struct discovery *d, const struct codec_answer *answer)
{
	/* SNMPv1 refuses all of a request for the sake of one object: then they are asked one by one. */
	if (answer->error != CODEC_NO_ERROR && d->probe_count > 1) {
		d->probe_size = 1;
		return;
	}
	for (size_t i = 0; answer->error == CODEC_NO_ERROR && i < answer->count && i < d->probe_count; i++) {
		struct snmp_oid probe = profiles_probe(d->profiles, d->probe_at + i);
		const struct snmp_object *o = &answer->objects[i];
		if (o->value.tag < SNMP_NO_SUCH_OBJECT &&
		    oid_has_prefix(o->ids, o->len, probe.ids, probe.len))
			(void)object_set_add(d->objects, o);
	}
	d->probe_at += d->probe_count;
}

static void
add_object(struct discovery *d, const struct snmp_object *object)
{
	int rc = object_set_add(d->objects, object);

	if (rc == -ENOMEM || object_set_count(d->objects) > OBJECTS_MAX)
		d->error = rc < 0 ? rc : -EFBIG;
}

static void
scalar_answer(struct discovery *d, const struct codec_answer *answer)
{
	size_t left = d->scalar_count - d->scalar_at, asked = left < d->scalar_size ? left : d->scalar_size;

	bool names_one = answer->error != CODEC_NO_ERROR && answer->error != CODEC_TOO_BIG &&
	    answer->error_index > 0 && (size_t)answer->error_index <= asked;
	if (answer->error != CODEC_NO_ERROR && !names_one && asked > 1) {
		d->scalar_size = asked / 2;
		return;
	}
	if (names_one) {
		/* The one that it will not answer (SNMPv1: does not have) spoils all: without it, then. */
		struct snmp_oid *bad = &d->scalars[d->scalar_at + (size_t)answer->error_index - 1];
		memmove(bad, bad + 1, (size_t)(d->scalars + d->scalar_count - (bad + 1)) * sizeof(*bad));
		d->scalar_count--;
		return;
	}
	for (size_t i = 0; answer->error == CODEC_NO_ERROR && i < answer->count && d->error == 0; i++)
		if (answer->objects[i].value.tag < SNMP_NO_SUCH_OBJECT)
			add_object(d, &answer->objects[i]);
	d->scalar_at += asked;
}

static void
walk_done(struct discovery *d)
{
	d->walk_at++;
	walk_start(d);
}

static void
walk_answer(struct discovery *d, const struct codec_answer *answer)
{
	const struct snmp_oid root = d->walks[d->walk_at];

	if (answer->error == CODEC_TOO_BIG && d->repetitions > 1) {
		d->repetitions /= 2;
		return;
	}
	if (answer->error != CODEC_NO_ERROR || answer->count == 0) { /* SNMPv1: the end; else a refusal */
		walk_done(d);
		return;
	}
	for (size_t i = 0; i < answer->count; i++) {
		const struct snmp_object *o = &answer->objects[i];
		bool is_onward =
		    o->len <= TOWERD_OID_MAX && oid_compare(o->ids, o->len, d->cursor, d->cursor_len) > 0;
		if (o->value.tag >= SNMP_NO_SUCH_OBJECT || !is_onward ||
		    !oid_has_prefix(o->ids, o->len, root.ids, root.len)) {
			walk_done(d);
			return;
		}
		d->cursor_len = o->len;
		memcpy(d->cursor, o->ids, o->len * sizeof(uint32_t));
		add_object(d, o);
		if (d->error < 0)
			return;
	}
}

void
discovery_answer(struct discovery *d, const struct codec_answer *answer)
{
	if (d->probe_at < profiles_probe_count(d->profiles))
		probe_answer(d, answer);
	else if (d->scalar_at < d->scalar_count)
		scalar_answer(d, answer);
	else
		walk_answer(d, answer);
}

static int __attribute__((format(printf, 4, 5)))
fail(int rc, char *reason, size_t size, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, size, format, ap);
	va_end(ap);
	return rc;
}

int
discovery_plan(struct discovery *d, struct profile_plan **out, char *reason, size_t size)
{
	struct profile_plan *plan;

	if (d->match.count == 0 && !is_auto(d))
		return fail(-ENOENT, reason, size, "there is no profile \"%s\"", d->profile);
	if (d->match.count == 0)
		return fail(-ENOENT, reason, size, "no profile fits this device");
	if (d->error == -EFBIG)
		return fail(-EFBIG, reason, size, "profile %s: a walk did not end within %d objects", d->name,
		    OBJECTS_MAX);
	int rc = d->error < 0 ? d->error : profile_plan_new(&d->match, d->objects, NULL, NULL, &plan);
	if (rc < 0)
		return fail(rc, reason, size, "%s", strerror(-rc));
	if (plan->sensor_count == 0) {
		profile_plan_free(plan);
		return fail(-ENOENT, reason, size, "profile %s finds no sensor in this device", d->name);
	}
	*out = plan;
	return 0;
}

const char *
discovery_profile(struct discovery *d)
{
	return d->name;
}

static const struct {
	const char *name;
	uint32_t ids[9];
} attributes[DISCOVERY_ATTRIBUTES] = {
	{ "sys-object-id", { 1, 3, 6, 1, 2, 1, 1, 2, 0 } },
	{ "sys-descr", { 1, 3, 6, 1, 2, 1, 1, 1, 0 } },
};

const char *
discovery_attribute_name(size_t i)
{
	return attributes[i].name;
}

int
discovery_attribute(struct discovery *d, size_t i, char *text, size_t size)
{
	const struct snmp_object *o = object_set_find(d->objects, attributes[i].ids, 9);

	text[0] = '\0';
	if (o != NULL && o->value.tag == SNMP_OID)
		oid_format(o->value.oid.ids, o->value.oid.len, text, size);
	if (o != NULL && o->value.tag == SNMP_OCTETS) {
		size_t len = 0;
		for (size_t k = 0; k < o->value.octets.len && len + 1 < size; k++)
			text[len++] = isprint(o->value.octets.data[k]) ? (char)o->value.octets.data[k] : ' ';
		text[len] = '\0';
	}
	return (int)strlen(text);
}
