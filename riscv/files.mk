# SPDX-License-Identifier: BSD-2-Clause
# The RISC-V body, C and assembly, with offsets.inc as on x86.

RISCV_SRCS := \
	riscv/base/console.c \
	riscv/base/die.c \
	riscv/base/mem.c \
	riscv/base/protect.c \
	riscv/boot/execute.c \
	riscv/boot/fw_cfg.c \
	riscv/boot/harts.c \
	riscv/boot/main.c \
	riscv/boot/sources.c \
	riscv/guest/guest.c \
	riscv/guest/guest_calls.c \
	riscv/guest/guest_fwft.c \
	riscv/guest/guest_hart.c \
	riscv/guest/guest_hsm.c \
	riscv/guest/guest_legacy.c \
	riscv/guest/guest_sbi.c \
	riscv/guest/guest_state.c \
	riscv/guest/plic.c \
	riscv/guest/trap.c \

RISCV_ASMS := \
	riscv/boot/head.S \
	riscv/guest/vcpu.S \

RISCV_OFFSETS := riscv/boot/offsets.c
