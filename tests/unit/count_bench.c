/* SPDX-License-Identifier: BSD-2-Clause */
/* Boots of a disk in memory, and what they leave: count_bench.h. */
#include "tests/unit/count_bench.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"

uint8_t image[FAT_TREE_SIZE], before[FAT_TREE_SIZE];
struct ram_disk ram;
struct boot_choice choice;
char told[256];
uint64_t writes;

struct fat_file
entry_file(const char *path, const char *text)
{
	return (struct fat_file){path, text, (uint32_t)strlen(text)};
}

void
watch(void *context, uint32_t number, const char *what, const struct refusal *fault)
{
	(void)context;
	(void)number;
	(void)fault;
	snprintf(told, sizeof(told), "%s", what);
}

void
boot_once(const char *wanted)
{
	struct refusal why;
	bool found;

	ram_disk_open(&ram, image, sizeof(image), 512);
	ram_disk_writable(&ram, image);
	assert_int_equal(
	        boot_choose(&ram.disk, text_span(wanted), NULL, NULL, &found, &choice, &why),
	        REFUSAL_NONE);
	assert_true(found);
	told[0] = '\0';
	memcpy(before, image, sizeof(image));
	ram.writes_left = 100;
	boot_choice_count(&choice, watch, NULL);
	writes = 100 - ram.writes_left;
}

void
undo(void)
{
	memcpy(image, before, sizeof(image));
	disk_forget(&ram.disk);
}

/* The file system of the image, by a disk that is only read. */
static void
open_image(struct file_system *ret_fs)
{
	struct volume v;
	struct refusal why;

	ram_disk_open(&ram, image, sizeof(image), 512);
	v = disk_volume(&ram.disk);
	assert_int_equal(fs_open(&v, ret_fs, &why), REFUSAL_NONE);
}

bool
is_there(const char *path, struct fs_node *ret_node)
{
	struct file_system fs;
	struct refusal why;

	open_image(&fs);
	return fs_find(&fs, text_span(path), ret_node, &why) == REFUSAL_NONE;
}

uint32_t
folder_at(const char *path, unsigned *ret_files)
{
	struct file_system fs;
	struct fs_node folder;
	struct fs_cursor cursor = {0};
	struct fs_entry e;
	struct refusal why;
	bool found;

	open_image(&fs);
	assert_int_equal(fs_find(&fs, text_span(path), &folder, &why), REFUSAL_NONE);
	for (*ret_files = 0; !fs_next(&fs, &folder, &cursor, &found, &e, &why) && found;)
		++*ret_files;
	return (uint32_t)fs.fat.data_at + ((uint32_t)folder.id - 2) * CLUSTER;
}
