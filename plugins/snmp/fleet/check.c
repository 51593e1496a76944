/* SPDX-License-Identifier: ISC */
/* What is wrong with credentials and devices' entries, before anything runs. */
#include "plugins/snmp/fleet/check.h"

#include <stdlib.h>

#include "plugins/snmp/fleet/entry.h"
#include "plugins/snmp/snmp.h"

struct check {
	struct credentials *credentials;
	struct wire_source source;
	struct message_writer scratch;
};

int
check_new(struct towerd_ctx *ctx, struct towerd_fault_sink *faults, struct check **out)
{
	const struct snmp_config *config = towerd_config(ctx);
	struct check *check = calloc(1, sizeof(*check));

	*out = check;
	if (check == NULL)
		return -ENOMEM;
	if (wire_source_parse(config->source, &check->source) < 0)
		return towerd_fail(ctx, -EINVAL, "source \"%s\" is not a literal address", config->source);
	return credentials_load(config->credentials, faults, &check->credentials);
}

void
check_free(struct check *check)
{
	if (check == NULL)
		return;
	credentials_free(check->credentials);
	message_fini(&check->scratch);
	free(check);
}

int
check_device(struct towerd_ctx *ctx, struct check *check, const struct towerd_device *device)
{
	struct entry entry;

	return entry_describe(ctx, check->credentials, &check->source, device, &entry, &check->scratch);
}
