/* SPDX-License-Identifier: ISC */
/* Finding out what a device is: probes, a match, scalars and walks, a plan. */
#include "plugins/snmp/poll/discovery.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/poll/subtree.h"

#define PROBES       8     /* in one GETNEXT, until it is answered with an error */
#define OBJECTS_MAX  50000 /* of one device: no real one has so many that a profile looks at */
#define WALK_MAX     4000  /* of one walk: one that goes on is one that never ends; … */
#define ENDLESS_MAX  400   /* … and of those after it: such a box does so everywhere */
#define ENDLESS_KEPT 64    /* objects of an endless walk that are held to be real */
#define SCALARS      20    /* in one GET, until the device says tooBig */

struct discovery {
	const struct profiles *profiles;
	const char *profile;
	struct learned *learned;
	struct object_set *objects;
	size_t probe_at, probe_count, probe_size; /* asked now: probe_count from probe_at on */
	bool has_match;
	struct profile_match match;
	struct snmp_oid *scalars, *walks;
	size_t scalar_at, scalar_count, scalar_size; /* of a GET */
	size_t walk_at, walk_count;
	struct subtree subtree; /* the walk in turn */
	size_t added;           /* objects, those that came again among them */
	unsigned chokes;        /* questions in a row without an answer */
	int error;              /* ends the discovery: -EFBIG, -ENOMEM */
	char name[256], trouble[256];
};

/* `known` is a limit, or 0. */
static unsigned
smaller(unsigned most, unsigned known)
{
	return known > 0 && known < most ? known : most;
}

struct discovery *
discovery_new(
    const struct profiles *profiles, const char *profile, enum codec_version version, struct learned *learned)
{
	struct discovery *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->profiles = profiles;
	d->profile = profile;
	d->learned = learned;
	d->probe_size = smaller(PROBES, learned->objects);
	d->scalar_size = smaller(SCALARS, learned->objects);
	d->objects = object_set_new();
	if (d->objects == NULL) {
		free(d);
		return NULL;
	}
	subtree_init(&d->subtree, d->objects, learned, version, WALK_MAX);
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

/* snmpEngineID.0 (RFC 3411): also of devices that are asked by community, who they are. */
static const uint32_t engine_id_ids[] = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 };
static const struct snmp_oid engine_id = { engine_id_ids, sizeof(engine_id_ids) / sizeof(engine_id_ids[0]) };

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
	if (d->walk_at < d->walk_count)
		subtree_begin(&d->subtree, d->walks[d->walk_at]);
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
	if (d->error == 0)
		d->error = add_walk(d, engine_id, true);
	walk_start(d);
}

bool
discovery_next(struct discovery *d, struct session_question *question)
{
	size_t probes = profiles_probe_count(d->profiles);

	question->kept = NULL;
	question->repetitions = 0;
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
	subtree_ask(&d->subtree, question);
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

	if (rc == -ENOMEM || ++d->added > OBJECTS_MAX)
		d->error = rc < 0 ? rc : -EFBIG;
}

static size_t
scalars_asked(const struct discovery *d)
{
	size_t left = d->scalar_count - d->scalar_at;
	return left < d->scalar_size ? left : d->scalar_size;
}

/* Without that one, then: it spoils all others of its request. */
static void
drop_scalar(struct discovery *d, size_t i)
{
	struct snmp_oid *bad = &d->scalars[d->scalar_at + i];

	memmove(bad, bad + 1, (size_t)(d->scalars + d->scalar_count - (bad + 1)) * sizeof(*bad));
	d->scalar_count--;
}

static void
scalar_answer(struct discovery *d, const struct codec_answer *answer)
{
	size_t asked = scalars_asked(d);
	bool names_one = answer->error != CODEC_NO_ERROR && answer->error != CODEC_TOO_BIG &&
	    answer->error_index > 0 && (size_t)answer->error_index <= asked;

	if (answer->error != CODEC_NO_ERROR && !names_one && asked > 1) {
		d->scalar_size = asked / 2;
		if (answer->error == CODEC_TOO_BIG)
			learned_objects(d->learned, d->scalar_size);
		return;
	}
	if (names_one) { /* it will not answer that one (SNMPv1: does not have it) */
		drop_scalar(d, (size_t)answer->error_index - 1);
		return;
	}
	for (size_t i = 0; answer->error == CODEC_NO_ERROR && i < answer->count && d->error == 0; i++)
		if (answer->objects[i].value.tag < SNMP_NO_SUCH_OBJECT)
			add_object(d, &answer->objects[i]);
	d->scalar_at += asked;
}

