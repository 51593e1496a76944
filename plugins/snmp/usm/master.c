/* SPDX-License-Identifier: ISC */
/* Keys made of pass phrases, shared by all who have the same. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/snmp/usm/inside.h"

struct usm_master {
	enum usm_auth auth;
	const char *phrase; /* behind the struct */
	unsigned holders;
	bool has_key;
	struct usm_key key;
};

static int
compare(const void *a, const void *b)
{
	const struct usm_master *left = a, *right = b;

	return left->auth != right->auth ? (left->auth < right->auth ? -1 : 1)
					 : strcmp(left->phrase, right->phrase);
}

static void
wipe(struct usm_master *master, size_t phrase_len)
{
	explicit_bzero(master, sizeof(*master) + phrase_len);
	free(master);
}

struct usm_master *
master_get(struct usm *usm, enum usm_auth auth, const char *phrase)
{
	struct usm_master wanted = { .auth = auth, .phrase = phrase };
	struct usm_master **known = tfind(&wanted, &usm->masters, compare);

	if (known != NULL) {
		(*known)->holders++;
		return *known;
	}
	size_t len = strlen(phrase);
	struct usm_master *master = calloc(1, sizeof(*master) + len + 1);
	if (master == NULL)
		return NULL;
	*master = (struct usm_master){ .auth = auth, .phrase = (char *)(master + 1), .holders = 1 };
	memcpy(master + 1, phrase, len + 1);
	if (tsearch(master, &usm->masters, compare) == NULL) {
		wipe(master, len);
		return NULL;
	}
	return master;
}

void
master_put(struct usm *usm, struct usm_master *master)
{
	if (master == NULL || --master->holders > 0)
		return;
	(void)tdelete(master, &usm->masters, compare);
	wipe(master, strlen(master->phrase));
}

int
master_localise(struct usm_master *master, enum usm_priv priv, const uint8_t *engine_id, size_t engine_id_len,
    struct usm_key *out)
{
	if (!master->has_key && library_key(master->auth, master->phrase, &master->key) < 0)
		return -EIO;
	master->has_key = true;
	return library_localise(master->auth, priv, &master->key, engine_id, engine_id_len, out);
}
