/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.rom on QEMU's pc, q35 and microvm: no loader has given it a map or a file.
 *
 * The map is QEMU's etc/e820 with what the ROM itself reserves (x86/pc/pc.c): BIOS area, tables
 * at the end of low memory, q35's windows. An ELF with a PVH note that -kernel can take is in
 * memory before the ROM runs, and all it is told of it is where (QEMU hw/i386/x86.c). All else
 * is read from fw_cfg, by -kernel and -initrd or, where they do not do, as opt/org.kshim items.
 */
#include "tools/plan/target.h"

#define BIOS_AREA      0xa0000ull
#define HYPERTRANSPORT 0xfd00000000ull /* no RAM on AMD CPUs */

static struct range
between(struct span about, uint64_t off)
{
	uint64_t start = span_le32(about, off), end = span_le32(about, off + 4);

	return (struct range){start, end > start ? end - start : 0};
}

bool
target_rom_read(struct plan_case *c, const char *path, int *ret_status)
{
	struct span about = {NULL, 0}, all = file_span(&c->stub);

	if (all.size < BODY_ROM_ABOUT ||
	        !span_sub(all, all.size - BODY_ROM_ABOUT, BODY_ROM_ABOUT, &about) ||
	        span_le32(about, 0) != BODY_ROM_MAGIC) {
		*ret_status = fail(STATUS_REFUSED,
		        "%s is no kshim.rom of this version: %d bytes before its end is no \"KSHM\"; give the one built with this program",
		        path, BODY_ROM_ABOUT);
		return false;
	}
	c->keep = between(about, 4);
	c->window = between(about, 12);
	return true;
}

static void
add(struct plan_case *c, uint64_t addr, uint64_t end, uint32_t type)
{
	struct refusal why;

	if (addr < end) /* a handful: cannot be refused */
		memmap_add(&c->map, addr, end - addr, type, &why);
}

/* Will QEMU's -kernel put it into memory? It takes one initrd and no bundle. */
static bool
is_placed(const struct plan_case *c)
{
	const struct facts *k = &c->facts;

	return (k->format == KERNEL_ELF64 || k->format == KERNEL_ELF32) && k->elf.pvh &&
	       !c->in_files[0].addr && c->files <= 2;
}

/* What the ROM finds out of whether it is Linux: from the bytes that QEMU has loaded. */
static enum linux_evidence
evidence(const struct plan_case *c)
{
	const struct elf_facts *elf = &c->facts.elf;
	struct span part[FACTS_SEGMENTS];

	for (uint32_t i = 0; i < elf->segments; i++) {
		const struct segment *s = &elf->segment[i];

		if (!span_sub(c->file[0].bytes, s->off, s->file_len, &part[i]))
			part[i] = (struct span){NULL, 0};
	}
	return linux_evidence_in(part, elf->segments);
}

/* All of it, .bss included, as one segment. */
static enum refusal_code
place_kernel(struct plan_case *c)
{
	const struct elf_facts *elf = &c->facts.elf;
	struct range all = elf_facts_span(elf);
	enum refusal_code code = REFUSAL_NONE;

	if (all.addr < BODY_ROM_LOW_END)
		code = refuse(&c->why, REFUSAL_ROM_LOW_KERNEL, 0, all.addr, BODY_ROM_LOW_END);
	else if (c->req.protocol == PROTOCOL_LINUX64)
		code = refuse(&c->why, REFUSAL_ROM_PLACED_ENTRY, 0, 0, 0);
	if (code) {
		c->why.subject = c->options.kernel;
		return code;
	}
	c->placed = (struct facts){.format = KERNEL_ELF64,
	        .size = all.len,
	        .elf = {.segments = 1,
	                .segment[0] = {.file_len = all.len,
	                        .paddr = all.addr,
	                        .mem_len = all.len},
	                .pvh = true,
	                .pvh_entry = elf->pvh_entry,
	                .evidence = evidence(c)}};
	if (c->req.blobs == 2 && !c->req.blob[1].size)
		c->req.blobs = 1; /* an empty -initrd is told as none */
	c->req.kernel = &c->placed;
	c->req.blob[0].where = BLOB_SPACE;
	c->req.blob[0].addr = all.addr;
	c->req.blob[0].size = all.len;
	return REFUSAL_NONE;
}

/* As x86/pc/pc.c makes it: QEMU's tables, whole pages of them, end where memory or a hole does.
 */
static void
make_map(struct plan_case *c, uint64_t memory, struct range kernel)
{
	enum plan_machine machine = c->options.machine;
	uint64_t low = target_qemu_low(machine, memory);
	uint64_t tables = machine == MACHINE_MICROVM ? PAGE : 128 * KIB; /* QEMU 7.2 */
	struct named_range busy[] = {
	        {"kshim", c->keep}, {"kshim", c->window}, {"kernel", kernel}};
	struct range zone;

	c->map.count = 0;
	add(c, 0, low, MEM_RAM);
	add(c, 4 * GIB, 4 * GIB + memory - low, MEM_RAM);
	add(c, BIOS_AREA, MIB, MEM_RESERVED);
	zone = body_high_zone(body_ram_end_at(&c->map, MIB), busy, 3, BODY_ROM_ZONE);
	if (zone.len >= tables)
		add(c, range_end(zone) - tables, range_end(zone), MEM_RESERVED);
	if (machine == MACHINE_Q35) {
		add(c, 0xb0000000, 0xc0000000, MEM_RESERVED);
		add(c, 0xfed1c000, 0xfed20000, MEM_RESERVED);
	}
	if (machine != MACHINE_MICROVM)
		add(c, HYPERTRANSPORT, HYPERTRANSPORT + 12 * GIB, MEM_RESERVED);
}

enum refusal_code
target_rom(struct plan_case *c, uint64_t memory)
{
	struct range kernel = {0, 0};
	enum refusal_code code = REFUSAL_NONE;

	c->fixed[0] = body_bios_data();
	c->busy[0] = (struct named_range){"kshim", c->keep};
	c->busy[1] = (struct named_range){"kshim's window", c->window};
	c->req.map = &c->map;
	c->req.fixed = c->fixed;
	c->req.nr_fixed = 1;
	c->req.busy = c->busy;
	c->req.nr_busy = 2;
	body_limits(BODY_PC, &c->req);
	if (is_placed(c)) {
		code = place_kernel(c);
		kernel = (struct range){c->req.blob[0].addr, c->req.blob[0].size};
	}
	if (case_map_is_given(c))
		c->map = c->given.map;
	else
		make_map(c, memory, kernel);
	return code;
}