/* Of an endless walk the first objects stay: what a box makes up comes after what it has. */
static void
trim(struct discovery *d, const struct snmp_oid *root)
{
	struct object_set *kept = object_set_new();
	size_t inside = 0;

	for (size_t i = 0; kept != NULL && i < object_set_count(d->objects); i++) {
		const struct snmp_object *o = object_set_at(d->objects, i);
		if (oid_has_prefix(o->ids, o->len, root->ids, root->len) && ++inside > ENDLESS_KEPT)
			continue;
		if (object_set_add(kept, o) < 0)
			d->error = -ENOMEM;
	}
	if (kept == NULL) {
		d->error = -ENOMEM;
		return;
	}
	object_set_free(d->objects);
	d->objects = d->subtree.objects = kept;
	d->subtree.max = ENDLESS_MAX;
}

/* The first trouble is told: it is likely the cause of others. */
static void
walk_on(struct discovery *d, enum subtree_state state)
{
	const struct snmp_oid *root = &d->subtree.root;
	const char *trouble = d->subtree.trouble;
	char text[OID_TEXT];

	if (state == SUBTREE_MORE)
		return;
	if (trouble != NULL && d->trouble[0] == '\0')
		snprintf(d->trouble, sizeof(d->trouble), "the walk of %.100s %s",
		    oid_format(root->ids, root->len, text, sizeof(text)), trouble);
	if (d->subtree.is_endless)
		trim(d, root);
	d->added += d->subtree.is_endless ? ENDLESS_KEPT : d->subtree.found;
	if (d->added > OBJECTS_MAX)
		d->error = -EFBIG;
	d->walk_at++;
	walk_start(d);
}

void
discovery_answer(struct discovery *d, const struct codec_answer *answer)
{
	d->chokes = 0;
	if (d->probe_at < profiles_probe_count(d->profiles))
		probe_answer(d, answer);
	else if (d->scalar_at < d->scalar_count)
		scalar_answer(d, answer);
	else
		walk_on(d, subtree_answer(&d->subtree, answer));
}

void
discovery_choked(struct discovery *d)
{
	if (d->probe_at == profiles_probe_count(d->profiles) && d->scalar_at == d->scalar_count) {
		walk_on(d, subtree_choked(&d->subtree));
		return;
	}
	if (++d->chokes < CHOKES)
		return;
	if (d->probe_at < profiles_probe_count(d->profiles)) {
		d->probe_at += d->probe_count == 1;
		d->probe_size = 1;
	} else if (d->scalar_at < d->scalar_count) {
		d->scalar_size = scalars_asked(d) / 2;
		if (d->scalar_size == 0) {
			drop_scalar(d, 0);
			d->scalar_size = 1;
		}
	}
}

const char *
discovery_trouble(const struct discovery *d)
{
	return d->trouble;
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
		return fail(
		    -EFBIG, reason, size, "profile %s finds more than %d objects", d->name, OBJECTS_MAX);
	int rc = d->error < 0 ? d->error : profile_plan_new(&d->match, d->objects, NULL, NULL, &plan);
	if (rc < 0)
		return fail(rc, reason, size, "%s", strerror(-rc));
	if (plan->sensor_count + plan->alarm_count + plan->list_count == 0) {
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

static const uint32_t object_id_ids[] = { 1, 3, 6, 1, 2, 1, 1, 2, 0 },
		      descr_ids[] = { 1, 3, 6, 1, 2, 1, 1, 1, 0 };
static const struct {
	const char *name;
	struct snmp_oid oid;
	bool is_binary;
} attributes[DISCOVERY_ATTRIBUTES] = {
	{ "sys-object-id", { object_id_ids, sizeof(object_id_ids) / sizeof(object_id_ids[0]) }, false },
	{ "sys-descr", { descr_ids, sizeof(descr_ids) / sizeof(descr_ids[0]) }, false },
	{ "engine-id", { engine_id_ids, sizeof(engine_id_ids) / sizeof(engine_id_ids[0]) }, true },
};

bool
discovery_box(struct discovery *d)
{
	const struct snmp_object *o =
	    object_set_find(d->objects, object_id_ids, sizeof(object_id_ids) / sizeof(object_id_ids[0]));

	return o != NULL && o->value.tag == SNMP_OID &&
	    learned_box(d->learned, o->value.oid.ids, o->value.oid.len * sizeof(uint32_t));
}

const char *
discovery_attribute_name(size_t i)
{
	return attributes[i].name;
}

int
discovery_attribute(struct discovery *d, size_t i, char *text, size_t size)
{
	const struct snmp_object *o =
	    object_set_find(d->objects, attributes[i].oid.ids, attributes[i].oid.len);
	size_t len = 0;

	text[0] = '\0';
	if (o != NULL && o->value.tag == SNMP_OID)
		oid_format(o->value.oid.ids, o->value.oid.len, text, size);
	for (size_t k = 0;
	     o != NULL && o->value.tag == SNMP_OCTETS && k < o->value.octets.len && len + 2 < size; k++) {
		uint8_t octet = o->value.octets.data[k];
		if (attributes[i].is_binary)
			len += (size_t)snprintf(text + len, size - len, "%02x", octet);
		else
			text[len++] = isprint(octet) ? (char)octet : ' ';
		text[len] = '\0';
	}
	return (int)strlen(text);
}
