/* SPDX-License-Identifier: ISC */
/* For a towerd_fault_sink whose argument is the plugin's context: faults of a file, in the log. Line 0: of the file as such. */
#ifndef PLUGINS_SNMP_LOG_FAULT_H
#define PLUGINS_SNMP_LOG_FAULT_H

#include <towerd/plugin.h>

static inline void
log_fault(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	if (line == 0)
		towerd_log(arg, TOWERD_LOG_ERROR, "%s: %s", file, message);
	else
		towerd_log(arg, TOWERD_LOG_ERROR, "%s:%u:%u: %s", file, line, column, message);
}

#endif
