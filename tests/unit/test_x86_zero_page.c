/* SPDX-License-Identifier: BSD-2-Clause */
/* What a loader of bzImages says in the zero page, written by <asm/bootparam.h>, and its
 * nonsense. */
#include "unit.h"

#include <string.h>

#include <asm/bootparam.h>

#include "tests/unit/low_memory.h"
#include "x86/boot/launcher.h"

#define NODE_ROOM 3000
#define SENTINEL  0x1ef

struct node {
	uint64_t next;
	uint32_t type, len;
	uint8_t data[NODE_ROOM];
};

/* The loader's side, in memory that both can address. */
struct world {
	struct boot_params zp;
	struct node node[3];
	char line[LINE_ROOM + 1];
};

static struct world *w;
static struct launcher launcher;
static struct memmap map;
static struct refusal why;

/* Two ranges, an initrd above 4 GiB, a command line, an RSDP. */
static void
valid(void)
{
	w = (struct world *)low_memory();
	low_memory_end = UINT64_MAX;
	memcpy(&w->zp.hdr.header, "HdrS", 4);
	w->zp.hdr.version = 0x20f;
	w->zp.hdr.type_of_loader = 0xff;
	w->zp.hdr.ramdisk_image = 0x5000;
	w->zp.ext_ramdisk_image = 2;
	w->zp.hdr.ramdisk_size = 77;
	w->zp.hdr.cmd_line_ptr = (uint32_t)address(w->line);
	w->zp.acpi_rsdp_addr = 0x1000e1234;
	w->zp.e820_entries = 2;
	w->zp.e820_table[0] = (struct boot_e820_entry){0, 640 * KIB, 1};
	w->zp.e820_table[1] = (struct boot_e820_entry){MIB, MIB, 99};
	strcpy(w->line, "a b");
}

static enum refusal_code
read_world(void)
{
	memset(&launcher, 0xa5, sizeof(launcher));
	memset(&why, 0, sizeof(why));
	map.count = 0;
	return launcher_read_zero_page(address(&w->zp), &launcher, &map, &why);
}

static void
add_node(unsigned i, uint32_t type, uint32_t len)
{
	*(i ? &w->node[i - 1].next : (uint64_t *)&w->zp.hdr.setup_data) = address(&w->node[i]);
	w->node[i].type = type;
	w->node[i].len = len;
}

static void
all_is_taken(void **state)
{
	(void)state;
	valid();
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, 1);
	assert_int_equal(launcher.module[0].where, BLOB_SPACE);
	assert_int_equal(launcher.module[0].addr, 0x200005000);
	assert_int_equal(launcher.module[0].size, 77);
	assert_string_equal(launcher.module[0].name, "initrd");
	assert_int_equal(launcher.line_len, 3);
	assert_memory_equal(launcher.line, "a b", 3);
	assert_int_equal(launcher.rsdp, 0x1000e1234);
	assert_int_equal(map.count, 2);
	assert_int_equal(map.entry[0].range.len, 640 * KIB);
	assert_int_equal(map.entry[1].type, MEM_RESERVED); /* an unknown type */
	assert_false(launcher.has_seed);
	assert_int_equal(launcher.efi.systab, 0);
	assert_null(launcher.efi.screen_info);
}

/* A page that was not zeroed: what stands outside of the header is not the loader's. */
static void
sentinel(void **state)
{
	(void)state;
	valid();
	((uint8_t *)&w->zp)[SENTINEL] = 0xff;
	w->zp.ext_cmd_line_ptr = 0x12345;
	memcpy(&w->zp.efi_info.efi_loader_signature, "EL64", 4);
	w->zp.efi_info.efi_systab = 0x7000;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.module[0].addr, 0x5000);
	assert_int_equal(launcher.line_len, 3);
	assert_int_equal(launcher.rsdp, 0);
	assert_int_equal(launcher.efi.systab, 0);
	assert_int_equal(map.count, 2);
}

static void
no_zero_page(void **state)
{
	(void)state;
	valid();
	w->zp.hdr.header++;
	assert_int_equal(read_world(), REFUSAL_LOADER_ZERO_PAGE);
	assert_int_equal(why.where, address(&w->zp));
	assert_int_equal(why.found, 0x53726448 + 1);
	assert_int_equal(why.wanted, 0x53726448);
	assert_string_equal(why.detail, "hdr.header");
	low_memory_end = address(&w->zp) + 4095;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "zero page");
}

/* Linux, too, takes no initrd from a loader without a number, or at address 0. */
static void
no_initrd(void **state)
{
	(void)state;
	valid();
	w->zp.hdr.type_of_loader = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, 0);
	valid();
	w->zp.hdr.ramdisk_size = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, 0);
	valid();
	w->zp.hdr.ramdisk_image = w->zp.ext_ramdisk_image = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.modules, 0);
	valid();
	w->zp.hdr.cmd_line_ptr = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.line_len, 0);
}

/* Older BIOSes tell two sizes: the larger one counts. */
static void
map_without_e820(void **state)
{
	(void)state;
	valid();
	w->zp.e820_entries = 0;
	w->zp.screen_info.ext_mem_k = 15 << 10;
	w->zp.alt_mem_k = 127 << 10;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, 2);
	assert_int_equal(map.entry[0].range.len, 0x9f000);
	assert_int_equal(map.entry[1].range.addr, MIB);
	assert_int_equal(map.entry[1].range.len, 127 * MIB);
	w->zp.alt_mem_k = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.entry[1].range.len, 15 * MIB);
	w->zp.screen_info.ext_mem_k = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, 0);
}

