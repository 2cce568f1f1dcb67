/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where firmware enters kshim, with the header of a RISC-V Image so that other loaders find
 * their way (Linux Documentation/arch/riscv/boot-image-header.rst).
 *
 * Entry: a0 hart, a1 device tree, S-mode, satp 0. The image is linked at 0 and applies its own
 * R_RISCV_RELATIVE relocations, so that it runs at any 16 KiB. Surprise: nothing here may use
 * gp; no global pointer is ever set.
 */
#include "riscv/base/csr.h"
#include "offsets.inc"

#define RELA_SIZE       24
#define R_RISCV_RELATIVE 3

	.section .head, "ax"
	.option norvc
	.globl kshim_start
kshim_start:
	j start
	nop
	.dword 0x200000			/* text_offset: QEMU and U-Boot load there */
	.dword kshim_end - kshim_start	/* image_size, from the linker script */
	.dword 0			/* flags: little-endian */
	.word 2				/* version 0.2 */
	.word 0
	.dword 0
	.ascii "RISCV\0\0\0"
	.ascii "RSC\5"
	.word 0

start:
	csrw CSR_SIE, zero
	csrw CSR_SATP, zero
	lla t0, host_trap
	csrw CSR_STVEC, t0
	lla t0, entered
	li t1, 1
	amoswap.w.aqrl t1, t1, (t0)
	bnez t1, hart_entry
	lla t0, bss_start
	lla t1, kshim_end
1:	sd zero, (t0)
	addi t0, t0, 8
	bltu t0, t1, 1b
	/* Add the load address to every place that holds an address. */
	lla t0, rela_start
	lla t1, rela_end
	lla t2, kshim_start
	li t5, R_RISCV_RELATIVE
2:	bgeu t0, t1, 3f
	ld t3, 0(t0)
	ld t4, 8(t0)
	bne t4, t5, halt
	ld t4, 16(t0)
	add t4, t4, t2
	add t3, t3, t2
	sd t4, (t3)
	addi t0, t0, RELA_SIZE
	j 2b
3:	lla sp, boot_stack_top
	call kshim_main
halt:
	wfi
	j halt

/*
 * A hart that the guest started, or harts.c: a0 hart. Whose it is is looked up, for OpenSBI 1.1
 * lets the hart go before it has written where to and with which a1: it can come with the old
 * ones, and those of the first start are kshim_start and the device tree.
 */
	.globl hart_entry
hart_entry:
	csrw CSR_SIE, zero
	lla t0, own_satp
	ld t0, (t0)
	sfence.vma
	csrw CSR_SATP, t0
	sfence.vma
	lla t0, host_trap
	csrw CSR_STVEC, t0
	lla t0, guest
	li t1, GUEST_HARTS
	add t1, t0, t1
	lwu t1, (t1)
	li t2, GUEST_VCPU
	add t0, t0, t2
	li t3, VCPU_SIZE
1:	beqz t1, go_back		/* a direct boot has none */
	ld t2, VCPU_HART(t0)
	beq t2, a0, 2f
	add t0, t0, t3
	addi t1, t1, -1
	j 1b
2:	mv a0, t0
	ld sp, VCPU_STACK_TOP(a0)
	call guest_hart_main
	j halt

/*
 * Back to the firmware, which may start the hart once more; not before it is done with this
 * start, and then so late that the interrupt it ends with has come, for M-mode takes that here.
 */
go_back:
	lla t0, hart_on_its_way
1:	ld t1, (t0)
	beq t1, a0, 1b
	li t1, 1000
2:	addi t1, t1, -1
	bnez t1, 2b
	li a6, HSM_STOP
	li a7, HSM
	ecall
	j halt

/* kshim itself has trapped: say so on a stack of its own. */
	.globl host_trap
	.balign 4
host_trap:
	lla sp, fault_stack_top
	csrr a0, CSR_SCAUSE
	csrr a1, CSR_SEPC
	csrr a2, CSR_STVAL
	call host_fault
	j halt

/* enter_kernel(a0 hart, a1 device tree, a2 entry): does not return. */
	.globl enter_kernel
enter_kernel:
	csrw CSR_SIE, zero
	csrw CSR_SATP, zero
	sfence.vma
	csrw CSR_SSCRATCH, zero
	fence rw, rw
	fence.i
	jr a2

	.section .data.entered, "aw"
	.balign 4
entered:
	.word 0

/* tools/add-symbols fills it: stub/body/symbols.h. */
	.section .symbols, "a", @progbits
	.globl symbols
	.balign 4
symbols:
	.skip SYMBOLS_ROOM

/* The page below each stack is not mapped (protect.c). */
	.section .bss.stacks, "aw", @nobits
	.globl boot_stack_guard, fault_stack_guard
	.balign PAGE_LEN
boot_stack_guard:
	.skip PAGE_LEN
	.skip 65536
boot_stack_top:
fault_stack_guard:
	.skip PAGE_LEN
	.skip 8192
fault_stack_top:
