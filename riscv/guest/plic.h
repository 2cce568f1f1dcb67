/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's PLICs, and the external interrupts of the hart that runs.
 */
#ifndef KSHIM_RISCV_PLIC_H
#define KSHIM_RISCV_PLIC_H

#include "riscv/guest/vcpu.h"
#include "stub/riscv/riscv_machine.h"

#define PLIC_CONTEXTS (2 * RISCV_HARTS)

struct plic {
	struct range reg;
	uint64_t hart[PLIC_CONTEXTS]; /* that a context belongs to */
	bool ours[PLIC_CONTEXTS];     /* it is an S-mode context of a guest hart */
};

/* Find the PLICs, and which contexts are the guest's. Those that are too many become absent. */
void plic_init(const struct fdt *tree, struct riscv_machine *machine);

/* The PLIC that holds all of `at`, or NULL. */
const struct plic *plic_find(struct range at);

/* An access to it at `off`: what a load reads, or the value of a store. */
uint32_t plic_load(const struct plic *p, struct vcpu *v, uint64_t off);
void plic_store(const struct plic *p, struct vcpu *v, uint64_t off, uint32_t value);

/* The hart's external interrupt line has changed: pass it on. */
void plic_interrupt(void);

#endif
