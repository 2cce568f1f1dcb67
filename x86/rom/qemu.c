/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads fw_cfg's items for -kernel, -initrd and -append (QEMU hw/i386/x86.c, x86_load_linux).
 *
 * A bzImage comes in two items that together are the file: setup, and the rest of it. A PVH
 * ELF is in memory before the first instruction runs; what is told are entry, lowest address
 * and bytes, .bss included. Only a Multiboot kernel has an entry and no setup. Items that do
 * not exist read as zeros.
 */
#include "x86/rom/qemu.h"
#include "x86/boot/fw_cfg.h"
#include "x86/rom/rom.h"

/* Numbers that are told, in the order in which they are asked for: with no size no others. */
struct told {
	uint32_t size, entry, setup, initrd, line;
};
static const uint8_t items[] = {FW_CFG_LEGACY_KERNEL_SIZE, FW_CFG_LEGACY_KERNEL_ENTRY,
        FW_CFG_LEGACY_SETUP_SIZE, FW_CFG_LEGACY_INITRD_SIZE, FW_CFG_LEGACY_CMDLINE_SIZE};
_Static_assert(sizeof(struct told) == 4 * sizeof(items), "one item for each");

static enum refusal_code
number(uint8_t item, uint32_t *ret_v, struct refusal *ret_why)
{
	return fw_cfg_get(item, "-kernel", ret_v, sizeof(*ret_v), ret_why);
}

static enum refusal_code
ask(struct told *told, struct refusal *ret_why)
{
	enum refusal_code code;

	told->size = 0;
	code = number(items[0], &told->size, ret_why);
	if (!told->size)
		return code;
	for (unsigned i = 1; !code && i < sizeof(items); i++)
		code = number(items[i], &told->size + i, ret_why);
	return code;
}

static enum refusal_code
read_line(struct launcher *l, uint32_t size, struct refusal *ret_why)
{
	if (size > LINE_ROOM) {
		refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, size, LINE_ROOM);
		ret_why->subject = "-append";
		return ret_why->code;
	}
	if (size <= 1)
		return REFUSAL_NONE;
	l->line_len = size - 1;
	return fw_cfg_get(FW_CFG_LEGACY_CMDLINE_DATA, "-append", l->line, size - 1, ret_why);
}

/* A kernel in memory, as an ELF of one segment that lies where it is wanted. */
static enum refusal_code
placed_kernel(const struct told *told, struct blob *ret_blob, struct facts *ret_facts,
        struct refusal *ret_why)
{
	struct segment *s = &ret_facts->elf.segment[0];
	uint32_t addr = 0;
	enum refusal_code code;

	if (!told->setup)
		return refuse(ret_why, REFUSAL_ROM_MULTIBOOT, 0, 0, 0);
	code = number(FW_CFG_LEGACY_KERNEL_ADDR, &addr, ret_why);
	if (!code && addr < ROM_RAM_END)
		code = refuse(ret_why, REFUSAL_ROM_LOW_KERNEL, 0, addr, ROM_RAM_END);
	ret_blob->where = BLOB_SPACE;
	ret_blob->addr = addr;
	ret_blob->size = told->size;
	ret_facts->format = KERNEL_ELF64;
	ret_facts->size = told->size;
	ret_facts->elf.segments = 1;
	s->file_len = s->mem_len = told->size;
	s->paddr = addr;
	ret_facts->elf.pvh = true;
	ret_facts->elf.pvh_entry = told->entry;
	ret_facts->elf.evidence = LINUX_GUEST_OS; /* rom.c looks, where it makes a difference */
	return code;
}

enum refusal_code
qemu_read(struct launcher *ret_launcher, bool *ret_placed, struct facts *ret_facts,
        struct refusal *ret_why)
{
	struct blob *module = ret_launcher->module;
	struct told told;
	enum refusal_code code = ask(&told, ret_why);

	if (code || !told.size)
		return code;
	ret_launcher->modules = 1;
	module[0].name = "-kernel";
	*ret_placed = told.entry;
	if (told.entry) {
		code = placed_kernel(&told, module, ret_facts, ret_why);
	} else {
		module[0].where = BLOB_STREAM;
		module[0].handle = FW_CFG_PAIR | told.setup;
		module[0].size = (uint64_t)told.setup + told.size;
	}
	if (told.initrd) {
		ret_launcher->modules = 2;
		module[1].where = BLOB_STREAM;
		module[1].handle = FW_CFG_LEGACY_INITRD_DATA;
		module[1].size = told.initrd;
		module[1].name = "-initrd";
	}
	return code ? code : read_line(ret_launcher, told.line, ret_why);
}
