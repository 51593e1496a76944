/* SPDX-License-Identifier: ISC */
/* The towerd inventory (YAML) that matches a scenario. */
#ifndef TESTS_SIM_INVENTORY_H
#define TESTS_SIM_INVENTORY_H

#include "tests/sim/scenario.h"

/* 0, or -EIO when the file cannot take it. */
int inventory_write(const struct scenario *scenario, FILE *out);

#endif
