/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's hart: its registers while kshim runs, and what kshim keeps for it.
 *
 * Each guest hart runs on the physical hart of the same id and on no other. vcpu.S takes its
 * offsets from this struct through the generated offsets.inc.
 */
#ifndef KSHIM_RISCV_VCPU_H
#define KSHIM_RISCV_VCPU_H

#include <stdbool.h>
#include <stdint.h>

struct guest;

struct vcpu {
	uint64_t x[32]; /* x[0] is unused */
	uint64_t sepc, sstatus, hstatus;
	uint64_t scause, stval, htval, htinst; /* of the last exit */
	uint64_t host_sp;
	uint64_t stack_top;
	uint64_t hart, henvcfg;
	uint64_t start_addr, opaque; /* where the guest hart starts, with a1 */
	uint32_t ipi;                /* another hart has asked for VSSIP */
	uint32_t fwft_locked;        /* a bit for each firmware feature */
	struct guest *guest;         /* that it is a hart of */
};

/* Run the guest until it needs kshim; the exit's registers are in *v then. vcpu.S. */
void vcpu_run(struct vcpu *v);

/* Fetch 16 bits of guest code at a guest virtual address; false if it is not mapped. vcpu.S. */
bool vcpu_fetch16(uint64_t addr, uint64_t *ret_half);

/* Load 64 bits at a guest virtual address as the guest's kernel would; false if it could not.
 */
bool vcpu_load64(uint64_t addr, uint64_t *ret_value);

/* Is the register there, with all that it depends on? Two that matter; vcpu.S. */
bool csr_has_vstimecmp(void);
bool csr_write_hstateen0(uint64_t value);

#endif
