/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg's files by name, for the parts of a firmware that read many of them: the directory
 * in memory, and functions that transfer (QEMU docs/specs/fw_cfg.rst).
 */
#ifndef KSHIM_X86_ITEMS_H
#define KSHIM_X86_ITEMS_H

#include "stub/bytes.h"
#include "stub/fw_cfg_items.h"

#define ITEM_NAME 56 /* bytes of a name, with at least one NUL at its end */

struct items {
	struct span directory; /* FW_CFG_ENTRY_LEN bytes each, as the device gives them */
	/* Read an item from its start; bytes past its end read as 0. */
	enum refusal_code (*read)(uint32_t selector, const char *name, void *dst, uint64_t len,
	        struct refusal *ret_why);
	/* Write part of an item that can be written. */
	enum refusal_code (*write)(uint32_t selector, const char *name, uint64_t off,
	        const void *src, uint64_t len, struct refusal *ret_why);
};

/* Are two names of ITEM_NAME bytes the same? */
bool items_same_name(const void *a, const void *b);

/* The item called `name`, of which ITEM_NAME bytes are there, NULs after its end. */
bool items_find(
        const struct items *items, const char name[ITEM_NAME], struct fw_cfg_item *ret_item);

/*
 * The file of one little-endian number of at most 8 bytes that has that name; `otherwise` if
 * there is no such file. Errors: those of read().
 */
enum refusal_code items_number(const struct items *items, const char name[ITEM_NAME],
        uint64_t otherwise, uint64_t *ret_number, struct refusal *ret_why);

#endif
