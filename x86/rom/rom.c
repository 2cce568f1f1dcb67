/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.rom: from a machine after reset to the kernel's first instruction, as a list of steps.
 *
 * QEMU alone has what this needs, fw_cfg: the kernel, the memory map, the ACPI tables. What a
 * firmware does to the machine itself is pc_init()'s.
 */
#include "x86/rom/rom.h"
#include "x86/boot/boot.h"
#include "x86/boot/die.h"
#include "x86/cpu/cpu.h"
#include "x86/disk/boot_disk.h"
#include "x86/pc/pc.h"
#include "x86/rom/qemu.h"

#define F_SEGMENT 0xf0000ull
#define LOW_END   (1 * MIB)  /* the ROM is seen below it, too, until that is memory */
#define FACS      0x53434146 /* "FACS" */

/* kshim-rom.ld */
extern const uint8_t rom_constants_end[], rom_reset[];

/*
 * hot: without it GCC optimises a function that never returns, and all that only it calls, for
 * size.
 */
__attribute__((hot)) _Noreturn void rom_main(void);

static enum refusal_code
read_fw_cfg(struct boot *b, struct refusal *ret_why)
{
	if (!fw_cfg_present())
		return refuse(ret_why, REFUSAL_ROM_FW_CFG, 0, 0, 0);
	return fw_cfg_list(&b->sources.items, ret_why);
}

/*
 * The part of the F segment behind what is used of the ROM: where the ROM seen there is
 * writable memory (microvm), tables that are put there overwrite nothing.
 */
static struct range
free_f_segment(void)
{
	uint64_t start = LOW_END - ROM_LEN + ((uintptr_t)rom_constants_end - ROM_LINKED);

	if (start < F_SEGMENT)
		start = F_SEGMENT;
	return (struct range){start, LOW_END - RESET_LEN - start};
}

/* For a wake-up from S3, where the waking vector will be: in what QEMU's tables begin with. */
static void
note_facs(const struct tables *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		uint64_t addr = t->file[i].range.addr;
		uint32_t signature;

		__builtin_memcpy(&signature, (const void *)(uintptr_t)addr, sizeof(signature));
		if (signature == FACS)
			memcpy((void *)(uintptr_t)ROM_FACS, &addr, 4);
	}
}

static enum refusal_code
set_up_machine(struct boot *b, struct refusal *ret_why)
{
	static struct pc pc;
	const struct segment *kernel = &b->facts.elf.segment[0];
	static struct named_range busy[IMAGE_RANGES + 1]; /* ourselves, and a placed kernel */
	struct named_range *placed = &busy[IMAGE_RANGES];
	enum refusal_code code;

	image_ranges(busy);
	placed->name = "kernel";
	placed->range.addr = kernel->paddr;
	placed->range.len = b->placed ? kernel->mem_len : 0;
	pc.items.known = &b->sources.items;
	pc.map = &b->map;
	pc.busy = busy;
	pc.nr_busy = IMAGE_RANGES + 1;
	pc.has_kernel = b->placed || b->launcher.modules;
	pc.fseg = free_f_segment();
	code = pc_init(&pc, ret_why);
	if (pc.line) /* the F segment is memory now and shows the ROM no more */
		memcpy((void *)(uintptr_t)(LOW_END - RESET_LEN), rom_reset, RESET_LEN);
	/* A kernel that QEMU has placed it places again at each reset, over the one that
	 * sleeps. */
	if (!code && pc.line && !b->placed)
		note_facs(&pc.tables);
	b->request.rsdp = pc.rsdp;
	return code;
}

static enum refusal_code
read_qemu(struct boot *b, struct refusal *ret_why)
{
	return qemu_read(&b->launcher, &b->placed, &b->facts, ret_why);
}

/*
 * Of a kernel that QEMU has placed no ELF header is left. Whether it is Linux is looked for in
 * its memory, which takes long, so only where it makes a difference.
 */
static enum refusal_code
judge_placed(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	struct span all = {(const uint8_t *)(uintptr_t)b->sources.file.blob.addr,
	        b->sources.file.blob.size};

	if (!b->file_is_placed)
		return REFUSAL_NONE;
	if (b->words.protocol == PROTOCOL_LINUX64)
		return refuse(ret_why, REFUSAL_ROM_PLACED_ENTRY, 0, 0, 0);
	req->map = &b->map;
	if (plan_asks_for_linux(req))
		b->facts.elf.evidence = linux_evidence_in(&all, 1);
	return REFUSAL_NONE;
}

_Noreturn void
rom_main(void)
{
	static struct boot boot;
	struct boot *b = &boot;
	uint64_t free = (uintptr_t)kshim_end;
	struct refusal why;

	b->zeroed = (struct range){free, ROM_RAM_END - free};
	b->sources.first_is_kernel = true;
	b->other = &boot_disk;
	if (read_fw_cfg(b, &why) || boot_own_memory(b, &why) || read_qemu(b, &why) ||
	        set_up_machine(b, &why) || boot_kernel_file(b, &why) ||
	        boot_command_line(b, &why) || boot_probe(b, &why) || boot_blobs(b, &why) ||
	        judge_placed(b, &why) || boot_plan(b, &why) || execute(b, &why))
		die(&why);
	cpu_halt(); /* execute() does not come back without a refusal */
}
