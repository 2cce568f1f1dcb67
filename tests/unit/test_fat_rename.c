/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boots that are counted: an entry's name on FAT before and behind, for names of all lengths,
 * folders that are full or have gaps, disks that cannot be written. What mtools and fsck.fat
 * say of a name that was changed is in tests/boot/test_counting.py.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"
#include "stub/disk/boot_choice.h"
#include "tests/unit/fat_tree.h"
#include "tests/unit/ram_disk.h"

#define FOLDER  "loader/entries/"
#define ENTRY   "linux /k\nversion "
#define SLOT    32u
#define CLUSTER 4096u
#define DATA    5120u /* where cluster 2 is */

static uint8_t image[FAT_TREE_SIZE], before[FAT_TREE_SIZE];
static struct ram_disk ram;
static struct boot_choice choice;
static struct refusal why;
static char told[256];
static uint64_t writes;

static struct fat_file
entry_file(const char *path, const char *text)
{
	return (struct fat_file){path, text, (uint32_t)strlen(text)};
}

static void
watch(void *context, uint32_t number, const char *what, const struct refusal *fault)
{
	(void)context;
	(void)number;
	(void)fault;
	snprintf(told, sizeof(told), "%s", what);
}

/* Choose by `wanted` of the disk as it is, and count. */
static void
boot_once(const char *wanted)
{
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

static bool
is_there(const char *path, struct fs_node *ret_node)
{
	struct file_system fs;
	struct volume v;

	ram_disk_open(&ram, image, sizeof(image), 512);
	v = disk_volume(&ram.disk);
	assert_int_equal(fs_open(&v, &fs, &why), REFUSAL_NONE);
	return fs_find(&fs, text_span(path), ret_node, &why) == REFUSAL_NONE;
}

/* The files of a folder, and the bytes of its only cluster in the image. */
static uint32_t
folder_at(const char *path, unsigned *ret_files)
{
	struct file_system fs;
	struct volume v;
	struct fs_node folder;
	struct fs_cursor cursor = {0};
	struct fs_entry e;
	bool found;

	ram_disk_open(&ram, image, sizeof(image), 512);
	v = disk_volume(&ram.disk);
	assert_int_equal(fs_open(&v, &fs, &why), REFUSAL_NONE);
	assert_int_equal(fs_find(&fs, text_span(path), &folder, &why), REFUSAL_NONE);
	for (*ret_files = 0; !fs_next(&fs, &folder, &cursor, &found, &e, &why) && found;)
		++*ret_files;
	return (uint32_t)fs.fat.data_at + ((uint32_t)folder.id - 2) * CLUSTER;
}

/* Nothing outside of the folder has changed. */
static void
assert_only_folder_changed(void)
{
	unsigned files;
	uint32_t at = folder_at(FOLDER, &files);

	assert_int_equal(files, 2);
	assert_memory_equal(image, before, at);
	assert_memory_equal(
	        image + at + CLUSTER, before + at + CLUSTER, sizeof(image) - at - CLUSTER);
}

static void
an_entry_is_exhausted(void **state)
{
	const struct fat_file file[] = {entry_file(FOLDER "b+3.conf", ENTRY "2\n"),
	        entry_file(FOLDER "a.conf", ENTRY "1\n"), entry_file("k", "kernel")};
	static const char *const names[] = {"b+2-1.conf", "b+1-2.conf", "b+0-3.conf"};
	char wanted[64];
	struct fs_node node;

	(void)state;
	fat_tree(image, file, 3);
	for (unsigned i = 0; i < 3; i++) {
		boot_once("");
		snprintf(wanted, sizeof(wanted), "this boot is counted: %s", names[i]);
		assert_string_equal(told, wanted);
		assert_int_equal(writes, 1);
		assert_only_folder_changed();
		snprintf(wanted, sizeof(wanted), FOLDER "%s", names[i]);
		assert_true(is_there(wanted, &node));
		assert_int_equal(node.size, strlen(ENTRY "2\n"));
	}
	boot_once("");
	assert_string_equal(told, "");
	assert_true(span_equals(choice.entry->entry.id, "a"));
	boot_once("b"); /* if it is asked for, it boots, and there is nothing to be counted */
	assert_string_equal(told, "");
	assert_int_equal(writes, 0);
}

/* Where the new name has as many parts as the old one, one request changes it. */
static void
names_of_all_lengths(void **state)
{
	static const char *const counters[][2] = {{"+3", "+2-1"}, {"+1-9", "+0-10"},
	        {"+10-7", "+9-8"}, {"+0010-00007", "+9-8"},
	        {"+4294967295-4294967295", "+4294967294-4294967295"}};
	char path[300], next[300];
	struct fs_node node, was;

	(void)state;
	for (unsigned c = 0; c < 5; c++) {
		for (int len = 1; len < 225; len += len < 40 ? 1 : 23) {
			const struct fat_file file[] = {
			        entry_file(FOLDER "a.conf", ENTRY "1\n"),
			        entry_file(path, ENTRY "2\n"), entry_file("k", "kernel")};
			size_t parts;

			snprintf(path, sizeof(path), FOLDER "%0*d%s.conf", len, 1,
			        counters[c][0]);
			snprintf(next, sizeof(next), FOLDER "%0*d%s.conf", len, 1,
			        counters[c][1]);
			fat_tree(image, file, 3);
			assert_true(is_there(path, &was));
			boot_once("");
			assert_ptr_equal(strstr(told, "this boot is counted: "), told);
			assert_false(is_there(path, &node));
			assert_true(is_there(next, &node));
			assert_int_equal(node.id, was.id);
			assert_int_equal(node.size, was.size);
			parts = (strlen(path) - strlen(FOLDER) + 12) / 13;
			if ((strlen(next) - strlen(FOLDER) + 12) / 13 <= parts)
				assert_int_equal(writes, 1);
			assert_true(writes <= 2);
			assert_only_folder_changed();
		}
	}
}

/* A name of 11 characters, and the same with two more. */
static void
a_name_that_fills_its_part(void **state)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abcdef+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	unsigned files;
	struct fs_node node;
	uint32_t at;

	(void)state;
	fat_tree(image, file, 2);
	at = folder_at(FOLDER, &files);
	boot_once("");
	assert_string_equal(told, "this boot is counted: abcdef+1-1.conf");
	assert_true(is_there(FOLDER "abcdef+1-1.conf", &node));
	assert_int_equal(writes, 1); /* all of it is in one sector */
	assert_int_equal(image[at], 0xe5);
	assert_int_equal(image[at + SLOT], 0xe5);
	assert_int_equal(image[at + 2 * SLOT], 0x42);
	assert_int_equal(image[at + 5 * SLOT], 0);
	boot_once(""); /* "+0-2": the same places */
	assert_string_equal(told, "this boot is counted: abcdef+0-2.conf");
	assert_int_equal(image[at], 0xe5);
	assert_true(is_there(FOLDER "abcdef+0-2.conf", &node));
}

