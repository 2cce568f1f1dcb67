/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control and status registers that kshim uses, by number, with their bits.
 *
 * RISC-V privileged specification 20211203, tables 2.3 to 2.5 and chapters 4 and 8; Sstc
 * (vstimecmp, henvcfg.STCE). By number, for assemblers that know only some of the names.
 */
#ifndef KSHIM_RISCV_CSR_H
#define KSHIM_RISCV_CSR_H

#define CSR_SSTATUS    0x100
#define CSR_SIE        0x104
#define CSR_STVEC      0x105
#define CSR_SSCRATCH   0x140
#define CSR_SEPC       0x141
#define CSR_SCAUSE     0x142
#define CSR_STVAL      0x143
#define CSR_SIP        0x144
#define CSR_SATP       0x180
#define CSR_VSSTATUS   0x200
#define CSR_VSIE       0x204
#define CSR_VSTVEC     0x205
#define CSR_VSSCRATCH  0x240
#define CSR_VSEPC      0x241
#define CSR_VSCAUSE    0x242
#define CSR_VSTVAL     0x243
#define CSR_VSTIMECMP  0x24d
#define CSR_VSATP      0x280
#define CSR_HSTATUS    0x600
#define CSR_HEDELEG    0x602
#define CSR_HIDELEG    0x603
#define CSR_HTIMEDELTA 0x605
#define CSR_HCOUNTEREN 0x606
#define CSR_HGEIE      0x607
#define CSR_HENVCFG    0x60a
#define CSR_HSTATEEN0  0x60c
#define CSR_HTVAL      0x643
#define CSR_HVIP       0x645
#define CSR_HTINST     0x64a
#define CSR_HGATP      0x680

#define SSTATUS_SIE  (1ull << 1)
#define SSTATUS_SPIE (1ull << 5)
#define SSTATUS_SPP  (1ull << 8)
#define SSTATUS_VS   (3ull << 9)
#define SSTATUS_FS   (3ull << 13)

#define HSTATUS_GVA  (1ull << 6)
#define HSTATUS_SPV  (1ull << 7)
#define HSTATUS_SPVP (1ull << 8)
#define HSTATUS_VSXL (3ull << 32)

#define IRQ_SSI  (1ull << 1) /* sip, sie */
#define IRQ_STI  (1ull << 5)
#define IRQ_SEI  (1ull << 9)
#define IRQ_VSSI (1ull << 2) /* hvip, hideleg */
#define IRQ_VSTI (1ull << 6)
#define IRQ_VSEI (1ull << 10)

#define ENVCFG_CBIE  (3ull << 4)
#define ENVCFG_CBCFE (1ull << 6)
#define ENVCFG_CBZE  (1ull << 7)
#define ENVCFG_ADUE  (1ull << 61)
#define ENVCFG_PBMTE (1ull << 62)
#define ENVCFG_STCE  (1ull << 63)

#define HGATP_VMID_BIT  44
#define HGATP_VMID_MASK 0x3fffull

#define CAUSE_INTERRUPT           (1ull << 63)
#define CAUSE_MISALIGNED_FETCH    0
#define CAUSE_FETCH_ACCESS        1
#define CAUSE_ILLEGAL             2
#define CAUSE_BREAKPOINT          3
#define CAUSE_MISALIGNED_LOAD     4
#define CAUSE_LOAD_ACCESS         5
#define CAUSE_MISALIGNED_STORE    6
#define CAUSE_STORE_ACCESS        7
#define CAUSE_USER_ECALL          8
#define CAUSE_VS_ECALL            10
#define CAUSE_FETCH_PAGE          12
#define CAUSE_LOAD_PAGE           13
#define CAUSE_STORE_PAGE          15
#define CAUSE_GUEST_FETCH_PAGE    20
#define CAUSE_GUEST_LOAD_PAGE     21
#define CAUSE_VIRTUAL_INSTRUCTION 22
#define CAUSE_GUEST_STORE_PAGE    23

#ifndef __ASSEMBLER__

#include <stdint.h>

#ifdef __riscv

#define csr_read(csr)                                                                          \
	({                                                                                     \
		uint64_t csr_value_;                                                           \
		__asm__ volatile("csrr %0, %1" : "=r"(csr_value_) : "i"(csr) : "memory");      \
		csr_value_;                                                                    \
	})
#define csr_write(csr, value)                                                                  \
	__asm__ volatile("csrw %0, %1" : : "i"(csr), "r"((uint64_t)(value)) : "memory")
#define csr_set(csr, value)                                                                    \
	__asm__ volatile("csrs %0, %1" : : "i"(csr), "r"((uint64_t)(value)) : "memory")
#define csr_clear(csr, value)                                                                  \
	__asm__ volatile("csrc %0, %1" : : "i"(csr), "r"((uint64_t)(value)) : "memory")

/* What was written to guest page tables, or G-stage tables, counts from here on. */
static inline void
hfence_vvma(void)
{
	__asm__ volatile(".word 0x22000073" ::: "memory");
}

static inline void
hfence_gvma(void)
{
	__asm__ volatile(".word 0x62000073" ::: "memory");
}

/* What was written to kshim's own page tables counts from here on. */
static inline void
flush_tlb(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

static inline void
fence_i(void)
{
	__asm__ volatile("fence.i" ::: "memory");
}

/* Orders memory and devices. */
static inline void
fence_all(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

static inline void
wait_for_interrupt(void)
{
	__asm__ volatile("wfi" ::: "memory");
}

#else /* a test's hart */

uint64_t csr_read(unsigned csr);
void csr_write(unsigned csr, uint64_t value);
void csr_set(unsigned csr, uint64_t bits);
void csr_clear(unsigned csr, uint64_t bits);
void hfence_vvma(void);
void hfence_gvma(void);
void fence_i(void);
void fence_all(void);
void wait_for_interrupt(void);

#endif

#endif

#endif
