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

/* Words of 8 bytes that a name in the program text fills; what it is kept in has them all. */
#define FW_CFG_WORDS(text) ((sizeof(text) + 7) / 8)

/* The same of a name of FW_CFG_NAME_LEN bytes, zeros behind its end; 0: it does not end. */
unsigned fw_cfg_name_words(const uint8_t *name);

/*
 * Are two names the same, one of them `words` long, at least 1? The last word comes first: most
 * names share how they begin. QEMU fills the rest of a name with zeros.
 */
static inline bool
fw_cfg_same_name(const void *a, const void *b, size_t words)
{
	const uint64_t *x = a, *y = b;
	uint64_t v, w;

	do {
		words--;
		__builtin_memcpy(&v, x + words, sizeof(v));
		__builtin_memcpy(&w, y + words, sizeof(w));
		if (v != w)
			return false;
	} while (words);
	return true;
}

#endif
