/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a zero page and what it points to out of the loader's memory, as launcher.c does
 * start_info.
 *
 * Source: Linux Documentation/arch/x86/{boot,zero-page}.rst. A loader that did not zero the
 * page gives itself away by `sentinel`: then only the setup header, the sizes of memory, e820
 * and screen are believed, as Linux does (arch/x86/include/asm/bootparam_utils.h). Everything
 * is copied or taken into the map here, because staging may soon write where it lies.
 */
#include "stub/wire/bootparam.h"
#include "x86/boot/launcher.h"
#include "x86/boot/reach.h"

#define NODES   64         /* of setup_data; more are taken for a loop */
#define LOW_RAM 0x9f000ull /* bytes below 640 KiB, where no e820 tells */
#define VERSION 0x20f      /* our own header's, in linux_setup.asm */

static enum refusal_code
bad(const struct zero_page *zp, const char *what, uint64_t found, uint64_t wanted,
        struct refusal *ret_why)
{
	refuse(ret_why, REFUSAL_LOADER_ZERO_PAGE, (uintptr_t)zp, found, wanted);
	ret_why->detail = what;
	return ret_why->code;
}

/* Nothing else of the header is sure: GRUB zeroes boot_flag. */
static enum refusal_code
check_header(const struct zero_page *zp, struct refusal *ret_why)
{
	if (zp->hdr.header != ZP_HDRS)
		return bad(zp, "hdr.header", zp->hdr.header, ZP_HDRS, ret_why);
	if (zp->e820_entries > ZP_E820_MAX)
		return bad(zp, "e820_entries", zp->e820_entries, ZP_E820_MAX, ret_why);
	return REFUSAL_NONE;
}

static uint64_t
wide(const struct zero_page *zp, uint32_t low, uint32_t high)
{
	return zp->sentinel ? low : (uint64_t)high << 32 | low;
}

static enum refusal_code
read_initrd(struct launcher *l, const struct zero_page *zp, struct refusal *ret_why)
{
	struct range r = {wide(zp, zp->hdr.ramdisk_image, zp->ext_ramdisk_image),
	        wide(zp, zp->hdr.ramdisk_size, zp->ext_ramdisk_size)};

	l->modules = 0;
	if (!zp->hdr.type_of_loader || !r.addr || !r.len)
		return REFUSAL_NONE;
	l->modules = 1;
	l->module[0] = (struct blob){
	        .where = BLOB_SPACE, .addr = r.addr, .size = r.len, .name = "initrd"};
	return launcher_check_module(r, ret_why);
}

static enum refusal_code
add_entries(const struct zp_e820_entry *e, uint64_t count, struct memmap *map,
        struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint64_t i = 0; !code && i < count; i++)
		code = memmap_add(map, e[i].addr, e[i].size, e[i].type, ret_why);
	return code;
}

/* Without e820, the two sizes above 1 MiB that a BIOS of before knew. */
static enum refusal_code
read_map(const struct zero_page *zp, struct memmap *map, struct refusal *ret_why)
{
	uint64_t kib = zp->alt_mem_k > zp->ext_mem_k ? zp->alt_mem_k : zp->ext_mem_k;
	enum refusal_code code;

	if (zp->e820_entries)
		return add_entries(zp->e820_table, zp->e820_entries, map, ret_why);
	if (!kib)
		return REFUSAL_NONE;
	code = memmap_add(map, 0, LOW_RAM, MEM_RAM, ret_why);
	return code ? code : memmap_add(map, MIB, kib * KIB, MEM_RAM, ret_why);
}

/* Copy the seed, and clear it where it was, as Linux does. */
static void
take_seed(struct launcher *l, struct zp_setup_data *node)
{
	uint8_t *data = (uint8_t *)(node + 1);
	uint32_t len = node->len < PLAN_RNG_SEED ? node->len : PLAN_RNG_SEED;

	memcpy(l->seed, data, len);
	l->has_seed = len == PLAN_RNG_SEED;
	memset(data, 0, node->len);
	node->len = 0;
}

