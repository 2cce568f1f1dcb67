/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg, QEMU's way to hand named files to its guest (QEMU docs/specs/fw_cfg.rst).
 *
 * fw_cfg.c talks to the device; stub/input/fw_cfg_items.c picks what is ours from the
 * directory.
 */
#ifndef KSHIM_X86_FW_CFG_H
#define KSHIM_X86_FW_CFG_H

#include "stub/input/fw_cfg_items.h"

/* Bits of a DMA request's control word. */
#define FW_CFG_ERROR       0x01
#define FW_CFG_READ        0x02
#define FW_CFG_SKIP        0x04
#define FW_CFG_SELECT      0x08
#define FW_CFG_WRITE       0x10
#define FW_CFG_SELECT_READ 0x0a

/* Items that the directory does not list: what -kernel, -initrd and -append give. */
enum fw_cfg_legacy {
	FW_CFG_LEGACY_KERNEL_ADDR = 0x07,
	FW_CFG_LEGACY_KERNEL_SIZE = 0x08,
	FW_CFG_LEGACY_INITRD_SIZE = 0x0b,
	FW_CFG_LEGACY_KERNEL_ENTRY = 0x10,
	FW_CFG_LEGACY_KERNEL_DATA = 0x11,
	FW_CFG_LEGACY_INITRD_DATA = 0x12,
	FW_CFG_LEGACY_CMDLINE_SIZE = 0x14,
	FW_CFG_LEGACY_CMDLINE_DATA = 0x15,
	FW_CFG_LEGACY_SETUP_SIZE = 0x17,
	FW_CFG_LEGACY_SETUP_DATA = 0x18,
};

/* How the device answers; rom_entry.asm, which asks it first, says so here. */
extern enum fw_cfg_access {
	FW_CFG_UNKNOWN, /* not asked */
	FW_CFG_ABSENT,
	FW_CFG_PORT, /* by its data port alone */
	FW_CFG_DMA
} fw_cfg_access;

/* Does the device answer? It is asked once. */
bool fw_cfg_present(void);

/*
 * Read the directory and take our items, none where there is no fw_cfg; `items` are zeroes.
 * Errors: REFUSAL_FW_CFG_ERROR; REFUSAL_FW_CFG_FILES if it is longer than any QEMU's; those of
 * fw_cfg_take().
 */
enum refusal_code fw_cfg_list(struct fw_cfg_items *items, struct refusal *ret_why);

/* The directory that fw_cfg_list() has read, FW_CFG_ENTRY_LEN bytes a file. */
struct span fw_cfg_directory(void);

/*
 * The bytes [off, off + len) of an item to `dst`; bytes past its end read as 0. Reading on
 * where the last read of that item ended is the cheapest.
 * Errors: REFUSAL_FW_CFG_ERROR with where = off, detail = name.
 */
enum refusal_code fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst,
        uint64_t len, struct refusal *ret_why);

/* The first `len` bytes of an item: the usual read, and the cheapest. Errors: fw_cfg_read()'s.
 */
enum refusal_code fw_cfg_get(
        uint32_t selector, const char *name, void *dst, uint32_t len, struct refusal *ret_why);

/*
 * A file as a blob's handle names it: an item's selector; or, with this bit and the length of
 * the first, a pair of items that make one file, the setup and the rest of a bzImage.
 * Errors: fw_cfg_read()'s.
 */
#define FW_CFG_PAIR (1u << 31)
enum refusal_code fw_cfg_stream(uint32_t handle, const char *name, uint64_t off, void *dst,
        uint64_t len, struct refusal *ret_why);

/* Write to an item, which takes it by DMA only. Errors: fw_cfg_read()'s. */
enum refusal_code fw_cfg_write(uint32_t selector, const char *name, uint64_t off,
        const void *src, uint64_t len, struct refusal *ret_why);

#endif
