/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into the guest and out of it, and accesses that may trap.
 *
 * RISC-V privileged specification, chapter 8. sscratch holds the struct vcpu while the guest
 * runs. stvec points to guest_exit in the guest and to host_trap in kshim, so that kshim's own
 * faults are told apart; the accesses below point it at themselves for a moment.
 */
#include "riscv/base/csr.h"
#include "offsets.inc"

#define X(n) (VCPU_X + 8 * (n))

	.text
	.globl vcpu_run
vcpu_run:
	addi sp, sp, -112
	sd ra, 0(sp)
	sd s0, 8(sp)
	sd s1, 16(sp)
	sd s2, 24(sp)
	sd s3, 32(sp)
	sd s4, 40(sp)
	sd s5, 48(sp)
	sd s6, 56(sp)
	sd s7, 64(sp)
	sd s8, 72(sp)
	sd s9, 80(sp)
	sd s10, 88(sp)
	sd s11, 96(sp)
	sd sp, VCPU_HOST_SP(a0)
	csrw CSR_SSCRATCH, a0
	lla t0, guest_exit
	csrw CSR_STVEC, t0
	ld t0, VCPU_SEPC(a0)
	csrw CSR_SEPC, t0
	ld t0, VCPU_SSTATUS(a0)
	csrw CSR_SSTATUS, t0
	ld t0, VCPU_HSTATUS(a0)
	csrw CSR_HSTATUS, t0
	.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld x\n, X(\n)(a0)
	.endr
	ld a0, X(10)(a0)
	sret

	.balign 4
guest_exit:
	csrrw a0, CSR_SSCRATCH, a0
	.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	sd x\n, X(\n)(a0)
	.endr
	csrr t0, CSR_SSCRATCH
	sd t0, X(10)(a0)
	lla t0, host_trap
	csrw CSR_STVEC, t0
	csrr t0, CSR_SEPC
	sd t0, VCPU_SEPC(a0)
	csrr t0, CSR_SSTATUS
	sd t0, VCPU_SSTATUS(a0)
	csrr t0, CSR_HSTATUS
	sd t0, VCPU_HSTATUS(a0)
	csrr t0, CSR_SCAUSE
	sd t0, VCPU_SCAUSE(a0)
	csrr t0, CSR_STVAL
	sd t0, VCPU_STVAL(a0)
	csrr t0, CSR_HTVAL
	sd t0, VCPU_HTVAL(a0)
	csrr t0, CSR_HTINST
	sd t0, VCPU_HTINST(a0)
	ld sp, VCPU_HOST_SP(a0)
	ld ra, 0(sp)
	ld s0, 8(sp)
	ld s1, 16(sp)
	ld s2, 24(sp)
	ld s3, 32(sp)
	ld s4, 40(sp)
	ld s5, 48(sp)
	ld s6, 56(sp)
	ld s7, 64(sp)
	ld s8, 72(sp)
	ld s9, 80(sp)
	ld s10, 88(sp)
	ld s11, 96(sp)
	addi sp, sp, 112
	ret

/* Each tries one access with stvec behind it, and returns whether it went well. */
	.macro try instruction:vararg
	lla t0, 1f
	csrrw t1, CSR_STVEC, t0
	li t2, 0
	\instruction
	li t2, 1
	.balign 4
1:	csrw CSR_STVEC, t1
	.endm

	.globl vcpu_fetch16
vcpu_fetch16:
	try .insn r 0x73, 0x4, 0x32, a0, a0, x3	/* hlvx.hu a0, (a0) */
	sd a0, (a1)
	mv a0, t2
	ret

	.globl vcpu_load64
vcpu_load64:
	try .insn r 0x73, 0x4, 0x36, a0, a0, x0	/* hlv.d a0, (a0) */
	sd a0, (a1)
	mv a0, t2
	ret

	.globl csr_has_vstimecmp
csr_has_vstimecmp:
	try csrr a0, CSR_VSTIMECMP
	mv a0, t2
	ret

	.globl csr_write_hstateen0
csr_write_hstateen0:
	try csrw CSR_HSTATEEN0, a0
	mv a0, t2
	ret
