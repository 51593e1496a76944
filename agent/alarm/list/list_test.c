/* SPDX-License-Identifier: ISC */
/* Alarms on a disk that fails: they leave marked, the list is in doubt, and all is right again when the disk is. Runs itself again under
 * tests/support/forgetful, which orders the faults. */
#include <errno.h>
#include <sys/stat.h>

#include "agent/alarm/list/alarm_fixture.h"

static char root[64], disk[80], images[80], control[80];
static struct fixture f;
static uint32_t site1, power;

/* Orders faults: lines of OPERATION ERROR [NAME]; "" is a healthy disk. */
static void
disk_does(const char *faults)
{
	FILE *file = fopen(control, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(faults, file);
	fclose(file);
}

static void
start(size_t queue)
{
	char command[300];

	disk_does("");
	snprintf(command, sizeof(command), "rm -rf %s/* %s/*", disk, images);
	CU_ASSERT_EQUAL(system(command), 0);
	memset(&f, 0, sizeof(f));
	f.queue_max = queue;
	snprintf(f.dir, sizeof(f.dir), "%s", disk);
	fixture_open(&f, 0);
	fixture_import(&f, fixture_sites, false);
	fixture_step(&f, 10);
	f.told[0] = f.lists[0] = '\0';
	site1 = model_site(f.model, "NIN-1")->entity.number;
	power = fixture_device(&f, "NIN-1", "power")->entity.number;
}

static void
end(void)
{
	disk_does("");
	fixture_close(&f);
	towerd_json_fini(&f.json);
}

static void
wait_until_well(void)
{
	disk_does("");
	for (int i = 0; i < 600 && store_trouble(f.store) != NULL; i++)
		fixture_step(&f, 1000);
	CU_ASSERT_PTR_NULL_FATAL(store_trouble(f.store));
	fixture_step(&f, 10);
}

static void
alarms_leave_marked_while_the_disk_is_full_and_durable_when_it_is_not(void)
{
	static const char *const weathers[] = { "write ENOSPC\n", "write EIO\n", "fsync EIO\n" };

	for (size_t i = 0; i < sizeof(weathers) / sizeof(weathers[0]); i++) {
		start(0);
		disk_does(weathers[i]);
		alarm_raise(f.alarms, power, "power/mains-failure", "", 0, "no mains", 0);
		fixture_step(&f, 100);
		const char *heard = fixture_heard(&f);
		CU_ASSERT_PTR_NOT_NULL(strstr(heard, "?raise power/mains-failure minor\n"));
		CU_ASSERT_PTR_NOT_NULL(strstr(heard, "?raise agent/storage major\n"));
		CU_ASSERT_STRING_EQUAL(f.lists, "[the disk cannot be w]");
		CU_ASSERT_FALSE(alarm_find(f.alarms, power, "power/mains-failure", "")->is_durable);
		/* An operator's promise is refused, an alarm is not. */
		f.is_done = false;
		alarm_set_operator_state(f.alarms,
		    alarm_find(f.alarms, power, "power/mains-failure", "")->number, OPERATOR_ACK, "uid 7", "",
		    fixture_done, &f);
		alarm_raise(f.alarms, site1, "site/damaged", "", 0, NULL, 0);
		fixture_step(&f, 100);
		CU_ASSERT(f.is_done && f.done_rc < 0);
		CU_ASSERT_STRING_EQUAL(fixture_heard(&f), "?raise site/damaged major\n");

		f.lists[0] = '\0';
		wait_until_well();
		heard = fixture_heard(&f);
		CU_ASSERT_PTR_NOT_NULL(strstr(heard, "\nraise site/damaged major\n"));
		CU_ASSERT_PTR_NOT_NULL(strstr(heard, "clear agent/storage cleared\n"));
		CU_ASSERT_STRING_EQUAL(f.lists, "[rebuilt]");
		CU_ASSERT(alarm_find(f.alarms, power, "power/mains-failure", "")->is_durable);
		CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 2);
		end();
	}
}

