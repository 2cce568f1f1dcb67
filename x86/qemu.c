/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads fw_cfg's items for -kernel, -initrd and -append (QEMU hw/i386/x86.c, x86_load_linux).
 *
 * A bzImage comes in two items that together are the file: setup, and the rest of it. A PVH
 * ELF is in memory before the first instruction runs; what is told are entry, lowest address
 * and bytes, .bss included. Only a Multiboot kernel has an entry and no setup. Items that do
 * not exist read as zeros.
 */
#include "x86/qemu.h"
#include "x86/fw_cfg.h"
#include "x86/rom.h"

static enum refusal_code
number(enum fw_cfg_legacy item, uint32_t *ret_v, struct refusal *ret_why)
{
	*ret_v = 0;
	return fw_cfg_read(item, "-kernel", 0, ret_v, sizeof(*ret_v), ret_why);
}

static enum refusal_code
read_line(struct launcher *l, struct refusal *ret_why)
{
	uint32_t size;
	enum refusal_code code = number(FW_CFG_LEGACY_CMDLINE_SIZE, &size, ret_why);

	if (!code && size > LINE_ROOM) {
		refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, size, LINE_ROOM);
		ret_why->subject = "-append";
		return ret_why->code;
	}
	if (!code && size > 1) {
		l->line_len = size - 1;
		code = fw_cfg_read(
		        FW_CFG_LEGACY_CMDLINE_DATA, "-append", 0, l->line, size - 1, ret_why);
	}
	return code;
}

static enum refusal_code
read_initrd(struct launcher *l, struct refusal *ret_why)
{
	uint32_t size;
	enum refusal_code code = number(FW_CFG_LEGACY_INITRD_SIZE, &size, ret_why);

	if (!code && size)
		l->module[l->modules++] = (struct blob){.where = BLOB_STREAM,
		        .handle = FW_CFG_LEGACY_INITRD_DATA,
		        .size = size,
		        .name = "-initrd"};
	return code;
}

/* A kernel in memory, as an ELF of one segment that lies where it is wanted. */
static enum refusal_code
placed_kernel(struct launcher *l, uint32_t entry, uint32_t size, struct facts *ret_facts,
        struct refusal *ret_why)
{
	uint32_t addr;
	enum refusal_code code = number(FW_CFG_LEGACY_KERNEL_ADDR, &addr, ret_why);

	if (!code && addr < ROM_RAM_END)
		return refuse(ret_why, REFUSAL_ROM_LOW_KERNEL, 0, addr, ROM_RAM_END);
	l->module[0].where = BLOB_SPACE;
	l->module[0].addr = addr;
	ret_facts->format = KERNEL_ELF64;
	ret_facts->size = size;
	ret_facts->elf.segments = 1;
	ret_facts->elf.segment[0] =
	        (struct segment){.file_len = size, .paddr = addr, .mem_len = size};
	ret_facts->elf.pvh = true;
	ret_facts->elf.pvh_entry = entry;
	ret_facts->elf.evidence = LINUX_GUEST_OS;
	return code;
}

static enum refusal_code
read_kernel(
        struct launcher *l, bool *ret_placed, struct facts *ret_facts, struct refusal *ret_why)
{
	uint32_t size, setup = 0, entry = 0;
	enum refusal_code code = number(FW_CFG_LEGACY_KERNEL_SIZE, &size, ret_why);

	if (code || !size)
		return code;
	code = number(FW_CFG_LEGACY_KERNEL_ENTRY, &entry, ret_why);
	if (!code)
		code = number(FW_CFG_LEGACY_SETUP_SIZE, &setup, ret_why);
	if (code)
		return code;
	l->modules = 1;
	l->module[0].name = "-kernel";
	l->module[0].size = size;
	if (entry && !setup)
		return refuse(ret_why, REFUSAL_ROM_MULTIBOOT, 0, 0, 0);
	*ret_placed = entry;
	if (entry)
		return placed_kernel(l, entry, size, ret_facts, ret_why);
	l->module[0].where = BLOB_STREAM;
	l->module[0].handle = FW_CFG_PAIR(setup);
	l->module[0].size += setup;
	return REFUSAL_NONE;
}

enum refusal_code
qemu_read(struct launcher *ret_launcher, bool *ret_placed, struct facts *ret_facts,
        struct refusal *ret_why)
{
	enum refusal_code code = read_kernel(ret_launcher, ret_placed, ret_facts, ret_why);

	if (!code && ret_launcher->modules)
		code = read_initrd(ret_launcher, ret_why);
	if (!code && ret_launcher->modules)
		code = read_line(ret_launcher, ret_why);
	return code;
}
