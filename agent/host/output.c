/* SPDX-License-Identifier: ISC */
/* What a plugin's command prints: to the caller on the control socket, or, offline, to towerctl's own streams. */
#include <stdio.h>
#include <stdlib.h>

#include "agent/host/output.h"

static void __attribute__((format(printf, 2, 0)))
serve_print(struct towerd_out *out, const char *format, va_list ap)
{
	if (out->is_offline)
		vprintf(format, ap);
	else if (out->call != NULL)
		out->vprint(out->call, false, format, ap);
}

static void __attribute__((format(printf, 2, 0)))
serve_print_error(struct towerd_out *out, const char *format, va_list ap)
{
	if (out->is_offline)
		vfprintf(stderr, format, ap);
	else if (out->call != NULL)
		out->vprint(out->call, true, format, ap);
}

static bool
serve_wants_json(struct towerd_out *out)
{
	return out->wants_json;
}

static void
serve_exit(struct towerd_out *out, int status)
{
	if (out->end != NULL)
		out->end(out, status);
}

void
services_output_fill(struct towerd_host *services)
{
	services->print = serve_print;
	services->print_error = serve_print_error;
	services->wants_json = serve_wants_json;
	services->exit = serve_exit;
}
