/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One hart of the guest: its hypervisor registers.
 *
 * RISC-V privileged specification, chapter 8.2. Interrupts to HS-mode are taken in the guest
 * only: sie is set, sstatus.SIE never is.
 */
#include "riscv/guest/guest_hart.h"

#include "riscv/base/csr.h"
#include "riscv/guest/guest_state.h"

/* What the guest's kernel handles itself; its ecalls and G-stage faults are ours. */
#define DELEGATED                                                                              \
	(1u << CAUSE_MISALIGNED_FETCH | 1u << CAUSE_FETCH_ACCESS | 1u << CAUSE_ILLEGAL |       \
	        1u << CAUSE_BREAKPOINT | 1u << CAUSE_MISALIGNED_LOAD |                         \
	        1u << CAUSE_LOAD_ACCESS | 1u << CAUSE_MISALIGNED_STORE |                       \
	        1u << CAUSE_STORE_ACCESS | 1u << CAUSE_USER_ECALL | 1u << CAUSE_FETCH_PAGE |   \
	        1u << CAUSE_LOAD_PAGE | 1u << CAUSE_STORE_PAGE)
#define COUNTERS 7 /* cycle, time, instret */

static void
set_hypervisor(const struct vcpu *v)
{
	csr_write(CSR_HEDELEG, DELEGATED);
	csr_write(CSR_HIDELEG, IRQ_VSSI | IRQ_VSTI | IRQ_VSEI);
	csr_write(CSR_HCOUNTEREN, COUNTERS);
	csr_write(CSR_HENVCFG, v->henvcfg);
	csr_write(CSR_HTIMEDELTA, 0);
	csr_write(CSR_HGEIE, 0);
	csr_write(CSR_HVIP, 0);
	csr_write_hstateen0(~0ull); /* where it is there */
	csr_write(CSR_HGATP, v->guest->hgatp);
	hfence_gvma();
}

static void
clear_supervisor(const struct vcpu *v)
{
	csr_write(CSR_VSIE, 0);
	csr_write(CSR_VSTVEC, 0);
	csr_write(CSR_VSSCRATCH, 0);
	csr_write(CSR_VSEPC, 0);
	csr_write(CSR_VSCAUSE, 0);
	csr_write(CSR_VSTVAL, 0);
	if (v->guest->sstc)
		csr_write(CSR_VSTIMECMP, ~0ull);
}

void
guest_hart_enter(struct vcpu *v, uint64_t addr, uint64_t opaque)
{
	csr_write(CSR_VSATP, 0);
	csr_clear(CSR_VSSTATUS, SSTATUS_SIE | SSTATUS_SPIE);
	hfence_vvma();
	fence_i();
	for (unsigned i = 0; i < 32; i++)
		v->x[i] = 0;
	v->x[10] = v->hart;
	v->x[11] = opaque;
	v->sepc = addr;
	v->sstatus = csr_read(CSR_SSTATUS) | SSTATUS_SPP | SSTATUS_FS | SSTATUS_VS;
	v->sstatus &= ~(SSTATUS_SIE | SSTATUS_SPIE);
	v->hstatus = (csr_read(CSR_HSTATUS) & HSTATUS_VSXL) | HSTATUS_SPV | HSTATUS_SPVP;
}

void
guest_take_ipi(struct vcpu *v)
{
	if (__atomic_exchange_n(&v->ipi, 0, __ATOMIC_ACQ_REL))
		csr_set(CSR_HVIP, IRQ_VSSI);
}

void
guest_hart_begin(struct vcpu *v)
{
	set_hypervisor(v);
	v->fwft_locked = 0;
	clear_supervisor(v);
	guest_hart_enter(v, v->start_addr, v->opaque);
	csr_write(CSR_SIE, IRQ_SSI | IRQ_SEI);
	guest_take_ipi(v); /* the firmware passes none on to a hart that is still starting */
}
