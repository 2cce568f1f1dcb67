/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as an ext file system: all that it names lies inside of the volume, a walk through
 * a directory or a file ends, and a file's extents follow each other without a gap.
 *
 * Most of a file system is zeroes. So the input is a row of pieces: two bytes say where (in
 * units of 16 bytes), one how many units, then they come.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/ram_disk.h"

#include "stub/disk/ext.h"

#define SIZE    (256u << 10)
#define UNIT    16u
#define ENTRIES 2000u /* that are looked at */
#define EXTENTS 3000u /* of a file */

static uint8_t bytes[SIZE];
static struct ext_fs fs;
static uint32_t budget;

static void
fill(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};

	memset(bytes, 0, sizeof(bytes));
	while (f.size > 3) {
		size_t at = feed_number(&f, 2) % (SIZE / UNIT) * UNIT;
		struct span part = feed_span(&f, feed_number(&f, 1) * UNIT);

		if (part.size > SIZE - at)
			part.size = SIZE - at;
		memcpy(bytes + at, part.base, part.size);
	}
}

static void
check_refusal(const struct refusal *why)
{
	REQUIRE(why->code == REFUSAL_DISK_DAMAGED || why->code == REFUSAL_EXT_UNSUPPORTED);
	REQUIRE(why->detail);
}

static void
check_file(const struct fs_node *node)
{
	struct fs_extent extent;
	struct refusal why;
	uint64_t off = 0;

	for (uint32_t i = 0; off < node->size && i < EXTENTS; i++) {
		if (ext_extent(&fs, node, off, &extent, &why)) {
			check_refusal(&why);
			return;
		}
		REQUIRE(extent.len && extent.len <= node->size - off);
		REQUIRE(extent.hole || bounds_ok(SIZE, extent.at, extent.len));
		off += extent.len;
	}
}

static void check_directory(const struct fs_node *node, unsigned depth);

static void
check_entry(const struct fs_entry *e, unsigned depth)
{
	struct fs_node node;
	struct refusal why;

	REQUIRE(e->name_len && e->name_len <= 255 && !memchr(e->name, '/', e->name_len));
	REQUIRE(strlen(e->name) == e->name_len);
	REQUIRE(strcmp(e->name, ".") && strcmp(e->name, ".."));
	if (ext_stat(&fs, e->node.id, &node, &why)) {
		check_refusal(&why);
		return;
	}
	if (node.type == FS_DIRECTORY && depth)
		check_directory(&node, depth - 1);
	check_file(&node);
}

static void
check_directory(const struct fs_node *node, unsigned depth)
{
	struct fs_cursor cursor = {0};
	struct fs_entry entry;
	struct refusal why;
	uint64_t before;
	bool found = true;

	while (budget) {
		before = cursor.off;
		if (ext_next(&fs, node, &cursor, &found, &entry, &why)) {
			check_refusal(&why);
			return;
		}
		if (!found)
			return;
		REQUIRE(cursor.off > before);
		budget--;
		check_entry(&entry, depth);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_node root = ext_root();
	struct refusal why;
	struct ram_disk ram;
	struct volume v;
	bool found;

	fill(data, size);
	ram_disk_open(&ram, bytes, SIZE, 512);
	v = disk_volume(&ram.disk);
	if (ext_open(&v, &found, &fs, &why)) {
		check_refusal(&why);
		return 0;
	}
	if (!found)
		return 0;
	REQUIRE(memchr(fs.label, 0, sizeof(fs.label)));
	budget = ENTRIES;
	check_directory(&root, 3);
	return 0;
}
