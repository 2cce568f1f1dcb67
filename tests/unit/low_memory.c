/* SPDX-License-Identifier: BSD-2-Clause */
/* See low_memory.h. */
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include "stub/base/bytes.h"
#include "tests/unit/low_memory.h"
#include "x86/boot/own_image.h"
#include "x86/boot/reach.h"
#include "x86/bzimage/linux_place.h"

__asm__(".section .rodata\n"
        ".globl kshim_start, kshim_end, kshim_window, kshim_window_end\n"
        "kshim_start: .skip 4096\n"
        "kshim_end: kshim_window: kshim_window_end: .byte 0\n"
        ".previous");

uint64_t low_memory_end = 4 * GIB;

static uint8_t *memory;

uint8_t *
low_memory(void)
{
	if (!memory) {
		memory = mmap(NULL, LOW_MEMORY, PROT_READ | PROT_WRITE,
		        MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		assert_true(memory != MAP_FAILED);
	}
	memset(memory, 0, LOW_MEMORY);
	return memory;
}

enum refusal_code
reach(const char *name, uint64_t addr, uint64_t len, struct refusal *ret_why)
{
	if (bounds_ok(low_memory_end, addr, len))
		return REFUSAL_NONE;
	refuse(ret_why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	ret_why->a = (struct named_range){name, {addr, len}};
	return ret_why->code;
}

const void *
linux_peek(struct window *w, uint64_t addr)
{
	(void)w;
	if (addr >> 63)
		return NULL;
	if (addr < LOW_MEMORY_HIGH)
		return (const void *)(uintptr_t)addr;
	return memory + LOW_MEMORY - LOW_MEMORY_HIGH_LEN + (addr - LOW_MEMORY_HIGH);
}
