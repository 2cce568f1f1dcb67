/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID and the few instructions that C cannot say.
 */
#ifndef KSHIM_X86_CPU_H
#define KSHIM_X86_CPU_H

#include <stdbool.h>
#include <stdint.h>

struct cpuid {
	uint32_t a, b, c, d;
};

/* Leaf `leaf`, subleaf 0; all 0 if the CPU does not have that leaf. */
static inline struct cpuid
cpuid(uint32_t leaf)
{
	struct cpuid r = {0, 0, 0, 0};

	__asm__("cpuid"
	        : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
	        : "a"(leaf & 1u << 31), "c"(0));
	if (leaf > r.a)
		return (struct cpuid){0, 0, 0, 0};
	__asm__("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
	return r;
}

/* Intel SDM vol. 2A, CPUID: 0x80000001 EDX bit 26 */
static inline bool
cpu_has_gb_pages(void)
{
	return cpuid(0x80000001).d >> 26 & 1;
}

/* Bits of a physical address (0x80000008 EAX bits 0-7); 36 where the CPU does not say. */
static inline unsigned
cpu_physical_bits(void)
{
	unsigned bits = cpuid(0x80000008).a & 0xff;

	return bits ? bits : 36;
}

/* Stop for good: no interrupt wakes this CPU. */
static inline _Noreturn void
cpu_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#endif
