/* SPDX-License-Identifier: BSD-2-Clause */
/* The handoff's dispatch, command line, GDT and tables; start_info against Xen's own header. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <xen/arch-x86/hvm/start_info.h>

#include "stub/handoff/entry.h"
#include "stub/handoff/paging.h"
#include "tests/unit/handoff_bench.h"

static struct handoff_bench b;

static void
set_line(size_t len)
{
	memset(b.line, 'x', len);
	b.line[len] = '\0';
	b.req.cmdline.len = len;
}

static void
assert_zero(const uint8_t *bytes, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		assert_int_equal(bytes[i], 0);
}

/* The line and its NUL must fit: n-1, n, n+1. */
static void
command_line(void **state)
{
	static const size_t lens[] = {0, 1, 4094, 4095};

	(void)state;
	for (int i = 0; i < 4; i++) {
		uint8_t *got;

		hb_elf(&b, PROTOCOL_PVH);
		set_line(lens[i]);
		got = hb_write(&b, PLACE_CMDLINE);
		assert_non_null(got);
		assert_memory_equal(got, b.line, lens[i]);
		assert_zero(got, lens[i], 4096);
		free(got);
	}
	hb_placement(&b, PLACE_CMDLINE)->range.len = 4095;
	assert_null(hb_write(&b, PLACE_CMDLINE));
	assert_int_equal(b.why.code, REFUSAL_CMDLINE_BUFFER);
	assert_int_equal(b.why.found, 4096);
	assert_int_equal(b.why.wanted, 4095);
}

static void
gdt(void **state)
{
	uint8_t want[ENTRY_GDT_LEN], *got;

	(void)state;
	hb_elf(&b, PROTOCOL_LINUX64);
	entry_gdt(&b.plan, want);
	got = hb_write(&b, PLACE_GDT);
	assert_memory_equal(got, want, sizeof(want));
	assert_zero(got, sizeof(want), 4096);
	free(got);
}

static void
page_tables(void **state)
{
	(void)state;
	for (int gb = 0; gb < 2; gb++) {
		const struct range map[] = {{0, 2 * GIB}, {5 * GIB, GIB}};
		struct placement *p;
		uint64_t len = paging_len(map, 2, gb);
		uint8_t *want = calloc(1, len), *got;

		hb_elf(&b, PROTOCOL_LINUX64);
		b.req.gb_pages = gb;
		b.plan.mapped = 2;
		memcpy(b.plan.map, map, sizeof(map));
		p = &b.plan.placement[b.plan.placements++];
		*p = (struct placement){
		        .kind = PLACE_PAGE_TABLES, .range = {0x80000, len + 64}};
		paging_write(map, 2, gb, 0x80000, want);
		got = hb_write(&b, PLACE_PAGE_TABLES);
		assert_memory_equal(got, want, len);
		assert_zero(got, len, len + 64);
		free(got);
		free(want);
	}
}

static void
what_others_fill_is_zeroed(void **state)
{
	uint8_t *got;

	(void)state;
	hb_elf(&b, PROTOCOL_PVH);
	got = hb_write(&b, PLACE_STAGE);
	assert_zero(got, 0, 0x100);
	free(got);
}

static void
assert_map(const struct hvm_memmap_table_entry *got, const struct memmap *want)
{
	for (uint32_t i = 0; i < want->count; i++) {
		assert_int_equal(got[i].addr, want->entry[i].range.addr);
		assert_int_equal(got[i].size, want->entry[i].range.len);
		assert_int_equal(got[i].type, want->entry[i].type);
		assert_int_equal(got[i].reserved, 0);
	}
}

/* start_info with that many modules, at the start of `got`. */
static const struct hvm_modlist_entry *
assert_info(const uint8_t *got, uint32_t modules)
{
	const struct hvm_start_info *si = (const void *)got;
	uint64_t map_off = 56 + 32 * modules;

	assert_int_equal(si->magic, XEN_HVM_START_MAGIC_VALUE);
	assert_int_equal(si->version, 1);
	assert_int_equal(si->flags, 0);
	assert_int_equal(si->nr_modules, modules);
	assert_int_equal(si->modlist_paddr, modules ? HB_START_INFO + 56 : 0);
	assert_int_equal(si->cmdline_paddr, HB_CMDLINE);
	assert_int_equal(si->rsdp_paddr, HB_RSDP);
	assert_int_equal(si->memmap_paddr, HB_START_INFO + map_off);
	assert_int_equal(si->memmap_entries, b.map.count);
	assert_int_equal(si->reserved, 0);
	assert_map((const void *)(got + map_off), &b.map);
	return (const void *)(got + 56);
}

