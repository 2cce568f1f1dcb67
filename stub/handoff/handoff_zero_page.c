/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zero page: the kernel's own setup header, or one made for an ELF, and all around it.
 *
 * boot.rst ("The Real-Mode Kernel Header", "32-bit Boot Protocol") and zero-page.rst. A field
 * is written only if the kernel's protocol version defines it; what the loader does not own
 * stays as found. The planner has seen to it that upper halves are 0 where the kernel knows
 * none. Surprise: before 2.02 the command line is found by a magic in what is screen_info
 * today.
 */
#include "handoff_parts.h"
#include "stub/wire/bootparam.h"

#define ELF_VERSION     0x20f
#define ELF_ALIGNMENT   (16 * MIB) /* CONFIG_PHYSICAL_ALIGN at its highest */
#define ELF_CMDLINE_MAX 2047

#define EFI_INFO_VERSION 0x208 /* efi_info has had this layout since before that */

/* `vga=` on the command line: a name or a number (boot.rst, "Special Command Line Options"). */
static uint16_t
video_mode(const struct cmdline *line)
{
	struct span value;
	uint64_t mode;

	if (!cmdline_value(line, "vga=", &value))
		return ZP_VID_NORMAL;
	if (value.size == 3 && span_is(value, 0, "ext", 3))
		return ZP_VID_EXT;
	if (value.size == 3 && span_is(value, 0, "ask", 3))
		return ZP_VID_ASK;
	if (value.size && cmdline_number(value, &mode) == value.size && mode <= UINT16_MAX)
		return (uint16_t)mode;
	return ZP_VID_NORMAL;
}

/* The setup header that a bzImage would have brought. */
static void
header_for_elf(struct zero_page *zp)
{
	zp->hdr.boot_flag = ZP_BOOT_FLAG;
	zp->hdr.header = ZP_HDRS;
	zp->hdr.version = ELF_VERSION;
	zp->hdr.loadflags = ZP_LOADED_HIGH;
	zp->hdr.kernel_alignment = (uint32_t)ELF_ALIGNMENT;
	zp->hdr.xloadflags = ZP_XLF_KERNEL_64 | ZP_XLF_CAN_BE_LOADED_ABOVE_4G;
	zp->hdr.cmdline_size = ELF_CMDLINE_MAX;
}

/* The bzImage's own header, as long as it says it is, corrected for where it lies now. */
static void
header_of_bzimage(const struct handoff *h, struct zero_page *zp, uint8_t *out)
{
	const struct bzimage_facts *bz = &h->req->kernel->bz;
	uint64_t code32 = h->plan->kernel_load + bz->entry32_off;

	memcpy(out + ZP_HEADER_OFF, bz->header, bz->header_len);
	zp->hdr.loadflags &= (uint8_t) ~(ZP_CAN_USE_HEAP | ZP_KEEP_SEGMENTS);
	if (code32 <= UINT32_MAX) /* above 4 GiB there is only the 64-bit entry */
		zp->hdr.code32_start = (uint32_t)code32;
	if (bz->relocatable && boot_protocol_has(h->req, 0x20a))
		zp->hdr.kernel_alignment = (uint32_t)h->plan->kernel_alignment;
}

static void
put_initrd(const struct handoff *h, struct zero_page *zp)
{
	struct range initrd = h->plan->initrd;

	if (!initrd.len)
		initrd.addr = 0;
	zp->hdr.ramdisk_image = (uint32_t)initrd.addr;
	zp->ext_ramdisk_image = (uint32_t)(initrd.addr >> 32);
	zp->hdr.ramdisk_size = (uint32_t)initrd.len;
	zp->ext_ramdisk_size = (uint32_t)(initrd.len >> 32);
}

static void
put_cmdline(const struct handoff *h, struct zero_page *zp)
{
	uint64_t addr = handoff_address(h->plan, PLACE_CMDLINE);

	if (boot_protocol_has(h->req, 0x202)) {
		zp->hdr.cmd_line_ptr = (uint32_t)addr;
		zp->ext_cmd_line_ptr = (uint32_t)(addr >> 32);
		return;
	}
	zp->cl_magic = ZP_CL_MAGIC;
	zp->cl_offset = (uint16_t)(addr - handoff_address(h->plan, PLACE_ZERO_PAGE));
}