/* Fill the folder's cluster from slot `from` on with entries of which some are free. */
static void
fill_folder(uint32_t at, uint32_t from, uint32_t free_from, uint32_t free_to)
{
	for (uint32_t i = from; i < CLUSTER / SLOT; i++) {
		snprintf((char *)image + at + SLOT * i, SLOT, "F%07uXYZ", i % 10000);
		image[at + SLOT * i + 11] = 0x20;
		if (i >= free_from && i < free_to)
			image[at + SLOT * i] = 0xe5;
	}
}

static void
a_folder_without_room(void **state)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abcdef+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	static const struct {
		uint32_t from, free_from, free_to;
		bool fits;
	} fills[] = {{2, 128, 128, false}, /* no gap */
	        {2, 60, 62, false},        /* one that is too short */
	        {2, 60, 63, true}, {2, 125, 128, true}};
	unsigned files;
	struct fs_node node;
	uint32_t at;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		fat_tree(image, file, 2);
		at = folder_at(FOLDER, &files);
		fill_folder(at, fills[i].from, fills[i].free_from, fills[i].free_to);
		boot_once("");
		assert_string_equal(told, fills[i].fits
		                                  ? "this boot is counted: abcdef+1-1.conf"
		                                  : "this boot is counted: abcdef+1.conf");
		assert_int_equal(is_there(FOLDER "abcdef+1-1.conf", &node), fills[i].fits);
		assert_int_equal(is_there(FOLDER "abcdef+1.conf", &node), !fills[i].fits);
	}
}

