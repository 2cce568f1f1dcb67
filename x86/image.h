/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim.elf itself lies, .bss and stack included (symbols of kshim.ld).
 */
#ifndef KSHIM_X86_IMAGE_H
#define KSHIM_X86_IMAGE_H

#include "stub/refusal.h"

extern const uint8_t kshim_start[], kshim_end[];

static inline struct named_range
image_range(void)
{
	uint64_t start = (uintptr_t)kshim_start;

	return (struct named_range){"kshim", {start, (uintptr_t)kshim_end - start}};
}

#endif
