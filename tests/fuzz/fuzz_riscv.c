/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a RISC-V kernel: what the probe accepts keeps the promises of facts.h, a stream
 * says the same as the whole file, and what the plan makes of it lies in RAM, apart.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/plan/plan.h"
#include "tests/unit/stream.h"

#define RAM     0x80000000ull
#define RAM_LEN (256 * MIB)

static void
check_facts(const struct riscv_facts *k, uint64_t size)
{
	uint64_t end = 0;

	REQUIRE(k->segments > 0 && k->segments <= FACTS_SEGMENTS);
	REQUIRE(k->is_elf || (k->segments == 1 && !k->linked && !k->fixed));
	REQUIRE(k->segment[0].paddr == 0 && !(k->text_offset & (PAGE - 1)));
	for (uint32_t i = 0; i < k->segments; i++) {
		const struct segment *s = &k->segment[i];

		REQUIRE(s->mem_len > 0 && s->file_len <= s->mem_len);
		REQUIRE(bounds_ok(size, s->off, s->file_len));
		REQUIRE(s->paddr >= end && range_fits(s->paddr, s->mem_len));
		end = s->paddr + s->mem_len;
	}
	REQUIRE(end <= k->image_size);
}

static void
check_plan(const struct facts *facts)
{
	static const struct named_range kept = {"kshim", {RAM, 4 * MIB}};
	static struct memmap map;
	static struct plan plan;
	char line[16];
	struct refusal why;
	struct plan_request req = {.kernel = facts,
	        .map = &map,
	        .blobs = 1,
	        .blob = {{BLOB_STREAM, 0, 0, facts->size, "kernel"}},
	        .cmdline = cmdline_init(line, sizeof(line)),
	        .fixed = &kept,
	        .nr_fixed = 1,
	        .busy = &kept,
	        .fdt_len = PAGE};

	map.count = 0;
	REQUIRE(!memmap_add(&map, RAM, RAM_LEN, MEM_RAM, &why));
	if (plan_riscv_make(&req, &plan, &why)) {
		REQUIRE(why.code == REFUSAL_PLAN_KERNEL_ROOM ||
		        why.code == REFUSAL_PLAN_KERNEL_PLACE ||
		        why.code == REFUSAL_PLAN_HANDOFF_ROOM);
		return;
	}
	REQUIRE(!facts->riscv.fixed || plan.entry == facts->riscv.fixed);
	for (uint32_t i = 0; i < plan.placements; i++) {
		REQUIRE(memmap_is_ram(&map, plan.placement[i].range));
		REQUIRE(!range_overlaps(plan.placement[i].range, kept.range));
		REQUIRE(plan.placement[i].data_len <= plan.placement[i].range.len);
		for (uint32_t j = 0; j < i; j++)
			REQUIRE(!range_overlaps(
			        plan.placement[i].range, plan.placement[j].range));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct facts facts, streamed;
	struct refusal why, stream_why;
	struct image im = image_of((struct span){data, size});
	enum refusal_code code = riscv_probe(&im, &facts, &why), stream_code;
	struct stream s;

	stream_open(&s, data, size);
	while ((stream_code = riscv_probe(&s.im, &streamed, &stream_why)) == REFUSAL_NEED)
		stream_load(&s, &stream_why);
	stream_close(&s);
	REQUIRE(code != REFUSAL_NEED && code == stream_code);
	if (code)
		return 0;
	REQUIRE(facts.format == KERNEL_RISCV && facts.size == size);
	REQUIRE(facts_same(&facts, &streamed));
	check_facts(&facts.riscv, size);
	check_plan(&facts);
	return 0;
}
