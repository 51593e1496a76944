/* SPDX-License-Identifier: ISC */
/* MIB files as far as a draft uses them, and drafts: what they guess, and that they load. */
#include <glob.h>

#include "plugins/snmp/profile/draft.h"
#include "plugins/snmp/profile/profile_testing.h"

static const char module[] =
    "BOX-MIB DEFINITIONS ::= BEGIN\n"
    "IMPORTS OBJECT-TYPE, enterprises FROM SNMPv2-SMI Status FROM BOX-TC;\n"
    "box MODULE-IDENTITY LAST-UPDATED \"9901010000Z\" DESCRIPTION \"A -- box\" ::= { enterprises 99999 }\n"
    "-- a comment -- boxObjects OBJECT IDENTIFIER ::= { box 1 }\n"
    "boxRectEntry OBJECT-TYPE SYNTAX BoxRectEntry INDEX { boxRectIndex } ::= { boxRectTable 1 }\n"
    "boxRectTable OBJECT-TYPE SYNTAX SEQUENCE OF BoxRectEntry ::= { boxObjects 9 }\n"
    "BoxRectEntry ::= SEQUENCE { boxRectIndex Integer32, boxRectStatus Status }\n"
    "boxRectStatus OBJECT-TYPE SYNTAX Status ::= { boxRectEntry 2 }\n"
    "boxRectCurrent OBJECT-TYPE SYNTAX Integer32 (0..500) UNITS \"0.1 A\" ::= { boxRectEntry 3 }\n"
    "boxRectName OBJECT-TYPE SYNTAX DisplayString ::= { boxRectEntry 4 }\n"
    "boxBatteryVoltage OBJECT-TYPE SYNTAX INTEGER UNITS \"mV\" DESCRIPTION \"\n  The voltage.\n More.\" ::= "
    "{ boxObjects 1 }\n"
    "boxRoomTemp OBJECT-TYPE SYNTAX INTEGER UNITS \"degrees Fahrenheit\" ::= { boxObjects 2 }\n"
    "boxVoltageLimit OBJECT-TYPE SYNTAX INTEGER ::= { boxObjects 3 }\n"
    "boxSerialNumber OBJECT-TYPE SYNTAX DisplayString ::= { boxObjects 4 }\n"
    "boxDoor OBJECT-TYPE SYNTAX INTEGER { closed(0), open(1) } ::= { boxObjects 5 }\n"
    "boxBusVoltage OBJECT-TYPE SYNTAX INTEGER ::= { boxObjects 6 }\n"
    "boxFailed NOTIFICATION-TYPE DESCRIPTION \"It failed.\" ::= { box 0 7 }\n"
    "boxOldTrap TRAP-TYPE ENTERPRISE box DESCRIPTION \"Old.\" ::= 3\n"
    "lost OBJECT IDENTIFIER ::= { nowhere 1 }\n"
    "Status ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION \"x\" SYNTAX INTEGER { ok(1), fault(2), "
    "odd(-3) }\n"
    "END\n";

static const char box[] =
    "1.3.6.1.2.1.1.1.0|4|Box 7 \"new\"\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7\n"
    "1.3.6.1.4.1.99999.1.1.0|2|53200\n1.3.6.1.4.1.99999.1.2.0|2|77\n1.3.6.1.4.1.99999.1.3.0|2|60\n"
    "1.3.6.1.4.1.99999.1.4.0|4|S-1\n1.3.6.1.4.1.99999.1.5.0|2|1\n1.3.6.1.4.1.99999.1.6.0|2|5430\n"
    "1.3.6.1.4.1.99999.1.9.1.2.1|2|1\n1.3.6.1.4.1.99999.1.9.1.2.2|2|2\n"
    "1.3.6.1.4.1.99999.1.9.1.3.1|2|124\n1.3.6.1.4.1.99999.1.9.1.3.2|2|0\n"
    "1.3.6.1.4.1.99999.1.9.1.4.1|4|Left\n1.3.6.1.4.1.99999.1.9.1.4.2|4|Right\n";

/* The draft, to be freed. */
static char *
draft(struct testing *t, const char *mib_text)
{
	const struct profile_catalogue catalogue = { .kind = testing_kind };
	struct mib *mib = mib_new();
	char *text = NULL;
	size_t len = 0;

	CU_ASSERT_EQUAL(mib_read(mib, mib_text, strlen(mib_text)), 0);
	CU_ASSERT(mib_link(mib) >= 0);
	FILE *out = open_memstream(&text, &len);
	draft_write(out, &catalogue, t->objects, mib, NULL);
	fclose(out);
	mib_free(mib);
	return text;
}

