/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an ELF's PVH notes lie: what other loaders trip over.
 */
#ifndef CHECK_NOTE_SCAN_H
#define CHECK_NOTE_SCAN_H

#include "tools/check/elf_view.h"

struct note_scan {
	unsigned valid;   /* PVH notes that could count */
	unsigned foreign; /* notes of type 18 whose owner is not Xen */
	bool bad_size, too_large;
	bool in_segments;      /* a valid one is in a PT_NOTE */
	bool aligned_8_before; /* a PT_NOTE aligned to 8 without it comes before */
	bool other_after;      /* a PT_NOTE without it follows */
	bool cut;              /* a PT_NOTE ends inside its last note */
	uint64_t cut_off;      /* where that note is in the file */
};

void note_scan(struct span file, const struct elf_view *v, struct note_scan *ret_scan);

/*
 * The PVH entry that QEMU's ELF loader takes (include/hw/elf_ops.h.inc): by the type alone, in
 * the last PT_NOTE that has one, padded by p_align. 0 if it finds none.
 */
uint64_t note_scan_qemu(const struct elf_view *v);

#endif
