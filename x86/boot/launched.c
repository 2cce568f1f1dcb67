/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.elf and kshim.bzimage: from what a launcher handed over to the kernel's first
 * instruction.
 *
 * Input: the launcher, read by the caller's function; QEMU docs/specs/fw_cfg.rst; ACPI tables.
 */
#include "stub/input/efi_tables.h"
#include "x86/boot/acpi.h"
#include "x86/boot/boot.h"
#include "x86/boot/descriptors.h"
#include "x86/boot/die.h"
#include "x86/boot/protect.h"
#include "x86/boot/reach.h"
#include "x86/cpu/cpu.h"

static enum refusal_code
read_fw_cfg(struct boot *b, struct refusal *ret_why)
{
	return fw_cfg_list(&b->sources.items, ret_why);
}

/* Without a map from the launcher take fw_cfg's. */
static enum refusal_code
read_map(struct boot *b, struct refusal *ret_why)
{
	if (b->map.count)
		return REFUSAL_NONE;
	if (!b->sources.items.e820.size)
		return refuse(ret_why, REFUSAL_MAP_NONE, 0, 0, 1);
	return boot_read_e820(b, ret_why);
}

static bool
in_reach(uint64_t addr, uint64_t len)
{
	struct refusal ignored;

	return reach("UEFI table", addr, len, &ignored) == REFUSAL_NONE;
}

/* By the BIOS data in page 0. */
static uint64_t
find_rsdp(void)
{
	reach_page_0(true);
	return acpi_find_rsdp();
}

/*
 * Tables that lie in what the map calls RAM are no RAM for the kernel: Linux reserves only
 * some of them itself. UEFI's are read by the kernel from where they are, and so is its map,
 * which tells the kernel what they lie in.
 */
static enum refusal_code
find_fixed(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	struct keep keep = {&b->map, b->fixed, 0, BOOT_TABLES};
	enum refusal_code code = REFUSAL_NONE;

	req->rsdp = b->launcher.rsdp ? b->launcher.rsdp : find_rsdp();
	acpi_keep(req->rsdp, &keep);
	for (uint32_t i = 0; !code && i < keep.count; i++) {
		struct range r = b->fixed[i].range;

		code = memmap_add(&b->map, r.addr, r.len, MEM_ACPI, ret_why);
	}
	req->efi = b->launcher.efi;
	if (req->efi.systab) {
		efi_tables_keep(req->efi.systab, in_reach, &keep);
		keep_add(&keep, "UEFI memory map",
		        (struct range){req->efi.map, req->efi.map_len});
	}
	req->nr_fixed = keep.count;
	return code;
}

/* What lay in page 0 has been read, a module excepted. From here on a null pointer faults. */
static enum refusal_code
leave_page_0(struct boot *b, struct refusal *ret_why)
{
	(void)ret_why;
	for (uint32_t i = 0; i < b->launcher.modules; i++) {
		if (b->launcher.module[i].addr < PAGE)
			return REFUSAL_NONE;
	}
	reach_page_0(false);
	return REFUSAL_NONE;
}

/* The plan is accepted, and so is what it puts into page 0: nothing, unless a kernel wants
 * that. */
static enum refusal_code
reach_page_0_of_plan(struct boot *b, struct refusal *ret_why)
{
	const struct placement *p = b->plan.placement, *end = p + b->plan.placements;

	(void)ret_why;
	for (; p < end; p++) {
		if (p->range.addr < PAGE)
			reach_page_0(true);
	}
	return REFUSAL_NONE;
}

_Noreturn void
boot_launched(struct boot *b, boot_step *read_launcher)
{
	struct refusal why;

	descriptors_load();
	protect();
	if (read_launcher(b, &why) || read_fw_cfg(b, &why) || read_map(b, &why) ||
	        find_fixed(b, &why) || leave_page_0(b, &why) || boot_own_memory(b, &why) ||
	        boot_kernel_file(b, &why) || boot_command_line(b, &why) ||
	        boot_probe(b, &why) || boot_blobs(b, &why) || boot_plan(b, &why) ||
	        reach_page_0_of_plan(b, &why) || execute(b, &why))
		die(&why);
	cpu_halt(); /* execute() does not come back without a refusal */
}
