/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random facts, maps and limits through the planner. An accepted plan is carried out in a
 * simulated memory, where its promises are checked byte by byte (tests/unit/plan_bench.h);
 * where it finds no room for a kernel, a slow search through all addresses must find none
 * either.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/plan_bench.h"

#define UNIT 0x10000 /* most addresses are multiples of it, some a little off */

static uint64_t
any_address(struct feed *f)
{
	uint64_t v = feed_number(f, 1) * UNIT;

	return v + (v & UNIT ? feed_number(f, 1) : 0);
}

/* Some of the first 16 MiB. */
static struct range
any_range(struct feed *f)
{
	uint64_t addr = any_address(f), len = any_address(f) / 8 + 1;

	return (struct range){addr, len < BENCH_RAM - addr ? len : BENCH_RAM - addr};
}

static bool
overlaps_any(const struct named_range *list, uint32_t count, struct range r)
{
	for (uint32_t i = 0; i < count; i++) {
		if (range_overlaps(list[i].range, r))
			return true;
	}
	return false;
}

static void
make_kernel(struct bench *b, struct feed *f)
{
	uint64_t shape = feed_number(f, 1);

	if (shape & 1) {
		bench_elf(b);
		b->kernel.elf.segment[0].paddr = MIB + any_address(f) / 2;
		b->kernel.elf.pvh_entry = (uint32_t)b->kernel.elf.segment[0].paddr;
		b->kernel.elf.entry = b->kernel.elf.pvh_entry;
		b->kernel.elf.reloc = shape & 2;
		b->kernel.elf.reloc_align = (uint32_t)PAGE << (shape >> 4 & 7);
		b->kernel.elf.reloc_max = UINT32_MAX;
		b->kernel.elf.evidence = shape & 4 ? LINUX_GUEST_OS : LINUX_NO;
	} else {
		bench_bzimage(b);
		b->kernel.bz.relocatable = shape & 2;
		b->kernel.bz.xloadflags = shape & 4 ? 3 : 0;
		b->kernel.bz.min_alignment = b->kernel.bz.alignment = (uint64_t)PAGE
		                                                      << (shape >> 4 & 7);
		b->kernel.bz.pref_address = MIB + align_down(any_address(f), 2 * MIB);
		b->kernel.bz.init_size = 256 * KIB + any_address(f) / 2;
	}
	b->req.protocol = (enum protocol)(feed_number(f, 1) % (PROTOCOL_LINUX32 + 1));
}

static void
make_memory(struct bench *b, struct feed *f)
{
	struct refusal why;
	struct range r;

	bench_ram(b, 2 * MIB + any_address(f) % (14 * MIB));
	for (uint64_t n = feed_number(f, 1) % 4; n; n--) {
		r = any_range(f);
		memmap_add(&b->map, r.addr, r.len,
		        feed_number(f, 1) & 1 ? MEM_RESERVED : MEM_ACPI, &why);
	}
	for (uint64_t n = feed_number(f, 1) % 4; n; n--) {
		r = any_range(f);
		bench_fixed(b, "fixed", r.addr, r.len);
	}
	for (uint64_t n = feed_number(f, 1) % 3; n; n--) {
		r = any_range(f);
		if (!overlaps_any(b->fixed, b->req.nr_fixed, r)) /* no executor lies there */
			bench_busy(b, "busy", r.addr, r.len);
	}
}

/* A launcher puts a module into RAM that nothing else is in. */
static bool
may_hold_module(const struct bench *b, struct range r)
{
	for (uint32_t i = 0; i < b->req.blobs; i++) {
		const struct blob *bl = &b->req.blob[i];

		if (bl->where == BLOB_SPACE &&
		        range_overlaps((struct range){bl->addr, bl->size}, r))
			return false;
	}
	return memmap_is_ram(&b->map, r) && !overlaps_any(b->fixed, b->req.nr_fixed, r) &&
	       !overlaps_any(b->busy, b->req.nr_busy, r);
}

static void
make_initrds(struct bench *b, struct feed *f)
{
	for (uint64_t n = feed_number(f, 1) % 4; n; n--) {
		struct range r = any_range(f);

		if (r.addr & 1)
			bench_stream(b, r.len);
		else if (may_hold_module(b, r))
			bench_module(b, r.addr, r.len);
	}
}

/* Is there a place for the bzImage at any multiple of its weakest alignment? */
static bool
has_place(const struct bench *b)
{
	const struct bzimage_facts *bz = &b->kernel.bz;

	for (uint64_t a = align_down(MIB, bz->min_alignment); a < BENCH_RAM;
	        a += bz->min_alignment) {
		bool free =
		        a >= MIB && memmap_is_ram(&b->map, (struct range){a, bz->init_size});

		for (uint32_t i = 0; i < b->req.nr_fixed && free; i++) {
			struct range r = b->fixed[i].range;
			uint64_t end = range_end(r);

			r.addr = align_down(r.addr, PAGE);
			r.len = align_up(end, PAGE, &end) ? end - r.addr : 0;
			free = !range_overlaps(r, (struct range){a, bz->init_size});
		}
		if (free && a >= bz->pref_address)
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bench b;
	struct feed f = {data, size};
	enum refusal_code code;

	make_kernel(&b, &f);
	make_memory(&b, &f);
	make_initrds(&b, &f);
	code = bench_plan(&b);
	if (!code) {
		bench_run(&b);
		bench_check_mapped(&b);
	} else {
		REQUIRE(b.why.code == code && b.why.subject);
	}
	if (code == REFUSAL_PLAN_KERNEL_ROOM && b.kernel.format == KERNEL_BZIMAGE &&
	        b.kernel.bz.relocatable)
		REQUIRE(!has_place(&b));
	return 0;
}