static int
count_row(void *arg, const char *key, const char *body, size_t len)
{
	(void)key;
	(void)body;
	(void)len;
	++*(int *)arg;
	return 0;
}

static void
what_the_full_queue_does_not_take_is_told_counted_and_written_later(void)
{
	struct alarm_stats stats;
	char qualifier[16];

	start(4);
	alarm_raise(f.alarms, site1, "site/damaged", "", 0, NULL, 0);
	fixture_step(&f, 5000);
	disk_does("write ENOSPC\n");
	int full = 0;
	for (int i = 0; i < 20; i++) {
		snprintf(qualifier, sizeof(qualifier), "F%d", i);
		int rc = alarm_raise(f.alarms, power, "power/fuse-open", qualifier, 0, "open", 0);
		CU_ASSERT(rc == 0 || rc == -ENOBUFS);
		full += rc == -ENOBUFS;
		fixture_step(&f, 10);
	}
	alarm_clear(f.alarms, site1, "site/damaged", "", NULL, 0); /* its row is still on the disk */
	CU_ASSERT(full > 0);
	alarms_stats(f.alarms, &stats);
	CU_ASSERT(stats.unwritten >= (uint64_t)full + 1);
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 21); /* the fuses and agent/storage: none is dropped */
	f.lists[0] = '\0';
	wait_until_well();
	fixture_step(&f, 60000);
	CU_ASSERT_STRING_EQUAL(f.lists, "[rebuilt]");
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 21); /* the fuses, and the summary of their flood */

	int64_t utc = loop_utc_ms(f.loop);
	fixture_close(&f);
	fixture_open(&f, utc);
	int rows = 0;
	CU_ASSERT_EQUAL(store_each(f.store, STORE_ALARM, count_row, &rows), 0);
	CU_ASSERT_EQUAL(rows, 23); /* with those that are cleared */
	CU_ASSERT_EQUAL(alarms_active_count(f.alarms), 20);
	CU_ASSERT_PTR_NULL(
	    alarm_find(f.alarms, model_site(f.model, "NIN-1")->entity.number, "site/damaged", ""));
	end();
}

static const struct claim claims[] = {
	CLAIM(alarms_leave_marked_while_the_disk_is_full_and_durable_when_it_is_not),
	CLAIM(what_the_full_queue_does_not_take_is_told_counted_and_written_later),
};

int
main(int argc, char **argv)
{
	const char *given = getenv("FORGETFUL_DIR");

	(void)argc;
	snprintf(root, sizeof(root), "/tmp/alarm_list_test.XXXXXX");
	if (given != NULL)
		snprintf(root, sizeof(root), "%.*s", (int)(strlen(given) - strlen("/disk")), given);
	else if (mkdtemp(root) == NULL)
		return 1;
	snprintf(disk, sizeof(disk), "%s/disk", root);
	snprintf(images, sizeof(images), "%s/images", root);
	snprintf(control, sizeof(control), "%s/control", root);
	if (given == NULL) {
		const char *asan = getenv("ASAN_OPTIONS");
		char options[256];
		snprintf(options, sizeof(options), "%s%sverify_asan_link_order=0", asan != NULL ? asan : "",
		    asan != NULL ? ":" : "");
		setenv("ASAN_OPTIONS", options, 1);
		setenv("LD_PRELOAD", FORGETFUL_LIBRARY, 1);
		setenv("FORGETFUL_DIR", disk, 1);
		setenv("FORGETFUL_DURABLE", images, 1);
		setenv("FORGETFUL_CONTROL", control, 1);
		if (mkdir(disk, 0700) < 0 || mkdir(images, 0700) < 0)
			return 1;
		execv(argv[0], argv);
		return 1;
	}
	int failed = claims_run("alarm list", claims, sizeof(claims) / sizeof(claims[0]));
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command) != 0 || failed;
}
