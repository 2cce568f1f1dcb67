/* SPDX-License-Identifier: BSD-2-Clause */
/* What the probe guest's files share: what it says, and its checks. */
#ifndef TESTS_RISCV_PROBE_H
#define TESTS_RISCV_PROBE_H

#include "stub/input/fdt.h"

void put(const char *s);
void put_hex(uint64_t v);

/* One line: ok, or what was found and wanted. */
void check(const char *what, uint64_t got, uint64_t want);

/*
 * That there is a seed, and no copy of it in memory but in the tree itself. `more` is the
 * address of 2 MiB that the tree calls reserved and that are read, too; 0: none.
 */
void check_seed(const struct fdt *fdt, uint64_t more);

/* FWFT: the features whose bits are set work as specified, others are not there. */
void check_fwft(uint64_t features);

#endif