static void
assert_module(const struct hvm_modlist_entry *m, uint64_t addr, uint64_t len)
{
	assert_int_equal(m->paddr, addr);
	assert_int_equal(m->size, len);
	assert_int_equal(m->cmdline_paddr, 0);
	assert_int_equal(m->reserved, 0);
}

static void
start_info_for_linux(void **state)
{
	uint8_t *got;

	(void)state;
	hb_elf(&b, PROTOCOL_PVH);
	got = hb_write(&b, PLACE_START_INFO);
	assert_module(assert_info(got, 1), HB_INITRD, HB_INITRD_LEN);
	assert_int_equal(hb_placement(&b, PLACE_START_INFO)->range.len, 56 + 32 + 3 * 24);
	free(got);

	/* pieces that are joined are one module; what is reserved for more stays zero */
	b.plan.placement[b.plan.placements++] = (struct placement){
	        .kind = PLACE_INITRD, .range = {HB_INITRD + HB_INITRD_LEN, 9}, .data_len = 9};
	b.plan.initrd.len += 9;
	hb_reserve(&b);
	got = hb_write(&b, PLACE_START_INFO);
	assert_module(assert_info(got, 1), HB_INITRD, HB_INITRD_LEN + 9);
	assert_zero(got, 56 + 32 + 3 * 24, 56 + 64 + 3 * 24);
	free(got);

	b.plan.initrd.len = 0;
	got = hb_write(&b, PLACE_START_INFO);
	assert_info(got, 0);
	free(got);
}

static void
start_info_for_a_hypervisor(void **state)
{
	const struct hvm_modlist_entry *m;
	uint8_t *got;

	(void)state;
	hb_elf(&b, PROTOCOL_PVH);
	b.plan.modules_apart = true;
	hb_placement(&b, PLACE_INITRD)->data_len = 0x123456; /* without padding */
	b.plan.placement[b.plan.placements++] = (struct placement){
	        .kind = PLACE_INITRD, .range = {0x2000000, 0x1000}, .data_len = 0xfff};
	b.plan.placement[b.plan.placements++] =
	        (struct placement){.kind = PLACE_INITRD, .range = {0x1ff0000, 0}};
	b.plan.placement[b.plan.placements] =
	        b.plan.placement[b.plan.placements - 1]; /* unused */
	hb_map(&b, 300);
	got = hb_write(&b, PLACE_START_INFO);
	m = assert_info(got, 3);
	assert_module(&m[0], HB_INITRD, 0x123456);
	assert_module(&m[1], 0x2000000, 0xfff);
	assert_module(&m[2], 0x1ff0000, 0);
	free(got);
}

static void
no_command_line(void **state)
{
	struct hvm_start_info si;
	uint8_t *got;

	(void)state;
	hb_elf(&b, PROTOCOL_PVH);
	hb_placement(&b, PLACE_CMDLINE)->kind = PLACE_STAGE;
	got = hb_write(&b, PLACE_START_INFO);
	memcpy(&si, got, sizeof(si));
	assert_int_equal(si.cmdline_paddr, 0);
	free(got);
}

/* What the planner reserved for bounds the map: 126 for Linux. */
static void
map_limit(void **state)
{
	uint8_t *got;

	(void)state;
	for (uint32_t count = 125; count <= 126; count++) {
		hb_elf(&b, PROTOCOL_PVH);
		hb_map(&b, count);
		got = hb_write(&b, PLACE_START_INFO);
		assert_info(got, 1);
		free(got);
	}
	hb_map_reserved(&b, 130, 5);
	b.plan.map_entries = 126;
	hb_reserve(&b);
	got = hb_write(&b, PLACE_START_INFO);
	assert_non_null(got);
	assert_int_equal(((struct hvm_start_info *)got)->memmap_entries, 126);
	free(got);

	hb_map(&b, 127);
	b.plan.map_entries = 126;
	hb_reserve(&b);
	assert_null(hb_write(&b, PLACE_START_INFO));
	assert_int_equal(b.why.code, REFUSAL_MAP_TOO_MANY);
	assert_int_equal(b.why.found, 127);
	assert_int_equal(b.why.wanted, 126);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(command_line),
	        cmocka_unit_test(gdt),
	        cmocka_unit_test(page_tables),
	        cmocka_unit_test(what_others_fill_is_zeroed),
	        cmocka_unit_test(start_info_for_linux),
	        cmocka_unit_test(start_info_for_a_hypervisor),
	        cmocka_unit_test(no_command_line),
	        cmocka_unit_test(map_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
