/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_params, as Linux finds it (boot.rst; zero-page.rst).
 *
 * Everything that no loader of ours has a reason to write must be zero, and the setup header
 * must be the kernel's own but for the fields that boot.rst marks "write" or "modify".
 */
#include "probe.h"

#define OLD_BASE        0x90000u /* before 2.02: Linux 2.4, arch/i386/kernel/head.S */
#define OLD_MAGIC       0xa33f
#define NODES           16
#define LOADFLAGS_WRITE 0xe0 /* QUIET, KEEP_SEGMENTS, CAN_USE_HEAP */
#define LIMIT_32        0x100000000ull

#define FIELD(name)                                                                            \
	{                                                                                      \
		offsetof(struct boot_params, name), sizeof(((struct boot_params *)0)->name)    \
	}

struct field {
	uint16_t off, len;
};

static bool
in_fields(const struct field *f, unsigned n, unsigned off)
{
	for (unsigned i = 0; i < n; i++)
		if (off >= f[i].off && off < f[i].off + f[i].len)
			return true;
	return false;
}

/* Fields outside of the setup header that a loader may fill. */
static void
check_rest_zero(struct probe *p, const struct boot_params *bp)
{
	static const struct field written[] = {FIELD(screen_info), FIELD(acpi_rsdp_addr),
	        FIELD(ext_ramdisk_image), FIELD(ext_ramdisk_size), FIELD(ext_cmd_line_ptr),
	        FIELD(alt_mem_k), FIELD(scratch), FIELD(e820_entries), FIELD(e820_table)};
	static const struct field uefi[] = {FIELD(efi_info), FIELD(secure_boot)};
	unsigned hdr = offsetof(struct boot_params, hdr);
	unsigned header_len = p->label->header_len ? (unsigned)p->label->header_len
	                                           : sizeof(struct setup_header);
	const uint8_t *bytes = (const uint8_t *)bp;

	for (unsigned i = 0; i < sizeof(*bp); i++) {
		if (!bytes[i] || (i >= hdr && i < hdr + header_len))
			continue;
		if (p->label->flags & LABEL_OLD_LINE && i >= 0x20 && i < 0x24)
			continue;
		if (in_fields(uefi, sizeof(uefi) / sizeof(*uefi), i) && p->efi)
			continue;
		if (!in_fields(written, sizeof(written) / sizeof(*written), i))
			fail(p, "boot_params byte (found << 16 | offset)",
			        (uint64_t)bytes[i] << 16 | i, i);
	}
}

static void
check_header_copy(struct probe *p, const struct boot_params *bp)
{
	static const struct field written[] = {FIELD(hdr.root_flags), FIELD(hdr.vid_mode),
	        FIELD(hdr.root_dev), FIELD(hdr.type_of_loader), FIELD(hdr.loadflags),
	        FIELD(hdr.setup_move_size), FIELD(hdr.code32_start), FIELD(hdr.ramdisk_image),
	        FIELD(hdr.ramdisk_size), FIELD(hdr.heap_end_ptr), FIELD(hdr.ext_loader_ver),
	        FIELD(hdr.ext_loader_type), FIELD(hdr.cmd_line_ptr),
	        FIELD(hdr.kernel_alignment), FIELD(hdr.setup_data)};
	unsigned hdr = offsetof(struct boot_params, hdr);
	const uint8_t *found = (const uint8_t *)bp + hdr;

	for (unsigned i = 0; i < p->label->header_len; i++)
		if (found[i] != p->label->header[i] &&
		        !in_fields(written, sizeof(written) / sizeof(*written), hdr + i))
			fail(p, "setup header copy (byte << 16 | offset)",
			        (uint32_t)found[i] << 16 | (hdr + i),
			        (uint32_t)p->label->header[i] << 16 | (hdr + i));
}

