/* SPDX-License-Identifier: ISC */
/* sim-city: runs a scenario on sim-fleet and sim-tower, or writes the inventory that matches it. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/city.h"
#include "tests/sim/inventory.h"

static int
usage(void)
{
	fputs("usage: sim-city SCENARIO [--clock-scale N] [--control SOCKET] [PORTS]\n"
	      "       sim-city SCENARIO --inventory FILE [PORTS]     writes the inventory (- for standard "
	      "output) and ends\n"
	      "       sim-city SCENARIO --check                      says what is wrong with the file and "
	      "ends\n"
	      "PORTS: --port-base P (fleet P, broker P+1, traps to P+2), --fleet-port P, --broker-port P, "
	      "--trap-port P\n",
	    stderr);
	return 2;
}

static int
write_inventory(const struct scenario *scenario, const char *path)
{
	bool is_stdout = strcmp(path, "-") == 0;
	FILE *out = is_stdout ? stdout : fopen(path, "we");
	int rc = out == NULL ? -errno : inventory_write(scenario, out);
	if (out != NULL && !is_stdout && fclose(out) != 0 && rc == 0)
		rc = -errno;
	if (rc < 0)
		fprintf(stderr, "sim-city: %s: %s\n", path, strerror(-rc));
	return rc < 0;
}

struct arguments {
	const char *inventory;
	bool is_check;
	int64_t port_base, fleet_port, broker_port, trap_port; /* 0: as the scenario says */
	struct city_options city;
};

static bool
take_option(int option, struct arguments *arguments)
{
	int64_t scale;

	switch (option) {
	case 's':
		if (!words_number(optarg, 1, 100000, &scale))
			return false;
		arguments->city.clock_scale = (unsigned)scale;
		return true;
	case 'c':
		arguments->city.control_path = optarg;
		return true;
	case 'i':
		arguments->inventory = optarg;
		return true;
	case 'k':
		arguments->is_check = true;
		return true;
	case 'p':
		return words_number(optarg, 1, 65533, &arguments->port_base);
	case 'f':
		return words_number(optarg, 1, 65535, &arguments->fleet_port);
	case 'b':
		return words_number(optarg, 1, 65535, &arguments->broker_port);
	case 't':
		return words_number(optarg, 1, 65535, &arguments->trap_port);
	default:
		return false;
	}
}

static void
set_port(struct sockaddr_in *endpoint, int64_t base, int64_t offset, int64_t port)
{
	if (port == 0 && base > 0)
		port = base + offset;
	if (port > 0)
		endpoint->sin_port = htons((uint16_t)port);
}

/* The folder of this program: the simulators lie beside it. */
static const char *
program_dir(void)
{
	static char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (size < 0)
		return ".";
	path[size] = '\0';
	*strrchr(path, '/') = '\0';
	return path;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "clock-scale", required_argument, NULL, 's' },
		{ "control", required_argument, NULL, 'c' },
		{ "inventory", required_argument, NULL, 'i' },
		{ "check", no_argument, NULL, 'k' },
		{ "port-base", required_argument, NULL, 'p' },
		{ "fleet-port", required_argument, NULL, 'f' },
		{ "broker-port", required_argument, NULL, 'b' },
		{ "trap-port", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	struct arguments arguments = { .city = { .clock_scale = 1, .program_dir = program_dir() } };
	struct scenario *scenario;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(option, &arguments))
			return usage();
	if (optind + 1 != argc)
		return usage();
	const char *file = argv[optind];
	int rc = scenario_load(file, stderr, &scenario);
	if (rc < 0) {
		if (rc != -EINVAL)
			fprintf(stderr, "sim-city: %s: %s\n", file, strerror(-rc));
		return 1;
	}
	set_port(&scenario->fleet, arguments.port_base, 0, arguments.fleet_port);
	set_port(&scenario->broker, arguments.port_base, 1, arguments.broker_port);
	set_port(&scenario->traps, arguments.port_base, 2, arguments.trap_port);
	int status = arguments.is_check   ? 0
	    : arguments.inventory != NULL ? write_inventory(scenario, arguments.inventory)
					  : city_run(scenario, &arguments.city) < 0;
	scenario_free(scenario);
	return status;
}
