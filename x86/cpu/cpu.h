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

/* A leaf that no CPU with long mode lacks (0, 1, 0x80000000, 0x80000001), subleaf 0. */
static inline struct cpuid
cpuid_basic(uint32_t leaf)
{
	struct cpuid r;

	__asm__("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
	return r;
}

/* Leaf `leaf`, subleaf 0; all 0 if the CPU does not have that leaf. */
static inline struct cpuid
cpuid(uint32_t leaf)
{
	if (leaf > cpuid_basic(leaf & 1u << 31).a)
		return (struct cpuid){0, 0, 0, 0};
	return cpuid_basic(leaf);
}

/* Intel SDM vol. 2A, CPUID: 0x80000001 EDX bit 26 */
static inline bool
cpu_has_gb_pages(void)
{
	return cpuid_basic(0x80000001).d >> 26 & 1;
}

/* The same, bit 20: pages that cannot be executed. */
static inline bool
cpu_has_nx(void)
{
	return cpuid_basic(0x80000001).d >> 20 & 1;
}

/* Bits of a physical address (0x80000008 EAX bits 0-7); 36 where the CPU does not say. */
static inline unsigned
cpu_physical_bits(void)
{
	unsigned bits = cpuid(0x80000008).a & 0xff;

	return bits ? bits : 36;
}

static inline uint64_t
cpu_read_msr(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return (uint64_t)high << 32 | low;
}

static inline void
cpu_write_msr(uint32_t number, uint32_t low, uint32_t high)
{
	__asm__ volatile("wrmsr" : : "c"(number), "a"(low), "d"(high) : "memory");
}

/* Let page tables say what cannot be executed: EFER.NXE, which only a CPU with NX has. */
static inline void
cpu_set_nxe(void)
{
	uint64_t efer = cpu_read_msr(0xc0000080);

	cpu_write_msr(0xc0000080, (uint32_t)efer | 1u << 11, (uint32_t)(efer >> 32));
}

/* Let page tables say what cannot be written, to us too: CR0.WP. */
static inline void
cpu_set_wp(void)
{
	uint64_t cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | 1u << 16) : "memory");
}

/* Forget what page tables said before. */
static inline void
cpu_flush_tlb(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(cr3) : : "memory");
}

/* The time-stamp counter. */
static inline uint64_t
cpu_ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* What was written before is in memory before what is written after. */
static inline void
cpu_fence(void)
{
	__asm__ volatile("lock orb $0, (%%rsp)" : : : "memory", "cc");
}

static inline void
cpu_pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* Stop for good: no interrupt wakes this CPU. */
static inline _Noreturn void
cpu_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#endif
