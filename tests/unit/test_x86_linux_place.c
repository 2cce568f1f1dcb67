/* SPDX-License-Identifier: BSD-2-Clause */
/* Where kshim.bzimage moves to: by a zero page of <asm/bootparam.h>, nodes in memory that both
 * can address, and addresses above 4 GiB that a window shows. */
#include "unit.h"

#include <string.h>

#include <asm/bootparam.h>

#include "stub/base/bytes.h"
#include "stub/base/range.h"
#include "tests/unit/low_memory.h"
#include "x86/bzimage/linux_place.h"

#define NODES 20
#define OFF   0x3000u /* of the nodes in their MiB */

static struct boot_params *zp;
static uint8_t *high;
static uint64_t a; /* three MiB of RAM from here */

static void
valid(void)
{
	static struct boot_params page;
	uint8_t *mem = low_memory();

	assert_true(align_up(address(mem), MIB, &a));
	high = mem + LOW_MEMORY - LOW_MEMORY_HIGH_LEN;
	memset(&page, 0, sizeof(page));
	zp = &page;
	zp->e820_entries = 1;
	zp->e820_table[0] = (struct boot_e820_entry){a, 3 * MIB - LOW_MEMORY_HIGH_LEN, 1};
}

static uint64_t
place(void)
{
	return linux_place(NULL, (const struct zero_page *)zp, MIB, 2 * GIB);
}

/* A list of nodes in the RAM's second MiB, the last one where the test wants it. */
static struct setup_data *
list(unsigned count, uint64_t last)
{
	uint8_t *link = (uint8_t *)zp + 0x250; /* setup_data */
	struct setup_data *n = NULL;

	for (unsigned i = 0; i < count; i++) {
		uint64_t at = i + 1 < count ? a + MIB + OFF + i * 64 : last;

		memcpy(link, &at, sizeof(at));
		n = at < LOW_MEMORY_HIGH ? (struct setup_data *)(uintptr_t)at
		                         : (struct setup_data *)(high + (at - LOW_MEMORY_HIGH));
		*n = (struct setup_data){.type = SETUP_PCI};
		link = (uint8_t *)n;
	}
	return n;
}

static void
extend(struct setup_data *n, uint64_t addr, uint64_t len, uint32_t type)
{
	struct boot_e820_entry e = {addr, len, type};

	n->type = SETUP_E820_EXT;
	memcpy(n->data + n->len, &e, sizeof(e));
	n->len += (uint32_t)sizeof(e);
}

static void
lowest_free_mib(void **state)
{
	(void)state;
	valid();
	assert_int_equal(place(), a);
	zp->e820_table[0].addr++; /* the rest of that MiB is too little */
	assert_int_equal(place(), a + MIB);
	zp->e820_table[0].size = MIB;
	assert_int_equal(place(), 0);
	zp->e820_entries = 0;
	assert_int_equal(place(), 0);
}

static void
named_parts(void **state)
{
	(void)state;
	valid();
	zp->hdr.cmd_line_ptr = (uint32_t)a - 8191;
	assert_int_equal(place(), a + MIB);
	zp->hdr.cmd_line_ptr--;
	assert_int_equal(place(), a);
	zp->hdr.ramdisk_image = (uint32_t)a + 16;
	zp->hdr.ramdisk_size = 1;
	assert_int_equal(place(), a + MIB);
	zp->ext_ramdisk_image = 1;
	assert_int_equal(place(), a);
	zp->sentinel = 1;
	assert_int_equal(place(), a + MIB);
}

/* However long the list is. */
static void
every_node(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= NODES; count++) {
		valid();
		list(count, a + 0x80000);
		assert_int_equal(place(), count == 1 ? a + MIB : 0);
		zp->e820_table[0].addr = a - 2 * MIB; /* room below all nodes */
		zp->e820_table[0].size += 2 * MIB;
		assert_int_equal(place(), a - 2 * MIB);
	}
}

/* The list goes on above 4 GiB; what it reserves is reserved, what it calls RAM is. */
static void
extended_map(void **state)
{
	uint64_t last[] = {a, LOW_MEMORY_HIGH};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct setup_data *n;

		valid();
		last[0] = a + 2 * MIB;
		n = list(i ? NODES : 1, last[i]);
		if (i) /* the other nodes are in the second MiB */
			zp->e820_table[0].size = MIB;
		assert_int_equal(place(), a);
		extend(n, a - MIB, MIB, 2);
		assert_int_equal(place(), a);
		extend(n, a + MIB - 1, 1, 2);
		assert_int_equal(place(), i ? 0 : a + MIB);
		extend(n, 16 * MIB, MIB, 1);
		assert_int_equal(place(), 16 * MIB);
	}
}

static void
put_descriptor(uint8_t *at, uint32_t type, uint64_t addr, uint64_t pages)
{
	memcpy(at, &type, sizeof(type));
	memcpy(at + 8, &addr, sizeof(addr));
	memcpy(at + 24, &pages, sizeof(pages));
}

static void
firmwares_map(void **state)
{
	(void)state;
	valid();
	memcpy(&zp->efi_info.efi_loader_signature, "EL64", 4);
	zp->efi_info.efi_memmap = (uint32_t)LOW_MEMORY_HIGH;
	zp->efi_info.efi_memmap_hi = LOW_MEMORY_HIGH >> 32;
	zp->efi_info.efi_memmap_size = 2 * 48;
	zp->efi_info.efi_memdesc_size = 48;
	put_descriptor(high, 7, a, 768);
	put_descriptor(high + 48, 4, a + MIB - PAGE, 2);
	assert_int_equal(place(), 0);
	put_descriptor(high + 48, 3, a + MIB - PAGE, 1);
	assert_int_equal(place(), a + MIB);
	put_descriptor(high + 48, 2, a + MIB - PAGE, 1); /* the loader's: we know its parts */
	assert_int_equal(place(), a);
	zp->efi_info.efi_memmap = (uint32_t)a; /* the map itself */
	zp->efi_info.efi_memmap_hi = 0;
	assert_int_equal(place(), a + MIB);
	zp->sentinel = 1;
	assert_int_equal(place(), a);
}

/* Lists that lead nowhere or in a circle end; what is wrong with them is said later. */
static void
nonsense(void **state)
{
	struct setup_data *n;

	(void)state;
	valid();
	zp->hdr.setup_data = UINT64_MAX - 4;
	assert_int_equal(place(), a);
	n = list(2, a + 2 * MIB);
	n->next = zp->hdr.setup_data;
	assert_int_equal(place(), a);
	memcpy(&zp->efi_info.efi_loader_signature, "EL64", 4);
	zp->efi_info.efi_memmap_size = 1000;
	zp->efi_info.efi_memdesc_size = 39;
	assert_int_equal(place(), a);
	zp->efi_info.efi_memdesc_size = 40;
	zp->efi_info.efi_memmap_hi = UINT32_MAX;
	assert_int_equal(place(), a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lowest_free_mib),
	        cmocka_unit_test(named_parts),
	        cmocka_unit_test(every_node),
	        cmocka_unit_test(extended_map),
	        cmocka_unit_test(firmwares_map),
	        cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests_name("x86_linux_place", tests, NULL, NULL);
}
