/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe guest's entry, as a Linux Image; and what C cannot say: the state on entry, a second
 * hart's entry, resuming, taking a trap.
 *
 * Entered as Linux is: a0 hart, a1 device tree. It must run at any 2 MiB, so nothing in it holds
 * an address.
 */
	.section .head, "ax"
	.option norvc
	.globl probe_start
probe_start:
	j start
	nop
	.dword 0x200000
	.dword probe_end - probe_start
	.dword 0
	.word 2
	.word 0
	.dword 0
	.ascii "RISCV\0\0\0"
	.ascii "RSC\5"
	.word 0

start:
	csrr t0, satp
	csrr t1, sstatus
	lla t2, entry_satp
	sd t0, (t2)
	sd t1, 8(t2)
	lla sp, stack_top
	call probe_main
1:	wfi
	j 1b

/* A hart started by HSM: a0 hart, a1 opaque. */
	.globl second_entry
second_entry:
	lla sp, second_stack_top
	csrr a2, satp
	csrr a3, sstatus
	call second_main
1:	wfi
	j 1b

/* A hart of probe=start: leaves its a1 at harts_arrived[a0] and waits for ever. */
	.globl start_entry
start_entry:
	lla t0, harts_arrived
	slli t1, a0, 3
	add t0, t0, t1
	sd a1, (t0)
1:	wfi
	j 1b

/* A hart of probe=storm: a1 is how many harts there are. */
	.globl storm_entry
storm_entry:
	lla sp, storm_stacks
	addi t0, a0, 1
	slli t0, t0, 12
	add sp, sp, t0
	call storm_main
1:	wfi
	j 1b

/* suspend_and_resume(type, opaque, ret[2]): a0 and a1 after the resume go to ret. */
	.globl suspend_and_resume
suspend_and_resume:
	addi sp, sp, -128
	sd ra, 0(sp)
	sd a2, 8(sp)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	sd s\n, 16 + 8 * \n(sp)
	.endr
	lla t0, saved_sp
	sd sp, (t0)
	mv a2, a1
	lla a1, resumed
	li a6, 3
	li a7, 0x48534d
	ecall
	j 1f			/* only an error comes here */
resumed:
	lla t0, saved_sp
	ld sp, (t0)
	ld t1, 8(sp)
	sd a0, 0(t1)
	sd a1, 8(t1)
	li a0, 0
1:	ld ra, 0(sp)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ld s\n, 16 + 8 * \n(sp)
	.endr
	addi sp, sp, 128
	ret

/* take_interrupt(sie, ticks): the scause of the first of these interrupts, 0 if none comes. */
	.globl take_interrupt
take_interrupt:
	lla t0, 2f
	csrw stvec, t0
	csrw scause, zero
	csrr t1, time
	add t1, t1, a1
	csrw sie, a0
	csrsi sstatus, 2
1:	csrr t2, time
	bltu t2, t1, 1b
	.balign 4
2:	csrci sstatus, 2
	csrw sie, zero
	csrr a0, scause
	ret

/* read_hgatp(ret): what a CSR of the hypervisor's does to a guest: its scause. */
	.globl read_hgatp
read_hgatp:
	lla t0, 1f
	csrw stvec, t0
	csrw scause, zero
	csrr t1, 0x680
	.balign 4
1:	csrr a0, scause
	ret

/* registers_kept(): 1 if an ecall changes nothing but a0 and a1. */
	.globl registers_kept
registers_kept:
	addi sp, sp, -16
	sd s0, 0(sp)
	sd s1, 8(sp)
	.irp r, a2, a3, a4, a5, t0, t1, t2, t3, t4, t5, t6, s0, s1
	li \r, 0x5a5
	.endr
	li a0, 0x10
	li a6, 3
	li a7, 0x10
	ecall
	li a0, 1
	li a1, 0x5a5
	.irp r, a2, a3, a4, a5, t0, t1, t2, t3, t4, t5, t6, s0, s1
	beq \r, a1, 2f
	li a0, 0
2:
	.endr
	ld s0, 0(sp)
	ld s1, 8(sp)
	addi sp, sp, 16
	ret

	.section .bss.stacks, "aw", @nobits
	.balign 16
	.globl entry_satp
entry_satp:
	.skip 16
saved_sp:
	.skip 16
	.skip 32768
stack_top:
	.skip 8192
second_stack_top:
storm_stacks:
	.skip 4096 * 16
