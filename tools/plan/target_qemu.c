/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of QEMU's x86 machines, as their firmware tells it (QEMU 7.2, SeaBIOS 1.16,
 * qboot).
 *
 * Sources: QEMU hw/i386/pc_piix.c and pc_q35.c (where low memory ends: a machine with more than
 * that is split at a whole GiB), microvm.c; the rest was read off running machines. SeaBIOS
 * keeps its tables at the end of low memory.
 */
#include "tools/plan/target.h"

#define SEABIOS_KEEPS  (128 * KIB)
#define HYPERTRANSPORT 0xfd00000000ull /* no RAM on AMD CPUs */

struct split {
	uint64_t from; /* this much memory is split ... */
	uint64_t low;  /* ... so that this much lies below 4 GiB */
};

static void
add(struct memmap *map, uint64_t addr, uint64_t end, uint32_t type)
{
	struct refusal why;

	if (addr < end) /* a handful: cannot be refused */
		memmap_add(map, addr, end - addr, type, &why);
}

uint64_t
target_qemu_low(enum plan_machine machine, uint64_t memory)
{
	static const struct split splits[] = {[MACHINE_PC] = {3584 * MIB, 3 * GIB},
	        [MACHINE_Q35] = {2816 * MIB, 2 * GIB},
	        [MACHINE_MICROVM] = {3 * GIB, 3 * GIB}};
	const struct split *s = &splits[machine];

	return memory < s->from ? memory : s->low;
}

void
target_qemu_map(enum plan_machine machine, uint64_t memory, struct memmap *ret_map)
{
	uint64_t low = target_qemu_low(machine, memory);
	uint64_t kept = machine == MACHINE_MICROVM ? 0 : SEABIOS_KEEPS;

	ret_map->count = 0;
	add(ret_map, 0, 0x9fc00, MEM_RAM);
	add(ret_map, 0x9fc00, 640 * KIB, MEM_RESERVED);
	if (machine == MACHINE_MICROVM)
		add(ret_map, 0xd0000, 0xf0000, MEM_NVS);
	add(ret_map, 0xf0000, MIB, MEM_RESERVED);
	add(ret_map, MIB, low - kept, MEM_RAM);
	add(ret_map, low - kept, low, MEM_RESERVED);
	add(ret_map, 4 * GIB, 4 * GIB + memory - low, MEM_RAM);
	if (machine == MACHINE_MICROVM)
		return;
	if (machine == MACHINE_Q35) {
		add(ret_map, 0xb0000000, 0xc0000000, MEM_RESERVED);
		add(ret_map, 0xfed1c000, 0xfed20000, MEM_RESERVED);
	}
	add(ret_map, 0xfffc0000, 4 * GIB, MEM_RESERVED);
	add(ret_map, HYPERTRANSPORT, HYPERTRANSPORT + 12 * GIB, MEM_RESERVED);
}