static void
entries_of_the_map(void **state)
{
	(void)state;
	valid();
	for (unsigned i = 0; i < 128; i++)
		w->zp.e820_table[i] = (struct boot_e820_entry){i * 2 * MIB, MIB, 1};
	w->zp.e820_entries = 128;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, 128);
	w->zp.e820_entries = 129;
	assert_int_equal(read_world(), REFUSAL_LOADER_ZERO_PAGE);
	assert_string_equal(why.detail, "e820_entries");
}

/* The rest of the map, and a seed, which is gone afterwards. */
static void
setup_data(void **state)
{
	struct boot_e820_entry rest[2] = {{GIB, MIB, 1}, {2 * GIB, MIB, 1}};

	(void)state;
	valid();
	add_node(0, SETUP_NONE, 100);
	add_node(1, SETUP_E820_EXT, sizeof(rest));
	memcpy(w->node[1].data, rest, sizeof(rest));
	add_node(2, 9, 40); /* SETUP_RNG_SEED: headers of 6.1 have no name for it */
	memset(w->node[2].data, 0x77, 40);
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(map.count, 4);
	assert_int_equal(map.entry[3].range.addr, 2 * GIB);
	assert_true(launcher.has_seed);
	assert_int_equal(launcher.seed[0], 0x77);
	assert_int_equal(launcher.seed[PLAN_RNG_SEED - 1], 0x77);
	assert_int_equal(w->node[2].len, 0);
	assert_int_equal(w->node[2].data[0], 0);
	assert_int_equal(w->node[2].data[39], 0);
	w->node[2].len = PLAN_RNG_SEED - 1; /* too short to be worth it */
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_false(launcher.has_seed);
}

/* What would be lost on the way: each is named. */
static void
setup_data_of_others(void **state)
{
	static const struct {
		uint32_t type;
		const char *what;
	} nodes[] = {
	        {SETUP_DTB, "a device tree"},
	        {SETUP_PCI, "an option ROM"},
	        {SETUP_APPLE_PROPERTIES, "Apple's device properties"},
	        {SETUP_JAILHOUSE, "Jailhouse's configuration"},
	        {SETUP_CC_BLOB, "the secrets of a confidential machine"},
	        {8, "IMA's log"},
	        {10, "memory that the kernel before hands over"},
	        {11, "unknown to kshim"},
	        {SETUP_INDIRECT | SETUP_DTB, "unknown to kshim"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		valid();
		add_node(0, SETUP_EFI, 8);
		add_node(1, nodes[i].type, 32);
		assert_int_equal(read_world(), REFUSAL_LOADER_SETUP_DATA);
		assert_string_equal(why.detail, nodes[i].what);
		assert_int_equal(why.where, address(&w->node[1]));
		assert_int_equal(why.found, nodes[i].type);
	}
}

static void
setup_data_without_end(void **state)
{
	(void)state;
	valid();
	add_node(0, SETUP_NONE, 0);
	w->node[0].next = address(&w->node[0]);
	assert_int_equal(read_world(), REFUSAL_LOADER_ZERO_PAGE);
	assert_string_equal(why.detail, "setup_data's length");
	valid();
	add_node(0, SETUP_E820_EXT, UINT32_MAX);
	low_memory_end = 4 * GIB;
	w->zp.ext_ramdisk_image = 0;
	assert_int_equal(read_world(), REFUSAL_SPACE_UNREACHABLE);
	assert_string_equal(why.a.name, "setup data");
}

/* Told by a boot loader; after kexec the runtime's place is in SETUP_EFI, and nothing is told.
 */
static void
efi(void **state)
{
	(void)state;
	valid();
	memcpy(&w->zp.efi_info.efi_loader_signature, "EL64", 4);
	w->zp.efi_info.efi_systab = 0x7000;
	w->zp.efi_info.efi_systab_hi = 3;
	w->zp.efi_info.efi_memmap = 0x8000;
	w->zp.efi_info.efi_memmap_hi = 1;
	w->zp.efi_info.efi_memmap_size = 480;
	w->zp.efi_info.efi_memdesc_size = 48;
	w->zp.efi_info.efi_memdesc_version = 1;
	w->zp.secure_boot = 2;
	w->zp.screen_info.orig_video_isVGA = 0x70;
	w->zp.screen_info.lfb_base = 0x80000000;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.efi.systab, 0x300007000);
	assert_int_equal(launcher.efi.map, 0x100008000);
	assert_int_equal(launcher.efi.map_len, 480);
	assert_int_equal(launcher.efi.desc_size, 48);
	assert_int_equal(launcher.efi.desc_version, 1);
	assert_int_equal(launcher.efi.secure_boot, 2);
	assert_memory_equal(launcher.efi.screen_info, &w->zp.screen_info, 64);
	add_node(0, SETUP_EFI, 32);
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.efi.systab, 0);
	assert_non_null(launcher.efi.screen_info);
	memcpy(&w->zp.efi_info.efi_loader_signature, "EL32", 4);
	w->zp.hdr.setup_data = 0;
	assert_int_equal(read_world(), REFUSAL_NONE);
	assert_int_equal(launcher.efi.systab, 0);
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
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_is_taken),
	        cmocka_unit_test(sentinel),
	        cmocka_unit_test(no_zero_page),
	        cmocka_unit_test(no_initrd),
	        cmocka_unit_test(map_without_e820),
	        cmocka_unit_test(entries_of_the_map),
	        cmocka_unit_test(setup_data),
	        cmocka_unit_test(setup_data_of_others),
	        cmocka_unit_test(setup_data_without_end),
	        cmocka_unit_test(efi),
	        cmocka_unit_test(length_of_the_line),
	};

	return cmocka_run_group_tests_name("x86_zero_page", tests, NULL, NULL);
}
