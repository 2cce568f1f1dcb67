/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identity page tables for 64-bit entries: 4 levels, 2-MiB pages, or 1-GiB pages where the
 * CPU has them (Intel SDM vol. 3, 4.5). All entries are present, writable, supervisor.
 */
#ifndef KSHIM_PAGING_H
#define KSHIM_PAGING_H

#include "stub/base/range.h"

/* Ranges end on a multiple of this: eight 2-MiB pages are written at a time. */
#define PAGING_STEP (16 * MIB)

/* Where they end: identity is for addresses of the lower half only. */
#define PAGING_END (1ull << 47)

/*
 * Bytes of tables that map ranges[0..count): ascending, below PAGING_END, each from the start
 * of a GiB on, no two in the same GiB. 4 KiB for the PML4, 4 KiB a PDPT, and 4 KiB a GiB unless
 * `gb_pages`, which map whole GiB.
 */
uint64_t paging_len(const struct range *ranges, uint32_t count, bool gb_pages);

/* Write them for a CR3 of `addr`, to out[0..paging_len()), which is zero. */
void paging_write(
        const struct range *ranges, uint32_t count, bool gb_pages, uint64_t addr, uint8_t *out);

#endif
