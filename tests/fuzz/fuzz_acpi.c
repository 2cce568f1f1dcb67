/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as ACPI tables, the RSDP at their start: nothing out of reach is read, and all that
 * is kept lies in the launcher's memory.
 */
#include "tests/fuzz/arena.h"

#include "x86/boot/acpi.h"

#define MOST 8

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct named_range range[MOST];
	struct keep k = {.range = range, .max = MOST};
	uint8_t *arena = arena_fill(data, size, 64);
	uint64_t xsdt;

	arena_relocate32(arena, 16); /* RSDT */
	memcpy(&xsdt, arena + 24, 8);
	if (xsdt && xsdt < ARENA)
		xsdt += (uintptr_t)arena;
	memcpy(arena + 24, &xsdt, 8);
	acpi_keep((uintptr_t)arena, &k);
	REQUIRE(k.count < k.max);
	for (uint32_t i = 0; i < k.count; i++)
		REQUIRE(range_contains(
		        (struct range){(uintptr_t)arena, ARENA}, range[i].range));
	return 0;
}
