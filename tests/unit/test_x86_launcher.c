/* SPDX-License-Identifier: BSD-2-Clause */
/* What a launcher says in hvm_start_info, and the nonsense it may say. */
#include "unit.h"

#include <string.h>

#include "stub/wire/start_info.h"
#include "tests/unit/low_memory.h"
#include "x86/boot/launcher.h"
#include "x86/boot/own_image.h"

/* The launcher's side, in memory that both can address. */
struct world {
	struct pvh_start_info info;
	struct pvh_modlist_entry module[LAUNCHER_MODULES + 1];
	struct pvh_memmap_entry range[MEMMAP_MAX + 1];
	char line[LINE_ROOM + 1];
};

static struct world *w;
static struct launcher launcher;
static struct memmap map;
static struct refusal why;

/* Version 1, two modules, a map of two entries, a command line. */
static void
valid(void)
{
	w = (struct world *)low_memory();
	w->info = (struct pvh_start_info){.magic = PVH_START_MAGIC,
	        .version = 1,
	        .nr_modules = 2,
	        .modlist_paddr = address(w->module),
	        .cmdline_paddr = address(w->line),
	        .rsdp_paddr = 0xe1234,
	        .memmap_paddr = address(w->range),
	        .memmap_entries = 2};
	w->module[0] = (struct pvh_modlist_entry){.paddr = 0x5000000, .size = 77};
	w->module[1] = (struct pvh_modlist_entry){.paddr = 0x6000001, .size = 0};
	w->range[0] = (struct pvh_memmap_entry){.size = 640 * KIB, .type = MEM_RAM};
	w->range[1] = (struct pvh_memmap_entry){.addr = MIB, .size = MIB, .type = 99};
	strcpy(w->line, "a b");
}

static enum refusal_code
read_world(void)
{
	memset(&launcher, 0xa5, sizeof(launcher));
	memset(&why, 0, sizeof(why));
	map.count = 0;
	return launcher_read(address(&w->info), &launcher, &map, &why);
}

static void
all_is_taken(void **state)
{
	(void)state;
	valid();
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, 2);
	assert_int_equal(launcher.module[0].addr, 0x5000000);
	assert_int_equal(launcher.module[0].size, 77);
	assert_int_equal(launcher.module[1].size, 0);
	assert_int_equal(launcher.line_len, 3);
	assert_memory_equal(launcher.line, "a b", 3);
	assert_int_equal(launcher.rsdp, 0xe1234);
	assert_int_equal(map.count, 2);
	assert_int_equal(map.entry[1].range.addr, MIB);
	assert_int_equal(map.entry[1].type, MEM_RESERVED); /* an unknown type */
}

static void
magic(void **state)
{
	(void)state;
	valid();
	w->info.magic++;
	assert_int_equal(read_world(), REFUSAL_START_INFO_MAGIC);
	assert_int_equal(why.where, address(&w->info));
	assert_int_equal(why.found, PVH_START_MAGIC + 1);
}

/* Address 0 means that there is none, whatever the count says. */
static void
absent_parts(void **state)
{
	(void)state;
	valid();
	w->info.cmdline_paddr = 0;
	w->info.modlist_paddr = 0;
	w->info.memmap_paddr = 0;
	w->info.nr_modules = w->info.memmap_entries = UINT32_MAX;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, 0);
	assert_int_equal(launcher.line_len, 0);
	assert_int_equal(map.count, 0);
}

/* Version 0 ends before the map's fields. */
static void
version_0_has_no_map(void **state)
{
	(void)state;
	valid();
	w->info.version = 0;
	w->info.memmap_paddr = UINT64_MAX;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, 0);
	assert_int_equal(launcher.modules, 2);
	valid();
	w->info.version = 2; /* a later version only adds */
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, 2);
}

static void
number_of_modules(void **state)
{
	(void)state;
	valid();
	w->info.nr_modules = LAUNCHER_MODULES;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, LAUNCHER_MODULES);
	for (unsigned i = 0; i < 2; i++) {
		w->info.nr_modules = i ? UINT32_MAX : LAUNCHER_MODULES + 1;
		assert_int_equal(read_world(), REFUSAL_PLAN_TOO_MANY);
		assert_int_equal(why.found, w->info.nr_modules);
		assert_int_equal(why.wanted, LAUNCHER_MODULES);
	}
}

/* A module may lie next to us, not upon us. */
static void
module_upon_kshim(void **state)
{
	uint64_t start = address(kshim_start), end = address(kshim_end);

	(void)state;
	low_memory_end = UINT64_MAX;
	valid();
	w->module[1] = (struct pvh_modlist_entry){.paddr = start - 16, .size = 16};
	assert_int_equal(read_world(), REFUSAL_NONE);
	w->module[1].size++;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "module");
	assert_int_equal(why.b.range.addr, start);
	w->module[1] = (struct pvh_modlist_entry){.paddr = end, .size = 16};
	assert_int_equal(read_world(), REFUSAL_NONE);
	w->module[1].paddr--;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	low_memory_end = 4 * GIB;
}

static void
parts_out_of_reach(void **state)
{
	(void)state;
	valid();
	w->module[1] = (struct pvh_modlist_entry){.paddr = 4 * GIB - 16, .size = 16};
	assert_int_equal(read_world(), REFUSAL_NONE);
	w->module[1].size++;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "module");
	valid();
	w->info.modlist_paddr = 4 * GIB - 63;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "module list");
	valid();
	w->info.memmap_paddr = UINT64_MAX - 7;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "memory map");
	assert_int_equal(why.a.range.len, 48);
	valid();
	w->info.memmap_entries = UINT32_MAX; /* 96 GiB of them */
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	valid();
	w->info.cmdline_paddr = 1ull << 52;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "command line");
}

static void
length_of_the_line(void **state)
{
	(void)state;
	valid();
	memset(w->line, 'x', LINE_ROOM - 1);
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.line_len, LINE_ROOM - 1);
	w->line[LINE_ROOM - 1] = 'x';
	assert_int_equal(read_world(), REFUSAL_CMDLINE_BUFFER);
	assert_string_equal(why.subject, "command line");
}

static void
entries_of_the_map(void **state)
{
	(void)state;
	valid();
	for (uint32_t i = 0; i <= MEMMAP_MAX; i++)
		w->range[i] = (struct pvh_memmap_entry){
		        .addr = i * 2 * MIB, .size = MIB, .type = MEM_RAM};
	w->info.memmap_entries = MEMMAP_MAX;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, MEMMAP_MAX);
	w->info.memmap_entries++;
	assert_int_equal(read_world(), REFUSAL_MAP_FULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_is_taken),
	        cmocka_unit_test(magic),
	        cmocka_unit_test(absent_parts),
	        cmocka_unit_test(version_0_has_no_map),
	        cmocka_unit_test(number_of_modules),
	        cmocka_unit_test(module_upon_kshim),
	        cmocka_unit_test(parts_out_of_reach),
	        cmocka_unit_test(length_of_the_line),
	        cmocka_unit_test(entries_of_the_map),
	};

	return cmocka_run_group_tests_name("x86_launcher", tests, NULL, NULL);
}
