/* SPDX-License-Identifier: ISC */
/* Any octets as a trap: read, mapped by a profile with each kind of rule, and shown. */
#include <stdlib.h>
#include <string.h>

#include "agent/model/catalogue.h"
#include "plugins/snmp/codec/answer.h"
#include "plugins/snmp/trap/meaning.h"
#include "plugins/snmp/trap/strange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char profile[] =
    "profile: box\n"
    "match: { sysObjectID: 1.3.6.1.4.1.9 }\n"
    "base: 1.3.6.1.4.1.9\n"
    "traps:\n"
    "  - { trap: .0.1, raises: site/door-open, expires: 4h, text: \"Door {.5.2}\" }\n"
    "  - { trap: .0.2, clears: site/door-open, when: { oid: .5.1, is: 7 } }\n"
    "  - trap: [.0.3, 1.3.6.1.6.3.1.1.5.3]\n"
    "    entry: .9.1\n"
    "    raises: { column: 2, map: { 11: power/fuse-open, else: device/alarm } }\n"
    "    severity: { column: 3, map: { 0: cleared, 1: warning, 2: critical } }\n"
    "    qualifier: \"{index}\"\n"
    "    text: \"{4}\"\n"
    "    expires: 1d\n";

static void
fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	(void)arg, (void)file, (void)line, (void)column, (void)message;
	abort(); /* the profile above is right */
}

static const struct towerd_kind *
find_kind(void *arg, const char *name)
{
	const struct catalogue_kind *kind = catalogue_find(name);

	(void)arg;
	return kind == NULL ? NULL : &kind->kind;
}

static bool
has_alarm_type(void *arg, const char *type)
{
	(void)arg, (void)type;
	return true;
}

static struct profiles *
load(void)
{
	const struct profile_catalogue catalogue = { find_kind, has_alarm_type, NULL };
	struct towerd_fault_sink faults = { .report = fault };
	struct profiles *profiles = profiles_new(&catalogue);

	if (profiles == NULL ||
	    profiles_load_text(profiles, "box", profile, sizeof(profile) - 1, &faults) < 0 ||
	    profiles_link(profiles, &faults) < 0)
		abort();
	return profiles;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "public" };
	static const struct strange_secrets secrets = { words, 1 };
	static struct profiles *profiles;
	static struct answer_room room;
	static struct object_set *varbinds;
	static struct notification notification;
	char text[STRANGE_EXAMPLE];
	struct codec_answer message;
	struct trap_result result;

	if (profiles == NULL) {
		profiles = load();
		varbinds = object_set_new();
	}
	if (answer_parse(&room, data, size, &message) < 0 || !notification_read(&message, &notification))
		return 0;
	if (meaning_find(profiles, "box", &notification, varbinds, &result) &&
	    result.meaning == TRAP_RAISES && result.expires_ms == 0)
		abort(); /* nothing would end it */
	const char *shown =
	    strange_describe(notification.objects, notification.count, &secrets, text, sizeof(text));
	if (strlen(shown) >= sizeof(text) || strstr(shown, "public") != NULL)
		abort();
	return 0;
}
