/* SPDX-License-Identifier: ISC */
/* For tests: a fault sink that keeps what it is told, a line each, as `towerd -t` would print it. */
#ifndef SUPPORT_FAULT_LOG_H
#define SUPPORT_FAULT_LOG_H

#include <stdio.h>
#include <string.h>

#include "towerd/yaml.h"

struct fault_log {
	struct towerd_fault_sink sink;
	char text[16384];
};

static inline void
fault_log_keep(void *arg, const char *file, unsigned line, unsigned column, const char *message)
{
	struct fault_log *log = arg;
	size_t len = strlen(log->text);
	FILE *f = fmemopen(log->text + len, sizeof(log->text) - len, "w");
	if (f == NULL)
		return;
	towerd_fault_print(f, file, line, column, message);
	fclose(f);
}

static inline void
fault_log_clear(struct fault_log *log)
{
	log->sink = (struct towerd_fault_sink){ .report = fault_log_keep, .arg = log };
	log->text[0] = '\0';
}

#endif
