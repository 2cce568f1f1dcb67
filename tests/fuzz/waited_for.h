/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of x86/cpu/cpu.h, for fuzzers of drivers that wait: time passes, and the device
 * acts, while the driver waits. Included before the driver's source, which is included as well.
 */
#ifndef TESTS_WAITED_FOR_H
#define TESTS_WAITED_FOR_H

#include <stdbool.h>
#include <stdint.h>

#define KSHIM_X86_CPU_H

static uint64_t ticks;

/* What the device does next; true if that is what it was asked for. */
static bool act(void);

static uint64_t
cpu_ticks(void)
{
	return ticks;
}

static void
cpu_pause(void)
{
	ticks += act() ? 1 : 1ull << 36; /* an answer comes at once, or late */
}

static void
cpu_fence(void)
{
}

#endif