/* The fields that the loader of a bzImage writes. */
static void
check_header_written(struct probe *p, const struct boot_params *bp)
{
	struct setup_header own = {0};
	uint8_t flags = bp->hdr.loadflags & (uint8_t)~LOADFLAGS_WRITE;

	memcpy(&own, p->label->header, (size_t)p->label->header_len);
	want(p, "hdr.loadflags without those that a loader writes", flags,
	        own.loadflags & ~LOADFLAGS_WRITE);
	if (p->base < LIMIT_32) /* above there is only the 64-bit entry */
		want(p, "hdr.code32_start", bp->hdr.code32_start, p->base);
	if (own.version >= 0x205 && own.relocatable_kernel) {
		uint64_t align = bp->hdr.kernel_alignment;

		if (!align || align & (align - 1) || align < p->label->align ||
		        align > own.kernel_alignment)
			fail(p, "hdr.kernel_alignment", align, own.kernel_alignment);
		else if (p->base != p->label->linked && p->base & (align - 1))
			fail(p, "load address, not aligned to hdr.kernel_alignment", p->base,
			        align);
	} else if (own.version >= 0x205) {
		want(p, "hdr.kernel_alignment", bp->hdr.kernel_alignment, own.kernel_alignment);
	}
}

static void
check_header(struct probe *p, const struct boot_params *bp)
{
	want(p, "hdr.boot_flag", bp->hdr.boot_flag, 0xaa55);
	want(p, "hdr.header (HdrS)", bp->hdr.header, 0x53726448);
	want(p, "hdr.type_of_loader", bp->hdr.type_of_loader, 0xff);
	want(p, "sentinel", bp->sentinel, 0);
	if (p->label->flags & LABEL_BZIMAGE) {
		check_header_copy(p, bp);
		check_header_written(p, bp);
	} else if (bp->hdr.version < 0x20c) {
		fail(p, "hdr.version for an ELF", bp->hdr.version, 0x20c);
	}
}

static void
add_map(struct probe *p, uint64_t addr, uint32_t count)
{
	if (p->maps == PROBE_E820EXT) {
		fail(p, "pieces of memory map", p->maps + 1, PROBE_E820EXT);
		return;
	}
	p->map[p->maps].addr = addr;
	p->map[p->maps].count = count;
	p->map[p->maps++].stride = sizeof(struct boot_e820_entry);
}

static void
read_node(struct probe *p, uint64_t addr, const struct setup_data *node)
{
	add_thing(p, "setup_data", addr, sizeof(*node) + node->len);
	switch (node->type) {
	case SETUP_E820_EXT:
		want(p, "SETUP_E820_EXT: bytes beyond whole entries",
		        node->len % sizeof(struct boot_e820_entry), 0);
		add_map(p, addr + sizeof(*node),
		        node->len / (uint32_t)sizeof(struct boot_e820_entry));
		break;
	case SETUP_RNG_SEED:
		p->rng = true;
		p->seed = (struct range){addr + sizeof(*node), node->len};
		if (node->len < 16 || all_zero(node->data, node->len))
			fail(p, "SETUP_RNG_SEED without a seed, bytes", node->len, 32);
		break;
	default:
		fail(p, "setup_data of type", node->type, SETUP_RNG_SEED);
	}
}

static void
read_setup_data(struct probe *p, uint64_t addr)
{
	for (int n = 0; addr; n++) {
		const struct setup_data *node = at(addr);

		if (n == NODES || !reachable(addr)) {
			fail(p, "setup_data list leads to", addr, 0);
			return;
		}
		read_node(p, addr, node);
		addr = node->next;
	}
}

/* SETUP_RNG_SEED where the row says that the firmware has a generator (probe.seed=1), or where
 * the CPU has real entropy and the kernel says that it knows the type. */
static void
check_rng(struct probe *p)
{
	bool rdrand = cpuid(1).c & 1u << 30 ||
	              (cpuid(0).a >= 7 && cpuid(7).b & 1u << 18); /* RDSEED */

	if (word(p, "probe.seed") && p->label->flags & LABEL_RNG) {
		want(p, "SETUP_RNG_SEED there", p->rng, 1);
		return;
	}
	if (p->rng && !rdrand)
		fail(p, "SETUP_RNG_SEED on a CPU without RDRAND and RDSEED", 1, 0);
	if (p->rng && p->label->flags & LABEL_BZIMAGE && !(p->label->flags & LABEL_RNG))
		fail(p, "SETUP_RNG_SEED for a kernel that doesn't know it", 1, 0);
	if (!p->rng && rdrand && p->label->flags & LABEL_RNG)
		fail(p, "no SETUP_RNG_SEED although the CPU has RDRAND or RDSEED", 0, 1);
}

