/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a volume: every folder's walk ends, and every run of bytes lies inside the
 * volume and its file.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/ram_disk.h"

#include "stub/disk/file_system.h"

#define DEPTH   3
#define ENTRIES 200u /* looked at in all */

static uint32_t left;

static void
check_refusal(const struct refusal *why)
{
	REQUIRE(why->code == REFUSAL_DISK_DAMAGED || why->code == REFUSAL_DISK_NO_FS ||
	        why->code == REFUSAL_DISK_PATH || why->code == REFUSAL_DISK_NO_FILE);
	REQUIRE(why->detail || why->code == REFUSAL_DISK_NO_FILE);
}

static void
check_file(struct file_system *fs, const struct volume *v, const struct fs_node *node)
{
	static uint8_t to[65536];
	uint64_t off = 0;
	struct refusal why;

	for (unsigned runs = 0; off < node->size && runs < 64; runs++) {
		struct fs_extent e;

		if (fs_extent(fs, node, off, &e, &why)) {
			check_refusal(&why);
			return;
		}
		REQUIRE(e.len && e.len <= node->size - off);
		REQUIRE(e.hole || bounds_ok(v->size, e.at, e.len));
		off += e.len;
	}
	if (node->size <= sizeof(to) && off == node->size)
		REQUIRE(fs_read(fs, node, 0, off, to, &why) == REFUSAL_NONE);
}

/* Its entries, and theirs. */
static void
check_folder(struct file_system *fs, const struct volume *v, const struct fs_node *folder,
        unsigned depth)
{
	struct fs_cursor cursor = {0};
	struct fs_entry e;
	struct refusal why;
	bool found;

	while (left && left--) {
		if (fs_next(fs, folder, &cursor, &found, &e, &why)) {
			check_refusal(&why);
			return;
		}
		if (!found)
			return;
		REQUIRE(e.name_len && e.name_len < FS_NAME && e.name[e.name_len] == 0);
		if (fs_stat(fs, &e.node, &why)) {
			check_refusal(&why);
			continue;
		}
		if (e.node.type == FS_DIRECTORY && depth)
			check_folder(fs, v, &e.node, depth - 1);
		if (e.node.type != FS_DIRECTORY)
			check_file(fs, v, &e.node);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t path[] = "/EFI/../EFI/Linux/long name.efi";
	static struct file_system fs;
	static struct ram_disk ram;
	struct volume v;
	struct fs_node root;
	struct refusal why;

	ram_disk_open(&ram, data, size, 512);
	v = disk_volume(&ram.disk);
	if (fs_open(&v, &fs, &why)) {
		check_refusal(&why);
		return 0;
	}
	REQUIRE(memchr(fs.label, 0, sizeof(fs.label)) && memchr(fs.uuid, 0, sizeof(fs.uuid)));
	root = fs_root(&fs);
	left = ENTRIES;
	check_folder(&fs, &v, &root, DEPTH);
	if (fs_find(&fs, (struct span){path, sizeof(path) - 1}, &root, &why))
		check_refusal(&why);
	return 0;
}
