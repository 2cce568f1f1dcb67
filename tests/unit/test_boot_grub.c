/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB's menu on an ext4 of mke2fs (tests/unit/ext-images) as boot entries. */
#include "unit.h"

#include "stub/disk/boot_grub.h"
#include "tests/unit/ext_image.h"

static struct ext_image image;
static struct file_system fs;
static struct partition part;
static struct boot_entries list;
static struct boot_grub room;
static struct refusal why;

static struct file_system *
find(void *context, const struct boot_device *what, uint32_t *ret_partition)
{
	(void)context;
	*ret_partition = what->kind == BOOT_BY_NUMBER ? what->number : 7;
	if (what->kind == BOOT_BY_LABEL)
		assert_memory_equal(what->text.base, "none", what->text.size);
	if (what->kind == BOOT_BY_UUID)
		assert_memory_equal(what->text.base, "1234-ABCD", what->text.size);
	return what->kind != BOOT_BY_LABEL && what->number < 100 ? &fs : NULL;
}

static const struct boot_devices devices = {find, NULL};
static struct boot_grub_reader reader = {&room, &fs, &devices};

static enum refusal_code
read_image(const char *name)
{
	struct volume v;

	image_open(&image, name, 512);
	v = disk_volume(&image.ram.disk);
	if (fs_open(&v, &fs, &why))
		fail_msg("%s", why_text(&why));
	part = (struct partition){.number = 3, .volume = v};
	boot_entries_start(&list, "x64");
	return boot_entries_grub(&list, &reader, &part, &why);
}

static void
assert_span(struct span got, const char *wanted)
{
	assert_int_equal(got.size, strlen(wanted));
	assert_memory_equal(got.base, wanted, got.size);
}

static void
menu(void **state)
{
	(void)state;
	assert_int_equal(read_image("grub-menu"), REFUSAL_NONE);
	assert_int_equal(list.count, 7);
	/* The default, which grubenv names, then the others. */
	assert_span(list.entry[0].entry.id, "second");
	assert_span(list.entry[0].entry.title, "Second");
	assert_span(list.entry[0].path, "/boot/grub/grub.cfg");
	assert_int_equal(list.entry[0].kind, BOOT_GRUB);
	assert_int_equal(list.entry[0].partition, 7);
	assert_span(list.entry[0].entry.kernel, "/boot/vmlinuz-2");
	assert_int_equal(list.entry[0].entry.initrds, 2);
	assert_span(list.entry[0].entry.initrd[1], "/boot/initrd-2");
	assert_span(list.entry[0].entry.option[0], "root=/dev/vda3 ro");
	assert_int_equal(list.entry[0].why.code, REFUSAL_NONE);
	assert_span(list.entry[1].entry.id, "First");
	assert_int_equal(list.entry[1].partition, 3);
	assert_int_equal(list.entry[1].entry.options, 0);
	assert_int_equal(list.entry[2].partition, 12);
	assert_int_equal(list.entry[2].why.code, REFUSAL_NONE);
	assert_int_equal(list.entry[3].why.code, REFUSAL_GRUB_CFG);
	assert_string_equal(list.entry[3].why.detail, "its file system is not on this disk");
	assert_int_equal(list.entry[4].why.code, REFUSAL_GRUB_CFG);
	assert_string_equal(
	        list.entry[4].why.detail, "what it says is not known before GRUB runs it");
	assert_string_equal(list.entry[5].why.detail, "an initrd is on another file system");
	assert_string_equal(list.entry[6].why.detail, "its file system is not on this disk");
	boot_entries_sort(&list);
	assert_span(list.entry[0].entry.id, "second");
	assert_span(list.entry[1].entry.id, "First");
	assert_ptr_equal(boot_entries_choose(&list, (struct span){NULL, 0}), &list.entry[0]);
	image_close(&image);
}

static void
no_menu(void **state)
{
	(void)state;
	assert_int_equal(read_image("small-ext4"), REFUSAL_NONE);
	assert_int_equal(list.count, 0);
	image.ram.reads_left = 0;
	disk_reset(&image.ram.disk);
	assert_int_equal(boot_entries_grub(&list, &reader, &part, &why), REFUSAL_DISK_READ);
	image_close(&image);
	assert_int_equal(read_image("grub-bad"), REFUSAL_GRUB_CFG);
	assert_int_equal(why.found, 2);
	image_close(&image);
	assert_int_equal(read_image("grub-long"), REFUSAL_GRUB_CFG);
	assert_string_equal(why.detail, "the file is longer than kshim has room for");
	image_close(&image);
}

/* Entries in the menu of GRUB: its variables, and its default. */
static void
entries_in_the_menu(void **state)
{
	struct boot_entry *e;

	(void)state;
	(void)read_image("grub-bls");
	boot_entries_start(&list, "x64");
	assert_int_equal(boot_entries_add(&list, &fs, &part, &why), REFUSAL_NONE);
	assert_int_equal(list.count, 3);
	assert_int_equal(boot_entries_bls_grub(&list, &reader, &part, &why), REFUSAL_NONE);
	assert_int_equal(room.cfg.saves, 0);
	boot_entries_sort(&list);
	e = boot_entries_choose(&list, (struct span){NULL, 0});
	assert_span(e->entry.id, "a-1");
	assert_int_equal(e->entry.initrds, 2);
	assert_span(e->entry.initrd[0], "/initrd-1");
	assert_span(e->entry.initrd[1], "/tuned.img");
	assert_span(e->entry.option[0], "root=/dev/vda2 ro  t=1 u=2");
	assert_span(e->entry.option[1], "a=$");
	assert_span(list.entry[0].entry.option[0], "root=/dev/vda2");
	assert_string_equal(list.entry[2].why.detail, BOOT_GRUB_UNKNOWN);
	list.grub_default = (struct span){(const uint8_t *)"One", 3};
	assert_ptr_equal(boot_entries_choose(&list, (struct span){NULL, 0}), e);
	list.grub_default = (struct span){(const uint8_t *)"0", 1};
	assert_span(boot_entries_choose(&list, (struct span){NULL, 0})->entry.id, "a-2");
	list.grub_default = (struct span){(const uint8_t *)"2", 1}; /* damaged: the first */
	assert_span(boot_entries_choose(&list, (struct span){NULL, 0})->entry.id, "a-2");
	image_close(&image);
}

static void
no_room(void **state)
{
	(void)state;
	assert_int_equal(read_image("grub-menu"), REFUSAL_NONE);
	list.count = BOOT_ENTRIES - 1;
	assert_int_equal(boot_entries_grub(&list, &reader, &part, &why), REFUSAL_NONE);
	assert_int_equal(list.left_out, 6);
	image_close(&image);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(menu),
	        cmocka_unit_test(no_menu),
	        cmocka_unit_test(no_room),
	        cmocka_unit_test(entries_in_the_menu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