/* Slots behind the end that hold something are not taken for free. */
static void
the_end_of_a_folder(void **state)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abcdef+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	unsigned files;
	struct fs_node node;
	uint32_t at;

	(void)state;
	for (uint32_t slot = 2; slot < 7; slot++) {
		fat_tree(image, file, 2);
		at = folder_at(FOLDER, &files);
		image[at + slot * SLOT] = 'X';
		image[at + slot * SLOT + 11] = 0x0f;
		if (slot == 2)
			image[at + slot * SLOT] = 0; /* as it was */
		boot_once("");
		assert_int_equal(
		        is_there(FOLDER "abcdef+1-1.conf", &node), slot == 2 || slot == 6);
	}
	/* the last three slots of the cluster, behind which nothing is */
	fat_tree(image, file, 2);
	fill_folder(at, 2, 128, 128);
	memset(image + at + 125 * SLOT, 0, 3 * SLOT);
	boot_once("");
	assert_true(is_there(FOLDER "abcdef+1-1.conf", &node));
	fat_tree(image, file, 2);
	fill_folder(at, 2, 128, 128);
	memset(image + at + 126 * SLOT, 0, 2 * SLOT);
	boot_once("");
	assert_false(is_there(FOLDER "abcdef+1-1.conf", &node));
}

/* Let the folder whose cluster is at `at` go on in another one; where that is. */
static uint32_t
add_cluster(uint32_t at, uint32_t next)
{
	uint32_t cluster = (at - DATA) / CLUSTER + 2;
	const struct {
		uint32_t cluster, next;
	} links[] = {{cluster, next}, {next, 0xfff}};

	for (unsigned i = 0; i < 2; i++) {
		uint8_t *entry = image + 512 + links[i].cluster * 3 / 2;
		bool odd = links[i].cluster % 2;
		uint32_t v = odd ? links[i].next << 4 | (entry[0] & 0xf)
		                 : links[i].next | (uint32_t)(entry[1] & 0xf0) << 8;

		entry[0] = (uint8_t)v;
		entry[1] = (uint8_t)(v >> 8);
	}
	return DATA + (next - 2) * CLUSTER;
}

/* A cluster is not filled to its end if another one follows, whose slots may hold something. */
static void
an_end_before_the_last_cluster(void **state)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abcdef+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	unsigned files, files_then;
	struct fs_node node;
	uint32_t at;

	(void)state;
	for (uint32_t end = 124; end < 126; end++) {
		fat_tree(image, file, 2);
		at = folder_at(FOLDER, &files);
		fill_folder(at, 2, 128, 128);
		memset(image + at + end * SLOT, 0, (CLUSTER / SLOT - end) * SLOT);
		memset(image + add_cluster(at, 200), 'A', 3 * SLOT);
		folder_at(FOLDER, &files);
		boot_once("");
		assert_int_equal(is_there(FOLDER "abcdef+1-1.conf", &node), end == 124);
		assert_int_equal(is_there(FOLDER "abcdef+1.conf", &node), end == 125);
		folder_at(FOLDER, &files_then);
		assert_int_equal(files_then, files);
	}
	fat_tree(image, file, 2); /* nor if the table does not tell */
	fill_folder(at, 2, 128, 128);
	memset(image + at + 125 * SLOT, 0, 3 * SLOT);
	add_cluster(at, 300);
	boot_once("");
	assert_true(is_there(FOLDER "abcdef+1.conf", &node));
}

static void
a_disk_that_is_not_written(void **state)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abc+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	char tail[BLS_TAIL];

	(void)state;
	fat_tree(image, file, 2);
	boot_once("");
	fat_tree(image, file, 2);
	boot_once("abc");
	memcpy(image, before, sizeof(image));
	disk_forget(&ram.disk);
	assert_string_equal(boot_list_count(&choice.list, choice.entry, tail) ?: "", "");
	memcpy(image, before, sizeof(image));
	disk_forget(&ram.disk);
	ram.writes_left = 0;
	assert_string_equal(boot_list_count(&choice.list, choice.entry, tail),
	        "the disk cannot be written");
	ram.disk.write = NULL;
	assert_string_equal(boot_list_count(&choice.list, choice.entry, tail),
	        "the disk cannot be written");
	assert_memory_equal(image, before, sizeof(image));
	ram.reads_left = 0;
	disk_forget(&ram.disk);
	assert_string_equal(
	        boot_list_count(&choice.list, choice.entry, tail), "its folder cannot be read");
	choice.list.volume[0].fs.kind = FS_EXT;
	boot_choice_count(&choice, watch, NULL);
	assert_string_equal(told, "this boot is not counted, because kshim writes to FAT only");
}

