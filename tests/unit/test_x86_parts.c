/* SPDX-License-Identifier: BSD-2-Clause */
/* x86's parts that need no machine: fw_cfg's directory entries, free room for staging. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/fw_cfg_names.h"
#include "x86/boot/fw_cfg.h"
#include "x86/boot/staging.h"
#include "x86/pc/items.h"

/* A directory entry as QEMU writes it: big-endian numbers, a name padded with NULs. */
static enum refusal_code
take(struct fw_cfg_items *items, const char *name, struct refusal *why)
{
	uint8_t e[FW_CFG_ENTRY_LEN] = {0x00, 0x01, 0x02, 0x03, 0x00, 0x2a};

	memcpy(e + 8, name, strlen(name));
	return fw_cfg_take(items, (struct span){e, sizeof(e)}, why);
}

static bool
is_set(struct fw_cfg_item item)
{
	return item.size == 0x10203 && item.selector == 0x2a;
}

static void
test_names(void **state)
{
	static const char *const others[] = {"opt/org.kshim/kerne", "opt/org.kshim/kernel2",
	        "opt/org.kshim/cmdline.txt", "etc/e820x", "opt/org.kshim/initrd0",
	        "opt/org.kshim/initrd01", "opt/org.kshim/initrd1a", "opt/org.kshim/initr",
	        "opt/org.kshim/initrd-1", "etc/acpi/tables"};
	static const struct fw_cfg_items none;
	struct fw_cfg_items items = none;
	struct refusal why;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(take(&items, others[i], &why), REFUSAL_NONE);
		assert_memory_equal(&items, &none, sizeof(items));
	}
	assert_int_equal(take(&items, FW_CFG_KERNEL, &why), REFUSAL_NONE);
	assert_true(is_set(items.kernel));
	assert_int_equal(take(&items, FW_CFG_CMDLINE, &why), REFUSAL_NONE);
	assert_true(is_set(items.cmdline));
	assert_int_equal(take(&items, FW_CFG_E820, &why), REFUSAL_NONE);
	assert_true(is_set(items.e820));
	assert_false(is_set(items.initrd[0]));
}

static const struct fw_cfg_item *
item_at(const struct fw_cfg_items *items, size_t place)
{
	return (const void *)((const uint8_t *)items + place);
}

/* Each known name alone fills its place alone; cut or longer by a letter it fills none. */
static void
test_known(void **state)
{
	struct refusal why;

	(void)state;
	for (size_t i = 0; i < FW_CFG_NAMES; i++) {
		struct fw_cfg_items items = {.initrds = 0};
		int len = (int)strlen(fw_cfg_names[i].name);
		char name[FW_CFG_NAME_LEN];

		snprintf(name, sizeof(name), "%.*s", len - 1, fw_cfg_names[i].name);
		assert_int_equal(take(&items, name, &why), REFUSAL_NONE);
		snprintf(name, sizeof(name), "%sx", fw_cfg_names[i].name);
		assert_int_equal(take(&items, name, &why), REFUSAL_NONE);
		for (size_t k = 0; k < FW_CFG_NAMES; k++)
			assert_false(is_set(*item_at(&items, fw_cfg_names[k].place)));
		assert_int_equal(take(&items, fw_cfg_names[i].name, &why), REFUSAL_NONE);
		for (size_t k = 0; k < FW_CFG_NAMES; k++)
			assert_int_equal(
			        is_set(*item_at(&items, fw_cfg_names[k].place)), k == i);
	}
}

/* Words up to the one with the NUL, for names of all lengths. */
static void
test_name_words(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= FW_CFG_NAME_LEN; len++) {
		uint8_t name[FW_CFG_NAME_LEN] = {0};

		memset(name, 0xff, len);
		assert_int_equal(
		        fw_cfg_name_words(name), len < FW_CFG_NAME_LEN ? len / 8 + 1 : 0);
	}
}

