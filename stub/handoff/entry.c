/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plan in, machine state at the kernel's first instruction out.
 *
 * Sources: boot.rst "32-bit boot protocol" and "64-bit boot protocol"; pvh.pandoc "x86/HVM
 * direct boot ABI"; Intel SDM vol. 3A, 3.4.5 (descriptors) and 7.2 (TSS). Surprise: the GDT
 * holds an *available* TSS where the state says *busy*, since `ltr` marks it.
 */
#include "entry.h"
#include "stub/base/bytes.h"

#define CR0_PE   0x1u
#define CR0_ET   0x10u /* always reads 1 */
#define CR0_PG   0x80000000u
#define CR4_PAE  0x20u
#define EFER_LME 0x100u
#define EFER_LMA 0x400u

#define RFLAGS_FIXED 0x2u /* bit 1 always reads 1 */

#define ENTRY_UNUSED 0x08

/* Access words as in struct segment_state. */
#define ACCESS_CODE32   0xc09b /* G D P S, execute/read, accessed */
#define ACCESS_CODE64   0xa09b /* G L P S, execute/read, accessed */
#define ACCESS_DATA     0xc093 /* G B P S, read/write, accessed */
#define ACCESS_TSS      0x008b /* P, busy 32-bit TSS (64-bit TSS in long mode) */
#define ACCESS_TSS_BUSY 0x0002
#define TSS_LIMIT       0x67

/* The 8-byte descriptor of a segment with base 0; the limit is as the descriptor has it. */
#define DESCRIPTOR(access, limit) (LIMIT(limit) | ((access)&0xf0ffull) << 40)
#define LIMIT(limit)              (((limit)&0xffffull) | ((limit)&0xf0000ull) << 32)
#define LIMIT_4G                  0xfffffull /* in pages */

static uint64_t
address_of(const struct plan *plan, enum placement_kind kind)
{
	const struct placement *p = plan_find(plan, kind);

	return p ? p->range.addr : 0;
}

/* Written where it belongs: a copy would cost as much again. */
void
entry_state(const struct plan *plan, struct machine_state *ret_state)
{
	const struct placement *gdt = plan_find(plan, PLACE_GDT);
	bool bits64 = plan->protocol == PROTOCOL_LINUX64;
	struct machine_state *s = ret_state;

	*s = (struct machine_state){0};
	s->rip = plan->entry;
	s->rflags = RFLAGS_FIXED;
	if (plan->protocol == PROTOCOL_PVH)
		s->rbx = address_of(plan, PLACE_START_INFO);
	else
		s->rsi = address_of(plan, PLACE_ZERO_PAGE);
	s->cr0 = CR0_PE | CR0_ET | (bits64 ? CR0_PG : 0);
	s->cr3 = address_of(plan, PLACE_PAGE_TABLES);
	s->cr4 = bits64 ? CR4_PAE : 0;
	s->efer = bits64 ? EFER_LME | EFER_LMA : 0;
	s->bits = bits64 ? 64 : 32;
	if (gdt) {
		s->rsp = range_end(gdt->range);
		s->gdt_base = gdt->range.addr;
	}
	s->gdt_limit = ENTRY_GDT_LEN - 1;
	s->cs.selector = ENTRY_CS;
	s->cs.access = bits64 ? ACCESS_CODE64 : ACCESS_CODE32;
	s->data.selector = ENTRY_DS;
	s->data.access = ACCESS_DATA;
	s->cs.limit = s->data.limit = UINT32_MAX;
	s->tr.selector = ENTRY_TR;
	s->tr.access = ACCESS_TSS;
	s->tr.limit = TSS_LIMIT;
}

static void
put_descriptor(uint8_t *gdt, unsigned selector, uint64_t descriptor)
{
	__builtin_memcpy(gdt + selector, &descriptor, sizeof(descriptor));
}

void
entry_gdt(const struct plan *plan, uint8_t *out)
{
	bool bits64 = plan->protocol == PROTOCOL_LINUX64;

	put_descriptor(out, 0, 0);
	put_descriptor(out, ENTRY_UNUSED, 0);
	put_descriptor(out, ENTRY_CS,
	        bits64 ? DESCRIPTOR(ACCESS_CODE64, LIMIT_4G)
	               : DESCRIPTOR(ACCESS_CODE32, LIMIT_4G));
	put_descriptor(out, ENTRY_DS, DESCRIPTOR(ACCESS_DATA, LIMIT_4G));
	put_descriptor(out, ENTRY_TR, DESCRIPTOR(ACCESS_TSS & ~ACCESS_TSS_BUSY, TSS_LIMIT));
	put_descriptor(out, ENTRY_TR + 8, 0); /* the upper half of its base, in long mode */
}