/*
 * A list in the header would be at addresses that no loader has filled: a file has none there,
 * and QEMU's pointer (-dtb) counts on a kernel at 1 MiB, whose copy is ours to place. A loader
 * that enters us with a list (kshim.bzimage) has it in its zero page, which is read there.
 */
static void
put_setup_data(const struct handoff *h, struct zero_page *zp)
{
	bool any = setup_data_nodes(h->req, h->map->count).len;

	if (boot_protocol_has(h->req, 0x209))
		zp->hdr.setup_data = any ? handoff_address(h->plan, PLACE_SETUP_DATA) : 0;
}

/* KiB of RAM from 1 MiB on, in one piece, for kernels that do not read the map. */
static void
put_memory_size(const struct memmap *map, struct zero_page *zp)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];
		uint64_t kib = (range_end(e->range) - MIB) / KIB;

		if (e->type != MEM_RAM || e->range.addr > MIB || range_end(e->range) <= MIB)
			continue;
		zp->alt_mem_k = kib < UINT32_MAX ? (uint32_t)kib : UINT32_MAX;
		zp->ext_mem_k = kib < UINT16_MAX ? (uint16_t)kib : UINT16_MAX;
	}
}

void
handoff_e820(const struct memmap *map, uint32_t from, uint32_t count, uint8_t *out)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct mem_range *e = &map->entry[from + i];
		struct zp_e820_entry entry = {e->range.addr, e->range.len, e->type};

		memcpy(out + i * sizeof(entry), &entry, sizeof(entry));
	}
}

/* Screen, firmware tables and UEFI's own map, for kernels that know the fields. */
static void
put_efi(const struct handoff *h, struct zero_page *zp, uint8_t *out)
{
	const struct plan_efi *efi = &h->req->efi;
	uint64_t map = efi->map ? efi->map : handoff_address(h->plan, PLACE_EFI_MAP);
	uint16_t kib = zp->ext_mem_k; /* put_memory_size()'s, though it is in screen_info */

	if (!boot_protocol_has(h->req, EFI_INFO_VERSION))
		return;
	if (efi->screen_info) {
		memcpy(out, efi->screen_info, ZP_SCREEN_LEN);
		zp->ext_mem_k = kib;
	}
	if (!efi->systab)
		return;
	zp->secure_boot = efi->secure_boot;
	zp->efi_info = (struct zp_efi_info){
	        .loader_signature = ZP_EFI_LOADER,
	        .systab = (uint32_t)efi->systab,
	        .systab_hi = (uint32_t)(efi->systab >> 32),
	        .memdesc_size = efi->desc_size,
	        .memdesc_version = efi->desc_version,
	        .memmap = (uint32_t)map,
	        .memmap_hi = (uint32_t)(map >> 32),
	        .memmap_size = (uint32_t)efi->map_len,
	};
}

void
handoff_zero_page(const struct handoff *h, uint8_t *out)
{
	struct zero_page *zp = (struct zero_page *)out;
	uint32_t entries = h->map->count < ZP_E820_MAX ? h->map->count : ZP_E820_MAX;

	if (h->req->kernel->format == KERNEL_BZIMAGE)
		header_of_bzimage(h, zp, out);
	else
		header_for_elf(zp);
	zp->hdr.type_of_loader = ZP_LOADER_UNASSIGNED;
	zp->hdr.vid_mode = video_mode(&h->req->cmdline);
	zp->acpi_rsdp_addr = h->req->rsdp;
	put_initrd(h, zp);
	put_cmdline(h, zp);
	put_setup_data(h, zp);
	put_efi(h, zp, out);
	put_memory_size(h->map, zp);
	zp->e820_entries = (uint8_t)entries;
	handoff_e820(h->map, 0, entries, (uint8_t *)zp->e820_table);
}
