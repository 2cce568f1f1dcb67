/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Converts UEFI's memory map, descriptor by descriptor (UEFI 2.10, 7.2.3).
 *
 * The types' meaning for a kernel follows table 7.10 and what Linux's own EFI stub does.
 * Surprise: memory that the firmware marks as special-purpose or for use at run time is not
 * given away even if its type says that it is free.
 */
#include "efi_map.h"

#define DESC_LEN     40
#define ATTR_SP      (1ull << 18) /* specific-purpose memory */
#define ATTR_RUNTIME (1ull << 63)

/* EFI_MEMORY_TYPE */
enum {
	EFI_TYPE_LOADER_CODE = 1,
	EFI_TYPE_LOADER_DATA = 2,
	EFI_TYPE_BOOT_CODE = 3,
	EFI_TYPE_BOOT_DATA = 4,
	EFI_TYPE_CONVENTIONAL = 7,
	EFI_TYPE_UNUSABLE = 8,
	EFI_TYPE_ACPI_RECLAIM = 9,
	EFI_TYPE_ACPI_NVS = 10,
	EFI_TYPE_PERSISTENT = 14,
};

/* What the kernel is told; everything unknown, MMIO and unaccepted memory are reserved. */
static enum mem_type
kernels_type(uint32_t type, uint64_t attributes)
{
	switch (type) {
	case EFI_TYPE_LOADER_CODE:
	case EFI_TYPE_LOADER_DATA:
	case EFI_TYPE_BOOT_CODE:
	case EFI_TYPE_BOOT_DATA:
	case EFI_TYPE_CONVENTIONAL:
		return attributes & (ATTR_SP | ATTR_RUNTIME) ? MEM_RESERVED : MEM_RAM;
	case EFI_TYPE_UNUSABLE:
		return MEM_UNUSABLE;
	case EFI_TYPE_ACPI_RECLAIM:
		return MEM_ACPI;
	case EFI_TYPE_ACPI_NVS:
		return MEM_NVS;
	case EFI_TYPE_PERSISTENT:
		return MEM_PMEM;
	default:
		return MEM_RESERVED;
	}
}

static enum refusal_code
bad(struct refusal *why, const char *what, uint64_t off, uint64_t found)
{
	refuse(why, REFUSAL_EFI_MAP, off, found, 0);
	why->subject = "the firmware's memory map";
	why->detail = what;
	return REFUSAL_EFI_MAP;
}

/* Make room for one more at index `i` of the busy ranges. */
static bool
insert_busy(struct efi_map *m, uint32_t i)
{
	if (m->nr_busy == EFI_MAP_BUSY)
		return false;
	memmove(&m->busy[i + 1], &m->busy[i], (m->nr_busy - i) * sizeof(m->busy[0]));
	m->nr_busy++;
	return true;
}

/* Add a range to the busy ones, joining those that it touches or overlaps. */
static bool
add_busy(struct efi_map *m, struct range r)
{
	uint32_t i = 0, n;

	while (i < m->nr_busy && range_end(m->busy[i].range) < r.addr)
		i++;
	for (n = i; n < m->nr_busy && m->busy[n].range.addr <= range_end(r); n++) {
		uint64_t end = range_end(m->busy[n].range);

		if (range_end(r) > end)
			end = range_end(r);
		if (m->busy[n].range.addr < r.addr)
			r.addr = m->busy[n].range.addr;
		r.len = end - r.addr;
	}
	if (n == i) {
		if (!insert_busy(m, i))
			return false;
		n = i + 1;
	}
	m->busy[i] = (struct named_range){"memory of the firmware's boot services", r};
	memmove(&m->busy[i + 1], &m->busy[n], (m->nr_busy - n) * sizeof(m->busy[0]));
	m->nr_busy -= n - i - 1;
	return true;
}

static enum refusal_code
read_descriptor(struct span desc, uint64_t off, struct efi_map *m, struct refusal *ret_why)
{
	uint32_t type = span_le32(desc, 0);
	uint64_t addr = span_le64(desc, 8), pages = span_le64(desc, 24);
	uint64_t attributes = span_le64(desc, 32);
	enum mem_type kernels = kernels_type(type, attributes);

	if (addr & (PAGE - 1))
		return bad(ret_why, "address", off + 8, addr);
	if (pages > UINT64_MAX / PAGE || !range_fits(addr, pages * PAGE))
		return bad(ret_why, "number of pages", off + 24, pages);
	if (kernels == MEM_RAM && type != EFI_TYPE_CONVENTIONAL && pages &&
	        !add_busy(m, (struct range){addr, pages * PAGE}))
		return refuse(ret_why, REFUSAL_MAP_FULL, off, EFI_MAP_BUSY + 1, EFI_MAP_BUSY);
	return memmap_add(&m->map, addr, pages * PAGE, kernels, ret_why);
}

enum refusal_code
efi_map_read(
        struct span raw, uint64_t desc_size, struct efi_map *ret_map, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	ret_map->map.count = ret_map->nr_busy = 0;
	if (desc_size < DESC_LEN)
		return bad(ret_why, "descriptor size", 0, desc_size);
	if (raw.size % desc_size)
		return bad(ret_why, "length", 0, raw.size);
	for (uint64_t off = 0; !code && off < raw.size; off += desc_size) {
		struct span desc;

		if (span_sub(raw, off, DESC_LEN, &desc))
			code = read_descriptor(desc, off, ret_map, ret_why);
	}
	return code;
}
