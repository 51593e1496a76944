/* SPDX-License-Identifier: ISC */
/* towerd: the daemon, in the foreground. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "agent/agent.h"
#include "agent/config/log.h"
#include "agent/config/option_doc.h"
#include "agent/model/inventory_doc.h"

#define CONFIG_DEFAULT "/etc/towerd/towerd.yaml"
#define SCALE_MAX      1000

static const char usage[] =
    "usage: towerd [-c FILE] [-t]\n"
    "  -c, --config FILE    the configuration (" CONFIG_DEFAULT ")\n"
    "  -t, --test           check the configuration, the plugins' own files and the inventory, and end\n"
    "      --print-options  print the reference page of all options, and end\n"
    "      --version        print the version, and end\n"
#ifdef TOWERD_TEST_CLOCK
    "      --clock-scale N  let time run N times faster: for tests\n"
#endif
    ;

/* NULL: there is none, or it has a fault. */
static struct inventory *
check_inventory(const char *path, struct towerd_fault_sink *faults)
{
	size_t len;
	char *text = path == NULL ? NULL : agent_read_file(path, &len, faults);
	struct inventory *inventory = text == NULL ? NULL : inventory_parse(path, text, len, faults);

	if (inventory != NULL)
		inventory_check_references(inventory, NULL, faults);
	free(text);
	return inventory;
}

static int
check(const char *path)
{
	struct towerd_fault_sink faults = { towerd_fault_print, stderr, 0 };
	struct config *config = config_load(path, &faults);

	if (config == NULL)
		return 1;
	struct inventory *inventory = check_inventory(config->agent.inventory, &faults);
	host_check(config, inventory, &faults);
	inventory_free(inventory);
	config_free(config);
	return faults.count > 0;
}

static int
print_options(void)
{
	struct towerd_fault_sink faults = { towerd_fault_print, stderr, 0 };
	struct config *config = config_parse("defaults", "", 0, &faults);

	if (config == NULL)
		return 1;
	option_doc_print_head(stdout);
	option_doc_print_section(stdout, "The agent", "What stands outside `plugins`, and where that stands",
	    config_options, config_option_count);
	host_print_options(config->agent.plugin_dir);
	config_free(config);
	return fflush(stdout) != 0;
}

static int
run(const char *path, unsigned scale)
{
	struct towerd_fault_sink faults = { towerd_fault_print, stderr, 0 };
	struct agent agent = { .config_path = path };
	char error[512];
	int rc = -EINVAL;

	agent.config = config_load(path, &faults);
	if (agent.config == NULL || faults.count > 0) {
		config_free(agent.config);
		return 1;
	}
	rc = agent_start(&agent, scale, error, sizeof(error));
	if (rc < 0) {
		log_write(TOWERD_LOG_ERROR, NULL, "does not start: %s", error);
	} else if ((rc = loop_run(agent.loop)) < 0) {
		log_write(TOWERD_LOG_ERROR, "loop", "%s", strerror(-rc));
	}
	agent_stop(&agent);
	config_free(agent.config);
	return rc < 0;
}

static bool
scale_take(const char *text, unsigned *scale)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*scale = (unsigned)value;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value >= 1 && value <= SCALE_MAX;
}

int
main(int argc, char **argv)
{
	enum { PRINT_OPTIONS = 256, VERSION, SCALE, HELP };
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "test", no_argument, NULL, 't' },
		{ "print-options", no_argument, NULL, PRINT_OPTIONS },
		{ "version", no_argument, NULL, VERSION },
		{ "help", no_argument, NULL, HELP },
#ifdef TOWERD_TEST_CLOCK
		{ "clock-scale", required_argument, NULL, SCALE },
#endif
		{ 0 },
	};
	const char *path = CONFIG_DEFAULT;
	unsigned scale = 1;
	bool is_test = false;

	umask(077);
	if (argc > 1 && strcmp(argv[1], "--worker") == 0) {
		prctl(PR_SET_NAME, "towerd-worker");
		return host_worker_main(argc - 2, argv + 2);
	}
	for (int option; (option = getopt_long(argc, argv, "c:t", options, NULL)) != -1;)
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 't':
			is_test = true;
			break;
		case PRINT_OPTIONS:
			return print_options();
		case VERSION:
			printf("towerd %s, plugin interface %d.%d\n", TOWERD_VERSION, TOWERD_ABI_MAJOR,
			    TOWERD_ABI_MINOR);
			return 0;
		case HELP:
			fputs(usage, stdout);
			return 0;
		case SCALE:
			if (scale_take(optarg, &scale))
				break;
			fprintf(stderr, "--clock-scale takes a number from 1 to %d, not \"%s\"\n", SCALE_MAX,
			    optarg);
			return 2;
		default:
			fputs(usage, stderr);
			return 2;
		}
	if (optind < argc) {
		fprintf(stderr, "\"%s\" is one argument too many\n%s", argv[optind], usage);
		return 2;
	}
	return is_test ? check(path) : run(path, scale);
}
