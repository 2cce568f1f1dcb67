/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the harts of the guest share. guest_prepare() fills it in before any of them runs; then
 * it is read only, but for what the harts write to each other's struct vcpu.
 */
#ifndef KSHIM_RISCV_GUEST_STATE_H
#define KSHIM_RISCV_GUEST_STATE_H

#include "riscv/guest/vcpu.h"
#include "stub/riscv/riscv_machine.h"

struct guest {
	const struct memmap *map;
	uint64_t hgatp;
	bool sstc; /* its timer is stimecmp; otherwise SBI's with an injected interrupt */
	uint32_t harts;
	struct vcpu vcpu[RISCV_HARTS];
};

/* The guest's hart with that id, or NULL. */
struct vcpu *guest_vcpu(struct guest *guest, uint64_t hart);

/* Is all of it the guest's memory? */
bool guest_owns(const struct guest *guest, uint64_t addr, uint64_t len);

#endif
