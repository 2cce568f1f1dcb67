/* SPDX-License-Identifier: BSD-2-Clause */
/* See handoff_bench.h. */
#include "tests/unit/handoff_bench.h"
#include "stub/plan/lengths.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void
place(struct handoff_bench *b, enum placement_kind kind, uint64_t addr, uint64_t len)
{
	b->plan.placement[b->plan.placements++] =
	        (struct placement){.kind = kind, .range = {addr, len}, .blob = PLAN_NO_BLOB};
}

static void
init(struct handoff_bench *b, enum protocol protocol)
{
	memset(b, 0, sizeof(*b));
	b->req.kernel = &b->facts;
	b->req.map = &b->map;
	b->req.rsdp = HB_RSDP;
	b->req.cmdline = cmdline_init(b->line, sizeof(b->line));
	for (unsigned i = 0; i < PLAN_RNG_SEED; i++)
		b->seed[i] = (uint8_t)(0x40 + i);
	b->plan.protocol = protocol;
	b->plan.kernel_load = HB_KERNEL;
	b->plan.kernel_alignment = 0x200000;
	b->plan.initrd = (struct range){HB_INITRD, HB_INITRD_LEN};
	place(b, PLACE_KERNEL, HB_KERNEL, 0x1000);
	place(b, PLACE_INITRD, HB_INITRD, HB_INITRD_LEN);
	place(b, PLACE_CMDLINE, HB_CMDLINE, 0x1000);
	place(b, PLACE_GDT, HB_GDT, 0x1000);
	place(b, PLACE_STAGE, 0x2000000, 0x100);
	if (protocol == PROTOCOL_PVH) {
		place(b, PLACE_START_INFO, HB_START_INFO, 0);
	} else {
		place(b, PLACE_ZERO_PAGE, HB_ZERO_PAGE, 0x1000);
		place(b, PLACE_SETUP_DATA, HB_SETUP_DATA, 0);
	}
	hb_map(b, 3);
}

void
hb_elf(struct handoff_bench *b, enum protocol protocol)
{
	init(b, protocol);
	memset(&b->facts, 0x5a, sizeof(b->facts)); /* no bzImage's header has these */
	b->facts.format = KERNEL_ELF64;
	b->facts.elf.evidence = LINUX_GUEST_OS;
}

void
hb_bzimage(struct handoff_bench *b, uint16_t version, uint32_t header_end)
{
	struct bzimage_facts *bz = &b->facts.bz;

	init(b, version >= 0x20c ? PROTOCOL_LINUX64 : PROTOCOL_LINUX32);
	b->facts.format = KERNEL_BZIMAGE;
	bz->version = version;
	bz->header_len = header_end - 0x1f1;
	for (uint32_t i = 0; i < bz->header_len; i++) /* so that what is left out shows */
		bz->header[i] = (uint8_t)(0x81 + i);
	if (header_end >= 0x258)
		memset(bz->header + 0x250 - 0x1f1, 0, 8); /* setup_data: no list */
	bz->loadflags = bz->header[0x211 - 0x1f1] = 0xff;
	bz->relocatable = version >= 0x205;
	hb_reserve(b);
}

void
hb_map_reserved(struct handoff_bench *b, uint32_t count, uint32_t reserved)
{
	b->map.count = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t type = i + reserved < count ? MEM_RAM : MEM_RESERVED;
		uint64_t addr = i == 0 ? 0 : i == 1 ? MIB : i * GIB;

		assert_int_equal(memmap_add(&b->map, addr, i == 1 ? 512 * MIB : 636 * KIB, type,
		                         &b->why),
		        0);
	}
	assert_int_equal(b->map.count, count);
	b->plan.map_entries = count;
	hb_reserve(b);
}

void
hb_map(struct handoff_bench *b, uint32_t count)
{
	hb_map_reserved(b, count, 0);
}

void
hb_reserve(struct handoff_bench *b)
{
	uint32_t entries = b->plan.map_entries, modules = 0;

	for (uint32_t i = 0; i < b->plan.placements; i++)
		modules += b->plan.placement[i].kind == PLACE_INITRD;
	if (b->plan.protocol == PROTOCOL_PVH)
		hb_placement(b, PLACE_START_INFO)->range.len = start_info_len(modules, entries);
	else
		hb_placement(b, PLACE_SETUP_DATA)->range.len =
		        setup_data_nodes(&b->req, entries).len;
}

struct placement *
hb_placement(struct handoff_bench *b, enum placement_kind kind)
{
	struct placement *p = (struct placement *)plan_find(&b->plan, kind);

	assert_non_null(p);
	return p;
}

uint8_t *
hb_write(struct handoff_bench *b, enum placement_kind kind)
{
	const struct placement *p = hb_placement(b, kind);
	size_t len = (size_t)p->range.len;
	uint8_t *out = malloc(len ? len : 1);
	enum refusal_code code;

	memset(out, 0xa5, len);
	b->why = (struct refusal){0};
	code = handoff_write(&b->req, &b->plan, &b->map, p, out, &b->why);
	assert_int_equal(code, b->why.code);
	if (!code)
		return out;
	free(out);
	return NULL;
}