/* What a node tells that only Linux itself can take. */
static const char *
told_by(uint32_t type)
{
	switch (type) {
	case ZP_SETUP_DTB:
		return "a device tree";
	case ZP_SETUP_PCI:
		return "an option ROM";
	case ZP_SETUP_APPLE:
		return "Apple's device properties";
	case ZP_SETUP_JAILHOUSE:
		return "Jailhouse's configuration";
	case ZP_SETUP_CC_BLOB:
		return "the secrets of a confidential machine";
	case ZP_SETUP_IMA:
		return "IMA's log";
	case ZP_SETUP_KEXEC_KHO:
		return "memory that the kernel before hands over";
	}
	return "unknown to kshim";
}

static enum refusal_code
read_node(struct launcher *l, struct zp_setup_data *node, struct memmap *map,
        struct refusal *ret_why)
{
	enum refusal_code code = reach(
	        "setup data", (uintptr_t)node, sizeof(*node) + (uint64_t)node->len, ret_why);

	if (code)
		return code;
	switch (node->type) {
	case ZP_SETUP_NONE:
		return REFUSAL_NONE;
	case ZP_SETUP_E820_EXT:
		return add_entries((const struct zp_e820_entry *)(node + 1),
		        node->len / sizeof(struct zp_e820_entry), map, ret_why);
	case ZP_SETUP_RNG_SEED:
		take_seed(l, node);
		return REFUSAL_NONE;
	case ZP_SETUP_EFI: /* the kernel before us runs the firmware's services: read_efi() */
		l->efi.systab = 0;
		return REFUSAL_NONE;
	}
	refuse(ret_why, REFUSAL_LOADER_SETUP_DATA, (uintptr_t)node, node->type, 0);
	ret_why->detail = told_by(node->type);
	return ret_why->code;
}

static enum refusal_code
read_setup_data(struct launcher *l, const struct zero_page *zp, struct memmap *map,
        struct refusal *ret_why)
{
	uint64_t addr = zp->hdr.setup_data;
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && addr; i++) {
		struct zp_setup_data *node = (struct zp_setup_data *)(uintptr_t)addr;

		if (i == NODES)
			return bad(zp, "setup_data's length", i + 1, NODES, ret_why);
		code = reach("setup data", addr, sizeof(*node), ret_why);
		if (!code)
			code = read_node(l, node, map, ret_why);
		if (!code)
			addr = node->next;
	}
	return code;
}

/*
 * A boot loader under UEFI tells where the firmware's tables and map are. After kexec, which
 * shows by SETUP_EFI, the runtime services run at addresses that only that node knows: then the
 * kernel does without them, rather than with a copy that could be wrong.
 */
static void
read_efi(struct launcher *l, const struct zero_page *zp)
{
	const struct zp_efi_info *efi = &zp->efi_info;

	l->efi = (struct plan_efi){.systab = 0};
	if (zp->orig_video_isvga) {
		memcpy(l->screen, zp, sizeof(l->screen));
		l->efi.screen_info = l->screen;
	}
	if (zp->sentinel || efi->loader_signature != ZP_EFI_LOADER)
		return;
	l->efi.systab = (uint64_t)efi->systab_hi << 32 | efi->systab;
	l->efi.map = (uint64_t)efi->memmap_hi << 32 | efi->memmap;
	l->efi.map_len = efi->memmap_size;
	l->efi.desc_size = efi->memdesc_size;
	l->efi.desc_version = efi->memdesc_version;
	l->efi.secure_boot = zp->secure_boot;
}

enum refusal_code
launcher_read_zero_page(uint64_t addr, struct launcher *ret_launcher, struct memmap *map,
        struct refusal *ret_why)
{
	const struct zero_page *zp = (const struct zero_page *)(uintptr_t)addr;
	enum refusal_code code = reach("zero page", addr, sizeof(*zp), ret_why);

	if (!code)
		code = check_header(zp, ret_why);
	if (code)
		return code;
	ret_launcher->rsdp = zp->sentinel ? 0 : zp->acpi_rsdp_addr;
	ret_launcher->has_seed = false;
	read_efi(ret_launcher, zp);
	code = launcher_read_line(
	        ret_launcher, wide(zp, zp->hdr.cmd_line_ptr, zp->ext_cmd_line_ptr), ret_why);
	if (!code)
		code = read_initrd(ret_launcher, zp, ret_why);
	if (!code)
		code = read_map(zp, map, ret_why);
	return code ? code : read_setup_data(ret_launcher, zp, map, ret_why);
}
