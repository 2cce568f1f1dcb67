/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim itself lies, .bss and stack included (symbols of kshim.ld and kshim-rom.ld).
 */
#ifndef KSHIM_X86_IMAGE_H
#define KSHIM_X86_IMAGE_H

#include "stub/refusal.h"

#define IMAGE_RANGES 2

extern const uint8_t kshim_start[], kshim_end[];
/* What our page tables show the ROM in place of; empty in kshim.elf. */
extern const uint8_t kshim_window[], kshim_window_end[];

static inline struct named_range
image_between(const uint8_t *start, const uint8_t *end)
{
	uint64_t addr = (uintptr_t)start;

	return (struct named_range){"kshim", {addr, (uintptr_t)end - addr}};
}

/* The ranges of memory that are ours until the jump; the second may be empty. */
static inline void
image_ranges(struct named_range *ret_ranges)
{
	ret_ranges[0] = image_between(kshim_start, kshim_end);
	ret_ranges[1] = image_between(kshim_window, kshim_window_end);
}

#endif
