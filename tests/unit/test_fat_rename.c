/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a new name goes on FAT: folders that are full, have gaps, or end before their clusters;
 * names in two blocks, without parts, and in the root.
 */
#include "tests/unit/count_bench.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"

#define SLOT    32u
#define DATA    5120u /* where cluster 2 is */
#define E_ACUTE "\xc3\xa9"

/* One entry, whose name fills its part: with two characters more it needs another slot. */
static uint32_t
make_full_part(void)
{
	const struct fat_file file[] = {
	        entry_file(FOLDER "abcdef+2.conf", ENTRY "2\n"), entry_file("k", "kernel")};
	unsigned files;

	fat_tree(image, file, 2);
	return folder_at(FOLDER, &files);
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
	static const struct {
		uint32_t from, free_from, free_to;
		bool fits;
	} fills[] = {{2, 128, 128, false}, /* no gap */
	        {2, 60, 62, false},        /* one that is too short */
	        {2, 60, 63, true}, {2, 125, 128, true}};
	struct fs_node node;
	uint32_t at;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		at = make_full_part();
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
	struct fs_node node;
	uint32_t at;

	(void)state;
	for (uint32_t slot = 2; slot < 7; slot++) {
		at = make_full_part();
		image[at + slot * SLOT] = 'X';
		image[at + slot * SLOT + 11] = 0x0f;
		if (slot == 2)
			image[at + slot * SLOT] = 0; /* as it was */
		boot_once("");
		assert_int_equal(
		        is_there(FOLDER "abcdef+1-1.conf", &node), slot == 2 || slot == 6);
	}
	/* the last three slots of the cluster, behind which nothing is */
	make_full_part();
	fill_folder(at, 2, 128, 128);
	memset(image + at + 125 * SLOT, 0, 3 * SLOT);
	boot_once("");
	assert_true(is_there(FOLDER "abcdef+1-1.conf", &node));
	make_full_part();
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
	unsigned files, files_then;
	struct fs_node node;
	uint32_t at;

	(void)state;
	for (uint32_t end = 124; end < 126; end++) {
		at = make_full_part();
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
	make_full_part(); /* nor if the table does not tell */
	fill_folder(at, 2, 128, 128);
	memset(image + at + 125 * SLOT, 0, 3 * SLOT);
	add_cluster(at, 300);
	boot_once("");
	assert_true(is_there(FOLDER "abcdef+1.conf", &node));
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
		undo();
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

static bool no_room;

static const char *
rename_in(struct fat *fs, const struct fs_node *folder, const char *name, uint32_t cut,
        const char *tail)
{
	return fat_rename(fs, folder, text_span(name), cut, text_span(tail), &no_room);
}

/* The root of the image as it is, to be written. */
static void
open_root(struct fat *ret_fs, struct fs_node *ret_root)
{
	struct volume v;
	struct refusal why;
	bool found;

	ram_disk_open(&ram, image, sizeof(image), 512);
	ram_disk_writable(&ram, image);
	v = disk_volume(&ram.disk);
	assert_int_equal(fat_open(&v, &found, ret_fs, &why), REFUSAL_NONE);
	*ret_root = fat_root(ret_fs);
}

/* An image by its short name, which no system makes with a `+`. */
static void
a_name_without_parts(void **state)
{
	struct fat fs;
	struct fs_node root;
	uint32_t at = 2 * 512;

	(void)state;
	fat_tree(image, NULL, 0);
	memcpy(image + at, "A+3     EFI", 11);
	open_root(&fs, &root);
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
	struct fs_node root, node;
	char name[300];

	(void)state;
	fat_tree(image, file, 1);
	image[2 * 512 + 1] = 0xe9; /* an e with an acute accent */
	open_root(&fs, &root);
	assert_null(rename_in(&fs, &root, E_ACUTE "bc+2.efi", 6, "+1-1.efi"));
	assert_true(is_there(E_ACUTE "bc+1-1.efi", &node));
	ram_disk_writable(&ram, image);
	memset(name, 'n', sizeof(name));
	name[253] = '\0';
	assert_string_equal(rename_in(&fs, &root, E_ACUTE "bc+1-1.efi", 8, name),
	        "its new name would be too long");
	assert_true(no_room);
	name[252] = '\0'; /* with the three that stay 255 */
	assert_null(rename_in(&fs, &root, E_ACUTE "bc+1-1.efi", 8, name));
	memmove(name + 4, name, 253);
	memcpy(name, E_ACUTE "bc", 4);
	assert_true(is_there(name, &node));
	assert_int_equal(node.size, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_folder_without_room),
	        cmocka_unit_test(the_end_of_a_folder),
	        cmocka_unit_test(an_end_before_the_last_cluster),
	        cmocka_unit_test(a_name_in_two_blocks),
	        cmocka_unit_test(a_name_without_parts),
	        cmocka_unit_test(a_name_in_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