static void
a_mib_file_gives_names_units_and_words(void)
{
	static const uint32_t current[] = { 1, 3, 6, 1, 4, 1, 99999, 1, 9, 1, 3 };
	static const uint32_t status[] = { 1, 3, 6, 1, 4, 1, 99999, 1, 9, 1, 2 };
	static const uint32_t entry[] = { 1, 3, 6, 1, 4, 1, 99999, 1, 9, 1 };
	static const uint32_t failed[] = { 1, 3, 6, 1, 4, 1, 99999, 0, 7 },
			      old[] = { 1, 3, 6, 1, 4, 1, 99999, 0, 3 };
	static const uint32_t voltage[] = { 1, 3, 6, 1, 4, 1, 99999, 1, 1 };
	struct mib *mib = mib_new();

	CU_ASSERT_EQUAL(mib_read(mib, module, sizeof(module) - 1), 0);
	CU_ASSERT_EQUAL(mib_link(mib), 1); /* `lost` */
	const struct mib_node *node = mib_find(mib, current, 11);
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_STRING_EQUAL(node->name, "boxRectCurrent");
	CU_ASSERT_STRING_EQUAL(node->units, "0.1 A");
	node = mib_find(mib, status, 11);
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	CU_ASSERT_EQUAL_FATAL(node->enum_count, 3);
	CU_ASSERT_STRING_EQUAL(node->enums[1].name, "fault");
	CU_ASSERT_EQUAL(node->enums[2].value, -3);
	CU_ASSERT_EQUAL(mib_find(mib, entry, 10)->type, MIB_ENTRY);
	CU_ASSERT_EQUAL(mib_find(mib, failed, 9)->type, MIB_NOTIFICATION);
	CU_ASSERT_STRING_EQUAL(mib_find(mib, old, 9)->name, "boxOldTrap");
	CU_ASSERT_STRING_EQUAL(mib_find(mib, voltage, 9)->description, "The voltage.");
	CU_ASSERT_PTR_NULL(mib_find(mib, voltage, 4));
	mib_free(mib);
}

static void
a_draft_with_a_mib_finds_sensors_in_its_recording(void)
{
	struct testing t;

	testing_init(&t);
	recording_parse(t.objects, box, sizeof(box) - 1, NULL);
	char *text = draft(&t, module);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "profile: \"box-7-new\"\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  serial: 1.3.6.1.4.1.99999.1.4.0 # boxSerialNumber\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "# ? 1.3.6.1.4.1.99999.1.3.0 = 60  boxVoltageLimit"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text, "# ? its unit is not known: the scale is guessed from its value\n"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text, "  - { trap: 1.3.6.1.4.1.99999.0.7 } # ? boxFailed: It failed.\n"));
	CU_ASSERT_EQUAL_FATAL(testing_load(&t, text), 0);
	testing_plan(&t, "box-7-new", box);
	CU_ASSERT_STRING_EQUAL(testing_sensors(&t),
	    "battery.voltage:boxBatteryVoltage=53200 ; device.temperature:boxRoomTemp=25000 ; "
	    "door.open:boxDoor=1 ; "
	    "dc.voltage:boxBusVoltage=54300 ; rectifier.state:2.1=1 Left; rectifier.state:2.2=6 Right; "
	    "rectifier.current:3.1=12400 Left; rectifier.current:3.2=0 Right");
	free(text);
	testing_fini(&t);
}

static void
a_draft_without_a_mib_goes_by_texts(void)
{
	static const char walk[] =
	    "1.3.6.1.2.1.1.1.0|4|Box\n1.3.6.1.4.1.99999.1.1.0|4|53.2 V\n"
	    "1.3.6.1.4.1.99999.2.1.2.1|4|Temperature north\n1.3.6.1.4.1.99999.2.1.2.2|4|Humidity\n"
	    "1.3.6.1.4.1.99999.2.1.3.1|2|24\n1.3.6.1.4.1.99999.2.1.3.2|2|45\n";
	struct testing t;

	testing_init(&t);
	recording_parse(t.objects, walk, sizeof(walk) - 1, NULL);
	char *text = draft(&t, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  - has: 1.3.6.1.4.1.99999 # ?"));
	CU_ASSERT_EQUAL_FATAL(testing_load(&t, text), 0);
	testing_plan(&t, "box", walk);
	CU_ASSERT_STRING_EQUAL(testing_sensors(&t),
	    "device.voltage:1.1.0=53200 ; device.temperature:3.1=24000 Temperature north; humidity:3.2=4500 "
	    "Humidity");
	free(text);
	testing_fini(&t);
}

static void
the_draft_of_every_recording_loads(void)
{
	const char *shared = getenv("TOWERD_SHARED");
	glob_t found = { 0 };
	char pattern[512];

	snprintf(pattern, sizeof(pattern), "%s/walks/*.snmprec", shared == NULL ? "/nowhere" : shared);
	if (glob(pattern, 0, NULL, &found) != 0)
		printf("no recordings are at hand: not drafted\n");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct testing t;
		testing_init(&t);
		CU_ASSERT_EQUAL(recording_load(t.objects, found.gl_pathv[i], NULL), 0);
		char *text = draft(&t, "");
		CU_ASSERT_EQUAL(testing_load(&t, text), 0);
		CU_ASSERT_EQUAL(profiles_link(t.profiles, &t.faults), 0);
		CU_ASSERT_STRING_EQUAL(t.text, "");
		free(text);
		testing_fini(&t);
	}
	globfree(&found);
}

static const struct claim claims[] = {
	CLAIM(a_mib_file_gives_names_units_and_words),
	CLAIM(a_draft_with_a_mib_finds_sensors_in_its_recording),
	CLAIM(a_draft_without_a_mib_goes_by_texts),
	CLAIM(the_draft_of_every_recording_loads),
};

CLAIMS_MAIN("draft", claims)
