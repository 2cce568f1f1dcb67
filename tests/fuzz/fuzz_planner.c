/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random facts, maps and limits through the planner. An accepted plan is carried out in a
 * memory of ranges (range_memory.h), where every byte must arrive; kernel and initrd must lie
 * where a slow solver that looks at every page (plan_solver.h) puts them, and where the planner
 * finds no room the solver must find none either.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/plan_solver.h"
#include "tests/fuzz/range_memory.h"

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

/* ---------------------------------------------------------------- carried out */

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

		REQUIRE(!r.len || memmap_is_ram(&b->map, r));
		REQUIRE(!overlaps_any(b->fixed, b->req.nr_fixed, r));
		for (uint32_t j = 0; j < i; j++)
			REQUIRE(!range_overlaps(r, plan->placement[j].range));
		if (is_built(&plan->placement[i]))
			REQUIRE(!overlaps_any(b->busy, b->req.nr_busy, r));
	}
}

/* Memory as it is when the executor begins, what it builds in place already. */
static void
fill_memory(const struct bench *b, struct range_memory *m)
{
	range_memory_init(m, BENCH_RAM);
	for (uint32_t i = 0; i < b->req.nr_fixed; i++)
		range_memory_put(m, b->fixed[i].range, HOLDS_FIXED, 0);
	for (uint32_t i = 0; i < b->req.nr_busy; i++)
		range_memory_put(m, b->busy[i].range, HOLDS_BUSY, 0);
	for (uint32_t i = 0; i < b->req.blobs; i++) {
		const struct blob *bl = &b->req.blob[i];

		if (bl->where == BLOB_SPACE)
			range_memory_put(
			        m, (struct range){bl->addr, bl->size}, HOLDS_BLOB + i, 0);
	}
	for (uint32_t i = 0; i < b->plan.placements; i++) {
		if (is_built(&b->plan.placement[i]))
			range_memory_put(m, b->plan.placement[i].range, HOLDS_BUILT, 0);
	}
}

static void
do_move(const struct move *move, struct range_memory *m)
{
	struct range to = {move->dst, move->len};

	if (move->op == MOVE_COPY)
		range_memory_copy(m, move->dst, move->src, move->len);
	else if (move->op == MOVE_READ)
		range_memory_put(m, to, HOLDS_BLOB + move->handle, move->src);
	else
		range_memory_put(m, to, HOLDS_ZERO, 0);
}

static void
check_arrived(const struct bench *b, struct range_memory *m)
{
	for (uint32_t i = 0; i < b->plan.placements; i++) {
		const struct placement *pl = &b->plan.placement[i];
		struct range data = {pl->range.addr, pl->data_len};
		struct range rest = {range_end(data), pl->range.len - data.len};

		if (is_built(pl))
			REQUIRE(range_memory_holds(m, pl->range, HOLDS_BUILT, 0));
		if (pl->blob == PLAN_NO_BLOB)
			continue;
		REQUIRE(range_memory_holds(m, data, HOLDS_BLOB + pl->blob, pl->off));
		REQUIRE(!pl->zero_rest || range_memory_holds(m, rest, HOLDS_ZERO, 0));
	}
	for (uint32_t i = 0; i < b->req.nr_fixed; i++)
		REQUIRE(range_memory_holds(m, b->fixed[i].range, HOLDS_FIXED, 0));
}

static void
run(const struct bench *b)
{
	static struct range_memory m;
	const struct plan *plan = &b->plan;
	uint32_t i = 0;

	check_placements(b);
	fill_memory(b, &m);
	for (; i < plan->moves && !plan->move[i].late; i++)
		do_move(&plan->move[i], &m);
	for (uint32_t k = 0; k < b->req.nr_busy; k++)
		REQUIRE(range_memory_holds(&m, b->busy[k].range, HOLDS_BUSY, 0));
	for (; i < plan->moves; i++) {
		REQUIRE(plan->move[i].late && plan->move[i].op != MOVE_READ);
		do_move(&plan->move[i], &m);
	}
	check_arrived(b, &m);
}