/* A folder with one name, whose last part is in one block and the rest in the next. */
static void
make_two_blocks(bool has_room)
{
	const struct fat_file file[] = {entry_file(FOLDER "xxxxxxxxxxx+10.conf", ENTRY "2\n"),
	        entry_file("k", "kernel")};
	unsigned files;
	uint32_t at, slot;

	fat_tree(image, file, 2);
	at = folder_at(FOLDER, &files);
	slot = (CLUSTER - at % CLUSTER) / SLOT - 1;
	memmove(image + at + slot * SLOT, image + at, 3 * SLOT);
	for (uint32_t i = 0; i < CLUSTER / SLOT; i++) {
		if (i >= slot && i < slot + 3)
			continue;
		image[at + i * SLOT] = has_room ? 0xe5 : 'X';
		image[at + i * SLOT + 11] = 0x08;
	}
}

/* Wherever the power is lost, the folder has the old name, the new one, or both. */
static void
a_name_in_two_blocks(void **state)
{
	static const char *const old = FOLDER "xxxxxxxxxxx+10.conf";
	char tail[BLS_TAIL];
	unsigned files;
	struct fs_node node;

	(void)state;
	for (unsigned done = 0; done < 5; done++) {
		make_two_blocks(true);
		boot_once("");
		assert_string_equal(told, "this boot is counted: xxxxxxxxxxx+9-1.conf");
		assert_int_equal(writes, 3);
		memcpy(image, before, sizeof(image));
		disk_forget(&ram.disk);
		ram.writes_left = done;
		assert_int_equal(
		        boot_list_count(&choice.list, choice.entry, tail) == NULL, done >= 3);
		folder_at(FOLDER, &files);
		assert_int_equal(is_there(old, &node), done < 2);
		assert_int_equal(is_there(FOLDER "xxxxxxxxxxx+9-1.conf", &node), done > 0);
		assert_int_equal(files, done == 1 ? 2 : 1);
	}
	make_two_blocks(false); /* it stays where it is */
	boot_once("");
	assert_string_equal(told, "this boot is counted: xxxxxxxxxxx+9-1.conf");
	assert_int_equal(writes, 2);
	folder_at(FOLDER, &files);
	assert_int_equal(files, 1);
}

static bool
fail_once(void *context, uint64_t sector, uint32_t count, const void *from)
{
	struct ram_disk *r = context;

	(void)sector;
	(void)count;
	(void)from;
	r->disk.write = ram_disk_write;
	return false;
}

/* A write that failed is told as such, and no shorter name is tried. */
static void
a_write_that_fails_once(void **state)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abc+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	char tail[BLS_TAIL];
	struct fs_node node;

	(void)state;
	fat_tree(image, file, 2);
	boot_once("abc");
	memcpy(image, before, sizeof(image));
	disk_forget(&ram.disk);
	ram.disk.write = fail_once;
	assert_string_equal(boot_list_count(&choice.list, choice.entry, tail),
	        "the disk cannot be written");
	assert_ptr_equal(ram.disk.write, ram_disk_write);
	assert_memory_equal(image, before, sizeof(image));
	assert_true(is_there(FOLDER "abc+2.conf", &node));
}

static void
the_next_name_is_taken(void **state)
{
	const struct fat_file file[] = {entry_file(FOLDER "a+3.conf", ENTRY "2\n"),
	        entry_file(FOLDER "A+2-1.CONF", ENTRY "1\n"), entry_file("k", "kernel"),
	        entry_file(FOLDER "A+2.CONF", ENTRY "1\n")};

	(void)state;
	fat_tree(image, file, 3);
	boot_once("1");
	assert_string_equal(told, "this boot is counted: a+2.conf");
	fat_tree(image, file, 4);
	boot_once("1");
	assert_true(choice.entry->entry.left == 3);
	assert_string_equal(
	        told, "this boot is not counted, because there is a file of its next name");
	assert_memory_equal(image, before, sizeof(image));
}

static bool no_room;

static const char *
rename_in(struct fat *fs, const struct fs_node *folder, const char *name, uint32_t cut,
        const char *tail)
{
	return fat_rename(fs, folder, text_span(name), cut, text_span(tail), &no_room);
}

/* An image by its short name, which no system makes with a `+`. */
static void
a_name_without_parts(void **state)
{
	struct fat fs;
	struct volume v;
	struct fs_node root;
	bool found;
	uint32_t at = 2 * 512;

	(void)state;
	fat_tree(image, NULL, 0);
	memcpy(image + at, "A+3     EFI", 11);
	ram_disk_open(&ram, image, sizeof(image), 512);
	ram_disk_writable(&ram, image);
	v = disk_volume(&ram.disk);
	assert_int_equal(fat_open(&v, &found, &fs, &why), REFUSAL_NONE);
	root = fat_root(&fs);
	assert_string_equal(
	        rename_in(&fs, &root, "A+3.EFI", 6, "+2-1.EFI"), "it has no long name");
	assert_false(no_room);
	assert_string_equal(rename_in(&fs, &root, "B", 1, "C"), "its folder cannot be read");
	fat_tree(image, &(struct fat_file){"a+3.efi", "x", 1}, 1);
	for (uint32_t slot = 2; slot < 128; slot++)
		image[at + slot * SLOT] = 'X';
	disk_forget(&ram.disk);
	assert_string_equal(rename_in(&fs, &root, "a+3.efi", 6, "+2-1 and more.efi"),
	        "its folder has no room for a longer name");
	assert_true(no_room);
}

