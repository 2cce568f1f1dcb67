/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plans for machines that any launcher can make: a PC with RAM below 3 GiB and above 4 GiB, the
 * same with what OVMF keeps to itself, QEMU's riscv64 virt with OpenSBI at its start.
 */
#include "tools/check/ways.h"
#include "stub/body/body.h"

#define MANY        (64 * GIB)
#define LOW_END     (3 * GIB)
#define EBDA        0x9fc00
#define OUR_START   MIB
#define OUR_LEN     (256 * KIB)
#define RISCV_START 0x80000000ull
#define RISCV_KEEP  (4 * MIB) /* OpenSBI and kshim */
#define FDT_LEN     (16 * KIB)
#define LEAST_MAX   8192 /* MiB */

static enum refusal_code
add(struct memmap *map, uint64_t start, uint64_t end, uint32_t type, struct refusal *why)
{
	return start < end ? memmap_add(map, start, end - start, type, why) : REFUSAL_NONE;
}

static enum refusal_code
pc_map(struct memmap *map, enum way way, uint64_t memory, struct refusal *why)
{
	uint64_t low = memory < LOW_END ? memory : LOW_END, high = memory - low;
	enum refusal_code code;

	if ((code = add(map, 0, EBDA, MEM_RAM, why)) ||
	        (code = add(map, EBDA, MIB, MEM_RESERVED, why)) ||
	        (code = add(map, MIB, low, MEM_RAM, why)) ||
	        (code = add(map, 4 * GIB, 4 * GIB + high, MEM_RAM, why)))
		return code;
	if (way != WAY_EFI)
		return REFUSAL_NONE;
	if ((code = add(map, 0x806000, 0x808000, MEM_NVS, why)))
		return code;
	return add(map, 0x810000, 0x900000, MEM_NVS, why);
}

static enum refusal_code
machine_map(struct memmap *map, enum way way, uint64_t memory, struct refusal *why)
{
	enum refusal_code code;

	map->count = 0;
	if (way != WAY_RISCV)
		return pc_map(map, way, memory, why);
	code = add(map, RISCV_START, RISCV_START + RISCV_KEEP, MEM_RESERVED, why);
	return code ? code
	            : add(map, RISCV_START + RISCV_KEEP, RISCV_START + memory, MEM_RAM, why);
}

static enum body
body_of(enum way way)
{
	switch (way) {
	case WAY_STUB:
		return BODY_PC;
	case WAY_EFI:
		return BODY_EFI;
	case WAY_RISCV:
		return BODY_RISCV;
	case WAY_DIRECT:
	default:
		return BODY_LAUNCHER;
	}
}

enum refusal_code
ways_plan(const struct facts *facts, enum way way, uint64_t memory, const struct cmdline *line,
        struct plan *ret_plan, struct refusal *ret_why)
{
	static struct memmap map;
	char none[1];
	struct named_range busy = {"kshim", {OUR_START, OUR_LEN}};
	struct plan_request req = {.kernel = facts,
	        .map = &map,
	        .blobs = 1,
	        .blob = {{BLOB_STREAM, 0, 0, facts->size, "kernel"}},
	        .cmdline = line ? *line : cmdline_init(none, sizeof(none)),
	        .fdt_len = FDT_LEN};
	enum refusal_code code = machine_map(&map, way, memory ? memory : MANY, ret_why);

	body_limits(body_of(way), &req);
	if (way == WAY_STUB) {
		req.busy = &busy;
		req.nr_busy = 1;
	}
	return code ? code : plan_make(&req, ret_plan, ret_why);
}

uint64_t
ways_least_memory(const struct facts *facts, enum way way)
{
	static struct plan plan;
	struct refusal why;
	uint64_t low = 1, high = LEAST_MAX; /* high works, below low it does not */

	if (ways_plan(facts, way, high * MIB, NULL, &plan, &why))
		return 0;
	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (ways_plan(facts, way, middle * MIB, NULL, &plan, &why))
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}