/* ---------------------------------------------------------------- the solver's word */

static void
check_bzimage(const struct bench *b, enum refusal_code code)
{
	uint64_t where = b->kernel.bz.relocatable ? solver_bzimage(b) : SOLVER_NONE;

	if (code == REFUSAL_PLAN_KERNEL_ROOM)
		REQUIRE(where == SOLVER_NONE);
	else if (!code && b->kernel.bz.relocatable)
		REQUIRE(b->plan.kernel_load == where);
	else if (!code)
		REQUIRE(b->plan.kernel_load == b->kernel.bz.pref_address);
	if (code == REFUSAL_PLAN_KERNEL_PLACE)
		REQUIRE(!solver_is_free(b,
		        (struct range){b->kernel.bz.pref_address, b->kernel.bz.init_size}, 0));
}

static void
check_elf(const struct bench *b, enum refusal_code code)
{
	const struct elf_facts *elf = &b->kernel.elf;
	const struct segment *s = &elf->segment[0];
	uint64_t step = elf->reloc ? elf->reloc_align : 0, min = 0, where;

	if (code ? b->req.protocol == PROTOCOL_LINUX64 || b->req.protocol == PROTOCOL_AUTO
	         : b->plan.protocol == PROTOCOL_LINUX64) {
		step = elf->evidence != LINUX_NO ? 2 * MIB : 0;
		min = MIB;
	}
	where = solver_elf(b, s->paddr, s->mem_len, step, min);
	if (code == REFUSAL_PLAN_KERNEL_ROOM || code == REFUSAL_PLAN_KERNEL_PLACE)
		REQUIRE(where == SOLVER_NONE);
	else if (!code)
		REQUIRE(b->plan.kernel_load == where);
}

/* What the joined initrd takes; what lies between two files belongs to it (initrd_join.h). */
static uint64_t
initrd_len(const struct bench *b)
{
	uint64_t len = 0;

	for (uint32_t i = 1; i < b->req.blobs; i++) {
		uint64_t size = b->req.blob[i].size, gap = size % 4 ? 8 - size % 4 : 4;

		len += size + (i + 1 < b->req.blobs ? gap : 0);
	}
	return len;
}

/* Placements that were made before the initrd's. */
static unsigned
placed_before(const struct plan *plan)
{
	unsigned n = 0;

	while (n < plan->placements && plan->placement[n].kind != PLACE_INITRD)
		n++;
	return n;
}

static void
check_initrd(const struct bench *b, enum refusal_code code)
{
	unsigned placed = placed_before(&b->plan);
	const struct blob *only = &b->req.blob[1];
	uint64_t len = initrd_len(b), where;
	struct range lies = {only->addr, only->size};

	if (b->req.blobs < 2 || b->plan.modules_apart)
		return;
	where = solver_initrd(b, len, placed);
	if (b->req.blobs == 2 && only->where == BLOB_SPACE && only->addr % PAGE == 0 &&
	        solver_is_free(b, lies, placed))
		where = only->addr;
	if (code == REFUSAL_PLAN_INITRD_ROOM)
		REQUIRE(where == SOLVER_NONE);
	else if (!code)
		REQUIRE(b->plan.initrd.addr == where && b->plan.initrd.len == len);
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
		run(&b);
		bench_check_mapped(&b);
	} else {
		REQUIRE(b.why.code == code);
		REQUIRE(b.why.subject || code == REFUSAL_MAP_NO_RAM);
	}
	if (b.kernel.format == KERNEL_BZIMAGE)
		check_bzimage(&b, code);
	else
		check_elf(&b, code);
	if (!code || code == REFUSAL_PLAN_INITRD_ROOM)
		check_initrd(&b, code);
	return 0;
}
