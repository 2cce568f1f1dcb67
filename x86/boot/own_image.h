/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim itself lies, .bss and stack included (symbols of kshim.ld, kshim-bzimage.ld and
 * kshim-rom.ld).
 */
#ifndef KSHIM_X86_IMAGE_H
#define KSHIM_X86_IMAGE_H

#include "stub/base/refusal.h"

#define IMAGE_RANGES 2

extern const uint8_t kshim_start[], kshim_end[];
/* Code; behind it up to kshim_data what is only read. All three begin a page, except in the
 * ROM. */
extern const uint8_t kshim_text[], kshim_text_end[], kshim_data[];
/* What our page tables show the ROM in place of; empty in kshim.elf. */
extern const uint8_t kshim_window[], kshim_window_end[];

static inline void
image_between(struct named_range *ret, const uint8_t *start, const uint8_t *end)
{
	ret->name = "kshim";
	ret->range.addr = (uintptr_t)start;
	ret->range.len = (uintptr_t)end - (uintptr_t)start;
}

/* The ranges of memory that are ours until the jump; the second may be empty. */
static inline void
image_ranges(struct named_range *ret_ranges)
{
	image_between(&ret_ranges[0], kshim_start, kshim_end);
	image_between(&ret_ranges[1], kshim_window, kshim_window_end);
}

#endif
