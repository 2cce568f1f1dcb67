/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg's files, for the parts of a firmware that read many of them: what the directory was
 * found to have, and functions that transfer (QEMU docs/specs/fw_cfg.rst).
 */
#ifndef KSHIM_X86_ITEMS_H
#define KSHIM_X86_ITEMS_H

#include "stub/input/fw_cfg_items.h"

struct items {
	const struct fw_cfg_items *known; /* taken from the directory */
	struct span directory;            /* FW_CFG_ENTRY_LEN bytes each, as the device's */
	/* Read an item from its start; bytes past its end read as 0. */
	enum refusal_code (*read)(uint32_t selector, const char *name, void *dst, uint32_t len,
	        struct refusal *ret_why);
	/* Write part of an item that can be written. */
	enum refusal_code (*write)(uint32_t selector, const char *name, uint64_t off,
	        const void *src, uint64_t len, struct refusal *ret_why);
};

/* The item with that name of `words` words (fw_cfg_name_words()); selector 0 if there is none.
 */
struct fw_cfg_item items_find(const struct items *items, const void *name, unsigned words);

/*
 * The little-endian number of at most 8 bytes in a known item; `otherwise` if it is not there.
 * Errors: those of read().
 */
enum refusal_code items_number(const struct items *items, const struct fw_cfg_item *item,
        const char *name, uint64_t otherwise, uint64_t *ret_number, struct refusal *ret_why);

#endif
