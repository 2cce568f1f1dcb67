/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot entries on file systems that mke2fs and mkfs.fat make of a folder of files: which are
 * found, in which order, and which one boots.
 */
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub/disk/boot_entries.h"
#include "tests/unit/pe_image.h"
#include "tests/unit/ram_disk.h"

#define SIZE (4u << 20)

static uint8_t bytes[SIZE];
static char top[] = "/tmp/kshim-boot-entries-XXXXXX", folder[64];
static struct ram_disk ram;
static struct file_system fs;
static struct partition part;
static struct boot_entries list;
static struct refusal why;

/* ---------------------------------------------------------------- a file system of files */

/* Run a command; the format has %1$s for `a`, and %2$s for `b`. */
static void
shell(const char *format, const char *a, const char *b)
{
	char line[512];

	snprintf(line, sizeof(line), format, a, b);
	if (system(line))
		fail_msg("%s", line);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(top + strlen(top) - 6, "XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(folder, sizeof(folder), "%s/files", top);
	assert_int_equal(mkdir(folder, 0777), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	shell("rm -rf %1$s", top, "");
	return 0;
}

static void
put_bytes(const char *path, const void *data, size_t len)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", folder, path);
	*strrchr(name, '/') = 0;
	shell("mkdir -p '%1$s'", name, "");
	name[strlen(name)] = '/';
	f = fopen(name, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

static void
put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

/* The folder as a file system in `bytes`, and its entries. */
static void
open_image(bool fat)
{
	char name[128];
	FILE *f;

	if (fat)
		shell("PATH=$PATH:/sbin:/usr/sbin; mkfs.fat -C %1$s/image 4096 >/dev/null && "
		      "MTOOLS_SKIP_CHECK=1 mcopy -s -i %1$s/image %2$s/* ::",
		        top, folder);
	else
		shell("PATH=$PATH:/sbin:/usr/sbin; mke2fs -q -t ext4 -d %2$s %1$s/image 4M >/dev/null 2>&1",
		        top, folder);
	snprintf(name, sizeof(name), "%s/image", top);
	f = fopen(name, "rb");
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, SIZE, f), SIZE);
	fclose(f);
	ram_disk_open(&ram, bytes, SIZE, 512);
	part = (struct partition){.number = 7, .uuid = "12345678-07"};
	part.volume = disk_volume(&ram.disk);
	assert_int_equal(fs_open(&part.volume, &fs, &why), REFUSAL_NONE);
	boot_entries_start(&list, "x64");
}

static void
find(bool fat)
{
	open_image(fat);
	assert_int_equal(boot_entries_add(&list, &fs, &part, &why), REFUSAL_NONE);
	boot_entries_sort(&list);
}

static struct span
span_of(const char *text)
{
	return (struct span){(const uint8_t *)text, strlen(text)};
}

static void
assert_span(struct span s, const char *text)
{
	assert_int_equal(s.size, strlen(text));
	assert_memory_equal(s.base, text, s.size);
}

static void
assert_chosen(const char *glob, const char *id)
{
	const struct boot_entry *e = boot_entries_choose(&list, span_of(glob));

	assert_true((e != NULL) == (id != NULL));
	if (e)
		assert_span(e->entry.id, id);
}

/* ---------------------------------------------------------------- tests */

static void
text_entries(void **state)
{
	(void)state;
	put("/loader/entries/a.conf", "title A\nsort-key d\nversion 1\nlinux /vmlinuz-1\n");
	put("/loader/entries/b+3.conf", "title B\nsort-key d\nversion 2\nlinux /vmlinuz-2\n");
	put("/loader/entries/c+0-3.conf", "title C\nsort-key d\nversion 3\nlinux /vmlinuz-3\n");
	put("/loader/entries/bad.conf", "title none\n");
	put("/loader/entries/arm.conf", "linux /x\narchitecture aa64\n");
	put("/loader/entries/net.conf", "uki-url http://x/y\n");
	put("/loader/entries/notes.txt", "linux /x\n");
	put("/loader/entries/folder.conf/x", "");
	put("/boot/loader/entries/d.conf", "sort-key e\nlinux /boot/vmlinuz-4\n");
	for (unsigned fat = 0; fat < 2; fat++) {
		find(fat);
		assert_int_equal(list.count, fat ? 4 : 5);
		assert_span(list.entry[0].entry.id, "b");
		assert_span(list.entry[0].path, "/loader/entries/b+3.conf");
		assert_int_equal(list.entry[0].entry.left, 3);
		assert_int_equal(list.entry[0].partition, 7);
		assert_span(list.entry[1].entry.id, "a");
		assert_span(list.entry[1].entry.kernel, "/vmlinuz-1");
		assert_span(list.entry[list.count - 1].entry.id, "bad");
		assert_int_equal(list.entry[list.count - 1].why.code, REFUSAL_BLS_ENTRY);
		assert_int_equal(list.entry[list.count - 1].kind, BOOT_TEXT_ENTRY);
		assert_chosen("", "b");
		assert_chosen("A.CONF", "a");
		assert_chosen("[cd]", fat ? "c" : "d");
		assert_chosen("b?d", "bad"); /* which says why it does not boot */
		shell("rm %1$s/image", top, "");
	}
}

static void
the_default(void **state)
{
	(void)state;
	put("/loader/entries/a.conf", "version 1\nlinux /1\n");
	put("/loader/entries/b.conf", "version 2\nlinux /2\n");
	put("/loader/loader.conf", "timeout 3\ndefault a.*\n");
	find(true);
	assert_chosen("", "a");
	assert_chosen("b", "b");
	list.wanted = span_of("nothing");
	assert_chosen("", "b"); /* as if there were none */
	put("/loader/loader.conf", "default b\n");
	shell("rm %1$s/image", top, "");
	find(true);
	assert_chosen("", "b");
	list.wanted = span_of("a");
	assert_int_equal(boot_entries_add(&list, &fs, &part, &why), REFUSAL_NONE);
	assert_span(list.wanted, "a"); /* the first one counts */
}

static void
images(void **state)
{
	static const struct pe_image_row whole[] = {{".linux", "kernel"},
	        {".osrel", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='A Debian'\n"}};
	static const struct pe_image_row without[] = {{".osrel", "ID=x\n"}};

	(void)state;
	pe_image_make(0x8664, whole, 2);
	put_bytes("/EFI/Linux/deb.efi", pe_image, pe_image_len);
	pe_image_make(0x8664, whole, 1);
	put_bytes("/EFI/Linux/bare.efi", pe_image, pe_image_len);
	pe_image_make(0x8664, without, 1);
	put_bytes("/EFI/Linux/none.efi", pe_image, pe_image_len);
	pe_image_put(PE_IMAGE_AT + 6, 97, 2);
	put_bytes("/EFI/Linux/many.efi", pe_image, pe_image_len);
	put("/EFI/Linux/text.efi", "no image\n");
	find(true);
	assert_int_equal(list.count, 5);
	assert_span(list.entry[0].entry.id, "deb");
	assert_int_equal(list.entry[0].kind, BOOT_IMAGE);
	assert_span(list.entry[0].entry.title, "A Debian");
	assert_span(list.entry[0].entry.sort_key, "debian");
	assert_span(list.entry[0].entry.version, "12");
	assert_int_equal(list.entry[0].entry.kernel.size, 0);
	assert_span(list.entry[1].entry.id, "bare");
	for (unsigned i = 2; i < 5; i++)
		assert_int_not_equal(list.entry[i].why.code, REFUSAL_NONE);
	assert_chosen("*.EFI", "deb");
	assert_chosen("bare.efi", "bare");
	assert_chosen("none", "none");
	assert_chosen("other", NULL);
}

static void
no_room(void **state)
{
	char path[64], *text = calloc(1, BOOT_TEXT + 2);

	(void)state;
	for (unsigned i = 0; i < BOOT_ENTRIES + 3; i++) {
		snprintf(path, sizeof(path), "/loader/entries/%u.conf", i);
		put(path, "linux /x\n");
	}
	find(false);
	assert_int_equal(list.count, BOOT_ENTRIES);
	assert_int_equal(list.left_out, 3);
	shell("rm -r %1$s/*", folder, "");
	shell("rm %1$s/image", top, "");
	memset(text, '#', BOOT_TEXT + 1);
	put("/loader/entries/long.conf", text);
	memcpy(text, "linux /x\n", 9);
	text[BOOT_TEXT] = 0;
	for (unsigned i = 0; i < 9; i++) {
		snprintf(path, sizeof(path), "/loader/entries/%u.conf", i);
		put(path, text);
	}
	find(false);
	assert_int_equal(list.count, 10);
	assert_int_equal(list.entry[6].why.code, REFUSAL_NONE);
	for (unsigned i = 7; i < 10; i++) { /* eight do not fit with their names */
		assert_int_equal(list.entry[i].why.code, REFUSAL_BLS_ENTRY);
		assert_string_equal(list.entry[i].why.detail, "length");
	}
	list.used = BOOT_TEXTS - 3;
	assert_int_equal(boot_entries_guess(&list, &fs, &part, &why), REFUSAL_NONE);
	free(text);
}

static void
guesses(void **state)
{
	(void)state;
	put("/boot/vmlinuz-6.1.0-9-amd64", "k");
	put("/boot/initrd.img-6.1.0-9-amd64", "i");
	put("/boot/vmlinuz-6.1.0-10-amd64", "k");
	put("/boot/vmlinuz-6.12", "k");
	put("/boot/initramfs-6.12.img", "i");
	put("/boot/vmlinuz-", "k");
	put("/vmlinuz-5", "k");
	put("/initrd-5", "i");
	open_image(false);
	assert_int_equal(boot_entries_guess(&list, &fs, &part, &why), REFUSAL_NONE);
	boot_entries_sort(&list);
	assert_int_equal(list.count, 4);
	assert_span(list.entry[0].entry.kernel, "/boot/vmlinuz-6.12");
	assert_span(list.entry[0].entry.id, "vmlinuz-6.12");
	assert_span(list.entry[0].entry.initrd[0], "/boot/initramfs-6.12.img");
	assert_span(list.entry[0].entry.option[0], "root=PARTUUID=12345678-07 ro");
	assert_span(list.entry[1].entry.version, "6.1.0-10-amd64");
	assert_int_equal(list.entry[1].entry.initrds, 0);
	assert_span(list.entry[2].entry.initrd[0], "/boot/initrd.img-6.1.0-9-amd64");
	assert_span(list.entry[3].entry.initrd[0], "/initrd-5");
	assert_int_equal(list.entry[3].entry.options, 0);
	assert_int_equal(list.entry[3].kind, BOOT_GUESS);
	/* no room for the kernel's path, then for the initrd's, then for an entry */
	for (unsigned left = 0; left < 200; left += 7) {
		boot_entries_start(&list, "x64");
		list.used = BOOT_TEXTS - left;
		assert_int_equal(boot_entries_guess(&list, &fs, &part, &why), REFUSAL_NONE);
		assert_true(list.used <= BOOT_TEXTS);
		assert_int_equal(list.count + list.left_out, 4);
	}
	boot_entries_start(&list, "x64");
	list.count = BOOT_ENTRIES;
	assert_int_equal(boot_entries_guess(&list, &fs, &part, &why), REFUSAL_NONE);
	assert_int_equal(list.left_out, 4);
	part.uuid[0] = 0;
	boot_entries_start(&list, "x64");
	assert_int_equal(boot_entries_guess(&list, &fs, &part, &why), REFUSAL_NONE);
	assert_int_equal(list.entry[0].entry.options, 0);
}

/* Symbolic links on the way: beside it, from the root, up and down, in a circle, too long. */
static void
links(void **state)
{
	static const char *const good[] = {
	        "/beside", "/a/b/root", "/a/up", "/a/b/../up", "/dir/file"};
	char text[FS_PATH], name[128];
	struct fs_node node;

	(void)state;
	put("/a/b/file", "text");
	shell("cd %1$s && ln -s a/b/file beside && ln -s /a/b/file a/b/root", folder, "");
	shell("cd %1$s && ln -s ../a/./b/file a/up && ln -s a/b dir && ln -s c c", folder, "");
	memset(text, 'x', FS_PATH - 2);
	text[FS_PATH - 2] = 0;
	for (unsigned i = 100; i < FS_PATH - 2; i += 100)
		text[i] = '/';
	snprintf(name, sizeof(name), "%s/long", folder);
	assert_int_equal(symlink(text, name), 0);
	open_image(false);
	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
		        fs_find_file(&fs, span_of(good[i]), &node, &why), REFUSAL_NONE);
		assert_int_equal(node.size, 4);
	}
	assert_int_equal(fs_find(&fs, span_of("/c"), &node, &why), REFUSAL_DISK_PATH);
	assert_string_equal(why.detail, "more than 16 symbolic links");
	assert_int_equal(fs_find(&fs, span_of("/long"), &node, &why), REFUSAL_DISK_NO_FILE);
	assert_int_equal(fs_find(&fs, span_of("/long/x"), &node, &why), REFUSAL_DISK_PATH);
	assert_int_equal(fs_find(&fs, span_of("/beside/x"), &node, &why), REFUSAL_DISK_PATH);
}

/* A disk with a bad block: what was found until it is needed stays. */
static void
unreadable(void **state)
{
	unsigned failed = 0;

	(void)state;
	put("/loader/entries/a.conf", "linux /1\n");
	put("/boot/vmlinuz-1", "k");
	put("/boot/loader", "a file\n");
	open_image(false);
	for (uint64_t sector = 0; sector < ram.disk.sectors; sector += DISK_BLOCK / 512) {
		disk_reset(&ram.disk);
		boot_entries_start(&list, "x64");
		fs.ext.inode.number = 0;
		ram.fails_at = sector;
		if (boot_entries_add(&list, &fs, &part, &why) ||
		        boot_entries_guess(&list, &fs, &part, &why)) {
			assert_int_equal(why.code, REFUSAL_DISK_READ);
			failed++;
		} else {
			assert_true(list.count);
		}
	}
	assert_true(failed > 3 && failed < ram.disk.sectors / 8);
	assert_int_equal(list.count, 2);
}

static void
places(void **state)
{
	static const char *const types[] = {"c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
	        "bc13c2ff-59e6-4262-a352-b275fd6f7172", "ef", "ea"};
	struct file_system fat = {.kind = FS_FAT}, ext = {.kind = FS_EXT};
	struct partition p = {.number = 1, .type = "0c"};

	(void)state;
	assert_false(boot_entries_on(&fat, &p));
	assert_true(boot_entries_on(&ext, &p));
	for (unsigned i = 0; i < 4; i++) {
		strcpy(p.type, types[i]);
		assert_true(boot_entries_on(&fat, &p));
	}
	p = (struct partition){.number = 0};
	assert_true(boot_entries_on(&fat, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(text_entries, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_default, setup, teardown),
	        cmocka_unit_test_setup_teardown(images, setup, teardown),
	        cmocka_unit_test_setup_teardown(no_room, setup, teardown),
	        cmocka_unit_test_setup_teardown(guesses, setup, teardown),
	        cmocka_unit_test_setup_teardown(links, setup, teardown),
	        cmocka_unit_test_setup_teardown(unreadable, setup, teardown),
	        cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
