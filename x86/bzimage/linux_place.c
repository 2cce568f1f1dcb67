/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for free memory before anything is known but the zero page (boot.rst, zero-page.rst):
 * apart from the page itself, command line, initrd, setup_data, what e820 and its extension
 * reserve, and, under UEFI, the firmware's map and the memory of its boot services, where
 * tables for the kernel may lie. All is read again for each MiB: usually the first one is free.
 * Nothing here may use an address of ours, so no table and no switch.
 */
#include "x86/bzimage/linux_place.h"
#include "stub/base/bytes.h"
#include "stub/base/range.h"

#define STEP     MIB
#define NODES    64   /* of setup_data; zero_page.c refuses more */
#define LINE_MAX 8192 /* the longest command line, bytes */

/* EFI_MEMORY_DESCRIPTOR (UEFI 2.10, 7.2.3) */
#define DESC_LEN      40
#define DESC_ADDR     8
#define DESC_PAGES    24
#define EFI_BOOT_CODE 3
#define EFI_BOOT_DATA 4

struct search {
	struct window *window;
	const struct zero_page *zp;
	struct range wanted;
	bool is_ram;
};

/* Upper halves of addresses are not to be believed in a page that was not zeroed. */
static uint64_t
wide(const struct zero_page *zp, uint32_t low, uint32_t high)
{
	return zp->sentinel ? low : (uint64_t)high << 32 | low;
}

static bool
overlaps(const struct search *s, uint64_t addr, uint64_t len)
{
	return range_fits(addr, len) && range_overlaps((struct range){addr, len}, s->wanted);
}

static bool
is_named(const struct search *s)
{
	const struct zero_page *zp = s->zp;

	return overlaps(s, (uintptr_t)zp, PAGE) ||
	       overlaps(s, wide(zp, zp->hdr.cmd_line_ptr, zp->ext_cmd_line_ptr), LINE_MAX) ||
	       overlaps(s, wide(zp, zp->hdr.ramdisk_image, zp->ext_ramdisk_image),
	               wide(zp, zp->hdr.ramdisk_size, zp->ext_ramdisk_size));
}

/* Does an entry of the map reserve any of it? If it is RAM note whether it holds all. */
static bool
is_reserved(struct search *s, struct zp_e820_entry e)
{
	struct range r = {e.addr, e.size};

	if (!overlaps(s, e.addr, e.size))
		return false;
	s->is_ram |= e.type == 1 && range_contains(r, s->wanted);
	return e.type != 1;
}

static bool
is_reserved_by_node(struct search *s, uint64_t addr, uint32_t len)
{
	struct zp_e820_entry e;

	for (uint64_t off = 0; bounds_ok(len, off, sizeof(e)); off += sizeof(e)) {
		const void *at = linux_peek(s->window, addr + off);

		if (!at)
			return false;
		memcpy(&e, at, sizeof(e));
		if (is_reserved(s, e))
			return true;
	}
	return false;
}

static bool
is_setup_data(struct search *s)
{
	uint64_t addr = s->zp->hdr.setup_data;

	for (unsigned i = 0; addr && i < NODES; i++) {
		const void *at = linux_peek(s->window, addr);
		struct zp_setup_data node;

		if (!at)
			return false;
		memcpy(&node, at, sizeof(node));
		if (overlaps(s, addr, sizeof(node) + (uint64_t)node.len))
			return true;
		if (node.type == ZP_SETUP_E820_EXT &&
		        is_reserved_by_node(s, addr + sizeof(node), node.len))
			return true;
		addr = node.next;
	}
	return false;
}

static bool
is_firmwares(struct search *s)
{
	const struct zp_efi_info *efi = &s->zp->efi_info;
	uint64_t map = (uint64_t)efi->memmap_hi << 32 | efi->memmap;

	if (s->zp->sentinel || efi->loader_signature != ZP_EFI_LOADER)
		return false;
	if (overlaps(s, map, efi->memmap_size))
		return true;
	for (uint64_t off = 0;
	        efi->memdesc_size >= DESC_LEN && bounds_ok(efi->memmap_size, off, DESC_LEN);
	        off += efi->memdesc_size) {
		struct span desc = {linux_peek(s->window, map + off), DESC_LEN};
		uint32_t type;

		if (!desc.base)
			return false;
		type = span_le32(desc, 0);
		if ((type == EFI_BOOT_CODE || type == EFI_BOOT_DATA) &&
		        overlaps(s, span_le64(desc, DESC_ADDR),
		                span_le64(desc, DESC_PAGES) * PAGE))
			return true;
	}
	return false;
}

static bool
is_free(struct search *s)
{
	if (is_named(s))
		return false;
	for (unsigned i = 0; i < s->zp->e820_entries && i < ZP_E820_MAX; i++) {
		if (is_reserved(s, s->zp->e820_table[i]))
			return false;
	}
	return !is_setup_data(s) && !is_firmwares(s) && s->is_ram;
}

uint64_t
linux_place(struct window *w, const struct zero_page *zp, uint64_t len, uint64_t end)
{
	for (uint64_t addr = STEP; addr <= end - len; addr += STEP) {
		struct search s = {w, zp, {addr, len}, false};

		if (is_free(&s))
			return addr;
	}
	return 0;
}