/* In the fixed root of FAT12, whose end is where the clusters begin; a name not in ASCII. */
static void
a_name_in_the_root(void **state)
{
	const struct fat_file file[] = {entry_file("abc+2.efi", "x")};
	struct fat fs;
	struct volume v;
	struct fs_node root, node;
	bool found;
	char name[300];

	(void)state;
	fat_tree(image, file, 1);
	image[2 * 512 + 1] = 0xe9; /* an e with an acute accent */
	ram_disk_open(&ram, image, sizeof(image), 512);
	ram_disk_writable(&ram, image);
	v = disk_volume(&ram.disk);
	assert_int_equal(fat_open(&v, &found, &fs, &why), REFUSAL_NONE);
	root = fat_root(&fs);
	assert_null(rename_in(&fs, &root,
	        "\xc3\xa9"
	        "bc+2.efi",
	        6, "+1-1.efi"));
	assert_true(is_there("\xc3\xa9"
	                     "bc+1-1.efi",
	        &node));
	ram_disk_writable(&ram, image);
	memset(name, 'n', sizeof(name));
	name[253] = '\0';
	assert_string_equal(rename_in(&fs, &root,
	                            "\xc3\xa9"
	                            "bc+1-1.efi",
	                            8, name),
	        "its new name would be too long");
	assert_true(no_room);
	name[252] = '\0'; /* with the three that stay 255 */
	assert_null(rename_in(&fs, &root,
	        "\xc3\xa9"
	        "bc+1-1.efi",
	        8, name));
	memmove(name + 4, name, 253);
	memcpy(name,
	        "\xc3\xa9"
	        "bc",
	        4);
	assert_true(is_there(name, &node));
	assert_int_equal(node.size, 1);
}

/* Both halves of a change that goes over the end of a block; nothing where nothing changes. */
static void
changes_of_a_volume(void **state)
{
	const struct volume_change change[] = {{4094, 2, "ab"}, {4096, 2, "cd"}, {0, 1, "z"},
	        {512, 1, "y"}, {2048, 1, "x"}, {FAT_TREE_SIZE - 1, 1, "w"}};
	struct volume v;

	(void)state;
	memset(image, 0, sizeof(image));
	ram_disk_open(&ram, image, sizeof(image), 512);
	ram_disk_writable(&ram, image);
	v = disk_volume(&ram.disk);
	ram.writes_left = 5;
	assert_true(volume_write(&v, change, 6));
	assert_int_equal(ram.writes_left, 0); /* 0 and 512 are one */
	assert_memory_equal(image + 4094, "abcd", 4);
	assert_int_equal(image[0] == 'z' && image[512] == 'y' && image[2048] == 'x', 1);
	assert_int_equal(image[FAT_TREE_SIZE - 1], 'w');
	assert_true(volume_write(&v, change, 6));
	assert_false(volume_write(&v, &(struct volume_change){FAT_TREE_SIZE, 1, "w"}, 1));
	assert_false(volume_write(&v, &(struct volume_change){FAT_TREE_SIZE - 1, 2, "wx"}, 1));
	assert_true(volume_write(&v, change, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_entry_is_exhausted),
	        cmocka_unit_test(names_of_all_lengths),
	        cmocka_unit_test(a_name_that_fills_its_part),
	        cmocka_unit_test(a_folder_without_room),
	        cmocka_unit_test(the_end_of_a_folder),
	        cmocka_unit_test(an_end_before_the_last_cluster),
	        cmocka_unit_test(a_disk_that_is_not_written),
	        cmocka_unit_test(a_name_in_two_blocks),
	        cmocka_unit_test(a_write_that_fails_once),
	        cmocka_unit_test(the_next_name_is_taken),
	        cmocka_unit_test(a_name_without_parts),
	        cmocka_unit_test(a_name_in_the_root),
	        cmocka_unit_test(changes_of_a_volume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