static void
test_initrd_numbers(void **state)
{
	struct fw_cfg_items items = {.kernel = {0, 0}};
	struct refusal why;

	(void)state;
	assert_int_equal(take(&items, FW_CFG_INITRD, &why), REFUSAL_NONE);
	assert_true(is_set(items.initrd[0]));
	assert_int_equal(take(&items, FW_CFG_INITRD "1", &why), REFUSAL_NONE);
	assert_true(is_set(items.initrd[1]));
	assert_int_equal(take(&items, FW_CFG_INITRD "31", &why), REFUSAL_NONE);
	assert_true(is_set(items.initrd[31]));
	assert_int_equal(take(&items, FW_CFG_INITRD "32", &why), REFUSAL_PLAN_TOO_MANY);
	assert_int_equal(why.found, 33);
	assert_int_equal(why.wanted, 32);
	assert_int_equal(take(&items, FW_CFG_INITRD "4294967297", &why), REFUSAL_PLAN_TOO_MANY);
}

/* The name fills its field, without the NUL that QEMU always writes. */
static void
test_unterminated_name(void **state)
{
	struct fw_cfg_items items = {.kernel = {0, 0}};
	struct refusal why;
	char name[57] = FW_CFG_INITRD;

	(void)state;
	memset(name + strlen(name), '9', 56 - strlen(name));
	assert_int_equal(take(&items, name, &why), REFUSAL_PLAN_TOO_MANY);
}

static const struct memmap map = {.count = 3,
        .entry = {{{0, 640 * KIB}, MEM_RAM}, {{MIB, 15 * MIB}, MEM_RAM},
                {{16 * MIB, 16 * MIB}, MEM_RESERVED}}};

static void
test_room(void **state)
{
	const struct named_range avoid[] = {
	        {"a", {14 * MIB, 2 * MIB - 1}}, {"b", {MIB, 64 * KIB}}};
	uint64_t addr;

	(void)state;
	assert_true(room_find(&map, NULL, 0, 15 * MIB, &addr));
	assert_int_equal(addr, MIB);
	assert_false(room_find(&map, NULL, 0, 15 * MIB + 1, &addr));
	assert_true(room_find(&map, avoid, 2, 1, &addr));
	assert_int_equal(addr, 14 * MIB - PAGE);
	assert_true(room_find(&map, avoid, 2, 13 * MIB - 64 * KIB, &addr));
	assert_int_equal(addr, MIB + 64 * KIB);
	assert_false(room_find(&map, avoid, 2, 13 * MIB - 64 * KIB + 1, &addr));
}

static void
test_find(void **state)
{
	uint8_t e[2 * FW_CFG_ENTRY_LEN + 1] = {0, 0, 0, 1, 0, 7};
	struct span all = {e, sizeof(e)};
	struct fw_cfg_item item = {0, 0};

	(void)state;
	strcpy((char *)e + 8, "bootorder2");
	e[FW_CFG_ENTRY_LEN + 3] = 5;
	e[FW_CFG_ENTRY_LEN + 5] = 8;
	strcpy((char *)e + FW_CFG_ENTRY_LEN + 8, FW_CFG_BOOTORDER);
	assert_true(fw_cfg_find(all, FW_CFG_BOOTORDER, &item));
	assert_int_equal(item.selector, 8);
	assert_int_equal(item.size, 5);
	assert_false(fw_cfg_find(all, "bootorde", &item));
	assert_false(fw_cfg_find(all, FW_CFG_BOOT, &item));
	memset(e + 8, 'x', FW_CFG_NAME_LEN); /* a name without an end */
	assert_false(fw_cfg_find(all, "x", &item));
	all.size = FW_CFG_ENTRY_LEN;
	assert_false(fw_cfg_find(all, FW_CFG_BOOTORDER, &item));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_names),
	        cmocka_unit_test(test_known),
	        cmocka_unit_test(test_name_words),
	        cmocka_unit_test(test_initrd_numbers),
	        cmocka_unit_test(test_unterminated_name),
	        cmocka_unit_test(test_room),
	        cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
