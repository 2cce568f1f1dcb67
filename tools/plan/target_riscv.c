/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim-riscv64.bin's machine: the device tree that is given, or one like QEMU's virt.
 *
 * Sources: QEMU hw/riscv/virt.c and boot.c (memory from 2 GiB on; firmware at its start, kshim
 * 2 MiB above; the initrd half of memory above that, 128 MiB at the most; the tree in the last
 * 2 MiB below 3 GiB), OpenSBI (its own memory is reserved in the tree it hands on). The tree of
 * --map may be of a machine that was started in another way: then its /chosen says where the
 * initrd lies.
 */
#include <stdio.h>
#include <string.h>

#include "tools/bundle_write.h"
#include "tools/plan/target.h"

#define DRAM          (2 * GIB)
#define SELF          (DRAM + 2 * MIB)
#define INITRD_OFFSET (128 * MIB)
#define TREE_STEP     (2 * MIB)
#define TREE_BELOW    (3 * GIB)
/* The file that the launcher passes: a lone kernel as it is, else a bundle of all. */
static uint64_t
passed_len(const struct plan_case *c, uint64_t len[PLAN_BLOBS])
{
	for (uint32_t i = 0; i < c->files; i++)
		len[i] = c->file[i].bytes.size;
	return c->files == 1 ? len[0] : bundle_offset(len, c->files, c->files);
}

static void
place_files(struct plan_case *c, uint64_t at)
{
	uint64_t len[PLAN_BLOBS];

	passed_len(c, len);
	for (uint32_t i = 0; i < c->req.blobs; i++) {
		struct blob *b = &c->req.blob[i];

		if (c->files > 1)
			b->addr += bundle_offset(len, c->files, b->handle);
		b->where = BLOB_SPACE;
		b->addr += at;
	}
	target_join_initrds(&c->req);
}

/* The device tree's own place and the files', on virt; from a tree that is given, by that. */
static enum refusal_code
read_tree(struct plan_case *c, uint64_t memory, struct range *ret_initrd)
{
	uint64_t len[PLAN_BLOBS], half = memory / 2;
	struct span bytes = {c->tree_bytes, sizeof(c->tree_bytes)};
	enum refusal_code code = REFUSAL_NONE;
	uint64_t end = DRAM + memory < TREE_BELOW ? DRAM + memory : TREE_BELOW;

	*ret_initrd = (struct range){
	        SELF + (half < INITRD_OFFSET ? half : INITRD_OFFSET), passed_len(c, len)};
	if (case_map_is_given(c))
		bytes = file_span(&c->given.tree);
	else
		code = target_virt_tree(
		        memory, *ret_initrd, c->tree_bytes, sizeof(c->tree_bytes), &c->why);
	if (!code)
		code = fdt_open(bytes, &c->tree, &c->why);
	if (!code)
		code = riscv_machine_read(&c->tree, &c->machine, &c->why);
	if (code)
		c->why.subject = case_map_is_given(c) ? c->options.map : "device tree";
	else if (c->machine.initrd.len)
		ret_initrd->addr = c->machine.initrd.addr;
	else
		ret_initrd->addr = memmap_ram_end(&c->machine.map) / 2;
	c->riscv.tree_addr = align_down(end - c->tree.all.size, TREE_STEP);
	return code;
}

/* The tree was dumped before the firmware added what it keeps. */
static enum refusal_code
check_place(struct plan_case *c, struct range initrd)
{
	if (memmap_is_ram(&c->machine.map, initrd))
		return REFUSAL_NONE;
	refuse(&c->why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	c->why.subject = "the launcher";
	c->why.a = (struct named_range){"the file that it passes", initrd};
	c->why.b = (struct named_range){"no RAM is there", {0, 0}};
	return c->why.code;
}

enum refusal_code
target_riscv(struct plan_case *c, uint64_t memory)
{
	struct range initrd;
	enum refusal_code code = read_tree(c, memory, &initrd);

	if (!code)
		code = check_place(c, initrd);
	if (code)
		return code;
	place_files(c, initrd.addr);
	c->riscv.tree = &c->tree;
	c->riscv.machine = &c->machine;
	c->keep = body_riscv_keep(SELF, SELF + c->stub_facts.riscv.image_size);
	c->riscv.keep = c->keep;
	c->riscv.boot_hart = c->machine.hart[0].id;
	c->riscv.guest = c->body == BODY_RISCV_GUEST;
	c->riscv.sstc = fdt_boot_has_sstc(&c->machine);
	body_limits(c->body, &c->req);
	return body_riscv_request(&c->riscv, &c->req, &c->why);
}
