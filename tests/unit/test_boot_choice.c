/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a disk boots: a FAT on the whole of it, with the files that a test names.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"
#include "stub/disk/boot_choice.h"
#include "tests/unit/fat_tree.h"
#include "tests/unit/pe_image.h"
#include "tests/unit/ram_disk.h"

#define TEXT(path, text)                                                                       \
	{                                                                                      \
		path, text, sizeof(text) - 1                                                   \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t image[FAT_TREE_SIZE];
static struct ram_disk ram;
static struct boot_choice choice;
static struct refusal why;
static char told[4096];
static uint32_t told_entries;
static bool found;

static void
watch(void *context, uint32_t number, const char *path, const struct refusal *fault)
{
	size_t len = strlen(told);

	assert_ptr_equal(context, &choice);
	told_entries += number != 0;
	if (number)
		assert_int_equal(number, told_entries);
	snprintf(told + len, sizeof(told) - len, "%s%s%s\n", path, fault ? " " : "",
	        fault ? refusal_name(fault->code) : "");
}

/* Ask the disk that is open, and let it tell all. */
static enum refusal_code
ask(const char *wanted)
{
	enum refusal_code code;

	memset(&choice, 0x5a, sizeof(choice));
	told[0] = '\0';
	told_entries = 0;
	code = boot_choose(&ram.disk, text_span(wanted), watch, &choice, &found, &choice, &why);
	boot_choice_tell(&choice, watch, &choice);
	return code;
}

static enum refusal_code
choose(const struct fat_file *file, unsigned files, const char *wanted)
{
	fat_tree(image, file, files);
	ram_disk_open(&ram, image, sizeof(image), 512);
	return ask(wanted);
}

static void
assert_files(const char *kernel, const char *initrd, const char *line)
{
	assert_true(found);
	assert_string_equal(choice.load.file[0].path, kernel);
	assert_int_equal(choice.load.files, initrd ? 2 : 1);
	if (initrd)
		assert_string_equal(choice.load.file[1].path, initrd);
	assert_string_equal(choice.load.line, line);
}

#define ENTRY(version)                                                                         \
	"title A\nversion " version "\nlinux /k-" version "\ninitrd \\i\noptions a=" version   \
	"\noptions b=\"c d\"\n"

static const struct fat_file two[] = {TEXT("loader/entries/alt.conf", ENTRY("6.1")),
        TEXT("loader/entries/new.conf", ENTRY("6.12")), TEXT("k-6.1", "old"),
        TEXT("k-6.12", "newer"), TEXT("i", "initrd")};

static void
the_newest_entry_boots(void **state)
{
	char bytes[4] = "";

	(void)state;
	assert_int_equal(choose(two, COUNT(two), ""), REFUSAL_NONE);
	assert_files("/k-6.12", "/i", "a=6.12 b=\"c d\"");
	assert_int_equal(choice.entry->kind, BOOT_TEXT_ENTRY);
	assert_int_equal(choice.load.file[0].node.size, 5);
	assert_int_equal(boot_choice_read(&choice, 0, 2, bytes, 3, &why), REFUSAL_NONE);
	assert_string_equal(bytes, "wer");
	assert_string_equal(told, "/loader/entries/new.conf\n/loader/entries/alt.conf\n");
}

static void
what_is_wanted_boots(void **state)
{
	static const char *const wanted[] = {"alt", "alt.conf", "AL?", "a*f"};

	(void)state;
	for (unsigned i = 0; i < COUNT(wanted); i++) {
		assert_int_equal(choose(two, COUNT(two), wanted[i]), REFUSAL_NONE);
		assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	}
	assert_int_equal(choose(two, COUNT(two), "alter"), REFUSAL_ENTRY_NONE);
	assert_int_equal(why.found, 2);
	assert_false(found);
}

static void
the_default_boots(void **state)
{
	struct fat_file file[COUNT(two) + 1];

	(void)state;
	memcpy(file, two, sizeof(two));
	file[COUNT(two)] =
	        (struct fat_file)TEXT("loader/loader.conf", "timeout 3\ndefault alt*\n");
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	file[COUNT(two)] = (struct fat_file)TEXT("loader/loader.conf", "default gone\n");
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/k-6.12", "/i", "a=6.12 b=\"c d\"");
	assert_int_equal(choose(file, COUNT(file), "alt"), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
}

static void
a_file_of_the_entry_is_missing(void **state)
{
	(void)state;
	assert_int_equal(choose(two, COUNT(two) - 1, ""), REFUSAL_DISK_NO_FILE);
	assert_string_equal(why.subject, "/i");
	assert_false(found);
	assert_string_equal(told,
	        "/loader/entries/new.conf disk.no-file\n/loader/entries/alt.conf disk.no-file\n");
	assert_int_equal(choose(two, 2, ""), REFUSAL_DISK_NO_FILE);
	assert_string_equal(why.subject, "/k-6.12");
}

/* An entry that names what is not there leaves the next one to boot, unless it was wanted. */
static void
an_entry_without_its_files_is_passed_over(void **state)
{
	static const char *const wanted[] = {"new", "new.conf", "1", "n*"};
	const struct fat_file file[] = {two[0], two[1], TEXT("k-6.1", "old"), TEXT("i", "i"),
	        TEXT("loader/loader.conf", "default new\n")};

	(void)state;
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	assert_string_equal(
	        told, "/loader/entries/new.conf disk.no-file\n/loader/entries/alt.conf\n");
	for (unsigned i = 0; i < COUNT(wanted); i++) {
		assert_int_equal(choose(file, COUNT(file), wanted[i]), REFUSAL_DISK_NO_FILE);
		assert_string_equal(why.subject, "/k-6.12");
		assert_false(found);
	}
	assert_int_equal(choose(file, COUNT(file), "*"), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
}

/* Options that are longer than any kernel's line, and a file's name with an escape in it. */
static void
an_entry_of_a_long_line_is_passed_over(void **state)
{
	static char text[BOOT_TEXT];
	const struct fat_file file[] = {{"loader/entries/z.conf", text, sizeof(text)},
	        {"loader/entries/y.conf", "linux /\033k\n", 10},
	        {"loader/entries/a.conf", "linux /k\n", 9}, TEXT("k", "k")};

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "linux /k\noptions a\001", 19);
	text[sizeof(text) - 1] = '\n';
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/k", NULL, "");
	assert_string_equal(told,
	        "/loader/entries/z.conf cmdline.control\n"
	        "/loader/entries/y.conf disk.no-file\n/loader/entries/a.conf\n");
	assert_int_equal(choose(file, COUNT(file), "y"), REFUSAL_DISK_NO_FILE);
	assert_string_equal(why.subject, "/?k");
}

/* By its place in the list, from 1 on; an id that is a number comes first. */
static void
entries_by_number(void **state)
{
	struct fat_file file[COUNT(two) + 1];

	(void)state;
	assert_int_equal(choose(two, COUNT(two), "1"), REFUSAL_NONE);
	assert_files("/k-6.12", "/i", "a=6.12 b=\"c d\"");
	assert_int_equal(choose(two, COUNT(two), "2"), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	assert_int_equal(choose(two, COUNT(two), "0"), REFUSAL_ENTRY_NONE);
	assert_int_equal(choose(two, COUNT(two), "3"), REFUSAL_ENTRY_NONE);
	assert_int_equal(choose(two, COUNT(two), "18446744073709551617"), REFUSAL_ENTRY_NONE);
	memcpy(file, two, sizeof(two));
	file[COUNT(two)] = (struct fat_file)TEXT("loader/entries/1.conf", ENTRY("6.1"));
	assert_int_equal(choose(file, COUNT(file), "1"), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	file[COUNT(two)] = (struct fat_file)TEXT("loader/entries/1.conf", "linux a\nlinux b\n");
	assert_int_equal(choose(file, COUNT(file), "1"), REFUSAL_BLS_ENTRY);
	assert_int_equal(choose(file, COUNT(file), "3"), REFUSAL_BLS_ENTRY);
}

static void
damaged_entries_are_told_and_passed_over(void **state)
{
	static char large[BOOT_TEXT + 1];
	const struct fat_file file[] = {TEXT("loader/entries/a.conf", ENTRY("6.1")),
	        TEXT("loader/entries/two.conf", "linux a\nlinux b\nversion 9\n"),
	        {"loader/entries/large.conf", large, sizeof(large)},
	        TEXT("loader/entries/arm.conf", "linux a\narchitecture aa64\nversion 9\n"),
	        TEXT("loader/entries/none.txt", ENTRY("9")), TEXT("k-6.1", "k"),
	        TEXT("loader/entries/dir.conf/x", "x"), TEXT("i", "i")};

	(void)state;
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	assert_string_equal(told,
	        "/loader/entries/a.conf\n/loader/entries/two.conf efi.boot-entry\n"
	        "/loader/entries/large.conf efi.boot-entry\n");
}

static void
unified_kernel_images(void **state)
{
	static uint8_t older[65536];
	struct fat_file file[3] = {{"EFI/Linux/a.efi", older, 0}, {"EFI/Linux/b.efi", NULL, 0},
	        TEXT("EFI/Linux/c.efi", "no image")};

	(void)state;
	pe_image_make(0x8664,
	        (const struct pe_image_row[]){
	                {".osrel", "ID=x\nVERSION_ID=9\n"}, {".linux", "k"}},
	        2);
	assert_true(pe_image_len < sizeof(older));
	memcpy(older, pe_image, pe_image_len);
	file[0].len = (uint32_t)pe_image_len;
	pe_image_make(0x8664,
	        (const struct pe_image_row[]){
	                {".osrel", "ID=x\nVERSION_ID=10\n"}, {".linux", "k"}},
	        2);
	file[1].bytes = pe_image;
	file[1].len = (uint32_t)pe_image_len;
	assert_int_equal(choose(file, 3, ""), REFUSAL_NONE);
	assert_files("/EFI/Linux/b.efi", NULL, "");
	assert_int_equal(choice.entry->kind, BOOT_IMAGE);
	assert_string_equal(
	        told, "/EFI/Linux/b.efi\n/EFI/Linux/a.efi\n/EFI/Linux/c.efi kernel.pe\n");
}

static void
kernels_without_entries(void **state)
{
	const struct fat_file file[] = {TEXT("boot/vmlinuz-6.1.0-9-amd64", "9"),
	        TEXT("boot/vmlinuz-6.1.0-10-amd64", "10"),
	        TEXT("boot/initramfs-6.1.0-10-amd64.img", "i"), TEXT("boot/vmlinuz-", "x"),
	        TEXT("etc/fstab", "")};

	(void)state;
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/boot/vmlinuz-6.1.0-10-amd64", "/boot/initramfs-6.1.0-10-amd64.img", "");
	assert_int_equal(choice.entry->kind, BOOT_GUESS);
	assert_int_equal(choose(file, COUNT(file), "x"), REFUSAL_ENTRY_NONE);
	assert_false(found);
}

static void
fallback_and_nothing(void **state)
{
	const struct fat_file file[] = {TEXT("EFI/BOOT/BOOTX64.EFI", "MZ")};

	(void)state;
	assert_int_equal(choose(file, 1, ""), REFUSAL_NONE);
	assert_files("/EFI/BOOT/BOOTX64.EFI", NULL, "");
	assert_null(choice.entry);
	assert_int_equal(choose(NULL, 0, ""), REFUSAL_NONE);
	assert_false(found);
}

/* Wherever the disk begins to fail, the choice ends with a code, or without an entry. */
static void
fail_everywhere(const struct fat_file *file, unsigned files)
{
	unsigned ok = 0;

	fat_tree(image, file, files);
	for (uint64_t reads = 0; reads < 96; reads++) {
		ram_disk_open(&ram, image, sizeof(image), 512);
		ram.reads_left = reads;
		told[0] = '\0';
		if (boot_choose(
		            &ram.disk, text_span(""), watch, &choice, &found, &choice, &why) ||
		        !found)
			continue;
		assert_true(choice.load.files > 0);
		ok++;
	}
	assert_true(ok > 0);
	assert_true(ok < 96);
}

static void
failing_disks(void **state)
{
	static const struct fat_file kernels[] = {TEXT("boot/vmlinuz-1", "k"),
	        TEXT("boot/initrd-1", "i"), TEXT("vmlinuz-2", "k")};
	static const struct fat_file fallback[] = {TEXT("EFI/BOOT/BOOTX64.EFI", "MZ")};

	(void)state;
	fail_everywhere(two, COUNT(two));
	fail_everywhere(kernels, COUNT(kernels));
	fail_everywhere(fallback, COUNT(fallback));
}

/* A disk of an MBR with two partitions: one that holds nothing, and the volume in `image`. */
static uint8_t disk[FAT_TREE_SIZE + 4096];

static void
open_mbr(uint8_t type)
{
	memset(disk, 0, sizeof(disk));
	memcpy(disk + 4096, image, sizeof(image));
	disk[446 + 4] = 0x83;
	disk[446 + 8] = 1;
	disk[446 + 12] = 7;
	disk[446 + 16 + 4] = type;
	disk[446 + 16 + 8] = 8;
	disk[446 + 16 + 13] = FAT_TREE_SIZE / 512 >> 8;
	disk[510] = 0x55;
	disk[511] = 0xaa;
	ram_disk_open(&ram, disk, sizeof(disk), 512);
	told[0] = '\0';
}

/* An MBR's partitions: entries are looked for on an ESP alone, not on just any FAT. */
static void
partitions_of_an_mbr(void **state)
{
	static const uint8_t types[] = {0x0c, 0xef, 0x83};

	(void)state;
	fat_tree(image, two, COUNT(two));
	for (unsigned i = 0; i < COUNT(types); i++) {
		open_mbr(types[i]);
		assert_int_equal(ask(""), REFUSAL_NONE);
		assert_int_equal(found, types[i] == 0xef);
		assert_memory_equal(told, "83 disk.no-file-system\n", 23);
		if (found)
			assert_int_equal(choice.volume->part.number, 2);
	}
}

/* What is damaged on one partition, or in its entry, leaves the others. */
static void
damaged_partitions(void **state)
{
	(void)state;
	fat_tree(image, two, COUNT(two));
	open_mbr(0xef);
	disk[446 + 15] = 0x7f; /* the first one is larger than the disk */
	assert_int_equal(ask(""), REFUSAL_NONE);
	assert_files("/k-6.12", "/i", "a=6.12 b=\"c d\"");
	assert_memory_equal(told, "partition table disk.damaged\n/", 30);

	open_mbr(0xef);
	disk[446 + 48 + 4] = 5; /* an extended partition without a table: sector 3 */
	disk[446 + 48 + 8] = 3;
	disk[446 + 48 + 12] = 1;
	assert_int_equal(ask(""), REFUSAL_NONE);
	assert_files("/k-6.12", "/i", "a=6.12 b=\"c d\"");
	assert_non_null(strstr(told, "partition table disk.damaged\n"));

	open_mbr(0xef);
	memcpy(disk + 512, image, 512); /* a FAT that ends before its files begin */
	disk[512 + 19] = 1;
	disk[512 + 20] = 0;
	assert_int_equal(ask(""), REFUSAL_NONE);
	assert_files("/k-6.12", "/i", "a=6.12 b=\"c d\"");
	assert_memory_equal(told, "83 disk.damaged\n/", 17);
}

/* More entries than there is room for; images that are none. */
static void
many_entries(void **state)
{
	static char names[70][32];
	static uint8_t none[8192];
	struct fat_file file[72];

	(void)state;
	pe_image_make(
	        0x8664, (const struct pe_image_row[]){{".osrel", "ID=x\n"}, {".text", "k"}}, 2);
	memcpy(none, pe_image, pe_image_len);
	for (unsigned i = 0; i < 70; i++) {
		snprintf(names[i], sizeof(names[i]),
		        i < 60 ? "loader/entries/e%u.conf" : "EFI/Linux/e%u.efi", i);
		file[i] = (struct fat_file){names[i], i < 60 ? ENTRY("6.1") : (char *)none,
		        i < 60 ? sizeof(ENTRY("6.1")) - 1 : (uint32_t)pe_image_len};
	}
	file[70] = (struct fat_file)TEXT("k-6.1", "k");
	file[71] = (struct fat_file)TEXT("i", "i");
	assert_int_equal(choose(file, COUNT(file), ""), REFUSAL_NONE);
	assert_files("/k-6.1", "/i", "a=6.1 b=\"c d\"");
	assert_int_equal(choice.list.entries.count, BOOT_ENTRIES);
	assert_int_equal(choice.list.entries.left_out, 70 - BOOT_ENTRIES);
	assert_int_equal(choice.list.entries.entry[63].why.code, REFUSAL_KERNEL_PE);
	assert_int_equal(choose(NULL, 0, "x"), REFUSAL_NONE);
	assert_false(found);
}

#define MENU(search)                                                                           \
	"set default=0\nmenuentry 'A' --id a {\nset root='hd0,msdos3'\n" search                \
	"\nlinux /k a=1\ninitrd /i\n}\nmenuentry 'B' --id b {\nlinux /gone\n}\n"

/* GRUB's menu: where its files are, by what its script says of the file system. */
static void
menus_of_grub(void **state)
{
	static const struct {
		const char *menu;
		enum refusal_code code;
	} menus[] = {{MENU("search --file --set=root /marker"), REFUSAL_NONE},
	        {MENU("search --fs-uuid --set=root 1234-abcD"), REFUSAL_NONE},
	        {MENU("search --label --set=root LABEL"), REFUSAL_NONE},
	        {MENU("set root='hd0,msdos2'"), REFUSAL_NONE},
	        {MENU("search --fs-uuid --set=root 1234-abc"), REFUSAL_DISK_NO_FILE},
	        {MENU("search --fs-uuid --set=root 1234-abcde"), REFUSAL_DISK_NO_FILE},
	        {MENU("search --label --set=root OTHER"), REFUSAL_DISK_NO_FILE},
	        {MENU("search --fs-uuid --set=root {234-abcd"), REFUSAL_DISK_NO_FILE},
	        {MENU("set root=hd0"), REFUSAL_DISK_NO_FILE},
	        {MENU("set root=hd0,msdos"), REFUSAL_DISK_NO_FILE},
	        {MENU("set root=hd0,12345"), REFUSAL_DISK_NO_FILE},
	        {MENU("set root=''"), REFUSAL_NONE},
	        {"set default=0\nmenuentry A {\nlinux (hd0,2)/k a=1\ninitrd (hd0,2)/i\n}\n",
	                REFUSAL_NONE},
	        {"menuentry A {\nlinux (hd0,2)/k\ninitrd (hd0,1)/i\n}\n", REFUSAL_GRUB_CFG},
	        {"menuentry 'A' {\nlinux (hd0,msdos9)/k\n}\n", REFUSAL_GRUB_CFG},
	        {"if true\n", REFUSAL_NONE}};

	(void)state;
	for (unsigned i = 0; i < COUNT(menus); i++) {
		const struct fat_file file[] = {
		        {"boot/grub/grub.cfg", menus[i].menu, (uint32_t)strlen(menus[i].menu)},
		        TEXT("k", "kernel"), TEXT("i", "initrd"), TEXT("marker", "")};

		fat_tree(image, file, COUNT(file));
		image[38] = 0x29; /* serial number and label */
		memcpy(image + 39, "\xcd\xab\x34\x12LABEL      ", 15);
		open_mbr(0xef);
		assert_int_equal(ask(""), menus[i].code);
		if (menus[i].code)
			continue;
		if (found != (menus[i].menu[0] == 's'))
			fail_msg("%s", menus[i].menu);
		if (found)
			assert_files("/k", "/i", "a=1");
		else
			assert_non_null(strstr(told, "grub.cfg"));
	}
}

/* The script on an EFI system partition leads to the one that has the menu. */
static void
a_script_leads_to_the_menu(void **state)
{
	const struct fat_file file[] = {TEXT("EFI/BOOT/x", ""),
	        TEXT("EFI/debian/grub.cfg",
	                "search --file --set=root /other/grub.cfg\n"
	                "set prefix=($root)/other\nconfigfile $prefix/grub.cfg\n"),
	        TEXT("other/grub.cfg",
	                "if [ -s $prefix/grubenv ]; then load_env; fi\n"
	                "set default=$next_entry\nset next_entry=\nsave_env next_entry\n"
	                "menuentry A {\nlinux /gone\n}\nmenuentry B --id b {\nlinux /k b=1\n"
	                "initrd /i\n}\n"),
	        TEXT("other/grubenv", "next_entry=b\n"), TEXT("k", "kernel"), TEXT("i", "i")};

	(void)state;
	fat_tree(image, file, COUNT(file));
	open_mbr(0xef);
	assert_int_equal(ask(""), REFUSAL_NONE);
	assert_files("/k", "/i", "b=1");
	assert_non_null(strstr(told, "GRUB would change grubenv (next_entry"));
	assert_non_null(strstr(told, "/EFI/debian/grub.cfg (b)\n/EFI/debian/grub.cfg (A)\n"));
	assert_int_equal(ask("2"), REFUSAL_DISK_NO_FILE);
}

/* No one is told, and paths may be long, or begin without a slash. */
static void
odd_paths(void **state)
{
	static char entry[BOOT_TEXT];
	const struct fat_file file[] = {
	        {"loader/entries/a.conf", entry, 700}, TEXT("k", "kernel")};

	(void)state;
	memset(entry, 'x', sizeof(entry));
	memcpy(entry, "linux /", 7);
	entry[699] = '\n';
	assert_int_equal(choose(file, 2, ""), REFUSAL_DISK_PATH);
	assert_string_equal(why.subject ? why.subject : "", "");
	memcpy(entry, "linux k\noptions ", 16);
	fat_tree(image, file, 2);
	ram_disk_open(&ram, image, sizeof(image), 512);
	assert_int_equal(
	        boot_choose(&ram.disk, text_span(""), NULL, NULL, &found, &choice, &why),
	        REFUSAL_NONE);
	assert_true(found);
	assert_string_equal(choice.load.file[0].path, "/k");
	assert_int_equal(strlen(choice.load.line), 699 - 16);
}

/*
 * A disk that was made to waste time: a hundred partitions, all of them the same FAT, whose
 * folders have no end. The choice ends by what it may look at, and says that.
 */
static void
a_disk_without_an_end(void **state)
{
	static const char *const folders[] = {"loader/entries/x", "EFI/Linux/x", "EFI/BOOT/x"};
	static uint8_t slow[FAT_TREE_SIZE + 4096];
	struct fat_file file[COUNT(folders)];

	(void)state;
	for (unsigned i = 0; i < COUNT(folders); i++)
		file[i] = (struct fat_file){folders[i], "", 0};
	fat_tree(image, file, COUNT(file));
	for (uint32_t c = 2; c < 20; c++) { /* each cluster is its own next one */
		uint32_t at = 512 + c * 3 / 2, old = image[at] | image[at + 1] << 8u;
		uint32_t v = c % 2 ? (old & 0xf) | c << 4 : (old & 0xf000) | c;

		image[at] = (uint8_t)v;
		image[at + 1] = (uint8_t)(v >> 8);
	}
	for (uint32_t at = 1024 + 4096; at < 65536; at += 32) {
		if (!image[at])
			image[at] = 0xe5; /* deleted entries, up to the folder's end */
	}
	memset(slow, 0, sizeof(slow));
	memcpy(slow + 4096, image, sizeof(image));
	for (unsigned i = 0; i < 4; i++) {
		slow[446 + 16 * i + 4] = 0xef;
		slow[446 + 16 * i + 8] = 8;
		slow[446 + 16 * i + 13] = FAT_TREE_SIZE / 512 >> 8;
	}
	slow[446 + 48 + 4] = 5; /* the chain of extended partitions: each holds the volume */
	slow[446 + 48 + 8] = 1;
	memcpy(slow + 512, slow, 512);
	slow[512 + 446 + 8] =
	        7; /* the first one lies behind this table, the second is the link */
	slow[512 + 446 + 16 + 4] = 5;
	slow[512 + 446 + 16 + 8] = 0;
	slow[512 + 510] = 0x55;
	slow[512 + 511] = 0xaa;
	slow[510] = 0x55;
	slow[511] = 0xaa;
	ram_disk_open(&ram, slow, sizeof(slow), 512);
	assert_int_equal(ask(""), REFUSAL_DISK_BUDGET);
	assert_int_equal(why.wanted, DISK_LOOKS);
	assert_false(found);
	assert_true(ram.disk.requests <= DISK_LOOKS / DISK_REQUEST);
	assert_null(strstr(told, "budget"));
}

/* Bytes exchanged in the volume's structures: a code, nothing, or files that can be read. */
static void
mutants(void **state)
{
	static uint8_t pristine[FAT_TREE_SIZE], contents[FAT_TREE_SIZE];
	unsigned booted = 0;

	(void)state;
	fat_tree(pristine, two, COUNT(two));
	for (unsigned i = 0; i < 3000; i++) {
		memcpy(image, pristine, 65536);
		memset(image + 65536, 0, 65536);
		for (unsigned n = 1 + random_below(4); n; n--)
			image[random_below(random_below(4) ? 32768 : 1024)] =
			        (uint8_t)random_below(256);
		ram_disk_open(&ram, image, sizeof(image), 512);
		ram.reads_left = 20000;
		if (boot_choose(&ram.disk, text_span(""), NULL, NULL, &found, &choice, &why) ||
		        !found)
			continue;
		booted++;
		if (choice.load.file[0].node.size <= sizeof(contents))
			(void)boot_choice_read(
			        &choice, 0, 0, contents, choice.load.file[0].node.size, &why);
	}
	assert_true(booted > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_newest_entry_boots),
	        cmocka_unit_test(what_is_wanted_boots), cmocka_unit_test(the_default_boots),
	        cmocka_unit_test(a_file_of_the_entry_is_missing),
	        cmocka_unit_test(damaged_entries_are_told_and_passed_over),
	        cmocka_unit_test(unified_kernel_images),
	        cmocka_unit_test(kernels_without_entries),
	        cmocka_unit_test(fallback_and_nothing), cmocka_unit_test(failing_disks),
	        cmocka_unit_test(an_entry_without_its_files_is_passed_over),
	        cmocka_unit_test(an_entry_of_a_long_line_is_passed_over),
	        cmocka_unit_test(entries_by_number), cmocka_unit_test(damaged_partitions),
	        cmocka_unit_test(a_script_leads_to_the_menu),
	        cmocka_unit_test(a_disk_without_an_end), cmocka_unit_test(odd_paths),
	        cmocka_unit_test(partitions_of_an_mbr), cmocka_unit_test(many_entries),
	        cmocka_unit_test(menus_of_grub), cmocka_unit_test(mutants)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
