/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest: one, with all harts that have the hypervisor extension.
 *
 * guest.c prepares it once, guest_hart.c runs a hart of it, trap.c answers its exits,
 * guest_sbi.c and guest_hsm.c its calls, plic.c its accesses to the interrupt controller.
 * Guest physical addresses and hart ids are the machine's.
 */
#ifndef KSHIM_RISCV_GUEST_H
#define KSHIM_RISCV_GUEST_H

#include "riscv/guest/vcpu.h"
#include "stub/riscv/gstage.h"
#include "stub/riscv/riscv_machine.h"

#define PLIC_CONTEXTS (2 * MACHINE_HARTS)
#define GUEST_PLICS   8 /* one a socket of QEMU's virt */

struct plic {
	struct range reg;
	uint64_t hart[PLIC_CONTEXTS]; /* that a context belongs to */
	bool ours[PLIC_CONTEXTS];     /* it is an S-mode context of a guest hart */
};

struct guest {
	const struct memmap *map;
	struct gstage gstage;
	uint64_t hgatp;
	bool sstc; /* its timer is stimecmp; otherwise SBI's with an injected interrupt */
	uint32_t plics;
	struct plic plic[GUEST_PLICS];
	uint32_t harts;
	struct vcpu vcpu[MACHINE_HARTS];
};

extern struct guest guest;

/* Take note of the PLICs, and mark virtio-mmio slots without a device as absent. */
void guest_look_at_devices(const struct fdt *tree, struct machine *machine);

/* Does the timer work without us? By the ISA strings of all its harts, and by trying here. */
bool guest_timer_is_sstc(const struct machine *machine);

/*
 * Build the G-stage tables and what the harts need. Errors: GSTAGE_ROOM, GSTAGE_RANGE.
 */
enum refusal_code guest_prepare(const struct machine *machine, const struct memmap *map,
        const struct machine_hart *boot, bool sstc, bool quiet, struct refusal *ret_why);

/* Start the guest on this hart: a0 = hart, a1 = opaque. */
_Noreturn void guest_start(uint64_t hart, uint64_t entry, uint64_t opaque);

/* Run a hart of the guest from v->start_addr on; head.S calls it for those started by HSM. */
_Noreturn void guest_hart_main(struct vcpu *v);

/* Let the hart go on at `addr` as a freshly entered supervisor: a0 = hart, a1 = opaque. */
void guest_hart_enter(struct vcpu *v, uint64_t addr, uint64_t opaque);

/* If another hart has asked for it, inject VSSIP. */
void guest_take_ipi(struct vcpu *v);

/* The guest's hart with that id, or NULL. */
struct vcpu *guest_vcpu(uint64_t hart);

/* Answer the exit in *v (trap.c). */
void guest_exit_handle(struct vcpu *v);

/* The PLIC that holds all of `at`, or NULL (plic.c). */
const struct plic *plic_find(struct range at);
/* An access to it at `off`: what a load reads, or the value of a store. */
uint32_t plic_load(const struct plic *p, struct vcpu *v, uint64_t off);
void plic_store(const struct plic *p, struct vcpu *v, uint64_t off, uint32_t value);
/* Find the PLICs, and which contexts are the guest's. Those over GUEST_PLICS become absent. */
void plic_init(const struct fdt *tree, struct machine *machine);
/* The hart's external interrupt line has changed: pass it on. */
void plic_interrupt(void);

#endif
