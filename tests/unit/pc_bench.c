/* SPDX-License-Identifier: BSD-2-Clause */
/* See pc_bench.h. What of x86/ uses ports itself is compiled here with the machine's ports. */
#include "unit.h"

#include <string.h>

#include "stub/body/body.h"
#include "tests/unit/pc_bench.h"
#include "tests/unit/qtest.h"
#include "x86/pc/mtrr.h"

/* In place of x86/cpu/port.h. */
#define KSHIM_X86_PORT_H
static inline void
outb(uint16_t port, uint8_t v)
{
	qtest_out(port, 1, v);
}
static inline uint8_t
inb(uint16_t port)
{
	return (uint8_t)qtest_in(port, 1);
}
#include "x86/pc/pc_chipset.c"
#include "x86/pc/pc_map.c"

struct pc pc_machine;
struct memmap pc_memmap;
struct refusal pc_why;

uint64_t
pc_low_end(void)
{
	return body_ram_end_at(&pc_memmap, MIB);
}

uint8_t
pc_cmos(uint8_t reg)
{
	return read_cmos(reg);
}

/* The struct is full of rubbish, as memory after a reboot is. */
void
pc_start(const char *words)
{
	qtest_start(words);
	memset(&pc_machine, 0xa5, sizeof(pc_machine));
	memset(&pc_memmap, 0, sizeof(pc_memmap));
	pc_machine.map = &pc_memmap;
	pc_machine.nr_busy = 0;
	pc_machine.items = qtest_items();
	assert_int_equal(pc_map(&pc_machine, &pc_why), 0);
	qtest_port_accesses = 0;
}

enum refusal_code
pc_set_up(const char *words)
{
	pc_start(words);
	pc_machine.has_kernel =
	        true; /* else a microvm's PCI is looked for, by addresses of its own */
	return pc_chipset(&pc_machine, pc_low_end(), memmap_ram_end(&pc_memmap), &pc_why);
}

int
pc_stop(void **state)
{
	(void)state;
	qtest_stop();
	return 0;
}

/* In place of the CPU's registers. */
void
msr_set(struct msr_list *list, uint32_t number, uint32_t count, uint64_t value)
{
	assert_true(list->count < MSR_LIST);
	list->msr[list->count++] =
	        (struct msr){number, count, (uint32_t)value, (uint32_t)(value >> 32)};
}
