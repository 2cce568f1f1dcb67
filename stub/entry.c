/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plan in, machine state at the kernel's first instruction out.
 *
 * Sources: boot.rst "32-bit boot protocol" and "64-bit boot protocol"; pvh.pandoc "x86/HVM
 * direct boot ABI"; Intel SDM vol. 3A, 3.4.5 (descriptors) and 7.2 (TSS). Surprise: the GDT
 * holds an *available* TSS where the state says *busy*, since `ltr` marks it.
 */
#include "entry.h"
#include "bytes.h"

#define CR0_PE   0x1u
#define CR0_ET   0x10u /* always reads 1 */
#define CR0_PG   0x80000000u
#define CR4_PAE  0x20u
#define EFER_LME 0x100u
#define EFER_LMA 0x400u

#define RFLAGS_FIXED 0x2u /* bit 1 always reads 1 */

/* Access words as in struct segment_state. */
#define ACCESS_CODE32   0xc09b /* G D P S, execute/read, accessed */
#define ACCESS_CODE64   0xa09b /* G L P S, execute/read, accessed */
#define ACCESS_DATA     0xc093 /* G B P S, read/write, accessed */
#define ACCESS_TSS      0x008b /* P, busy 32-bit TSS (64-bit TSS in long mode) */
#define ACCESS_TSS_BUSY 0x0002
#define TSS_LIMIT       0x67

#define TASK_SEGMENT                                                                           \
	((struct segment_state){.selector = ENTRY_TR, .access = ACCESS_TSS, .limit = TSS_LIMIT})

static uint64_t
address_of(const struct plan *plan, enum placement_kind kind)
{
	const struct placement *p = plan_find(plan, kind);

	return p ? p->range.addr : 0;
}

static struct segment_state
flat(uint16_t selector, uint16_t access)
{
	return (struct segment_state){
	        .selector = selector, .access = access, .limit = UINT32_MAX};
}

static struct segment_state
code_segment(const struct plan *plan)
{
	bool bits64 = plan->protocol == PROTOCOL_LINUX64;

	return flat(ENTRY_CS, bits64 ? ACCESS_CODE64 : ACCESS_CODE32);
}

void
entry_state(const struct plan *plan, struct machine_state *ret_state)
{
	const struct placement *gdt = plan_find(plan, PLACE_GDT);
	struct machine_state s = {
	        .rip = plan->entry,
	        .rsp = gdt ? range_end(gdt->range) : 0,
	        .rflags = RFLAGS_FIXED,
	        .cr0 = CR0_PE | CR0_ET,
	        .cr3 = address_of(plan, PLACE_PAGE_TABLES),
	        .gdt_base = address_of(plan, PLACE_GDT),
	        .gdt_limit = ENTRY_GDT_LEN - 1,
	        .bits = 32,
	        .cs = code_segment(plan),
	        .data = flat(ENTRY_DS, ACCESS_DATA),
	        .tr = TASK_SEGMENT,
	};

	if (plan->protocol == PROTOCOL_PVH)
		s.rbx = address_of(plan, PLACE_START_INFO);
	else
		s.rsi = address_of(plan, PLACE_ZERO_PAGE);
	if (plan->protocol == PROTOCOL_LINUX64) {
		s.cr0 |= CR0_PG;
		s.cr4 = CR4_PAE;
		s.efer = EFER_LME | EFER_LMA;
		s.bits = 64;
	}
	*ret_state = s;
}

/* The 8-byte descriptor of a segment with a 32-bit base. */
static uint64_t
descriptor(struct segment_state s)
{
	uint64_t limit = s.access & 0x8000 ? s.limit >> 12 : s.limit;

	return (limit & 0xffff) | (limit & 0xf0000) << 32 | (s.base & 0xffffff) << 16 |
	       (s.base & 0xff000000) << 32 | (uint64_t)(s.access & 0xf0ff) << 40;
}

void
entry_gdt(const struct plan *plan, uint8_t *out)
{
	struct segment_state tss = TASK_SEGMENT;
	uint64_t gdt[ENTRY_GDT_LEN / 8] = {0};

	tss.access &= (uint16_t)~ACCESS_TSS_BUSY;
	gdt[ENTRY_CS / 8] = descriptor(code_segment(plan));
	gdt[ENTRY_DS / 8] = descriptor(flat(ENTRY_DS, ACCESS_DATA));
	gdt[ENTRY_TR / 8] = descriptor(tss);
	memcpy(out, gdt, sizeof(gdt));
}
