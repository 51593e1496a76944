/* SPDX-License-Identifier: ISC */
/*
 * Options: settings are declared as rows, never parsed by hand. From one row come the check (`towerd -t`), the value in
 * the struct of whoever declared it, and the reference page of the manual.
 */
#ifndef TOWERD_OPTION_H
#define TOWERD_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum towerd_option_type {
	TOWERD_OPT_TEXT = 1, /* const char *; NULL when absent and without a default */
	TOWERD_OPT_BOOL,     /* bool */
	TOWERD_OPT_INT,      /* int64_t */
	TOWERD_OPT_DURATION, /* int64_t, milliseconds; in the file 500ms 30s 5m 2h 400d */
	TOWERD_OPT_SIZE,     /* int64_t, octets; in the file 512B 64KiB 20MiB 20GiB */
	TOWERD_OPT_ENUM,     /* int: position in `names` */
	TOWERD_OPT_PATH,     /* const char *; relative paths start at the folder of the configuration file */
	TOWERD_OPT_SECRET, /* const char *; also accepted as NAME-file, a file that the world may not read */
	TOWERD_OPT_TEXTS,  /* struct towerd_texts: one text or a list of them */
	TOWERD_OPT_TABLE,  /* struct towerd_table: a list of maps, each checked against `rows` */
	TOWERD_OPT_MAP, /* struct towerd_table: a map of maps; the key lands in the element's first member, const char * */
	TOWERD_OPT_GROUP, /* a nested map, checked against `rows`; lands in a struct at `offset` */
	TOWERD_OPT_PATHS, /* struct towerd_texts: as TEXTS, each of them a path */
	TOWERD_OPT_NODE, /* const struct towerd_yaml_node *, NULL when absent: of any shape; for the agent's own rows, a node crosses no interface */
};

struct towerd_texts {
	const char *const *items;
	size_t count;
};

struct towerd_table {
	const void *items; /* `count` structs of the option's `row_size` */
	size_t count;
};

/*
 * A value that is absent and has no default leaves its member as it was (zero in an element of a table). A group that is absent
 * gets its defaults; what is required within it is missed only when the group is there.
 */
struct towerd_option {
	const char *name; /* as in the file: lower case, words joined by '-' */
	enum towerd_option_type type;
	size_t offset;            /* offsetof() in the struct that it fills */
	const char *def;          /* default, written as in the file (TEXTS: "a" or "[a, b]"); NULL: none */
	bool required;            /* an error when absent */
	int64_t min, max;         /* INT, DURATION, SIZE: accepted range; both 0: any not negative value */
	const char *const *names; /* ENUM: accepted words, NULL at the end */
	const struct towerd_option *rows; /* TABLE, MAP, GROUP: options of an element */
	size_t row_count, row_size;       /* how many rows; sizeof the element's struct */
	const char *help;                 /* one sentence, no capital, no full stop */
};

#ifdef __cplusplus
}
#endif
#endif
