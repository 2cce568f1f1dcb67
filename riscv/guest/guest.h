/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest: one, with all harts that have the hypervisor extension. What a boot calls.
 *
 * Guest physical addresses and hart ids are the machine's.
 */
#ifndef KSHIM_RISCV_GUEST_H
#define KSHIM_RISCV_GUEST_H

#include "stub/riscv/riscv_machine.h"

/* Take note of the PLICs, and mark virtio-mmio slots without a device as absent. */
void guest_look_at_devices(const struct fdt *tree, struct riscv_machine *machine);

/* Does the timer work without us? By the ISA strings of all its harts, and by trying here. */
bool guest_timer_is_sstc(const struct riscv_machine *machine);

/*
 * Build the G-stage tables and what the harts need. Errors: GSTAGE_ROOM, GSTAGE_RANGE.
 */
enum refusal_code guest_prepare(const struct riscv_machine *machine, const struct memmap *map,
        const struct riscv_hart *boot, bool sstc, bool quiet, struct refusal *ret_why);

/* Start the guest on this hart: a0 = hart, a1 = opaque. */
_Noreturn void guest_start(uint64_t hart, uint64_t entry, uint64_t opaque);

#endif
