/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workbench for planner tests: a valid request that a test changes, and a memory in which the
 * plan is really carried out and its promises are checked byte by byte.
 */
#ifndef KSHIM_TEST_PLAN_BENCH_H
#define KSHIM_TEST_PLAN_BENCH_H

#include "stub/plan/plan.h"

#define BENCH_RAM (16 * MIB) /* addresses that bench_run() can carry out */

struct bench {
	struct facts kernel;
	struct memmap map;
	struct named_range fixed[8], busy[8];
	char line[8192];
	struct plan_request req;
	struct plan plan;
	struct refusal why;
};

/* An ELF64 Linux with PVH note, a segment at 4 MiB of 256 KiB in the file and 384 in memory;
 * RAM to 640 KiB and 1 to 16 MiB. */
void bench_elf(struct bench *b);

/* A relocatable 64-bit bzImage that prefers 4 MiB: 256 KiB of code, init_size 768 KiB. */
void bench_bzimage(struct bench *b);

/* Replace the map by RAM to 640 KiB and from 1 MiB to `end`. */
void bench_ram(struct bench *b, uint64_t end);

/* Append a blob that lies at `addr`, or a stream. */
void bench_module(struct bench *b, uint64_t addr, uint64_t size);
void bench_stream(struct bench *b, uint64_t size);

void bench_fixed(struct bench *b, const char *name, uint64_t addr, uint64_t len);
void bench_busy(struct bench *b, const char *name, uint64_t addr, uint64_t len);

/* Append a segment to an ELF kernel, its bytes following the others in the file. */
void bench_segment(struct bench *b, uint64_t paddr, uint64_t file_len, uint64_t mem_len);

enum refusal_code bench_plan(struct bench *b);

/* Fail unless the plan's page tables, if it has any, map all that its moves read and write. */
void bench_check_mapped(const struct bench *b);

/*
 * Carry the plan out in a simulated memory and fail the test unless: placements are disjoint,
 * in RAM, apart from what is fixed; every blob arrives whole with zeros behind it where asked;
 * fixed memory, and busy memory before the first late move, is untouched; early moves come
 * first and no late one reads a stream; what was built stays as built.
 */
void bench_run(const struct bench *b);

#endif
