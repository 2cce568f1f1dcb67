/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boots that are counted: an entry's name before and behind, for names of all lengths; what is
 * told where it cannot be counted. What mtools and fsck.fat say of a name that was changed is
 * in tests/boot/test_counting.py.
 */
#include "tests/unit/count_bench.h"

#include <stdio.h>
#include <string.h>

#define SLOT 32u

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
	undo();
	assert_string_equal(boot_list_count(&choice.list, choice.entry, tail) ?: "", "");
	undo();
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
	undo();
	ram.disk.write = fail_once;
	assert_string_equal(boot_list_count(&choice.list, choice.entry, tail),
	        "the disk cannot be written");
	assert_ptr_equal(ram.disk.write, ram_disk_write);
	assert_memory_equal(image, before, sizeof(image));
	assert_true(is_there(FOLDER "abc+2.conf", &node));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_entry_is_exhausted),
	        cmocka_unit_test(names_of_all_lengths),
	        cmocka_unit_test(a_name_that_fills_its_part),
	        cmocka_unit_test(the_next_name_is_taken),
	        cmocka_unit_test(a_disk_that_is_not_written),
	        cmocka_unit_test(a_write_that_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
