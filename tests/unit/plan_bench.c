/* SPDX-License-Identifier: BSD-2-Clause */
/* See plan_bench.h. Blob bytes are a function of blob and offset, so any mix-up shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plan_bench.h"

#define FIXED_BYTE 0xf1
#define BUSY_BYTE  0xb5
#define BUILT_BYTE 0xc7
#define STALE_BYTE 0x5a

static void
bench_init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	bench_ram(b, BENCH_RAM);
	b->req.kernel = &b->kernel;
	b->req.map = &b->map;
	b->req.fixed = b->fixed;
	b->req.busy = b->busy;
	b->req.cmdline = cmdline_init(b->line, sizeof(b->line));
	b->req.trampoline_len = 3000;
}

void
bench_ram(struct bench *b, uint64_t end)
{
	b->map.count = 0;
	assert_int_equal(memmap_add(&b->map, 0, 640 * KIB, MEM_RAM, &b->why), 0);
	assert_int_equal(memmap_add(&b->map, MIB, end - MIB, MEM_RAM, &b->why), 0);
}

void
bench_segment(struct bench *b, uint64_t paddr, uint64_t file_len, uint64_t mem_len)
{
	struct elf_facts *elf = &b->kernel.elf;

	elf->segment[elf->segments++] = (struct segment){.off = b->kernel.size,
	        .file_len = file_len,
	        .paddr = paddr,
	        .mem_len = mem_len,
	        .flags = 7};
	b->kernel.size += file_len;
	if (b->req.blobs)
		b->req.blob[0].size = b->kernel.size;
}

void
bench_elf(struct bench *b)
{
	bench_init(b);
	b->kernel.format = KERNEL_ELF64;
	b->kernel.size = 4096;
	bench_segment(b, 4 * MIB, 256 * KIB, 384 * KIB);
	b->kernel.elf.entry = 4 * MIB;
	b->kernel.elf.entry_loaded = true;
	b->kernel.elf.pvh = true;
	b->kernel.elf.pvh_entry = 4 * MIB + 0x100;
	b->kernel.elf.evidence = LINUX_GUEST_OS;
	bench_stream(b, b->kernel.size);
}

void
bench_bzimage(struct bench *b)
{
	bench_init(b);
	b->kernel.format = KERNEL_BZIMAGE;
	b->kernel.size = 16384 + 256 * KIB;
	b->kernel.bz = (struct bzimage_facts){.version = 0x20f,
	        .loadflags = 1,
	        .xloadflags = 3,
	        .code_off = 16384,
	        .code_len = 256 * KIB,
	        .code32_start = 0x100000,
	        .initrd_last = 0x7fffffff,
	        .cmdline_max = 2047,
	        .relocatable = true,
	        .alignment = 2 * MIB,
	        .min_alignment = 2 * MIB,
	        .pref_address = 4 * MIB,
	        .init_size = 768 * KIB};
	bench_stream(b, b->kernel.size);
}

static void
add_blob(struct bench *b, enum blob_where where, uint64_t addr, uint64_t size)
{
	static const char *const names[] = {
	        "kernel", "initrd 1", "initrd 2", "initrd 3", "initrd"};
	uint32_t i = b->req.blobs++;

	assert_in_range(i, 0, PLAN_BLOBS - 1);
	b->req.blob[i] = (struct blob){where, i, addr, size, names[i < 4 ? i : 4]};
}

void
bench_module(struct bench *b, uint64_t addr, uint64_t size)
{
	add_blob(b, BLOB_SPACE, addr, size);
}

void
bench_stream(struct bench *b, uint64_t size)
{
	add_blob(b, BLOB_STREAM, 0, size);
}

void
bench_fixed(struct bench *b, const char *name, uint64_t addr, uint64_t len)
{
	b->fixed[b->req.nr_fixed++] = (struct named_range){name, {addr, len}};
}

void
bench_busy(struct bench *b, const char *name, uint64_t addr, uint64_t len)
{
	b->busy[b->req.nr_busy++] = (struct named_range){name, {addr, len}};
}

enum refusal_code
bench_plan(struct bench *b)
{
	memset(&b->plan, 0xee, sizeof(b->plan));
	memset(&b->why, 0, sizeof(b->why));
	return plan_make(&b->req, &b->plan, &b->why);
}

static uint8_t
blob_byte(uint32_t blob, uint64_t off)
{
	uint64_t x = (off + 1) * 0x9e3779b97f4a7c15ull + blob * 0xbf58476d1ce4e5b9ull;

	return (uint8_t)(x >> 56);
}

static void
fill(uint8_t *mem, struct range r, uint8_t byte)
{
	assert_true(r.addr <= BENCH_RAM && r.len <= BENCH_RAM - r.addr);
	memset(mem + r.addr, byte, r.len);
}

static void
check_filled(const uint8_t *mem, struct range r, uint8_t byte)
{
	for (uint64_t i = 0; i < r.len; i++) {
		if (mem[r.addr + i] != byte)
			fail_msg("%#llx is %#x, wanted %#x", (unsigned long long)(r.addr + i),
			        mem[r.addr + i], byte);
	}
}

static bool
is_built(const struct placement *pl)
{
	return pl->blob == PLAN_NO_BLOB && pl->kind != PLACE_STAGE;
}

static void
check_placements(const struct bench *b)
{
	const struct plan *plan = &b->plan;

	for (uint32_t i = 0; i < plan->placements; i++) {
		struct range r = plan->placement[i].range;

		assert_true(!r.len || memmap_is_ram(&b->map, r));
		for (uint32_t j = 0; j < i; j++)
			assert_false(range_overlaps(r, plan->placement[j].range));
		for (uint32_t j = 0; j < b->req.nr_fixed; j++)
			assert_false(range_overlaps(r, b->fixed[j].range));
		for (uint32_t j = 0; j < b->req.nr_busy && is_built(&plan->placement[i]); j++)
			assert_false(range_overlaps(r, b->busy[j].range));
		for (uint32_t j = 0; j < b->req.blobs && is_built(&plan->placement[i]); j++) {
			const struct blob *bl = &b->req.blob[j];

			assert_false(bl->where == BLOB_SPACE &&
			             range_overlaps(r, (struct range){bl->addr, bl->size}));
		}
	}
}

static void
prepare_memory(const struct bench *b, uint8_t *mem)
{
	memset(mem, STALE_BYTE, BENCH_RAM);
	for (uint32_t i = 0; i < b->req.nr_fixed; i++)
		fill(mem, b->fixed[i].range, FIXED_BYTE);
	for (uint32_t i = 0; i < b->req.nr_busy; i++)
		fill(mem, b->busy[i].range, BUSY_BYTE);
	for (uint32_t i = 0; i < b->req.blobs; i++) {
		const struct blob *bl = &b->req.blob[i];

		for (uint64_t k = 0; bl->where == BLOB_SPACE && k < bl->size; k++)
			mem[bl->addr + k] = blob_byte(i, k);
	}
	for (uint32_t i = 0; i < b->plan.placements; i++) {
		if (is_built(&b->plan.placement[i]))
			fill(mem, b->plan.placement[i].range, BUILT_BYTE);
	}
}

static void
carry_out(const struct move *m, uint8_t *mem)
{
	assert_true(m->dst <= BENCH_RAM && m->len <= BENCH_RAM - m->dst);
	if (m->op == MOVE_ZERO)
		memset(mem + m->dst, 0, m->len);
	else if (m->op == MOVE_COPY)
		memmove(mem + m->dst, mem + m->src, m->len);
	for (uint64_t i = 0; m->op == MOVE_READ && i < m->len; i++)
		mem[m->dst + i] = blob_byte(m->handle, m->src + i);
}

static void
check_result(const struct bench *b, const uint8_t *mem)
{
	for (uint32_t i = 0; i < b->plan.placements; i++) {
		const struct placement *pl = &b->plan.placement[i];
		struct range rest = {
		        pl->range.addr + pl->data_len, pl->range.len - pl->data_len};

		if (is_built(pl))
			check_filled(mem, pl->range, BUILT_BYTE);
		if (pl->blob == PLAN_NO_BLOB)
			continue;
		for (uint64_t k = 0; k < pl->data_len; k++) {
			if (mem[pl->range.addr + k] != blob_byte(pl->blob, pl->off + k))
				fail_msg("%s at %#llx has lost byte %#llx", pl->name,
				        (unsigned long long)pl->range.addr,
				        (unsigned long long)k);
		}
		if (pl->zero_rest)
			check_filled(mem, rest, 0);
	}
	for (uint32_t i = 0; i < b->req.nr_fixed; i++)
		check_filled(mem, b->fixed[i].range, FIXED_BYTE);
}

static bool
is_mapped(const struct plan *plan, struct range r)
{
	for (uint32_t i = 0; i < plan->mapped; i++) {
		if (range_contains(plan->map[i], r))
			return true;
	}
	return false;
}

void
bench_check_mapped(const struct bench *b)
{
	const struct plan *plan = &b->plan;

	if (!plan_find(plan, PLACE_PAGE_TABLES))
		return;
	for (uint32_t i = 0; i < plan->placements; i++)
		assert_true(is_mapped(plan, plan->placement[i].range));
	for (uint32_t i = 0; b->req.trampoline_len && i < plan->moves; i++) {
		const struct move *m = &plan->move[i];

		assert_true(is_mapped(plan, (struct range){m->dst, m->len}));
		assert_true(
		        m->op != MOVE_COPY || is_mapped(plan, (struct range){m->src, m->len}));
	}
}

void
bench_run(const struct bench *b)
{
	static uint8_t mem[BENCH_RAM];
	uint32_t i = 0;

	check_placements(b);
	bench_check_mapped(b);
	prepare_memory(b, mem);
	for (; i < b->plan.moves && !b->plan.move[i].late; i++)
		carry_out(&b->plan.move[i], mem);
	for (uint32_t k = 0; k < b->req.nr_busy; k++)
		check_filled(mem, b->busy[k].range, BUSY_BYTE);
	for (; i < b->plan.moves; i++) {
		assert_true(b->plan.move[i].late);
		assert_int_not_equal(b->plan.move[i].op, MOVE_READ);
		carry_out(&b->plan.move[i], mem);
	}
	check_result(b, mem);
}
