/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Distances inside kshim.bzimage's protected-mode code, as kshim-bzimage.ld makes them.
 *
 * They are symbols that are no addresses: their names end in _offset, and the packer does not
 * correct them.
 */
#ifndef KSHIM_X86_LINUX_LAYOUT_H
#define KSHIM_X86_LINUX_LAYOUT_H

#include <stdint.h>

#define LINUX_TABLES 24 /* pages for early page tables, in kshim-bzimage.ld as well */

extern const uint8_t linked_at_offset[], relocations_offset[], bss_offset[], end_offset[];
extern const uint8_t early_tables_offset[], init_size_offset[];

#define LINUX_LINKED_AT_OFFSET   ((uintptr_t)linked_at_offset)
#define LINUX_RELOCATIONS_OFFSET ((uintptr_t)relocations_offset) /* end of the file's part */
#define LINUX_BSS_OFFSET         ((uintptr_t)bss_offset)
#define LINUX_END_OFFSET         ((uintptr_t)end_offset)
#define LINUX_TABLES_OFFSET      ((uintptr_t)early_tables_offset)
#define LINUX_LEN                ((uintptr_t)init_size_offset) /* all that we use, init_size */

#endif
