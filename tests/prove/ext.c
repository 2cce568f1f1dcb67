/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One step down an extent tree: what is read lies in the node, a run begins at the block that
 * is looked for, has an end, and lies in the file system; a level is left by each step.
 *
 * Inputs: every node of 60 bytes (a root), every file system of up to 2^48 blocks, every block,
 * a walk at every level.
 *
 * unwind: 6
 */
#include "prove.h"
#include "stub/disk/ext_map.c"

#define NODE 60

PROVE_REFUSE

static uint8_t child[NODE];

uint32_t
crc32c_add(uint32_t crc, struct span s)
{
	PROVE(s.size <= NODE, "a checksum is taken of bytes in the node");
	return (uint32_t)any_u64();
}

enum refusal_code
ext_damaged(const struct ext_fs *fs, const char *what, uint64_t at, uint64_t found,
        uint64_t wanted, struct refusal *ret_why)
{
	return refuse(ret_why, REFUSAL_DISK_DAMAGED, at, found, wanted);
}

enum refusal_code
ext_has_blocks(const struct ext_fs *fs, uint64_t block, uint64_t count, const char *what,
        uint64_t from, struct refusal *ret_why)
{
	if (block <= fs->first_block || !bounds_ok(fs->blocks, block, count))
		return ext_damaged(fs, what, from, block, fs->blocks, ret_why);
	return REFUSAL_NONE;
}

enum refusal_code
ext_block(const struct ext_fs *fs, uint64_t block, const char *what, uint64_t from,
        struct span *ret_bytes, struct refusal *ret_why)
{
	__CPROVER_havoc_object(child);
	*ret_bytes = (struct span){child, NODE};
	return ext_has_blocks(fs, block, 1, what, from, ret_why);
}

static void
prove_leaf(const struct walk *w, uint64_t off)
{
	struct ext_run run;
	struct refusal why;

	if (read_leaf(w, off, &run, &why))
		return;
	PROVE(run.count > 0, "a run has a block");
	PROVE(run.count <= w->end - w->block, "and ends before what other entries are about");
	PROVE(!run.block || (run.block > w->fs->first_block &&
	                            bounds_ok(w->fs->blocks, run.block, run.count)),
	        "its blocks are the file system's, or it is a hole");
}

static void
prove_down(struct walk *w, uint64_t off)
{
	uint32_t before = w->depth;
	struct refusal why;

	if (go_down(w, off, &why))
		return;
	PROVE(w->depth + 1 == before, "each step leaves a level");
	PROVE(entry_off(HEADER(w->node, entries)) <= NODE, "the entries lie in the node");
}

int
main(void)
{
	uint8_t byte[NODE];
	struct ext_fs fs;
	struct walk w;
	struct refusal why;
	uint64_t end, off = 0;
	bool found = false;

	w.fs = &fs;
	w.node = (struct span){byte, NODE};
	end = w.end;
	fs.block_size = 1024;
	ASSUME(fs.blocks <= 1ull << 48 && w.at <= 1ull << 60);
	ASSUME(w.depth <= EXT_EXTENT_DEPTH && w.end <= 1ull << 32 && w.block < w.end);
	if (check_node(&w, &why) || find_entry(&w, &found, &off, &why))
		return 0;
	PROVE(w.end > w.block && w.end <= end, "what an entry is about has the block in it");
	if (!found)
		return 0;
	PROVE(off >= entry_off(0) && bounds_ok(NODE, off, sizeof(struct ext_leaf)),
	        "the entry lies in the node");
	if (w.depth)
		prove_down(&w, off);
	else
		prove_leaf(&w, off);
}
