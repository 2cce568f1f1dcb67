/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim itself lies, .bss and stacks included (symbols of kshim.ld).
 */
#ifndef KSHIM_RISCV_OWN_IMAGE_H
#define KSHIM_RISCV_OWN_IMAGE_H

#include <stdint.h>

extern const uint8_t kshim_start[], kshim_end[];
/* Code; behind it up to kshim_data what is only read. All three begin a page. */
extern const uint8_t kshim_text[], kshim_text_end[], kshim_data[];

#endif
