/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk as fuzz_boot_choice makes it, of which an entry boots that is counted: nothing is
 * written but slots of the entry's own folder, that were its own or in no use; with its next
 * name it is the same file.
 */
#include "tests/fuzz/disk_tree.h"
#include "tests/unit/ram_disk.h"

#include "stub/base/text.h"
#include "stub/disk/boot_choice.h"
#include "stub/disk/fat_chain.h"

static uint8_t image[FAT_TREE_SIZE], before[FAT_TREE_SIZE];
static bool may_change[FAT_TREE_SIZE / FAT_ENTRY];

/* Where the cluster of a slot ends, or the fixed root. */
static uint64_t
end_of_cluster(const struct fat *fs, const struct fs_node *folder, uint64_t at)
{
	if (fat_is_fixed_root(fs, folder))
		return fs->root_at + fs->root_len;
	return at - (at - fs->data_at) % fs->cluster_size + fs->cluster_size;
}

/* Slots of the folder in no use, and those of its last cluster behind the end. */
static void
allow_free(struct fat *fs, const struct fs_node *folder)
{
	struct fs_cursor cursor = {0};
	struct fat_slot slot = {0};
	struct refusal why;
	bool there = true;
	uint64_t end;

	while (there) {
		if (fat_slot(fs, folder, &cursor, &there, &slot, &why))
			return;
		if (there && !fat_in_use(slot.bytes))
			may_change[slot.at / FAT_ENTRY] = true;
	}
	end = slot.at ? end_of_cluster(fs, folder, slot.at) : 0;
	for (uint64_t at = slot.at; at < end && at < FAT_TREE_SIZE; at += FAT_ENTRY) {
		if (!image[at])
			may_change[at / FAT_ENTRY] = true;
	}
}

/* The slots of the file, of which the first one counts if there are two of its name. */
static void
allow_own(struct fat *fs, const struct fs_node *folder, struct span wanted)
{
	struct fs_cursor cursor = {0};
	struct fat_long name;
	struct fat_slot slot;
	struct refusal why;
	char text[FS_NAME];
	bool found;

	while (!fat_next_name(fs, folder, &cursor, &found, &name, &slot, &why) && found) {
		uint32_t len = fat_name(&name, slot.bytes, text);

		if (!span_same((struct span){(uint8_t *)text, len}, wanted))
			continue;
		may_change[slot.at / FAT_ENTRY] = true;
		for (uint32_t i = 0; i < name.parts && !name.left; i++)
			may_change[name.at[i] / FAT_ENTRY] = true;
		return;
	}
}

static void
allow(struct boot_choice *c)
{
	struct file_system *fs = &c->volume->fs;
	struct span folder, name;
	struct fs_node node;
	struct refusal why;

	memset(may_change, 0, sizeof(may_change));
	fs_split(c->entry->path, &folder, &name);
	if (fs_find(fs, folder, &node, &why))
		return;
	allow_free(&fs->fat, &node);
	allow_own(&fs->fat, &node, name);
}

static void
check_changes(void)
{
	for (uint64_t i = 0; i < FAT_TREE_SIZE; i++)
		REQUIRE(image[i] == before[i] || may_change[i / FAT_ENTRY]);
}

/* The file under its new name. */
static void
check_next(struct boot_choice *c, const char *tail)
{
	char path[FS_PATH];
	struct text t = text_init(path, sizeof(path));
	struct span old = c->entry->path;
	uint64_t stays =
	        (uint64_t)(c->entry->entry.id.base - old.base) + c->entry->entry.id.size;
	struct fs_node node;
	struct refusal why;

	for (uint64_t i = 0; i < stays; i++)
		text_char(&t, (char)old.base[i]);
	text_str(&t, tail);
	REQUIRE(!fs_find(&c->volume->fs, text_span(path), &node, &why));
	REQUIRE(fs_find(&c->volume->fs, old, &node, &why) == REFUSAL_DISK_NO_FILE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_choice choice;
	static struct ram_disk ram;
	struct feed f = {data, size};
	struct span wanted = feed_span(&f, feed_number(&f, 1) & 15);
	bool damaged = disk_tree(&f, image) > 0, found;
	char tail[BLS_TAIL];
	struct refusal why;
	const char *not_counted;

	ram_disk_open(&ram, image, sizeof(image), 512);
	if (boot_choose(&ram.disk, wanted, NULL, NULL, &found, &choice, &why) || !found ||
	        !choice.entry || !boot_entry_counts(choice.entry))
		return 0;
	ram_disk_writable(&ram, image);
	memcpy(before, image, sizeof(image));
	allow(&choice);
	not_counted = boot_list_count(&choice.list, choice.entry, tail);
	check_changes();
	REQUIRE(damaged || !not_counted);
	if (!damaged)
		check_next(&choice, tail);
	return 0;
}
