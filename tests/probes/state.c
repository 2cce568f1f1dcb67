/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine state at the first instruction.
 *
 * Rules: Linux Documentation/arch/x86/boot.rst, "32-bit boot protocol" and "64-bit boot
 * protocol"; Xen docs/misc/pvh.pandoc. Segment registers are looked at through the GDT that
 * sgdt shows: their hidden parts cannot be read, but that the code runs says much of them.
 */
#include "probe.h"

#define CR0_PE   0x1ull
#define CR0_ET   0x10ull /* always reads 1 */
#define CR0_PG   0x80000000ull
#define CR4_PAE  0x20u
#define CR4_LA57 0x1000u
#define MSR_EFER 0xc0000080u
#define EFER_LME 0x100ull
#define EFER_LMA 0x400ull
#define FLAG_TF  0x100ull
#define FLAG_IF  0x200ull
#define FLAG_VM  0x20000ull

/* Descriptors without the accessed bit (40) and the available bit (52). */
#define DESC_MASK   0xffeffeffffffffffull
#define DESC_CODE32 0x00cf9a000000ffffull
#define DESC_DATA32 0x00cf92000000ffffull
#define DESC_TYPE   0x00009e0000000000ull /* P, S, code, conforming, readable; not DPL */
#define DESC_CODE64 0x0020000000000000ull /* L */

static uint64_t
efer(void)
{
	return cpuid(0x80000000).a >= 0x80000001 &&
	                       (cpuid(0x80000001).d & (1u << 29 | 1u << 20))
	               ? rdmsr(MSR_EFER)
	               : 0;
}

static void
read_gdt(struct probe *p)
{
	struct {
		uint16_t limit;
		uintptr_t base;
	} __attribute__((packed)) gdtr;

	__asm__ volatile("sgdt %0" : "=m"(gdtr));
	p->gdt = (struct range){gdtr.base, (uint64_t)gdtr.limit + 1};
}

/* The descriptor of a selector, 0 if the GDT has none. */
uint64_t
descriptor(const struct probe *p, uint64_t selector)
{
	uint64_t d;

	if (selector + 8 > p->gdt.len || selector & 4)
		return 0;
	memcpy(&d, at(p->gdt.addr + (selector & ~7ull)), 8);
	return d;
}

static void
check_linux_segments(struct probe *p)
{
	const struct saved *s = p->saved;

	want(p, "cs (__BOOT_CS)", s->cs, 0x10);
	want(p, "ds (__BOOT_DS)", s->ds, 0x18);
	want(p, "es (__BOOT_DS)", s->es, 0x18);
	want(p, "ss (__BOOT_DS)", s->ss, 0x18);
	want(p, "data descriptor", descriptor(p, 0x18) & DESC_MASK, DESC_DATA32);
}

static void
check_gdt(struct probe *p)
{
	if (p->gdt.len % 8 || p->gdt.len < 0x20)
		fail(p, "bytes in the GDT (limit + 1)", p->gdt.len, 0x20);
	add_thing(p, "GDT", p->gdt.addr, p->gdt.len);
}

static void
check_linux64_state(struct probe *p)
{
	check_linux_segments(p);
	want(p, "code descriptor", descriptor(p, 0x10) & (DESC_TYPE | 0x0060000000000000ull),
	        0x00009a0000000000ull | DESC_CODE64);
	want(p, "cr0 PE, PG", cr0() & (CR0_PE | CR0_PG), CR0_PE | CR0_PG);
	want(p, "cr4 PAE, LA57", cr4() & (CR4_PAE | CR4_LA57), CR4_PAE);
	want(p, "EFER LME, LMA", efer() & (EFER_LME | EFER_LMA), EFER_LME | EFER_LMA);
}

static void
check_linux32_state(struct probe *p)
{
	const struct saved *s = p->saved;

	check_linux_segments(p);
	want(p, "code descriptor", descriptor(p, 0x10) & DESC_MASK, DESC_CODE32);
	want(p, "cr0 PE, PG", cr0() & (CR0_PE | CR0_PG), CR0_PE);
	want(p, "EFER LME, LMA", efer() & (EFER_LME | EFER_LMA), 0);
	want(p, "ebp", s->rbp, 0);
	want(p, "edi", s->rdi, 0);
	want(p, "ebx", s->rbx, 0);
}

static void
check_task(struct probe *p)
{
	uint16_t tr;
	uint64_t d;

	__asm__ volatile("str %0" : "=r"(tr));
	d = descriptor(p, tr);
	want(p, "tr: present, type (32-bit busy TSS)", d >> 40 & 0x9f, 0x8b);
	want(p, "tr: limit", (d & 0xffff) | (d >> 32 & 0xf0000), 0x67);
}

static void
check_pvh_state(struct probe *p)
{
	const struct saved *s = p->saved;

	want(p, "cr0 (PE only)", cr0() & ~CR0_ET, CR0_PE);
	want(p, "cr4", cr4(), 0);
	want(p, "EFER", efer(), 0);
	if (lax(p, "gdt"))
		return;
	want(p, "cs descriptor", descriptor(p, s->cs) & DESC_MASK, DESC_CODE32);
	want(p, "ds descriptor", descriptor(p, s->ds) & DESC_MASK, DESC_DATA32);
	want(p, "es descriptor", descriptor(p, s->es) & DESC_MASK, DESC_DATA32);
	want(p, "ss descriptor", descriptor(p, s->ss) & DESC_MASK, DESC_DATA32);
	check_task(p);
}

void
check_state(struct probe *p)
{
	want(p, "flags IF", p->saved->rflags & FLAG_IF, 0);
	want(p, "flags VM, TF", p->saved->rflags & (FLAG_VM | FLAG_TF), 0);
	read_gdt(p);
	if (!lax(p, "gdt"))
		check_gdt(p);
	switch (p->saved->entry) {
	case AT_LINUX64:
		check_linux64_state(p);
		break;
	case AT_LINUX32:
		check_linux32_state(p);
		break;
	default:
		check_pvh_state(p);
	}
}
