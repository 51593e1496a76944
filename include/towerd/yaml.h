/* SPDX-License-Identifier: ISC */
/*
 * A YAML file as a read-only tree that knows where each node stands. Part of the support library: agent and plugins link it.
 * Anchors and aliases are refused (a small file must not become a large tree); so are duplicate keys and files over 64 MiB.
 * Not thread-safe per document; documents are independent.
 */
#ifndef TOWERD_YAML_H
#define TOWERD_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct towerd_yaml;      /* a document */
struct towerd_yaml_node; /* a node of it; lives as long as the document */

enum towerd_yaml_type { TOWERD_YAML_SCALAR, TOWERD_YAML_LIST, TOWERD_YAML_MAP };

/* Receives each fault of a file: `message` is one sentence without place or newline. Line and column start at 1; 0: the file as a whole. */
struct towerd_fault_sink {
	void (*report)(void *arg, const char *file, unsigned line, unsigned column, const char *message);
	void *arg;
	unsigned count; /* faults reported so far */
};

/* Prints "FILE:LINE:COL: message" to a FILE * given as `arg`. */
void towerd_fault_print(void *arg, const char *file, unsigned line, unsigned column, const char *message);

/* Both return NULL after at least one report. `text` is copied. `name` is what messages call the file. Free with towerd_yaml_free(). */
struct towerd_yaml *towerd_yaml_load(const char *path, struct towerd_fault_sink *faults);
struct towerd_yaml *
towerd_yaml_parse(const char *name, const char *text, size_t len, struct towerd_fault_sink *faults);
void towerd_yaml_free(struct towerd_yaml *doc);

const char *towerd_yaml_name(const struct towerd_yaml *doc);
/* The root; an empty document has an empty map as its root. */
const struct towerd_yaml_node *towerd_yaml_root(const struct towerd_yaml *doc);
enum towerd_yaml_type towerd_yaml_type(const struct towerd_yaml_node *node);
unsigned towerd_yaml_line(const struct towerd_yaml_node *node);
unsigned towerd_yaml_column(const struct towerd_yaml_node *node);

/* A scalar's text, NUL-terminated, without embedded NULs; "" for null; NULL when the node is not a scalar. */
const char *towerd_yaml_text(const struct towerd_yaml_node *node);
/* True for a plain (not quoted) scalar: only those may be read as numbers, booleans or null. */
bool towerd_yaml_is_plain(const struct towerd_yaml_node *node);

/* Items of a list or pairs of a map, 0 for a scalar. */
size_t towerd_yaml_count(const struct towerd_yaml_node *node);
const struct towerd_yaml_node *towerd_yaml_item(const struct towerd_yaml_node *list, size_t i);
const struct towerd_yaml_node *towerd_yaml_key(const struct towerd_yaml_node *map, size_t i);
const struct towerd_yaml_node *towerd_yaml_value(const struct towerd_yaml_node *map, size_t i);
/* The value of `key`, or NULL. */
const struct towerd_yaml_node *towerd_yaml_get(const struct towerd_yaml_node *map, const char *key);

/* Reports a fault at a node (NULL: at the file). */
void towerd_yaml_fault(const struct towerd_yaml *doc, const struct towerd_yaml_node *node,
    struct towerd_fault_sink *faults, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Numbers of a scalar; on failure -EINVAL (not a number) or -ERANGE and *out is untouched. */
int towerd_yaml_int(const struct towerd_yaml_node *node, int64_t *out);
/* A decimal as an integer in units of 10^-decimals, rounded half away from zero: "47.05" with 1 is 471. */
int towerd_yaml_decimal(const struct towerd_yaml_node *node, unsigned decimals, int64_t *out);
int towerd_yaml_bool(const struct towerd_yaml_node *node, bool *out);

/*
 * Fills `target` from a map by option rows (towerd/option.h). Every fault is reported, not the first alone; unknown keys are faults
 * that name the closest known key. Strings and tables are allocated from the document and live as long as it does.
 * Returns 0, or -EINVAL after at least one report; then `target` holds what was good, defaults elsewhere.
 * `map` may be NULL: all defaults, and a fault for each required option (at the file).
 */
struct towerd_option;
int towerd_yaml_options(struct towerd_yaml *doc, const struct towerd_yaml_node *map,
    const struct towerd_option *rows, size_t row_count, void *target, struct towerd_fault_sink *faults);

#ifdef __cplusplus
}
#endif
#endif
