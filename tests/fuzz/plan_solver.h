/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a kernel or an initrd must go, found by looking at every page of a small memory: slow,
 * and without a line of the planner's.
 */
#ifndef TESTS_PLAN_SOLVER_H
#define TESTS_PLAN_SOLVER_H

#include "tests/unit/plan_bench.h"

#define SOLVER_NONE UINT64_MAX

/* Is all of it RAM in which nothing is that stays, byte by byte? `placed`: nor a placement. */
bool solver_is_free(const struct bench *b, struct range r, unsigned placed);

/* Where a relocatable bzImage goes, or an ELF of that length that was linked at `linked`. */
uint64_t solver_bzimage(const struct bench *b);
uint64_t solver_elf(
        const struct bench *b, uint64_t linked, uint64_t len, uint64_t step, uint64_t min);

/*
 * Where the joined initrd of `len` bytes goes, after the first `placed` placements of the plan.
 */
uint64_t solver_initrd(const struct bench *b, uint64_t len, unsigned placed);

#endif
