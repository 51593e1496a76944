/* SPDX-License-Identifier: ISC */
/* The engine's file: one line, "80001f8805… 17", rewritten in place under a lock: workers may start together. */
#include "plugins/snmp/usm/engine.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ENTERPRISE  8072 /* Net-SNMP's, whose engine this is: the project has no number of its own */
#define OCTETS_MADE 12   /* of chance */
#define BOOTS_MAX   INT32_MAX

/* RFC 3411, SnmpEngineID: the enterprise with the first bit set, format 5 (octets), and what no other engine has. */
static void
make_id(struct engine *engine)
{
	const uint8_t start[] = { 0x80 | ENTERPRISE >> 24, ENTERPRISE >> 16 & 0xff, ENTERPRISE >> 8 & 0xff,
		ENTERPRISE & 0xff, 5 };

	memcpy(engine->id, start, sizeof(start));
	arc4random_buf(engine->id + sizeof(start), OCTETS_MADE);
	engine->id_len = sizeof(start) + OCTETS_MADE;
}

void
engine_format(const uint8_t *id, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", id[i]);
	out[2 * len] = '\0';
}

static bool
parse(const char *text, struct engine *out)
{
	size_t digits = strspn(text, "0123456789abcdef");
	char *rest;

	if (digits % 2 != 0 || digits / 2 < USM_ENGINE_MIN || digits / 2 > USM_ENGINE_MAX ||
	    text[digits] != ' ')
		return false;
	out->id_len = digits / 2;
	for (size_t i = 0; i < out->id_len; i++) {
		const char octet[] = { text[2 * i], text[2 * i + 1], '\0' };
		out->id[i] = (uint8_t)strtoul(octet, NULL, 16);
	}
	unsigned long boots = strtoul(text + digits + 1, &rest, 10);
	out->boots = (uint32_t)boots;
	/* At the end of its boots an engine needs a new ID (RFC 3414, 2.2.2). */
	return isdigit((unsigned char)rest[-1]) && *rest == '\n' && boots < BOOTS_MAX;
}

/* Reads what is kept, or makes a new engine; counts this start. */
static int
take_turn(struct towerd_ctx *ctx, const char *path, int fd, struct engine *out)
{
	char text[2 * USM_ENGINE_MAX + 32] = "", id[2 * USM_ENGINE_MAX + 1];

	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);
	if (got < 0)
		return -errno;
	struct engine kept;
	if (parse(text, &kept)) {
		*out = kept;
		out->boots++;
	} else if (got > 0) {
		towerd_log(ctx, TOWERD_LOG_WARNING,
		    "%s does not hold an engine ID with its boots: a new one is made", path);
	}
	engine_format(out->id, out->id_len, id);
	int len = snprintf(text, sizeof(text), "%s %10" PRIu32 "\n", id, out->boots);
	if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len) < 0 || fdatasync(fd) < 0)
		return errno != 0 ? -errno : -EIO;
	return 0;
}

void
engine_open(struct towerd_ctx *ctx, struct engine *out)
{
	const char *folder = towerd_setting(ctx, "state-dir");
	char path[4096];

	make_id(out);
	out->boots = 1;
	if (folder == NULL || (size_t)snprintf(path, sizeof(path), "%s/engine", folder) >= sizeof(path))
		return;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int rc = fd < 0 || flock(fd, LOCK_EX) < 0 ? -errno : take_turn(ctx, path, fd, out);
	if (fd >= 0)
		close(fd);
	if (rc < 0)
		towerd_log(ctx, TOWERD_LOG_ERROR, "the SNMP engine's ID and boots are not kept in %s: %s",
		    path, strerror(-rc));
}
