/* SPDX-License-Identifier: ISC */
/* Arrays of structs that begin with a number (uint32_t), sorted by it, each number once: devices, as agent and workers keep them. */
#ifndef PLUGINS_SNMP_SORTED_H
#define PLUGINS_SNMP_SORTED_H

#include <stddef.h>
#include <stdint.h>

/* NULL: not there. */
void *sorted_find(const void *items, size_t count, size_t size, uint32_t number);
/*
 * Makes room for `number`, which is not there yet; `*items` may move. Returns its place, all zeros but for the number. NULL: no memory, and
 * nothing has changed.
 */
void *sorted_insert(void **items, size_t *count, size_t size, uint32_t number);
/* Takes `item`, one of them, out. */
void sorted_remove(void *items, size_t *count, size_t size, void *item);

#endif
