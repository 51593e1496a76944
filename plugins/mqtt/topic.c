/* SPDX-License-Identifier: ISC */
/* Topics: PREFIX/site/SITE/{status,telemetry,position,alarm} and PREFIX/crew/CREW/update. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "plugins/mqtt/mqtt.h"

static const struct {
	const char *group, *leaf;
} shapes[TOPIC_KINDS] = {
	[TOPIC_STATUS] = { "site", "status" },
	[TOPIC_TELEMETRY] = { "site", "telemetry" },
	[TOPIC_POSITION] = { "site", "position" },
	[TOPIC_ALARM] = { "site", "alarm" },
	[TOPIC_UPDATE] = { "crew", "update" },
};

/* [A-Za-z0-9][A-Za-z0-9._-]{0,31}: a site's or a crew's id. */
static bool
is_id(const char *text, size_t len)
{
	if (len == 0 || len > TOPIC_ID_MAX || !isalnum((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || strchr("._-", text[i]) == NULL))
			return false;
	return true;
}

int
topic_parse(const char *prefix, const char *text, struct topic *out)
{
	size_t len = strlen(prefix);

	if (strncmp(text, prefix, len) != 0 || text[len] != '/')
		return -ENOMSG;
	const char *group = text + len + 1, *slash = strchr(group, '/');
	const char *id = slash != NULL ? slash + 1 : NULL, *leaf = id != NULL ? strchr(id, '/') : NULL;
	if (leaf == NULL)
		return -ENOMSG;
	for (size_t i = 0; i < TOPIC_KINDS; i++) {
		if ((size_t)(slash - group) != strlen(shapes[i].group) ||
		    strncmp(group, shapes[i].group, (size_t)(slash - group)) != 0 ||
		    strcmp(leaf + 1, shapes[i].leaf) != 0)
			continue;
		if (!is_id(id, (size_t)(leaf - id)))
			return -EINVAL;
		out->kind = (enum topic_kind)i;
		memcpy(out->id, id, (size_t)(leaf - id));
		out->id[leaf - id] = '\0';
		return 0;
	}
	return -ENOMSG;
}

int
topic_filter(const char *prefix, enum topic_kind kind, char *out, size_t size)
{
	int len = snprintf(out, size, "%s/%s/+/%s", prefix, shapes[kind].group, shapes[kind].leaf);
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}
