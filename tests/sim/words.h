/* SPDX-License-Identifier: ISC */
/* Lines of words: how scenarios and commands are written, and how numbers, durations and addresses look in them. */
#ifndef TESTS_SIM_WORDS_H
#define TESTS_SIM_WORDS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX 64

struct words {
	size_t count;
	char *at[WORDS_MAX + 1]; /* ends with NULL */
	bool is_quoted[WORDS_MAX];
};

/*
 * Splits the line in place at blanks. "…" keeps blanks together, with \" and \\ inside it; a word that starts with # begins a comment.
 * Returns NULL, or a sentence that says what is wrong.
 */
const char *words_split(char *line, struct words *words);

/* Whole words only: false when anything else follows, or out of range. */
bool words_number(const char *word, int64_t min, int64_t max, int64_t *value);
bool words_duration_ms(const char *word, int64_t *ms); /* 250ms 20s 2m 1h */
bool words_ipv4(const char *word, uint32_t *address);  /* host order */
bool words_endpoint(
    const char *word, struct sockaddr_in *endpoint); /* ADDRESS:PORT or PORT alone, then 127.0.0.1 */

/* Joins words[from…] by blanks, quoting those that need it, into out; false when it does not fit. */
bool words_join(const struct words *words, size_t from, char *out, size_t room);

#endif
