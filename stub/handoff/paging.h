/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identity page tables for 64-bit entries: 4 levels, 2-MiB pages, or 1-GiB pages where the
 * CPU has them (Intel SDM vol. 3, 4.5). All entries are present, writable, supervisor.
 */
#ifndef KSHIM_PAGING_H
#define KSHIM_PAGING_H

#include "stub/plan/lengths.h"

/* Map ranges[0..count), as paging_len() takes them, for a CR3 of `addr`, to
 * out[0..paging_len()), which is zero. */
void paging_write(
        const struct range *ranges, uint32_t count, bool gb_pages, uint64_t addr, uint8_t *out);

#endif
