/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for copies of the seed that the kernel was given: another one would tell what its
 * random numbers began with.
 */
#include "stub/riscv/riscv_machine.h"
#include "tests/riscv/probe.h"

#define SEED_LEN 32 /* QEMU's, bytes */

extern const uint8_t probe_start[], probe_end[];

/* A copy of the seed at `at`, of which the first word is compared first. */
static bool
is_copy(const uint32_t *at, const uint32_t *seed)
{
	if (*at != *seed)
		return false;
	for (unsigned i = 1; i < SEED_LEN / sizeof(*seed); i++) {
		if (at[i] != seed[i])
			return false;
	}
	return true;
}

/* Property values lie at multiples of 4. */
static uint64_t
copies_in(struct range r, const uint32_t *seed)
{
	uint64_t n = 0;

	for (uint64_t at = r.addr; at + SEED_LEN <= range_end(r); at += sizeof(*seed)) {
		const uint32_t *word = (const uint32_t *)(uintptr_t)at;

		if (word == seed || !is_copy(word, seed))
			continue;
		put("probe: a copy is at ");
		put_hex(at);
		put("\r\n");
		n++;
	}
	return n;
}

void
check_seed(const struct fdt *fdt, uint64_t more)
{
	static struct riscv_machine machine;
	struct refusal why;
	struct span seed;
	uint64_t copies = 0;

	if (!fdt_prop(fdt, fdt_child(fdt, 0, "chosen"), "rng-seed", &seed)) {
		check("its seed", 0, SEED_LEN);
		return;
	}
	check("its seed", seed.size, SEED_LEN);
	check("its machine", riscv_machine_read(fdt, &machine, &why), 0);
	for (uint32_t i = 0; i < machine.map.count; i++) {
		if (machine.map.entry[i].type == MEM_RAM)
			copies += copies_in(machine.map.entry[i].range,
			        (const uint32_t *)(uintptr_t)seed.base);
	}
	if (more)
		copies += copies_in(
		        (struct range){more, 2 * MIB}, (const uint32_t *)(uintptr_t)seed.base);
	check("other copies of its seed", copies, 0);
}
