/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O ports that kshim uses, by number, and the instructions for them.
 */
#ifndef KSHIM_X86_PORT_H
#define KSHIM_X86_PORT_H

#include <stddef.h>
#include <stdint.h>

#define PORT_KEYBOARD  0x64 /* 8042 command port */
#define KEYBOARD_RESET 0xfe /* pulse the CPU's reset line */
#define PORT_POST      0x80 /* where a POST card shows a code */
#define POST_JUMP      0xa5 /* shown there at the jump; refusals' codes end at 127 */
#define PORT_DEBUGCON  0xe9 /* QEMU's and Bochs' debug console */
#define PORT_EXIT      0xf4 /* where QEMU's isa-debug-exit is customarily put */

/* The first serial port, a 16550 (National PC16550D data sheet, table II). */
#define PORT_COM1    0x3f8
#define COM_LSR      5      /* line status register */
#define COM_LSR_THRE 0x20   /* transmitter can take bytes */
#define COM_PATIENCE 100000 /* polls before the transmitter is taken for dead */

/* QEMU docs/specs/fw_cfg.rst */
#define PORT_FW_CFG_SELECTOR 0x510
#define PORT_FW_CFG_DATA     0x511
#define PORT_FW_CFG_DMA      0x514

static inline void
outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void
outw(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void
outl(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline uint8_t
inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline uint32_t
inl(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

/* `len` bytes from one port to memory. */
static inline void
insb(uint16_t port, void *dst, size_t len)
{
	__asm__ volatile("rep insb" : "+D"(dst), "+c"(len) : "d"(port) : "memory");
}

#endif
