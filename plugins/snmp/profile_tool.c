/* SPDX-License-Identifier: ISC */
/* For tests: runs the plugin's offline commands, `profile test …`, without a towerctl. */
#include <stdio.h>
#include <string.h>

#include "tests/support/fake_host.h"

extern const struct towerd_plugin towerd_plugin;

int
main(int argc, char **argv)
{
	char line[8192] = "";
	size_t len = 0;

	for (int i = 1; i < argc && len < sizeof(line); i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", i == 1 ? "" : " ", argv[i]);
	struct fake_host *host = fake_host_make(&towerd_plugin, NULL);
	int status = fake_run(host, line);
	fputs(fake_err(host), stderr);
	fputs(fake_out(host), stdout);
	fake_host_free(host);
	return status;
}
