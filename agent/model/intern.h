/* SPDX-License-Identifier: ISC */
/* Texts kept once: labels, instances, drivers and areas repeat a thousandfold over a fleet. Equal texts are the same pointer. */
#ifndef AGENT_MODEL_INTERN_H
#define AGENT_MODEL_INTERN_H

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *intern); /* and every text in it */
/* Counts one more user of the text; NULL text is "". NULL: out of memory. */
const char *intern_take(struct intern *intern, const char *text);
void intern_drop(struct intern *intern, const char *text); /* one user less; NULL is fine */
/* The kept text without taking it; NULL: there is none. */
const char *intern_find(const struct intern *intern, const char *text);

#endif
