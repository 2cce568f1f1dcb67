/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Would kshim boot it? Asked of the core, by a plan for a roomy machine.
 */
#ifndef CHECK_WAYS_H
#define CHECK_WAYS_H

#include "stub/plan/plan.h"
#include "tools/check/report.h"

enum way {
	WAY_STUB,   /* kshim.elf, kshim.rom, kshim.bzimage: inside the guest */
	WAY_DIRECT, /* kshim run --direct */
	WAY_EFI,    /* kshim.efi, with OVMF's memory map */
	WAY_RISCV,  /* kshim-riscv64.bin */
};

/*
 * Plan it with `memory` bytes of RAM (0: many), without initrd; `line` is its own command line,
 * NULL if it brings none. On success the plan says by which protocol it is entered, and where.
 */
enum refusal_code ways_plan(const struct facts *facts, enum way way, uint64_t memory,
        const struct cmdline *line, struct plan *ret_plan, struct refusal *ret_why);

/* The least memory in MiB by which the plan is made; 0 if none is enough. */
uint64_t ways_least_memory(const struct facts *facts, enum way way);

#endif