/* Before 2.02: magic and offset at 0x90020, where Linux 2.4 looks for them. */
static void
read_old_line(struct probe *p)
{
	uint16_t magic, off;

	memcpy(&magic, at(OLD_BASE + 0x20), 2);
	memcpy(&off, at(OLD_BASE + 0x22), 2);
	want(p, "old command line: magic at 0x90020", magic, OLD_MAGIC);
	if (magic == OLD_MAGIC)
		p->cmdline = OLD_BASE + off;
}

static void
read_line(struct probe *p, const struct boot_params *bp)
{
	uint64_t addr = bp->hdr.cmd_line_ptr | (uint64_t)bp->ext_cmd_line_ptr << 32;

	if (p->label->flags & LABEL_OLD_LINE) {
		read_old_line(p);
		return;
	}
	if (!addr || !reachable(addr))
		fail(p, "cmd_line_ptr", addr, 1);
	else
		p->cmdline = addr;
	if (p->cmdline)
		add_thing(p, "command line", addr, length(at(addr)) + 1);
}

static void
read_initrd(struct probe *p, const struct boot_params *bp)
{
	uint64_t last = 0xffffffff;
	struct setup_header own = {0};

	p->initrd.addr = bp->hdr.ramdisk_image | (uint64_t)bp->ext_ramdisk_image << 32;
	p->initrd.len = bp->hdr.ramdisk_size | (uint64_t)bp->ext_ramdisk_size << 32;
	if (p->label->flags & LABEL_HIGH_INITRD || !p->initrd.len)
		return;
	memcpy(&own, p->label->header, (size_t)p->label->header_len);
	if (p->label->flags & LABEL_BZIMAGE)
		last = own.version >= 0x203 ? own.initrd_addr_max : 0x37ffffff;
	if (end_of(p->initrd) - 1 > last)
		fail(p, "last byte of the initrd", end_of(p->initrd) - 1, last);
}

/* efi_info where a row says that the firmware is UEFI (probe.efi=): table and map as they say.
 */
static void
check_efi(struct probe *p, const struct boot_params *bp)
{
	const struct efi_info copy = bp->efi_info, *e = &copy;
	uint64_t table = e->efi_systab | (uint64_t)e->efi_systab_hi << 32;
	uint64_t map = e->efi_memmap | (uint64_t)e->efi_memmap_hi << 32;

	want(p, "efi_loader_signature", e->efi_loader_signature, 0x34364c45);
	if (!table || !reachable(table) || !same(at(table), "IBI SYST", 8))
		fail(p, "no EFI system table at", table, 1);
	if (e->efi_memdesc_size < 40 || !e->efi_memmap_size ||
	        e->efi_memmap_size % e->efi_memdesc_size)
		fail(p, "efi_memmap_size", e->efi_memmap_size, e->efi_memdesc_size);
	if (bp->secure_boot != 2 && bp->secure_boot != 3)
		fail(p, "secure_boot", bp->secure_boot, 2);
	add_thing(p, "EFI memory map", map, e->efi_memmap_size);
}

void
read_boot_params(struct probe *p)
{
	uint64_t addr = p->saved->rsi;
	const struct boot_params *bp = at(addr);

	if (!(p->label->flags & LABEL_OLD_LINE))
		add_thing(p, "zero page", addr, sizeof(*bp));
	check_header(p, bp);
	add_map(p, addr + offsetof(struct boot_params, e820_table), bp->e820_entries);
	if (bp->e820_entries > E820_MAX_ENTRIES_ZEROPAGE)
		fail(p, "e820_entries", bp->e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
	if (!(p->label->flags & LABEL_BZIMAGE) || bp->hdr.version >= 0x209)
		read_setup_data(p, bp->hdr.setup_data);
	read_line(p, bp);
	check_rng(p);
	p->efi = word(p, "probe.efi") != NULL;
	check_rest_zero(p, bp);
	if (p->efi)
		check_efi(p, bp);
	read_initrd(p, bp);
	p->rsdp = bp->acpi_rsdp_addr;
}
