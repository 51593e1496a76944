/* SPDX-License-Identifier: ISC */
/* The walk of one subtree. */
#include "plugins/snmp/poll/subtree.h"

#include <string.h>

#define REPETITIONS 20 /* of a GETBULK */

void
subtree_init(struct subtree *s, struct object_set *objects, struct learned *learned,
    enum codec_version version, size_t max)
{
	unsigned known = learned->repetitions;

	*s = (struct subtree){ .objects = objects, .learned = learned, .max = max };
	if (version != CODEC_V1 && !learned->has_no_bulk)
		s->repetitions = known > 0 && known < REPETITIONS ? known : REPETITIONS;
}

void
subtree_begin(struct subtree *s, struct snmp_oid root)
{
	s->root = root;
	s->cursor_len = root.len < TOWERD_OID_MAX ? root.len : TOWERD_OID_MAX;
	memcpy(s->cursor, root.ids, s->cursor_len * sizeof(uint32_t));
	s->found = 0;
	s->chokes = 0;
	s->goes_back = s->is_endless = false;
	s->trouble = NULL;
}

void
subtree_ask(const struct subtree *s, struct session_question *question)
{
	question->command = s->repetitions == 0 ? CODEC_GETNEXT : CODEC_GETBULK;
	question->count = 1;
	question->oids[0] = (struct snmp_oid){ s->cursor, s->cursor_len };
	question->repetitions = s->repetitions;
}

static enum subtree_state
end(struct subtree *s, const char *trouble)
{
	s->trouble = trouble;
	return SUBTREE_DONE;
}

/* Takes an object; false: the walk has left its subtree. */
static bool
take_object(struct subtree *s, const struct snmp_object *o, size_t *before)
{
	int order = oid_compare(o->ids, o->len, s->cursor, s->cursor_len);

	if (o->value.tag >= SNMP_NO_SUCH_OBJECT || o->len > TOWERD_OID_MAX ||
	    !oid_has_prefix(o->ids, o->len, s->root.ids, s->root.len))
		return false;
	if (order == 0)
		return true;
	if (order < 0 && !s->goes_back) {
		s->goes_back = true;
		*before = object_set_count(s->objects);
	}
	s->cursor_len = o->len;
	memcpy(s->cursor, o->ids, o->len * sizeof(uint32_t));
	s->found++;
	if (object_set_add(s->objects, o) < 0)
		s->trouble = "found no memory";
	return true;
}

/* Objects may come twice, and in no order; an answer without a new one ends the walk, since the next would be the same. */
static enum subtree_state
take_objects(struct subtree *s, const struct codec_answer *answer)
{
	size_t had = s->found, before = s->goes_back ? object_set_count(s->objects) : 0;
	bool is_inside = true;

	for (size_t i = 0; i < answer->count && is_inside && s->trouble == NULL; i++)
		is_inside = take_object(s, &answer->objects[i], &before);
	bool is_new = s->goes_back ? object_set_count(s->objects) > before : s->found > had;
	if (s->goes_back && is_new)
		learned_unordered(s->learned);
	if (s->trouble != NULL || !is_inside)
		return SUBTREE_DONE;
	if (s->found > s->max) {
		s->is_endless = true;
		return end(s, "does not end");
	}
	return is_new ? SUBTREE_MORE : end(s, "comes back to where it was");
}

enum subtree_state
subtree_answer(struct subtree *s, const struct codec_answer *answer)
{
	s->chokes = 0;
	if (answer->error == CODEC_NO_ERROR && answer->count > 0) {
		if (s->is_shrunk)
			learned_repetitions(s->learned, s->repetitions);
		s->is_shrunk = false;
		return take_objects(s, answer);
	}
	if (s->repetitions > 0) {
		s->repetitions = answer->error == CODEC_TOO_BIG ? s->repetitions / 2 : 0;
		s->is_shrunk = true;
		return SUBTREE_MORE;
	}
	/* SNMPv1 says so at the end of everything. */
	return end(s, answer->error == CODEC_NO_SUCH_NAME ? NULL : "is refused");
}

enum subtree_state
subtree_choked(struct subtree *s)
{
	if (++s->chokes < CHOKES)
		return SUBTREE_MORE;
	if (s->repetitions == 0)
		return end(s, "has no answer");
	s->repetitions /= 4;
	s->is_shrunk = true;
	return SUBTREE_MORE;
}
